"""Linear programmes: the best use of an amount in steps, inside bounds and rules, as planners and HiGHS know it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from layers import LimitError
from zoning.contests import Flags, Floats
from zoning.steps import Counts

if TYPE_CHECKING:
    import highspy

Places = npt.NDArray[np.int64]
Sides = npt.NDArray[np.int8]

LOWER, BASIC, UPPER = 0, 1, 2
"""Where a basis has a unit, in the numbers of HiGHS: at a bound, or between its bounds."""
_SEED = 0


@dataclass(frozen=True)
class LinearConstraint:
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
    """Which units and rules are at a bound: a plan as the solver remembers it.

    Attributes
    ----------
    units, rows : int8 arrays
    """

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
    raise LimitError(f"the solver gave up ({status}); take fewer units or simpler limits", code="solver")


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


def basis_of(solver: highspy.Highs) -> Basis:
    """Where a solver that ran has units and rules."""
    found = solver.getBasis()
    units, rows = (np.array([int(one) for one in some], dtype=np.int8) for some in (found.col_status, found.row_status))
    return Basis(units, rows)
