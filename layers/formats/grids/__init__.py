"""Grids of scientific arrays: one variable of netCDF or Zarr, seen as one band of a raster file."""

from layers.formats.grids.array_files import opened_array

__all__ = ["opened_array"]
