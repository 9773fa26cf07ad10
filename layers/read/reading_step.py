"""The inputs of a study, checked, repaired, in one working CRS, with a ledger of every repair.

Everything that is wrong with any file is said at once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from layers.archives import in_sandbox
from layers.conditions import parse_formula
from layers.crs import (
    datum_note,
    far_note,
    keep_near,
    known_crs,
    place_note,
    project,
    refuse_far,
    shift_note,
    working_crs,
)
from layers.databases import extracted, tell_of_tables, without_key
from layers.errors import (
    PLACED,
    Attempts,
    CrsError,
    LimitError,
    SourceError,
    StudyError,
    ZoneplanError,
    naming_the_layer,
    raise_all,
)
from layers.formats import (
    GRID_ENDINGS,
    Raster,
    cell_condition,
    check_values,
    digest,
    join_table,
    parts_of,
    read_features,
    read_raster,
    read_table,
    reading,
    select,
    window_of,
)
from layers.geometry import (
    drop_empty,
    drop_outside,
    keep_kind,
    kind_of,
    make_valid,
    note_duplicates,
    note_overlaps,
    only_kind,
    polygons_of,
)
from layers.inputs import Inputs, Layer, LeftOut, Source
from layers.ledger import entries, gather
from layers.phrases import SEMICOLON, Phrase, phrase_list
from layers.raster import Borders, edges_on, shift_of_cells
from layers.read.pins import hold_to_pin, pin_of, source_digest
from layers.read.units import read_unit_features, read_units, settle_units
from layers.sandbox import Reader, sandboxed
from layers.sources import MEMORY, Extract, Keys, LayerSection, Pin, Sources, TableSection, table_name

Found = TypeVar("Found")


def read_inputs(
    sources: Sources,
    *,
    pinned: bool = True,
    keep_going: bool = False,
    reader: Reader | None = None,
    workers: int = 1,
) -> Inputs:
    """The units, layers and tables of a study.

    Parameters
    ----------
    sources : Sources
        What a plan says of them, such as :func:`layers.sources.read_sources` gives it; a whole plan is one, too.
    pinned : bool
        Refuse a source that is not what the plan has pinned; not so where it is about to be pinned anew.
    keep_going : bool
        Leave out layers whose files cannot be read, and say which. Units, tables, and layers that are not what was
        pinned are refused all the same.
    reader : {"process", "inline"}, optional
        Who opens the files: a child process with limits of memory, time and open files, without network, which has no
        other files; or this process. By default this process, in the command a child. A child is forked, which only
        Linux does safely, and which is not for a program that has threads of its own at work.
    workers : int
        How many threads may look at the units at a time; inputs are the same.

    Returns
    -------
    Inputs
        Units, layers and tables, in the working CRS of the units.

    Raises
    ------
    SourceError
        A file, layer or column is missing or damaged, or is not what was pinned.
    CrsError
        A CRS is missing, contradicts the plan, or puts a layer somewhere else.
    GeometryError
        Geometry that nobody may repair in silence.
    UnknownNameError
        Two sources provide one name.
    LimitError
        A file is too large, or reading it takes more than ``[limits]`` of the plan allows.
    SeveralErrors
        Several of these, from all files.

    Examples
    --------
    >>> import zoneplan as zp
    >>> inputs = zp.read_inputs(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> inputs.crs.name, len(inputs.units), len(inputs.ledger)
    ('Equal area at 38.2 -108.4 (WGS 84)', 164, 0)
    >>> sorted(inputs.designations)
    ['alpine', 'barren_dryland', 'cropland', 'forest', 'lakes', 'urban_land', 'wetland_or_snow']
    """
    with sandboxed(reader, sources.limits), extracted(sources if pinned else sources.with_pins({})) as placed:
        return in_sandbox(_read_inputs, placed, main_files(placed), keep_going, workers)


def main_files(sources: Sources) -> dict[str, Path]:
    """The main file of each source that is where it should be."""
    files = {}
    for name, source in sources.files:
        with suppress(ZoneplanError, OSError):
            files[name] = sources.locate(source)
    return files | {str(sources.folder): sources.folder}


def _read_inputs(sources: Sources, keep_going: bool, workers: int) -> Inputs:
    errors = Attempts()
    records = record_sources(sources)
    units = _attempt(errors, "units", _units, sources)
    refused = [Attempts() if keep_going else errors for _ in sources.layers]
    read = [
        _attempt(refused[position], section.name, _read, sources, position)
        for position, section in enumerate(sources.layers)
    ]
    tables = [
        _attempt(errors, table.source, _table, sources, position) for position, table in enumerate(sources.tables)
    ]
    notes_so_far = [contents[1] for contents in (units, *read, *tables) if contents is not None]
    ground = None if units is None else _attempt(errors, "units", _settled, units[0], sources, workers)
    if units is None or ground is None:  # without them no layer has a place
        for position, section in enumerate(sources.layers):
            _attempt(refused[position], section.name, _look_at_outlines, section, read[position])
        _raise_all([*errors.errors, *_faults_of_plan(refused)], notes_so_far)
        raise AssertionError  # they were refused, and that has been raised
    notes = units[1]
    own_crs, crs, settled, repairs, tiled, elsewhere = ground
    del units, ground  # each input goes once it is placed, so that memory holds no layer twice for long
    ledger = [notes, repairs, datum_note(own_crs, crs, "units"), elsewhere]
    of_units: str = Phrase("the units' file {file}", file=sources.units.source)
    origins = dict.fromkeys(map(str, settled.columns), of_units)
    settled, table_notes = _join(errors, settled, origins, zip(sources.tables, tables, strict=True))
    ledger += table_notes
    layers, borders = [], Borders(settled)
    for position, section in enumerate(sources.layers):
        contents = read.pop(0)
        placed = (
            None
            if contents is None
            else _attempt(refused[position], section.name, _to_working_crs, section, contents[0], borders)
        )
        if contents is not None and placed is not None and not (keep_going and refused[position].errors):
            layers.append(placed[0])
            ledger += [contents[1], placed[1]]
    if len(elsewhere) and any(error.code == "far" for each in [errors, *refused] for error in each.errors):
        errors.errors.insert(0, CrsError(_misplaced_units(elsewhere), code="area_of_use", layer="units"))
    _raise_all([*errors.errors, *_faults_of_plan(refused)], ledger)
    ledger += _shifts(layers)
    pairs = zip(sources.layers, refused, strict=True)
    tell_of_tables((error for attempts in refused for error in attempts.errors), sources.places)
    left_out = tuple(
        leave_out(section, attempts.errors, sources.folder) for section, attempts in pairs if attempts.errors
    )
    return Inputs(settled, tuple(layers), gather(ledger), records, crs, own_crs, tiled, origins, left_out)


def _join(
    errors: Attempts,
    units: gpd.GeoDataFrame,
    origins: dict[str, str],
    tables: Iterable[tuple[TableSection, tuple[pd.DataFrame, pd.DataFrame] | None]],
) -> tuple[gpd.GeoDataFrame, list[pd.DataFrame]]:
    """The units with the columns of tables, whose origins are noted, and what the ledger has to say of these."""
    ledger = []
    for part, table in tables:
        if table is None:
            continue
        frame, note = table
        doubtful = any(error.layer == part.source for error in errors.errors)
        if doubtful and not frame.index.isin(units.index.astype(str)).any():  # 'id' may mean another column
            continue
        joined = _attempt(errors, part.source, join_table, units, frame, part.source, origins)
        if joined is not None:
            units, unmatched = joined
            origins |= dict.fromkeys(map(str, frame.columns), part.source)
            ledger += [note, unmatched]
    return units, ledger


_Ground = tuple[CRS, CRS, gpd.GeoDataFrame, pd.DataFrame, bool, pd.DataFrame]
"""The units' own CRS, the working CRS, the units in it, their repairs, whether they tile, where they seem to lie."""


def _settled(raw: gpd.GeoDataFrame, sources: Sources, workers: int) -> _Ground:
    refused = Attempts()
    own_crs, crs = known_crs(raw), working_crs(raw)
    made = refused.attempt(settle_units, raw, crs, sources.units, workers)
    if made is None:
        refused.stop()
    settled, repairs, tiled = made
    ground = own_crs, crs, settled, repairs, tiled, place_note(own_crs, settled.total_bounds, crs, "units")
    refused.finish(rest=ground)
    return ground


def _misplaced_units(note: pd.DataFrame) -> str:
    """A row of the ledger on the CRS of the units, as what is to blame."""
    return Phrase("layer 'units': {said}", said=note["action"].iloc[0])


def _shifts(layers: Iterable[Layer]) -> list[pd.DataFrame]:
    """Of grids that weigh another one, which lie half a cell beside it."""
    parts = [part for layer in layers for part in (layer, layer.whole) if part is not None and part.raster is not None]
    grids = {part.name: part.raster for part in parts if part.raster is not None}
    pairs = {(part.name, parse_formula(text).weight) for part in parts for text in part.measures.values()}
    return [shift_of_cells(grids[name], grids[other]) for name, other in sorted(pairs) if other in grids]


def feature_notes(inputs: Inputs) -> pd.DataFrame:
    """The ledger, and a row for each feature that shares land with another one of its layer.

    Overlaps inside a layer change nothing, as its land counts once, and looking for them takes its time: a run does
    without.
    """
    areas = (layer for layer in inputs.layers if layer.kind == "polygons" and layer.raster is None)
    notes = [note_overlaps(layer.features, layer.name) for layer in areas if layer.features is not None]
    return gather([inputs.ledger, *notes])


def _raise_all(errors: Iterable[ZoneplanError], ledger: Iterable[pd.DataFrame]) -> None:
    """Raise what was refused, if anything was, with what was done to the inputs until then."""
    try:
        raise_all(dict.fromkeys(errors))
    except ZoneplanError as error:
        error.ledger = gather(ledger)
        raise


def can_be_left_out(error: ZoneplanError) -> bool:
    """Whether a layer is refused for its file, which the others do not need, and not for what the plan says."""
    return isinstance(error, SourceError | LimitError) and error.code != "pin"


def leave_out(section: LayerSection, errors: Iterable[ZoneplanError], folder: Path) -> LeftOut:
    """A layer as what is done without."""
    reason = phrase_list([without_place(error.said, folder) for error in errors], SEMICOLON)
    return LeftOut("layer", section.name, tuple(section.measure), reason, section.role)


def without_place(message: str, folder: Path) -> str:
    """What is said of a file, without where the study lies, and where the plan names it."""
    if type(message) is Phrase and message.template == PLACED:
        return without_place(message.fields["said"], folder)
    if type(message) is Phrase:
        plain_fields = {
            name: str(field) if isinstance(field, Path) else field for name, field in message.fields.items()
        }
        fields = {
            name: without_place(field, folder) if isinstance(field, str) else field
            for name, field in plain_fields.items()
        }
        return Phrase(message.template, **fields)
    places = (str(folder.resolve()), str(folder))
    if message in places:
        return Phrase("the study's folder")
    for path in places:
        message = message.replace(f"{path}{os.sep}", "")
    return message


def _faults_of_plan(refused: Iterable[Attempts]) -> list[ZoneplanError]:
    """The complaints for which a layer cannot be left out."""
    return [error for each in refused for error in each.errors if not can_be_left_out(error)]


def reread_layers(inputs: Inputs, sources: Sources, names: Iterable[str]) -> Inputs:
    """The same inputs with some layers read anew."""
    wanted = set(names)
    with sandboxed(None, sources.limits), extracted(sources, wanted) as placed:
        files = {name: path for name, path in main_files(placed).items() if name in wanted or path == sources.folder}
        return in_sandbox(_reread_layers, (inputs, placed, wanted), files)


def _reread_layers(known: tuple[Inputs, Sources, Collection[str]]) -> Inputs:
    inputs, sources, wanted = known
    errors, borders, ledger = Attempts(), Borders(inputs.units), [inputs.ledger]
    layers = {layer.name: layer for layer in inputs.layers}
    for position, section in enumerate(sources.layers):
        if section.name in wanted:
            read = _attempt(errors, section.name, _read, sources, position)
            placed = read and _attempt(errors, section.name, _to_working_crs, section, read[0], borders)
            if read and placed:
                layers[section.name] = placed[0]
                ledger = [rows[rows["layer"] != section.name] for rows in ledger] + [read[1], placed[1]]
    raise_all(errors.errors)
    records = [record for record in inputs.sources if record.name not in wanted]
    records += [record for record in record_sources(sources) if record.name in wanted]
    order = {name: position for position, (name, _) in enumerate(sources.files)}
    records.sort(key=lambda record: order[record.name])
    ordered = sorted(layers.values(), key=lambda layer: order[layer.name])
    left_out = tuple(entry for entry in inputs.left_out if entry.kind != "layer" or entry.name not in wanted)
    return replace(inputs, layers=tuple(ordered), ledger=gather(ledger), sources=tuple(records), left_out=left_out)


def _attempt(errors: Attempts, name: str, step: Callable[..., Found], *inputs: object) -> Found | None:
    """What a step makes of the source of that name, inside the boundary; where it refused, of the rest, or None."""

    def inside() -> Found:
        with reading(name):
            return step(*inputs)

    return errors.attempt(inside)


def _path(sources: Sources, source: str, name: str, *keys: str | int) -> Path:
    """The file that a section of the plan names; where there is none, the message has the place."""
    sources.raise_refused(source)  # it has its place already
    with naming_the_layer(sources.where(*keys), name):
        return sources.locate(source)


def _units(sources: Sources) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    return read_units(_path(sources, sources.units.source, "units", "units", "source"), sources.units)


def _table(sources: Sources, position: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    section = sources.tables[position]
    path = _path(sources, section.source, section.source, "tables", position, "source")
    return hold_to_pin(
        section.pin,
        path,
        section.source,
        lambda: read_table(
            path,
            section.source,
            section.id,
            layer=section.layer,
            encoding=section.encoding,
            decimal=section.decimal,
            separator=section.separator,
        ),
        "tables",
        position,
    )


class _Contents(NamedTuple):
    """What the file of a layer holds: all of it, and what ``where`` selects."""

    whole: gpd.GeoDataFrame | Raster
    selected: gpd.GeoDataFrame | Raster


def _read(sources: Sources, position: int) -> tuple[_Contents, pd.DataFrame]:
    """A layer as its file has it."""
    section = sources.layers[position]
    path = _path(sources, section.source, section.name, "layers", position, "source")
    if _is_grid(path):
        raster, note = _read_grid(sources, position, path)
        return _Contents(replace(raster, where=None), raster), note
    refused = Attempts()
    for key in ("band", "valid_range"):
        if getattr(section, key) is not None:
            with refused.trying(), naming_the_layer(sources.where("layers", position, key)):
                raise StudyError(
                    Phrase("'{key}' is of rasters, and {file} is none: leave it out", key=key, file=path.name),
                    layer=section.name,
                )
    read = refused.attempt(_read_layer_features, sources, position, path)
    if read is None:
        refused.stop()
    features, note = without_key(read[0], path, section), gather([read[1], _left_there(path, section.name)])
    whole = chosen = features
    if section.where is not None:
        with refused.trying(), naming_the_layer(sources.where("layers", position, "where")):
            chosen, unknown = select(features, section.where, section.name)
            note = gather([note, unknown])
        if chosen is features and refused.errors:  # which of them are meant is not known
            refused.finish()
        whole = features if section.formulas("whole") else chosen  # what nothing is measured of is not kept
    result = _Contents(whole, chosen), note
    refused.finish(rest=result)
    return result


def _left_there(path: Path, name: str) -> pd.DataFrame:
    """What the ledger has to say of the rows of a table that were not read."""
    count = path.left_there if isinstance(path, Extract) else 0
    action = Phrase("{count} feature(s) of the table not read: far from all units", count=count)
    return entries(name, [""] if count else [], "outside", action)


def _is_grid(path: Path) -> bool:
    return path.suffix.lower() in GRID_ENDINGS


def _read_grid(sources: Sources, position: int, path: Path) -> tuple[Raster, pd.DataFrame]:
    section = sources.layers[position]
    if section.where is not None:
        with naming_the_layer(sources.where("layers", position, "where")):
            cell_condition(section.where, section.name)
    return hold_to_pin(
        section.pin,
        path,
        section.name,
        lambda: read_raster(
            path,
            section.name,
            layer=section.layer,
            crs=section.crs,
            override_crs=section.override_crs,
            nodata=section.nodata,
            where=section.where,
            coarse=section.coarse,
            band=section.band,
            valid_range=section.limits,
        ),
        "layers",
        position,
    )


def _read_layer_features(sources: Sources, position: int, path: Path) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """All features of a layer's file, before ``where``."""
    section = sources.layers[position]
    return hold_to_pin(
        section.pin,
        path,
        section.name,
        lambda: read_features(
            path,
            section.name,
            layer=section.layer,
            id=section.id,
            crs=section.crs,
            override_crs=section.override_crs,
            encoding=section.encoding,
            decimal=section.decimal,
            separator=section.separator,
            x=section.x,
            y=section.y,
        ),
        "layers",
        position,
    )


def _to_working_crs(section: LayerSection, contents: _Contents, borders: Borders) -> tuple[Layer, pd.DataFrame]:
    """A layer in the working CRS, where the units are."""
    formulas, whole = section.formulas("whole"), None
    if isinstance(contents.selected, Raster):
        layer, notes = _place_raster(section, contents.selected, borders)
        if isinstance(contents.whole, Raster) and formulas:
            whole = Layer(section.name, "raster", raster=contents.whole, measures=formulas)
    else:
        layer, notes = _place_features(section, contents.selected, section.formulas("selected"), borders)
        if not isinstance(contents.whole, Raster) and formulas:
            whole, notes = _place_features(section, contents.whole, formulas, borders)  # of the selected as well
    return replace(layer, role=section.role, whole=whole), notes


def _place_features(
    section: LayerSection, inputs: gpd.GeoDataFrame, formulas: dict[str, str], borders: Borders
) -> tuple[Layer, pd.DataFrame]:
    name, units, crs = section.name, borders.polygons, known_crs(borders.polygons)
    refused = Attempts()
    full, empties = drop_empty(inputs, name)
    kind = refused.attempt(kind_of, full, name)
    if kind is None:
        refused.stop()
    full = only_kind(full, kind) if refused.errors else full
    source_crs = known_crs(full)
    notes = [empties, datum_note(source_crs, crs, name), place_note(source_crs, units.total_bounds, crs, name)]
    nearest = any(parse_formula(text).function == "nearest" for text in formulas.values())
    if nearest:  # the nearest feature may lie far away
        notes.append(far_note(full, units, name))
    else:  # others would count as 0 in every unit
        refused.attempt(refuse_far, full, units, name)
    if any(error.code == "far" for error in refused.errors):
        refused.stop()  # where its numbers are not what its CRS says, all else that is wrong follows from that
    if kind != "points":
        full, parts = keep_kind(full, name)
        notes += [parts, shift_note(full, units, name)]
        if not nearest:
            full, far = keep_near(full, units, name)
            notes.append(far)
    if kind == "polygons":
        mend = partial(make_valid, crs=crs, earlier=gather(notes), max_share=section.max_repair_share)
        made = refused.attempt(mend, full, name)
        if made is None:
            refused.stop()
        features, repairs = made
        notes.append(repairs)
    else:
        features = project(full, crs)
    features, outside = drop_outside(features, units, name, kind, keep=nearest or kind == "points")
    notes += [outside, note_duplicates(features, name)]
    refused.finish()
    return Layer(name, kind, None, features, None, formulas), gather(notes)


def _look_at_outlines(section: LayerSection, read: tuple[_Contents, pd.DataFrame] | None) -> None:
    """Refuse what is wrong with the outlines of a layer that has no place among the units, where they lie."""
    features = None if read is None else read[0].selected
    if features is None or isinstance(features, Raster):
        return
    refused = Attempts()
    full, _ = drop_empty(features, section.name)
    if refused.attempt(kind_of, full, section.name) == "polygons":
        with suppress(CrsError):  # it has no place on the earth either
            mend = partial(make_valid, crs=working_crs(full), max_share=section.max_repair_share)
            refused.attempt(mend, keep_kind(only_kind(full, "polygons"), section.name)[0], section.name)
    refused.finish()


def _place_raster(section: LayerSection, raster: Raster, borders: Borders) -> tuple[Layer, pd.DataFrame]:
    """A grid; where it designates a part, the polygons of that beside it."""
    units, crs, formulas = borders.polygons, known_crs(borders.polygons), section.formulas("selected")
    window = window_of(raster, units.total_bounds, crs)
    refused = Attempts()
    if not raster.crs.is_geographic:
        refused.attempt(edges_on, borders, raster)  # refuses what such a raster cannot show
    raster_crs = raster.crs
    datum = gather(
        [datum_note(raster_crs, crs, section.name), place_note(raster_crs, units.total_bounds, crs, section.name)]
    )
    measured = [parse_formula(text) for part in ("whole", "selected") for text in section.formulas(part).values()]
    numbers = {float(number.value) for formula in measured if formula.condition for number in formula.condition.numbers}
    checked = replace(raster, where=None) if section.formulas("whole") else raster
    doubtful = refused.attempt(check_values, checked, window, numbers)
    if doubtful is None or refused.errors:
        refused.stop()
    datum = gather([datum, doubtful])
    if not section.designates_a_part or section.role == "elevation":
        return Layer(section.name, "raster", None, None, raster, formulas), datum
    outlines, _ = keep_near(polygons_of(raster, window), units, section.name)  # of all columns, some lie far away
    features, repairs = make_valid(outlines, section.name, crs=crs)
    note = entries(
        section.name,
        [] if len(features) else [""],
        "empty",
        Phrase("no cell near the units meets where ({where})", where=section.where),
    )
    return Layer(section.name, "polygons", None, features, raster, formulas), gather([datum, repairs, note])


def read_pins(sources: Sources) -> dict[Keys, Pin]:
    """What each source of a study holds now, to be written into the plan."""
    with sandboxed(None, sources.limits), extracted(sources.with_pins({})) as placed:
        pins = in_sandbox(_read_pins, placed, main_files(placed))
    return {keys: Pin.model_validate(fields) for keys, fields in pins.items()}


def _read_pins(free: Sources) -> dict[Keys, dict[str, object]]:
    pins: dict[Keys, Pin] = {}
    with reading("units"):
        path = _path(free, free.units.source, "units", "units", "source")
        pins["units",] = pin_of(read_unit_features(path, free.units)[0], source_digest(path))
    for position, layer in enumerate(free.layers):
        with reading(layer.name):
            path = _path(free, layer.source, layer.name, "layers", position, "source")
            read = _read_grid if _is_grid(path) else _read_layer_features
            pins["layers", position] = pin_of(read(free, position, path)[0], source_digest(path))
    for position, table in enumerate(free.tables):
        with reading(table.source):
            path = _path(free, table.source, table.source, "tables", position, "source")
            pins["tables", position] = pin_of(_table(free, position)[0], source_digest(path))
    return {keys: pin.model_dump() for keys, pin in pins.items()}


def record_sources(sources: Sources) -> tuple[Source, ...]:
    """Every file and table that a plan names with its sha256, one entry a use, as far as it can be read."""
    with extracted(sources) as placed:
        return tuple(_records(placed))


def _records(sources: Sources) -> Iterator[Source]:
    digests: dict[Path, str] = {}
    for name, source in sources.files:
        with suppress(ZoneplanError, OSError):
            main = sources.locate(source)
            if isinstance(main, Extract):
                yield Source(main.source if name == source else name, main.source, main.sha256)
                continue
            for path in parts_of(main):
                if path.exists():
                    if path not in digests:
                        digests[path] = digest(path)
                    beside = source if path == main else str(Path(source).with_suffix(path.suffix))
                    yield Source(name, beside, digests[path])


def changed_files(read: Iterable[Source], known: Iterable[Source]) -> list[str]:
    """The paths of files that are not, or not as they were read, among those that are known; sorted."""
    digests = {(source.path, source.sha256) for source in known}
    return sorted({source.path for source in read if (source.path, source.sha256) not in digests})


def require_files(sources: Sources, left_out: Collection[str] = ()) -> None:
    """Refuse sources of which a file is missing; all are named at once."""
    on_disk = {source for name, source in sources.files if table_name(source) is None and name not in left_out}
    missing = sorted(source for source in on_disk if not (sources.folder / source).exists())
    if missing:
        raise SourceError(
            Phrase(
                "to run it again, inputs are missing in {place}: {missing}. Say with --study DIR in which folder they "
                "are",
                place=sources.folder,
                missing=phrase_list(missing),
            ),
            code="source_missing",
            features=missing,
        )


def confirm_sources(inputs: Inputs, sources: Sources) -> None:
    """Refuse inputs that have changed since they were read; tables of databases are known by the very rows read."""
    elsewhere = {section.source for _, section in sources.sections if table_name(section.source) is not None}
    on_disk = (
        source for source in inputs.sources if not source.path.startswith(f"{MEMORY}/") and source.path not in elsewhere
    )
    changed = changed_files(on_disk, _records(sources))
    if changed:
        raise SourceError(
            Phrase(
                "{count} input file(s) changed while the plan was being made: {changed}. Wait until nobody writes to "
                "them, and run again.",
                count=len(changed),
                changed=phrase_list(changed),
            ),
            code="changed",
            features=changed,
        )
