"""Scheme faults: whether the schemes of dual control of a rulebook can be meant as they are written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import combinations

from zoning.drafts import Draft
from zoning.energy_entries import MARGIN, SCHEME_PARAMETERS, Scheme
from zoning.entries import DatedValue
from zoning.errors import RulebookError, near

Fault = tuple[tuple[str | int, ...], str]


def scheme_faults(draft: Draft) -> Iterator[RulebookError]:
    """The complaints about ``energy.toml``.

    Parameters
    ----------
    draft : Draft
        From :func:`zoning.drafts.read_draft`.

    Yields
    ------
    RulebookError
        Parameters that the engine does not know or cannot use, schemes that never hold or hold on one day with others.
    """
    for place, scheme in enumerate(draft.schemes):
        if not scheme.meets(scheme):
            yield draft.fault(f"it ends before it begins ({scheme.period})", "schemes", place)
        for keys, text in (*_parameters(scheme), *_titles(scheme, draft.head.languages)):
            yield draft.fault(text, "schemes", place, *keys)
    for (_, one), (place, other) in combinations(enumerate(draft.schemes), 2):
        if one.meets(other):
            yield draft.fault(
                f"schemes '{one.code}' ({one.period}) and '{other.code}' ({other.period}) hold on the same days; let "
                "one end (until) on the day on which the other begins",
                "schemes",
                place,
            )


def _parameters(scheme: Scheme) -> Iterator[Fault]:
    names = [one.name for one in scheme.parameters]
    if MARGIN not in names:
        yield ("parameters",), f"parameter '{MARGIN}' is missing: the per cent of a target between yellow and red"
    for place, one in enumerate(scheme.parameters):
        kind = SCHEME_PARAMETERS.get(one.name)
        if kind is None:
            yield ("parameters", place, "name"), f"no scheme has '{one.name}'{near(one.name, SCHEME_PARAMETERS)}"
            continue
        if one.name in names[:place]:
            yield ("parameters", place, "name"), f"'{one.name}' stands twice"
        if not all(_fits(value, kind) for value in one.dated):
            wanted = "true or false" if kind is bool else "a number of 0 or more"
            yield ("parameters", place, "values"), f"'{one.name}' needs {wanted}"
        if any(value.meets(other) for value, other in combinations(one.dated, 2)):
            yield ("parameters", place, "values"), f"two values of '{one.name}' hold on the same days"
        if one.name == MARGIN and (gap := _gap(scheme, one.dated)):
            yield ("parameters", place, "values"), f"'{one.name}' has no value {gap}, and the scheme holds"


def _titles(scheme: Scheme, languages: Sequence[str]) -> Iterator[Fault]:
    for place, one in enumerate(scheme.parameters):
        missing = [language for language in languages if one.title is not None and language not in one.title]
        if missing:
            yield ("parameters", place, "title"), f"title has no text in {', '.join(missing)}; give one"


def _fits(value: DatedValue, kind: type) -> bool:
    if kind is bool:
        return isinstance(value.value, bool)
    return isinstance(value.value, float) and value.value >= 0


def _gap(scheme: Scheme, values: tuple[DatedValue, ...]) -> str:
    """When a scheme holds and none of the values does; in words, or nothing."""
    begin, end = scheme.since or date.min, scheme.until or date.max
    for value in sorted(values, key=lambda value: value.since or date.min):
        if (value.since or date.min) > begin:
            break
        begin = max(begin, value.until or date.max)
    return f"on {begin}" if begin < end else ""
