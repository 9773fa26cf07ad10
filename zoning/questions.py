"""Questions: a rule asked about every unit, or about every larger unit on behalf of its parts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from layers import Clause, ZoneplanError, parse_condition, shown
from zoning.entries import Rule
from zoning.errors import MissingValueError
from zoning.rulebook import Rulebook
from zoning.wholes import ParentUnits
from zoning.words import engine_words, text_in

Row = dict[str, str]


class RuleEvaluation:
    """A rule that has been asked.

    Parameters
    ----------
    rule : Rule
    measures : DataFrame
        Completed; of the units.
    rulebook : Rulebook
        Its parameters and titles.
    language : {"en", "zh"}
    wholes : Wholes, optional
        The rule is asked of them, and what is claimed of a whole is claimed of each of its parts.
    """

    def __init__(
        self, rule: Rule, measures: pd.DataFrame, rulebook: Rulebook, language: str, wholes: ParentUnits | None = None
    ) -> None:
        self.rule, self._values, self._wholes = rule, rulebook.values, wholes
        self._units = measures.index
        self._measures = measures if wholes is None else wholes.table
        self._language = language
        self._titles, self._measured = rulebook.titles_in(language), rulebook.units_in(language)
        self._condition = parse_condition(rule.when)
        answer = self._condition.evaluate(self._measures, self._values)
        self._answers = np.select([answer.yes, answer.no], ["yes", "no"], "unknown")

    @property
    def errors(self) -> Iterator[ZoneplanError]:
        """The complaint of a rule that does not do without a value."""
        unknown = self._measures.index[self._answers == "unknown"]
        if self.rule.on_unknown == "error" and len(unknown):
            empty = self._empty(unknown)
            yield MissingValueError(
                f"rule {self.rule.id} ({self.rule.when}) cannot be answered for {len(unknown)} "
                f"unit{'s' * (len(unknown) > 1)} ({shown(unknown)}): {', '.join(empty) or 'a value'} is missing; "
                'fill the column, or give the rule on_unknown = "review"',
                layer=empty[0] if empty else "",
                features=unknown,
            )

    def _empty(self, units: pd.Index) -> list[str]:
        """The measures of the condition that are missing for one of some units."""
        measures = self._measures.loc[units]
        return sorted(name for name in self._condition.names if name in measures and measures[name].isna().any())

    @property
    def is_of_units(self) -> bool:
        """Whether the units themselves are asked, and not the larger ones of which they are parts."""
        return self._wholes is None

    def claims(self) -> list[Row]:
        """A row for each unit that the rule claims, or may claim."""
        wanted = self._answers == "yes"
        if self.rule.on_unknown == "review":
            wanted |= self._answers == "unknown"
        say, reason = engine_words(self._language)["because"].format, text_in(self.rule.reason, self._language)
        rows: list[Row] = []
        for (one, clauses), answer in zip(self._explained(np.flatnonzero(wanted)), self._answers[wanted], strict=True):
            row = {
                "zone": self.rule.zone,
                "rule": self.rule.id,
                "reason": say(reason=reason, facts=rule_sentences(clauses, self._language)),
                "values": clauses_json(clauses),
                "answer": answer,
            }
            rows += [row | {"unit_id": str(one)}] if self._wholes is None else self._inherited(row, str(one))
        return rows

    def _inherited(self, row: Row, whole: str) -> list[Row]:
        wholes = self._wholes
        return [] if wholes is None else inherited(row, wholes, whole, self._language)

    def explain(self, units: pd.Index) -> dict[str, tuple[Clause, ...]]:
        """The clauses of the rule for some units, each with its own values or those of its whole."""
        if self._wholes is None:
            return dict(self._explained(self._units.get_indexer(units)))
        of = self._wholes.of.loc[units]
        found = dict(self._explained(self._measures.index.get_indexer(of.unique())))
        return {unit: found[whole] for unit, whole in of.items()}

    def _explained(self, rows: Any) -> list[tuple[str, tuple[Clause, ...]]]:
        """Ids and clauses of the rows that an array of places picks."""
        picked = self._measures.iloc[rows]
        found = self._condition.explain(picked, self._values, self._language, self._titles, self._measured)
        return list(zip(picked.index.tolist(), found, strict=True))


def inherited(row: Row, wholes: ParentUnits, whole: str, language: str) -> list[Row]:
    """A claim on a larger unit as a claim on each of its parts, which says so."""
    reason = inherited_reason(row["reason"], wholes.level, whole, language)
    return [row | {"unit_id": part, "reason": reason, "inherited_from": whole} for part in wholes.parts[whole]]


def inherited_reason(reason: str, level: str, whole: str, language: str) -> str:
    """A reason that holds for a larger unit.

    Examples
    --------
    >>> inherited_reason("forest covers it", "county", "west", "en")
    'county west: forest covers it'
    """
    return engine_words(language)["of_whole"].format(level=level, whole=whole, reason=reason)


def rule_sentences(clauses: Iterable[Clause], language: str = "en") -> str:
    """The clauses that decide, in words; each sentence once."""
    return engine_words(language)["and"].join(dict.fromkeys(clause.sentence for clause in clauses if clause.decides))


def clauses_json(clauses: Iterable[Clause], rules: Sequence[str] = (), **more: object) -> str:
    """Clauses, the values they read and the thresholds they compare with, as JSON.

    Parameters
    ----------
    clauses : iterable of Clause
    rules : sequence of str, optional
        The rule to which each clause belongs, where they are of several.
    **more
        Further keys.

    Returns
    -------
    str
        Keys ``clauses`` (``text``, ``answer``, ``sentence``, ``decides``, and ``rule`` where ``rules`` are given),
        ``values`` and ``thresholds``, sorted.
    """
    listed = tuple(clauses)
    kept = ("text", "answer", "sentence", "decides")
    told = [{key: getattr(clause, key) for key in kept} for clause in listed]
    content = {
        "clauses": [one | {"rule": rule} for one, rule in zip(told, rules, strict=True)] if rules else told,
        "values": {name: value for clause in listed for name, value in clause.values.items()},
        "thresholds": {name: value for clause in listed for name, value in clause.thresholds.items()},
    }
    return json.dumps(content | more, ensure_ascii=False, allow_nan=False, sort_keys=True)
