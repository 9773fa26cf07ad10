"""How much of each cell of a grid lies inside each polygon, exactly.

Polygons come as directed edges. Each edge is cut where it crosses a line of the grid; what it leaves on its right
inside its cell, and the height that it hands on to all cells further right, add up to the share of every cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer

from layers.crs import densify, full_turn, known_crs, same_crs, way_between
from layers.errors import GeometryError, shown
from layers.formats import HOLD_ALL
from layers.phrases import Phrase

if TYPE_CHECKING:
    from affine import Affine

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

NOTHING = 1e-9
"""Less of a cell than this is noise of coordinates, and the cell counts as not touched."""

# An edge leaps over a cut of the map where it is so much longer than its first thousandth says; of very short ones the
# thousandth is noise.
_STEP = 1e-3
_STRETCH = 100.0
_SHORT = 1.0
# Heights are whole multiples of 2**-40 of a cell: their sums are exact, and no polygon's shares depend on the others.
_FINE = 2.0**40
# Beyond so many columns a row, rounding decides where an edge enters a row.
_LEVEL = 1e6


@dataclass(frozen=True)
class Edges:
    """Directed edges of polygons in a grid's columns and rows (rows run south), the inside on their left on the map."""

    start: Floats
    end: Floats
    owner: Places

    def compress(self, chosen: npt.NDArray[np.bool_]) -> Edges:
        """Some of the edges; numpy copies rows of two seven times as fast by this, and by take(), as by [chosen]."""
        return Edges(self.start.compress(chosen, 0), self.end.compress(chosen, 0), self.owner.compress(chosen))

    def with_(self, others: Edges) -> Edges:
        """These and others."""
        start, end = np.concatenate([self.start, others.start]), np.concatenate([self.end, others.end])
        return Edges(start, end, np.concatenate([self.owner, others.owner]))

    @property
    def lengths(self) -> Floats:
        """How long each edge is."""
        return np.asarray(np.hypot(*(self.end - self.start).T))

    def moved(self, columns: float) -> Edges:
        """The same edges further east."""
        if not columns:
            return self
        shift = np.array([columns, 0.0])
        return Edges(self.start + shift, self.end + shift, self.owner)

    def cells(self, count: int) -> Floats:
        """The area of each of ``count`` polygons, in cells."""
        (x0, y0), (x1, y1) = self.start.T, self.end.T
        return np.bincount(self.owner, (y1 - y0) * -(x0 + x1) / 2, count).astype(np.float64)


class Footprint(NamedTuple):
    """The cells that polygons touch, sorted by polygon, row and column."""

    owner: Places
    row: Places
    column: Places
    share: Floats


class Borders:
    """The edges of polygons, for grids of any CRS; grids of one CRS share the work of getting there."""

    def __init__(self, polygons: gpd.GeoDataFrame) -> None:
        self.polygons = polygons
        self._edges_by_crs: dict[CRS, Edges] = {}

    def on(self, crs: CRS, transform: Affine) -> Edges:
        """The edges in the columns and rows of a grid, which is north up."""
        if crs not in self._edges_by_crs:
            self._edges_by_crs[crs] = self._edges(crs)
        edges = self._edges_by_crs[crs]
        scale, shift = np.array([1 / transform.a, 1 / transform.e]), np.array([transform.c, transform.f])
        return Edges((edges.start - shift) * scale, (edges.end - shift) * scale, edges.owner)

    def _edges(self, crs: CRS) -> Edges:
        shapes = shapely.orient_polygons(np.asarray(self.polygons.geometry.array))
        parts, row = shapely.get_parts(shapes, return_index=True)
        rings, part = shapely.get_rings(parts, return_index=True)
        points, ring = shapely.get_coordinates(rings, return_index=True)
        owner, source_crs = row[part].astype(np.int64), known_crs(self.polygons)
        if same_crs(source_crs, crs) or not len(rings):
            return _chained(points, ring, owner)
        starts = np.searchsorted(ring, np.arange(len(rings) + 1))
        images, points, starts = densify(points, starts, way_between(source_crs, crs))
        ring, turn = np.repeat(np.arange(len(rings)), np.diff(starts)), full_turn(crs)
        self._refuse_lost(owner[ring[~np.isfinite(images).all(axis=1)]], Phrase("no place in"), crs)
        edges = _chained(images, ring, owner)
        if turn is not None:
            return edges.with_(_to_poles(images, starts, part, owner, turn))
        leaps = _leaps(edges, _chained(points, ring, owner), way_between(source_crs, crs))
        self._refuse_lost(edges.owner[leaps], Phrase("land on both sides of the cut through the globe of"), crs)
        return edges

    def _refuse_lost(self, places: Places, what: str, crs: CRS) -> None:
        if len(places):
            ids = self.polygons.index[np.unique(places)].astype(str)
            raise GeometryError(
                Phrase(
                    "{count} unit(s) have {fault} the raster's CRS ({crs}): {ids}. {remedy}",
                    count=len(ids),
                    fault=what,
                    crs=crs.name,
                    ids=shown(ids),
                    remedy=HOLD_ALL,
                ),
                code="projection",
                features=ids,
            )


def _leaps(edges: Edges, ground: Edges, to: Transformer) -> npt.NDArray[np.bool_]:
    """The edges that leap from one rim of a map to the other: a first or last step leads elsewhere, or hardly anywhere.

    ``edges`` are straight on the map, so that the thousandth at either end of each leads along it, unless the map is
    cut in between; ``ground`` has them where they came from.
    """
    way, short = edges.end - edges.start, (ground.end - ground.start) * _STEP
    leaps = np.zeros(len(way), dtype=bool)
    for image, point, side in ((edges.start, ground.start, 1), (edges.end, ground.end, -1)):
        step = (np.column_stack(to.transform(*(point + side * short).T)) - image) * side
        leaps |= ((step * way).sum(axis=1) < 0) | (edges.lengths > _STRETCH / _STEP * np.hypot(*step.T))
    return leaps & (edges.lengths > _SHORT)


def _chained(points: Floats, ring: Places, owner: Places) -> Edges:
    """From each point to the next of its ring."""
    first = np.flatnonzero(ring[1:] == ring[:-1])
    return Edges(points.take(first, 0), points.take(first + 1, 0), owner[ring[first]])


def _to_poles(images: Floats, starts: Places, part: Places, owner: Places, turn: float) -> Edges:
    """The way to a pole and back again for rings that run round it: nothing else closes them in lon/lat.

    The land lies to the left: a part whose rings run eastwards round the earth holds the north pole. Where its rings
    run both ways, it holds none, and any pole serves all of them.
    """
    first, last = starts[:-1], starts[1:] - 1
    wound = np.rint((images[last, 0] - images[first, 0]) / turn)
    rings = np.flatnonzero(wound)
    north = np.bincount(part, wound) >= 0
    pole = np.where(north[part[rings]], turn / 4, -turn / 4)
    ends, begins = images.take(last[rings], 0), images.take(first[rings], 0)
    there, back = (np.column_stack([side[:, 0], pole]) for side in (ends, begins))
    return Edges(np.concatenate([ends, back]), np.concatenate([there, begins]), np.tile(owner[rings], 2))


class Spans(NamedTuple):
    """Cells of one row, side by side, that have the same share inside a polygon; no cell of a polygon is in two."""

    owner: Places
    row: Places
    start: Places
    stop: Places
    share: Floats

    def take(self, places: Places | npt.NDArray[np.bool_]) -> Spans:
        """Some of them."""
        return Spans(self.owner[places], self.row[places], self.start[places], self.stop[places], self.share[places])

    @property
    def length(self) -> Places:
        """How many cells each is."""
        return self.stop - self.start

    def singles(self) -> Spans:
        """Each cell as a span of its own."""
        cells = self.cells()
        return Spans(cells.owner, cells.row, cells.column, cells.column + 1, cells.share)

    def cells(self) -> Footprint:
        """Each cell by itself."""
        length = self.length
        first = np.repeat(self.start - (np.cumsum(length) - length), length)
        column = first + np.arange(len(first))
        return Footprint(
            np.repeat(self.owner, length), np.repeat(self.row, length), column, np.repeat(self.share, length)
        )


def joined(several: Iterable[Spans]) -> Spans:
    """All spans, one after the other."""
    none = np.empty(0, np.int64)
    parts = [Spans(none, none, none, none, np.empty(0)), *several]
    return Spans(
        np.concatenate([spans.owner for spans in parts]),
        np.concatenate([spans.row for spans in parts]),
        np.concatenate([spans.start for spans in parts]),
        np.concatenate([spans.stop for spans in parts]),
        np.concatenate([spans.share for spans in parts]),
    )


def find_spans(edges: Edges, rows: slice, columns: int, turn: float | None = None) -> Spans:
    """The spans of cells that polygons hold in some rows of a grid, sorted by polygon, row and column.

    Notes
    -----
    An edge that goes down by d through a cell, at x on average, adds d times (1 - x) to that cell and d to all cells
    east of it; the sums are the shares, exact but for rounding. Cells between two edges are a span, so that the work is
    that of the borders, however large the polygon.

    Examples
    --------
    >>> corners = np.array([[0.0, 0], [0, 1], [4, 1], [4, 0]])
    >>> edges = Edges(corners, np.roll(corners, -1, axis=0), np.zeros(4, dtype=np.int64))
    >>> [part.tolist() for part in find_spans(edges, slice(0, 1), 9)]
    [[0, 0], [0, 0], [0, 1], [1, 4], [1.0, 1.0]]
    """
    sweeps = [_swept(edges.moved(shift), rows, columns) for shift in _shifts(edges, columns, turn)]
    spans = sweeps[0] if len(sweeps) == 1 else _summed(sweeps)
    held = np.flatnonzero(spans.share > NOTHING)
    spans = spans.take(held)
    return spans._replace(share=np.minimum(spans.share, 1.0))


def _summed(several: Sequence[Spans]) -> Spans:
    """The spans of all turns of longitude; of a polygon that meets the grid in some, cell by cell."""
    spans = joined(several)
    owners, times = np.unique(
        np.concatenate([np.empty(0, np.int64), *(np.unique(turn_spans.owner) for turn_spans in several)]),
        return_counts=True,
    )
    shared = np.isin(spans.owner, owners[times > 1])
    if shared.any():
        cells = spans.take(shared).cells()
        order = np.lexsort([cells.column, cells.row, cells.owner])
        owner, row, column, share = cells.owner[order], cells.row[order], cells.column[order], cells.share[order]
        first = np.flatnonzero(np.diff(owner, prepend=-1) | np.diff(row, prepend=-1) | np.diff(column, prepend=-1))
        single_cells = Spans(owner[first], row[first], column[first], column[first] + 1, np.add.reduceat(share, first))
        spans = joined([spans.take(~shared), single_cells])
    return spans.take(np.lexsort([spans.start, spans.row, spans.owner]))


def _shifts(edges: Edges, columns: int, turn: float | None) -> list[float]:
    """By how many columns to move edges, whole turns of longitude, so that some may meet those of a grid."""
    if not len(edges.owner):
        return []
    x = edges.start[:, 0], edges.end[:, 0]
    west, east = min(float(side.min()) for side in x), max(float(side.max()) for side in x)
    turns = [0.0]
    if turn is not None:
        turns = [number * turn for number in range(floor(-east / turn), ceil((columns - west) / turn) + 1)]
    return [shift for shift in turns if east + shift > 0 and west + shift < columns]


def _swept(edges: Edges, rows: slice, columns: int) -> Spans:
    """Spans, of which some are empty or have no share, sorted by polygon, row and column."""
    high = rows.stop - rows.start
    owner, start, end = _cut(edges, rows, columns)
    middle = (start + end) / 2
    row, column = np.floor(middle[:, 1]).astype(np.int64), np.floor(middle[:, 0]).astype(np.int64)
    there = (row >= rows.start) & (row < rows.stop) & (column < columns)
    x, above, below = middle[:, 0][there], start[:, 1][there], end[:, 1][there]
    owner, row, column = owner[there], row[there] - rows.start, column[there]
    height = np.rint((below - row - rows.start) * _FINE) / _FINE - np.rint((above - row - rows.start) * _FINE) / _FINE
    passed = np.where(column < 0, 0.0, x - column)  # west of the grid is as good as on its edge
    column = np.maximum(column, 0)
    keys, position = np.unique((owner * high + row) * columns + column, return_inverse=True)
    retained, handed = np.bincount(position, height * (1 - passed)), np.bincount(position, height)
    line = keys // columns
    first = np.append(True, line[1:] != line[:-1])[: len(line)]
    total = np.cumsum(handed)
    before = total - handed
    before -= before[first][np.cumsum(first) - 1]
    following = np.append(np.where(first[1:], (line[:-1] + 1) * columns, keys[1:]), (line[-1:] + 1) * columns)
    after = before + handed
    # each key is a cell that an edge passes; between it and the following one is a span that none does
    share, begin = np.column_stack([retained + before, after]).ravel(), np.column_stack([keys, keys + 1]).ravel()
    stop = np.column_stack([keys + 1, following[: len(keys)]]).ravel()
    held = np.flatnonzero((np.abs(share) > NOTHING) & (stop > begin))
    begin, line, stop = begin[held], line[held // 2], stop[held]
    owner = line // high
    first_column = begin - line * columns
    return Spans(owner, line - owner * high + rows.start, first_column, first_column + stop - begin, share[held])


class _Crossings(NamedTuple):
    """Where edges cross the lines of a grid that run one way."""

    crossed: Places
    nearest: Places
    step: Places
    edge: Places
    order: Places
    points: Floats


def _crossings(edges: Edges, axis: int, lowest: Floats | int, highest: Floats | int) -> _Crossings:
    """Of the lines from the lowest to the highest, which may be others for each edge."""
    span = edges.end - edges.start
    low = np.minimum(edges.start[:, axis], edges.end[:, axis])
    high = np.maximum(edges.start[:, axis], edges.end[:, axis])
    first = np.clip(np.floor(low) + 1, lowest, highest + 1).astype(np.int64)
    last = np.clip(np.ceil(high) - 1, lowest - 1, highest).astype(np.int64)
    count, step = np.maximum(last - first + 1, 0), np.where(span[:, axis] < 0, -1, 1)
    nearest = np.where(step < 0, last, first)
    edge = np.repeat(np.arange(len(count)), count)
    order = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    line = nearest[edge] + step[edge] * order
    start, way = edges.start.take(edge, 0), span.take(edge, 0)
    points = start + way * ((line - start[:, axis]) / way[:, axis])[:, None]
    points[:, axis] = line
    return _Crossings(count, nearest, step, edge, order, points)


def _reached(edges: Edges, rows: slice, columns: int) -> tuple[Floats, Floats]:
    """The columns between which each edge is while it is in some rows; all of them for one that hardly falls."""
    (x0, y0), (x1, y1) = edges.start.T, edges.end.T
    with np.errstate(over="ignore", invalid="ignore"):
        way = (x1 - x0) / (y1 - y0)
        first, other = (x0 + (np.clip(y, rows.start, rows.stop) - y0) * way for y in (y0, y1))
    level = ~(np.abs(way) <= _LEVEL)
    west = np.where(level, 0.0, np.clip(np.floor(np.minimum(first, other)) - 1, 0, columns))
    return west, np.where(level, float(columns), np.clip(np.ceil(np.maximum(first, other)) + 1, west, columns))


def _cut(edges: Edges, rows: slice, columns: int) -> tuple[Places, Floats, Floats]:
    """Edges cut at every line of some rows of the grid that they cross: owner, start, end of the pieces."""
    (x0, y0), (x1, y1) = edges.start.T, edges.end.T
    matters = (y0 != y1) & (np.maximum(y0, y1) > rows.start) & (np.minimum(y0, y1) < rows.stop)
    edges = edges.compress(matters & (np.minimum(x0, x1) < columns))
    west, east = _reached(edges, rows, columns)
    down, across = _crossings(edges, 0, west, east), _crossings(edges, 1, rows.start, rows.stop)
    pieces = down.crossed + across.crossed + 1
    last = np.cumsum(pieces + 1) - 1
    first = last - pieces
    # on each edge a crossing stands after those of its own kind and those of the other that the edge has met before
    ahead = (down.points[:, 1] - across.nearest[down.edge]) * across.step[down.edge]
    passed_before = np.clip(np.ceil(ahead).astype(np.int64), 0, across.crossed[down.edge])
    position = first[down.edge] + 1 + down.order + passed_before
    points, left = np.empty((int((pieces + 1).sum()), 2)), np.ones(int((pieces + 1).sum()), dtype=bool)
    left[first] = left[last] = left[position] = False
    for axis in (0, 1):
        points[first, axis], points[last, axis] = edges.start[:, axis], edges.end[:, axis]
        points[position, axis], points[left, axis] = down.points[:, axis], across.points[:, axis]
    starts, ends = np.ones(len(points), dtype=bool), np.ones(len(points), dtype=bool)
    starts[last] = ends[first] = False
    return np.repeat(edges.owner, pieces), points.compress(starts, 0), points.compress(ends, 0)
