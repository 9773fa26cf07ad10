"""GeoTIFFs: opened by one driver, from the file alone, and refused where the grid is not a plain one.

What stands beside the file (.tfw, .aux.xml, .ovr, .msk) is never read: the file's sha256 tells all.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from layers.drivers import limit_drivers
from layers.errors import LimitError, SourceError

if TYPE_CHECKING:
    from rasterio.io import DatasetReader

MAX_BLOCK_BYTES = 1024**3


@contextmanager
def opened(path: Path, name: str) -> Iterator[DatasetReader]:
    """A GeoTIFF, open for reading by that driver alone, without what stands beside it.

    Raises
    ------
    SourceError
        It cannot be opened or read.
    """
    limit_drivers("rasterio")
    import rasterio  # noqa: PLC0415  (loaded after the drivers are limited)
    from rasterio.errors import NotGeoreferencedWarning, RasterioError  # noqa: PLC0415  (as rasterio)

    try:
        with rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR", GDAL_PAM_ENABLED="NO"):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", NotGeoreferencedWarning)  # a missing place is refused by check_grid
                dataset = rasterio.open(path, driver="GTiff", sharing=False)
            with dataset:
                yield dataset
    except RasterioError as error:
        raise SourceError(
            f"layer '{name}': {path.name} cannot be read: {error}. It may be damaged or cut short: get it anew.",
            code="damaged",
            layer=name,
        ) from error


def check_grid(dataset: DatasetReader, path: Path, name: str) -> None:
    """Refuse what is no plain grid: one band of real numbers, north up, with a place on the earth.

    Raises
    ------
    SourceError
        With the remedy.
    LimitError
        Its blocks are too large to be unpacked.
    """
    grid = dataset.transform
    problem = ""
    if dataset.count != 1:
        problem = f"has {dataset.count} bands. Export the one that is meant (gdal_translate -b 1)"
    elif np.dtype(dataset.dtypes[0]).kind not in "iuf":
        problem = f"holds {dataset.dtypes[0]}, no real numbers. Export it as Int32 or Float32"
    elif grid == grid.identity():
        problem = (
            "does not say where on the earth it lies (a .tfw or .aux.xml beside it is not read). Write it into the "
            "file (gdal_translate in.tif out.tif)"
        )
    elif grid.b or grid.d:
        problem = "is turned against north. Straighten it (gdalwarp)"
    elif grid.e > 0 or grid.a < 0:
        problem = "does not run from north-west to south-east. Turn it (gdalwarp)"
    if problem:
        raise SourceError(f"layer '{name}': {path.name} {problem}.", code="grid", layer=name)
    rows, columns = dataset.block_shapes[0]
    if rows * columns * np.dtype(dataset.dtypes[0]).itemsize > MAX_BLOCK_BYTES:
        raise LimitError(
            f"layer '{name}': {path.name} is stored in blocks of {rows} x {columns} cells, too large to unpack. Store "
            f"it in tiles (gdal_translate -co TILED=YES).",
            code="block_size",
            layer=name,
        )
