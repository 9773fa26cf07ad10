"""Exact columns: every bit of a number comes back, and each kind of missing is one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.web.plan_model import exact_table, halves, text_codes


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=20))
def test_halves_are_the_number_to_the_last_bit(numbers: list[float]) -> None:
    own = np.array(numbers, dtype=np.float64)
    upper, lower = (half.astype(np.uint64) for half in halves(own))
    assert max([0, *upper.tolist(), *lower.tolist()]) < 2**32
    back = ((upper << np.uint64(32)) | lower).view(np.float64)
    assert np.array_equal(np.isnan(back), np.isnan(own))
    known = ~np.isnan(own)
    assert back[known].tobytes() == own[known].tobytes()


@given(st.lists(st.none() | st.text(max_size=3), max_size=12))
def test_codes_stand_for_sorted_texts(values: list[str | None]) -> None:
    codes, texts = text_codes(pd.Series(values, dtype=object))
    assert list(texts) == sorted({one for one in values if one is not None})
    assert [None if code < 0 else texts[code] for code in codes] == values


@pytest.mark.parametrize(
    ("values", "kind", "columns"),
    [
        (pd.Series([1, 2]), "number", 2),
        (pd.Series([1, None], dtype="Int64"), "number", 2),
        (pd.Series([True, None], dtype="boolean"), "boolean", 1),
        (pd.Series(["a", None], dtype="str"), "text", 1),
        (pd.Series(["a", "b"], dtype="category"), "text", 1),
        (pd.Series([None, None], dtype="float64"), "nothing", 0),
        (pd.Series([None, None], dtype="str"), "nothing", 0),
    ],
)
def test_a_column_is_of_the_kind_that_conditions_see(values: pd.Series, kind: str, columns: int) -> None:
    table, numbers = exact_table(values.to_frame("x"), ["x"], ["y"])
    assert (table.columns[0].kind, len(numbers), table.derived, table.rows) == (kind, columns, ("y",), 2)
