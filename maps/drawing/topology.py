"""The topology of a plan: its borders simplified once, together; and shapes and the ground of a static map as SVG."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import pairwise
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers.crs import valid_polygons
from layers.parallel import begin
from maps.drawing.map_context import Context, study_outline
from maps.drawing.palette import Theme
from maps.drawing.shaded_relief import Relief

Geometries = npt.NDArray[np.object_]
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

STEPS_A_SIDE = 512
"""Simplified lines have this many steps along the side of a rather small unit: finer than a screen shows it at twice
its full height."""


SAME = 1e-5
"""Corners nearer to each other than this part of a step are one: far below what any source measures."""


@dataclass(frozen=True, eq=False)
class Topology:
    """The borders of a plan, the same for both neighbours."""

    pieces: Geometries
    unit_of_piece: Integers
    units: Geometries

    @cached_property
    def outline(self) -> shapely.Geometry:
        """All units as one shape."""
        return study_outline(self.units)

    def merged(self, group: Integers, groups: int) -> Geometries:
        """The pieces joined in groups: borders inside a group fall away, and the others stay as they are."""
        return merge_shapes(self.pieces, group, groups)


def plan_topology(units: gpd.GeoDataFrame, pieces: gpd.GeoDataFrame) -> Topology:
    """The borders of some units and of the pieces into which they are cut.

    Notes
    -----
    Pieces are simplified together as a coverage: a corner goes where the triangle that it spans is smaller than the
    square of one step, see :func:`fine_step`. Before that corners that lie apart by less than ``SAME`` of a step become
    one, so that neighbours meet whose coordinates differ by noise, and no border is drawn between them. This is the
    one place where the borders of a plan are simplified; a surface that shows less leaves out more of the same lines.
    """
    step = fine_step(shapely.area(np.asarray(units.geometry)))
    simple = shapely.coverage_simplify(_meeting(np.asarray(pieces.geometry), step * SAME), step)
    places = units.index.get_indexer(pieces["unit_id"]).astype(np.int64)
    return Topology(simple, places, merge_shapes(simple, places, len(units)))


def _meeting(shapes: Geometries, near: float) -> Geometries:
    """Shapes with one corner where several lie nearer to each other than that; the same shapes where none do."""
    corners = shapely.get_coordinates(shapes)
    apart, places = np.unique(corners.view(np.complex128).ravel(), return_inverse=True)
    points = apart
    for east, north in itertools.product((0.0, 0.5), repeat=2):  # two near corners share a cell of one of these grids
        cells = np.floor(points.real / (2 * near) + east) + 1j * np.floor(points.imag / (2 * near) + north)
        _, first, cell = np.unique(cells, return_index=True, return_inverse=True)
        points = points[first][cell]
    if (points == apart).all():
        return shapes
    corners = points[places].view(np.float64).reshape(-1, 2)
    moved = shapely.transform(shapes, lambda _: corners)
    return np.where(shapely.is_valid(moved), moved, shapes)  # a sliver that would vanish stays as it is


def merge_by(shapes: Geometries, names: pd.Series) -> dict[str, shapely.Geometry]:
    """Shapes that touch and do not overlap, joined where their names are the same; the names sorted.

    Examples
    --------
    >>> squares = shapely.box([0, 1, 2], [0, 0, 0], [1, 2, 3], [1, 1, 1])
    >>> {name: shape.area for name, shape in merge_by(squares, pd.Series(["b", "a", "b"])).items()}
    {'a': 1.0, 'b': 2.0}
    """
    codes, distinct = pd.factorize(names, sort=True)
    return dict(zip(map(str, distinct), merge_shapes(shapes, codes, len(distinct)), strict=True))


def begin_topology(units: gpd.GeoDataFrame, pieces: gpd.GeoDataFrame) -> Callable[[], Topology]:
    """Begin :func:`plan_topology` in a thread; what comes back waits for it, and gives it.

    Examples
    --------
    >>> units = gpd.GeoDataFrame(index=["a"], geometry=[shapely.box(0, 0, 2, 2)], crs="EPSG:3035")
    >>> pieces = gpd.GeoDataFrame({"unit_id": ["a"]}, geometry=[shapely.box(0, 0, 2, 2)], crs="EPSG:3035")
    >>> [shape.area for shape in begin_topology(units, pieces)().units]
    [4.0]
    """
    shapely.bounds(np.asarray(pieces.geometry))  # GEOS notes them at the first call, where no two threads may meet
    return begin(partial(plan_topology, units, pieces))


def merge_shapes(shapes: Geometries, group: Integers, groups: int) -> Geometries:
    """See :meth:`Topology.merged`.

    Examples
    --------
    >>> squares = shapely.box([0, 1], [0, 0], [1, 2], [1, 1])
    >>> [shape.area for shape in merge_shapes(squares, np.array([0, 0]), 2)]
    [2.0, 0.0]
    """
    order = np.argsort(group, kind="stable")
    bounds = np.searchsorted(group[order], np.arange(groups + 1))
    joined: Geometries = np.full(groups, shapely.Polygon(), dtype=object)
    for index, (first, end) in enumerate(itertools.pairwise(bounds.tolist())):
        if end > first:
            joined[index] = _merged(shapes[order[first:end]])
    return joined


def _merged(shapes: Geometries) -> shapely.Geometry:
    try:
        return shapely.coverage_union_all(shapes)
    except shapely.GEOSException:  # neighbours that lie nearer to each other than coordinates can tell
        return shapely.union_all(valid_polygons(shapes))  # simplified, a sliver may touch itself


def fine_step(areas: Floats) -> float:
    """A fraction of the side of the unit that a quarter of all units are smaller than."""
    return float(np.sqrt(np.sort(areas)[len(areas) // 4]) / STEPS_A_SIDE)


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

    def to_pixels(self, x: float, y: float) -> tuple[float, float]:
        """A ground point in pixels, y downwards."""
        return (x - self.west) / self.metres_per_px, (self.north - y) / self.metres_per_px

    def grid(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """Ground points (n, 2) in whole tenths of a pixel, y downwards."""
        scaled = (points - (self.west, self.north)) * (FINENESS / self.metres_per_px, -FINENESS / self.metres_per_px)
        return np.rint(scaled).astype(np.int64)


def simplify(shapes: Geometries, frame: Frame) -> Geometries:
    """Shapes without the detail that the page cannot show; neighbours keep identical edges."""
    simplified: Geometries = shapely.coverage_simplify(shapes, TOLERANCE_PX * frame.metres_per_px)
    return simplified


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
    moving = moves.any(axis=1) & (owner[1:] == owner[:-1])
    written = list(map(str, moves[moving].ravel().tolist()))
    each = np.arange(len(lines) + 1)
    begins, ends = np.searchsorted(owner, each).tolist(), np.searchsorted(owner[1:][moving], each).tolist()
    for at, (first, end) in zip(begins, pairwise(ends), strict=False):
        if end - first >= least:
            x, y = places[at].tolist()
            yield x, y, written[2 * first : 2 * end]


def dissolve(shapes: Geometries) -> Geometries:
    """One shape, or none, from many that touch and do not overlap."""
    dissolved: Geometries = np.array([study_outline(shapes)] if len(shapes) else [], dtype=object)
    return dissolved


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
    (left, top), (right, bottom) = frame.to_pixels(west, north), frame.to_pixels(east, south)
    placement = " ".join(
        f'{name}="{round(value * FINENESS)}"'
        for name, value in (("x", left), ("y", top), ("width", right - left), ("height", bottom - top))
    )
    return [f'<image {placement} preserveAspectRatio="none" href="{relief.data_url}"/>']


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
    return [element for element in drawn if element]


def _stroked(lines: Geometries, frame: Frame, colour: str, width: float, dashes: tuple[float, ...] = ()) -> str:
    """Lines in a colour; nothing where there are none."""
    data = svg_lines(lines, frame)
    if not data:
        return ""
    dashed = f' stroke-dasharray="{" ".join(f"{length * FINENESS:g}" for length in dashes)}"' if dashes else ""
    return f'<path d="{data}" fill="none" stroke="{colour}" stroke-width="{width * FINENESS:g}"{dashed}/>'
