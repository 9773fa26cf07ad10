"""Whether conditions, floors, effects, exceptions and references of a rulebook can be meant, also on one day."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

import pandas as pd

from layers.conditions import Calculation, Condition, parse_condition
from layers.errors import ConditionError, UnknownNameError
from layers.phrases import BESIDE, Phrase, phrase_list, template
from zoning.errors import RulebookError, near
from zoning.rulebook.chapter_schemas import IN
from zoning.rulebook.rulebook_folder import Draft
from zoning.rulebook.schema import JURISDICTION, STUDY, UNIT, Derived, Floor, Indicator, Norm, Parameter, Policy


class ForeignKey(NamedTuple):
    """A key of all entries of a kind whose value is one of a set of names."""

    kind: str
    key: str
    names: str
    missing: str


FOREIGN_KEYS = (
    ForeignKey("rules", "zone", "zones", template("there is no zone '{name}'{near}")),
    ForeignKey("decisions", "main", "main zones", template("there is no main zone '{name}'{near}")),
    ForeignKey("decisions", "overlay", "overlay zones", template("there is no overlay zone '{name}'{near}")),
    ForeignKey("floors", "line", "lines", template("there is no control line '{name}'{near}")),
    ForeignKey("floors", "of", "indicators", template("'{name}' does not stand in indicators.toml{near}")),
    ForeignKey("floors", "at_least", "parameters", template("'{name}' does not stand in parameters.toml{near}")),
    ForeignKey(
        "norms",
        "level",
        "levels",
        template(
            "there is no level '{name}'{near}; write one of {unit}, {jurisdiction}, {study}, or a text "
            "indicator that names "
            "the places"
        ),
    ),
    ForeignKey("policies", "list", "lists with items", template("industries.toml has no item of list '{name}'{near}")),
    ForeignKey(
        "industries",
        "list",
        "lists in policies",
        template('no policy has list = "{name}", so that it holds nowhere{near}'),
    ),
    ForeignKey(
        "lists", "id", "lists in policies", template('no policy has list = "{name}", so that it holds nowhere{near}')
    ),
)
"""Every key of a rulebook that refers to one set of names, whatever the other keys of its entry say."""

_LEVELS = {"unit": UNIT, "jurisdiction": JURISDICTION, "study": STUDY}


def foreign_key_faults(draft: Draft) -> Iterator[RulebookError]:
    """The complaints about names that stand nowhere."""
    sets = names_of_sets(draft)
    for kind, key, names, missing in FOREIGN_KEYS:
        for position, entry in enumerate(getattr(draft, kind)):
            name = getattr(entry, key)
            if name is not None and name not in sets[names]:
                text = Phrase(missing, name=name, near=near(name, sets[names]), **_LEVELS)
                yield draft.fault(text, kind, position, key)


def names_of_sets(draft: Draft) -> Mapping[str, Collection[str]]:
    """The names that a rulebook gives, by what they are names of."""
    return {
        "zones": [zone.code for zone in draft.zones],
        "main zones": [zone.code for zone in draft.zones if zone.kind == "main"],
        "overlay zones": [zone.code for zone in draft.zones if zone.kind == "overlay"],
        "lines": [line.code for line in draft.lines],
        "indicators": [indicator.name for indicator in draft.indicators],
        "parameters": [parameter.name for parameter in draft.parameters],
        "levels": [
            UNIT,
            JURISDICTION,
            STUDY,
            *(indicator.name for indicator in draft.indicators if indicator.type == "text"),
        ],
        "lists with items": {entry.list for entry in draft.industries}
        | {entry.id for entry in draft.lists if entry.table},
        "lists in policies": {policy.list for policy in draft.policies if policy.list is not None},
    }


def day_faults(draft: Draft, day: date) -> Iterator[RulebookError]:
    """The complaints about a rulebook on one day.

    What cannot be read, or names what stands nowhere, is wrong on every day and told by
    :func:`zoning.rulebook.lasting_faults`; an entry that has faults of both kinds is told both.
    """
    yield from _default(draft, day)
    yield from _zones(draft, day)
    yield from _reading(draft, day, "rules", "when", lambda rule: _names(rule.when))
    for position, policy in enumerate(draft.policies):
        if policy.on(day):
            yield from _of_policy(draft, day, policy, position)
    for position, instrument in enumerate(draft.coverage):
        for number, gap in enumerate(instrument.gaps):
            if gap.on(day):
                names = _names(gap.when)
                for text in (*_absent(names, draft, day), *_gone_overlays(names, draft, day)):
                    yield draft.fault(text, "coverage", position, "gaps", number, "when")
    yield from _reading(draft, day, "derived", "name", names_of)
    yield from _reading(draft, day, "norms", "holds", names_of)
    yield from _reading(draft, day, "floors", "at_least", lambda floor: [floor.at_least])


def names_of(entry: Derived | Norm) -> frozenset[str]:
    """The names that an entry reads; none where it cannot be read."""
    try:
        return entry.names
    except ConditionError:
        return frozenset()


def _names(condition: str) -> frozenset[str]:
    try:
        return parse_condition(condition).names
    except ConditionError:
        return frozenset()


def _reading(
    draft: Draft, day: date, kind: str, key: str, names: Callable[[Any], Iterable[str]]
) -> Iterator[RulebookError]:
    """Entries of a kind that are in force and read what is not; told at a key."""
    for position, entry in enumerate(getattr(draft, kind)):
        if entry.on(day):
            yield from (draft.fault(text, kind, position, key) for text in _absent(names(entry), draft, day))


def _default(draft: Draft, day: date) -> Iterator[RulebookError]:
    mains = [
        (position, zone.code)
        for position, zone in enumerate(draft.zones)
        if zone.default and zone.kind == "main" and zone.on(day)
    ]
    for position, code in mains[1:]:
        yield draft.fault(
            Phrase(
                "'{code}' is the default as well as '{mains}'; a unit that nothing claims needs exactly one",
                code=code,
                mains=mains[0][1],
            ),
            "zones",
            position,
            "default",
        )
    if not mains:
        yield draft.fault(
            Phrase(
                "no zone of kind 'main' has default = true on {day}; a unit that nothing claims needs exactly one",
                day=day,
            ),
            "zones",
        )


def _zones(draft: Draft, day: date) -> Iterator[RulebookError]:
    """Rules and locked decisions whose zone there is, but not on the day."""
    standing = {(zone.kind, zone.code) for zone in draft.zones if zone.on(day)}
    gone = {(zone.kind, zone.code) for zone in draft.zones} - standing
    codes = {code for _, code in gone} - {code for _, code in standing}
    for position, rule in enumerate(draft.rules):
        if rule.on(day) and rule.zone in codes:
            text = Phrase(
                "zone '{zone}' is not in force on {day}, but rule {rule} is ({period})",
                zone=rule.zone,
                day=day,
                rule=rule.id,
                period=rule.period,
            )
            yield draft.fault(text, "rules", position, "zone")
    for position, locked in enumerate(draft.decisions):
        if locked.on(day) and (locked.kind, locked.zone) in gone:
            text = Phrase(
                "zone '{zone}' is not in force on {day}, but this decision is ({period})",
                zone=locked.zone,
                day=day,
                period=locked.period,
            )
            yield draft.fault(text, "decisions", position, locked.kind)


def _of_policy(draft: Draft, day: date, policy: Policy, position: int) -> Iterator[RulebookError]:
    """What its conditions read, and what it sets."""
    for keys, when in policy.conditions:
        names = _names(when)
        texts = (*_absent(names, draft, day), *_gone_overlays(names, draft, day))
        yield from (draft.fault(text, "policies", position, *keys) for text in texts)
    for key, value in policy.parameters.items():
        if isinstance(value, str):
            for text in _absent([value], draft, day):
                yield draft.fault(text, "policies", position, "parameters", key)


def _absent(names: Iterable[str], draft: Draft, day: date) -> Iterator[str]:
    """The complaints about parameters without a value on a day, and about measures that are not derived on it."""
    read = set(names)
    for parameter in draft.parameters:
        if parameter.name in read and parameter.at(day) is None:
            yield (
                Phrase(
                    "parameter '{parameter}' has no value on {day}; it has values {dated}: add the value of "
                    "that day, or "
                    "say when the entry that reads it is in force",
                    parameter=parameter.name,
                    day=day,
                    dated=phrase_list(value.period for value in parameter.dated),
                )
            )
    for name in dict.fromkeys(measure.name for measure in draft.derived if measure.name in read):
        versions = [measure for measure in draft.derived if measure.name == name]
        if not any(version.on(day) for version in versions):
            periods = phrase_list(version.period for version in versions)
            yield Phrase(
                "measure '{measure}' is not derived on {day} ({periods}): say when the entry that reads it is in force",
                measure=name,
                day=day,
                periods=periods,
            )


def _gone_overlays(names: Iterable[str], draft: Draft, day: date) -> Iterator[str]:
    """An overlay that is not in force on the day is no name that a policy could read on it."""
    overlays = [zone for zone in draft.zones if zone.kind == "overlay" and zone.code in names]
    for code in sorted({zone.code for zone in overlays} - {zone.code for zone in overlays if zone.on(day)}):
        periods = phrase_list(zone.period for zone in overlays if zone.code == code)
        yield Phrase(
            "overlay zone '{zone}' is not in force on {day} ({periods}): say when the entry that reads it is",
            zone=code,
            day=day,
            periods=periods,
        )


Example = float | bool | str
Values = Mapping[str, Example]

ALWAYS_THERE = ("unit_id", "jurisdiction")
"""Names that every condition may read."""

LIGHTS: Mapping[str, Example] = {"intensity_light": 1.0, "total_light": 1.0, "total_exempt": True}
"""What policies see of dual control, with examples: the verdict on the region that is the unit, or that it lies in."""

PARTIES: Mapping[str, Example] = {"pays": True, "receives": True}
"""What policies see of money: whether the unit, or a jurisdiction of it, pays or receives."""

CONTROL_LINE = "control_line"
"""What a policy on pieces sees of the line that governs one; "" where none does."""

ON = "on_"
"""A policy on pieces sees ``on_<role>``: whether a layer of the role covers the piece."""

SUMMED = ("_ha", "_share", "quota_")
"""Beginnings and endings of measures that can be told of a jurisdiction: sums, and shares of its area."""

PER_CENT = 100
"""A number that values, unlike conditions, may have without a name."""

NEAR_MISS = 0.85
"""How alike a text and a name must be for the one to be taken as a slip of the pen for the other, from 0 to 1."""

EXAMPLES: Mapping[str, Example] = {"number": 1.0, "text": "a", "boolean": True}
"""A value of each type of measure."""

_ONE_ROW = pd.DataFrame(index=[0])
_TEXT = re.compile(r"'((?:[^']|'')*)'")


def condition_faults(draft: Draft) -> Iterator[RulebookError]:
    """The complaints about the conditions of rules and policies, and about what policies set."""
    measures = examples_of(draft, draft.derived)
    yield from _of_rules(draft, Examples(draft, measures))
    scopes = _scopes(draft, measures)
    yield from _of_policies(draft, scopes)
    yield from _of_gaps(draft, scopes["unit"])
    yield from _settings(draft)


def examples_of(draft: Draft, derived: Iterable[Derived] = ()) -> dict[str, Example]:
    """An example of every measure that a condition may read: indicators, some that are derived, regions, the rest."""
    listed: tuple[Indicator | Derived, ...] = (*draft.indicators, *derived)
    inside = {f"{IN}{region.code}": True for region in draft.regions}
    return {measure.name: EXAMPLES[measure.type] for measure in listed} | inside | dict.fromkeys(ALWAYS_THERE, "a")


def roles_read(draft: Draft) -> tuple[str, ...]:
    """The roles that conditions on pieces may ask for: of lines, zones, measures, and those that are deducted."""
    of_lines = (role for line in draft.lines for role in line.roles)
    of_measures = (
        indicator.name.removesuffix(ending)
        for indicator in draft.indicators
        for ending in ("_share", "_ha")
        if indicator.name.endswith(ending)
    )
    deducted = draft.head.available_land.roles(draft.lines)
    return tuple(dict.fromkeys((*of_lines, *(zone.code for zone in draft.zones), *of_measures, *deducted)))


def is_summed(name: str) -> bool:
    """Whether a measure can be told of a jurisdiction.

    Examples
    --------
    >>> is_summed("arable_ha"), is_summed("quota_construction_land"), is_summed("slope_mean_deg")
    (True, True, False)
    """
    return name.endswith(SUMMED[:2]) or name.startswith(SUMMED[2])


def _scopes(draft: Draft, measures: Mapping[str, Example]) -> dict[str, Examples]:
    """What policies of each scope see."""
    overlays: dict[str, Example] = {zone.code: True for zone in draft.zones if zone.kind == "overlay"}
    around = {**LIGHTS, **PARTIES}
    unit = around | dict(measures) | overlays | {"main": "a"}
    piece = unit | {f"{ON}{role}": True for role in roles_read(draft)} | {CONTROL_LINE: "a"}
    listed: tuple[Indicator | Derived, ...] = (*draft.indicators, *draft.derived)
    whole = {measure.name: 1.0 for measure in listed if measure.type == "number" and is_summed(measure.name)}
    return {
        "unit": Examples(draft, unit),
        "piece": Examples(draft, piece),
        "jurisdiction": Examples(
            draft, around | whole | {"jurisdiction": "a"}, Phrase("; a jurisdiction has sums only")
        ),
        "region": Examples(draft, {**LIGHTS, "region": "a"}, Phrase("; a region has its lights only")),
    }


def _of_rules(draft: Draft, sight: Examples) -> Iterator[RulebookError]:
    for position, rule in enumerate(draft.rules):
        texts = list(sight.complaints(rule.when))
        if not texts:
            texts = [
                Phrase("'{name}' is handed out after the zones are known; only policies can read it", name=name)
                for name in sorted(parse_condition(rule.when).names)
                if name.startswith("quota_")
            ]
        yield from (draft.fault(text, "rules", position, "when") for text in texts)


def _of_policies(draft: Draft, sights: Mapping[str, Examples]) -> Iterator[RulebookError]:
    """Of their own conditions, of those of their exceptions, and of measures that they set."""
    measures = {measure.name for measure in draft.indicators} | {measure.name for measure in draft.derived}
    for position, policy in enumerate(draft.policies):
        sight = sights[policy.scope]
        for key, name in policy.parameters.items():
            if isinstance(name, str) and name in measures - sight.measures.keys():
                text = Phrase(
                    "'{name}' cannot be told of what is asked, by scope = \"{scope}\"{limit}",
                    name=name,
                    scope=policy.scope,
                    limit=sight.limit,
                )
                yield draft.fault(text, "policies", position, "parameters", key)
        for keys, when in policy.conditions:
            yield from (draft.fault(text, "policies", position, *keys) for text in sight.complaints(when))


@dataclass(frozen=True)
class Examples:
    """What a condition can see: an example of each measure, and the parameters.

    The examples show whether kinds fit, before there is any data.
    """

    draft: Draft
    measures: Mapping[str, Example]
    limit: str = ""

    @cached_property
    def example(self) -> pd.DataFrame:
        """One row of examples."""
        return pd.DataFrame([self.measures])

    @cached_property
    def parameters(self) -> dict[str, Example]:
        """The first value of each parameter whose name is no measure."""
        parameters = {parameter.name: parameter.dated[0].value for parameter in self.draft.parameters}
        return {name: value for name, value in parameters.items() if name not in self.measures}

    def complaints(self, text: str, *, printed: bool = False) -> Iterator[str]:
        """What is wrong with a condition; one of a printed table has the numbers of its source."""
        try:
            condition = parse_condition(text)
        except ConditionError as error:
            yield error.said
            return
        yield from self.doubts(condition, printed=printed)
        if not condition.names.difference(self.measures, self.parameters):
            yield from self._misfits(condition)

    def doubts(self, read: Condition | Calculation, *, printed: bool = False) -> Iterator[str]:
        """Numbers without a name, unless they are printed so, and names that nothing provides."""
        plain = (0, 1, PER_CENT) if isinstance(read, Calculation) else (0, 1)
        unnamed = [] if printed else [number.value for number in read.numbers if number.value not in plain]
        for value in dict.fromkeys(unnamed):
            yield Phrase(
                "a number without a name, {value}: name a parameter, with its unit, dates and reference",
                value=f"{value:g}",
            )
        known = [*self.measures, *self.parameters]
        for name in sorted(read.names.difference(known)):
            more = phrase_list(filter(None, (near(name, known), self._hint(name))), BESIDE)
            yield Phrase(
                "'{name}' stands neither in parameters.toml nor in indicators.toml{more}", name=name, more=more
            )

    def _hint(self, name: str) -> str:
        """Which policies see a name that these do not."""
        if CONTROL_LINE not in self.measures and (name == CONTROL_LINE or name.startswith(ON)):
            return Phrase('; a policy of scope = "piece" sees it')
        return self.limit

    def _misfits(self, condition: Condition) -> Iterator[str]:
        """Kinds that do not fit, and zones or lines that are none: a policy on such would silently never apply."""
        try:
            condition.evaluate(_ONE_ROW, {**self.measures, **self.parameters})
        except (ConditionError, UnknownNameError) as error:
            yield error.said
            return
        lines = [line.code for line in self.draft.lines]
        known = {"main": [zone.code for zone in self.draft.zones if zone.kind == "main"], CONTROL_LINE: ["", *lines]}
        if condition.names & known.keys():
            yield from strange_codes(condition, self.example, self.parameters, known)


def strange_codes(
    condition: Condition, example: pd.DataFrame, parameters: Values, known: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    """The complaints about main zones and control lines that a condition compares with and that are none."""
    read = condition.names & known.keys()
    if all(code in known[name] for name in read for code in _TEXT.findall(condition.text)):
        return
    (clauses,) = condition.explain(example, parameters)
    called = {"main": Phrase("main zone"), CONTROL_LINE: Phrase("control line")}
    for clause in clauses:
        (name,) = clause.values if len(clause.values) == 1 else ("",)
        if name in known and " LIKE " not in clause.text.upper():
            for code in dict.fromkeys(_TEXT.findall(clause.text)):
                if code not in known[name]:
                    yield Phrase(
                        "there is no {called} '{code}'{hint}",
                        called=called[name],
                        code=code,
                        hint=near(code, known[name]),
                    )


def _of_gaps(draft: Draft, sight: Examples) -> Iterator[RulebookError]:
    for position, instrument in enumerate(draft.coverage):
        for number, gap in enumerate(instrument.gaps):
            for text in sight.complaints(gap.when):
                yield draft.fault(text, "coverage", position, "gaps", number, "when")


def _settings(draft: Draft) -> Iterator[RulebookError]:
    """What policies set: a text that is nearly the name of a parameter or indicator would be taken as it is written."""
    listed: tuple[Parameter | Indicator | Derived, ...] = (*draft.parameters, *draft.indicators, *draft.derived)
    known = [entry.name for entry in listed]
    for position, policy in enumerate(draft.policies):
        for key, value in policy.parameters.items():
            if not isinstance(value, str) or value in known:
                continue
            if difflib.get_close_matches(value, known, 1, NEAR_MISS):
                text = Phrase(
                    "'{value}' is no parameter and no indicator, but nearly one{hint}",
                    value=value,
                    hint=near(value, known),
                )
                yield draft.fault(text, "policies", position, "parameters", key)


EXCEPTION = "exception-"
"""Begins what stands in ``overruled_by`` where an exception holds; its place in the policy follows, from 1."""


def provision_faults(draft: Draft) -> Iterator[RulebookError]:
    """The complaints about floors, and about effects and exceptions of policies."""
    for position, floor in enumerate(draft.floors):
        yield from (draft.fault(text, "floors", position, key) for key, text in _floor_texts(draft, floor))
    for position, policy in enumerate(draft.policies):
        yield from _policy_faults(draft, policy, position)


def _floor_texts(draft: Draft, floor: Floor) -> Iterator[tuple[str, str]]:
    """Key and complaint."""
    of = next((indicator for indicator in draft.indicators if indicator.name == floor.of), None)
    if of is not None and of.unit != "ha":
        yield "of", Phrase("'{name}' is in {unit}; a floor is a part of a measure in ha", name=floor.of, unit=of.unit)
    least = next((parameter for parameter in draft.parameters if parameter.name == floor.at_least), None)
    if least is not None and not (
        (least.unit == "1" or least.unit.startswith("%")) and isinstance(least.dated[0].value, float)
    ):
        yield (
            "at_least",
            Phrase("'{name}' is in {unit}; a floor is a number in 1 or in %", name=least.name, unit=least.unit),
        )


def _policy_faults(draft: Draft, policy: Policy, position: int) -> Iterator[RulebookError]:
    if policy.id.startswith(EXCEPTION):
        yield draft.fault(
            Phrase("'{name}' is kept for exceptions; rename the policy", name=policy.id), "policies", position, "id"
        )
    if policy.effect is not None and not policy.subject:
        text = Phrase(
            "a {effect} of what? Give the policy a subject, so that it meets others on the same", effect=policy.effect
        )
        yield draft.fault(text, "policies", position, "effect")
    for number, exception in enumerate(policy.exceptions):
        missing = [language for language in draft.head.languages if language not in exception.reason]
        at = ("exceptions", number, "reason")
        if missing:
            yield draft.fault(
                Phrase("reason has no text in {missing}; give one", missing=phrase_list(missing)),
                "policies",
                position,
                *at,
            )
