"""Means weighted by another grid: by pencil, of nested grids either way, and against exactextract."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from pyproj import CRS

from layers.errors import SourceError
from layers.formats import read_raster
from layers.raster import weighted_mean

X, Y = 4_000_000.0, 3_000_000.0


@pytest.fixture
def grid(tmp_path):
    def write(name, values, cell, crs="EPSG:3035", corner=(X, Y)):
        values = np.asarray(values, dtype="float64")
        rows, columns = values.shape
        profile = {"driver": "GTiff", "width": columns, "height": rows, "count": 1, "dtype": "float64", "crs": crs}
        place = Affine(cell, 0, corner[0], 0, -cell, corner[1])
        with rasterio.open(tmp_path / f"{name}.tif", "w", **profile, transform=place, nodata=np.nan) as out:
            out.write(values, 1)
        return read_raster(tmp_path / f"{name}.tif", name)[0]

    return write


def units(*boxes, crs="EPSG:3035"):
    return gpd.GeoDataFrame(geometry=[shapely.box(*one) for one in boxes], crs=crs)


def test_by_pencil_on_one_grid(grid):
    heat, people = grid("heat", [[10.0, 20], [30, np.nan]], 100), grid("people", [[1.0, 3], [0, 4]], 100)
    land = units(
        (X, Y - 100, X + 200, Y), (X, Y - 100, X + 150, Y), (X, Y - 200, X + 200, Y), (X, Y - 200, X + 50, Y - 150)
    )
    found = weighted_mean(land, heat, people)
    assert found["mean"][:3].tolist() == [70 / 4, (10 + 20 * 1.5) / 2.5, 70 / 4]
    assert np.isnan(found["mean"][3]), "nobody lives there"
    assert found["covered"].tolist() == [1.0, 1.0, 0.5, 0.0]


@pytest.mark.parametrize("people_finer", [True, False])
def test_by_pencil_on_nested_grids(grid, people_finer):
    """Two by two cells in one; the people of a larger cell are spread evenly over it."""
    small, large = [[1.0, 2, 5, 6], [3, 4, 7, 8]], [[10.0, 20.0]]
    if people_finer:
        heat, people = grid("heat", large, 200), grid("people", small, 100)
        whole, part = (10 * 10 + 26 * 20) / 36, (10 * 10 + 12 * 20) / 22
    else:
        heat, people = grid("heat", small, 100), grid("people", large, 200)
        whole, part = (2.5 * 10 + 6.5 * 20) / 30, (2.5 * 10 + 6 * 10) / 20
    found = weighted_mean(units((X, Y - 200, X + 400, Y), (X, Y - 200, X + 300, Y)), heat, people)
    assert found["mean"].tolist() == pytest.approx([whole, part])


def test_against_exactextract(grid):
    chance = np.random.default_rng(2)
    heat, people = chance.normal(20, 5, (30, 40)), chance.integers(0, 50, (30, 40)).astype(float)
    places = gpd.points_from_xy(X + chance.uniform(500, 3500, 12), Y - chance.uniform(500, 2500, 12))
    land = gpd.GeoDataFrame(geometry=places.buffer(400), crs="EPSG:3035")
    bounds, wkt = (X, Y - 3000, X + 4000, Y), CRS("EPSG:3035").to_wkt()
    value, weight = (NumPyRasterSource(one, *bounds, srs_wkt=wkt) for one in (heat, people))
    theirs = exact_extract(value, land, ["weighted_mean"], weights=weight, output="pandas")["weighted_mean"]
    found = weighted_mean(land, grid("heat", heat, 100), grid("people", people, 100))
    assert found["mean"].tolist() == pytest.approx(theirs.tolist(), rel=1e-6)


def test_grids_of_two_crs(grid):
    """Rows of one value each in lon/lat, people all alike: the mean is that of the latitudes."""
    heat = grid("heat", np.repeat(np.arange(40.0)[:, None], 40, axis=1), 0.05, "EPSG:4326", (9.0, 51.0))
    people = grid("people", np.ones((60, 60)), 1000, corner=(4_300_000.0, 3_050_000.0))
    land = units((4_310_000, 3_000_000, 4_350_000, 3_040_000))
    middle = land.centroid.to_crs("EPSG:4326").y.iloc[0]
    assert weighted_mean(land, heat, people)["mean"].iloc[0] == pytest.approx((51.0 - middle) / 0.05 - 0.5, abs=0.1)


def test_amounts_below_zero_weigh_nothing(grid):
    heat, people = grid("heat", [[10.0, 20]], 100), grid("people", [[1.0, -3]], 100)
    with pytest.raises(SourceError, match=r"layer 'people': people\.tif has amounts below 0, such as -3") as refused:
        weighted_mean(units((X, Y - 100, X + 200, Y)), heat, people)
    assert refused.value.exit_code == 3
