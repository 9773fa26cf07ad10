"""Duties: the policies of one unit, on the whole of it and on parts, each with the clauses that decided."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from layers import parse_condition
from zoning.chains import Content, chain, encoded
from zoning.entries import Policy
from zoning.plans import Plan
from zoning.questions import packed
from zoning.sights import Sight, paths, sights

_KEPT = ("policy", "instrument", "zone", "clause", "reference", "since", "until", "overruled_by")
_ADDED = ("inherited_from", "exception")


def policies_of(plan: Plan, unit_id: str) -> list[Content]:
    """The policies of a unit, in the order of the table; rows of one policy on several pieces are one.

    Parameters
    ----------
    plan : Plan
    unit_id : str

    Returns
    -------
    list of dict
        Beside the columns of the table: the policy as written, its clauses with values and parameters (of the first of
        several pieces), ``pieces``, their ids, and ``part_ha``, their hectares; None where it is on the whole unit.
    """
    rows = plan.policies[plan.policies["unit_id"] == unit_id]
    groups: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for row in rows.to_dict("records"):
        whole = "" if row["piece_id"] == "" else "part"
        parts = (row["policy"], whole, row["overruled_by"], *(row.get(name, "") for name in _ADDED))
        groups.setdefault(parts, []).append({str(name): value for name, value in row.items()})
    if not groups:
        return []
    seen, written = _sights(plan, unit_id), {policy.id: policy for policy in plan.rulebook.policies}
    return [_duty(plan, written[rows[0]["policy"]], rows, seen) for rows in groups.values()]


def _sights(plan: Plan, unit_id: str) -> Mapping[str, Sight]:
    """What the conditions saw; the neighbours of the unit's jurisdiction are there for its sums."""
    levels = plan.study.units.levels
    inside = paths(plan.measures, levels)
    near = plan.measures[(inside == inside[unit_id]) & (inside != "") | (plan.measures.index == unit_id)]
    zones = plan.zones.set_index("unit_id").loc[near.index]
    land = plan.pieces[plan.pieces["unit_id"] == unit_id].copy()
    land.attrs = {"roles": plan.roles}
    quotas = plan.quotas[plan.quotas["unit_id"].isin(near.index)]
    measures = near.rename_axis("unit_id")
    return sights(zones, measures, quotas, plan.energy, plan.flows, plan.rulebook, land, levels)


def _duty(plan: Plan, policy: Policy, rows: list[Mapping[str, Any]], seen: Mapping[str, Sight]) -> Content:
    row, titles = rows[0], plan.rulebook.titles_in(plan.language)
    asked = seen[policy.scope].seen
    asked = asked.loc[[row["piece_id"] if policy.scope == "piece" else row.get("inherited_from") or row["unit_id"]]]
    (clauses,) = parse_condition(policy.when).explain(asked, plan.rulebook.values, plan.language, titles)
    pieces = [str(one["piece_id"]) for one in rows if one["piece_id"]]
    return {
        **{name: str(row[name]) for name in _KEPT},
        **{name: str(row.get(name, "")) for name in _ADDED},
        "title": dict(policy.title),
        "subject": policy.subject,
        "effect": policy.effect or "",
        "scope": policy.scope,
        "pieces": pieces,
        "part_ha": _area(plan.pieces, pieces) if pieces else None,
        "strictness": int(row["strictness"]),
        "settings": json.loads(row["parameters"]),
        "when": policy.when,
        "when_json": encoded(policy.when),
        **chain(json.loads(packed(clauses)), plan.rulebook),
        "verified": policy.verified,
    }


def _area(pieces: pd.DataFrame, ids: list[str]) -> float:
    return float(pieces.loc[pieces.index.isin(ids), "area_ha"].sum())
