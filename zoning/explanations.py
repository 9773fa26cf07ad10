"""Explanations: why a unit is what it is, from the unit down to the reference."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from layers import LANGUAGES, UnknownNameError, shown, visible
from zoning.chains import Content, chain, encoded
from zoning.claims import DEFAULT_RULE
from zoning.duties import policies_of
from zoning.energy_explanations import explain_lights
from zoning.errors import near
from zoning.grants import grant
from zoning.margins import conflicts
from zoning.narratives import narrate
from zoning.plans import Plan
from zoning.questions import inherited_reason
from zoning.retellings import retell
from zoning.rulebook import Rulebook
from zoning.services import explain_services
from zoning.wholes import refinements


@dataclass(frozen=True)
class Explanation:
    """The chain from a unit to rules, clauses with values and thresholds, parameters and references.

    Attributes
    ----------
    content : dict
        Keys ``unit``, ``plan``, ``status``, ``whole``, ``main``, ``overlays``, ``other_claims``, ``lines``,
        ``quotas``, ``energy``, ``services``, ``flows``, ``policies``, ``margins``, ``assumptions``.
    language : {"en", "zh"}
        Of its text, reasons, sentences, clauses and assumptions; titles stand in all languages.
    """

    content: Content
    language: str = "en"

    def as_dict(self) -> Content:
        """The explanation as plain values, ready for JSON."""
        return copy.deepcopy(self.content)

    def text(self) -> str:
        """The explanation for a terminal; characters that would steer it are shown as escapes."""
        return "\n".join(visible(line) for line in narrate(self.content, self.language)) + "\n"


def explain(plan: Plan, unit_id: str, language: str | None = None) -> Explanation:
    """Why a unit is what it is.

    Parameters
    ----------
    plan : Plan
        Just made, or read back from a run folder.
    unit_id : str
    language : {"en", "zh"}, optional
        By default the plan's own.

    Returns
    -------
    Explanation

    Raises
    ------
    UnknownNameError
        The plan has no such unit.
    ZoneplanError
        The language is not known.

    Examples
    --------
    >>> from layers import builtin_study, read_study
    >>> from zoning import run
    >>> plan = run(read_study(builtin_study("us_mountain_west")))
    >>> explain(plan, "08031").as_dict()["main"]["zone"]
    'key_development'
    """
    zones = plan.zones.set_index("unit_id")
    if unit_id not in zones.index:
        parts = zones.index[zones["part_of"] == unit_id]
        remedy = f"; it is a larger unit, explain a part of it: {shown(parts)}" if len(parts) else ""
        raise UnknownNameError(
            f"the plan has no unit {shown([unit_id])}{remedy or near(unit_id, zones.index)}", code="unknown_unit"
        )
    plan = retell(plan, language)
    (zone,) = _of_unit(plan.zones, unit_id)
    overlays = str(zone["overlays"]).split(";") if zone["overlays"] else []
    claims = [_claim(row, plan) for row in _of_unit(plan.claims, unit_id)]
    main = next(one for one in claims if one["zone"] == zone["main"] and one["rule"] == zone["rule"])
    held = [one for one in claims if one["zone"] in overlays and one["answer"] == "yes"]
    others = [one for one in claims if one is not main and one not in held and one["rule"] != DEFAULT_RULE]
    content = {
        "unit": {
            "unit_id": unit_id,
            "name": str(zone["name"]),
            "jurisdiction": str(zone["jurisdiction"]),
            "area_ha": float(zone["area_ha"]),
        },
        "plan": {
            "name": plan.study.name,
            "date": plan.rulebook.day.isoformat(),
            "rulebook": plan.rulebook.name,
        },
        "status": str(zone["status"]),
        "whole": _whole(plan, zone),
        "main": main,
        "overlays": held,
        "other_claims": others,
        "lines": [_line(row, plan.rulebook) for row in _of_unit(plan.lines, unit_id)],
        "quotas": [_quota(row, plan) for row in _of_unit(plan.quotas, unit_id)],
        "energy": explain_lights(plan, unit_id),
        "services": explain_services(plan.measures, plan.study.services, unit_id),
        "flows": _flows(plan, unit_id),
        "policies": policies_of(plan, unit_id),
        "margins": _margins(plan, unit_id),
    }
    return Explanation(content | {"assumptions": _assumptions(plan, content)}, plan.language)


def _of_unit(table: pd.DataFrame, unit_id: str) -> list[Content]:
    rows = table[table["unit_id"] == unit_id].to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _whole(plan: Plan, zone: Mapping[str, Any]) -> Content | None:
    """The larger unit of which the unit is a part, its main function, and how far its parts deviate."""
    if not zone["part_of"]:
        return None
    row = refinements(plan.zones).loc[zone["part_of"]]
    return {
        "level": plan.study.units.part_of or "",
        "unit_id": str(zone["part_of"]),
        "zone": str(row["main"]),
        "title": dict(plan.rulebook.zone(str(row["main"])).title),
        "area_ha": float(row["area_ha"]),
        "refined_ha": float(row["refined_ha"]),
    }


def _because(row: Mapping[str, Any], plan: Plan) -> dict[str, str]:
    """The reason that the rule gives in all its languages; a claim on a larger unit says of which."""
    rule = next((one for one in plan.rulebook.rules if one.id == row["rule"]), None)
    texts = dict(rule.reason) if rule else {}
    if not row["inherited_from"]:
        return texts
    level, whole = plan.study.units.part_of or "", str(row["inherited_from"])
    known = [language for language in texts if language in LANGUAGES]
    return texts | {language: inherited_reason(texts[language], level, whole, language) for language in known}


def _claim(row: Mapping[str, Any], plan: Plan) -> Content:
    """A claim with its clauses, the parameters that they compare with, and the reference."""
    rulebook = plan.rulebook
    said = json.loads(row["values"])
    rule = next((one for one in rulebook.rules if one.id == row["rule"]), None)
    zone = rulebook.zone(row["zone"])
    locked = rulebook.locked.get(row["rule"])
    reference = rule.reference if rule else said.get("decision", {}).get("reference", "")
    return {
        "zone": zone.code,
        "title": dict(zone.title),
        "rule": str(row["rule"]),
        "answer": str(row["answer"]),
        "reason": str(row["reason"]),
        "because": _because(row, plan),
        "inherited_from": str(row["inherited_from"]),
        "when": rule.when if rule else "",
        "when_json": encoded(rule.when) if rule else None,
        **chain(said, rulebook),
        "decision": said.get("decision"),
        "reference": reference or zone.reference,
        "verified": rule.verified if rule else locked.verified if locked else None,
    }


def _line(row: Mapping[str, Any], rulebook: Rulebook) -> Content:
    line = next((one for one in rulebook.lines if one.code == row["line"]), None)
    return {
        "line": str(row["line"]),
        "title": dict(line.title) if line else {},
        "claimed_ha": float(row["claimed_ha"]),
        "settled_ha": float(row["settled_ha"]),
        "lost_to": str(row["lost_to"]),
        "lost": {name: float(row[name]) for name in row if str(name).startswith("to_") and float(row[name]) > 0},
        "reference": line.reference if line else "",
    }


def _quota(row: Mapping[str, Any], plan: Plan) -> Content:
    """What the unit was given, out of how much; decimals as text, so that none is lost."""
    quotas = plan.quotas
    asked = [one for one in plan.study.quotas if (one.name, one.period) == (row["quota"], row["period"])]
    same = (quotas["quota"] == row["quota"]) & (quotas["period"] == row["period"]) & (quotas["unit_id"] == "")
    above = quotas[same & (quotas["jurisdiction"] == row["jurisdiction"])]
    return {
        "quota": str(row["quota"]),
        "period": int(row["period"]),
        **{name: _decimal(row[name]) for name in ("amount", "floor", "ceiling")},
        "unit": str(row["unit"]),
        "weight": None if pd.isna(row["weight"]) else float(row["weight"]),
        "binding": str(row["binding"]),
        "jurisdiction": str(row["jurisdiction"]),
        "jurisdiction_amount": _decimal(above["amount"].iloc[0]) if len(above) else None,
        **{name: _decimal(row[name]) for name in ("carried", "transferred", "price_from", "price_to")},
        "shadow_price": None if pd.isna(row["shadow_price"]) else float(row["shadow_price"]),
        "solution": _solution(plan, str(row["quota"])),
        **(
            grant(plan, asked[0], str(row["unit_id"]))
            if asked
            else {"groups": [], "locks": [], "limits": [], "transfers": []}
        ),
    }


def _solution(plan: Plan, quota: str) -> Content | None:
    """How good a quota is that is the best by an objective; None of one that is handed out by weight."""
    own = plan.solutions[plan.solutions["quota"] == quota]
    return None if own.empty else {str(name): value for name, value in own.iloc[0].items() if name != "period"}


def _flows(plan: Plan, unit_id: str) -> list[Content]:
    """What the unit and the jurisdictions that it lies in pay and receive; amounts as text, so that none is lost."""
    levels = [level for level in plan.study.units.levels if level in plan.measures.columns]
    parties = {unit_id, *plan.measures.loc[unit_id, levels].dropna().astype(str)}
    own = plan.flows[plan.flows["payer"].isin(parties) | plan.flows["receiver"].isin(parties)]
    return [
        {
            **{
                name: str(row[name])
                for name in ("instrument", "payer", "receiver", "amount", "unit", "rule", "reference")
            },
            "period": int(row["period"]),
        }
        for row in own.to_dict("records")
    ]


def _decimal(value: Any) -> str | None:
    return None if pd.isna(value) or value == "" else str(value)


def _margins(plan: Plan, unit_id: str) -> list[Content]:
    """How far the unit is from the threshold of each clause, and what would flip it; None where there is no number."""
    table = conflicts(plan.claims, plan.measures, plan.rulebook, [unit_id], plan.language).drop(columns="unit_id")
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _assumptions(plan: Plan, content: Content) -> list[Content]:
    """What was assumed about the values that the explanation names."""
    told = [content["main"], *content["overlays"], *content["other_claims"], *content["policies"]]
    names = {name for one in told for name in one["values"]}
    return [
        {"name": one.name, "kind": one.kind, "assumed": one.assumed}
        for one in plan.assumptions
        if names & {one.name, f"{one.name}_share", f"{one.name}_ha"}
    ]
