"""Shapes and the ground of a static map as SVG: land and water below zones, rivers and borders above."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from maps.drawing.map_context import Context, study_outline
from maps.drawing.palette import Theme
from maps.drawing.shaded_relief import Relief

Geometries = npt.NDArray[np.object_]

TOLERANCE_PX = 0.5
"""A corner goes where the triangle it spans is smaller than the square of this."""
FINENESS = 10
"""Path coordinates are whole numbers of a tenth of a pixel."""


class Frame(NamedTuple):
    """Where ground metres fall on the page."""

    west: float
    north: float
    metres_per_px: float
    width_px: float
    height_px: float

    @classmethod
    def around(cls, bounds: Iterable[float], width_px: float, height_px: float) -> Frame:
        """The largest frame of these bounds that fits into a box.

        Examples
        --------
        >>> Frame.around((0, 0, 4000, 3000), 800, 800)
        Frame(west=0.0, north=3000.0, metres_per_px=5.0, width_px=800.0, height_px=600.0)
        """
        west, south, east, north = (float(bound) for bound in bounds)
        wide, high = max(east - west, 1.0), max(north - south, 1.0)
        scale = max(wide / width_px, high / height_px)
        return cls(west, north, scale, wide / scale, high / scale)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """A ground point in pixels, y downwards."""
        return (x - self.west) / self.metres_per_px, (self.north - y) / self.metres_per_px

    def grid(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """Ground points (n, 2) in whole tenths of a pixel, y downwards."""
        scaled = (points - (self.west, self.north)) * (FINENESS / self.metres_per_px, -FINENESS / self.metres_per_px)
        return np.rint(scaled).astype(np.int64)


def simplify(shapes: Geometries, frame: Frame) -> Geometries:
    """Shapes without the detail that the page cannot show; neighbours keep identical edges."""
    kept: Geometries = shapely.coverage_simplify(shapes, TOLERANCE_PX * frame.metres_per_px)
    return kept


def svg_path(shapes: Geometries, frame: Frame) -> str:
    """All rings of polygons as the data of one SVG path, in whole tenths of a pixel, relative moves.

    Examples
    --------
    >>> square = shapely.box(0, 0, 10, 10)
    >>> svg_path(np.array([square]), Frame.around(square.bounds, 20, 20))
    'M200 200l0-200-200 0 0 200z'
    """
    rings = shapely.get_rings(shapely.get_parts(shapely.get_parts(shapes)))
    drawn = (f"M{x} {y}l{' '.join(moves[:-2])}z" for x, y, moves in _moves(rings, frame, least=3))
    return "".join(drawn).replace(" -", "-")


def svg_lines(lines: Geometries, frame: Frame) -> str:
    """Lines as the data of one SVG path, in whole tenths of a pixel, relative moves.

    Examples
    --------
    >>> line = shapely.LineString([(0, 0), (10, 10), (20, 10)])
    >>> svg_lines(np.array([line]), Frame.around((0, 0, 20, 20), 20, 20))
    'M0 200l100-100 100 0'
    """
    parts = shapely.get_parts(shapely.get_parts(lines))
    drawn = (f"M{x} {y}l{' '.join(moves)}" for x, y, moves in _moves(parts, frame, least=1))
    return "".join(drawn).replace(" -", "-")


def _moves(lines: Geometries, frame: Frame, *, least: int) -> Iterator[tuple[int, int, list[str]]]:
    """Where each line begins on the grid, and its moves from place to place, x and y in turn; not those with fewer."""
    points, owner = shapely.get_coordinates(lines, return_index=True)
    places = frame.grid(points)
    moves = np.diff(places, axis=0)
    kept = moves.any(axis=1) & (owner[1:] == owner[:-1])
    written = list(map(str, moves[kept].ravel().tolist()))
    each = np.arange(len(lines) + 1)
    begins, ends = np.searchsorted(owner, each).tolist(), np.searchsorted(owner[1:][kept], each).tolist()
    for begin, (first, end) in zip(begins, pairwise(ends), strict=False):
        if end - first >= least:
            x, y = places[begin].tolist()
            yield x, y, written[2 * first : 2 * end]


def dissolve(shapes: Geometries) -> Geometries:
    """One shape, or none, from many that touch and do not overlap."""
    found: Geometries = np.array([study_outline(shapes)] if len(shapes) else [], dtype=object)
    return found


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
