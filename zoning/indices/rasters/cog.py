"""Results as cloud-optimised GeoTIFF, written block by block."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np

from layers.errors import ZoneplanError
from layers.formats import Window, load_gdal
from layers.outputs import GDAL_MARK, RASTER, staged
from layers.phrases import Phrase
from zoning.indices.checked_values import Floats
from zoning.indices.rasters.grids import Grid

CellType: TypeAlias = Literal["float32", "float64", "int16", "uint8"]
NODATA: dict[str, float] = {"float32": np.nan, "float64": np.nan, "int16": -32768, "uint8": 255}
"""What stands for no value, by the type of the cells."""
_CACHE_BYTES = 1 << 27


@contextmanager
def written_cog(
    path: str | Path, grid: Grid, dtype: CellType, inputs: Iterable[object] = ()
) -> Iterator[Callable[[Window, Floats], None]]:
    """A function that writes the values of a window; when all are written, the file stands whole at its place."""
    load_gdal("rasterio")
    import rasterio  # noqa: PLC0415  (loaded by load_gdal)
    from rasterio.shutil import copy  # noqa: PLC0415  (as rasterio)

    known, nodata, whole = 0, NODATA[dtype], np.dtype(dtype).kind in "iu"
    shape = {"height": grid.shape[0], "width": grid.shape[1], "count": 1, "dtype": dtype, "nodata": nodata}
    stored = {"tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "deflate", "zlevel": 1}
    cog = {"compress": "deflate", "blocksize": 512, "overview_resampling": "mode" if whole else "average"}
    with (
        staged(path, RASTER, inputs=[Path(one) for one in inputs if isinstance(one, str | Path)]) as made,
        rasterio.Env(GDAL_CACHEMAX=_CACHE_BYTES, GDAL_PAM_ENABLED="NO"),
    ):
        draft = made.with_name(f"{made.name}.draft")
        with rasterio.open(
            draft,
            "w",
            driver="GTiff",
            crs=grid.crs.to_wkt(),
            transform=grid.transform,
            bigtiff="if_safer",
            sparse_ok=True,
            **shape,
            **stored,
        ) as written:

            def write(window: Window, values: Floats) -> None:
                nonlocal known
                empty = np.isnan(values)
                known += int(np.count_nonzero(~empty))
                if empty.all():
                    return  # as it is where nothing was written
                if whole:
                    _refuse_misfits(values[~empty], dtype)
                cells = np.where(empty, nodata, values).astype(dtype)
                written.write(cells, 1, window=tuple((one.start, one.stop) for one in window))

            yield write
            written.update_tags(**GDAL_MARK)
        try:
            copy(draft, made, driver="COG", bigtiff="if_safer", sparse_ok="yes", **cog)
        except Exception as error:
            raise OSError(str(error)) from error  # rasterio's own errors of GDAL are no OSError
        draft.unlink()
        _require_cells(made, known)


def _require_cells(path: Path, known: int) -> None:
    """Read the cells back: what a full disk did not take, GDAL says to nobody, and it reads as empty."""
    import rasterio  # noqa: PLC0415  (as above)

    with rasterio.open(path) as written:
        masks = (written.read_masks(1, window=window) for _, window in written.block_windows(1))
        if sum(np.count_nonzero(mask) for mask in masks) != known:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _refuse_misfits(values: Floats, dtype: CellType) -> None:
    limits = np.iinfo(dtype)
    wrong = (values != np.rint(values)) | (values < limits.min) | (values > limits.max) | (values == NODATA[dtype])
    if wrong.any():
        raise ZoneplanError(
            Phrase(
                "the value {value:g} has no place in cells of {dtype}; give dtype='float32'",
                value=float(values[wrong][0]),
                dtype=dtype,
            ),
            code="dtype",
        )
