"""Flow checks: whether agreements and transfers find the parties, measures and levels that they name.

Energy checks: whether the regions of ``[energy]`` can be judged, and what a planner should know of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from layers.errors import ConditionError, Finding, UnknownNameError, ZoneplanError, naming_the_layer, shown
from layers.formats import EnergyTable
from layers.inputs import Inputs
from layers.sources import Study, Transfer
from zoning.checks.column_sources import ExpectedColumns
from zoning.compensation import (
    BUDGET,
    TransferContext,
    conditions_of,
    expand_agreements,
    known_parties,
    measures_of,
    namesakes,
    near_misses,
    parties_of,
    party_faults,
    require_values,
)
from zoning.energy import judge_energy, scheme_in_force
from zoning.errors import InfeasibleError, near
from zoning.measures import QUOTA
from zoning.quotas import UNIT
from zoning.rulebook import EXEMPT, INCENTIVE, RELAXED, Rulebook, Scheme


def flow_faults(study: Study, parties: Mapping[str, str], foresight: ExpectedColumns) -> Iterator[ZoneplanError]:
    """The complaints about agreements and transfers that cannot be carried out.

    Parameters
    ----------
    study : Study
    parties : mapping of str to str
        Those of the study, from :func:`zoning.compensation.known_parties`.
    foresight : Foresight
        Of the units and the rulebook.

    Yields
    ------
    ZoneplanError
        With the place in the plan.
    """
    try:
        agreements = expand_agreements(study, foresight.rulebook)
    except ZoneplanError as error:
        yield error
        agreements = ()
    yield from party_faults(study, agreements, parties)
    if agreements or any(transfer.level != UNIT for transfer in study.transfers):
        yield from _namesakes(study, foresight)
    layers = {layer.name for layer in study.layers}
    for place, agreement in enumerate(agreements):
        if agreement.river is not None and agreement.river not in layers:
            yield UnknownNameError(
                f"{study.where('agreements', place, 'river')}: agreement '{agreement.name}': there is no layer "
                f"'{agreement.river}'{near(agreement.river, layers)}",
                code="unknown_layer",
            )
    for place in range(len(study.transfers)):
        yield from _transfer_faults(study, place, foresight)


def _transfer_faults(study: Study, place: int, foresight: ExpectedColumns) -> Iterator[ZoneplanError]:
    """What one transfer names and does not find."""
    transfer = study.transfers[place]
    quotas = {f"{QUOTA}{quota.name}" for quota in study.quotas}  # which no transfer sees
    measures = foresight.names - quotas
    at = f"{study.where('transfers', place, 'name')}: transfer '{transfer.name}'"
    if transfer.level not in (UNIT, *study.units.levels):
        yield UnknownNameError(
            f"{at}: level '{transfer.level}' is no jurisdiction of [units] "
            f"(it has {shown(study.units.levels) or 'none'})",
            code="unknown_level",
        )
    for name in measures_of(transfer):
        if name not in measures:
            yield UnknownNameError(
                f"{at}: nothing provides the measure '{name}'{near(name, measures)}", code="unknown_measure"
            )
    for keys, text in conditions_of(transfer).items():
        said = f"{study.where('transfers', place, *keys)}: transfer '{transfer.name}'"
        yield from foresight.complaints(text, said, quotas)
    if transfer.when is None or foresight.foresees(transfer.when):
        sight = TransferContext(foresight.known, foresight.parameters)
        yield from _gaps(transfer, sight, study.where("transfers", place, "name"))


def _namesakes(study: Study, foresight: ExpectedColumns) -> Iterator[ZoneplanError]:
    twice = namesakes(foresight.known, [one for one in study.units.levels if one in foresight.known.columns])
    if twice:
        yield UnknownNameError(
            f"{study.where('units', 'id')}: {shown(twice)} is the id of a unit and the name of a jurisdiction of "
            "others: a payment to it could mean either; give the units other ids, or the jurisdictions other names",
            code="two_sources",
            layer="units",
            features=twice,
        )


def _gaps(transfer: Transfer, sight: TransferContext, at: str) -> Iterator[ZoneplanError]:
    """What a transfer reads in the units' own columns and does not find there."""
    try:
        with naming_the_layer(f"{at}: transfer '{transfer.name}'"):
            require_values(transfer, sight)
    except (InfeasibleError, ConditionError):
        return  # what contradicts what is told when all is known, and what a condition compares is told with it
    except ZoneplanError as error:
        yield error


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
        text = f"{shown(outside)}: no jurisdiction or unit of the study, so parties outside it; they stand on no map"
        yield Finding("note", "outside_party", "", tuple(outside[:5]), len(outside), text)
    for place, one in enumerate(agreements):
        if one.missing_items:
            text = (
                f"{study.where('agreements', place, 'name')}: agreement '{one.name}' ({one.period}) does not state "
                f"{', '.join(one.missing_items)}, which the Regulation on Ecological Protection Compensation (2024) "
                "asks of an agreement"
            )
            yield Finding("note", "agreement_items", "", (one.name,), len(one.missing_items), text)
    unread = [f"{one.name} ({one.period})" for one in agreements if not one.verified]
    unread += [f"{one.name} ({one.period})" for one in study.transfers if not one.verified]
    if unread:
        text = f"agreements or transfers whose numbers nobody saw in an official text: {shown(unread)}"
        yield Finding("note", "unverified", "", tuple(unread[:5]), len(unread), text)


_SWITCHED = {
    INCENTIVE: ("intensity_incentive_pct",),
    EXEMPT: ("exempt",),
    RELAXED: ("growth_target_pct", "growth_actual_pct"),
}
"""The columns that a scheme reads only where it has the switch."""


def energy_faults(study: Study, rulebook: Rulebook, inputs: Inputs) -> Iterator[ZoneplanError]:
    """What forbids to judge the regions, and regions whose names are nearly those of a jurisdiction or unit."""
    table = inputs.energy
    if table is None:
        return
    try:
        judge_energy(table, rulebook)
    except ZoneplanError as error:
        yield error
    for region, hint in _slips(map(str, table.rows.index), study, inputs):
        yield UnknownNameError(
            f"table '{table.name}': region '{region}' is no jurisdiction or unit of the plan, but nearly one; {hint}",
            code="near_party",
            layer=table.name,
            features=[region],
        )


def _slips(regions: Iterable[str], study: Study, inputs: Inputs) -> Iterator[tuple[str, str]]:
    """Regions that are nearly a known name, or the name of a unit where its id is wanted, each with a remedy."""
    known = known_parties(inputs.units, study.units.levels)
    named = dict(zip(inputs.units["name"].astype(str), inputs.units.index, strict=True))
    for region in regions:
        close = near_misses(region, known)
        if close:
            yield region, f"did you mean {' or '.join(repr(one) for one in close)}?"
        elif region not in known and region in named:
            yield region, f"unit '{named[region]}' has that name: write its id"


def energy_notes(study: Study, rulebook: Rulebook, inputs: Inputs) -> Iterator[Finding]:
    """Regions outside the plan, a scheme of another time, columns that it does not read, signs that look wrong."""
    table = inputs.energy
    if table is None or not rulebook.schemes:
        return
    outside = tuple(sorted(set(map(str, table.rows.index)) - set(known_parties(inputs.units, study.units.levels))))
    if outside:
        text = (
            f"table '{table.name}': {len(outside)} region(s) are no jurisdiction and no unit of the plan; they are "
            f"judged and reach no unit: {shown(outside)}"
        )
        yield Finding("note", "outside_party", table.name, outside[:5], len(outside), text)
    try:
        scheme = scheme_in_force(table, rulebook)
    except ZoneplanError:
        return  # said as an error already
    end = date(table.period, 12, 31)
    if not scheme.on(end):
        text = (
            f"{table.where('scheme')}: scheme '{scheme.code}' ({scheme.period}) is not in force at the end of the "
            f"period, {end}; it judges because the plan says so"
        )
        yield Finding("note", "scheme_not_in_force", table.name, (scheme.code,), 1, text)
    columns = set(map(str, table.rows.columns))
    for switch, names in _SWITCHED.items():
        read = {name if name.endswith("_pct") else f"{name}_{scheme.unit}" for name in names}
        if not scheme.holds(switch, end) and (unread := sorted((read & columns) - _needed_besides(table, scheme))):
            text = f"table '{table.name}': scheme '{scheme.code}' does not read {', '.join(unread)}"
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
        text = (
            f"table '{name}': by intensity_actual_pct the intensity of every region rose (scheme '{scheme.code}' makes "
            "all of them red); a fall is written as a positive number"
        )
        yield Finding("warning", "all_rose", name, (), len(values), text)
