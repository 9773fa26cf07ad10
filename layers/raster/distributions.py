"""What a grid says of each polygon: distributions, and moments that are added up tile by tile.

All are merged one tile after the other and in each in rows, so that they hang on the grid and the polygon alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from layers.conditions import Formula
from layers.raster.cells import TileCells
from layers.raster.coverage_fraction import Edges, Floats, Places

Keys = npt.NDArray[np.uint64]
Cells = tuple[Places, Floats, Floats]
"""Polygon, value and area of cells."""

HELD = 2**20
"""Distinct values of polygons that are held in memory."""
_BINS = 2**22
"""Counters of one reading, all intervals together."""
_TIE = 1e-12
_KINDS = 2**16
_SIGN = np.uint64(1 << 63)


@dataclass(frozen=True)
class Distribution:
    """Distinct values of polygons, and the area that has each.

    Attributes
    ----------
    owner : array of int
        Place of the polygon, sorted.
    value : array of float
        Sorted inside each polygon; no NaN.
    area : array of float
        True area inside the polygon.
    count : int
        How many polygons there are; those without a value get NaN.
    """

    owner: Places
    value: Floats
    area: Floats
    count: int

    def only(self, chosen: npt.NDArray[np.bool_]) -> Distribution:
        """Some of the values."""
        return Distribution(self.owner[chosen], self.value[chosen], self.area[chosen], self.count)

    @property
    def starts(self) -> npt.NDArray[np.intp]:
        """Where the values of each polygon begin, and where the last ones end."""
        return np.searchsorted(self.owner, np.arange(self.count + 1))


def distribution(cells: Cells, count: int) -> Distribution:
    """Cells with equal values of a polygon put together.

    Examples
    --------
    >>> found = distribution((np.array([0, 0, 0]), np.array([5.0, 2.0, 5.0]), np.array([1.0, 1.0, 0.5])), 1)
    >>> found.value.tolist(), found.area.tolist()
    ([2.0, 5.0], [1.0, 1.5])
    """
    owner, value, area = cells
    order = np.lexsort([value, owner])
    owner, value = owner[order], value[order]
    first = np.flatnonzero(np.append(True, (owner[1:] != owner[:-1]) | (value[1:] != value[:-1]))[: len(owner)])
    summed = np.add.reduceat(area[order], first) if len(first) else area
    return Distribution(owner[first], value[first], summed, count)


def quantile(value_areas: Distribution, part: float) -> Floats:
    """The value that ``part`` of the polygon's land does not exceed.

    Notes
    -----
    Values are put in order; the quantile is that at which the area so far first reaches ``part`` of the whole. Where it
    reaches it exactly, the mean of this and the next value: so the median of two equal cells is their mean.
    """
    wanted = np.full(value_areas.count, np.nan)
    start = value_areas.starts
    for unit in np.flatnonzero(np.diff(start)):
        values, area = (
            value_areas.value[start[unit] : start[unit + 1]],
            np.cumsum(value_areas.area[start[unit] : start[unit + 1]]),
        )
        at, after = np.searchsorted(area, _around(part, area[-1]))
        last = len(values) - 1
        wanted[unit] = (values[min(at, last)] + values[min(after, last)]) / 2
    return wanted


def majority(value_areas: Distribution) -> Floats:
    """The value of the largest area; of equals the smallest value."""
    most = np.zeros(value_areas.count)
    np.maximum.at(most, value_areas.owner, value_areas.area)
    wanted = np.full(value_areas.count, np.nan)
    level = np.flatnonzero(value_areas.area >= most[value_areas.owner] * (1 - _TIE))[::-1]
    wanted[value_areas.owner[level]] = value_areas.value[level]  # the last to be written is the smallest
    return wanted


def _around(part: float, whole: Floats | float) -> npt.NDArray[np.float64]:
    """Areas a hair below and above a part of the whole."""
    return np.array([(part - _TIE) * whole, (part + _TIE) * whole])


class Tally:
    """Cells gathered into distributions, of which numbers are made as polygons end."""

    def __init__(
        self, last_row: Floats, functions: Mapping[str, Callable[[Distribution], Floats]], limit: float | None = None
    ) -> None:
        self.limit = HELD if limit is None else limit
        self.last_row, self.functions = last_row, functions
        self.results = {name: np.full(len(last_row), np.nan) for name in functions}
        self.spilled = np.zeros(len(last_row), dtype=bool)
        self._parts: list[Cells] = []
        self._held = self._settled = 0

    def add(self, cells: Cells, row: int) -> None:
        """Add the cells of one tile that begins in a row; those of all rows above have been added."""
        if self.spilled.any():
            retained = ~self.spilled[cells[0]]
            cells = cells[0][retained], cells[1][retained], cells[2][retained]
        if len(cells[0]):
            self._parts.append(_counted(cells))
            self._held += len(self._parts[-1][0])
        if self._held > max(self.limit, 2 * self._settled):
            self._settle(row)

    def end(self) -> None:
        """Settle all polygons that are left."""
        self._finish(self._distribution())

    def _settle(self, row: int) -> None:
        """Finish polygons that lie above a row, and give up those with the most values until the rest can be held."""
        value_areas = self._distribution()
        done = self.last_row[value_areas.owner] < row
        self._finish(value_areas.only(done))
        rest = value_areas.only(~done)
        sizes = np.bincount(rest.owner, minlength=rest.count)
        while sizes.sum() > self.limit:
            self.spilled[np.argmax(sizes)] = True
            sizes[self.spilled] = 0
        rest = rest.only(~self.spilled[rest.owner])
        self._parts = [(rest.owner, rest.value, rest.area)]
        self._held = self._settled = len(rest.owner)

    def _finish(self, value_areas: Distribution) -> None:
        present = np.unique(value_areas.owner)
        few = Distribution(
            np.searchsorted(present, value_areas.owner), value_areas.value, value_areas.area, len(present)
        )
        for name, function in self.functions.items():
            self.results[name][present] = function(few)

    def _distribution(self) -> Distribution:
        none = (np.empty(0, np.int64), np.empty(0), np.empty(0))
        parts = zip(none, *self._parts, strict=True)
        owner, value, area = (np.concatenate(several) for several in parts)
        return distribution((owner, value, area), len(self.last_row))


def _counted(cells: Cells) -> Cells:
    """Cells of whole numbers that are not far apart with equal ones put together; others as they are."""
    owner, value, area = cells
    low, high = value.min(), value.max()
    first = owner.min()
    size = (owner.max() - first + 1) * (high - low + 1)
    if size > max(4 * len(owner), _KINDS) or not np.array_equal(value, np.rint(value)):
        return cells
    kinds = int(high - low) + 1
    key = (owner - first) * kinds + (value - low).astype(np.int64)
    summed = np.bincount(key, area)
    there = np.flatnonzero(np.bincount(key))
    counted: Cells = ((there // kinds + first).astype(np.int64), low + there % kinds, summed[there].astype(np.float64))
    return counted


def select_quantiles(reading: Callable[[], Iterable[Cells]], parts: list[float], whole: Distribution) -> list[Floats]:
    """Quantiles of more distinct values than memory holds, by reading all cells again several times."""
    unit = np.unique(whole.owner)
    start = whole.starts
    low, high = _keys(whole.value[start[unit]]), _keys(whole.value[start[unit + 1] - 1])
    total = whole.area[start[unit]]
    # one search for each polygon and quantile, and each of the two areas around it
    wanted = np.concatenate([_around(part, total).ravel() for part in parts])
    search = _Search(np.tile(unit, 2 * len(parts)), np.tile(low, 2 * len(parts)), np.tile(high, 2 * len(parts)), wanted)
    while search.left is None or search.left > HELD:
        search.narrow(reading())
    value = search.settle(reading()).reshape(len(parts), 2, len(unit))
    quantiles = np.full((len(parts), whole.count), np.nan)
    quantiles[:, unit] = value.mean(axis=1)
    return list(quantiles)


class _Search:
    """Intervals of values in which the area of a polygon, counted from the lowest, first reaches what is wanted."""

    def __init__(self, unit: Places, low: Keys, high: Keys, wanted: Floats) -> None:
        self.unit, self.low, self.high, self.wanted = unit, low, high, wanted
        self.below = np.zeros(len(unit))
        self.left: int | None = None

    def _slots(self) -> tuple[Places, Places]:
        """The different intervals: the first search of each, and of every search its interval."""
        order = np.lexsort([self.high, self.low, self.unit])
        keys = np.stack([column[order] for column in (self.unit.astype(np.uint64), self.low, self.high)])
        new = np.append(True, (keys[:, 1:] != keys[:, :-1]).any(axis=0))
        slot = np.empty(len(order), dtype=np.int64)
        slot[order] = np.cumsum(new) - 1
        return order[new], slot

    def _inside(self, cells: Cells, first: Places) -> Iterator[tuple[Places, Keys, Floats]]:
        """The interval, the key above its lowest, and the area of cells that lie in one; those of a unit in turn."""
        unit = self.unit[first]
        turn = np.arange(len(first)) - np.searchsorted(unit, unit)
        key = _keys(cells[1])
        for number in range(int(turn.max(initial=-1)) + 1):
            table = np.full(max(int(unit.max()), int(cells[0].max(initial=0))) + 1, -1)
            mine = turn == number
            table[unit[mine]] = np.flatnonzero(mine)
            slot = table[cells[0]]
            ends = first[slot]
            inside = (slot >= 0) & (key >= self.low[ends]) & (key <= self.high[ends])
            yield slot[inside], key[inside] - self.low[ends[inside]], cells[2][inside]

    def narrow(self, reading: Iterable[Cells]) -> None:
        """Count the cells of each interval, and take the part of it in which the search ends."""
        first, slot = self._slots()
        bins = 2 ** max(int(np.log2(_BINS / max(len(first), 1))), 2)
        span = self.high[first] - self.low[first]
        shift = np.maximum(np.ceil(np.log2(span.astype(np.float64) + 1)) - np.log2(bins), 0).astype(np.uint64)
        shift += (span >> shift) >= bins
        area, number = np.zeros(len(first) * bins), np.zeros(len(first) * bins, dtype=np.int64)
        for cells in reading:
            for intervals, key, part in self._inside(cells, first):
                bin_number = intervals * bins + (key >> shift[intervals]).astype(np.int64)
                held, where = np.unique(bin_number, return_inverse=True)
                area[held] += np.bincount(where, part)
                number[held] += np.bincount(where)
        area, number = area.reshape(-1, bins), number.reshape(-1, bins)
        upto = np.cumsum(area, axis=1)
        chosen = np.empty(len(self.unit), dtype=np.int64)
        for search, interval in enumerate(slot):
            there = np.flatnonzero(number[interval])
            at = np.searchsorted(upto[interval, there] + self.below[search], self.wanted[search])
            chosen[search] = there[min(at, len(there) - 1)]
        self.below = self.below + upto[slot, chosen] - area[slot, chosen]
        self.low = self.low + (chosen.astype(np.uint64) << shift[slot])
        self.high = self.low + np.minimum(self.high - self.low, (np.uint64(1) << shift[slot]) - np.uint64(1))
        chosen_bins = np.unique(np.column_stack([slot, chosen]), axis=0)
        open_ = shift[chosen_bins[:, 0]] > 0  # else all its cells have one value
        self.left = int(number[chosen_bins[:, 0], chosen_bins[:, 1]][open_].sum())

    def settle(self, reading: Iterable[Cells]) -> Floats:
        """The value at which each search ends."""
        first, slot = self._slots()
        held: list[tuple[Places, Keys, Floats]] = []
        for cells in reading:
            for intervals, key, part in self._inside(cells, first):
                open_ = self.high[first[intervals]] > self.low[first[intervals]]
                held.append((intervals[open_], key[open_], part[open_]))
        intervals, key, part = (np.concatenate(several) for several in zip(*held, strict=True))
        order = np.lexsort([key, intervals])
        intervals, key, part = intervals[order], key[order], part[order]
        ends = self.low.copy()
        start = np.searchsorted(intervals, np.arange(len(first) + 1))
        for search, interval in enumerate(slot):
            keys = key[start[interval] : start[interval + 1]]
            if len(keys):
                upto = np.cumsum(part[start[interval] : start[interval + 1]]) + self.below[search]
                ends[search] += keys[min(int(np.searchsorted(upto, self.wanted[search])), len(keys) - 1)]
        return _values(ends)


def _keys(values: Floats) -> Keys:
    """Whole numbers in the order of the values."""
    bits = (values + 0.0).view(np.uint64)  # no negative zeros
    return np.where(bits >= _SIGN, ~bits, bits | _SIGN)


def _values(keys: Keys) -> Floats:
    return np.where(keys >= _SIGN, keys & ~_SIGN, ~keys).view(np.float64)


Flags = npt.NDArray[np.bool_]

EXTREMES = ("min", "max")
"""Functions that one cell alone can decide."""
_SLIVER = 0.01
"""Of the cell of which a polygon has most: so much of any other is no noise, however small the polygon."""


class Extent:
    """How much of a grid each polygon holds: in cells and in area, and the largest share of a cell."""

    def __init__(self, count: int) -> None:
        self.cells, self.area, self.most = np.zeros(count), np.zeros(count), np.zeros(count)

    def add(self, tile_cells: TileCells) -> None:
        """Count the cells of one tile."""
        spans = tile_cells.spans
        np.add.at(self.cells, spans.owner, spans.share * tile_cells.lengths)
        np.add.at(self.area, spans.owner, tile_cells.whole)
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

    def __init__(self, tile_cells: TileCells, formula: Formula) -> None:
        self.tile_cells = tile_cells
        if formula.condition is None:
            self.raw = tile_cells.surface(formula.argument)
            self.known = ~np.isnan(self.raw)
        else:
            yes, self.known = tile_cells.answer(formula.condition)
            self.raw = yes.astype(np.float64)
        self.clean = bool(self.known.all())

    @cached_property
    def values(self) -> Floats:
        """0 where there is none."""
        return self.raw if self.clean else np.where(self.known, self.raw, 0.0)

    @cached_property
    def counts(self) -> Floats:
        """How many cells of each span have a value."""
        tile_cells = self.tile_cells
        if self.clean:
            return tile_cells.lengths.astype(np.float64)
        return tile_cells.reduced(np.add, self.known.astype(np.float64))

    @cached_property
    def area(self) -> Floats:
        """Of the cells of each span that have a value."""
        tile_cells = self.tile_cells
        if self.clean:
            return tile_cells.whole
        if tile_cells.per_span is not None:
            return tile_cells.per_span * self.counts
        return tile_cells.weighted(self.known.astype(np.float64))

    @cached_property
    def amount(self) -> Floats:
        """The sum of the values of each span, each times its area."""
        tile_cells = self.tile_cells
        return tile_cells.per_span * self.sum if tile_cells.per_span is not None else tile_cells.weighted(self.values)

    @cached_property
    def sum(self) -> Floats:
        """The sum of the values of each span, of whole cells."""
        return self.tile_cells.reduced(np.add, self.values)

    @cached_property
    def lowest(self) -> Floats:
        """Of each span; NaN where it has no value."""
        return self.tile_cells.reduced(np.fmin, self.raw)

    @cached_property
    def highest(self) -> Floats:
        """Of each span; NaN where it has no value."""
        return self.tile_cells.reduced(np.fmax, self.raw)

    @cached_property
    def mean(self) -> Floats:
        """Of each span, by area; never beyond its values."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.clip(self.amount / self.area, self.lowest, self.highest)

    @cached_property
    def spread(self) -> Floats:
        """The sum of area times the square of what each value of a span is off its mean."""
        begin, end = self.tile_cells.ends
        spread = np.zeros(len(begin))
        long = np.flatnonzero((end - begin > 1) & (self.counts > 0))
        if not len(long):
            return spread
        begin, end, mean = begin[long], end[long], self.mean[long]
        if (begin[1:] < end[:-1]).any():  # spans of polygons that overlap
            span_index = np.repeat(np.arange(len(long)), end - begin)
            cells = np.arange(len(span_index)) + np.repeat(begin - np.cumsum(end - begin) + end - begin, end - begin)
            off = np.where(self.known[cells], self.values[cells] - mean[span_index], 0.0)
            weight = 1.0 if self.tile_cells.per_span is not None else self.tile_cells.areas[cells]
            spread[long] = np.bincount(span_index, off**2 * weight)
        else:
            gaps = np.diff(np.column_stack([begin, end]).ravel(), prepend=0, append=len(self.values))
            centre = np.zeros(len(gaps))
            centre[1::2] = mean
            off = self.values - np.repeat(centre, gaps)
            if not self.clean:
                off[~self.known] = 0.0
            off *= off
            if self.tile_cells.per_span is None:
                off *= self.tile_cells.areas
            spread[long] = self.tile_cells.reduced(np.add, off)[long]
        part = self.tile_cells.spans.share if self.tile_cells.per_span is None else self.tile_cells.per_span
        return spread * part

    @cached_property
    def cells(self) -> tuple[Places, Floats, Floats]:
        """Polygon, value and area of every cell that has a value, in the order of spans."""
        tile_cells = self.tile_cells
        owner, value, area = (
            np.repeat(tile_cells.spans.owner, tile_cells.lengths),
            self.raw[tile_cells.cells],
            tile_cells.weights,
        )
        if self.clean:
            return owner, value, area
        known = self.known[tile_cells.cells]
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
        spans, functions = seen.tile_cells.spans, self.functions
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
                np.add.at(total, spans.owner, seen.tile_cells.weighted(np.where(seen.known, part, 0.0)))
        if "std" in functions:
            self._spread(seen)
        self._touch(seen)

    def _touch(self, seen: Seen) -> None:
        """Note the spans that are touched for certain; of the others more must be known before they count."""
        spans, valued = seen.tile_cells.spans, seen.counts > 0
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
        present, position = np.unique(seen.tile_cells.spans.owner[valued], return_inverse=True)
        base = np.full(len(present), np.inf)
        np.minimum.at(base, position, centre)
        weight = np.bincount(position, area)
        mean = base + np.bincount(position, area * (centre - base[position])) / weight
        spread = np.bincount(position, seen.spread[valued] + area * (centre - mean[position]) ** 2)
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
