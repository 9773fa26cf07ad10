"""Conditions of a rulebook: whether rules and policies read only what there is, and numbers that have a name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import pandas as pd

from layers import Condition, ConditionError, UnknownNameError, parse_condition
from zoning.drafts import Draft
from zoning.errors import RulebookError, near

ALWAYS_THERE = ("unit_id", "jurisdiction")
"""Names that every condition may read."""

NEAR_MISS = 0.85
"""How alike a text and a name must be for the one to be taken as a slip of the pen for the other, from 0 to 1."""

Example = float | bool | str

_EXAMPLES: Mapping[str, Example] = {"number": 1.0, "text": "a", "boolean": True}
_TEXT = re.compile(r"'((?:[^']|'')*)'")


def condition_faults(draft: Draft, day: date) -> Iterator[RulebookError]:
    """The complaints about the conditions of rules and policies, and about what policies set.

    Parameters
    ----------
    draft : Draft
        From :func:`zoning.drafts.read_draft`.
    day : date
        What is in force on it needs parameters that have a value on it.

    Yields
    ------
    RulebookError
        With file, line and column.
    """
    measures = {one.name: _EXAMPLES[one.type] for one in draft.indicators} | dict.fromkeys(ALWAYS_THERE, "a")
    overlays = {zone.code: True for zone in draft.zones if zone.kind == "overlay"}
    sights = {
        "rules": _Sight(draft, measures),
        "policies": _Sight(draft, measures | overlays | {"main": "a"}),
    }
    for kind, sight in sights.items():
        for place, entry in enumerate(getattr(draft, kind)):
            texts = list(sight.complaints(entry.when))
            if not texts and kind == "rules":
                texts = [
                    f"'{name}' is handed out after the zones are known; only policies can read it"
                    for name in sorted(parse_condition(entry.when).names)
                    if name.startswith("quota_")
                ]
            if not texts and entry.on(day):
                texts = list(_out_of_force(parse_condition(entry.when).names, draft, day))
                texts += _gone_overlays(parse_condition(entry.when).names, draft, day)
            yield from (draft.fault(text, kind, place, "when") for text in texts)
    yield from _settings(draft, day)


@dataclass(frozen=True)
class _Sight:
    """What a condition can see: an example of each measure, and the parameters.

    The examples show whether kinds fit, before there is any data.
    """

    draft: Draft
    measures: Mapping[str, Example]

    @cached_property
    def example(self) -> pd.DataFrame:
        """One row of examples."""
        return pd.DataFrame([self.measures])

    @cached_property
    def parameters(self) -> dict[str, Example]:
        """The first value of each parameter whose name is no measure."""
        parameters = {one.name: one.dated[0].value for one in self.draft.parameters}
        return {name: value for name, value in parameters.items() if name not in self.measures}

    def complaints(self, text: str) -> Iterator[str]:
        """What is wrong with a condition."""
        try:
            condition = parse_condition(text)
        except ConditionError as error:
            yield str(error)
            return
        for value in dict.fromkeys(number.value for number in condition.numbers if number.value not in (0, 1)):
            yield f"a number without a name, {value:g}: name a parameter, with its unit, dates and reference"
        known = [*self.measures, *self.parameters]
        unknown = sorted(condition.names.difference(known))
        for name in unknown:
            yield f"'{name}' stands neither in parameters.toml nor in indicators.toml{near(name, known)}"
        if not unknown:
            yield from self._misfits(condition)

    def _misfits(self, condition: Condition) -> Iterator[str]:
        """Kinds that do not fit, and main zones that are none: a policy on such a zone would silently never apply."""
        try:
            (clauses,) = condition.explain(self.example, self.parameters)
        except (ConditionError, UnknownNameError) as error:
            yield str(error)
            return
        mains = [zone.code for zone in self.draft.zones if zone.kind == "main"]
        for clause in clauses:
            if set(clause.values) == {"main"} and " LIKE " not in clause.text.upper():
                for code in dict.fromkeys(_TEXT.findall(clause.text)):
                    if code not in mains:
                        yield f"there is no main zone '{code}'{near(code, mains)}"


def _out_of_force(names: Iterable[str], draft: Draft, day: date) -> Iterator[str]:
    read = set(names)
    for parameter in draft.parameters:
        if parameter.name in read and parameter.at(day) is None:
            yield (
                f"parameter '{parameter.name}' has no value on {day}; it has values "
                f"{', '.join(value.period for value in parameter.dated)}: "
                "add the value of that day, or say when the entry that reads it is in force"
            )


def _gone_overlays(names: Iterable[str], draft: Draft, day: date) -> Iterator[str]:
    """An overlay that is not in force on the day is no name that a policy could read on it."""
    overlays = [zone for zone in draft.zones if zone.kind == "overlay" and zone.code in names]
    for code in sorted({zone.code for zone in overlays} - {zone.code for zone in overlays if zone.on(day)}):
        periods = ", ".join(zone.period for zone in overlays if zone.code == code)
        yield f"overlay zone '{code}' is not in force on {day} ({periods}): say when the entry that reads it is"


def _settings(draft: Draft, day: date) -> Iterator[RulebookError]:
    """What policies set: a text that is nearly the name of a parameter or indicator would be taken as it is written."""
    known = [*(one.name for one in draft.parameters), *(one.name for one in draft.indicators)]
    for place, policy in enumerate(draft.policies):
        for key, value in policy.parameters.items():
            if not isinstance(value, str) or not policy.on(day):
                continue
            texts = list(_out_of_force([value], draft, day))
            if value not in known and difflib.get_close_matches(value, known, 1, NEAR_MISS):
                texts.append(f"'{value}' is no parameter and no indicator, but nearly one{near(value, known)}")
            yield from (draft.fault(text, "policies", place, "parameters", key) for text in texts)
