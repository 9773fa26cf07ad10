from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoning.measures import mean_by, places_of, sum_by, without_noise


def test_sums_have_no_noise_and_no_order() -> None:
    values = pd.Series([0.1, 0.2, 0.3, 0.7, 0.1])
    places = pd.Series(["b", "b", "a", "c", "c"])
    found = sum_by(values, places)
    assert found.to_dict() == {"a": 0.3, "b": 0.3, "c": 0.8}
    assert sum_by(values[::-1], places[::-1]).equals(found)


def test_a_missing_value_makes_its_sum_missing_and_a_missing_place_counts_nowhere() -> None:
    found = sum_by(pd.Series([1.0, None, 2.0, 4.0]), pd.Series(["a", "a", "b", None]))
    assert math.isnan(found["a"])
    assert found["b"] == 2.0
    assert sum_by(pd.Series([], dtype=float), pd.Series([], dtype="str")).empty


@given(st.lists(st.tuples(st.integers(-(10**6), 10**6), st.sampled_from("abc")), min_size=1, max_size=40))
def test_sums_are_those_of_whole_thousandths(rows) -> None:
    found = sum_by(pd.Series([number / 1000 for number, _ in rows]), pd.Series([place for _, place in rows]))
    for place in found.index:
        assert found[place] == sum(number for number, own in rows if own == place) / 1000


def test_a_mean_of_one_value_is_that_value() -> None:
    shares, areas = pd.Series([0.7] * 3), pd.Series([0.1, 0.2, 0.7])
    assert mean_by(shares, areas, pd.Series(["a"] * 3)).tolist() == [0.7]


@pytest.mark.parametrize("number", [0.0, -0.25, 1e-300, 5e-324, 1.7e308, math.inf, 123456.789])
def test_what_has_no_noise_stays(number: float) -> None:
    assert without_noise(pd.Series([number])).tolist() == [number]


def test_two_counties_of_one_name_are_two_places_and_a_unit_of_none_is_in_none() -> None:
    units = pd.DataFrame({"state": ["n", "s", "s"], "county": ["k", "k", ""]}, index=["a", "b", "c"])
    found = places_of(units, "county", ["state", "county"])
    assert found.tolist()[:2] == ["n / k", "s / k"]
    assert places_of(units.assign(state=["n", "s", None]), "state", ["state", "county"]).isna().tolist() == [
        False,
        False,
        True,
    ]
