"""Verdicts: what each unit is and why in one sentence, its tests as gauges, and what would change it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from layers.errors import escape_hidden
from maps.telling.summaries.verdict_table import Kind, LimitTest, Operator, VerdictTable, Wording, verdict_table
from maps.words import LocalizedPlan, Renderer, number_beside, number_past, number_style, shifted
from zoning.zones import RuleTests, rule_tests

COMPARED: Mapping[str, Callable[[float, float], bool]] = {
    "=": lambda value, other: value == other,
    "<>": lambda value, other: value != other,
    "<": lambda value, other: value < other,
    "<=": lambda value, other: value <= other,
    ">": lambda value, other: value > other,
    ">=": lambda value, other: value >= other,
}


class Gauge(NamedTuple):
    """A value against its limit.

    Attributes
    ----------
    title, value_text, needs : str
        Such as "Cropland", "24 %" and "needs 5 %"; a dash where the value is missing.
    value : float or None
        Of a truth value 0 or 1, and so the limit.
    limit : float
    operator : str
        How the value must stand to the limit.
    shift : int
        2 for shares, which are printed in per cent.
    zone : str
        The code of the zone that the test is for.
    passed : bool or None
        None where the value is missing.
    decided : bool
        Whether the unit is in the zone because of it, or is not in any for want of it.
    """

    title: str
    value_text: str
    needs: str
    value: float | None
    limit: float
    operator: Operator
    shift: int
    zone: str
    passed: bool | None
    decided: bool


class OverlayLine(NamedTuple):
    """One line on an overlay; ``held`` is False where nobody knows yet."""

    zone: str
    text: str
    held: bool


@dataclass(frozen=True)
class Verdict:
    """What a unit is, and why.

    Attributes
    ----------
    kind : str
        "rule" or "default"; "decision" of planners, "locked" by a level above; "tie" of equal claims, "review" where a
        value is missing that could matter, "assumed" where it hangs on what nobody measured.
    zone : str
        The code of its main function.
    sentence : str
        Such as "Weld is an agricultural area: 24 % of it is cropland, and 5 % is enough."
    note : str
        A second sentence where there is more to know; else empty.
    overlays : tuple of OverlayLine
    gauges : tuple of Gauge
        First the tests that decided, or would if nobody had; then the others of their rules, and then the rest in the
        order of the rules.
    changes : tuple of str
        What would change the main function, the nearest first, at most two; where nothing simple would, why.
    """

    kind: Kind
    zone: str
    sentence: str
    note: str
    overlays: tuple[OverlayLine, ...]
    gauges: tuple[Gauge, ...]
    changes: tuple[str, ...]


class Verdicts(Mapping[str, Verdict]):
    """The verdicts of a plan by unit; each is put together when it is asked for.

    Attributes
    ----------
    table : VerdictTable
        What they are put together from; units in the order of ``plan.units``.
    tests : RuleTests
        What the rules asked.
    """

    def __init__(
        self, table: VerdictTable, tests: RuleTests, names: Mapping[str, str], zones: Sequence[str], language: str
    ) -> None:
        self.table, self.tests = table, tests
        self._names, self._zones, self._style = names, zones, number_style(language)
        self._places = {str(unit): position for position, unit in enumerate(tests.units)}

    def __getitem__(self, unit_id: str) -> Verdict:
        """The verdict of a unit."""
        position, table = self._places[unit_id], self.table
        wording = table.wordings[table.sentences[position]]
        lines = [table.wordings[number] for number in table.overlays[position]]
        note = table.notes[position]
        return Verdict(
            kind=wording.kind,
            zone=self._zones[wording.zone],
            sentence=self._filled(wording, unit_id, position),
            note=self._filled(table.wordings[note], unit_id, position) if note >= 0 else "",
            overlays=tuple(
                OverlayLine(self._zones[line.zone], self._filled(line, unit_id, position), line.kind != "review")
                for line in lines
            ),
            gauges=tuple(self._gauges(position, wording, lines)),
            changes=tuple(
                self._filled(table.wordings[number], unit_id, position) for number in table.changes[position]
            ),
        )

    def __iter__(self) -> Iterator[str]:
        """The ids, in the order of the plan's units."""
        return iter(self._places)

    def __len__(self) -> int:
        """How many units there are."""
        return len(self._places)

    def limits_of(self, rule: str) -> tuple[LimitTest, ...]:
        """The tests that a rule asks."""
        return tuple(test for test in self.table.tests if rule in test.rules)

    def _gauges(self, position: int, wording: Wording, lines: Iterable[Wording]) -> Iterator[Gauge]:
        """A gauge for each test."""
        first = dict.fromkeys(test for line in (wording, *lines) for test in line.tests)
        rules = {rule for test in wording.tests for rule in self.table.tests[test].rules}
        beside = [number for number, test in enumerate(self.table.tests) if rules & {*test.rules}]
        for number in dict.fromkeys((*first, *beside, *range(len(self.table.tests)))):
            test = self.table.tests[number]
            measure = self.table.measures[test.measure]
            value = measure.values[position]
            yield Gauge(
                title=measure.title,
                value_text=self._value(number, position),
                needs=test.decides if number in first else test.needs,
                value=value,
                limit=test.limit,
                operator=test.operator,
                shift=measure.shift,
                zone=self._zones[test.zone],
                passed=None if value is None else COMPARED[test.operator](value, test.limit),
                decided=number in first,
            )

    def _filled(self, wording: Wording, unit_id: str, position: int) -> str:
        return "".join(
            part
            if not number % 2
            else self._names[unit_id]
            if part == "unit"
            else self._value(int(part[1:]), position, part[0])
            for number, part in enumerate(wording.parts)
        )

    def _value(self, number: int, position: int, way: str = "=") -> str:
        """The value of a test as it is printed: beside its limit, or as another limit."""
        test = self.table.tests[number]
        measure = self.table.measures[test.measure]
        value = measure.values[position]
        if value is None:
            return self.table.missing
        if measure.answers:
            return measure.answers[int(value)]
        value, limit = shifted(value, measure.shift), shifted(test.limit, measure.shift)
        text = number_beside(value, limit) if way == "=" else number_past(value, limit, up=way == ">")
        return f"{measure.before}{self._style.written(text)}{measure.after}"


def verdicts(plan: LocalizedPlan) -> Verdicts:
    r"""What each unit of a plan is, and why, in the words of its language.

    Parameters
    ----------
    plan : LocalizedPlan
        From :func:`maps.words.localize`.

    Returns
    -------
    Verdicts
        By unit, in the order of ``plan.units``; a sentence is put together when it is asked for. The same plan gives
        the same object.

    Examples
    --------
    >>> import zoneplan as zp
    >>> from maps.words import localize
    >>> plan = localize(zp.run(zp.read_study(zp.builtin_study("us_mountain_west"))), "en")
    >>> weld = verdicts(plan)["08123"]
    >>> print(weld.sentence)
    Weld is an agricultural area: 24\xa0% of it is cropland, and 5\xa0% is enough.
    >>> [one.text for one in weld.overlays], weld.gauges[0].title, weld.gauges[0].needs
    (['Energy-rich: 3,314 MW of power stations.'], 'Cropland', 'needs 5\xa0% (unofficial)')
    >>> weld.changes[0]
    'Key development if the density needed fell from 50 to 32.14.'
    """
    return plan.renderer.once(plan, _verdicts)


def _verdicts(plan: LocalizedPlan, _: Renderer) -> Verdicts:
    tests = rule_tests(plan.source)
    names = {
        str(unit): escape_hidden(name) for unit, name in zip(plan.zones["unit_id"], plan.zones["name"], strict=True)
    }
    zones = [zone.code for zone in plan.rulebook.zones]
    return Verdicts(verdict_table(plan, tests), tests, names, zones, plan.language)
