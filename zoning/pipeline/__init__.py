"""The pipeline: a study becomes a plan step by step, each step kept; what a run will take, foretold."""

from zoning.pipeline.flow import (
    SCENARIO,
    STEPS,
    Announce,
    FreshPlan,
    check,
    claims_and_measures,
    make_plan,
    placing,
    run,
)
from zoning.pipeline.plan_steps import KeptResults, Steps
from zoning.pipeline.run_estimate import choose_way, estimate

__all__ = [
    "SCENARIO",
    "STEPS",
    "Announce",
    "FreshPlan",
    "KeptResults",
    "Steps",
    "check",
    "choose_way",
    "claims_and_measures",
    "estimate",
    "make_plan",
    "placing",
    "run",
]
