"""Rasters block by block: indices, functions of cells, quantiles, shares by unit; cloud-optimised GeoTIFF."""

from zoning.indices.rasters.cell_functions import grade_shares, raster_by_cells, raster_quantiles
from zoning.indices.rasters.composite_rasters import raster_index
from zoning.indices.rasters.grids import same_cells

__all__ = ["grade_shares", "raster_by_cells", "raster_index", "raster_quantiles", "same_cells"]
