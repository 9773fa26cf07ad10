"""Further columns for the units, joined by id as text; a row or a unit without partner is in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd

from layers.errors import SourceError, UnknownNameError, ZoneplanError, shown
from layers.formats.feature_records import frame_of, read_records
from layers.formats.gdal_drivers import TABLES, format_of
from layers.ledger import entries, gather


def read_table(
    path: Path,
    name: str,
    id: str,  # noqa: A002  (the plan's own word)
    *,
    layer: str | None = None,
    encoding: str | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A table with text ids, and what the ledger has to say of it.

    Parameters
    ----------
    path : Path
        CSV, GeoPackage or Parquet.
    name : str
        How the table is called in messages and the ledger: its file.
    id : str
        Column with the units' ids.
    layer, encoding : str, optional
        The layer inside a GeoPackage; the encoding of a CSV.

    Returns
    -------
    table : DataFrame
        Index: id (text, unique); the other columns.
    ledger : DataFrame

    Raises
    ------
    SourceError
        The file or column is missing or damaged, there are no rows, an id is empty or stands twice.
    """
    try:
        records = read_records(path, format_of(path, name, TABLES), name, layer, encoding)
        frame = frame_of(records, [id], name)
    except ZoneplanError as error:  # files of layers and tables are read alike, and told as a layer's
        error.args = (str(error).replace(f"layer '{name}'", f"table '{name}'", 1),)
        raise
    if frame.empty:
        raise SourceError(
            f"table '{name}': {path.name} has no rows. Leave the table out of the plan, or export it anew.",
            code="no_rows",
            layer=name,
        )
    empty = [row for row, missing in zip(frame.index, frame[id].isna(), strict=True) if missing]
    if empty:
        raise SourceError(
            f"table '{name}': {len(empty)} row(s) have no id in column '{id}': rows {shown(empty)}.",
            code="id_missing",
            layer=name,
            features=empty,
        )
    twice = sorted(set(frame[id][frame[id].duplicated()]))
    if twice:
        raise SourceError(
            f"table '{name}': {len(twice)} id(s) of column '{id}' stand more than once: {shown(twice)}. Keep one row "
            f"for each unit.",
            code="id_duplicate",
            layer=name,
            features=twice,
        )
    return frame.set_index(id), records.ledger


def join_table(
    units: gpd.GeoDataFrame, table: pd.DataFrame, name: str, origins: Mapping[str, str]
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """The units with the columns of a table.

    Parameters
    ----------
    units : GeoDataFrame
        Index: unit id (text).
    table : DataFrame
        Index: unit id (text, unique).
    name : str
        Of the table, for messages and the ledger.
    origins : mapping of str to str
        For each column of the units, where it came from.

    Returns
    -------
    units : GeoDataFrame
        Same index and order; a unit without a row has no values.
    ledger : DataFrame
        "unmatched": a row of the table without unit, a unit without row.

    Raises
    ------
    UnknownNameError
        A column's name is taken: two sources for one name.
    SourceError
        No id of the table is an id of a unit.

    Examples
    --------
    >>> from shapely import Point
    >>> units = gpd.GeoDataFrame({"pop": [1, 2]}, index=["01", "02"], geometry=[Point(0, 0).buffer(1)] * 2)
    >>> joined, ledger = join_table(units, pd.DataFrame({"gdp": [5]}, index=["01"]), "gdp.csv", {"pop": "units"})
    >>> joined["gdp"].tolist(), ledger["feature"].tolist()
    ([5.0, nan], ['02'])
    """
    taken = [column for column in table.columns if column in units.columns or column == units.index.name]
    if taken:
        origin = origins.get(taken[0], "units")
        raise UnknownNameError(
            f"table '{name}': the name '{taken[0]}' is provided twice, by {origin} and by {name}"
            f"{f' (and {len(taken) - 1} more such names)' if len(taken) > 1 else ''}. Rename or leave out one of the "
            f"columns.",
            code="two_sources",
            layer=name,
        )
    ids = units.index.astype(str)
    known = table.index.isin(ids)
    if not known.any():
        raise SourceError(
            f"table '{name}': none of its {len(table)} ids is the id of a unit. Its ids look like {shown(table.index)} "
            f"({_widths(table.index)}), those of the units like {shown(ids)} ({_widths(ids)}). Leading zeros may have "
            f"been lost in a spreadsheet, or 'id' names another column.",
            code="id_unmatched",
            layer=name,
            features=table.index,
        )
    without = ids[~ids.isin(table.index)]
    note = gather(
        [
            entries(name, table.index[~known], "unmatched", "left out: no unit has this id"),
            entries(name, without, "unmatched", "the unit has no row here: its values are missing"),
        ]
    )
    truths = {} if without.empty else dict.fromkeys(table.select_dtypes("bool").columns, "boolean")
    found = table.astype(truths).reindex(ids)  # a boolean with a missing value would become an object
    found.index = units.index
    return units.join(found), note


def _widths(ids: pd.Index) -> str:
    widths = sorted({len(str(one)) for one in ids})
    span = f"{widths[0]}" if len(widths) == 1 else f"{widths[0]} to {widths[-1]}"
    return f"{span} characters"
