"""Grants: what besides weight and bounds made the amount of a unit: balances, locks, groups, limits and transfers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from layers import Lock, Quota, parse_condition
from zoning.chains import Content, condition_chains
from zoning.indicators import amounts
from zoning.plans import Plan
from zoning.weights import unit_context

GRANTED = ("groups", "limits", "locks", "transfers")
"""What a grant tells of."""


def quota_causes(plan: Plan, quota: Quota, unit_id: str) -> dict[str, list[dict[str, Any]]]:
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
    >>> sorted(quota_causes(plan, plan.study.quotas[0], "08031"))
    ['groups', 'limits', 'locks', 'transfers']
    """
    return QuotaCauses(plan, quota, [unit_id]).concerning(unit_id)


class QuotaCauses:
    """One quota, asked of what made the amounts of some units.

    Parameters
    ----------
    plan : Plan
    quota : Quota
    ids : iterable of str
    """

    def __init__(self, plan: Plan, quota: Quota, ids: Iterable[str]) -> None:
        self.plan, self.quota = plan, quota
        known = [unit for unit in ids if unit in plan.measures.index]
        given = amounts(plan.quotas).reindex(plan.measures.index)
        own = [name for name in given.columns if name not in plan.measures.columns]
        self.measures = plan.measures.join(given[own]).rename_axis("unit_id")
        zones = plan.zones.set_index("unit_id").loc[known, ["main", "overlays"]]
        self._seen = unit_context(zones, self.measures.loc[known], plan.rulebook.codes("overlay"))
        self._asked: dict[str, dict[str, Content]] = {}
        self._met: dict[str, set[str]] = {}

    def chain(self, when: str, unit: str) -> Content:
        """The clauses of one of the quota's conditions for a unit, with values and parameters."""
        if when not in self._asked:
            plan = self.plan
            self._asked[when] = condition_chains(parse_condition(when), self._seen, plan.rulebook, plan.language)
        return self._asked[when][unit]

    def meets(self, when: str, unit: str) -> bool:
        """Whether a unit meets one of the quota's conditions."""
        if when not in self._met:
            answer = parse_condition(when).evaluate(self._seen, self.plan.rulebook.values)
            self._met[when] = set(self._seen.index[answer.yes])
        return unit in self._met[when]

    def locks(self, unit: str) -> Iterator[Lock]:
        """The locked amounts that settle what a unit has."""
        for one in self.quota.locked:
            if one.unit == unit if one.when is None else self.meets(one.when, unit):
                yield one

    def concerning(self, unit: str) -> dict[str, list[dict[str, Any]]]:
        """The groups, locks and transfers that concern a unit, see :func:`grant`."""
        quota = self.quota
        return {
            "groups": [
                {"when": one.when, "max_pct": _text(one.max_pct), "min_pct": _text(one.min_pct), "reason": one.reason}
                for one in quota.groups
                if self.meets(one.when, unit)
            ],
            "locks": [{"amount": str(one.amount), "reason": one.reason} for one in self.locks(unit)],
            "limits": list(self._limits(unit)),
            "transfers": [
                {
                    "side": "gives" if one.giver == unit else "receives",
                    "other": one.receiver if one.giver == unit else one.giver,
                    "amount": str(one.amount),
                    "reason": one.reason,
                    "reference": one.reference,
                }
                for one in quota.transfers
                if unit in (one.giver, one.receiver)
            ],
        }

    def _limits(self, unit: str) -> Iterator[dict[str, Any]]:
        """The limits that count a unit."""
        quota, rules = self.quota, self.plan.quota_rules
        for limit in quota.limits:
            if limit.when is not None and not self.meets(limit.when, unit):
                continue
            depth = quota.levels.index(limit.each) + 1 if limit.each else 0
            path = " / ".join(str(self.measures.loc[unit, level]) for level in quota.levels[:depth])
            code = f"limit-{limit.name}"
            here = (rules["quota"] == quota.name) & rules["rule"].isin([code, f"{code}-least"])
            use = self.measures.loc[unit, limit.per] if isinstance(limit.per, str) else limit.per
            rows = rules[here & (rules["jurisdiction"] == path)].drop(columns=["quota", "period"])
            for row in rows.astype(object).where(rows.notna(), None).to_dict("records"):
                yield {**row, "use": float(use), "reason": limit.reason}


def _text(number: object) -> str | None:
    return None if number is None else str(number)
