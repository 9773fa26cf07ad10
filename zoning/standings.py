"""Standings: how the zones of each unit came about, more finely than its status: all of them, or an overlay only."""

from __future__ import annotations

import pandas as pd

from zoning.decisions import DECISION
from zoning.locked_entries import LOCKED
from zoning.plans import Plan

OVERLAY = "_overlay"
"""Ends the name of a standing that is about overlays alone."""
STANDINGS = ("decided", "contested", "review", f"review{OVERLAY}", "by_decision", f"by_decision{OVERLAY}")


def decision_status(plan: Plan) -> pd.Series:
    """How the zones of each unit came about.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    Series of str
        Index ``unit_id``, one of ``STANDINGS``: the unit's status, which ends with ``_overlay`` where decisions gave
        nothing but overlays, or where all rules that could not be answered are about overlays.

    Examples
    --------
    >>> from layers import builtin_study, read_study
    >>> from zoning import run
    >>> decision_status(run(read_study(builtin_study("us_mountain_west"))))["49035"]
    'by_decision_overlay'
    """
    zones, claims = plan.zones.set_index("unit_id"), plan.claims
    status, rule = zones["status"].astype("str"), zones["rule"].astype("str")
    unanswered = claims[(claims["answer"] == "unknown") & claims["zone"].isin(plan.rulebook.codes("main"))]
    decided = (status == "by_decision") & ~rule.str.startswith((DECISION, LOCKED))
    reviewed = (status == "review") & ~zones.index.isin(unanswered["unit_id"])
    return status.where(~(decided | reviewed), status + OVERLAY)
