"""Scales: where a value stands on an axis, which numbers it names, and how dots stand beside each other."""

from __future__ import annotations

from math import ceil, floor, log10, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SPAN = 100
"""An axis whose values reach over more than this is logarithmic."""


class Scale(NamedTuple):
    """An axis.

    Attributes
    ----------
    low, high : float
        Its ends.
    left, right : float
        Where they are, mm.
    is_log : bool
        Equal lengths are equal factors.
    """

    low: float
    high: float
    left: float
    right: float
    is_log: bool = False

    def place(self, value: float) -> float:
        """Where a value stands, mm; at an end where it lies beyond it.

        Examples
        --------
        >>> Scale(0, 10, 0, 100).place(2.5), round(Scale(1, 100, 0, 100, True).place(10), 6)
        (25.0, 50.0)
        """
        value = min(max(value, self.low), self.high)
        part = (value - self.low) / (self.high - self.low)
        if self.is_log:
            part = log10(value / self.low) / log10(self.high / self.low)
        return self.left + part * (self.right - self.left)

    @property
    def ticks(self) -> tuple[float, ...]:
        """The numbers that the axis names.

        Examples
        --------
        >>> Scale(0, 1, 0, 100).ticks
        (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
        >>> Scale(0.1, 2500, 0, 100, True).ticks
        (0.1, 1.0, 10.0, 100.0, 1000.0)
        """
        if self.is_log:
            first, last = ceil(log10(self.low) - 1e-9), floor(log10(self.high) + 1e-9)
            step = max(1, ceil((last - first + 1) / 7))
            return tuple(float(f"1e{power}") for power in range(first, last + 1, step))
        return tuple(one for one in round_steps(self.high) if one >= self.low)


def round_steps(highest: float, most: int = 6) -> tuple[float, ...]:
    """Round numbers from 0 up to a value, at most so many steps.

    Examples
    --------
    >>> round_steps(2678), round_steps(0.3)
    ((0.0, 500.0, 1000.0, 1500.0, 2000.0, 2500.0), (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3))
    """
    rough = highest / most
    power = 10.0 ** floor(log10(rough))
    step = next(one * power for one in (1, 2, 2.5, 5, 10) if one * power >= rough * (1 - 1e-9))
    return tuple(float(f"{place * step:.12g}") for place in range(floor(highest / step + 1e-9) + 1))


def scale_for(values: Floats, threshold: float, left: float, right: float) -> Scale:
    """An axis for values and their threshold: from 0, or logarithmic where values of both sides reach far.

    Parameters
    ----------
    values : float array (n,)
        Not missing.
    threshold : float
    left, right : float
        mm.

    Examples
    --------
    >>> scale_for(np.array([0.0, 0.3]), 0.05, 0, 100).high
    0.31
    >>> scale_for(np.array([0.12, 3.0, 1900.0]), 50, 0, 100)
    Scale(low=0.1, high=2000.0, left=0, right=100, is_log=True)
    """
    above = values[values > 0]
    highest = float(max([threshold, *values.max(initial=0.0, keepdims=True)]))
    lowest = float(min([threshold, *above.min(initial=np.inf, keepdims=True)])) if len(above) else threshold
    if (
        lowest > 0
        and highest / lowest > SPAN
        and threshold > 0
        and not (values < 0).any()
        and _reaches(above, threshold)
    ):
        return Scale(_round_down(max(lowest, 1e-6 * highest)), _round_up(highest), left, right, is_log=True)
    low = min(0.0, float(values.min(initial=0.0)))
    if 0 < highest <= 1 and highest > 0.9:
        return Scale(low, 1.0, left, right)
    # rounding to two figures may fall below the highest value, and no bar may leave the axis
    high = max(highest, float(f"{low + (highest - low) * 1.03:.2g}")) if highest > low else low + 1.0
    return Scale(low, high, left, right)


def _reaches(above: Floats, threshold: float) -> bool:
    """Whether a plain axis would crowd: half of all values on less than a twentieth of it."""
    return float(np.median(above)) < max(float(above.max()), threshold) / 20


def _round_down(value: float) -> float:
    power = 10.0 ** floor(log10(value))
    return float(f"{max(one for one in (1, 2, 5) if one * power <= value * (1 + 1e-9)) * power:.12g}")


def _round_up(value: float) -> float:
    power = 10.0 ** floor(log10(value))
    return float(f"{min(one for one in (1, 2, 5, 10) if one * power >= value * (1 - 1e-9)) * power:.12g}")


def swarm(places: Floats, radius: float) -> Floats:
    """How far each dot stands off the axis so that none covers another: as near to it as it fits.

    Parameters
    ----------
    places : float array (n,)
        Along the axis, mm.
    radius : float
        Of a dot, mm.

    Returns
    -------
    float array (n,)
        mm, both sides in turn.

    Examples
    --------
    >>> swarm(np.array([1.0, 1.0, 9.0]), 0.5).tolist()
    [0.0, 1.0, 0.0]
    """
    off = np.zeros(len(places))
    placed: list[tuple[float, float]] = []
    start, wide = 0, (2 * radius) ** 2
    for one in np.argsort(places, kind="stable").tolist():
        x = float(places[one])
        while start < len(placed) and placed[start][0] < x - 2 * radius:
            start += 1
        near = [(y, sqrt(max(wide - (at - x) ** 2, 0.0)) - 1e-9) for at, y in placed[start:]]
        edges = [0.0, *(y + reach + 1e-9 for y, reach in near), *(y - reach - 1e-9 for y, reach in near)]
        nearest = sorted(edges, key=lambda y: (round(abs(y), 6), -y))
        off[one] = next(edge for edge in nearest if all(abs(y - edge) >= reach - 1e-9 for y, reach in near))
        placed.append((x, float(off[one])))
    return off
