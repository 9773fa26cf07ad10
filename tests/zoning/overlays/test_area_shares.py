"""Shares without pieces: those of the pieces, to 1e-9 of a unit, and the same errors."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import zoneplan as zp
from layers.errors import CrsError, GeometryError

CRS = "EPSG:3035"


def frame(shapes, ids=None):
    return gpd.GeoDataFrame(geometry=list(shapes), index=ids, crs=CRS)


def test_the_toy_province_by_pencil(units, designations):
    found = zp.area_shares(units, designations)
    pieces = zp.overlay(units, designations)
    for name in designations:
        hectares = pieces["area_ha"].where(pieces[name], 0.0).groupby(pieces["unit_id"]).sum()
        assert found[f"{name}_ha"].to_dict() == pytest.approx(hectares.to_dict(), abs=1e-7)
    assert found.index.equals(units.index)
    assert found.columns.tolist() == [f"{name}_{what}" for name in designations for what in ("share", "ha")]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.booleans())
def test_shares_are_those_of_the_pieces(seed, on_borders):
    chance = np.random.default_rng(seed)
    land = shapely.box(4e6, 3e6, 4e6 + 9e4, 3e6 + 9e4)
    points = shapely.multipoints([4e6, 3e6] + 9e4 * chance.random((12, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=land)).tolist()
    units = frame(shapely.intersection(cells, land), [f"u{one}" for one in range(len(cells))])
    patches = shapely.buffer(shapely.points([4e6, 3e6] + 9e4 * chance.random((15, 2))), 2e4 * chance.random(15))
    layers = {"patches": frame(patches), "most": frame([shapely.union_all(patches[:9])])}
    if on_borders:
        layers["some"] = frame(units.geometry.iloc[::2])
        layers["both"] = frame([*units.geometry.iloc[:3], *patches[:4]])
    pieces, found = zp.overlay(units, layers), zp.area_shares(units, layers)
    whole = units.geometry.area / 1e4
    for name in layers:
        wanted = pieces["area_ha"].where(pieces[name], 0.0).groupby(pieces["unit_id"]).sum().reindex(units.index)
        assert (np.abs(found[f"{name}_ha"] - wanted) <= 1e-9 * whole).all()
        assert found[f"{name}_share"].between(0.0, 1.0).all()
    if on_borders:
        assert found["some_share"].tolist() == [1.0, 0.0] * 6, "neither a hair less than all nor a hair of a neighbour"


def test_a_crowd_of_polygons_is_land_once():
    """20,000 copies of one circle, and 1,000 circles that each meet hundreds of others."""
    chance = np.random.default_rng(19)
    units = frame(shapely.box(4e6 + 1e4 * np.arange(3), 3e6, 4e6 + 1e4 * np.arange(1, 4), 3e6 + 1e4))
    circle = shapely.buffer(shapely.Point(4.01e6, 3.005e6), 2e3, quad_segs=64)
    spread = shapely.buffer(shapely.points([4e6, 3e6] + [3e4, 1e4] * chance.random((1_000, 2))), 1.5e3)
    crowd = shapely.union_all(spread)
    found = zp.area_shares(units, {"copies": frame([circle] * 20_000), "spread": frame(spread)})
    assert found["copies_ha"].tolist() == pytest.approx([circle.area / 2e4, circle.area / 2e4, 0.0])
    assert found["spread_ha"].tolist() == pytest.approx((units.intersection(crowd).area / 1e4).tolist())


def test_what_is_not_valid_is_refused_or_noticed():
    units = frame([shapely.box(0, 0, 100, 100)], ["a"])
    bow = frame([shapely.Polygon([(0, 0), (90, 90), (90, 0), (0, 80)])])
    with pytest.raises(GeometryError, match="designation 'bow': 1 have invalid geometry"):
        zp.area_shares(units, {"bow": bow})
    twice = frame([shapely.MultiPolygon([shapely.box(0, 0, 100, 100), shapely.box(0, 0, 90, 100).normalize()])])
    twice.geometry = [shapely.multipolygons([shapely.Polygon([(0, 0), (200, 0), (200, 200), (0, 200)])] * 2)]
    assert zp.area_shares(units, {"twice": twice}, checked=True)["twice_share"].tolist() == [1.0]
    hole = shapely.Polygon([(0, 0), (50, 0), (50, 50), (0, 50)], [[(0, 0), (100, 0), (100, 100), (0, 100)]])
    with pytest.raises(GeometryError, match=r"'hole' and 1 unit\(s\) have in common cannot be \('a'\)") as refused:
        zp.area_shares(units, {"hole": frame([hole])}, checked=True)
    assert refused.value.exit_code == 3


def test_one_crs_and_areas_that_are_true():
    units = frame([shapely.box(0, 0, 100, 100)], ["a"])
    with pytest.raises(CrsError, match="areas are not true"):
        zp.area_shares(units.to_crs("EPSG:4326"), {})
    with pytest.raises(CrsError, match="'far' is in WGS 84"):
        zp.area_shares(units, {"far": units.to_crs("EPSG:4326")})


def test_ids_that_are_numbers_come_back_as_numbers():
    units = frame([shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)], [8031, 8059])
    found = zp.area_shares(units, {"east": frame([shapely.box(150, 0, 300, 300)])})
    assert found["east_share"].to_dict() == {8031: 0.0, 8059: 0.5}
