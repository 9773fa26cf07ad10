"""The plan for desktop GIS, for spreadsheets and for data tools, the same bytes on every run."""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, time
from decimal import Decimal
from functools import partial
from io import BytesIO
from numbers import Real
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from layers.crs import way_between
from layers.formats import limit_drivers
from maps.exports.qml_styles import piece_style, site_style, unit_style
from maps.locale import report_words
from maps.reports import list_units
from zoning.plan import Plan

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

SHEETS = (
    "zones", "quotas", "solutions", "quota_rules", "sitings", "sites", "policies", "lines", "measures", "claims",
    "conflicts", "energy", "flows", "positions", "industries", "ledger",
)  # fmt: skip
LIST = "list"
"""The last sheet: the units by main function, its titles in words."""
SHEET_ROWS = 1_048_575
"""Rows that a sheet holds below its header."""
CELL_CHARACTERS = 32_767
_TEXT_FORMAT = 255
"""Older spreadsheets show longer texts of the text format as ####."""

_ROWS_PROJECTED = 256
_GEOMETRY = "geom"
_TAKEN = ("fid", _GEOMETRY)
"""Columns that a GeoPackage has of itself."""
_STYLES = """CREATE TABLE layer_styles (
 id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
 f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
 useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME)"""
_NO_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")


def write_geopackage(plan: Plan, path: str | Path) -> None:
    """Write units and pieces as a GeoPackage that QGIS opens in colour.

    Parameters
    ----------
    plan : Plan
        Just made, or read back from a run folder.
    path : str or Path
        Replaced where it exists.

    Raises
    ------
    OSError
        The disk is full or not writable.

    Notes
    -----
    Layers in the CRS of the units file. ``units``: the columns of the units, their zones, and ``quota_<name>`` for the
    amount of each quota. ``pieces``: as in the plan. ``sites``, where quotas take land: one feature a patch. A column
    of the user's own that has the name of another one, whatever the case of its letters, gets ``_2`` at its end. The
    date inside the file is that of the study, so that the bytes depend on the plan alone.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import geopandas as gpd
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> with TemporaryDirectory() as folder:
    ...     zp.write_geopackage(plan, Path(folder) / "plan.gpkg")
    ...     gpd.list_layers(Path(folder) / "plan.gpkg")["name"].tolist()
    ['units', 'pieces', 'sites', 'layer_styles']
    """
    path = Path(path)
    limit_drivers()
    from pyogrio import write_dataframe  # noqa: PLC0415  (loaded after the drivers are limited)

    path.unlink(missing_ok=True)
    stamp = f"{plan.study.study.date.isoformat()}T00:00:00.000Z"
    with _refusing(path), _dated(stamp):
        write = partial(write_dataframe, path=path, driver="GPKG", promote_to_multi=True, GEOMETRY_NAME=_GEOMETRY)
        write(_as_file(_units(plan), plan.own_crs), layer="units")
        write(_as_file(plan.pieces.reset_index(), plan.own_crs), layer="pieces")
        if len(plan.sites):
            write(_as_file(plan.sites, plan.own_crs), layer="sites")
    styles = (
        ("units", "Main functions and overlays", unit_style(plan)),
        ("pieces", "Control lines", piece_style(plan)),
        *([("sites", "Land that quotas take", site_style(plan))] if len(plan.sites) else []),
    )
    with _refusing(path), closing(sqlite3.connect(path)) as store, store:
        store.execute(_STYLES)
        store.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change) VALUES (?, ?, ?, ?)",
            ("layer_styles", "attributes", "layer_styles", stamp),
        )
        for layer, name, style in styles:
            row = ("", "", layer, _GEOMETRY, name, style, "", 1, "", "", None, stamp)
            store.execute(f"INSERT INTO layer_styles VALUES (NULL{', ?' * len(row)})", row)  # noqa: S608  (no data in it)


def write_geoparquet(frame: gpd.GeoDataFrame, path: str | Path) -> None:
    """Write units or pieces as GeoParquet 1.1 with a bounding box a row, in the CRS that they have.

    Parameters
    ----------
    frame : GeoDataFrame
        The index becomes the first column.
    path : str or Path
        Replaced where it exists.

    Raises
    ------
    OSError
        The disk is full or not writable.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> from shapely import box
    >>> import zoneplan as zp
    >>> index = pd.Index(["a"], name="unit_id")
    >>> units = gpd.GeoDataFrame({"people": [7]}, geometry=[box(0, 0, 200, 100)], index=index, crs="EPSG:3035")
    >>> with TemporaryDirectory() as folder:
    ...     zp.write_geoparquet(units, Path(folder) / "units.parquet")
    ...     gpd.read_parquet(Path(folder) / "units.parquet")[["unit_id", "people"]]
      unit_id  people
    0       a       7
    """
    boxed = "bbox" not in frame.columns  # a column of the user's own of this name stays his
    frame.reset_index().to_parquet(
        path, index=False, compression="zstd", write_covering_bbox=boxed, schema_version="1.1.0"
    )


def write_workbook(plan: Plan, path: str | Path) -> None:
    """Write the tables of a plan as a workbook, one sheet a table, and the list of units by main function.

    Parameters
    ----------
    plan : Plan
        Just made, or read back from a run folder.
    path : str or Path
        Replaced where it exists.

    Raises
    ------
    OSError
        The disk is full or not writable.

    Notes
    -----
    Headers stay in view and have filters. Texts are written as texts: no id loses a zero, and none becomes a formula or
    a link. A table with more rows than a sheet holds goes on in ``<name> (2)``; a text that is longer than a cell holds
    ends with an ellipsis.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> with TemporaryDirectory() as folder:
    ...     zp.write_workbook(plan, Path(folder) / "plan.xlsx")
    ...     [file.name for file in Path(folder).iterdir()]
    ['plan.xlsx']
    """
    path = Path(path)
    import xlsxwriter  # noqa: PLC0415  (a map or a GeoPackage needs none)
    from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415

    packed = BytesIO()
    with (
        _refusing(path, FileCreateError),
        TemporaryDirectory() as folder,  # rows wait there, so that memory does not grow with them
        xlsxwriter.Workbook(packed, {"constant_memory": True, "tmpdir": folder}) as book,
    ):
        book.use_zip64()
        created = datetime.combine(plan.study.study.date, time.min)
        book.set_properties({"title": _legible(plan.study.study.name), "created": created})
        for name in (*SHEETS, LIST):
            rows = list_units(plan) if name == LIST else getattr(plan, name)
            rows = _with_seen(rows, plan) if name == "policies" else rows
            rows = rows if "unit_id" in rows.columns or rows.index.name != "unit_id" else rows.reset_index()
            for part, start in enumerate(range(0, max(len(rows), 1), SHEET_ROWS), start=1):
                sheet = book.add_worksheet(name if part == 1 else f"{name} ({part})")
                _fill_sheet(book, sheet, rows.iloc[start : start + SHEET_ROWS])
    path.write_bytes(packed.getvalue())


def _with_seen(policies: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Policies with a column that says of which clauses nobody has seen the text."""
    seen = {policy.id for policy in plan.rulebook.policies if policy.verified}
    unseen = report_words(plan.language)["unseen"]
    words = ["" if policy in seen else unseen for policy in policies["policy"]]
    return policies.assign(text=words)


def _units(plan: Plan) -> gpd.GeoDataFrame:
    """Units with their zones and amounts, what the house says first."""
    zones = plan.zones.set_index("unit_id")[["main", "overlays", "status", "rule", "reason"]]
    rows = plan.quotas[plan.quotas["unit_id"].isin(plan.units.index)]
    amounts = rows.assign(amount=rows["amount"].astype(float)).pivot_table("amount", "unit_id", "quota", observed=True)
    said = zones.join(amounts.add_prefix("quota_")).reindex(plan.units.index)
    first = plan.units[["name", "jurisdiction", "area_ha"]].join(said)
    own = plan.units.drop(columns=["name", "jurisdiction", "area_ha"])
    own = own.set_axis(_apart(own.columns, (*first.columns, own.index.name), keep=own.geometry.name), axis=1)
    return gpd.GeoDataFrame(
        pd.concat([first, own], axis=1), geometry=own.geometry.name, crs=plan.units.crs
    ).reset_index()


def _as_file(frame: gpd.GeoDataFrame, crs: str) -> gpd.GeoDataFrame:
    """Features in the CRS of the units file, under names that a GeoPackage can hold."""
    named = frame.set_axis(_apart(frame.columns, (), keep=frame.geometry.name), axis=1)
    own = CRS.from_user_input(crs)
    if own == frame.crs:
        return named
    way, shapes = way_between(frame.crs, own), np.asarray(frame.geometry.array).copy()
    for start in range(0, len(shapes), _ROWS_PROJECTED):  # a few at a time: their coordinates are held four times
        few = slice(start, start + _ROWS_PROJECTED)
        shapes[few] = shapely.transform(shapes[few], lambda xy: np.column_stack(way.transform(*xy.T)))
    return named.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=own, name=frame.geometry.name))


def _apart(names: Iterable[str], taken: Iterable[str], keep: str) -> list[str]:
    """Names that differ from those taken and from each other, whatever the case of their letters."""
    seen, found = {name.casefold() for name in (*taken, *_TAKEN)}, []
    for name in names:
        free, number = name, 2
        while free.casefold() in seen and name != keep:
            free, number = f"{name}_{number}", number + 1
        seen.add(free.casefold())
        found.append(free)
    return found


@contextmanager
def _dated(stamp: str) -> Iterator[None]:
    """Let GDAL write a date of ours instead of the clock's."""
    from pyogrio import get_gdal_config_option, set_gdal_config_options  # noqa: PLC0415  (as above)

    before = get_gdal_config_option("OGR_CURRENT_DATE")
    set_gdal_config_options({"OGR_CURRENT_DATE": stamp})
    try:
        yield
    finally:
        set_gdal_config_options({"OGR_CURRENT_DATE": before})


@contextmanager
def _refusing(path: Path, *also: type[Exception]) -> Iterator[None]:
    """Trouble with the disk as OSError, whatever the writer makes of it."""
    limit_drivers()
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError  # noqa: PLC0415  (as above)

    try:
        yield
    except (DataSourceError, DataLayerError, FeatureError, sqlite3.Error, *also) as error:
        raise OSError(f"{path}: cannot write: {error}") from error


def _fill_sheet(book: Workbook, sheet: Worksheet, rows: pd.DataFrame) -> None:
    """One table: header, filters, widths and cells."""
    from xlsxwriter.utility import xl_rowcol_to_cell  # noqa: PLC0415  (as above)

    bold, text = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "@"})
    columns = [rows[name].astype(object).where(rows[name].notna(), None).tolist() for name in rows.columns]
    for place, (name, cells) in enumerate(zip(rows.columns, columns, strict=True)):
        lengths = [len(str(cell)) for cell in cells if cell is not None]
        longest = max(lengths, default=0)
        texts = any(isinstance(cell, str) for cell in cells) and longest <= _TEXT_FORMAT
        sheet.set_column(place, place, min(max(longest, len(name) + 3, 8), 60), text if texts else None)
        sheet.write_string(0, place, _legible(name), bold)
    sheet.freeze_panes(1, 0)
    if columns:
        sheet.autofilter(0, 0, len(rows), len(columns) - 1)
        sheet.ignore_errors({"number_stored_as_text": f"A1:{xl_rowcol_to_cell(len(rows), len(columns) - 1)}"})
    for number, row in enumerate(zip(*columns, strict=True), start=1):
        for place, cell in enumerate(row):
            _fill_cell(sheet, number, place, cell)


def _fill_cell(sheet: Worksheet, row: int, column: int, cell: object) -> None:
    if cell is None:
        return
    if isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif isinstance(cell, Real | Decimal) and math.isfinite(cell):
        sheet.write_number(row, column, cell)
    else:
        sheet.write_string(row, column, _legible(str(cell)))


def _legible(text: str) -> str:
    """A text that a cell can hold: not too long, no character that XML forbids."""
    text = _NO_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return text if len(text) <= CELL_CHARACTERS else f"{text[: CELL_CHARACTERS - 1]}…"
