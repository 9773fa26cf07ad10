"""Why a unit is zoned as it is: its claims, control lines and derived measures, and the norms that hold where it is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from layers.conditions import number_text, parse_calculation, parse_condition
from maps.explain.trace_records import (
    EachLanguage,
    Record,
    Said,
    Titles,
    claim_said,
    in_plan,
    in_rulebook,
    is_about,
    parameters_of,
    rows_about,
    rows_of,
    said_of,
    titled,
)
from maps.locale import catalogue, number_style, text_in
from zoning.audits import norms_in
from zoning.measures import Because, deducted_roles, explain_derived, places_of
from zoning.plan import Plan
from zoning.policies import plain_value
from zoning.rulebook import LOCKED, Derived, Floor, Line, Norm, Rule
from zoning.trace import Message, Term, Texts, in_languages, say
from zoning.zones import DECISION, DEFAULT_RULE, weigh_floors


def explain_claims(plan: Plan, ids: Iterable[str]) -> dict[str, list[Record]]:
    """Every claim on some units.

    Parameters
    ----------
    plan : Plan
    ids : iterable of str

    Returns
    -------
    dict of str to list of Record
        By unit, in the order of the claims; units of which a rule says the same share one. Facts: ``zone``, ``title``,
        ``rule``, ``answer``, ``because`` (the reason in all languages of the rulebook), ``inherited_from``,
        ``decision``. The default has a link for each rule that was asked in vain.
    """
    explainer = _ClaimExplainer(plan)
    found: dict[str, list[Record]] = {unit: [] for unit in ids}
    told: dict[tuple[Any, ...], Record] = {}
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
            days=rule or locked,
            reference=in_languages(decision.get("reference", "") if decision else of_rules),
            verified=rule.verified if rule else locked.verified if locked else None,
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
                    days=rule,
                    reference=in_languages(rule.reference),
                    verified=rule.verified,
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
        parameters=tuple(one for one in said.parameters if one["name"] in names),
    )


def explain_lines(plan: Plan, ids: Iterable[str]) -> dict[str, list[Record]]:
    """The control lines of some units.

    Parameters
    ----------
    plan : Plan
    ids : iterable of str

    Returns
    -------
    dict of str to list of Record
        By unit, in the order of the LINES table. Facts: ``line``, ``title``, ``claimed_ha``, ``settled_ha``,
        ``lost_to``, ``lost``, the hectares by column, and ``lost_titles``. Links: each ``layer`` that
        draws the line here, each line by which land is ``taken``, and ``least``, what it must at least cover where the
        unit lies.
    """
    found: dict[str, list[Record]] = {unit: [] for unit in ids}
    rows = rows_of(plan.lines, found)
    if rows:
        explainer = _LineExplainer(plan, {row["unit_id"] for row in rows})
        for row in rows:
            found[row["unit_id"]].append(explainer.line(row))
    return found


class _LineExplainer:
    """Explains the control lines of some units.

    Parameters
    ----------
    plan : Plan
    ids : set of str
    """

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
                for one in self._least.get((number, row["unit_id"]), ()):
                    yield self._floor(floor, one)

    def _floor(self, floor: Floor, one: Mapping[str, Any]) -> Record:
        indicators = {known.name: known.title for known in self._plan.rulebook.indicators}
        missing = float(one["missing_ha"])
        reason = say(
            "explain.line_least",
            title=titled(floor.title, floor.line),
            place=one["place"] or in_languages(self._plan.study.title),
            of=titled(indicators.get(floor.of) or {}, floor.of),
            whole=float(one["of_ha"]),
            settled=float(one["settled_ha"]),
            share=100 * float(one["share"]),
            least=100 * float(one["at_least"]),
            short=say("explain.line_short", missing=missing) if missing > 0 else "",
        )
        return Record(
            kind="least",
            id=floor.at_least,
            reason=reason,
            amount=float(one["settled_ha"]),
            unit="ha",
            said=Said(
                values={floor.of: float(one["of_ha"]), "settled_ha": float(one["settled_ha"])},
                parameters=parameters_of([floor.at_least], self._plan.rulebook),
            ),
            days=floor,
            reference=in_languages(floor.reference),
            written=in_rulebook(self._plan.rulebook, "floors", floor),
        )


def _least(plan: Plan) -> dict[tuple[int, str], list[Mapping[str, Any]]]:
    """The floors that are known at the places where each unit lies, by the floor's number and the unit."""
    found: dict[tuple[int, str], list[Mapping[str, Any]]] = {}
    levels = plan.study.units.levels
    weighed = weigh_floors(plan.lines, plan.measures, plan.rulebook, levels)
    for (number, level), rows in weighed[weighed["share"].notna()].groupby(["floor", "level"], sort=True):
        by_place = {str(row["place"]): row for row in rows.to_dict("records")}
        for unit, place in places_of(plan.measures, str(level), levels).items():
            if place in by_place:
                found.setdefault((int(number), str(unit)), []).append(by_place[place])
    return found


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


def derived_in(plan: Plan) -> tuple[Derived, ...]:
    """The measures that a plan's rulebook derived for it, in the order of the rulebook."""
    return tuple(one for one in plan.rulebook.derived if one.name in plan.measures.columns)


def explain_measures(plan: Plan, ids: Iterable[str]) -> dict[str, list[Record]]:
    """The derived measures of some units.

    Parameters
    ----------
    plan : Plan
    ids : iterable of str

    Returns
    -------
    dict of str to list of Record
        By unit, in the order of the rulebook. Facts: ``unit_title``, ``measure``, ``title``, ``value`` (None where
        missing), ``row`` (which of the ``rows`` of its table counts, from 1; 0 where none does),
        ``because`` and ``calculation``.
    """
    found: dict[str, list[Record]] = {unit: [] for unit in ids}
    derived = derived_in(plan)
    rows = plan.measures[is_about(plan.measures.index, found)] if derived else plan.measures
    values = rows.to_dict("records") if derived else []
    for one in derived:
        told = explain_derived(one, rows, plan.rulebook)
        for unit, own, because in zip(rows.index, values, told, strict=True):
            found[str(unit)].append(_measure(one, plain_value(own[one.name]), because, own, plan))
    return found


def explain_norms(plan: Plan, ids: Iterable[str]) -> dict[str, list[Record]]:
    """The norms of the places where some units belong.

    Parameters
    ----------
    plan : Plan
    ids : iterable of str

    Returns
    -------
    dict of str to list of Record
        By unit, in the order of the rulebook. Facts: ``norm``, ``title``, ``level``, ``place``,
        ``answer`` ("yes" where it is kept, "no", "unknown") and ``facts``.
    """
    found: dict[str, list[Record]] = {unit: [] for unit in ids}
    norms = {norm.id: norm for norm in plan.rulebook.norms}
    table = norms_in(plan) if norms else pd.DataFrame(columns=["norm", "level"])
    for (name, level), rows in table.groupby(["norm", "level"], sort=False):
        norm, by_place = norms[str(name)], {row["place"]: row for row in rows.to_dict("records")}
        for unit, place in places_of(plan.measures, str(level), plan.study.units.levels).items():
            if str(unit) in found and place in by_place:
                found[str(unit)].append(_norm(norm, by_place[place], plan))
    return found


def value_text(value: Any, language: str) -> str:
    """A derived value as it is printed in a language; "" where it is missing.

    Examples
    --------
    >>> value_text(88.0, "en"), value_text("province", "en"), value_text(None, "en"), value_text(0.5, "pt")
    ('88', 'province', '', '0,5')
    """
    if value is None or pd.isna(value):
        return ""
    return value if isinstance(value, str) else number_style(language).written(number_text(float(value)))


def why_text(one: Mapping[str, Any], language: str) -> str:
    """Why a derived measure is what it is, on one line: the reason, what was asked, and how it was calculated."""
    facts = [clause["sentence"] for clause in one["clauses"] if clause["decides"]]
    parts = dict.fromkeys([text_in(one["because"], language, ""), *facts, one["calculation"]])
    return catalogue("explain", language)["and"].join(filter(None, parts))


def _measure(one: Derived, value: Any, because: Because, own: Mapping[Any, Any], plan: Plan) -> Record:
    band = because.band
    names = parse_condition(band.when).names | parse_calculation(band.value).names if band else one.names
    always = band is not None and band.when.strip().upper() == "TRUE"
    told = Texts(band.reason) if band and band.reason else ""
    worked = because.calculation if band and parse_calculation(band.value).names else ""
    return Record(
        kind="derived",
        id=one.name,
        reason=say("explain.worked", because=told, calculation=worked) if told and worked else told or worked,
        amount=value,
        unit=one.unit,
        when="" if band is None or always else band.when,
        said=Said(
            clauses=() if always else tuple(because.clauses),
            values={name: plain_value(own[name]) for name in sorted(names) if name in own},
            parameters=parameters_of(names, plan.rulebook),
        ),
        days=one,
        reference=in_languages(one.reference),
        verified=one.verified,
        written=in_rulebook(plan.rulebook, "derived", one),
        facts={
            "unit_title": Titles("units", one.unit),
            "measure": one.name,
            "title": one.title,
            "value": value,
            "row": because.number,
            "rows": len(one.bands),
            "because": band.reason if band and band.reason else {},
            "calculation": worked,
        },
    )


def _norm(norm: Norm, row: Mapping[Any, Any], plan: Plan) -> Record:
    return Record(
        kind="norm",
        id=norm.id,
        when=norm.holds,
        said=said_of(row["facts"].fields["facts"], plan.rulebook),
        days=norm,
        reference=in_languages(norm.reference),
        verified=norm.verified,
        written=in_rulebook(plan.rulebook, "norms", norm),
        facts={
            "norm": norm.id,
            "title": norm.title,
            "level": str(row["level"]),
            "place": str(row["place"]),
            "answer": str(row["answer"]),
            "facts": row["facts"],
        },
    )
