"""Steps: the same parts are not worked on again, and what came out the same stops the work."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from layers.conditions import Evaluation, parse_condition
from zoning.pipeline.plan_steps import Step, Steps, same
from zoning.rulebook import read_rulebook


def double(table: pd.DataFrame, _threshold: float) -> pd.DataFrame:
    return table.assign(value=table["value"] * 2)


DOUBLE = Step("double", double)
SUM = Step("sum", lambda rows: int(rows["value"].sum()))


def test_only_what_reads_something_else_is_done_again() -> None:
    table, first = pd.DataFrame({"value": [1, 2]}), Steps()
    doubled = first.do(DOUBLE, table, 0.5)
    first.do(SUM, doubled)
    assert first.done == ["double", "sum"]

    unchanged = Steps(first)
    assert unchanged.do(DOUBLE, table, 0.5) is doubled
    assert unchanged.done == []
    assert unchanged.made(DOUBLE) is doubled

    stopped = Steps(first)
    assert stopped.do(DOUBLE, table, 0.7) is doubled  # done again, and the same came out
    assert stopped.do(SUM, doubled) == 6
    assert stopped.done == ["double"]


def test_a_table_is_the_same_part_only_where_it_is_the_same_object() -> None:
    first = Steps()
    first.do(DOUBLE, pd.DataFrame({"value": [1]}), 0.5)
    again = Steps(first)
    again.do(DOUBLE, pd.DataFrame({"value": [1]}), 0.5)
    assert again.done == ["double"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (1, True),
        ((1, 2), [1, 2]),
        (pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [1.0]})),
        (pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [1]}, index=["x"])),
        (np.array([1.0]), np.array([1.5])),
        (pd.DataFrame({"a": [Decimal(1)]}), pd.DataFrame({"a": [Decimal("1.0")]})),
    ],
)
def test_what_would_be_written_otherwise_is_not_the_same(one: object, other: object) -> None:
    assert same(one, one)
    assert not same(one, other)


def test_notes_of_a_table_count() -> None:
    one, other = pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [1]})
    other.attrs["roles"] = {"forest": "fragile"}
    assert not same(one, other)


def test_rulebooks_that_differ_in_how_a_number_is_written_are_not_the_same() -> None:
    """A noun shows little of itself at a prompt; what it holds is compared in full."""
    one = read_rulebook("us_west")
    (name, value), *_ = ((name, one) for name, one in one.parameters.items() if one.value == 50)
    other = replace(one, parameters={**one.parameters, name: value.model_copy(update={"value": 50})})
    assert repr(one) == repr(other)
    assert one == other
    assert not same(one, other)
    assert same(one, replace(one))


def test_of_several_results_each_that_is_the_same_is_kept() -> None:
    """Another threshold gives the same table and another reason: what follows from the table is not done again."""

    def step(limit: float) -> tuple[pd.DataFrame, Evaluation]:
        table = pd.DataFrame({"a": [1.0]})
        return table, parse_condition("a > limit").evaluate(table, {"limit": limit})

    first = Steps()
    table, found = first.do(Step("ask", step), 0.5)
    again, other = Steps(first).do(Step("ask", step), 0.75)
    assert again is table
    assert [one.clauses(np.arange(1))[0][0].sides for one in (found, other)] == [(1.0, 0.5), (1.0, 0.75)]
