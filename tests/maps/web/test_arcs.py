"""Arcs: each border once. Rings put together again have the area of the shapes that were cut."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from maps.web.geometry_encoding import Arcs, Rings, cut_arcs, group_outlines


def rebuild(arcs: Arcs, rings: Rings) -> list[shapely.Geometry]:
    """Shapes from rings by the even-odd rule, the plain way: point by point."""
    ends = np.cumsum(arcs.sizes)
    lines = [arcs.points[end - size : end] for end, size in zip(ends, arcs.sizes, strict=True)]
    refs, sizes = iter(rings.refs.tolist()), iter(rings.sizes.tolist())
    shapes = []
    for count in rings.counts.tolist():
        shape = shapely.Polygon()
        for _ in range(count):
            ring = [lines[ref >> 1][:: -1 if ref & 1 else 1] for ref in itertools.islice(refs, next(sizes))]
            assert all((a[-1] == b[0]).all() for a, b in itertools.pairwise([*ring, ring[0]]))
            shape = shape.symmetric_difference(shapely.make_valid(shapely.Polygon(np.concatenate(ring))))
        shapes.append(shape)
    return shapes


def tiles(labels: np.ndarray) -> np.ndarray:
    """A coverage: the unit squares of a table joined by their label, with all their corners as vertices."""
    rows, columns = np.indices(labels.shape)
    squares = shapely.box(columns, rows, columns + 1, rows + 1)
    shapes = [shapely.unary_union(squares[labels == label]) for label in np.unique(labels)]
    return shapely.segmentize(np.array(shapes, dtype=object), 1)


def test_two_squares_share_one_arc() -> None:
    # +---+---+   left border, common border, right border: three arcs, of 4, 2 and 4 points
    # |   |   |
    # +---+---+
    arcs = cut_arcs(shapely.box([0, 1], [0, 0], [1, 2], [1, 1]))
    assert sorted(arcs.sizes.tolist()) == [2, 4, 4]
    assert arcs.shapes.counts.tolist() == [1, 1]
    common = int(np.flatnonzero(arcs.sizes == 2)[0])
    assert sorted(ref for ref in arcs.shapes.refs.tolist() if ref >> 1 == common) == [2 * common, 2 * common + 1]


def test_an_island_and_the_hole_around_it_are_one_arc() -> None:
    lake = shapely.box(1, 1, 2, 2)
    land = shapely.box(0, 0, 3, 3) - lake
    arcs = cut_arcs(np.array([land, lake], dtype=object))
    assert len(arcs.sizes) == 2
    assert arcs.shapes.counts.tolist() == [2, 1]
    assert [shape.area for shape in rebuild(arcs, arcs.shapes)] == [8, 1]
    assert rebuild(arcs, group_outlines(arcs, np.array([0, 0]), 1))[0].area == 9


def test_a_shape_too_small_for_the_grid_has_no_ring() -> None:
    arcs = cut_arcs(np.array([shapely.box(0, 0, 5, 5), shapely.Polygon([(9, 9), (9, 9.2), (9.1, 9)])], dtype=object))
    assert arcs.shapes.counts.tolist() == [1, 0]
    assert group_outlines(arcs, np.array([0, 1]), 2).counts.tolist() == [1, 0]


def test_nothing_but_small_shapes() -> None:
    arcs = cut_arcs(np.array([shapely.Polygon([(0, 0), (0, 0.1), (0.1, 0)])], dtype=object))
    assert len(arcs.points) == 0
    assert group_outlines(arcs, np.array([0]), 1).counts.tolist() == [0]


def test_a_group_without_shapes_has_no_outline() -> None:
    arcs = cut_arcs(shapely.box([0], [0], [1], [1]))
    assert group_outlines(arcs, np.array([1]), 3).counts.tolist() == [0, 1, 0]


tables = st.integers(1, 6).flatmap(
    lambda width: st.lists(st.lists(st.integers(0, 4), min_size=width, max_size=width), min_size=1, max_size=6)
)


@given(tables)
def test_rings_put_together_again_are_the_shapes(table: list[list[int]]) -> None:
    shapes = tiles(np.array(table))
    arcs = cut_arcs(shapes)
    for again, shape in zip(rebuild(arcs, arcs.shapes), shapes, strict=True):
        assert again.equals(shape)


@given(tables, st.lists(st.integers(0, 2), min_size=5, max_size=5))
def test_outlines_of_groups_are_their_unions(table: list[list[int]], groups: list[int]) -> None:
    shapes = tiles(np.array(table))
    group = np.array(groups[: len(shapes)])
    arcs = cut_arcs(shapes)
    for number, outline in enumerate(rebuild(arcs, group_outlines(arcs, group, 3))):
        assert outline.equals(shapely.unary_union(shapes[group == number]))


@given(tables, st.randoms(use_true_random=False))
def test_arcs_do_not_depend_on_the_order_of_the_shapes(table: list[list[int]], chance) -> None:
    shapes = tiles(np.array(table))
    order = list(range(len(shapes)))
    chance.shuffle(order)
    one, other = cut_arcs(shapes), cut_arcs(shapes[order])
    assert sorted(one.sizes.tolist()) == sorted(other.sizes.tolist())
    assert len(one.points) == len(other.points)


@pytest.mark.parametrize("turned", [False, True])
def test_each_border_is_stored_once_whichever_way_rings_run(turned: bool) -> None:
    shapes = shapely.orient_polygons(tiles(np.array([[0, 1], [2, 3]])), exterior_cw=turned)
    arcs = cut_arcs(shapes)
    edges = {
        frozenset([tuple(a), tuple(b)])
        for end, size in zip(np.cumsum(arcs.sizes), arcs.sizes, strict=True)
        for a, b in itertools.pairwise(arcs.points[end - size : end].tolist())
    }
    assert len(edges) == 12  # a table of 2 x 2 squares has twelve sides
    assert int((arcs.sizes - 1).sum()) == 12


def test_a_ring_that_comes_twice_to_its_lowest_place_is_one_arc() -> None:
    """Rounding leaves a line that runs there and back; both times its lowest place lies between the same two."""
    arcs = cut_arcs(np.array([shapely.Polygon([(0.9, 0), (0, 0.1), (2, 2), (0.1, 0.2)])]))
    assert (arcs.sizes.tolist(), arcs.shapes.refs.tolist()) == ([5], [1])
    assert arcs.points.tolist() == [[0, 0], [1, 0], [0, 0], [2, 2], [0, 0]]
