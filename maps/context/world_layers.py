"""The bundled world: land, borders, rivers, lakes and places, of which each reader takes what lies in some boxes.

Where the layers come from, under which licences, and how their borders may be drawn: ``data/README.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

Geometries = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
Name = Literal["land", "lakes", "rivers", "admin1_lines", "admin0_lines", "places", "regions"]

DATA = Path(__file__).parent / "data"


class WorldLayer(NamedTuple):
    """One of the layers, or a part of it, in longitude and latitude of WGS 84."""

    shapes: Geometries
    fields: Mapping[str, npt.NDArray[Any]]

    def where(self, chosen: Flags | Places) -> WorldLayer:
        """Some of the features, by a flag each or by their places."""
        return WorldLayer(self.shapes[chosen], {name: values[chosen] for name, values in self.fields.items()})

    def meeting(self, boxes: Floats) -> WorldLayer:
        """The features whose own box meets one of some boxes."""
        return self.where(_meet(shapely.bounds(self.shapes), boxes))


class World:
    """The world around one plan: of each layer what pictures have needed so far, read once for all that lie in it.

    Whoever draws several pictures starts with the widest.
    """

    def __init__(self) -> None:
        self._read: dict[Name, tuple[Floats, WorldLayer]] = {}

    def near(self, name: Name, boxes: Floats) -> WorldLayer:
        """The features of a layer whose own box meets one of some boxes."""
        known = self._read.get(name)
        if known is None or not _lie_in(boxes, known[0]):
            known = self._read[name] = boxes, world_layer(name, boxes)
        return known[1].meeting(boxes)


def world_layer(name: Name, boxes: Floats) -> WorldLayer:
    """The part of a layer of the world that meets some boxes.

    Notes
    -----
    Only that part is decoded: files say the box of each of their lines and polygons.

    Examples
    --------
    >>> places = world_layer("places", np.array([[-180.0, -90.0, 180.0, 90.0]]))
    >>> int((places.fields["capital"] == "country").sum())
    192
    """
    with pq.ParquetFile(DATA / f"{name}.parquet", pre_buffer=False) as file:
        rows = _rows_near(file, boxes) if "bbox" in file.schema_arrow.names else file.read(use_threads=False)
    shapes = shapely.from_wkb(rows["geometry"].to_numpy())
    fields = {column: _values(rows[column]) for column in rows.column_names if column != "geometry"}
    layer = WorldLayer(shapes, fields).meeting(boxes)
    return WorldLayer(layer.shapes, _with_own_names(layer.fields)) if name == "places" else layer


def _rows_near(file: pq.ParquetFile, boxes: Floats) -> pa.Table:
    """The rows whose own box, which the file says, meets one of some boxes; groups of rows without any are not read."""
    own = file.read(["bbox"], use_threads=False)["bbox"].combine_chunks()
    near = _meet(np.column_stack([own.field(side).to_numpy() for side in ("xmin", "ymin", "xmax", "ymax")]), boxes)
    sizes = [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
    group = np.repeat(np.arange(len(sizes)), sizes)
    some = np.unique(group[near])
    columns = [column for column in file.schema_arrow.names if column != "bbox"]
    if not some.size:  # older versions of Arrow ask for a group all the same
        return file.schema_arrow.empty_table().select(columns)
    return file.read_row_groups(some.tolist(), columns, use_threads=False).filter(near[np.isin(group, some)])


def _values(column: pa.ChunkedArray) -> npt.NDArray[Any]:
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return np.array([text or "" for text in column.to_pylist()], dtype=object)
    return np.asarray(column.to_numpy())


@cache
def languages_of_places() -> frozenset[str]:
    """The languages in which places have names of their own."""
    names = pq.read_schema(DATA / "places.parquet").names
    return frozenset(name.removeprefix("name_") for name in names if name.startswith("name_"))


@cache
def without_borders() -> frozenset[str]:
    """Codes of the countries around whose studies no border may be drawn from these layers."""
    return frozenset(pd.read_csv(DATA / "no_borders.csv")["iso_a2"])


def _with_own_names(places: Mapping[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    """Places with the names of ``place_names.csv``, which were set by hand where the layer has none or an odd one."""
    found = {name: values.copy() for name, values in places.items()}
    for row in pd.read_csv(DATA / "place_names.csv").itertuples():
        found[str(row.column)][found["geonameid"] == row.geonameid] = row.name
    return found


def _meet(own: Floats, boxes: Floats) -> Flags:
    """Whether a box meets one of some others."""
    found = np.zeros(len(own), bool)
    for west, south, east, north in boxes:
        found |= (own[:, 0] <= east) & (own[:, 2] >= west) & (own[:, 1] <= north) & (own[:, 3] >= south)
    return found


def _lie_in(boxes: Floats, wider: Floats) -> bool:
    """Whether each box lies in one of the wider ones."""
    return all(any((box[:2] >= other[:2]).all() and (box[2:] <= other[2:]).all() for other in wider) for box in boxes)
