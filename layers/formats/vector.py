"""Vectors: features read from a file, in its own CRS, with text ids; nothing is repaired yet but what has one answer.

Coordinates lose Z and M. What cannot be right is refused: a missing CRS or one that contradicts the plan, numbers that
are no numbers, degrees beyond the globe, eastings with a zone's number before them.
"""

from __future__ import annotations

import codecs
import re
import struct
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
from layers.ledger import entries, gather
from layers.numerals import DecimalSign, floats_of, how_to_write, stray_texts
from layers.phrases import AND, Phrase, phrase_list, template
from layers.sources import check_encoding

_GBK_MARK = 0x4D
_DELETED = ord("*")
_UTF8_NAMES = frozenset({"UTF8", "65001"})


def check_shapefile(path: Path, name: str) -> None:
    """Refuse a shapefile whose parts are missing or do not fit together."""
    index, table = companion_file(path, ".shx"), companion_file(path, ".dbf")
    missing = [file.name for file in (index, table) if not file.exists()]
    if missing:
        raise SourceError(
            Phrase(
                "layer '{layer}': {file} lacks {missing}. A shapefile is several files of one name; copy them all.",
                layer=name,
                file=path.name,
                missing=phrase_list(missing, AND),
            ),
            code="shapefile_part",
            layer=name,
        )
    for file in (path, index):
        stated, real = _said_bytes(file), file.stat().st_size
        if stated != real:
            raise _cut(
                name,
                Phrase(
                    "{file} says that it has {stated} bytes, but it has {size}",
                    file=file.name,
                    stated=stated,
                    size=real,
                ),
            )
    in_index = (index.stat().st_size - 100) // 8
    with table.open("rb") as stream:
        head = stream.read(12)
    in_table, start, width = struct.unpack_from("<IHH", head, 4) if len(head) == 12 else (0, 0, 0)
    if in_index != in_table:
        raise _cut(
            name,
            Phrase(
                "{file} tells of {count} features, {other} of {other_count}",
                file=index.name,
                count=in_index,
                other=table.name,
                other_count=in_table,
            ),
        )
    stated, real = start + in_table * width, table.stat().st_size
    if (
        real < stated or not width
    ):  # more is no harm: some programs write a mark of the end behind the rows, some do not
        raise _cut(
            name,
            Phrase(
                "{file} says that it has {rows} rows in {stated} bytes, but it has {size}",
                file=table.name,
                rows=in_table,
                stated=stated,
                size=real,
            ),
        )


def _cut(name: str, what: str) -> SourceError:
    return SourceError(
        Phrase(
            "layer '{layer}': {fault}. The shapefile was cut short or its parts are not of one kind: copy it anew.",
            layer=name,
            fault=what,
        ),
        code="damaged",
        layer=name,
    )


def companion_file(path: Path, ending: str) -> Path:
    """The part of a shapefile with this ending, in the case of its .shp.

    Examples
    --------
    >>> companion_file(Path("UNITS.SHP"), ".dbf").name
    'UNITS.DBF'
    """
    return path.with_suffix(ending.upper() if path.suffix.isupper() else ending)


def _said_bytes(path: Path) -> int:
    with path.open("rb") as stream:
        head = stream.read(28)
    return 2 * int(struct.unpack_from(">i", head, 24)[0]) if len(head) == 28 else -1


def encoding_of(path: Path, name: str, encoding: str | None = None) -> tuple[str, pd.DataFrame]:
    """The encoding of the texts, and a ledger row where the file does not state it or the plan says another."""
    if encoding is not None:
        with naming_the_layer(Phrase("layer '{layer}'", layer=name)):
            check_encoding(encoding)
    body = companion_file(path, ".dbf").read_bytes()
    stated = companion_file(path, ".cpg")
    nothing = entries(name, [], "encoding", "")
    if body.isascii() or all(byte < 0x80 for byte in body[32:]):
        return encoding or "UTF-8", nothing
    text = stated.read_text("ascii", errors="replace").strip() if stated.exists() else None
    codec = None if text is None else _codec(text)
    if encoding is not None:
        if not _reads(body, encoding):
            raise _unsure(
                name, Phrase("the plan says {encoding}, but the texts are in another encoding", encoding=encoding), body
            )
        other = text is not None and (
            codec is None or body.decode(codec, "replace") != body.decode(encoding, "replace")
        )
        return codecs.lookup(encoding).name, entries(  # GDAL does not know every name of it
            name,
            [""] if other else [],
            "encoding",
            Phrase(
                "read as {encoding} as the plan says: {file} says {other}",
                encoding=encoding,
                file=stated.name,
                other=text,
            ),
        )
    if text is not None:
        if codec is None or _reads(body, codec):
            return text if codec is None else codec, nothing
        raise _unsure(
            name,
            Phrase("{file} says {encoding}, but the texts are in another encoding", file=stated.name, encoding=text),
            body,
        )
    if body[29] == _GBK_MARK and _reads(body, "gb18030"):
        return "gb18030", nothing
    if _reads(body, "utf-8"):
        return "UTF-8", entries(
            name, [""], "encoding", Phrase("read as UTF-8: there is no .cpg, and all texts are valid UTF-8")
        )
    raise _unsure(
        name, Phrase("there is no .cpg that says in which encoding the texts are, and they are not UTF-8"), body
    )


def _codec(text: str) -> str | None:
    """What Python calls the encoding of a .cpg."""
    plain = re.sub(r"[^A-Z0-9]", "", text.upper().replace("ANSI", "").replace("OEM", ""))
    if plain in _UTF8_NAMES:
        return "utf-8"
    for candidate in (text, f"cp{plain}", f"iso-8859-{plain.removeprefix('ISO').removeprefix('8859')}"):
        try:
            return codecs.lookup(candidate).name
        except LookupError:
            continue
    return None


def _reads(body: bytes, codec: str) -> bool:
    """Whether all texts of a .dbf are valid in an encoding; a character cut at the end of a field is forgiven."""
    head, width = struct.unpack_from("<HH", body, 8)
    try:
        body[head:].decode(codec)
    except UnicodeDecodeError:
        pass  # cell by cell, then
    else:
        return True
    texts = [(start, end) for _, kind, start, end in _fields(body) if kind == "C"]
    for row in range(head, len(body) - width + 1, width):
        for start, end in texts:
            cell = body[row + start : row + end].rstrip(b" \0")
            try:
                codecs.getincrementaldecoder(codec)().decode(cell, final=len(cell) < end - start)
            except UnicodeDecodeError:
                return False
    return True


def _fields(body: bytes) -> Iterator[tuple[bytes, str, int, int]]:
    """The columns of a .dbf: name, kind, and where in a row each begins and ends."""
    at = 1
    for start in range(32, struct.unpack_from("<H", body, 8)[0] - 1, 32):
        size = body[start + 16]
        yield body[start : start + 11].split(b"\0")[0], chr(body[start + 11]), at, at + size
        at += size


def deleted_in(path: Path, name: str, column: str | None, encoding: str) -> pd.DataFrame:
    """A ledger row for each feature whose row in the .dbf is marked as deleted: GDAL passes over it."""
    table = companion_file(path, ".dbf")
    body = table.read_bytes()
    count, head, width = struct.unpack_from("<IHH", body, 4)
    rows = [row for row, mark in enumerate(body[head : head + count * width : width]) if mark == _DELETED]
    codec = _codec(encoding) or "utf-8"
    fields = {field.decode(codec, "replace"): slice(start, end) for field, _, start, end in _fields(body)}
    span = fields.get(column or "", slice(0))
    cells = [body[at : at + width][span] for at in (head + row * width for row in rows)]
    ids = [cell.decode(codec, "replace").strip(" \0") or str(row) for row, cell in zip(rows, cells, strict=True)]
    return entries(name, ids, "deleted", Phrase("left out: {table} marks its row as deleted", table=table.name))


def _unsure(name: str, what: str, body: bytes) -> SourceError:
    start = next(position for position, byte in enumerate(body) if byte > 0x7F and position >= 32)
    sample = body[start : start + 8]
    guess = sample.decode("gb18030", "replace")
    return SourceError(
        Phrase(
            'layer \'{layer}\': {fault}. Say encoding = "..." in the plan; "gb18030" would read the first of them '
            'as {guess!r}, "cp1252" as {other!r}.',
            layer=name,
            fault=what,
            guess=guess,
            other=sample.decode("cp1252", "replace"),
        ),
        code="encoding",
        layer=name,
    )


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
    result = features, gather([records.ledger, notes, number_notes(records, as_text, name), crs_note, height_note])
    if refused.errors or drawn.errors:
        sound = features[
            ~features.index.isin([feature_id for error in drawn.errors for feature_id in error.ids])
            & (rows.index != "")
        ]
        able = frame is not None and known is not None and len(sound) and all(error.ids for error in drawn.errors)
        raise_all([*refused.errors, *drawn.errors], rest=(sound, result[1]) if able else None)
    return result


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
    ids: pd.Index = pd.Index(frame[column], dtype="str", name=None)
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
        raise_all([error], rest=ids.fillna(""))
    return ids


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
    faults = {
        SURFACES: template(
            "layer '{layer}': {count} feature(s) of {file} are surfaces in space (TIN, polyhedral surface): {ids}. "
            "Make flat polygons of them: ogr2ogr -nlt MULTIPOLYGON -dim XY flat.gpkg {file}."
        ),
        CURVED: template(
            "layer '{layer}': {count} feature(s) of {file} have curves, which its format does not know: {ids}. "
            "Give the layer as a GeoPackage, whose curves are read."
        ),
    }
    for kinds, fault in faults.items():
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
    rows = []
    for row in np.unique(suspects):
        parts = shapely.get_parts(shapes[row])
        rings = np.append(shapely.get_rings(parts), parts[shapely.get_dimensions(parts) == 1])
        points, ring = shapely.get_coordinates(rings, return_index=True)
        same, wide = ring[1:] == ring[:-1], np.abs(np.diff(points[:, 0]))
        at_pole = (np.abs(points[1:, 1]) == _TURN / 4) & (np.abs(points[:-1, 1]) == _TURN / 4)
        band = np.isin(ring, np.unique(ring[np.abs(points[:, 0]) != _TURN / 2]), invert=True)
        whole = (wide == _TURN) & (at_pole | band[1:])
        if (same & (wide > _TURN / 2) & ~whole).any():
            rows.append(row)
    return np.asarray(rows, dtype=np.intp)


def _check_zone(crs: CRS, low: float, high: float, name: str) -> None:
    """Refuse eastings such as 38,500,000 under a CRS whose false easting carries no zone."""
    operation = crs.coordinate_operation
    eastings = {parameter.name: parameter.value for parameter in operation.params} if operation else {}
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
