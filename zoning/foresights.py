"""Foresight: what is known of the units before anything is measured, what there will be, and what conditions see."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from layers import ConditionError, UnknownNameError, ZoneplanError, parse_condition
from zoning.conditions import EXAMPLES, strange_codes
from zoning.entries import Indicator
from zoning.errors import near
from zoning.land_entries import Derived
from zoning.rulebook import Rulebook
from zoning.weights import Values


@dataclass(frozen=True)
class ExpectedColumns:
    """What can be told of the units before anything is measured.

    Attributes
    ----------
    known : DataFrame
        Index ``unit_id``; what is known by now, from :func:`zoning.indicators.foresee`.
    names : frozenset of str
        Every measure that there will be.
    rulebook : Rulebook
    """

    known: pd.DataFrame
    names: frozenset[str]
    rulebook: Rulebook

    @cached_property
    def parameters(self) -> Values:
        """The parameters of the rulebook."""
        return self.rulebook.values

    @cached_property
    def example(self) -> pd.DataFrame:
        """What conditions of a plan will see of the units: what is known, and an example of what is not."""
        listed: tuple[Indicator | Derived, ...] = (*self.rulebook.indicators, *self.rulebook.derived)
        typed = {one.name: EXAMPLES[one.type] for one in listed if one.name in self.names}
        examples = dict.fromkeys(self.names, EXAMPLES["number"]) | typed
        unknown = {name: value for name, value in examples.items() if name not in self.known.columns}
        zones = {"main": EXAMPLES["text"]} | dict.fromkeys(self.rulebook.codes("overlay"), True)
        constants = pd.DataFrame(unknown | zones, index=self.known.index)
        own = self.known.drop(columns=constants.columns, errors="ignore")
        return own.join(constants).drop(columns=self.parameters.keys(), errors="ignore")

    def foresees(self, condition: str) -> bool:
        """Whether a condition reads nothing but what is known by now; False of one that is no good."""
        try:
            return parse_condition(condition).names <= {*map(str, self.known.columns), *self.parameters}
        except ConditionError:
            return False

    def answers(self, condition: str) -> bool:
        """Whether a condition can be answered by now, for every unit."""
        try:
            return self.foresees(condition) and bool(
                parse_condition(condition).evaluate(self.known, self.parameters).known.all()
            )
        except ZoneplanError:
            return False

    def complaints(self, text: str, at: str, later: Collection[str] = ()) -> Iterator[ZoneplanError]:
        """What is wrong with a condition of the plan.

        Parameters
        ----------
        text : str
        at : str
            Its place in the plan.
        later : collection of str
            Measures that are not there yet where it is asked.

        Yields
        ------
        ConditionError
            It cannot be read, or what it compares does not fit.
        UnknownNameError
            It reads what nothing provides, or asks for a main zone that is none.
        """
        names = {*map(str, self.example.columns), *self.parameters, "unit_id"}.difference(later)
        try:
            condition = parse_condition(text)
            strange = sorted(condition.names - names)
            for name in strange:
                yield UnknownNameError(f"{at}: nothing provides '{name}'{near(name, names)}", code="unknown_measure")
            if strange:
                return
            condition.evaluate(self.example, self.parameters)
        except ConditionError as error:
            yield ConditionError(f"{at}: {error}")
            return
        codes = {"main": self.rulebook.codes("main")}
        for words in strange_codes(condition, self.example.iloc[:1], self.parameters, codes):
            yield UnknownNameError(f"{at}: {words}", code="unknown_zone")
