"""mean(value, weight = LAYER) in a plan: by pencil on the toy province, and what is refused."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from affine import Affine

import zoneplan as zp
from layers.errors import StudyError, UnknownNameError
from layers.formats import read_raster
from layers.inputs import Layer
from zoning.measures import try_formula


@pytest.fixture
def people(tmp_path, units):
    """One person a cell of 500 m, and three in every other column."""
    west, south = units.total_bounds[:2]
    profile = {"driver": "GTiff", "width": 8, "height": 6, "count": 1, "dtype": "float32", "crs": "EPSG:3035"}
    with rasterio.open(
        tmp_path / "people.tif", "w", **profile, transform=Affine(500, 0, west, 0, -500, south + 3000)
    ) as out:
        out.write(np.tile(np.array([1.0, 3.0], dtype="float32"), (6, 4)), 1)
    return Layer("people", "raster", raster=read_raster(tmp_path / "people.tif", "people")[0])


@pytest.fixture
def columns(tmp_path, units):
    """The number of its column in every cell; none in the easternmost."""
    west, south = units.total_bounds[:2]
    cells = np.tile(np.arange(8.0), (6, 1))
    cells[:, 7] = np.nan
    profile = {"driver": "GTiff", "width": 8, "height": 6, "count": 1, "dtype": "float64", "crs": "EPSG:3035"}
    place = Affine(500, 0, west, 0, -500, south + 3000)
    with rasterio.open(tmp_path / "columns.tif", "w", **profile, transform=place, nodata=np.nan) as out:
        out.write(cells, 1)
    return read_raster(tmp_path / "columns.tif", "columns")[0]


def layer(raster, text):
    return Layer("columns", "raster", raster=raster, measures={"weighted": text, "plain": "mean(value)"})


def test_a_plan_weighs_by_another_of_its_layers(units, columns, people):
    asked = layer(columns, "mean(value, weight = people)")
    found = zp.measure(units, zp.overlay(units, {}), [asked, people])
    assert found.loc[["a1", "c1", "b3", "a4"], "weighted"].tolist() == [0.75, 0.75, 4.75, 6.0]
    assert found.loc[["a1", "a4"], "plain"].tolist() == [0.5, 6.0]
    assert found.loc[["a1", "a4"], "weighted_covered"].tolist() == [1.0, 0.25], "a quarter of the people of a4"


def test_a_layer_that_is_not_there_or_no_grid_is_refused(units, columns, people):
    towns = Layer("towns", "points", features=gpd.GeoDataFrame(geometry=units.centroid, crs=units.crs))
    for name, error, words in (
        ("peple", UnknownNameError, r"weighs by a layer 'peple', and there is none; did you mean 'people'\?"),
        ("towns", StudyError, "weighs by layer 'towns', which is no raster"),
    ):
        asked = layer(columns, f"mean(value, weight = {name})")
        with pytest.raises(error, match=words) as refused:
            zp.measure(units, zp.overlay(units, {}), [asked, people, towns])
        assert refused.value.exit_code == 2
        with pytest.raises(error, match=words):
            try_formula(units, asked, "weighted", [asked, people, towns])
