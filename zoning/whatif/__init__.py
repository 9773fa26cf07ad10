"""Scenarios: a plan varied in memory, two plans compared, and a plan under many draws."""

from zoning.whatif.calibration import Calibration, calibrate, read_decided
from zoning.whatif.comparison import MOVES, UNKNOWN, Comparison, ScenarioMoves, compare, scenario_moves
from zoning.whatif.consensus_tables import Consensus, consensus, run_together
from zoning.whatif.differences import entries_of
from zoning.whatif.goal_seeking import Sought, seek
from zoning.whatif.goals import Goal
from zoning.whatif.robustness import KEPT, Robustness, robustness, robustness_of, sweep
from zoning.whatif.variants import CurveAmounts, as_fresh, curve_amounts, plan_of_try

__all__ = [
    "KEPT",
    "MOVES",
    "UNKNOWN",
    "Calibration",
    "Comparison",
    "Consensus",
    "CurveAmounts",
    "Goal",
    "Robustness",
    "ScenarioMoves",
    "Sought",
    "as_fresh",
    "calibrate",
    "compare",
    "consensus",
    "curve_amounts",
    "entries_of",
    "plan_of_try",
    "read_decided",
    "robustness",
    "robustness_of",
    "run_together",
    "scenario_moves",
    "seek",
    "sweep",
]
