"""Grids of scientific arrays: one variable of netCDF or Zarr, seen as one band of a raster file."""

from layers.formats.grids.array_files import ArrayBand, opened_array

__all__ = ["ArrayBand", "opened_array"]
