"""Strips: a part of a shape of exactly some share, cut off along one side, and what of a shape is polygons."""

from __future__ import annotations

import shapely

_STEPS = 120
_FAR = 1e9


def cut_strip(shape: shapely.Geometry, share: float, side: str) -> shapely.Geometry:
    """The part of a shape that lies on one side and has a share of its area.

    Parameters
    ----------
    shape : Polygon or MultiPolygon
        In metres.
    share : float
        Between 0 and 1.
    side : {"west", "east", "south", "north"}

    Returns
    -------
    Polygon or MultiPolygon
        The cut is straight, across the x axis or the y axis of the CRS; its area is exact to the precision of sums.

    Examples
    --------
    >>> cut_strip(shapely.box(0, 0, 100, 100), 0.25, "east").bounds
    (75.0, 0.0, 100.0, 100.0)
    """
    axis = 0 if side in {"west", "east"} else 1
    ends = shapely.bounds(shape)
    low, high = float(ends[axis]), float(ends[axis + 2])
    from_low = side in {"west", "south"}
    wanted = shapely.area(shape) * (share if from_low else 1 - share)
    line = _line(shape, axis, wanted, low, high)
    return _clipped(shape, axis, -_FAR, line) if from_low else _clipped(shape, axis, line, _FAR)


def _line(shape: shapely.Geometry, axis: int, wanted: float, low: float, high: float) -> float:
    """Where a line across an axis leaves an area below it, by false position after Illinois."""
    under, over, last = -wanted, float(shapely.area(shape)) - wanted, 0
    noise = 1e-12 * (over - under)
    line = low
    for step in range(_STEPS):
        # every third step halves, for shapes whose width changes suddenly
        line = (low + high) / 2 if step % 3 == 2 else low - under * (high - low) / (over - under)
        off = float(shapely.area(_clipped(shape, axis, -_FAR, line))) - wanted
        if abs(off) <= noise:
            break
        if off < 0:
            low, under, over, last = line, off, over / 2 if last < 0 else over, -1
        else:
            high, over, under, last = line, off, under / 2 if last > 0 else under, 1
    return line


def _clipped(shape: shapely.Geometry, axis: int, low: float, high: float) -> shapely.Geometry:
    box = (low, -_FAR, high, _FAR) if axis == 0 else (-_FAR, low, _FAR, high)
    return shapely.clip_by_rect(shape, *box)


def polygonal(shape: shapely.Geometry) -> shapely.MultiPolygon:
    """The polygons of a geometry without the lines and points at which parts of it only touch.

    Examples
    --------
    >>> touching = shapely.GeometryCollection([shapely.Point(5, 5), shapely.box(0, 0, 1, 1)])
    >>> polygonal(touching).geom_type, polygonal(touching).area
    ('MultiPolygon', 1.0)
    """
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.multipolygons(parts[shapely.get_dimensions(parts) == 2])
