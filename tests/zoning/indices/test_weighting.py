"""Weights of criteria: with a pencil, by properties, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import ZoneplanError
from zoneplan import indices as ix
from zoning.errors import MissingValueError

FEW = settings(max_examples=10)

SAATY = [[1, 1 / 3, 5], [3, 1, 7], [1 / 5, 1 / 7, 1]]
"""Of three criteria; eigenvalue 3.0649, so that CI is 0.0324 and CR 0.0559 by the index 0.58."""


def test_entropy_with_a_pencil() -> None:
    """Halves have the entropy ln 2; a quarter and three quarters 0.5623, which is 0.8113 of it."""
    table = pd.DataFrame({"even": [2.0, 2.0], "uneven": [1.0, 3.0], "all": [0.0, 4.0]})
    uneven = 1 + (0.25 * math.log(0.25) + 0.75 * math.log(0.75)) / math.log(2)
    assert ix.entropy_weights(table).tolist() == pytest.approx([0, uneven / (1 + uneven), 1 / (1 + uneven)])


@FEW
@given(
    rows=st.lists(st.tuples(st.integers(1, 99), st.integers(1, 99)), min_size=2, max_size=8),
    factor=st.sampled_from([0.001, 3.0, 1e6]),
)
def test_entropy_asks_neither_for_units_of_measure_nor_for_the_order(rows, factor) -> None:
    table = pd.DataFrame(rows, columns=["x", "y"], dtype=float)
    if (table.max() == table.min()).all():
        with pytest.raises(ZoneplanError, match="the same everywhere"):
            ix.entropy_weights(table)
        return
    found = ix.entropy_weights(table)
    assert found.sum() == pytest.approx(1)
    assert (found >= 0).all()
    assert np.allclose(found, ix.entropy_weights(table[::-1] * factor), atol=1e-6)


def test_entropy_refuses_what_has_no_parts() -> None:
    with pytest.raises(ZoneplanError, match="below 0"):
        ix.entropy_weights(pd.DataFrame({"x": [1.0, -1]}))
    with pytest.raises(ZoneplanError, match="a value above 0"):
        ix.entropy_weights(pd.DataFrame({"x": [0.0, 0]}))
    with pytest.raises(ZoneplanError, match="two rows"):
        ix.entropy_weights(pd.DataFrame({"x": [1.0]}))


def test_ahp_of_a_textbook_matrix() -> None:
    weights, ratio = ix.ahp_weights(SAATY)
    assert weights.tolist() == pytest.approx([0.2790, 0.6491, 0.0719], abs=5e-5)
    assert ratio == pytest.approx(0.0559, abs=5e-5)


@FEW
@given(st.lists(st.integers(1, 9), min_size=1, max_size=7))
def test_judgements_that_follow_from_weights_give_them_back(parts) -> None:
    true = np.array(parts) / sum(parts)
    names = [f"k{place}" for place in range(len(parts))]
    weights, ratio = ix.ahp_weights(pd.DataFrame(true[:, None] / true, index=names, columns=names))
    assert np.allclose(weights, true)
    assert ratio == pytest.approx(0, abs=1e-9)


def test_ahp_reads_columns_by_name() -> None:
    names = ["a", "b", "c"]
    judged = pd.DataFrame(SAATY, index=names, columns=names)
    one, two = ix.ahp_weights(judged), ix.ahp_weights(judged[["c", "a", "b"]])
    assert one[0].to_dict() == pytest.approx(two[0].to_dict())


def test_contradictions_are_refused_above_the_gate() -> None:
    circle = [[1, 3, 1 / 3], [1 / 3, 1, 3], [3, 1 / 3, 1]]
    with pytest.raises(ZoneplanError, match=r"consistency ratio 1\.149, and 0\.1 is the most"):
        ix.ahp_weights(circle)
    weights, ratio = ix.ahp_weights(circle, gate=None)
    assert weights.tolist() == pytest.approx([1 / 3] * 3)
    assert ratio == pytest.approx((4 / 3) / 2 / 0.58)


@pytest.mark.parametrize("matrix", [[[1, 2]], [[1, 2], [2, 1]], [[1, -1], [-1, 1]], np.ones((16, 16))])
def test_what_is_no_matrix_of_judgements_is_refused(matrix) -> None:
    with pytest.raises(ZoneplanError, match="matrix"):
        ix.ahp_weights(matrix)


def test_a_missing_judgement_is_refused() -> None:
    with pytest.raises(MissingValueError):
        ix.ahp_weights([[1, np.nan], [1, 1]])


def test_equal_weights_add_up() -> None:
    assert ix.equal_weights(pd.DataFrame({"x": [1], "y": [2], "z": [3]})).tolist() == [1 / 3] * 3
