"""Best plans against every plan there is, ranking against HiGHS, and the promises that ranking keeps."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoning.solver import LinearConstraint, Programme, broken_rules, find_best
from zoning.solver.integer_programme import keeps_rules, nested_caps
from zoning.solver.linear_programmes import solve

INF = float("inf")


def row(code: str, places, low: float, high: float, coefficients=None) -> LinearConstraint:
    places = np.array(places, dtype=np.int64)
    uses = np.ones(len(places)) if coefficients is None else np.array(coefficients, dtype=float)
    return LinearConstraint(code, code, places, uses, low, high)


def programme(gains, lower, upper, total: int, *rows: LinearConstraint) -> Programme:
    whole = row("total", range(len(gains)), total, total)
    return Programme(np.array(gains, dtype=float), np.array(lower), np.array(upper), (whole, *rows))


def plans(one: Programme) -> list[np.ndarray]:
    """Every plan in whole steps that keeps all rules."""
    ranges = (range(low, high + 1) for low, high in zip(one.lower, one.upper, strict=True))
    return [plan for plan in map(np.array, product(*ranges)) if keeps_rules(one, plan)]


FEW = st.integers(0, 4)


@st.composite
def limited(draw) -> Programme:
    """Two to five units with up to three rules of any kind: they may overlap, and count with coefficients."""
    count = draw(st.integers(2, 5))
    gains, lower, more = (draw(st.lists(FEW, min_size=count, max_size=count)) for _ in range(3))
    upper = [low + room for low, room in zip(lower, more, strict=True)]
    rows = []
    for place in range(draw(st.integers(0, 3))):
        members = draw(st.lists(st.integers(0, count - 1), unique=True, min_size=1))
        uses = [draw(st.integers(1, 5)) for _ in members]
        most, least = draw(st.integers(0, 30)), draw(st.booleans())
        rows.append(row(f"limit-{place}", members, most / 3 if least else -INF, INF if least else most, uses))
    return programme(gains, lower, upper, draw(st.integers(0, 16)), *rows)


@st.composite
def separable(draw) -> Programme:
    """Units with bounds and caps on jurisdictions, apart from each other."""
    count = draw(st.integers(2, 7))
    gains, lower, more = (draw(st.lists(FEW, min_size=count, max_size=count)) for _ in range(3))
    upper = [low + room for low, room in zip(lower, more, strict=True)]
    half = draw(st.integers(0, count))
    caps = [
        row(f"within-{p}", part, -INF, draw(st.integers(0, 20)))
        for p, part in enumerate((range(half), range(half, count)))
    ]
    return programme(gains, lower, upper, draw(st.integers(0, 20)), *caps)


@given(limited())
@settings(max_examples=200)
def test_no_plan_is_better_and_the_bound_holds(one):
    all_, best = plans(one), find_best(one)
    assert (best is not None) == bool(all_)
    if best is None:
        return
    highest = max(float(plan @ one.gains) for plan in all_)
    assert keeps_rules(one, best.amounts)
    assert best.value == pytest.approx(highest)
    assert best.bound >= highest - 1e-6


@given(separable())
@settings(max_examples=200)
def test_ranking_equals_the_linear_programme(one):
    best, answer = find_best(one), solve(one)
    assert (best is not None) == answer.feasible
    if best is None:
        return
    assert best.method == "ranking"
    assert best.value == best.bound == pytest.approx(answer.value)
    # its worths are a plan of the dual programme: the proof that nothing is better
    assert best.bound == pytest.approx(
        float(best.duals @ [rule.high for rule in one.rows]) + _of_bounds(one, best.duals)
    )


def _of_bounds(one: Programme, duals) -> float:
    """What the bounds of the units add to the value of a dual plan."""
    left = one.gains - sum(
        dual * np.bincount(rule.places, rule.coefficients, len(one.gains))
        for dual, rule in zip(duals, one.rows, strict=True)
    )
    return float(np.maximum(left, 0) @ one.upper + np.minimum(left, 0) @ one.lower)


@given(separable(), st.integers(0, 6))
@settings(max_examples=150)
def test_promises_of_ranking(one, place):
    """P15 exact sums, P17 own gain up, P18 total up, P20 gains times a number, P22 own ceiling up."""
    best = find_best(one)
    if best is None:
        return
    total, unit = one.rows[0], place % len(one.gains)
    assert int(best.amounts.sum()) == total.high
    step = np.arange(len(one.gains)) == unit
    dearer = find_best(replace(one, gains=one.gains + step))
    assert dearer.amounts[unit] >= best.amounts[unit]
    wider = find_best(replace(one, upper=one.upper + step))
    assert wider.amounts[unit] >= best.amounts[unit]
    assert find_best(replace(one, gains=one.gains * 3)).amounts.tolist() == best.amounts.tolist()
    more = find_best(replace(one, rows=(replace(total, low=total.low + 1, high=total.high + 1), *one.rows[1:])))
    assert more is None or (more.amounts >= best.amounts).all()


def test_ties_go_to_the_unit_that_stands_first_with_other_rules_too():
    # P21: three units of one gain; 6 steps, of which the limit allows any
    slack = row("limit-slack", [0, 1], -INF, 100, [2, 3])
    least = row("group-1", [1, 2], 1, INF)
    assert find_best(programme([1, 1, 1], [0] * 3, [4] * 3, 6, slack, least)).amounts.tolist() == [4, 2, 0]


def test_overlapping_groups_by_pencil():
    # 10 steps; a and b have 6 at the most, b and c too: b would be the best, and each step for it costs a and c one
    one = programme([2, 3, 2], [0] * 3, [9] * 3, 10, row("group-1", [0, 1], -INF, 6), row("group-2", [1, 2], -INF, 6))
    assert nested_caps(one) is None
    best = find_best(one)
    assert (best.amounts.tolist(), best.value, best.method) == ([4, 2, 4], 22, "linear")
    assert best.duals.tolist() == pytest.approx([1, 1, 1])  # with 7 for one group: 4, 3 and 3 give one more


def test_whole_steps_beside_parts_of_steps():
    # 3 a + 2 b <= 7 and c is worth nothing: in parts a = 7/3; whole, a = 2 leaves room for no b, a = 1 for two
    one = programme([3, 1.9, 0], [0] * 3, [5] * 3, 5, row("limit-water", [0, 1], -INF, 7, [3, 2]))
    best = find_best(one)
    assert (best.method, best.amounts.tolist()) == ("whole", [1, 2, 2])
    assert best.value == pytest.approx(6.8)
    assert best.bound == pytest.approx(6.8)  # three units are searched to the end
    assert best.duals[1] == pytest.approx(1.0)  # in parts of steps the limit holds back a, at 3 for 3


def test_no_plan_in_whole_steps_only():
    half = row("limit-half", [0, 1], 3, 3, [2, 2])
    one = programme([1, 1, 1], [0] * 3, [5] * 3, 5, half)
    assert solve(one).feasible
    assert find_best(one) is None


def test_what_is_broken():
    one = programme([1, 1], [0, 0], [5, 5], 5, row("limit-water", [0, 1], -INF, 0.3, [0.1, 0.1]))
    assert [rule.code for rule in broken_rules(one, np.array([1, 2]))] == ["total"]  # 0.1 + 0.2 is 0.3
    assert [rule.code for rule in broken_rules(one, np.array([1, 4]))] == ["limit-water"]


def test_a_large_programme_has_a_small_gap_and_the_same_bytes():
    count = 5_000
    order = np.arange(count)
    gains, upper = (order * 7919 % 1009) / 1009, 1 + order * 31 % 17
    water = row("limit-water", order, -INF, 33_333.3, 0.5 + order * 13 % 29 / 10)
    some = row("group-1", order[order % 3 == 0], -INF, 3_000)
    others = row("group-2", order[order % 5 == 0], 2_500, INF)
    one = programme(gains, np.zeros(count, dtype=int), upper, 18_000, water, some, others)
    best = find_best(one)
    assert keeps_rules(one, best.amounts)
    assert best.bound - best.value <= 1e-6 * best.value
    again = find_best(one)
    assert again.amounts.tobytes() == best.amounts.tobytes()
    assert again.prices.tobytes() == best.prices.tobytes()


@given(separable())
@settings(max_examples=100)
def test_the_price_of_a_rule_holds_in_its_range(one):
    best = find_best(one)
    if best is None:
        return
    for place in np.flatnonzero(best.duals):
        rule = one.rows[place]
        for end in (best.row_starts[place], best.row_ends[place]):
            moved = replace(rule, high=end, low=end if rule.low == rule.high else rule.low)
            rows = [moved if other is rule else other for other in one.rows]
            found = find_best(replace(one, rows=tuple(rows)))
            assert found.value == pytest.approx(best.value + best.duals[place] * (end - rule.high))


def test_the_range_of_a_price_ends_where_a_cap_is_full():
    # nothing is handed out; a first step gains 1, a second does not pass the cap, though the unit has room for it
    one = programme([0, 1], [0, 0], [0, 2], 0, row("within-1", [0, 1], -INF, 1))
    best = find_best(one)
    assert (best.duals[0], best.row_starts[0], best.row_ends[0]) == (1, 0, 1)
