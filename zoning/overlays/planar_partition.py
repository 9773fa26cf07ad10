"""The partition: faces that units and designations cut one another into, every border noded once; cut in tiles."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import shapely

from layers.parallel import copies, in_threads

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
    parts, owner = shapely.get_parts(geometry[several[group]], return_index=True)
    merged[several] = shapely.multipolygons(parts, indices=_renumbered(group[several[group]][owner]))
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
    step = np.cumsum([0, *(int(segments.ring.max(initial=-1)) + 1 for segments in several)])
    empty = np.empty((0, 2))
    return _Segments(
        np.concatenate([empty, *(segments.start for segments in several)]),
        np.concatenate([empty, *(segments.end for segments in several)]),
        np.concatenate(
            [np.empty(0, np.intp), *(segments.ring + shift for segments, shift in zip(several, step, strict=False))]
        ),
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
    pairs = tree.query(units, predicate="intersects")
    return pairs[0], pairs[1]


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


class Tile(NamedTuple):
    """What it takes to cut some units."""

    units: Geometries
    members: Places
    core: Flags
    designations: tuple[Geometries, ...]
    matched: bool


VERTICES = 150_000
"""Of the own units of a tile: with more, the next tile begins. Below that, tiles cost more than they spare."""
CUTTING = 500_000
"""Vertices of designations among them: with more, the next tile begins, too, so that its memory is bounded."""
_SQUARES = 512
"""Along each side of the territory, in which vertices of designations are counted."""
ForEach = Callable[[Callable[[Tile], Faces], Iterable[Tile]], Iterable[Faces]]
"""Calls a function on each tile, such as ``map``; what it gives comes in the order of the tiles."""


def partition_tiles(
    units: Geometries, designations: Sequence[Geometries], *, matched: bool = False, for_each: ForEach = map
) -> Faces:
    """The faces of :func:`zoning.overlays.planar_partition.partition`, grouped, cut tile by tile.

    Notes
    -----
    Polygons of a designation that crowd each other are dissolved before, all together: whether they do is asked of
    the whole, and a part of them would be dissolved otherwise. The size of tiles is fixed, for borders nearer to each
    other than coordinates can tell are noded in another way where many meet.

    Examples
    --------
    >>> row = np.array([shapely.box(x, 0, x + 2, 2) for x in range(0, 6, 2)])
    >>> faces = partition_tiles(row, [np.array([shapely.box(1, 0, 3, 2)])], matched=True)
    >>> faces.unit.tolist(), faces.flags[:, 0].tolist(), shapely.area(faces.geometry).tolist()
    ([0, 0, 1, 1, 2], [False, True, False, True, False], [2.0, 2.0, 2.0, 2.0, 4.0])
    """
    cut = list(for_each(cut_tile, tiles_of(units, designations, matched=matched)))
    unit = np.concatenate([faces.unit for faces in cut])
    order = np.argsort(unit, kind="stable")  # in each tile faces are sorted by unit and flags
    geometry, flags = (
        np.concatenate(parts) for parts in zip(*((faces.geometry, faces.flags) for faces in cut), strict=True)
    )
    return Faces(geometry[order], unit[order], flags[order])


def tiles_of(
    units: Geometries,
    designations: Sequence[Geometries],
    *,
    matched: bool = False,
    vertices: int = VERTICES,
    cutting: int = CUTTING,
) -> Iterator[Tile]:
    """Units in tiles of neighbours, each with all that touches it; made one by one."""
    parts = shapely.get_parts(units)
    near = [near_designation(polygons, parts) for polygons in designations]
    trees = [shapely.STRtree(polygons) for polygons in near]
    unit_tree = shapely.STRtree(units)
    counts = shapely.get_num_coordinates(units)
    along = np.arange(len(units))
    around = _vertices_around(units, near) if sum(map(_vertices, near)) > cutting else np.zeros(len(units))
    if counts.sum() > vertices or around.sum() > cutting:
        along = np.argsort(gpd.GeoSeries(units).hilbert_distance().to_numpy(), kind="stable")
    numbers = [(np.cumsum(load[along]) - load[along]) // most for load, most in ((counts, vertices), (around, cutting))]
    for chosen in np.split(along, np.flatnonzero(np.diff(numbers).any(axis=0)) + 1):
        tile_units = units[chosen]
        members = np.unique(unit_tree.query(tile_units, predicate="intersects")[1])
        touching = [np.unique(tree.query(tile_units, predicate="intersects")[1]) for tree in trees]
        yield Tile(
            units[members],
            members,
            np.isin(members, chosen),
            tuple(polygons[touched] for polygons, touched in zip(near, touching, strict=True)),
            matched,
        )


def cut_tile(tile: Tile) -> Faces:
    """The faces of the own units of a tile, grouped; ``unit`` is their place in the whole."""
    faces = cut_units(tile.units, tile.designations, matched=tile.matched)
    core = tile.core[faces.unit]
    core_faces = grouped(Faces(faces.geometry[core], faces.unit[core], faces.flags[core]))
    return Faces(core_faces.geometry, tile.members[core_faces.unit], core_faces.flags)


def cut_in_threads(cut: Callable[[Tile], Faces], tiles: Iterable[Tile], *, workers: int) -> Iterable[Faces]:
    """The faces of each tile, several cut at a time: most of it is done by GEOS, while Python is free.

    Examples
    --------
    >>> row = np.array([shapely.box(x, 0, x + 2, 2) for x in range(0, 6, 2)])
    >>> [len(faces.unit) for faces in cut_in_threads(cut_tile, tiles_of(row, [], matched=True, vertices=5), workers=2)]
    [1, 1, 1]
    """
    return map(cut, tiles) if workers == 1 else in_threads([partial(cut, tile) for tile in tiles], workers)


def _vertices(polygons: Geometries) -> int:
    return int(shapely.get_num_coordinates(polygons).sum())


def _vertices_around(units: Geometries, designations: Sequence[Geometries]) -> npt.NDArray[np.float64]:
    """About how many vertices of designations lie in the box of each unit, counted in squares of the territory."""
    west, south, east, north = shapely.total_bounds(units)
    held = np.zeros((_SQUARES, _SQUARES))
    for polygons in designations:
        x, y = shapely.get_coordinates(polygons).T
        held += np.histogram2d(x, y, bins=_SQUARES, range=((west, east), (south, north)))[0]
    before = np.zeros((_SQUARES + 1, _SQUARES + 1))
    before[1:, 1:] = held.cumsum(0).cumsum(1)
    sides = np.array([east - west, north - south]) / _SQUARES
    boxes = (shapely.bounds(units) - [west, south, west, south]) / [*sides, *sides]
    left, low = np.clip(np.floor(boxes[:, :2]), 0, _SQUARES - 1).astype(int).T
    right, high = np.clip(np.ceil(boxes[:, 2:]), 1, _SQUARES).astype(int).T
    vertices = before[right, high] - before[left, high] - before[right, low] + before[left, low]
    squares = ((right - left) * (high - low)).clip(1)
    share = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) / squares  # of the squares, which reach beyond the box
    return np.asarray(vertices * np.minimum(share, 1.0))


def pack_tile(tile: Tile) -> bytes:
    """A tile as Arrow: a batch of its units, then one of each designation.

    Examples
    --------
    >>> from zoning.overlays.planar_partition import tiles_of
    >>> (tile,) = tiles_of(np.array([shapely.box(0, 0, 2, 2)]), [np.array([shapely.box(1, 0, 3, 2)])], matched=True)
    >>> back = unpack_tile(pack_tile(tile))
    >>> back.matched, back.members.tolist(), len(back.designations)
    (True, [0], 1)
    """
    units = {"shape": _wkb(tile.units), "place": pa.array(tile.members), "own": pa.array(tile.core)}
    tables = [units, *({"shape": _wkb(polygons)} for polygons in tile.designations)]
    return b"".join([bytes([tile.matched]), *map(_framed, tables)])


def unpack_tile(packed: bytes) -> Tile:
    """What :func:`pack_tile` wrote."""
    units, *designations = _tables(packed[1:])
    return Tile(
        _shapes(units["shape"]),
        units["place"].to_numpy().astype(np.intp),
        units["own"].to_numpy(zero_copy_only=False),
        tuple(_shapes(table["shape"]) for table in designations),
        bool(packed[0]),
    )


def pack_faces(faces: Faces) -> bytes:
    """Faces as Arrow: shapes, units, and a column of flags a designation."""
    flags = {str(number): pa.array(column) for number, column in enumerate(faces.flags.T)}
    return _framed({"shape": _wkb(faces.geometry), "unit": pa.array(faces.unit), **flags})


def unpack_faces(packed: bytes) -> Faces:
    """What :func:`pack_faces` wrote."""
    (table,) = _tables(packed)
    columns = [table[name].to_numpy(zero_copy_only=False) for name in table.column_names[2:]]
    unit = table["unit"].to_numpy().astype(np.intp)
    flags = np.column_stack(columns) if columns else np.empty((len(unit), 0), dtype=bool)
    return Faces(_shapes(table["shape"]), unit, flags)


def cut_packed(packed: bytes) -> bytes:
    """The faces of a packed tile, packed."""
    return pack_faces(cut_tile(unpack_tile(packed)))


def _wkb(shapes: Geometries) -> pa.Array:
    return pa.array(shapely.to_wkb(shapes), type=pa.large_binary())


def _shapes(column: pa.ChunkedArray) -> Geometries:
    return np.asarray(shapely.from_wkb(column.to_numpy(zero_copy_only=False)), dtype=object)


def _framed(columns: Mapping[str, pa.Array]) -> bytes:
    """A table as an Arrow stream, after its length."""
    table, sink = pa.table(dict(columns)), io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    content = sink.getvalue()
    return len(content).to_bytes(8, "big") + content


def _tables(packed: bytes) -> list[pa.Table]:
    tables, offset = [], 0
    while offset < len(packed):
        size = int.from_bytes(packed[offset : offset + 8], "big")
        tables.append(pa.ipc.open_stream(packed[offset + 8 : offset + 8 + size]).read_all())
        offset += 8 + size
    return tables


ONE_BESIDE = 2
"""Workers: this process, which waits, and the copy that cuts."""


def cut_in_copies(cut: Callable[[Tile], Faces], tiles: Iterable[Tile]) -> Iterator[Faces]:
    """The faces of each tile, cut in a copy of this process that ends before the next begins.

    Examples
    --------
    >>> import numpy as np
    >>> import shapely
    >>> from zoning.overlays.planar_partition import partition_tiles
    >>> row = np.array([shapely.box(x, 0, x + 2, 2) for x in range(0, 6, 2)])
    >>> faces = partition_tiles(row, [np.array([shapely.box(1, 0, 3, 2)])], matched=True, for_each=cut_in_copies)
    >>> shapely.area(faces.geometry).tolist()
    [2.0, 2.0, 2.0, 2.0, 4.0]
    """
    with TemporaryDirectory(prefix="zoneplan-") as folder, copies(ONE_BESIDE) as some:
        path = Path(folder) / "faces"
        for tile in tiles:
            some.start(partial(_write_faces, cut, tile, path))
            some.wait()
            yield unpack_faces(path.read_bytes())


def _write_faces(cut: Callable[[Tile], Faces], tile: Tile, path: Path) -> None:
    path.write_bytes(pack_faces(cut(tile)))
