"""Chinese web maps: places taken back, and a layer that looks moved."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS
from shapely import box

from layers.crs import is_gcj02, places_of, project, settle_gcj02, shift_note, working_crs
from layers.crs.web_map_offset import from_gcj02, to_gcj02
from layers.errors import CrsError

# Longitude and latitude before and after, as the tests of the public converters of such maps have them.
KNOWN = np.array(
    [
        [121.5272106, 31.1774276, 121.531541859215, 31.17530398364597],
        [113.912316, 22.543847, 113.9171764808363, 22.540796131694766],
        [116.377817, 39.911954, 116.38404722455657, 39.91334545536069],
    ]
)
EAST, NORTH = st.floats(72.1, 137.7), st.floats(0.9, 55.7)


def test_places_are_moved_as_by_the_public_converters() -> None:
    assert np.abs(to_gcj02(KNOWN[:, :2]) - KNOWN[:, 2:]).max() < 1e-12
    assert np.abs(from_gcj02(KNOWN[:, 2:]) - KNOWN[:, :2]).max() < 1e-12


def test_nothing_is_moved_outside_of_china() -> None:
    places = np.array([[-104.9, 39.7], [13.4, 52.5], [151.2, -33.9]])
    assert (to_gcj02(places) == places).all()
    assert (from_gcj02(places) == places).all()
    assert from_gcj02(np.empty((0, 2))).shape == (0, 2)


@given(st.lists(st.tuples(EAST, NORTH), min_size=1, max_size=20))
def test_what_was_moved_comes_back(places: list[tuple[float, float]]) -> None:
    assert np.abs(from_gcj02(to_gcj02(places)) - places).max() < 1e-11


@pytest.mark.parametrize("text", ["GCJ-02", "gcj02", " GCJ 02 "])
def test_the_name_may_be_written_in_several_ways(text: str) -> None:
    assert is_gcj02(text)
    assert not is_gcj02(f"{text}, moved")


def test_only_files_in_degrees_or_web_mercator_can_be_moved_so() -> None:
    for own in (None, CRS("EPSG:4326"), CRS("EPSG:4490"), CRS("EPSG:3857")):
        known, note = settle_gcj02(own, "a.gpkg", "towns")
        assert known == CRS("EPSG:4326")
        assert note.loc[0, "action"].startswith("taken back from GCJ-02")
    with pytest.raises(CrsError, match=r"a\.gpkg says WGS 84 / UTM zone 50N, and only degrees"):
        settle_gcj02(CRS("EPSG:32650"), "a.gpkg", "towns")


def test_web_mercator_is_unrolled_before_places_are_taken_back() -> None:
    drawn = gpd.GeoSeries(shapely.points(KNOWN[:, 2:]), crs="EPSG:4326").to_crs("EPSG:3857")
    places = shapely.get_coordinates(places_of(np.asarray(drawn.array), CRS("EPSG:3857")))
    assert np.abs(places - KNOWN[:, :2]).max() < 1e-9
    assert places_of(np.array([None]), None).tolist() == [None]


def patchwork(west: float, south: float, size: float = 0.25) -> gpd.GeoDataFrame:
    """Sixteen counties, four by four."""
    rows = range(4)
    shapes = [
        box(west + size * x, south + size * y, west + size * (x + 1), south + size * (y + 1))
        for x in rows
        for y in rows
    ]
    return gpd.GeoDataFrame(geometry=list(shapely.segmentize(shapes, 0.02)), crs="EPSG:4326")


def moved(features: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return features.set_geometry(shapely.transform(np.asarray(features.geometry.array), to_gcj02), crs=features.crs)


def planned(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return project(units, working_crs(units))


@pytest.mark.parametrize("place", [(116, 39.5), (104, 30), (87, 43), (113, 23)], ids=str)
def test_a_layer_from_a_web_map_is_accused_and_a_true_one_is_not(place: tuple[float, float]) -> None:
    """Limits: Places moved as Chinese web maps are."""
    units = patchwork(*place)
    districts = units.dissolve(by=np.arange(16) // 4)
    note = shift_note(moved(districts), planned(units), "districts")
    assert note[["layer", "feature", "finding"]].to_numpy().tolist() == [["districts", "", "shifted"]]
    told = float(note.loc[0, "action"].fields["shift"])
    middle = np.array(place) + 0.5
    meant = gpd.GeoSeries(shapely.points([middle, to_gcj02([middle])[0]]), crs="EPSG:4326").to_crs(planned(units).crs)
    assert told == pytest.approx(meant.iloc[0].distance(meant.iloc[1]), rel=0.15)
    assert shift_note(districts, planned(units), "districts").empty


def test_units_from_a_web_map_are_accused_by_a_true_layer() -> None:
    units = patchwork(116, 39.5)
    note = shift_note(units.dissolve(by=np.arange(16) // 4), planned(moved(units)), "districts")
    assert note["layer"].tolist() == ["units"]


@pytest.mark.parametrize("seed", range(6))
def test_borders_that_are_others_accuse_nobody(seed: int) -> None:
    units, chance = patchwork(116, 39.5), np.random.default_rng(seed)
    middles = chance.uniform([116, 39.5], [117, 40.5], (60, 2))
    lakes = gpd.GeoDataFrame(
        geometry=shapely.buffer(shapely.points(middles), chance.uniform(0.005, 0.1, 60)), crs="EPSG:4326"
    )
    for layer in (lakes, moved(lakes)):
        assert shift_note(layer, planned(units), "lakes").empty


def test_borders_off_by_a_little_are_no_reason_to_accuse() -> None:
    units = patchwork(116, 39.5)
    rough = units.set_geometry(units.geometry.translate(0.0005, -0.0004), crs=units.crs)
    assert shift_note(rough, planned(units), "rough").empty
    assert not shift_note(moved(rough), planned(units), "rough").empty


def test_layers_elsewhere_are_not_looked_at() -> None:
    units = patchwork(-105, 39)
    assert shift_note(units, planned(units), "counties").empty
