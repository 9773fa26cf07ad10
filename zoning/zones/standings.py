"""Standings: how the zones of each unit came about, and what of them is open or hangs on what was assumed."""

from __future__ import annotations

import pandas as pd

from zoning.plan import Plan
from zoning.rulebook import LOCKED
from zoning.zones.main_function import open_claims
from zoning.zones.planner_decisions import DECISION

OPEN = ("contested", "review")
"""The statuses of units that wait for somebody."""
OVERLAY = "_overlay"
"""Ends the name of a standing that is about overlays alone."""
STANDINGS = (
    "decided",
    "contested",
    "review",
    f"review{OVERLAY}",
    "by_decision",
    f"by_decision{OVERLAY}",
    "assumed",
)


def assumed_measures(zones: pd.DataFrame) -> list[str]:
    """The absent measures on which the main function of some units hangs, or an overlay that they have, sorted.

    Examples
    --------
    >>> assumed_measures(pd.DataFrame({"assumed": ["marine_share", "", "heritage_ha;marine_share"]}))
    ['heritage_ha', 'marine_share']
    """
    return sorted({name for names in zones["assumed"].unique() for name in names.split(";")} - {""})


def decision_status(plan: Plan) -> pd.Series:
    """How the zones of each unit came about.

    Examples
    --------
    >>> from zoning.study import builtin_study, read_study
    >>> from zoning.pipeline import run
    >>> decision_status(run(read_study(builtin_study("us_mountain_west"))))["49035"]
    'by_decision_overlay'
    """
    zones, claims = plan.zones.set_index("unit_id"), plan.claims
    status, rule = zones["status"].astype("str"), zones["rule"].astype("str")
    decided = (status == "by_decision") & ~rule.str.startswith((DECISION, LOCKED))
    reviewed = status == "review"
    if reviewed.any():
        waiting = open_claims(claims[claims["unit_id"].isin(zones.index[reviewed])], plan.rulebook)
        unanswered = waiting[waiting["zone"].isin(plan.rulebook.codes("main"))]
        reviewed &= ~zones.index.isin(unanswered["unit_id"])
    return status.where(~(decided | reviewed), status + OVERLAY)
