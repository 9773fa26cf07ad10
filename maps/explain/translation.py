"""A finished plan with its reasons, titles, clauses and assumptions in another language."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from layers.languages import require_language
from zoning.audits import retell_assumptions
from zoning.plan import Plan
from zoning.policies import exception_text, exceptions_of, list_industries
from zoning.rulebook import OWN
from zoning.wording import text_in
from zoning.zones import classify, conflicts


def retell(plan: Plan, language: str | None = None) -> Plan:
    """A plan in another language: the same decisions and numbers, other words.

    Parameters
    ----------
    plan : Plan
        Just made, or read back from a run folder.
    language : {"en", "zh"}, optional
        By default the plan's own; texts that the rulebook does not have in it stay English.

    Returns
    -------
    Plan

    Raises
    ------
    ZoneplanError
        The language is not known.

    Notes
    -----
    Units are classified again for the words of their claims, and only the words are taken: a claim that would come out
    otherwise than in the plan keeps what the plan says.
    """
    if language is None or language == plan.language:
        return plan
    require_language(language)
    dropped = {decision.unit for decision in plan.study.decisions} - set(plan.measures.index)
    part_of = plan.study.units.part_of
    again = classify(plan.measures, plan.rulebook, plan.study.decisions, language, dropped=dropped, part_of=part_of)
    claims = _claims(plan, again)
    reasons = claims.set_index(["unit_id", "zone", "rule"])["reason"].to_dict()
    keys = zip(plan.zones["unit_id"], plan.zones["main"], plan.zones["rule"], plan.zones["reason"], strict=True)
    zones = plan.zones.assign(reason=[reasons.get((unit, main, rule), reason) for unit, main, rule, reason in keys])
    return replace(
        plan,
        claims=claims,
        zones=zones.astype({"reason": plan.zones["reason"].dtype}),
        policies=_policies(plan, language),
        assumptions=retell_assumptions(plan.assumptions, plan.rulebook, plan.language, language),
        language=language,
        conflicts=_conflicts(plan, again, language),
        industries=_industries(plan, language),
    )


def _claims(plan: Plan, again: pd.DataFrame) -> pd.DataFrame:
    key = ["unit_id", "zone", "rule", "answer"]
    words = ["reason", "values"]
    told = plan.claims[key].merge(again[key + words], on=key, how="left", validate="1:1")
    return plan.claims.assign(**{name: told[name].where(told[name].notna(), plan.claims[name]) for name in words})


def _conflicts(plan: Plan, again: pd.DataFrame, language: str) -> pd.DataFrame:
    if plan.conflicts.empty:
        return plan.conflicts
    key = ["unit_id", "rule", "clause", "indicator"]
    words = conflicts(again, plan.measures, plan.rulebook, language=language)[[*key, "reason"]]
    told = plan.conflicts[key].merge(words, on=key, how="left", validate="1:1")["reason"]
    return plan.conflicts.assign(reason=told.where(told.notna(), plan.conflicts["reason"]))


def _industries(plan: Plan, language: str) -> pd.DataFrame:
    table = plan.industries
    return list_industries(plan.rulebook, table[table["list"] == OWN], language) if len(table) else table


def _policies(plan: Plan, language: str) -> pd.DataFrame:
    titles = {one.id: text_in(one.title, language, one.id) for one in plan.rulebook.policies}
    clauses = {one.id: one.clause_in(language) for one in plan.rulebook.policies}
    exceptions = {
        (policy.id, name): exception_text(one, language)
        for policy in plan.rulebook.policies
        for name, one in exceptions_of(policy).items()
    }
    table = plan.policies
    excepted = pd.MultiIndex.from_frame(table[["policy", "overruled_by"]]).map(exceptions)
    told = {
        "title": table["policy"].map(titles),
        "clause": table["policy"].map(clauses),
        "exception": pd.Series(excepted, index=table.index, dtype=table["exception"].dtype),
    }
    return table.assign(**{name: texts.where(texts.notna(), table[name]) for name, texts in told.items()})
