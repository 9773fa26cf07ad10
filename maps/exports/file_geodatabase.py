"""The plan as a File Geodatabase for ArcGIS: units, pieces and sites, the same bytes on every run."""

from __future__ import annotations

import errno
import os
import re
import warnings
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.format_limits import GEODATABASE_CHARACTERS, GEODATABASE_TAKEN, GEODATABASE_WORDS
from layers.formats import load_gdal
from layers.numerals import EXACT
from layers.outputs import GEODATABASE, GEODATABASE_MARK, staged
from layers.phrases import Phrase
from maps.errors import WriteError
from maps.exports.geopackage import gdal_option, layers_in_file, names_apart, refusing
from maps.words import localize
from zoning.plan import Plan

ENDING = ".gdb"


def write_geodatabase(plan: Plan, path: str | Path, language: str = "en") -> None:
    """Write units, pieces and sites as a File Geodatabase, a folder that ArcGIS and QGIS open.

    Parameters
    ----------
    plan : Plan
        Just made, or read back from a run folder.
    path : str or Path
        A folder whose name ends in ``.gdb``; an older one that zoneplan wrote is replaced when the new one is whole.
    language : str, optional
        Of the reasons.

    Raises
    ------
    WriteError
        The name ends otherwise, something else stands there, or the disk is full or not writable.

    Notes
    -----
    Layers and columns are those of :func:`write_geopackage`, in the CRS of the units file. Names of columns have
    letters, digits and ``_`` only. Whole numbers that 32 bits do not hold are written as fractions, which every version
    of ArcGIS reads, and as text where a fraction would not be exact. Coordinates keep whole steps of 0.1 mm, or of a
    billionth of a degree.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import geopandas as gpd
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> with TemporaryDirectory() as folder:
    ...     zp.write_geodatabase(plan, Path(folder) / "plan.gdb")
    ...     gpd.list_layers(Path(folder) / "plan.gdb")["name"].tolist()
    ['units', 'pieces', 'sites']
    """
    if Path(path).suffix.lower() != ENDING:
        raise WriteError(Phrase("{path}: the name of a File Geodatabase ends in .gdb", path=path))
    load_gdal("pyogrio")
    from pyogrio import write_dataframe  # noqa: PLC0415  (loaded by load_gdal)

    localized = localize(plan, language)
    rows: dict[str, int] = {}
    numbered = gdal_option("OPENFILEGDB_REPRODUCIBLE_UUID", "YES")  # else identifiers are drawn
    with staged(path, GEODATABASE, inputs=plan.study.source_paths) as stage, refusing(), numbered:
        for layer, frame in layers_in_file(localized):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)  # GDAL's on its pace; all is read again below
                write_dataframe(
                    _in_geodatabase(frame),
                    stage,
                    layer=layer,
                    driver="OpenFileGDB",
                    promote_to_multi=True,
                    append=stage.exists(),
                    DOCUMENTATION=GEODATABASE_MARK,
                )
            rows[layer] = len(frame)
        _require_whole(stage, rows)


def _require_whole(path: Path, rows: Mapping[str, int]) -> None:
    """Look at each file and each feature again: what a full disk did not take, GDAL may say to nobody."""
    from pyogrio import read_bounds  # noqa: PLC0415  (loaded by load_gdal)

    read = {layer: len(read_bounds(path, layer=layer)[0]) for layer in rows}
    if read != rows or any(_said_length(table) != table.stat().st_size for table in path.glob("*.gdbtable")):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _said_length(table: Path) -> int:
    """How long a table of a geodatabase is by its own head."""
    with table.open("rb") as stream:
        return int.from_bytes(stream.read(32)[24:], "little")


def _in_geodatabase(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Features under names, and in types, that a geodatabase can hold."""
    shape = frame.geometry.name
    fields = [name for name in frame.columns if name != shape]
    names = names_apart((_plain_name(str(name)) for name in fields), GEODATABASE_TAKEN)
    columns = {name: _plain_numbers(frame[column]) for name, column in zip(names, fields, strict=True)}
    return gpd.GeoDataFrame(
        pd.DataFrame(columns, index=frame.index), geometry=frame.geometry.array, crs=frame.crs
    ).reset_index(drop=True)


def _plain_name(name: str) -> str:
    """The name of a column as a geodatabase takes it.

    Examples
    --------
    >>> [_plain_name(one) for one in ("quota_land", "share (%)", "2020 people", "Order", "人口")]
    ['quota_land', 'share____', '_2020_people', 'Order_', '人口']
    """
    plain = re.sub(r"\W", "_", name)[:GEODATABASE_CHARACTERS]
    plain = f"_{plain}" if plain[:1].isdigit() else plain
    return f"{plain}_" if plain.casefold() in GEODATABASE_WORDS else plain


def _plain_numbers(column: pd.Series) -> pd.Series:
    if not pd.api.types.is_integer_dtype(column):
        return column
    most = column.abs().max() if column.notna().any() else 0
    if most < np.iinfo(np.int32).max:
        return column.astype("Int32" if column.isna().any() else "int32")
    return column.astype("float64") if most <= EXACT else column.astype("string").astype(object)
