"""Slope, aspect and relief of surfaces whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.raster import cells


def everywhere(heights):
    """The nine heights at every cell of a grid."""
    return cells.neighbour_heights(heights, *np.indices(heights.shape))


def slope(heights, width=10.0, height=20.0):
    return cells.slope(everywhere(heights), np.asarray(width), np.asarray(height))


def aspect(heights, width=10.0, height=20.0):
    return cells.aspect(everywhere(heights), np.asarray(width), np.asarray(height))


def relief(heights):
    return cells.relief(everywhere(heights))


def plane(east, north):
    """Heights that rise by so much a metre; cells 10 m wide and 20 m high."""
    x, y = np.arange(5) * 10.0, -np.arange(5) * 20.0
    return east * x[None, :] + north * y[:, None]


@given(st.floats(-3, 3), st.floats(-3, 3))
def test_the_slope_of_a_tilted_plane_is_exact(east, north):
    found = slope(plane(east, north))
    assert found[1:-1, 1:-1] == pytest.approx(np.degrees(np.arctan(np.hypot(east, north))), abs=1e-9)


@pytest.mark.parametrize(
    ("east", "north", "faces"),
    [(0, -1, 0.0), (-1, -1, 45.0), (-1, 0, 90.0), (0, 1, 180.0), (1, 0, 270.0), (1, -1, 315.0)],
)
def test_aspect_is_where_the_land_falls(east, north, faces):
    assert aspect(plane(east, north))[2, 2] == pytest.approx(faces)


def test_level_land_has_a_slope_and_no_aspect():
    assert slope(np.zeros((3, 3)))[1, 1] == 0
    assert np.isnan(aspect(np.zeros((3, 3)))[1, 1])


def test_horn_by_pencil():
    heights = np.array([[1.0, 2, 4], [1, 3, 6], [2, 2, 9]])
    east = ((4 - 1) + 2 * (6 - 1) + (9 - 2)) / 8  # 2.5
    north = ((1 - 2) + 2 * (2 - 2) + (4 - 9)) / 8  # -0.75
    assert slope(heights, 1.0, 1.0)[1, 1] == pytest.approx(np.degrees(np.arctan(np.hypot(east, north))))
    assert aspect(heights, 1.0, 1.0)[1, 1] == pytest.approx(np.degrees(np.arctan2(-east, -north)) % 360)
    assert relief(heights)[1, 1] == 8


def test_cells_without_all_neighbours_have_none():
    heights = plane(1, 0)
    heights[2, 2] = np.nan
    for surface in (slope(heights), aspect(heights), relief(heights)):
        assert np.isnan(surface).all()  # five by five: every cell is on the edge or beside the hole
    assert np.isnan(slope(np.ones((1, 1)))).all()


def test_each_row_has_its_own_width():
    heights = np.tile(np.arange(3) * 10.0, (4, 1))
    found = slope(heights, np.array([[10.0], [10], [20], [20]]), 10.0)
    assert found[1:3, 1].tolist() == pytest.approx([45.0, np.degrees(np.arctan(0.5))])
