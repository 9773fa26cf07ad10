"""The heights that a plan keeps: a coarse grid around the units, exact to its step, the same when it is read back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from layers.crs import known_crs
from layers.formats import read_raster
from layers.raster import HeightGrid, height_grid, read_heights, write_heights
from layers.raster.coarse_heights import NO_HEIGHT


def raster(path: Path, values: np.ndarray, *, nodata: float | None = -9999.0, cell: float = 500.0):
    """Cells over the toy province, whose west and north are 4,000,000 and 3,003,000."""
    rows, columns = values.shape
    with rasterio.open(
        path, "w", driver="GTiff", width=columns, height=rows, count=1, dtype="float32", crs="EPSG:3035",
        transform=Affine(cell, 0, 4_000_000, 0, -cell, 3_003_000), nodata=nodata,
    ) as out:  # fmt: skip
        out.write(values.astype("float32"), 1)
    return read_raster(path, "heights")[0]


def kept(units, source) -> HeightGrid | None:
    return height_grid(source, units.total_bounds, known_crs(units))


def test_heights_are_those_of_the_raster_to_a_tenth_of_a_metre(units, tmp_path):
    values = np.arange(48).reshape(6, 8) + 0.24
    grid = kept(units, raster(tmp_path / "a.tif", values))
    assert grid.step_m == 0.1
    assert np.allclose(grid.heights_m, np.floor(values) + 0.2)
    assert grid.transform @ (0, 0) == (4_000_000, 3_003_000)


def test_high_mountains_have_whole_metres(units, tmp_path):
    grid = kept(units, raster(tmp_path / "a.tif", np.full((6, 8), 8848.4)))
    assert grid.step_m == 1.0
    assert set(grid.heights_m.ravel()) == {8848.0}


def test_a_fine_raster_is_averaged_block_by_block(units, tmp_path, monkeypatch):
    values = np.repeat(np.repeat(np.array([[10.0, 20.0], [30.0, -9999.0]]), 3, axis=0), 4, axis=1)
    values[0, 0] = -9999.0  # of a block with a gap the mean of the rest
    monkeypatch.setattr("layers.raster.coarse_heights.MOST_CELLS", 4)
    grid = kept(units, raster(tmp_path / "a.tif", values))
    assert grid.steps.shape == (3, 4)
    assert grid.transform.a == 1000.0
    assert np.isnan(grid.heights_m[2, 3])
    assert grid.heights_m[0, 0] == pytest.approx(10.0)
    assert grid.heights_m[1, 0] == pytest.approx(20.0)  # two rows of 10 above... and two of 30 below, half each


def test_nothing_is_kept_of_a_raster_without_heights(units, tmp_path):
    assert kept(units, raster(tmp_path / "a.tif", np.full((6, 8), -9999.0))) is None


def test_what_is_kept_is_read_back_and_written_as_the_same_bytes(units, tmp_path):
    values = np.arange(48.0).reshape(6, 8)
    values[2, 2] = -9999.0
    grid = kept(units, raster(tmp_path / "a.tif", values))
    for name in ("one.tif", "two.tif"):
        write_heights(grid, tmp_path / name)
    assert (tmp_path / "one.tif").read_bytes() == (tmp_path / "two.tif").read_bytes()
    again = read_heights(tmp_path / "one.tif")
    assert again == grid
    assert hash(again) == hash(grid)
    assert again.steps[2, 2] == NO_HEIGHT
    other = grid.steps.copy()
    other[0, 0] += 1
    assert HeightGrid(other, grid.step_m, grid.crs, grid.transform) != grid


def test_a_large_raster_is_read_strip_by_strip(units, tmp_path, monkeypatch):
    source = raster(tmp_path / "a.tif", np.arange(48.0).reshape(6, 8))
    whole = kept(units, source)
    monkeypatch.setattr("layers.raster.coarse_heights._STRIP_CELLS", 8)
    assert kept(units, source) == whole
