"""Sums, extremes and deviations of what a grid says of each polygon, added up tile by tile.

All are merged one tile after the other and in each in rows, so that they hang on the grid and the polygon alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

import numpy as np
import numpy.typing as npt

from layers.conditions import Formula
from layers.raster.block_rows import TileCells
from layers.raster.coverage_fraction import Edges, Floats, Places

Flags = npt.NDArray[np.bool_]

EXTREMES = ("min", "max")
"""Functions that one cell alone can decide."""
_SLIVER = 0.01
"""Of the cell of which a polygon has most: so much of any other is no noise, however small the polygon."""
_TIE = 1e-12


class Extent:
    """How much of a grid each polygon holds: in cells and in area, and the largest share of a cell."""

    def __init__(self, count: int) -> None:
        self.cells, self.area, self.most = np.zeros(count), np.zeros(count), np.zeros(count)

    def add(self, found: TileCells) -> None:
        """Count the cells of one tile."""
        spans = found.spans
        np.add.at(self.cells, spans.owner, spans.share * found.lengths)
        np.add.at(self.area, spans.owner, found.whole)
        np.maximum.at(self.most, spans.owner, spans.share)

    def inside(self, edges: Edges) -> Floats:
        """The share of each polygon that lies on the grid."""
        return share_on_grid(edges, self.cells)


def share_on_grid(edges: Edges, cells: Floats) -> Floats:
    """The share of each polygon that lies on a grid, by the grid's own plane, where so many of its cells are inside."""
    whole = edges.cells(len(cells))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.clip(np.nan_to_num(cells / whole), 0.0, 1.0)


class Seen:
    """What a formula reads of the cells of a tile: their values, and which have one."""

    def __init__(self, found: TileCells, formula: Formula) -> None:
        self.found = found
        if formula.condition is None:
            self.raw = found.surface(formula.argument)
            self.known = ~np.isnan(self.raw)
        else:
            yes, self.known = found.answer(formula.condition)
            self.raw = yes.astype(np.float64)
        self.clean = bool(self.known.all())

    @cached_property
    def values(self) -> Floats:
        """0 where there is none."""
        return self.raw if self.clean else np.where(self.known, self.raw, 0.0)

    @cached_property
    def counts(self) -> Floats:
        """How many cells of each span have a value."""
        found = self.found
        if self.clean:
            return found.lengths.astype(np.float64)
        return found.reduced(np.add, self.known.astype(np.float64))

    @cached_property
    def area(self) -> Floats:
        """Of the cells of each span that have a value."""
        found = self.found
        if self.clean:
            return found.whole
        if found.per_span is not None:
            return found.per_span * self.counts
        return found.weighted(self.known.astype(np.float64))

    @cached_property
    def amount(self) -> Floats:
        """The sum of the values of each span, each times its area."""
        found = self.found
        return found.per_span * self.sum if found.per_span is not None else found.weighted(self.values)

    @cached_property
    def sum(self) -> Floats:
        """The sum of the values of each span, of whole cells."""
        return self.found.reduced(np.add, self.values)

    @cached_property
    def lowest(self) -> Floats:
        """Of each span; NaN where it has no value."""
        return self.found.reduced(np.fmin, self.raw)

    @cached_property
    def highest(self) -> Floats:
        """Of each span; NaN where it has no value."""
        return self.found.reduced(np.fmax, self.raw)

    @cached_property
    def mean(self) -> Floats:
        """Of each span, by area; never beyond its values."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.clip(self.amount / self.area, self.lowest, self.highest)

    @cached_property
    def spread(self) -> Floats:
        """The sum of area times the square of what each value of a span is off its mean."""
        begin, end = self.found.ends
        spread = np.zeros(len(begin))
        long = np.flatnonzero((end - begin > 1) & (self.counts > 0))
        if not len(long):
            return spread
        begin, end, mean = begin[long], end[long], self.mean[long]
        if (begin[1:] < end[:-1]).any():  # spans of polygons that overlap
            place = np.repeat(np.arange(len(long)), end - begin)
            cells = np.arange(len(place)) + np.repeat(begin - np.cumsum(end - begin) + end - begin, end - begin)
            off = np.where(self.known[cells], self.values[cells] - mean[place], 0.0)
            weight = 1.0 if self.found.per_span is not None else self.found.areas[cells]
            spread[long] = np.bincount(place, off**2 * weight)
        else:
            gaps = np.diff(np.column_stack([begin, end]).ravel(), prepend=0, append=len(self.values))
            centre = np.zeros(len(gaps))
            centre[1::2] = mean
            off = self.values - np.repeat(centre, gaps)
            if not self.clean:
                off[~self.known] = 0.0
            off *= off
            if self.found.per_span is None:
                off *= self.found.areas
            spread[long] = self.found.reduced(np.add, off)[long]
        part = self.found.spans.share if self.found.per_span is None else self.found.per_span
        return spread * part

    @cached_property
    def cells(self) -> tuple[Places, Floats, Floats]:
        """Polygon, value and area of every cell that has a value, in the order of spans."""
        found = self.found
        owner, value, area = np.repeat(found.spans.owner, found.lengths), self.raw[found.cells], found.weights
        if self.clean:
            return owner, value, area
        known = self.known[found.cells]
        return owner[known], value[known], area[known]


class Moments:
    """What is added up of one surface, or of the answers to one condition.

    Notes
    -----
    A mean is the sum of value times area over the area, and never beyond the values themselves, so one value alone
    comes out as it is. Deviations are taken from the mean of each span, and spans and tiles merged as by Chan, Golub
    and LeVeque, *The American Statistician* 37, 1983.
    """

    def __init__(self, count: int, strip: float, functions: set[str]) -> None:
        self.strip, self.functions = strip, functions
        self.area, self.amount, self.sum = np.zeros(count), np.zeros(count), np.zeros(count)
        self.lowest, self.highest = np.full(count, np.inf), np.full(count, -np.inf)
        self.least, self.most = np.full(count, np.inf), np.full(count, -np.inf)
        self.east, self.north = np.zeros(count), np.zeros(count)
        self.centre, self.spread, self.weight = np.zeros(count), np.zeros(count), np.zeros(count)
        self.sure = np.zeros(count, dtype=bool)
        self._doubtful: list[tuple[Places, Floats, Floats, Floats]] = []

    def add(self, seen: Seen) -> None:
        """Add one tile."""
        spans, functions = seen.found.spans, self.functions
        np.add.at(self.area, spans.owner, seen.area)
        if functions & {"mean", "share"}:
            np.add.at(self.amount, spans.owner, seen.amount)
        if "sum" in functions:
            np.add.at(self.sum, spans.owner, spans.share * seen.sum)
        if functions & {"mean", *EXTREMES}:
            np.fmin.at(self.least, spans.owner, seen.lowest)
            np.fmax.at(self.most, spans.owner, seen.highest)
        if "direction" in functions:
            angle = np.radians(seen.values)
            for total, part in ((self.east, np.sin(angle)), (self.north, np.cos(angle))):
                np.add.at(total, spans.owner, seen.found.weighted(np.where(seen.known, part, 0.0)))
        if "std" in functions:
            self._spread(seen)
        self._touch(seen)

    def _touch(self, seen: Seen) -> None:
        """Note the spans that are touched for certain; of the others more must be known before they count."""
        spans, valued = seen.found.spans, seen.counts > 0
        wide = spans.share > self.strip
        sure, doubtful = np.flatnonzero(wide & valued), np.flatnonzero(~wide & valued)
        self.sure[spans.owner[sure]] = True
        extremes = bool(self.functions & {*EXTREMES})
        if extremes:
            np.minimum.at(self.lowest, spans.owner[sure], seen.lowest[sure])
            np.maximum.at(self.highest, spans.owner[sure], seen.highest[sure])
        if len(doubtful):
            none = np.zeros(len(doubtful))
            ends = (seen.lowest[doubtful], seen.highest[doubtful]) if extremes else (none, none)
            self._doubtful.append((spans.owner[doubtful], spans.share[doubtful], *ends))

    def _spread(self, seen: Seen) -> None:
        valued = np.flatnonzero(seen.counts > 0)
        if not len(valued):
            return
        area, centre = seen.area[valued], seen.mean[valued]
        present, place = np.unique(seen.found.spans.owner[valued], return_inverse=True)
        base = np.full(len(present), np.inf)
        np.minimum.at(base, place, centre)
        weight = np.bincount(place, area)
        mean = base + np.bincount(place, area * (centre - base[place])) / weight
        spread = np.bincount(place, seen.spread[valued] + area * (centre - mean[place]) ** 2)
        before = self.weight[present]
        whole, step = before + weight, mean - self.centre[present]
        self.centre[present] = np.where(before > 0, self.centre[present] + step * (weight / whole), mean)
        self.spread[present] += spread + np.where(before > 0, step**2 * before * (weight / whole), 0.0)
        self.weight[present] = whole

    def end(self, most: Floats) -> None:
        """Settle the spans in doubt, once the largest share of a cell that each polygon has is known."""
        for unit, share, lowest, highest in self._doubtful:
            touched = share > np.minimum(self.strip, _SLIVER * most[unit])
            owner = unit[touched]
            self.sure[owner] = True
            if self.functions & {*EXTREMES}:
                np.minimum.at(self.lowest, owner, lowest[touched])
                np.maximum.at(self.highest, owner, highest[touched])
        self._doubtful = []

    def statistic(self, function: str) -> Floats:
        """One number of each polygon; NaN where it touches no cell for certain that has a value."""
        made: Mapping[str, Callable[[], Floats]] = {
            "mean": lambda: np.clip(self.amount / self.area, self.least, self.most),
            "share": lambda: self.amount / self.area,
            "sum": lambda: self.sum,
            "min": lambda: self.lowest,
            "max": lambda: self.highest,
            "std": lambda: np.sqrt(self.spread / self.weight),
            "direction": self._direction,
        }
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self.sure, made[function](), np.nan)

    def _direction(self) -> Floats:
        """The mean of directions in degrees, 0 to 360: that of 350 and 10 is 0; NaN where they cancel out."""
        east, north = self.east / self.area, self.north / self.area
        direction = np.round(np.degrees(np.arctan2(east, north)) % 360.0, 9) % 360.0
        return np.where(np.hypot(east, north) > _TIE, direction, np.nan)
