"""Any function of a table, asked about the cells of rasters."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from layers.errors import ZoneplanError
from layers.numerals import floats_of
from layers.phrases import Phrase
from zoning.indices.rasters.cog import CellType, written_cog
from zoning.indices.rasters.grids import AnyRaster, stacked


def raster_by_cells(
    layers: Mapping[Hashable, AnyRaster],
    function: Callable[[pd.DataFrame], pd.Series],
    path: str | Path,
    dtype: CellType = "float32",
) -> Path:
    """What a function of a table says of each cell of rasters, as a cloud-optimised GeoTIFF.

    Parameters
    ----------
    layers : mapping
        By name: the path of a GeoTIFF, an open rasterio dataset, or an ``xarray.DataArray`` with ``y``, ``x`` and a
        CRS. All on one grid.
    function : callable
        Takes a DataFrame with one row a cell and one column a raster, and gives a Series of numbers of the same index:
        graded thresholds, a matrix, corrections, or what a rulebook derives. It is asked block by block, so what it
        says of a cell must not hang on other cells; for scores that do there is :func:`zoning.indices.raster_index`.
    path : str or Path
        Of the result; what stands there is replaced.
    dtype : {"float32", "float64", "int16", "uint8"}, optional
        Of its cells.

    Returns
    -------
    Path
        Of the result. A cell that lacks a value in one of the rasters has none.

    Raises
    ------
    SourceError
        A raster cannot be read, or has other cells than the first.
    CrsError
        A raster has no CRS.
    ZoneplanError
        The function does not give one number a cell, or a value has no place in cells of this type.

    Notes
    -----
    Memory is bounded by a block, some million cells, however large the rasters.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np, rasterio
    >>> import zoneplan as zp
    >>> place = {"crs": "EPSG:3035", "transform": rasterio.Affine(100, 0, 4e6, 0, -100, 3e6)}
    >>> slopes = np.array([[2.0, 30.0]])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     grid = {"driver": "GTiff", "height": 1, "width": 2, "count": 1, "dtype": "float64", "nodata": np.nan}
    ...     with rasterio.open(f"{folder}/slope.tif", "w", **grid, **place) as dataset:
    ...         dataset.write(slopes, 1)
    ...     graded = zp.indices.raster_by_cells(
    ...         {"slope": f"{folder}/slope.tif"},
    ...         lambda cells: zp.indices.grade(cells["slope"], [3, 25], [1, 3, 5]),
    ...         f"{folder}/grade.tif",
    ...         dtype="uint8",
    ...     )
    ...     with rasterio.open(graded) as dataset:
    ...         dataset.read(1).tolist()
    [[1, 5]]
    """
    with stacked(layers) as stack, written_cog(path, stack.grid, dtype, layers.values()) as write:
        for window in stack.windows():
            cells, known = stack.cells(window)
            values = np.full(known.shape, np.nan)
            if len(cells):
                values[known] = _numbers(function(cells), cells)
            write(window, values)
    return Path(path)


def _numbers(found: object, cells: pd.DataFrame) -> np.ndarray:
    if not isinstance(found, pd.Series) or len(found) != len(cells) or not pd.api.types.is_numeric_dtype(found.dtype):
        raise ZoneplanError(
            Phrase("the function must give a Series of numbers, one a cell; name texts by numbers first"),
            code="function",
        )
    return floats_of(found)
