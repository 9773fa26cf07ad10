"""Styles for desktop GIS: the colours of the map as QML, which QGIS reads from a GeoPackage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement, tostring  # only written here, nothing is parsed

from maps.locale import LocalizedPlan, text_in
from maps.style import INK, Hatch, line_styles, overlay_hatches, site_inks, zone_fills

MM_PER_PX = 25.4 / 96
_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_CLEAR = "#00000000"


class _Rule(NamedTuple):
    """Features that meet an expression of QGIS, drawn with one symbol."""

    title: str
    expression: str
    symbol: Element


def unit_style(plan: LocalizedPlan) -> str:
    """QML for a layer of units: main functions as fills, overlays as hatches above them.

    Parameters
    ----------
    plan : LocalizedPlan
        Zones and titles of its rulebook.

    Returns
    -------
    str
        For a layer with the columns ``main`` and ``overlays``.
    """
    titles = {zone.code: text_in(zone.title, plan.language, zone.code) for zone in plan.rulebook.zones}
    mains = [
        _Rule(titles[code], f"\"main\" = '{code}'", _symbol(_fill(fill), *_border()))
        for code, fill in zone_fills(plan.rulebook).items()
    ]
    overlays = [
        _Rule(titles[code], f"array_contains(string_to_array(\"overlays\", ';'), '{code}')", _symbol(*_hatching(hatch)))
        for code, hatch in overlay_hatches(plan.rulebook).items()
    ]
    return _document([*mains, *overlays])


def piece_style(plan: LocalizedPlan) -> str:
    """QML for a layer of pieces: control lines in their colours, other pieces by a thin edge.

    Parameters
    ----------
    plan : LocalizedPlan
        Control lines and titles of its rulebook.

    Returns
    -------
    str
        For a layer with the column ``control_line``.
    """
    titles = {line.code: text_in(line.title, plan.language, line.code) for line in plan.rulebook.lines}
    lines = [
        _Rule(
            titles[code],
            f"\"control_line\" = '{code}'",
            _symbol(_fill(f"{colour}40"), _edge(colour, width, dashes)),
        )
        for code, (colour, width, dashes) in line_styles(plan).items()
    ]
    rest = _Rule("No control line", "coalesce(\"control_line\", '') = ''", _symbol(_fill(_CLEAR), _edge(INK, 0.3)))
    return _document([*lines, rest])


def site_style(plan: LocalizedPlan) -> str:
    """QML for a layer of sites: the land of each quota in the ink that it has on the map.

    Parameters
    ----------
    plan : LocalizedPlan
        Quotas of its study.

    Returns
    -------
    str
        For a layer with the columns ``quota`` and ``period``.
    """
    quotas = plan.study.quotas
    rules = [
        _Rule(
            f"{plan.renderer.terms.quota(quota.name)}, {quota.period}",
            f'"quota" = \'{quota.name}\' AND "period" = {quota.period}',
            _symbol(_fill(ink), _edge("#FFFFFF", 0.8)),
        )
        for quota, ink in zip(quotas, site_inks(len(quotas)), strict=True)
    ]
    return _document(rules)


def _document(rules: Iterable[_Rule]) -> str:
    root = Element("qgis", {"version": "3.40.0", "styleCategories": "Symbology"})
    renderer = SubElement(root, "renderer-v2", {"type": "RuleRenderer", "symbollevels": "0", "enableorderby": "0"})
    listed, symbols = SubElement(renderer, "rules", {"key": "rules"}), SubElement(renderer, "symbols")
    for place, rule in enumerate(rules):
        keys = {"key": f"rule-{place}", "symbol": str(place), "label": rule.title, "filter": rule.expression}
        SubElement(listed, "rule", keys)
        rule.symbol.set("name", str(place))
        symbols.append(rule.symbol)
    SubElement(root, "layerGeometryType").text = "2"
    return _DOCTYPE + tostring(root, encoding="unicode")


def _symbol(*layers: Element) -> Element:
    """A fill symbol of layers, the lowest first."""
    symbol = Element("symbol", {"type": "fill", "alpha": "1", "clip_to_extent": "1", "force_rhr": "0"})
    symbol.extend(layers)
    return symbol


def _fill(colour: str) -> Element:
    return _layer("SimpleFill", {"color": _rgba(colour), "style": "solid", "outline_style": "no"})


def _border() -> Iterator[Element]:
    """A dark line on a white one, which shows on every fill."""
    yield _edge("#FFFFFF", 1.8)
    yield _edge(INK, 0.6)


def _edge(colour: str, width_px: float, dashes: str = "") -> Element:
    options = {
        "line_color": _rgba(colour),
        "line_style": "solid",
        "joinstyle": "round",
        **_millimetres("line_width", width_px),
    }
    if dashes:
        lengths = ";".join(f"{float(dash) * MM_PER_PX:.3f}" for dash in dashes.split())
        options |= {"use_custom_dash": "1", "customdash": lengths, "customdash_unit": "MM", "capstyle": "flat"}
    return _layer("SimpleLine", options)


def _hatching(hatch: Hatch) -> Iterator[Element]:
    """Dark lines on white bands."""
    for colour, width_px in (("#FFFFFF", 3.0), (INK, 1.2)):
        options = {
            "angle": str(hatch.angle_deg),
            "clip_mode": "during_render",
            "coordinate_reference": "viewport",
            **_millimetres("distance", hatch.spacing_px),
            **_millimetres("line_width", width_px),
        }
        pattern = _layer("LinePatternFill", options)
        line = SubElement(pattern, "symbol", {"type": "line", "name": "line", "alpha": "1"})
        line.append(_edge(colour, width_px))
        yield pattern


def _layer(kind: str, options: Mapping[str, str]) -> Element:
    layer = Element("layer", {"class": kind, "enabled": "1", "locked": "0", "pass": "0"})
    table = SubElement(layer, "Option", {"type": "Map"})
    for name, value in options.items():
        SubElement(table, "Option", {"type": "QString", "name": name, "value": value})
    return layer


def _millimetres(name: str, width_px: float) -> dict[str, str]:
    return {name: f"{width_px * MM_PER_PX:.3f}", f"{name}_unit": "MM"}


def _rgba(colour: str) -> str:
    """``#RRGGBB`` or ``#RRGGBBAA`` as QGIS writes colours."""
    digits = f"{colour.removeprefix('#')}FF"[:8]
    return ",".join(str(int(digits[place : place + 2], 16)) for place in (0, 2, 4, 6))
