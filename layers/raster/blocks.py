"""The part of each cell of a grid that lies inside some land, with what the grid says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS, Transformer

from layers.crs import project
from layers.formats import Raster
from layers.raster.zonal_statistics import Batch, batches, refuse_coarse, terrain_at

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]

_BENT = 1.1
"""How much farther off the edge of a block may lie than its corners, where the way into metres bends it."""


def cut_tracts(
    land: gpd.GeoDataFrame, raster: Raster, surfaces: Iterable[str], flock: Places | None = None
) -> Iterator[pd.DataFrame]:
    """The part of every cell inside each land, a few lands at a time, so that memory is bounded by the largest flock.

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
    for runs in cut_runs(land, raster, surfaces, flock):
        count = runs.pop("count").to_numpy()
        if (count == 1).all():
            yield runs
            continue
        cells = pd.DataFrame({name: np.repeat(runs[name].to_numpy(), count) for name in runs}, copy=False)
        cells["column"] += np.arange(len(cells)) - np.repeat(np.cumsum(count) - count, count)
        yield cells


def cut_runs(
    land: gpd.GeoDataFrame, raster: Raster, surfaces: Iterable[str], flock: Places | None = None
) -> Iterator[pd.DataFrame]:
    """What :func:`cut_tracts` gives, with one row for cells of a row side by side that are alike.

    Examples
    --------
    >>> from affine import Affine
    >>> from pathlib import Path
    >>> from shapely import box
    >>> grid = Raster(Path("none.tif"), CRS("EPSG:3035"), Affine(100, 0, 0, 0, -100, 200), (2, 9), 100.0)
    >>> land = gpd.GeoDataFrame(geometry=[box(50, 0, 900, 100)], crs="EPSG:3035")
    >>> next(cut_runs(land, grid, []))
       land  row  column  count  share  area_ha
    0     0    1       0      1    0.5      0.5
    1     0    1       1      8    1.0      1.0
    """
    names = sorted(set(surfaces))
    refuse_coarse(raster, names, "siting")
    hectares = shapely.area(np.asarray(land.geometry.array)) / 1e4
    with raster.reader() if names else nullcontext(raster.read) as read:
        tabulate = partial(_runs, raster, names, read, hectares)
        yield from map(tabulate, batches(land, raster, flock))  # no name here keeps a batch while its cells are used


def _runs(
    raster: Raster, names: list[str], read: Callable[..., Floats], hectares: Floats, batch: Batch
) -> pd.DataFrame:
    """The cells of some land, of which all hectares are known."""
    spans, each = batch.spans, batch.each
    whole = np.bincount(np.repeat(spans.owner, spans.length), batch.area, len(batch.units))
    on_grid = hectares[batch.units] * batch.inside
    if names:
        spans, each = spans.singles(), batch.area
    with np.errstate(invalid="ignore", divide="ignore"):
        area = each * (on_grid / whole)[spans.owner]
    cells = {
        "land": batch.units[spans.owner],
        "row": spans.row,
        "column": spans.start,
        "count": spans.length,
        "share": spans.share,
        "area_ha": area,
    }
    return pd.DataFrame({**cells, **(terrain_at(raster, spans.cells(), names, read) if names else {})}, copy=False)


def cell_boxes(raster: Raster, row: Places, column: Places, crs: CRS) -> Shapes:
    """Cells of a raster as polygons in another CRS; neighbours have their common edge in common.

    Examples
    --------
    >>> from affine import Affine
    >>> from pathlib import Path
    >>> grid = Raster(Path("none.tif"), CRS("EPSG:3035"), Affine(100, 0, 0, 0, -100, 200), (2, 2), 100.0)
    >>> [box.bounds for box in cell_boxes(grid, np.array([0]), np.array([1]), CRS("EPSG:3035"))]
    [(100.0, 100.0, 200.0, 200.0)]
    """
    transform = raster.transform
    # both edges of a cell by one formula each, so that neighbours get the same numbers
    boxes = shapely.box(
        transform.c + transform.a * column,
        transform.f + transform.e * (row + 1),
        transform.c + transform.a * (column + 1),
        transform.f + transform.e * row,
    )
    placed: Shapes = np.asarray(project(gpd.GeoDataFrame(geometry=boxes, crs=raster.crs), crs).geometry.array)
    return placed


class DistanceIndex:
    """A spatial index of some shapes, asked how far points are from the nearest of them."""

    def __init__(self, shapes: Shapes) -> None:
        self.shapes, self._tree = shapes, shapely.STRtree(shapes)
        west, south, east, north = shapely.total_bounds(shapes) if len(shapes) else (0.0, 0.0, 0.0, 0.0)
        self._extent = (east - west) * (north - south)

    def nearest(self, points: Shapes, reach: float) -> Floats:
        """How far each point is from the nearest shape, in metres; beyond ``reach`` it may be inf.

        Examples
        --------
        >>> fields = DistanceIndex(np.array([shapely.box(0, 0, 9, 9), shapely.box(50, 50, 60, 60)]))
        >>> fields.nearest(shapely.points([[12, 5], [60, 64]]), 5.0).tolist()
        [3.0, 4.0]
        """
        far = np.full(len(points), np.inf)
        if len(self.shapes) * np.pi * reach**2 < self._extent:  # hardly any point has many of them within reach
            point, shape = self._tree.query(points, predicate="dwithin", distance=reach)
            np.minimum.at(far, point, shapely.distance(points[point], self.shapes[shape]))
        else:
            (point, _), metres = self._tree.query_nearest(points, return_distance=True, all_matches=False)
            far[point] = metres
        return far


@dataclass(frozen=True)
class Blocks:
    """Square blocks of the cells of a grid."""

    middle: Shapes
    radius: Floats
    block: Places

    def distances(self, others: DistanceIndex, within_m: float) -> tuple[Floats, Floats]:
        """How far the cells of each block are from the nearest of some shapes: at least and at most, in metres.

        For a block of a single cell both are the distance itself. Beyond ``within_m`` both may be inf.
        """
        known = np.flatnonzero(np.isfinite(self.radius))
        least, most = np.zeros(len(self.middle)), np.full(len(self.middle), np.inf)
        radius = self.radius[known]
        far = others.nearest(self.middle[known], within_m + float(radius.max(initial=0.0)))
        least[known], most[known] = np.maximum(far - radius, 0.0), far + radius
        return least, most


def find_blocks(raster: Raster, row: Places, column: Places, side: int, way: Transformer) -> Blocks:
    """The blocks in which some cells lie.

    Examples
    --------
    >>> from affine import Affine
    >>> from pathlib import Path
    >>> from layers.crs import way_between
    >>> grid = Raster(Path("none.tif"), CRS("EPSG:3035"), Affine(100, 0, 0, 0, -100, 200), (2, 2), 100.0)
    >>> town = DistanceIndex(np.array([shapely.box(100, 0, 200, 100)]))
    >>> way = way_between(grid.crs, CRS("EPSG:3035"))
    >>> cells = find_blocks(grid, np.array([1, 1]), np.array([0, 1]), 1, way)
    >>> [found.tolist() for found in cells.distances(town, 80.0)]
    [[50.0, 0.0], [50.0, 0.0]]
    """
    if side == 1:
        middle = shapely.points(_placed(raster, row + 0.5, column + 0.5, way))
        return Blocks(middle, np.zeros(len(row)), np.arange(len(row)))
    down, right = row // side, column // side
    top, left = down.min(initial=0), right.min(initial=0)
    width = int(right.max(initial=0) - left) + 1
    key = (down - top) * width + right - left
    there = np.flatnonzero(np.bincount(key))
    position = np.zeros(int(key.max(initial=0)) + 1, np.int64)
    position[there] = np.arange(len(there))
    down, right = (there // width + top + 0.5) * side, (there % width + left + 0.5) * side
    half = (side - 1) / 2
    steps = np.array([[0, 0], [-half, -half], [-half, half], [half, -half], [half, half]])[:, :, None]
    middle, *corners = _placed(raster, down + steps[:, 0], right + steps[:, 1], way)
    with np.errstate(invalid="ignore"):  # infinite less infinite
        radius = np.max([np.hypot(*(corner - middle).T) for corner in corners], axis=0) * _BENT
    return Blocks(shapely.points(middle), np.where(np.isfinite(radius), radius, np.inf), position[key])


def _placed(raster: Raster, row: npt.NDArray[Any], column: npt.NDArray[Any], way: Transformer) -> Floats:
    """Places on a grid as points in another CRS, with one axis more at the end."""
    transform = raster.transform
    x, y = way.transform(transform.c + transform.a * column, transform.f + transform.e * row)
    return np.stack([x, y], axis=-1)
