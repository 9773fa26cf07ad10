"""Further columns for the units, joined by id as text; a row or a unit without partner is in the ledger."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd

from layers.errors import Attempts, SourceError, UnknownNameError, ZoneplanError, shown
from layers.formats.archived import unpacked
from layers.formats.feature_records import frame_of, number_notes, read_records
from layers.formats.gdal_drivers import TABLES
from layers.ledger import entries, gather
from layers.numerals import DecimalSign
from layers.phrases import Phrase, Reworded, phrase_list

_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
_LOOKALIKES = str.maketrans("авекмнорстухѕіјһԁԛԝαβεζηικμνορτυχ", "abekmhopctyxsijhdqwabezhikmvoptyx")
"""Small Cyrillic and Greek letters, and the Latin ones for which they, or their capitals, are taken."""
_SHOWN = 5


def canonical(text: str) -> str:
    r"""An id as it is meant: NFKC, without blanks around it and without what nobody sees.

    Examples
    --------
    >>> canonical("\ufeff \uff10\uff14013\u200b ")
    '04013'
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    seen = "".join(character for character in text if unicodedata.category(character) not in _INVISIBLE)
    return unicodedata.normalize("NFKC", seen).strip()


def alike_ids(ids: Iterable[str]) -> list[list[str]]:
    """Ids that say the same in different characters, together; they are unique as they stand.

    Examples
    --------
    >>> alike_ids(["a1", "a1 ", "b2"])
    [['a1', 'a1 ']]
    """
    return [each for each in _by(canonical, ids).values() if len(each) > 1]


def settle_ids(table: pd.DataFrame, ids: pd.Index, name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A table with the ids of units where its own say the same in other characters."""
    strangers = table.index[~table.index.isin(ids)]
    if strangers.empty:
        return table, entries(name, [], "spelling", "")
    free = ids[~ids.isin(table.index)]
    units = _by(canonical, ids)
    meant = {stranger: units[canonical(stranger)] for stranger in strangers if canonical(stranger) in units}
    taken = _by(lambda spelling: meant.get(spelling, [spelling])[0], [*meant, *table.index[table.index.isin(ids)]])
    twice = [spellings for spellings in taken.values() if len(spellings) > 1]
    if twice or any(len(unit) > 1 for unit in meant.values()):
        pairs = twice or [[stranger, *unit] for stranger, unit in meant.items() if len(unit) > 1]
        raise SourceError(
            Phrase(
                "table '{table}': {count} id(s) are written in several ways: {ids}. They differ in what nobody sees, "
                "such as blanks or full-width digits: keep one row for each unit.",
                table=name,
                count=len(pairs),
                ids=phrase_list(" / ".join(map(ascii, pair)) for pair in pairs[:_SHOWN]),
            ),
            code="id_duplicate",
            layer=name,
            features=[spelling for pair in pairs for spelling in pair],
        )
    renamed = {stranger: unit[0] for stranger, unit in meant.items()}
    _refuse_near(
        [stranger for stranger in strangers if stranger not in renamed],
        free.difference([*renamed.values()]),
        len(table),
        name,
    )
    actions = [
        Phrase("read as '{unit}': the file has {written}", unit=unit, written=ascii(stranger))
        for stranger, unit in renamed.items()
    ]
    note = entries(name, renamed.values(), "spelling", actions)
    return table.rename(index=renamed), note


def _refuse_near(strangers: Iterable[str], free: pd.Index, rows: int, name: str) -> None:
    """Refuse ids that are nearly those of units without a row, unless it is all of them: then the column is another."""
    units = _by(_loosely, free)
    near = {stranger: units[_loosely(stranger)] for stranger in strangers if _loosely(stranger) in units}
    if not near or len(near) == rows:
        return
    listed = [
        Phrase("'{id}' (unit {units})", id=stranger, units=phrase_list(map(repr, units)))
        for stranger, units in [*near.items()][:_SHOWN]
    ]
    raise SourceError(
        Phrase(
            "table '{table}': {count} id(s) are no unit's, but nearly: {ids}. Write them as the units do. Spreadsheets "
            "take codes for numbers and leave out zeros in front: import that column as text. A letter may be of "
            "another alphabet.",
            table=name,
            count=len(near),
            ids=phrase_list(listed),
        ),
        code="id_near",
        layer=name,
        features=list(near),
    )


def _loosely(text: str) -> str:
    """An id without what gets lost or mistaken: alphabet, capital letters, zeros in front, ``.0`` behind."""
    return canonical(text).casefold().translate(_LOOKALIKES).removesuffix(".0").lstrip("0")


def _by(key: Callable[[str], str], ids: Iterable[str]) -> Mapping[str, list[str]]:
    groups = defaultdict(list)
    for identifier in ids:
        groups[key(identifier)].append(identifier)
    return groups


def read_table(
    path: Path,
    name: str,
    id: str,  # noqa: A002  (the plan's own word)
    *,
    layer: str | None = None,
    encoding: str | None = None,
    decimal: DecimalSign | None = None,
    separator: str | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A table with text ids, and what the ledger has to say of it."""
    refused = Attempts()
    try:
        with unpacked(path, name, TABLES) as (inside, file_format):
            records = read_records(inside, file_format, name, layer, encoding, decimal=decimal, separator=separator)
        frame = refused.attempt(frame_of, records, [id], name)
        if frame is None:
            refused.stop()
    except ZoneplanError as error:  # files of layers and tables are read alike, and told as a layer's
        _reword(error.parts, name)
        raise
    _reword(refused.errors, name)
    if frame.empty:
        raise SourceError(
            Phrase(
                "table '{table}': {file} has no rows. Leave the table out of the plan, or export it anew.",
                table=name,
                file=path.name,
            ),
            code="no_rows",
            layer=name,
        )
    empty = [row for row, missing in zip(frame.index, frame[id].isna(), strict=True) if missing]
    if empty:
        refused.errors.append(
            SourceError(
                Phrase(
                    "table '{table}': {count} row(s) have no id in column '{column}': rows {ids}.",
                    table=name,
                    count=len(empty),
                    column=id,
                    ids=shown(empty),
                ),
                code="id_missing",
                layer=name,
                features=empty,
            )
        )
        frame = frame.drop(index=empty)
    twice = sorted(set(frame[id][frame[id].duplicated()]))
    if twice:
        refused.errors.append(
            SourceError(
                Phrase(
                    "table '{table}': {count} id(s) of column '{column}' stand more than once: {ids}. Keep one row for "
                    "each unit.",
                    table=name,
                    count=len(twice),
                    column=id,
                    ids=shown(twice),
                ),
                code="id_duplicate",
                layer=name,
                features=twice,
            )
        )
        frame = frame[~frame[id].duplicated()]
    refused.finish(rest=(frame.set_index(id), records.ledger) if len(frame) else None)
    return frame.set_index(id), gather([records.ledger, number_notes(records, [id], name)])


def _reword(errors: Iterable[ZoneplanError], name: str) -> None:
    """Tell of a table what is told of a layer."""
    for error in errors:
        rewording = Phrase("layer '{layer}'", layer=name), Phrase("table '{table}'", table=name)
        error.args = (Reworded(error.said, *rewording),)


def join_table(
    units: gpd.GeoDataFrame, table: pd.DataFrame, name: str, origins: Mapping[str, str]
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """The units with the columns of a table.

    Examples
    --------
    >>> from shapely import Point
    >>> units = gpd.GeoDataFrame({"pop": [1, 2]}, index=["01", "02"], geometry=[Point(0, 0).buffer(1)] * 2)
    >>> joined, ledger = join_table(units, pd.DataFrame({"gdp": [5]}, index=["01"]), "gdp.csv", {"pop": "units"})
    >>> joined["gdp"].tolist(), ledger["feature"].tolist()
    ([5.0, nan], ['02'])
    """
    taken = [column for column in table.columns if column in units.columns or column == units.index.name]
    refused = Attempts()
    if taken:
        origin = origins.get(taken[0], "units")
        refused.errors.append(
            UnknownNameError(
                Phrase(
                    "table '{table}': the name '{name}' is provided twice, by {origin} and by {table}{more}. Rename or "
                    "leave out one of the columns.",
                    table=name,
                    name=taken[0],
                    origin=origin,
                    more=Phrase(" (and {count} more such names)", count=len(taken) - 1) if len(taken) > 1 else "",
                ),
                code="two_sources",
                layer=name,
            )
        )
    ids = units.index.astype(str)
    table, spelt = refused.attempt(settle_ids, table, ids, name) or (table, entries(name, [], "spelling", ""))
    known = table.index.isin(ids)
    if not known.any() and not any(error.layer == name and error.code != "two_sources" for error in refused.errors):
        refused.errors.append(
            SourceError(
                Phrase(
                    "table '{table}': none of its {count} ids is the id of a unit. Its ids look like {ids_of_table} "
                    "({width_of_table}), "
                    "those of the units like {ids} ({width}). Leading zeros may have been lost in a spreadsheet, or "
                    "'id' names another column.",
                    table=name,
                    count=len(table),
                    ids_of_table=shown(table.index),
                    width_of_table=_widths(table.index),
                    ids=shown(ids),
                    width=_widths(ids),
                ),
                code="id_unmatched",
                layer=name,
                features=table.index,
            )
        )
    refused.finish()
    without = ids[~ids.isin(table.index)]
    note = gather(
        [
            spelt,
            entries(name, table.index[~known], "unmatched", Phrase("left out: no unit has this id")),
            entries(name, without, "unmatched", Phrase("the unit has no row here: its values are missing")),
        ]
    )
    truths = {} if without.empty else dict.fromkeys(table.select_dtypes("bool").columns, "boolean")
    reindexed = table.astype(truths).reindex(ids)  # a boolean with a missing value would become an object
    reindexed.index = units.index
    return units.join(reindexed), note


def _widths(ids: pd.Index) -> str:
    widths = sorted({len(str(identifier)) for identifier in ids})
    if len(widths) == 1:
        return Phrase("{width} characters", width=widths[0])
    return Phrase("{least} to {most} characters", least=widths[0], most=widths[-1])
