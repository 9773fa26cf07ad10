"""The cells of a raster that designates, drawn as polygons along the cells' edges."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import shape

from layers.crs import valid_polygons
from layers.formats import Raster, Window, load_gdal


def polygons_of(raster: Raster, window: Window) -> gpd.GeoDataFrame:
    """The cells that have a value, as polygons along the cells' edges.

    Every corner of a cell on an outline is a point of it, so that two classes of one raster share all points of their
    common border wherever they are projected to.
    """
    load_gdal("rasterio")
    from rasterio.features import shapes  # noqa: PLC0415  (loaded by load_gdal)

    filled = raster.has_value(window)
    outlines = [shape(one) for one, _ in shapes(filled.astype(np.uint8), mask=filled, connectivity=4)]
    cells = np.asarray(outlines, dtype=object)
    cells = shapely.transform(shapely.segmentize(cells, 1.0), np.rint)
    wrong = ~shapely.is_valid(cells)
    cells[wrong] = valid_polygons(cells[wrong])
    top, left, grid = window[0].start, window[1].start, raster.transform
    placed = shapely.transform(
        cells, lambda at: np.column_stack([grid.c + grid.a * (at[:, 0] + left), grid.f + grid.e * (at[:, 1] + top)])
    )
    ids = pd.Index([str(one) for one in range(1, len(placed) + 1)], dtype="str")
    return gpd.GeoDataFrame(geometry=gpd.GeoSeries(placed, index=ids, crs=raster.crs), index=ids)
