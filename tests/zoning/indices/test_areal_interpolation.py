"""Tables that come on other areas: with a pencil, totals conserved, and what is refused."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

import zoneplan as zp
from layers.errors import CrsError, GeometryError, SourceError, UnknownNameError, ZoneplanError
from layers.inputs import Layer
from zoneplan import indices as ix
from zoning.errors import MissingValueError

CUTS = st.lists(st.integers(1, 99), max_size=5, unique=True)
CRS, X, Y = "EPSG:3035", 4_300_000.0, 3_000_000.0


def squares(*boxes: tuple[float, float, float, float], index: object = None, **columns: list) -> gpd.GeoDataFrame:
    shapes = [box(X + a, Y + b, X + c, Y + d) for a, b, c, d in boxes]
    return gpd.GeoDataFrame(columns, geometry=shapes, index=index, crs=CRS)


SOURCE = squares(
    (0, 0, 300, 100), (300, 0, 400, 100), index=["s", "t"], people=[90.0, 40], income=[10.0, 20], cover=["wood", "town"]
)
TARGET = squares((100, 0, 350, 100), (0, 0, 100, 100), (900, 0, 950, 100), index=["u", "v", "w"])
"""The last meets nothing; a half of t lies outside all."""


def test_with_a_pencil() -> None:
    found = ix.areal_interpolation(SOURCE, TARGET, ["people"], ["income"], ["cover"])
    assert found["people"].tolist()[:2] == pytest.approx([60 + 40, 30])
    assert found["income"].tolist()[:2] == pytest.approx([(200 * 10 + 50 * 20) / 250, 10])
    assert found["cover_town"].tolist()[:2] == pytest.approx([0.2, 0])
    assert found["cover_wood"].tolist()[:2] == pytest.approx([0.8, 1])
    assert found.loc["w"].isna().all()
    assert list(found.index) == ["u", "v", "w"]


def test_amounts_are_where_the_land_is_built_up() -> None:
    town = squares((0, 0, 50, 100), (200, 0, 250, 100), (320, 0, 330, 100))
    found = ix.areal_interpolation(SOURCE, TARGET, "people", dasymetric=town)
    assert found["people"].tolist()[:2] == pytest.approx([45 + 40, 45])
    layer = Layer("town", "polygons", features=town)
    pd.testing.assert_frame_equal(ix.areal_interpolation(SOURCE, TARGET, "people", dasymetric=layer), found)


def test_amounts_are_where_a_grid_has_houses(tmp_path: Path) -> None:
    """Cells of 50 m: one house in the first column of s, three in its last; t has one."""
    houses = np.zeros((2, 8))
    houses[0, 0], houses[0, 5], houses[0, 6] = 1, 3, 1
    grid = Affine(50, 0, X, 0, -50, Y + 100)
    with rasterio.open(
        tmp_path / "houses.tif",
        "w",
        driver="GTiff",
        width=8,
        height=2,
        count=1,
        dtype="float32",
        crs=CRS,
        transform=grid,
    ) as file:
        file.write(houses.astype("float32"), 1)
    (layer,) = zp.prepare(SOURCE, {"houses": tmp_path / "houses.tif"}).layers
    found = ix.areal_interpolation(SOURCE, TARGET, "people", dasymetric=layer)
    assert found["people"].tolist()[:2] == pytest.approx([67.5 + 40, 22.5])


@settings(max_examples=15)
@given(
    cuts=st.lists(st.integers(1, 99), max_size=5, unique=True),
    other=st.lists(st.integers(1, 99), max_size=5, unique=True),
)
def test_totals_are_conserved_and_rates_stay_between(cuts, other) -> None:
    def strips(at: list[int]) -> list[tuple[float, float, float, float]]:
        ends = [0, *sorted(at), 100]
        return [(left, 0, right, 40) for left, right in pairwise(ends)]

    source = squares(*strips(cuts))
    source["people"] = np.arange(len(source)) * 7.0 + 1
    target = squares(*strips(other))
    found = ix.areal_interpolation(source, target, ["people"], intensive=[])
    assert found["people"].sum() == pytest.approx(source["people"].sum())
    rates = ix.areal_interpolation(source, target, intensive=["people"])["people"]
    assert rates.between(source["people"].min() - 1e-9, source["people"].max() + 1e-9).all()
    back = ix.areal_interpolation(target[::-1].assign(people=found["people"]), source, ["people"])
    assert back["people"].sum() == pytest.approx(source["people"].sum())


def test_areas_in_degrees_are_taken_on_the_ground() -> None:
    source = gpd.GeoDataFrame({"people": [1.0]}, geometry=[box(9, 0, 10, 60)], crs="EPSG:4326")
    target = gpd.GeoDataFrame(geometry=[box(9, 0, 10, 30), box(9, 30, 10, 60)], crs="EPSG:4326")
    found = ix.areal_interpolation(source, target, ["people"])["people"]
    assert found[0] == pytest.approx(np.sin(np.radians(30)) / np.sin(np.radians(60)), abs=2e-3)


def test_what_would_be_lost_or_is_not_known_is_refused() -> None:
    far = squares((0, 0, 100, 100), (5000, 0, 5100, 100), index=["s", "t"], people=[1.0, 2], income=[1.0, np.nan])
    with pytest.raises(SourceError, match=r"would be lost.*: 't'"):
        ix.areal_interpolation(far, TARGET, ["people"])
    assert ix.areal_interpolation(far, TARGET, intensive=["income"])["income"]["v"] == pytest.approx(1)
    with pytest.raises(SourceError, match="would be lost"):
        ix.areal_interpolation(SOURCE, TARGET, ["people"], dasymetric=squares((0, 0, 50, 100)))
    with pytest.raises(MissingValueError, match="'income'"):
        ix.areal_interpolation(SOURCE.assign(income=[np.nan, 1]), TARGET, intensive=["income"])
    with pytest.raises(MissingValueError, match="'people'"):
        ix.areal_interpolation(SOURCE.assign(people=[np.nan, 1]), TARGET, ["people"])
    with pytest.raises(UnknownNameError, match="did you mean 'people'"):
        ix.areal_interpolation(SOURCE, TARGET, ["peple"])
    with pytest.raises(CrsError):
        ix.areal_interpolation(SOURCE.set_crs(None, allow_override=True), TARGET, ["people"])
    with pytest.raises(GeometryError):
        ix.areal_interpolation(SOURCE, TARGET.assign(geometry=None).set_geometry("geometry").set_crs(CRS), ["people"])
    with pytest.raises(ZoneplanError, match="neither polygons nor a grid"):
        ix.areal_interpolation(SOURCE, TARGET, ["people"], dasymetric=Layer("none", "raster"))
