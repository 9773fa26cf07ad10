"""Claims: which zones claim a unit, by which rule or decision, with which values.

A rule is asked of every unit, or of every larger unit on behalf of its parts.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.conditions import Answer, Clause, Evaluation, parse_condition
from layers.errors import UnknownNameError, ZoneplanError, at_key, raise_all, shown
from layers.phrases import Phrase, phrase_list, word
from zoning.errors import MissingValueError, near
from zoning.measures import absent_measures, complete_measures, sources_of, with_unknown
from zoning.reasons import Field, Message, Term, in_languages, say
from zoning.rulebook import Locked, Rule, Rulebook, without_unused_topics
from zoning.study import Decision
from zoning.tables import CLAIMS, Made, tabulate
from zoning.unit_ids import keep_ids
from zoning.zones.parent_units import ParentUnits, gather_parents, group_parts

DECISION = "decision-"
"""The beginning of the rule of a decision; its place in the plan follows, from 1."""


def decision_faults(
    decisions: Sequence[Decision],
    units: pd.Index,
    rulebook: Rulebook,
    dropped: Collection[str] = (),
    named: pd.Series | None = None,
) -> Iterator[ZoneplanError]:
    """The complaints about decisions that cannot be carried out.

    Examples
    --------
    >>> from datetime import date
    >>> from zoning.rulebook import read_rulebook
    >>> day = date(2025, 1, 1)
    >>> decision = Decision(unit="08301", overlay="heritge", reason="the old town", by="the council", date=day)
    >>> for fault in decision_faults([decision], pd.Index(["08031", "49035"]), read_rulebook("us_west", day)):
    ...     print(fault)
    decision 1: there is no unit '08301'; did you mean '08031'?
    decision 1 (unit '08301'): rulebook 'us_west' has no overlay zone 'heritge' on 2025-01-01; did you mean 'heritage'?
    """
    first: dict[str, int] = {}
    for number, decision in enumerate(decisions, start=1):
        where, keys = Phrase("decision {number}", number=number), ("decisions", number - 1)
        if decision.unit not in units and decision.unit not in dropped:
            yield UnknownNameError(
                Phrase(
                    "{place}: there is no unit {unit}{hint}",
                    place=where,
                    unit=shown([decision.unit]),
                    hint=_called(decision.unit, named) or near(decision.unit, map(str, units)),
                ),
                code="unknown_unit",
                keys=keys,
            )
        where = Phrase("decision {number} (unit {unit})", number=number, unit=shown([decision.unit]))
        for kind, code in (("main", decision.main), ("overlay", decision.overlay)):
            if code is not None:
                yield from _zone_faults(where, keys, kind, code, rulebook)
        if decision.main is not None and decision.date <= rulebook.day:
            if decision.unit in first:
                yield UnknownNameError(
                    Phrase(
                        "{place} decides the main function once more, after decision {number}; keep one of the two",
                        place=where,
                        number=first[decision.unit],
                    ),
                    code="decided_twice",
                    features=[decision.unit],
                    keys=keys,
                )
            first.setdefault(decision.unit, number)


def _called(name: str, named: pd.Series | None) -> str:
    """That a text is the name of units, and of which; empty where it is none."""
    ids = [] if named is None else named.index[named == name]
    return Phrase("; it is the name of {ids}: write the id", ids=shown(map(str, ids))) if len(ids) else ""


def _zone_faults(
    where: str, keys: tuple[str | int, ...], kind: str, code: str, rulebook: Rulebook
) -> Iterator[ZoneplanError]:
    codes, other = rulebook.codes(kind), "overlay" if kind == "main" else "main"
    if code in codes:
        return
    if code in rulebook.codes(other):
        remedy = Phrase(
            "'{code}' is an overlay zone: write {other} = \"{code}\""
            if kind == "main"
            else "'{code}' is a main zone: write {other} = \"{code}\"",
            code=code,
            other=other,
        )
        yield UnknownNameError(
            Phrase('{place}: {kind} = "{code}", but {remedy}', place=where, kind=kind, code=code, remedy=remedy),
            code="zone_kind",
            keys=keys,
        )
    else:
        yield UnknownNameError(
            Phrase(
                "{place}: rulebook '{rulebook}' has no {kind} zone '{zone}' on {day}{hint}",
                place=where,
                rulebook=rulebook.name,
                kind=word(kind),
                zone=code,
                day=rulebook.day,
                hint=near(code, codes),
            ),
            code="unknown_zone",
            keys=keys,
        )


def locked_units(
    units: pd.DataFrame, rulebook: Rulebook, part_of: pd.Series | None = None
) -> Iterator[tuple[str, str, Locked]]:
    """Every unit that is locked, by which rule and entry.

    Examples
    --------
    >>> from datetime import date
    >>> said = {"reason": {"en": "listed"}, "by": "the State Council", "reference": "the list", "locked": True}
    >>> entry = Locked(jurisdiction="west", main="ecologically_fragile", **said)
    >>> rulebook = Rulebook("r", "", "", date(2025, 1, 1), locked={"locked-1": entry})
    >>> units = pd.DataFrame({"jurisdiction": ["west", "east"]}, index=["a", "b"])
    >>> [(unit, rule) for unit, rule, _ in locked_units(units, rulebook)]
    [('a', 'locked-1')]
    """
    named = units["jurisdiction"] if "jurisdiction" in units.columns else pd.Series(dtype="str")
    parts = {} if part_of is None else group_parts(part_of)
    groups = {
        "unit": parts | {str(unit): [str(unit)] for unit in units.index},
        "jurisdiction": group_parts(named),
    }
    for rule, entry in rulebook.locked.items():
        kind, name = entry.subject
        for unit_id in groups[kind].get(name, ()):
            yield unit_id, rule, entry


def locked_elsewhere(units: pd.DataFrame, rulebook: Rulebook, part_of: pd.Series | None = None) -> dict[str, Locked]:
    """The entries that find no unit, by their rule: normal where a study is a part of the country."""
    used = {rule for _, rule, _ in locked_units(units, rulebook, part_of)}
    return {rule: entry for rule, entry in rulebook.locked.items() if rule not in used}


Words = npt.NDArray[np.object_]


_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True)


class Row(NamedTuple):
    """A row of the CLAIMS table, which says what each column is."""

    unit_id: str
    zone: str
    rule: str
    reason: Message
    values: str
    answer: str = "yes"
    assumed: str = ""
    inherited_from: str = ""


class Doubt(NamedTuple):
    """What rules would read if the measures that nothing gives were unknown."""

    absent: frozenset[str]
    table: pd.DataFrame
    rulebook: Rulebook

    def behind(self, name: str) -> frozenset[str]:
        """The absent measures that a name stands for: itself, or those from which it is derived."""
        return sources_of([name], self.rulebook) & self.absent


class RuleEvaluation:
    """A rule that has been asked."""

    def __init__(
        self,
        rule: Rule,
        measures: pd.DataFrame,
        rulebook: Rulebook,
        wholes: ParentUnits | None = None,
        doubt: Doubt | None = None,
    ) -> None:
        self.rule, self._values, self._wholes = rule, rulebook.values, wholes
        self._measures = measures if wholes is None else wholes.table
        self._condition = parse_condition(rule.when)
        self._draft = rulebook.draft
        self.evaluation = self._condition.evaluate(self._measures, self._values)
        self.answers = _words(self.evaluation)
        self.assumed = np.full(len(self._measures), "", dtype=object) if doubt is None else self._hangs_on(doubt)

    def _hangs_on(self, doubt: Doubt) -> Words:
        """For each row the absent measures without which the answer would be another or none, joined by ";"."""
        behind = {name: sources for name in self._condition.names if (sources := doubt.behind(name))}
        named = np.full(len(self._measures), "", dtype=object)
        if not behind:
            return named
        taken, without = self.answers, _words(self._condition.evaluate(doubt.table, self._values))
        settled = (taken == "no") & (without == "unknown") & (self.rule.on_unknown == "no")  # the rule says what it is
        hangs = ((taken != without) & ~settled) | (taken == "unknown")
        waiting = self._condition.waits_for(doubt.table, self._values)
        for source in sorted(frozenset().union(*behind.values())):
            readers = [name for name, sources in behind.items() if source in sources]
            waits = np.any([waiting.get(name, np.zeros(len(named), dtype=bool)) for name in readers], axis=0)
            here = hangs & (waits | (without != "unknown"))
            named[here] += np.where(named[here] == "", "", ";").astype(object) + source
        return named

    @property
    def errors(self) -> Iterator[ZoneplanError]:
        """The complaint of a rule that does not do without a value."""
        unknown = self._measures.index[self.answers == "unknown"]
        if self.rule.on_unknown == "error" and len(unknown):
            empty = self._empty(unknown)
            yield MissingValueError(
                Phrase(
                    "{place}rule {rule} ({when}) cannot be answered for {count} unit ({ids}): {names} is "
                    "missing; fill the "
                    'column, or give the rule on_unknown = "review"'
                    if len(unknown) == 1
                    else "{place}rule {rule} ({when}) cannot be answered for {count} units ({ids}): {names} is "
                    "missing; fill "
                    'the column, or give the rule on_unknown = "review"',
                    place=self._position,
                    rule=self.rule.id,
                    when=self.rule.when,
                    count=len(unknown),
                    ids=shown(unknown),
                    names=phrase_list(empty) or Phrase("a value"),
                ),
                layer=empty[0] if empty else "",
                features=unknown,
            )

    @property
    def _position(self) -> str:
        """Where the rulebook says what unknown means; empty of a rulebook that was made in memory."""
        draft = self._draft
        if not draft:
            return ""
        return Phrase("{place}: ", place=draft.where("rules", draft.rules.index(self.rule), "on_unknown"))

    def _empty(self, units: pd.Index) -> list[str]:
        """The measures of the condition that are missing for one of some units."""
        measures = self._measures.loc[units]
        return sorted(name for name in self._condition.names if name in measures and measures[name].isna().any())

    @property
    def is_of_units(self) -> bool:
        """Whether the units themselves are asked, and not the larger ones of which they are parts."""
        return self._wholes is None

    def claims(self) -> list[Row]:
        """A row for each unit that the rule claims, may claim, or does not claim because of what was assumed alone."""
        zone, rule = self.rule.zone, self.rule.id
        wanted = self.answers == "yes"
        if self.rule.on_unknown == "review":
            wanted |= self.answers == "unknown"
        rows: list[Row] = []
        places = np.flatnonzero(wanted)
        ids, clauses_of = self._measures.index[places].tolist(), self.evaluation.clauses(places)
        findings = zip(ids, clauses_of, self.answers[places], self.assumed[places], strict=True)
        for unit_id, clauses, answer, assumed in findings:
            reason = say("claim.because", reason=Term("reason", self.rule.id), facts=clauses)
            rows += self._placed(Row(str(unit_id), zone, rule, reason, clauses_json(clauses), answer, assumed))
        for position in np.flatnonzero((self.answers == "no") & (self.assumed != "")):
            assumed = self.assumed[position]
            reason = say("claim.only_assumed", names=tuple(assumed.split(";")))
            rows += self._placed(
                Row(str(self._measures.index[position]), zone, rule, reason, clauses_json(()), "no", assumed)
            )
        return rows

    def _placed(self, row: Row) -> list[Row]:
        """The row of what was asked, or of each of its parts."""
        return [row] if self._wholes is None else inherited(row, self._wholes)

    def explain(self, units: pd.Index) -> dict[str, tuple[Clause, ...]]:
        """The clauses of the rule for some units, each with its own values or those of its whole."""
        ids = units if self._wholes is None else pd.Index(self._wholes.of.loc[units])
        clauses = self.evaluation.clauses(self._measures.index.get_indexer(ids))
        return dict(zip(units.tolist(), clauses, strict=True))


def _words(answer: Answer) -> Words:
    return np.select([answer.yes, answer.no], ["yes", "no"], "unknown").astype(object)


def inherited(row: Row, wholes: ParentUnits) -> list[Row]:
    """A claim on a larger unit as a claim on each of its parts, which says so."""
    reason = inherited_reason(row.reason, wholes.level, row.unit_id)
    return [row._replace(unit_id=part, reason=reason, inherited_from=row.unit_id) for part in wholes.parts[row.unit_id]]


def inherited_reason(reason: Message, level: str, whole: str) -> Message:
    """A reason that holds for a larger unit."""
    return say("claim.of_whole", level=level, whole=whole, reason=reason)


def clauses_json(clauses: Iterable[Clause], rules: Sequence[str] = (), **more: object) -> str:
    """Clauses, the values they read and the thresholds they compare with, as JSON."""
    listed = tuple(clauses)
    keys = ("text", "answer", "decides")
    entries = [{key: getattr(clause, key) for key in keys} for clause in listed]
    content = {
        "clauses": [entry | {"rule": rule} for entry, rule in zip(entries, rules, strict=True)] if rules else entries,
        "values": {name: value for clause in listed for name, value in clause.values.items()},
        "thresholds": {name: value for clause in listed for name, value in clause.thresholds.items()},
    }
    return _JSON.encode(content | more)


DEFAULT_RULE = "default"
"""The rule of the claim by which every unit could fall to the default zone."""


@keep_ids("measures")
def classify(
    measures: pd.DataFrame,
    rulebook: Rulebook,
    decisions: Sequence[Decision] = (),
    *,
    dropped: Collection[str] = (),
    part_of: str | ParentUnits | None = None,
) -> Made[pd.DataFrame, Mapping[str, Evaluation]]:
    """Every claim on every unit: of rules, planners' decisions, locked decisions, and of the default zone.

    Parameters
    ----------
    measures : DataFrame
        Index ``unit_id``, one column a measure. Indicators that are absent are completed as the rulebook says, and
        answers that hang on them say so: give the measures as they were measured, not completed.
    rulebook : Rulebook
        In force on the plan's day.
    decisions : sequence of Decision, optional
        What planners decided. One that is dated after the rulebook's day claims nothing yet.
    dropped : collection of str, optional
        Units that the study has dropped: decisions on them claim nothing.
    part_of : str or ParentUnits, optional
        The column of the measures that names the larger unit of which each unit is a part (``part_of`` of the plan), or
        the larger units themselves. Rules are then asked of them, and what is claimed of a whole is claimed of each of
        its parts; rules with ``refines`` are asked of the parts. Without it these are asked of nobody.

    Returns
    -------
    DataFrame
        The CLAIMS table. ``answer`` is "yes", or "unknown" where a rule with ``on_unknown = "review"`` misses a value,
        or "no" where a rule claims nothing for no other reason than what was taken for measures that nothing gives.
        ``assumed`` names the absent measures without which the answer would be another or none, joined by ``;``.
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
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> denver = pd.DataFrame({"metro": [True], "pop_2020": [715522], "area_km2": [396.0]}, index=["08031"])
    >>> claims = zp.classify(denver, zp.read_rulebook("us_west"))
    >>> claims.loc[claims["rule"] == "key-1", ["unit_id", "zone"]].to_numpy().tolist()
    [['08031', 'key_development']]
    """
    rulebook = without_unused_topics(rulebook, map(str, measures.columns))
    absent = frozenset(absent_measures(measures, rulebook))
    measures = complete_measures(measures, rulebook).table.rename_axis("unit_id")
    with at_key("units", "part_of"):
        wholes = gather_parents(measures, rulebook, part_of) if isinstance(part_of, str) else part_of
    known = measures.index if wholes is None else measures.index.union(wholes.table.index)
    raise_all(decision_faults(decisions, known, rulebook, dropped))
    evaluations = _ask(measures, rulebook, wholes, absent)
    raise_all(error for evaluation in evaluations for error in evaluation.errors)
    mains = set(rulebook.codes("main"))
    rows = [row for evaluation in evaluations for row in evaluation.claims()]
    decided = [
        row
        for number, decision in enumerate(decisions, start=1)
        if decision.date <= rulebook.day
        for zone in (decision.main, decision.overlay)
        if zone is not None
        for row in _placed(_decision_row(number, decision, zone), measures.index, wholes)
    ]
    of = None if wholes is None else wholes.of
    locked = [_locked_row(*locked_unit, wholes) for locked_unit in locked_units(measures, rulebook, of)]
    claimed = [row for row in (*locked, *decided, *rows) if row.zone in mains]
    of_mains = [evaluation for evaluation in evaluations if evaluation.rule.zone in mains]
    defaults = _defaults(measures.index, claimed, of_mains, wholes, rulebook)
    if wholes is not None:
        defaults = [row._replace(inherited_from=str(wholes.of[row.unit_id])) for row in defaults]
    every = (*rows, *decided, *locked, *defaults)
    table = tabulate(CLAIMS, pd.DataFrame(every, columns=list(Row._fields)))
    return Made(table, {evaluation.rule.id: evaluation.evaluation for evaluation in evaluations})


def _ask(
    measures: pd.DataFrame, rulebook: Rulebook, wholes: ParentUnits | None, absent: frozenset[str]
) -> list[RuleEvaluation]:
    """Every rule, asked: of the larger units where there are any, and those that refine of the parts."""
    rules = sorted(rulebook.rules, key=lambda rule: (rule.priority, rule.id))
    of_units = find_doubt(measures, absent, rulebook)
    of_wholes = None if wholes is None else find_doubt(wholes.table, absent, rulebook)
    return [
        RuleEvaluation(rule, measures, rulebook, None, of_units)
        if rule.refines or wholes is None
        else RuleEvaluation(rule, measures, rulebook, wholes, of_wholes)
        for rule in rules
        if wholes is not None or not rule.refines
    ]


def find_doubt(measures: pd.DataFrame, absent: frozenset[str], rulebook: Rulebook) -> Doubt | None:
    """What rules would read of completed measures if some that nothing gives were unknown; None where all are given."""
    return Doubt(absent, with_unknown(measures, absent, rulebook), rulebook) if absent else None


def _placed(row: Row, units: pd.Index, wholes: ParentUnits | None) -> list[Row]:
    """A claim where its unit is: on the unit, on each part of a larger one, or nowhere."""
    if row.unit_id in units:
        return [row]
    if wholes is not None and row.unit_id in wholes.parts:
        return inherited(row, wholes)
    return []


def _decision_row(number: int, decision: Decision, zone: str) -> Row:
    content = {
        "by": decision.by,
        "date": decision.date.isoformat(),
        "reason": decision.reason,
        "reference": decision.reference,
    }
    fields = {name: in_languages(text) for name, text in content.items() if text}
    reason = say(f"claim.decided_by{'_reference' if decision.reference else ''}", **fields)
    return Row(decision.unit, zone, f"{DECISION}{number}", reason, clauses_json((), decision=content))


def _locked_row(unit_id: str, rule: str, entry: Locked, wholes: ParentUnits | None) -> Row:
    content = {
        "by": entry.by,
        "date": entry.since.isoformat() if entry.since else "",
        "reason": entry.reason,
        "reference": entry.reference,
        "locked": entry.level,
    }
    fields: dict[str, Field] = {"by": in_languages(entry.by), "reason": in_languages(entry.reason)}
    reason = say(f"claim.locked_{entry.level}", **fields, reference=in_languages(entry.reference))
    row = Row(unit_id, entry.zone, rule, reason, clauses_json((), decision=content))
    if wholes is None or entry.unit in (None, unit_id):
        return row
    return row._replace(reason=inherited_reason(reason, wholes.level, entry.unit), inherited_from=entry.unit)


def _defaults(
    units: pd.Index,
    claimed: Iterable[Row],
    evaluations: Sequence[RuleEvaluation],
    wholes: ParentUnits | None,
    rulebook: Rulebook,
) -> list[Row]:
    """For every unit the row of the default zone: who claims the unit instead, or why each rule does not."""
    others: dict[str, list[Message]] = {}
    for row in claimed:
        if row.answer == "yes":
            others.setdefault(row.unit_id, []).append(_claimant(row.rule, row.zone))
    ids = units.tolist()
    free = pd.Index([unit_id for unit_id in ids if unit_id not in others], dtype=units.dtype)
    why: dict[str, list[Message]] = {unit_id: [] for unit_id in free.tolist()}
    clauses: dict[str, list[tuple[str, Clause]]] = {unit_id: [] for unit_id in free.tolist()}
    for evaluation in evaluations:
        claimant = _claimant(evaluation.rule.id, evaluation.rule.zone)
        for unit_id, facts in evaluation.explain(free).items():
            cause = claimant
            if wholes is not None and not evaluation.is_of_units:
                cause = inherited_reason(claimant, wholes.level, wholes.of[unit_id])
            why[unit_id].append(say("claim.because", reason=cause, facts=facts))
            clauses[unit_id] += [(evaluation.rule.id, clause) for clause in facts]
    rows = []
    for unit_id in ids:
        if unit_id in others:
            reason = say("claim.stands_back", others=tuple(others[unit_id]))
        elif why[unit_id]:
            reason = say("claim.nobody_claims", why=tuple(why[unit_id]))
        else:
            reason = say("claim.no_rules")
        unit_clauses = clauses.get(unit_id, [])
        values = clauses_json((clause for _, clause in unit_clauses), [rule for rule, _ in unit_clauses])
        rows.append(Row(unit_id, rulebook.default_zone.code, DEFAULT_RULE, reason, values))
    return rows


def _claimant(rule: str, zone: str) -> Message:
    """A rule or a decision, and the zone that it claims."""
    return say("claim.rule_of", rule=rule, zone=Term("name", zone))
