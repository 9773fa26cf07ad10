"""Units, pieces and sites as a GeoPackage with styles of QGIS, and as GeoParquet."""

from __future__ import annotations

import re
import sqlite3
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from math import sqrt
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement, tostring

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from layers.crs import way_between
from layers.format_limits import GEOPACKAGE_TAKEN
from layers.formats import load_gdal
from layers.outputs import GDAL_MARK, GENERATOR, GEOPACKAGE, GEOPARQUET, staged
from maps.drawing import INK, SITE_CIRCLE, Sign, line_styles, overlay_signs, site_inks, zone_fills
from maps.words import LocalizedPlan, catalogue, format_number, localize, text_in
from zoning.plan import Plan
from zoning.study import Quota
from zoning.tables import ZONES

MM_PER_PX = 25.4 / 96
UNITS, PIECES, SITES = "units", "pieces", "sites"
BORDERS = "borders"
SIGN_MM, CIRCLE_MM = 4.2, 11.0
"""Of the sign of an overlay, and of the largest circle of a quota."""
_CLASSES = (1 / 64, 1 / 16, 1 / 4, 1.0)
"""Ends of the classes of amounts, as parts of the largest one: each circle has twice the width of the one before."""
_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_EXPRESSION = re.compile(r"\[(?=%)")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CLEAR = "#00000000"
_BORDER, _INNER_BORDER = "#2B31356B", "#3B4347"
_PAPER = "#FFFFFF"


class Style(NamedTuple):
    """How one table of the GeoPackage may be drawn."""

    key: str
    table: str
    title: str
    renderer: Element
    where: str = ""


class _Rule(NamedTuple):
    """Features that meet an expression of QGIS, drawn with one symbol."""

    title: str
    expression: str
    symbol: Element


def styles_of(plan: LocalizedPlan, quota_columns: Mapping[str, str]) -> tuple[Style, ...]:
    """Every style of a plan, the default of each table first."""
    words = catalogue("qgis", plan.language, plan.noun)
    both = Style("units", UNITS, words["units"], _rules([*_mains(plan), *_overlays(plan)]))
    alone = (Style("mains", UNITS, words["mains"], _rules(_mains(plan))),)
    overlays = (Style("overlays", UNITS, words["overlays"], _rules(_overlays(plan))),) if any(_overlays(plan)) else ()
    quotas = [
        _quota_style(plan, quota, quota_columns[quota.name])
        for quota in plan.study.quotas
        if quota.name in quota_columns
    ]
    rest = _Rule(words["no_line"], "coalesce(\"control_line\", '') = ''", _symbol(_fill(_CLEAR), _edge(INK, 0.3)))
    lines = Style("lines", PIECES, words["lines"], _rules([*(rule for _, rule in _lines(plan)), rest]))
    each = [
        Style(f"line-{code}", PIECES, rule.title, _single(rule.symbol), rule.expression) for code, rule in _lines(plan)
    ]
    sites = [Style("sites", SITES, words["sites"], _rules(_sites(plan)))] if len(plan.sites) else []
    return (both, *alone, *overlays, *quotas, lines, *each, *sites)


def border_style(jurisdictions: Mapping[str, str], title: str) -> Style:
    """The borders of jurisdictions, drawn round their units together."""
    renderer = _renderer("mergedFeatureRenderer")
    inner = SubElement(renderer, "renderer-v2", {"type": "categorizedSymbol", "attr": "jurisdiction"})
    categories, symbols = SubElement(inner, "categories"), SubElement(inner, "symbols")
    for index, (code, name) in enumerate(jurisdictions.items()):
        value, label = (_NO_XML.sub("", text) for text in (code, name))
        keys = {"value": value, "type": "string", "label": label, "symbol": str(index), "render": "true"}
        SubElement(categories, "category", keys)
        symbol = _symbol(_fill(_CLEAR), _edge("#FFFFFFB0", 3.2), _edge(_INNER_BORDER, 1.1))
        symbol.set("name", str(index))
        symbols.append(symbol)
    return Style(BORDERS, UNITS, title, renderer)


def style_text(style: Style) -> str:
    """A style as a QML document."""
    root = Element("qgis", {"version": "3.40.0", "styleCategories": "Symbology"})
    root.append(style.renderer)
    SubElement(root, "layerGeometryType").text = "2"
    return _DOCTYPE + tostring(root, encoding="unicode")


def plain(text: str) -> str:
    """A text that XML holds, and of which QGIS evaluates nothing.

    Examples
    --------
    >>> plain("a [% env('HOME') %]")
    "a [ % env('HOME') %]"
    """
    return _EXPRESSION.sub("[ ", _NO_XML.sub("\ufffd", text))


def svg_source(svg: str) -> str:
    """A picture as QGIS takes it in place of a file."""
    return f"base64:{b64encode(svg.encode()).decode()}"


def rgba(colour: str) -> str:
    """``#RRGGBB`` or ``#RRGGBBAA`` as QGIS writes colours.

    Examples
    --------
    >>> rgba("#F8F4EB"), rgba("#00000000")
    ('248,244,235,255', '0,0,0,0')
    """
    digits = f"{colour.removeprefix('#')}FF"[:8]
    return ",".join(str(int(digits[start : start + 2], 16)) for start in (0, 2, 4, 6))


def literal(text: str) -> str:
    """A text in an expression.

    Examples
    --------
    >>> literal("Xin'anjiang")
    "'Xin''anjiang'"
    """
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def _mains(plan: LocalizedPlan) -> Iterator[_Rule]:
    """Main functions as fills with thin borders."""
    titles = {zone.code: text_in(zone.title, plan.language, zone.code) for zone in plan.rulebook.zones}
    for code, fill in zone_fills(plan.rulebook).items():
        yield _Rule(titles[code], f'"main" = {literal(code)}', _symbol(_fill(fill), _edge(_BORDER, 0.5)))


def _overlays(plan: LocalizedPlan) -> Iterator[_Rule]:
    """Overlays that any unit has as signs, those of one unit side by side."""
    titles = {zone.code: text_in(zone.title, plan.language, zone.code) for zone in plan.rulebook.zones}
    carried = {code for codes in plan.zones["overlays"] for code in codes.split(";")}
    for code, sign in overlay_signs(plan.rulebook).items():
        if code not in carried:
            continue
        condition = f"array_contains(string_to_array(\"overlays\", ';'), {literal(code)})"
        yield _Rule(titles[code], condition, _symbol(_sign(code, sign)))


def _lines(plan: LocalizedPlan) -> Iterator[tuple[str, _Rule]]:
    """Control lines in their colours."""
    titles = {line.code: text_in(line.title, plan.language, line.code) for line in plan.rulebook.lines}
    for code, (colour, width, dashes) in line_styles(plan).items():
        symbol = _symbol(_fill(f"{colour}40"), _edge(colour, width, dashes))
        yield code, _Rule(titles[code], f'"control_line" = {literal(code)}', symbol)


def _sites(plan: LocalizedPlan) -> Iterator[_Rule]:
    """The land of each quota in an ink of its own."""
    quotas = plan.study.quotas
    for quota, ink in zip(quotas, site_inks(len(quotas)), strict=True):
        where = f'"quota" = {literal(quota.name)} AND "period" = {quota.period}'
        yield _Rule(_quota_title(plan, quota), where, _symbol(_fill(ink), _edge(_PAPER, 0.8)))


def _quota_title(plan: LocalizedPlan, quota: Quota) -> str:
    words, terms = catalogue("qgis", plan.language, plan.noun), plan.renderer.terms
    fields = {"quota": terms.quota(quota.name), "period": quota.period, "unit": terms.unit(quota.unit)}
    return words["quota"].format(**fields)


def _quota_style(plan: LocalizedPlan, quota: Quota, column: str) -> Style:
    """The amounts of a quota as circles, each class twice as wide as the one before."""
    rows = plan.quotas[plan.quotas["quota"] == quota.name]
    rows = rows[plan.units.index.get_indexer(rows["unit_id"]) >= 0]
    largest = float(pd.to_numeric(rows["amount"]).max()) if len(rows) else 0.0
    renderer = _renderer("graduatedSymbol", attr=column, graduatedMethod="GraduatedSize")
    ranges, symbols = SubElement(renderer, "ranges"), SubElement(renderer, "symbols")
    low = 0.0
    for index, part in enumerate(_CLASSES if largest > 0 else ()):
        high = largest if part == 1 else _rounded(largest * part)
        if high <= low:
            continue
        ends = (format_number(end, plan.language, 0 if largest >= 100 else 2) for end in (low, high))
        keys = {"lower": repr(low or largest * 1e-12), "upper": repr(high), "label": "–".join(ends)}
        SubElement(ranges, "range", {**keys, "symbol": str(index), "render": "true"})
        circle = _symbol(_circle(CIRCLE_MM * sqrt(part)))
        circle.set("name", str(index))
        symbols.append(circle)
        low = high
    return Style(f"quota-{quota.name}", UNITS, _quota_title(plan, quota), renderer)


def _rounded(value: float) -> float:
    """The first two digits of a number.

    Examples
    --------
    >>> _rounded(1234.5), _rounded(0.0567)
    (1200.0, 0.057)
    """
    return float(f"{value:.2g}")


def _rules(rules: Iterable[_Rule]) -> Element:
    renderer = _renderer("RuleRenderer")
    listed, symbols = SubElement(renderer, "rules", {"key": "rules"}), SubElement(renderer, "symbols")
    for index, rule in enumerate(rules):
        keys = {"key": f"rule-{index}", "symbol": str(index), "label": plain(rule.title), "filter": rule.expression}
        SubElement(listed, "rule", keys)
        rule.symbol.set("name", str(index))
        symbols.append(rule.symbol)
    return renderer


def _single(symbol: Element) -> Element:
    renderer = _renderer("singleSymbol")
    symbol.set("name", "0")
    SubElement(renderer, "symbols").append(symbol)
    return renderer


def _renderer(kind: str, **more: str) -> Element:
    return Element("renderer-v2", {"type": kind, "symbollevels": "0", "enableorderby": "0", **more})


def _symbol(*layers: Element, kind: str = "fill") -> Element:
    """A symbol of layers, the lowest first."""
    symbol = Element("symbol", {"type": kind, "alpha": "1", "clip_to_extent": "1", "force_rhr": "0"})
    symbol.extend(layers)
    return symbol


def _fill(colour: str) -> Element:
    return _layer("SimpleFill", {"color": rgba(colour), "style": "solid", "outline_style": "no"})


def _edge(colour: str, width_px: float, dashes: str = "") -> Element:
    options = {
        "line_color": rgba(colour),
        "line_style": "solid",
        "joinstyle": "round",
        **_millimetres("line_width", width_px * MM_PER_PX),
    }
    if dashes:
        lengths = ";".join(f"{float(dash) * MM_PER_PX:.3f}" for dash in dashes.split())
        options |= {"use_custom_dash": "1", "customdash": lengths, "customdash_unit": "MM", "capstyle": "flat"}
    return _layer("SimpleLine", options)


def _sign(code: str, sign: Sign) -> Element:
    """The sign of an overlay inside a unit, beside those of its other overlays."""
    drawn = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-9 -9 18 18">'
        f'<circle r="8" fill="#FFFDF8" stroke="{sign.light}" stroke-width="1.2"/>'
        f'<path d="{sign.path}" fill="{sign.light}"/></svg>'
    )
    codes, size = "string_to_array(\"overlays\", ';')", SIGN_MM * 1.05
    offset = f"(array_find({codes}, {literal(code)}) - (array_length({codes}) - 1) / 2.0)"
    options = {"name": svg_source(drawn), "offset": "0,0", "offset_unit": "MM", **_millimetres("size", SIGN_MM)}
    marker = _layer("SvgMarker", options)
    moved = {"offset": f"to_string({offset} * {size:.2f}) || ',0'"}
    marker.append(data_defined(moved))
    return _inside(marker)


def _circle(width_mm: float) -> Element:
    options = {"name": "circle", "color": rgba(f"{SITE_CIRCLE}E0"), "outline_color": rgba(_PAPER)}
    return _inside(
        _layer("SimpleMarker", options | _millimetres("size", width_mm) | _millimetres("outline_width", 0.2))
    )


def _inside(marker: Element) -> Element:
    """A marker at a point inside each polygon."""
    layer = _layer("CentroidFill", {"point_on_surface": "1", "point_on_all_parts": "0", "clip_points": "0"})
    symbol = _symbol(marker, kind="marker")
    symbol.set("name", "marker")
    layer.append(symbol)
    return layer


def _layer(kind: str, options: Mapping[str, str]) -> Element:
    layer = Element("layer", {"class": kind, "enabled": "1", "locked": "0", "pass": "0"})
    table = SubElement(layer, "Option", {"type": "Map"})
    for name, value in options.items():
        SubElement(table, "Option", {"type": "QString", "name": name, "value": value})
    return layer


def data_defined(properties: Mapping[str, str], tag: str = "data_defined_properties") -> Element:
    """Properties of a layer of a symbol, or of labels, by expressions."""
    element = Element(tag)
    whole = SubElement(element, "Option", {"type": "Map"})
    SubElement(whole, "Option", {"name": "name", "type": "QString", "value": ""})
    each = SubElement(whole, "Option", {"name": "properties", "type": "Map"})
    for name, expression in properties.items():
        option = SubElement(each, "Option", {"name": name, "type": "Map"})
        SubElement(option, "Option", {"name": "active", "type": "bool", "value": "true"})
        SubElement(option, "Option", {"name": "expression", "type": "QString", "value": expression})
        SubElement(option, "Option", {"name": "type", "type": "int", "value": "3"})
    SubElement(whole, "Option", {"name": "type", "type": "QString", "value": "collection"})
    return element


def _millimetres(name: str, width: float) -> dict[str, str]:
    return {name: f"{width:.3f}", f"{name}_unit": "MM"}


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

    localized = localize(plan, language)
    with staged(path, GEOPACKAGE, inputs=plan.study.source_paths) as stage, refusing():
        stamp = f"{plan.study.study.date.isoformat()}T00:00:00.000Z"
        write = partial(write_dataframe, path=stage, driver="GPKG", promote_to_multi=True, GEOMETRY_NAME=_GEOMETRY)
        with gdal_option("OGR_CURRENT_DATE", stamp):  # not the date of the clock
            for layer, frame in layers_in_file(localized):
                write(frame, layer=layer, dataset_metadata=None if stage.exists() else GDAL_MARK)
        _add_styles(stage, styles_of(localized, quota_columns(localized)), stamp)


def _add_styles(path: Path, styles: Iterable[Style], stamp: str) -> None:
    with closing(sqlite3.connect(path)) as store, store:
        store.execute(_STYLES)
        store.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change) VALUES (?, ?, ?, ?)",
            ("layer_styles", "attributes", "layer_styles", stamp),
        )
        styled: set[str] = set()
        for style in styles:
            default = int(style.table not in styled)
            styled.add(style.table)
            row = ("", "", style.table, _GEOMETRY, style.title, style_text(style), "", default, "", "", None, stamp)
            store.execute(f"INSERT INTO layer_styles VALUES (NULL{', ?' * len(row)})", row)  # noqa: S608  (no data in it)


def layers_in_file(plan: LocalizedPlan) -> Iterator[tuple[str, gpd.GeoDataFrame]]:
    """The layers of a plan in the CRS of the units file, one by one: units, pieces, and sites where there are any."""
    yield "units", _as_file(_units(plan), plan.own_crs)
    yield "pieces", _as_file(plan.pieces.reset_index(), plan.own_crs)
    if len(plan.sites):
        yield "sites", _as_file(plan.sites, plan.own_crs)


def columns_of_units(plan: Plan) -> dict[tuple[str, str], str]:
    """The columns of the units in the file."""
    columns, measured = plan.units.drop(columns=plan.units.geometry.name).columns, plan.measures.columns
    known, given = (
        set(plan.units.index.tolist()),
        zip(plan.quotas["unit_id"].tolist(), plan.quotas["quota"].tolist(), strict=True),
    )
    quotas = sorted({quota for unit, quota in given if unit in known})
    keys = [("units", name) for name in ("unit_id", *_OF_UNITS)] + [("zones", name) for name in _OF_ZONES]
    keys += [("quotas", name) for name in quotas]
    keys += [("measures", str(name)) for name in measured if name not in _OF_UNITS]
    keys += [("units", str(name)) for name in columns if name not in {*_OF_UNITS, *measured}]
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
    file_crs = CRS.from_user_input(crs)
    if file_crs == frame.crs:
        return named
    way, shapes = way_between(frame.crs, file_crs), np.asarray(frame.geometry.array).copy()
    for start in range(0, len(shapes), _ROWS_PROJECTED):  # a few at a time: their coordinates are held four times
        few = slice(start, start + _ROWS_PROJECTED)
        shapes[few] = shapely.transform(shapes[few], lambda xy: np.column_stack(way.transform(*xy.T)))
    return named.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=file_crs, name=frame.geometry.name))


def names_apart(names: Iterable[str], taken: Iterable[str] = GEOPACKAGE_TAKEN) -> list[str]:
    """Names that differ from those that are taken and from each other, whatever the case of their letters."""
    seen, free_names = {name.casefold() for name in taken}, []
    for name in names:
        free, number = name, 2
        while free.casefold() in seen:
            free, number = f"{name}_{number}", number + 1
        seen.add(free.casefold())
        free_names.append(free)
    return free_names


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


def write_geoparquet(frame: gpd.GeoDataFrame, path: str | Path) -> None:
    """Write units or pieces as GeoParquet 1.1 with a bounding box a row, in the CRS that they have.

    Parameters
    ----------
    frame : GeoDataFrame
        The index becomes the first column.
    path : str or Path
        An older one that zoneplan wrote is replaced when the new one is whole.

    Raises
    ------
    WriteError
        Something else stands there, or the disk is full or not writable.

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
    rows = frame.reset_index()
    rows.attrs = {"generator": GENERATOR}  # stands in the metadata of the file
    with staged(path, GEOPARQUET) as stage:
        rows.to_parquet(stage, index=False, compression="zstd", write_covering_bbox=boxed, schema_version="1.1.0")
