"""Siftings against the solver alone: the same plan, found from a basis that needs no further step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from zoning.solver import LinearConstraint, Programme, find_best, linear_programmes
from zoning.solver.linear_programmes import load_solver, settle_status, sifting, solve

INF = float("inf")
COUNT = 12_000


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch):
    monkeypatch.setattr(linear_programmes, "_MANY", 10_000)


def limited(count: int = COUNT, *, seed: int = 0, parts: int = 7) -> Programme:
    """A total, caps on jurisdictions, groups that overlap, one that asks for a least, and water; gains with ties."""
    chance = np.random.default_rng(seed)
    upper, part = chance.integers(0, 40, count), chance.integers(0, parts, count)
    total, everybody = int(upper.sum() * 0.4), np.arange(count)
    rows = [LinearConstraint("total", "the total", everybody, np.ones(count), total, total)]
    for place in range(parts):
        own = np.flatnonzero(part == place)
        rows.append(
            LinearConstraint(f"within-{place}", "a cap", own, np.ones(len(own)), -INF, int(upper[own].sum() * 0.43))
        )
    half, third = (np.flatnonzero(chance.random(count) < share) for share in (0.5, 0.3))
    rows.append(LinearConstraint("group-1", "a group", half, np.ones(len(half)), -INF, int(total * 0.45)))
    rows.append(LinearConstraint("group-2-least", "a group", third, np.ones(len(third)), int(total * 0.32), INF))
    water = chance.uniform(0.5, 3, count)
    rows.append(
        LinearConstraint("limit-water", "water", everybody, water, -INF, float(water.mean() * total * 0.9), "m3")
    )
    return Programme(chance.integers(0, 101, count) / 100, np.zeros(count, dtype=np.int64), upper, tuple(rows))


def scaled(one: Programme) -> Programme:
    return replace(one, rows=[row.times(1 / row.size) for row in one.rows])


@pytest.mark.parametrize("seed", range(4))
def test_the_solver_has_nothing_left_to_do(seed):
    one = scaled(limited(seed=seed))
    begun, alone = load_solver(one, whole=False, basis=sifting(one)), load_solver(one, whole=False)
    for solver in (begun, alone):
        solver.run()
        assert settle_status(solver)
    assert begun.getInfo().simplex_iteration_count == 0
    assert alone.getInfo().simplex_iteration_count > 0
    assert begun.getInfo().objective_function_value == pytest.approx(
        alone.getInfo().objective_function_value, rel=1e-12
    )


@pytest.mark.parametrize("seed", range(4))
def test_the_same_bytes_as_without(seed, monkeypatch):
    one = limited(seed=seed)
    best, again = find_best(one), find_best(one)
    monkeypatch.setattr(linear_programmes, "sifting", lambda _: None)
    alone = find_best(one)
    assert best.amounts.tobytes() == again.amounts.tobytes() == alone.amounts.tobytes()
    assert best.prices.tobytes() == again.prices.tobytes()
    assert best.value == alone.value
    for name in ("bound", "prices", "duals", "starts", "ends", "row_starts", "row_ends"):
        assert getattr(best, name) == pytest.approx(getattr(alone, name), rel=1e-6, abs=1e-6, nan_ok=True), name


def test_without_a_measure_very_many_units_are_alike(monkeypatch):
    # 7 parts x 4 kinds of membership x 101 gains: dozens of units that nothing but their place tells apart
    one = limited()
    one = replace(one, rows=one.rows[:-1])
    sifted = solve(one)
    monkeypatch.setattr(linear_programmes, "sifting", lambda _: None)
    assert sifted.amounts.tobytes() == solve(one).amounts.tobytes()


def test_units_in_a_rhythm_that_a_sample_could_miss():
    # every sixteenth unit is of its own kind
    one = limited()
    marks = np.where(np.arange(COUNT) % 16 == 0, 0.5, 0.0)
    one = scaled(replace(one, gains=one.gains * 0.5 + marks))
    solver = load_solver(one, whole=False, basis=sifting(one))
    solver.run()
    assert solver.getInfo().simplex_iteration_count == 0


def test_left_to_the_solver():
    one = limited()
    assert sifting(limited(9_000)) is None  # few units
    assert sifting(limited(parts=200)) is None  # too many rules for them
    assert sifting(replace(one, gains=np.zeros(COUNT))) is None  # it is only asked whether there is a plan
    more = replace(one.rows[0], low=10**9, high=10**9)
    without = replace(one, rows=(more, *one.rows[1:]))
    assert sifting(without) is None  # there is no plan
    assert not solve(without).feasible
