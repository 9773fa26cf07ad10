"""Groups inside each other: equal to handing out one step at a time while every bound can still be kept."""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoning.solver import UNLIMITED, CrossingError, GroupTree, Webster, apportion_groups, group_tree

Groups = list[tuple[tuple[int, ...], int, int]]


def contest_of(weights, total, floors, ceilings) -> Webster:
    ids = list("abcdefgh"[: len(weights)])
    caps = np.minimum(np.array(ceilings), total)
    given = np.array(ids, object), np.array(weights, object), np.array(weights, float)
    return Webster(*given, total, np.array(floors), caps)


def family_of(count: int, groups: Groups) -> GroupTree:
    family, nodes = group_tree([np.isin(np.arange(count), units) for units, _, _ in groups], count)
    lows, highs = [0] * len(family.parents), [UNLIMITED] * len(family.parents)
    for (_, low, high), node in zip(groups, nodes, strict=True):
        lows[node], highs[node] = low, high
    return replace(family, lows=tuple(lows), highs=tuple(highs))


def allowed(total, floors, ceilings, groups: Groups) -> list[tuple[int, ...]]:
    """All whole vectors inside all bounds."""
    ranges = (range(low, high + 1) for low, high in zip(floors, ceilings, strict=True))
    vectors = (vector for vector in itertools.product(*ranges) if sum(vector) == total)
    return [v for v in vectors if all(low <= sum(v[one] for one in units) <= high for units, low, high in groups)]


def by_hand(weights, floors, total, vectors) -> list[int]:
    """One step at a time to the largest weight / (steps + 1/2) among those that can take it on a way to the end."""
    steps = list(floors)
    while sum(steps) < total:
        able = [
            one
            for one in range(len(steps))
            if any(
                all(v >= s + (k == one) for k, (v, s) in enumerate(zip(vector, steps, strict=True)))
                for vector in vectors
            )
        ]
        best = max(able, key=lambda one: (Fraction(weights[one], 2 * steps[one] + 1), -one))
        steps[best] += 1
    return steps


@st.composite
def problems(draw, most=3):
    """A few units, bounds, and groups that are apart or inside each other."""
    count = draw(st.integers(2, 5))
    numbers = [st.integers(1, 9), st.integers(0, 1), st.integers(0, most)]
    weights, floors, rooms = ([draw(one) for _ in range(count)] for one in numbers)
    ceilings = [low + room for low, room in zip(floors, rooms, strict=True)]
    total = draw(st.integers(sum(floors), sum(ceilings)))
    groups: Groups = []

    def nest(units: list[int], depth: int) -> None:
        if depth == 0 or not units:
            return
        cut = draw(st.integers(0, len(units)))
        if cut:
            low = draw(st.integers(0, 2))
            groups.append((tuple(units[:cut]), low, low + draw(st.integers(0, 4))))
            nest(units[:cut], depth - 1)
        nest(units[cut:], depth - 1)

    nest(draw(st.permutations(range(count))), 3)
    return weights, total, floors, ceilings, groups


@settings(max_examples=300)
@given(problems())
def test_equal_to_handing_out_one_by_one(problem):
    weights, total, floors, ceilings, groups = problem
    contest, family = contest_of(weights, total, floors, ceilings), family_of(len(weights), groups)
    vectors = allowed(total, floors, ceilings, groups)
    least, most = family.reach(contest.floors, contest.ceilings)
    feasible = all(low <= high for low, high in zip(least, most, strict=True)) and least[0] <= total <= most[0]
    assert feasible == bool(vectors)  # the reach tells what can be done, exactly
    if vectors:
        counts, _ = apportion_groups(contest, family)
        assert counts.tolist() == by_hand(weights, floors, total, vectors)


@settings(max_examples=150)
@given(problems())
def test_best_of_all_whole_vectors(problem):
    weights, total, floors, ceilings, groups = problem
    vectors = allowed(total, floors, ceilings, groups)
    if not vectors:
        return

    def cost(vector) -> Fraction:
        return sum((Fraction(q * q, w) for q, w in zip(vector, weights, strict=True)), Fraction(0))

    counts, _ = apportion_groups(contest_of(weights, total, floors, ceilings), family_of(len(weights), groups))
    assert cost(counts.tolist()) == min(map(cost, vectors))


@settings(max_examples=150)
@given(problems(), st.data())
def test_a_larger_total_is_never_less_for_anyone(problem, data):
    """P18: a larger total never means less for anyone."""
    weights, total, floors, ceilings, groups = problem
    larger = data.draw(st.integers(total, sum(ceilings)))
    family = family_of(len(weights), groups)
    if allowed(total, floors, ceilings, groups) and allowed(larger, floors, ceilings, groups):
        before, after = (apportion_groups(contest_of(weights, t, floors, ceilings), family)[0] for t in (total, larger))
        assert (before <= after).all()


@settings(max_examples=100)
@given(problems(), st.data())
def test_more_own_weight_is_never_less(problem, data):
    """P17: raising a unit's own weight never lowers its amount."""
    weights, total, floors, ceilings, groups = problem
    if allowed(total, floors, ceilings, groups):
        one, family = data.draw(st.integers(0, len(weights) - 1)), family_of(len(weights), groups)
        more = [weight + 7 * (place == one) for place, weight in enumerate(weights)]
        before, after = (
            apportion_groups(contest_of(w, total, floors, ceilings), family)[0][one] for w in (weights, more)
        )
        assert after >= before


def test_a_group_at_its_most_shares_under_a_divisor_of_its_own():
    # free: 4, 4, 1, 1; the first two together may have 4: 2 and 2, and the others share the other 6
    family = family_of(4, [((0, 1), 0, 4)])
    counts, parts = apportion_groups(contest_of([40, 40, 10, 10], 10, [0] * 4, [9] * 4), family)
    assert counts.tolist() == [2, 2, 3, 3]
    assert [(node, units.tolist()) for node, units in parts] == [(0, [2, 3]), (1, [0, 1])]


def test_a_group_at_its_least_takes_from_the_others():
    family = family_of(4, [((2, 3), 6, 99)])
    assert apportion_groups(contest_of([40, 40, 10, 10], 10, [0] * 4, [9] * 4), family)[0].tolist() == [2, 2, 3, 3]


def test_a_member_of_weight_0_leaves_the_groups_least_to_the_others_until_they_are_full():
    # without the group 1, 3, 3, 3; it must have 6, of which the first can have only its floor of 1
    family = family_of(4, [((0, 1), 6, 99)])
    counts, _ = apportion_groups(contest_of([0, 10, 10, 10], 10, [1, 0, 0, 0], [1, 5, 9, 9]), family)
    assert counts.tolist() == [1, 5, 2, 2]


def test_groups_that_cross():
    members = [np.array([True, True, False]), np.array([False, True, True])]
    with pytest.raises(CrossingError) as caught:
        group_tree(members, 3)
    assert caught.value.args == (0, 1)
