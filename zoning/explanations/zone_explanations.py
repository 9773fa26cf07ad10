"""Claim explanations: which rule, decision or default claims a unit, by which clauses, and where that is written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from layers import LANGUAGES, parse_condition
from zoning.chains import Content, clause_chain, in_plan, in_rulebook, reason_record, rows_of
from zoning.claims import DEFAULT_RULE
from zoning.decisions import DECISION
from zoning.entries import Rule
from zoning.locked_entries import LOCKED
from zoning.plans import Plan
from zoning.questions import inherited_reason
from zoning.words import engine_words, text_in


def explain_claims(plan: Plan, ids: Iterable[str]) -> dict[str, list[Content]]:
    """Every claim on some units, as links.

    Parameters
    ----------
    plan : Plan
    ids : iterable of str

    Returns
    -------
    dict of str to list of dict
        By unit, in the order of the claims; units of which a rule says the same share one. Beside the keys of a link:
        ``zone``, ``title``, ``rule``, ``answer``, ``because`` (the reason in all languages of the rulebook),
        ``inherited_from``, ``decision``. The default has a link for each rule that was asked in vain.
    """
    explainer = _ClaimExplainer(plan)
    found: dict[str, list[Content]] = {unit: [] for unit in ids}
    told: dict[tuple[Any, ...], Content] = {}
    for row in rows_of(plan.claims, found):
        unit = row.pop("unit_id")
        claim = tuple(row.values())
        if claim not in told:
            told[claim] = explainer.claim(row)
        found[unit].append(told[claim])
    return found


class _ClaimExplainer:
    """Explains the claims of a plan.

    Parameters
    ----------
    plan : Plan
    """

    def __init__(self, plan: Plan) -> None:
        self._plan, self._rulebook = plan, plan.rulebook
        self._rules = {rule.id: rule for rule in plan.rulebook.rules}
        self._zones = {zone.code: zone for zone in plan.rulebook.zones}
        self._written: dict[str, str] = {}

    def claim(self, row: Mapping[str, Any]) -> Content:
        """One row of the CLAIMS table."""
        said, rule, zone = json.loads(row["values"]), self._rules.get(row["rule"]), self._zones[row["zone"]]
        locked = self._rulebook.locked.get(row["rule"])
        decision = said.get("decision")
        of_rules = (rule.reference if rule else "") or zone.reference  # a decision rests on what it names itself
        by_default = row["rule"] == DEFAULT_RULE
        own = reason_record(
            self._kind(row["rule"]),
            row["rule"],
            str(row["reason"]),
            when=rule.when if rule else "",
            said=clause_chain(said, self._rulebook),
            days=rule or locked,
            reference=decision.get("reference", "") if decision else of_rules,
            verified=rule.verified if rule else locked.verified if locked else None,
            written=self._place(row["rule"]),
            links=self._asked(said, str(row["inherited_from"])) if by_default else (),
        )
        return own | {
            "zone": zone.code,
            "title": dict(zone.title),
            "rule": str(row["rule"]),
            "answer": str(row["answer"]),
            "because": self._because(row, rule),
            "inherited_from": str(row["inherited_from"]),
            "decision": decision,
        }

    def _kind(self, rule: str) -> str:
        kinds = {DECISION: "decision", LOCKED: "locked", DEFAULT_RULE: "default"}
        if rule in self._rules:
            return "rule"
        return next((kind for beginning, kind in kinds.items() if rule.startswith(beginning)), "rule")

    def _place(self, rule: str) -> str:
        """Where the rule, the decision or the locked entry is written; found once."""
        if rule not in self._written:
            self._written[rule] = self._look_up(rule)
        return self._written[rule]

    def _look_up(self, rule: str) -> str:
        if rule in self._rules:
            return in_rulebook(self._rulebook, "rules", self._rules[rule])
        if rule in self._rulebook.locked:
            return in_rulebook(self._rulebook, "decisions", self._rulebook.locked[rule])
        if rule.startswith(DECISION):
            return in_plan(self._plan.study, "decisions", int(rule.removeprefix(DECISION)) - 1)
        return ""

    def _because(self, row: Mapping[str, Any], rule: Rule | None) -> dict[str, str]:
        """The reason that the rule gives in all its languages; a claim on a larger unit says of which."""
        texts = dict(rule.reason) if rule else {}
        if not row["inherited_from"]:
            return texts
        known = [language for language in texts if language in LANGUAGES]
        return texts | {language: self._of(str(row["inherited_from"]), texts[language], language) for language in known}

    def _of(self, whole: str, text: str, language: str) -> str:
        """A text that is about a larger unit."""
        return inherited_reason(text, self._plan.study.units.part_of or "", whole, language)

    def _asked(self, said: Mapping[str, Any], whole: str) -> list[Content]:
        """The rules that do not claim a unit, each with its own clauses; those that were asked of its whole say so."""
        found: dict[str, list[Content]] = {}
        for clause in said["clauses"]:
            found.setdefault(clause.get("rule", ""), []).append(clause)
        return [
            reason_record(
                "rule",
                rule.id,
                self._named(rule, whole),
                when=rule.when,
                said=self._own(rule, clauses, said),
                days=rule,
                reference=rule.reference,
                verified=rule.verified,
                written=self._place(rule.id),
            )
            for name, clauses in found.items()
            for rule in [self._rules.get(name)]
            if rule is not None
        ]

    def _named(self, rule: Rule, whole: str) -> str:
        """A rule and its zone, and the larger unit of which it was asked."""
        language = self._plan.language
        title = text_in(self._zones[rule.zone].title, language, rule.zone)
        named = engine_words(language)["rule_of"].format(rule=rule.id, zone=title)
        return self._of(whole, named, language) if whole and not rule.refines else named

    def _own(self, rule: Rule, clauses: list[Content], said: Mapping[str, Any]) -> Content:
        """What of the values and thresholds of all rules one of them reads."""
        names = parse_condition(rule.when).names
        read = {
            key: {name: one for name, one in said[key].items() if name in names} for key in ("values", "thresholds")
        }
        return clause_chain({"clauses": clauses, **read}, self._rulebook)
