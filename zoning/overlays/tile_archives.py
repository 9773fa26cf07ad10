"""Tiles and faces as bytes of Arrow, exactly as they are: what travels to other machines and back."""

from __future__ import annotations

import io
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import shapely

from zoning.overlays.planar_partition import Faces, Geometries
from zoning.overlays.unit_tiles import Tile, cut_tile


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
