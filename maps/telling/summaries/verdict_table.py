"""The verdicts of all units as columns: each sentence once, with fields for what differs from unit to unit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from layers.conditions import ConditionPart
from layers.errors import escape_hidden
from maps.drawing import MeasureAxis, measure_axis
from maps.words import LocalizedPlan, catalogue, limit_number, number_style, shifted, text_in
from zoning.rulebook import MeasureTerm, Zone
from zoning.zones import RuleTests

Kind = Literal["rule", "default", "decision", "locked", "tie", "review", "assumed", "overlay", "change"]
Operator = Literal["=", "<>", "<", "<=", ">", ">="]
Truths = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]

SHOWN_CHANGES = 2
"""So many ways to change a unit are told."""
SHOWN_REASONS = 2
"""So many tests of one rule are told in a sentence."""
DIGITS = 7
"""Digits of the values, unless they would put a value on the other side of a limit."""
FAR = 1e9
"""Farther than any ratio."""
MARK = "\0"
"""Stands around a field of a wording until it is cut; no visible text has this character."""
KEYS: Mapping[str, str] = {"=": "is", "<>": "is_not", "<": "below", "<=": "at_most", ">": "above", ">=": "at_least"}
"""The words of the operators in the keys of the catalogue."""


class MeasureColumn(NamedTuple):
    """A measure that tests compare, for all units.

    Attributes
    ----------
    name : str
        As rules write it: a column, or arithmetic with columns.
    title : str
    before, after : str
        What stands around a printed value: signs of per cent, the unit of measure.
    shift : int
        So many places the decimal point moves before printing: 2 for shares, which are printed in per cent.
    values : tuple of float or None
        None where the value is missing.
    answers : tuple of str
        How 0 and 1 are printed, of a truth value; else empty.
    axis : MeasureAxis
        On which all its values and limits are drawn.
    """

    name: str
    title: str
    before: str
    after: str
    shift: int
    values: tuple[float | None, ...]
    answers: tuple[str, ...]
    axis: MeasureAxis


class LimitTest(NamedTuple):
    """A comparison of a rule, or a truth value that it asks for, which has to be 1 or 0.

    Attributes
    ----------
    measure : int
        Its place in ``measures``.
    zone : int
        The place of the zone that the rule claims for.
    operator : str
        How a value must stand to the limit.
    limit : float
    limit_text, needs : str
        The limit as it is printed, and what is needed, such as "needs 5 %".
    decides : str
        What is needed, told where the test decided: with the word that the limit is the rulebook's own choice, where
        it is.
    rules : tuple of str
        The ids of the rules that ask it.
    parameter : str
        The parameter of the rulebook that is the limit; empty where none is.
    """

    measure: int
    zone: int
    operator: Literal["=", "<>", "<", "<=", ">", ">="]
    limit: float
    limit_text: str
    needs: str
    decides: str
    rules: tuple[str, ...]
    parameter: str


class Wording(NamedTuple):
    """A sentence that units share.

    Attributes
    ----------
    kind : str
        What made the zone so; "overlay" and "change" of these lines.
    zone : int
        The place of the zone that it is about.
    parts : tuple of str
        Text and fields in turn, text first. A field is ``unit``, the name; or the place of a test behind ``=`` for the
        value, behind ``<`` or ``>`` for the value as another limit, rounded down or up.
    tests : tuple of int
        The places of the tests that decided.
    """

    kind: Kind
    zone: int
    parts: tuple[str, ...]
    tests: tuple[int, ...]


class VerdictTable(NamedTuple):
    """The verdicts of all units as columns, each sentence once.

    Attributes
    ----------
    tests : tuple of LimitTest
        In the order of the rules: those for main functions as they are asked, then those for overlays.
    sentences, notes : tuple of int
        The place in ``wordings`` of the sentence of each unit, and of what is to be said besides; -1 for nothing.
    overlays, changes : tuple of tuple of int
        The places in ``wordings`` of the lines on its overlays, and of what would change it, the nearest first; where
        nothing simple would, why. There is always one.
    close : tuple of int
        The places of the units that are close calls: a limit that moves by a tenth changes their main function.
    missing : str
        What stands where a value is missing.
    """

    measures: tuple[MeasureColumn, ...]
    tests: tuple[LimitTest, ...]
    wordings: tuple[Wording, ...]
    sentences: tuple[int, ...]
    notes: tuple[int, ...]
    overlays: tuple[tuple[int, ...], ...]
    changes: tuple[tuple[int, ...], ...]
    close: tuple[int, ...]
    missing: str


def verdict_table(plan: LocalizedPlan, tests: RuleTests) -> VerdictTable:
    """The verdicts of all units of a plan.

    Parameters
    ----------
    plan : LocalizedPlan
    tests : RuleTests
        Of the same plan.

    Returns
    -------
    VerdictTable
        Units in the order of ``plan.units``, zones in that of the rulebook. Hidden characters are made visible.
    """
    return _Maker(plan, tests).table()


class _Maker:
    """Puts the verdicts of a plan together, a column at a time."""

    def __init__(self, plan: LocalizedPlan, tests: RuleTests) -> None:
        self._plan, self._tests, self._language = plan, tests, plan.language
        self._words = catalogue("verdict", plan.language)
        self._style = number_style(plan.language)
        self._zones = [zone.code for zone in plan.rulebook.zones]
        self._spoken = {" ".join(measure.code.split()): measure for measure in plan.rulebook.terms.measures}
        self._measures: dict[tuple[str, bool], tuple[int, MeasureColumn, list[float]]] = {}
        self._columns: dict[tuple[str, bool], npt.NDArray[np.float64]] = {}
        self._wordings: list[Wording] = []
        self._places: dict[Wording, int] = {}
        self._limits: list[LimitTest] = []
        self._of_part = self._place_tests()
        self._units = len(tests.units)

    def table(self) -> VerdictTable:
        """All of it."""
        sentences, notes = self._sentences()
        self._said_of = sentences.tolist()
        return VerdictTable(
            measures=tuple(self._measure_columns()),
            tests=tuple(self._limit_tests()),
            sentences=tuple(sentences.tolist()),
            notes=tuple(notes.tolist()),
            overlays=self._overlays(),
            changes=self._changes(),
            close=tuple(np.flatnonzero(self._tests.firmness == "close").tolist()),
            missing=str(self._words["missing"]),
            wordings=tuple(self._wordings),  # the last, for the columns fill it
        )

    # ----- measures and tests

    def _place_tests(self) -> dict[tuple[int, int], int]:
        """The test of each part of each rule that compares a number with a limit; whether there is any is no test."""
        tests: dict[tuple[int, int], int] = {}
        for rule, asked_rule in enumerate(self._tests.rules):
            compared = [(number, part) for number, part in enumerate(asked_rule.parts) if part.operator]
            parts = [pair for pair in compared if not _is_presence(pair[1])] or compared
            for number, part in parts:
                tests[rule, number] = self._test(part, asked_rule.rule.zone, of_wholes=asked_rule.of_wholes)
            for number, part in enumerate(asked_rule.parts):
                if part.measure and not part.operator:
                    tests[rule, number] = self._truth(part, asked_rule.rule.zone, of_wholes=asked_rule.of_wholes)
        return tests

    def _limit_tests(self) -> Iterator[LimitTest]:
        """The tests, each with the rules that ask it."""
        for position, test in enumerate(self._limits):
            rule_ids = (
                self._tests.rules[rule].rule.id
                for (rule, _), test_number in self._of_part.items()
                if test_number == position
            )
            yield test._replace(rules=tuple(dict.fromkeys(rule_ids)))

    def _test(self, part: ConditionPart, zone: str, *, of_wholes: bool) -> int:
        key = (part.measure, of_wholes)
        measure = self._measure(key, part)
        shift = self._measures[key][1].shift
        limit = limit_number(shifted(part.limit, shift))
        text = f"{self._measures[key][1].before}{self._style.written(limit)}{self._measures[key][1].after}"
        operator = part.operator or "="
        needs = self._say(f"needs_{KEYS[operator]}", limit=text)
        parameter = self._plan.rulebook.parameters.get(part.parameter)
        is_own = parameter is not None and parameter.is_own  # which nobody shall take for the law's
        decides = self._say("needs_own", needs=needs) if is_own else needs
        test = LimitTest(
            measure, self._zones.index(zone), operator, part.limit, text, needs, decides, (), part.parameter
        )
        return self._placed(test, key)

    def _truth(self, part: ConditionPart, zone: str, *, of_wholes: bool) -> int:
        """The test of a truth value."""
        key, answers = (part.measure, of_wholes), (str(self._words["false"]), str(self._words["true"]))
        measure = self._measure(key, part, answers)
        answer = answers[int(part.limit)]
        needs = self._say("needs_is", limit=answer)
        return self._placed(
            LimitTest(measure, self._zones.index(zone), "=", part.limit, answer, needs, needs, (), ""), key
        )

    def _placed(self, test: LimitTest, key: tuple[str, bool]) -> int:
        """The place of a test, put there if it is new."""
        self._measures[key][2].append(test.limit)
        if test not in self._limits:
            self._limits.append(test)
        return self._limits.index(test)

    def _measure(self, key: tuple[str, bool], part: ConditionPart, answers: tuple[str, ...] = ()) -> int:
        """The place of a measure."""
        if key not in self._measures:
            code = key[0]
            is_share = (
                not answers
                and all(map(self._plan.renderer.terms.is_share, part.names))
                and not {"*", "/"} & set(code.split())
            )
            unit = self._unit(code)
            percent = self._words["percent"].format(n=MARK).split(MARK) if is_share and not unit else None
            before, after = percent or ("", self._words["unit"].format(unit=unit) if unit else "")
            title = self._title(code, part)
            column = MeasureColumn(
                name=escape_hidden(code),
                title=self._say("larger_unit", title=title) if key[1] else title,
                before=before,
                after=escape_hidden(after),
                shift=2 if percent else 0,
                values=(),
                answers=answers,
                axis=measure_axis(np.empty(0)),
            )
            self._measures[key] = (len(self._measures), column, [])
            self._columns[key] = part.values
        return self._measures[key][0]

    def _unit(self, code: str) -> str:
        term = self._spoken.get(code)
        if term is not None and term.unit is not None:
            return self._plan.renderer.terms.unit(term.unit) if term.unit else ""
        return self._plan.renderer.terms.measured.get(code, "")

    def _title(self, code: str, part: ConditionPart) -> str:
        """What a measure is called: by the rulebook's terms, by its own title, or by those of its parts."""
        term = self._spoken.get(code)
        if term is not None:
            return escape_hidden(text_in(term.title, self._language, code))
        names = [self._name(name) for name in part.names]
        if len(names) == 2 and "/" in code.split():
            return escape_hidden(self._say("ratio", first=names[0], second=names[1]))
        return escape_hidden(self._words["list"].join(names))

    def _measure_columns(self) -> Iterator[MeasureColumn]:
        for key, (_, column, limits) in self._measures.items():
            values = self._columns[key]
            yield column._replace(values=_short(values, limits), axis=measure_axis(values, limits))

    # ----- sentences

    def _sentences(self) -> tuple[Places, Places]:
        """The sentence of each unit, and what is to be said besides."""
        zones = self._plan.zones.set_index("unit_id").reindex(self._tests.units)
        sentences, notes = np.full(self._units, -1), np.full(self._units, -1)
        given = self._tests.given
        for rule in np.unique(given[given >= 0]).tolist():
            rows = np.flatnonzero(given == rule)
            for parts, matching_rows in _patterns([part.decides for part in self._tests.rules[rule].parts], rows):
                sentences[matching_rows] = self._keep(*self._by_rule(rule, parts))
        self._by_default(np.flatnonzero(given == -1), sentences)
        self._by_decision(np.flatnonzero(given == -2), zones["rule"].tolist(), zones["main"].tolist(), sentences)
        status = zones["status"].to_numpy(dtype=object)
        for row in np.flatnonzero(status == "contested").tolist():
            notes[row] = self._tied(row, sentences)
        for row in np.flatnonzero(status == "assumed").tolist():
            notes[row] = self._assumed(row, zones["assumed"].iloc[row], sentences)
        self._reviewed(np.flatnonzero(given > -2), zones["main"].tolist(), sentences, notes)
        return sentences, notes

    def _by_rule(self, rule: int, parts: Sequence[int]) -> tuple[Kind, str, str, tuple[int, ...]]:
        asked_rule = self._tests.rules[rule]
        key = "of_whole" if asked_rule.of_wholes else "because"
        why, tests = self._why(rule, parts, "met")
        return "rule", asked_rule.rule.zone, self._say(key, head=self._head(asked_rule.rule.zone), why=why), tests

    def _by_default(self, rows: Places, sentences: Places) -> None:
        """What no rule claims: the test that was nearest, of those on which alone a rule hangs."""
        zone = self._plan.rulebook.default_zone.code
        plain = self._keep("default", zone, self._say("no_test", head=self._head(zone)), ())
        comparisons = [
            (rule, number)
            for rule, asked_rule in enumerate(self._tests.rules[: self._tests.mains])
            for number, part in enumerate(asked_rule.parts)
            if part.operator in ("<", "<=", ">", ">=") or (not part.operator and (rule, number) in self._of_part)
        ]
        distances = [np.full(len(rows), np.inf)]
        for rule, number in comparisons:
            part = self._tests.rules[rule].parts[number]
            away = _distance(part.values[rows], part.limit) if part.operator else np.zeros(len(rows))
            distances.append(np.where((part.pivotal & part.answer.no)[rows], away, np.inf))
        nearest = np.vstack(distances).argmin(axis=0)
        sentences[rows] = plain
        for position in np.unique(nearest[nearest > 0]).tolist():
            sentences[rows[nearest == position]] = self._nearest(zone, *comparisons[position - 1])

    def _nearest(self, zone: str, rule: int, number: int) -> int:
        """The sentence on the default zone, with the test that was nearest to another one."""
        asked_rule = self._tests.rules[rule]
        if not asked_rule.parts[number].operator:
            test = self._of_part[rule, number]
            but = self._clause(asked_rule.parts[number], holds=False) or self._state(asked_rule.parts[number], test)
            key = "but_of_whole" if asked_rule.of_wholes else "but"
            text = self._say(key, head=self._head(zone), zone=self._zone_title(asked_rule.rule.zone), why=but)
            return self._keep("default", zone, text, (test,))
        why, tests = self._why(rule, [number], "missed")
        key = "nearest_of_whole" if asked_rule.of_wholes else "nearest"
        return self._keep("default", zone, self._say(key, head=self._head(zone), why=why), tests)

    def _by_decision(self, rows: Places, rules: Sequence[str], mains: Sequence[str], sentences: Places) -> None:
        if not len(rows):
            return
        claims = self._plan.source.claims
        claims = claims[claims["rule"].isin(set(map(rules.__getitem__, rows.tolist())))]
        made = dict(zip(zip(claims["unit_id"], claims["rule"], strict=True), claims["values"], strict=True))
        for row in rows.tolist():
            main, other = mains[row], self._tests.zone_by_rule(row)
            decision = json.loads(made[self._tests.units[row], rules[row]])["decision"]
            kind: Kind = "locked" if "locked" in decision else "decision"
            also = self._say("same_rule") if other == main else self._say("by_rule", one=self._noun_phrase(other))
            fields = {"by": self._text(decision["by"]), "reason": self._text(decision["reason"])}
            text = self._say(kind, head=self._head(main), **fields, also=also)
            sentences[row] = self._keep(kind, main, text, self._unless_decided(row))

    def _unless_decided(self, row: int) -> tuple[int, ...]:
        """The tests by which a rule would give a unit its main function if nobody had decided."""
        rule = int(self._tests.by_rule[row])
        if rule < 0:
            return ()
        deciding = [number for number, part in enumerate(self._tests.rules[rule].parts) if part.decides[row]]
        return self._why(rule, deciding, "met")[1]

    def _tied(self, row: int, sentences: Places) -> int:
        """Other zones that stand at the same rank; the sentence is then that of a tie."""
        tests = self._tests
        first = tests.rules[tests.given[row]].rule
        others = dict.fromkeys(
            asked_rule.rule.zone
            for asked_rule in tests.rules[: tests.mains]
            if asked_rule.rule.priority == first.priority
            and asked_rule.rule.refines == first.refines
            and asked_rule.rule.zone != first.zone
            and asked_rule.answer.yes[row]
        )
        phrase = self._list(self._zone_title(zone) for zone in others)
        self._rekind(row, "tie", sentences)
        return self._keep("tie", first.zone, self._say("ties" if len(others) > 1 else "tie", zones=phrase), ())

    def _assumed(self, row: int, names: str, sentences: Places) -> int:
        self._rekind(row, "assumed", sentences)
        zone = self._wordings[sentences[row]].zone
        measures = [name for name in names.split(";") if name]
        phrase = self._list(self._noun(name) for name in measures)
        return self._keep(
            "assumed",
            self._zones[zone],
            self._say("all_assumed" if len(measures) > 1 else "assumed", measures=phrase),
            (),
        )

    def _rekind(self, row: int, kind: Kind, sentences: Places) -> None:
        """The same sentence of another kind."""
        sentences[row] = self._index_of(self._wordings[sentences[row]]._replace(kind=kind))

    def _reviewed(self, rows: Places, mains: Sequence[str], sentences: Places, notes: Places) -> None:
        """Units of which a rule could not be answered that counts; what they are until then is the note."""
        tests = self._tests
        waiting: dict[int, dict[str, None]] = {}
        open_tests: dict[int, dict[int, None]] = {}
        for position, asked_rule in enumerate(tests.rules[: tests.mains]):
            for row in rows[tests.is_open(position)[rows]].tolist():
                waiting.setdefault(row, {}).update(dict.fromkeys(tests.missing(position, row)))
                open_tests.setdefault(row, {}).update(
                    (self._of_part[position, number], None)
                    for number, part in enumerate(asked_rule.parts)
                    if part.answer.unknown[row] and (position, number) in self._of_part
                )
        for row, names in waiting.items():
            key = "reviews" if len(names) > 1 else "review"
            text = self._say(key, unit=_field("unit"), measures=self._list(map(self._noun, names)))
            until = self._say("until_then", one=self._noun_phrase(mains[row]))
            sentences[row] = self._keep("review", mains[row], text, tuple(open_tests[row]))
            notes[row] = self._keep("review", mains[row], until, ())

    # ----- overlays and changes

    def _overlays(self) -> tuple[tuple[int, ...], ...]:
        """The lines on the overlays of each unit, in the order of the rulebook's zones."""
        tests = self._tests
        lines: list[dict[str, int]] = [{} for _ in range(self._units)]
        doubts: list[dict[str, int]] = [{} for _ in range(self._units)]
        for rule in range(tests.mains, len(tests.rules)):
            asked_rule = tests.rules[rule]
            for parts, matching_rows in _patterns(
                [part.decides for part in asked_rule.parts], np.flatnonzero(asked_rule.answer.yes)
            ):
                why, deciding = self._why(rule, parts, "said")
                line = self._keep("overlay", asked_rule.rule.zone, self._line(asked_rule.rule.zone, why), deciding)
                for row in matching_rows.tolist():
                    lines[row].setdefault(asked_rule.rule.zone, line)
        self._decided_overlays(lines)
        for rule in range(tests.mains, len(tests.rules)):
            asked_rule, zone = tests.rules[rule], tests.rules[rule].rule.zone
            for row in np.flatnonzero(tests.is_open(rule)).tolist():
                names = tests.missing(rule, row)
                key = "none_known" if len(names) > 1 else "not_known"
                why = self._say(key, measures=self._list(map(self._noun, names)))
                doubts[row].setdefault(zone, self._keep("review", zone, self._line(zone, why), ()))
        return tuple(
            tuple(
                line
                for _, line in sorted((*known.items(), *open_.items()), key=lambda pair: self._zones.index(pair[0]))
            )
            for known, open_ in zip(lines, doubts, strict=True)
        )

    def _decided_overlays(self, lines: Sequence[dict[str, int]]) -> None:
        """Lines on overlays that were decided."""
        claims = self._plan.source.claims
        overlays = set(self._plan.rulebook.codes("overlay"))
        decided = claims[claims["zone"].isin(overlays) & claims["values"].str.contains('"decision"', regex=False)]
        places = {str(unit): position for position, unit in enumerate(self._tests.units)}
        for unit, zone, values in zip(decided["unit_id"], decided["zone"], decided["values"], strict=True):
            decision = json.loads(values)["decision"]
            text = self._say("overlay_decision", zone=self._zone_title(zone), reason=self._text(decision["reason"]))
            lines[places[str(unit)]][zone] = self._keep("overlay", zone, text, ())

    def _line(self, zone: str, why: str) -> str:
        return self._say("overlay", zone=self._zone_title(zone), why=why)

    def _changes(self) -> tuple[tuple[int, ...], ...]:
        """What would change the main function of each unit: the nearest limits, each zone once."""
        changes: list[dict[str, int]] = [{} for _ in range(self._units)]
        every = self._tests.changes
        rules = self._tests.rules
        worded: dict[tuple[int, int, int, bool], int] = {}
        for row, rule, number, main in zip(
            every.unit.tolist(), every.rule.tolist(), every.part.tolist(), every.main.tolist(), strict=True
        ):
            zone = rules[main].rule.zone if main >= 0 else self._plan.rulebook.default_zone.code
            part = rules[rule].parts[number]
            if zone in changes[row] or len(changes[row]) == SHOWN_CHANGES or (rule, number) not in self._of_part:
                continue
            key = (rule, number, main, bool(part.answer.yes[row]))
            if key not in worded:
                worded[key] = self._change(zone, part, self._of_part[rule, number], holds=key[3])
            changes[row][zone] = worded[key]
        return tuple(tuple(by_zone.values()) or self._no_change(row) for row, by_zone in enumerate(changes))

    def _no_change(self, row: int) -> tuple[int, ...]:
        """Of a unit that no limit near by would change: what would be far off, or else why nothing does."""
        if self._tests.given[row] == -2:
            return (self._undecided(row),)
        changes = self._told_otherwise.get(row)
        return tuple(changes.values()) if changes else (self._nothing_changes,)

    @cached_property
    def _nothing_changes(self) -> int:
        return self._keep("change", self._plan.rulebook.default_zone.code, self._say("changes_nothing"), ())

    @cached_property
    def _told_otherwise(self) -> dict[int, dict[bool, int]]:
        """By unit the nearest limit of those far off that would change it, and a truth value that would."""
        changes: dict[int, dict[bool, int]] = {}
        worded: dict[tuple[int, int, int, bool], int] = {}
        for is_fact, every in ((False, self._tests.far_changes), (True, self._tests.fact_changes)):
            columns = (every.unit, every.rule, every.part, every.main)
            for row, rule, number, main in zip(*(column.tolist() for column in columns), strict=True):
                if is_fact in changes.setdefault(row, {}) or (rule, number) not in self._of_part:
                    continue
                part, test = self._tests.rules[rule].parts[number], self._of_part[rule, number]
                zone = self._tests.rules[main].rule.zone if main >= 0 else self._plan.rulebook.default_zone.code
                key = (rule, number, main, bool(part.answer.yes[row]))
                if key not in worded:
                    say = self._contrary if is_fact else self._far_change
                    worded[key] = say(zone, part, test, holds=key[3])
                changes[row][is_fact] = worded[key]
        return changes

    def _far_change(self, zone: str, part: ConditionPart, test: int, *, holds: bool) -> int:
        """The same as :meth:`_change`, of a limit that is far off."""
        near = self._wordings[self._change(zone, part, test, holds=holds)]
        text = self._say("far_off", change=MARK.join(near.parts))
        return self._keep("change", zone, text, (test,))

    def _contrary(self, zone: str, part: ConditionPart, test: int, *, holds: bool) -> int:
        """What the contrary of a truth value would do."""
        clause = self._clause(part, holds=not holds)
        if not clause:
            places = {position: column for position, column, _ in self._measures.values()}
            answers = places[self._limits[test].measure].answers
            clause = self._say("measure_is", measure=self._noun_of(part), value=answers[(part.limit == 1) != holds])
        return self._keep("change", zone, self._say("changes_if", zone=self._zone_title(zone), why=clause), (test,))

    def _undecided(self, row: int) -> int:
        """Of a unit that planners decided on, or that stands above the plan: what it would be without."""
        wording = self._wordings[self._said_of[row]]
        other = self._tests.zone_by_rule(row)
        if wording.kind == "locked":
            key = "changes_locked"
        else:
            key = "changes_undecided_same" if other == self._zones[wording.zone] else "changes_undecided"
        return self._keep("change", other, self._say(key, zone=self._zone_title(other)), ())

    def _change(self, zone: str, part: ConditionPart, test: int, *, holds: bool) -> int:
        """What another limit would do: one that passes the value by, or reaches it."""
        asks_more = part.operator in (">=", ">")
        up, reaches = holds == asks_more, (part.operator in (">=", "<=")) != holds
        key = ("rose_to" if reaches else "rose_past") if up else "fell_to" if reaches else "fell_past"
        what = self._say("needed" if asks_more else "allowed", noun=self._noun_of(part))
        limit = self._limits[test].limit_text
        value = _field(f"{'>' if up else '<'}{test}")
        text = self._say(key, zone=self._zone_title(zone), what=what, limit=limit, value=value)
        return self._keep("change", zone, text, (test,))

    # ----- words

    def _why(
        self, rule: int, parts: Sequence[int], way: Literal["met", "missed", "said"]
    ) -> tuple[str, tuple[int, ...]]:
        """Why a rule claims, or does not: what its tests found, or its own reason where it compares no numbers."""
        asked_rule = self._tests.rules[rule]
        phrases: list[str] = []
        tests: list[int] = []
        for number in parts:
            part = asked_rule.parts[number]
            test = self._of_part.get((rule, number))
            if part.operator:
                if test is not None and not _is_presence(part) and len(tests) < SHOWN_REASONS:
                    tests.append(test)
                    limit, phrase = self._limits[test].limit_text, self._state(part, test)
                    phrases.append(phrase if way == "said" else self._met_or_missed(part, phrase, limit, way))
            elif clause := self._clause(part, holds=True):
                phrases.insert(0, clause)
        # all that decided, the numbers that are told first
        tests += [self._of_part[rule, number] for number in parts if (rule, number) in self._of_part]
        return self._words["both"].join(phrases or [self._text(asked_rule.rule.reason)]), tuple(dict.fromkeys(tests))

    def _met_or_missed(self, part: ConditionPart, phrase: str, limit: str, way: Literal["met", "missed"]) -> str:
        """What is so of a unit, and what of it would be enough, or is needed."""
        key = KEYS[part.operator]
        return self._say(f"met_{key}" if way == "met" else f"missed_{key}", said=phrase, limit=limit)

    def _state(self, part: ConditionPart, test: int) -> str:
        """What is so of a unit as to a test."""
        term, value = self._spoken.get(part.measure), _field(f"={test}")
        if term is not None and term.said and self._language in term.said:
            return value.join(map(escape_hidden, term.said[self._language].split("{value}")))
        return self._say("measure_is", measure=self._noun_of(part), value=value)

    def _clause(self, part: ConditionPart, *, holds: bool) -> str:
        """What is so where a truth value of its own holds or does not, if the rulebook has words for it."""
        term = self._spoken.get(part.measure)
        if term is None or part.operator:
            return ""
        is_so = holds == (part.limit == 1)
        return escape_hidden(((term.said if is_so else term.denied) or {}).get(self._language, ""))

    def _noun(self, name: str) -> str:
        return self._noun_in(self._spoken.get(name)) or escape_hidden(self._name(name))

    def _name(self, name: str) -> str:
        """What a measure is called by its own title; by its name as words where it has none."""
        return self._plan.renderer.terms.measure(name).title

    def _noun_of(self, part: ConditionPart) -> str:
        return self._noun_in(self._spoken.get(part.measure)) or self._title(part.measure, part)

    def _noun_in(self, term: MeasureTerm | None) -> str:
        return escape_hidden(text_in(term.noun or term.title, self._language)) if term is not None else ""

    def _head(self, zone: str) -> str:
        """What the unit is, without the reason."""
        texts = self._zone(zone).one or {}
        if self._language in texts:
            return self._say("is_one", unit=_field("unit"), one=escape_hidden(texts[self._language]))
        return self._say("is_zone", unit=_field("unit"), zone=self._title_of(zone))

    def _noun_phrase(self, zone: str) -> str:
        texts = self._zone(zone).one or {}
        return escape_hidden(texts[self._language]) if self._language in texts else self._title_of(zone)

    def _zone(self, code: str) -> Zone:
        return self._plan.rulebook.zone(code)

    def _title_of(self, zone: str) -> str:
        return escape_hidden(text_in(self._zone(zone).title, self._language, zone))

    def _zone_title(self, zone: str) -> str:
        """The short title of a zone."""
        return escape_hidden(text_in(self._zone(zone).short or self._zone(zone).title, self._language, zone))

    def _text(self, text: str | Mapping[str, str]) -> str:
        """A text of the rulebook or the plan inside a sentence: without a full stop."""
        return escape_hidden(text_in(text, self._language)).rstrip(".。 ")

    def _list(self, phrases: Iterable[str]) -> str:
        return self._words["list"].join(dict.fromkeys(phrases))

    def _say(self, key: str, **fields: object) -> str:
        return self._words[key].format(**fields)

    def _keep(self, kind: Kind, zone: str, text: str, tests: tuple[int, ...]) -> int:
        """The place of a wording, put there if it is new."""
        return self._index_of(Wording(kind, self._zones.index(zone), tuple(text.split(MARK)), tests))

    def _index_of(self, wording: Wording) -> int:
        if wording not in self._places:
            self._places[wording] = len(self._wordings)
            self._wordings.append(wording)
        return self._places[wording]


def _field(name: str) -> str:
    """A field of a wording, as it stands in a text until the text is cut."""
    return f"{MARK}{name}{MARK}"


def _is_presence(part: ConditionPart) -> bool:
    """Whether a part asks for no more than that there is any."""
    return part.operator == ">" and not part.limit and not part.parameter


def _patterns(decides: Sequence[Truths], rows: Places) -> Iterator[tuple[list[int], Places]]:
    """Which parts of a rule decided, each set of parts with the rows of which that is so."""
    if not len(rows):
        return
    table = np.column_stack([column[rows] for column in decides])
    sets, which = np.unique(table, axis=0, return_inverse=True)
    for position, deciding in enumerate(sets):
        yield np.flatnonzero(deciding).tolist(), rows[which.reshape(-1) == position]


def _distance(values: npt.NDArray[np.float64], limit: float) -> npt.NDArray[np.float64]:
    """How far values are from a limit, by ratio; very far where there is no ratio."""
    with np.errstate(all="ignore"):
        away = np.abs(np.log(values / limit))
    return np.where(np.isfinite(away), away, FAR)


def _short(values: npt.NDArray[np.float64], limits: Sequence[float]) -> tuple[float | None, ...]:
    """Values in a few digits, those in full that would else stand otherwise to a limit."""
    short = np.array([float(f"{value:.{DIGITS}g}") for value in values.tolist()])
    for limit in limits:
        with np.errstate(invalid="ignore"):
            short = np.where(np.sign(short - limit) == np.sign(values - limit), short, values)
    return tuple(None if np.isnan(value) else value for value in short.tolist())
