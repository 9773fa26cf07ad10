"""Parts of conditions: what each compares with which limit, and whether the whole hangs on it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.conditions import condition_parts, parse_condition

LEAVES = ("x >= 2", "y < 5", "3 > z", "x / y > limit", "flag", "NOT flag", "z BETWEEN 1 AND limit", "NOT y = 2")
VALUE = st.sampled_from([None, 0.0, 1.0, 2.0, 3.0, 5.0])


def conditions() -> st.SearchStrategy[str]:
    return st.recursive(
        st.sampled_from(LEAVES),
        lambda inner: st.tuples(inner, st.sampled_from(["AND", "OR"]), inner, st.booleans()).map(
            lambda one: f"{'NOT ' if one[3] else ''}({one[0]} {one[1]} {one[2]})"
        ),
        max_leaves=4,
    )


@given(conditions(), VALUE, VALUE, VALUE, st.sampled_from([None, True, False]))
def test_parts_answer_as_what_they_compare_says(text, x, y, z, flag) -> None:
    table = pd.DataFrame({"x": [x], "y": [y], "z": [z]}, dtype=float).assign(flag=pd.array([flag], dtype="boolean"))
    compared = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "<>": np.not_equal}
    for part in condition_parts(parse_condition(text).evaluate(table, {"limit": 2.0})):
        if part.operator:
            known = not np.isnan(part.values[0])
            assert part.answer.known[0] == known
            if known and part.operator != "=":
                assert part.answer.yes[0] == compared[part.operator](part.values[0], part.limit)


@given(conditions(), VALUE, VALUE, VALUE)
def test_a_part_that_decides_has_the_answer_of_the_whole(text, x, y, z) -> None:
    table = pd.DataFrame({"x": [x], "y": [y], "z": [z], "flag": [True]}).astype({"x": float, "y": float, "z": float})
    condition = parse_condition(text)
    whole = condition.evaluate(table, {"limit": 2.0})
    parts = condition_parts(whole)
    deciding = [part for part in parts if part.decides[0]]
    assert deciding
    for part in deciding:
        assert (part.answer.yes[0], part.answer.known[0]) == (whole.yes[0], whole.known[0])


def test_a_pivotal_part_turns_the_whole() -> None:
    """Of A AND (B OR C): where A and C hold all hangs on C; where A alone holds, on B or on C."""
    table = pd.DataFrame({"a": [1.0, 1.0, 0.0], "b": [0.0, 0.0, 1.0], "c": [1.0, 0.0, 0.0]})
    a, b, c = condition_parts(parse_condition("a > 0 AND (b > 0 OR c > 0)").evaluate(table))
    assert a.pivotal.tolist() == [True, False, True]
    assert b.pivotal.tolist() == [False, True, False]
    assert c.pivotal.tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("text", "measure", "operator", "limit", "parameter"),
    [
        ("x >= least", "x", ">=", 2.0, "least"),
        ("least <= x", "x", ">=", 2.0, "least"),
        ("NOT x >= least", "x", "<", 2.0, "least"),
        ("x / y > 2 * least", "x / y", ">", 4.0, ""),
        ("x > y", "", "", None, ""),
        ("flag", "flag", "", 1.0, ""),
        ("NOT flag", "flag", "", 0.0, ""),
        ("x IN (1, 2)", "", "", None, ""),
    ],
)
def test_what_is_compared(text: str, measure: str, operator: str, limit: float | None, parameter: str) -> None:
    table = pd.DataFrame({"x": [1.0], "y": [2.0], "flag": [True]})
    asked = parse_condition(text).evaluate(table, {"least": 2.0} if "least" in text else {})
    (part,) = condition_parts(asked)
    assert (part.measure, part.operator, part.parameter) == (measure, operator, parameter)
    assert np.isnan(part.limit) if limit is None else part.limit == limit


def test_between_is_two_comparisons() -> None:
    asked = parse_condition("x BETWEEN 1 AND most").evaluate(pd.DataFrame({"x": [0.5]}), {"most": 3.0})
    low, high = condition_parts(asked)
    assert (low.operator, low.limit, high.operator, high.limit) == (">=", 1.0, "<=", 3.0)
    assert (low.answer.yes[0], low.pivotal[0], high.answer.yes[0], high.pivotal[0]) == (False, True, True, False)


def test_ends_of_two_betweens_do_not_take_each_others_answers() -> None:
    text = "(z BETWEEN 1 AND limit OR z BETWEEN 1 AND limit)"
    parts = condition_parts(parse_condition(text).evaluate(pd.DataFrame({"z": [0.0]}), {"limit": 2.0}))
    assert [bool(part.answer.yes[0]) for part in parts] == [False, True, False, True]
