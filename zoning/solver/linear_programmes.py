"""Linear programmes by HiGHS: the best use of an amount inside bounds and rules, with the prices of both."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from layers.errors import LimitError
from layers.phrases import Phrase
from zoning.solver.exact_steps import Counts
from zoning.solver.webster import Flags, Floats

if TYPE_CHECKING:
    import highspy


Places = npt.NDArray[np.int64]
Sides = npt.NDArray[np.int8]

LOWER, BASIC, UPPER = 0, 1, 2
"""Where a basis has a unit, in the numbers of HiGHS: at a bound, or between its bounds."""
_SEED = 0


@dataclass(frozen=True)
class LinearConstraint:
    """One linear rule: the steps of some units, each times a coefficient, come to between ``low`` and ``high``."""

    code: str
    words: str
    places: Places
    coefficients: Floats
    low: float
    high: float
    unit: str = ""
    path: str = ""

    @property
    def plain(self) -> bool:
        """Whether it counts steps, each once."""
        return bool((self.coefficients == 1).all())

    @property
    def size(self) -> float:
        """The power of 2 next to its largest coefficient, so that scaling by it loses nothing."""
        largest = float(np.abs(self.coefficients).max(initial=0.0))
        return 2.0 ** round(math.log2(largest)) if largest else 1.0

    def times(self, factor: float) -> LinearConstraint:
        """The same rule, its sides multiplied by a number above 0."""
        if factor == 1:
            return self
        return replace(self, coefficients=self.coefficients * factor, low=self.low * factor, high=self.high * factor)

    def of(self, amounts: Floats | Counts) -> float:
        """What the units come to."""
        return float(self.coefficients @ amounts[self.places])


@dataclass(frozen=True)
class Programme:
    """The most gain from steps inside bounds and rules."""

    gains: Floats
    lower: Counts
    upper: Counts
    rows: Sequence[LinearConstraint]

    def among(self, core: Flags, amounts: Counts) -> Programme:
        """The programme of some units where the others keep their amounts: each rule has what these leave of it."""
        seats, inside = np.cumsum(core) - 1, np.flatnonzero(core)
        rows = []
        for row in self.rows:
            mine = core[row.places]
            fixed = float(row.coefficients[~mine] @ amounts[row.places[~mine]])
            places: Places = seats[row.places[mine]]
            coefficients, low, high = row.coefficients[mine], row.low - fixed, row.high - fixed
            rows.append(replace(row, places=places, coefficients=coefficients, low=low, high=high))
        return Programme(self.gains[inside], self.lower[inside], self.upper[inside], tuple(rows))


class Basis(NamedTuple):
    """Which units and rules are at a bound: a plan as the solver remembers it."""

    units: Sides
    rows: Sides


def settle_status(solver: highspy.Highs) -> bool:
    """Whether a solver that ran has a plan; refuses to take "gave up" for "there is none"."""
    status = str(solver.modelStatusToString(solver.getModelStatus()))
    stopped = status == "Solution limit reached" and solver.getInfo().primal_solution_status == 2
    if status == "Optimal" or stopped:
        return True
    if status in {"Infeasible", "Primal infeasible or unbounded"}:
        return False
    raise LimitError(
        Phrase("the solver gave up ({status}); take fewer units or simpler limits", status=status), code="solver"
    )


def load_solver(programme: Programme, *, whole: bool, basis: Basis | None = None) -> highspy.Highs:
    """A solver that holds the programme, as a minimum of the negative gains, and begins at a basis."""
    import highspy  # noqa: PLC0415  (half of the commands solve nothing)
    from highspy._core import _Highs  # noqa: PLC0415  (``Highs()`` itself prints a banner to stdout)

    solver = _Highs()
    for option, value in {
        "output_flag": False,
        "threads": 1,
        "random_seed": _SEED,
        "parallel": "off",
        "mip_rel_gap": 0.0,
        "mip_abs_gap": 0.0,
        "mip_max_nodes": 10_000,
        "presolve": "on" if whole else "off",  # of few rows and many units it costs more than the programme itself
    }.items():
        solver.setOptionValue(option, value)
    sizes = [len(row.places) for row in programme.rows]
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(programme.gains), len(programme.rows)
    model.col_cost_ = -programme.gains
    model.col_lower_, model.col_upper_ = programme.lower.astype(float), programme.upper.astype(float)
    model.row_lower_ = np.array([row.low for row in programme.rows], dtype=float)
    model.row_upper_ = np.array([row.high for row in programme.rows], dtype=float)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    model.a_matrix_.index_ = np.concatenate([np.zeros(0), *(row.places for row in programme.rows)]).astype(np.int32)
    model.a_matrix_.value_ = np.concatenate([np.zeros(0), *(row.coefficients for row in programme.rows)])
    if whole:
        model.integrality_ = [highspy.HighsVarType.kInteger] * len(programme.gains)
    solver.passModel(model)
    if basis is not None:
        start, kinds = highspy.HighsBasis(), [highspy.HighsBasisStatus(kind) for kind in range(5)]
        start.col_status, start.row_status = ([kinds[side] for side in some] for some in (basis.units, basis.rows))
        start.valid = True
        solver.setBasis(start)
    return solver


def choose(programme: Programme) -> tuple[Counts, float] | None:
    """The whole amounts with the most gain, and a gain that no others exceed; None where nothing keeps the rules."""
    solver = load_solver(programme, whole=True)
    solver.run()
    if not settle_status(solver):
        return None
    amounts = np.rint(np.array(solver.getSolution().col_value)).astype(np.int64)
    return amounts, -float(solver.getInfo().mip_dual_bound)


def basis_of(solver: highspy.Highs) -> Basis:
    """Where a solver that ran has units and rules."""
    basis = solver.getBasis()
    units, rows = (
        np.array([int(status) for status in some], dtype=np.int8) for some in (basis.col_status, basis.row_status)
    )
    return Basis(units, rows)


_MANY = 100_000
"""Of fewer units the solver alone is faster."""
_SHARE = 500
"""So many units a rule; of fewer a sample knows too little, and the solver alone is as fast."""
_PART = 16
"""One unit in so many is in a sample, and as large a part of them decides at first."""
_WIDTHS = (1, 4)
"""So many times that part, where the units that do not decide leave no plan to the others."""
_CLEAR_PRICE = 1e-9
"""A price below this, relative to the largest gain, is 0."""
_SPREAD, _WORD = 2_654_435_761, 2**32
"""Multiples of the first, modulo the second, are spread evenly (D. E. Knuth, *TAOCP* 3, 6.4): units at any rhythm."""


class _Found(NamedTuple):
    """Where the units are, and what the rules are worth."""

    basis: Basis
    duals: Floats


def sifting(programme: Programme) -> Basis | None:
    """Where the best plan has each unit; None where the solver had better find that out by itself.

    Notes
    -----
    Nearly all units are at one of their bounds, and the worth of the rules tells at which. A sample of the units, with
    its part of each rule, tells that worth roughly. The units whose prices are then nearest to 0 are solved, the others
    keep the bound that pays. Those that the new worth would have at their other bound join, until there are none:
    then no unit could gain, and the plan is the best of the whole programme (sifting; R. E. Bixby and others,
    *Operations Research* 40, 1992). For 300,000 units this takes a third of what the solver alone takes; for a million
    the solver alone has no plan after minutes.

    Examples
    --------
    >>> from zoning.solver import LinearConstraint
    >>> units = np.arange(100_000)
    >>> total = LinearConstraint("total", "the total", units, np.ones(100_000), 2500, 2500)
    >>> basis = sifting(Programme(units % 101 / 100, units * 0, units * 0 + 3, (total,)))
    >>> [int((basis.units == side).sum()) for side in (LOWER, BASIC, UPPER)]
    [99166, 1, 833]
    """
    count = len(programme.gains)
    if count < _MANY or count < _SHARE * len(programme.rows) or not programme.gains.any():
        return None
    places = np.sort(np.argsort(np.arange(count) * _SPREAD % _WORD, kind="stable")[: count // _PART])
    guess = _run(_sample(programme, places))
    if guess is None:
        return None
    prices = _prices(programme, guess.duals)
    units = np.where(prices > 0, UPPER, LOWER).astype(np.int8)
    units[places[guess.basis.units == BASIC]] = BASIC
    order = np.argsort(np.abs(prices), kind="stable")
    for width in _WIDTHS:
        deciding = units == BASIC
        deciding[order[: width * count // _PART]] = True
        solution = _decided(programme, Basis(units, guess.basis.rows), deciding)
        if solution is not None:
            return solution.basis
    return None


def _sample(programme: Programme, places: Places) -> Programme:
    """Some units, with as large a part of each rule as they could have of it."""
    inside = np.zeros(len(programme.gains), dtype=bool)
    inside[places] = True
    few = programme.among(inside, np.zeros(len(inside), dtype=np.int64))
    rows = []
    for row, reduced in zip(programme.rows, few.rows, strict=True):
        whole, part = (
            np.abs(constraint.coefficients) @ some.upper[constraint.places]
            for constraint, some in ((row, programme), (reduced, few))
        )
        share = float(part / whole) if whole else 1.0
        rows.append(replace(reduced, low=row.low * share, high=row.high * share))
    return replace(few, rows=rows)


def _decided(programme: Programme, basis: Basis, deciding: Flags) -> _Found | None:
    """The best plan, found from a basis by some units and those that have to join them."""
    amounts = np.where(basis.units == UPPER, programme.upper, programme.lower)
    while True:
        few = programme.among(deciding, amounts)
        solution = _run(few, Basis(basis.units[deciding], basis.rows))
        if solution is None:
            return None
        units = basis.units.copy()
        units[deciding] = solution.basis.units
        basis = Basis(units, solution.basis.rows)
        prices = _prices(programme, solution.duals)
        up, down = (
            (prices > _CLEAR_PRICE) & (amounts < programme.upper),
            (prices < -_CLEAR_PRICE) & (amounts > programme.lower),
        )
        joining = ~deciding & (up | down)
        if not joining.any():
            return _Found(basis, solution.duals)
        deciding = deciding | joining


def _run(programme: Programme, basis: Basis | None = None) -> _Found | None:
    solver = load_solver(programme, whole=False, basis=basis)
    solver.run()
    return _Found(basis_of(solver), -np.array(solver.getSolution().row_dual)) if settle_status(solver) else None


def _prices(programme: Programme, duals: Floats) -> Floats:
    """What one step more of each unit gains beyond what it takes from the rules."""
    prices = programme.gains.copy()
    for row, dual in zip(programme.rows, duals, strict=True):
        if dual:
            prices[row.places] -= dual * row.coefficients
    return prices


_CLEAR = 1e-7
"""A dual above this, relative to the largest gain, is a price; below it is the noise of the solver."""


@dataclass(frozen=True)
class LpSolution:
    """What HiGHS found."""

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

    Notes
    -----
    One thread, one seed, units and rules in a fixed order: the same bytes on every run. Gains, and coefficients of each
    rule, are scaled to about 1 before they are solved, and back after. Of very many units the solver begins at the
    basis that :func:`zoning.solver.sifting` finds. Plans of one value are told apart by a second programme over the
    best plans only: units whose price is not 0 keep their bound, rules whose dual is not 0 hold exactly, and a unit
    counts the more the earlier it stands.

    Examples
    --------
    >>> from zoning.solver import LinearConstraint
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
    solution = solve(replace(few, rows=[row for row in few.rows if len(row.places)]), canonical=False)
    if not solution.feasible:
        return amounts
    first = np.rint(amounts)
    first[free] = solution.amounts
    return first


def _ranges(solver: highspy.Highs, units: int, rows: int, *, known: bool) -> Iterator[tuple[Floats, Floats]]:
    """Between which values the bound of each unit, and of each row, may lie before another price holds."""
    ranging = solver.getRanging()[1] if known else None
    for kind, count in (("col", units), ("row", rows)):
        down, up = (getattr(ranging, f"{kind}_bound_{way}", None) for way in ("dn", "up"))
        starts, ends = (np.array([] if bound is None else bound.value_) for bound in (down, up))
        # without any row HiGHS knows of no ranges
        complete = len(starts) == count
        yield (starts, ends) if complete else (np.full(count, np.nan), np.full(count, np.nan))
