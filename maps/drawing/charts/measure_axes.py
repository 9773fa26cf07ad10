"""The axis of a measure: one for the report, the card and the map, so that all draw the measure alike."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SPAN = 100
"""An axis whose values reach over more than this is logarithmic."""
TICKS, MANY = 6, 5
"""So many steps has an axis at most; zeros are counted beside it where they are one in so many values."""


class MeasureAxis(NamedTuple):
    """Where the values of a measure lie.

    Attributes
    ----------
    low, high : float
        Its ends.
    is_log : bool
        Equal lengths are equal factors.
    ticks : tuple of float
        The numbers that the axis names.
    zeros : int
        So many values are 0 and are counted beside the axis: where they are many, or the axis has no place for them.
    """

    low: float
    high: float
    is_log: bool
    ticks: tuple[float, ...]
    zeros: int


def measure_axis(values: Floats, limits: Sequence[float] = ()) -> MeasureAxis:
    """An axis for values and the limits of rules: from 0, or logarithmic where values of both sides reach far.

    Parameters
    ----------
    values : float array (n,)
        Missing ones count for nothing.
    limits : sequence of float, optional

    Examples
    --------
    >>> measure_axis(np.array([0.0, 0.3]), [0.05])
    MeasureAxis(low=0.0, high=0.31, is_log=False, ticks=(0.0, 0.1, 0.2, 0.3), zeros=1)
    >>> measure_axis(np.array([0.12, 3.0, 1900.0]), [50])
    MeasureAxis(low=0.1, high=2000.0, is_log=True, ticks=(0.1, 1.0, 10.0, 100.0, 1000.0), zeros=0)
    """
    finite = values[np.isfinite(values)]
    known = np.concatenate([finite, np.asarray(limits, dtype=float)])
    above, zeros = known[known > 0], int((finite == 0).sum())
    if _is_wide(known, above, limits):
        low, high = float(above.min()), float(above.max())
        low, high = _round_down(max(low, 1e-6 * high)), _round_up(high)
        return MeasureAxis(low, high, True, _powers(low, high), zeros)
    low, highest = min(0.0, float(known.min(initial=0.0))), float(known.max(initial=0.0))
    if 0.9 < highest <= 1:
        high = 1.0
    else:  # rounding to two figures may fall below the highest value, and no bar may leave the axis
        high = max(highest, float(f"{low + (highest - low) * 1.03:.2g}")) if highest > low else low + 1.0
    return MeasureAxis(low, high, False, _round_ticks(low, high), zeros if zeros * MANY >= max(len(finite), 1) else 0)


def _is_wide(known: Floats, above: Floats, limits: Sequence[float]) -> bool:
    """Whether a plain axis would crowd: half of all values above 0 on less than a twentieth of it."""
    if not len(above) or (known < 0).any() or any(limit <= 0 for limit in limits):
        return False
    return float(above.max()) > SPAN * float(above.min()) and float(np.median(above)) < float(above.max()) / 20


def _powers(low: float, high: float) -> tuple[float, ...]:
    """The powers of ten from one end to the other, or some of them."""
    first, last = ceil(log10(low) - 1e-9), floor(log10(high) + 1e-9)
    step = max(1, ceil((last - first + 1) / (TICKS + 1)))
    return tuple(float(f"1e{power}") for power in range(first, last + 1, step))


def _round_ticks(low: float, high: float) -> tuple[float, ...]:
    """Round numbers from one end to the other, at most so many steps."""
    rough = (high - low) / TICKS
    power = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * (1 - 1e-9))
    places = range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)
    return tuple(float(f"{multiple * step:.12g}") for multiple in places)


def _round_down(value: float) -> float:
    power = 10.0 ** floor(log10(value))
    return float(f"{max(factor for factor in (1, 2, 5) if factor * power <= value * (1 + 1e-9)) * power:.12g}")


def _round_up(value: float) -> float:
    power = 10.0 ** floor(log10(value))
    return float(f"{min(factor for factor in (1, 2, 5, 10) if factor * power >= value * (1 - 1e-9)) * power:.12g}")
