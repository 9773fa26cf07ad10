"""The ground of a static map as SVG: land and water below the zones, relief, rivers and borders above them."""

from __future__ import annotations

import numpy as np

from maps.context import Context, Relief
from maps.style.palette import Theme
from maps.style.svg_paths import FINENESS, Frame, Geometries, svg_lines, svg_path

RIVER_WIDTHS = {4: 1.5, 5: 1.25, 6: 0.95}
THIN_RIVER = 0.6
"""Pixels, by the largest rank that has the width; and of all others."""
PROVINCE_DASHES, COUNTRY_DASHES, DISPUTED_DASHES = (5.0, 3.5), (9.0, 3.0, 2.0, 3.0), (2.0, 3.0)
PROVINCE_WIDTH, COUNTRY_WIDTH = 1.0, 1.6


def river_width(rank: int) -> float:
    """Pixels of a river of a rank.

    Examples
    --------
    >>> river_width(2), river_width(8)
    (1.5, 0.6)
    """
    return next((width for least, width in RIVER_WIDTHS.items() if rank <= least), THIN_RIVER)


def ground(context: Context, frame: Frame, theme: Theme) -> list[str]:
    """Water and land, in tenths of a pixel: what lies below the zones."""
    wide, high = round(frame.width_px * FINENESS), round(frame.height_px * FINENESS)
    return [
        f'<rect width="{wide}" height="{high}" fill="{theme.water}"/>',
        f'<path d="{svg_path(context.land, frame)}" fill="{theme.outside}" stroke="none" fill-rule="evenodd"/>',
    ]


def relief_image(relief: Relief | None, frame: Frame) -> list[str]:
    """The relief in its place, in tenths of a pixel; it lies on the zones and leaves them their colours."""
    if relief is None:
        return []
    west, south, east, north = relief.bounds
    (left, top), (right, bottom) = frame.place(west, north), frame.place(east, south)
    place = " ".join(
        f'{name}="{round(value * FINENESS)}"'
        for name, value in (("x", left), ("y", top), ("width", right - left), ("height", bottom - top))
    )
    return [f'<image {place} preserveAspectRatio="none" href="{relief.data_url}"/>']


def waters_and_borders(context: Context, frame: Frame, theme: Theme) -> list[str]:
    """Rivers, lakes, and lines of neighbour provinces and countries, in tenths of a pixel: what lies on the zones."""
    widths = np.array([river_width(rank) for rank in context.river_ranks])
    settled = np.array(context.settled, bool)
    rivers = [
        _stroked(context.rivers[widths == width], frame, theme.water_line, width)
        for width in (*RIVER_WIDTHS.values(), THIN_RIVER)
    ]
    lakes = svg_path(context.lakes, frame)
    shore = f'fill="{theme.water}" stroke="{theme.water_line}" stroke-width="6" fill-rule="evenodd"'
    ink, whole = theme.neighbour, context.countries
    drawn = (
        *rivers,
        f'<path d="{lakes}" {shore}/>' if lakes else "",
        _stroked(context.provinces, frame, ink, PROVINCE_WIDTH, PROVINCE_DASHES),
        _stroked(whole[settled], frame, ink, COUNTRY_WIDTH, COUNTRY_DASHES),
        _stroked(whole[~settled], frame, ink, COUNTRY_WIDTH, DISPUTED_DASHES),
    )
    return [one for one in drawn if one]


def _stroked(lines: Geometries, frame: Frame, colour: str, width: float, dashes: tuple[float, ...] = ()) -> str:
    """Lines in a colour; nothing where there are none."""
    data = svg_lines(lines, frame)
    if not data:
        return ""
    dashed = f' stroke-dasharray="{" ".join(f"{length * FINENESS:g}" for length in dashes)}"' if dashes else ""
    return f'<path d="{data}" fill="none" stroke="{colour}" stroke-width="{width * FINENESS:g}"{dashed}/>'
