"""Fillings against HiGHS and against every plan there is; prices against the plan that one step more would give."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoning.solver import LinearConstraint, Programme
from zoning.solver.integer_programme import GreedyPlan, NestedCaps, allocate_greedily, nested_caps
from zoning.solver.linear_programmes import solve

INF = float("inf")


def row(code: str, places, low: float, high: float) -> LinearConstraint:
    return LinearConstraint(code, code, np.array(places, dtype=np.int64), np.ones(len(places)), low, high)


def programme(gains, lower, upper, total: int, *caps: tuple[list[int], int]) -> Programme:
    rows = [row("total", range(len(gains)), total, total)]
    rows += [row(f"group-{place + 1}", places, -INF, cap) for place, (places, cap) in enumerate(caps)]
    return Programme(np.array(gains, dtype=float), np.array(lower), np.array(upper), tuple(rows))


def filled(one: Programme) -> tuple[NestedCaps, GreedyPlan | None]:
    caps = nested_caps(one)
    assert caps is not None
    return caps, allocate_greedily(one, caps)


@st.composite
def nested(draw) -> Programme:
    """Two caps, one inside the other, over two to five units."""
    count = draw(st.integers(2, 5))
    few = st.integers(0, 4)
    gains, lower, more = (draw(st.lists(few, min_size=count, max_size=count)) for _ in range(3))
    outer = draw(st.integers(0, count))
    inner = draw(st.integers(0, outer))
    upper = [low + room for low, room in zip(lower, more, strict=True)]
    cap = st.integers(0, 12)
    caps = (list(range(outer)), draw(cap)), (list(range(inner)), draw(cap))
    return programme(gains, lower, upper, draw(st.integers(0, 16)), *caps)


def test_the_best_land_first_by_pencil():
    # 10 steps; c is the best with 5 at the most, then a takes what is left
    _, found = filled(programme([2, 1, 3], [0, 1, 0], [9, 9, 5], 10))
    assert found.amounts.tolist() == [4, 1, 5]
    assert found.prices.tolist() == [0, -1, 1]  # c's ceiling is worth 3 - 2, b's floor costs 2 - 1
    assert (found.starts[2], found.ends[2]) == (0, 9)  # until a has no more to give, or takes no more
    assert found.worths.tolist() == [2]
    assert found.bound == 4 * 2 + 1 + 5 * 3


def test_ties_go_to_the_unit_that_stands_first():
    _, found = filled(programme([1, 1, 1], [0, 0, 0], [4, 4, 4], 6))
    assert found.amounts.tolist() == [4, 2, 0]
    assert not found.prices.any()


def test_a_full_group_has_a_worth_of_its_own():
    _, found = filled(programme([1, 3, 2], [0, 0, 0], [9, 5, 9], 10, ([1, 2], 6)))
    assert found.amounts.tolist() == [4, 5, 1]
    assert found.worths.tolist() == [1, 2]  # a step more for the group: 2 instead of 1
    assert found.homes.tolist() == [0, 1, 1]


def test_crossing_caps_and_least_amounts_are_no_nest():
    assert nested_caps(programme([1, 1, 1], [0] * 3, [9] * 3, 5, ([0, 1], 3), ([1, 2], 3))) is None
    least = programme([1, 1, 1], [0] * 3, [9] * 3, 5)
    assert nested_caps(replace(least, rows=(*least.rows, row("limit-1", [0], 2, INF)))) is None
    weighed = replace(least.rows[0], coefficients=np.array([1.0, 2.0, 1.0]))
    assert nested_caps(replace(least, rows=(weighed,))) is None


@given(nested())
@settings(max_examples=150)
def test_equal_to_the_solver_and_to_the_best_of_all_plans(one):
    _, found = filled(one)
    answer = solve(one)
    plans = [
        np.array(plan)
        for plan in product(*(range(low, high + 1) for low, high in zip(one.lower, one.upper, strict=True)))
        if all(rule.low <= rule.of(np.array(plan)) <= rule.high for rule in one.rows)
    ]
    assert (found is not None) == answer.feasible == bool(plans)
    if found is None:
        return
    value = float(found.amounts @ one.gains)
    assert value == max(float(plan @ one.gains) for plan in plans)
    assert value == pytest.approx(answer.value) == pytest.approx(found.bound)
    first = sorted(range(len(one.gains)), key=lambda unit: (-one.gains[unit], unit))
    best = [plan for plan in plans if float(plan @ one.gains) == value]
    assert found.amounts.tolist() == max(best, key=lambda plan: tuple(plan[first])).tolist()


@given(nested())
@settings(max_examples=150)
def test_a_price_is_what_the_next_step_adds(one):
    caps, found = filled(one)
    if found is None:
        return
    value = float(found.amounts @ one.gains)
    for unit, price in enumerate(found.prices):
        ends = [one.upper.copy(), one.lower.copy()]
        if price >= 0 and found.amounts[unit] == one.upper[unit]:
            ends[0][unit] += 1
        elif price < 0 and one.lower[unit] > 0:
            ends[1][unit] -= 1
        else:
            continue
        moved = allocate_greedily(replace(one, upper=ends[0], lower=ends[1]), caps)
        assert float(moved.amounts @ one.gains) == value + abs(price)


@given(nested())
@settings(max_examples=100)
def test_a_price_holds_in_its_range(one):
    caps, found = filled(one)
    if found is None:
        return
    value = float(found.amounts @ one.gains)
    for unit in np.flatnonzero(found.prices > 0):
        for end in (max(found.starts[unit], one.lower[unit]), found.ends[unit]):
            upper = one.upper.copy()
            upper[unit] = end
            moved = allocate_greedily(replace(one, upper=upper), caps)
            assert float(moved.amounts @ one.gains) == value + found.prices[unit] * (end - one.upper[unit])


def test_a_large_case_is_bounded_by_its_prices():
    count = 20_000
    order = np.arange(count)
    gains, upper = (order * 7919 % 1009) / 1009, 1 + order * 31 % 17
    one = programme(gains, np.zeros(count, dtype=int), upper, 60_000, (list(range(9_000)), 11_000))
    _, found = filled(one)
    assert found.bound == pytest.approx(float(found.amounts @ gains), rel=1e-12)
