"""Gini coefficients as published and by their definition; the evenest plan against every plan there is."""

from __future__ import annotations

from itertools import combinations, product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoning.solver import LinearConstraint, Programme, find_most_equal, gini, gini_optimum
from zoning.solver.gini_optimum import composite, search_swaps, slopes
from zoning.solver.integer_programme import keeps_rules

PUBLISHED = Path(__file__).parents[2] / "data" / "published"
INF = float("inf")
AMOUNTS = st.lists(st.integers(0, 9), min_size=2, max_size=6).filter(any)


def row(code: str, places, low: float, high: float, coefficients=None) -> LinearConstraint:
    places = np.array(places, dtype=np.int64)
    uses = np.ones(len(places)) if coefficients is None else np.array(coefficients, dtype=float)
    return LinearConstraint(code, code, places, uses, low, high)


def programme(lower, upper, total: int, *rows: LinearConstraint) -> Programme:
    whole = row("total", range(len(lower)), total, total)
    return Programme(np.zeros(len(lower)), np.array(lower), np.array(upper), (whole, *rows))


def by_definition(amounts, sizes) -> float:
    """The sum over all pairs of what they are apart, over twice the mean."""
    pairs = combinations(range(len(amounts)), 2)
    apart = sum(abs(amounts[i] * sizes[j] - amounts[j] * sizes[i]) for i, j in pairs)
    return apart / (sum(sizes) * sum(amounts))


def test_the_published_coefficient():
    areas = pd.read_csv(PUBLISHED / "gini_1994.csv")
    found = gini(areas["resource"].to_numpy(float), areas["population"].to_numpy(float))
    assert found == pytest.approx(0.1216807, abs=5e-8)


def test_by_pencil():
    # a third of the people have half of the land: the area under the curve is 5/12
    assert gini(np.array([3, 3]), np.array([1.0, 2.0])) == pytest.approx(1 / 6)
    assert slopes(np.array([3, 3]), np.array([1.0, 2.0])).tolist() == pytest.approx([2 / 3, -1 / 3])


@given(AMOUNTS, st.data())
def test_equal_to_its_definition_over_pairs(amounts, data):
    sizes = data.draw(st.lists(st.integers(1, 9), min_size=len(amounts), max_size=len(amounts)))
    have, some = np.array(amounts), np.array(sizes, dtype=float)
    assert gini(have, some) == pytest.approx(by_definition(amounts, sizes))
    # P20: of no consequence are units of measure; and the order of the rows
    assert gini(have * 7, some * 3) == pytest.approx(gini(have, some))
    assert gini(have[::-1], some[::-1]) == pytest.approx(gini(have, some))
    # no other order of the units gives a larger function
    others = slopes(np.roll(have, 1) + 1, some)
    assert float(others @ have) / have.sum() <= gini(have, some) + 1e-12


def test_one_measure_and_room_is_in_proportion():
    best = find_most_equal(programme([0] * 3, [99] * 3, 60), [np.array([1.0, 2.0, 3.0])], [1.0])
    assert best.amounts.tolist() == [10, 20, 30]
    assert (best.value, best.bound) == (pytest.approx(0), pytest.approx(0, abs=1e-6))


def test_what_a_ceiling_holds_back_goes_in_proportion_to_the_others():
    best = find_most_equal(programme([0] * 3, [99, 99, 12], 60), [np.array([1.0, 2.0, 3.0])], [1.0])
    assert best.amounts.tolist() == [16, 32, 12]
    assert best.prices[2] > 0
    assert not best.prices[:2].any()
    # a step more for c: its price is what the composite falls by
    more = find_most_equal(programme([0] * 3, [99, 99, 15], 60), [np.array([1.0, 2.0, 3.0])], [1.0])
    assert more.value - best.value == pytest.approx(3 * best.prices[2])


@st.composite
def cases(draw):
    count = draw(st.integers(2, 4))
    bounds = [draw(st.tuples(st.integers(0, 2), st.integers(0, 5))) for _ in range(count)]
    rows = []
    if draw(st.booleans()):
        uses = [draw(st.integers(1, 3)) for _ in range(2)]
        rows.append(row("limit-water", [0, 1], -INF, draw(st.integers(2, 14)), uses))
    lower, upper = [low for low, _ in bounds], [low + more for low, more in bounds]
    one = programme(lower, upper, draw(st.integers(1, 14)), *rows)
    sizes = [np.array(draw(st.lists(st.integers(1, 8), min_size=count, max_size=count)), dtype=float) for _ in range(2)]
    return one, sizes


@given(cases())
@settings(max_examples=80)
def test_between_the_bound_and_the_best_of_all_plans(case):
    one, sizes = case
    ranges = (range(low, high + 1) for low, high in zip(one.lower, one.upper, strict=True))
    plans = [plan for plan in map(np.array, product(*ranges)) if keeps_rules(one, plan)]
    best = find_most_equal(one, sizes, [0.6, 0.4])
    assert (best is not None) == bool(plans)
    if best is None:
        return
    least = min(composite(plan, sizes, [0.6, 0.4]) for plan in plans)
    assert keeps_rules(one, best.amounts)
    assert -best.value == pytest.approx(composite(best.amounts, sizes, [0.6, 0.4]))
    assert -best.bound <= least + 1e-6
    # whole steps of so few are coarse: within a twentieth of the best, and the gap says no less than the loss
    assert -best.value <= least + 0.05
    assert best.bound - best.value >= -best.value - least - 1e-6


def test_thirteen_cities_by_three_measures():
    """As many as in the study of Jiangsu, finely divisible: the gap all but closes, and runs are equal."""
    order = np.arange(13)
    sizes = [1.0 + order * 7 % 11, 2.0 + order * 5 % 13, 1.0 + order * 3 % 7]
    one = programme([200] * 13, [2_400] * 13, 13_000)
    best = find_most_equal(one, sizes, [0.5, 0.3, 0.2])
    assert best.method == "cuts"
    assert 0 <= best.bound - best.value < 1e-4
    assert find_most_equal(one, sizes, [0.5, 0.3, 0.2]).amounts.tobytes() == best.amounts.tobytes()


def test_swaps_never_make_it_worse_and_keep_rules():
    sizes, start = [np.array([1.0, 2.0, 3.0])], np.array([6, 0, 0])
    one = programme([1, 0, 0], [9, 9, 9], 6, row("limit-water", [1], -INF, 1))
    moved = search_swaps(one, start, sizes, [1.0])
    assert composite(moved, sizes, [1.0]) == pytest.approx(composite(np.array([1, 1, 4]), sizes, [1.0]))
    assert keeps_rules(one, moved)


def test_no_plan():
    assert find_most_equal(programme([3, 3], [9, 9], 5), [np.array([1.0, 1.0])], [1.0]) is None


def test_pairs_told_apart_by_parts_make_the_whole():
    order = np.arange(11)
    amounts, sizes, parts = order * 7.0 % 11, 1.0 + order * 5 % 13, order % 3
    against = gini_optimum._slopes_against(amounts, sizes, parts)
    assert against.sum(axis=1) == pytest.approx(slopes(amounts, sizes))
    # of the pairs of the first part with the second, by definition
    mine, others = np.flatnonzero(parts == 0), np.flatnonzero(parts == 1)
    told = against[mine, 1] @ amounts[mine] + against[others, 0] @ amounts[others]
    assert told * sizes.sum() == pytest.approx(
        sum(abs(amounts[i] * sizes[j] - amounts[j] * sizes[i]) for i in mine for j in others)
    )


def test_parts_change_how_soon_the_evenest_is_found_not_what_it_is(monkeypatch):
    order = np.arange(40)
    sizes = [1.0 + order * 7 % 11, 2.0 + order * 5 % 13, 1.0 + order * 3 % 7]
    one = programme([2_000] * 40, [24_000] * 40, 400_000)
    parted = find_most_equal(one, sizes, [0.5, 0.2, 0.3])
    assert parted.bound - parted.value < 2e-5
    monkeypatch.setattr(gini_optimum, "_FEW", 0)
    whole = find_most_equal(one, sizes, [0.5, 0.2, 0.3])
    assert parted.bound == pytest.approx(whole.bound, abs=2e-5)
    assert parted.value == pytest.approx(whole.value, abs=2e-5)
