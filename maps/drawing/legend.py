"""What stands around the picture: texts, legend, scale bar and north arrow, as SVG that needs no style sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from math import atan2, degrees, floor, log10
from typing import NamedTuple

import geopandas as gpd
import pandas as pd

from layers.crs import way_between
from layers.errors import escape_hidden
from maps.drawing.palette import INK, Sign, overlay_signs, sign_shape, zone_fills
from maps.drawing.topology import Frame
from maps.words import (
    UnitNoun,
    area_decimals,
    catalogue,
    format_measure,
    format_number,
    noun_of,
    percent,
    text_in,
    wrap,
)
from zoning.plan import Plan
from zoning.rulebook import Stroke

DOTTED = Stroke(colour="#000000", dashes=(1, 2))
"""Of control lines of which the rulebook does not say how they are drawn."""
MUTED = "#57534E"
SWATCH = 26
SIZE = 11.5
SMALL = 10
ROW = 14
SCALE_BAR_PX = 130


class Item(NamedTuple):
    """One line of the legend: what it looks like (26 x 14 px), its name, its figures."""

    swatch: str
    title: str
    figure: str = ""


class Block(NamedTuple):
    """A headed group of the legend."""

    title: str
    items: tuple[Item, ...]


def px(value: float) -> str:
    """A coordinate with at most one decimal.

    Examples
    --------
    >>> px(12.04), px(3.16), px(-0.01)
    ('12', '3.2', '0')
    """
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def xml_text(text: object) -> str:
    """A text made safe for XML, with nothing hidden in it."""
    return escape(escape_hidden(text))


def text_at(x: float, y: float, text: object, *, size: float = SIZE, fill: str = INK, bold: bool = False) -> str:
    """One line of text that starts at a point."""
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{px(x)}" y="{px(y)}" font-size="{size}" fill="{fill}"{weight}>{xml_text(text)}</text>'


def line_styles(plan: Plan) -> dict[str, tuple[str, float, str]]:
    """Colour, width in px and dashes of each control line of the rulebook."""
    strokes = [(line.code, line.stroke or DOTTED) for line in plan.rulebook.lines]
    return {
        code: (stroke.colour, stroke.width, " ".join(f"{length:g}" for length in stroke.dashes))
        for code, stroke in strokes
    }


def legend(plan: Plan, language: str, *, rings: bool = True) -> tuple[Block, ...]:
    """The blocks of the legend: only what occurs in the plan; main functions first."""
    zones, noun = plan.zones, noun_of(plan.study, language)
    words = catalogue("report", language, noun)
    fills, signs = zone_fills(plan.rulebook), overlay_signs(plan.rulebook)
    carried = zones["overlays"].str.split(";")
    mains = {code: zones["main"] == code for code in fills}
    overlays = {code: carried.map(lambda codes, code=code: code in codes).astype(bool) for code in signs}
    titles = {zone.code: text_in(zone.title, language, zone.code) for zone in plan.rulebook.zones}

    def items(chosen: dict[str, pd.Series], swatch: Callable[[str], str]) -> tuple[Item, ...]:
        return tuple(
            Item(swatch(code), titles[code], _figures(zones, members, language, noun))
            for code, members in chosen.items()
            if members.any()
        )

    blocks = (
        Block(words["main"], items(mains, lambda code: _box(fills[code]))),
        Block(words["overlay"], items(overlays, lambda code: _sign_in_a_row(signs[code]))),
        Block(words["control_line"], tuple(_lines(plan, language))),
        Block(words["marks"], tuple(_marks(plan, words, rings=rings))),
    )
    return tuple(block for block in blocks if block.items)


def _figures(zones: pd.DataFrame, members: pd.Series, language: str, noun: UnitNoun) -> str:
    """Units, hectares and share of all land of some units."""
    total, area = float(zones["area_ha"].sum()), float(zones.loc[members, "area_ha"].sum())
    units = catalogue("report", language, noun)["n_units"].format(n=int(members.sum()))
    return f"{units} · {_land(area, area_decimals(total), language)} · {percent(area, total, language)} %"


def _land(area_ha: float, decimals: int, language: str) -> str:
    return catalogue("report", language)["ha"].format(n=format_number(area_ha, language, decimals))


def _lines(plan: Plan, language: str) -> Iterator[Item]:
    decimals = area_decimals(float(plan.zones["area_ha"].sum()))
    settled = plan.pieces.groupby("control_line")["area_ha"].sum()
    styles = line_styles(plan)
    for line in plan.rulebook.lines:
        if line.code in settled.index:
            stroke, thick, dashes = styles[line.code]
            yield Item(
                f'<path d="M1 7H25" fill="none" stroke="{stroke}" stroke-width="{1.3 * thick:.1f}" '
                f'stroke-dasharray="{dashes or "none"}"/>',
                text_in(line.title, language, line.code),
                _land(float(settled[line.code]), decimals, language),
            )


def _marks(plan: Plan, words: Mapping[str, str], *, rings: bool) -> list[Item]:
    marks = []
    counts = plan.zones["status"].value_counts()
    waiting = int(counts.get("contested", 0) + counts.get("review", 0))
    if waiting:
        figures = [words["n_units"].format(n=waiting), *([] if rings else [words["no_rings"]])]
        marks.append(Item(open_mark(13, 7), words["mark_open"], " · ".join(figures)))
    if counts.get("assumed", 0):
        figures = [words["n_units"].format(n=int(counts["assumed"])), *([] if rings else [words["no_rings"]])]
        marks.append(Item(assumed_mark(13, 7), words["mark_assumed"], " · ".join(figures)))
    if counts.get("by_decision", 0):
        decided = words["n_units"].format(n=int(counts["by_decision"]))
        marks.append(Item(decision_mark(13, 7), words["mark_decision"], decided))
    if len(set(plan.units["jurisdiction"])) > 1:
        border = f'<path d="M1 7H25" stroke="{INK}" stroke-width="1.2"/>'
        marks.append(Item(border, words["jurisdiction_border"]))
    return marks


def open_mark(x: float, y: float, radius: float = 4) -> str:
    """The mark of a unit that waits for somebody: a ring."""
    return f'<circle cx="{px(x)}" cy="{px(y)}" r="{px(radius)}" fill="#fff" stroke="{INK}" stroke-width="1.6"/>'


def assumed_mark(x: float, y: float, radius: float = 4) -> str:
    """The mark of a unit whose main function hangs on what was assumed: an open diamond."""
    corners = ((x, y - 1.2 * radius), (x + 1.2 * radius, y), (x, y + 1.2 * radius), (x - 1.2 * radius, y))
    points = " ".join(f"{px(first)},{px(other)}" for first, other in corners)
    return f'<polygon points="{points}" fill="#fff" stroke="{INK}" stroke-width="1.6"/>'


def decision_mark(x: float, y: float, radius: float = 3.2) -> str:
    """The mark of a unit that planners decided: a small square."""
    corner = f'x="{px(x - radius)}" y="{px(y - radius)}" width="{px(2 * radius)}" height="{px(2 * radius)}"'
    return f'<rect {corner} fill="{INK}" stroke="#fff" stroke-width="1"/>'


def _box(fill: str) -> str:
    return f'<rect x=".5" y=".5" width="25" height="13" fill="{fill}" stroke="{INK}" stroke-width=".7"/>'


def _sign_in_a_row(sign: Sign) -> str:
    return f'<g transform="translate(13 7) scale(.9)">{sign_shape(sign)}</g>'


def set_blocks(blocks: Sequence[Block], columns: Sequence[float], top: float, wide: float) -> tuple[list[str], float]:
    """Legend blocks set into columns, each block where the page is still highest."""
    depths = [top] * len(columns)
    elements: list[str] = []
    for block in blocks:
        column = depths.index(min(depths))
        x, y = columns[column], depths[column] + 12
        elements.append(text_at(x, y, block.title, size=SIZE, bold=True))
        y += 8
        for item in block.items:
            elements.append(f'<g transform="translate({px(x)} {px(y)})">{item.swatch}</g>')
            for line in wrap(escape_hidden(item.title), (wide - SWATCH - 8) / SIZE):
                elements.append(text_at(x + SWATCH + 8, y + 11, line))
                y += ROW
            for line in wrap(item.figure, (wide - SWATCH - 8) / SMALL) if item.figure else []:
                elements.append(text_at(x + SWATCH + 8, y + 10, line, size=SMALL, fill=MUTED))
                y += ROW - 1
            y += 5
        depths[column] = y + 8
    return elements, max(depths)


def compass(units: gpd.GeoDataFrame, frame: Frame, language: str, x: float, y: float) -> list[str]:
    """The north arrow, true at the middle of the map, and a scale bar of a round length."""
    words, turn = catalogue("report", language), _north(units, frame)
    length_km = round_length(SCALE_BAR_PX * frame.metres_per_px / 1000)
    bar = length_km * 1000 / frame.metres_per_px
    left = x + 34
    there = f"translate({px(x + 10)} {px(y + 12)}) rotate({px(turn)})"
    arrow = f'<path d="M0-12L5 8L0 4L-5 8Z" fill="{INK}" transform="{there}"/>'
    labels = (
        (x + 10, words["north"]),
        (left, "0"),
        (left + bar / 2, format_measure(length_km / 2, language)),
        (left + bar, f"{format_measure(length_km, language)} {words['km']}"),
    )
    frame_of_bar = f'width="{px(bar)}" height="5" fill="#fff" stroke="{INK}" stroke-width=".8"'
    return [
        arrow,
        f'<rect x="{px(left)}" y="{px(y + 14)}" {frame_of_bar}/>',
        f'<rect x="{px(left)}" y="{px(y + 14)}" width="{px(bar / 2)}" height="5" fill="{INK}"/>',
        *(
            f'<text x="{px(at)}" y="{px(y + 31)}" font-size="{SMALL}" text-anchor="middle">{xml_text(label)}</text>'
            for at, label in labels
        ),
    ]


def _north(units: gpd.GeoDataFrame, frame: Frame) -> float:
    """Degrees clockwise from the top of the page to true north, at the middle of the frame."""
    middle_x = frame.west + frame.width_px * frame.metres_per_px / 2
    middle_y = frame.north - frame.height_px * frame.metres_per_px / 2
    to_ground = way_between(units.crs.geodetic_crs, units.crs)
    lon, lat = to_ground.transform(middle_x, middle_y, direction="INVERSE")
    x, y = to_ground.transform(lon, min(lat + 0.01, 90.0))
    return degrees(atan2(x - middle_x, y - middle_y))


def round_length(longest: float) -> float:
    """The largest 1, 2 or 5 times a power of ten that is no longer than asked.

    Examples
    --------
    >>> round_length(130), round_length(0.7), round_length(2)
    (100.0, 0.5, 2.0)
    """
    power: float = 10.0 ** floor(log10(longest))
    return max(factor * power for factor in (1, 2, 5) if factor * power <= longest * (1 + 1e-9))
