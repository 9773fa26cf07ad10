"""Scales: where a value stands on an axis, which numbers it names, and how dots stand beside each other."""

from __future__ import annotations

from math import floor, log10, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from maps.drawing.charts.measure_axes import MeasureAxis

Floats = npt.NDArray[np.float64]


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

    def position_mm(self, value: float) -> float:
        """Where a value stands, mm; at an end where it lies beyond it.

        Examples
        --------
        >>> Scale(0, 10, 0, 100).position_mm(2.5), round(Scale(1, 100, 0, 100, True).position_mm(10), 6)
        (25.0, 50.0)
        """
        value = min(max(value, self.low), self.high)
        part = (value - self.low) / (self.high - self.low)
        if self.is_log:
            part = log10(value / self.low) / log10(self.high / self.low)
        return self.left + part * (self.right - self.left)

    @classmethod
    def of(cls, axis: MeasureAxis, left: float, right: float) -> Scale:
        """The axis of a measure between two places, mm."""
        return cls(axis.low, axis.high, left, right, axis.is_log)


def round_steps(highest: float, most: int = 6) -> tuple[float, ...]:
    """Round numbers from 0 up to a value, at most so many steps.

    Examples
    --------
    >>> round_steps(2678), round_steps(0.3)
    ((0.0, 500.0, 1000.0, 1500.0, 2000.0, 2500.0), (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3))
    """
    rough = highest / most
    power = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * (1 - 1e-9))
    return tuple(float(f"{multiple * step:.12g}") for multiple in range(floor(highest / step + 1e-9) + 1))


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
    for index in np.argsort(places, kind="stable").tolist():
        x = float(places[index])
        while start < len(placed) and placed[start][0] < x - 2 * radius:
            start += 1
        near = [(y, sqrt(max(wide - (at - x) ** 2, 0.0)) - 1e-9) for at, y in placed[start:]]
        edges = [0.0, *(y + reach + 1e-9 for y, reach in near), *(y - reach - 1e-9 for y, reach in near)]
        nearest = sorted(edges, key=lambda y: (round(abs(y), 6), -y))
        off[index] = next(edge for edge in nearest if all(abs(y - edge) >= reach - 1e-9 for y, reach in near))
        placed.append((x, float(off[index])))
    return off
