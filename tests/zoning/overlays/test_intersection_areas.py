"""Areas in common: by pencil, against GEOS, and where borders touch, cross in vertices or run on one another."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from zoning.overlays import intersection_areas as kernel
from zoning.overlays.intersection_areas import areas_among, intersection_areas


def table(first, second):
    found = intersection_areas(np.asarray(first, dtype=object), np.asarray(second, dtype=object))
    areas = np.zeros((len(first), len(second)))
    areas[found.first, found.second] = found.area
    return areas


def by_geos(first, second):
    return shapely.area(shapely.intersection(np.asarray(first)[:, None], np.asarray(second)[None, :]))


SQUARES = [shapely.box(x, y, x + 1, y + 1) for x in range(4) for y in range(4)]


@pytest.mark.parametrize(
    ("shape", "areas"),
    [
        (shapely.box(0, 0, 4, 4), [1.0] * 16),
        (shapely.box(0, 0, 2, 1), [1.0, 0, 0, 0, 1.0, *[0.0] * 11]),
        (shapely.box(0.5, 0, 1.5, 1), [0.5, 0, 0, 0, 0.5, *[0.0] * 11]),
        (shapely.Polygon([(0, 0), (2, 2), (0, 2)]), [0.5, 1, 0, 0, 0, 0.5, *[0.0] * 10]),
        (shapely.box(-3, -3, 7, 7).difference(shapely.box(0, 0, 4, 3)), [0, 0, 0, 1.0] * 4),
        (shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(1, 1, 2, 2)]), [1.0, 0, 0, 0, 0, 1, *[0.0] * 10]),
        (shapely.box(9, 9, 10, 10), [0.0] * 16),
    ],
)
def test_squares_by_pencil(shape, areas):
    assert table(SQUARES, [shape])[:, 0].tolist() == areas
    assert table([shape], SQUARES)[0].tolist() == areas


def on_a_lattice(size):
    """Valid polygons whose corners are whole numbers: borders touch and run on one another all the time."""
    corner = st.tuples(st.integers(0, size), st.integers(0, size))
    shape = st.lists(corner, min_size=3, max_size=9).map(shapely.Polygon)
    return shape.map(lambda one: shapely.make_valid(one, method="structure", keep_collapsed=False)).filter(
        lambda one: one.geom_type in ("Polygon", "MultiPolygon") and one.area > 0
    )


@settings(max_examples=150)
@given(st.lists(on_a_lattice(5), min_size=1, max_size=5), st.lists(on_a_lattice(5), min_size=1, max_size=5), st.data())
def test_polygons_of_a_lattice_against_geos(first, second, data):
    turn = data.draw(st.sampled_from([0.0, 0.3, 1.0]))
    scale, far = data.draw(st.sampled_from([(1.0, 0.0), (30.1, 4.3e6), (1e-3, 7.1)]))

    def placed(shapes):
        way = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) * scale
        return [shapely.transform(one, lambda at: at @ way + far) for one in shapes]

    first, second = placed(first), placed(second)
    slack = 1e-9 * scale**2 + 1e-9 * scale * far
    assert np.allclose(table(first, second), by_geos(first, second), rtol=0, atol=slack)
    assert np.allclose(table(first, first), by_geos(first, first), rtol=0, atol=slack)


@pytest.mark.parametrize(("edges", "branch", "pairs"), [(8, 4, 8192), (2, 2, 16)])
def test_large_rings_and_holes_against_geos(monkeypatch, edges, branch, pairs):
    for name, value in {"_EDGES": edges, "_BRANCH": branch, "_PAIRS": pairs}.items():
        monkeypatch.setattr(kernel, name, value)
    chance = np.random.default_rng(4)

    def blots(count, size):
        return shapely.buffer(shapely.points(chance.random((count, 2)) * 100), chance.random(count) * size + 1)

    land, water = shapely.union_all(blots(80, 6)), shapely.union_all(blots(60, 6))
    first = [land, shapely.difference(shapely.box(0, 0, 100, 100), land), *blots(20, 9)]
    second = [water, shapely.symmetric_difference(land, water), land]
    assert np.allclose(table(first, second), by_geos(first, second), rtol=0, atol=1e-9)


def test_repeated_points_and_rings_of_either_direction():
    square = shapely.Polygon([(0, 0), (0, 2), (0, 2), (2, 2), (2, 2), (2, 0), (0, 0), (0, 0)])
    ring = shapely.Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(1, 1), (3, 1), (3, 3), (1, 3)]])
    assert table([square, square.reverse()], [ring, ring.reverse()]).tolist() == [[3.0, 3.0], [3.0, 3.0]]


def test_areas_far_from_the_origin_keep_their_digits():
    """A hectare under a ring as long as a country, each corner four thousand kilometres from the zero of the CRS."""
    rim = shapely.Point(4e6, 4e6).buffer(2e6, quad_segs=20_000)
    unit = shapely.box(5_999_900, 4e6, 6e6 - 1, 4_000_100)
    assert table([unit], [rim])[0, 0] == pytest.approx(shapely.intersection(unit, rim).area, rel=1e-10)


def test_nothing_in_common_and_nothing_at_all():
    assert intersection_areas(np.array([], dtype=object), np.array(SQUARES)).area.tolist() == []
    assert areas_among(np.array([], dtype=object)).area.tolist() == []
    found = areas_among(np.array([*SQUARES, shapely.box(0, 0, 2, 1)]))
    assert [(a, b) for a, b, area in zip(*found, strict=True) if area > 0.5] == [(0, 16), (4, 16)]
