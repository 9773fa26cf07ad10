"""Cells of a grid: their true area, slope and aspect, and those that polygons cover, read by block rows.

The rows of a grid, and where they are very long its columns, are cut into tiles that depend on the grid alone. A
polygon's cells come tile by tile, in rows, so that memory is bounded by a tile and by borders, never by the area of a
polygon, and no polygon's numbers depend on the others.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import CRS, Geod

from layers.conditions import Condition
from layers.crs import full_turn, is_equal_area, way_between
from layers.errors import CrsError
from layers.formats import HOLD_ALL, Raster, Window
from layers.phrases import Phrase
from layers.raster.coverage_fraction import Edges, Floats, Places, Spans, find_spans, joined

_LATTICE = 512


def cell_areas(raster: Raster, row: Places, column: Places) -> Floats:
    """The true area of cells, in square metres.

    Notes
    -----
    Between the equator and latitude p one radian of longitude holds b**2 / 2 * (sin p / (1 - e**2 sin**2 p) +
    atanh(e sin p) / e).
    """
    shape = np.broadcast_shapes(row.shape, column.shape)
    if raster.crs.is_geographic:
        return np.broadcast_to(_row_areas(raster)[row], shape)
    if is_equal_area(raster.crs) or 0 in shape:
        return np.full(shape, abs(raster.transform.a * raster.transform.e))
    areas = _lattice_areas(raster, row, column)
    beside = ~np.isfinite(areas)  # a point of the lattice has no place: such cells are measured one by one
    if beside.any():
        row, column = np.broadcast_arrays(row, column)
        areas[beside] = _areas_at(raster, *_middles(raster, row[beside], column[beside]))
    if not np.isfinite(areas[beside]).all():
        raise CrsError(
            Phrase(
                "layer '{layer}': units reach to cells at the rim of the map of its CRS ({crs}), which have no size "
                "on the earth. {remedy}",
                layer=raster.name,
                crs=raster.crs.name,
                remedy=HOLD_ALL,
            ),
            layer=raster.name,
        )
    return areas


def row_areas(raster: Raster, rows: slice) -> Floats | None:
    """The true area of each cell of some rows, where all cells of a row have the same; None where they have not."""
    if raster.crs.is_geographic:
        return _row_areas(raster)[rows]
    if is_equal_area(raster.crs):
        return np.full(rows.stop - rows.start, abs(raster.transform.a * raster.transform.e))
    return None


def cell_sides(raster: Raster, rows: slice) -> tuple[Floats, Floats]:
    """Width and height of the cells of some rows in metres on the ground, in the middle column of the grid."""
    y = raster.transform.f + raster.transform.e * (np.arange(rows.start, rows.stop) + 0.5)
    geod = _geod(raster.crs)
    if raster.crs.is_geographic:
        radian = float(raster.crs.axis_info[0].unit_conversion_factor)
        sine = np.sin(y * radian)
        bend = 1 - geod.es * sine**2
        across = geod.a / np.sqrt(bend) * np.cos(y * radian)
        along = geod.a * (1 - geod.es) / bend**1.5
        return across * raster.transform.a * radian, along * -raster.transform.e * radian
    x = np.full_like(y, raster.transform.c + raster.transform.a * raster.shape[1] / 2)
    to = way_between(raster.crs, _base(raster))
    half_x, half_y = raster.transform.a / 2, -raster.transform.e / 2
    sides = [
        geod.inv(*to.transform(x - dx, y - dy), *to.transform(x + dx, y + dy))[2]
        for dx, dy in ((half_x, 0), (0, half_y))
    ]
    return np.asarray(sides[0]), np.asarray(sides[1])


def _geod(crs: CRS) -> Geod:
    return crs.get_geod() or Geod(ellps="WGS84")


def _base(raster: Raster) -> CRS:
    base = raster.crs.geodetic_crs
    if base is None:
        raise CrsError(
            Phrase(
                "layer '{layer}': {crs} is not tied to the earth, so the size of its cells is unknown; give the "
                "raster a geographic or projected CRS",
                layer=raster.name,
                crs=raster.crs.name,
            ),
            layer=raster.name,
        )
    return base


def _row_areas(raster: Raster) -> Floats:
    geod = _geod(raster.crs)
    radian = float(raster.crs.axis_info[0].unit_conversion_factor)
    edges = raster.transform.f + raster.transform.e * np.arange(raster.shape[0] + 1)
    sine = np.sin(np.clip(edges * radian, -np.pi / 2, np.pi / 2))
    e = np.sqrt(geod.es)
    below = sine / (1 - geod.es * sine**2) + (np.arctanh(e * sine) / e if e else sine)
    return np.asarray(np.abs(np.diff(below))) * (float(geod.b) ** 2 / 2 * float(raster.transform.a) * radian)


def _lattice_areas(raster: Raster, row: Places, column: Places) -> Floats:
    """True areas of cells, bilinear between the points of a lattice that the grid alone decides."""
    step = -(-max(raster.shape) // _LATTICE)
    ys, xs = _ticks(row, step), _ticks(column, step)
    areas = _areas_at(raster, *np.meshgrid(*_middles(raster, ys, xs)))
    down, right = _between(ys, row, step), _between(xs, column, step)
    return np.asarray(
        sum(
            wy * wx * areas[iy, ix]
            for iy, wy in ((down[0], 1 - down[1]), (down[0] + 1, down[1]))
            for ix, wx in ((right[0], 1 - right[1]), (right[0] + 1, right[1]))
        )
    )


def _middles(raster: Raster, row: Floats | Places, column: Floats | Places) -> tuple[Floats, Floats]:
    """Where the middles of cells lie: x and y."""
    to = raster.transform
    return np.asarray(to.c + to.a * (column + 0.5)), np.asarray(to.f + to.e * (row + 0.5))


def _areas_at(raster: Raster, x: Floats, y: Floats) -> Floats:
    """True areas of the cells around points: the cross of the two ways through each, on the ellipsoid."""
    base = _base(raster)
    to = way_between(raster.crs, base)
    radian = float(base.axis_info[0].unit_conversion_factor)
    half_x, half_y = raster.transform.a / 2, raster.transform.e / 2
    lon, lat = (
        np.stack(ends) * radian
        for ends in zip(
            *(to.transform(x + dx, y + dy) for dx, dy in ((half_x, 0), (-half_x, 0), (0, half_y), (0, -half_y))),
            strict=True,
        )
    )
    geod = _geod(raster.crs)
    with np.errstate(invalid="ignore"):  # infinite beyond the rim of a map
        east, north = (lon[::2] - lon[1::2] + np.pi) % (2 * np.pi) - np.pi, lat[::2] - lat[1::2]
        middle = lat.mean(axis=0)
        bend = 1 - geod.es * np.sin(middle) ** 2
        ground = geod.a**2 * (1 - geod.es) * np.cos(middle) / bend**2
        return np.asarray(np.abs(east[0] * north[1] - east[1] * north[0]) * ground)


def _ticks(places: Places, step: int) -> Floats:
    """The multiples of ``step`` from below the first place to beyond the last."""
    return np.arange(int(places.min()) // step, int(places.max()) // step + 2).astype(np.float64) * step


def _between(ticks: Floats, places: Places, step: int) -> tuple[Places, Floats]:
    """The tick at or below each place, and how far it is on the way to the next one."""
    return places // step - int(ticks[0]) // step, np.asarray((places % step) / step, dtype=np.float64)


Around = Sequence[Floats]
"""Heights of the nine cells around and at some cells, in metres, from the north-west to the south-east by rows."""


def neighbour_heights(heights: Floats, row: Places, column: Places) -> Around:
    """The heights at cells of a grid and at their neighbours; NaN beyond the edge.

    Examples
    --------
    >>> [float(one) for one in neighbour_heights(np.arange(9.0).reshape(3, 3), np.array(1), np.array(1))]
    [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
    """
    padded = np.pad(heights, 1, constant_values=np.nan)
    return [padded[row + i, column + j] for i in range(3) for j in range(3)]


def window_heights(heights: Floats, rows: slice, columns: slice) -> list[Floats]:
    """The heights of all cells of a window and of their neighbours; NaN beyond the edge of what is given.

    Examples
    --------
    >>> nine = window_heights(np.arange(9.0).reshape(3, 3), slice(1, 2), slice(1, 3))
    >>> nine[4].tolist(), nine[5].tolist()
    ([[4.0, 5.0]], [[5.0, nan]])
    """
    padded = np.pad(heights, 1, constant_values=np.nan)
    return [
        padded[rows.start + i : rows.stop + i, columns.start + j : columns.stop + j] for i in range(3) for j in range(3)
    ]


def slope(nine: Around, width_m: Floats, height_m: Floats) -> Floats:
    """The steepest slope in degrees, after Horn (1981).

    Notes
    -----
    Horn, B. K. P. (1981), Hill shading and the reflectance map, Proceedings of the IEEE 69: the two cells beside count
    twice, the four corners once.

    Examples
    --------
    >>> plane = np.add.outer([0.0, 0.0, 0.0], [0.0, 10.0, 20.0])
    >>> side = np.array(10.0)
    >>> float(slope(neighbour_heights(plane, np.array(1), np.array(1)), side, side))
    45.0
    """
    east, north = _gradient(nine, width_m, height_m)
    return np.asarray(np.degrees(np.arctan(np.hypot(east, north))))


def aspect(nine: Around, width_m: Floats, height_m: Floats) -> Floats:
    """The direction in which the land falls, in degrees clockwise from the grid's north; NaN also where it is level.

    Parameters are those of :func:`slope`.

    Examples
    --------
    >>> falls_west = np.add.outer([0.0, 0.0, 0.0], [0.0, 10.0, 20.0])
    >>> side = np.array(10.0)
    >>> float(aspect(neighbour_heights(falls_west, np.array(1), np.array(1)), side, side))
    270.0
    """
    east, north = _gradient(nine, width_m, height_m)
    direction = np.degrees(np.arctan2(-east, -north)) % 360.0
    return np.where((east == 0) & (north == 0), np.nan, direction)


def relief(nine: Around) -> Floats:
    """The highest less the lowest of a cell and its eight neighbours; NaN where one of them has no value.

    Examples
    --------
    >>> float(relief(neighbour_heights(np.arange(9.0).reshape(3, 3), np.array(1), np.array(1))))
    8.0
    """
    return np.asarray(reduce(np.maximum, nine) - reduce(np.minimum, nine))


def _gradient(nine: Around, width_m: Floats, height_m: Floats) -> tuple[Floats, Floats]:
    """Rise a metre towards east and towards north."""
    nw, n, ne, w, centre, e, sw, s, se = nine
    absent = np.where(np.isnan(centre), np.nan, 0.0)
    east = ((ne - nw) + 2 * (e - w) + (se - sw)) / (8 * width_m)
    north = ((nw - sw) + 2 * (n - s) + (ne - se)) / (8 * height_m)
    return east + absent, north + absent


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
        span_index = np.repeat(np.arange(len(count)), count)
        tile = first[span_index] + np.arange(len(span_index)) - np.repeat(np.cumsum(count) - count, count)
        spans = spans.take(span_index)
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
            rows, columns = (np.arange(side.start, side.stop) for side in self.tile.window)
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
        evaluation = condition.evaluate(pd.DataFrame({name: self.surface(name) for name in sorted(condition.names)}))
        return evaluation.yes, evaluation.known

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
            slice(max(side.start - 1, 0), min(side.stop + 1, size))
            for side, size in zip((rows, columns), self.raster.shape, strict=True)
        )
        heights = self.read(wider)
        top, left = rows.start - wider[0].start, columns.start - wider[1].start
        if self._dense:
            high, wide = rows.stop - rows.start, columns.stop - columns.start
            return window_heights(heights, slice(top, top + high), slice(left, left + wide))
        row, column = self.places
        return list(neighbour_heights(heights, row - wider[0].start, column - wider[1].start))
