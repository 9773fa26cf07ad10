"""The planar partition: by pencil, against GEOS set operations, and on hard cases."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from zoning.overlays.planar_partition import Faces, grouped, partition

HALVES = np.array([shapely.box(0, 0, 2, 2), shapely.box(2, 0, 4, 2)])


def areas(faces: Faces) -> dict:
    """Area by unit and flags."""
    keys = [(int(unit), *flags.tolist()) for unit, flags in zip(faces.unit, faces.flags, strict=True)]
    assert len(keys) == len(set(keys))
    return dict(zip(keys, shapely.area(faces.geometry).tolist(), strict=True))


def cut(units, *designations, matched=True) -> Faces:
    return grouped(
        partition(np.asarray(units), [np.asarray(one, dtype=object) for one in designations], matched=matched)
    )


def test_two_overlapping_designations():
    found = cut(HALVES, [shapely.box(1, 0, 3, 2)], [shapely.box(0, 0, 4, 1)])
    assert areas(found) == dict.fromkeys([(u, a, b) for u in (0, 1) for a in (False, True) for b in (False, True)], 1.0)


def test_without_designations_units_come_as_they_are():
    found = cut(HALVES)
    assert found.unit.tolist() == [0, 1]
    assert shapely.equals_identical(found.geometry, HALVES).all()
    assert cut(HALVES, []).flags.tolist() == [[False], [False]]
    assert len(cut(HALVES[:0], [shapely.box(0, 0, 1, 1)]).unit) == 0


def test_polygons_of_one_designation_count_once():
    found = cut(HALVES, [shapely.box(0, 0, 1, 2), shapely.box(0.5, 0, 1.5, 2), shapely.box(1.5, 0, 2, 2)])
    assert areas(found) == {(0, True): 4.0, (1, False): 4.0}


def test_a_border_between_polygons_of_one_designation_leaves_no_cut():
    found = cut(HALVES, [shapely.box(0.5, 0.5, 1, 1.5), shapely.box(1, 0.5, 1.5, 1.5)])
    ring = found.geometry[found.flags[:, 0]][0]
    assert shapely.get_num_coordinates(ring) == 7  # a rectangle with the two points where the inner border ended


def test_islands_of_a_unit_have_their_own_flags():
    # No border of the designation meets either island: the unit as a whole is not of one kind.
    unit = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(5, 0, 6, 1)])
    assert areas(cut([unit], [shapely.box(4, -1, 7, 2)])) == {(0, False): 1.0, (0, True): 1.0}


def test_a_hole_of_a_unit_belongs_to_none():
    ring = shapely.box(0, 0, 3, 3).difference(shapely.box(1, 1, 2, 2))
    assert areas(cut([ring], [shapely.box(0, 0, 1.5, 3)])) == {(0, False): 4.0, (0, True): 4.0}
    assert areas(cut([ring], [shapely.box(1.2, 1.2, 1.8, 1.8)])) == {(0, False): 8.0}


def test_a_designation_that_only_touches_changes_nothing():
    found = cut(HALVES, [shapely.box(4, 0, 5, 2)])
    assert areas(found) == {(0, False): 4.0, (1, False): 4.0}


def test_missing_vertices_on_a_common_border_are_put_in():
    units = [shapely.box(0, 0, 2, 2), shapely.box(2, 0, 4, 1), shapely.box(2, 1, 4, 2)]
    assert not shapely.coverage_is_valid(units)
    found = cut(units, [shapely.box(3, 0, 4, 2)], matched=False)
    assert shapely.coverage_is_valid(found.geometry)
    assert areas(found) == {(0, False): 4.0, (1, False): 1.0, (1, True): 1.0, (2, False): 1.0, (2, True): 1.0}


@pytest.mark.parametrize("side", [-5_530_000.0, -5_500_000.0])
def test_a_face_with_a_spike_is_labelled_by_its_wide_part(side):
    # Found on Maui: the first three points lie on one line but for rounding, so the face between the two borders is a
    # wedge of 3 ha with a spike of 25 km that has no width, and GEOS puts its inside point there.
    south, bend, tip, north = [
        (-5505196.0239425525, -840789.5324067443),
        (-5516187.294781887, -817628.59237457),
        (-5516190.199337725, -817622.4718590666),
        (-5511011.488821075, -807525.3452689655),
    ]
    unit = shapely.box(-5_540_000, -850_000, -5_490_000, -800_000)
    one = shapely.Polygon([south, bend, north, (side, -822_000)])
    other = shapely.Polygon([south, tip, north, (-5_530_000, -825_000)])
    found = areas(cut([unit], [one], [other]))
    both = shapely.intersection(one, other).area
    expected = {
        (0, True, True): both,
        (0, True, False): one.area - both,
        (0, False, True): other.area - both,
        (0, False, False): unit.area - one.area - other.area + both,
    }
    for key, area in expected.items():
        assert found.get(key, 0.0) == pytest.approx(area, abs=1e-3)


def test_a_designation_far_larger_than_the_units_is_not_dragged_along():
    far = [shapely.box(10 * i, 100, 10 * i + 5, 105) for i in range(1000)]
    found = cut(HALVES, [shapely.MultiPolygon([*far, shapely.box(1, 0, 3, 2)])])
    assert areas(found) == {(0, False): 2.0, (0, True): 2.0, (1, False): 2.0, (1, True): 2.0}


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e6])
@pytest.mark.parametrize("shift", [0.0, 38_500_000.0])
def test_scale_and_place_do_not_matter(scale, shift):
    move = lambda shape: shapely.transform(shape, lambda at: at * scale + shift)  # noqa: E731  (one line, used at once)
    if shift and scale < 1:
        return  # a thousandth of a metre, 38,500 km away: coordinates cannot tell
    found = cut(move(HALVES), [move(shapely.box(1, 0, 3, 2))])
    assert [area / scale**2 for area in areas(found).values()] == pytest.approx([2.0] * 4, rel=1e-6)


def voronoi(points) -> np.ndarray:
    frame = shapely.box(0, 0, 100, 100)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=frame))
    kept = shapely.intersection(cells, frame)
    return kept[shapely.area(kept) > 1e-6]


coordinates = st.tuples(st.integers(0, 100), st.integers(0, 100))
coverages = st.lists(coordinates, min_size=3, max_size=12, unique=True).map(voronoi)
blobs = st.lists(
    st.tuples(coordinates, st.integers(1, 40), st.integers(3, 9)).map(
        lambda given: shapely.Point(given[0]).buffer(given[1], quad_segs=given[2])
    ),
    min_size=0,
    max_size=4,
)


@settings(max_examples=80)
@given(coverages, blobs, blobs)
def test_the_partition_is_that_of_set_operations(units, one, other):
    found = cut(units, one, other, matched=shapely.coverage_is_valid(units))
    assert np.bincount(found.unit, shapely.area(found.geometry), len(units)) == pytest.approx(
        shapely.area(units), rel=1e-9
    )
    for column, polygons in enumerate((one, other)):
        union = shapely.union_all(polygons)
        theirs = shapely.area(shapely.intersection(units, union))
        on = found.flags[:, column]
        mine = np.bincount(found.unit[on], shapely.area(found.geometry[on]), len(units))
        assert mine == pytest.approx(theirs, abs=1e-6)
    assert shapely.is_valid(found.geometry).all()
    assert shapely.coverage_is_valid(found.geometry)
    assert shapely.area(shapely.union_all(found.geometry)) == pytest.approx(shapely.area(units).sum(), rel=1e-9)


@settings(max_examples=40)
@given(coverages)
def test_the_units_as_their_own_designation_change_nothing(units):
    found = cut(units, units)
    assert found.unit.tolist() == list(range(len(units)))
    assert found.flags.all()
    assert shapely.area(found.geometry) == pytest.approx(shapely.area(units), rel=1e-9)


@settings(max_examples=40)
@given(coverages, blobs)
def test_a_second_cut_along_the_same_borders_changes_nothing(units, polygons):
    first = cut(units, polygons)
    again = partition(first.geometry, [np.asarray(polygons, dtype=object)], matched=True)
    merged = grouped(Faces(again.geometry, first.unit[again.unit], again.flags))
    assert areas(merged).keys() == areas(first).keys()
    assert list(areas(merged).values()) == pytest.approx(list(areas(first).values()), abs=1e-6)


def test_a_crowd_of_polygons_is_dissolved_first():
    discs = [shapely.Point(1 + n / 40, 1).buffer(0.9, quad_segs=4) for n in range(40)]
    found = areas(cut(HALVES, discs))
    union = shapely.area(shapely.intersection(HALVES, shapely.union_all(discs)))
    assert [found[0, True], found[1, True]] == pytest.approx(union.tolist(), rel=1e-12)
    assert len(found) == 4
