"""Soundness: whether the entries of a rulebook can be meant as they are written, on any day and on one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import combinations
from typing import Any

from zoning.conditions import ALWAYS_THERE, condition_faults
from zoning.day_faults import day_faults
from zoning.drafts import Draft
from zoning.entries import InForce
from zoning.errors import RulebookError, near
from zoning.industry_faults import industry_faults
from zoning.land_faults import land_faults
from zoning.locked_entries import Locked
from zoning.provisions import provision_faults
from zoning.scheme_faults import scheme_faults

WAYS = {
    "number": frozenset({"sum", "mean", "area_mean", "min", "max"}),
    "boolean": frozenset({"any", "all"}),
    "text": frozenset({"same"}),
}
"""How parts may make the value of a whole, by the type of an indicator."""
RESERVED_RULES = re.compile(r"default|decision-.*|locked-.*")


def rulebook_faults(draft: Draft, day: date) -> Iterator[RulebookError]:
    """The complaints about a rulebook: those of every day, then those of one.

    Parameters
    ----------
    draft : Draft
        From :func:`zoning.drafts.read_draft`.
    day : date
        What is in force on it needs what it reads to be in force, too.

    Yields
    ------
    RulebookError
        With file, line and column.
    """
    yield from lasting_faults(draft)
    yield from day_faults(draft, day)


def lasting_faults(draft: Draft) -> Iterator[RulebookError]:
    """The complaints about a rulebook that hold on every day, in the order of the checks.

    Parameters
    ----------
    draft : Draft
        From :func:`zoning.drafts.read_draft`.

    Yields
    ------
    RulebookError
        With file, line and column.
    """
    yield from _languages(draft)
    yield from _twice(draft)
    yield from _clashes(draft)
    yield from _default(draft)
    yield from _absences(draft)
    yield from _values(draft)
    yield from _roles(draft)
    yield from _rules(draft)
    yield from _locked(draft)
    yield from scheme_faults(draft)
    yield from condition_faults(draft)
    yield from land_faults(draft)
    yield from provision_faults(draft)
    yield from industry_faults(draft)


def _languages(draft: Draft) -> Iterator[RulebookError]:
    wanted = draft.head.languages
    if "en" not in wanted:
        yield draft.fault("'en' is not among the languages; add it", "rulebook", "languages")
    for kind, key in (
        ("zones", "title"),
        ("indicators", "title"),
        ("parameters", "title"),
        ("rules", "reason"),
        ("lines", "title"),
        ("floors", "title"),
        ("policies", "title"),
        ("policies", "clause"),
        ("decisions", "reason"),
        ("decisions", "by"),
        ("schemes", "title"),
        ("agreements", "title"),
        ("agreements", "seen"),
        ("derived", "title"),
        ("norms", "title"),
    ):
        for place, entry in enumerate(getattr(draft, kind)):
            texts = getattr(entry, key)
            if isinstance(texts, str):
                continue  # one text for all languages, such as a clause or a name
            missing = [language for language in wanted if texts is not None and language not in texts]
            extra = [language for language in texts or () if language not in wanted]
            if missing:
                yield draft.fault(f"{key} has no text in {', '.join(missing)}; give one", kind, place, key)
            if extra:
                yield draft.fault(
                    f"{key} has a text in {', '.join(extra)}, which rulebook.toml does not list among its languages",
                    kind,
                    place,
                    key,
                )


def _twice(draft: Draft) -> Iterator[RulebookError]:
    """Two entries of one name; two versions are welcome where no day has both."""
    for kind, key in (
        ("zones", "code"),
        ("indicators", "name"),
        ("parameters", "name"),
        ("rules", "id"),
        ("lines", "code"),
        ("policies", "id"),
        ("derived", "name"),
        ("norms", "id"),
    ):
        named: dict[str, list[tuple[int, Any]]] = {}
        for place, entry in enumerate(getattr(draft, kind)):
            named.setdefault(getattr(entry, key), []).append((place, entry))
        for name, entries in named.items():
            for (first, one), (second, other) in combinations(entries, 2):
                if isinstance(one, InForce) and not one.meets(other):
                    continue
                yield draft.fault(
                    f"'{name}' is there already ({draft.where(kind, first, key)}); "
                    + ("let one end before the other begins, or " if isinstance(one, InForce) else "")
                    + "rename one",
                    kind,
                    second,
                    key,
                )


def _clashes(draft: Draft) -> Iterator[RulebookError]:
    """A name that a condition could understand in two ways."""
    kinds: dict[str, str] = dict.fromkeys((*ALWAYS_THERE, "main"), "a name that is always there")
    listed: list[tuple[str, int, str, str, str]] = [
        *(("parameters", place, "name", one.name, "a parameter") for place, one in enumerate(draft.parameters)),
        *(("indicators", place, "name", one.name, "an indicator") for place, one in enumerate(draft.indicators)),
        *(("derived", place, "name", one.name, "a derived measure") for place, one in enumerate(draft.derived)),
        *(
            ("zones", place, "code", one.code, "an overlay zone")
            for place, one in enumerate(draft.zones)
            if one.kind == "overlay"
        ),
    ]
    for kind, place, key, name, what in listed:
        other = kinds.setdefault(name, what)
        if other != what:
            yield draft.fault(f"'{name}' is {other} and {what} as well; rename one", kind, place, key)


def _default(draft: Draft) -> Iterator[RulebookError]:
    for place, zone in enumerate(draft.zones):
        if zone.default and zone.kind != "main":
            yield draft.fault(
                f"'{zone.code}' is an overlay and cannot be the default main function", "zones", place, "default"
            )


def _absences(draft: Draft) -> Iterator[RulebookError]:
    for place, one in enumerate(draft.indicators):
        if one.whole is not None and one.whole not in WAYS[one.type]:
            fits = next(kind for kind, ways in WAYS.items() if one.whole in ways)
            yield draft.fault(
                f"whole = \"{one.whole}\" is for {fits}s, and '{one.name}' is a {one.type}; "
                f"write one of {', '.join(sorted(WAYS[one.type]))}",
                "indicators",
                place,
                "whole",
            )
        absent = one.when_absent
        if absent in ("error", "unknown"):
            continue
        held = {bool: "boolean", float: "number", str: "text"}[type(absent)]
        if held != one.type:
            yield draft.fault(
                f"when_absent is a {held} ({absent}), but '{one.name}' is a {one.type}; "
                f'write "error", "unknown" or a {one.type}',
                "indicators",
                place,
                "when_absent",
            )


def _values(draft: Draft) -> Iterator[RulebookError]:
    """Dated values that overlap, end before they begin, or are of different types."""
    for place, parameter in enumerate(draft.parameters):
        values = list(enumerate(parameter.dated))
        for number, value in values:
            if not value.meets(value):
                yield draft.fault(
                    f"this value of '{parameter.name}' is never in force ({value.period})",
                    "parameters",
                    place,
                    "values",
                    number,
                )
            if type(value.value) is not type(values[0][1].value):
                yield draft.fault(
                    f"the values of '{parameter.name}' are of different types: {values[0][1].value!r}, {value.value!r}",
                    "parameters",
                    place,
                    "values",
                    number,
                )
        for (_, one), (number, other) in combinations(values, 2):
            if one.meets(other):
                yield draft.fault(
                    f"two values of '{parameter.name}' overlap: {one.value!r} {one.period} and "
                    f"{other.value!r} {other.period}; let one end (until) on the day on which the other begins",
                    "parameters",
                    place,
                    "values",
                    number,
                )


def _roles(draft: Draft) -> Iterator[RulebookError]:
    first: dict[str, str] = {}
    for place, line in enumerate(draft.lines):
        for number, role in enumerate(line.roles):
            other = first.setdefault(role, line.code)
            if other != line.code:
                yield draft.fault(
                    f"role '{role}' belongs to line '{other}' already; a role draws one line",
                    "lines",
                    place,
                    "roles",
                    number,
                )


def _rules(draft: Draft) -> Iterator[RulebookError]:
    """Rules and policies that never hold, and rules whose id or zone cannot be."""
    codes = {zone.code: zone for zone in draft.zones}
    for kind in ("rules", "policies", "zones", "decisions", "derived", "norms"):
        for place, entry in enumerate(getattr(draft, kind)):
            if not entry.meets(entry):
                yield draft.fault(f"it ends before it begins ({entry.period})", kind, place)
    for place, rule in enumerate(draft.rules):
        if RESERVED_RULES.fullmatch(rule.id):
            yield draft.fault(f"'{rule.id}' is kept for what no rule decides; rename the rule", "rules", place, "id")
        if rule.zone not in codes:
            yield draft.fault(f"there is no zone '{rule.zone}'{near(rule.zone, codes)}", "rules", place, "zone")
        elif codes[rule.zone].default:
            yield draft.fault(
                f"'{rule.zone}' is the default zone, which needs no rule; drop the rule", "rules", place, "zone"
            )


def _locked(draft: Draft) -> Iterator[RulebookError]:
    """Locked decisions on zones that cannot be, and two on one matter of which no unit can have both."""
    matters: dict[tuple[str, ...], list[tuple[int, Locked]]] = {}
    for place, one in enumerate(draft.decisions):
        codes = [zone.code for zone in draft.zones if zone.kind == one.kind]
        if one.zone not in codes:
            yield draft.fault(
                f"there is no {one.kind} zone '{one.zone}'{near(one.zone, codes)}", "decisions", place, one.kind
            )
        matter = (*one.place, "main" if one.main is not None else one.zone)
        matters.setdefault(matter, []).append((place, one))
    for (kind, name, _), entries in matters.items():
        for (first, one), (second, other) in combinations(entries, 2):
            if one.meets(other):
                yield draft.fault(
                    f"{kind} '{name}' is locked already ({draft.where('decisions', first, kind)}); let one end (until) "
                    "before the other begins, or keep one",
                    "decisions",
                    second,
                    kind,
                )
