"""Areas that polygons of two sets have in common, with no intersection built.

By Green's theorem the area of an intersection is a sum over the borders of one polygon inside the other. Each border is
followed from the start of its ring: what is added up from there on is switched on and off wherever it crosses a border
of the other set. Whether two edges cross is decided exactly, the second set being moved by an infinitesimal step, so
that touching borders, common vertices and common edges need no case of their own.

Edelsbrunner, H. and Mücke, E. P. (1990), Simulation of simplicity, ACM Transactions on Graphics 9; Shewchuk, J. R.
(1997), Adaptive precision floating-point arithmetic, Discrete & Computational Geometry 18.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

Geometries = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
Signs = npt.NDArray[np.int8]

_EDGES = 8
"""Edges that are a node."""
_BRANCH = 4
"""Nodes of a level that are one of the next."""
_PAIRS = 2**13
"""Pairs of nodes that are looked at together."""
_ROUNDED = 3.3306690738754716e-16
"""(3 + 16 u) u: beyond this part of its terms a determinant has the sign that was computed."""
_SPLIT = 134217729.0


Ends = tuple[Floats, Floats, Floats, Floats]
"""Of edges: x, y, x, y."""
Contribution = tuple[Places, Places, npt.NDArray[np.longdouble]]


class PairAreas(NamedTuple):
    """Areas in common, one a pair of polygons that have some border or land in common.

    Attributes
    ----------
    first, second : array of int
        Places of the polygons.
    area : array of float
        In square units of the coordinates; of polygons that only touch next to 0, and of either sign.
    """

    first: Places
    second: Places
    area: Floats


class _Boxes(NamedTuple):
    """Bounds of nodes."""

    west: Floats
    south: Floats
    east: Floats
    north: Floats

    def take(self, places: Places) -> _Boxes:
        """Some of them."""
        return _Boxes(self.west[places], self.south[places], self.east[places], self.north[places])

    def meet(self, others: _Boxes) -> Places:
        """Which have a point in common with the other in the same place."""
        met = (self.west <= others.east) & (others.west <= self.east)
        return np.flatnonzero(met & (self.south <= others.north) & (others.south <= self.north))


class _Level(NamedTuple):
    """Nodes of one size, and the first of each ring."""

    boxes: _Boxes
    start: Places


class _Borders:
    """The rings of some polygons, with boxes around ever more edges that follow one another.

    An edge has the place of its first point; the last point of a ring is its first one, and begins none. Nodes of level
    1 are a few edges, those of higher levels a few nodes of the one below.
    """

    def __init__(self, polygons: Geometries, origin: Floats) -> None:
        parts, polygon = shapely.get_parts(polygons, return_index=True)
        _, points, (rings, of_part) = shapely.to_ragged_array(parts)
        self.points, self.start = _without_repeats(points, rings.astype(np.intp))
        self.polygon = polygon[np.repeat(np.arange(len(of_part) - 1), np.diff(of_part))]
        self.origin = origin.astype(np.longdouble)
        outer = np.zeros(len(rings) - 1, dtype=bool)
        outer[of_part[:-1]] = True
        none = np.empty(0)
        self.levels = [_Level(_Boxes(none, none, none, none), self.start), *self._levels()]
        # twice the area between the origin and the border up to each node, in more digits than areas have
        lowest = self.levels[1].start
        self.before = np.concatenate([np.zeros(1, np.longdouble), np.cumsum(self._swept())])
        self.whole = self.before[lowest[1:]] - self.before[lowest[:-1]]
        self.side = np.where((self.whole > 0) == outer, 1, -1).astype(np.int8)

    def _levels(self) -> Iterator[_Level]:
        start, self.first, self.last = _grouped(self.start, 1, _EDGES)
        bounds = np.column_stack([self.first, self.last]).ravel()
        x, y = self.points.T
        boxes = _Boxes(
            np.minimum(np.minimum.reduceat(x, bounds)[::2], x[self.last]),
            np.minimum(np.minimum.reduceat(y, bounds)[::2], y[self.last]),
            np.maximum(np.maximum.reduceat(x, bounds)[::2], x[self.last]),
            np.maximum(np.maximum.reduceat(y, bounds)[::2], y[self.last]),
        )
        yield _Level(boxes, start)
        while len(boxes.west) > len(start) - 1:
            start, first, _ = _grouped(start, 0, _BRANCH)
            boxes = _Boxes(
                np.minimum.reduceat(boxes.west, first),
                np.minimum.reduceat(boxes.south, first),
                np.maximum.reduceat(boxes.east, first),
                np.maximum.reduceat(boxes.north, first),
            )
            yield _Level(boxes, start)

    def _swept(self) -> npt.NDArray[np.longdouble]:
        """Of each node of level 1, from its first point to its last: twice the area seen from the origin."""
        own = np.empty(len(self.first))
        for at in range(0, len(own), _PAIRS // _EDGES):
            first, last = self.first[at : at + _PAIRS // _EDGES], self.last[at : at + _PAIRS // _EDGES]
            own[at : at + len(first)] = self._local(first, last)
        return np.asarray(own + self._seen(self.points.take(self.first, 0), self.points.take(self.last, 0)))

    def _local(self, first: Places, last: Places) -> Floats:
        """Twice the area between the points from one to another and the straight line between the two."""
        count = last - first
        edge = np.repeat(first - (np.cumsum(count) - count), count) + np.arange(int(count.sum()))
        own = np.repeat(np.arange(len(first)), count)
        (x0, y0), (x, y), (x2, y2) = (self.points.take(one, 0).T for one in (first[own], edge, edge + 1))
        return np.bincount(own, (x - x0) * (y2 - y0) - (y - y0) * (x2 - x0), len(first)).astype(np.float64)

    def _seen(self, one: Floats, other: Floats) -> npt.NDArray[np.longdouble]:
        """Twice the area of the triangle of the origin and two points."""
        (ax, ay), (bx, by) = (one - self.origin).T, (other - self.origin).T
        return np.asarray(ax * by - ay * bx)

    def rest(self, edge: Places, ring: Places, points: Floats) -> npt.NDArray[np.longdouble]:
        """Twice the area between the origin and a ring, from points on some of its edges to where it began."""
        node = self.levels[1].start[ring] + (edge - self.start[ring]) // _EDGES
        first = self.first[node]
        start = self.points.take(first, 0)
        upto = (
            self._local(first, edge)
            + self._seen(start, self.points.take(edge, 0))
            + self._seen(self.points.take(edge, 0), points)
        )
        return np.asarray(self.before[self.levels[1].start[ring + 1]] - self.before[node] - upto)

    def ends(self, edge: Places) -> Ends:
        """The points of edges: x, y, x, y."""
        (x1, y1), (x2, y2) = self.points.take(edge, 0).T, self.points.take(edge + 1, 0).T
        return x1, y1, x2, y2

    def boxes(self, level: int, node: Places) -> _Boxes:
        """Those of some nodes; above the last level each ring is a node."""
        if level:
            return self.levels[min(level, len(self.levels) - 1)].boxes.take(node)
        x1, y1, x2, y2 = self.ends(node)
        return _Boxes(np.minimum(x1, x2), np.minimum(y1, y2), np.maximum(x1, x2), np.maximum(y1, y2))

    def parts(self, level: int, node: Places, ring: Places) -> tuple[Places, Places]:
        """The nodes of the level below of which some nodes are made: the place of each in ``node``, and its number."""
        if level >= len(self.levels):
            return np.arange(len(node)), node
        below, size = self.levels[level - 1].start, _BRANCH if level > 1 else _EDGES
        first = below[ring] + size * (node - self.levels[level].start[ring])
        count = np.minimum(first + size, below[ring + 1] - (level == 1)) - first
        place = np.repeat(np.arange(len(node)), count)
        return place, first[place] + np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count)


def _without_repeats(points: Floats, rings: Places) -> tuple[Floats, Places]:
    """Points none of which is that before it in its ring, and where each ring begins."""
    same = (points[1:, 0] == points[:-1, 0]) & (points[1:, 1] == points[:-1, 1])
    same[rings[1:-1] - 1] = False
    if not same.any():
        return points, rings
    kept = np.append(True, ~same)
    return points[kept], np.concatenate([[0], np.cumsum(kept)])[rings].astype(np.intp)


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

    Parameters
    ----------
    first, second : array of Polygon or MultiPolygon
        Valid, 2D.
    borders : optional
        Of the second set, from :func:`borders_beside`, where they are there.

    Returns
    -------
    PairAreas
        Sorted by first, then by second.

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
    key, place = np.unique(keys, return_inverse=True)
    summed = np.zeros(len(key), np.longdouble)
    np.add.at(summed, place, areas)
    return key, summed


def _contributions(one: _Borders, other: _Borders, *, among: bool) -> Iterator[Contribution]:
    """Polygon, polygon, and what is added to twice the area that they have in common."""
    for pairs in _crossing_candidates(one, other, among=among):
        yield from _crossings(one, other, pairs)
    for ring, around, turns in _windings(one, other, moved=False, among=among):
        yield one.polygon[ring], other.polygon[around], one.side[ring] * other.side[around] * turns * one.whole[ring]
    for ring, around, turns in _windings(other, one, moved=True, among=among):
        yield one.polygon[around], other.polygon[ring], other.side[ring] * one.side[around] * turns * other.whole[ring]


def _ordered(
    one: Places, other: Places, polygon: Places, there: Places, *, turned: bool = False
) -> tuple[Places, Places]:
    """Those of one set of polygons in pairs of which the first has the lower place; the other where they are turned."""
    kept = np.flatnonzero(polygon > there if turned else polygon < there)
    return one[kept], other[kept]


def _ring_boxes(borders: _Borders) -> Geometries:
    boxes = borders.levels[-1].boxes
    return np.asarray(shapely.box(boxes.west, boxes.south, boxes.east, boxes.north), dtype=object)


class _Nodes(NamedTuple):
    """Nodes of one level of both sets, in pairs, and their rings."""

    a: Places
    b: Places
    ring: Places
    other: Places

    def take(self, places: Places | slice) -> _Nodes:
        """Some of the pairs."""
        return _Nodes(self.a[places], self.b[places], self.ring[places], self.other[places])


def _crossing_candidates(one: _Borders, other: _Borders, *, among: bool) -> Iterator[_Nodes]:
    """Pairs of edges whose boxes meet, some at a time."""
    b, a = shapely.STRtree(_ring_boxes(one)).query(_ring_boxes(other))
    if among:
        a, b = _ordered(a, b, one.polygon[a], other.polygon[b])
    top = max(len(one.levels), len(other.levels)) - 1
    stack = [(top, _Nodes(a, b, a, b))]
    while stack:
        level, pairs = stack.pop()
        if not level:
            yield pairs
        elif len(pairs.a) > _PAIRS:
            stack += [(level, pairs.take(slice(at, at + _PAIRS))) for at in range(0, len(pairs.a), _PAIRS)]
        elif len(pairs.a):
            stack.append((level - 1, _narrowed(one, other, level, pairs)))


def _narrowed(one: _Borders, other: _Borders, level: int, pairs: _Nodes) -> _Nodes:
    """Pairs of nodes of the level below whose boxes meet, of pairs of one level."""
    place, a = one.parts(level, pairs.a, pairs.ring)
    boxes = one.boxes(level - 1, a)
    kept = boxes.meet(other.boxes(level, pairs.b).take(place))
    a, pairs, boxes = a[kept], pairs.take(place[kept]), boxes.take(kept)
    place, b = other.parts(level, pairs.b, pairs.other)
    kept = boxes.take(place).meet(other.boxes(level - 1, b))
    place = place[kept]
    return _Nodes(a[place], b[kept], pairs.ring[place], pairs.other[place])


def _crossings(one: _Borders, other: _Borders, pairs: _Nodes) -> Iterator[Contribution]:
    """What crossings of edges add."""
    a, b = one.ends(pairs.a), other.ends(pairs.b)
    left = _sides(a, b[0], b[1], moved=True), _sides(a, b[2], b[3], moved=True)
    apart = np.flatnonzero(left[0] != left[1])
    pairs, a, b = pairs.take(apart), _some(a, apart), _some(b, apart)
    way = -left[1][apart]
    apart = np.flatnonzero(_sides(b, a[0], a[1], moved=False) != _sides(b, a[2], a[3], moved=False))
    if not len(apart):
        return
    pairs = pairs.take(apart)
    points = _meeting(_some(a, apart), _some(b, apart))
    rest = one.rest(pairs.a, pairs.ring, points) - other.rest(pairs.b, pairs.other, points)
    area = one.side[pairs.ring] * other.side[pairs.other] * way[apart] * rest
    yield one.polygon[pairs.ring], other.polygon[pairs.other], area


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
    points: _Borders, around: _Borders, *, moved: bool, among: bool
) -> Iterator[tuple[Places, Places, Floats]]:
    """How often rings run round the starts of others: ring of the start, ring around it, turns to the left.

    ``moved`` says that the starts are those of the second set, which is moved, else the rings around them are.
    """
    starts = points.points.take(points.start[:-1], 0)
    every, ring = shapely.STRtree(_ring_boxes(around)).query(shapely.points(starts))
    if among:
        every, ring = _ordered(every, ring, points.polygon[every], around.polygon[ring], turned=moved)
    px, py = starts.T.copy()
    rings = len(around.polygon)
    for at in range(0, len(every), _PAIRS):
        of_point, of_ring = every[at : at + _PAIRS], ring[at : at + _PAIRS]
        node = of_ring
        found = []
        for level in range(len(around.levels) - 1, -1, -1):
            boxes = around.boxes(level, node)
            x, y = px[of_point], py[of_point]
            inside = (boxes.south <= y) & (boxes.north >= y) & (boxes.east >= x)
            east = np.flatnonzero(inside & (boxes.west > x))
            rise = _rise(around, level, node[east], of_ring[east], y[east], moved=not moved)
            found.append((of_point[east], of_ring[east], rise))
            near = np.flatnonzero(inside & (boxes.west <= x))
            of_point, of_ring, node = of_point[near], of_ring[near], node[near]
            if level:
                place, node = around.parts(level, node, of_ring)
                of_point, of_ring = of_point[place], of_ring[place]
        x, y = px[of_point], py[of_point]
        rise = _rise(around, 0, node, of_ring, y, moved=not moved)
        side = _sides(around.ends(node), x, y, moved=moved)
        found.append((of_point, of_ring, np.where(side == rise, rise, 0.0)))
        keys, place = np.unique(np.concatenate([one[0] * rings + one[1] for one in found]), return_inverse=True)
        turns = np.bincount(place, np.concatenate([one[2] for one in found])).astype(np.float64)
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
    found = left - right
    sign = np.sign(found).astype(np.int8)
    doubt = np.flatnonzero(np.abs(found) <= _ROUNDED * (np.abs(left) + np.abs(right)))
    if len(doubt):
        sign[doubt] = _exact(*(one[doubt] for one in (ax, ay, bx, by, cx, cy)))
    return sign


def _exact(ax: Floats, ay: Floats, bx: Floats, by: Floats, cx: Floats, cy: Floats) -> Signs:
    differences, exact = [], np.ones(len(ax), dtype=bool)
    for one, other in ((ax, cx), (by, cy), (ay, cy), (bx, cx)):
        whole = one - other
        back = one - whole
        exact &= ((one - (whole + back)) + (back - other)) == 0
        differences.append(whole)
    left, left_rest = _product(differences[0], differences[1])
    right, right_rest = _product(differences[2], differences[3])
    sign = np.sign(np.where(left != right, left - right, left_rest - right_rest)).astype(np.int8)
    same = ((ax == cx) & (ay == cy)) | ((bx == cx) & (by == cy))
    sign[same] = 0
    for place in np.flatnonzero(~exact & ~same):
        x1, y1, x2, y2, x, y = (Fraction(float(value[place])) for value in (ax, ay, bx, by, cx, cy))
        area = (x1 - x) * (y2 - y) - (y1 - y) * (x2 - x)
        sign[place] = (area > 0) - (area < 0)
    return sign


def _product(one: Floats, other: Floats) -> tuple[Floats, Floats]:
    """A product, and what rounding took from it."""
    product = one * other
    high = _SPLIT * one - (_SPLIT * one - one)
    their_high = _SPLIT * other - (_SPLIT * other - other)
    low, their_low = one - high, other - their_high
    return product, ((high * their_high - product) + high * their_low + low * their_high) + low * their_low
