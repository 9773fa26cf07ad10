"""Tracts: the part of each cell of a grid that lies inside some land, with what the grid says of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from layers.crs import way_between
from layers.grids import batches, refuse_coarse, surfaces_at
from layers.projections import project
from layers.rasters import Raster

Places = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]


def cut_tracts(
    land: gpd.GeoDataFrame, raster: Raster, surfaces: Iterable[str], flock: Places | None = None
) -> Iterator[pd.DataFrame]:
    """The part of every cell inside each land, a few lands at a time, so that memory is bounded by the largest flock.

    Parameters
    ----------
    land : GeoDataFrame
        Polygons in an equal-area CRS in metres.
    raster : Raster
    surfaces : iterable of {"value", "slope", "aspect", "relief"}
    flock : array of int, optional
        For each land a number from 0 up: lands of one number come together. By default each is alone.

    Yields
    ------
    DataFrame
        One row a land and cell, sorted by them: ``land`` (place in the table), ``row``, ``column``, ``share`` (of the
        cell inside the land), ``area_ha``, and one column a surface, NaN where the cell has none.

    Raises
    ------
    SourceError
        Slope, aspect or relief is asked of cells larger than 100 m and the layer does not say ``coarse``.

    Notes
    -----
    ``area_ha`` is the planar area of the land, shared out among its cells by their true area inside it; the part of the
    land off the grid has no row.

    Examples
    --------
    >>> from affine import Affine
    >>> from pathlib import Path
    >>> from shapely import box
    >>> grid = Raster(Path("none.tif"), CRS("EPSG:3035"), Affine(100, 0, 0, 0, -100, 200), (2, 2), 100.0)
    >>> land = gpd.GeoDataFrame(geometry=[box(50, 0, 150, 100)], crs="EPSG:3035")
    >>> next(cut_tracts(land, grid, []))
       land  row  column  share  area_ha
    0     0    1       0    0.5      0.5
    1     0    1       1    0.5      0.5
    """
    names = sorted(set(surfaces))
    refuse_coarse(raster, names, "siting")
    hectares = shapely.area(np.asarray(land.geometry.array)) / 1e4
    for batch in batches(land, raster, flock):
        found = batch.found
        whole = np.bincount(found.owner, batch.area, len(batch.units))
        on_grid = hectares[batch.units] * batch.inside
        with np.errstate(invalid="ignore", divide="ignore"):
            area = batch.area * (on_grid / whole)[found.owner]
        cells = {
            "land": batch.units[found.owner],
            "row": found.row,
            "column": found.column,
            "share": found.share,
            "area_ha": area,
        }
        yield pd.DataFrame({**cells, **(surfaces_at(raster, found, names) if names else {})})


def cell_boxes(raster: Raster, row: Places, column: Places, crs: CRS) -> Shapes:
    """Cells of a raster as polygons in another CRS; neighbours have their common edge in common.

    Parameters
    ----------
    raster : Raster
    row, column : array of int
        Which cells.
    crs : pyproj.CRS
        In metres.

    Returns
    -------
    array of Polygon

    Examples
    --------
    >>> from affine import Affine
    >>> from pathlib import Path
    >>> grid = Raster(Path("none.tif"), CRS("EPSG:3035"), Affine(100, 0, 0, 0, -100, 200), (2, 2), 100.0)
    >>> [box.bounds for box in cell_boxes(grid, np.array([0]), np.array([1]), CRS("EPSG:3035"))]
    [(100.0, 100.0, 200.0, 200.0)]
    """
    own = raster.transform
    # both edges of a cell by one formula each, so that neighbours get the same numbers
    boxes = shapely.box(
        own.c + own.a * column, own.f + own.e * (row + 1), own.c + own.a * (column + 1), own.f + own.e * row
    )
    placed: Shapes = np.asarray(project(gpd.GeoDataFrame(geometry=boxes, crs=raster.crs), crs).geometry.array)
    return placed


def distances(
    raster: Raster, row: Places, column: Places, others: Shapes, within_m: float, crs: CRS
) -> npt.NDArray[np.float64]:
    """How far the centre of each cell is from the nearest of some shapes, in metres; NaN beyond a distance.

    Parameters
    ----------
    raster : Raster
    row, column : array of int
        Which cells.
    others : array of geometry
        In ``crs``.
    within_m : float
    crs : pyproj.CRS
        In metres.

    Examples
    --------
    >>> from affine import Affine
    >>> from pathlib import Path
    >>> grid = Raster(Path("none.tif"), CRS("EPSG:3035"), Affine(100, 0, 0, 0, -100, 200), (2, 2), 100.0)
    >>> town = np.asarray([shapely.box(100, 0, 200, 100)])
    >>> distances(grid, np.array([1, 1]), np.array([0, 1]), town, 80.0, CRS("EPSG:3035")).tolist()
    [50.0, 0.0]
    """
    found = np.full(len(row), np.nan)
    near = np.flatnonzero(_may_be_near(raster, row, column, others, within_m, crs))
    if len(near):
        x, y = _centres(raster, row[near], column[near], crs)
        (place, _), far = shapely.STRtree(others).query_nearest(
            shapely.points(x, y), max_distance=within_m, return_distance=True, all_matches=False
        )
        found[near[place]] = far
    return found


def _centres(
    raster: Raster, row: Places, column: Places, crs: CRS
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    own = raster.transform
    x, y = way_between(raster.crs, crs).transform(own.c + own.a * (column + 0.5), own.f + own.e * (row + 0.5))
    return x, y


def _may_be_near(
    raster: Raster, row: Places, column: Places, others: Shapes, within_m: float, crs: CRS
) -> npt.NDArray[np.bool_]:
    """Cells inside the boxes around shapes, a little wider: a quick look before distances are measured."""
    if not len(row) or not len(others):
        return np.zeros(len(row), bool)
    own, top, left = raster.transform, int(row.min()), int(column.min())
    height, width = int(row.max()) - top + 1, int(column.max()) - left + 1
    west, south, east, north = shapely.bounds(others).T + np.array([[-1], [-1], [1], [1]]) * within_m
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    x = np.stack([west, west, west, middle_x, middle_x, east, east, east])
    y = np.stack([south, middle_y, north, south, north, south, middle_y, north])
    x, y = way_between(crs, raster.crs).transform(x, y)
    columns, rows = (x - own.c) / own.a - left, (y - own.f) / own.e - top
    filled = np.zeros((height, width), bool)
    for low, high, first, end in zip(
        *(np.clip(ends, 0, size) for axis, size in ((rows, height), (columns, width)) for ends in _widened(axis)),
        strict=True,
    ):
        filled[low:high, first:end] = True
    return np.asarray(filled[row - top, column - left])


def _widened(places: npt.NDArray[np.float64]) -> tuple[Places, Places]:
    """First and last row or column of boxes, with a tenth and two cells more on both sides."""
    low, high = places.min(axis=0), places.max(axis=0)
    more = (high - low) / 10 + 2
    return np.floor(low - more).astype(np.int64), np.ceil(high + more).astype(np.int64)
