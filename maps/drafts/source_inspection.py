"""What a user hands over, opened: its layer, kind, CRS, encoding and nodata, stated or guessed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS

from layers.archives import in_sandbox
from layers.errors import CrsError, SourceError, ZoneplanError, shown
from layers.formats import (
    FEATURES,
    Format,
    Raster,
    check_values,
    frame_of,
    layers_of,
    read_features,
    read_raster,
    read_records,
    reading,
    unpacked,
    window_of,
)
from layers.geometry import drop_empty, kind_of
from layers.phrases import SEMICOLON, Phrase, phrase_list
from maps.words import catalogue

Sure = Literal["sure", "likely", "unsure"]

_ID_WORDS = (
    "id", "fips", "geoid", "adcode", "code", "gid", "nuts", "lau", "ags", "pac", "xzqdm", "dm", "代码", "编码", "编号",
    "区划",
)  # fmt: skip
_NAME_WORDS = ("name", "nom", "nome", "nombre", "label", "title", "mc", "xzqmc", "名")
_AMOUNT_WORDS = ("pop", "population", "people", "inhabitants", "residents", "人口")
_LEVEL_WORDS = (
    "nation", "country", "state", "province", "prov", "region", "county", "prefecture", "district", "department",
    "canton", "bloc", "jurisdiction", "省", "市", "州", "盟", "区域", "地区", "片区", "县",
)  # fmt: skip
_X_WORDS = ("longitude", "lon", "lng", "long", "x", "easting", "经度", "东经")
_Y_WORDS = ("latitude", "lat", "y", "northing", "纬度", "北纬")
_CODED = re.compile(r"[A-Za-z0-9._:-]*[0-9][A-Za-z0-9._:-]*")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_FEW = 20


class InferredColumn(NamedTuple):
    """What a column seems to be."""

    column: str
    sure: Sure
    why: str


def guess_id(frame: pd.DataFrame, file: str, language: str = "en") -> InferredColumn:
    """The column that identifies a unit: filled, without repeats, best a code of one width.

    Examples
    --------
    >>> frame = pd.DataFrame({"fid": [1, 2, 3], "fips": ["04001", "04003", "08001"], "kind": list("abc")})
    >>> guess_id(frame, "counties.gpkg")
    InferredColumn(column='fips', sure='sure', why='a value of its own in each of the 3 rows, 5 characters each')
    """
    fit = [column for column in _texts_and_integers(frame) if not _id_fault(frame[column])]
    if not fit:
        raise SourceError(
            Phrase(
                "layer 'units': no column of {file} has a value of its own in every row, so none can be the id of "
                "the units: {faults}. Fill one in, add a column of codes, or dissolve the parts of one unit.",
                file=file,
                faults=_faults(frame),
            ),
            code="id_missing",
            layer="units",
        )
    scores = {column: _id_score(column, frame[column]) for column in fit}
    best = max(fit, key=lambda column: scores[column])  # of equals the first
    widths = sorted({len(text) for text in frame[best].astype("str")})
    span = f"{widths[0]}" if len(widths) == 1 else f"{widths[0]}-{widths[-1]}"
    words = catalogue("draft", language)
    why = words["id_why"].format(rows=len(frame), width=span)
    sure: Sure = "sure" if scores[best] >= 5 else "likely" if scores[best] >= 3 else "unsure"
    if _hints(best, (*_NAME_WORDS, *_AMOUNT_WORDS)):  # what it holds now may be different, and what it means is another
        sure = "unsure"
    if pd.api.types.is_integer_dtype(frame[best]):
        why += words["id_number"]
        sure = "likely" if sure == "sure" else sure
    others = [column for column in fit if column != best and scores[column] >= 3]
    if others:
        why += words["id_others"].format(columns=words["and"].join(map(repr, others)))
    return InferredColumn(best, sure, why)


def guess_name(frame: pd.DataFrame, id_column: str, language: str = "en") -> InferredColumn | None:
    """The column with the units' names for people, if there is one.

    Examples
    --------
    >>> guess_name(pd.DataFrame({"code": ["a", "b"], "名称": ["昭通市", "毕节市"]}), "code").column
    '名称'
    """
    words = catalogue("draft", language)
    if "name" in frame.columns and id_column != "name" and not _blank(frame["name"]).all():
        return InferredColumn("name", "sure", words["name_why"])  # zoneplan gives every unit a column of that name
    own_script = _is_han(words["text"])
    candidates = []
    for column in frame.columns:
        values = frame[column].dropna()
        if column == id_column or not pd.api.types.is_string_dtype(values) or not len(values):
            continue
        texts = values.astype("str")
        lettered = texts.str.contains(r"[^\W\d_]{2}", regex=True).mean()
        apart = texts.nunique() / len(frame)
        if lettered < 0.5 or apart < 0.5:
            continue
        suits = (texts.map(_is_han).mean() > 0.5) == own_script
        candidates.append((2 * _hints(column, _NAME_WORDS) + suits + apart, column))
    if not candidates:
        return None
    _, column = max(candidates, key=lambda candidate: candidate[0])
    named = _hints(column, _NAME_WORDS)
    return InferredColumn(column, "likely" if named else "unsure", words["name_why" if named else "name_texts"])


def guess_jurisdictions(
    frame: pd.DataFrame, id_column: str, name_column: str | None, language: str = "en"
) -> tuple[tuple[InferredColumn, ...], tuple[str, ...]]:
    """The columns of jurisdictions, highest first, each nested in the one before; and others with few values.

    Examples
    --------
    >>> ids, states = ["0401", "0402", "0801", "0802"], ["AZ", "AZ", "CO", "CO"]
    >>> frame = pd.DataFrame({"id": ids, "state": states, "soil": list("abba")})
    >>> levels, others = guess_jurisdictions(frame, "id", None)
    >>> [level.column for level in levels], others
    (['state'], ('soil',))
    """
    words, ids = catalogue("draft", language), frame[id_column].astype("str")
    if "jurisdiction" in frame.columns and not _blank(frame["jurisdiction"]).any():
        return (InferredColumn("jurisdiction", "sure", words["level_word"]),), ()
    few = [
        column
        for column in _texts_and_integers(frame)
        if column not in {id_column, name_column}
        and not _blank(frame[column]).any()
        and 1 < frame[column].nunique() <= len(frame) / 2
    ]
    few.sort(key=lambda column: (frame[column].nunique(), pd.api.types.is_integer_dtype(frame[column])))
    levels: list[InferredColumn] = []
    for column in few:
        called, coded = _hints(column, _LEVEL_WORDS), _starts_ids(frame[column], ids)
        above = frame[levels[-1].column] if levels else None
        nested = above is None or (_nested(frame[column], above) and not _nested(above, frame[column]))
        if (called or coded) and nested:
            why = words["level_both" if called and coded else "level_word" if called else "level_code"]
            levels.append(InferredColumn(column, "sure" if called and coded else "likely", why))
    taken = {level.column for level in levels}
    return tuple(levels), tuple(column for column in few if column not in taken)


def guess_place(frame: pd.DataFrame) -> tuple[str, str, bool] | None:
    """The columns with the coordinates of points, and whether they are degrees.

    Examples
    --------
    >>> guess_place(pd.DataFrame({"mw": [1.0], "Longitude": [-109.5], "Latitude": [35.0]}))
    ('Longitude', 'Latitude', True)
    >>> guess_place(pd.DataFrame({"mw": [1.0], "x": [4012000.0], "y": [3001000.0]}))
    ('x', 'y', False)
    """
    numeric = [
        column
        for column in frame.columns
        if pd.api.types.is_numeric_dtype(frame[column]) and frame[column].notna().any()
    ]
    pairs = zip(_X_WORDS[:6], ("latitude", "lat", "lat", "lat", "y", "northing"), strict=True)
    for east, north in [*pairs, *zip(_X_WORDS[6:], _Y_WORDS[4:], strict=True)]:
        xs = [column for column in numeric if _hints(column, (east,))]
        ys = [column for column in numeric if _hints(column, (north,))]
        if len(xs) == 1 and len(ys) == 1:
            degrees = bool(frame[xs[0]].abs().max() <= 180 and frame[ys[0]].abs().max() <= 90)
            return xs[0], ys[0], degrees
    return None


def guess_table_id(frame: pd.DataFrame, ids: Iterable[str]) -> tuple[str, float] | None:
    """The column of a table that holds the units' ids, and the share of its rows that are one.

    Examples
    --------
    >>> guess_table_id(pd.DataFrame({"pop": ["1", "2"], "code": ["01", "02"]}), ["01", "02", "03"])
    ('code', 1.0)
    """
    known = set(ids)
    shares = {
        column: float(frame[column].isin(known).mean()) for column in frame.columns if not _id_fault(frame[column])
    }
    best = max(shares, key=lambda column: shares[column], default=None)
    return None if best is None or not shares[best] else (best, shares[best])


def lost_zeros(frame: pd.DataFrame, ids: Iterable[str]) -> str | None:
    """The column of a table that would match the units' ids, had it not lost its leading zeros.

    Examples
    --------
    >>> lost_zeros(pd.DataFrame({"code": ["1", "2"]}), ["01", "02"])
    'code'
    """
    known = {unit_id.lstrip("0") for unit_id in ids if unit_id.startswith("0")}
    return next((column for column in frame.columns if len(known) and frame[column].isin(known).mean() >= 0.5), None)


def few_values(frame: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """The text columns with few values, of which a condition could choose."""
    texts = [column for column in frame.columns if pd.api.types.is_string_dtype(frame[column])]
    values = {column: sorted(set(frame[column].dropna().astype("str"))) for column in texts}
    return {
        column: tuple(distinct) for column, distinct in values.items() if 1 < len(distinct) <= min(_FEW, len(frame) / 2)
    }


def _texts_and_integers(frame: pd.DataFrame) -> list[str]:
    kinds = (pd.api.types.is_string_dtype, pd.api.types.is_integer_dtype)
    return [column for column in frame.columns if any(kind(frame[column]) for kind in kinds)]


def _id_fault(values: pd.Series) -> str:
    empty = int(_blank(values).sum())
    twice = values[values.duplicated() & values.notna()].astype("str").unique()
    return (
        Phrase("it is empty in {empty} row(s)", empty=empty)
        if empty
        else Phrase("{ids} stand twice", ids=shown(twice))
        if len(twice)
        else ""
    )


def _blank(values: pd.Series) -> pd.Series:
    """Where nothing stands, or nothing but spaces."""
    return values.isna() | (values.astype("str").str.strip() == "")


def _faults(frame: pd.DataFrame) -> str:
    columns = _texts_and_integers(frame)
    likely = [column for column in columns if _hints(column, _ID_WORDS)] or columns
    faults = [Phrase("of '{column}' {fault}", column=column, fault=_id_fault(frame[column])) for column in likely[:3]]
    return phrase_list(faults, SEMICOLON) or Phrase("there is no column of texts or whole numbers")


def _id_score(column: str, values: pd.Series) -> int:
    texts = values.astype("str")
    number = bool(pd.api.types.is_integer_dtype(values))
    coded = all(_CODED.fullmatch(text) for text in texts)
    counted = number and len(values) > 1 and int(values.max()) - int(values.min()) == len(values) - 1
    hint = _hints(column, _ID_WORDS)
    return (
        3 * hint
        + (not number)
        + (len(set(texts.str.len())) == 1)
        + 2 * coded
        - 3 * counted  # a row number, which the next export changes
        - 4 * (number and not hint)  # inhabitants, for instance
        - 2 * _hints(column, _NAME_WORDS)
        - 4 * _hints(column, _AMOUNT_WORDS)
    )


def _starts_ids(values: pd.Series, ids: pd.Series) -> bool:
    """Whether a value goes with the beginning of the id and the other way round, as of nested codes."""
    longest = int(ids.str.len().min()) - 1
    return any(_nested(values, ids.str[:size]) and _nested(ids.str[:size], values) for size in range(1, longest + 1))


def _nested(inner: pd.Series, outer: pd.Series) -> bool:
    """Whether each value of one lies in one value of the other."""
    return bool(outer.groupby(inner.to_numpy()).nunique().max() == 1)


def _is_han(text: str) -> bool:
    """Whether a text has a Chinese character."""
    return _HAN.search(text) is not None


def _hints(column: str, words: Sequence[str]) -> bool:
    """Whether a column's name has one of the words in it.

    Examples
    --------
    >>> _hints("STATEFP", ["state"]), _hints("县级码", ["县"]), _hints("width", ["id"]), _hints("unit_id", ["id"])
    (True, True, False, True)
    """
    tokens = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column).lower())
    return any(
        word in column if not word.isascii() else
        any(token == word or (len(word) >= 4 and (token.startswith(word) or token.endswith(word))) for token in tokens)
        for word in words
    )  # fmt: skip


VECTORS = FEATURES
DEGREES = "EPSG:4326"
MAX_CLASSES = 40
"""A grid of whole numbers with more values than this is taken as measured, not as classes."""
_STRIP_CELLS = 8_000_000

Notes = dict[str, tuple[Sure, str]]


@dataclass(frozen=True)
class InspectedSource:
    """A file as its user has it."""

    path: Path
    kind: str
    rows: Any
    keys: Mapping[str, object] = field(default_factory=dict)
    notes: Mapping[str, tuple[Sure, str]] = field(default_factory=dict)
    classes: Mapping[float, float] | None = None


class Hints(NamedTuple):
    """What the user says of all files that do not say it themselves."""

    crs: str | None = None
    encoding: str | None = None
    language: str = "en"

    @property
    def words(self) -> Mapping[str, str]:
        """What a first plan says of itself."""
        return catalogue("draft", self.language)


def open_vector(given: Path, name: str, role: str, hints: Hints) -> InspectedSource:
    """A file of features or a table."""
    with reading(name, given.name):
        path, layer = split_layer(given)
    return InspectedSource(path, *in_sandbox(_opened_vector, (path, layer, name, role, hints), {name: path}))


def _opened_vector(
    request: tuple[Path, str | None, str, str, Hints],
) -> tuple[str, Any, Mapping[str, object], Mapping[str, tuple[Sure, str]]]:
    """Kind, rows, keys and notes of a file of features."""
    path, layer, name, role, hints = request
    with reading(name, path.name):
        with unpacked(path, name, VECTORS) as (inside, file_format):
            layers = layers_of(inside, file_format, name)
        keys: dict[str, Any] = {}
        notes: Notes = {}
        if layers:
            chosen, several = _choose(layers, path, layer, name, role)
            if several:
                keys["layer"] = chosen
                named = layer is not None
                notes["layer"] = (
                    "sure" if named else "likely",
                    hints.words["asked" if named else "layer_why"],
                )
        elif layer is not None:
            raise SourceError(
                Phrase(
                    "layer '{layer}': {file} has no layers inside; leave out ':{inside}'.",
                    layer=name,
                    file=path.name,
                    inside=layer,
                ),
                layer=name,
            )
        while True:
            try:
                seen = _read(path, file_format, name, keys, notes, hints)
            except ZoneplanError as error:
                _learn(error, path, name, keys, notes, hints)
            else:
                plain = {key: (sure, str(why)) for key, (sure, why) in seen.notes.items()}
                return seen.kind, seen.rows, seen.keys, plain


def _read(
    path: Path, file_format: Format, name: str, keys: dict[str, Any], notes: Notes, hints: Hints
) -> InspectedSource:
    """The file with what is known of it so far."""
    layer, encoding = keys.get("layer"), keys.get("encoding")
    if file_format.name == "CSV":
        separator = keys.get("separator")
        records = read_records(path, file_format, name, encoding=encoding, separator=separator)
        if len(records.ledger):  # an encoding that was clear is said in the plan all the same
            sample = ", ".join(chinese_words(path.read_bytes()))
            keys["encoding"], notes["encoding"] = _said_encoding(hints) or _chinese(sample, hints)
            return _read(path, file_format, name, keys, notes, hints)
        frame = frame_of(records, [], name)
        if separator == ";":  # which spreadsheets write where a comma stands before the fraction
            records = read_records(path, file_format, name, encoding=encoding, separator=separator, decimal=",")
            others = frame_of(records, [], name)
            if not others.dtypes.equals(frame.dtypes):
                keys["decimal"], notes["decimal"] = ",", ("likely", hints.words["decimal_why"])
                frame = others
        return _sheet(path, frame, keys, notes, hints)
    if file_format.name == "XLSX":
        return _sheet(path, frame_of(read_records(path, file_format, name, layer), [], name), keys, notes, hints)
    try:
        crs, override = keys.get("crs"), "override_crs" in keys
        features, _ = read_features(path, name, layer=layer, crs=crs, override_crs=override, encoding=encoding)
    except SourceError as error:
        if error.code != "no_geometry":
            raise
        with unpacked(path, name, VECTORS) as (inside, inner_format):
            rows = frame_of(read_records(inside, inner_format, name, layer, encoding), [], name)
        return InspectedSource(path, "table", rows, keys, notes)
    return InspectedSource(path, kind_of(drop_empty(features, name)[0], name), features, keys, notes)


def _learn(error: ZoneplanError, path: Path, name: str, keys: dict[str, Any], notes: Notes, hints: Hints) -> None:
    """What the file does not say, from the user or its content; the error itself where that was not it."""
    if error.code == "crs_missing" and "crs" not in keys:
        keys["crs"], notes["crs"] = _asked_crs(path, name, hints), ("sure", hints.words["asked"])
    elif error.code == "crs_zone" and "override_crs" not in keys and isinstance(error.said, Phrase):
        keys |= {"crs": error.said.fields["code"], "override_crs": True}
        notes["crs"] = "likely", hints.words["crs_zone_why"]
    elif error.code == "encoding" and "encoding" not in keys:
        keys["encoding"], notes["encoding"] = _encoding(path, name, hints, error)
    elif error.code == "separator" and "separator" not in keys:
        keys["separator"], notes["separator"] = error.features[0], ("likely", hints.words["separator_why"])
    elif error.code == "nodata" and "nodata" not in keys:
        nodata = float(error.said.fields["found"]) if isinstance(error.said, Phrase) else 0.0
        keys["nodata"], notes["nodata"] = nodata, ("likely", hints.words["nodata_why"])
    else:
        raise error


def open_grid(
    given: Path, name: str, units: gpd.GeoDataFrame, hints: Hints, layer: str | None = None
) -> InspectedSource:
    """A raster, and the classes of its cells near the units where it has some."""
    with reading(name, given.name):
        path = Path(os.path.realpath(given))
        keys: dict[str, Any] = {} if layer is None else {"layer": layer}
        notes: Notes = {}
        while True:
            try:
                raster, _ = read_raster(path, name, **keys)
                check_values(raster, window_of(raster, units.total_bounds, CRS.from_user_input(units.crs)))
                return InspectedSource(path, "raster", raster, keys, notes, _classes(raster, units))
            except (SourceError, CrsError) as error:
                _learn(error, path, name, keys, notes, hints)


def split_layer(given: Path) -> tuple[Path, str | None]:
    """A file, and the layer that is named behind it as in ``study.gpkg:units``."""
    head, colon, tail = str(given).rpartition(":")
    path, layer = (Path(head), tail) if colon and not given.exists() and Path(head).exists() else (given, None)
    if not path.exists():
        raise SourceError(
            Phrase("no file {file}. Check the path; a layer inside a file is FILE:LAYER.", file=given),
            code="file_missing",
        )
    return Path(os.path.realpath(path)), layer or None


def _choose(data: Mapping[str, str], path: Path, layer: str | None, name: str, role: str) -> tuple[str | None, bool]:
    """The layer of a file that may have several, and whether the plan must name it."""
    if layer is not None or len(data) == 1:
        return (layer or next(iter(data))), len(data) > 1
    words = {"units", "unit"} if name == "units" else set(role.split("_")) - {""}
    alike = [layer_name for layer_name in data if words & set(layer_name.lower().split("_"))]
    areas = [layer_name for layer_name, kind in data.items() if "Polygon" in kind]
    for few in (alike, areas if role or name == "units" else []):
        if len(few) == 1:
            return few[0], True
    raise SourceError(
        Phrase(
            "layer '{layer}': {file} holds {count} layers: {names}. Say which one: {file}:LAYER.",
            layer=name,
            file=path.name,
            count=len(data),
            names=phrase_list(map(repr, data)),
        ),
        code="layer",
        layer=name,
    )


def _sheet(path: Path, frame: pd.DataFrame, keys: dict[str, Any], notes: Notes, hints: Hints) -> InspectedSource:
    """A CSV, of points where it has columns with coordinates."""
    coordinates = guess_place(frame)
    if coordinates is None:
        return InspectedSource(path, "table", frame, keys, notes)
    x, y, degrees = coordinates
    notes["x"] = ("likely", hints.words["place_why"])
    if hints.crs is None and degrees:
        keys["crs"], notes["crs"] = DEGREES, ("likely", hints.words["crs_degrees"])
    elif hints.crs is not None:
        keys["crs"], notes["crs"] = hints.crs, ("sure", hints.words["asked"])
    return InspectedSource(path, "points", frame, {**keys, "x": x, "y": y}, notes)


def require_crs(source: InspectedSource, name: str, hints: Hints) -> None:
    """Refuse points of a CSV of which nobody knows where they lie."""
    if "x" in source.keys and "crs" not in source.keys:
        _asked_crs(source.path, name, hints)


def _asked_crs(path: Path, name: str, hints: Hints) -> str:
    if hints.crs is None:
        raise CrsError(
            Phrase(
                "layer '{layer}': {file} has no coordinate reference system, and none is guessed. Find out which it "
                "is (from who made the file, or its lost .prj) and say so with --crs EPSG:..., or write it into the "
                "file (QGIS: Assign Projection).",
                layer=name,
                file=path.name,
            ),
            code="crs_missing",
            layer=name,
        )
    return hints.crs


def _encoding(path: Path, name: str, hints: Hints, error: ZoneplanError) -> tuple[str, tuple[Sure, str]]:
    """The encoding that the user says, or gb18030 where the texts are in common Chinese characters then."""
    if (encoding := _said_encoding(hints)) is not None:
        return encoding
    with unpacked(path, name, VECTORS) as (inside, _):
        table = inside.with_suffix(".DBF" if inside.suffix.isupper() else ".dbf")
        is_table = inside.suffix.lower() == ".shp" and table.exists()
        body = (table if is_table else inside).read_bytes()
    rows = int.from_bytes(body[8:10], "little") if is_table else 0  # before them stand the names of the columns
    sample = chinese_words(body[rows:]) or chinese_words(body[32 if is_table else 0 :])
    if not sample:
        raise SourceError(
            Phrase(
                "{said}, and none is guessed. Say which it is with --encoding gb18030, cp1252 or another, or export "
                "it as UTF-8.",
                said=_fault(error.said),
            ),
            code="encoding",
            layer=name,
        ) from error
    return _chinese(", ".join(sample), hints)


def _said_encoding(hints: Hints) -> tuple[str, tuple[Sure, str]] | None:
    return None if hints.encoding is None else (hints.encoding, ("sure", hints.words["asked"]))


def _chinese(sample: str, hints: Hints) -> tuple[str, tuple[Sure, str]]:
    return "gb18030", ("likely", hints.words["encoding_why"].format(sample=sample))


def _fault(message: str) -> str:
    """What is wrong with an encoding, without the remedy of a plan."""
    if not isinstance(message, Phrase):
        return message
    if "fault" in message.fields:
        return Phrase("layer '{layer}': {fault}", layer=message.fields["layer"], fault=message.fields["fault"])
    keys = ("layer", "file", "encoding", "number")
    known = {key: message.fields[key] for key in keys}
    return Phrase("layer '{layer}': {file} is not in {encoding} (byte {number})", **known)


def chinese_words(body: bytes) -> tuple[str, ...]:
    """The first texts of a body that is Chinese in GB18030, or none where it hardly is.

    Examples
    --------
    >>> chinese_words("昭通市,毕节市".encode("gbk"))
    ('昭通市', '毕节市')
    >>> chinese_words("Zürich,Genève".encode("cp1252"))
    ()
    """
    text = body.decode("gb18030", "replace")
    beyond = [char for char in text if not char.isascii()]
    common = [char for char in beyond if char.encode("gb2312", "ignore")]
    if not beyond or len(common) < 0.9 * len(beyond):
        return ()
    plain = "".join(char if "\u4e00" <= char <= "\u9fff" else " " for char in text)
    return tuple(dict.fromkeys(plain.split()))[:3]


def _classes(raster: Raster, units: gpd.GeoDataFrame) -> dict[float, float] | None:
    """Values and shares of the cells around the units, where these are few whole numbers; {} where there is no cell."""
    rows, columns = window_of(raster, units.total_bounds, CRS.from_user_input(units.crs))
    step = max(1, _STRIP_CELLS // max(columns.stop - columns.start, 1))
    counts: dict[float, int] = {}
    measured = False
    for top in range(rows.start, rows.stop, step):
        cells = raster.read((slice(top, min(top + step, rows.stop)), columns))
        if measured:
            continue  # read to the end, for what is refused in a run is refused now
        values, numbers = np.unique(cells[np.isfinite(cells)], return_counts=True)
        for value, number in zip(values.tolist(), numbers.tolist(), strict=True):
            counts[value] = counts.get(value, 0) + number
        measured = len(counts) > MAX_CLASSES or any(value % 1 for value in counts)
    total = sum(counts.values())
    return None if measured else {value: counts[value] / total for value in sorted(counts)}
