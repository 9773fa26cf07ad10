"""Arcs: the borders of a coverage, each once, and the rings that are made of them.

Neighbours keep one common border however coarse it is drawn, and it is stored and sent once.
"""

from __future__ import annotations

import itertools
from collections import Counter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

Geometries = npt.NDArray[np.object_]
Integers = npt.NDArray[np.int64]
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
    points : array of int, (n, 2)
        Of all arcs, one after another; each arc has both its ends.
    sizes : array of int
        How many points each arc has.
    shapes : Rings
        In the order in which the shapes were given.
    """

    points: Integers
    sizes: Integers
    shapes: Rings

    def ends(self) -> tuple[Integers, Integers]:
        """Where each arc starts and where it ends, as a number of the place."""
        last = np.cumsum(self.sizes) - 1
        first = last - self.sizes + 1
        places = _places(self.points)
        return places[first], places[last]


class _Corners(NamedTuple):
    """The vertices of all rings without their closing point; each ring has three or more."""

    xy: Integers
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
        Whole-number coordinates. Neighbours have all vertices of their common border in common.

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
    corners = _corners(shapely.orient_polygons(shapes))
    counts = np.bincount(corners.shape_of_ring, minlength=len(shapes)).astype(np.int64)
    if not len(corners.ring):
        none = np.zeros(0, np.int64)
        return Arcs(np.zeros((0, 2), np.int64), none, Rings(none, none, counts))
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
    group_of_ref = np.repeat(np.repeat(group, arcs.shapes.counts), arcs.shapes.sizes)
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


def _corners(shapes: Geometries) -> _Corners:
    parts, shape_of_part = shapely.get_parts(shapes, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    xy = np.rint(xy).astype(np.int64)
    closing = np.r_[ring[1:] != ring[:-1], True] if len(ring) else np.zeros(0, bool)
    xy, ring = xy.compress(~closing, 0), ring[~closing]
    ahead = _Corners(xy, ring, ring, shape_of_part).shifted(1) if len(ring) else ring
    apart = (xy != xy.take(ahead, 0)).any(axis=1)
    apart &= (np.bincount(ring[apart], minlength=len(rings)) >= 3)[ring]
    kept, renumbered = np.unique(ring[apart], return_inverse=True)
    xy = xy.compress(apart, 0)
    return _Corners(xy, _places(xy), renumbered, shape_of_part[part_of_ring[kept]])


def _places(xy: Integers) -> Integers:
    """The number of the place of each point: those that sort first, by x and then y, have the lowest."""
    low, high = (edge.astype(np.int64) for edge in (xy.min(axis=0, initial=0), xy.max(axis=0, initial=0)))
    keys = (xy[:, 0] - low[0]) * (high[1] - low[1] + 1) + xy[:, 1] - low[1]
    return np.unique(keys, return_inverse=True)[1].astype(np.int64)


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


def _points(corners: _Corners, order: Integers, first: Integers, edges: Integers, backwards: Flags) -> Integers:
    """The points of arcs, both ends included."""
    size = edges + 1
    step = np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)
    edge = np.repeat(edges, size)
    step = np.where(np.repeat(backwards, size), edge - step, step)
    inside = order[np.repeat(first, size) + np.minimum(step, edge - 1)]
    vertex = np.where(step == edge, corners.shifted(1)[inside], inside)
    return corners.xy.take(vertex, 0)
