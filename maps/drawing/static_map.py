"""The plan as a static SVG for README, notebooks and print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.errors import escape_hidden
from layers.overview import ShownPicture
from maps.drawing.legend import (
    MUTED,
    Block,
    assumed_mark,
    compass,
    decision_mark,
    legend,
    line_styles,
    open_mark,
    px,
    set_blocks,
    text_at,
    xml_text,
)
from maps.drawing.map_context import Context, Neighbourhood, context_around
from maps.drawing.map_names import large_towns, names_svg, spots_in
from maps.drawing.palette import INK, LIGHT, RADIUS_PX, overlay_signs, sign_shape, zone_fills
from maps.drawing.shaded_relief import Relief, relief
from maps.drawing.topology import (
    FINENESS,
    Frame,
    Topology,
    ground,
    merge_by,
    plan_topology,
    relief_image,
    simplify,
    svg_path,
    waters_and_borders,
)
from maps.words import catalogue, noun_of, projection, text_in, width, wrap
from zoning.plan import Plan

Bounds: TypeAlias = tuple[float, float, float, float]
"""Left, top, right and bottom, in pixels."""
Places: TypeAlias = dict[str, shapely.Polygon | shapely.MultiPolygon]
"""Jurisdictions by name."""

WIDTH = 800
SIDE = 214
GAP = 20
TOP = 58
STRIP = 46
CREDIT = 9
MARGIN = 14
AROUND = 0.05
"""Of the longer side of the study: what is seen on every side of it."""
MANY_UNITS = 600
"""Above this many units, borders between them are drawn finer."""
OPEN_MARKS = {"contested": open_mark, "review": open_mark, "assumed": assumed_mark}
RING_PX = 4
MOST_COVERED = 1 / 8
"""The part of the land that rings may cover."""


def picture(plan: Plan, language: str = "en", *, borders: Topology | None = None) -> str:
    """A plan as one static picture.

    Parameters
    ----------
    plan : Plan
        Units and pieces in their working CRS.
    language : str, optional
        Of legend and title. Titles that are in other languages alone have a mark.
    borders : Topology, optional
        Of the plan, where another page has them already.

    Returns
    -------
    str
        An SVG document in the reader's own fonts, without script, style sheet or request. The same plan gives the same
        text. It has a title, a legend with hectares, a scale bar, a north arrow and credits.

    Raises
    ------
    ZoneplanError
        The language is not known.

    Notes
    -----
    Shapes have the borders of the web map, without what 0.5 px cannot show, so that neighbours still meet. Parts of
    control lines below 1 px² are left out of the drawing, never out of a table.

    Examples
    --------
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> svg = zp.picture(plan)
    >>> svg.startswith("<svg xmlns="), "Ecologically fragile area" in svg
    (True, True)
    """
    words = catalogue("report", language, noun_of(plan.study, language))
    name = text_in(plan.study.title, language)
    west, south, east, north = plan.units.total_bounds
    beside = (east - west) < 1.15 * (north - south)
    edge = AROUND * max(east - west, north - south)
    bounds = (west - edge, south - edge, east + edge, north + edge)
    frame = Frame.around(bounds, WIDTH - SIDE - GAP if beside else WIDTH, 720 if beside else 600)
    borders = borders or plan_topology(plan.units, plan.pieces)
    context = context_around(Neighbourhood(plan), bounds, frame.metres_per_px, language, outline=borders.outline)
    shading = relief(plan, outline=borders.outline)
    settled = plan.zones.set_index("unit_id")[["main", "overlays", "status"]]
    units = plan.units[["jurisdiction", "geometry"]].join(settled)
    drawn = simplify(borders.units, frame)
    shapes = np.where(shapely.is_empty(drawn), borders.units, drawn)  # a unit of a pixel keeps its shape
    units = units.set_geometry(gpd.GeoSeries(shapes, units.index, crs=units.crs))
    places = merge_by(shapes, units["jurisdiction"])
    rings = _have_room(units, frame)
    marked = _marked(units, frame, rings=rings)
    signs = _signs(plan, units, frame, large_towns(context, frame, LIGHT, marked))
    obstacles = [*marked, *(box for _, box in signs)]
    blocks = legend(plan, language, rings=rings)
    left, below, high, around = _arrange(blocks, frame, beside=beside)
    credit = wrap(escape_hidden(f"{_credits(plan, words, language)} {context.credits}"), WIDTH / CREDIT / 1.02)
    bottom = high + 8 + 13 * len(credit)
    page = f'width="{WIDTH + 2 * MARGIN}" height="{px(bottom + 8)}"'
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{-MARGIN} -8 {WIDTH + 2 * MARGIN} {px(bottom + 8)}" {page} '
        f'role="img" aria-labelledby="zp-title zp-desc" xml:lang="{language}" '
        f'font-family="{words["fonts"]}" fill="{INK}">'
    )
    mains = words["and"].join(item.title for item in blocks[0].items)
    alt = words["map_alt"].format(units=words["n_units"].format(n=len(units)), mains=mains)
    parts = (
        head,
        f'<title id="zp-title">{xml_text(name)}: {xml_text(words["map_title"])}</title>',
        f'<desc id="zp-desc">{xml_text(alt)}</desc>',
        *_defs(plan, units, places, frame),
        f'<rect x="{-MARGIN}" y="-8" {page} fill="#fff"/>',
        text_at(0, 20, name, size=_title_size(name), bold=True),
        text_at(0, 40, f"{words['map_title']}{words['comma']}{plan.rulebook.day.isoformat()}", size=12, fill=MUTED),
        f'<g transform="translate({px(left)} {TOP})" clip-path="url(#zp-frame)">',
        *_layers(plan, units, borders, frame, context, shading),
        *_marks(units, frame, rings=rings),
        *(drawn for drawn, _ in signs),
        *names_svg(context, frame, LIGHT, places if len(places) > 1 else {}, obstacles),
        "</g>",
        *compass(units, frame, language, 0, below + 10),
        *around,
        *(text_at(0, high + 8 + 13 * row, line, size=CREDIT, fill=MUTED) for row, line in enumerate(credit)),
        "</svg>\n",
    )
    return ShownPicture("\n".join(parts), f"Picture of {name!r}", "Path('map.svg').write_text(picture, 'utf-8')")


def _title_size(title: str) -> float:
    """Smaller letters for a title that would not fit on the page."""
    return next((size for size in (18, 16, 14, 12, 10) if 1.06 * size * width(escape_hidden(title)) <= WIDTH), 9)


def _arrange(blocks: tuple[Block, ...], frame: Frame, *, beside: bool) -> tuple[float, float, float, list[str]]:
    """Left edge of the map, its lower edge, the lower edge of everything, and the legend: beside the map or beneath."""
    if beside:
        around, depth = set_blocks(blocks, [WIDTH - SIDE], TOP - 4, SIDE)
        below = max(TOP + frame.height_px, depth - STRIP)
        return (WIDTH - SIDE - GAP - frame.width_px) / 2, below, below + STRIP + 4, around
    wide = (WIDTH - 2 * GAP) / 3
    below = TOP + frame.height_px
    around, depth = set_blocks(blocks, [column * (wide + GAP) for column in range(3)], below + STRIP + 4, wide)
    return (WIDTH - frame.width_px) / 2, below, depth + 4, around


def _defs(plan: Plan, units: gpd.GeoDataFrame, places: Places, frame: Frame) -> list[str]:
    """The shapes of main functions and jurisdictions, and the signs of overlays."""
    signs = overlay_signs(plan.rulebook)
    used = {code for codes in units["overlays"] for code in codes.split(";")}
    shapes = units.geometry.to_numpy()
    return [
        "<defs>",
        *(f'<g id="zp-sign-{code}">{sign_shape(sign)}</g>' for code, sign in signs.items() if code in used),
        *(
            f'<path id="zp-zone-{code}" fill-rule="evenodd" d="{svg_path(shapes[units["main"] == code], frame)}"/>'
            for code in sorted(set(units["main"]))
        ),
        f'<clipPath id="zp-frame"><rect width="{px(frame.width_px)}" height="{px(frame.height_px)}"/></clipPath>',
        f'<path id="zp-borders" d="{svg_path(np.array(list(places.values()), dtype=object), frame)}"/>',
        "</defs>",
    ]


def _signs(plan: Plan, units: gpd.GeoDataFrame, frame: Frame, towns: list[Bounds]) -> list[tuple[str, Bounds]]:
    """The signs of each unit's overlays side by side, those of large units first, and what they cover.

    They give way to large towns where their unit has room, and none touches another one: of many small units some have
    no room, and the legend counts them all.
    """
    order = {code: rank for rank, code in enumerate(overlay_signs(plan.rulebook))}
    shrink = _shrink(units)
    apart = (2 * RADIUS_PX + 1) * shrink
    size = f" scale({shrink:g})" if shrink != 1 else ""
    lower = (RADIUS_PX + RING_PX + 2) * shrink
    placed: list[tuple[str, Bounds]] = []
    held = units[(units["overlays"] != "") & ~units.geometry.is_empty]
    marked = held["status"].isin([*OPEN_MARKS, "by_decision"])
    for _, _, overlays, below, shape in sorted(
        zip(-held.area, held.index, held["overlays"], marked, held.geometry, strict=True), key=lambda row: row[:2]
    ):
        codes = sorted(overlays.split(";"), key=order.__getitem__)
        half = apart * len(codes) / 2
        middle = frame.to_pixels(*shape.representative_point().coords[0])
        ground = shapely.transform(shape, lambda points: np.column_stack(frame.to_pixels(*points.T)))
        places = [(middle[0], middle[1] + (lower if below else 0.0)), *((spot.x, spot.y) for spot in spots_in(ground))]
        boxes: list[Bounds] = [(x - half, y - apart / 2, x + half, y + apart / 2) for x, y in places]
        signs = [box for _, box in placed]
        free = (box for box in boxes if not _meets(box, towns) and not _meets(box, signs))
        box = next(free, None if _meets(boxes[0], signs) else boxes[0])
        if box is None:
            continue
        left, y = box[0], (box[1] + box[3]) / 2
        drawn = "".join(
            f'<use href="#zp-sign-{code}" transform="translate({px(left + apart * (index + 0.5))} {px(y)}){size}"/>'
            for index, code in enumerate(codes)
        )
        placed.append((drawn, box))
    return placed


def _meets(box: Bounds, others: Iterable[Bounds]) -> bool:
    """Whether a box lies over any of the others."""
    left, top, right, bottom = box
    return any(left < other[2] and right > other[0] and top < other[3] and bottom > other[1] for other in others)


def _layers(
    plan: Plan,
    units: gpd.GeoDataFrame,
    borders: Topology,
    frame: Frame,
    context: Context,
    shading: Relief | None,
) -> list[str]:
    """The map from the ground up: land, fills, relief, unit borders, waters, control lines, jurisdictions."""
    codes, fills = sorted(set(units["main"])), zone_fills(plan.rulebook)
    thin = 5 if len(units) <= MANY_UNITS else 2
    return [
        f'<g transform="scale({1 / FINENESS})" fill="none" stroke-linejoin="round">',
        *ground(context, frame, LIGHT),
        *(
            f'<use href="#zp-zone-{code}" fill="{fills[code]}" stroke="{fills[code]}" stroke-width="3"/>'
            for code in codes
        ),
        *relief_image(shading, frame),
        *(f'<use href="#zp-zone-{code}" stroke="#fff" stroke-width="{thin}"/>' for code in codes),
        *waters_and_borders(context, frame, LIGHT),
        *_control_lines(plan, borders, frame),
        *_borders(),
        "</g>",
    ]


def _control_lines(plan: Plan, borders: Topology, frame: Frame) -> list[str]:
    styles = line_styles(plan)
    group = pd.Index(styles).get_indexer(plan.pieces["control_line"]).astype(np.int64)
    parts, line = shapely.get_parts(borders.merged(group, len(styles)), return_index=True)
    if not len(parts):
        return []
    drawn = simplify(parts, frame)
    large = shapely.area(drawn) >= frame.metres_per_px**2
    paths = []
    for index, (stroke, thick, dashes) in enumerate(styles.values()):
        data = svg_path(drawn[(line == index) & large], frame)
        tenths = " ".join(str(int(dash) * FINENESS) for dash in dashes.split()) or "none"
        if data:
            paths.append(f'<path stroke="#fff" stroke-width="{10 * thick + 10:.0f}" stroke-opacity=".7" d="{data}"/>')
            paths.append(
                f'<path stroke="{stroke}" stroke-width="{10 * thick:.0f}" stroke-dasharray="{tenths}" d="{data}"/>'
            )
    return paths


def _borders() -> list[str]:
    """Jurisdictions under a double line, white and dark."""
    return [
        '<use href="#zp-borders" stroke="#fff" stroke-width="28"/>',
        f'<use href="#zp-borders" stroke="{INK}" stroke-width="10"/>',
    ]


def _shrink(units: gpd.GeoDataFrame) -> float:
    """How large marks are, of their full size."""
    return 1.0 if len(units) <= MANY_UNITS else 0.55


def _have_room(units: gpd.GeoDataFrame, frame: Frame) -> bool:
    """Whether the marks of units that wait for somebody or hang on what was assumed leave the colours to be seen."""
    covered = units["status"].isin(list(OPEN_MARKS)).sum() * np.pi * (RING_PX * _shrink(units)) ** 2
    return bool(covered <= MOST_COVERED * units.area.sum() / frame.metres_per_px**2)


def _marks(units: gpd.GeoDataFrame, frame: Frame, *, rings: bool) -> list[str]:
    """Rings on units that wait for somebody, diamonds on assumed ones, squares on those that planners decided."""
    shrink = _shrink(units)
    marks = []
    for status, point in zip(units["status"], units.geometry.representative_point(), strict=True):
        if status in OPEN_MARKS and rings:
            marks.append(OPEN_MARKS[status](*frame.to_pixels(point.x, point.y), RING_PX * shrink))
        if status == "by_decision":
            marks.append(decision_mark(*frame.to_pixels(point.x, point.y), 3.2 * shrink))
    return marks


def _marked(units: gpd.GeoDataFrame, frame: Frame, *, rings: bool) -> list[Bounds]:
    """What the marks of units cover."""
    radius = 1.2 * RING_PX * _shrink(units)
    marked = units["status"].isin([*(OPEN_MARKS if rings else ()), "by_decision"])
    points = (frame.to_pixels(point.x, point.y) for point in units.geometry[marked].representative_point())
    return [(x - radius, y - radius, x + radius, y + radius) for x, y in points]


def _credits(plan: Plan, words: Mapping[str, str], language: str) -> str:
    note = f"{text_in(plan.study.study.note, language)} " if plan.study.study.note else ""
    drawn = words["credits"].format(
        study=text_in(plan.study.title, language),
        date=plan.rulebook.day.isoformat(),
        rulebook=text_in(plan.rulebook.display_name, language),
        inputs=", ".join(sorted({source.path for source in plan.sources})) or "–",
        crs=projection(plan.units.crs, language),
    )
    return f"{note}{drawn}"
