"""Rasters over units: zonal statistics by the exact fraction of every cell and its true area, and terrain."""

from layers.raster.blocks import Blocks, DistanceIndex, cell_boxes, cut_runs, cut_tracts, find_blocks
from layers.raster.coarse_heights import HeightGrid, height_grid, read_heights, write_heights
from layers.raster.coverage_fraction import Borders
from layers.raster.zonal_statistics import (
    MAX_SLOPE_CELL_M,
    edges_on,
    share_where,
    shift_of_cells,
    summarise,
    weighted_mean,
)

__all__ = [
    "MAX_SLOPE_CELL_M",
    "Blocks",
    "Borders",
    "DistanceIndex",
    "HeightGrid",
    "cell_boxes",
    "cut_runs",
    "cut_tracts",
    "edges_on",
    "find_blocks",
    "height_grid",
    "read_heights",
    "share_where",
    "shift_of_cells",
    "summarise",
    "weighted_mean",
    "write_heights",
]
