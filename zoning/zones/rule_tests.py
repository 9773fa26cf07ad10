"""Tests of rules: what they compare of each unit with which limit, and which other limit would change its zone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.conditions import Answer, ConditionPart, Evaluation, condition_parts, parse_condition
from zoning.measures import complete_measures
from zoning.plan import Plan
from zoning.rulebook import Rule, Rulebook, without_unused_topics
from zoning.zones.claims import DEFAULT_RULE
from zoning.zones.main_function import OPEN, open_claims
from zoning.zones.parent_units import gather_parents

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]

MOST = 5.0
"""A limit that must move by more than this factor is no way to change a zone."""
TENTH = 0.1
"""A main function is a close call where a limit that moves by this part of itself changes it."""
Firmness = Literal["open", "assumed", "decision", "close", "firm"]
FIRMNESS: tuple[Firmness, ...] = get_args(Firmness)
"""How sure the zones of a unit are, the first that fits."""


@dataclass(frozen=True, eq=False)
class AskedRule:
    """A rule that was asked of every unit, or of the larger units on behalf of their parts."""

    rule: Rule
    parts: tuple[ConditionPart, ...]
    answer: Answer
    of_wholes: bool

    @classmethod
    def of(cls, rule: Rule, evaluation: Evaluation, ids: pd.Index, *, of_wholes: bool) -> AskedRule:
        """What a rule found, a row for each of some ids that it was asked of; one may come several times."""
        rows = evaluation.index.get_indexer(ids)
        parts = tuple(part.taken(rows) for part in condition_parts(evaluation))
        return cls(rule, parts, evaluation.taken(rows), of_wholes)


class Change(NamedTuple):
    """What another limit would do: a row a unit and part that it would change the main function of."""

    unit: Places
    rule: Places
    part: Places
    main: Places
    limit: Floats
    turn: Floats


@dataclass(frozen=True, eq=False)
class RuleTests:
    """The rules of a plan, asked of all its units."""

    units: pd.Index
    rules: tuple[AskedRule, ...]
    mains: int
    given: Places
    status: npt.NDArray[np.object_]
    _open: pd.DataFrame
    _tables: tuple[pd.DataFrame, pd.DataFrame]
    _rulebook: Rulebook
    _empty: dict[tuple[str, bool], Truths] = field(default_factory=dict, repr=False)

    @cached_property
    def by_rule(self) -> Places:
        """For each unit the place of the rule that gives its main function if nobody decides; -1 for the default."""
        return _first([asked_rule.answer.yes for asked_rule in self.rules[: self.mains]], len(self.units))

    @cached_property
    def changes(self) -> Change:
        """Every limit that would change the main function of a unit, the nearest first, none beyond five-fold."""
        return self._nearest_first(np.ones(len(self.units), dtype=bool), MOST)

    @property
    def nearest(self) -> Change:
        """Of each unit that a limit within five-fold would change, the nearest."""
        return _gathered([self.changes], np.unique(self.changes.unit, return_index=True)[1])

    @cached_property
    def far_changes(self) -> Change:
        """The same beyond five-fold, of the units that no nearer limit would change."""
        return self._nearest_first(self._unchanged, np.inf)

    @cached_property
    def fact_changes(self) -> Change:
        """Every truth value that would change the main function of a unit if it were the contrary.

        Of the units that no limit within five-fold would change; ``limit`` is what it is, 1 or 0, ``turn`` the other.
        """
        return _gathered(
            [change for rule_number in range(self.mains) for change in self._turned_facts(rule_number)], slice(None)
        )

    @cached_property
    def _unchanged(self) -> Truths:
        left = np.ones(len(self.units), dtype=bool)
        left[self.changes.unit] = False
        return left

    def _nearest_first(self, among: Truths, most: float) -> Change:
        moved = [change for rule_number in range(self.mains) for change in self._moved(rule_number, among, most)]
        every = _gathered(moved, slice(None))
        away = np.abs(np.log(every.turn / every.limit))
        return _gathered([every], np.lexsort((every.part, every.rule, away, every.unit)))

    @cached_property
    def moved(self) -> Truths:
        """Units that have another main function if some limit moves by a tenth."""
        changes, moved = self.changes, np.zeros(len(self.units), dtype=bool)
        moved[changes.unit[np.abs(changes.turn / changes.limit - 1) <= TENTH]] = True
        return moved

    @cached_property
    def firmness(self) -> npt.NDArray[np.object_]:
        """For each unit one of ``FIRMNESS``.

        "open" where a value or a decision is missing, "assumed" where the main function hangs on measures that nobody
        gave, "decision" where planners decided it or an overlay, "close" where a limit that moves by a tenth changes
        it, else "firm".
        """
        states = [np.isin(self.status, OPEN), self.status == "assumed", self.status == "by_decision", self.moved]
        return np.select(states, list(FIRMNESS[:-1]), FIRMNESS[-1]).astype(object)

    def is_open(self, rule_number: int) -> Truths:
        """Where the rule at a place has no answer, and its answer counts."""
        open_units = self._open.loc[self._open["rule"] == self.rules[rule_number].rule.id, "unit_id"]
        return np.asarray(self.units.isin(open_units))

    def zone_of(self, rule: int) -> str:
        """The zone of the rule at a place; -1 is the default."""
        return str(self._zones[rule])

    def zone_by_rule(self, unit: int) -> str:
        """The main function that the rules give to the unit at a place, whatever was decided."""
        return self.zone_of(self.by_rule[unit])

    def missing(self, rule: int, unit: int) -> tuple[str, ...]:
        """What a rule reads of the unit at a place and does not find, sorted."""
        asked_rule = self.rules[rule]
        names = sorted({name for part in asked_rule.parts for name in part.names})
        return tuple(name for name in names if self._is_empty(name, of_wholes=asked_rule.of_wholes)[unit])

    def _is_empty(self, name: str, *, of_wholes: bool) -> Truths:
        key, table = (name, of_wholes), self._tables[of_wholes]
        if key not in self._empty:
            known = name in table.columns
            self._empty[key] = table[name].isna().to_numpy() if known else np.zeros(len(table), dtype=bool)
        return self._empty[key]

    def _moved(self, rule_number: int, among: Truths, most: float) -> Iterator[Change]:
        """For each part of a rule with a limit that a plan can move: the units whose main function moves with it."""
        for number, part in enumerate(self.rules[rule_number].parts):
            if part.parameter not in self._movable or part.operator in ("", "=", "<>") or not part.limit:
                continue
            with np.errstate(all="ignore"):
                ratio = part.values / part.limit
            within = (ratio > 0) & (ratio >= 1 / most) & (ratio <= most) & np.isfinite(ratio)
            rows = np.flatnonzero(among & within & (self.given > -2))
            turn = part.values[rows]
            main = self._main_at(part.parameter, rows, _turned(part.operator, turn, part.answer.yes[rows]))
            yield from self._other(rule_number, number, rows, main, np.full(len(rows), part.limit), turn)

    def _turned_facts(self, rule_number: int) -> Iterator[Change]:
        """For each truth value of a rule: the units whose main function is another one if it is the contrary."""
        for number, part in enumerate(self.rules[rule_number].parts):
            if part.operator or not part.measure:
                continue
            rows = np.flatnonzero(self._unchanged & ~np.isnan(part.values) & (self.given > -2))
            truths = part.values[rows]
            main = self._main_if(part.names[0], rows, truths == 0, of_wholes=self.rules[rule_number].of_wholes)
            yield from self._other(rule_number, number, rows, main, truths, 1 - truths)

    def _other(
        self, rule_number: int, number: int, rows: Places, main: Places, limit: Floats, turn: Floats
    ) -> Iterator[Change]:
        """Of some units those that get another zone."""
        moved = self._zones[main] != self._zones[self.by_rule[rows]]
        same = np.full(int(moved.sum()), 1)
        yield Change(rows[moved], same * rule_number, same * number, main[moved], limit[moved], turn[moved])

    @cached_property
    def _movable(self) -> frozenset[str]:
        """The parameters that only conditions read, and that a plan can therefore try by themselves."""
        fixed = {name for measure in self._rulebook.derived for name in measure.names}
        return frozenset(self._rulebook.parameters) - fixed

    @cached_property
    def _zones(self) -> npt.NDArray[np.object_]:
        """The zone of each rule by its place, the default last, which is place -1."""
        return np.array(
            [*(asked_rule.rule.zone for asked_rule in self.rules), self._rulebook.default_zone.code], dtype=object
        )

    def _main_at(self, parameter: str, rows: Places, values: Floats) -> Places:
        """The rule that gives the main function of some units where a parameter is another one for each of them."""
        others = {name: value for name, value in self._rulebook.values.items() if name != parameter}
        answers = []
        for asked_rule in self.rules[: self.mains]:
            condition = parse_condition(asked_rule.rule.when)
            if parameter in condition.names:
                seen = self._tables[asked_rule.of_wholes].iloc[rows].assign(**{parameter: values})
                answers.append(condition.evaluate(seen, others).yes)
            else:
                answers.append(asked_rule.answer.yes[rows])
        return _first(answers, len(rows))

    def _main_if(self, name: str, rows: Places, values: Truths, *, of_wholes: bool) -> Places:
        """The same where a truth value of the units, or of the larger units, is another one for each of them."""
        answers = []
        for asked_rule in self.rules[: self.mains]:
            condition = parse_condition(asked_rule.rule.when)
            if asked_rule.of_wholes == of_wholes and name in condition.names:
                seen = self._tables[of_wholes].iloc[rows].assign(**{name: values})
                answers.append(condition.evaluate(seen, self._rulebook.values).yes)
            else:
                answers.append(asked_rule.answer.yes[rows])
        return _first(answers, len(rows))


def answer_of(plan: Plan, rule: Rule, table: pd.DataFrame, rulebook: Rulebook) -> Evaluation:
    """What the run found by a rule; where that is not known, as of a plan that was read back, the table is asked."""
    evaluation = plan.trace.rules.get(rule.id)
    return parse_condition(rule.when).evaluate(table, rulebook.values) if evaluation is None else evaluation


def _turned(operator: str, values: Floats, holds: Truths) -> Floats:
    """For each value the limit nearest to it at which the comparison has the other answer: itself, or just beyond."""
    at_limit = operator in (">=", "<=")
    up = holds == (operator in (">=", ">"))
    beyond = np.nextafter(values, np.where(up, np.inf, -np.inf))
    return np.where(holds == at_limit, beyond, values)


def _gathered(parts: Sequence[Change], order: Places | slice) -> Change:
    """Several as one, in an order of its rows."""

    def places(name: str) -> Places:
        return np.concatenate([np.empty(0, np.int64), *(getattr(change, name) for change in parts)])[order]

    def numbers(name: str) -> Floats:
        return np.concatenate([np.empty(0), *(getattr(change, name) for change in parts)])[order]

    columns = (places("unit"), places("rule"), places("part"), places("main"))
    return Change(*columns, limit=numbers("limit"), turn=numbers("turn"))


def _first(answers: Sequence[Truths], rows: int) -> Places:
    """The place of the first answer that is yes in each row, -1 where none is."""
    if not answers:
        return np.full(rows, -1)
    table = np.vstack(answers)
    return np.where(table.any(axis=0), table.argmax(axis=0), -1)


def rule_tests(plan: Plan) -> RuleTests:
    """The rules of a plan, asked of all its units, part by part.

    Examples
    --------
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> tests = rule_tests(plan)
    >>> weld = tests.units.get_loc("08123")
    >>> (part,) = tests.rules[tests.given[weld]].parts
    >>> part.measure, part.limit, round(float(part.values[weld]), 3)
    ('agricultural_share', 0.05, 0.243)
    >>> int(tests.moved.sum()), len(tests.units)
    (5, 164)
    """
    measures = plan.measures.reindex(plan.units.index)
    rulebook = without_unused_topics(plan.rulebook, map(str, measures.columns))
    completed = complete_measures(measures, rulebook).table.rename_axis("unit_id")
    level = plan.study.units.part_of
    if level:
        parents = gather_parents(completed, rulebook, level)
        wholes_of = pd.Index(parents.of.reindex(completed.index))
        wholes = parents.table.loc[wholes_of].rename_axis("unit_id")
    else:
        wholes_of, wholes = completed.index, completed
    mains = set(rulebook.codes("main"))
    rules = sorted(
        (rule for rule in rulebook.rules if level or not rule.refines),
        key=lambda rule: (
            rule.zone not in mains,
            *((not rule.refines, rule.priority, rule.id) if rule.zone in mains else ()),
        ),
    )
    of_wholes = [bool(level) and not rule.refines for rule in rules]
    asked_rules = tuple(
        AskedRule.of(
            rule,
            answer_of(plan, rule, parents.table if whole else completed, rulebook),
            wholes_of if whole else completed.index,
            of_wholes=whole,
        )
        for rule, whole in zip(rules, of_wholes, strict=True)
    )
    places = {asked_rule.rule.id: rule_number for rule_number, asked_rule in enumerate(asked_rules)} | {
        DEFAULT_RULE: -1
    }
    zones = plan.zones.set_index("unit_id").reindex(completed.index)
    return RuleTests(
        units=completed.index,
        rules=asked_rules,
        mains=sum(rule.zone in mains for rule in rules),
        given=np.array([places.get(rule, -2) for rule in zones["rule"]], dtype=np.int64),
        status=zones["status"].to_numpy(dtype=object),
        _open=open_claims(plan.claims, plan.rulebook),
        _tables=(completed, wholes),
        _rulebook=rulebook,
    )
