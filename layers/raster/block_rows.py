"""A grid read by block rows: which cells of which polygons lie in each, and what the grid says of them.

The rows of a grid, and where they are very long its columns, are cut into tiles that depend on the grid alone. A
polygon's cells come tile by tile, in rows, so that memory is bounded by a tile and by borders, never by the area of a
polygon, and no polygon's numbers depend on the others.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.conditions import Condition
from layers.crs import full_turn
from layers.formats import Raster, Window
from layers.raster.cell_area import cell_areas, cell_sides, row_areas
from layers.raster.coverage_fraction import Edges, Floats, Places, Spans, find_spans, joined
from layers.raster.terrain import aspect, neighbour_heights, relief, slope, window_heights

Flags = npt.NDArray[np.bool_]
Read = Callable[..., Floats]

_TILE = 2**18
"""Cells that are in memory at a time, about."""
_EDGES = 2**16
"""Edges whose cells are sought at a time."""
_DENSE = 0.2
"""Where polygons hold more than this part of a window, all of it is looked at, else their cells alone."""


class Grain(NamedTuple):
    """Rows and columns of a tile."""

    rows: int
    columns: int


def grain(block: tuple[int, int], columns: int) -> Grain:
    """The tiles of a grid that is stored in blocks: whole block rows, or blocks side by side where those are long.

    Examples
    --------
    >>> grain((1, 1000), 1000)
    Grain(rows=262, columns=1000)
    >>> grain((512, 512), 100_000)
    Grain(rows=512, columns=512)
    """
    high, wide = max(block[0], 1), min(max(block[1], 1), columns)
    if high * columns <= _TILE:
        return Grain(high * (_TILE // (high * columns)), columns)
    if high * wide <= _TILE:
        return Grain(high, wide * max(_TILE // (high * wide), 1))
    return Grain(max(_TILE // wide, 1), wide)


class Tile(NamedTuple):
    """A window of a grid, and the spans of polygons in it, sorted by row and column."""

    window: Window
    spans: Spans


def tiles(edges: Edges, raster: Raster, block: tuple[int, int]) -> Iterator[Tile]:
    """The tiles that polygons meet, from north to south."""
    turn = full_turn(raster.crs)
    columns = raster.shape[1]
    size = grain(block, columns)
    for rows, few in _strips(edges, raster.shape[0], size.rows):
        spans = joined(find_spans(some, rows, columns, turn and turn / raster.transform.a) for some in _portions(few))
        if len(spans.owner):
            yield from _by_columns(spans, size.columns, columns)


def _strips(edges: Edges, height: int, rows: int) -> Iterator[tuple[slice, Edges]]:
    """The edges that meet each strip of rows, sorted by polygon; an edge that meets several is in each."""
    y0, y1 = edges.start[:, 1], edges.end[:, 1]
    last = -(-height // rows) - 1
    first = np.clip(np.floor(np.minimum(y0, y1) / rows), 0, last + 1).astype(np.int64)
    count = np.maximum(np.clip(np.floor(np.maximum(y0, y1) / rows), -1, last).astype(np.int64) - first + 1, 0)
    edge = np.repeat(np.arange(len(count)), count)
    strip = first[edge] + np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    order = np.lexsort([edges.owner[edge], strip])
    edge, strip = edge[order], strip[order]
    starts = np.flatnonzero(np.diff(strip, prepend=-1))
    for start, stop in itertools.pairwise([*starts.tolist(), len(strip)]):
        top = int(strip[start]) * rows
        some = edge[start:stop]
        few = Edges(edges.start.take(some, 0), edges.end.take(some, 0), edges.owner[some])
        yield slice(top, min(top + rows, height)), few


def _portions(edges: Edges) -> Iterator[Edges]:
    """Some polygons at a time, whole."""
    start = 0
    while start < len(edges.owner):
        stop = start + _EDGES
        if stop < len(edges.owner):
            stop = int(np.searchsorted(edges.owner, edges.owner[stop], "left"))
            if stop <= start:
                stop = int(np.searchsorted(edges.owner, edges.owner[start], "right"))
        yield Edges(edges.start[start:stop], edges.end[start:stop], edges.owner[start:stop])
        start = stop


def _by_columns(spans: Spans, wide: int, columns: int) -> Iterator[Tile]:
    tile = np.zeros(len(spans.owner), dtype=np.int64)
    if wide < columns:
        first = spans.start // wide
        count = (spans.stop - 1) // wide - first + 1
        place = np.repeat(np.arange(len(count)), count)
        tile = first[place] + np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count)
        spans = spans.take(place)
        spans = spans._replace(
            start=np.maximum(spans.start, tile * wide), stop=np.minimum(spans.stop, (tile + 1) * wide)
        )
    order = np.lexsort([spans.row * columns + spans.start, tile])
    spans, tile = spans.take(order), tile[order]
    starts = np.flatnonzero(np.diff(tile, prepend=-1))
    for start, stop in itertools.pairwise([*starts.tolist(), len(tile)]):
        some = spans.take(np.arange(start, stop))
        window = (
            slice(int(some.row[0]), int(some.row[-1]) + 1),
            slice(int(some.start.min()), int(some.stop.max())),
        )
        yield Tile(window, some)


@dataclass(frozen=True)
class TileCells:
    """What a grid says of the cells of a tile."""

    raster: Raster
    read: Read
    tile: Tile

    @property
    def spans(self) -> Spans:
        """Of polygons."""
        return self.tile.spans

    @cached_property
    def lengths(self) -> Places:
        """Of each span, in cells."""
        return self.spans.stop - self.spans.start

    @cached_property
    def _dense(self) -> bool:
        rows, columns = self.tile.window
        size = (rows.stop - rows.start) * (columns.stop - columns.start)
        return bool(self.lengths.sum() >= _DENSE * size)

    @cached_property
    def ends(self) -> tuple[Places, Places]:
        """Where the cells of each span begin and end among the values of a surface."""
        if not self._dense:
            stop = np.cumsum(self.lengths)
            return stop - self.lengths, stop
        rows, columns = self.tile.window
        begin = (self.spans.row - rows.start) * (columns.stop - columns.start) + self.spans.start - columns.start
        return begin, begin + self.lengths

    @cached_property
    def _bounds(self) -> tuple[Places, bool]:
        """Begins and ends in turn, as numpy reduces them, and whether an end lies beyond the last value."""
        begin, end = self.ends
        return np.column_stack([begin, end]).ravel(), bool((end[:-1] == end.max()).any())

    def reduced(self, ufunc: np.ufunc, values: Floats) -> Floats:
        """One number of the values of each span."""
        bounds, padded = self._bounds
        if padded and bounds.max() == len(values):
            values = np.append(values, values[-1])
        if bounds[-1] == len(values):
            bounds = bounds[:-1]
        return np.asarray(ufunc.reduceat(values, bounds)[::2])

    @cached_property
    def cells(self) -> Places:
        """The place of each cell of each span among the values of a surface."""
        begin, _ = self.ends
        first = np.repeat(begin - (np.cumsum(self.lengths) - self.lengths), self.lengths)
        return first + np.arange(len(first))

    @cached_property
    def places(self) -> tuple[Places, Places]:
        """Row and column of every value: of a window a column of rows and a row of columns."""
        if self._dense:
            rows, columns = (np.arange(one.start, one.stop) for one in self.tile.window)
            return rows[:, None], columns[None, :]
        cells = self.spans.cells()
        return cells.row, cells.column

    @cached_property
    def per_span(self) -> Floats | None:
        """The true area inside its polygon of a cell of each span; None where cells of one row differ."""
        rows = self.tile.window[0]
        areas = row_areas(self.raster, rows)
        return None if areas is None else areas[self.spans.row - rows.start] * self.spans.share

    @cached_property
    def areas(self) -> Floats:
        """The true area of the cell of every value."""
        return cell_areas(self.raster, *self.places).ravel()

    @cached_property
    def whole(self) -> Floats:
        """The true area of each span inside its polygon."""
        if self.per_span is not None:
            return self.per_span * self.lengths
        return self.spans.share * self.reduced(np.add, self.areas)

    def weighted(self, values: Floats) -> Floats:
        """The sum of the values of each span, each times its area inside the polygon."""
        if self.per_span is not None:
            return self.per_span * self.reduced(np.add, values)
        return self.spans.share * self.reduced(np.add, self.areas * values)

    @cached_property
    def weights(self) -> Floats:
        """The true area inside its polygon of each of the ``cells``."""
        if self.per_span is not None:
            return np.repeat(self.per_span, self.lengths)
        return np.repeat(self.spans.share, self.lengths) * self.areas[self.cells]

    @cached_property
    def _read(self) -> dict[str, Floats]:
        return {}

    def surface(self, name: str) -> Floats:
        """The values of a surface; NaN where a cell has none."""
        if name not in self._read:
            self._read[name] = self._made(name).ravel()
        return self._read[name]

    def answer(self, condition: Condition) -> tuple[Flags, Flags]:
        """Of every value whether a condition is met, and whether that is known."""
        found = condition.evaluate(pd.DataFrame({name: self.surface(name) for name in sorted(condition.names)}))
        return found.yes, found.known

    def _made(self, name: str) -> Floats:
        rows, columns = self.tile.window
        if name == "value":
            if self._dense:
                return self.read((rows, columns))
            row, column = self.places
            return self.read((rows, columns), (row - rows.start, column - columns.start))
        width, height = (side[self.places[0] - rows.start] for side in self._sides)
        made: dict[str, Callable[[], Floats]] = {
            "slope": lambda: slope(self._around, width, height),
            "aspect": lambda: aspect(self._around, width, height),
            "relief": lambda: relief(self._around),
        }
        return made[name]()

    @cached_property
    def _sides(self) -> tuple[Floats, Floats]:
        return cell_sides(self.raster, self.tile.window[0])

    @cached_property
    def _around(self) -> list[Floats]:
        """The heights of the nine cells around every value."""
        rows, columns = self.tile.window
        wider = tuple(
            slice(max(one.start - 1, 0), min(one.stop + 1, size))
            for one, size in zip((rows, columns), self.raster.shape, strict=True)
        )
        heights = self.read(wider)
        top, left = rows.start - wider[0].start, columns.start - wider[1].start
        if self._dense:
            high, wide = rows.stop - rows.start, columns.stop - columns.start
            return window_heights(heights, slice(top, top + high), slice(left, left + wide))
        row, column = self.places
        return list(neighbour_heights(heights, row - wider[0].start, column - wider[1].start))
