"""Topology: borders simplified once are those of both neighbours, and merged pieces are their unions."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from maps.drawing.topology import _meeting, begin_topology, merge_by, merge_shapes, plan_topology


def tiles(labels: np.ndarray) -> np.ndarray:
    """A coverage: the unit squares of a table joined by their label, with all their corners as vertices."""
    rows, columns = np.indices(labels.shape)
    squares = shapely.box(columns, rows, columns + 1, rows + 1)
    shapes = [shapely.unary_union(squares[labels == label]) for label in np.unique(labels)]
    return shapely.segmentize(np.array(shapes, dtype=object), 1)


tables = st.integers(1, 6).flatmap(
    lambda width: st.lists(st.lists(st.integers(0, 4), min_size=width, max_size=width), min_size=1, max_size=6)
)


@given(tables, st.lists(st.integers(-1, 1), min_size=5, max_size=5))
def test_merged_shapes_are_unions_and_valid(table: list[list[int]], groups: list[int]) -> None:
    shapes = tiles(np.array(table))
    group = np.array(groups[: len(shapes)])
    for number, merged in enumerate(merge_shapes(shapes, group, 2)):
        assert merged.is_valid
        assert merged.equals(shapely.unary_union(shapes[group == number]))


def test_shapes_that_miss_a_corner_of_their_neighbour_are_merged_all_the_same() -> None:
    west, upper, lower = shapely.box(0, 0, 1, 2), shapely.box(1, 1, 2, 2), shapely.box(1, 0, 2, 1)
    shapes = np.array([west, upper, lower])
    assert merge_shapes(shapes, np.array([0, 0, 0]), 1)[0].equals(shapely.box(0, 0, 2, 2))


def test_units_are_made_of_the_borders_of_their_pieces(toy_plan) -> None:
    borders = plan_topology(toy_plan.units, toy_plan.pieces)
    assert shapely.coverage_is_valid(borders.units)
    assert shapely.area(borders.pieces) == pytest.approx(toy_plan.pieces.area.to_numpy())
    for drawn, own in zip(borders.units, toy_plan.units.geometry, strict=True):
        assert drawn.equals(own)


def test_what_is_begun_gives_the_same_borders(toy_run) -> None:
    begun, here = begin_topology(toy_run.units, toy_run.pieces)(), plan_topology(toy_run.units, toy_run.pieces)
    assert shapely.to_wkb(begun.pieces).tolist() == shapely.to_wkb(here.pieces).tolist()
    assert shapely.to_wkb(begun.units).tolist() == shapely.to_wkb(here.units).tolist()
    assert begun.unit_of_piece.tolist() == here.unit_of_piece.tolist()


@pytest.mark.parametrize("apart", [0.0, 1e-10, -1e-10, 3e-9])
@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_borders_apart_by_noise_are_none_inside_a_province(apart: float, west: float, south: float) -> None:
    """Two squares of 1 km side by side: their province is a rectangle of four sides, and nothing is drawn within it."""
    first = shapely.box(west, south, west + 1000, south + 1000)
    second = shapely.box(west + 1000 + apart, south + apart, west + 2000, south + 1000 + apart)
    units = gpd.GeoDataFrame({"unit_id": ["a", "b"]}, geometry=[first, second], crs="EPSG:3035")
    drawn = plan_topology(units.set_index("unit_id"), units)
    province = merge_by(drawn.units, pd.Series(["p", "p"]))["p"]
    assert province.geom_type == "Polygon"
    assert not province.interiors
    assert province.length == pytest.approx(6000, abs=1e-3)


def test_shapes_without_such_corners_keep_every_bit() -> None:
    shapes = shapely.box([0, 1000], [0, 0], [1000, 2000], [1000, 1000])
    assert _meeting(shapes, 0.01) is shapes
