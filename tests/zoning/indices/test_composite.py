"""Scores made one: with a pencil, by properties, beside other libraries, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import UnknownNameError, ZoneplanError
from zoneplan import indices as ix
from zoning.errors import MissingValueError

FEW = settings(max_examples=10)

SCORES = pd.DataFrame({"water": [0.0, 1.0, 0.5], "land": [1.0, 0.5, 0.5]}, index=["c", "a", "b"])
KINDS = ["weighted_sum", "geometric_mean", "topsis"]


def made(kind: str, table: pd.DataFrame, weights: object) -> pd.Series:
    return getattr(ix, kind)(table, weights)


def test_with_a_pencil() -> None:
    assert ix.weighted_sum(SCORES, [0.75, 0.25]).to_dict() == {"c": 0.25, "a": 0.875, "b": 0.5}
    assert ix.geometric_mean(SCORES, [0.5, 0.5]).tolist() == pytest.approx([0, 0.5**0.5, 0.5])
    assert ix.weakest_link(SCORES).to_dict() == {"c": 0, "a": 0.5, "b": 0.5}
    # 3, 4 and 0 over 5; the ideal 0.4 and the anti-ideal 0
    assert ix.topsis(pd.DataFrame({"x": [3.0, 4, 0]}), [1.0]).tolist() == pytest.approx([0.75, 1, 0])


@pytest.mark.parametrize("kind", KINDS)
@FEW
@given(
    rows=st.lists(st.tuples(*[st.integers(1, 50)] * 3), min_size=2, max_size=7, unique=True),
    weights=st.tuples(*[st.integers(1, 9)] * 3),
    order=st.permutations(range(3)),
)
def test_neither_rows_nor_columns_have_an_order(kind, rows, weights, order) -> None:
    table = pd.DataFrame(rows, columns=list("xyz"), dtype=float)
    weighed = pd.Series(weights, index=list("xyz")) / sum(weights)
    found = made(kind, table, weighed)
    again = made(kind, table.iloc[::-1, list(order)], weighed)
    assert np.allclose(found, again[found.index])
    assert list(again.index) == list(table.index[::-1])


@pytest.mark.parametrize("kind", ["weighted_sum", "geometric_mean"])
@FEW
@given(
    row=st.tuples(*[st.integers(0, 50)] * 3),
    more=st.tuples(*[st.integers(0, 50)] * 3),
    weights=st.tuples(*[st.integers(1, 9)] * 3),
)
def test_more_is_never_worse(kind, row, more, weights) -> None:
    table = pd.DataFrame([row, np.add(row, more)], columns=list("xyz"), dtype=float)
    less, best = made(kind, table, np.array(weights) / sum(weights))
    assert best >= less - 1e-9


@FEW
@given(
    rows=st.lists(st.tuples(*[st.integers(1, 50)] * 2), min_size=2, max_size=7, unique=True),
    factor=st.sampled_from([1e-3, 7.0, 1e9]),
)
def test_topsis_does_not_ask_for_units_of_measure(rows, factor) -> None:
    table = pd.DataFrame(rows, columns=["x", "y"], dtype=float)
    scaled = table.assign(x=table["x"] * factor)
    assert np.allclose(ix.topsis(table, [0.4, 0.6], cost=["y"]), ix.topsis(scaled, [0.4, 0.6], cost=["y"]))


@pytest.mark.parametrize("kind", KINDS)
def test_what_cannot_be_added_up_is_refused(kind) -> None:
    with pytest.raises(ZoneplanError, match=r"add up to 1\.5"):
        made(kind, SCORES, [0.75, 0.75])
    with pytest.raises(UnknownNameError, match="'sea'"):
        made(kind, SCORES, {"water": 0.5, "sea": 0.5})
    with pytest.raises(ZoneplanError, match="3 values for 2 rows"):
        made(kind, SCORES, [0.5, 0.25, 0.25])
    with pytest.raises(ZoneplanError, match="below 0"):
        made(kind, SCORES, [1.5, -0.5])
    with pytest.raises(MissingValueError):
        made(kind, SCORES.mask(SCORES == 0), [0.5, 0.5])


def test_what_has_no_ideal_is_refused() -> None:
    with pytest.raises(ZoneplanError, match="alike"):
        ix.topsis(SCORES.loc[["b", "b"]], [0.5, 0.5])
    with pytest.raises(ZoneplanError, match="not 0"):
        ix.topsis(SCORES * 0, [0.5, 0.5])
    with pytest.raises(ZoneplanError, match="below 0"):
        ix.geometric_mean(SCORES - 1, [0.5, 0.5])
