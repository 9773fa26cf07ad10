"""Projection: what neighbours share they go on sharing, areas are those on the ellipsoid, nothing bends unseen."""

from __future__ import annotations

import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer
from shapely import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box

from layers.crs import project, reprojection, working_crs
from layers.errors import CrsError, GeometryError

STUDY = Path(__file__).parents[3] / "layers" / "studies" / "us_mountain_west"
LARGE = Path(os.environ.get("ZONEPLAN_SHARED") or Path(__file__).resolve().parents[4] / "shared") / "data" / "large"


def frame(*shapes, crs="EPSG:4326"):
    return gpd.GeoDataFrame(geometry=list(shapes), crs=crs)


def true_areas(frame, step):
    """Geodesic areas of edges that are straight in degrees, followed in small steps."""
    geod = Geod(ellps="GRS80")
    dense = shapely.segmentize(np.asarray(frame.geometry.array), step)
    return np.asarray([abs(geod.geometry_area_perimeter(one)[0]) for one in dense])


def largest_sagitta(lonlat, crs):
    """The independent route: each edge of the original followed in 400 steps, its distance to the projected outline."""
    to = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    made = project(frame(lonlat), crs).geometry.iloc[0]
    dense = shapely.segmentize(lonlat.exterior, shapely.length(lonlat.exterior) / 1600)
    points = shapely.points(np.column_stack(to.transform(*shapely.get_coordinates(dense).T)))
    return shapely.distance(made.exterior, points).max()


def test_the_same_crs_leaves_everything_alone(units):
    same = project(units, "EPSG:3035")
    assert same is not units
    assert same.equals(units)


def test_the_built_in_units_stay_a_coverage_and_keep_their_areas():
    units = gpd.read_file(STUDY / "us_mountain_west.gpkg", layer="units")
    made = project(units, working_crs(units))
    shapes = np.asarray(made.geometry.array)
    assert shapely.coverage_is_valid(np.asarray(units.geometry.array))
    assert shapely.coverage_is_valid(shapes)
    assert shapely.is_valid(shapes).all()
    assert np.abs(shapely.area(shapes) / true_areas(units, 0.002) - 1).max() < 1e-5


def test_the_counties_stay_a_coverage_and_keep_their_areas():
    path = LARGE / "us_counties.parquet"
    if not path.exists():
        pytest.skip("the benchmark data do not stand beside the repository")
    units = gpd.read_parquet(path)
    made = project(units, working_crs(units))
    shapes = np.asarray(made.geometry.array)
    assert shapely.coverage_is_valid(shapes)
    off = np.abs(shapely.area(shapes) / true_areas(units, 0.005) - 1)
    # 0.05 m along a border is more than 1e-5 only of the very smallest, a city of 5 km2
    assert off[shapely.area(shapes) > 6e6].max() < 1e-5
    assert off.max() < 2e-5


@settings(max_examples=40)
@given(
    west=st.floats(-170, 160),
    south=st.floats(-80, 70),
    width=st.floats(0.01, 20),
    height=st.floats(0.01, 9),
)
def test_no_edge_bends_by_more_than_five_centimetres(west, south, width, height):
    shape = box(west, south, west + width, south + height)
    assert largest_sagitta(shape, working_crs(frame(shape))) <= reprojection.SAGITTA_M * 1.02


@settings(max_examples=40)
@given(points=st.lists(st.tuples(st.floats(100, 110), st.floats(20, 40)), min_size=2, max_size=2, unique=True))
def test_both_directions_of_an_edge_get_the_same_points(points):
    there, back = LineString(points), LineString(points[::-1])
    crs = working_crs(frame(box(100, 20, 110, 40)))
    made = project(frame(there, back), crs).geometry
    assert shapely.get_coordinates(made.iloc[0]).tolist() == shapely.get_coordinates(made.iloc[1])[::-1].tolist()


def test_a_neighbour_in_another_table_gets_the_same_border():
    crs = working_crs(frame(box(0, 40, 20, 60)))
    west = project(frame(box(0, 40, 10, 60)), crs).geometry.iloc[0]
    east = project(frame(box(10, 40, 20, 60), Point(3, 3).buffer(1)), crs).geometry.iloc[0]
    assert shapely.coverage_is_valid(np.asarray([west, east]))
    assert shapely.intersection(west, east).area == 0


def test_holes_parts_and_families_keep_their_shape():
    holed = Polygon(box(0, 0, 10, 10).exterior.coords, [box(2, 2, 4, 4).exterior.coords])
    double = MultiPolygon([box(20, 0, 21, 1), box(22, 0, 23, 1)])
    line, point, nothing, empty = LineString([(0, 0), (5, 5)]), Point(1, 1), None, Polygon()
    given_ = frame(holed, double, line, point, nothing, empty).set_axis(list("abcdef"))
    made = project(given_, "EPSG:6933")
    assert list(made.index) == list("abcdef")
    assert [one.geom_type if one is not None else None for one in made.geometry] == [
        "Polygon",
        "MultiPolygon",
        "LineString",
        "Point",
        None,
        "Polygon",
    ]
    assert made.geometry.iloc[5].is_empty
    assert len(made.geometry.iloc[0].interiors) == 1
    assert made.crs == CRS("EPSG:6933")
    assert given_.crs == CRS("EPSG:4326")


def test_z_is_left_behind():
    assert not project(frame(Point(1, 1, 5)), "EPSG:6933").geometry.iloc[0].has_z


@pytest.mark.parametrize("crs", ["EPSG:6933", "EPSG:8857"])
def test_two_halves_at_the_180th_meridian_stay_where_the_map_is_cut_open_there(crs):
    """B35: a map of the whole earth has its edges there; a shape drawn from one to the other would cover it all."""
    halves = MultiPolygon([box(178, -20, 180, -10), box(-180, -20, -178, -10)])
    made = project(gpd.GeoDataFrame(geometry=[halves], crs="EPSG:4326"), crs)
    one = project(gpd.GeoDataFrame(geometry=[box(0, -20, 4, -10)], crs="EPSG:4326"), crs)
    assert len(made.geometry.iloc[0].geoms) == 2
    assert made.area.iloc[0] == pytest.approx(one.area.iloc[0], rel=1e-6)


def test_a_shape_that_is_not_valid_waits_at_the_180th_meridian_for_its_repair():
    """Three triangles that meet in one edge there: a union of what crosses itself is an error of the library."""
    crossed = Polygon([(178, 0), (180, 1), (180, 0), (178, 1)])
    shape = MultiPolygon([crossed, box(-180, 0, -179, 1)])
    made = project(gpd.GeoDataFrame(geometry=[shape], crs="EPSG:4326"), "EPSG:3832")
    assert len(made.geometry.iloc[0].geoms) == 2


def test_two_halves_at_the_180th_meridian_become_one():
    halves = MultiPolygon([box(178, -20, 180, -10), box(-180, -20, -178, -10)])
    made = project(frame(halves), working_crs(frame(halves))).geometry.iloc[0]
    assert made.geom_type == "Polygon"
    assert made.is_valid
    whole = true_areas(frame(halves), 0.05)[0]
    assert made.area == pytest.approx(whole, rel=1e-4)


def test_what_has_no_place_is_refused_by_id():
    far = frame(box(0, 0, 1, 1), Point(2, 2)).set_axis(["a", "b"])
    with pytest.raises(GeometryError, match=r"1 feature\(s\) cannot be projected .*'c'") as caught:
        project(
            gpd.GeoDataFrame(geometry=[*far.geometry, Point(0, 95)], index=["a", "b", "c"], crs="EPSG:4326"),
            "EPSG:3857",
        )
    assert caught.value.features == ("c",)
    with pytest.raises(GeometryError, match="geometry collections"):
        project(frame(GeometryCollection([Point(0, 0)])), "EPSG:6933")
    with pytest.raises(CrsError, match="no CRS"):
        project(gpd.GeoDataFrame(geometry=[Point(0, 0)]), "EPSG:6933")


def test_more_points_than_memory_is_meant_to_hold_are_refused(monkeypatch):
    monkeypatch.setattr(reprojection, "MAX_VERTICES", 100)
    with pytest.raises(reprojection.LimitError, match="more than 100 points"):
        project(frame(box(-50, 0, 50, 80)), "EPSG:3035")
