"""The plan as a GeoPackage for desktop GIS: units, pieces and sites in colour, the same bytes on every run."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from layers.crs import way_between
from layers.formats import load_gdal
from layers.phrases import Phrase
from maps.exports.qml_styles import piece_style, site_style, unit_style
from maps.locale import LocalizedPlan, localize
from zoning.plan import Plan

_ROWS_PROJECTED = 256
_GEOMETRY = "geom"
_TAKEN = ("fid", _GEOMETRY)
"""Columns that a GeoPackage has of itself."""
_STYLES = """CREATE TABLE layer_styles (
 id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
 f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
 useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME)"""


def write_geopackage(plan: Plan, path: str | Path, language: str = "en") -> None:
    """Write units and pieces as a GeoPackage that QGIS opens in colour.

    Parameters
    ----------
    plan : Plan
        Just made, or read back from a run folder.
    path : str or Path
        Replaced where it exists.
    language : str, optional
        Of the reasons.

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
    load_gdal("pyogrio")
    from pyogrio import write_dataframe  # noqa: PLC0415  (loaded by load_gdal)

    path.unlink(missing_ok=True)
    said = localize(plan, language)
    stamp = f"{plan.study.study.date.isoformat()}T00:00:00.000Z"
    with _refusing(path), _dated(stamp):
        write = partial(write_dataframe, path=path, driver="GPKG", promote_to_multi=True, GEOMETRY_NAME=_GEOMETRY)
        write(_as_file(_units(said), plan.own_crs), layer="units")
        write(_as_file(plan.pieces.reset_index(), plan.own_crs), layer="pieces")
        if len(plan.sites):
            write(_as_file(plan.sites, plan.own_crs), layer="sites")
    styles = (
        ("units", "Main functions and overlays", unit_style(said)),
        ("pieces", "Control lines", piece_style(said)),
        *([("sites", "Land that quotas take", site_style(said))] if len(plan.sites) else []),
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


def _units(plan: LocalizedPlan) -> gpd.GeoDataFrame:
    """Units with their zones and amounts, what the house says first."""
    zones = plan.zones.set_index("unit_id")[["main", "overlays", "status", "rule", "reason", "assumed"]]
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
def _refusing(path: Path) -> Iterator[None]:
    """Trouble with the disk as OSError, whatever the writer makes of it."""
    load_gdal("pyogrio")
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError  # noqa: PLC0415  (as above)

    try:
        yield
    except (DataSourceError, DataLayerError, FeatureError, sqlite3.Error) as error:
        raise OSError(Phrase("{path}: cannot write: {error}", path=path, error=error)) from error
