"""Vectors: features read from a file, in its own CRS, with text ids; nothing is repaired yet but what has one answer.

Coordinates lose Z and M. What cannot be right is refused: a missing CRS or one that contradicts the plan, numbers that
are no numbers, degrees beyond the globe, eastings with a zone's number before them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from pyproj import CRS

from layers.conditions import parse_condition
from layers.crs import is_gcj02, places_of, settle_crs, settle_gcj02, zone_code
from layers.errors import (
    Attempts,
    CrsError,
    GeometryError,
    SourceError,
    UnknownNameError,
    naming_the_layer,
    raise_all,
    shown,
)
from layers.formats.archived import unpacked
from layers.formats.feature_records import (
    CURVED,
    SURFACES,
    Records,
    frame_of,
    number_notes,
    of_types,
    read_records,
    shapes_of,
    too_deep,
    types_in,
)
from layers.formats.gdal_drivers import FEATURES, Format
from layers.formats.shapefile import check_shapefile, deleted_in, encoding_of
from layers.ledger import entries, gather
from layers.numerals import DecimalSign, floats_of, how_to_write, stray_texts
from layers.phrases import Phrase, phrase_list, template

Kind = Literal["polygons", "lines", "points", "raster"]
"""What a layer is made of."""
_TURN = 360.0


def read_features(
    path: Path,
    name: str,
    *,
    layer: str | None = None,
    id: str | None = None,  # noqa: A002  (the plan's own word)
    texts: Collection[str] = (),
    crs: str | None = None,
    override_crs: bool = False,
    encoding: str | None = None,
    decimal: DecimalSign | None = None,
    separator: str | None = None,
    x: str | None = None,
    y: str | None = None,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """The features of a file as they stand there, and what the ledger has to say of them."""
    with unpacked(path, name, FEATURES) as (inside, file_format):
        records, notes = _records(inside, file_format, name, layer, id, encoding, decimal, separator)
    if not len(records.table):
        raise SourceError(
            Phrase(
                "layer '{layer}': {file} has no features. {remedy}",
                layer=name,
                file=path.name,
                remedy=Phrase("Give one with units.")
                if name == "units"
                else Phrase("Leave the layer out of the plan, or export it anew."),
            ),
            code="no_features",
            layer=name,
        )
    as_text = list(dict.fromkeys([*([id] if id else []), *texts]))
    refused, drawn = Attempts(), Attempts()
    frame = refused.attempt(frame_of, records, as_text, name)
    rows = pd.DataFrame(index=pd.Index(records.ids, dtype="str")) if frame is None else frame
    if id is not None and frame is not None:
        rows.index = refused.attempt(_feature_ids, rows, id, name)
    shapes = (
        refused.attempt(_points, rows, x, y, name)
        if x and y
        else drawn.attempt(_shapes, records, rows.index, path, name)
    )
    of_web_map = is_gcj02(crs)
    settled = (
        refused.attempt(settle_gcj02, records.crs, path.name, name)
        if of_web_map
        else refused.attempt(partial(settle_crs, override=override_crs), records.crs, crs, path.name, name)
    )
    known, crs_note = settled or (None, gather([]))
    if "geometry" in rows.columns:
        refused.errors.append(
            UnknownNameError(
                Phrase(
                    "layer '{layer}': {file} has a column 'geometry' beside its geometry. Rename it.",
                    layer=name,
                    file=path.name,
                ),
                layer=name,
            )
        )
        rows = rows.drop(columns="geometry")
    if shapes is None:
        refused.errors += drawn.errors
        refused.stop()
    flat, height_note = _flat(shapes, name)
    if of_web_map and known is not None:
        flat = places_of(flat, records.crs)
    features = gpd.GeoDataFrame(rows, geometry=gpd.GeoSeries(flat, index=rows.index, crs=known))
    drawn.attempt(_check_coordinates, features, name)
    found = features, gather([records.ledger, notes, number_notes(records, as_text, name), crs_note, height_note])
    if refused.errors or drawn.errors:
        sound = features[
            ~features.index.isin([one for error in drawn.errors for one in error.ids]) & (rows.index != "")
        ]
        able = frame is not None and known is not None and len(sound) and all(error.ids for error in drawn.errors)
        raise_all([*refused.errors, *drawn.errors], rest=(sound, found[1]) if able else None)
    return found


def _records(
    path: Path,
    file_format: Format,
    name: str,
    layer: str | None,
    id_column: str | None,
    encoding: str | None,
    decimal: DecimalSign | None,
    separator: str | None,
) -> tuple[Records, pd.DataFrame]:
    """The rows of a file, and of a shapefile what its parts have to say."""
    notes: list[pd.DataFrame] = []
    if file_format.name == "ESRI Shapefile":
        check_shapefile(path, name)
        encoding, note = encoding_of(path, name, encoding)
        notes = [note, deleted_in(path, name, id_column, encoding)]
    records = read_records(path, file_format, name, layer, encoding, decimal=decimal, separator=separator)
    return records, gather(notes)


def _feature_ids(frame: pd.DataFrame, column: str, name: str) -> pd.Index:
    missing = [str(row) for row in np.flatnonzero(frame[column].isna()) + 1]
    found: pd.Index = pd.Index(frame[column], dtype="str", name=None)
    if missing:
        error = SourceError(
            Phrase(
                "layer '{layer}': {count} feature(s) have no id in column '{column}': rows {ids}. Fill it in, or "
                "name another column as id.",
                layer=name,
                count=len(missing),
                column=column,
                ids=shown(missing),
            ),
            code="id_missing",
            layer=name,
            features=missing,
        )
        raise_all([error], rest=found.fillna(""))
    return found


def _points(frame: pd.DataFrame, x: str, y: str, name: str) -> npt.NDArray[Any]:
    """Points from two columns, None where a cell of them is empty."""
    refused = Attempts()
    east, north = (refused.attempt(_ordinates, frame, column, name) for column in (x, y))
    if east is None or north is None:
        refused.stop()
    there = ~(np.isnan(east) | np.isnan(north))
    shapes = np.full(len(frame), None, dtype=object)
    shapes[there] = shapely.points(east[there], north[there])
    return shapes


def _ordinates(frame: pd.DataFrame, column: str, name: str) -> npt.NDArray[np.float64]:
    """The numbers of a column of coordinates, NaN where a cell is empty."""
    if column not in frame.columns:
        raise SourceError(
            Phrase(
                "layer '{layer}': there is no column '{column}' for the coordinates; the columns are {columns}.",
                layer=name,
                column=column,
                columns=phrase_list(map(str, frame.columns)),
            ),
            code="column",
            layer=name,
        )
    numbers = floats_of(frame[column])
    wrong = stray_texts(frame[column][np.isnan(numbers)])
    if len(wrong):
        raise GeometryError(
            Phrase(
                "layer '{layer}': {count} cell(s) of column '{column}' are no plain numbers: features "
                "{ids}; the first is {first}. {remedy}.",
                layer=name,
                count=len(wrong),
                column=column,
                ids=shown(wrong.index),
                first=shown(wrong[:1]),
                remedy=how_to_write(wrong),
            ),
            code="coordinates",
            layer=name,
            features=wrong.index,
        )
    return numbers


def _shapes(records: Records, ids: pd.Index, path: Path, name: str) -> npt.NDArray[Any]:
    if records.geometry is None:
        raise SourceError(
            Phrase(
                "layer '{layer}': {file} has no geometry. For points of a table name its columns: x = \"...\", y = "
                '"..."; for further columns of the units use [[tables]].',
                layer=name,
                file=path.name,
            ),
            code="no_geometry",
            layer=name,
        )
    deep = ids[list(too_deep(records.geometry.to_pylist()))] if records.unguarded else ids[:0]
    if len(deep):
        raise GeometryError(
            Phrase(
                "layer '{layer}': collections nested too deeply in {count} feature(s): {ids}. That is no map.",
                layer=name,
                count=len(deep),
                ids=shown(deep),
            ),
            code="nesting",
            layer=name,
            features=deep,
        )
    refused, blobs = Attempts(), records.geometry
    if types_in(blobs) & (CURVED | SURFACES):
        refused.errors += _strange_kinds(blobs, ids, path, name)
        plain = pa.array(~of_types(blobs, CURVED | SURFACES))
        blobs = pa.chunked_array([pc.if_else(plain, blobs.combine_chunks(), None)])
    shapes, unreadable = shapes_of(blobs)
    if unreadable.any():
        bad = ids[unreadable]
        refused.errors.append(
            GeometryError(
                Phrase(
                    "layer '{layer}': the geometry of {count} feature(s) cannot be read: {ids}. A ring may not be "
                    "closed, or the file is damaged.",
                    layer=name,
                    count=len(bad),
                    ids=shown(bad),
                ),
                code="geometry_unreadable",
                layer=name,
                features=bad,
            )
        )
    refused.finish(rest=shapes)
    return shapes


def _strange_kinds(blobs: pa.ChunkedArray, ids: pd.Index, path: Path, name: str) -> Iterator[GeometryError]:
    """The complaints about surfaces in space, and about curves that no driver has drawn as lines."""
    said = {
        SURFACES: template(
            "layer '{layer}': {count} feature(s) of {file} are surfaces in space (TIN, polyhedral surface): {ids}. "
            "Make flat polygons of them: ogr2ogr -nlt MULTIPOLYGON -dim XY flat.gpkg {file}."
        ),
        CURVED: template(
            "layer '{layer}': {count} feature(s) of {file} have curves, which its format does not know: {ids}. "
            "Give the layer as a GeoPackage, whose curves are read."
        ),
    }
    for kinds, fault in said.items():
        bad = ids[of_types(blobs, kinds)]
        if len(bad):
            yield GeometryError(
                Phrase(fault, layer=name, count=len(bad), file=path.name, ids=shown(bad)),
                code="kind",
                layer=name,
                features=bad,
            )


def _flat(shapes: npt.NDArray[Any], name: str) -> tuple[npt.NDArray[Any], pd.DataFrame]:
    """Shapes without Z and M."""
    tall = int((shapely.has_z(shapes) | shapely.has_m(shapes)).sum())
    note = entries(
        name,
        [""] if tall else [],
        "dimensions",
        Phrase("Z or M left out of {count} feature(s): areas are flat", count=tall),
    )
    return (shapely.force_2d(shapes) if tall else shapes), note


def _check_coordinates(features: gpd.GeoDataFrame, name: str) -> None:
    shapes = np.asarray(features.geometry.array)
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    refused = Attempts()
    odd = Phrase("have coordinates that are no numbers (NaN or infinite). Digitise them anew")
    finite = np.isfinite(points).all(axis=1)
    refused.attempt(_refuse, features.index, owner[~finite], "coordinates", name, odd)
    points, owner = points[finite], owner[finite]
    crs = None if features.crs is None else CRS.from_user_input(features.crs)
    if crs is None:
        pass
    elif crs.is_geographic:
        wild = (np.abs(points[:, 0]) > _TURN) | (np.abs(points[:, 1]) > _TURN / 4)
        if wild.any():
            refused.attempt(_refuse, features.index, owner[wild], "coordinates", name, _no_degrees(points, crs))
        wide = (owner[1:] == owner[:-1]) & (np.abs(np.diff(points[:, 0])) > _TURN / 2)
        leap = np.setdiff1d(_leaps(shapes, owner[1:][wide]), owner[wild])  # which are no degrees
        crossing = Phrase(
            "have an edge of more than 180 degrees: they seem to cross the 180th meridian. Split them there "
            "(ogr2ogr -wrapdateline)"
        )
        refused.attempt(_refuse, features.index, leap, "antimeridian", name, crossing)
    elif len(points) and crs.is_projected and np.abs(points[:, 0]).max() >= 1e7:
        refused.attempt(_check_zone, crs, float(points[:, 0].min()), float(points[:, 0].max()), name)
    refused.finish()


def _no_degrees(points: npt.NDArray[np.float64], crs: CRS) -> str:
    """What numbers beyond the globe are instead of degrees."""
    if (np.abs(points) <= [_TURN / 4, _TURN]).all():
        return Phrase(
            "have degrees beyond the globe for {crs}: longitude and latitude seem to be exchanged. Exchange them (of a "
            "table: 'x' and 'y' in the plan; QGIS: Swap X and Y coordinates)",
            crs=crs.name,
        )
    zone = zone_code(crs, int(np.abs(points).max() // 1_000_000))
    return Phrase(
        'have degrees beyond the globe for {crs}: they seem to be metres or feet. Say crs = "{code}", the one they are '
        "in, and override_crs = true",
        crs=crs.name,
        code=zone or "EPSG:...",
    )


def _leaps(shapes: npt.NDArray[Any], suspects: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Rows among the suspects where the leap is inside a ring or line, not from one part to the next.

    An edge of a whole turn is one, too, but along a pole, and in a shape that goes round the earth as a band.
    """
    found = []
    for row in np.unique(suspects):
        parts = shapely.get_parts(shapes[row])
        rings = np.append(shapely.get_rings(parts), parts[shapely.get_dimensions(parts) == 1])
        points, ring = shapely.get_coordinates(rings, return_index=True)
        same, wide = ring[1:] == ring[:-1], np.abs(np.diff(points[:, 0]))
        at_pole = (np.abs(points[1:, 1]) == _TURN / 4) & (np.abs(points[:-1, 1]) == _TURN / 4)
        band = np.isin(ring, np.unique(ring[np.abs(points[:, 0]) != _TURN / 2]), invert=True)
        whole = (wide == _TURN) & (at_pole | band[1:])
        if (same & (wide > _TURN / 2) & ~whole).any():
            found.append(row)
    return np.asarray(found, dtype=np.intp)


def _check_zone(crs: CRS, low: float, high: float, name: str) -> None:
    """Refuse eastings such as 38,500,000 under a CRS whose false easting carries no zone."""
    operation = crs.coordinate_operation
    eastings = {one.name: one.value for one in operation.params} if operation else {}
    false_easting = float(eastings.get("False easting", 0.0))
    zone = int(high // 1_000_000)
    code = zone_code(crs, zone)
    strip = operation is not None and "Transverse Mercator" in operation.method_name
    if not strip or not code or false_easting >= 1_000_000:
        return
    raise CrsError(
        Phrase(
            "layer '{layer}': eastings from {low:.0f} to {high:.0f} do not fit {crs}: they seem to begin with "
            'the number of a zone, {zone}. Say crs = "{code}" ({hint}) and override_crs = true.',
            layer=name,
            low=low,
            high=high,
            crs=crs.name,
            zone=zone,
            code=code,
            hint=CRS(code).name,
        ),
        code="crs_zone",
        layer=name,
    )


def _refuse(ids: pd.Index, rows: npt.NDArray[Any], code: str, name: str, what: str) -> None:
    if len(rows):
        bad = ids[np.unique(rows)]
        raise GeometryError(
            Phrase(
                "layer '{layer}': {count} feature(s) {fault}: {ids}.",
                layer=name,
                count=len(bad),
                fault=what,
                ids=shown(bad),
            ),
            code=code,
            layer=name,
            features=bad,
        )


def select(features: gpd.GeoDataFrame, where: str, name: str) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """The features that meet a condition over the layer's own columns."""
    with naming_the_layer(Phrase("layer '{layer}', where", layer=name), name):
        answer = parse_condition(where).evaluate(pd.DataFrame(features.drop(columns="geometry")))
    if not answer.yes.any():
        raise SourceError(
            Phrase(
                "layer '{layer}': none of its {count} features meets where = \"{where}\". Check the spelling of the "
                "values, or leave the layer out of the plan.",
                layer=name,
                count=len(features),
                where=where,
            ),
            code="where_empty",
            layer=name,
        )
    unknown = features.index[~answer.known]
    return features[answer.yes], entries(
        name, unknown, "unknown", Phrase("left out: a value is missing, so where cannot be told ({where})", where=where)
    )
