"""Decide: overlay, measure, classify, resolve, allocate, site, account, assign; reads no file but plan and rulebook."""

from typing import TYPE_CHECKING

from layers.lazy_exports import export_lazily

if TYPE_CHECKING:
    from zoning.audits import run_cases
    from zoning.errors import InfeasibleError, MissingValueError, RulebookError
    from zoning.measures import complete_measures, measure
    from zoning.money import account, judge_energy, positions
    from zoning.overlays import overlay, settle_lines
    from zoning.pipeline import check, run
    from zoning.plan import Plan
    from zoning.policies import assign
    from zoning.quotas import allocate, site
    from zoning.rulebook import Rulebook, builtin_rulebooks, read_rulebook
    from zoning.solver import apportion
    from zoning.study import read_study
    from zoning.zones import classify, conflicts, resolve

__all__ = [
    # Read
    "read_study",
    "read_rulebook",
    "builtin_rulebooks",
    # Decide, in the order of the flow
    "overlay",
    "settle_lines",
    "measure",
    "complete_measures",
    "classify",
    "resolve",
    "conflicts",
    "allocate",
    "apportion",
    "site",
    "judge_energy",
    "account",
    "positions",
    "assign",
    "run",
    # Ask
    "check",
    "run_cases",
    # Nouns
    "Rulebook",
    "Plan",
    # What is refused
    "RulebookError",
    "MissingValueError",
    "InfeasibleError",
]

_ROOMS = {
    "read_study": "zoning.study",
    "read_rulebook": "zoning.rulebook",
    "builtin_rulebooks": "zoning.rulebook",
    "overlay": "zoning.overlays",
    "settle_lines": "zoning.overlays",
    "measure": "zoning.measures",
    "complete_measures": "zoning.measures",
    "classify": "zoning.zones",
    "resolve": "zoning.zones",
    "conflicts": "zoning.zones",
    "allocate": "zoning.quotas",
    "apportion": "zoning.solver",
    "site": "zoning.quotas",
    "judge_energy": "zoning.money",
    "account": "zoning.money",
    "positions": "zoning.money",
    "assign": "zoning.policies",
    "run": "zoning.pipeline",
    "check": "zoning.pipeline",
    "run_cases": "zoning.audits",
    "Rulebook": "zoning.rulebook",
    "Plan": "zoning.plan",
    "RulebookError": "zoning.errors",
    "MissingValueError": "zoning.errors",
    "InfeasibleError": "zoning.errors",
}

__getattr__, __dir__ = export_lazily(__name__, _ROOMS)
