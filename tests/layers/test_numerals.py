"""Numerals: what a cell says as a number, exactly, or that it says none."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.numerals import floats_of, how_to_write, numbers_of, plain_numeral, stray_texts, thousands_in


@pytest.mark.parametrize(
    ("decimal", "cell", "number"),
    [
        (".", "1,234.5", "1234.5"),
        (",", "1.234,5", "1234.5"),
        (",", "1 234,5", "1234.5"),
        (",", "1\xa0234\xa0567", "1234567"),
        (",", "1\u202f234", "1234"),
        (".", "1'234.50", "1234.50"),
        (".", "1\u2019234", "1234"),
        (",", "1.234.567", "1234567"),
        (",", "\u22125,25", "-5.25"),
        (".", "\uff11\uff12\uff0e\uff15", "12.5"),
        (".", "\uff11\uff0c\uff12\uff13\uff14", "1234"),
        (",", "-0,5", "-0.5"),
        (",", "1,5e3", "1.5e3"),
    ],
)
def test_b61_the_plan_says_how_numbers_are_written(decimal, cell, number) -> None:
    """B61: thousands, the sign before the fraction, and digits of full width; without the key it is a text."""
    assert plain_numeral(cell, decimal) == number
    assert plain_numeral(cell) == ""


@pytest.mark.parametrize(
    "cell",
    ["1.23", "1,2,3", "12.34,5", "1234.567,8", "1.234 567", "0.123", "1,5 %", "12 ha", "1,234", "007", "1_000", "nan"],
)
def test_b61_what_is_not_written_so_is_no_number(cell: str) -> None:
    """B61: under a decimal comma; 1,234 is a number there, of which the point is asked."""
    assert plain_numeral(cell, ".") == ("1234" if cell == "1,234" else cell if cell in ("1.23", "0.123") else "")
    assert plain_numeral(cell, ",") == ("1.234" if cell == "1,234" else "")


@given(st.decimals(min_value=-(10**14), max_value=10**14, places=3), st.sampled_from(".,"), st.sampled_from(",. '"))
def test_b61_a_number_comes_back_from_how_it_is_written(number: Decimal, decimal: str, between: str) -> None:
    """B61: whatever stands between thousands and before the fraction."""
    between = {".": ",", ",": "."}.get(between, between) if between == decimal else between
    written = f"{number:,.3f}".translate(str.maketrans({",": between, ".": decimal}))
    if number == 0:
        written = written.lstrip("-")
    assert numbers_of([written], decimal).tolist() == [float(number)]


@given(st.lists(st.integers(-(10**20), 10**20), min_size=1))
def test_whole_numbers_stay_exact_or_text(numbers: list[int]) -> None:
    """B19, B22: of more than 15 digits they are kept digit by digit."""
    read = numbers_of([str(one) for one in numbers])
    assert [int(one) for one in read] == numbers


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (["35.842", "850", None, "1.035.842"], "35.842"),
        (["35.842", "0"], "35.842"),
        (["0.842", "35.842"], ""),
        (["35.842", "35.84"], ""),
        (["35.842", "1200"], ""),
        (["850", "1200"], ""),
        ([None], ""),
    ],
)
def test_b61_points_that_may_stand_between_thousands_are_seen(cells, found) -> None:
    assert thousands_in(cells) == found


def test_floats_are_taken_of_numbers_and_never_of_texts() -> None:
    column = pd.Series([1, True, Decimal("0.5"), Fraction(1, 4), "7", "x", None, pd.NA, np.float32(2)], dtype=object)
    np.testing.assert_array_equal(floats_of(column), [1, 1, 0.5, 0.25, np.nan, np.nan, np.nan, np.nan, 2])
    np.testing.assert_array_equal(floats_of(pd.Series([1, None], dtype="Int64")), [1, np.nan])
    np.testing.assert_array_equal(floats_of(pd.Series(["7"], dtype="str")), [np.nan])
    np.testing.assert_array_equal(floats_of(pd.Series([2.0, 1.0]).astype("category")), [2, 1])


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["1.234,5", "0,5"], 'decimal = ","'),
        (["1,234.5"], 'decimal = "."'),
        (["1,234"], "whichever stands before"),
        (["12 %", "1,5"], "without a unit"),
        (["12345678901234567890"], "so many digits"),
        (["007"], "without a unit"),
    ],
)
def test_b61_the_remedy_is_that_of_the_cells(texts, words) -> None:
    """B61: what the plan may say is said where it would do for all of them."""
    assert words in how_to_write(stray_texts(pd.Series(texts)))


@pytest.mark.parametrize(
    "cells",
    [
        ["007"],
        ["1,234"],
        ["１２"],
        ["1 2"],
        ["0x10"],
        ["nan"],
        ["inf"],
        ["1_000"],
        ["12345678901234567890"],
        ["1", "x"],
        ["--"],
    ],
)
def test_what_is_no_plain_number_stays_text(cells):
    assert list(numbers_of(cells)) == cells


def test_plain_numbers_and_truths():
    assert numbers_of(["1", "-2", "+3", "0"]).tolist() == [1, -2, 3, 0]
    assert numbers_of(["1", "-2"]).dtype == np.int64
    np.testing.assert_array_equal(numbers_of(["1.5", None, "2e3", ".5", " 7 ", "3."]), [1.5, np.nan, 2000, 0.5, 7, 3])
    assert numbers_of(["TRUE", "false"]).tolist() == [True, False]
    assert numbers_of(["true", None])[1] is pd.NA
    assert np.isnan(numbers_of([None, None])).all()


@given(st.lists(st.one_of(st.integers(-(10**15) + 1, 10**15 - 1), st.none()), min_size=1))
def test_whole_numbers_survive(numbers):
    read = numbers_of([None if one is None else str(one) for one in numbers])
    assert [None if np.isnan(one) else int(one) for one in np.asarray(read, dtype=float)] == numbers


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_floats_survive(numbers):
    read = numbers_of([repr(one) for one in numbers])
    if not isinstance(read, np.ndarray):
        assert any(abs(one) >= 1e15 or "e" in repr(one) for one in numbers)
    else:
        assert read.tolist() == numbers
