"""Quantiles and majorities by pencil, against numpy where all areas are equal, and where memory holds few values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.raster import distributions
from layers.raster.distributions import Distribution, Tally, distribution, majority, quantile, select_quantiles


def cells(value, area=None, owner=None):
    value = np.asarray(value, dtype=float)
    area = np.ones(len(value)) if area is None else np.asarray(area, dtype=float)
    owner = np.zeros(len(value), np.int64) if owner is None else np.asarray(owner, dtype=np.int64)
    return owner, value, area


def spread(*arguments, count=1):
    return distribution(cells(*arguments), count)


def test_by_pencil():
    one = spread([1, 2, 4], [2, 1, 1])
    assert quantile(one, 0.5).tolist() == [1.5]  # half of the land is at 1: the mean of it and the next
    assert quantile(one, 0.75).tolist() == [3.0]
    assert quantile(one, 0.9).tolist() == [4.0]
    assert majority(one).tolist() == [1.0]


def test_a_unit_without_a_cell_is_missing_in_every_statistic():
    two = spread([5.0], [1.0], [1], count=3)
    for found in (majority(two), quantile(two, 0.5)):
        assert np.isnan(found[[0, 2]]).all()
        assert found[1] == 5


def test_of_equal_areas_the_majority_is_the_smallest_value():
    assert majority(spread([9, 3, 9, 3])).tolist() == [3.0]
    assert majority(spread([3, 9, 9])).tolist() == [9.0]


@given(st.lists(st.integers(0, 50), min_size=1, max_size=40))
def test_equal_weights_give_the_plain_statistics(values):
    one = spread(values)
    assert quantile(one, 0.5)[0] == np.median(values)
    assert quantile(one, 0.1)[0] == np.quantile(values, 0.1, method="averaged_inverted_cdf")


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 5)), min_size=1, max_size=20))
def test_a_weight_is_as_good_as_so_many_equal_cells(pairs):
    values, weights = zip(*pairs, strict=True)
    one, many = spread(values, weights), spread(np.repeat(values, weights))
    for part in (0.05, 0.25, 0.5, 0.9):
        assert quantile(one, part) == quantile(many, part)
    assert majority(one) == majority(many)


numbers = st.floats(-1e300, 1e300) | st.integers(-3, 3).map(float)


@given(
    st.lists(st.lists(st.tuples(numbers, st.integers(1, 5)), min_size=1, max_size=30), min_size=1, max_size=3),
    st.integers(0, 3),
)
def test_reading_again_finds_what_holding_all_finds(units, held):
    """Three readings or thirty, of numbers of any size: the quantile is the same to the last digit."""
    owner = np.repeat(np.arange(len(units)), [len(one) for one in units])
    value, area = map(np.array, zip(*(pair for one in units for pair in one), strict=True))
    all_cells = cells(value, area, owner)
    whole = distribution(all_cells, len(units))
    ends = [(value[owner == one].min(), value[owner == one].max()) for one in range(len(units))]
    total = np.repeat(np.bincount(owner, area), 2)
    outer = Distribution(np.repeat(np.arange(len(units)), 2), np.ravel(ends), total, len(units))
    half = len(owner) // 2
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(distributions, "HELD", held)
        patch.setattr(distributions, "_BINS", 8)
        found = select_quantiles(
            lambda: [[one[:half] for one in all_cells], [one[half:] for one in all_cells]], [0.1, 0.5, 0.75], outer
        )
    for part, given_back in zip((0.1, 0.5, 0.75), found, strict=True):
        assert given_back.tolist() == quantile(whole, part).tolist()


def test_polygons_are_settled_where_they_end_and_the_largest_are_given_up(monkeypatch):
    monkeypatch.setattr(distributions, "HELD", 4)
    tally = Tally(np.array([0.5, 9.0, 9.0]), {"majority": majority})
    tally.add(cells([0.5, 0.25, 0.25, 1.5], owner=[0, 0, 0, 1]), 0)
    tally.add(cells([1.25, 1.75, 2.5, 3.5, 4.5], owner=[1, 1, 2, 2, 2]), 1)
    tally.add(cells([4.5], owner=[2]), 2)
    tally.end()
    assert tally.spilled.sum() == 1
    assert tally.results["majority"][0] == 0.25
    assert np.isnan(tally.results["majority"][tally.spilled]).all()
    assert not np.isnan(tally.results["majority"][~tally.spilled]).any()
