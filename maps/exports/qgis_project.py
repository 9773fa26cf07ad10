"""A project for QGIS beside the GeoPackage: layers in groups, in the colours of the map, and a sheet to print."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from math import floor, log10
from pathlib import Path
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement, tostring  # only written here, nothing is parsed

from pyproj import CRS

from layers.crs import is_made
from maps.drawing import INK, Neighbourhood, page_notices, round_length
from maps.exports.geopackage import (
    BORDERS,
    SIGN_MM,
    UNITS,
    Style,
    border_style,
    columns_of_units,
    data_defined,
    plain,
    quota_columns,
    rgba,
    styles_of,
    svg_source,
)
from maps.words import LocalizedPlan, catalogue, localize, projection, text_in
from zoning.plan import Plan

GEOPACKAGE = "plan.gpkg"
VERSION = "3.40.0"
"""Of QGIS, as the project says; older ones read it, too."""
PAPER, FRAME = (297.0, 210.0), (12.0, 29.0, 207.0, 160.0)
"""Of the sheet (A4), and of the map on it: left, top, width, height in mm."""
MARGIN = 1.04
"""Of the ground in the frame to that of the units."""
SCALES = (10, 12.5, 15, 20, 25, 30, 40, 50, 60, 70, 80, 90, 100)
"""Round denominators, ten times as large as the power of ten below them."""
MUTED = "#4C565C"
_MAP, _LABEL, _LEGEND, _BAR, _PICTURE = "65639", "65641", "65642", "65646", "65640"
"""Kinds of items of a layout."""
_NORTH = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-10 -16 20 32">'
    f'<path d="M0-15L7 11L0 6L-7 11Z" fill="{INK}" stroke="#fff" stroke-width="1"/></svg>'
)


class _Layer(NamedTuple):
    """One layer of the project."""

    key: str
    title: str
    style: Style
    shown: bool
    names: bool = False


def write_qgis_project(plan: Plan, path: str | Path, language: str = "en") -> None:
    """Write a project that opens ``plan.gpkg``, which stands beside it, in QGIS.

    Notes
    -----
    The project is in the working CRS. Its sheet, A4 across, has title, legend, scale bar, north arrow and credits, and
    a round scale. Texts of the plan are texts: none is an expression of QGIS.
    """
    Path(path).write_bytes(_project(localize(plan, language)))


def _project(plan: LocalizedPlan) -> bytes:
    title = plain(text_in(plan.study.title, plan.language))
    root = Element("qgis", {"version": VERSION, "projectname": title})
    SubElement(root, "homePath", {"path": ""})
    SubElement(root, "title").text = title
    SubElement(root, "projectCrs").append(_crs(plan.units.crs))
    groups = _groups(plan)
    layers = [layer for _, some in groups for layer in some]
    root.append(_tree(groups))
    listed = SubElement(root, "projectlayers")
    listed.extend(_map_layer(plan, layer) for layer in layers)
    order = SubElement(root, "layerorder")
    for layer in layers:
        SubElement(order, "layer", {"id": layer.key})
    properties = SubElement(root, "properties")
    SubElement(SubElement(properties, "Paths"), "Absolute", {"type": "bool"}).text = "false"
    SubElement(SubElement(properties, "SpatialRefSys"), "ProjectionsEnabled", {"type": "int"}).text = "1"
    view, extent = SubElement(root, "ProjectViewSettings"), _extent(plan)
    SubElement(view, "DefaultViewExtent", _bounds(extent)).append(_crs(plan.units.crs))
    SubElement(root, "Layouts").append(_layout(plan, title, layers, extent))
    head = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    return (head + tostring(root, encoding="unicode") + "\n").encode()


def _groups(plan: LocalizedPlan) -> list[tuple[str, list[_Layer]]]:
    """Layers by the title of their group, what is drawn above others first; outside of a group where it is empty."""
    words, styles = (
        catalogue("qgis", plan.language, plan.noun),
        {style.key: style for style in styles_of(plan, quota_columns(plan))},
    )
    settled = set(plan.pieces["control_line"])

    def layer(key: str, *, shown: bool, names: bool = False) -> _Layer:
        style = styles[key]
        return _Layer(f"zoneplan_{_slug(key)}", plain(style.title), style, shown, names)

    signs = [layer("overlays", shown=True)] if "overlays" in styles else []
    quotas = [layer(key, shown=False) for key in styles if key.startswith("quota-")]
    lines = [
        layer(key, shown=key.removeprefix("line-") in settled)
        for key in styles
        if key.startswith("line-") and key.removeprefix("line-") in settled
    ]
    sites = [layer("sites", shown=False)] if "sites" in styles else []
    jurisdictions = {code: plan.jurisdiction(code) for code in sorted(set(plan.units["jurisdiction"]))}
    borders = border_style(jurisdictions, words["borders"])
    edges = [_Layer("zoneplan_borders", words["borders"], borders, shown=True)] if len(jurisdictions) > 1 else []
    pieces = _Layer("zoneplan_pieces", words["pieces"], styles["lines"], shown=False)
    groups = [
        (words["quotas"], [*quotas, *sites]),
        ("", signs),
        (words["lines"], [*lines, pieces]),
        ("", [*edges, layer("mains", shown=True, names=True)]),
    ]
    return [(title, some) for title, some in groups if some]


def _slug(key: str) -> str:
    """A key as an id of a layer: ASCII, and still told apart from others."""
    plain = re.sub(r"[^a-z0-9_]", "_", key.lower())
    return plain if plain == key.replace("-", "_") else f"{plain}_{uuid5(NAMESPACE_URL, key).hex[:8]}"


def _crs(crs: CRS | str) -> Element:
    system = CRS.from_user_input(crs)
    element = Element("spatialrefsys", {"nativeFormat": "Wkt"})
    SubElement(element, "wkt").text = system.to_wkt("WKT2_2019")
    authority = None if is_made(system) else system.to_authority(min_confidence=100)
    SubElement(element, "authid").text = ":".join(authority) if authority else ""
    SubElement(element, "description").text = system.name
    SubElement(element, "geographicflag").text = str(system.is_geographic).lower()
    return element


def _tree(groups: Iterable[tuple[str, Sequence[_Layer]]]) -> Element:
    """The panel of layers."""
    root = Element("layer-tree-group")
    for title, layers in groups:
        keys = {"name": title, "checked": "Qt::Checked", "expanded": "1"}
        parent = SubElement(root, "layer-tree-group", keys) if title else root
        for layer in layers:
            parent.append(_leaf(layer))
    SubElement(root, "custom-order", {"enabled": "0"})
    return root


def _leaf(layer: _Layer) -> Element:
    checked = "Qt::Checked" if layer.shown else "Qt::Unchecked"
    keys = {"id": layer.key, "name": layer.title, "source": _source(layer.style), "providerKey": "ogr"}
    return Element("layer-tree-layer", {**keys, "checked": checked, "expanded": "1"})


def _source(style: Style) -> str:
    source = f"./{GEOPACKAGE}|layername={style.table}"
    return f"{source}|subset={style.where}" if style.where else source


def _map_layer(plan: LocalizedPlan, layer: _Layer) -> Element:
    element = Element("maplayer", {"type": "vector", "geometry": "Polygon", "labelsEnabled": str(int(layer.names))})
    SubElement(element, "id").text = layer.key
    SubElement(element, "datasource").text = _source(layer.style)
    SubElement(element, "layername").text = layer.title
    SubElement(element, "srs").append(_crs(plan.own_crs))
    SubElement(element, "provider", {"encoding": "UTF-8"}).text = "ogr"
    element.append(layer.style.renderer)
    if layer.names:
        element.append(_names())
    if layer.style.table == UNITS:
        aliases = SubElement(element, "aliases")
        for column, title in _aliases(plan):
            SubElement(aliases, "alias", {"field": column, "name": title})
    SubElement(element, "layerOpacity").text = "1"
    return element


def _aliases(plan: LocalizedPlan) -> Iterator[tuple[str, str]]:
    """What the columns of the units are called in words."""
    words, terms = catalogue("columns", plan.language, plan.noun), plan.renderer.terms
    for (kind, name), column in columns_of_units(plan).items():
        if kind == "measures":
            yield column, plain(terms.measure_text(name))
        elif kind == "quotas":
            yield column, plain(terms.quota(name))
        elif name in words:
            yield column, words[name]


def _names() -> Element:
    """Names of units, where they have room inside."""
    element = Element("labeling", {"type": "simple"})
    settings = SubElement(element, "settings", {"calloutType": "simple"})
    style = _text(6.5, INK)
    style.attrib |= {"fieldName": "name", "isExpression": "0"}
    halo = {"bufferDraw": "1", "bufferSize": "0.6", "bufferSizeUnits": "MM", "bufferColor": "255,253,248,190"}
    SubElement(style, "text-buffer", halo | {"bufferOpacity": "1"})
    settings.append(style)
    inside = {"placement": "1", "quadOffset": "4", "offsetUnits": "MM", "centroidInside": "1", "centroidWhole": "1"}
    SubElement(
        settings, "placement", inside | {"fitInPolygonOnly": "1", "priority": "5", "overlapHandling": "PreventOverlap"}
    )
    below = f"if(coalesce(\"overlays\", '') = '', '0,0', '0,{SIGN_MM * 0.8:.2f}')"  # where the signs are, not over them
    settings.append(data_defined({"OffsetXY": below}, "dd_properties"))
    SubElement(settings, "rendering", {"obstacle": "0", "drawLabels": "1", "fontMinPixelSize": "3", "zIndex": "0"})
    return element


def _text(points: float, colour: str, *, bold: bool = False) -> Element:
    """How a text looks; the typeface is that of the reader's QGIS."""
    look = {"fontSize": f"{points:g}", "fontSizeUnit": "Point", "textColor": rgba(colour), "textOpacity": "1"}
    return Element("text-style", {**look, "fontWeight": "75" if bold else "50", "multilineHeight": "1.1"})


def _extent(plan: LocalizedPlan) -> tuple[float, float, float, float]:
    """The ground in the frame, at a round scale that holds all units."""
    west, south, east, north = map(float, plan.units.total_bounds)
    wide, high = FRAME[2] / 1000, FRAME[3] / 1000
    scale = _round_scale(max((east - west) / wide, (north - south) / high, 1.0) * MARGIN)
    x, y, half = (west + east) / 2, (south + north) / 2, (wide * scale / 2, high * scale / 2)
    return x - half[0], y - half[1], x + half[0], y + half[1]


def _round_scale(least: float) -> float:
    """The least round denominator.

    Examples
    --------
    >>> _round_scale(5_100_000), _round_scale(76)
    (6000000.0, 80.0)
    """
    power = floor(log10(least))
    return next(scale for factor in SCALES if (scale := float(f"{factor}e{power - 1}")) >= least)


def _bounds(extent: tuple[float, float, float, float]) -> dict[str, str]:
    return dict(zip(("xmin", "ymin", "xmax", "ymax"), map(repr, extent), strict=True))


def _layout(
    plan: LocalizedPlan, title: str, layers: Sequence[_Layer], extent: tuple[float, float, float, float]
) -> Element:
    """The sheet: title, map, legend, scale bar, north arrow, credits."""
    words, book = catalogue("qgis", plan.language), plan.rulebook
    layout = Element("Layout", {"name": words["layout"], "units": "mm", "printResolution": "300"})
    pages = SubElement(layout, "PageCollection")
    pages.append(_item("65638", "page", (0, 0, *PAPER)))
    left, top, wide, high = FRAME
    right = left + wide + 6
    frame = _item(_MAP, "map", FRAME, frame=True, keepLayerSet="false", followPreset="false", drawCanvasItems="true")
    SubElement(frame, "Extent", _bounds(extent))
    subtitle = words["as_of"].format(date=book.day.isoformat(), rulebook=text_in(book.display_name, plan.language))
    head = _label("title", (left, 9, PAPER[0] - 2 * left, 11), title, _text(20, INK, bold=True))
    below = _label("subtitle", (left, 20, PAPER[0] - 2 * left, 7), plain(subtitle), _text(9.5, MUTED))
    legend = _legend((right, top, PAPER[0] - right - 10, high), layers)
    length = round_length((extent[2] - extent[0]) / 1000 * 0.1)
    bar = _scale_bar((left + 4, top + high - 15, 60, 12), length, words["km"])
    north = _item(
        _PICTURE, "north", (left + wide - 13, top + 4, 9, 14), file=svg_source(_NORTH), mapUuid=_uuid("map"),
        northMode="1", resizeMode="0", mode="2", anchorPoint="4",
    )  # fmt: skip
    credit = page_notices(plan, software=False, world=False, language=plan.language).splitlines()
    near = Neighbourhood(plan.source).border_note(plan.language)
    notes = "\n".join(filter(None, (near, "; ".join((projection(plan.units.crs, plan.language), *credit)))))
    foot = _label("credits", (left, top + high + 4, PAPER[0] - 2 * left, 12), plain(notes), _text(6.5, MUTED))
    for level, item in enumerate((frame, head, below, legend, bar, north, foot), start=1):
        item.set("zValue", str(level))
        layout.append(item)
    return layout


def _uuid(name: str) -> str:
    return f"{{{uuid5(NAMESPACE_URL, f'zoneplan:{name}')}}}"


def _item(kind: str, name: str, box: Sequence[float], *, frame: bool = False, **more: str) -> Element:
    """An item of the sheet."""
    left, top, wide, high = box
    keys = {
        "type": kind, "id": name, "uuid": _uuid(name), "templateUuid": _uuid(name), "opacity": "1", "visibility": "1",
        "position": f"{left:g},{top:g},mm", "positionOnPage": f"{left:g},{top:g},mm", "size": f"{wide:g},{high:g},mm",
        "frame": str(frame).lower(), "background": str(kind in {_MAP, "65638"}).lower(), "outlineWidthM": "0.2,mm",
        "referencePoint": "0", "frameJoinStyle": "miter",
    }  # fmt: skip
    item = Element("LayoutItem", keys | more)
    for tag, level in (("FrameColor", "185"), ("BackgroundColor", "255")):
        SubElement(item, tag, {"red": level, "green": level, "blue": level, "alpha": "255"})
    return item


def _label(name: str, box: Sequence[float], text: str, style: Element) -> Element:
    item = _item(_LABEL, name, box, labelText=text, htmlState="0", halign="1", valign="32", marginX="0", marginY="0")
    item.append(style)
    return item


def _legend(box: Sequence[float], layers: Iterable[_Layer]) -> Element:
    """Of the layers that are shown."""
    item = _item(
        _LEGEND, "legend", box, title="", map_uuid=_uuid("map"), resizeToContents="1", columnCount="1", symbolWidth="6",
        symbolHeight="3.6", boxSpace="0", splitLayer="0", symbolAlignment="1", titleAlignment="1", wmsLegendWidth="50",
        wmsLegendHeight="25",
    )  # fmt: skip
    styles = SubElement(item, "styles")
    for name, points, bold in (
        ("title", 12, True),
        ("group", 10, True),
        ("subgroup", 9.5, True),
        ("symbolLabel", 8.5, False),
    ):
        above = {"marginTop": "1.2", "marginLeft": "2"} if name == "symbolLabel" else {"marginTop": "3"}
        style = SubElement(styles, "style", {"name": name, "alignment": "1", "indent": "0", **above})
        style.append(_text(points, INK, bold=bold))
    SubElement(styles, "style", {"name": "symbol", "alignment": "1", "indent": "0", "marginTop": "1.2"})
    tree = SubElement(item, "layer-tree-group")
    tree.extend(_leaf(layer) for layer in layers if layer.shown and layer.style.key != BORDERS)
    SubElement(tree, "custom-order", {"enabled": "0"})
    return item


def _scale_bar(box: Sequence[float], length: float, unit: str) -> Element:
    """Two segments of a round length."""
    item = _item(
        _BAR, "scale", box, style="Single Box", unitType="km", unitLabel=unit, numUnitsPerSegment=f"{length:g}",
        numSegments="2", numSegmentsLeft="0", numMapUnitsPerScaleBarUnit="1", height="1.8", labelBarSpace="1.2",
        boxContentSpace="1", outlineWidth="0.2", segmentSizeMode="0", mapUuid=_uuid("map"), alignment="0",
        labelHorizontalPlacement="0", labelVerticalPlacement="0", minBarWidth="20", maxBarWidth="60",
    )  # fmt: skip
    item.append(_text(7.5, INK))
    return item
