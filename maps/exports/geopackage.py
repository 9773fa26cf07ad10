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
from layers.format_limits import GEOPACKAGE_TAKEN
from layers.formats import load_gdal
from layers.outputs import GDAL_MARK, GEOPACKAGE, staged
from maps.exports.qml_styles import Style, style_text, styles_of
from maps.locale import LocalizedPlan, localize
from zoning.plan import Plan
from zoning.tables import ZONES

_ROWS_PROJECTED = 256
_GEOMETRY = GEOPACKAGE_TAKEN[1]
_OF_UNITS = ("name", "jurisdiction", "area_ha")
_OF_ZONES = ("main", "overlays", "status", "rule", "reason", *ZONES.shown)
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
        An older one that zoneplan wrote is replaced when the new one is whole.
    language : str, optional
        Of the reasons.

    Raises
    ------
    WriteError
        Something else stands there, such as a source of the plan, or the disk is full or not writable.

    Notes
    -----
    Layers in the CRS of the units file. ``units``: names, zones, ``quota_<name>`` for the amount of each quota, every
    measure, and other columns of the units file. ``pieces``: as in the plan. ``sites``, where quotas take land: one
    feature a patch. A column of the user's own that has the name of another one, whatever the case of its letters, gets
    ``_2`` at its end. Each layer has a style in colour, and others to choose: main functions or overlays alone, each
    quota, each control line. The date inside the file is that of the study, so that the bytes depend on the plan alone.

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
    load_gdal("pyogrio")
    from pyogrio import write_dataframe  # noqa: PLC0415  (loaded by load_gdal)

    said = localize(plan, language)
    with staged(path, GEOPACKAGE, inputs=plan.study.source_paths) as stage, refusing():
        stamp = f"{plan.study.study.date.isoformat()}T00:00:00.000Z"
        write = partial(write_dataframe, path=stage, driver="GPKG", promote_to_multi=True, GEOMETRY_NAME=_GEOMETRY)
        with gdal_option("OGR_CURRENT_DATE", stamp):  # not the date of the clock
            for layer, frame in layers_in_file(said):
                write(frame, layer=layer, dataset_metadata=None if stage.exists() else GDAL_MARK)
        _add_styles(stage, styles_of(said, quota_columns(said)), stamp)


def _add_styles(path: Path, styles: Iterable[Style], stamp: str) -> None:
    with closing(sqlite3.connect(path)) as store, store:
        store.execute(_STYLES)
        store.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change) VALUES (?, ?, ?, ?)",
            ("layer_styles", "attributes", "layer_styles", stamp),
        )
        styled: set[str] = set()
        for one in styles:
            default = int(one.table not in styled)
            styled.add(one.table)
            row = ("", "", one.table, _GEOMETRY, one.title, style_text(one), "", default, "", "", None, stamp)
            store.execute(f"INSERT INTO layer_styles VALUES (NULL{', ?' * len(row)})", row)  # noqa: S608  (no data in it)


def layers_in_file(plan: LocalizedPlan) -> Iterator[tuple[str, gpd.GeoDataFrame]]:
    """The layers of a plan in the CRS of the units file, one by one: units, pieces, and sites where there are any."""
    yield "units", _as_file(_units(plan), plan.own_crs)
    yield "pieces", _as_file(plan.pieces.reset_index(), plan.own_crs)
    if len(plan.sites):
        yield "sites", _as_file(plan.sites, plan.own_crs)


def columns_of_units(plan: Plan) -> dict[tuple[str, str], str]:
    """The columns of the units in the file."""
    own, measured = plan.units.drop(columns=plan.units.geometry.name).columns, plan.measures.columns
    known, given = (
        set(plan.units.index.tolist()),
        zip(plan.quotas["unit_id"].tolist(), plan.quotas["quota"].tolist(), strict=True),
    )
    quotas = sorted({quota for unit, quota in given if unit in known})
    keys = [("units", name) for name in ("unit_id", *_OF_UNITS)] + [("zones", name) for name in _OF_ZONES]
    keys += [("quotas", name) for name in quotas]
    keys += [("measures", str(name)) for name in measured if name not in _OF_UNITS]
    keys += [("units", str(name)) for name in own if name not in {*_OF_UNITS, *measured}]
    return dict(
        zip(keys, names_apart(f"quota_{name}" if kind == "quotas" else name for kind, name in keys), strict=True)
    )


def quota_columns(plan: Plan) -> dict[str, str]:
    """The columns of the units that have the amounts of quotas, by their names."""
    return {name: column for (kind, name), column in columns_of_units(plan).items() if kind == "quotas"}


def _units(plan: LocalizedPlan) -> gpd.GeoDataFrame:
    """Units with their zones, amounts and measures, what the house says first."""
    units, zones = plan.units, plan.zones.set_index("unit_id").reindex(plan.units.index)
    rows = plan.quotas[units.index.get_indexer(plan.quotas["unit_id"]) >= 0]
    amounts = rows.assign(amount=rows["amount"].astype(float)).pivot_table("amount", "unit_id", "quota", observed=True)
    tables = {"units": units, "zones": zones, "quotas": amounts.reindex(units.index), "measures": plan.measures}
    columns = columns_of_units(plan)
    held = {
        column: units.index.to_series() if name == "unit_id" and kind == "units" else _plain(tables[kind][name])
        for (kind, name), column in columns.items()
    }
    frame = pd.DataFrame(held, index=units.index).reset_index(drop=True)
    return gpd.GeoDataFrame(frame, geometry=units.geometry.array, crs=units.crs)


def _plain(column: pd.Series) -> pd.Series:
    """A column that a GeoPackage takes: what is of several types becomes text."""
    if column.dtype != object or all(value is None or isinstance(value, str) for value in column):
        return column
    return column.map(lambda value: None if pd.isna(value) else str(value)).astype(object)


def _as_file(frame: gpd.GeoDataFrame, crs: str) -> gpd.GeoDataFrame:
    """Features in the CRS of the units file, under names that a GeoPackage can hold."""
    shape = frame.geometry.name
    others = iter(names_apart(name for name in frame.columns if name != shape))
    named = frame.set_axis([name if name == shape else next(others) for name in frame.columns], axis=1)
    own = CRS.from_user_input(crs)
    if own == frame.crs:
        return named
    way, shapes = way_between(frame.crs, own), np.asarray(frame.geometry.array).copy()
    for start in range(0, len(shapes), _ROWS_PROJECTED):  # a few at a time: their coordinates are held four times
        few = slice(start, start + _ROWS_PROJECTED)
        shapes[few] = shapely.transform(shapes[few], lambda xy: np.column_stack(way.transform(*xy.T)))
    return named.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=own, name=frame.geometry.name))


def names_apart(names: Iterable[str], taken: Iterable[str] = GEOPACKAGE_TAKEN) -> list[str]:
    """Names that differ from those that are taken and from each other, whatever the case of their letters."""
    seen, found = {name.casefold() for name in taken}, []
    for name in names:
        free, number = name, 2
        while free.casefold() in seen:
            free, number = f"{name}_{number}", number + 1
        seen.add(free.casefold())
        found.append(free)
    return found


@contextmanager
def gdal_option(key: str, value: str) -> Iterator[None]:
    """Have an option of GDAL say something, and afterwards what it said before."""
    from pyogrio import get_gdal_config_option, set_gdal_config_options  # noqa: PLC0415  (loaded by load_gdal)

    before = get_gdal_config_option(key)
    set_gdal_config_options({key: value})
    try:
        yield
    finally:
        set_gdal_config_options({key: before})


@contextmanager
def refusing() -> Iterator[None]:
    """Trouble with the disk as OSError, whatever the writer makes of it."""
    load_gdal("pyogrio")
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError  # noqa: PLC0415  (as above)

    try:
        yield
    except (DataSourceError, DataLayerError, FeatureError, sqlite3.Error) as error:
        raise OSError(str(error)) from error
