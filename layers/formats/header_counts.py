"""Header counts: how many features, vertices and cells a file holds, from what it says of itself; no shape is read."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from pyproj import CRS, Transformer

from layers.formats.active_content import refuse_active_content
from layers.formats.archived import unpacked
from layers.formats.feature_records import place_of
from layers.formats.gdal_drivers import FEATURES, TABLES, Format, load_gdal, size_of
from layers.formats.geotiff import opened
from layers.formats.kml_and_topojson import topojson_objects
from layers.formats.workbooks import count_rows

VERTEX_BYTES = 16
"""Of two coordinates, in every format that does not pack them."""
FEATURE_BYTES = 70
"""Around the coordinates of a feature: envelope, headers of parts and rings."""
TEXT_VERTEX_BYTES = 38
"""Of two coordinates as GeoJSON writes them."""
BINARY = ("ESRI Shapefile", "FlatGeobuf", "OpenFileGDB")
NOT_GDAL = ("CSV", "KML", "Parquet", "TopoJSON", "XLSX")
Box = npt.NDArray[np.float64]


class Counts(NamedTuple):
    """What a file holds."""

    features: int = 0
    vertices: int = 0
    cells: int = 0


def count_features(path: Path, layer: str | None = None, name: str | None = None) -> Counts:
    """Features and vertices of a vector file, or rows of a table.

    Examples
    --------
    >>> from zoneplan import builtin_study
    >>> count_features(builtin_study("us_mountain_west").parent / "us_mountain_west.gpkg", "units").features
    164
    """
    with unpacked(path, name or path.name, (*FEATURES, *TABLES)) as (inside, file_format):
        refuse_active_content(inside, file_format, name or path.name)
        return _counted(inside, file_format, layer)


def _counted(path: Path, file_format: Format, layer: str | None) -> Counts:
    if file_format.name == "GPKG":
        return _of_geopackage(path, layer)
    if file_format.name == "Parquet":
        return _of_parquet(path)
    if file_format.name in ("CSV", "XLSX"):
        rows = max(0, (_lines(path) if file_format.name == "CSV" else count_rows(path, path.name, layer)) - 1)
        return Counts(rows, rows)
    features = _features(path, file_format, layer)
    a_vertex = VERTEX_BYTES if file_format.name in BINARY else TEXT_VERTEX_BYTES
    return Counts(features, _vertices(size_of(path), features, a_vertex))


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in file)


def _features(path: Path, file_format: Format, layer: str | None) -> int:
    if file_format.name == "KML":
        return path.read_bytes().count(b"<Placemark")
    if file_format.name == "TopoJSON":
        objects = topojson_objects(path, path.name)
        return len(objects.get(layer or "", [])) or sum(map(len, objects.values()))
    load_gdal("pyogrio")
    import pyogrio  # noqa: PLC0415  (loaded by load_gdal)

    return int(pyogrio.read_info(place_of(path, file_format), layer=layer, force_feature_count=True)["features"])


def _vertices(size: int, features: int, a_vertex: int = VERTEX_BYTES) -> int:
    return max(features, (size - FEATURE_BYTES * features) // a_vertex)


def _of_geopackage(path: Path, layer: str | None) -> Counts:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as base:
        tables = dict(base.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
        name = layer if layer is not None else next(iter(tables), None)
        if name is None or name not in tables:  # a table without shapes, or a mistake that reading will tell of
            return Counts()
        table, column = (text.replace('"', '""') for text in (name, tables[name]))
        features, size = base.execute(f'SELECT count(*), sum(length("{column}")) FROM "{table}"').fetchone()  # noqa: S608  (quoted)
    return Counts(int(features), _vertices(int(size or 0), int(features)))


def _of_parquet(path: Path) -> Counts:
    import pyarrow.parquet as pq  # noqa: PLC0415  (who plans without such files needs none)

    held = pq.ParquetFile(path).metadata
    places = [position for position in range(held.num_columns) if held.schema.column(position).path == "geometry"]
    size = sum(
        held.row_group(group).column(position).total_uncompressed_size
        for group in range(held.num_row_groups)
        for position in places
    )
    return Counts(held.num_rows, _vertices(size, held.num_rows) if places else 0)


def box_of(path: Path, layer: str | None = None, name: str | None = None) -> tuple[Box, CRS] | None:
    """The box around all features, with its CRS; None where the file does not say it."""
    with unpacked(path, name or path.name, (*FEATURES, *TABLES)) as (inside, kind):
        if kind.name in NOT_GDAL:
            return None
        load_gdal("pyogrio")
        import pyogrio  # noqa: PLC0415  (loaded by load_gdal)

        refuse_active_content(inside, kind, name or path.name)
        info = pyogrio.read_info(place_of(inside, kind), layer=layer, force_total_bounds=True)
    if info["total_bounds"] is None or info["crs"] is None:
        return None
    return np.asarray(info["total_bounds"], dtype=float), CRS.from_user_input(info["crs"])


def count_cells(path: Path, name: str, near: tuple[Box, CRS] | None = None, layer: str | None = None) -> Counts:
    """Cells of a grid near some box; all where there is none."""
    with opened(path, name, layer) as grid:
        if near is None or grid.crs is None:
            return Counts(cells=grid.width * grid.height)
        box, crs = near
        turn = Transformer.from_crs(crs, CRS.from_user_input(grid.crs.to_wkt()), always_xy=True)
        west, south, east, north = turn.transform_bounds(*box)
        wide = min(grid.width, max(1.0, (east - west) / abs(grid.transform.a) + 3))
        high = min(grid.height, max(1.0, (north - south) / abs(grid.transform.e) + 3))
        return Counts(cells=int(wide * high) if np.isfinite(wide * high) else grid.width * grid.height)
