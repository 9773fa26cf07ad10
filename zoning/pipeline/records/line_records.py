"""Why a unit is zoned as it is: its claims, control lines and lights, with the clauses that were answered."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import pandas as pd

from layers.conditions import parse_condition
from zoning.measures import deducted_roles, places_of
from zoning.money import EnergyTable, scheme_in_force
from zoning.pipeline.records.findings import claim_said, each_row, in_plan, in_rulebook, parameters_of, rows_about
from zoning.plan import Plan
from zoning.reasons import EachLanguage, Message, Record, Said, Term, Texts, days_of, in_languages, say, titled
from zoning.rulebook import LOCKED, Floor, Line, Rule, Scheme
from zoning.zones import DECISION, DEFAULT_RULE, floors_in

Content = dict[str, Any]


def scheme_in_use(plan: Plan) -> Scheme | None:
    """The scheme by which a plan judges its regions; None where it judges none."""
    if plan.energy.empty or plan.study.energy is None:
        return None
    section = plan.study.energy
    return scheme_in_force(EnergyTable(section.period, pd.DataFrame(), section.scheme), plan.rulebook)


def scheme_parameters(scheme: Scheme, period: int) -> list[Content]:
    """The numbers and switches of a scheme at the end of a period, as plain values."""
    dated = [(parameter, parameter.at(date(period, 12, 31))) for parameter in scheme.parameters]
    return [
        {
            "name": parameter.name,
            "title": dict(parameter.title) if parameter.title else {},
            "value": value.value,
            "unit": parameter.unit,
            "since": value.since.isoformat() if value.since else "",
            "until": value.until.isoformat() if value.until else "",
            "reference": parameter.reference,
            "verified": parameter.verified,
            "reading": parameter.reading,
        }
        for parameter, value in dated
        if value is not None
    ]


def light_records(plan: Plan, rows: pd.DataFrame) -> list[Record]:
    """Why regions have the lights that they have."""
    scheme = scheme_in_use(plan)
    return [_light(row, scheme, plan) for row in each_row(rows)] if scheme else []


def _light(row: Mapping[Any, Any], scheme: Scheme, plan: Plan) -> Record:
    period, called = int(row["period"]), plan.rulebook.texts_of
    numbers = (
        parameter
        | {"unit_title": called("units", parameter["unit"]), "reference": in_languages(parameter["reference"])}
        for parameter in scheme_parameters(scheme, period)
    )
    return Record(
        kind="scheme",
        id=scheme.code,
        reason=row["reason"],
        evidence=Said(parameters=tuple(numbers)),
        days=days_of(scheme),
        reference=in_languages(scheme.reference),
        reading=scheme.reading,
        written=in_rulebook(plan.rulebook, "schemes", scheme),
        facts={
            "region": str(row["region"]),
            "region_name": Term("place", str(row["region"])),
            "period": period,
            "intensity_light": int(row["intensity_light"]),
            "total_light": int(row["total_light"]),
            "total_exempt": bool(row["total_exempt"]),
            "verdict": str(row["verdict"]),
            "scheme": {
                "code": scheme.code,
                "title": scheme.title,
                "since": scheme.since or "",
                "until": scheme.until or "",
                "reference": in_languages(scheme.reference),
                "verified": scheme.verified,
                "reading": scheme.reading,
            },
        },
    )


def line_records(plan: Plan, rows: pd.DataFrame) -> list[Record]:
    """Why control lines cover what they do."""
    mappings = each_row(rows)
    maker = _LineMaker(plan, {row["unit_id"] for row in mappings}) if mappings else None
    return [maker.line(row) for row in mappings] if maker else []


class _LineMaker:
    """Makes the records of the control lines of some units."""

    def __init__(self, plan: Plan, ids: set[str]) -> None:
        self._plan = plan
        self._lines = {line.code: line for line in plan.rulebook.lines}
        self._written = {code: in_rulebook(plan.rulebook, "lines", line) for code, line in self._lines.items()}
        self._land = _land(plan, ids)
        self._deducted = set(deducted_roles(plan.rulebook))
        self._least = _least(plan)

    def line(self, row: Mapping[str, Any]) -> Record:
        """One row of the LINES table."""
        line = self._lines.get(row["line"])
        lost = {name: float(row[name]) for name in row if name.startswith("to_") and float(row[name]) > 0}
        return Record(
            kind="line",
            id=str(row["line"]),
            reason=self._drawn(line) if line else "",
            amount=float(row["settled_ha"]),
            unit="ha",
            reference=in_languages(line.reference) if line else "",
            written=self._written.get(row["line"], ""),
            links=(*self._layers(line, row), *self._taken(row, lost), *self._floors(line, row)) if line else (),
            facts={
                "line": str(row["line"]),
                "title": line.title if line else {},
                "claimed_ha": float(row["claimed_ha"]),
                "settled_ha": float(row["settled_ha"]),
                "lost_to": str(row["lost_to"]),
                "lost": lost,
                "lost_titles": {code: self._title(code) for code in str(row["lost_to"]).split(";") if code},
            },
        )

    def _title(self, code: str) -> Texts | str:
        return titled(self._lines[code].title, code) if code in self._lines else code

    def _drawn(self, line: Line) -> Message:
        return say(
            "explain.line_drawn",
            roles=tuple(Term("role", role) for role in line.roles),
            place=1 + [*self._lines].index(line.code),
            count=len(self._lines),
            free=say("explain.line_deducted" if self._deducted & set(line.roles) else "explain.line_available"),
        )

    def _layers(self, line: Line, row: Mapping[str, Any]) -> Iterator[Record]:
        """The layers that draw the line here; where two cover a place both have its hectares."""
        for layer, role in sorted(self._plan.roles.items()):
            area = self._land.get((row["unit_id"], layer), 0.0) if role in line.roles else 0.0
            if area > 0:
                reason = say("explain.line_layer", layer=Term("layer", layer), role=Term("role", role), area=area)
                yield Record(kind="layer", id=layer, reason=reason, amount=area, unit="ha")

    def _taken(self, row: Mapping[str, Any], lost: Mapping[str, float]) -> Iterator[Record]:
        """The lines that come first and took land of this one."""
        codes = [code for code in str(row["lost_to"]).split(";") if code]
        for code in codes:
            whole = float(row["claimed_ha"]) - float(row["settled_ha"])
            area = lost.get(f"to_{code}_ha", whole if len(codes) == 1 else 0.0)
            yield Record(
                kind="taken",
                id=code,
                reason=say("explain.line_taken", area=area, title=self._title(code)),
                amount=area,
                unit="ha",
                reference=in_languages(self._lines[code].reference) if code in self._lines else "",
                written=self._written.get(code, ""),
            )

    def _floors(self, line: Line, row: Mapping[str, Any]) -> Iterator[Record]:
        """What the line must at least cover in the places where the unit lies."""
        for number, floor in enumerate(self._plan.rulebook.floors):
            if floor.line == line.code:
                for floor_row in self._least.get((number, row["unit_id"]), ()):
                    yield self._floor(floor, floor_row)

    def _floor(self, floor: Floor, floor_row: Mapping[str, Any]) -> Record:
        indicators = {known.name: known.title for known in self._plan.rulebook.indicators}
        missing = float(floor_row["missing_ha"])
        reason = say(
            "explain.line_least",
            title=titled(floor.title, floor.line),
            place=floor_row["place"] or in_languages(self._plan.study.title),
            of=titled(indicators.get(floor.of) or {}, floor.of),
            whole=float(floor_row["of_ha"]),
            settled=float(floor_row["settled_ha"]),
            share=100 * float(floor_row["share"]),
            least=100 * float(floor_row["at_least"]),
            short=say("explain.line_short", missing=missing) if missing > 0 else "",
        )
        return Record(
            kind="least",
            id=floor.at_least,
            reason=reason,
            amount=float(floor_row["settled_ha"]),
            unit="ha",
            evidence=Said(
                values={floor.of: float(floor_row["of_ha"]), "settled_ha": float(floor_row["settled_ha"])},
                parameters=parameters_of([floor.at_least], self._plan.rulebook),
            ),
            days=days_of(floor),
            reference=in_languages(floor.reference),
            written=in_rulebook(self._plan.rulebook, "floors", floor),
        )


def _least(plan: Plan) -> dict[tuple[int, str], list[Mapping[str, Any]]]:
    """The floors that are known at the places where each unit lies, by the floor's number and the unit."""
    by_floor_and_unit: dict[tuple[int, str], list[Mapping[str, Any]]] = {}
    levels, weighed = plan.study.units.levels, floors_in(plan)
    for (number, level), rows in weighed[weighed["share"].notna()].groupby(["floor", "level"], sort=True):
        by_place = {str(row["place"]): row for row in rows.to_dict("records")}
        for unit, area in places_of(plan.measures, str(level), levels).items():
            if area in by_place:
                by_floor_and_unit.setdefault((int(number), str(unit)), []).append(by_place[area])
    return by_floor_and_unit


def _land(plan: Plan, ids: set[str]) -> dict[tuple[str, str], float]:
    """Hectares of each layer that may draw a line, by unit and layer."""
    roles = {role for line in plan.rulebook.lines for role in line.roles}
    layers = [layer for layer, role in plan.roles.items() if role in roles and layer in plan.pieces.columns]
    pieces = rows_about(pd.DataFrame(plan.pieces[["unit_id", "area_ha", *layers]]), ids)
    return {
        (str(unit), layer): float(area)
        for layer in layers
        for unit, area in pieces[pieces[layer].astype(bool)].groupby("unit_id")["area_ha"].sum().items()
    }


def claim_records(plan: Plan, rows: pd.DataFrame) -> list[Record]:
    """Why there are some claims."""
    maker, by_claim, records = _ClaimMaker(plan), dict[tuple[Any, ...], Record](), list[Record]()
    for row in each_row(rows.drop(columns="unit_id")):
        claim = tuple(row.values())  # what it says takes long to hash
        record = by_claim.get(claim)
        if record is None:
            record = by_claim[claim] = maker.claim(row)
        records.append(record)
    return records


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
        evidence, decision = claim_said(row["reason"], written, self._rulebook), written.get("decision")
        rule, zone = self._rules.get(row["rule"]), self._zones[row["zone"]]
        locked = self._rulebook.locked.get(row["rule"])
        of_rules = (rule.reference if rule else "") or zone.reference  # a decision rests on what it names itself
        by_default = row["rule"] == DEFAULT_RULE
        return Record(
            kind=self._kind(row["rule"]),
            id=row["rule"],
            reason=row["reason"],
            when=rule.when if rule else "",
            evidence=evidence,
            days=days_of(rule or locked),
            reference=in_languages(decision.get("reference", "") if decision else of_rules),
            reading=rule.reading if rule else locked.reading if locked else "",
            written=self._where_written(row["rule"]),
            links=tuple(self._without_claim(evidence, str(row["inherited_from"]))) if by_default else (),
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

    def _where_written(self, rule: str) -> str:
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

    def _without_claim(self, evidence: Said, whole: str) -> Iterator[Record]:
        """The rules that do not claim a unit, each with its own clauses; those that were asked of its whole say so."""
        by_rule: dict[str, list[int]] = {}
        for number, clause in enumerate(evidence.clauses):
            named = (
                clause.get("rule", "")
                if isinstance(clause, Mapping)
                else evidence.rules[number]
                if evidence.rules
                else ""
            )
            by_rule.setdefault(named, []).append(number)
        for name, numbers in by_rule.items():
            rule = self._rules.get(name)
            if rule is not None:
                yield Record(
                    kind="rule",
                    id=rule.id,
                    reason=self._named(rule, whole),
                    when=rule.when,
                    evidence=_of_rule(rule, numbers, evidence),
                    days=days_of(rule),
                    reference=in_languages(rule.reference),
                    reading=rule.reading,
                    written=self._where_written(rule.id),
                )

    def _named(self, rule: Rule, whole: str) -> Message:
        """A rule and its zone, and the larger unit of which it was asked."""
        named = say("claim.rule_of", rule=rule.id, zone=titled(self._zones[rule.zone].title, rule.zone))
        return self._of(whole, named) if whole and not rule.refines else named


def _of_rule(rule: Rule, numbers: Iterable[int], evidence: Said) -> Said:
    """What one of several rules found: its clauses, and of the values and parameters of all those that it reads."""
    names = parse_condition(rule.when).names
    return Said(
        clauses=tuple(evidence.clauses[number] for number in numbers),
        rules=tuple(evidence.rules[number] for number in numbers) if evidence.rules else (),
        values={name: value for name, value in evidence.values.items() if name in names},
        parameters=tuple(parameter for parameter in evidence.parameters if parameter in names),
    )
