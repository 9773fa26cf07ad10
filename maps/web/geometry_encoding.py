"""The shapes of a plan in one small block of text, which the page unpacks: each border once, and rings made of borders.

Neighbours keep one common border however coarse it is drawn. The block holds, compressed and then written in 85 signs:
the length of the page's model in 4 bytes, the model as JSON, and columns of whole numbers: arcs as steps from point to
point, rings as arcs, one point to label each unit, and what else a page has in numbers. Of a column first come the low
bytes of all its numbers, then the next ones: what is alike stands together, and packs smaller.
"""

from __future__ import annotations

import gzip
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from layers.crs import way_between, working_crs
from maps.style import Topology, fine_step
from maps.web.map_plane import WGS_84, Plane, PlaneName, equal_area_plane, mercator_plane
from maps.web.page_model import MapGrid

Geometries = npt.NDArray[np.object_]
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

LEVEL = 6
"""How hard the block is packed: the hardest takes thrice as long for a block that is 0.6 per cent smaller."""


class Rings(NamedTuple):
    """Closed lines made of arcs, several a shape."""

    refs: Integers
    sizes: Integers
    counts: Integers

    def of(self, chosen: Flags) -> Rings:
        """The rings of some of the shapes."""
        rings = np.repeat(chosen, self.counts)
        return Rings(self.refs[np.repeat(rings, self.sizes)], self.sizes[rings], self.counts[chosen])


class Arcs(NamedTuple):
    """The borders of a coverage and the shapes that they bound."""

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


class Shapes(NamedTuple):
    """Units and pieces on one grid, in the plane of the map."""

    plane: Plane
    west: float
    south: float
    step: float
    arcs: Arcs
    units: Rings
    unit_of_piece: Integers
    labels: Integers
    undrawn: Integers

    @property
    def grid(self) -> MapGrid:
        """The grid, and how much stands on it."""
        return MapGrid(
            projection=self.plane.projection,
            west=self.west,
            south=self.south,
            step=self.step,
            arcs=len(self.arcs.sizes),
            points=len(self.arcs.points),
            pieces=len(self.unit_of_piece),
            units=len(self.labels),
        )


def place_on_grid(borders: Topology, units: gpd.GeoDataFrame, plane_name: PlaneName = "equal_area") -> Shapes:
    """The borders of a plan on the grid of the map."""
    ground = np.asarray(units.geometry)
    plane = _plane_of(borders, units, plane_name)
    parts = shapely.transform(borders.pieces, lambda xy: plane.placed(xy, units.crs))
    labels = plane.placed(shapely.get_coordinates(label_points(ground)), units.crs)
    drawn = np.bincount(borders.unit_of_piece, shapely.area(parts), len(units)).astype(np.float64)
    real = shapely.area(ground)
    # Mercator makes all land larger, but for what it leaves out
    undrawn = drawn < real / 2 if plane.crs is None else np.zeros(len(units), bool)
    step = max(fine_step(np.where(undrawn, real, drawn)), 0.01)
    west, south, *_ = shapely.total_bounds(parts)
    arcs = cut_arcs(shapely.transform(parts, lambda xy: (xy - (west, south)) / step))
    return Shapes(
        plane=plane,
        west=float(west),
        south=float(south),
        step=step,
        arcs=arcs,
        units=group_outlines(arcs, borders.unit_of_piece, len(units)),
        unit_of_piece=borders.unit_of_piece,
        labels=np.rint((labels - (west, south)) / step).astype(np.int64),
        undrawn=np.flatnonzero(undrawn),
    )


def _plane_of(borders: Topology, units: gpd.GeoDataFrame, name: PlaneName) -> Plane:
    if name == "mercator":
        corners = shapely.get_coordinates(borders.pieces)
        return mercator_plane(way_between(units.crs, WGS_84).transform(corners[:, 0], corners[:, 1])[0])
    crs = working_crs(units)
    corners = shapely.get_coordinates(shapely.box(*shapely.total_bounds(borders.pieces)))
    moved = corners if crs == units.crs else np.column_stack(way_between(units.crs, crs).transform(*corners.T))
    return equal_area_plane(crs, tuple(shapely.total_bounds(shapely.points(moved))))


def encode_block(said: str, shapes: Shapes, columns: Iterable[Integers] = ()) -> str:
    """What the page says, and its shapes, as one text of signs that mean nothing in HTML."""
    text = said.encode("utf-8", "backslashreplace")
    numbers = b"".join(byte_planes(column) for column in (*shape_columns(shapes), *columns))
    block = len(text).to_bytes(4, "little") + text + numbers
    return in_85_signs(gzip.compress(block, LEVEL, mtime=0))


def shape_columns(shapes: Shapes) -> Iterator[Integers]:
    """The columns of some shapes, in the order in which the page reads them."""
    arcs = shapes.arcs
    steps = np.diff(arcs.points, axis=0, prepend=np.zeros((1, 2), np.int64))
    first = np.zeros(len(steps), bool)
    first[np.cumsum(arcs.sizes) - arcs.sizes] = True
    yield arcs.sizes
    yield from (zigzag(axis[first]) for axis in steps.T)
    yield from (zigzag(axis[~first]) for axis in steps.T)
    yield shapes.unit_of_piece
    yield from (arcs.shapes.counts, arcs.shapes.sizes, _newness(arcs.shapes.refs))
    joined = np.bincount(shapes.unit_of_piece, minlength=len(shapes.labels)) != 1
    outlines = shapes.units.of(joined)  # a unit of one piece has the rings of that piece
    yield from (outlines.counts, outlines.sizes, zigzag(np.diff(outlines.refs, prepend=0)))
    yield from (zigzag(np.diff(axis, prepend=0)) for axis in shapes.labels.T)


def _newness(refs: Integers) -> Integers:
    """Refs as how far back their arc lies from the next new one: 0 for a new one, of which half of all are."""
    arcs = refs >> 1
    expected = np.maximum.accumulate(np.r_[np.zeros(min(1, len(arcs)), np.int64), arcs[:-1] + 1])
    told: Integers = (expected - arcs) << 1 | (refs & 1)
    return told


SIGNS = "".join(chr(code) for code in range(33, 127) if chr(code) not in "<>&\"'`$\\{")
"""The signs of a block: of those that can be printed all but what means something in HTML, scripts or templates."""


def in_85_signs(packed: bytes) -> str:
    """Bytes as text, four in five signs: a sixteenth less than in base64.

    Examples
    --------
    >>> in_85_signs(b"zone"), in_85_signs(b"zo")
    ('NDld8', 'NDh')
    """
    whole = np.frombuffer(packed + bytes(-len(packed) % 4), ">u4").astype(np.uint64)
    powers = np.array([85**place for place in (4, 3, 2, 1, 0)], np.uint64)
    places = (whole[:, None] // powers % np.uint64(85)).astype(np.uint8).ravel()
    told: str = np.frombuffer(SIGNS.encode("ascii"), np.uint8)[places].tobytes().decode("ascii")
    return told[: len(told) - (-len(packed) % 4)]


def zigzag(values: Integers) -> Integers:
    """Whole numbers without a sign: 0, -1, 1, -2 become 0, 1, 2, 3.

    Examples
    --------
    >>> zigzag(np.array([0, -1, 1, -2])).tolist()
    [0, 1, 2, 3]
    """
    return (values << 1) ^ (values >> 63)


def byte_planes(values: Integers) -> bytes:
    """A column of whole numbers from 0 up: how many bytes each has, the low bytes of all, the next ones, and so on.

    Examples
    --------
    >>> byte_planes(np.array([1, 300])).hex(" "), byte_planes(np.array([0, 0])).hex(" ")
    ('02 01 2c 00 01', '00')
    """
    numbers = np.asarray(values, np.uint64)
    width = (int(numbers.max(initial=0)).bit_length() + 7) // 8
    planes = ((numbers >> np.uint64(8 * place)) & np.uint64(255) for place in range(width))
    return bytes([width]) + b"".join(plane.astype(np.uint8).tobytes() for plane in planes)


def label_points(units: Geometries) -> Geometries:
    """A point inside each unit: the centre of its largest part where that is inside.

    Examples
    --------
    >>> ring = shapely.box(0, 0, 3, 3).difference(shapely.box(1, 1, 2, 2))
    >>> [bool(ring.contains(point)) for point in label_points(np.array([ring]))]
    [True]
    """
    parts, unit = shapely.get_parts(units, return_index=True)
    order = np.lexsort((np.arange(len(parts)), -shapely.area(parts), unit))
    largest = parts[order[np.searchsorted(unit[order], np.arange(len(units)))]]
    centres = shapely.centroid(largest)
    inside: Geometries = np.where(shapely.contains(largest, centres), centres, shapely.point_on_surface(largest))
    return inside
