"""Linear programmes: the best use of an amount in whole steps, with the price of every rule, solved by HiGHS."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from layers import LimitError
from zoning.contests import Floats
from zoning.steps import Counts

if TYPE_CHECKING:
    import highspy

Places = npt.NDArray[np.int64]

_SEED = 0
_CLEAR = 1e-7
"""A dual above this, relative to the largest gain, is a price; below it is the noise of the solver."""


@dataclass(frozen=True)
class Row:
    """One linear rule: the steps of some units, each times a coefficient, come to between ``low`` and ``high``.

    Attributes
    ----------
    code : str
        Its name in tables, such as "total", "group-1" or "limit-2".
    words : str
        What it says, in the planner's words.
    places : int64 array
        The units that it counts, by their place.
    coefficients : float64 array
        Of these units; 1 each where the rule counts steps.
    low, high : float
        In steps times coefficient; infinite where there is no bound.
    unit : str
        Unit of measure of its sum; empty where that is the quota's own.
    path : str
        The jurisdiction that it is about; empty where it is about all.
    """

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

    def times(self, factor: float) -> Row:
        """The same rule, its sides multiplied by a number above 0."""
        if factor == 1:
            return self
        return replace(self, coefficients=self.coefficients * factor, low=self.low * factor, high=self.high * factor)

    def of(self, amounts: Floats | Counts) -> float:
        """What the units come to."""
        return float(self.coefficients @ amounts[self.places])


@dataclass(frozen=True)
class Programme:
    """The most gain from steps inside bounds and rules.

    Attributes
    ----------
    gains : float64 array
        Of one step of each unit. Units stand in the order of their ids.
    lower, upper : int64 arrays
        Bounds of each unit in steps; finite.
    rows : sequence of Row
    """

    gains: Floats
    lower: Counts
    upper: Counts
    rows: Sequence[Row]


@dataclass(frozen=True)
class Answer:
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


def solve(programme: Programme, *, whole: bool = False, canonical: bool = True) -> Answer:
    """The best plan of a programme.

    Parameters
    ----------
    programme : Programme
    whole : bool
        In whole steps: a mixed-integer programme, solved to the last step; without prices.
    canonical : bool
        Among plans of one value the one that gives most to the units that stand first.

    Returns
    -------
    Answer

    Raises
    ------
    LimitError
        HiGHS gave up.

    Notes
    -----
    One thread, one seed, units and rules in a fixed order: the same bytes on every run. Gains, and coefficients of each
    rule, are scaled to about 1 before they are solved, and back after. Plans of one value are told apart by a second
    programme over the best plans only: units whose price is not 0 keep their bound, rules whose dual is not 0 hold
    exactly, and a unit counts the more the earlier it stands.

    Examples
    --------
    >>> total = Row("total", "the total", np.arange(3), np.ones(3), 10, 10)
    >>> cap = Row("limit-1", "a limit", np.array([1, 2]), np.ones(2), -np.inf, 6)
    >>> bounds = np.zeros(3, dtype=int), np.array([9, 5, 9])
    >>> answer = solve(Programme(np.array([1.0, 3.0, 2.0]), *bounds, (total, cap)))
    >>> answer.amounts.tolist(), answer.value, answer.prices.tolist(), answer.duals.tolist()
    ([4.0, 5.0, 1.0], 21.0, [0.0, 1.0, 0.0], [1.0, 1.0])
    """
    scale = float(np.abs(programme.gains).max(initial=0.0)) or 1.0
    sizes = np.array([row.size for row in programme.rows])
    rows = [row.times(1 / size) for row, size in zip(programme.rows, sizes, strict=True)]
    scaled = replace(programme, gains=programme.gains / scale, rows=rows)
    solver = load(scaled, whole=whole)
    solver.run()
    if not settle_status(solver):
        return Answer(feasible=False)
    amounts = np.array(solver.getSolution().col_value)
    if whole:
        bound = -float(solver.getInfo().mip_dual_bound) * scale
        return Answer(feasible=True, amounts=amounts, value=float(programme.gains @ amounts), bound=bound)
    prices, duals = -np.array(solver.getSolution().col_dual), -np.array(solver.getSolution().row_dual)
    (starts, ends), (row_starts, row_ends) = _ranges(solver, len(amounts), len(duals))
    prices, duals = (np.where(np.abs(some) > _CLEAR, some, 0.0) for some in (prices, duals))
    if canonical:
        amounts = _first(programme, amounts, prices, duals)
    return Answer(
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
    held = np.rint(amounts).astype(np.int64)
    rows = [
        replace(row, low=row.high if dual > 0 else row.low, high=row.low if dual < 0 else row.high)
        for row, dual in zip(programme.rows, duals, strict=True)
    ]
    count = len(amounts)
    again = Programme(
        gains=np.where(free, (count - np.arange(count)) / count, 0.0),
        lower=np.where(free, programme.lower, held),
        upper=np.where(free, programme.upper, held),
        rows=rows,
    )
    found = solve(again, canonical=False)
    return found.amounts if found.feasible else amounts


def _ranges(solver: highspy.Highs, units: int, rows: int) -> Iterator[tuple[Floats, Floats]]:
    """Between which values the bound of each unit, and of each row, may lie before another price holds."""
    _, found = solver.getRanging()
    pairs = ((found.col_bound_dn, found.col_bound_up, units), (found.row_bound_dn, found.row_bound_up, rows))
    for down, up, count in pairs:
        starts, ends = (np.array(one.value_) for one in (down, up))
        # without any row HiGHS knows of no ranges
        known = len(starts) == count
        yield (starts, ends) if known else (np.full(count, np.nan), np.full(count, np.nan))


def settle_status(solver: highspy.Highs) -> bool:
    """Whether a solver that ran has a plan; refuses to take "gave up" for "there is none"."""
    status = str(solver.modelStatusToString(solver.getModelStatus()))
    stopped = status == "Solution limit reached" and solver.getInfo().primal_solution_status == 2
    if status == "Optimal" or stopped:
        return True
    if status in {"Infeasible", "Primal infeasible or unbounded"}:
        return False
    raise LimitError(f"the solver gave up ({status}); take fewer units or simpler limits", code="solver")


def load(programme: Programme, *, whole: bool) -> highspy.Highs:
    """A solver that holds the programme, as a minimum of the negative gains."""
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
    return solver
