"""Flow checks: whether agreements and transfers find the parties, measures and levels that they name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from layers import (
    ConditionError,
    Finding,
    Study,
    Transfer,
    UnknownNameError,
    ZoneplanError,
    parse_condition,
    shown,
    telling,
)
from zoning.accounts import party_faults
from zoning.agreements import parties_of, whole_agreements
from zoning.errors import InfeasibleError, near
from zoning.needs import Sight
from zoning.parties import BUDGET
from zoning.rulebook import Rulebook
from zoning.transfers import UNIT, conditions_of, measures_of, require_values
from zoning.weights import Values


def flow_faults(
    study: Study,
    rulebook: Rulebook,
    parties: Mapping[str, str],
    measures: set[str],
    conditions: set[str],
    known: pd.DataFrame,
) -> Iterator[ZoneplanError]:
    """The complaints about agreements and transfers that cannot be carried out.

    Parameters
    ----------
    study : Study
    rulebook : Rulebook
    parties : mapping of str to str
        Those of the study, from :func:`zoning.known_parties`.
    measures, conditions : set of str
        Names that needs and bounds may read, and those that conditions may.
    known : DataFrame
        Index ``unit_id``; what is known of the units by now, from :func:`zoning.indicators.foresee`.

    Yields
    ------
    ZoneplanError
        With the place in the plan.
    """
    try:
        agreements = whole_agreements(study, rulebook)
    except ZoneplanError as error:
        yield error
        agreements = ()
    yield from party_faults(study, agreements, parties)
    layers = {layer.name for layer in study.layers}
    for place, agreement in enumerate(agreements):
        if agreement.river is not None and agreement.river not in layers:
            yield UnknownNameError(
                f"{study.where('agreements', place, 'river')}: agreement '{agreement.name}': there is no layer "
                f"'{agreement.river}'{near(agreement.river, layers)}",
                code="unknown_layer",
            )
    for place, transfer in enumerate(study.transfers):
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
        for text in conditions_of(transfer):
            yield from unseen_names(text, conditions, at)
        if transfer.when is None or is_foreseen(transfer.when, known, rulebook.values):
            yield from _gaps(transfer, Sight(known, rulebook.values), study.where("transfers", place, "name"))


def _gaps(transfer: Transfer, sight: Sight, at: str) -> Iterator[ZoneplanError]:
    """What a transfer reads in the units' own columns and does not find there."""
    try:
        with telling(f"{at}: transfer '{transfer.name}'"):
            require_values(transfer, sight)
    except InfeasibleError:
        return  # what contradicts what is told when all is known
    except ZoneplanError as error:
        yield error


def is_foreseen(condition: str, known: pd.DataFrame, parameters: Values) -> bool:
    """Whether a condition reads nothing but what is known before anything is measured; False of one that is no good."""
    try:
        return parse_condition(condition).names <= {*map(str, known.columns), *parameters}
    except ConditionError:
        return False


def unseen_names(text: str, names: set[str], at: str) -> Iterator[ZoneplanError]:
    """What is wrong with a condition of the plan: it cannot be read, or reads what nothing provides."""
    try:
        condition = parse_condition(text)
    except ConditionError as error:
        yield ConditionError(f"{at}: {error}")
        return
    for name in sorted(condition.names - names):
        yield UnknownNameError(f"{at}: nothing provides '{name}'{near(name, names)}", code="unknown_measure")


def flow_notes(study: Study, rulebook: Rulebook, known: Mapping[str, str]) -> Iterator[Finding]:
    """What a reader should know of agreements and transfers: parties outside, items left out, numbers nobody saw."""
    try:
        agreements = whole_agreements(study, rulebook)
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
        text = f"{len(unread)} agreements or transfers whose numbers nobody saw in an official text: {shown(unread)}"
        yield Finding("note", "unverified", "", tuple(unread[:5]), len(unread), text)
