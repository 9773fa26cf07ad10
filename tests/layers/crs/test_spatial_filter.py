"""Places: far features go before they are projected, so that nothing comes out inside out."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS
from shapely import MultiPolygon, Polygon, box

from layers.crs import box_in, keep_near, project, refuse_far, working_crs
from layers.errors import CrsError


def lonlat(**shapes):
    return gpd.GeoDataFrame(geometry=list(shapes.values()), index=list(shapes), crs="EPSG:4326")


@pytest.fixture
def china():
    units = lonlat(a=box(100, 30, 105, 35), b=box(105, 30, 110, 35))
    return project(units, working_crs(units))


def test_near_and_far(china):
    layer = lonlat(
        near=box(101, 31, 102, 32), far=box(0, 0, 1, 1), both=MultiPolygon([box(104, 33, 106, 34), box(10, 10, 11, 11)])
    )
    kept, ledger = keep_near(layer, china, "x")
    assert list(kept.index) == ["near", "both"]
    assert kept.geometry["both"].bounds == (104, 33, 106, 34)
    assert ledger[["feature", "action"]].to_numpy().tolist() == [
        ["both", "parts left out that lie far from all units"],
        ["far", "left out: it lies far from all units"],
    ]


def test_a_layer_of_another_region_is_refused_with_both_boxes(china):
    with pytest.raises(
        CrsError, match=r"it lies at x 0 to 1, y 0 to 1, the units at x 99.7159 to 110.284, y 29"
    ) as caught:
        refuse_far(lonlat(a=box(0, 0, 1, 1)), china, "x")
    assert (caught.value.code, caught.value.exit_code) == ("far", 3)


def test_a_layer_around_the_units_with_none_beside_them_is_kept_without_features(china):
    """B39 asks of the box of the layer, all features together."""
    layer = lonlat(west=box(90, 31, 92, 32), east=box(120, 31, 121, 32))
    refuse_far(layer, china, "x")
    kept, ledger = keep_near(layer, china, "x")
    assert kept.empty
    assert ledger[["feature", "finding"]].to_numpy().tolist() == [["east", "outside"], ["west", "outside"]]


def test_the_outline_around_the_other_side_of_the_earth_does_not_cover_the_units(china):
    """A polygon around the point opposite the units comes out inside out in an azimuthal projection."""
    opposite = box(-85, -40, -65, -25)
    wrong = project(lonlat(a=opposite), china.crs).geometry.iloc[0]
    assert wrong.intersects(china.geometry["a"])
    kept, _ = keep_near(lonlat(a=MultiPolygon([opposite, box(101, 31, 102, 32)])), china, "x")
    right = project(kept, china.crs).geometry.iloc[0]
    assert right.area == pytest.approx(1.06e10, rel=0.01)


def test_a_world_wide_polygon_is_cut_far_outside(china):
    sea = Polygon(box(-180, -90, 180, 90).exterior.coords, [box(101, 31, 102, 32).exterior.coords])
    kept, _ = keep_near(lonlat(a=sea), china, "x")
    there = project(kept, china.crs)
    assert there.geometry.iloc[0].is_valid
    inside = shapely.intersection(there.geometry.iloc[0], shapely.union_all(np.asarray(china.geometry.array)))
    assert inside.area == pytest.approx(china.area.sum() - 1.06e10, rel=0.001)


def test_a_wide_polygon_in_longitudes_up_to_360_is_cut_where_the_units_are():
    units = lonlat(a=box(-110, 38, -106, 40))
    there = project(units, working_crs(units))
    kept, ledger = keep_near(lonlat(sea=box(0, -80, 360, 80)), there, "x")
    assert ledger.empty
    assert kept.geometry["sea"].bounds == pytest.approx((229.9, 17.9, 274.1, 60.1), abs=0.1)


def test_a_wide_polygon_in_grads_up_to_400_is_cut_where_the_units_are():
    units = lonlat(a=box(-110, 38, -106, 40))
    there = project(units, working_crs(units))
    sea = gpd.GeoDataFrame(geometry=[box(0, -100, 400, 100)], index=["sea"], crs="EPSG:4807")
    kept, ledger = keep_near(sea, there, "x")
    assert ledger.empty
    # of the box above, in units of 0.9 degrees counted from Paris
    assert kept.geometry["sea"].bounds == pytest.approx((252.9, 20.0, 301.9, 66.7), abs=0.1)


def test_units_on_both_sides_of_the_180th_meridian():
    units = lonlat(a=box(178, -20, 180, -15), b=box(-180, -20, -178, -15))
    there = project(units, working_crs(units))
    layer = lonlat(
        west=box(177, -18, 179, -16),
        east=box(-179, -18, -177, -16),
        middle=box(0, -18, 1, -16),
        turn=box(181, -18, 182, -16),
    )
    kept, ledger = keep_near(layer, there, "x")
    assert list(kept.index) == ["west", "east", "turn"]
    assert ledger["feature"].tolist() == ["middle"]


def test_projected_boxes():
    bounds = np.array([4e6, 3e6, 4.1e6, 3.1e6])
    assert box_in(bounds, CRS("EPSG:3035"), CRS("EPSG:3035")).tolist() == [bounds.tolist()]
    assert box_in(bounds, CRS("EPSG:3035"), CRS("EPSG:4326")).shape == (1, 4)


def test_a_wide_shape_that_had_to_be_mended_before_it_was_cut_is_in_the_ledger(china):
    """Two triangles below and one above the equator: the ring's own sum takes one from the other, the repair adds."""
    crossed = Polygon([(60, 0), (160, 0), (160, 40), (110, -10), (60, 40)])
    kept, ledger = keep_near(lonlat(a=crossed, b=box(101, 31, 102, 32)), china, "x")
    assert kept.is_valid.all()
    assert ledger[["feature", "finding", "action"]].to_numpy().tolist() == [
        ["a", "invalid", "made valid: self-intersection"]
    ]
    above = [Polygon([(160, 0), (160, 40), (120, 0)]), Polygon([(60, 0), (100, 0), (60, 40)])]
    below = Polygon([(100, 0), (110, -10), (120, 0)])
    flat = gpd.GeoSeries([*above, below], crs="EPSG:4326").segmentize(0.05).to_crs("EPSG:6933").area / 1e4
    assert ledger.loc[0, "area_before_ha"] == pytest.approx(flat[0] + flat[1] - flat[2], rel=1e-6)
    assert ledger.loc[0, "area_after_ha"] == pytest.approx(flat.sum(), rel=1e-6)
