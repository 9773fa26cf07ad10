"""Which share of each unit every layer takes, by areas alone: the overlay without its pieces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers.errors import GeometryError, raise_all, shown
from layers.phrases import Phrase
from zoning.overlays.unit_overlay import (
    Designation,
    broken,
    checked_crs,
    complaints,
    features_of,
    flat_shapes,
    unit_ids,
)
from zoning.unit_ids import keep_ids

Geometries = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Places = npt.NDArray[np.intp]
Signs = npt.NDArray[np.int8]

_EDGES = 4
"""Edges that are a node."""
_STRETCH = 16
"""Edges whose areas are added up in double precision before they are in more digits."""
_BRANCH = 4
"""Nodes of a level that are one of the next."""
_PAIRS = 2**14
"""Pairs of nodes that are looked at together."""
_ROUNDED = 3.3306690738754716e-16
"""(3 + 16 u) u: beyond this part of its terms a determinant has the sign that was computed."""
_SPLIT = 134217729.0
_BLOCK = 2**12
"""Nodes that are worked out together: what they need stays in the processor's cache."""
_FOUR = 0x01010101
"""Four times yes, one byte each, read as one number."""


Ends = tuple[Floats, Floats, Floats, Floats]
"""Of edges: x, y, x, y."""
Contribution = tuple[Places, Places, npt.NDArray[np.longdouble]]


class PairAreas(NamedTuple):
    """Areas in common, one a pair of polygons that have some border or land in common."""

    first: Places
    second: Places
    area: Floats


class _Level(NamedTuple):
    """Nodes of one size, with their boxes, and the first of each ring.

    A box is one row of 16 bytes in single precision: west, south, -east, -north. ``facing`` is what a box that meets it
    is nowhere above: east, north, -west, -south. Rounding keeps the order, so that boxes that meet still do.
    """

    boxes: Singles
    facing: Singles
    start: Places


def single_polygons(polygons: Geometries) -> tuple[Geometries, Places]:
    """The polygons that some consist of, and the place of each; those that are one already are not copied."""
    if (shapely.get_type_id(polygons) == shapely.GeometryType.POLYGON).all():
        return polygons, np.arange(len(polygons))
    parts, owner = shapely.get_parts(polygons, return_index=True)
    return parts, owner


def _rows(table: Floats | Singles, places: Places) -> Any:
    """Rows of 16 bytes, each fetched as one number."""
    return table.view(np.complex128).ravel().take(places).view(table.dtype).reshape(-1, table.shape[1])


def _meet(boxes: Singles, facing: Singles) -> Places:
    """Which boxes have a point in common with the other in the same place."""
    return np.flatnonzero((boxes <= facing).view(np.uint32).ravel() == _FOUR)


def _beside(west_south: Singles, east_north: Singles) -> Singles:
    """Rows of four of two tables of two, flat."""
    rows = np.empty((len(west_south) // 2, 2), np.complex64)
    rows[:, 0], rows[:, 1] = west_south.view(np.complex64), east_north.view(np.complex64)
    return rows.view(np.float32)


def _turned(boxes: Singles) -> Singles:
    """The other side of boxes: from ``own`` to ``facing``."""
    halves = boxes.view(np.complex64)
    return -_beside(halves[:, 1].copy().view(np.float32), halves[:, 0].copy().view(np.float32))


def _level(boxes: Singles, start: Places) -> _Level:
    return _Level(boxes, _turned(boxes), start)


class _Borders:
    """The rings of some polygons, with boxes around ever more edges that follow one another.

    An edge has the place of its first point; the last point of a ring is its first one, and begins none. Nodes of level
    1 are a few edges, those of higher levels a few nodes of the one below.
    """

    def __init__(self, polygons: Geometries, origin: Floats) -> None:
        parts, polygon = single_polygons(polygons)
        self.rings, part = shapely.get_rings(parts, return_index=True)
        points, ring = shapely.get_coordinates(self.rings, return_index=True)
        self.points, self.start = _without_repeats(points, np.searchsorted(ring, np.arange(len(self.rings) + 1)))
        self.polygon = polygon[part]
        self.origin = origin.astype(np.longdouble)
        outer = np.append(True, part[1:] != part[:-1])
        self.rounded = (self.points - origin).astype(np.float32)
        self.levels = [_level(np.empty((0, 4), np.float32), self.start), *self._levels()]
        # twice the area between the origin and the border up to each stretch, in more digits than areas have
        self.stretch, self.first, last = _grouped(self.start, 1, _STRETCH)
        self.before = np.concatenate([np.zeros(1, np.longdouble), np.cumsum(self._swept(last))])
        self.whole = self.before[self.stretch[1:]] - self.before[self.stretch[:-1]]
        self.side = np.where((self.whole > 0) == outer, 1, -1).astype(np.int8)

    def _levels(self) -> Iterator[_Level]:
        start, first, last = _grouped(self.start, 1, _EDGES)
        boxes = np.empty((len(first), 4), np.float32)
        for at in range(0, len(boxes), _BLOCK):
            block = slice(at, at + _BLOCK)
            boxes[block] = self._around(first[block], last[block])
        yield _level(boxes, start)
        while len(boxes) > len(start) - 1:
            start, first, beyond = _grouped(start, 0, _BRANCH)
            smaller, boxes = boxes, _rows(boxes, first)
            for step in range(1, _BRANCH):
                np.minimum(boxes, _rows(smaller, np.minimum(first + step, beyond - 1)), out=boxes)
            yield _level(boxes, start)

    def _around(self, first: Places, last: Places) -> Singles:
        """The boxes of points from one to another, of at most a node each."""
        points = self.rounded.view(np.complex64).ravel()
        low = points.take(first).view(np.float32)
        high = low.copy()
        for step in range(1, int((last - first).max(initial=0)) + 1):
            here = points.take(np.minimum(first + step, last)).view(np.float32)
            np.minimum(low, here, out=low)
            np.maximum(high, here, out=high)
        return _beside(low, -high)

    def _swept(self, last: Places) -> npt.NDArray[np.longdouble]:
        """Of each stretch, from its first point to its last: twice the area seen from the origin."""
        areas = np.empty(len(self.first))
        for at in range(0, len(areas), _BLOCK):
            block = slice(at, at + _BLOCK)
            areas[block] = self._local(self.first[block], last[block])
        return np.asarray(areas + self._seen(_rows(self.points, self.first), _rows(self.points, last)))

    def _local(self, first: Places, last: Places) -> Floats:
        """Twice the area between the points from one to another of a stretch and the straight line between the two."""
        start = _rows(self.points, first)
        area = np.zeros(len(first))
        before = np.zeros_like(start)
        for step in range(1, int((last - first).max(initial=0)) + 1):
            here = _rows(self.points, np.minimum(first + step, last)) - start
            area += before[:, 0] * here[:, 1] - before[:, 1] * here[:, 0]
            before = here
        return area

    def _seen(self, first: Floats, other: Floats) -> npt.NDArray[np.longdouble]:
        """Twice the area of the triangle of the origin and two points."""
        (ax, ay), (bx, by) = (first - self.origin).T, (other - self.origin).T
        return np.asarray(ax * by - ay * bx)

    def rest(self, edge: Places, ring: Places, points: Floats) -> npt.NDArray[np.longdouble]:
        """Twice the area between the origin and a ring, from points on some of its edges to where it began."""
        stretch = self.stretch[ring] + (edge - self.start[ring]) // _STRETCH
        first = self.first[stretch]
        begun = _rows(self.points, edge)
        upto = self._local(first, edge) + self._seen(_rows(self.points, first), begun) + self._seen(begun, points)
        return np.asarray(self.before[self.stretch[ring + 1]] - self.before[stretch] - upto)

    def ends(self, edge: Places) -> Ends:
        """The points of edges: x, y, x, y."""
        (x1, y1), (x2, y2) = _rows(self.points, edge).T, _rows(self.points, edge + 1).T
        return x1, y1, x2, y2

    def boxes(self, level: int, node: Places) -> Singles:
        """The boxes of some nodes; above the last level each ring is a node."""
        if level:
            return np.asarray(_rows(self.levels[min(level, len(self.levels) - 1)].boxes, node))
        return self._around(node, node + 1)

    def facing(self, level: int, node: Places) -> Singles:
        """What boxes that meet those of some nodes are nowhere above."""
        if level:
            return np.asarray(_rows(self.levels[min(level, len(self.levels) - 1)].facing, node))
        return _turned(self._around(node, node + 1))

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Of the rings."""
        return shapely.STRtree(self.rings)

    def parts(self, level: int, node: Places, ring: Places) -> tuple[Places, Places]:
        """The nodes of the level below of which some nodes are made: the place of each in ``node``, and its number."""
        if level >= len(self.levels):
            return np.arange(len(node)), node
        below, size = self.levels[level - 1].start, _BRANCH if level > 1 else _EDGES
        first = below[ring] + size * (node - self.levels[level].start[ring])
        count = np.minimum(first + size, below[ring + 1] - (level == 1)) - first
        parent = np.repeat(np.arange(len(node)), count)
        return parent, first[parent] + np.arange(len(parent)) - np.repeat(np.cumsum(count) - count, count)


def _without_repeats(points: Floats, rings: Places) -> tuple[Floats, Places]:
    """Points none of which is that before it in its ring, and where each ring begins."""
    same = (points[1:, 0] == points[:-1, 0]) & (points[1:, 1] == points[:-1, 1])
    same[rings[1:-1] - 1] = False
    if not same.any():
        return points, rings
    distinct = np.append(True, ~same)
    return points[distinct], np.concatenate([[0], np.cumsum(distinct)])[rings].astype(np.intp)


def _grouped(start: Places, less: int, size: int) -> tuple[Places, Places, Places]:
    """Neighbours of one ring in groups: where those of each ring start, and the first and the one beyond the last."""
    count = np.diff(start) - less
    groups = -(-count // size)
    begins = np.concatenate([[0], np.cumsum(groups)]).astype(np.intp)
    ring = np.repeat(np.arange(len(count)), groups)
    first = start[ring] + size * (np.arange(len(ring)) - begins[ring])
    return begins, first, np.minimum(first + size, start[ring + 1] - less)


def intersection_areas(first: Geometries, second: Geometries, borders: _Borders | None = None) -> PairAreas:
    """The areas that each polygon of one set has in common with each of another.

    Notes
    -----
    Areas are those of the polygons as they are drawn, with the rounding of one point a crossing. Polygons of one set
    may overlap. Memory and time grow with the vertices and with the crossings.

    Examples
    --------
    >>> squares = np.array([shapely.box(0, 0, 2, 2), shapely.box(2, 0, 4, 2)])
    >>> found = intersection_areas(squares, np.array([shapely.box(1, 1, 4, 3)]))
    >>> list(zip(found.first.tolist(), found.second.tolist(), found.area.tolist()))
    [(0, 0, 1.0), (1, 0, 2.0)]
    """
    if not len(first) or not len(second):
        return _added([], 1)
    other = borders_beside(first, second) if borders is None else borders
    return _added(_contributions(_Borders(first, _middle(first)), other, among=False), len(second))


def borders_beside(first: Geometries, second: Geometries) -> _Borders:
    """The borders of the second set for :func:`intersection_areas` with the first, and for :func:`areas_among`."""
    return _Borders(second, _middle(first))


def areas_among(polygons: Geometries, borders: _Borders | None = None) -> PairAreas:
    """The areas that polygons of one set have in common; each pair once, the lower place first.

    Examples
    --------
    >>> found = areas_among(np.array([shapely.box(0, 0, 2, 2), shapely.box(1, 0, 3, 2), shapely.box(3, 0, 4, 2)]))
    >>> list(zip(found.first.tolist(), found.second.tolist(), found.area.tolist()))
    [(0, 1, 2.0)]
    """
    if not len(polygons):
        return _added([], 1)
    borders = borders_beside(polygons, polygons) if borders is None else borders
    return _added(_contributions(borders, borders, among=True), len(polygons))


def _middle(polygons: Geometries) -> Floats:
    west, south, east, north = shapely.total_bounds(polygons)
    return np.array([(west + east) / 2, (south + north) / 2])


def _added(contributions: Iterable[Contribution], count: int) -> PairAreas:
    """The sum of each pair of polygons, of which the second set has ``count``."""
    keys, areas = [np.empty(0, np.intp)], [np.empty(0, np.longdouble)]
    for first, second, area in contributions:
        key, summed = _summed(first * count + second, area)
        keys.append(key)
        areas.append(summed)
    key, summed = _summed(np.concatenate(keys), np.concatenate(areas))
    return PairAreas(key // count, key % count, (summed / 2).astype(np.float64))


def _summed(keys: Places, areas: npt.NDArray[np.longdouble]) -> tuple[Places, npt.NDArray[np.longdouble]]:
    key, inverse = np.unique(keys, return_inverse=True)
    summed = np.zeros(len(key), np.longdouble)
    np.add.at(summed, inverse, areas)
    return key, summed


def _contributions(first: _Borders, other: _Borders, *, among: bool) -> Iterator[Contribution]:
    """Polygon, polygon, and what is added to twice the area that they have in common."""
    b, a = first.tree.query(other.rings)
    if among:
        lower = np.flatnonzero(first.polygon[a] < other.polygon[b])
        a, b = a[lower], b[lower]
    for pairs in _crossing_candidates(first, other, a, b):
        yield from _crossings(first, other, pairs)
    for ring, around, turns in _windings(first, other, a, b, moved=False):
        yield (
            first.polygon[ring],
            other.polygon[around],
            first.side[ring] * other.side[around] * turns * first.whole[ring],
        )
    for ring, around, turns in _windings(other, first, b, a, moved=True):
        yield (
            first.polygon[around],
            other.polygon[ring],
            other.side[ring] * first.side[around] * turns * other.whole[ring],
        )


class _Nodes(NamedTuple):
    """Nodes of one level of both sets, in pairs, and their rings."""

    a: Places
    b: Places
    ring: Places
    other: Places

    def take(self, places: Places | slice) -> _Nodes:
        """Some of the pairs."""
        return _Nodes(self.a[places], self.b[places], self.ring[places], self.other[places])


def _crossing_candidates(first: _Borders, other: _Borders, a: Places, b: Places) -> Iterator[_Nodes]:
    """Pairs of edges whose boxes meet, of pairs of rings, some at a time."""
    top = max(len(first.levels), len(other.levels)) - 1
    stack = [(top, _Nodes(a, b, a, b))]
    while stack:
        level, pairs = stack.pop()
        if not level:
            yield pairs
        elif len(pairs.a) > _PAIRS:
            stack += [(level, pairs.take(slice(at, at + _PAIRS))) for at in range(0, len(pairs.a), _PAIRS)]
        elif len(pairs.a):
            stack.append((level - 1, _narrowed(first, other, level, pairs)))


def _narrowed(first: _Borders, other: _Borders, level: int, pairs: _Nodes) -> _Nodes:
    """Pairs of nodes of the level below whose boxes meet, of pairs of one level."""
    parent, a = first.parts(level, pairs.a, pairs.ring)
    boxes = first.boxes(level - 1, a)
    meeting = _meet(boxes, _rows(other.facing(level, pairs.b), parent))
    a, pairs, boxes = a[meeting], pairs.take(parent[meeting]), _rows(boxes, meeting)
    parent, b = other.parts(level, pairs.b, pairs.other)
    meeting = _meet(_rows(boxes, parent), other.facing(level - 1, b))
    parent = parent[meeting]
    return _Nodes(a[parent], b[meeting], pairs.ring[parent], pairs.other[parent])


def _crossings(first: _Borders, other: _Borders, pairs: _Nodes) -> Iterator[Contribution]:
    """What crossings of edges add."""
    a, b = first.ends(pairs.a), other.ends(pairs.b)
    left = _sides(a, b[0], b[1], moved=True), _sides(a, b[2], b[3], moved=True)
    apart = np.flatnonzero(left[0] != left[1])
    pairs, a, b = pairs.take(apart), _some(a, apart), _some(b, apart)
    way = -left[1][apart]
    apart = np.flatnonzero(_sides(b, a[0], a[1], moved=False) != _sides(b, a[2], a[3], moved=False))
    if not len(apart):
        return
    pairs = pairs.take(apart)
    points = _meeting(_some(a, apart), _some(b, apart))
    rest = first.rest(pairs.a, pairs.ring, points) - other.rest(pairs.b, pairs.other, points)
    area = first.side[pairs.ring] * other.side[pairs.other] * way[apart] * rest
    yield first.polygon[pairs.ring], other.polygon[pairs.other], area


def _some(edges: Ends, places: Places) -> Ends:
    x1, y1, x2, y2 = edges
    return x1[places], y1[places], x2[places], y2[places]


def _meeting(a: Ends, b: Ends) -> Floats:
    """A point that two crossing edges have in common; of edges on one line the middle of what they share."""
    ax, ay, bx, by = a[0], a[1], b[0], b[1]
    dx, dy, ex, ey = a[2] - ax, a[3] - ay, b[2] - bx, b[3] - by
    wx, wy = bx - ax, by - ay
    turned, square = dx * ey - dy * ex, dx * dx + dy * dy
    ends = np.sort([(wx * dx + wy * dy) / square, ((wx + ex) * dx + (wy + ey) * dy) / square], axis=0)
    level = np.abs(turned) <= 1e-14 * (np.abs(dx * ey) + np.abs(dy * ex))
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(level, (np.clip(ends[0], 0, 1) + np.clip(ends[1], 0, 1)) / 2, (wx * ey - wy * ex) / turned)
    part = np.clip(part, 0.0, 1.0)
    return np.column_stack([ax + part * dx, ay + part * dy])


def _windings(
    points: _Borders, around: _Borders, every: Places, ring: Places, *, moved: bool
) -> Iterator[tuple[Places, Places, Floats]]:
    """How often rings run round the starts of others: ring of the start, ring around it, turns to the left.

    ``every`` and ``ring`` are rings in pairs whose boxes meet, those of the starts first.

    ``moved`` says that the starts are those of the second set, which is moved, else the rings around them are.
    """
    starts = points.points.take(points.start[:-1], 0)
    rounded = points.rounded.take(points.start[:-1], 0)
    px, py = starts.T.copy()
    rings = len(around.polygon)
    for at in range(0, len(every), _PAIRS):
        of_point, of_ring = every[at : at + _PAIRS], ring[at : at + _PAIRS]
        node = of_ring
        rises = []
        for level in range(len(around.levels) - 1, -1, -1):
            west, south, east, north = around.boxes(level, node).T
            x, y = rounded.take(of_point, 0).T
            inside = (south <= y) & (north <= -y) & (east <= -x)
            beyond = np.flatnonzero(inside & (west > x))
            rise = _rise(around, level, node[beyond], of_ring[beyond], py[of_point[beyond]], moved=not moved)
            rises.append((of_point[beyond], of_ring[beyond], rise))
            near = np.flatnonzero(inside & (west <= x))
            of_point, of_ring, node = of_point[near], of_ring[near], node[near]
            if level:
                index, node = around.parts(level, node, of_ring)
                of_point, of_ring = of_point[index], of_ring[index]
        x, y = px[of_point], py[of_point]
        rise = _rise(around, 0, node, of_ring, y, moved=not moved)
        side = _sides(around.ends(node), x, y, moved=moved)
        rises.append((of_point, of_ring, np.where(side == rise, rise, 0.0)))
        keys, index = np.unique(np.concatenate([entry[0] * rings + entry[1] for entry in rises]), return_inverse=True)
        turns = np.bincount(index, np.concatenate([entry[2] for entry in rises])).astype(np.float64)
        some = np.flatnonzero(turns)
        yield keys[some] // rings, keys[some] % rings, turns[some]


def _rise(around: _Borders, level: int, node: Places, ring: Places, y: Floats, *, moved: bool) -> Floats:
    """1 where the edges of a node lead from below a point to above it, -1 where they lead back, else 0.

    ``moved`` says that the edges are those of the second set, which is moved.
    """
    first, last = node, node + 1
    if level:
        size = _EDGES * _BRANCH ** (level - 1)
        first = around.start[ring] + size * (node - around.levels[level].start[ring])
        last = np.minimum(first + size, around.start[ring + 1] - 1)
    below, above = around.points[first, 1], around.points[last, 1]
    if moved:
        return np.asarray(np.subtract(above >= y, below >= y, dtype=np.float64))
    return np.asarray(np.subtract(above > y, below > y, dtype=np.float64))


def _sides(edges: Ends, x: Floats, y: Floats, *, moved: bool) -> Signs:
    """1 where a point lies to the left of an edge, -1 to the right; never on it.

    ``moved`` says that the point is of the second set, which is moved by a step to the east and one infinitely smaller
    to the north; else the edge is.
    """
    x1, y1, x2, y2 = edges
    sign = _orientation(x1, y1, x2, y2, x, y)
    on = np.flatnonzero(sign == 0)
    if len(on):
        rise, run = np.sign(y2[on] - y1[on]), np.sign(x2[on] - x1[on])
        right = np.where(rise != 0, rise, -run)  # where the edge leads, a step to the east is to the right of it
        sign[on] = (-right if moved else right).astype(np.int8)
    return sign


def _orientation(ax: Floats, ay: Floats, bx: Floats, by: Floats, cx: Floats, cy: Floats) -> Signs:
    """The exact sign of twice the area of a triangle."""
    left, right = (ax - cx) * (by - cy), (ay - cy) * (bx - cx)
    difference = left - right
    sign = np.sign(difference).astype(np.int8)
    # below, not at it: both terms are 0, and right, where two of the points are one or all lie along an axis
    doubt = np.flatnonzero(np.abs(difference) < _ROUNDED * (np.abs(left) + np.abs(right)))
    if len(doubt):
        sign[doubt] = _exact(*(coordinate[doubt] for coordinate in (ax, ay, bx, by, cx, cy)))
    return sign


def _exact(ax: Floats, ay: Floats, bx: Floats, by: Floats, cx: Floats, cy: Floats) -> Signs:
    differences, exact = [], np.ones(len(ax), dtype=bool)
    for first, other in ((ax, cx), (by, cy), (ay, cy), (bx, cx)):
        whole = first - other
        back = first - whole
        exact &= ((first - (whole + back)) + (back - other)) == 0
        differences.append(whole)
    left, left_rest = _product(differences[0], differences[1])
    right, right_rest = _product(differences[2], differences[3])
    sign = np.sign(np.where(left != right, left - right, left_rest - right_rest)).astype(np.int8)
    for index in np.flatnonzero(~exact):
        x1, y1, x2, y2, x, y = (Fraction(float(value[index])) for value in (ax, ay, bx, by, cx, cy))
        area = (x1 - x) * (y2 - y) - (y1 - y) * (x2 - x)
        sign[index] = (area > 0) - (area < 0)
    return sign


def _product(first: Floats, other: Floats) -> tuple[Floats, Floats]:
    """A product, and what rounding took from it."""
    product = first * other
    high = _SPLIT * first - (_SPLIT * first - first)
    their_high = _SPLIT * other - (_SPLIT * other - other)
    low, their_low = first - high, other - their_high
    return product, ((high * their_high - product) + high * their_low + low * their_high) + low * their_low


_NOISE = 1e-11
"""Of a unit's area: what rounding makes of borders that only touch."""
_OVERLAP = 1e-10
"""Of the smaller of two polygons: what they share beyond it is land, and counts once."""
_CROWD = 32
"""Polygons that each one meets by its box: beyond this uniting all is less work than asking which share land."""


@keep_ids("units")
def area_shares(units: gpd.GeoDataFrame, layers: Mapping[str, Designation], *, checked: bool = False) -> pd.DataFrame:
    """The share of each unit that each layer takes, and its hectares.

    Parameters
    ----------
    units : GeoDataFrame
        Index: unit ids, text or whole numbers, unique. Valid polygons in an equal-area CRS in metres.
    layers : mapping of str to GeoDataFrame or Layer
        By name. Valid polygons in the CRS of the units; polygons of one layer may overlap and count once.
    checked : bool
        All polygons are known to be valid, as those of :func:`layers.read.read_inputs` are, and are not tested again.

    Returns
    -------
    DataFrame of float
        Index of the units; ``<layer>_share`` (of the unit's whole area, 0 to 1) and ``<layer>_ha``, layer by layer.

    Raises
    ------
    CrsError
        A CRS is missing, differs from the units', or is not equal-area.
    GeometryError
        Units or layers have geometry that is missing, empty, invalid or no polygon, or ids are missing or double.

    Notes
    -----
    Areas are found by Green's theorem along the borders of one polygon inside the other, with exact tests of what
    crosses; no shape is made. They equal the areas of the pieces of :func:`overlay` to 1e-9 of the unit. What touches a
    unit but shares less than 1e-11 of its land with it counts as nothing. Units may overlap.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> import zoneplan as zp
    >>> units = gpd.GeoDataFrame(geometry=[box(0, 0, 200, 100)], index=["a"], crs="EPSG:3035")
    >>> forest = gpd.GeoDataFrame(geometry=[box(150, 0, 300, 100), box(160, 0, 300, 100)], crs="EPSG:3035")
    >>> zp.area_shares(units, {"forest": forest}).loc["a"].to_dict()
    {'forest_share': 0.25, 'forest_ha': 0.5}
    """
    ids = unit_ids(units)
    crs = checked_crs(units)
    features = {name: features_of(name, layer) for name, layer in layers.items()}
    if not checked:
        raise_all(
            [
                *(
                    complaint
                    for name, designation in features.items()
                    for complaint in complaints(name, designation, crs)
                ),
                *broken("units", ids, units.geometry),
            ]
        )
    shapes = flat_shapes(units.geometry)
    whole = shapely.area(shapes)
    columns: dict[str, Floats] = {}
    for name, designation in features.items():
        area = _covered(ids, shapes, whole, flat_shapes(designation.geometry), name)
        with np.errstate(invalid="ignore"):
            columns |= {f"{name}_share": area / whole, f"{name}_ha": area / 1e4}
    return pd.DataFrame(columns, index=ids)


def _covered(ids: pd.Index, units: Geometries, whole: Floats, polygons: Geometries, name: str) -> Floats:
    """The area of each unit that polygons cover, those that overlap counted once."""
    pairs = _areas_in(units, _near(polygons, units))
    area = np.bincount(pairs.first, pairs.area, len(units)).astype(np.float64)
    wrong = (area < -_OVERLAP * whole) | (area > (1 + _OVERLAP) * whole)
    if wrong.any():
        raise GeometryError(
            Phrase(
                "the areas that '{layer}' and {count} unit(s) have in common cannot be ({ids}): some polygon is not "
                "valid. Leave out checked=True to be told which",
                layer=name,
                count=int(wrong.sum()),
                ids=shown(ids[wrong]),
            ),
            code="area",
            layer=name,
            features=ids[wrong],
        )
    area[area < _NOISE * whole] = 0.0
    full = area > (1 - _NOISE) * whole
    area[full] = whole[full]
    return area


def _near(polygons: Geometries, units: Geometries) -> Geometries:
    """The single polygons whose bounding box meets that of a unit."""
    parts, _ = single_polygons(polygons)
    near: Geometries = parts[np.unique(shapely.STRtree(units).query(parts)[0])]
    return near


def _areas_in(units: Geometries, polygons: Geometries) -> PairAreas:
    """The areas that units share with polygons; of these, those that share land with another are united before."""
    if not len(units) or not len(polygons):
        return intersection_areas(units, polygons)
    if _meeting_each(polygons) > _CROWD:
        _, once = np.unique(shapely.to_wkb(polygons), return_index=True)
        return intersection_areas(units, shapely.get_parts(shapely.union_all(polygons[once])))
    borders = borders_beside(units, polygons)
    pairs = areas_among(polygons, borders)
    areas = shapely.area(polygons)
    shared = pairs.area > _OVERLAP * np.minimum(areas[pairs.first], areas[pairs.second])
    if not shared.any():
        return intersection_areas(units, polygons, borders)
    overlapping = np.zeros(len(polygons), dtype=bool)
    overlapping[pairs.first[shared]] = overlapping[pairs.second[shared]] = True
    united = shapely.get_parts(shapely.disjoint_subset_union_all(polygons[overlapping]))
    return intersection_areas(units, np.concatenate([polygons[~overlapping], united]))


def _meeting_each(polygons: Geometries) -> float:
    """How many polygons each polygon meets by its box, by some of them that lie far apart in the array."""
    some = polygons[:: max(1, len(polygons) // 256)]
    return len(shapely.STRtree(polygons).query(some)[0]) / len(some)
