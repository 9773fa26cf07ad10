"""Rasters over units: zonal statistics by the exact fraction of every cell and its true area, and terrain."""

from layers.raster.blocks import Blocks, cell_boxes, cut_tracts, find_blocks
from layers.raster.cell_area import cell_areas, cell_sides
from layers.raster.coverage_fraction import Borders, Edges, footprint
from layers.raster.terrain import aspect, neighbour_heights, relief, slope
from layers.raster.zonal_statistics import (
    Coverage,
    MAX_SLOPE_CELL_M,
    Sample,
    cover,
    edges_on,
    share_where,
    statistic,
    summarise,
)

__all__ = [
    "MAX_SLOPE_CELL_M",
    "Blocks",
    "Borders",
    "Coverage",
    "Edges",
    "Sample",
    "aspect",
    "cell_areas",
    "cell_boxes",
    "cell_sides",
    "cover",
    "cut_tracts",
    "edges_on",
    "find_blocks",
    "footprint",
    "neighbour_heights",
    "relief",
    "share_where",
    "slope",
    "statistic",
    "summarise",
]
