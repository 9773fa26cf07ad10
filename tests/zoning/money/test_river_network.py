"""Rivers on the toy province: who hands water to whom."""

from __future__ import annotations

import geopandas as gpd
from shapely.geometry import LineString

from tests.conftest import CRS, KM, X0, Y0
from zoning.money.balances import river_pairs


def river(*points: tuple[float, float]) -> gpd.GeoDataFrame:
    """A river through points in kilometres, drawn downstream."""
    line = LineString([(X0 + x * KM, Y0 + y * KM) for x, y in points])
    return gpd.GeoDataFrame(geometry=[line], crs=CRS)


def pairs(units: gpd.GeoDataFrame, rivers: gpd.GeoDataFrame, by: str | None = None) -> list[tuple[str, str, int]]:
    return list(river_pairs(units, rivers, by).itertuples(index=False, name=None))


def test_a_river_from_west_to_east(units: gpd.GeoDataFrame) -> None:
    across = river((0.2, 1.5), (3.8, 1.5))
    assert pairs(units, across) == [("b1", "b2", 1), ("b2", "b3", 1), ("b3", "b4", 1)]
    assert pairs(units, across, "county") == [("west", "east", 1)]


def test_drawn_the_other_way_it_runs_the_other_way(units: gpd.GeoDataFrame) -> None:
    assert pairs(units, river((3.8, 1.5), (0.2, 1.5)), "county") == [("east", "west", 1)]


def test_a_river_that_crosses_and_comes_back_shows_both(units: gpd.GeoDataFrame) -> None:
    bend = river((1.5, 0.5), (2.5, 0.5), (2.5, 1.5), (1.5, 1.5))
    assert pairs(units, bend, "county") == [("east", "west", 1), ("west", "east", 1)]


def test_the_order_of_units_does_not_matter(units: gpd.GeoDataFrame) -> None:
    across = river((0.2, 1.5), (3.8, 1.5))
    assert pairs(units.iloc[::-1], across) == pairs(units, across)


def test_a_river_in_one_unit_shows_nobody(units: gpd.GeoDataFrame) -> None:
    assert pairs(units, river((0.2, 0.2), (0.8, 0.8))) == []
