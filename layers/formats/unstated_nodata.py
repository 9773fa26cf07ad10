"""Values of a grid that mostly stand for "no value" though nobody says so: they lie apart from what else it holds.

A number is accused for where it stands, not for what it is: 255 beside 0 to 100 is no per cent, 255 after 254 a grey.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

_WRITTEN = (-999.0, -9999.0, -99999.0, -32767.0, -32768.0, -2147483647.0, -2147483648.0)
_WRITTEN_HIGH = (32767.0, 65535.0, 2147483647.0, 4294967295.0)
"""What programs write for "no value", whatever a file stores its numbers as."""
HUGE = 1e18
"""Beyond it nothing on a map is measured: -3.4e38, 1e20, 9.97e36 stand for none."""
_APART_BELOW, _APART_ABOVE = 0.1, 0.5
"""How far from the other values such a number lies, in parts of their range; above it real values lie apart, too."""


def telltales(kind: np.dtype[Any]) -> frozenset[float]:
    """The numbers that may stand for none in a grid that stores its cells so.

    Examples
    --------
    >>> 255.0 in telltales(np.dtype("uint8")), 255.0 in telltales(np.dtype("int16"))
    (True, False)
    """
    own: tuple[float, ...] = ()
    if kind.kind in "iu":
        limits = np.iinfo(kind)
        own = (float(limits.max), *((float(limits.min), float(limits.min) + 1) if limits.min else ()))
    return frozenset((*_WRITTEN, *_WRITTEN_HIGH, *own))


class CellSurvey:
    """What the cells of a grid hold, looked at block by block.

    Examples
    --------
    >>> heights = CellSurvey(np.dtype("int16"))
    >>> heights.add(np.array([300, -9999, 450], dtype="int16"))
    >>> heights.suspects(), heights.low, heights.high
    ((-9999.0,), 300.0, 450.0)
    >>> greys = CellSurvey(np.dtype("uint8"))
    >>> greys.add(np.arange(256, dtype="uint8"))
    >>> greys.suspects()
    ()
    """

    def __init__(self, kind: np.dtype[Any]) -> None:
        self._telltales = telltales(kind)
        self._real = kind.kind == "f"
        self.low, self.high = np.inf, -np.inf
        self.counts: dict[float, int] = {}

    def add(self, cells: npt.NDArray[Any]) -> None:
        """Look at some cells that have a value, as the file stores them."""
        flat = cells[np.isfinite(cells)] if self._real else cells.ravel()
        if not flat.size:
            return
        ends = float(flat.min()), float(flat.max())
        if any(end in self._telltales or abs(end) >= HUGE for end in ends):
            with np.errstate(over="ignore"):
                odd = np.isin(flat, np.asarray(sorted(self._telltales)))
            if self._real:
                odd |= np.abs(flat) >= HUGE
            values, numbers = np.unique(flat[odd], return_counts=True)
            for value, number in zip(values.tolist(), numbers.tolist(), strict=True):
                self.counts[float(value)] = self.counts.get(float(value), 0) + number
            flat = flat[~odd]
            if not flat.size:
                return
            ends = float(flat.min()), float(flat.max())
        self.low, self.high = min(self.low, ends[0]), max(self.high, ends[1])

    def suspects(self) -> tuple[float, ...]:
        """The values that stand apart from the others, sorted; without others, all that may stand for none."""
        return tuple(sorted(filter(self._apart, self.counts)))

    def _apart(self, value: float) -> bool:
        spread = self.high - self.low
        if spread < 0 or abs(value) >= HUGE:
            return True
        if value < self.low:
            return self.low >= 0 or self.low - value > _APART_BELOW * spread
        return value > self.high and value - self.high > _APART_ABOVE * spread


def range_with(values: Iterable[float], survey: CellSurvey) -> tuple[float, float]:
    """The least range that holds some values and those which do not stand for none."""
    known = [*values, *((survey.low, survey.high) if survey.low <= survey.high else ())]
    return min(known), max(known)
