"""The rows of a file, text as text and numbers as numbers, and its shapes before the geometry library sees them.

Ids are text and never pass through a float. Of well-known binary, types and depth are looked at first: a collection
inside a collection, 200,000 times over, ends the whole process inside GEOS. GDAL stops at 32 levels, so only what comes
past GDAL is looked at here.
"""

from __future__ import annotations

import codecs
import difflib
import json
import re
import struct
import warnings
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from pyproj import CRS

from layers.errors import Attempts, SourceError, shown
from layers.formats.active_content import refuse_active_content
from layers.formats.csv_files import CsvRow, check_header, column_name, read_sheet
from layers.formats.gdal_drivers import MAX_ROWS, Format, check_rows, check_size, files_in, load_gdal, size_of
from layers.formats.kml_and_topojson import (
    check_lines,
    features_by_line,
    kml_kinds,
    kml_layers,
    read_topojson,
    topojson_kinds,
    topojson_objects,
)
from layers.formats.reading_boundary import damaged
from layers.formats.workbooks import UNREADABLE, read_workbook, sheets_of
from layers.ledger import entries, gather
from layers.numerals import EXACT, DecimalSign, numbers_of, thousands_in
from layers.phrases import AND, SEMICOLON, Phrase, phrase_list

MAX_DEPTH = 32
_POINT, _LINE, _POLYGON, _COLLECTION = 1, 2, 3, 7
_COLLECTIONS = frozenset(range(4, _COLLECTION + 1))
CURVED = frozenset(range(8, 15))
"""Types of WKB with arcs: GDAL draws them as lines."""
SURFACES = frozenset(range(15, 18))
"""Polyhedral surfaces, TINs and triangles."""
_SINGLE = frozenset(struct.pack(order + "BI", order == "<", kind) for order in "<>" for kind in range(1, 4))
"""The first bytes of flat points, lines and polygons, of which most files are made."""
_WITH_Z, _WITH_M, _WITH_SRID = 0x80000000, 0x40000000, 0x20000000


def types_in(blobs: pa.ChunkedArray) -> frozenset[int]:
    """The types of geometry that a column of WKB holds, without their dimensions; 0 for what is too short to tell."""
    heads = pc.unique(pc.binary_slice(blobs, 0, 5).combine_chunks()).to_pylist()
    return frozenset(_kind(head, 0)[1] if len(head) == 5 else 0 for head in heads if head is not None)


def of_types(blobs: pa.ChunkedArray, types: frozenset[int]) -> npt.NDArray[np.bool_]:
    """Which values of a column of WKB are of some types."""
    return np.asarray([len(blob or b"") >= 5 and _kind(blob, 0)[1] in types for blob in blobs.to_pylist()], dtype=bool)


def shapes_of(blobs: pa.ChunkedArray) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Geometries from a column of WKB, None where there is none, and whether a value could not be read."""
    raw = np.asarray(blobs.to_pylist(), dtype=object)
    with np.errstate(invalid="ignore"):  # NaN among coordinates is refused where the ids are known
        shapes = np.asarray(shapely.from_wkb(raw, on_invalid="ignore"), dtype=object)
    return shapes, np.asarray([blob is not None for blob in raw], dtype=bool) & shapely.is_missing(shapes)


def too_deep(blobs: Iterable[bytes | None]) -> tuple[int, ...]:
    """Places of the values whose collections nest deeper than ``MAX_DEPTH``, or whose counts are no counts.

    Examples
    --------
    >>> level = bytes.fromhex("010700000001000000")
    >>> too_deep([level * 5 + bytes.fromhex("010700000000000000"), level * 200_000, None])
    (1,)
    """
    return tuple(
        position
        for position, blob in enumerate(blobs)
        if blob is not None and len(blob) >= 5 and blob[:5] not in _SINGLE and not _shallow(blob)
    )


def _kind(blob: bytes, at: int) -> tuple[str, int, int, int]:
    """Byte order, type, number of dimensions, and where the content begins."""
    order = "<" if blob[at] else ">"
    (code,) = struct.unpack_from(order + "I", blob, at + 1)
    start = at + 5 + 4 * bool(code & _WITH_SRID)
    size = 2 + bool(code & _WITH_Z) + bool(code & _WITH_M)
    code &= ~(_WITH_Z | _WITH_M | _WITH_SRID)
    return order, code % 1000, size + (0, 1, 1, 2)[min(code // 1000, 3)], start


def _shallow(blob: bytes) -> bool:
    at, waiting = 0, [1]
    try:
        while waiting:
            if not waiting[-1]:
                waiting.pop()
                continue
            waiting[-1] -= 1
            order, kind, size, at = _kind(blob, at)
            if kind in _COLLECTIONS:
                if len(waiting) > MAX_DEPTH:
                    return False
                waiting.append(struct.unpack_from(order + "I", blob, at)[0])
                at += 4
            elif kind == _POINT:
                at += 8 * size
            else:
                at = _after_rings(blob, at, order, size, lines=kind == _LINE)
    except (struct.error, IndexError):
        return True  # cut short or no WKB: reading it will say so
    return True


def _after_rings(blob: bytes, at: int, order: str, size: int, *, lines: bool) -> int:
    rings = 1
    if not lines:
        (rings,) = struct.unpack_from(order + "I", blob, at)
        at += 4
    for _ in range(rings):
        (points,) = struct.unpack_from(order + "I", blob, at)
        at += 4 + 8 * size * points
    return at


_NAMED = frozenset({"GeoJSON", "GeoJSONSeq"})
"""Drivers whose name may stand before a path."""
_SHORTENED = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{2,3}")
_NOT_DATA = frozenset({"layer_styles", "qgis_projects"})


@dataclass(frozen=True)
class Records:
    """The rows of one layer of a file."""

    table: pa.Table
    ids: tuple[str, ...]
    geometry: pa.ChunkedArray | None = None
    crs: CRS | None = None
    ledger: pd.DataFrame = field(default_factory=lambda: gather([]))
    loose: bool = False
    decimal: DecimalSign | None = None
    unguarded: bool = False


def read_records(
    path: Path,
    file_format: Format,
    name: str,
    layer: str | None = None,
    encoding: str | None = None,
    *,
    decimal: DecimalSign | None = None,
    separator: str | None = None,
) -> Records:
    """The rows of a file that holds features or a table."""
    if layer is not None and file_format.name in {"CSV", "Parquet"}:
        raise SourceError(
            Phrase(
                "layer '{layer}': {file} has no layers inside; leave out layer = {inside!r}.",
                layer=name,
                file=path.name,
                inside=layer,
            ),
            layer=name,
            code="layer",
        )
    fixed = file_format.name not in {"CSV", "ESRI Shapefile"}
    if encoding is not None and fixed and encoding.upper().replace("-", "") != "UTF8":
        raise SourceError(
            Phrase(
                "layer '{layer}': the texts of {file} are in UTF-8, as in every file of its format; leave out "
                'encoding = "{encoding}".',
                layer=name,
                file=path.name,
                encoding=encoding,
            ),
            layer=name,
            code="encoding_format",
        )
    _refuse_text_keys(path, file_format, name, decimal, separator)
    if file_format.name == "CSV":
        table, note = read_sheet(path, name, encoding, separator)
        ids = tuple(str(number) for number in range(1, len(table) + 1))
        return Records(table, ids, ledger=note, loose=True, decimal=decimal)
    if file_format.name == "Parquet":
        return _read_parquet(path, name)
    if file_format.name == "XLSX":
        return _read_workbook(path, name, layer, decimal)
    if file_format.name == "KML":
        return _read_kml(path, name, layer)
    if file_format.name == "TopoJSON":
        return _read_topology(path, name, layer)
    return _read_gdal(path, file_format, name, layer, encoding)


def _read_gdal(path: Path, file_format: Format, name: str, layer: str | None, encoding: str | None) -> Records:
    refuse_active_content(path, file_format, name)
    load_gdal("pyogrio")
    from pyogrio import raw  # noqa: PLC0415  (loaded by load_gdal)
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError  # noqa: PLC0415  (as pyogrio)

    dataset_name = place_of(path, file_format)
    extra = {"encoding": encoding} if encoding and file_format.name == "ESRI Shapefile" else {}
    try:
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            layers = _layers_in(dataset_name, file_format.name, _version(path))
            chosen = chosen_layer(layers, path, name, layer)
            meta, table = raw.read_arrow(
                dataset_name, layer=chosen, return_fids=True, max_features=MAX_ROWS + 1, **extra
            )
            column = meta["geometry_name"] or "wkb_geometry"
            shapes = table.column(column) if column in table.column_names else None
            curved = shapes is not None and bool(types_in(shapes) & CURVED)
            if curved:
                blobs = raw.read(dataset_name, layer=chosen, columns=[], **extra)[2]  # GDAL draws curves as lines here
                shapes = pa.chunked_array([pa.array(list(blobs), type=pa.binary())])
    except MemoryError:
        raise
    except (DataSourceError, DataLayerError, FeatureError, pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise damaged(path, name, error) from error
    check_rows(len(table), path, name)
    if file_format.name == "OpenFileGDB":
        _check_all_read(dataset_name, chosen, len(table), path, name)
    elif file_format.name == "GeoJSONSeq":
        check_lines(path, len(table), name)
    if file_format.name in _JSON_FEATURES:
        _refuse_rounded(path, _JSON_FEATURES[file_format.name], table, name)
    fids = meta["fid_column"] or "OGC_FID"
    ids = tuple(str(fid) for fid in table.column(fids).to_pylist())
    messages = dict.fromkeys(str(warning.message) for warning in heard)
    drawn = Phrase("curves drawn by straight edges of 4 degrees: a circle loses 0.08 % of its area")
    notes = [
        entries(name, [""] if messages else [], "warning", phrase_list(messages, SEMICOLON)),
        entries(name, [""] if curved else [], "curves", drawn),
    ]
    return Records(
        table.select([attribute for attribute in table.column_names if attribute not in {fids, column}]),
        ids,
        shapes,
        CRS.from_user_input(meta["crs"]) if meta["crs"] else None,
        gather(notes),
    )


def layers_of(path: Path, file_format: Format, name: str) -> dict[str, str]:
    """The layers of a file that may have several, each with its kind of geometry; none of other formats."""
    if file_format.name == "KML":
        return {layer: kml_kinds(contents) for layer, contents in kml_layers(path, name).items()}
    if file_format.name == "TopoJSON":
        return {layer: topojson_kinds(features) for layer, features in topojson_objects(path, name).items()}
    if file_format.name == "XLSX":
        return dict.fromkeys(_sheets(path, name), "None")
    if file_format.name not in {"GPKG", "OpenFileGDB"}:
        return {}
    load_gdal("pyogrio")
    from pyogrio import list_layers  # noqa: PLC0415  (loaded by load_gdal)
    from pyogrio.errors import DataSourceError  # noqa: PLC0415  (as pyogrio)

    try:
        kinds = {str(layer): str(kind) for layer, kind in list_layers(str(path))}
    except DataSourceError as error:
        raise damaged(path, name, error) from error
    return {layer: kind for layer, kind in kinds.items() if layer not in _NOT_DATA}


def _check_all_read(dataset_name: str, layer: str, read: int, path: Path, name: str) -> None:
    """Refuse a geodatabase that has fewer rows than it says: GDAL passes over those that were cut off."""
    from pyogrio import read_info  # noqa: PLC0415  (loaded by load_gdal)

    stated = int(read_info(dataset_name, layer=layer)["features"])
    if stated != read:
        fault: str = Phrase("it says that it has {stated} rows, and {read} are there", stated=stated, read=read)
        raise damaged(path, name, fault)


def _json_features(path: Path) -> Iterable[object]:
    content = json.loads(path.read_bytes())
    features: Iterable[object] = content.get("features", [content]) if isinstance(content, dict) else ()
    return features


_JSON_FEATURES: Mapping[str, Callable[[Path], Iterable[object]]] = {
    "GeoJSON": _json_features,
    "GeoJSONSeq": features_by_line,
}
"""By format what gives the features of a file as JSON has them, whole numbers exact."""


def _refuse_rounded(path: Path, read: Callable[[Path], Iterable[object]], table: pa.Table, name: str) -> None:
    """Refuse whole numbers that GDAL has rounded because others of their column have a fraction."""
    floats = [arrow_field.name for arrow_field in table.schema if pa.types.is_float64(arrow_field.type)]
    large = [
        column
        for column in floats
        if any(end and abs(end) >= EXACT for end in pc.min_max(table[column]).as_py().values())
    ]
    if not large:
        return
    rounded: dict[str, list[str]] = {column: [] for column in large}
    for feature in read(path):
        held = (feature.get("properties") or {}) if isinstance(feature, dict) else {}
        for column, ids in rounded.items():
            value = held.get(column)
            if isinstance(value, int) and abs(value) > EXACT:
                ids.append(str(value))
    for column, ids in rounded.items():
        if ids:
            raise SourceError(
                Phrase(
                    "layer '{layer}': column '{column}' has whole numbers beyond 2^53 that would be rounded: "
                    "{ids}. Write all of the column as texts, in quotes.",
                    layer=name,
                    column=column,
                    ids=shown(ids),
                ),
                code="rounded",
                layer=name,
                features=ids,
            )


def _refuse_text_keys(
    path: Path, file_format: Format, name: str, decimal: DecimalSign | None, separator: str | None
) -> None:
    """Refuse what a plan says of texts and their columns where the file keeps numbers as numbers."""
    keys = (("decimal", decimal, ("CSV", "XLSX")), ("separator", separator, ("CSV",)))
    for key, value, formats in keys:
        if value is not None and file_format.name not in formats:
            raise SourceError(
                Phrase(
                    "layer '{layer}': {key} is said of {formats}, and {file} is none; leave out {key} = \"{value}\".",
                    layer=name,
                    key=key,
                    formats=phrase_list(formats, AND),
                    file=path.name,
                    value=value,
                ),
                layer=name,
                code="text_keys",
            )


def _sheets(path: Path, name: str) -> list[str]:
    try:
        return sheets_of(path, name)
    except UNREADABLE as error:
        raise damaged(path, name, error) from error


def _read_workbook(path: Path, name: str, layer: str | None, decimal: DecimalSign | None) -> Records:
    """The rows of a sheet whose first line names the columns; those without name and content are left out."""
    sheet = chosen_layer(_sheets(path, name), path, name, layer)
    header, *rows = read_workbook(path, name, sheet, decimal=decimal) or [CsvRow([""], 1)]
    filled = [
        position for position, cell in enumerate(header.cells) if cell or any(row.cells[position] for row in rows)
    ]
    names = [column_name(header.cells[position]) for position in filled]
    check_header(names, path, name)
    columns = [pa.array([row.cells[position] or None for row in rows], type=pa.large_string()) for position in filled]
    ids = tuple(str(number) for number in range(1, len(rows) + 1))
    return Records(pa.table(columns, names=names), ids, loose=True, decimal=decimal)


def place_of(path: Path, file_format: Format) -> str:
    """What GDAL is to open: the path, after the name of the driver where GDAL has a way to say it."""
    return f"{file_format.name}:{path}" if file_format.name in _NAMED else str(path)


def _version(path: Path) -> tuple[int, int]:
    """When a file, or the youngest in a folder, was written, and how many bytes there are."""
    files = files_in(path) if path.is_dir() else (path,)
    return max((file.stat().st_mtime_ns for file in files), default=0), size_of(path)


def _read_kml(path: Path, name: str, layer: str | None) -> Records:
    """The placemarks of one folder, in longitude and latitude as in all KML."""
    layers = kml_layers(path, name)
    table, shapes = layers[chosen_layer([*layers], path, name, layer)] if layers else (pa.table({}), None)
    ids = tuple(str(number) for number in range(1, len(table) + 1))
    return Records(table, ids, shapes, CRS.from_epsg(4326), loose=True)


def _read_topology(path: Path, name: str, layer: str | None) -> Records:
    """The features of one object of a topology; which CRS they are in the plan says, for the format does not."""
    chosen = chosen_layer([*topojson_objects(path, name)], path, name, layer)
    table, shapes, crs = read_topojson(path, name, chosen)
    return Records(table, tuple(str(number) for number in range(1, len(table) + 1)), shapes, crs)


@lru_cache(maxsize=16)
def _layers_in(dataset_name: str, driver: str, _version: tuple[int, int]) -> tuple[str, ...]:
    """The layers of a file, kept for the next one that is read of it; what GDAL says of them it says again then.

    A place that begins with the driver's name is opened by no other; else what has opened the file is asked.
    """
    from pyogrio import list_layers, read_info  # noqa: PLC0415  (loaded by load_gdal)
    from pyogrio.errors import DataSourceError  # noqa: PLC0415  (as pyogrio)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        layers = tuple(str(row[0]) for row in list_layers(dataset_name))
        for layer in () if dataset_name.startswith(f"{driver}:") else layers[:1]:
            if (actual := read_info(dataset_name, layer=layer)["driver"]) != driver:
                raise DataSourceError(
                    Phrase("GDAL would open it as {found}, not as {driver}", found=actual, driver=driver)
                )
    return layers


def chosen_layer(layers: Sequence[str], path: Path, name: str, layer: str | None) -> str:
    """The layer that a plan means, the only one where it names none; refused where that is not clear."""
    data = [candidate for candidate in layers if candidate not in _NOT_DATA]
    if layer is None and len(data) == 1:
        return data[0]
    listed = shown(data) if data else "none"
    if layer is None:
        raise SourceError(
            Phrase(
                "layer '{layer}': {file} holds {count} layers: {names}. Say which one with layer = \"...\".",
                layer=name,
                file=path.name,
                count=len(data),
                names=listed,
            ),
            code="layer",
            layer=name,
        )
    if layer not in layers:
        near = difflib.get_close_matches(layer, data, 1)
        hint = Phrase(" Did you mean '{near}'?", near=near[0]) if near else ""
        raise SourceError(
            Phrase(
                "layer '{layer}': {file} has no layer '{inside}'; it holds: {names}.{hint}",
                layer=name,
                file=path.name,
                inside=layer,
                names=listed,
                hint=hint,
            ),
            code="layer",
            layer=name,
        )
    return layer


def _read_parquet(path: Path, name: str) -> Records:
    import pyarrow.parquet as pq  # noqa: PLC0415  (it brings clients of cloud storage along, for this format alone)

    try:
        with pq.ParquetFile(path) as file:
            about, schema = file.metadata, file.schema_arrow
        check_rows(about.num_rows, path, name)
        size = sum(about.row_group(group).total_byte_size for group in range(about.num_row_groups))
        check_size(size, path, name)
        texts = [
            arrow_field.name
            for arrow_field in schema
            if pa.types.is_string(arrow_field.type) or pa.types.is_large_string(arrow_field.type)
        ]
        # Texts stay in their dictionaries until their true size is known: 4 MB of file may be 40 GB of text.
        with pq.ParquetFile(path, metadata=about, read_dictionary=texts) as file:
            table = file.read(use_threads=False)
        check_size(sum(_text_bytes(table.column(column)) for column in texts), path, name)
    except MemoryError:  # Arrow has one of its own kind
        raise
    except (pa.ArrowException, OSError) as error:
        raise damaged(path, name, error) from error
    for position, column in enumerate(table.column_names):
        if column in texts:
            table = table.set_column(position, column, pc.cast(table.column(column), pa.large_string()))
    ids = tuple(str(number) for number in range(1, len(table) + 1))
    geo = json.loads((schema.metadata or {}).get(b"geo", b"null"))
    if not geo:
        return Records(table, ids)
    column = geo.get("primary_column", "geometry")
    about_column = geo.get("columns", {}).get(column, {})
    if column not in table.column_names or str(about_column.get("encoding", "WKB")).upper() != "WKB":
        raise SourceError(
            Phrase(
                "layer '{layer}': {file} keeps its geometry in a form other than WKB. Write it with geopandas, "
                "to_parquet(..., geometry_encoding='WKB').",
                layer=name,
                file=path.name,
            ),
            code="format",
            layer=name,
        )
    stated = about_column.get("crs", "OGC:CRS84")
    return Records(
        table.drop([column]), ids, table.column(column), CRS.from_user_input(stated) if stated else None, unguarded=True
    )


def _text_bytes(column: pa.ChunkedArray) -> int:
    total = 0
    for chunk in column.chunks:
        if pa.types.is_dictionary(chunk.type):
            lengths = pc.binary_length(chunk.dictionary).to_numpy(zero_copy_only=False).astype(np.float64)
            counts = np.bincount(chunk.indices.drop_null().to_numpy(), minlength=len(lengths))
            total += int(np.nansum(lengths * counts[: len(lengths)]))
        else:
            total += chunk.nbytes
    return total


def frame_of(records: Records, texts: Collection[str], name: str) -> pd.DataFrame:
    """The attributes as a frame."""
    absent = [column for column in texts if column not in records.table.column_names]
    if absent:
        known = records.table.column_names
        near = [candidate for text in absent for candidate in difflib.get_close_matches(text, known, 1)]
        hint = Phrase(" Did you mean {near}?", near=shown(near)) if near else ""
        raise SourceError(
            Phrase(
                "layer '{layer}': there is no column {names}; the columns are {columns}.{hint}",
                layer=name,
                names=shown(absent),
                columns=phrase_list(known),
                hint=hint,
            ),
            code="column",
            layer=name,
        )
    columns: dict[str, Any] = {}
    refused = Attempts()
    for column in records.table.column_names:
        made = refused.attempt(_column, records, column, column in texts, name)
        if made is not None:
            columns[column] = made
    frame = pd.DataFrame(columns, index=pd.Index(records.ids, dtype="str"))
    refused.finish(rest=frame if set(texts) <= set(columns) else None)
    return frame


def _column(records: Records, column: str, is_text: bool, name: str) -> Any:
    """The values of a column; None of one that is left out."""
    values = records.table.column(column)
    if is_text:
        return text_of(values, column, name)
    made = numbers_of(values.to_pylist(), records.decimal) if records.loose else _values(values, column, name)
    refused = Attempts()
    refused.attempt(_refuse_infinite, made, column, records.ids, name)
    refused.finish(rest=made)
    return made


def _refuse_infinite(values: Any, column: str, ids: Sequence[str], name: str) -> None:
    if isinstance(values, np.ndarray) and values.dtype.kind == "f" and np.isinf(values).any():
        infinite = [feature_id for feature_id, wrong in zip(ids, np.isinf(values), strict=True) if wrong]
        raise SourceError(
            Phrase(
                "layer '{layer}': column '{column}' is infinite in {count} row(s): {ids}. Write the number, or "
                "leave the value empty.",
                layer=name,
                column=column,
                count=len(infinite),
                ids=shown(infinite),
            ),
            code="infinite",
            layer=name,
            features=infinite,
        )


def text_of(values: pa.ChunkedArray, column: str, name: str) -> Any:
    """A column as text, whole numbers digit by digit; empty and blank ones are missing."""
    if pa.types.is_dictionary(values.type):
        values = pc.cast(values, values.type.value_type)
    if pa.types.is_floating(values.type) or (pa.types.is_decimal(values.type) and values.type.scale > 0):
        example = next((number for number in values.to_pylist() if number is not None), None)
        raise SourceError(
            Phrase(
                "layer '{layer}': column '{column}' is kept as numbers with a fraction (such as {example}), so "
                "leading zeros and long ids may be lost. Store it as text.",
                layer=name,
                column=column,
                example=example,
            ),
            code="id_type",
            layer=name,
        )
    texts = [text if text and text.strip() else None for text in _texts(values, column, name)]
    refused = Attempts()
    refused.attempt(_refuse_shortened, texts, column, name)
    text_array = pd.array(texts, dtype="str")
    refused.finish(rest=text_array)
    return text_array


def _refuse_shortened(texts: Sequence[str | None], column: str, name: str) -> None:
    """Refuse ids that a spreadsheet took for numbers and wrote with an exponent: their last digits are gone."""
    shortened = [text for text in texts if text and _SHORTENED.fullmatch(text.strip())]
    if shortened:
        raise SourceError(
            Phrase(
                "layer '{layer}': {count} value(s) of column '{column}' are long numbers that a spreadsheet has "
                "shortened: {ids}. Their last digits are lost: import that column as text from where it comes.",
                layer=name,
                count=len(shortened),
                column=column,
                ids=shown(shortened),
            ),
            code="id_shortened",
            layer=name,
            features=shortened,
        )


def _texts(values: pa.ChunkedArray, column: str, name: str) -> list[str | None]:
    """The values as text; one that a field of fixed width cut in the middle of a character loses that character."""
    text = pc.cast(values, pa.large_string())
    try:
        decoded: list[str | None] = text.to_pylist()
    except UnicodeDecodeError:
        pass
    else:
        return decoded
    decode = codecs.getincrementaldecoder("utf-8")
    try:
        return [
            None if encoded is None else decode().decode(encoded)
            for encoded in text.cast(pa.large_binary()).to_pylist()
        ]
    except UnicodeDecodeError as error:
        raise SourceError(
            Phrase(
                "layer '{layer}': the texts of column '{column}' cannot be read in the encoding that file or plan "
                "say. Export the layer anew, in UTF-8.",
                layer=name,
                column=column,
            ),
            code="damaged",
            layer=name,
        ) from error


def _values(values: pa.ChunkedArray, column: str, name: str) -> Any:
    kind = values.type
    if pa.types.is_dictionary(kind):
        return _values(pc.cast(values, kind.value_type), column, name)
    if isinstance(kind, pa.BaseExtensionType) and pa.types.is_string(kind.storage_type):
        texts = pc.cast(values, pa.large_string())  # numbers beside texts; objects and lists are left out
        nested = pc.any(pc.match_substring_regex(texts, r"^[\[{]")).as_py()
        return None if nested else pd.array(texts.to_pylist(), dtype="str")
    if pa.types.is_boolean(kind):
        made: Any = pd.array(values.to_pylist(), dtype="boolean" if values.null_count else "bool")
    elif not _stays_exact(values):
        made = pd.array(_texts(values, column, name), dtype="str")
    elif pa.types.is_integer(kind) and not values.null_count:
        made = values.to_numpy().astype(np.int64)
    elif pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        made = pc.cast(values, pa.float64(), safe=False).to_numpy()
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_temporal(kind):
        made = pd.array(_texts(values, column, name), dtype="str")
    else:
        made = np.full(len(values), np.nan) if pa.types.is_null(kind) else None
    return made


def _stays_exact(values: pa.ChunkedArray) -> bool:
    """Whether no whole number of a column changes in a float."""
    kind = values.type
    if not pa.types.is_integer(kind) and not pa.types.is_decimal(kind):
        return True
    ends = pc.min_max(values).as_py().values()
    return all(end is None or abs(end) <= EXACT for end in ends)


def number_notes(records: Records, texts: Collection[str], name: str) -> pd.DataFrame:
    """What the ledger has to say of how numbers were read: those kept as text, and those that may be thousands."""
    remarks = []
    for column in records.table.column_names:
        values = records.table.column(column)
        if column in texts:
            continue
        if records.loose and records.decimal is None and (cell := thousands_in(values.to_pylist())):
            remarks.append(
                Phrase(
                    "column '{column}': {cell} is read as {number}, with a fraction; if thousands are meant, say "
                    'decimal = ",", else decimal = "."',
                    column=column,
                    cell=cell,
                    number=f"{float(cell):g}" if cell.count(".") == 1 else Phrase("a text"),
                )
            )
        elif not _stays_exact(values):
            remarks.append(
                Phrase(
                    "column '{column}' is read as text: it holds whole numbers beyond 2^53, which would not stay exact",
                    column=column,
                )
            )
    return entries(name, [""] if remarks else [], "number", phrase_list(remarks, SEMICOLON))
