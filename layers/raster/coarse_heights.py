"""A coarse grid of heights that a plan keeps, so that maps can show its relief when the source is no longer there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from affine import Affine
from pyproj import CRS

from layers.formats import Raster, Window, load_gdal, opened, window_of

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int16]

NO_HEIGHT = -32768
MOST_CELLS = 800
"""Along the longer side; a finer raster is averaged."""
MARGIN = 0.2
"""Of the longer side of the units, on every side of them."""
_STRIP_CELLS = 8_000_000


@dataclass(frozen=True, eq=False)
class HeightGrid:
    """Heights as whole steps on a grid, north up."""

    steps: Integers
    step_m: float
    crs: CRS
    transform: Affine

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, HeightGrid):
            return NotImplemented
        same_grid = (self.step_m, self.crs, self.transform) == (other.step_m, other.crs, other.transform)
        return same_grid and bool(np.array_equal(self.steps, other.steps))

    def __hash__(self) -> int:
        return hash((self.step_m, self.transform, self.steps.tobytes()))

    @property
    def heights_m(self) -> Floats:
        """Heights in metres, NaN where there is none."""
        return np.where(self.steps == NO_HEIGHT, np.nan, self.steps * self.step_m)


def height_grid(raster: Raster, bounds: Floats, crs: CRS) -> HeightGrid | None:
    """What a plan keeps of a raster of heights."""
    west, south, east, north = map(float, bounds)
    side = 0.0 if raster.nodata is None else MARGIN * max(east - west, north - south)  # cells without a check stay out
    rows, columns = window_of(raster, np.array([west - side, south - side, east + side, north + side]), crs)
    factor = -(-max(rows.stop - rows.start, columns.stop - columns.start) // MOST_CELLS)
    heights = _means(raster, (rows, columns), factor)
    known = np.isfinite(heights)
    if not known.any():
        return None
    highest = float(np.abs(heights[known]).max())
    step = 0.1
    while highest / step > -NO_HEIGHT - 1:
        step *= 10
    steps = np.full(heights.shape, NO_HEIGHT, np.int16)
    steps[known] = np.rint(heights[known] / step)
    corner = raster.transform @ Affine.translation(columns.start, rows.start) @ Affine.scale(factor)
    return HeightGrid(steps, step, raster.crs, corner)


def _means(raster: Raster, window: Window, factor: int) -> Floats:
    """The mean of each block of so many cells a side; NaN where none has a value. Blocks at the edges are smaller."""
    rows, columns = window
    wide = columns.stop - columns.start
    strip = max(1, _STRIP_CELLS // (wide * factor)) * factor
    means = []
    with raster.reader() as read:
        for top in range(rows.start, rows.stop, strip):
            values = read((slice(top, min(top + strip, rows.stop)), columns))
            if factor == 1:
                means.append(values)
                continue
            known = np.isfinite(values)
            starts = [np.arange(0, size, factor) for size in values.shape]
            total, count = (
                np.add.reduceat(np.add.reduceat(part, starts[0], axis=0), starts[1], axis=1)
                for part in (np.where(known, values, 0.0), known.astype(np.float64))
            )
            means.append(np.divide(total, count, where=count > 0, out=np.full(total.shape, np.nan)))
    return np.concatenate(means)


def write_heights(grid: HeightGrid, path: Path) -> None:
    """Write heights as a GeoTIFF of whole numbers with a scale; the same grid gives the same bytes."""
    load_gdal("rasterio")
    import rasterio  # noqa: PLC0415  (loaded by load_gdal)

    with rasterio.open(
        path, "w", driver="GTiff", width=grid.steps.shape[1], height=grid.steps.shape[0], count=1, dtype="int16",
        nodata=NO_HEIGHT, crs=grid.crs.to_wkt(), transform=grid.transform, compress="deflate", predictor=2,
    ) as file:  # fmt: skip
        file.write(grid.steps, 1)
        file.scales = (grid.step_m,)


def read_heights(path: Path) -> HeightGrid:
    """Heights as :func:`write_heights` wrote them."""
    with opened(path, path.stem) as file:
        text = file.crs.to_wkt() if file.crs else ""
        return HeightGrid(file.read(1), float(file.scales[0]), CRS.from_user_input(text), file.transform)
