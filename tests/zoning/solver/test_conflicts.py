"""Conflicts: irreducible, in words, and each told change is enough and no more than enough."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from zoning.solver import LinearConstraint, Programme, Wording, find_conflict, refuse
from zoning.solver.linear_programmes import solve

INF = float("inf")
STATES = pd.Series(["Utah", "Utah", "Idaho", "Idaho"], index=["a", "b", "c", "d"])


def say(steps: float) -> str:
    return f"{steps:g} ha"


def row(code: str, words: str, places, low: float, high: float) -> LinearConstraint:
    return LinearConstraint(code, words, np.array(places, dtype=np.int64), np.ones(len(places)), low, high)


def programme(lower, upper, *rows: LinearConstraint) -> Programme:
    return Programme(np.zeros(len(lower)), np.array(lower), np.array(upper), rows)


def total(amount: int, count: int = 4) -> LinearConstraint:
    return row("total", f"the total is {amount} ha", range(count), amount, amount)


def told(one: Programme) -> list[tuple[str, float | None]]:
    names = STATES.iloc[: len(one.gains)]
    return [(clash.words, clash.change) for clash in find_conflict(one, Wording(say, names))]


def feasible(one: Programme) -> bool:
    return solve(one, canonical=False).feasible


def test_what_is_possible_has_no_conflict():
    assert told(programme([1] * 4, [9] * 4, total(10))) == []


def test_floors_above_the_total():
    assert told(programme([3, 3, 3, 3], [9] * 4, total(10))) == [
        ("the total is 10 ha", 2),
        ("the floors of 4 units in 'Idaho', 'Utah' come to 12 ha", -2),
    ]


def test_only_the_floors_that_matter_are_named():
    fragile = row("group-1", "group 1 allows at most 4 ha", [0, 1], -INF, 4)
    assert told(programme([3, 3, 2, 0], [9] * 4, total(20), fragile)) == [
        ("group 1 allows at most 4 ha", 2),
        ("the floors of 'a', 'b' in 'Utah' come to 6 ha", -2),
    ]


def test_three_rules_of_which_each_is_needed():
    # 12 to hand out; c and d take 4 at the most, a and b 6 together
    fragile = row("group-1", "group 1 allows at most 6 ha", [0, 1], -INF, 6)
    assert told(programme([0] * 4, [9, 9, 2, 2], total(12), fragile)) == [
        ("the total is 12 ha", -2),
        ("group 1 allows at most 6 ha", 2),
        ("the ceilings of 'c', 'd' in 'Idaho' come to 4 ha", 2),
    ]


def test_a_change_that_would_not_do_alone():
    low = row("limit-1", "limit 1 asks for at least 9 ha", [0], 9, INF)
    high = row("limit-2", "limit 2 allows at most 1 ha", [1], -INF, 1)
    found = told(programme([0, 5, 0, 0], [3, 9, 9, 9], total(20), low, high))
    assert found == [
        ("limit 2 allows at most 1 ha", None),
        ("the floor of 'b' in 'Utah' comes to 5 ha", None),
    ]


def test_the_error_reads_as_a_list():
    clashes = find_conflict(programme([3, 3, 3, 3], [9] * 4, total(10)), Wording(say, STATES))
    error = refuse(clashes, say)
    assert (error.exit_code, error.code) == (4, "conflict")
    assert str(error).splitlines() == [
        "these rules cannot hold together:",
        "  - the total is 10 ha: alone, 2 ha more would do",
        "  - the floors of 4 units in 'Idaho', 'Utah' come to 12 ha: alone, 2 ha less in all would do",
    ]


@st.composite
def programmes(draw) -> Programme:
    count = draw(st.integers(1, 4))
    few = st.integers(0, 4)
    lower, more = (draw(st.lists(few, min_size=count, max_size=count)) for _ in range(2))
    rows = [total(draw(st.integers(0, 20)), count)]
    for place in range(draw(st.integers(0, 2))):
        members = draw(st.lists(st.integers(0, count - 1), unique=True, min_size=1))
        amount, least = draw(st.integers(0, 12)), draw(st.booleans())
        rows.append(row(f"limit-{place}", "", sorted(members), amount if least else -INF, INF if least else amount))
    return programme(lower, [low + room for low, room in zip(lower, more, strict=True)], *rows)


@given(programmes())
@settings(max_examples=150)
def test_a_conflict_is_irreducible_and_its_changes_are_the_least(one):
    clashes = find_conflict(one, Wording(say, STATES.iloc[: len(one.gains)]))
    assert bool(clashes) != feasible(one)
    codes = {clash.code for clash in clashes}
    floors, ceilings = np.zeros_like(one.lower), np.full_like(one.upper, 99)
    for clash in clashes:
        if clash.code == "floors":
            floors[clash.places] = one.lower[clash.places]
        if clash.code == "ceilings":
            ceilings[clash.places] = one.upper[clash.places]
    own = replace(one, lower=floors, upper=ceilings, rows=tuple(rule for rule in one.rows if rule.code in codes))
    assert not clashes or not feasible(own)
    for clash in clashes:
        lower, upper, rows = own.lower.copy(), own.upper.copy(), own.rows
        if clash.code == "floors":
            lower[clash.places] = 0
        elif clash.code == "ceilings":
            upper[clash.places] = 99
        else:
            rows = tuple(rule for rule in rows if rule.code != clash.code)
        assert feasible(replace(own, lower=lower, upper=upper, rows=rows))
        if clash.change is None or clash.code in {"floors", "ceilings"}:
            continue
        for part, enough in ((1.0, True), (0.99, False)):
            moved = tuple(
                replace(rule, low=rule.low + clash.change * part, high=rule.high + clash.change * part)
                if rule.code == clash.code
                else rule
                for rule in one.rows
            )
            assert feasible(replace(one, rows=moved)) == enough
