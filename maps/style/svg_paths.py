"""Outlines for the page: shapes simplified as one coverage and written as short SVG paths."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from maps.context import study_outline

Geometries = npt.NDArray[np.object_]

TOLERANCE_PX = 0.5
"""A corner goes where the triangle it spans is smaller than the square of this."""
FINENESS = 10
"""Path coordinates are whole numbers of a tenth of a pixel."""


class Frame(NamedTuple):
    """Where ground metres fall on the page.

    Attributes
    ----------
    west, north : float
        Ground coordinates of the upper left corner, metres in the working CRS.
    metres_per_px : float
    width_px, height_px : float
    """

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
    """Shapes without the detail that the page cannot show; neighbours keep identical edges.

    Parameters
    ----------
    shapes : array of polygons
        A coverage: they may touch, not overlap.
    frame : Frame
        Its scale turns ``TOLERANCE_PX`` into metres.
    """
    kept: Geometries = shapely.coverage_simplify(shapes, TOLERANCE_PX * frame.metres_per_px)
    return kept


def svg_path(shapes: Geometries, frame: Frame) -> str:
    """All rings of polygons as the data of one SVG path, in whole tenths of a pixel, relative moves.

    Parameters
    ----------
    shapes : array of polygons or multipolygons
    frame : Frame

    Returns
    -------
    str
        Fill it by the even-odd rule. Rings that fall on fewer than three places of the grid are left out.

    Examples
    --------
    >>> square = shapely.box(0, 0, 10, 10)
    >>> svg_path(np.array([square]), Frame.around(square.bounds, 20, 20))
    'M200 200l0-200-200 0 0 200z'
    """
    rings = shapely.get_rings(shapely.get_parts(shapely.get_parts(shapes)))
    return "".join(_ring(frame.grid(shapely.get_coordinates(ring))) for ring in rings)


def _ring(points: npt.NDArray[np.int64]) -> str:
    moves = np.diff(points, axis=0)
    moves = moves[moves.any(axis=1)]
    if len(moves) < 3:
        return ""
    pairs = " ".join(f"{dx} {dy}" for dx, dy in moves[:-1].tolist())
    return f"M{points[0, 0]} {points[0, 1]}l{pairs}z".replace(" -", "-")


def svg_lines(lines: Geometries, frame: Frame) -> str:
    """Lines as the data of one SVG path, in whole tenths of a pixel, relative moves.

    Parameters
    ----------
    lines : array of linestrings or multilinestrings
    frame : Frame

    Examples
    --------
    >>> line = shapely.LineString([(0, 0), (10, 10), (20, 10)])
    >>> svg_lines(np.array([line]), Frame.around((0, 0, 20, 20), 20, 20))
    'M0 200l100-100 100 0'
    """
    parts = shapely.get_parts(shapely.get_parts(lines))
    return "".join(_line(frame.grid(shapely.get_coordinates(part))) for part in parts)


def _line(points: npt.NDArray[np.int64]) -> str:
    moves = np.diff(points, axis=0)
    moves = moves[moves.any(axis=1)]
    if not len(moves):
        return ""
    pairs = " ".join(f"{dx} {dy}" for dx, dy in moves.tolist())
    return f"M{points[0, 0]} {points[0, 1]}l{pairs}".replace(" -", "-")


def dissolve(shapes: Geometries) -> Geometries:
    """One shape, or none, from many that touch and do not overlap."""
    found: Geometries = np.array([study_outline(shapes)] if len(shapes) else [], dtype=object)
    return found
