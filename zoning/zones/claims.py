"""Claims: which zones claim a unit, by which rule or decision, with which values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import pandas as pd

from layers import Clause, Decision, raise_all
from zoning.decisions import DECISION, decision_faults
from zoning.indicators import complete_measures
from zoning.locked_entries import Locked
from zoning.locked_units import locked_units
from zoning.questions import Row, RuleEvaluation, clauses_json, inherited, inherited_reason, rule_sentences
from zoning.rulebook import Rulebook
from zoning.tables import CLAIMS, tabulate
from zoning.topics import without_unused_topics
from zoning.wholes import ParentUnits, gather_parents
from zoning.words import engine_words, text_in

DEFAULT_RULE = "default"
"""The rule of the claim by which every unit could fall to the default zone."""


def classify(
    measures: pd.DataFrame,
    rulebook: Rulebook,
    decisions: Sequence[Decision] = (),
    language: str = "en",
    *,
    dropped: Collection[str] = (),
    part_of: str | ParentUnits | None = None,
) -> pd.DataFrame:
    """Every claim on every unit: of rules, planners' decisions, locked decisions, and of the default zone.

    Parameters
    ----------
    measures : DataFrame
        Index ``unit_id``, one column a measure; indicators that are absent are completed as the rulebook says.
    rulebook : Rulebook
        In force on the plan's day.
    decisions : sequence of Decision, optional
        What planners decided. One that is dated after the rulebook's day claims nothing yet.
    language : {"en", "zh"}
        Of the reasons.
    dropped : collection of str, optional
        Units that the study has dropped: decisions on them claim nothing.
    part_of : str or ParentUnits, optional
        The column of the measures that names the larger unit of which each unit is a part (``part_of`` of the plan), or
        the larger units themselves. Rules are then asked of them, and what is claimed of a whole is claimed of each of
        its parts; rules with ``refines`` are asked of the parts. Without it these are asked of nobody.

    Returns
    -------
    DataFrame
        The CLAIMS table. ``answer`` is "yes", or "unknown" where a rule with ``on_unknown = "review"`` misses a value.
        A decision has the rule ``decision-<n>``, by its place in the plan, a locked one of the rulebook
        ``locked-<n>``, by its place in ``decisions.toml``. Every unit has one row of the rule
        ``default``, whose reason says why no other main function claims it, or which does. ``inherited_from`` is the
        larger unit that a claim is about, empty where it is about the unit itself.

    Raises
    ------
    UnknownNameError
        A measure, unit or zone that is not there; an overlay decided as main function; two main functions for one unit.
    MissingValueError
        A value is missing that a rule with ``on_unknown = "error"`` needs.

    Notes
    -----
    A rule is asked about all units at once and knows nothing of other rules: one rule more never takes away a claim.

    Examples
    --------
    >>> from datetime import date
    >>> from zoning import read_rulebook
    >>> denver = pd.DataFrame({"metro": [True], "pop_2020": [715522], "area_km2": [396.0]}, index=["08031"])
    >>> claims = classify(denver, read_rulebook("us_west", date(2025, 1, 1)))
    >>> claims.loc[claims["rule"] == "key-1", ["unit_id", "zone"]].to_numpy().tolist()
    [['08031', 'key_development']]
    """
    rulebook = without_unused_topics(rulebook, map(str, measures.columns))
    measures = complete_measures(measures, rulebook).rename_axis("unit_id")
    wholes = gather_parents(measures, rulebook, part_of) if isinstance(part_of, str) else part_of
    known = measures.index if wholes is None else measures.index.union(wholes.table.index)
    raise_all(decision_faults(decisions, known, rulebook, dropped))
    asked = _ask(measures, rulebook, language, wholes)
    raise_all(error for one in asked for error in one.errors)
    mains = set(rulebook.codes("main"))
    rows = [row for one in asked for row in one.claims()]
    decided = [
        row
        for number, decision in enumerate(decisions, start=1)
        if decision.date <= rulebook.day
        for zone in (decision.main, decision.overlay)
        if zone is not None
        for row in _placed(_decision_row(number, decision, zone, language), measures.index, wholes, language)
    ]
    of = None if wholes is None else wholes.of
    locked = [_locked_row(*one, wholes, language) for one in locked_units(measures, rulebook, of)]
    claimed = [row for row in (*locked, *decided, *rows) if row["zone"] in mains]
    of_mains = [one for one in asked if one.rule.zone in mains]
    defaults = _defaults(measures.index, claimed, of_mains, wholes, rulebook, language)
    if wholes is not None:
        defaults = [row | {"inherited_from": str(wholes.of[row["unit_id"]])} for row in defaults]
    every = (*rows, *decided, *locked, *defaults)
    return tabulate(CLAIMS, pd.DataFrame([{"inherited_from": ""} | row for row in every]))


def _ask(measures: pd.DataFrame, rulebook: Rulebook, language: str, wholes: ParentUnits | None) -> list[RuleEvaluation]:
    """Every rule, asked: of the larger units where there are any, and those that refine of the parts."""
    rules = sorted(rulebook.rules, key=lambda rule: (rule.priority, rule.id))
    return [
        RuleEvaluation(rule, measures, rulebook, language, None if rule.refines else wholes)
        for rule in rules
        if wholes is not None or not rule.refines
    ]


def _placed(row: Row, units: pd.Index, wholes: ParentUnits | None, language: str) -> list[Row]:
    """A claim where its unit is: on the unit, on each part of a larger one, or nowhere."""
    if row["unit_id"] in units:
        return [row]
    if wholes is not None and row["unit_id"] in wholes.parts:
        return inherited(row, wholes, row["unit_id"], language)
    return []


def _decision_row(number: int, decision: Decision, zone: str, language: str) -> Row:
    reason = engine_words(language)["decided_by_reference" if decision.reference else "decided_by"]
    said = {
        "by": decision.by,
        "date": decision.date.isoformat(),
        "reason": decision.reason,
        "reference": decision.reference,
    }
    return {
        "unit_id": decision.unit,
        "zone": zone,
        "rule": f"{DECISION}{number}",
        "reason": reason.format(**said),
        "values": clauses_json((), decision=said),
        "answer": "yes",
    }


def _locked_row(unit_id: str, rule: str, entry: Locked, wholes: ParentUnits | None, language: str) -> Row:
    words = engine_words(language)
    said = {
        "by": entry.by_in(language),
        "date": entry.since.isoformat() if entry.since else "",
        "reason": text_in(entry.reason, language),
        "reference": entry.reference,
        "locked": entry.level,
    }
    row = {
        "unit_id": unit_id,
        "zone": entry.zone,
        "rule": rule,
        "reason": words[f"locked_{entry.level}_reason"].format(**said),
        "values": clauses_json((), decision=said),
        "answer": "yes",
    }
    if wholes is None or entry.unit in (None, unit_id):
        return row
    reason = inherited_reason(row["reason"], wholes.level, entry.unit, language)
    return row | {"reason": reason, "inherited_from": entry.unit}


def _defaults(
    units: pd.Index,
    claimed: Iterable[Mapping[str, str]],
    asked: Sequence[RuleEvaluation],
    wholes: ParentUnits | None,
    rulebook: Rulebook,
    language: str,
) -> list[Row]:
    """For every unit the row of the default zone: who claims the unit instead, or why each rule does not."""
    zone, words, titles = rulebook.default_zone.code, engine_words(language), rulebook.titles_in(language)
    rule_of = words["rule_of"].format
    others: dict[str, list[str]] = {}
    for row in claimed:
        if row["answer"] == "yes":
            others.setdefault(row["unit_id"], []).append(
                rule_of(rule=row["rule"], zone=titles.get(row["zone"], row["zone"]))
            )
    ids = units.tolist()
    free = pd.Index([unit_id for unit_id in ids if unit_id not in others], dtype=units.dtype)
    why: dict[str, list[str]] = {unit_id: [] for unit_id in free.tolist()}
    clauses: dict[str, list[tuple[str, Clause]]] = {unit_id: [] for unit_id in free.tolist()}
    for one in asked:
        claimant = rule_of(rule=one.rule.id, zone=titles.get(one.rule.zone, one.rule.zone))
        for unit_id, found in one.explain(free).items():
            said = claimant
            if wholes is not None and not one.is_of_units:
                said = inherited_reason(claimant, wholes.level, wholes.of[unit_id], language)
            why[unit_id].append(words["because"].format(reason=said, facts=rule_sentences(found, language)))
            clauses[unit_id] += [(one.rule.id, clause) for clause in found]
    rows = []
    for unit_id in ids:
        if unit_id in others:
            reason = words["stands_back"].format(others=words["comma"].join(others[unit_id]))
        elif why[unit_id]:
            reason = words["nobody_claims"].format(why=words["and"].join(why[unit_id]))
        else:
            reason = words["no_rules"]
        row = {"unit_id": unit_id, "zone": zone, "rule": DEFAULT_RULE, "reason": reason, "answer": "yes"}
        own = clauses.get(unit_id, [])
        rows.append(row | {"values": clauses_json((clause for _, clause in own), [rule for rule, _ in own])})
    return rows
