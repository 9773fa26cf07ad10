"""The plan of most gain in whole steps, how it was found, and how far from the best it can be at the most."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from layers.errors import LimitError
from layers.phrases import Phrase
from zoning.solver.exact_steps import Counts
from zoning.solver.greedy_allocation import ALL, GreedyPlan, NestedCaps, allocate_greedily, nested_caps
from zoning.solver.highs_solver import LinearConstraint, LpSolution, Programme, solve
from zoning.solver.webster import Flags, Floats

Method = Literal["ranking", "linear", "whole", "cuts"]

_WHOLE = 1e-6
"""So near to a whole number an amount in steps is that number."""
_KEPT = 1e-6
"""By so much of a step a sum that is no count may be beyond its bound: what the solver can tell."""
_CORES = (60, 600)
"""So many units around the margin are searched for whole steps, the others keep their bounds; then all."""
_NOISE = 1e-6
"""So much of the largest gain may a price be off."""
_MANY = 2000
"""Among more units all together are searched only where a core has no plan."""
_GOOD = 1e-9
"""A gap, relative to the value, for which no larger core is searched."""


@dataclass(frozen=True)
class Optimum:
    """A plan in whole steps with its prices."""

    method: Method
    amounts: Counts
    value: float
    bound: float
    prices: Floats
    starts: Floats
    ends: Floats
    duals: Floats
    row_starts: Floats
    row_ends: Floats


def find_best(programme: Programme) -> Optimum | None:
    """The plan of most gain; None where there is none in whole steps.

    Notes
    -----
    Where all rules but the total are caps on steps, apart or nested, ranking finds the plan and its prices prove that
    none is better. Otherwise HiGHS solves the linear programme. Its plan has parts of steps in no more units than there
    are rules; whole steps are searched for among the units whose price is nearest to 0, the others keep the bound at
    which they are. No plan that is better moves a unit whose price is above the gap, so that the search has the best
    plan where it is among all the others. Prices are those of the linear programme.

    Examples
    --------
    >>> total = LinearConstraint("total", "the total", np.arange(3), np.ones(3), 10, 10)
    >>> water = LinearConstraint("limit-water", "water", np.arange(3), np.array([1.0, 3.0, 2.0]), -np.inf, 20, "m3")
    >>> bounds = np.zeros(3, dtype=int), np.array([9, 9, 9])
    >>> best = find_best(Programme(np.array([1.0, 3.0, 2.0]), *bounds, (total, water)))
    >>> best.method, best.amounts.tolist(), best.value, best.bound, best.duals.tolist()
    ('linear', [5, 5, 0], 20.0, 20.0, [0.0, 1.0])
    """
    caps = nested_caps(programme)
    if caps is not None:
        filling = allocate_greedily(programme, caps)
        return None if filling is None else _ranked(programme, caps, filling)
    answer = solve(programme)
    if not answer.feasible:
        return None
    amounts = np.rint(answer.amounts).astype(np.int64)
    if np.abs(answer.amounts - amounts).max(initial=0.0) <= _WHOLE and keeps_rules(programme, amounts):
        return _priced(programme, answer, amounts, "linear", answer.bound)
    return _search(programme, answer)


def keeps_rules(programme: Programme, amounts: Counts) -> bool:
    """Whether whole steps keep all rules, exactly where steps are counted."""
    return not any(True for _ in broken_rules(programme, amounts))


def broken_rules(programme: Programme, amounts: Counts) -> Iterator[LinearConstraint]:
    """The rules that amounts do not keep."""
    for row in programme.rows:
        own = amounts[row.places]
        if row.plain:
            total: float = int(own.sum())
            room = 0.0
        else:
            total = math.fsum(row.coefficients * own)
            room = _KEPT * row.size
        if not row.low - room <= total <= row.high + room:
            yield row


def exact_gain(programme: Programme, amounts: Counts) -> float:
    """What whole steps gain, correctly rounded."""
    return math.fsum((programme.gains * amounts)[amounts != 0].tolist())


def _ranked(programme: Programme, caps: NestedCaps, filling: GreedyPlan) -> Optimum:
    """A filling with the worth of each rule: of room inside it over room around it."""
    count = len(programme.rows)
    duals, starts, ends = np.zeros(count), np.full(count, np.nan), np.full(count, np.nan)
    for node, row in enumerate(caps.rows):
        around = filling.worths[caps.parents[node]] if node != ALL else 0.0
        duals[row] = filling.worths[node] - around
        if duals[row]:
            starts[row], ends[row] = filling.node_starts[node], filling.node_ends[node]
    value = exact_gain(programme, filling.amounts)
    priced = filling.prices != 0
    return Optimum(
        "ranking",
        filling.amounts,
        value,
        # ranking is exact: what is between the two sums is rounding
        value if abs(filling.bound - value) <= _GOOD * max(1.0, abs(value)) else filling.bound,
        filling.prices,
        np.where(priced, filling.starts, np.nan),
        np.where(priced, filling.ends, np.nan),
        duals,
        starts,
        ends,
    )


def _priced(programme: Programme, answer: LpSolution, amounts: Counts, method: Method, bound: float) -> Optimum:
    value = exact_gain(programme, amounts)
    rows = answer.duals, answer.row_starts, answer.row_ends
    found = Optimum(method, amounts, value, max(value, bound), answer.prices, answer.starts, answer.ends, *rows)
    return at_bounds(programme, found)


def at_bounds(programme: Programme, best: Optimum) -> Optimum:
    """The same plan without the prices of bounds that its whole steps do not reach."""
    reached = np.where(best.prices > 0, best.amounts == programme.upper, best.amounts == programme.lower)
    return replace(
        best,
        prices=np.where(reached, best.prices, 0.0),
        starts=np.where(reached, best.starts, np.nan),
        ends=np.where(reached, best.ends, np.nan),
    )


def _search(programme: Programme, answer: LpSolution) -> Optimum | None:
    """Whole steps near the plan of the linear programme."""
    order = np.lexsort((np.arange(len(answer.prices)), np.abs(answer.prices)))
    parts = np.abs(answer.amounts - np.rint(answer.amounts)) > _WHOLE
    best: Counts | None = None
    bound, value = answer.bound, -math.inf
    noise = _NOISE * float(np.abs(programme.gains).max(initial=0.0))
    for size in (*_CORES, len(order)):
        if best is not None and size > max(_MANY, _CORES[-1]):
            break
        core = parts.copy()
        core[order[:size]] = True
        found = _among(programme, answer, core)
        if found is not None:
            amounts, reach = found
            if exact_gain(programme, amounts) > value:
                best, value = amounts, exact_gain(programme, amounts)
            # a step of a unit whose price is above the gap would lose more than any plan could win
            if core[np.abs(answer.prices) <= bound - value + noise].all():
                bound = min(bound, max(value, reach))
        if core.all() or bound - value <= _GOOD * max(1.0, abs(value)):
            break
    return None if best is None else _priced(programme, answer, best, "whole", bound)


def _among(programme: Programme, answer: LpSolution, core: Flags) -> tuple[Counts, float] | None:
    """The best whole steps of some units where the others keep theirs, and what these units cannot exceed."""
    amounts = np.rint(answer.amounts).astype(np.int64)
    few = programme.among(core, amounts)
    found = solve(few, whole=True)
    if not found.feasible:
        return None
    amounts[core] = np.rint(found.amounts)
    for row in broken_rules(programme, amounts):
        raise LimitError(
            Phrase("the solver's numbers are too coarse for this rule: {rule}; take a larger step", rule=row.words)
        )
    return amounts, exact_gain(programme, amounts) + (found.bound - found.value)
