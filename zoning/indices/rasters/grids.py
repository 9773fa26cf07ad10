"""Grids of one lattice, read and written block by block, the results as cloud-optimised GeoTIFF."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import pandas as pd
from pyproj import CRS

from layers.crs import same_crs
from layers.errors import SourceError, ZoneplanError
from layers.formats import Raster, Window, check_values, load_gdal, opened, read_raster
from layers.outputs import GDAL_MARK, RASTER, staged
from layers.phrases import Phrase
from layers.read import array_crs, array_grid
from zoning.indices.checked_values import Floats

if TYPE_CHECKING:
    from affine import Affine


AnyRaster: TypeAlias = Any
"""The path of a GeoTIFF, an open rasterio dataset, or an xarray.DataArray with y and x."""
BLOCK_CELLS = 1 << 20
"""So many cells are worked on at once, or one block of the file where that is more."""
_SAME_CELL = 1e-6
"""So far from each other corners of one grid may lie, as a part of a cell."""


@dataclass(frozen=True)
class Grid:
    """Where the cells of a raster are."""

    crs: CRS
    transform: Affine
    shape: tuple[int, int]

    def same_as(self, other: Grid) -> bool:
        """Whether both have the same cells."""
        off = np.abs(np.subtract(self.transform[:6], other.transform[:6]))
        cell = min(abs(self.transform.a), abs(self.transform.e))
        reach = np.array([max(self.shape), max(self.shape), 1.0] * 2)
        return (
            self.shape == other.shape
            and bool((off * reach <= _SAME_CELL * cell).all())
            and same_crs(self.crs, other.crs)
        )


@dataclass(frozen=True)
class Stack:
    """Rasters of one grid, open to be read."""

    grid: Grid
    readers: Mapping[Hashable, Callable[[Window], Floats]]
    blocks: tuple[int, int]

    def windows(self) -> Iterator[Window]:
        """Every block, row by row."""
        (high, wide), (rows, columns) = self.blocks, self.grid.shape
        for top in range(0, rows, high):
            for left in range(0, columns, wide):
                yield slice(top, min(top + high, rows)), slice(left, min(left + wide, columns))

    def cells(self, window: Window) -> tuple[pd.DataFrame, np.ndarray]:
        """The cells of a block that every raster has, one row a cell, and where they are in it."""
        known: np.ndarray | None = None
        values = {}
        for name, read in self.readers.items():
            values[name] = read(window)
            here = np.isfinite(values[name])
            known = here if known is None else known & here
            if not known.any():  # nothing to be had here, whatever the others say
                return pd.DataFrame(columns=list(self.readers), dtype=np.float64), known
        assert known is not None
        return pd.DataFrame({name: block[known] for name, block in values.items()}, copy=False), known


@contextmanager
def stacked(layers: Mapping[Hashable, AnyRaster]) -> Iterator[Stack]:
    """Rasters, open to be read block by block."""
    if not layers:
        raise ZoneplanError(Phrase("give one raster or more, by name"), code="no_values")
    with ExitStack() as open_files:
        grids, readers, stored = {}, {}, (1, 1)
        for name, layer in layers.items():
            grids[name], readers[name], block = _opened(layer, str(name), open_files)
            stored = max(stored, block)
        first = next(iter(grids))
        for name, grid in grids.items():
            if not grid.same_as(grids[first]):
                raise SourceError(
                    Phrase(
                        "rasters '{first}' and '{name}' have not the same cells ({one} and {other}). Bring one onto "
                        "the grid of the other (gdalwarp -t_srs -te -tr).",
                        first=first,
                        name=name,
                        one=_grid_text(grids[first]),
                        other=_grid_text(grid),
                    ),
                    code="grid",
                    layer=str(name),
                )
        yield Stack(grids[first], readers, _block(stored, grids[first].shape))


def same_cells(layers: Mapping[Hashable, AnyRaster]) -> None:
    """Refuse rasters that cannot be opened or have not the same cells; parameters and errors are those of stacking."""
    with stacked(layers):
        pass


def file_raster(layer: AnyRaster, name: str) -> Raster | None:
    """The raster of a GeoTIFF, by its path, as a dataset or as it was read; None of anything else."""
    if isinstance(layer, Raster):
        return layer
    path = layer if isinstance(layer, str | Path) else None
    if hasattr(layer, "profile") and layer.driver == "GTiff" and Path(layer.name).is_file():
        path = layer.name
    if path is None:
        return None
    raster = read_raster(Path(path).resolve(), name)[0]
    check_values(raster, (slice(None), slice(None)))
    return raster


def _opened(
    layer: AnyRaster, name: str, open_files: ExitStack
) -> tuple[Grid, Callable[[Window], Floats], tuple[int, int]]:
    """A raster: its grid, how a window is read, and the rows and columns of a block of its file."""
    raster = file_raster(layer, name)
    if raster is not None:
        with opened(raster.path, name, raster.layer) as dataset:
            block = dataset.block_shapes[0]
        read = open_files.enter_context(raster.reader())
        return Grid(raster.crs, raster.transform, raster.shape), read, block
    if hasattr(layer, "profile"):
        grid = Grid(CRS.from_user_input(layer.crs.to_wkt()), layer.transform, layer.shape)

        def of_dataset(window: Window) -> Floats:
            bounds = tuple((span.start, span.stop) for span in window)
            cells = layer.read(1, window=bounds).astype(np.float64)
            values: Floats = np.where(layer.read_masks(1, window=bounds) > 0, cells, np.nan)
            return values * float(layer.scales[0]) + float(layer.offsets[0])

        return grid, of_dataset, layer.block_shapes[0]
    if hasattr(layer, "dims") and hasattr(layer, "coords"):
        return _of_array(layer, name)
    raise SourceError(
        Phrase(
            "raster '{name}' is a {kind}: give the path of a GeoTIFF, an open rasterio dataset or an xarray.DataArray",
            name=name,
            kind=type(layer).__name__,
        ),
        code="kind",
        layer=name,
    )


def _of_array(layer: Any, name: str) -> tuple[Grid, Callable[[Window], Floats], tuple[int, int]]:
    flat = layer.squeeze(
        [dimension for dimension in layer.dims if dimension not in {"x", "y"} and layer.sizes[dimension] == 1]
    )
    if set(flat.dims) != {"x", "y"}:
        raise SourceError(
            Phrase("raster '{name}' has other dimensions than y, x and one band", name=name), code="grid", layer=name
        )
    flat = flat.transpose("y", "x").sortby("y", ascending=False).sortby("x")
    nodata = flat.attrs.get("_FillValue", flat.attrs.get("nodata"))

    def of_array(window: Window) -> Floats:
        cells = np.asarray(flat.isel(y=window[0], x=window[1]).values)
        values: Floats = cells.astype(np.float64)
        if nodata is not None:
            values[cells == nodata] = np.nan
        return values

    return Grid(CRS.from_user_input(array_crs(flat, name)), array_grid(flat, name), flat.shape), of_array, (1, 1)


def _block(stored: tuple[int, int], shape: tuple[int, int]) -> tuple[int, int]:
    """Rows and columns of a block: whole blocks of the file, as near as can be to the cells that are meant."""
    high, wide = stored
    if wide >= shape[1] or stored == (1, 1):  # in strips: whole rows
        return max(1, BLOCK_CELLS // shape[1] // high) * high, shape[1]
    side = max(1, round((BLOCK_CELLS / (high * wide)) ** 0.5))
    return side * high, side * wide


def _grid_text(grid: Grid) -> str:
    name = grid.crs.name
    return f"{grid.shape[0]} x {grid.shape[1]}, {abs(grid.transform.a):g}, {name}"


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
        staged(path, RASTER, inputs=[Path(source) for source in inputs if isinstance(source, str | Path)]) as made,
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
                written.write(cells, 1, window=tuple((span.start, span.stop) for span in window))

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
