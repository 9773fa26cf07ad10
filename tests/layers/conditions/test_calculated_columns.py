"""Values that are written as data: what they are, how they say it, and what they refuse."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.conditions import parse_calculation
from layers.errors import ConditionError, UnknownNameError

TABLE = pd.DataFrame(
    {
        "people": [3000, 12000, None],
        "rate": [25.0, 0.0, 8.0],
        "kind": ["dry", "paddy", None],
        "city": [True, False, True],
    },
    index=["a", "b", "c"],
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("people * land_m2 / 10000", [24.0, 96.0, None]),
        ("people / rate", [120.0, None, None]),  # nothing is divided by zero
        ("-(rate - 5) * 2", [-40.0, 10.0, -6.0]),
        ("1", [1.0, 1.0, 1.0]),
        ("land_m2", [80.0, 80.0, 80.0]),
        ("kind", ["dry", "paddy", None]),
        ("'none'", ["none"] * 3),
        ("city", [True, False, True]),
    ],
)
def test_values_of_every_row(text, expected):
    found = parse_calculation(text).evaluate(TABLE, {"land_m2": 80})
    assert [None if pd.isna(one) else one for one in found] == expected
    assert found.index.equals(TABLE.index)


def test_every_name_is_told_with_its_value_and_what_stands_before_it():
    calculation = parse_calculation("( people + 1 )\n * land_m2 / 10000")
    told = calculation.explain(TABLE, {"land_m2": 80})
    assert told[0] == [("( ", "people", 3000), (" + 1 ) * ", "land_m2", 80), (" / 10000", "", None)]
    assert told[2] == [("( ", "people", None), (" + 1 ) * ", "land_m2", 80), (" / 10000", "", None)]
    assert [one[0].value for one in parse_calculation("kind").explain(TABLE)] == ["dry", "paddy", None]
    assert parse_calculation("city").explain(TABLE)[1] == [("", "city", False), ("", "", None)]


def test_a_calculation_without_names_is_told_as_it_is_written():
    assert parse_calculation(" 2 *  3 ").explain(TABLE)[0] == [("2 * 3", "", None)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("people > 3", "this is a condition; a value is needed here"),
        ("NOT city", "this is a condition; a value is needed here"),
        ("  ", "an empty value"),
        ("people *", "ends too early"),
        ("sqrt(people)", "functions are not known"),
    ],
)
def test_what_is_no_value_is_refused(text, said):
    with pytest.raises(ConditionError, match=said):
        parse_calculation(text)


def test_kinds_and_names_are_checked_when_it_is_asked():
    with pytest.raises(ConditionError, match="arithmetic needs numbers"):
        parse_calculation("kind * 2").evaluate(TABLE)
    with pytest.raises(UnknownNameError, match="did you mean 'people'"):
        parse_calculation("peple * 2").evaluate(TABLE)


@given(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6), st.integers(1, 1000))
def test_arithmetic_is_that_of_fractions(a, b, c):
    found = parse_calculation("(a + b) * c - a / c").evaluate(pd.DataFrame({"a": [a], "b": [b], "c": [c]}))
    exact = (a + b) * c - Fraction(a, c)
    assert found[0] == pytest.approx(float(exact), rel=1e-12, abs=1e-9)


def test_it_reads_what_it_names():
    calculation = parse_calculation("(base + 2 * capacity) * 0.5")
    assert calculation.names == {"base", "capacity"}
    assert [one.value for one in calculation.numbers] == [2.0, 0.5]
