"""The topology of a plan: each border once, simplified once, from which map, report and dossier are drawn."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

Geometries = npt.NDArray[np.object_]
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class Rings(NamedTuple):
    """Closed lines made of arcs, several a shape.

    Attributes
    ----------
    refs : array of int
        One after another: twice the number of an arc, and one more where it runs backwards.
    sizes : array of int
        How many refs each ring has.
    counts : array of int
        How many rings each shape has; none where the shape is too small for the grid.
    """

    refs: Integers
    sizes: Integers
    counts: Integers


class Arcs(NamedTuple):
    """The borders of a coverage and the shapes that they bound.

    Attributes
    ----------
    points : array of float, (n, 2)
        Of all arcs, one after another; each arc has both its ends.
    sizes : array of int
        How many points each arc has.
    shapes : Rings
        In the order in which the shapes were given.
    """

    points: Floats
    sizes: Integers
    shapes: Rings

    def ends(self) -> tuple[Integers, Integers]:
        """Where each arc starts and where it ends, as a number of the place."""
        last = np.cumsum(self.sizes) - 1
        first = last - self.sizes + 1
        places = _places(self.points)
        return places[first], places[last]

    def areas(self) -> Floats:
        """The area of each shape; one that is turned over has less than nothing."""
        x, y = (self.points - self.points.mean(axis=0)).T if len(self.points) else self.points.T
        ends = np.cumsum(self.sizes)
        swept = np.r_[0.0, np.cumsum(x[:-1] * y[1:] - x[1:] * y[:-1])] if len(x) else np.zeros(1)
        of_arc = swept[ends - 1] - swept[ends - self.sizes]
        of_ref = np.where(self.shapes.refs & 1, -1, 1) * of_arc[self.shapes.refs >> 1] / 2
        return np.bincount(self.shape_of_ref, of_ref, len(self.shapes.counts)).astype(np.float64)

    @property
    def shape_of_ref(self) -> Integers:
        """For each ref of the shapes the number of its shape."""
        counts, sizes = self.shapes.counts, self.shapes.sizes
        found: Integers = np.repeat(np.repeat(np.arange(len(counts)), counts), sizes)
        return found

    def moved(self, points: Floats) -> Arcs:
        """The same shapes with each point elsewhere, on a grid for instance: what falls together there is one.

        Parameters
        ----------
        points : array of float, (n, 2)
            Where each of ``self.points`` goes.

        Returns
        -------
        Arcs
            Cut anew, since borders that ran side by side may now be one. Rings with fewer than three places are left
            out.

        Examples
        --------
        >>> arcs = cut_arcs(shapely.box([0, 1], [0, 0], [1, 2], [1, 9]))
        >>> arcs.moved(np.minimum(arcs.points, 1)).shapes.counts.tolist()
        [1, 0]
        """
        refs, counts = self.shapes.refs, self.shapes.counts
        edges = self.sizes[refs >> 1] - 1
        step = np.arange(int(edges.sum())) - np.repeat(np.cumsum(edges) - edges, edges)
        first = (np.cumsum(self.sizes) - self.sizes)[refs >> 1]
        backwards, last = np.repeat(refs & 1, edges) == 1, np.repeat(edges, edges)
        inside = np.repeat(first, edges) + np.where(backwards, last - step, step)
        ring_of_ref = np.repeat(np.arange(len(self.shapes.sizes)), self.shapes.sizes)
        shape_of_ring = np.repeat(np.arange(len(counts)), counts)
        return _cut(_corners(points[inside], np.repeat(ring_of_ref, edges), shape_of_ring), len(counts))


class _Corners(NamedTuple):
    """The vertices of all rings without their closing point; each ring has three or more."""

    xy: Floats
    place: Integers
    ring: Integers
    shape_of_ring: Integers

    @property
    def starts(self) -> Integers:
        found: Integers = np.flatnonzero(np.r_[True, self.ring[1:] != self.ring[:-1]])
        return found

    @property
    def lengths(self) -> Integers:
        found: Integers = np.diff(np.r_[self.starts, len(self.ring)])
        return found

    def shifted(self, by: int) -> Integers:
        """For each vertex the number of the one that follows it (1) or goes before it (-1) on its ring."""
        start = np.repeat(self.starts, self.lengths)
        length = np.repeat(self.lengths, self.lengths)
        return start + (np.arange(len(self.ring)) - start + by) % length


def cut_arcs(shapes: Geometries) -> Arcs:
    """The borders of a coverage, cut where three shapes meet.

    Parameters
    ----------
    shapes : array of Polygon or MultiPolygon
        Neighbours have all vertices of their common border in common.

    Returns
    -------
    Arcs
        In the order in which the shapes use them. Rings with fewer than three places are left out.

    Notes
    -----
    A vertex ends an arc where it has different neighbours on different rings. A ring without such a vertex is one arc
    that starts at its lowest place.

    Examples
    --------
    >>> arcs = cut_arcs(shapely.box([0, 1], [0, 0], [1, 2], [1, 1]))
    >>> len(arcs.sizes), arcs.sizes.tolist(), arcs.shapes.refs.tolist()
    (3, [2, 4, 4], [0, 3, 1, 4])
    """
    parts, shape_of_part = shapely.get_parts(shapely.orient_polygons(shapes), return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    inside = np.r_[ring[1:] == ring[:-1], False] if len(ring) else np.zeros(0, bool)
    return _cut(_corners(xy.compress(inside, 0), ring[inside], shape_of_part[part_of_ring]), len(shapes))


def _cut(corners: _Corners, shapes: int) -> Arcs:
    counts = np.bincount(corners.shape_of_ring, minlength=shapes).astype(np.int64)
    if not len(corners.ring):
        none = np.zeros(0, np.int64)
        return Arcs(np.zeros((0, 2)), none, Rings(none, none, counts))
    starts = _starts(corners)
    order = _rotated(corners, starts)
    first = np.flatnonzero(starts[order])
    edges = np.diff(np.r_[first, len(order)])
    following = corners.shifted(1)
    last = order[first + edges - 1]
    place = corners.place
    ahead = place[order[first]] * (len(place) + 1) + place[following[order[first]]]
    behind = place[following[last]] * (len(place) + 1) + place[last]
    _, chosen, number = np.unique(np.minimum(ahead, behind), return_index=True, return_inverse=True)
    # arcs are numbered as they first appear, so that neighbours in the file are neighbours on the ground
    rank = np.empty(len(chosen), np.int64)
    rank[np.argsort(chosen, kind="stable")] = np.arange(len(chosen))
    backwards = (behind < ahead).astype(np.int64)
    chosen = np.sort(chosen)
    points = _points(corners, order, first[chosen], edges[chosen], backwards[chosen] == 1)
    sizes = np.bincount(corners.ring[order[first]], minlength=len(corners.shape_of_ring)).astype(np.int64)
    return Arcs(points, edges[chosen] + 1, Rings(rank[number.reshape(-1)] * 2 + backwards, sizes, counts))


def group_outlines(arcs: Arcs, group: Integers, groups: int) -> Rings:
    """The outlines of groups of shapes: borders inside a group fall away.

    Parameters
    ----------
    arcs : Arcs
    group : array of int
        For each shape the number of its group.
    groups : int
        How many groups there are.

    Examples
    --------
    >>> arcs = cut_arcs(shapely.box([0, 1], [0, 0], [1, 2], [1, 1]))
    >>> group_outlines(arcs, np.array([0, 0]), 1).refs.tolist()
    [3, 4]
    """
    begins, ends = (side.tolist() for side in arcs.ends())
    group_of_ref = group[arcs.shape_of_ref]
    order = np.argsort(group_of_ref, kind="stable")
    refs = arcs.shapes.refs[order]
    bounds = np.searchsorted(group_of_ref[order], np.arange(groups + 1))
    outlines = [_chained(_outer(refs[a:b].tolist()), begins, ends) for a, b in itertools.pairwise(bounds.tolist())]
    return Rings(
        np.array([ref for rings in outlines for ring in rings for ref in ring], np.int64),
        np.array([len(ring) for rings in outlines for ring in rings], np.int64),
        np.array([len(rings) for rings in outlines], np.int64),
    )


def _outer(refs: list[int]) -> list[int]:
    """Refs without those that run both ways."""
    left = Counter(refs)
    for ref in refs:
        if left[ref] and left[ref ^ 1]:
            left[ref] -= 1
            left[ref ^ 1] -= 1
    return list(left.elements())


def _chained(refs: list[int], begins: list[int], ends: list[int]) -> list[list[int]]:
    """Refs joined to closed rings. As many begin at a place as end there."""
    waiting: dict[int, list[int]] = {}
    for ref in reversed(refs):
        waiting.setdefault(ends[ref >> 1] if ref & 1 else begins[ref >> 1], []).append(ref)
    rings = []
    for first in refs:
        start = place = ends[first >> 1] if first & 1 else begins[first >> 1]
        ring = []
        while waiting[place]:
            ref = waiting[place].pop()
            ring.append(ref)
            place = begins[ref >> 1] if ref & 1 else ends[ref >> 1]
            if place == start:
                break
        if ring:
            rings.append(ring)
    return rings


def _corners(xy: Floats, ring: Integers, shape_of_ring: Integers) -> _Corners:
    """The vertices of rings, which need not close; those that fall together are one."""
    every = _Corners(xy, ring, ring, shape_of_ring)
    apart = (xy != xy.take(every.shifted(1), 0)).any(axis=1) if len(ring) else np.zeros(0, bool)
    apart &= (np.bincount(ring[apart], minlength=len(shape_of_ring)) >= 3)[ring]
    kept, renumbered = np.unique(ring[apart], return_inverse=True)
    xy = xy.compress(apart, 0)
    return _Corners(xy, _places(xy), renumbered, shape_of_ring[kept])


def _places(xy: Floats) -> Integers:
    """The number of the place of each point: those that sort first, by x and then y, have the lowest."""
    return np.unique(xy[:, 0] + 1j * xy[:, 1], return_inverse=True)[1].astype(np.int64)


def _starts(corners: _Corners) -> Flags:
    """Vertices where arcs start: those with different neighbours on different rings, else the lowest of a ring."""
    place, before, after = corners.place, corners.place[corners.shifted(-1)], corners.place[corners.shifted(1)]
    pair = np.minimum(before, after) * (len(place) + 1) + np.maximum(before, after)
    junctions, seen = np.zeros(int(place.max()) + 1, bool), np.empty(int(place.max()) + 1, np.int64)
    seen[place] = pair
    junctions[place[seen[place] != pair]] = True
    starts = junctions[place]
    alone = ~np.logical_or.reduceat(starts, corners.starts)
    lowest = np.where(alone, np.minimum.reduceat(place, corners.starts), -1)
    found = np.flatnonzero(place == np.repeat(lowest, corners.lengths))
    starts[found[np.unique(corners.ring[found], return_index=True)[1]]] = True
    return starts


def _rotated(corners: _Corners, starts: Flags) -> Integers:
    """The vertices of every ring in order, from its first start on."""
    chosen = np.flatnonzero(starts)
    first = chosen[np.searchsorted(corners.ring[chosen], np.arange(len(corners.starts)))]
    begin, length = np.repeat(corners.starts, corners.lengths), np.repeat(corners.lengths, corners.lengths)
    return begin + (np.arange(len(begin)) + np.repeat(first, corners.lengths) - 2 * begin) % length


def _points(corners: _Corners, order: Integers, first: Integers, edges: Integers, backwards: Flags) -> Floats:
    """The points of arcs, both ends included."""
    size = edges + 1
    step = np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)
    edge = np.repeat(edges, size)
    step = np.where(np.repeat(backwards, size), edge - step, step)
    inside = order[np.repeat(first, size) + np.minimum(step, edge - 1)]
    vertex = np.where(step == edge, corners.shifted(1)[inside], inside)
    return corners.xy.take(vertex, 0)


FINENESS = 512
"""Simplified lines have this many steps along the side of a rather small unit: finer than a screen shows it at twice
its full height."""


class Topology(NamedTuple):
    """The borders of a plan, each once.

    Attributes
    ----------
    pieces : array of Polygon or MultiPolygon
        In the working CRS, simplified together so that neighbours still meet.
    arcs : Arcs
        Their borders.
    unit_of_piece : array of int
        The place of each piece's unit.
    units : array of Polygon or MultiPolygon
        The outlines of the units, of the same borders.
    """

    pieces: Geometries
    arcs: Arcs
    unit_of_piece: Integers
    units: Geometries

    def merged(self, group: Integers, groups: int) -> Geometries:
        """The pieces joined in groups: borders inside a group fall away, and the others stay as they are.

        Parameters
        ----------
        group : array of int
            For each piece the number of its group; -1 for none.
        groups : int
            How many groups there are.

        Returns
        -------
        array of Polygon or MultiPolygon
            Empty for a group without pieces.
        """
        return merge_shapes(self.pieces, group, groups)


def plan_topology(units: gpd.GeoDataFrame, pieces: gpd.GeoDataFrame) -> Topology:
    """The borders of some units and of the pieces into which they are cut.

    Parameters
    ----------
    units : GeoDataFrame
        Index ``unit_id``, in any CRS; at least one row.
    pieces : GeoDataFrame
        ``unit_id`` and geometry: the units cut by the designations, without gap or overlap, in the same CRS.

    Returns
    -------
    Topology
        In the order of the rows.

    Notes
    -----
    Pieces are simplified together as a coverage: a corner goes where the triangle that it spans is smaller than the
    square of one step, see :func:`fine_step`. This is the one place where the borders of a plan are simplified; a
    surface that shows less leaves out more of the same lines.
    """
    step = fine_step(shapely.area(np.asarray(units.geometry)))
    simple = shapely.coverage_simplify(np.asarray(pieces.geometry), step)
    places = units.index.get_indexer(pieces["unit_id"]).astype(np.int64)
    return Topology(simple, cut_arcs(simple), places, merge_shapes(simple, places, len(units)))


def merge_shapes(shapes: Geometries, group: Integers, groups: int) -> Geometries:
    """See :meth:`Topology.merged`.

    Examples
    --------
    >>> squares = shapely.box([0, 1], [0, 0], [1, 2], [1, 1])
    >>> [shape.area for shape in merge_shapes(squares, np.array([0, 0]), 2)]
    [2.0, 0.0]
    """
    order = np.argsort(group, kind="stable")
    bounds = np.searchsorted(group[order], np.arange(groups + 1))
    found: Geometries = np.full(groups, shapely.Polygon(), dtype=object)
    for place, (first, end) in enumerate(itertools.pairwise(bounds.tolist())):
        if end > first:
            found[place] = _merged(shapes[order[first:end]])
    return found


def _merged(shapes: Geometries) -> shapely.Geometry:
    try:
        return shapely.coverage_union_all(shapes)
    except shapely.GEOSException:  # neighbours that lie nearer to each other than coordinates can tell
        return shapely.union_all(shapes)


def fine_step(areas: Floats) -> float:
    """A fraction of the side of the unit that a quarter of all units are smaller than."""
    return float(np.sqrt(np.sort(areas)[len(areas) // 4]) / FINENESS)
