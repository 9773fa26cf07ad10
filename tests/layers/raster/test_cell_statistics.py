"""Weighted statistics by pencil, and against numpy where all weights are equal."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.raster.zonal_statistics import (
    Sample,
    majority,
    maximum,
    mean,
    mean_direction,
    minimum,
    quantile,
    std,
    total,
)


def sample(value, weight=None, owner=None, count=1, share=None):
    value = np.asarray(value, dtype=float)
    weight = np.ones(len(value)) if weight is None else np.asarray(weight, dtype=float)
    owner = np.zeros(len(value), int) if owner is None else np.asarray(owner)
    return Sample(owner, value, weight, weight if share is None else np.asarray(share, dtype=float), count)


def test_by_pencil():
    one = sample([1, 2, 4], weight=[2, 1, 1], share=[1, 0.5, 0.5])
    assert mean(one).tolist() == [2.0]
    assert std(one).tolist() == [np.sqrt((2 * 1 + 0 + 4) / 4)]
    assert total(one).tolist() == [1 + 1 + 2]
    assert (minimum(one)[0], maximum(one)[0]) == (1, 4)
    assert quantile(one, 0.5).tolist() == [1.5]  # half of the land is at 1: the mean of it and the next
    assert quantile(one, 0.75).tolist() == [3.0]
    assert quantile(one, 0.9).tolist() == [4.0]
    assert majority(one).tolist() == [1.0]


def test_a_unit_without_a_cell_is_missing_in_every_statistic():
    two = sample([5.0], owner=[1], count=3)
    functions = (mean, std, total, minimum, maximum, majority, mean_direction, lambda one: quantile(one, 0.5))
    for function in functions:
        found = function(two)
        assert np.isnan(found[[0, 2]]).all()
        assert not np.isnan(found[1])


def test_of_equal_areas_the_majority_is_the_smallest_value():
    assert majority(sample([9, 3, 9, 3])).tolist() == [3.0]
    assert majority(sample([3, 9, 9])).tolist() == [9.0]


def test_directions_turn_round_north():
    assert mean_direction(sample([350, 10])).tolist() == [0.0]
    assert mean_direction(sample([80, 100])).tolist() == [90.0]
    assert np.isnan(mean_direction(sample([90, 270])))


@given(st.lists(st.integers(0, 50), min_size=1, max_size=40))
def test_equal_weights_give_the_plain_statistics(values):
    one = sample(values)
    assert mean(one)[0] == pytest.approx(np.mean(values))
    assert std(one)[0] == pytest.approx(np.std(values))
    assert quantile(one, 0.5)[0] == np.median(values)
    assert quantile(one, 0.1)[0] == np.quantile(values, 0.1, method="averaged_inverted_cdf")


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 5)), min_size=1, max_size=20))
def test_a_weight_is_as_good_as_so_many_equal_cells(pairs):
    values, weights = zip(*pairs, strict=True)
    one, many = sample(values, weights), sample(np.repeat(values, weights))
    for part in (0.05, 0.25, 0.5, 0.9):
        assert quantile(one, part) == quantile(many, part)
    assert majority(one) == majority(many)
