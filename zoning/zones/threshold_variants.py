"""Zones under many values of thresholds at once: rules are asked of all variants together, and units of one by one.

What the zones of a unit hang on is what each rule answers. However many variants there are, a unit sees few different
sets of answers, so claims are resolved once for each unit and set, by :func:`zoning.zones.resolve` itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.conditions import parse_condition
from layers.errors import StudyError, UnknownNameError
from layers.phrases import Phrase
from zoning.errors import near
from zoning.measures import absent_measures, complete_measures
from zoning.rulebook import Rule, Rulebook, without_unused_topics
from zoning.zones.claims import Doubt, RuleEvaluation, classify, find_doubt
from zoning.zones.main_function import resolve
from zoning.zones.parent_units import gather_parents

Range = tuple[float, float]


def is_threshold(rulebook: Rulebook, name: str) -> bool:
    """Whether zones hang on a parameter by conditions of rules alone."""
    before = {rulebook.available_land.steeper_than, *(used for measure in rulebook.derived for used in measure.names)}
    return name not in before and any(name in parse_condition(rule.when).names for rule in rulebook.rules)


def threshold_range(rulebook: Rulebook, name: str, ends: Sequence[float]) -> Range:
    """The lowest and the highest value that may be drawn of a parameter."""
    if name not in rulebook.parameters:
        known = sorted(rulebook.parameters)
        raise UnknownNameError(
            Phrase("there is no parameter or weight '{name}'{near}", name=name, near=near(name, known)), features=[name]
        )
    adopted = rulebook.parameters[name].value
    if isinstance(adopted, (bool, str)):
        raise StudyError(Phrase("parameter '{name}' is {value!r}, no number that could move", name=name, value=adopted))
    if not is_threshold(rulebook, name):
        raise StudyError(
            Phrase(
                "parameter '{name}' is no threshold of rules for zones: what it moves would have to be worked out "
                "anew for each draw. Compare plans with other values instead (zoneplan compare)",
                name=name,
            )
        )
    return range_of(name, ends)


def range_of(name: str, ends: Sequence[float], least: float = -math.inf) -> Range:
    """Two ends of a range, of which none is below the least, as numbers.

    Examples
    --------
    >>> range_of("share_min", [0, 1])
    (0.0, 1.0)
    """
    given = tuple(map(float, ends))
    if len(given) != 2 or not all(map(math.isfinite, given)) or given[0] > given[1] or given[0] < least:
        raise StudyError(
            Phrase("the range of '{name}' is no lowest and highest number: {ends}", name=name, ends=list(given))
        )
    return given[0], given[1]


def draw_evenly(ranges: Mapping[str, Range], draws: int, seed: int) -> pd.DataFrame:
    """One row a draw, one column a name; a name has the same draws whatever else is drawn.

    Examples
    --------
    >>> one, two = draw_evenly({"a": (0, 1)}, 3, 7), draw_evenly({"b": (5, 6), "a": (0, 1)}, 3, 7)
    >>> bool(one["a"].equals(two["a"])), bool(two["b"].between(5, 6).all())
    (True, True)
    """
    columns = {}
    for name in sorted(ranges):
        (low, high), generator = ranges[name], np.random.default_rng([seed, *name.encode()])
        columns[name] = low + (high - low) * generator.random(draws)
    return pd.DataFrame(columns, index=pd.RangeIndex(draws))


def draw_mixtures(name: str, opinions: Mapping[str, Mapping[str, float]], draws: int, seed: int) -> pd.DataFrame:
    """Weights between those of several people, all mixtures of them alike; one row a draw, one column a measure.

    Examples
    --------
    >>> drawn = draw_mixtures("fit", {"farmers": {"soil": 0.8, "road": 0.2}, "city": {"soil": 0.3, "road": 0.7}}, 3, 7)
    >>> bool(drawn["soil"].between(0.3, 0.8).all()), drawn.sum(axis=1).round(12).tolist()
    (True, [1.0, 1.0, 1.0])
    """
    table = pd.DataFrame(opinions)
    parts = np.random.default_rng([seed, *name.encode()]).dirichlet(np.ones(len(opinions)), draws)
    return pd.DataFrame(parts @ table.to_numpy(dtype=float).T, columns=table.index)


def kept_in_draws(
    claims: pd.DataFrame,
    measures: pd.DataFrame,
    rulebook: Rulebook,
    zones: pd.DataFrame,
    drawn: pd.DataFrame,
    part_of: str | None = None,
    moved: Mapping[str, pd.DataFrame] | None = None,
) -> pd.DataFrame:
    """How often each unit keeps its main function in draws of thresholds and measures, and what it is else."""
    plan_mains = zones["main"].sort_index()
    if drawn.columns.empty and not moved:
        return pd.DataFrame({"main": plan_mains, "share": 1.0, "other": "", "other_share": 0.0})
    if moved:
        names, mains = _mains_by_draw(claims, measures, rulebook, drawn, moved)
    else:
        outcomes, codes = zones_by_variant(claims, measures, rulebook, drawn, part_of)
        names, code = np.unique(outcomes["main"].to_numpy(dtype=object).astype(str), return_inverse=True)
        mains = code[codes]
    counts = [(mains == number).sum(axis=0) for number in range(len(names))]
    table = pd.DataFrame(dict(zip(names, counts, strict=True)), index=measures.index).reindex(plan_mains.index)
    is_own = table.columns.to_numpy()[None, :] == plan_mains.to_numpy()[:, None]
    others = table.where(~is_own, 0)
    most = others.max(axis=1).to_numpy()
    return pd.DataFrame(
        {
            "main": plan_mains,
            "share": table.where(is_own, 0).sum(axis=1).to_numpy() / len(drawn),
            "other": np.where(most > 0, others.idxmax(axis=1).to_numpy(dtype=object), ""),
            "other_share": most / len(drawn),
        }
    )


def _mains_by_draw(
    claims: pd.DataFrame,
    measures: pd.DataFrame,
    rulebook: Rulebook,
    drawn: pd.DataFrame,
    moved: Mapping[str, pd.DataFrame],
) -> tuple[npt.NDArray[np.str_], Codes]:
    """The main functions that occur, and the place of that of each unit, draws by units."""
    count, draws = len(measures), len(next(iter(moved.values())).columns)
    size, blocks = max(1, AT_ONCE // max(1, count)), []
    for start in range(0, draws, size):
        here = slice(start, min(start + size, draws))
        values = {name: np.repeat(drawn[name].to_numpy()[here], count) for name in drawn.columns}
        values |= {name: table.to_numpy()[:, here].T.ravel() for name, table in moved.items()}
        rows = np.tile(np.arange(count, dtype=np.int64), here.stop - here.start)
        outcomes = zones_by_row(claims, measures, rulebook, rows, pd.DataFrame(values))
        blocks.append(outcomes["main"].to_numpy(dtype=object).astype(str))
    names, code = np.unique(np.concatenate(blocks), return_inverse=True)
    return names, code.reshape(draws, count)


Codes = npt.NDArray[np.int64]
AT_ONCE = 2_000_000
"""So many rows are asked about at once, of units and variants together: what a laptop has memory for."""
OUTCOME = ("main", "overlays", "status", "rule")


class _Asked(NamedTuple):
    """The table that rules are asked about, and what they would read if absent measures were unknown."""

    table: pd.DataFrame
    doubt: Doubt | None


class _Answered(NamedTuple):
    """What a rule says of each variant and unit: places in ``kinds``, pairs of an answer and what it hangs on."""

    rule: Rule
    codes: Codes
    kinds: list[tuple[str, str]]


def zones_by_variant(
    claims: pd.DataFrame,
    measures: pd.DataFrame,
    rulebook: Rulebook,
    variants: pd.DataFrame,
    part_of: str | None = None,
) -> tuple[pd.DataFrame, Codes]:
    """The zones of each unit under other values of parameters that stand in conditions of rules and nowhere before."""
    return ThresholdSweep(claims, measures, rulebook, variants.columns, part_of).zones_by_variant(variants)


def zones_by_row(
    claims: pd.DataFrame,
    measures: pd.DataFrame,
    rulebook: Rulebook,
    rows: Codes,
    values: pd.DataFrame,
    part_of: str | None = None,
) -> pd.DataFrame:
    """The zones of some units, each under values of its own; other arguments are those of :func:`zones_by_variant`."""
    return ThresholdSweep(claims, measures, rulebook, values.columns, part_of).zones_by_row(rows, values)


def rules_in(rulebook: Rulebook, *, of_parts: bool) -> list[Rule]:
    """The rules that are asked of anybody: those that refine only where units are parts of larger ones."""
    return [rule for rule in rulebook.rules if of_parts or not rule.refines]


def _at(rulebook: Rulebook, values: pd.Series) -> Rulebook:
    """A rulebook with other values of parameters."""
    parameters = {
        name: rulebook.parameters[str(name)].model_copy(update={"value": value}) for name, value in values.items()
    }
    return replace(rulebook, parameters={**rulebook.parameters, **parameters})


class ThresholdSweep:
    """The zones of units under other values of some parameters, for whoever asks again and again.

    What does not hang on these values is worked out once, and so is the outcome of each unit and set of answers.
    """

    def __init__(
        self,
        claims: pd.DataFrame,
        measures: pd.DataFrame,
        rulebook: Rulebook,
        names: Iterable[str],
        part_of: str | None = None,
    ) -> None:
        self._asked_for = measures, rulebook, part_of
        self.rulebook = without_unused_topics(rulebook, map(str, measures.columns))
        known = complete_measures(measures, self.rulebook).table.rename_axis("unit_id")
        absent = frozenset(absent_measures(measures, self.rulebook))
        self.units, swept = known.index, set(names)
        self.wholes = gather_parents(known, self.rulebook, part_of) if part_of else None
        self.moving = [rule for rule in rules_in(self.rulebook, of_parts=bool(part_of)) if _names(rule) & swept]
        self._of_units = _Asked(known, find_doubt(known, absent, self.rulebook))
        self._of_wholes: _Asked | None = None
        if self.wholes is not None:
            self._of_wholes = _Asked(self.wholes.table, find_doubt(self.wholes.table, absent, self.rulebook))
        columns = ["unit_id", "zone", "rule", "answer", "assumed", "inherited_from"]
        self._standing = claims.loc[~claims["rule"].isin([rule.id for rule in self.moving]), columns]
        self._answered: list[_Answered] = []
        self._kinds: dict[str, list[tuple[str, str]]] = {rule.id: [] for rule in self.moving}
        self._outcomes = pd.DataFrame(columns=list(OUTCOME), dtype="str")
        self._places: dict[bytes, int] = {}

    def zones_by_variant(self, variants: pd.DataFrame) -> tuple[pd.DataFrame, Codes]:
        """See the function of this name."""
        measures, rulebook, part_of = self._asked_for
        size = max(1, AT_ONCE // max(1, len(self.units)))
        blocks = []
        for start in range(0, len(variants), size):
            block = variants.iloc[start : start + size]
            refused = self.refused(block)
            if refused is not None:
                classify(measures, _at(rulebook, block.iloc[refused]), part_of=part_of)  # which says what is missing
            blocks.append(self.outcomes(block))
        every = pd.concat([outcomes for outcomes, _ in blocks], ignore_index=True)
        distinct = every.drop_duplicates().sort_values(list(OUTCOME)).reset_index(drop=True)
        places = pd.MultiIndex.from_frame(distinct).get_indexer(pd.MultiIndex.from_frame(every)).astype(np.int64)
        first = np.cumsum([0, *(len(outcomes) for outcomes, _ in blocks)])
        codes = [places[start + block_codes] for start, (_, block_codes) in zip(first, blocks, strict=False)]
        return distinct, np.vstack(codes)

    def refused(self, variants: pd.DataFrame) -> int | None:
        """Ask all rules; the first variant in which one that must be answered cannot be."""
        self._answered = [self._ask(rule, variants) for rule in self.moving]
        strict = [rule_answers for rule_answers in self._answered if rule_answers.rule.on_unknown == "error"]
        lost = [_of_answer(rule_answers, "unknown").any(axis=1) for rule_answers in strict]
        places = np.flatnonzero(np.any(lost, axis=0)) if lost else np.empty(0, dtype=np.int64)
        return int(places[0]) if len(places) else None

    def _ask(self, rule: Rule, variants: pd.DataFrame) -> _Answered:
        subject = self._asked_by(rule)
        values, which = _distinct(variants[[name for name in variants.columns if name in _names(rule)]])
        rows = np.tile(np.arange(len(subject.table)), len(values))
        rule_answers = self._answer_rows(rule, rows, values.iloc[np.repeat(np.arange(len(values)), len(subject.table))])
        by_row = rule_answers.codes.reshape(len(values), len(subject.table))
        if subject is self._of_wholes:
            by_row = by_row[:, self._places_of_wholes]
        return rule_answers._replace(codes=by_row[which])

    def _asked_by(self, rule: Rule) -> _Asked:
        return self._of_units if self._of_wholes is None or rule.refines else self._of_wholes

    @cached_property
    def _places_of_wholes(self) -> Codes:
        """For each unit the place of its larger unit in the table of these."""
        if self.wholes is None:
            return np.arange(len(self.units))
        return np.asarray(self.wholes.table.index.get_indexer(self.wholes.of.reindex(self.units)), dtype=np.int64)

    def _answer_rows(self, rule: Rule, rows: Codes, values: pd.DataFrame) -> _Answered:
        """What a rule says of some rows of its table, each with values of its own."""
        table, doubt = self._asked_by(rule)
        names = _names(rule)
        values = values[[name for name in values.columns if name in names]]
        parameters = {
            name: parameter for name, parameter in self.rulebook.parameters.items() if name not in values.columns
        }
        doubt = doubt and doubt._replace(table=_seen(doubt.table, rows, values, names))
        rulebook = replace(self.rulebook, parameters=parameters)
        evaluation = RuleEvaluation(rule, _seen(table, rows, values, names), rulebook, doubt=doubt)
        answers, words = pd.factorize(evaluation.answers)
        hanging, absent = pd.factorize(evaluation.assumed)
        kinds, every = list(product(map(str, words), map(str, absent))), self._kinds[rule.id]
        every += [kind for kind in kinds if kind not in every]
        codes = np.array([every.index(kind) for kind in kinds], dtype=np.int64)
        return _Answered(rule, codes[answers * len(absent) + hanging], every)

    def zones_by_row(self, rows: Codes, values: pd.DataFrame) -> pd.DataFrame:
        """See the function of this name."""
        answered = []
        for rule in self.moving:
            table_rows = rows if self._asked_by(rule) is self._of_units else self._places_of_wholes[rows]
            answered.append(self._answer_rows(rule, table_rows, values))
        keys = np.unique(
            np.column_stack([rows, *(rule_answers.codes for rule_answers in answered)]),
            axis=0,
            return_index=True,
            return_inverse=True,
        )
        _, first, codes = keys
        outcomes = self._outcomes_of(
            rows[first], [rule_answers._replace(codes=rule_answers.codes[first]) for rule_answers in answered]
        )
        lost = [
            _of_answer(rule_answers, "unknown") for rule_answers in answered if rule_answers.rule.on_unknown == "error"
        ]
        every = outcomes.iloc[codes.ravel()].reset_index(drop=True)
        if lost:
            every.loc[np.any(lost, axis=0)] = ""
        return every

    def outcomes(self, variants: pd.DataFrame) -> tuple[pd.DataFrame, Codes]:
        """The outcomes of some variants whose rules have been asked, and the place of each unit's."""
        shape = len(variants), len(self.units)
        keys = np.zeros(shape, dtype=np.int64)
        span = 1
        for rule_answers in self._answered:
            if span * len(rule_answers.kinds) * shape[1] >= np.iinfo(np.int64).max:
                keys = np.unique(keys, return_inverse=True)[1].reshape(shape)
                span = int(keys.max()) + 1
            keys, span = keys * len(rule_answers.kinds) + rule_answers.codes, span * len(rule_answers.kinds)
        keys = keys * shape[1] + np.arange(shape[1])
        _, first, codes = np.unique(keys, return_index=True, return_inverse=True)
        answered = [rule_answers._replace(codes=rule_answers.codes.ravel()[first]) for rule_answers in self._answered]
        return self._outcomes_of(first % shape[1], answered), codes.reshape(shape)

    def _outcomes_of(self, places: Codes, answered: Sequence[_Answered]) -> pd.DataFrame:
        """The outcome of units, by their places, each with its own answers; resolved where nobody asked before."""
        keys = [key.tobytes() for key in np.column_stack([places, *(rule_answers.codes for rule_answers in answered)])]
        new = np.array([position for position, key in enumerate(keys) if key not in self._places], dtype=np.int64)
        if len(new):
            outcomes = self._resolved(
                places[new], [rule_answers._replace(codes=rule_answers.codes[new]) for rule_answers in answered]
            )
            self._places |= {
                keys[position]: len(self._outcomes) + number for number, position in enumerate(new.tolist())
            }
            self._outcomes = pd.concat([self._outcomes, outcomes], ignore_index=True)
        return self._outcomes.iloc[[self._places[key] for key in keys]].reset_index(drop=True)

    def _resolved(self, places: Codes, answered: Sequence[_Answered]) -> pd.DataFrame:
        """The outcome of units, by their places, each with its own answers."""
        ids = pd.Index([f"{number:012d}" for number in range(len(places))], dtype="str")
        units = self.units[places]
        standing = pd.DataFrame({"place": ids, "unit_id": units}).merge(self._standing, on="unit_id")
        rows = [standing.drop(columns="unit_id").rename(columns={"place": "unit_id"})]
        for rule_answers in answered:
            rows += self._claims(rule_answers, ids, units)
        claims = pd.concat(rows, ignore_index=True).assign(reason="", values="")
        return resolve(claims, self.rulebook).loc[ids, list(OUTCOME)].reset_index(drop=True)

    def _claims(self, rule_answers: _Answered, ids: pd.Index, units: pd.Index) -> Iterator[pd.DataFrame]:
        """The rows that a rule adds, as :meth:`zoning.zones.claims.RuleEvaluation.claims` has them."""
        of_wholes = self.wholes is not None and not rule_answers.rule.refines
        for kind_code, (answer, assumed) in enumerate(rule_answers.kinds):
            here = rule_answers.codes == kind_code
            unsure = answer == "unknown" and rule_answers.rule.on_unknown == "review"
            if here.any() and (answer == "yes" or unsure or (answer == "no" and assumed)):
                whole = self.wholes.of.loc[units[here]].to_numpy() if of_wholes and self.wholes is not None else ""
                yield pd.DataFrame(
                    {
                        "unit_id": ids[here],
                        "zone": rule_answers.rule.zone,
                        "rule": rule_answers.rule.id,
                        "answer": answer,
                        "assumed": assumed,
                        "inherited_from": whole,
                    }
                )


def _of_answer(rule_answers: _Answered, answer: str) -> npt.NDArray[np.bool_]:
    places = [kind_code for kind_code, (kind_answer, _) in enumerate(rule_answers.kinds) if kind_answer == answer]
    return np.isin(rule_answers.codes, places)


def _distinct(values: pd.DataFrame) -> tuple[pd.DataFrame, Codes]:
    """The different rows of a table, and for each row of it the place of its own."""
    which = values.groupby(list(values.columns), sort=False).ngroup().to_numpy(dtype=np.int64)
    return values.drop_duplicates().reset_index(drop=True), which


def _names(rule: Rule) -> frozenset[str]:
    return parse_condition(rule.when).names


def _seen(table: pd.DataFrame, rows: Codes, values: pd.DataFrame, names: frozenset[str]) -> pd.DataFrame:
    """Some rows of a table, each with values of its own, with the columns of both that a condition names."""
    seen = table[[name for name in table.columns if name in names]].iloc[rows]
    if table.index.name not in names:  # ids of text are dear
        seen = seen.reset_index(drop=True)
    return seen.assign(**{name: column.to_numpy() for name, column in values.items()})
