"""Units: the planning units, each with an id, a name, its jurisdictions, its own columns and its hectares."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from layers.crs import refuse_degrees
from layers.errors import Attempts, GeometryError, SourceError, UnknownNameError, raise_all, shown
from layers.formats import alike_ids, read_features
from layers.geometry import drop_empty, keep_kind, kind_of, make_valid, note_gaps, only_kind, settle_overlaps
from layers.ledger import entries, gather
from layers.parallel import in_threads
from layers.phrases import Phrase, phrase_list, word
from layers.read.pins import hold_to_pin
from layers.sources import UnitsSection

# Names that zoneplan gives to every unit; ``name`` and ``jurisdiction`` may be the file's own where they mean the same.
RESERVED = ("unit_id", "area_ha", "name", "jurisdiction")


def read_units(path: Path, section: UnitsSection) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """The units as the file has them, with the columns that every unit has."""
    refused = Attempts()
    read = refused.attempt(read_unit_features, path, section)
    if read is None:
        refused.stop()
    features, note = read
    for check in (_refuse_duplicates, _refuse_alike):
        refused.attempt(check, features.index, section)
    full, empties = refused.attempt(_drawn, features, section) or (features.iloc[:0], gather([]))
    whole, parts = keep_kind(full, "units")
    refused.attempt(_refuse_other_kinds, whole, path.name)
    placed = refused.attempt(refuse_degrees, only_kind(whole, "polygons"), "units")
    refused.attempt(jurisdiction_names, whole, section)
    named = refused.attempt(_named, whole, section, path.name)
    if named is None or placed is None:  # no layer can be held to units that lie somewhere else
        refused.stop()
    ledger = gather([note, empties, parts, _unsaid(whole, section)])
    if refused.errors:
        sound = only_kind(named[~named.index.duplicated()], "polygons")
        refused.finish(rest=(sound, ledger) if len(sound) else None)
    return named, ledger


def _refuse_duplicates(ids: pd.Index, section: UnitsSection) -> None:
    twice = sorted(set(ids[ids.duplicated()]))
    if twice:
        raise SourceError(
            Phrase(
                "layer 'units': {count} id(s) of column '{column}' stand more than once: {ids}. Each unit needs an "
                "id of its own; dissolve the parts of one unit, or name another column as id.",
                count=len(twice),
                column=section.id,
                ids=shown(twice),
            ),
            code="id_duplicate",
            layer="units",
            features=twice,
        )


def _refuse_alike(ids: pd.Index, section: UnitsSection) -> None:
    alike = alike_ids(ids.unique())
    if alike:
        raise SourceError(
            Phrase(
                "layer 'units': ids of column '{column}' differ only in what nobody sees, such as blanks or full-width "
                "digits: {ids}. Give each unit an id of its own.",
                column=section.id,
                ids=phrase_list(" / ".join(map(ascii, each)) for each in alike[:5]),
            ),
            code="id_duplicate",
            layer="units",
            features=[unit_id for each in alike for unit_id in each],
        )


def _drawn(features: gpd.GeoDataFrame, section: UnitsSection) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """The units that have a geometry; refused where some have none and the plan does not say empty = "drop"."""
    full, empties = drop_empty(features, "units")
    if len(empties) and section.empty == "error":
        error = GeometryError(
            Phrase(
                "layer 'units': {count} unit(s) have no geometry: {ids}. Draw them, or say empty = \"drop\" in "
                "[units] to plan without them.",
                count=len(empties),
                ids=shown(empties["feature"]),
            ),
            code="empty",
            layer="units",
            features=empties["feature"],
        )
        raise_all([error], rest=(full, empties))
    return full, empties


def _refuse_other_kinds(units: gpd.GeoDataFrame, file: str) -> None:
    kind = kind_of(units, "units") if len(units) else "polygons"
    if kind != "polygons":
        raise GeometryError(
            Phrase("layer 'units': units are polygons, but {file} holds {kind}.", file=file, kind=word(kind)),
            layer="units",
            code="kind",
        )


def read_unit_features(path: Path, section: UnitsSection) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """All features of the units' file as they stand there, see :func:`layers.formats.read_features`."""
    names = section.names.values() or [section.name]
    places = [column for columns in section.level_names.values() for column in columns.values()]
    texts = [section.id, *section.levels, *places, *filter(None, (*names, section.part_of))]
    return hold_to_pin(
        section.pin,
        path,
        "units",
        lambda: read_features(
            path,
            "units",
            layer=section.layer,
            id=section.id,
            texts=texts,
            crs=section.crs,
            override_crs=section.override_crs,
            encoding=section.encoding,
        ),
        "units",
    )


def jurisdiction_names(units: pd.DataFrame, section: UnitsSection) -> dict[str, str | dict[str, str]]:
    """What each jurisdiction is called where the plan says which columns have their names.

    Examples
    --------
    >>> units = pd.DataFrame({"state": ["AZ", "AZ", "UT"], "long": ["Arizona", "Arizona", "Utah"]})
    >>> section = UnitsSection(source="u.gpkg", id="code", jurisdiction="state", jurisdiction_name="long")
    >>> jurisdiction_names(units, section)
    {'AZ': 'Arizona', 'UT': 'Utah'}
    """
    names_by_code: dict[str, dict[str, str]] = {}
    two_names = []
    for level, columns in section.level_names.items():
        for language, column in columns.items():
            pairs = units.loc[~_blank(units[level]) & ~_blank(units[column]), [level, column]].drop_duplicates()
            for code, name in pairs.set_axis(["code", "name"], axis=1).astype("str").itertuples(index=False):
                before = names_by_code.setdefault(code, {}).setdefault(language, name)
                if before != name:
                    two_names.append(
                        SourceError(
                            Phrase(
                                "layer 'units': column '{column}' calls jurisdiction '{code}' both '{first}' and "
                                "'{second}'. Give it one name, or two jurisdictions a code each.",
                                column=column,
                                code=code,
                                first=before,
                                second=name,
                            ),
                            code="two_names",
                            layer="units",
                        )
                    )
    raise_all(two_names)
    return {code: names.get("", names) for code, names in names_by_code.items()}


def _blank(texts: pd.Series) -> pd.Series:
    """Where a column of texts says nothing."""
    blank: pd.Series = texts.astype("str").fillna("").str.strip() == ""
    return blank


def _unsaid(features: gpd.GeoDataFrame, section: UnitsSection) -> pd.DataFrame:
    """What the ledger has to say of units without a name or a jurisdiction."""
    called = Phrase("its name in another language, or its id") if len(section.names) > 1 else Phrase("its id")
    names = section.names.values() or [section.name_column]
    done = {
        name: ("name", Phrase("column '{column}' is empty: the unit is called by {called}", column=name, called=called))
        for name in names
    }
    done |= {
        level: ("jurisdiction", Phrase("column '{column}' is empty: the unit is in none", column=level))
        for level in section.levels
    }
    there = [column for column in done if column in features.columns]
    return gather(entries("units", features.index[_blank(features[column])], *done[column]) for column in there)


def _named(features: gpd.GeoDataFrame, section: UnitsSection, file: str) -> gpd.GeoDataFrame:
    """The units with ``name`` and ``jurisdiction`` in front of the file's own columns."""
    lowest = section.levels[-1] if section.levels else None
    source_columns = {"unit_id": section.id, "area_ha": None, "name": section.name_column, "jurisdiction": lowest}
    clashes = [name for name in RESERVED if name in features.columns and source_columns[name] != name]
    if clashes:
        errors = (
            UnknownNameError(
                Phrase(
                    "layer 'units': {file} has a column '{column}', but zoneplan gives every unit one of that name: "
                    "two sources for one name. Rename the column in the file.",
                    file=file,
                    column=column,
                ),
                code="two_sources",
                layer="units",
            )
            for column in clashes
        )
        raise_all(errors, rest=_named(features.drop(columns=clashes), section, file))
    ids = features.index.rename("unit_id")
    columns = features.drop(columns=["unit_id"], errors="ignore").set_axis(ids)
    for level in section.levels:
        columns[level] = columns[level].fillna("")
    front = {
        "name": _called(columns, section),
        "jurisdiction": columns[lowest] if lowest else pd.Series("", index=ids, dtype="str"),
    }
    rest = columns.drop(columns=["name", "jurisdiction"], errors="ignore")
    return gpd.GeoDataFrame(
        pd.concat([pd.DataFrame(front), rest], axis=1), geometry="geometry", crs=features.crs
    ).sort_index()


def _called(columns: gpd.GeoDataFrame, section: UnitsSection) -> pd.Series:
    """What each unit is called in tables: by the first column of names that says something, else by its id."""
    named = pd.Series(pd.NA, index=columns.index, dtype="str")
    for name in (section.name_column, *section.names.values()):
        if name in columns.columns:
            texts = columns[name].astype("str")
            named = named.mask(_blank(named), texts.mask(_blank(texts)))
    return named.fillna(pd.Series(columns.index, index=columns.index, dtype="str"))


def settle_units(
    units: gpd.GeoDataFrame, crs: CRS, section: UnitsSection, workers: int = 1
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, bool]:
    """The units in the working CRS, valid, without overlap, each with its area."""
    refused = Attempts()
    made = refused.attempt(partial(make_valid, crs=crs, max_share=section.max_repair_share, each=True), units, "units")
    if made is None or made[0].empty:
        refused.stop()
    valid, repairs = made
    wrong = [unit for error in refused.errors for unit in error.ids]
    sound = valid[~valid.index.astype(str).isin(wrong)] if wrong else valid
    tiled, union = _coverage(np.asarray(sound.geometry.array), workers)
    settled, overlaps = valid, gather([])
    if not tiled:
        settled, overlaps = refused.attempt(settle_overlaps, sound, section.max_overlap_ha) or (valid, overlaps)
    if refused.errors:  # layers are looked for where all units lie
        refused.finish(rest=(valid.assign(area_ha=valid.area / 1e4), gather([repairs, overlaps]), False))
    return settled.assign(area_ha=settled.area / 1e4), gather([repairs, overlaps, note_gaps(settled, union)]), tiled


def _coverage(shapes: npt.NDArray[Any], workers: int) -> tuple[bool, Any]:
    """Whether polygons are a valid coverage, and then their union; several workers unite them while that is asked."""
    if workers == 1:
        tiled = bool(shapely.coverage_is_valid(shapes))
        return tiled, _united(shapes) if tiled else None
    shapely.bounds(shapes)  # GEOS notes them at the first call, where no two threads may meet
    calls: list[Callable[[], Any]] = [partial(shapely.coverage_is_valid, shapes), partial(_united, shapes)]
    tiled, union = in_threads(calls, workers)
    return bool(tiled), union if tiled else None


def _united(shapes: npt.NDArray[Any]) -> Any:
    """The union of a coverage; None of what GEOS finds to be none."""
    try:
        return shapely.coverage_union_all(shapes)
    except shapely.GEOSException:
        return None
