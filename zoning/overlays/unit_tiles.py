"""Tiles of units: neighbours that are cut together, kept as archives, cut in copies of this process."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from layers.parallel import copies, in_threads
from zoning.overlays.planar_partition import Faces, Flags, Geometries, Places, cut_units, grouped, near_designation


class Tile(NamedTuple):
    """What it takes to cut some units."""

    units: Geometries
    place: Places
    own: Flags
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
    unit = np.concatenate([one.unit for one in cut])
    order = np.argsort(unit, kind="stable")  # in each tile faces are sorted by unit and flags
    geometry, flags = (np.concatenate(parts) for parts in zip(*((one.geometry, one.flags) for one in cut), strict=True))
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
        own = units[chosen]
        place = np.unique(unit_tree.query(own, predicate="intersects")[1])
        touching = [np.unique(tree.query(own, predicate="intersects")[1]) for tree in trees]
        yield Tile(
            units[place],
            place,
            np.isin(place, chosen),
            tuple(polygons[found] for polygons, found in zip(near, touching, strict=True)),
            matched,
        )


def cut_tile(tile: Tile) -> Faces:
    """The faces of the own units of a tile, grouped; ``unit`` is their place in the whole."""
    faces = cut_units(tile.units, tile.designations, matched=tile.matched)
    own = tile.own[faces.unit]
    found = grouped(Faces(faces.geometry[own], faces.unit[own], faces.flags[own]))
    return Faces(found.geometry, tile.place[found.unit], found.flags)


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
    found = before[right, high] - before[left, high] - before[right, low] + before[left, low]
    squares = ((right - left) * (high - low)).clip(1)
    share = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) / squares  # of the squares, which reach beyond the box
    return np.asarray(found * np.minimum(share, 1.0))


def pack_tile(tile: Tile) -> bytes:
    """A tile as Arrow: a batch of its units, then one of each designation.

    Examples
    --------
    >>> from zoning.overlays.unit_tiles import tiles_of
    >>> (tile,) = tiles_of(np.array([shapely.box(0, 0, 2, 2)]), [np.array([shapely.box(1, 0, 3, 2)])], matched=True)
    >>> back = unpack_tile(pack_tile(tile))
    >>> back.matched, back.place.tolist(), len(back.designations)
    (True, [0], 1)
    """
    units = {"shape": _wkb(tile.units), "place": pa.array(tile.place), "own": pa.array(tile.own)}
    tables = [units, *({"shape": _wkb(polygons)} for polygons in tile.designations)]
    return b"".join([bytes([tile.matched]), *map(_framed, tables)])


def unpack_tile(packed: bytes) -> Tile:
    """What :func:`pack_tile` wrote."""
    units, *designations = _tables(packed[1:])
    return Tile(
        _shapes(units["shape"]),
        units["place"].to_numpy().astype(np.intp),
        units["own"].to_numpy(zero_copy_only=False),
        tuple(_shapes(one["shape"]) for one in designations),
        bool(packed[0]),
    )


def pack_faces(faces: Faces) -> bytes:
    """Faces as Arrow: shapes, units, and a column of flags a designation."""
    flags = {str(place): pa.array(column) for place, column in enumerate(faces.flags.T)}
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
    found, place = [], 0
    while place < len(packed):
        size = int.from_bytes(packed[place : place + 8], "big")
        found.append(pa.ipc.open_stream(packed[place + 8 : place + 8 + size]).read_all())
        place += 8 + size
    return found


ONE_BESIDE = 2
"""Workers: this process, which waits, and the copy that cuts."""


def cut_in_copies(cut: Callable[[Tile], Faces], tiles: Iterable[Tile]) -> Iterator[Faces]:
    """The faces of each tile, cut in a copy of this process that ends before the next begins.

    Examples
    --------
    >>> import numpy as np
    >>> import shapely
    >>> from zoning.overlays.unit_tiles import partition_tiles
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
