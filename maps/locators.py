"""Locators: a small picture of where one unit lies in its jurisdiction, as SVG that needs no style sheet."""

from __future__ import annotations

from maps.legends import px, xml_text
from maps.outlines import FINENESS, Frame, Geometries, dissolve, simplify, svg_path
from maps.palette import INK, zone_fills
from maps.report_words import report_words
from zoning import Plan

LOCATOR_WIDTH, LOCATOR_HEIGHT = 230, 190
EDGE = 6
GROUND, BORDER = "#F1EFEB", "#BDB7AE"
SMALL_PX = 9
"""A unit that is smaller than this on the picture has a ring around it."""


def locator(plan: Plan, unit_id: str, language: str = "en") -> str:
    """One unit in its jurisdiction.

    Parameters
    ----------
    plan : Plan
        Units in their working CRS.
    unit_id : str
        A unit of the plan.
    language : {"en", "zh"}
        Of the picture's title.

    Returns
    -------
    str
        An SVG element: the unit in the colour of its main function, the other units of its jurisdiction pale. Where it
        is the only one there, the whole plan stands around it.
    """
    units = plan.units
    place = str(units.loc[unit_id, "jurisdiction"])
    around = units[units["jurisdiction"] == place]
    if len(around) == 1:
        around, place = units, ""
    frame = Frame.around(around.total_bounds, LOCATOR_WIDTH, LOCATOR_HEIGHT)
    shapes = simplify(around.geometry.to_numpy(), frame)
    own = shapes[around.index == unit_id]
    fill = zone_fills(plan.rulebook)[plan.zones.set_index("unit_id").loc[unit_id, "main"]]
    thin = 6 if len(around) <= 150 else 3
    words = report_words(language)
    alt = words["locator_alt"].format(unit=units.loc[unit_id, "name"] or unit_id, place=place or words["whole_plan"])
    box = f"{-EDGE} {-EDGE} {px(frame.width_px + 2 * EDGE)} {px(frame.height_px + 2 * EDGE)}"
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" role="img" aria-labelledby="zp-where">',
            f'<title id="zp-where">{xml_text(alt)}</title>',
            f'<g transform="scale({1 / FINENESS})" stroke-linejoin="round" fill-rule="evenodd">',
            f'<path d="{svg_path(shapes, frame)}" fill="{GROUND}" stroke="{BORDER}" stroke-width="{thin}"/>',
            f'<path d="{svg_path(dissolve(shapes), frame)}" fill="none" stroke="{INK}" stroke-width="10"/>',
            f'<path d="{svg_path(own, frame)}" fill="{fill}" stroke="{INK}" stroke-width="14"/>',
            "</g>",
            *_ring(own, frame),
            "</svg>",
        )
    )


def _ring(own: Geometries, frame: Frame) -> list[str]:
    """A ring around a unit that would be overlooked."""
    west, south, east, north = own[0].bounds
    if max(east - west, north - south) / frame.metres_per_px >= SMALL_PX:
        return []
    x, y = frame.place((west + east) / 2, (south + north) / 2)
    circle = f'<circle cx="{px(x)}" cy="{px(y)}" r="9" fill="none"'
    return [f'{circle} stroke="#fff" stroke-width="4"/>', f'{circle} stroke="{INK}" stroke-width="1.6"/>']
