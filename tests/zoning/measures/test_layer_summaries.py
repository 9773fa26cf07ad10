"""Points, lines and polygons in units: by pencil, and by geodesics measured another way."""

from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod

import zoneplan as zp
from layers.conditions import parse_formula
from layers.errors import GeometryError, SourceError
from layers.inputs import Layer
from zoning.measures.unit_measures import count_polygons, nearest_feature, summarise_lines, summarise_points

CRS = "EPSG:3035"
KM = 1000.0


def at(x, y):
    return (4e6 + x * KM, 3e6 + y * KM)


def layer(kind, *shapes, **columns):
    return Layer("things", kind, None, gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS))


def points(*places, **columns):
    return layer("points", *[shapely.Point(at(*place)) for place in places], **columns)


def lines(*paths):
    return layer("lines", *[shapely.LineString([at(*place) for place in path]) for path in paths])


def ask(units, of, text):
    if text == "nearest(km)":
        return nearest_feature(units, of)
    verb = summarise_points if of.kind == "points" else summarise_lines
    return verb(units, of, parse_formula(text))


PLANTS = {"places": [(0.2, 0.2), (0.8, 0.8), (1.5, 0.5), (9, 9)], "mw": [10.0, 30.0, 5.0, 99.0]}


def test_points_by_pencil(units):
    plants = points(*PLANTS["places"], mw=PLANTS["mw"])
    found = {text: ask(units, plants, text)[["a1", "a2", "a3"]].tolist() for text in ("count()", "sum(mw)")}
    assert found == {"count()": [2, 1, 0], "sum(mw)": [40, 5, 0]}
    for text, expected in {"mean(mw)": [20, 5], "min(mw)": [10, 5], "max(mw)": [30, 5]}.items():
        series = ask(units, plants, text)
        assert series[["a1", "a2"]].tolist() == expected
        assert np.isnan(series["a3"])
        assert series.index.equals(units.index)


def test_a_point_on_a_border_belongs_to_the_first_id(units):
    corner = points((1, 1))  # of a1, a2, b1 and b2
    for order in (units, units.iloc[::-1]):
        found = ask(order, corner, "count()")
        assert found[found > 0].to_dict() == {"a1": 1.0}


def test_a_point_without_a_value_makes_its_unit_missing(units):
    plants = points((0.2, 0.2), (0.8, 0.8), (1.5, 0.5), mw=[10.0, np.nan, 5.0])
    found = ask(units, plants, "sum(mw)")
    assert np.isnan(found["a1"])
    assert found[["a2", "a3"]].tolist() == [5.0, 0.0]
    assert ask(units, plants, "count()")["a1"] == 2


def test_no_points_at_all(units):
    none = points(mw=np.array([], dtype=float))
    assert ask(units, none, "count()").eq(0).all()
    assert ask(units, none, "sum(mw)").eq(0).all()
    assert ask(units, none, "mean(mw)").isna().all()
    assert ask(units, none, "nearest(km)").isna().all()


def test_a_column_must_be_there_and_hold_numbers(units):
    plants = points((0.2, 0.2), capacity_mw=[1.0], fuel=["coal"])
    with pytest.raises(SourceError, match=r"no column 'capacity'; did you mean 'capacity_mw'"):
        ask(units, plants, "sum(capacity)")
    with pytest.raises(SourceError, match=r"column 'fuel' holds texts, not numbers in 1 .*, '0'; the first is 'coal'"):
        ask(units, plants, "sum(fuel)")


@pytest.mark.parametrize(
    ("cells", "odd"),
    [
        (["5", "12 MW", "inf", None, "1e400", "1,5", "1\0", "x"], ("1", "2", "4", "5", "6")),
        (["007", "5"], ("0",)),
        (["7", "5"], ("0", "1")),  # the whole column is text in its file
        ([None, None], ()),
    ],
)
def test_texts_where_numbers_are_needed_are_told_by_their_features(units, cells, odd):
    plants = points(*[(0.2, 0.2)] * len(cells), mw=pd.array(cells, dtype="str"))
    with pytest.raises(SourceError, match=r"column 'mw' holds texts, not numbers.*Write plain numbers") as refused:
        ask(units, plants, "sum(mw)")
    assert refused.value.features == odd
    assert refused.value.count == (6 if len(cells) == 8 else len(odd))


def test_several_points_in_one_feature_are_refused(units):
    pair = layer("points", shapely.MultiPoint([at(0, 0), at(2, 2)]))
    with pytest.raises(GeometryError, match=r"a feature does not have exactly one point.*\('0'\); explode") as refused:
        ask(units, pair, "count()")
    assert refused.value.features == ("0",)
    single = layer("points", shapely.MultiPoint([at(0.5, 0.5)]))
    assert ask(units, single, "count()")["a1"] == 1


def geodesic_km(*path):
    lon, lat = (
        gpd.GeoSeries.from_xy(*zip(*[at(*place) for place in path], strict=True), crs=CRS)
        .to_crs(4258)
        .pipe(lambda series: (series.x.to_numpy(), series.y.to_numpy()))
    )
    return Geod(ellps="GRS80").line_length(lon, lat) / 1000


def test_nearest_is_geodesic_and_nothing_inside(units):
    found = ask(units, points((0.5, 0.5)), "nearest(km)")
    assert found["a1"] == 0
    assert found["a3"] == pytest.approx(geodesic_km((0.5, 0.5), (2, 0.5)), rel=1e-9)
    assert found["a3"] == pytest.approx(1.5, rel=2e-3)


def test_nearest_of_several_is_the_smallest(units):
    places = [(6, 0.5), (5.5, 2.5), (-3, 1)]
    found = ask(units, points(*places), "nearest(km)")
    one_by_one = [ask(units, points(place), "nearest(km)") for place in places]
    assert found.tolist() == np.min(one_by_one, axis=0).tolist()


def test_lengths_by_pencil(units):
    road = lines([(0.5, 0.5), (2.5, 0.5)])
    found = ask(units, road, "length(km)")
    assert found[["a1", "a2", "a3", "a4"]].tolist() == pytest.approx([0.5, 1.0, 0.5, 0.0], rel=2e-3)
    assert found["a2"] == pytest.approx(geodesic_km((1, 0.5), (2, 0.5)), rel=1e-9)
    assert ask(units, road, "count()")[["a1", "a2", "a3", "a4"]].tolist() == [1, 1, 1, 0]


def test_a_line_along_a_border_is_told_once(units):
    border = lines([(0, 1), (4, 1)], [(1, 0.5), (1, 1.5)])
    for order in (units, units.iloc[::-1]):
        found = ask(order, border, "length(km)")
        whole = geodesic_km((0, 1), (1, 1), (2, 1), (3, 1), (4, 1)) + geodesic_km((1, 0.5), (1, 1), (1, 1.5))
        assert found.sum() == pytest.approx(whole, rel=1e-9)
        assert found[["a1", "a4", "b1", "b4"]].round(2).tolist() == [1.5, 1.0, 0.5, 0.0]
    assert ask(units, border, "count()")[["a1", "a2", "b1", "b2"]].tolist() == [2, 1, 1, 0]


def test_lines_outside_and_lines_that_only_touch(units):
    found = ask(units, lines([(-1, 0), (0, 0)], [(9, 9), (10, 10)]), "count()")
    assert found.eq(0).all()
    assert ask(units, lines(), "length(km)").eq(0).all()


def test_polygons_are_counted_where_they_share_land(units):
    parks = layer("polygons", shapely.box(*at(0.5, 0.5), *at(1.5, 0.9)), shapely.box(*at(1, 1), *at(2, 2)))
    found = count_polygons(units, parks)
    assert found[["a1", "a2", "b1", "b2"]].tolist() == [1, 1, 0, 1]


MEGAWATTS = [196.1, 56.2, 0.5, 150.1, 97.1]  # 500.0 or 499.99999999999994, by the order in which floats are added


@pytest.mark.parametrize(("text", "expected"), [("sum(mw)", 500.0), ("mean(mw)", 100.0)])
def test_sums_are_the_same_in_any_order_of_rows(units, text, expected):
    for order in itertools.permutations(range(5)):
        plants = points(*[(0.5, 0.5)] * 5, mw=[MEGAWATTS[place] for place in order])
        assert ask(units, plants, text)["a1"] == expected


def test_lengths_are_the_same_in_any_order_of_rows(units):
    paths = np.random.default_rng(1).random((40, 2, 2))
    found = {ask(units, lines(*paths[turn:], *paths[:turn]), "length(km)")["a1"] for turn in range(40)}
    assert len(found) == 1


def test_sums_beyond_all_numbers_are_infinite(units):
    assert ask(units, points(*[(0.5, 0.5)] * 2, mw=[1.7e308, 1.7e308]), "sum(mw)")["a1"] == np.inf


@pytest.mark.parametrize("crs", ["EPSG:6933", "EPSG:5070"])
def test_the_nearest_point_is_that_on_the_ground_where_the_map_stretches(crs):
    frame = {"geometry": [shapely.segmentize(shapely.box(-160, 65, -159, 66), 0.01)], "crs": "EPSG:4326"}
    county = gpd.GeoDataFrame(**frame, index=["a"]).to_crs(crs)
    east, north = shapely.Point(-157.0, 65.5), shapely.Point(-159.5, 66.95)  # 92.6 and 105.9 km
    for places in ([east, north], [north, east]):
        there = gpd.GeoDataFrame(geometry=places, crs="EPSG:4326").to_crs(crs)
        found = ask(county, Layer("things", "points", None, there), "nearest(km)")
        assert found["a"] == pytest.approx(92.6, rel=0.03)


def test_the_nearest_line_and_the_nearest_polygon_by_pencil(units):
    """A line 1 km east of the easternmost units, and a lake inside one, whose neighbour is 0.3 km off."""
    line = lines([(5, -9), (5, 9)])
    found = ask(units, line, "nearest(km)")
    assert found[["a4", "a3", "a1"]].tolist() == pytest.approx([1.0, 2.0, 4.0], rel=2e-3)
    lake = layer("polygons", shapely.box(*at(0.2, 0.2), *at(0.7, 0.7)), shapely.box(*at(90, 90), *at(91, 91)))
    found = ask(units, lake, "nearest(km)")
    assert found["a1"] == 0
    assert found[["a2", "b1", "b2"]].tolist() == pytest.approx([0.3, 0.3, 0.3 * np.sqrt(2)], rel=2e-3)
    assert ask(units, layer("polygons"), "nearest(km)").isna().all()


@pytest.mark.parametrize("kind", ["lines", "polygons"])
def test_measure_tells_the_nearest_of_every_kind(units, kind):
    shape = shapely.LineString([at(5, 0), at(5, 3)]) if kind == "lines" else shapely.box(*at(5, 0), *at(6, 3))
    far = Layer("far", kind, None, gpd.GeoDataFrame(geometry=[shape], crs=CRS), measures={"far_km": "nearest(km)"})
    assert zp.measure(units, zp.overlay(units, {}), [far])["far_km"]["a4"] == pytest.approx(1.0, rel=2e-3)
