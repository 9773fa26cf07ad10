"""Files for the tests of reading: grids and small studies, written where a test asks for them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from affine import Affine

X0, Y0, KM = 4_000_000.0, 3_000_000.0, 1000.0


@pytest.fixture
def write_grid(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes a GeoTIFF over the toy province: 8 x 6 cells of 500 m unless told otherwise."""

    def write(values, name="grid.tif", *, crs="EPSG:3035", transform=None, scale=None, offset=None, **profile) -> Path:
        values = np.asarray(values)
        bands = values if values.ndim == 3 else values[None]
        about = {
            "driver": "GTiff",
            "count": len(bands),
            "height": bands.shape[1],
            "width": bands.shape[2],
            "dtype": str(values.dtype),
            "crs": crs,
            "transform": transform or Affine(500, 0, X0, 0, -500, Y0 + 3 * KM),
        }
        with rasterio.open(tmp_path / name, "w", **(about | profile)) as out:
            out.write(bands)
            if scale is not None:
                out.scales, out.offsets = (scale,), (offset,)
        return tmp_path / name

    return write


@pytest.fixture
def rows_grid(write_grid) -> Path:
    """The raster of the toy province: the value is the row, counted from the north (0..5)."""
    return write_grid(np.repeat(np.arange(6, dtype="float32")[:, None], 8, axis=1), "elevation.tif")


@pytest.fixture
def province(tmp_path: Path, units: gpd.GeoDataFrame) -> Path:
    """A folder with the twelve units in ``units.gpkg``, id column ``code``."""
    plain = units.drop(columns=["area_ha", "jurisdiction"]).rename_axis("code").reset_index()
    plain.to_file(tmp_path / "units.gpkg", layer="units")
    return tmp_path
