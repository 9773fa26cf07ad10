"""Answers: the best plan of a linear programme with the price of every rule, and how far each price holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from zoning.contests import Floats
from zoning.programmes import Programme, load_solver, settle_status
from zoning.siftings import sifting

if TYPE_CHECKING:
    import highspy

_CLEAR = 1e-7
"""A dual above this, relative to the largest gain, is a price; below it is the noise of the solver."""


@dataclass(frozen=True)
class LpSolution:
    """What HiGHS found.

    Attributes
    ----------
    feasible : bool
        The arrays are empty where it is not.
    amounts : float64 array
        Steps of each unit: a vertex of the best plans.
    value, bound : float
        Gain of the amounts, and what no plan can exceed; the same unless a search for whole steps was cut short.
    prices : float64 array
        Of each unit: what one step more than its bound would add; 0 inside the bounds.
    duals : float64 array
        Of each row: what one more of its bound would add; above 0 where ``high`` holds it back, below 0 where ``low``
        forces it.
    starts, ends : float64 arrays
        Of each unit, the steps between which its bound may lie at that price.
    row_starts, row_ends : float64 arrays
        Of each row, between what its bound may lie at that dual.
    """

    feasible: bool
    amounts: Floats = field(default_factory=lambda: np.zeros(0))
    value: float = 0.0
    bound: float = 0.0
    prices: Floats = field(default_factory=lambda: np.zeros(0))
    duals: Floats = field(default_factory=lambda: np.zeros(0))
    starts: Floats = field(default_factory=lambda: np.zeros(0))
    ends: Floats = field(default_factory=lambda: np.zeros(0))
    row_starts: Floats = field(default_factory=lambda: np.zeros(0))
    row_ends: Floats = field(default_factory=lambda: np.zeros(0))


def solve(programme: Programme, *, whole: bool = False, canonical: bool = True) -> LpSolution:
    """The best plan of a programme.

    Parameters
    ----------
    programme : Programme
    whole : bool
        In whole steps: a mixed-integer programme, solved to the last step; without prices.
    canonical : bool
        Among plans of one value the one that gives most to the units that stand first, and how far prices hold.

    Returns
    -------
    LpSolution

    Raises
    ------
    LimitError
        HiGHS gave up.

    Notes
    -----
    One thread, one seed, units and rules in a fixed order: the same bytes on every run. Gains, and coefficients of each
    rule, are scaled to about 1 before they are solved, and back after. Of very many units the solver begins at the
    basis that :func:`zoning.sift` finds. Plans of one value are told apart by a second programme over the best plans
    only: units whose price is not 0 keep their bound, rules whose dual is not 0 hold exactly, and a unit counts the
    more the earlier it stands.

    Examples
    --------
    >>> from zoning.programmes import LinearConstraint
    >>> total = LinearConstraint("total", "the total", np.arange(3), np.ones(3), 10, 10)
    >>> cap = LinearConstraint("limit-1", "a limit", np.array([1, 2]), np.ones(2), -np.inf, 6)
    >>> bounds = np.zeros(3, dtype=int), np.array([9, 5, 9])
    >>> answer = solve(Programme(np.array([1.0, 3.0, 2.0]), *bounds, (total, cap)))
    >>> answer.amounts.tolist(), answer.value, answer.prices.tolist(), answer.duals.tolist()
    ([4.0, 5.0, 1.0], 21.0, [0.0, 1.0, 0.0], [1.0, 1.0])
    """
    scale = float(np.abs(programme.gains).max(initial=0.0)) or 1.0
    sizes = np.array([row.size for row in programme.rows])
    rows = [row.times(1 / size) for row, size in zip(programme.rows, sizes, strict=True)]
    scaled = replace(programme, gains=programme.gains / scale, rows=rows)
    solver = load_solver(scaled, whole=whole, basis=None if whole else sifting(scaled))
    solver.run()
    if not settle_status(solver):
        return LpSolution(feasible=False)
    amounts = np.array(solver.getSolution().col_value)
    if whole:
        bound = -float(solver.getInfo().mip_dual_bound) * scale
        return LpSolution(feasible=True, amounts=amounts, value=float(programme.gains @ amounts), bound=bound)
    prices, duals = -np.array(solver.getSolution().col_dual), -np.array(solver.getSolution().row_dual)
    (starts, ends), (row_starts, row_ends) = _ranges(solver, len(amounts), len(duals), known=canonical)
    prices, duals = (np.where(np.abs(some) > _CLEAR, some, 0.0) for some in (prices, duals))
    if canonical:
        amounts = _first(programme, amounts, prices, duals)
    return LpSolution(
        feasible=True,
        amounts=amounts,
        value=float(programme.gains @ amounts),
        bound=float(solver.getInfo().objective_function_value) * -scale,
        prices=prices * scale + 0.0,
        duals=duals * scale / sizes + 0.0,
        starts=np.where(prices == 0, np.nan, starts),
        ends=np.where(prices == 0, np.nan, ends),
        row_starts=np.where(duals == 0, np.nan, row_starts * sizes),
        row_ends=np.where(duals == 0, np.nan, row_ends * sizes),
    )


def _first(programme: Programme, amounts: Floats, prices: Floats, duals: Floats) -> Floats:
    """Of all best plans the one that gives most to the units that stand first."""
    free = prices == 0
    if np.count_nonzero(free) < 2:
        return amounts
    rows = [
        replace(row, low=row.high if dual > 0 else row.low, high=row.low if dual < 0 else row.high)
        for row, dual in zip(programme.rows, duals, strict=True)
    ]
    count = len(amounts)
    ranked = replace(programme, gains=(count - np.arange(count)) / count, rows=rows)
    few = ranked.among(free, np.rint(amounts).astype(np.int64))
    found = solve(replace(few, rows=[row for row in few.rows if len(row.places)]), canonical=False)
    if not found.feasible:
        return amounts
    first = np.rint(amounts)
    first[free] = found.amounts
    return first


def _ranges(solver: highspy.Highs, units: int, rows: int, *, known: bool) -> Iterator[tuple[Floats, Floats]]:
    """Between which values the bound of each unit, and of each row, may lie before another price holds."""
    found = solver.getRanging()[1] if known else None
    for kind, count in (("col", units), ("row", rows)):
        down, up = (getattr(found, f"{kind}_bound_{way}", None) for way in ("dn", "up"))
        starts, ends = (np.array([] if one is None else one.value_) for one in (down, up))
        # without any row HiGHS knows of no ranges
        told = len(starts) == count
        yield (starts, ends) if told else (np.full(count, np.nan), np.full(count, np.nan))
