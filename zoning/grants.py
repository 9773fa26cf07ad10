"""Grants: what besides weight and bounds made the amount of a unit: balances, locks, groups and transfers."""

from __future__ import annotations

from typing import Any

import pandas as pd

from layers import Quota
from zoning.groups import groups_of
from zoning.indicators import amounts
from zoning.plans import Plan
from zoning.weights import meeting, see


def grant(plan: Plan, quota: Quota, unit_id: str) -> dict[str, list[dict[str, Any]]]:
    """The parts of a quota's plan that concern a unit.

    Returns
    -------
    dict
        ``groups``: those that it belongs to; ``locks``: those that settle its amount; ``transfers``: those that it
        takes part in, with ``side`` "gives" or "receives". Numbers are text, so that none is lost.

    Examples
    --------
    >>> from layers import builtin_study, read_study
    >>> from zoning import run
    >>> plan = run(read_study(builtin_study("us_mountain_west")))
    >>> sorted(grant(plan, plan.study.quotas[0], "08031"))
    ['groups', 'locks', 'transfers']
    """
    zones = plan.zones.set_index("unit_id").loc[[unit_id], ["main", "overlays"]]
    given = amounts(plan.quotas).reindex([unit_id])
    measures = plan.measures.loc[[unit_id]].rename_axis("unit_id")
    measures = measures.join(given[[name for name in given.columns if name not in measures.columns]])
    values, overlays = plan.rulebook.values, plan.rulebook.codes("overlay")
    groups: pd.DataFrame = groups_of(quota, zones, measures, values, overlays)
    seen = see(zones, measures, overlays) if quota.locked else zones
    return {
        "groups": [
            {"when": one.when, "max_pct": _text(one.max_pct), "min_pct": _text(one.min_pct), "reason": one.reason}
            for place, one in enumerate(quota.groups)
            if groups[place].iloc[0]
        ],
        "locks": [
            {"amount": str(one.amount), "reason": one.reason}
            for one in quota.locked
            if (one.unit == unit_id if one.when is None else meeting("lock", one.when, seen, values)[0])
        ],
        "transfers": [
            {
                "side": "gives" if one.giver == unit_id else "receives",
                "other": one.receiver if one.giver == unit_id else one.giver,
                "amount": str(one.amount),
                "reason": one.reason,
                "reference": one.reference,
            }
            for one in quota.transfers
            if unit_id in (one.giver, one.receiver)
        ],
    }


def _text(number: object) -> str | None:
    return None if number is None else str(number)
