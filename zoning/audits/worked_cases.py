"""Cases: worked examples of a rulebook, and whether it does what they expect."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from layers import ZoneplanError, raise_all
from zoning.calendars import last_change
from zoning.case_checks import LISTS, case_faults
from zoning.case_entries import Case, Expected
from zoning.case_inputs import (
    case_flows,
    case_lights,
    case_measures,
    case_pieces,
    case_quotas,
    case_wholes,
)
from zoning.claims import classify
from zoning.drafts import Draft, read_draft
from zoning.errors import RulebookError
from zoning.indicators import complete_measures
from zoning.industries import judge_industry, list_industries, lists_on
from zoning.industry_entries import State
from zoning.norms import weigh_norms
from zoning.policies import assign
from zoning.provisions import EXCEPTION
from zoning.rulebook import Rulebook, read_rulebook
from zoning.zones import resolve


class Result(NamedTuple):
    """What a rulebook made of a worked case.

    Attributes
    ----------
    name : str
        Of the case.
    where : str
        File, line and column of the case.
    differences : tuple of str
        What is not as expected, in words; empty where all is.
    """

    name: str
    where: str
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether all is as expected."""
        return not self.differences

    @property
    def text(self) -> str:
        """The result in one line."""
        return f"{self.where}: case '{self.name}': {'; '.join(self.differences) or 'as expected'}"


def run_cases(
    name_or_path: str | Path, announce: Callable[[int, int], None] = lambda _done, _of: None
) -> tuple[Result, ...]:
    """The worked cases of a rulebook, each run through its rules and policies.

    Parameters
    ----------
    name_or_path : str or Path
        As for :func:`zoning.read_rulebook`.
    announce : callable, optional
        Called before each case with the number of those that are done, and of all.

    Returns
    -------
    tuple of Result
        In the order of the files. A rulebook without cases is read as of the last day on which it changes.

    Raises
    ------
    RulebookError
        The rulebook cannot be read on the day of a case, or a case names what the rulebook does not have.

    Examples
    --------
    >>> all(result.passed for result in run_cases("us_west"))
    True
    """
    draft = read_draft(name_or_path)
    places = [(file, place, case) for file, cases in draft.cases.items() for place, case in enumerate(cases)]
    days = {case.date for _, _, case in places} or {last_change(draft)}
    rulebook = read_rulebook(name_or_path, min(days))
    rulebooks = {day: rulebook.at(day) for day in sorted(days)}
    faults = (case_faults(draft, file, place, case, rulebooks[case.date]) for file, place, case in places)
    raise_all((*_namesakes(draft, places), *chain.from_iterable(faults)))
    results = []
    for number, (file, place, case) in enumerate(places):
        announce(number, len(places))
        differences = tuple(_differences(case, rulebooks[case.date]))
        results.append(Result(case.name, draft.where("cases", place, file=file), differences))
    return tuple(results)


def _namesakes(draft: Draft, places: Iterable[tuple[str, int, Case]]) -> Iterator[RulebookError]:
    """Cases that could not be told apart in a list of results."""
    first: dict[str, str] = {}
    for file, place, case in places:
        here = draft.where("cases", place, "name", file=file)
        if case.name in first:
            yield draft.fault(
                f"two cases are called '{case.name}' ({first[case.name]})", "cases", place, "name", file=file
            )
        first.setdefault(case.name, here)


def _differences(case: Case, rulebook: Rulebook) -> Iterator[str]:
    """What is not as the case expects; a refusal is a difference, too."""
    try:
        found = _found(case, rulebook)
    except ZoneplanError as error:
        yield f"refused: {error}"
        return
    expected = case.expect
    for what in ("main", "main_of_whole", "status"):
        wanted = getattr(expected, what)
        if wanted is not None and wanted != getattr(found, what):
            yield f"{what} is {getattr(found, what)}, expected {wanted} ({found.reason})"
    for what in ("overlays", *LISTS):
        yield from _compared(what, getattr(expected, what), getattr(found, what))
    yield from _accounted(expected, found)
    for number, (piece, on_piece) in enumerate(zip(case.pieces, found.pieces, strict=True), start=1):
        for what in LISTS:
            yield from _compared(f"piece {number}: {what}", getattr(piece, what), on_piece[what])
    for what, wanted, had in (("measure", expected.measures, found.measures), ("norm", expected.norms, found.norms)):
        for name, value in wanted.items():
            if had.get(name) != value:
                yield f"{what} {name} is {had.get(name, 'not there')}, expected {value}"
    yield from _verdicts(expected.industries, "planned", found, rulebook)
    yield from _verdicts(expected.existing_industries, "existing", found, rulebook)


def _accounted(expected: Expected, found: _Found) -> Iterator[str]:
    """What is not as expected of energy and money."""
    for what, light in expected.energy.items():
        if found.energy.get(what) != light:
            yield f"{what} is {found.energy.get(what)}, expected {light} ({found.energy.get('reason')})"
    for instrument, parties in expected.amounts.items():
        for party, amount in parties.items():
            net = found.amounts.get((instrument, party), Decimal(0))
            if net != amount:
                yield f"{instrument}: {party} receives {net} on balance, expected {amount}"


def _compared(what: str, wanted: Iterable[str] | None, found: frozenset[str]) -> Iterator[str]:
    if wanted is None:
        return
    more, less = sorted(found - set(wanted)), sorted(set(wanted) - found)
    if more:
        yield f"{what} have {', '.join(more)}, which is not expected"
    if less:
        yield f"{what} lack {', '.join(less)}"


def _verdicts(wanted: Mapping[str, str], state: State, found: _Found, rulebook: Rulebook) -> Iterator[str]:
    """What the negative lists that hold say of the industries that the case names."""
    items = list_industries(rulebook)
    held = items[items["list"].isin(lists_on(found.policies | found.overruled, rulebook))]
    for code, treatment in wanted.items():
        verdict = judge_industry(held, code, rulebook.branches, state)
        if verdict.treatment != treatment:
            one = verdict.decided_by
            by = f"by {one.list}, item {one.item}" if one else "for no list names it"
            yield f"{state} {code} is {verdict.treatment}, expected {treatment} ({by})"


class _Found(NamedTuple):
    """What the rulebook makes of a case."""

    main: str
    main_of_whole: str
    status: str
    reason: str
    overlays: frozenset[str]
    policies: frozenset[str]
    overruled: frozenset[str]
    excepted: frozenset[str]
    measures: Mapping[str, object]
    norms: Mapping[str, str]
    pieces: tuple[Mapping[str, frozenset[str]], ...]
    energy: Mapping[str, object]
    amounts: Mapping[tuple[str, str], Decimal]


def _found(case: Case, rulebook: Rulebook) -> _Found:
    measures, quotas = case_measures(case, rulebook), case_quotas(case)
    zones = resolve(classify(measures, rulebook, part_of=case_wholes(case, rulebook)), rulebook)
    pieces, lights = case_pieces(case, rulebook), case_lights(case, rulebook)
    known = complete_measures(measures, rulebook)
    flows = case_flows(case, zones, known, rulebook)
    policies = assign(zones, measures, quotas, lights, flows, rulebook, pieces=pieces)
    policies = policies[policies["unit_id"] == case.unit]
    zone = zones.loc[case.unit]
    norms = weigh_norms(known.loc[[case.unit]], rulebook, ("jurisdiction",), quotas)
    return _Found(
        main=str(zone["main"]),
        main_of_whole=str(zone["main_of_whole"]),
        status=str(zone["status"]),
        reason=str(zone["reason"]),
        overlays=frozenset(str(zone["overlays"]).split(";")) - {""},
        **_sorted(policies[policies["piece_id"] == ""]),
        measures=known.loc[case.unit].to_dict(),
        norms=dict(zip(norms["norm"], norms["answer"], strict=True)),
        pieces=tuple(_sorted(policies[policies["piece_id"] == piece]) for piece in pieces.index),
        energy={} if lights is None else lights.to_dict("records")[0],
        amounts={} if flows is None or not (case.agreements or case.transfers) else _nets(flows),
    )


def _nets(flows: pd.DataFrame) -> dict[tuple[str, str], Decimal]:
    """What each party receives on balance, instrument by instrument."""
    nets: dict[tuple[str, str], Decimal] = {}
    for row in flows.to_dict("records"):
        for party, sign in ((row["payer"], -1), (row["receiver"], 1)):
            at = (str(row["instrument"]), str(party))
            nets[at] = nets.get(at, Decimal(0)) + sign * row["amount"]
    return nets


def _sorted(policies: pd.DataFrame) -> dict[str, frozenset[str]]:
    """The policies of one place: in force, overruled, excepted."""
    over = policies["overruled_by"].astype(str)
    excepted = over.str.startswith(EXCEPTION)
    parts = {"policies": over == "", "overruled": (over != "") & ~excepted, "excepted": excepted}
    return {what: frozenset(policies.loc[where, "policy"]) for what, where in parts.items()}
