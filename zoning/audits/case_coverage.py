"""What nothing of a rulebook reaches: zones without an instrument, and numbers that no worked case holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.conditions import parse_condition
from layers.errors import ZoneplanError
from zoning.audits.worked_cases import is_as_expected
from zoning.policies import reach_of
from zoning.rulebook import Case, Draft, Rulebook, last_change, read_draft, read_rulebook
from zoning.trace import Field, Ids, Remark, remark

HALF, DOUBLE = 0.5, 2.0
"""By what a number is multiplied to see whether a case holds it."""


def case_coverage(
    name_or_path: str | Path, announce: Callable[[int, int], None] = lambda _done, _of: None
) -> tuple[Remark, ...]:
    """What of a rulebook no policy and no worked case reaches, as notes.

    Notes
    -----
    A case moves a parameter where it comes out as expected, and does not any more with half of the value or twice of
    it (1 less or more of 0; of a truth value the other one, of a text another one). Cases are asked that give a measure
    with which the number stands in a condition or a value, and all where a zone stands there, too. What a
    policy tells, no case expects; and a number that only a floor of a control line or the slope of available land reads
    needs a plan.

    Examples
    --------
    >>> sorted({one.code for one in case_coverage("us_west")})
    ['parameter_told', 'zone_without_instrument']
    """
    draft = read_draft(name_or_path)
    return (
        *_zones(draft),
        *_instruments(draft, read_rulebook(name_or_path)),
        *_parameters(draft, name_or_path, announce),
    )


def _zones(draft: Draft) -> Iterator[Remark]:
    """Zones by whose code, or land of a role called so, no policy asks on their days; the default zone needs none."""
    bare = []
    for zone in draft.zones:
        word = re.compile(rf"\b(?:on_)?{re.escape(zone.code)}\b")
        if not zone.default and not any(one.meets(zone) and word.search(one.when) for one in draft.policies):
            bare.append(zone.code)
    if bare:
        yield remark("note", "zone_without_instrument", dict.fromkeys(bare), {"zones": Ids(tuple(dict.fromkeys(bare)))})


def _instruments(draft: Draft, rulebook: Rulebook) -> Iterator[Remark]:
    """By zone the instruments for which nothing is stated on its last day."""
    last = last_change(draft)
    for zone in draft.zones if draft.coverage else ():
        day = last if zone.on(last) else max((day for day in rulebook.changes if zone.on(day)), default=last)
        there = rulebook.at(day)
        bare = []
        for one in there.coverage:
            reach = reach_of(one, there, zone.code)
            if not (reach.policies or reach.asked or reach.gap):
                bare.append(one.code)
        if bare:
            told: dict[str, Field] = {"zone": zone.code, "day": f"{day}", "instruments": Ids(tuple(bare))}
            yield remark("note", "instrument_not_stated", bare, told)


def _parameters(draft: Draft, name_or_path: str | Path, announce: Callable[[int, int], None]) -> Iterator[Remark]:
    """Parameters by what reads them, and those of which no case would notice another value."""
    cases = [case for cases in draft.cases.values() for case in cases]
    rulebook = read_rulebook(name_or_path)
    rulebooks = {day: rulebook.at(day) for day in sorted({case.date for case in cases})}
    compared, told = _compared(draft), _told(draft)
    found: dict[str, list[str]] = {"parameter_unmoved": [], "parameter_told": [], "parameter_unread": []}
    for number, one in enumerate(draft.parameters):
        announce(number, len(draft.parameters))
        if one.name in compared:
            if not _is_moved(one.name, compared[one.name], draft, cases, rulebooks):
                found["parameter_unmoved"].append(one.name)
        else:
            found["parameter_told" if one.name in told else "parameter_unread"].append(one.name)
    for code, names in found.items():
        if names:
            yield remark("note", code, names, {"parameters": Ids(tuple(names))}, "parameters")


def _conditions(draft: Draft) -> list[str]:
    """Of rules and policies."""
    exceptions = [one.when for policy in draft.policies for one in policy.exceptions]
    return [*(rule.when for rule in draft.rules), *(policy.when for policy in draft.policies), *exceptions]


def _compared(draft: Draft) -> dict[str, set[str]]:
    """By what decides something, what stands with it in a condition or a value, and what that is derived from."""
    beside: dict[str, set[str]] = {}

    def note(names: Iterable[str]) -> None:
        for name in names:
            beside.setdefault(name, set()).update(names)

    for text in _conditions(draft):
        note(parse_condition(text).names)
    for norm in draft.norms:
        note(norm.names)
    for derived in draft.derived:
        note({*derived.names, derived.name})
    for derived in reversed(draft.derived):  # each reads only those that stand above it
        for names in beside.values():
            if derived.name in names:
                names.update(derived.names)
    return beside


def _told(draft: Draft) -> set[str]:
    """What policies tell, and what floors and the slope of available land read."""
    settings = {value for policy in draft.policies for value in policy.parameters.values() if isinstance(value, str)}
    return settings | {floor.at_least for floor in draft.floors} | {draft.head.available_land.steeper_than}


def _is_moved(
    name: str, beside: set[str], draft: Draft, cases: Sequence[Case], rulebooks: Mapping[date, Rulebook]
) -> bool:
    """Whether a worked case would notice another value; where zones are compared, too, every case is asked.

    One that does is enough, so those are asked first that are likely to.
    """
    everywhere = bool(beside & {"main", *(zone.code for zone in draft.zones)})
    turns = _turns(name, draft, cases, rulebooks)
    likely = [(turn, len(beside & _given(case))) for turn, case in zip(turns.tolist(), cases, strict=True)]
    for place in sorted(range(len(cases)), key=likely.__getitem__, reverse=True):
        case = cases[place]
        there = rulebooks[case.date]
        if name not in there.parameters or not (everywhere or beside & _given(case)):
            continue
        others = [_with_value(there, name, value) for value in _other_values(there.values[name])]
        if any(not is_as_expected(case, other) for other in others) and is_as_expected(case, there):
            return True
    return False


def _turns(name: str, draft: Draft, cases: Sequence[Case], rulebooks: Mapping[date, Rulebook]) -> npt.NDArray[np.bool_]:
    """Of which cases a condition answers otherwise with another value of a parameter, by what they give alone."""
    turns = np.zeros(len(cases), dtype=bool)
    latest = next((one for one in reversed([*rulebooks.values()]) if name in one.parameters), None)
    if latest is None:
        return turns
    given = pd.DataFrame([dict(case.given) for case in cases], index=[f"{place}" for place in range(len(cases))])
    for condition in map(parse_condition, _conditions(draft)):
        if name not in condition.names:
            continue
        table = given.reindex(columns=sorted(condition.names - latest.values.keys() - {"unit_id"})).rename_axis(
            "unit_id"
        )
        with suppress(ZoneplanError):  # a value of another kind: no case is likelier than another
            own = condition.evaluate(table, latest.values)
            for value in _other_values(latest.values[name]):
                other = condition.evaluate(table, {**latest.values, name: value})
                turns |= (own.yes != other.yes) | (own.no != other.no)
    return turns


def _given(case: Case) -> set[str]:
    rows = (case.given, case.whole or {}, *case.others.values())
    return {*case.missing, *(name for row in rows for name in row), *(("jurisdiction",) if case.jurisdiction else ())}


def _other_values(value: float | bool | str) -> tuple[float | bool | str, ...]:
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, str):
        return (f"{value} ",)
    return (value * HALF, value * DOUBLE) if value else (value - 1, value + 1)


def _with_value(rulebook: Rulebook, name: str, value: float | bool | str) -> Rulebook:
    changed = rulebook.parameters[name].model_copy(update={"value": value})
    return replace(rulebook, parameters={**rulebook.parameters, name: changed})
