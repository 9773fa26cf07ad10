"""The worked cases of a rulebook, and what nothing of it reaches: zones without an instrument, unheld numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.conditions import parse_condition
from layers.errors import ZoneplanError, raise_all
from layers.phrases import SEMICOLON, Phrase, phrase_list
from zoning.errors import RulebookError, near
from zoning.measures import QUOTA, absent_measures, column_of, complete_measures
from zoning.money import (
    ENERGY_COLUMNS,
    EnergyTable,
    complete_agreement,
    conditions_of,
    figures_of,
    intensity_progress,
    judge_energy,
    measures_of,
    net_amounts_by,
    payment_rows,
    scheme_in_force,
)
from zoning.overlays import settle_lines
from zoning.policies import assign, cover_lists, judge_industry, list_industries, lists_on, reach_of
from zoning.reasons import Field, Ids, Message, Remark, remark, say
from zoning.rulebook import (
    EXCEPTION,
    LIGHTS,
    PARTIES,
    Case,
    Draft,
    Expected,
    Rulebook,
    State,
    last_change,
    read_draft,
    read_rulebook,
    roles_read,
)
from zoning.tables import QUOTAS, tabulate
from zoning.zones import ParentUnits, classify, resolve, weigh_norms

ENERGY_KEYS = ("period", "scheme", "targets")
"""What of the energy of a case is no column of its table."""
PROGRESS = "intensity_progress_pct"


def case_measures(case: Case, rulebook: Rulebook) -> pd.DataFrame:
    """Measures of the unit of a case, and of the others: as they are given, so that a wrong type is found."""
    given = {name: value for name, value in case.given.items() if is_measure(name)}
    rows = {case.unit: given, **case.others}
    index = pd.Index(list(rows), name="unit_id", dtype="str")
    names = dict.fromkeys(name for row in rows.values() for name in row if name != "jurisdiction")
    columns: dict[str, object] = {
        "jurisdiction": [str(row.get("jurisdiction", case.jurisdiction)) for row in rows.values()]
    }
    columns |= {name: pd.Series([row.get(name) for row in rows.values()], index=index) for name in names}
    columns |= {
        indicator.name: column_of(indicator, None, index)
        for indicator in rulebook.indicators
        if indicator.name in case.missing
    }
    return pd.DataFrame(columns, index=index)


def is_measure(name: str) -> bool:
    """Whether a given name is that of a measure; others come from later steps."""
    return not name.startswith(QUOTA) and name not in (*LIGHTS, *PARTIES)


def case_wholes(case: Case, rulebook: Rulebook) -> ParentUnits | None:
    """The larger unit of the case, as the case gives it."""
    if case.whole is None:
        return None
    whole = pd.Index([Phrase("{unit} and its neighbours", unit=case.unit)], name="unit_id", dtype="str")
    given = pd.DataFrame({"jurisdiction": [case.jurisdiction]}, index=whole).assign(**case.whole)
    unit = pd.Index([case.unit], name="unit_id", dtype="str")
    return ParentUnits("whole", complete_measures(given, rulebook).table, pd.Series(whole, index=unit))


def case_pieces(case: Case, rulebook: Rulebook) -> gpd.GeoDataFrame:
    """The pieces of a case, settled, one hectare each."""
    roles = dict.fromkeys(role for piece in case.pieces for role in piece.roles)
    columns: dict[str, object] = {"unit_id": case.unit, "area_ha": 1.0}
    columns |= {role: [role in piece.roles for piece in case.pieces] for role in roles}
    index = pd.Index([str(number) for number, _ in enumerate(case.pieces, start=1)], name="piece_id", dtype="str")
    pieces = gpd.GeoDataFrame(columns, index=index, geometry=[None] * len(index))
    pieces.attrs = {"roles": {role: role for role in roles}}
    return settle_lines(pieces, rulebook)


def case_quotas(case: Case) -> pd.DataFrame:
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


def case_lights(case: Case, rulebook: Rulebook) -> pd.DataFrame | None:
    """The lights of the unit's jurisdiction, or of the unit: judged by its energy, or as the case gives them."""
    region = case.jurisdiction or case.unit
    if (table := _energy_table(case)) is not None:
        return judge_energy(table, rulebook)
    given = {name: [case.given[name]] for name in LIGHTS if name in case.given}
    if not given:
        return None
    empty = {name: [None] for name in LIGHTS if name not in given}
    return pd.DataFrame({"period": [case.date.year], "region": [region], **given, **empty})


def _energy_table(case: Case) -> EnergyTable | None:
    """The row of energy that a case gives, as a table."""
    if case.energy is None:
        return None
    row = {name: value for name, value in case.energy.items() if name not in ENERGY_KEYS}
    period, scheme, targets = (case.energy.get(key) for key in ENERGY_KEYS)
    frame = pd.DataFrame([row], index=pd.Index([case.jurisdiction or case.unit], name="region"), dtype=object)
    year = case.date.year if period is None else int(float(period))
    return EnergyTable(year, frame, None if scheme is None else str(scheme), targets=targets is True)


def case_progress(case: Case, rulebook: Rulebook) -> Decimal | None:
    """How much of its target of intensity the region of a case has reached, in per cent."""
    if (table := _energy_table(case)) is None:
        return None
    (figures,) = figures_of(table, scheme_in_force(table, rulebook)).values()
    target = figures.get("term_target_pct") or figures["intensity_target_pct"]
    actual = figures["intensity_actual_pct"]
    return None if target is None or actual is None else intensity_progress(actual, target)


def case_flows(case: Case, zones: pd.DataFrame, measures: pd.DataFrame, rulebook: Rulebook) -> pd.DataFrame | None:
    """The money that flows by the agreements and transfers of a case, or of which it says that the unit has a part."""
    if case.agreements or case.transfers:
        agreements = [complete_agreement(agreement, rulebook) for agreement in case.agreements]
        return payment_rows(agreements, case.transfers, zones, measures, rulebook)
    if not set(PARTIES) & set(case.given):
        return None
    sides = {"payer": "pays", "receiver": "receives"}
    return pd.DataFrame({side: [case.unit if case.given.get(name) else ""] for side, name in sides.items()})


LISTS = ("policies", "overruled", "excepted")
"""What a case expects of policies."""


def case_faults(draft: Draft, file: str, position: int, case: Case, rulebook: Rulebook) -> Iterator[RulebookError]:
    """The complaints about a case: names that the rulebook does not have, and what could show nothing."""
    policies = [policy.id for policy in rulebook.policies]
    indicators = [indicator.name for indicator in rulebook.indicators]
    expected = case.expect
    money = _money_names(case)
    of_pieces = (
        ((("pieces", number, key), getattr(piece, key) or (), roles_read(draft) if key == "roles" else policies))
        for number, piece in enumerate(case.pieces)
        for key in ("roles", *LISTS)
    )
    for keys, names, known in (
        (("given",), case.given, [*indicators, *LIGHTS, *PARTIES, *money]),
        *((("others", unit), row, [*indicators, *money, "jurisdiction"]) for unit, row in case.others.items()),
        (("energy",), case.energy or (), [*ENERGY_KEYS, *ENERGY_COLUMNS]),
        (("whole",), case.whole or (), indicators),
        (("missing",), case.missing, indicators),
        (("expect", "main"), filter(None, (expected.main,)), rulebook.codes("main")),
        (("expect", "main_of_whole"), filter(None, (expected.main_of_whole,)), rulebook.codes("main")),
        (("expect", "overlays"), expected.overlays or (), rulebook.codes("overlay")),
        (("expect", "policies"), expected.policies or (), policies),
        (("expect", "overruled"), expected.overruled or (), policies),
        (("expect", "excepted"), expected.excepted or (), policies),
        (("expect", "measures"), expected.measures, [measure.name for measure in rulebook.derived]),
        (("expect", "norms"), expected.norms, [norm.id for norm in rulebook.norms]),
        *of_pieces,
    ):
        for name in sorted(set(names) - set(known)):
            text = Phrase(
                "case '{case}': rulebook has no '{name}' on {date}{hint}",
                case=case.name,
                name=name,
                date=case.date,
                hint=near(name, known),
            )
            yield draft.fault(text, "cases", position, *keys, file=file)
    for key in ("industries", "existing_industries"):
        for code in getattr(expected, key):
            try:
                rulebook.branches.path(code)
            except ZoneplanError as error:
                text = Phrase("case '{case}': {error}", case=case.name, error=error)
                yield draft.fault(text, "cases", position, "expect", key, code, file=file)
    for fault, keys in _idle(case):
        phrase = Phrase("case '{case}': {error}", case=case.name, error=fault)
        yield draft.fault(phrase, "cases", position, *keys, file=file)


def _money_names(case: Case) -> list[str]:
    """The measures that the transfers of a case read."""
    texts = (text for transfer in case.transfers for text in conditions_of(transfer).values())
    names = [name for transfer in case.transfers for name in measures_of(transfer)]
    return [*names, *(name for text in texts for name in sorted(parse_condition(text).names))]


def _idle(case: Case) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What of a case could show nothing, or two things at once."""
    if not case.expect.model_fields_set and not case.pieces:
        yield Phrase("it expects nothing; say in 'expect' what must come out"), ("expect",)
    for name in sorted(set(case.given) & set(case.missing)):
        yield Phrase("'{name}' is given and missing", name=name), ("missing",)
    if (case.expect.energy or case.expect.intensity_progress_pct is not None) and case.energy is None:
        yield Phrase("it expects lights of no energy; give the row of its region in 'energy'"), ("expect", "energy")
    flowing = [
        *(instrument.name for instrument in case.agreements),
        *(instrument.name for instrument in case.transfers),
    ]
    for name in sorted(set(case.expect.amounts) - set(flowing)):
        text = Phrase(
            "no agreement or transfer of the case is called '{name}'{hint}", name=name, hint=near(name, flowing)
        )
        yield text, ("expect", "amounts", name)
    if case.energy is not None and (twice := sorted(set(LIGHTS) & set(case.given))):
        yield (
            Phrase("'{name}' is given and follows from 'energy'; keep one of the two", name=twice[0]),
            ("given", twice[0]),
        )
    if (case.agreements or case.transfers) and (twice := sorted(set(PARTIES) & set(case.given))):
        yield (
            Phrase("'{name}' is given and follows from what flows; leave it out", name=twice[0]),
            ("given", twice[0]),
        )
    if case.whole is not None and case.others:
        yield Phrase("'whole' and 'others' do not go together; make two cases of it"), ("others",)


class Difference(NamedTuple):
    """Something that a worked case did not expect."""

    text: str
    because: Message | None = None

    @property
    def message(self) -> Field:
        """Both."""
        return self.text if self.because is None else say("finding.difference", text=self.text, because=self.because)


class Result(NamedTuple):
    """What a rulebook made of a worked case.

    Attributes
    ----------
    name : str
        Of the case.
    where : str
        File, line and column of the case.
    differences : tuple of Difference
        What is not as expected; empty where all is.
    """

    name: str
    where: str
    differences: tuple[Difference, ...]

    @property
    def passed(self) -> bool:
        """Whether all is as expected."""
        return not self.differences

    @property
    def text(self) -> str:
        """The result in one line."""
        return Phrase(
            "{place}: case '{case}': {differences}",
            place=self.where,
            case=self.name,
            differences=phrase_list((difference.text for difference in self.differences), SEMICOLON)
            or Phrase("as expected"),
        )


def run_cases(
    name_or_path: str | Path, announce: Callable[[int, int], None] = lambda _done, _of: None
) -> tuple[Result, ...]:
    """The worked cases of a rulebook, each run through its rules and policies.

    Parameters
    ----------
    name_or_path : str or Path
        As for :func:`zoning.rulebook.read_rulebook`.
    announce : callable, optional
        Called with the number of cases that are done, and of all, while they run.

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
    >>> import zoneplan as zp
    >>> from zoning.pipeline import run_cases
    >>> all(result.passed for result in run_cases("france_zan"))
    True
    """
    draft = read_draft(name_or_path)
    places = [(file, position, case) for file, cases in draft.cases.items() for position, case in enumerate(cases)]
    days = {case.date for _, _, case in places} or {last_change(draft)}
    rulebook = read_rulebook(name_or_path, min(days))
    rulebooks = {day: rulebook.at(day) for day in sorted(days)}
    faults = (case_faults(draft, file, position, case, rulebooks[case.date]) for file, position, case in places)
    raise_all((*_namesakes(draft, places), *chain.from_iterable(faults)))
    differences: dict[str, tuple[Difference, ...]] = {}
    for batch in _batches([case for _, _, case in places], rulebooks):
        announce(len(differences), len(places))
        differences |= dict.fromkeys(_as_expected(batch, rulebooks[batch[0].case.date]), ())
    for _, _, case in places:
        if case.name not in differences:
            announce(len(differences), len(places))
            differences[case.name] = tuple(_differences(case, rulebooks[case.date]))
    return tuple(
        Result(case.name, draft.where("cases", position, file=file), differences[case.name])
        for file, position, case in places
    )


def _namesakes(draft: Draft, places: Iterable[tuple[str, int, Case]]) -> Iterator[RulebookError]:
    """Cases that could not be told apart in a list of results."""
    first: dict[str, str] = {}
    for file, position, case in places:
        here = draft.where("cases", position, "name", file=file)
        if case.name in first:
            yield draft.fault(
                Phrase("two cases are called '{case}' ({first})", case=case.name, first=first[case.name]),
                "cases",
                position,
                "name",
                file=file,
            )
        first.setdefault(case.name, here)


def is_as_expected(case: Case, rulebook: Rulebook) -> bool:
    """Whether a case comes out as it expects, with a rulebook as it stands on the day of the case."""
    return next(_differences(case, rulebook), None) is None


def _differences(case: Case, rulebook: Rulebook) -> Iterator[Difference]:
    """What is not as the case expects; a refusal is a difference, too."""
    try:
        (outcome,) = _outcomes([_question(case, rulebook)], rulebook)
    except ZoneplanError as error:
        lacking = _asked_for(case, rulebook)
        yield Difference(_not_given(lacking) if lacking else Phrase("refused: {error}", error=error))
        return
    yield from _unexpected(case, outcome, rulebook)


def _as_expected(batch: Sequence[_Question], rulebook: Rulebook) -> Iterator[str]:
    """Names of the cases that come out as expected; none where one of them is refused, for each must then be asked."""
    with suppress(ZoneplanError):
        for question, outcome in zip(batch, _outcomes(batch, rulebook), strict=True):
            if not any(_unexpected(question.case, outcome, rulebook)):
                yield question.case.name


def _unexpected(case: Case, outcome: _Found, rulebook: Rulebook) -> Iterator[Difference]:
    """What of an outcome is not as the case expects."""
    expected = case.expect
    for what in ("main", "main_of_whole", "status"):
        wanted = getattr(expected, what)
        if wanted is not None and wanted != getattr(outcome, what):
            yield Difference(
                Phrase("{kind} is {found}, expected {wanted}", kind=what, found=getattr(outcome, what), wanted=wanted),
                outcome.reason,
            )
    yield from _accounted(expected, outcome)
    yield from map(Difference, _uncaused(case, outcome, rulebook))


def _asked_for(case: Case, rulebook: Rulebook) -> list[str]:
    """The measures without which no plan runs, and which the case does not give."""
    required = {indicator.name for indicator in rulebook.indicators if indicator.when_absent == "error"}
    return [name for name in absent_measures(case_measures(case, rulebook), rulebook) if name in required]


def _not_given(names: Iterable[str]) -> Phrase:
    return Phrase(
        "nothing gives {measures}, and indicators.toml has no 'when_absent' for it, or \"error\"; write a value into "
        "'given' of the case, or 'when_absent' = \"unknown\" or a value into indicators.toml",
        measures=phrase_list(sorted(names)),
    )


def _uncaused(case: Case, outcome: _Found, rulebook: Rulebook) -> Iterator[str]:
    """What is not as the case expects of what steps give no reason for."""
    expected = case.expect
    for what in ("overlays", *LISTS):
        yield from _compared_results(what, getattr(expected, what), getattr(outcome, what))
    for number, (piece, on_piece) in enumerate(zip(case.pieces, outcome.pieces, strict=True), start=1):
        for what in LISTS:
            yield from _compared_results(
                Phrase("piece {number}: {kind}", number=number, kind=what), getattr(piece, what), on_piece[what]
            )
    for what, wanted, had in (
        (Phrase("measure"), expected.measures, outcome.measures),
        (Phrase("norm"), expected.norms, outcome.norms),
    ):
        for name, value in wanted.items():
            if had.get(name) != value:
                yield Phrase(
                    "{kind} {name} is {found}, expected {wanted}",
                    kind=what,
                    name=name,
                    found=had.get(name, Phrase("not there")),
                    wanted=value,
                )
    yield from _verdicts(expected.industries, "planned", outcome, rulebook)
    yield from _verdicts(expected.existing_industries, "existing", outcome, rulebook)


def _accounted(expected: Expected, outcome: _Found) -> Iterator[Difference]:
    """What is not as expected of energy and money."""
    for what, light in expected.energy.items():
        if outcome.energy.get(what) != light:
            yield Difference(
                Phrase("{kind} is {found}, expected {wanted}", kind=what, found=outcome.energy.get(what), wanted=light),
                outcome.energy.get("reason"),
            )
    if (wanted := expected.intensity_progress_pct) is not None and outcome.progress != wanted:
        yield Difference(
            Phrase("{kind} is {found}, expected {wanted}", kind=PROGRESS, found=outcome.progress, wanted=wanted),
            outcome.energy.get("reason"),
        )
    for instrument, parties in expected.amounts.items():
        for party, amount in parties.items():
            net = outcome.amounts.get((instrument, party), Decimal(0))
            if net != amount:
                yield Difference(
                    Phrase(
                        "{instrument}: {party} receives {net} on balance, expected {amount}",
                        instrument=instrument,
                        party=party,
                        net=net,
                        amount=amount,
                    )
                )


def _compared_results(what: str, wanted: Iterable[str] | None, names: frozenset[str]) -> Iterator[str]:
    if wanted is None:
        return
    more, less = sorted(names - set(wanted)), sorted(set(wanted) - names)
    if more:
        yield Phrase("{kind} have {names}, which is not expected", kind=what, names=phrase_list(more))
    if less:
        yield Phrase("{kind} lack {names}", kind=what, names=phrase_list(less))


def _verdicts(wanted: Mapping[str, str], state: State, outcome: _Found, rulebook: Rulebook) -> Iterator[str]:
    """What the negative lists that hold say of the industries that the case names."""
    if not wanted:
        return
    items = list_industries(rulebook)
    names = lists_on(outcome.policies | outcome.overruled, rulebook)
    held, lists = items[items["list"].isin(names)], cover_lists(names, items, rulebook)
    for code, answer in wanted.items():
        verdict = judge_industry(held, code, rulebook.branches, state, lists=lists)
        if verdict.answer != answer:
            match = verdict.decided_by
            by = (
                Phrase("by {list}, {code}", list=match.list, code=match.code)
                if match
                else Phrase("for no list names it")
            )
            yield Phrase(
                "{state} {code} is {answer}, expected {wanted} ({by})",
                state=state,
                code=code,
                answer=verdict.answer,
                wanted=answer,
                by=by,
            )


class _Found(NamedTuple):
    """What the rulebook makes of a case."""

    main: str
    main_of_whole: str
    status: str
    reason: Message
    overlays: frozenset[str]
    policies: frozenset[str]
    overruled: frozenset[str]
    excepted: frozenset[str]
    measures: Mapping[str, object]
    norms: Mapping[str, str]
    pieces: tuple[Mapping[str, frozenset[str]], ...]
    energy: Mapping[str, Any]
    progress: Decimal | None
    amounts: Mapping[tuple[str, ...], Decimal]


class _Question(NamedTuple):
    """A case, and the measures of its units: what it does not give is so as the rulebook takes it."""

    case: Case
    known: pd.DataFrame


def _question(case: Case, rulebook: Rulebook) -> _Question:
    return _Question(case, complete_measures(case_measures(case, rulebook), rulebook).table)


def _batches(cases: Iterable[Case], rulebooks: Mapping[date, Rulebook]) -> list[list[_Question]]:
    """Cases that can be asked as units of one table, for nothing of one reaches another, in such sets.

    Those of a set are of one day, give values of the same names, and lie in regions of their own. A unit that a case
    does not name is called otherwise in each. Left out are cases of more than their unit, and those that are refused.
    """
    alike: dict[tuple[object, ...], list[list[_Question]]] = {}
    for number, case in enumerate(cases):
        if case.whole or case.others or case.pieces or case.energy or case.agreements or case.transfers:
            continue
        unit = case.unit if "unit" in case.model_fields_set else f"{case.unit} {number}"
        with suppress(ZoneplanError):
            question = _question(case.model_copy(update={"unit": unit}), rulebooks[case.date])
            given = frozenset(name for name in case.given if not is_measure(name))
            batches = alike.setdefault((case.date, given, frozenset(question.known.columns)), [])
            regions = _regions(question.case)
            free = (batch for batch in batches if not any(regions & _regions(other.case) for other in batch))
            if (batch := next(free, None)) is not None:
                batch.append(question)
            else:
                batches.append([question])
    return [batch for batches in alike.values() for batch in batches]


def _regions(case: Case) -> set[str]:
    """The unit of a case, and its jurisdiction."""
    return {case.unit, case.jurisdiction} - {""}


def _outcomes(batch: Sequence[_Question], rulebook: Rulebook) -> Iterator[_Found]:
    """What the rulebook makes of cases that are asked together."""
    cases, first = [case for case, _ in batch], batch[0].case
    known = pd.concat([known for _, known in batch])
    quotas = pd.concat([case_quotas(case) for case in cases], ignore_index=True)
    zones = resolve(classify(known, rulebook, part_of=case_wholes(first, rulebook)).table, rulebook)
    pieces = case_pieces(first, rulebook)
    lights = _joined(case_lights(case, rulebook) for case in cases)
    flows = _joined(case_flows(case, zones, known, rulebook) for case in cases)
    policies = assign(zones, known, quotas, lights, flows, rulebook, pieces=pieces).table
    for case in cases:
        zone, unit = zones.loc[case.unit], known.loc[[case.unit]]
        there = policies[policies["unit_id"] == case.unit]
        norms = weigh_norms(unit, rulebook, ("jurisdiction",), quotas) if case.expect.norms else None
        yield _Found(
            main=str(zone["main"]),
            main_of_whole=str(zone["main_of_whole"]),
            status=str(zone["status"]),
            reason=zone["reason"],
            overlays=frozenset(str(zone["overlays"]).split(";")) - {""},
            **_sorted(there[there["piece_id"] == ""]),
            measures=unit.loc[case.unit].to_dict(),
            norms={} if norms is None else dict(zip(norms["norm"], norms["answer"], strict=True)),
            pieces=tuple(_sorted(there[there["piece_id"] == piece]) for piece in pieces.index),
            energy=lights.to_dict("records")[0] if case.energy and lights is not None else {},
            progress=None if case.expect.intensity_progress_pct is None else case_progress(case, rulebook),
            amounts={}
            if flows is None or not (case.agreements or case.transfers)
            else net_amounts_by(flows, "instrument"),
        )


def _joined(tables: Iterable[pd.DataFrame | None]) -> pd.DataFrame | None:
    """Tables in one; None where there is none."""
    there = [table for table in tables if table is not None]
    return pd.concat(there, ignore_index=True) if there else None


def _sorted(policies: pd.DataFrame) -> dict[str, frozenset[str]]:
    """The policies of one place: in force, overruled, excepted."""
    over = policies["overruled_by"].astype(str)
    excepted = over.str.startswith(EXCEPTION)
    parts = {"policies": over == "", "overruled": (over != "") & ~excepted, "excepted": excepted}
    return {what: frozenset(policies.loc[where, "policy"]) for what, where in parts.items()}


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
        if not zone.default and not any(policy.meets(zone) and word.search(policy.when) for policy in draft.policies):
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
        for instrument in there.coverage:
            reach = reach_of(instrument, there, zone.code)
            if not (reach.policies or reach.undecided_policies or reach.gap):
                bare.append(instrument.code)
        if bare:
            fields: dict[str, Field] = {"zone": zone.code, "day": f"{day}", "instruments": Ids(tuple(bare))}
            yield remark("note", "instrument_not_stated", bare, fields)


def _parameters(draft: Draft, name_or_path: str | Path, announce: Callable[[int, int], None]) -> Iterator[Remark]:
    """Parameters by what reads them, and those of which no case would notice another value."""
    cases = [case for cases in draft.cases.values() for case in cases]
    rulebook = read_rulebook(name_or_path)
    rulebooks = {day: rulebook.at(day) for day in sorted({case.date for case in cases})}
    compared, mentioned = _compared(draft), _read_by_policies(draft)
    by_code: dict[str, list[str]] = {"parameter_unmoved": [], "parameter_told": [], "parameter_unread": []}
    for number, parameter in enumerate(draft.parameters):
        announce(number, len(draft.parameters))
        if parameter.name in compared:
            if not _is_moved(parameter.name, compared[parameter.name], draft, cases, rulebooks):
                by_code["parameter_unmoved"].append(parameter.name)
        else:
            by_code["parameter_told" if parameter.name in mentioned else "parameter_unread"].append(parameter.name)
    for code, names in by_code.items():
        if names:
            yield remark("note", code, names, {"parameters": Ids(tuple(names))}, "parameters")


def _conditions(draft: Draft) -> list[str]:
    """Of rules and policies."""
    exceptions = [exception.when for policy in draft.policies for exception in policy.exceptions]
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


def _read_by_policies(draft: Draft) -> set[str]:
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
    for position in sorted(range(len(cases)), key=likely.__getitem__, reverse=True):
        case = cases[position]
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
    latest = next((rulebook for rulebook in reversed([*rulebooks.values()]) if name in rulebook.parameters), None)
    if latest is None:
        return turns
    given = pd.DataFrame([dict(case.given) for case in cases], index=[f"{position}" for position in range(len(cases))])
    for condition in map(parse_condition, _conditions(draft)):
        if name not in condition.names:
            continue
        table = given.reindex(columns=sorted(condition.names - latest.values.keys() - {"unit_id"})).rename_axis(
            "unit_id"
        )
        with suppress(ZoneplanError):  # a value of another kind: no case is likelier than another
            evaluation = condition.evaluate(table, latest.values)
            for value in _other_values(latest.values[name]):
                other = condition.evaluate(table, {**latest.values, name: value})
                turns |= (evaluation.yes != other.yes) | (evaluation.no != other.no)
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
