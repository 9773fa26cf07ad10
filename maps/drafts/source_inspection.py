"""What a user hands over, opened: its layer, kind, CRS, encoding and nodata, stated or guessed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS

from layers.archives import in_sandbox
from layers.errors import CrsError, SourceError, ZoneplanError
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
from layers.phrases import Phrase, phrase_list
from maps.drafts.column_inference import Sure, guess_place
from maps.words import catalogue

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
    asked: tuple[Path, str | None, str, str, Hints],
) -> tuple[str, Any, Mapping[str, object], Mapping[str, tuple[Sure, str]]]:
    """Kind, rows, keys and notes of a file of features."""
    path, layer, name, role, hints = asked
    with reading(name, path.name):
        with unpacked(path, name, VECTORS) as (inside, file_format):
            found = layers_of(inside, file_format, name)
        keys: dict[str, Any] = {}
        notes: Notes = {}
        if found:
            chosen, several = _choose(found, path, layer, name, role)
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
        with unpacked(path, name, VECTORS) as (inside, found):
            rows = frame_of(read_records(inside, found, name, layer, encoding), [], name)
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
        found = float(error.said.fields["found"]) if isinstance(error.said, Phrase) else 0.0
        keys["nodata"], notes["nodata"] = found, ("likely", hints.words["nodata_why"])
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
    alike = [one for one in data if words & set(one.lower().split("_"))]
    areas = [one for one, kind in data.items() if "Polygon" in kind]
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
    place = guess_place(frame)
    if place is None:
        return InspectedSource(path, "table", frame, keys, notes)
    x, y, degrees = place
    notes["x"] = ("likely", hints.words["place_why"])
    if hints.crs is None and degrees:
        keys["crs"], notes["crs"] = DEGREES, ("likely", hints.words["crs_degrees"])
    elif hints.crs is not None:
        keys["crs"], notes["crs"] = hints.crs, ("sure", hints.words["asked"])
    return InspectedSource(path, "points", frame, {**keys, "x": x, "y": y}, notes)


def require_crs(one: InspectedSource, name: str, hints: Hints) -> None:
    """Refuse points of a CSV of which nobody knows where they lie."""
    if "x" in one.keys and "crs" not in one.keys:
        _asked_crs(one.path, name, hints)


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
    if (said := _said_encoding(hints)) is not None:
        return said
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


def _fault(said: str) -> str:
    """What is wrong with an encoding, without the remedy of a plan."""
    if not isinstance(said, Phrase):
        return said
    if "fault" in said.fields:
        return Phrase("layer '{layer}': {fault}", layer=said.fields["layer"], fault=said.fields["fault"])
    keys = ("layer", "file", "encoding", "number")
    known = {key: said.fields[key] for key in keys}
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
    beyond = [one for one in text if not one.isascii()]
    common = [one for one in beyond if one.encode("gb2312", "ignore")]
    if not beyond or len(common) < 0.9 * len(beyond):
        return ()
    plain = "".join(one if "\u4e00" <= one <= "\u9fff" else " " for one in text)
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
