"""Scenarios: a plan varied in memory, two plans compared, and a plan under many draws."""

from zoning.scenario.calibration import Calibration, calibrate, read_decided
from zoning.scenario.comparison import MOVES, UNKNOWN, Comparison, compare
from zoning.scenario.consensus_tables import Consensus, consensus, run_together
from zoning.scenario.curve_amounts import CurveAmounts, curve_amounts
from zoning.scenario.differences import entries_of
from zoning.scenario.goal_seeking import Sought, seek
from zoning.scenario.goals import Goal
from zoning.scenario.robustness import KEPT, Robustness, robustness, robustness_of, sweep
from zoning.scenario.scenario_moves import ScenarioMoves, scenario_moves
from zoning.scenario.variants import as_fresh, plan_of_try

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
