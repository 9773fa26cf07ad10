"""Thresholds by pencil, and by asking the condition itself on both sides of them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from layers.conditions import parse_condition, thresholds
from layers.errors import UnknownNameError

TABLE = pd.DataFrame(
    {
        "x": [3.0, 10.0],
        "y": [2.0, 5.0],
        "zero": [0.0, 0.0],
        "gone": [np.nan, 1.0],
        "metro": [True, False],
        "k": ["a", "b"],
    }
)
NAN = float("nan")


def found(text: str, name: str = "x", **parameters):
    return thresholds(parse_condition(text).evaluate(TABLE, parameters), name)


@pytest.mark.parametrize(
    ("text", "values", "holds"),
    [
        ("x > 5", [[5, 5]], False),
        ("x >= least", [[7, 7]], True),
        ("5 >= x", [[5, 5]], True),
        ("NOT x > 5", [[5, 5]], True),
        ("NOT (x >= 5 OR metro)", [[5, 5]], False),
        ("x = 5", [[5, 5]], True),
        ("x <> 5", [[5, 5]], False),
        ("x BETWEEN 2 AND y", [[2, 2], [2, 5]], True),
        ("x NOT BETWEEN 2 AND y", [[2, 2], [2, 5]], False),
        ("x IN (1, y)", [[1, 1], [2, 5]], True),
        ("x / y >= 3", [[6, 15]], True),
        ("y / x >= 3", [[2 / 3, 5 / 3]], True),
        ("2 * x - y > x + 1", [[3, 6]], False),
        ("-x < y - 10", [[8, 5]], False),
        ("(x - y) / (x + y) > 0.5", [[6, 15]], False),
        ("x * zero > 1", [[NAN, NAN]], False),
        ("x / zero > 1", [[NAN, NAN]], False),
        ("x > gone", [[NAN, 1]], False),
        ("x - x > 1", [[NAN, NAN]], False),
    ],
)
def test_thresholds_by_pencil(text, values, holds) -> None:
    (one,) = found(text, **({"least": 7} if "least" in text else {}))
    assert one.determined
    np.testing.assert_allclose(np.array(one.values), np.array(values, dtype=float), rtol=1e-15)
    assert one.at_threshold is holds


def test_clauses_are_told_one_by_one_with_their_words() -> None:
    told = found("x > 5 AND (metro OR NOT x / y <= 3)\n AND y > 1")
    assert [(one.text, [value.tolist() for value in one.values]) for one in told] == [
        ("x > 5", [[5, 5]]),
        ("NOT x / y <= 3", [[6, 15]]),
    ]


@pytest.mark.parametrize(
    "text", ["x * x > 2", "1 / x + x > 3", "x / (x + 1) > y / (x + 2)", "(x + 1) * (x - 1) * 2 > 1"]
)
def test_what_is_not_of_the_first_degree_is_not_determined(text) -> None:
    (one,) = found(text)
    assert (one.determined, one.values) == (False, ())


def test_divisions_by_zero_are_poles() -> None:
    (one,) = found("y / (x - 4) > 1")
    assert [pole.tolist() for pole in one.poles] == [[4, 4]]
    assert [value.tolist() for value in one.values] == [[6, 9]]
    (one,) = found("y / (x - 4) IS NULL")
    assert (one.values, [pole.tolist() for pole in one.poles]) == ((), [[4, 4]])


def test_what_is_no_number_has_no_threshold() -> None:
    assert [(one.values, one.at_threshold) for one in found("NOT metro AND x > 1", "metro")] == [((), False)]
    assert [one.values for one in found("k LIKE 'a%' OR k IN ('b')", "k")] == [(), ()]
    assert found("y > 1") == ()
    with pytest.raises(UnknownNameError, match="nothing provides 'z'"):
        found("x > z")


@pytest.mark.parametrize("seed", range(4))
def test_a_clause_turns_at_its_thresholds_and_nowhere_else(seed) -> None:
    """Random clauses are asked between any two neighbours of their thresholds and poles, twice, and beside each."""
    chance = np.random.default_rng(seed)

    def side(depth: int) -> str:
        if depth == 0:
            return str(chance.choice(["x", "y", "2", "0.5", "w"]))
        return f"({side(depth - 1)} {chance.choice(['+', '-', '*', '/'])} {side(0)})"

    asked = 0
    for _ in range(150):
        form = chance.choice(["{} < {}", "{} >= {}", "{} BETWEEN {} AND 3", "{} NOT IN ({}, 1)"])
        condition = parse_condition(str(form).format(side(2), side(1)))
        y, w = chance.integers(-3, 4, 2).astype(float)
        table = pd.DataFrame({"x": [1.0], "y": [y], "w": [w]})
        if "x" not in condition.names:
            continue
        (one,) = thresholds(condition.evaluate(table), "x")
        if not one.determined:
            continue
        marks = sorted({float(mark[0]) for mark in (*one.values, *one.poles) if not np.isnan(mark[0])})
        ends = [-1e3, *marks, 1e3]
        for low, high in pairwise(ends):
            inner = np.linspace(low, high, 7)[1:-1]
            answer = condition.evaluate(pd.DataFrame({"x": inner, "y": y, "w": w}))
            assert len({*zip(answer.yes.tolist(), answer.known.tolist(), strict=True)}) == 1, (
                condition.text,
                y,
                w,
                inner,
            )
            asked += 1
    assert asked > 150
