"""Whole steps: rounding that agrees with fractions, whatever floating point makes of a quotient."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from zoning.solver import UNLIMITED, Step, exact_number
from zoning.solver.exact_steps import NO_BOUND

SIZES = st.sampled_from(["0.01", "1", "0.3", "7", "1E+2", "0.000001"])
VALUES = st.one_of(st.floats(0, 1e9), st.integers(0, 10**6).map(lambda count: count / 100))


@given(st.lists(VALUES, max_size=20), SIZES)
def test_rounding_is_that_of_fractions(values, size):
    step, series = Step.of(size), pd.Series(values, dtype=float)
    quotients = [Fraction(exact_number(value)) / Fraction(Decimal(size)) for value in values]
    assert step.counts(series, "up").tolist() == [math.ceil(quotient) for quotient in quotients]
    assert step.counts(series, "down").tolist() == [math.floor(quotient) for quotient in quotients]


@given(st.integers(0, 2**50), SIZES)
def test_an_amount_has_its_count_back(count, size):
    step = Step.of(size)
    assert step.count(step.amount(count)) == count
    assert step.below(step.amount(count)) == step.amount(count)


def test_amounts_show_the_decimals_of_the_step():
    assert str(Step.of("0.10").amount(3)) == "0.30"
    assert str(Step.of("1E+2").amount(3)) == "300"


def test_no_bound_is_an_amount_without_end():
    step = Step.of(1)
    counts = step.counts(pd.Series([math.inf, 1e300, 2.0]), "down")
    assert counts.tolist() == [UNLIMITED, UNLIMITED, 2]
    assert step.amounts(counts, pd.RangeIndex(3)).tolist() == [NO_BOUND, NO_BOUND, Decimal(2)]


def test_numbers_count_as_what_they_print():
    assert exact_number(np.float64(0.1)) == exact_number(np.float32(0.1)) == exact_number("0.1") == Decimal("0.1")
    assert exact_number(np.int64(7)) == exact_number(7) == Decimal(7)
