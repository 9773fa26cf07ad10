"""Cells: how large a cell of a grid is on the ground, by the ellipsoid of its CRS."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from pyproj import CRS, Geod

from layers.crs import is_equal_area, way_between
from layers.errors import CrsError
from layers.formats import HOLD_ALL, Raster
from layers.phrases import Phrase

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

_LATTICE = 512


def cell_areas(raster: Raster, row: Places, column: Places) -> Floats:
    """The true area of cells, in square metres.

    Notes
    -----
    Between the equator and latitude p one radian of longitude holds b**2 / 2 * (sin p / (1 - e**2 sin**2 p) +
    atanh(e sin p) / e).
    """
    shape = np.broadcast_shapes(row.shape, column.shape)
    if raster.crs.is_geographic:
        return np.broadcast_to(_row_areas(raster)[row], shape)
    if is_equal_area(raster.crs) or 0 in shape:
        return np.full(shape, abs(raster.transform.a * raster.transform.e))
    areas = _lattice_areas(raster, row, column)
    beside = ~np.isfinite(areas)  # a point of the lattice has no place: such cells are measured one by one
    if beside.any():
        row, column = np.broadcast_arrays(row, column)
        areas[beside] = _areas_at(raster, *_middles(raster, row[beside], column[beside]))
    if not np.isfinite(areas[beside]).all():
        raise CrsError(
            Phrase(
                "layer '{layer}': units reach to cells at the rim of the map of its CRS ({crs}), which have no size "
                "on the earth. {remedy}",
                layer=raster.name,
                crs=raster.crs.name,
                remedy=HOLD_ALL,
            ),
            layer=raster.name,
        )
    return areas


def row_areas(raster: Raster, rows: slice) -> Floats | None:
    """The true area of each cell of some rows, where all cells of a row have the same; None where they have not."""
    if raster.crs.is_geographic:
        return _row_areas(raster)[rows]
    if is_equal_area(raster.crs):
        return np.full(rows.stop - rows.start, abs(raster.transform.a * raster.transform.e))
    return None


def cell_sides(raster: Raster, rows: slice) -> tuple[Floats, Floats]:
    """Width and height of the cells of some rows in metres on the ground, in the middle column of the grid."""
    y = raster.transform.f + raster.transform.e * (np.arange(rows.start, rows.stop) + 0.5)
    geod = _geod(raster.crs)
    if raster.crs.is_geographic:
        radian = float(raster.crs.axis_info[0].unit_conversion_factor)
        sine = np.sin(y * radian)
        bend = 1 - geod.es * sine**2
        across = geod.a / np.sqrt(bend) * np.cos(y * radian)
        along = geod.a * (1 - geod.es) / bend**1.5
        return across * raster.transform.a * radian, along * -raster.transform.e * radian
    x = np.full_like(y, raster.transform.c + raster.transform.a * raster.shape[1] / 2)
    to = way_between(raster.crs, _base(raster))
    half_x, half_y = raster.transform.a / 2, -raster.transform.e / 2
    sides = [
        geod.inv(*to.transform(x - dx, y - dy), *to.transform(x + dx, y + dy))[2]
        for dx, dy in ((half_x, 0), (0, half_y))
    ]
    return np.asarray(sides[0]), np.asarray(sides[1])


def _geod(crs: CRS) -> Geod:
    return crs.get_geod() or Geod(ellps="WGS84")


def _base(raster: Raster) -> CRS:
    base = raster.crs.geodetic_crs
    if base is None:
        raise CrsError(
            Phrase(
                "layer '{layer}': {crs} is not tied to the earth, so the size of its cells is unknown; give the "
                "raster a geographic or projected CRS",
                layer=raster.name,
                crs=raster.crs.name,
            ),
            layer=raster.name,
        )
    return base


def _row_areas(raster: Raster) -> Floats:
    geod = _geod(raster.crs)
    radian = float(raster.crs.axis_info[0].unit_conversion_factor)
    edges = raster.transform.f + raster.transform.e * np.arange(raster.shape[0] + 1)
    sine = np.sin(np.clip(edges * radian, -np.pi / 2, np.pi / 2))
    e = np.sqrt(geod.es)
    below = sine / (1 - geod.es * sine**2) + (np.arctanh(e * sine) / e if e else sine)
    return np.asarray(np.abs(np.diff(below))) * (float(geod.b) ** 2 / 2 * float(raster.transform.a) * radian)


def _lattice_areas(raster: Raster, row: Places, column: Places) -> Floats:
    """True areas of cells, bilinear between the points of a lattice that the grid alone decides."""
    step = -(-max(raster.shape) // _LATTICE)
    ys, xs = _ticks(row, step), _ticks(column, step)
    areas = _areas_at(raster, *np.meshgrid(*_middles(raster, ys, xs)))
    down, right = _between(ys, row, step), _between(xs, column, step)
    return np.asarray(
        sum(
            wy * wx * areas[iy, ix]
            for iy, wy in ((down[0], 1 - down[1]), (down[0] + 1, down[1]))
            for ix, wx in ((right[0], 1 - right[1]), (right[0] + 1, right[1]))
        )
    )


def _middles(raster: Raster, row: Floats | Places, column: Floats | Places) -> tuple[Floats, Floats]:
    """Where the middles of cells lie: x and y."""
    to = raster.transform
    return np.asarray(to.c + to.a * (column + 0.5)), np.asarray(to.f + to.e * (row + 0.5))


def _areas_at(raster: Raster, x: Floats, y: Floats) -> Floats:
    """True areas of the cells around points: the cross of the two ways through each, on the ellipsoid."""
    base = _base(raster)
    to = way_between(raster.crs, base)
    radian = float(base.axis_info[0].unit_conversion_factor)
    half_x, half_y = raster.transform.a / 2, raster.transform.e / 2
    lon, lat = (
        np.stack(ends) * radian
        for ends in zip(
            *(to.transform(x + dx, y + dy) for dx, dy in ((half_x, 0), (-half_x, 0), (0, half_y), (0, -half_y))),
            strict=True,
        )
    )
    geod = _geod(raster.crs)
    with np.errstate(invalid="ignore"):  # infinite beyond the rim of a map
        east, north = (lon[::2] - lon[1::2] + np.pi) % (2 * np.pi) - np.pi, lat[::2] - lat[1::2]
        middle = lat.mean(axis=0)
        bend = 1 - geod.es * np.sin(middle) ** 2
        ground = geod.a**2 * (1 - geod.es) * np.cos(middle) / bend**2
        return np.asarray(np.abs(east[0] * north[1] - east[1] * north[0]) * ground)


def _ticks(places: Places, step: int) -> Floats:
    """The multiples of ``step`` from below the first place to beyond the last."""
    return np.arange(int(places.min()) // step, int(places.max()) // step + 2).astype(np.float64) * step


def _between(ticks: Floats, places: Places, step: int) -> tuple[Places, Floats]:
    """The tick at or below each place, and how far it is on the way to the next one."""
    return places // step - int(ticks[0]) // step, np.asarray((places % step) / step, dtype=np.float64)
