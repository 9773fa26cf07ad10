"""Styles for desktop GIS: the colours and signs of the map as QML, which QGIS reads from a GeoPackage or a project."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from math import sqrt
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement, tostring  # only written here, nothing is parsed

import pandas as pd

from maps.locale import LocalizedPlan, catalogue, format_number, text_in
from maps.style import INK, SITE_CIRCLE, Sign, line_styles, overlay_signs, site_inks, zone_fills
from zoning.study import Quota

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
    lines = Style("lines", PIECES, words["lines"], _rules([*(one for _, one in _lines(plan)), rest]))
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
    for place, (code, name) in enumerate(jurisdictions.items()):
        value, label = (_NO_XML.sub("", one) for one in (code, name))
        keys = {"value": value, "type": "string", "label": label, "symbol": str(place), "render": "true"}
        SubElement(categories, "category", keys)
        symbol = _symbol(_fill(_CLEAR), _edge("#FFFFFFB0", 3.2), _edge(_INNER_BORDER, 1.1))
        symbol.set("name", str(place))
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
    return ",".join(str(int(digits[place : place + 2], 16)) for place in (0, 2, 4, 6))


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
        own = f"array_contains(string_to_array(\"overlays\", ';'), {literal(code)})"
        yield _Rule(titles[code], own, _symbol(_sign(code, sign)))


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
    told = {"quota": terms.quota(quota.name), "period": quota.period, "unit": terms.unit(quota.unit)}
    return words["quota"].format(**told)


def _quota_style(plan: LocalizedPlan, quota: Quota, column: str) -> Style:
    """The amounts of a quota as circles, each class twice as wide as the one before."""
    rows = plan.quotas[plan.quotas["quota"] == quota.name]
    rows = rows[plan.units.index.get_indexer(rows["unit_id"]) >= 0]
    largest = float(pd.to_numeric(rows["amount"]).max()) if len(rows) else 0.0
    renderer = _renderer("graduatedSymbol", attr=column, graduatedMethod="GraduatedSize")
    ranges, symbols = SubElement(renderer, "ranges"), SubElement(renderer, "symbols")
    low = 0.0
    for place, part in enumerate(_CLASSES if largest > 0 else ()):
        high = largest if part == 1 else _rounded(largest * part)
        if high <= low:
            continue
        told = (format_number(one, plan.language, 0 if largest >= 100 else 2) for one in (low, high))
        keys = {"lower": repr(low or largest * 1e-12), "upper": repr(high), "label": "–".join(told)}
        SubElement(ranges, "range", {**keys, "symbol": str(place), "render": "true"})
        circle = _symbol(_circle(CIRCLE_MM * sqrt(part)))
        circle.set("name", str(place))
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
    for place, rule in enumerate(rules):
        keys = {"key": f"rule-{place}", "symbol": str(place), "label": plain(rule.title), "filter": rule.expression}
        SubElement(listed, "rule", keys)
        rule.symbol.set("name", str(place))
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
    own, size = "string_to_array(\"overlays\", ';')", SIGN_MM * 1.05
    place = f"(array_find({own}, {literal(code)}) - (array_length({own}) - 1) / 2.0)"
    options = {"name": svg_source(drawn), "offset": "0,0", "offset_unit": "MM", **_millimetres("size", SIGN_MM)}
    marker = _layer("SvgMarker", options)
    moved = {"offset": f"to_string({place} * {size:.2f}) || ',0'"}
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
    found = Element(tag)
    whole = SubElement(found, "Option", {"type": "Map"})
    SubElement(whole, "Option", {"name": "name", "type": "QString", "value": ""})
    each = SubElement(whole, "Option", {"name": "properties", "type": "Map"})
    for name, expression in properties.items():
        one = SubElement(each, "Option", {"name": name, "type": "Map"})
        SubElement(one, "Option", {"name": "active", "type": "bool", "value": "true"})
        SubElement(one, "Option", {"name": "expression", "type": "QString", "value": expression})
        SubElement(one, "Option", {"name": "type", "type": "int", "value": "3"})
    SubElement(whole, "Option", {"name": "type", "type": "QString", "value": "collection"})
    return found


def _millimetres(name: str, width: float) -> dict[str, str]:
    return {name: f"{width:.3f}", f"{name}_unit": "MM"}
