"""Zones: which zones claim a unit, what planners decided, one main function a unit, and how near it was."""

from zoning.zones.claims import (
    DECISION,
    DEFAULT_RULE,
    classify,
    decision_faults,
    locked_elsewhere,
)
from zoning.zones.main_function import OPEN, assumed_measures, decision_status, resolve
from zoning.zones.norms_and_floors import floors_in, norms_in, weigh_floors, weigh_norms, without_floors
from zoning.zones.parent_units import ParentUnits, first_part, gather_parents, refinements
from zoning.zones.rule_tests import FIRMNESS, Firmness, RuleTests, rule_tests
from zoning.zones.sensitivity import conflicts, margin_findings, margins_in, open_conflicts, unit_margins, weigh_margins
from zoning.zones.threshold_variants import (
    Range,
    ThresholdSweep,
    draw_evenly,
    draw_mixtures,
    is_threshold,
    kept_in_draws,
    range_of,
    rules_in,
    threshold_range,
    zones_by_variant,
)
from zoning.zones.tipping_points import Curve, Step, StillThreshold, curve, threshold_curves
from zoning.zones.weight_intervals import WeightInterval, weight_intervals

__all__ = [
    "DECISION",
    "DEFAULT_RULE",
    "FIRMNESS",
    "OPEN",
    "Curve",
    "Firmness",
    "ParentUnits",
    "Range",
    "RuleTests",
    "Step",
    "StillThreshold",
    "ThresholdSweep",
    "WeightInterval",
    "assumed_measures",
    "classify",
    "conflicts",
    "curve",
    "decision_faults",
    "decision_status",
    "draw_evenly",
    "draw_mixtures",
    "first_part",
    "floors_in",
    "gather_parents",
    "is_threshold",
    "kept_in_draws",
    "locked_elsewhere",
    "margin_findings",
    "margins_in",
    "norms_in",
    "open_conflicts",
    "range_of",
    "refinements",
    "resolve",
    "rule_tests",
    "rules_in",
    "threshold_curves",
    "threshold_range",
    "unit_margins",
    "weigh_floors",
    "weigh_margins",
    "weigh_norms",
    "weight_intervals",
    "without_floors",
    "zones_by_variant",
]
