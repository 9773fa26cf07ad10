"""Why a unit is zoned as it is: its claims, by which rule or decision, with the clauses that were answered."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from layers.conditions import parse_condition
from zoning.plan import Plan
from zoning.records.findings import claim_said, in_plan, in_rulebook
from zoning.records.table_rows import each_row
from zoning.rulebook import LOCKED, Rule
from zoning.trace import EachLanguage, Message, Record, Said, Texts, days_of, in_languages, say, titled
from zoning.zones import DECISION, DEFAULT_RULE


def claim_records(plan: Plan, rows: pd.DataFrame) -> list[Record]:
    """Why there are some claims."""
    maker, told, found = _ClaimMaker(plan), dict[tuple[Any, ...], Record](), list[Record]()
    for row in each_row(rows.drop(columns="unit_id")):
        claim = tuple(row.values())  # what it says takes long to hash
        record = told.get(claim)
        if record is None:
            record = told[claim] = maker.claim(row)
        found.append(record)
    return found


class _ClaimMaker:
    """Makes the records of the claims of a plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan, self._rulebook = plan, plan.rulebook
        self._rules = {rule.id: rule for rule in plan.rulebook.rules}
        self._zones = {zone.code: zone for zone in plan.rulebook.zones}
        self._written: dict[str, str] = {}

    def claim(self, row: Mapping[str, Any]) -> Record:
        """One row of the CLAIMS table."""
        written = json.loads(row["values"])
        said, decision = claim_said(row["reason"], written, self._rulebook), written.get("decision")
        rule, zone = self._rules.get(row["rule"]), self._zones[row["zone"]]
        locked = self._rulebook.locked.get(row["rule"])
        of_rules = (rule.reference if rule else "") or zone.reference  # a decision rests on what it names itself
        by_default = row["rule"] == DEFAULT_RULE
        return Record(
            kind=self._kind(row["rule"]),
            id=row["rule"],
            reason=row["reason"],
            when=rule.when if rule else "",
            said=said,
            days=days_of(rule or locked),
            reference=in_languages(decision.get("reference", "") if decision else of_rules),
            reading=rule.reading if rule else locked.reading if locked else "",
            written=self._place(row["rule"]),
            links=tuple(self._asked(said, str(row["inherited_from"]))) if by_default else (),
            facts={
                "zone": zone.code,
                "title": zone.title,
                "rule": str(row["rule"]),
                "answer": str(row["answer"]),
                "because": self._because(row, rule),
                "inherited_from": str(row["inherited_from"]),
                "decision": {key: in_languages(text) for key, text in decision.items()} if decision else None,
            },
        )

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

    def _because(self, row: Mapping[str, Any], rule: Rule | None) -> Mapping[str, str] | EachLanguage:
        """The reason that the rule gives in all its languages; a claim on a larger unit says of which."""
        texts = rule.reason if rule else {}
        whole = str(row["inherited_from"])
        return EachLanguage(self._of(whole, Texts(texts)), texts) if whole else texts

    def _of(self, whole: str, reason: Message | Texts) -> Message:
        """What is about a larger unit."""
        return say("claim.of_whole", level=self._plan.study.units.part_of or "", whole=whole, reason=reason)

    def _asked(self, said: Said, whole: str) -> Iterator[Record]:
        """The rules that do not claim a unit, each with its own clauses; those that were asked of its whole say so."""
        found: dict[str, list[int]] = {}
        for number, clause in enumerate(said.clauses):
            named = clause.get("rule", "") if isinstance(clause, Mapping) else said.rules[number] if said.rules else ""
            found.setdefault(named, []).append(number)
        for name, numbers in found.items():
            rule = self._rules.get(name)
            if rule is not None:
                yield Record(
                    kind="rule",
                    id=rule.id,
                    reason=self._named(rule, whole),
                    when=rule.when,
                    said=_of_rule(rule, numbers, said),
                    days=days_of(rule),
                    reference=in_languages(rule.reference),
                    reading=rule.reading,
                    written=self._place(rule.id),
                )

    def _named(self, rule: Rule, whole: str) -> Message:
        """A rule and its zone, and the larger unit of which it was asked."""
        named = say("claim.rule_of", rule=rule.id, zone=titled(self._zones[rule.zone].title, rule.zone))
        return self._of(whole, named) if whole and not rule.refines else named


def _of_rule(rule: Rule, numbers: Iterable[int], said: Said) -> Said:
    """What one of several rules found: its clauses, and of the values and parameters of all those that it reads."""
    names = parse_condition(rule.when).names
    return Said(
        clauses=tuple(said.clauses[number] for number in numbers),
        rules=tuple(said.rules[number] for number in numbers) if said.rules else (),
        values={name: one for name, one in said.values.items() if name in names},
        parameters=tuple(one for one in said.parameters if one in names),
    )
