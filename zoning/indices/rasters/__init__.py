"""Rasters block by block: indices, functions of cells, quantiles, shares by unit; cloud-optimised GeoTIFF."""

from zoning.indices.rasters.cell_functions import raster_by_cells
from zoning.indices.rasters.composite_rasters import raster_index
from zoning.indices.rasters.grids import same_cells
from zoning.indices.rasters.quantiles import raster_quantiles
from zoning.indices.rasters.shares_by_unit import grade_shares

__all__ = ["grade_shares", "raster_by_cells", "raster_index", "raster_quantiles", "same_cells"]
