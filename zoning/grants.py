"""Grants: what besides weight and bounds made the amount of a unit: balances, locks, groups, limits and transfers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from layers import Quota
from zoning.groups import groups_of
from zoning.indicators import amounts
from zoning.plans import Plan
from zoning.weights import meeting, see

GRANTED = ("groups", "limits", "locks", "transfers")
"""What a grant tells of."""


def grant(plan: Plan, quota: Quota, unit_id: str) -> dict[str, list[dict[str, Any]]]:
    """The parts of a quota's plan that concern a unit.

    Returns
    -------
    dict
        ``groups``: those that it belongs to; ``locks``: those that settle its amount; ``limits``: those that count it,
        each a row of QUOTA_RULES with what one of the quota's unit uses there; ``transfers``: those that it takes part
        in, with ``side`` "gives" or "receives". Exact numbers are text, so that none is lost.

    Examples
    --------
    >>> from layers import builtin_study, read_study
    >>> from zoning import run
    >>> plan = run(read_study(builtin_study("us_mountain_west")))
    >>> sorted(grant(plan, plan.study.quotas[0], "08031"))
    ['groups', 'limits', 'locks', 'transfers']
    """
    zones = plan.zones.set_index("unit_id").loc[[unit_id], ["main", "overlays"]]
    given = amounts(plan.quotas).reindex([unit_id])
    measures = plan.measures.loc[[unit_id]].rename_axis("unit_id")
    measures = measures.join(given[[name for name in given.columns if name not in measures.columns]])
    values, overlays = plan.rulebook.values, plan.rulebook.codes("overlay")
    groups: pd.DataFrame = groups_of(quota, zones, measures, values, overlays)
    seen = see(zones, measures, overlays) if quota.locked or quota.limits else zones
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
        "limits": list(_limits(plan, quota, seen, measures)),
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


def _limits(plan: Plan, quota: Quota, seen: pd.DataFrame, measures: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """The limits that count a unit."""
    own = plan.quota_rules[plan.quota_rules["quota"] == quota.name]
    for limit in quota.limits:
        if limit.when is not None and not meeting("limit", limit.when, seen, plan.rulebook.values)[0]:
            continue
        depth = quota.levels.index(limit.each) + 1 if limit.each else 0
        path = " / ".join(str(measures[level].iloc[0]) for level in quota.levels[:depth])
        code = f"limit-{limit.name}"
        here = own["rule"].isin([code, f"{code}-least"]) & (own["jurisdiction"] == path)
        use = measures[limit.per].iloc[0] if isinstance(limit.per, str) else limit.per
        rows = own[here].drop(columns=["quota", "period"])
        for row in rows.astype(object).where(rows.notna(), None).to_dict("records"):
            yield {**row, "use": float(use), "reason": limit.reason}


def _text(number: object) -> str | None:
    return None if number is None else str(number)
