"""Moran's I: with a pencil, against every order of the values, by properties, and what is refused."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import UnknownNameError, ZoneplanError
from zoneplan import indices as ix

FEW = settings(max_examples=15)
ROW = pd.Series({"a": 1.0, "b": 2, "c": 3, "d": 4})
PAIRS = [("a", "b"), ("b", "c"), ("c", "d")]


def test_with_a_pencil() -> None:
    """Deviations -1.5, -0.5, 0.5, 1.5; the means of neighbours -0.5, -0.5, 0.5, 0.5; 2 of 5 squares."""
    found = ix.moran(ROW, PAIRS)
    assert found.i == pytest.approx(0.4)
    assert found.expected == pytest.approx(-1 / 3)
    assert ix.moran(ROW, PAIRS + [(right, left) for left, right in PAIRS]) == found
    local = ix.local_moran(ROW, PAIRS)
    assert local["i"].tolist() == pytest.approx([0.6, 0.2, 0.2, 0.6])
    assert local["kind"].tolist() == ["low-low", "low-low", "high-high", "high-high"]


def test_mean_and_variance_are_those_over_every_order_of_the_values() -> None:
    values = pd.Series([1.0, 5, 2, 9, 4, 4], index=range(6))
    pairs = [(0, 1), (1, 2), (2, 0), (3, 4), (1, 4)]  # unit 5 has no neighbours
    every = np.array([ix.moran(pd.Series(order), pairs).i for order in sorted(set(permutations(values)))])
    found = ix.moran(values, pairs)
    assert every.mean() == pytest.approx(found.expected)
    assert (found.i - every.mean()) / every.std() == pytest.approx(found.z)


def test_local_mean_and_variance_are_those_over_all_others_that_could_stand_beside() -> None:
    values = pd.Series([1.0, 5, 2, 9, 4], index=range(5))
    pairs = [(0, 1), (0, 2), (3, 4)]
    local = ix.local_moran(values, pairs)
    z = values - values.mean()
    m2 = (z**2).mean()
    every = np.array([z[0] / m2 * (z[one] + z[two]) / 2 for one, two in permutations(range(1, 5), 2)])
    assert (local["i"][0] - every.mean()) / every.std() == pytest.approx(local["z"][0])


@FEW
@given(
    values=st.lists(st.integers(-50, 50), min_size=4, max_size=9).filter(lambda one: len(set(one)) > 1),
    data=st.data(),
)
def test_neither_units_of_measure_nor_orders_matter_and_the_local_make_the_whole(values, data) -> None:
    series = pd.Series(values, dtype=float)
    place = st.integers(0, len(values) - 1)
    circle = [(one, (one + 1) % len(values)) for one in range(len(values))]
    more = data.draw(st.lists(st.tuples(place, place).filter(lambda pair: pair[0] != pair[1]), max_size=5))
    found = ix.moran(series, circle + more)
    again = ix.moran(series[::-1] * 3 + 8, (more + circle)[::-1])
    assert (again.i, again.p) == (pytest.approx(found.i, abs=1e-9), pytest.approx(found.p, abs=1e-6))
    assert ix.local_moran(series, circle + more)["i"].mean() == pytest.approx(found.i, abs=1e-9)
    assert 0 <= found.p <= 1


def test_where_every_order_is_the_same_nothing_can_be_told() -> None:
    complete = [(one, two) for one in "abcd" for two in "abcd" if one < two]
    found = ix.moran(ROW, complete)
    assert (found.i, found.z, found.p) == (pytest.approx(-1 / 3), 0, 1)


def test_a_unit_without_neighbours_has_no_local_value() -> None:
    local = ix.local_moran(ROW, PAIRS[:2])
    assert local.loc["d", ["i", "z", "p"]].isna().all()
    assert local.loc["d", "kind"] == ""


def test_what_has_no_pattern_to_look_for_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="no value of 'x'"):
        ix.moran(ROW, [("a", "x")])
    with pytest.raises(ZoneplanError, match="two different units"):
        ix.moran(ROW, [("a", "a")])
    with pytest.raises(ZoneplanError, match="two different units"):
        ix.moran(ROW, [])
    with pytest.raises(ZoneplanError, match="four units"):
        ix.moran(ROW[:3], PAIRS[:2])
    with pytest.raises(ZoneplanError, match="not all the same"):
        ix.moran(ROW * 0, PAIRS)
    with pytest.raises(ZoneplanError, match="twice: 'a'"):
        ix.moran(ROW.rename({"b": "a"}), PAIRS)
