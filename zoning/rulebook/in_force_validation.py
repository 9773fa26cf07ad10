"""What is in force on a day and needs a zone, a value or a measure that is not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

from layers.conditions import parse_condition
from layers.errors import ConditionError
from layers.phrases import Phrase, phrase_list
from zoning.errors import RulebookError
from zoning.rulebook.rulebook_folder import Draft
from zoning.rulebook.schema import Derived, Norm, Policy


def day_faults(draft: Draft, day: date) -> Iterator[RulebookError]:
    """The complaints about a rulebook on one day.

    What cannot be read, or names what stands nowhere, is wrong on every day and told by
    :func:`zoning.rulebook.lasting_faults`; an entry that has faults of both kinds is told both.
    """
    yield from _default(draft, day)
    yield from _zones(draft, day)
    yield from _reading(draft, day, "rules", "when", lambda rule: _names(rule.when))
    for place, policy in enumerate(draft.policies):
        if policy.on(day):
            yield from _of_policy(draft, day, policy, place)
    for place, one in enumerate(draft.coverage):
        for number, gap in enumerate(one.gaps):
            if gap.on(day):
                names = _names(gap.when)
                for text in (*_absent(names, draft, day), *_gone_overlays(names, draft, day)):
                    yield draft.fault(text, "coverage", place, "gaps", number, "when")
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
    for place, entry in enumerate(getattr(draft, kind)):
        if entry.on(day):
            yield from (draft.fault(text, kind, place, key) for text in _absent(names(entry), draft, day))


def _default(draft: Draft, day: date) -> Iterator[RulebookError]:
    mains = [
        (place, zone.code)
        for place, zone in enumerate(draft.zones)
        if zone.default and zone.kind == "main" and zone.on(day)
    ]
    for place, code in mains[1:]:
        yield draft.fault(
            Phrase(
                "'{code}' is the default as well as '{mains}'; a unit that nothing claims needs exactly one",
                code=code,
                mains=mains[0][1],
            ),
            "zones",
            place,
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
    for place, rule in enumerate(draft.rules):
        if rule.on(day) and rule.zone in codes:
            text = Phrase(
                "zone '{zone}' is not in force on {day}, but rule {rule} is ({period})",
                zone=rule.zone,
                day=day,
                rule=rule.id,
                period=rule.period,
            )
            yield draft.fault(text, "rules", place, "zone")
    for place, locked in enumerate(draft.decisions):
        if locked.on(day) and (locked.kind, locked.zone) in gone:
            text = Phrase(
                "zone '{zone}' is not in force on {day}, but this decision is ({period})",
                zone=locked.zone,
                day=day,
                period=locked.period,
            )
            yield draft.fault(text, "decisions", place, locked.kind)


def _of_policy(draft: Draft, day: date, policy: Policy, place: int) -> Iterator[RulebookError]:
    """What its conditions read, and what it sets."""
    for keys, when in policy.conditions:
        names = _names(when)
        texts = (*_absent(names, draft, day), *_gone_overlays(names, draft, day))
        yield from (draft.fault(text, "policies", place, *keys) for text in texts)
    for key, value in policy.parameters.items():
        if isinstance(value, str):
            for text in _absent([value], draft, day):
                yield draft.fault(text, "policies", place, "parameters", key)


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
    for name in dict.fromkeys(one.name for one in draft.derived if one.name in read):
        versions = [one for one in draft.derived if one.name == name]
        if not any(one.on(day) for one in versions):
            periods = phrase_list(one.period for one in versions)
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
