"""The tests of the rules as pages draw them: what all units have of a measure, and who is close to its threshold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.errors import escape_hidden
from maps.drawing import MeasureAxis
from maps.telling.figures.plan_figures import PlanFigures
from maps.telling.summaries.firmness_words import count_firmness
from maps.telling.summaries.unit_verdicts import verdicts
from maps.words import number_beside, number_style, shifted, text_in
from zoning.zones import DECISION, Firmness

CLOSE = 0.1
"""A threshold that moves by this part of itself."""


@dataclass(frozen=True, eq=False)
class TestFigures:
    """One comparison of a rule, asked of all units.

    Attributes
    ----------
    rule : str
        Id of the rule.
    zone : str
        Code of the zone that the rule claims for.
    main : bool
        Whether that is a main function.
    place : tuple of int
        Of the rule, and of the comparison in it.
    title : str
    limit : float
    limit_text, needs : str
    above : bool
        Whether values above the limit pass.
    values : Series
        By unit, NaN where missing.
    asked : Series
        By unit: whether all else that the rule asks is so.
    shift : int
        2 for shares, which are printed in per cent.
    after : str
        What stands behind a printed value.
    axis : MeasureAxis
        On which the measure is drawn everywhere.
    """

    __test__ = False

    rule: str
    zone: str
    main: bool
    position: tuple[int, int]
    title: str
    limit: float
    limit_text: str
    needs: str
    above: bool
    values: pd.Series
    is_asked: pd.Series
    shift: int
    after: str
    axis: MeasureAxis
    language: str

    @cached_property
    def passes(self) -> pd.Series:
        """By unit: whether the value is on the side that passes; missing is not."""
        compared = self.values >= self.limit if self.above else self.values <= self.limit
        return compared & self.values.notna()

    @cached_property
    def distance(self) -> pd.Series:
        """By unit: how far the value is from the threshold, as a part of it."""
        return self.values / self.limit - 1 if self.limit else self.values * np.nan

    def write(self, value: float) -> str:
        """A number on the axis."""
        text = f"{shifted(float(f'{value:.6g}'), self.shift):,.10g}"
        return f"{number_style(self.language).written(text)}{self.after if self.shift else ''}"

    def value_text(self, value: float) -> str:
        """A value with its unit of measure, in as many digits as it takes to see its side of the threshold."""
        text = number_beside(shifted(value, self.shift), shifted(self.limit, self.shift))
        return f"{number_style(self.language).written(text)}{self.after}"


class RuleFigures:
    """All tests of a plan.

    Parameters
    ----------
    figures : PlanFigures

    Attributes
    ----------
    verdicts : Verdicts
    tests : tuple of TestFigures
        Those for main functions in the order in which they are asked, then those for overlays.
    """

    def __init__(self, figures: PlanFigures) -> None:
        self.figures = figures
        self.verdicts = verdicts(figures.edition.plan)
        self.rule_tests = self.verdicts.tests
        self.tests = tuple(self._tests())

    def _tests(self) -> Iterator[TestFigures]:
        """Every comparison that a verdict tells, with its place in the rules; whether there is any at all is none."""
        codes = [zone.code for zone in self.figures.edition.plan.rulebook.zones]
        for position, asked_rule in enumerate(self.rule_tests.rules):
            for number, part in enumerate(asked_rule.parts):
                same = (
                    candidate
                    for candidate, test in enumerate(self.verdicts.table.tests)
                    if (codes[test.zone], test.operator, test.limit)
                    == (asked_rule.rule.zone, part.operator, part.limit)
                    and _same(part.values, self.verdicts.table.measures[test.measure].values)
                )
                test_number = next(same, None)
                if test_number is not None:
                    yield self._test(test_number, (position, number))

    def _test(self, test_number: int, at: tuple[int, int]) -> TestFigures:
        test, rule, units = self.verdicts.table.tests[test_number], self.rule_tests.rules[at[0]], self.rule_tests.units
        measure = self.verdicts.table.measures[test.measure]
        part = rule.parts[at[1]]
        values = np.array([np.nan if value is None else value for value in measure.values], dtype=float)
        return TestFigures(
            rule=rule.rule.id,
            zone=rule.rule.zone,
            main=at[0] < self.rule_tests.mains,
            position=at,
            title=measure.title,
            limit=test.limit,
            limit_text=test.limit_text,
            needs=test.decides,
            above=test.operator in (">", ">="),
            values=pd.Series(values, units),
            is_asked=pd.Series(part.pivotal, units),
            shift=measure.shift,
            after=measure.after,
            axis=measure.axis,
            language=self.figures.edition.language,
        )

    @cached_property
    def mains(self) -> tuple[TestFigures, ...]:
        """Tests for main functions that some unit has a value for and that are no mere yes or no."""
        return tuple(test for test in self.tests if test.main and _tells(test))

    @cached_property
    def overlays(self) -> tuple[TestFigures, ...]:
        """Tests for overlays alike."""
        return tuple(test for test in self.tests if not test.main and _tells(test))

    @cached_property
    def moved(self) -> pd.DataFrame:
        """Units that would have another main function if one threshold moved by a tenth, the nearest first.

        One row a unit and test: ``unit_id``, ``test`` (its place in ``tests``), ``distance`` and ``would_be``.
        """
        change, places = self.rule_tests.changes, {test.position: number for number, test in enumerate(self.tests)}
        near = np.abs(change.turn / change.limit - 1) <= CLOSE
        zones = np.array(
            [*(asked_rule.rule.zone for asked_rule in self.rule_tests.rules), self.figures.default], dtype=object
        )
        ids = self.rule_tests.units[change.unit[near]]
        tests = [places[pair] for pair in zip(change.rule[near].tolist(), change.part[near].tolist(), strict=True)]
        table = pd.DataFrame({"unit_id": ids, "test": tests, "would_be": zones[change.main[near]]})
        table["distance"] = [float(self.tests[test].distance[unit]) for unit, test in zip(ids, tests, strict=True)]
        return (
            table.assign(away=table["distance"].abs())
            .sort_values(["away", "unit_id"], kind="stable")
            .reset_index(drop=True)
        )

    @cached_property
    def gained(self) -> pd.DataFrame:
        """Units that would gain or lose an overlay alike: ``unit_id``, ``test``, ``distance`` and ``passes``."""
        rows = []
        for number, test in enumerate(self.tests):
            if test.main or not _tells(test):
                continue
            near = test.distance.abs().le(CLOSE) & test.is_asked
            rows += [
                (unit, number, float(test.distance[unit]), bool(test.passes[unit])) for unit in test.values.index[near]
            ]
        table = pd.DataFrame(rows, columns=["unit_id", "test", "distance", "passes"])
        return (
            table.assign(away=table["distance"].abs())
            .sort_values(["away", "unit_id"], kind="stable")
            .reset_index(drop=True)
        )

    @cached_property
    def firmness(self) -> dict[Firmness, int]:
        """How many units are of each kind, each unit once, the firmest kind first."""
        return count_firmness(self.rule_tests)

    @cached_property
    def decided(self) -> dict[str, list[str]]:
        """By unit what planners decided on it: its main function, or an overlay that it carries, in words."""
        claims, figures = self.figures.edition.plan.claims, self.figures
        mains, decisions = {*figures.mains}, dict[str, list[str]]()
        for row in claims[claims["rule"].str.startswith(DECISION)].itertuples():
            name, zone = figures.names([row.unit_id])[0], figures.zone(str(row.zone))
            key = "decided_as" if row.zone in mains else "carries_decided"
            decisions.setdefault(str(row.unit_id), []).append(figures.edition.tell(key, name=name, zone=zone))
        return decisions

    @cached_property
    def deciders(self) -> list[str]:
        """By whom decisions were taken, each once."""
        claims, language = self.figures.edition.plan.source.claims, self.figures.edition.language
        texts = claims.loc[claims["rule"].str.startswith(DECISION), "values"]
        return list(
            dict.fromkeys(escape_hidden(text_in(json.loads(text)["decision"]["by"], language)) for text in texts)
        )


def _same(values: npt.NDArray[np.float64], rounded: tuple[float | None, ...]) -> bool:
    """Whether these are the same values, but for the digits in which they are told."""
    other = np.array([np.nan if value is None else value for value in rounded], dtype=float)
    return len(values) == len(other) and bool(np.allclose(values, other, rtol=1e-5, equal_nan=True))


def _tells(test: TestFigures) -> bool:
    """Whether a test is worth a picture: some unit has a value, and the limit is a number that could be another one."""
    return bool(test.values.notna().any()) and test.limit > 0
