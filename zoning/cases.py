"""Cases: worked examples of a rulebook, and whether it does what they expect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import geopandas as gpd
import pandas as pd

from layers import ZoneplanError, raise_all
from zoning.calendars import last_change
from zoning.case_entries import Case
from zoning.claims import classify
from zoning.conditions import LIGHTS, PARTIES, roles_read
from zoning.drafts import Draft, read_draft
from zoning.errors import RulebookError, near
from zoning.indicators import QUOTA, column_of, complete
from zoning.industries import judge_industry, list_industries, lists_on
from zoning.industry_entries import State
from zoning.lines import settle_lines
from zoning.policies import assign
from zoning.provisions import EXCEPTION
from zoning.rulebook import Rulebook, read_rulebook
from zoning.tables import QUOTAS, tabulate
from zoning.wholes import Wholes
from zoning.zones import resolve

LISTS = ("policies", "overruled", "excepted")


@dataclass(frozen=True)
class Result:
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


def run_cases(name_or_path: str | Path) -> tuple[Result, ...]:
    """The worked cases of a rulebook, each run through its rules and policies.

    Parameters
    ----------
    name_or_path : str or Path
        As for :func:`zoning.read_rulebook`.

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
    rulebooks = {day: read_rulebook(name_or_path, day) for day in sorted(days)}
    faults = (_faults(draft, file, place, case, rulebooks[case.date]) for file, place, case in places)
    raise_all((*_namesakes(draft, places), *chain.from_iterable(faults)))
    return tuple(
        Result(case.name, draft.where("cases", place, file=file), tuple(_differences(case, rulebooks[case.date])))
        for file, place, case in places
    )


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


def _faults(draft: Draft, file: str, place: int, case: Case, rulebook: Rulebook) -> Iterator[RulebookError]:
    """Names in a case that the rulebook does not have: such a case would show nothing."""
    policies = [policy.id for policy in rulebook.policies]
    indicators = [one.name for one in rulebook.indicators]
    expected = case.expect
    seen_too = [*indicators, *LIGHTS, *PARTIES]
    of_pieces = (
        ((("pieces", number, key), getattr(piece, key) or (), roles_read(draft) if key == "roles" else policies))
        for number, piece in enumerate(case.pieces)
        for key in ("roles", *LISTS)
    )
    for keys, names, known in (
        (("given",), case.given, seen_too),
        (("whole",), case.whole or (), indicators),
        (("missing",), case.missing, indicators),
        (("expect", "main"), (expected.main,), rulebook.codes("main")),
        (("expect", "main_of_whole"), filter(None, (expected.main_of_whole,)), rulebook.codes("main")),
        (("expect", "overlays"), expected.overlays or (), rulebook.codes("overlay")),
        (("expect", "policies"), expected.policies or (), policies),
        (("expect", "overruled"), expected.overruled or (), policies),
        (("expect", "excepted"), expected.excepted or (), policies),
        *of_pieces,
    ):
        for name in sorted(set(names) - set(known)):
            text = f"case '{case.name}': rulebook has no '{name}' on {case.date}{near(name, known)}"
            yield draft.fault(text, "cases", place, *keys, file=file)
    for key in ("industries", "existing_industries"):
        for code in getattr(expected, key):
            try:
                rulebook.branches.path(code)
            except ZoneplanError as error:
                text = f"case '{case.name}': {error}"
                yield draft.fault(text, "cases", place, "expect", key, code, file=file)
    for name in sorted(set(case.given) & set(case.missing)):
        yield draft.fault(f"case '{case.name}': '{name}' is given and missing", "cases", place, "missing", file=file)


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
    for number, (piece, on_piece) in enumerate(zip(case.pieces, found.pieces, strict=True), start=1):
        for what in LISTS:
            yield from _compared(f"piece {number}: {what}", getattr(piece, what), on_piece[what])
    yield from _verdicts(expected.industries, "planned", found, rulebook)
    yield from _verdicts(expected.existing_industries, "existing", found, rulebook)


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


@dataclass(frozen=True)
class _Found:
    """What the rulebook makes of a case."""

    main: str
    main_of_whole: str
    status: str
    reason: str
    overlays: frozenset[str]
    policies: frozenset[str]
    overruled: frozenset[str]
    excepted: frozenset[str]
    pieces: tuple[Mapping[str, frozenset[str]], ...]


def _found(case: Case, rulebook: Rulebook) -> _Found:
    unit = pd.Index([case.unit], name="unit_id", dtype="str")
    measures, quotas = _measures(case, unit, rulebook), _quotas(case)
    zones = resolve(classify(measures, rulebook, part_of=_wholes(case, unit, rulebook)), rulebook)
    pieces = _pieces(case, rulebook)
    policies = assign(zones, measures, quotas, _lights(case), _flows(case), rulebook, pieces=pieces)
    zone = zones.loc[case.unit]
    return _Found(
        main=str(zone["main"]),
        main_of_whole=str(zone["main_of_whole"]),
        status=str(zone["status"]),
        reason=str(zone["reason"]),
        overlays=frozenset(str(zone["overlays"]).split(";")) - {""},
        **_sorted(policies[policies["piece_id"] == ""]),
        pieces=tuple(_sorted(policies[policies["piece_id"] == piece]) for piece in pieces.index),
    )


def _sorted(policies: pd.DataFrame) -> dict[str, frozenset[str]]:
    """The policies of one place: in force, overruled, excepted."""
    over = policies["overruled_by"].astype(str)
    excepted = over.str.startswith(EXCEPTION)
    parts = {"policies": over == "", "overruled": (over != "") & ~excepted, "excepted": excepted}
    return {what: frozenset(policies.loc[where, "policy"]) for what, where in parts.items()}


def _pieces(case: Case, rulebook: Rulebook) -> gpd.GeoDataFrame:
    """The pieces of a case, settled, one hectare each."""
    roles = dict.fromkeys(role for piece in case.pieces for role in piece.roles)
    columns: dict[str, object] = {"unit_id": case.unit, "area_ha": 1.0}
    columns |= {role: [role in piece.roles for piece in case.pieces] for role in roles}
    index = pd.Index([str(number) for number, _ in enumerate(case.pieces, start=1)], name="piece_id", dtype="str")
    pieces = gpd.GeoDataFrame(columns, index=index, geometry=[None] * len(index))
    pieces.attrs = {"roles": {role: role for role in roles}}
    return settle_lines(pieces, rulebook)


def _lights(case: Case) -> pd.DataFrame | None:
    """The verdict that the case gives, on the unit's jurisdiction or on the unit."""
    given = {name: [case.given[name]] for name in LIGHTS if name in case.given}
    if not given:
        return None
    empty = {name: [None] for name in LIGHTS if name not in given}
    return pd.DataFrame({"period": [case.date.year], "region": [case.jurisdiction or case.unit], **given, **empty})


def _flows(case: Case) -> pd.DataFrame | None:
    """Money of which the case says that the unit pays or receives it."""
    if not set(PARTIES) & set(case.given):
        return None
    sides = {"payer": "pays", "receiver": "receives"}
    return pd.DataFrame({side: [case.unit if case.given.get(name) else ""] for side, name in sides.items()})


def _measures(case: Case, unit: pd.Index, rulebook: Rulebook) -> pd.DataFrame:
    """What is given as it is given, so that a wrong type is found; what is missing with the type declared."""
    given = {name: pd.Series([value], index=unit) for name, value in case.given.items() if _is_measure(name)}
    missing = {one.name: column_of(one, None, unit) for one in rulebook.indicators if one.name in case.missing}
    return pd.DataFrame({"jurisdiction": [case.jurisdiction], **given, **missing}, index=unit)


def _is_measure(name: str) -> bool:
    return not name.startswith(QUOTA) and name not in (*LIGHTS, *PARTIES)


def _wholes(case: Case, unit: pd.Index, rulebook: Rulebook) -> Wholes | None:
    """The larger unit of the case, as the case gives it."""
    if case.whole is None:
        return None
    whole = pd.Index([f"{case.unit} and its neighbours"], name="unit_id", dtype="str")
    given = pd.DataFrame({"jurisdiction": [case.jurisdiction]}, index=whole).assign(**case.whole)
    return Wholes("whole", complete(given, rulebook), pd.Series(whole, index=unit))


def _quotas(case: Case) -> pd.DataFrame:
    """The amounts that the case gives, as if they had been handed out."""
    rows = [
        {
            "quota": name.removeprefix(QUOTA),
            "period": case.date.year,
            "level": "unit",
            "unit_id": case.unit,
            "amount": amount,
        }
        for name, amount in case.given.items()
        if name.startswith(QUOTA)
    ]
    return tabulate(QUOTAS, pd.DataFrame(rows).reindex(columns=list(QUOTAS.columns)))
