"""The plan whose amounts are nearest to being in proportion to people, output or space, by composite Gini coefficient.

Whole steps go from one unit to another as long as that makes the amounts more even.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

import numpy as np

from layers.errors import LimitError
from layers.phrases import Phrase
from zoning.solver.exact_steps import Counts
from zoning.solver.integer_programme import Optimum, at_bounds, find_best, keeps_rules
from zoning.solver.linear_programmes import Places, Programme, load_solver, settle_status
from zoning.solver.webster import Floats

if TYPE_CHECKING:
    import highspy


_LARGEST = 1000
"""Among more units no swaps are looked for: each look compares all pairs."""
_SWAP_WORK = 40_000_000
"""So many pairs are compared at the most."""
_LEAST = 1e-12
"""A smaller change of the composite Gini is rounding."""
_TRIES = 20
"""So many of the best swaps are tried against the rules."""


def search_swaps(programme: Programme, amounts: Counts, sizes: Sequence[Floats], weights: Sequence[float]) -> Counts:
    """Amounts after the swaps that lower the composite Gini most, from large ones to single steps.

    Examples
    --------
    >>> bounds = np.zeros(3, dtype=int), np.array([9, 9, 9])
    >>> even = Programme(np.zeros(3), *bounds, ())
    >>> search_swaps(even, np.array([5, 0, 1]), [np.array([1.0, 2.0, 3.0])], [1.0]).tolist()
    [1, 2, 3]
    """
    count = len(amounts)
    if count > _LARGEST or not amounts.any():
        return amounts
    looks = _SWAP_WORK // count**2
    size = 1 << max(0, int(math.log2(max(1.0, float(amounts.mean())))))
    while size and looks > 0:
        better = next(_better(programme, amounts, sizes, weights, size), None)
        looks -= 1
        if better is None:
            size //= 2
        else:
            amounts = better
    return amounts


def _better(
    programme: Programme, amounts: Counts, sizes: Sequence[Floats], weights: Sequence[float], size: int
) -> Iterator[Counts]:
    """Amounts after a swap of so many steps, the one that lowers the composite Gini most first."""
    changes = _changes(amounts, sizes, weights, size)
    changes[amounts - size < programme.lower, :] = np.inf
    changes[:, amounts + size > programme.upper] = np.inf
    for index in np.argsort(changes, axis=None, kind="stable")[:_TRIES].tolist():
        giver, receiver = divmod(index, len(amounts))
        if changes[giver, receiver] >= -_LEAST:
            return
        moved = amounts.copy()
        moved[giver] -= size
        moved[receiver] += size
        if keeps_rules(programme, moved):
            yield moved


def _changes(amounts: Counts, sizes: Sequence[Floats], weights: Sequence[float], size: int) -> Floats:
    """By how much the composite Gini changes where the unit of the row gives to that of the column.

    The Gini is the sum over pairs of |a(i) x(j) - a(j) x(i)| over sum(x) sum(a).
    """
    have = amounts.astype(float)
    changes: Floats = np.zeros((len(have), len(have)))
    for some, weight in zip(sizes, weights, strict=True):
        across = np.outer(have, some)
        apart = across - across.T
        now = np.abs(apart)
        less = np.abs(apart - size * some[np.newaxis, :])
        more = np.abs(apart - size * some[:, np.newaxis])
        both = np.abs(apart - size * (some[np.newaxis, :] + some[:, np.newaxis]))
        for matrix in (less, more):
            np.fill_diagonal(matrix, 0.0)
        gives, takes = (less - now).sum(axis=1), (more - now).sum(axis=0)
        pairs = gives[:, np.newaxis] + takes[np.newaxis, :] + both - less - more + now
        changes += weight / (math.fsum(some) * math.fsum(have)) * pairs
    np.fill_diagonal(changes, np.inf)
    return changes


_CLOSE, _ENOUGH = 1e-7, 1e-6
"""Gaps of the composite Gini at which the search ends; between the two, a hundredth of a step's share is enough."""
_ROUNDS, _WORK = 400, 60_000
"""So many rounds, and so many units times rounds, are searched at the most."""
_INWARD = 0.9
"""How near to the best plan so far the next cut is made; the rest of the way lies the plan of the cuts."""
_IDLE, _SWEEP = 8, 5
"""A cut that has not mattered for so many rounds goes; looked after each so many rounds."""
_PARTS, _FEW = 4, 200
"""Pairs are told apart by so many parts of the units, of so many units: of more, that costs more than it saves."""
_WIDTHS = (0, 1, 16)
"""So many steps beyond the two whole numbers around an amount are tried where these give no plan."""


def gini(amounts: Floats | Counts, sizes: Floats) -> float:
    """The Gini coefficient of amounts to sizes: 0 where all have in proportion, towards 1 where few have all.

    Notes
    -----
    G = 1 - sum (X(i) - X(i-1)) (Y(i) + Y(i-1)) with cumulated shares X of the sizes and Y of the amounts, units in the
    order of amount / size. No other order gives more, so that G is the largest of linear functions of the amounts.

    Examples
    --------
    >>> round(gini(np.array([1, 2, 3]), np.array([10.0, 20.0, 30.0])), 12)
    0.0
    >>> gini(np.array([0, 0, 1]), np.array([1.0, 1.0, 2.0]))
    0.5
    """
    whole = math.fsum(amounts)
    return max(0.0, math.fsum(slopes(amounts, sizes) * amounts) / whole)


def slopes(amounts: Floats | Counts, sizes: Floats) -> Floats:
    """What a share of each unit adds to the Gini coefficient while the order of amount / size stays as it is."""
    shares = sizes / math.fsum(sizes)
    slope = np.empty(len(shares))
    order = _order(amounts, sizes)
    slope[order] = 2 * np.cumsum(shares[order]) - shares[order] - 1
    return slope


def _order(amounts: Floats | Counts, sizes: Floats) -> Places:
    """From those who have least for their size to those who have most; ties by place."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(sizes > 0, amounts / sizes, np.inf)
    return np.argsort(ratios, kind="stable")


def _slopes_against(amounts: Floats, sizes: Floats, parts: Places) -> Floats:
    """Slopes by the part in which the other unit of a pair is: a row for each unit, a column for each part."""
    marks = np.eye(int(parts.max()) + 1)[parts] * (sizes / math.fsum(sizes))[:, np.newaxis]
    slope: Floats = -marks - marks.sum(axis=0)
    order = _order(amounts, sizes)
    slope[order] += 2 * np.cumsum(marks[order], axis=0)
    return slope


def composite(amounts: Floats | Counts, sizes: Sequence[Floats], weights: Sequence[float]) -> float:
    """The Gini coefficients to several sizes, each times its weight, in sum."""
    return math.fsum(weight * gini(amounts, some) for some, weight in zip(sizes, weights, strict=True))


def find_most_equal(programme: Programme, sizes: Sequence[Floats], weights: Sequence[float]) -> Optimum | None:
    """The plan of the smallest composite Gini; None where there is none in whole steps.

    Notes
    -----
    The composite Gini is convex and the largest of linear functions, so that it is found by cutting planes (J. E.
    Kelley, *Journal of the SIAM* 8, 1960): each plan gives a function for each size, HiGHS finds the plan that is best
    by those found so far, whose value no plan can be below, and the next plan is made on the way to it from the best so
    far (W. Ben-Ameur and J. Neto, *Networks* 49, 2007). A Gini coefficient is a sum over pairs of units; of few units
    it is told as ten sums, of the pairs between each two of four parts, and each sum has functions of its own, which
    are combined in many more ways. Whole steps are those nearest to the plan that keep all rules, and then swapped as
    long as that helps. The linear programme is that of a study of thirteen cities of Jiangsu (Zhai and others, 2015).

    Examples
    --------
    >>> from zoning.solver import LinearConstraint
    >>> total = LinearConstraint("total", "the total", np.arange(3), np.ones(3), 12, 12)
    >>> programme = Programme(np.zeros(3), np.zeros(3, dtype=int), np.array([12, 12, 3]), (total,))
    >>> best = find_most_equal(programme, [np.array([1.0, 2.0, 3.0])], [1.0])
    >>> best.amounts.tolist(), round(-best.value, 6)
    ([3, 6, 3], 0.25)
    """
    search = _Search(programme, tuple(sizes), tuple(weights))
    solution = search.run()
    if solution is None:
        return None
    plan, bound, optimum = solution
    rounded = _round(programme, plan)
    if rounded is None:
        return None
    whole = search_swaps(programme, rounded, sizes, weights)
    value = -composite(whole, sizes, weights)
    return at_bounds(programme, replace(optimum, amounts=whole, value=value, bound=max(value, -bound)))


@dataclass(frozen=True)
class _Search:
    """Cutting planes over amounts in mean amounts, and one column for each Gini coefficient."""

    programme: Programme
    sizes: tuple[Floats, ...]
    weights: tuple[float, ...]

    @property
    def count(self) -> int:
        """Units."""
        return len(self.programme.gains)

    @property
    def mean(self) -> float:
        """Steps of a unit on average: what one in the solver's amounts stands for."""
        return self.programme.rows[0].high / self.count

    @cached_property
    def parts(self) -> Places:
        """The part of each unit."""
        return np.arange(self.count) % (_PARTS if self.count <= _FEW else 1)

    @cached_property
    def pairs(self) -> list[tuple[int, int]]:
        """Each two parts, and each with itself."""
        return list(combinations_with_replacement(range(int(self.parts.max()) + 1), 2))

    @property
    def close(self) -> float:
        """The gap at which the search ends."""
        return min(max(0.01 / float(self.programme.rows[0].high), _CLOSE), _ENOUGH)

    def run(self) -> tuple[Floats, float, Optimum] | None:
        """The best plan found in parts of steps, what no plan can be below, and the prices."""
        solver = self._start()
        if not settle_status(solver):
            return None
        best, least, bound = self._plan(solver), math.inf, -math.inf
        trial, idle = best, np.zeros(0, dtype=np.int64)
        for turn in range(max(1, min(_ROUNDS, _WORK // self.count))):
            for plan in (trial, self._plan(solver)):
                value = composite(plan, self.sizes, self.weights)
                if value < least:
                    best, least = plan, value
            self._cut(solver, trial)
            idle = np.append(idle, np.zeros(len(self.sizes) * len(self.pairs), dtype=np.int64))
            solver.run()
            if not settle_status(solver):
                raise LimitError(Phrase("the solver lost its way among the cuts; take fewer units"), code="solver")
            bound = max(bound, solver.getInfo().objective_function_value / self.count)
            if least - bound <= self.close:
                break
            idle = self._forget(solver, idle, turn)
            trial = _INWARD * best + (1 - _INWARD) * self._plan(solver)
        return best, min(bound, least), self._priced(solver)

    def _start(self) -> highspy.Highs:
        """A solver with the rules, amounts in mean amounts, before any cut; solved once."""
        mean, each = self.mean, len(self.pairs)
        many = len(self.sizes) * each
        rows = [row.times(1 / mean) for row in self.programme.rows]
        rows = [
            replace(row, coefficients=original.coefficients)
            for row, original in zip(rows, self.programme.rows, strict=True)
        ]
        extended = Programme(
            np.concatenate([np.zeros(self.count), np.repeat(-self.count * np.array(self.weights), each)]),
            np.concatenate([self.programme.lower / mean, np.zeros(many)]),
            np.concatenate([self.programme.upper / mean, np.ones(many)]),
            rows,
        )
        solver = load_solver(extended, whole=False)
        solver.run()
        return solver

    def _plan(self, solver: highspy.Highs) -> Floats:
        """The amounts of the solver, in mean amounts."""
        return np.array(solver.getSolution().col_value)[: self.count]

    def _cut(self, solver: highspy.Highs, plan: Floats) -> None:
        """Teach the solver the linear functions of a plan: of each Gini coefficient one for each two parts."""
        members = [np.flatnonzero(self.parts == part) for part in range(int(self.parts.max()) + 1)]
        lengths: list[int] = []
        places, values = [], []
        for sizes in self.sizes:
            against = _slopes_against(plan, sizes, self.parts) / self.count
            for first, other in self.pairs:
                directions = [(members[first], other), (members[other], first)][: 1 + (first != other)]
                column = self.count + len(lengths)
                places += [*(some for some, _ in directions), np.array([column])]
                values += [*(-against[some, part] for some, part in directions), np.ones(1)]
                lengths.append(1 + sum(len(some) for some, _ in directions))
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int32)
        least, most = np.zeros(len(lengths)), np.full(len(lengths), math.inf)
        columns = np.concatenate(places).astype(np.int32)
        solver.addRows(len(lengths), least, most, len(columns), starts, columns, np.concatenate(values))

    def _forget(self, solver: highspy.Highs, idle: Counts, turn: int) -> Counts:
        """Delete cuts that have not mattered for long."""
        first = len(self.programme.rows)
        duals = np.array(solver.getSolution().row_dual)[first:]
        idle = np.where(np.abs(duals) > 1e-12, 0, idle + 1)
        old = np.flatnonzero(idle > _IDLE)
        if turn % _SWEEP or not len(old):
            return idle
        solver.deleteRows(len(old), (old + first).astype(np.int32))
        return idle[idle <= _IDLE]

    def _priced(self, solver: highspy.Highs) -> Optimum:
        """Prices of bounds and rules per step, from the last cuts."""
        solution, rows = solver.getSolution(), self.programme.rows
        # the solver's objective is the composite times the units, in mean amounts
        per_step = 1.0 / (self.count * self.mean)
        prices = -np.array(solution.col_dual)[: self.count] * per_step
        duals = -np.array(solution.row_dual)[: len(rows)] * per_step
        prices, duals = (np.where(np.abs(some) > 1e-9 * per_step, some, 0.0) for some in (prices, duals))
        none, no_row = np.full(self.count, np.nan), np.full(len(rows), np.nan)
        return Optimum("cuts", np.zeros(0, dtype=np.int64), 0.0, 0.0, prices, none, none, duals, no_row, no_row)


def _round(programme: Programme, plan: Floats) -> Counts | None:
    """The whole steps nearest to a plan that keep all rules: most to those that lose most by rounding down."""
    steps = plan * (programme.rows[0].high / len(plan))
    floors = np.floor(steps + 1e-9).astype(np.int64)
    gains = np.round(steps - floors, 9)
    for width in (*_WIDTHS, None):
        lower, upper = programme.lower, programme.upper
        if width is not None:
            lower, upper = np.maximum(lower, floors - width), np.minimum(upper, floors + 1 + width)
        optimum = find_best(replace(programme, gains=gains, lower=lower, upper=np.maximum(upper, lower)))
        if optimum is not None:
            return optimum.amounts
    return None
