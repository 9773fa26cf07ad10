"""What agreements, transfers and the energy table name: parties, regions, measures and levels must be there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import pandas as pd

from layers.errors import Finding, UnknownNameError, ZoneplanError, shown
from layers.phrases import OR, Phrase, phrase_list
from layers.read import jurisdiction_names
from zoning.errors import near
from zoning.measures import QUOTA
from zoning.money import (
    BUDGET,
    EnergyTable,
    conditions_of,
    expand_agreements,
    known_parties,
    measures_of,
    namesakes,
    near_misses,
    parties_of,
    party_faults,
    scheme_in_force,
)
from zoning.pipeline.column_sources import ExpectedColumns
from zoning.quotas import UNIT
from zoning.rulebook import EXEMPT, INCENTIVE, RELAXED, Rulebook, Scheme
from zoning.study import Agreement, Study


def flow_faults(study: Study, parties: Mapping[str, str], columns: ExpectedColumns) -> Iterator[ZoneplanError]:
    """The complaints about agreements and transfers that cannot be carried out."""
    agreements: tuple[Agreement, ...] = ()
    try:
        agreements = expand_agreements(study, columns.rulebook)
    except ZoneplanError as error:
        yield from error.parts
    yield from party_faults(study, agreements, parties)
    if agreements or any(transfer.level != UNIT for transfer in study.transfers):
        yield from _namesakes(study, columns)
    layers = {layer.name for layer in study.layers}
    for place, agreement in enumerate(agreements):
        if agreement.river is not None and agreement.river not in layers:
            yield UnknownNameError(
                Phrase(
                    "agreement '{agreement}': there is no layer '{layer}'{hint}",
                    agreement=agreement.name,
                    layer=agreement.river,
                    hint=near(agreement.river, layers),
                ),
                code="unknown_layer",
                keys=("agreements", place, "river"),
            )
    for place in range(len(study.transfers)):
        yield from _transfer_faults(study, place, columns)


def _transfer_faults(study: Study, place: int, columns: ExpectedColumns) -> Iterator[ZoneplanError]:
    """What one transfer names and does not find."""
    transfer = study.transfers[place]
    quotas = {f"{QUOTA}{quota.name}" for quota in study.quotas}  # which no transfer sees
    measures, said, keys = (
        columns.names - quotas,
        Phrase("transfer '{transfer}'", transfer=transfer.name),
        ("transfers", place, "name"),
    )
    if transfer.level not in (UNIT, *study.units.levels):
        yield UnknownNameError(
            Phrase(
                "{said}: level '{level}' is no jurisdiction of [units] (it has {levels})",
                said=said,
                level=transfer.level,
                levels=shown(study.units.levels) or Phrase("none"),
            ),
            code="unknown_level",
            keys=keys,
        )
    for name in measures_of(transfer):
        if name not in measures:
            text = Phrase(
                "{said}: nothing provides the measure '{measure}'{hint}",
                said=said,
                measure=name,
                hint=near(name, measures),
            )
            yield UnknownNameError(text, code="unknown_measure", keys=keys)
    for below, when in conditions_of(transfer).items():
        yield from columns.complaints(when, said, ("transfers", place, *below), quotas)


def _namesakes(study: Study, columns: ExpectedColumns) -> Iterator[ZoneplanError]:
    twice = namesakes(columns.units, [one for one in study.units.levels if one in columns.units.columns])
    if twice:
        yield UnknownNameError(
            Phrase(
                "{ids} is the id of a unit and the name of a jurisdiction of others: a payment to it could mean "
                "either; give the units other ids, or the jurisdictions other names",
                ids=shown(twice),
            ),
            code="two_sources",
            layer="units",
            features=twice,
            keys=("units", "id"),
        )


def flow_notes(study: Study, rulebook: Rulebook, known: Mapping[str, str]) -> Iterator[Finding]:
    """What a reader should know of agreements and transfers: parties outside, items left out, numbers nobody saw."""
    try:
        agreements = expand_agreements(study, rulebook)
    except ZoneplanError:
        return  # the complaint about it stands among the errors
    parties = {party for one in agreements for party in parties_of(one)}
    parties |= {one.payer for one in study.transfers} - {BUDGET}
    outside = sorted(parties - set(known))
    if outside:
        text = Phrase(
            "{ids}: no jurisdiction or unit of the study, so parties outside it; they stand on no map",
            ids=shown(outside),
        )
        yield Finding("note", "outside_party", "", tuple(outside[:5]), len(outside), text)
    for place, one in enumerate(agreements):
        if one.missing_items:
            text = Phrase(
                "{place}: agreement '{agreement}' ({period}) does not state {items}, which the Regulation on "
                "Ecological Protection Compensation (2024) asks of an agreement",
                place=study.where("agreements", place, "name"),
                agreement=one.name,
                period=one.period,
                items=phrase_list(one.missing_items),
            )
            yield Finding("note", "agreement_items", "", (one.name,), len(one.missing_items), text)
    unread = [f"{one.name} ({one.period})" for one in agreements if not one.verified]
    unread += [f"{one.name} ({one.period})" for one in study.transfers if not one.verified]
    if unread:
        text = Phrase("agreements or transfers whose numbers nobody saw in an official text: {ids}", ids=shown(unread))
        yield Finding("note", "unverified", "", tuple(unread[:5]), len(unread), text)


_SWITCHED = {
    INCENTIVE: ("intensity_incentive_pct",),
    EXEMPT: ("exempt",),
    RELAXED: ("growth_target_pct", "growth_actual_pct"),
}
"""The columns that a scheme reads only where it has the switch."""


def energy_faults(table: EnergyTable | None, study: Study, units: pd.DataFrame) -> Iterator[ZoneplanError]:
    """Regions whose names are nearly those of a jurisdiction or unit."""
    if table is None:
        return
    for region, hint in _slips(map(str, table.rows.index), study, units):
        yield UnknownNameError(
            Phrase(
                "table '{table}': region '{region}' is no jurisdiction or unit of the plan, but nearly one; {hint}",
                table=table.name,
                region=region,
                hint=hint,
            ),
            code="near_party",
            layer=table.name,
            features=[region],
            keys=("energy", "table"),
        )


def _slips(regions: Iterable[str], study: Study, units: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Regions that are nearly a known name, or the name of a unit where its id is wanted, each with a remedy."""
    known = known_parties(units, study.units.levels)
    columns = ("name", *study.units.names.values())
    named = {str(name): unit for column in columns for unit, name in units[column].items()}
    coded = {
        name: code
        for code, names in jurisdiction_names(units, study.units).items()
        for name in ([names] if isinstance(names, str) else names.values())
    }
    for region in regions:
        close = near_misses(region, known)
        if close:
            yield region, Phrase("did you mean {names}?", names=phrase_list((repr(one) for one in close), OR))
        elif region not in known and region in coded:
            yield region, Phrase("jurisdiction '{code}' has that name: write its code", code=coded[region])
        elif region not in known and region in named:
            yield region, Phrase("unit '{unit}' has that name: write its id", unit=named[region])


def energy_notes(table: EnergyTable | None, study: Study, rulebook: Rulebook, units: pd.DataFrame) -> Iterator[Finding]:
    """Regions outside the plan, a scheme of another time, columns that it does not read, signs that look wrong."""
    if table is None or not rulebook.schemes:
        return
    outside = tuple(sorted(set(map(str, table.rows.index)) - set(known_parties(units, study.units.levels))))
    if outside:
        text = Phrase(
            "table '{table}': {count} region(s) are no jurisdiction and no unit of the plan; they are judged and "
            "reach no unit: {ids}",
            table=table.name,
            count=len(outside),
            ids=shown(outside),
        )
        yield Finding("note", "outside_party", table.name, outside[:5], len(outside), text)
    try:
        scheme = scheme_in_force(table, rulebook)
    except ZoneplanError:
        return  # said as an error already
    end = date(table.period, 12, 31)
    if not scheme.on(end):
        text = Phrase(
            "{place}: scheme '{scheme}' ({period}) is not in force at the end of the period, {end}; it judges "
            "because the plan says so",
            place=table.where("scheme"),
            scheme=scheme.code,
            period=scheme.period,
            end=end,
        )
        yield Finding("note", "scheme_not_in_force", table.name, (scheme.code,), 1, text)
    columns = set(map(str, table.rows.columns))
    for switch, names in _SWITCHED.items():
        read = {name if name.endswith("_pct") else f"{name}_{scheme.unit}" for name in names}
        if not scheme.holds(switch, end) and (unread := sorted((read & columns) - _needed_besides(table, scheme))):
            text = Phrase(
                "table '{table}': scheme '{scheme}' does not read {unread}",
                table=table.name,
                scheme=scheme.code,
                unread=phrase_list(unread),
            )
            yield Finding("warning", "unread_column", table.name, tuple(unread), len(unread), text)
    yield from _signs(table.rows.get("intensity_actual_pct"), table.name, scheme)


def _needed_besides(table: EnergyTable, scheme: Scheme) -> set[str]:
    """Columns of growth that are read whatever the scheme: for the share of a total, and to compute intensity."""
    computed = "intensity_actual_pct" not in table.rows.columns and f"used_{scheme.unit}" in table.rows.columns
    shared = {"growth_target_pct"} if table.share is not None else set()
    return shared | ({"growth_actual_pct"} if computed else set())


def _signs(actual: object, name: str, scheme: Scheme) -> Iterator[Finding]:
    """All intensities risen: more likely that somebody wrote falls as negative numbers."""
    values = [one for one in getattr(actual, "tolist", list)() if one is not None]
    if len(values) > 1 and all(one < 0 for one in values):
        text = Phrase(
            "table '{table}': by intensity_actual_pct the intensity of every region rose (scheme '{scheme}' "
            "makes all of them red); a fall is written as a positive number",
            table=name,
            scheme=scheme.code,
        )
        yield Finding("warning", "all_rose", name, (), len(values), text)
