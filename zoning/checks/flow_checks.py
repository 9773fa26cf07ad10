"""Flow checks: whether agreements and transfers find the parties, measures and levels that they name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from layers import ConditionError, Finding, Study, Transfer, UnknownNameError, ZoneplanError, naming_the_layer, shown
from zoning.accounts import party_faults
from zoning.agreements import expand_agreements, parties_of
from zoning.bounds import UNIT
from zoning.errors import InfeasibleError, near
from zoning.foresights import ExpectedColumns
from zoning.indicators import QUOTA
from zoning.needs import TransferContext
from zoning.parties import BUDGET, namesakes
from zoning.rulebook import Rulebook
from zoning.transfers import conditions_of, measures_of, require_values


def flow_faults(study: Study, parties: Mapping[str, str], foresight: ExpectedColumns) -> Iterator[ZoneplanError]:
    """The complaints about agreements and transfers that cannot be carried out.

    Parameters
    ----------
    study : Study
    parties : mapping of str to str
        Those of the study, from :func:`zoning.known_parties`.
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
