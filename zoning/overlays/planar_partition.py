"""The partition: faces that units and designations cut one another into, every border noded once.

Borders are taken as whole straight segments between two vertices of the input and never clipped, so that a cut on a
border shared by two units comes from the same two segments on both sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

Geometries = npt.NDArray[np.object_]
Places = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

_MIX = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5], dtype=np.uint64)
"""Odd factors that tell the four coordinates of a segment apart in its hash."""

_CROWD = 12
"""Polygons whose box meets more boxes of their own designation than this, on average, are a crowd worth dissolving."""


class Faces(NamedTuple):
    """Faces of a planar partition."""

    geometry: Geometries
    unit: Places
    flags: Flags


@dataclass(frozen=True)
class _Segments:
    """Straight pieces of rings: start, end, and a number of the ring whose neighbours in the array follow on."""

    start: npt.NDArray[np.float64]
    end: npt.NDArray[np.float64]
    ring: Places

    def compress(self, chosen: Flags) -> _Segments:
        """Some of them; by [chosen] numpy would take seven times as long."""
        return _Segments(self.start.compress(chosen, 0), self.end.compress(chosen, 0), self.ring.compress(chosen))

    def take(self, places: Places) -> _Segments:
        """Those at some places."""
        return _Segments(self.start.take(places, 0), self.end.take(places, 0), self.ring.take(places))


def partition(units: Geometries, designations: Sequence[Geometries], *, matched: bool = False) -> Faces:
    """Faces into which the borders of designations cut the units; each face with its unit and its designations.

    Notes
    -----
    Where borders are matched, only parts of units that a designation's border meets are noded: what others share with
    them is met by nothing and keeps its vertices. Otherwise all are noded, which gives neighbours the same vertices.

    Examples
    --------
    >>> units = np.array([shapely.box(0, 0, 2, 2), shapely.box(2, 0, 4, 2), shapely.box(4, 0, 6, 2)])
    >>> faces = partition(units, [np.array([shapely.box(1, 0, 3, 2)])])
    >>> sorted(zip(faces.unit.tolist(), faces.flags[:, 0].tolist(), shapely.area(faces.geometry).tolist()))
    [(0, False, 2.0), (0, True, 2.0), (1, False, 2.0), (1, True, 2.0), (2, False, 4.0)]
    """
    parts = shapely.get_parts(units)
    return cut_units(units, [near_designation(polygons, parts) for polygons in designations], matched=matched)


def near_designation(polygons: Geometries, parts: Geometries) -> Geometries:
    """The single polygons of a designation that are near parts of units, in an order of their own, few overlapping."""
    return _dissolved(_near(polygons, parts))


def cut_units(units: Geometries, dissolved: Sequence[Geometries], *, matched: bool) -> Faces:
    """The faces of :func:`partition`, of designations from :func:`near_designation`."""
    parts, owner = shapely.get_parts(units, return_index=True)
    cuts = _joined([_outlines(polygons) for polygons in dissolved])
    part, cut = _meetings(parts, cuts)
    noded = np.unique(part) if matched else np.arange(len(parts))
    whole = np.setdiff1d(np.arange(len(parts)), noded)
    lines = _joined([_segments(parts[noded]), cuts.take(np.unique(cut))])
    faces = _faces(lines.compress(_first_of_each(lines)))
    inside = _inside(faces)
    holder = _holders(inside, parts[noded])
    held = holder >= 0
    return Faces(
        np.concatenate([faces[held], parts[whole]]),
        owner[np.concatenate([noded[holder[held]], whole])],
        _flags(np.concatenate([inside[held], _inside(parts[whole])]), dissolved),
    )


def grouped(faces: Faces) -> Faces:
    """Faces of one unit with equal flags put together; sorted by unit, then by flags."""
    count = faces.flags.shape[1]
    order = np.lexsort([*(faces.flags[:, column] for column in reversed(range(count))), faces.unit])
    unit, flags = faces.unit[order], faces.flags[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (unit[1:] != unit[:-1]) | (flags[1:] != flags[:-1]).any(axis=1)
    group = np.cumsum(first) - 1
    size = np.bincount(group, minlength=int(first.sum()))
    geometry = faces.geometry[order]
    merged = geometry[first].copy()
    several = size > 1
    parts, place = shapely.get_parts(geometry[several[group]], return_index=True)
    merged[several] = shapely.multipolygons(parts, indices=_renumbered(group[several[group]][place]))
    for broken in np.flatnonzero(several)[~shapely.is_valid(merged[several])]:
        # Faces of one kind meet along a line only where a designation's own border runs through it.
        merged[broken] = shapely.coverage_union_all(shapely.get_parts(merged[broken]))
    merged[several] = shapely.normalize(merged[several])  # the order of their parts, too
    return Faces(merged, unit[first], flags[first])


def _renumbered(sorted_numbers: Places) -> Places:
    return np.unique(sorted_numbers, return_inverse=True)[1].astype(np.intp)


def _near(polygons: Geometries, units: Geometries) -> Geometries:
    """The single polygons whose bounding box meets that of a unit, in an order that their content gives."""
    parts = shapely.get_parts(polygons)
    near: Geometries = parts[np.unique(shapely.STRtree(units).query(parts)[0])]
    return near[np.argsort(shapely.to_wkb(near), kind="stable")] if len(near) else near


def _dissolved(polygons: Geometries) -> Geometries:
    """Polygons few of which overlap. Those that only border on one another stay: `_outlines` drops what they share."""
    pairs = shapely.STRtree(polygons).query(polygons).shape[1]
    if pairs <= _CROWD * len(polygons):
        return polygons
    dissolved: Geometries = shapely.get_parts(shapely.disjoint_subset_union_all(polygons))
    return dissolved


def _segments(polygons: Geometries) -> _Segments:
    rings = shapely.get_rings(shapely.get_parts(polygons))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    joined = ring[1:] == ring[:-1]
    return _Segments(points[:-1], points[1:], ring[:-1]).compress(joined)


def _joined(several: Sequence[_Segments]) -> _Segments:
    """All segments, no two sources with a ring number in common."""
    step = np.cumsum([0, *(int(one.ring.max(initial=-1)) + 1 for one in several)])
    empty = np.empty((0, 2))
    return _Segments(
        np.concatenate([empty, *(one.start for one in several)]),
        np.concatenate([empty, *(one.end for one in several)]),
        np.concatenate([np.empty(0, np.intp), *(one.ring + shift for one, shift in zip(several, step, strict=False))]),
    )


def _outlines(polygons: Geometries) -> _Segments:
    """Segments with the designation on one side only: those walked both ways lie between two of its polygons."""
    segments = _segments(shapely.orient_polygons(polygons))
    order, same = _likes(segments)
    forward = _is_forward(segments)[order]
    group = np.cumsum(~same) - 1
    ways = np.bincount(group, forward), np.bincount(group, ~forward)
    inner = np.empty(len(order), dtype=bool)
    inner[order] = ((ways[0] > 0) & (ways[1] > 0))[group]
    return segments.compress(~inner)


def _is_forward(segments: _Segments) -> Flags:
    (x0, y0), (x1, y1) = segments.start.T, segments.end.T
    return np.asarray((x0 < x1) | ((x0 == x1) & (y0 < y1)))


def _likes(segments: _Segments) -> tuple[Places, Flags]:
    """An order that puts equal segments, whichever way they run, side by side; and which equal the one before."""
    forward = _is_forward(segments)[:, None]
    low, high = np.where(forward, segments.start, segments.end), np.where(forward, segments.end, segments.start)
    key, same = np.zeros(len(low), dtype=np.uint64), np.ones(len(low), dtype=bool)
    ends = [*low.T, *high.T]
    for column, factor in zip(ends, _MIX, strict=True):
        bits = (column + 0.0).view(np.uint64)  # no negative zeros
        key += pd.util.hash_array(bits) * factor
    order = np.argsort(key, kind="stable")
    for column in ends:
        sorted_column = column[order]
        same[1:] &= sorted_column[1:] == sorted_column[:-1]
    same[:1] = False
    return order, same


def _first_of_each(segments: _Segments) -> Flags:
    order, same = _likes(segments)
    first = np.empty(len(order), dtype=bool)
    first[order] = ~same
    return first


def _meetings(units: Geometries, cuts: _Segments) -> tuple[Places, Places]:
    """Pairs (unit, cut) that have a point in common."""
    tree = shapely.STRtree(np.asarray(shapely.linestrings(np.stack([cuts.start, cuts.end], axis=1)), dtype=object))
    found = tree.query(units, predicate="intersects")
    return found[0], found[1]


def _faces(segments: _Segments) -> Geometries:
    """Every bounded face of the arrangement of segments."""
    noded = shapely.union_all(_runs(segments))
    faces: Geometries = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    return np.asarray(shapely.normalize(faces), dtype=object)  # where a ring begins must not hang on what lies beyond


def _runs(segments: _Segments) -> Geometries:
    """Lines made of segments that follow one another in their ring: far fewer to node than single segments."""
    follows = np.zeros(len(segments.ring), dtype=bool)
    follows[1:] = (segments.ring[1:] == segments.ring[:-1]) & (segments.start[1:] == segments.end[:-1]).all(axis=1)
    run = np.cumsum(~follows) - 1
    size = np.bincount(run) + 1
    points = np.empty((int(size.sum()), 2))
    points[np.arange(len(run)) + run] = segments.start
    last = np.flatnonzero(np.append(~follows, True))[1:] - 1
    points[np.cumsum(size) - 1] = segments.end.take(last, 0)
    return np.asarray(shapely.linestrings(points, indices=np.repeat(np.arange(len(size)), size)), dtype=object)


def _inside(polygons: Geometries) -> Geometries:
    """A point well inside each polygon."""
    points: Geometries = shapely.point_on_surface(polygons)
    clearance = shapely.distance(points, shapely.boundary(polygons))
    # A face can have a spike without width, and GEOS may put its point there: the widest triangle has a better one.
    for thin in np.flatnonzero(clearance < 1e-3 * shapely.area(polygons) / shapely.length(polygons)):
        triangles = shapely.get_parts(shapely.constrained_delaunay_triangles(polygons[thin]))
        if len(triangles):
            points[thin] = shapely.centroid(triangles[np.argmax(shapely.area(triangles) / shapely.length(triangles))])
    return points


def _holders(points: Geometries, polygons: Geometries) -> Places:
    """For each point the first polygon that holds it, or -1."""
    polygon, point = shapely.STRtree(points).query(polygons, predicate="intersects")
    holder = np.full(len(points), len(polygons))
    np.minimum.at(holder, point, polygon)
    return np.where(holder < len(polygons), holder, -1)


def _flags(points: Geometries, designations: Sequence[Geometries]) -> Flags:
    tree = shapely.STRtree(points)
    flags = np.zeros((len(points), len(designations)), dtype=bool)
    for column, polygons in enumerate(designations):
        flags[tree.query(polygons, predicate="intersects")[1], column] = True
    return flags
