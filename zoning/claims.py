"""Claims: which zones claim a unit, by which rule or decision, with which values."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from layers import Clause, Decision, ZoneplanError, parse_condition, raise_all, shown
from zoning.decisions import DECISION, decision_faults
from zoning.entries import Rule
from zoning.errors import MissingValueError
from zoning.indicators import complete
from zoning.locked_entries import Locked
from zoning.locked_units import locked_units
from zoning.rulebook import Rulebook
from zoning.tables import CLAIMS, tabulate
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

    Returns
    -------
    DataFrame
        The CLAIMS table. ``answer`` is "yes", or "unknown" where a rule with ``on_unknown = "review"`` misses a value.
        A decision has the rule ``decision-<n>``, by its place in the plan, a locked one of the rulebook
        ``locked-<n>``, by its place in ``decisions.toml``. Every unit has one row of the rule
        ``default``, whose reason says why no other main function claims it, or which does.

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
    measures = complete(measures, rulebook).rename_axis("unit_id")
    raise_all(decision_faults(decisions, measures.index, rulebook, dropped))
    rules = sorted(rulebook.rules, key=lambda rule: (rule.priority, rule.id))
    asked = [_Asked(rule, measures, rulebook, language) for rule in rules]
    raise_all(error for one in asked for error in one.errors)
    mains = set(rulebook.codes("main"))
    rows = [row for one in asked for row in one.claims()]
    decided = [
        _decision_row(number, decision, zone, language)
        for number, decision in enumerate(decisions, start=1)
        if decision.date <= rulebook.day and decision.unit in measures.index
        for zone in (decision.main, decision.overlay)
        if zone is not None
    ]
    locked = [_locked_row(*one, language) for one in locked_units(measures, rulebook)]
    claimed = [row for row in (*locked, *decided, *rows) if row["zone"] in mains]
    defaults = _defaults(measures.index, claimed, [one for one in asked if one.rule.zone in mains], rulebook, language)
    return tabulate(CLAIMS, pd.DataFrame([*rows, *decided, *locked, *defaults]))


class _Asked:
    """A rule that has been asked about every unit.

    Parameters
    ----------
    rule : Rule
    measures : DataFrame
        Completed.
    rulebook : Rulebook
        Its parameters and titles.
    language : {"en", "zh"}
    """

    def __init__(self, rule: Rule, measures: pd.DataFrame, rulebook: Rulebook, language: str) -> None:
        self.rule, self._measures, self._values = rule, measures, rulebook.values
        self._language, self._titles = language, rulebook.titles_in(language)
        self._condition = parse_condition(rule.when)
        answer = self._condition.evaluate(measures, self._values)
        self.answers = np.select([answer.yes, answer.no], ["yes", "no"], "unknown")

    @property
    def errors(self) -> Iterable[ZoneplanError]:
        """The complaint of a rule that does not do without a value."""
        unknown = self._measures.index[self.answers == "unknown"]
        if self.rule.on_unknown == "error" and len(unknown):
            empty = self._empty(unknown)
            yield MissingValueError(
                f"rule {self.rule.id} ({self.rule.when}) cannot be answered for {len(unknown)} units "
                f"({shown(unknown)}): {', '.join(empty) or 'a value'} is missing; "
                'fill the column, or give the rule on_unknown = "review"',
                layer=empty[0] if empty else "",
                features=unknown,
            )

    def _empty(self, units: pd.Index) -> list[str]:
        """The measures of the condition that are missing for one of some units."""
        measures = self._measures.loc[units]
        return sorted(name for name in self._condition.names if name in measures and measures[name].isna().any())

    def claims(self) -> list[dict[str, str]]:
        """A row for each unit that the rule claims, or may claim."""
        wanted = self.answers == "yes"
        if self.rule.on_unknown == "review":
            wanted |= self.answers == "unknown"
        explained = self.explain(wanted)
        say, reason = engine_words(self._language)["because"].format, text_in(self.rule.reason, self._language)
        return [
            {
                "unit_id": unit_id,
                "zone": self.rule.zone,
                "rule": self.rule.id,
                "reason": say(reason=reason, facts=sentences(clauses, self._language)),
                "values": packed(clauses),
                "answer": answer,
            }
            for (unit_id, clauses), answer in zip(explained, self.answers[wanted], strict=True)
        ]

    def explain(self, wanted: Any) -> list[tuple[str, tuple[Clause, ...]]]:
        """Ids and clauses of the units that a boolean array picks."""
        picked = self._measures[wanted]
        found = self._condition.explain(picked, self._values, self._language, self._titles)
        return list(zip(picked.index, found, strict=True))


def sentences(clauses: Iterable[Clause], language: str = "en") -> str:
    """The clauses that decide, in words; each sentence once."""
    return engine_words(language)["and"].join(dict.fromkeys(clause.sentence for clause in clauses if clause.decides))


def packed(clauses: Iterable[Clause], **more: object) -> str:
    """Clauses, the values they read and the thresholds they compare with, as JSON.

    Returns
    -------
    str
        Keys ``clauses`` (``text``, ``answer``, ``sentence``, ``decides``), ``values`` and ``thresholds``, sorted.
    """
    listed = tuple(clauses)
    kept = ("text", "answer", "sentence", "decides")
    content = {
        "clauses": [{key: getattr(clause, key) for key in kept} for clause in listed],
        "values": {name: value for clause in listed for name, value in clause.values.items()},
        "thresholds": {name: value for clause in listed for name, value in clause.thresholds.items()},
    }
    return json.dumps(content | more, ensure_ascii=False, allow_nan=False, sort_keys=True)


def _decision_row(number: int, decision: Decision, zone: str, language: str) -> dict[str, str]:
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
        "values": packed((), decision=said),
        "answer": "yes",
    }


def _locked_row(unit_id: str, rule: str, entry: Locked, language: str) -> dict[str, str]:
    words = engine_words(language)
    said = {
        "by": entry.by_in(language),
        "date": entry.since.isoformat() if entry.since else "",
        "reason": text_in(entry.reason, language),
        "reference": entry.reference,
        "locked": entry.level,
    }
    return {
        "unit_id": unit_id,
        "zone": entry.zone,
        "rule": rule,
        "reason": words[f"locked_{entry.level}_reason"].format(**said),
        "values": packed((), decision=said),
        "answer": "yes",
    }


def _defaults(
    units: pd.Index,
    claimed: Iterable[Mapping[str, str]],
    asked: Sequence[_Asked],
    rulebook: Rulebook,
    language: str,
) -> list[dict[str, str]]:
    """For every unit the row of the default zone: who claims the unit instead, or why each rule does not."""
    zone, words, titles = rulebook.default_zone.code, engine_words(language), rulebook.titles_in(language)
    rule_of = words["rule_of"].format
    others: dict[str, list[str]] = {}
    for row in claimed:
        if row["answer"] == "yes":
            others.setdefault(row["unit_id"], []).append(
                rule_of(rule=row["rule"], zone=titles.get(row["zone"], row["zone"]))
            )
    free = ~units.isin(list(others))
    why: dict[str, list[str]] = {unit_id: [] for unit_id in units[free]}
    clauses: dict[str, list[Clause]] = {unit_id: [] for unit_id in units[free]}
    for one in asked:
        claimant = rule_of(rule=one.rule.id, zone=titles.get(one.rule.zone, one.rule.zone))
        for unit_id, found in one.explain(free):
            why[unit_id].append(words["because"].format(reason=claimant, facts=sentences(found, language)))
            clauses[unit_id] += found
    rows = []
    for unit_id in units:
        if unit_id in others:
            reason = words["stands_back"].format(others=words["comma"].join(others[unit_id]))
        elif why[unit_id]:
            reason = words["nobody_claims"].format(why=words["and"].join(why[unit_id]))
        else:
            reason = words["no_rules"]
        row = {"unit_id": unit_id, "zone": zone, "rule": DEFAULT_RULE, "reason": reason, "answer": "yes"}
        rows.append(row | {"values": packed(clauses.get(unit_id, ()))})
    return rows
