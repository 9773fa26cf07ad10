"""Repairs: areas as GEOS's "structure" method says, one ledger row a repair, nothing lost in silence."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS
from shapely import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box

from layers.crs import project
from layers.crs.reprojection import join_parts
from layers.errors import GeometryError
from layers.geometry import drop_empty, drop_outside, keep_kind, kind_of, make_valid

BOW_TIE = Polygon([(0, 0), (200, 200), (200, 0), (0, 200)])
SPIKE = Polygon([(0, 0), (100, 0), (0, 0)])


def frame(**shapes):
    return gpd.GeoDataFrame(geometry=list(shapes.values()), index=list(shapes), crs="EPSG:3035")


def test_a_bow_tie_gets_the_area_that_its_rings_enclose():
    made, ledger = make_valid(frame(a=box(0, 0, 100, 100), b=BOW_TIE), "x")
    assert made.area.tolist() == [10_000, 20_000]
    assert ledger.iloc[0].tolist()[:3] == ["x", "b", "invalid"]
    assert "self-intersection" in ledger.loc[0, "action"]
    assert ledger.loc[0, ["area_before_ha", "area_after_ha"]].tolist() == [0, 2]


def test_overlapping_parts_of_one_feature_count_once():
    """B02: GEOS's default would take the overlap away and give 6 for 7."""
    double = MultiPolygon([box(0, 0, 2, 2), box(1, 1, 3, 3)])
    made, ledger = make_valid(frame(a=double), "x")
    assert made.area.iloc[0] == 7
    assert ledger.loc[0, ["area_before_ha", "area_after_ha"]].tolist() == [8e-4, 7e-4]


def test_what_has_no_area_is_left_out_with_a_row():
    made, ledger = make_valid(frame(a=SPIKE, b=box(0, 0, 1, 1)), "x")
    assert list(made.index) == ["b"]
    assert ledger.loc[0, "action"].startswith("left out, it has no area")


def test_valid_features_are_the_same_object():
    features = frame(a=box(0, 0, 1, 1))
    made, ledger = make_valid(features, "x")
    assert made is features
    assert ledger.empty


def test_units_are_mended_only_where_little_changes():
    hair = Polygon([(0, 0), (1000, 0), (1000, 1000), (500, 1000), (500, 1000.1), (500, 1000), (0, 1000)])
    made, ledger = make_valid(frame(a=hair), "units", max_share=0.001, each=True)
    assert made.area.iloc[0] == pytest.approx(1e6)
    assert ledger["feature"].tolist() == ["a"]
    with pytest.raises(
        GeometryError,
        match=r"2 outline\(s\) cross.*0\.1 %: 'b', 'c' \(the first from 0.00 to 2.00 ha\).*in the file\.$",
    ) as caught:
        make_valid(frame(a=hair, b=BOW_TIE, c=SPIKE), "units", max_share=0.001, each=True)
    assert (caught.value.features, caught.value.exit_code) == (("b", "c"), 3)


def test_the_share_that_a_refused_repair_names_is_the_one_that_takes_it():
    """A square of 100 m whose outline makes a second loop of 10 m beside it: 1 % more, and it says so."""
    loop = Polygon([(0, 0), (100, 0), (100, 100), (200, 100), (200, 101), (100, 99), (0, 100)])
    with pytest.raises(GeometryError, match=r"max_repair_share = ") as caught:
        make_valid(frame(a=loop), "units", max_share=0.001, each=True)
    enough = float(str(caught.value).rstrip(".").rpartition(" = ")[2])
    made, _ = make_valid(frame(a=loop), "units", max_share=enough, each=True)
    assert shapely.is_valid(made.geometry["a"])
    with pytest.raises(GeometryError, match="max_repair_share"):
        make_valid(frame(a=loop), "units", max_share=enough * 0.9, each=True)


def test_a_layer_is_mended_only_where_little_of_its_land_changes():
    """A bow tie of 2 ha beside 200 ha: 2 of 202."""
    layer = frame(a=box(0, 0, 1000, 2000), b=BOW_TIE)
    with pytest.raises(
        GeometryError, match=r"mending 1 outline\(s\).* 0\.99 % of its land: 'b' \(the first from 0.00 to 2.00"
    ) as caught:
        make_valid(layer, "x", max_share=0.001)
    assert (caught.value.features, caught.value.exit_code, caught.value.code) == (("b",), 3, "invalid")
    enough = float(str(caught.value).rstrip(".").rpartition(" = ")[2])
    assert 2 / 202 <= enough == 0.01
    made, ledger = make_valid(layer, "x", max_share=enough)
    assert (made.area["b"], ledger["feature"].tolist()) == (20_000, ["b"])


def test_parts_that_overlap_change_no_land():
    double = MultiPolygon([box(0, 0, 2, 2), box(1, 1, 3, 3)])
    assert make_valid(frame(a=double), "x", max_share=0.0)[0].area["a"] == 7


def test_what_became_invalid_when_projected_is_told_apart_from_what_the_file_has():
    """Teeth that end a centimetre above a parallel: the edge along it, followed on the map to 5 cm, cuts some off."""
    teeth = [point for x in np.linspace(19, 1, 50) for point in ((x + 0.01, 50.5), (x, 50.0000001))]
    strip = Polygon([(0, 50), (20, 50), (20, 51), *teeth, (0, 51)])
    layer = frame(a=strip, b=Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])).set_crs("EPSG:4326", allow_override=True)
    assert shapely.is_valid(strip)
    assert not project(layer, "EPSG:3035").is_valid.any()
    made, ledger = make_valid(layer, "x", crs=CRS("EPSG:3035"))
    assert made.is_valid.all()
    actions = dict(zip(ledger["feature"], ledger["action"], strict=True))
    assert actions == {
        "a": "made valid: self-intersection; it is valid in the file and became invalid when projected",
        "b": "made valid: self-intersection",
    }


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=4, max_size=12))
def test_every_feature_is_in_the_result_or_in_the_ledger(points):
    features = frame(a=Polygon(points), b=box(50, 50, 60, 60))
    made, ledger = make_valid(features, "x")
    assert shapely.is_valid(np.asarray(made.geometry.array)).all()
    assert set(made.index) | set(ledger["feature"]) == {"a", "b"}
    if "a" in made.index:
        logged = ledger["area_after_ha"].tolist() or [features.area["a"] / 1e4]
        assert made.area["a"] / 1e4 == pytest.approx(logged[0])
    assert set(shapely.get_dimensions(np.asarray(made.geometry.array))) == {2}


def test_collections_are_opened():
    """B05, B06: what an earlier overlay left beside polygons."""
    left = GeometryCollection([box(0, 0, 1, 1), GeometryCollection([LineString([(0, 0), (9, 9)]), box(2, 2, 3, 3)])])
    kept, ledger = keep_kind(frame(a=left, b=box(0, 0, 1, 1)), "x")
    assert kept.geometry["a"].geom_type == "MultiPolygon"
    assert kept.area["a"] == 2
    assert ledger.loc[0, ["feature", "finding", "action"]].tolist() == [
        "a",
        "parts",
        "collection opened; 1 part(s) of a lower dimension left out",
    ]


def test_one_kind_a_layer():
    assert kind_of(frame(a=Point(0, 0)), "x") == "points"
    assert kind_of(frame(a=LineString([(0, 0), (1, 1)])), "x") == "lines"
    with pytest.raises(GeometryError, match="mixes kinds of geometry: 1 points, 2 polygons; of the rarest kind: 'p'"):
        kind_of(frame(a=box(0, 0, 1, 1), p=Point(0, 0), b=box(0, 0, 1, 1)), "x")


def test_features_without_geometry_are_in_the_ledger():
    kept, ledger = drop_empty(frame(a=None, b=Polygon(), c=Point(0, 0)), "x")
    assert list(kept.index) == ["c"]
    assert ledger["feature"].tolist() == ["a", "b"]
    with pytest.raises(GeometryError, match="none of its 1 features has a geometry"):
        drop_empty(frame(a=None), "x")


def test_what_meets_no_unit(units):
    far, near = box(0, 0, 100, 100), units.geometry["a1"].buffer(-10)
    kept, ledger = drop_outside(frame(a=far, b=near), units, "x", "polygons", keep=False)
    assert list(kept.index) == ["b"]
    assert ledger.iloc[0].tolist() == ["x", "a", "outside", "left out: it meets no unit", 1, 0]
    points, ledger = drop_outside(frame(a=Point(0, 0), b=near.centroid), units, "x", "points", keep=True)
    assert len(points) == 2  # the nearest one may lie across the border
    assert ledger["action"].tolist() == ["counts in no unit: it lies outside all of them"]
    lines, ledger = drop_outside(frame(a=LineString([(0, 0), (1, 1)])), units, "x", "lines", keep=False)
    assert len(lines) == 0
    assert ledger["area_before_ha"].isna().all()


def test_parts_together():
    assert join_parts(np.empty(0, dtype=object)).is_empty
    lines = np.asarray([LineString([(0, 0), (1, 1)]), LineString([(2, 2), (3, 3)])])
    assert join_parts(lines).geom_type == "MultiLineString"
