"""Parties: who may pay and receive, and the horizontal agreements of a study, written out."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence

import pandas as pd
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from layers.errors import Attempts, StudyError, UnknownNameError, at_key, naming_the_layer
from layers.phrases import OR, SEMICOLON, Phrase, phrase_list
from zoning.errors import near
from zoning.rulebook import Rulebook
from zoning.study import POOL, Agreement, Study

BUDGET = "(budget)"
"""The party whose budget goes out, where a transfer does not say who pays."""
PARTY_WORDS = {POOL: "party_pool", BUDGET: "party_budget"}
"""The parties that are no places, with what catalogues call them by."""

_NEAR = 0.8
"""Names at least as alike as this are taken for slips of each other: one letter of five."""


def known_parties(measures: pd.DataFrame, levels: Sequence[str]) -> dict[str, str]:
    """The parties that stand on the map.

    Examples
    --------
    >>> table = pd.DataFrame({"state": ["west", "east"]}, index=["a", "b"])
    >>> known_parties(table, ["state"])
    {'east': 'state', 'west': 'state', 'a': 'unit', 'b': 'unit'}
    """
    named = {name: level for level in levels for name in sorted(measures[level].dropna().astype(str).unique())}
    return named | {str(unit): "unit" for unit in sorted(measures.index) if str(unit) not in named}


def parties_of_unit(measures: pd.DataFrame, unit_id: str, levels: Sequence[str]) -> set[str]:
    """The parties whose payments concern a unit: itself and all its jurisdictions.

    Examples
    --------
    >>> table = pd.DataFrame({"nation": ["N"], "state": ["west"]}, index=["a"])
    >>> sorted(parties_of_unit(table, "a", ["nation", "state"]))
    ['N', 'a', 'west']
    """
    held = [level for level in levels if level in measures.columns]
    return {unit_id, *measures.loc[unit_id, held].dropna().astype(str)} - {""}


def namesakes(measures: pd.DataFrame, levels: Sequence[str]) -> list[str]:
    """The ids of units that are the name of a jurisdiction, too, unless it is that unit alone.

    Examples
    --------
    >>> namesakes(pd.DataFrame({"state": ["east", "east", "c"]}, index=["a", "east", "c"]), ["state"])
    ['east']
    """
    found = set()
    for level in levels:
        members = measures.index.to_series().groupby(measures[level].to_numpy()).agg(set)
        found |= {str(unit) for unit in measures.index if unit in members.index and members[unit] != {unit}}
    return sorted(found)


def near_misses(name: str, known: Collection[str]) -> list[str]:
    """The known names of which a name may be a slip, letters swapped first; none where it is known, or like nothing.

    Codes of one length that differ in a digit are different codes; a digit too few or too many is a slip.

    Examples
    --------
    >>> near_misses("guizou", ["guizhou", "yunnan"]), near_misses("Yunnan ", ["guizhou", "yunnan"])
    (['guizhou'], ['yunnan'])
    >>> near_misses("guizhou", ["guizhou", "yunnan"]), near_misses("central government", ["guizhou", "yunnan"])
    ([], [])
    >>> near_misses("8031", ["08031"]), near_misses("710000", ["110000"])
    (['08031'], [])
    """
    if name in known:
        return []
    plain = {_plain(one): one for one in sorted(known, reverse=True)}
    meant = _plain(name)
    swapped = [one for one in sorted(plain) if sorted(one) == sorted(meant)]
    alike = difflib.get_close_matches(meant, sorted(plain), 3, _NEAR)
    if meant.isdecimal():
        swapped, alike = [], [one for one in alike if len(one) != len(meant)]
    return [plain[one] for one in dict.fromkeys((*swapped, *alike))]


def slip_faults(
    named: Iterable[tuple[str, str]],
    known: Collection[str],
    outside: Collection[str] = (),
    keys: tuple[str | int, ...] = (),
) -> Iterator[UnknownNameError]:
    """The complaints about parties whose name is nearly that of a jurisdiction or a unit."""
    for at, name in named:
        close = near_misses(name, known) if name not in outside else []
        if close:
            meant = phrase_list((f"'{one}'" for one in close), OR)
            yield UnknownNameError(
                Phrase(
                    "{place}: '{name}' is no jurisdiction or unit of the study; did you mean {meant}? A party "
                    "outside the "
                    "study with such a name is listed in 'outside'",
                    place=at,
                    name=name,
                    meant=meant,
                ),
                code="near_party",
                keys=keys,
            )


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def expand_agreements(study: Study, rulebook: Rulebook) -> tuple[Agreement, ...]:
    """The agreements of a study, those that are like one of the rulebook's written out."""
    found, attempts = list[Agreement](), Attempts()
    for place, one in enumerate(study.agreements):
        with (
            attempts.trying(),
            at_key("agreements", place, "like"),
            naming_the_layer(Phrase("agreement '{agreement}'", agreement=one.name)),
        ):
            found.append(complete_agreement(one, rulebook))
    attempts.finish()
    return tuple(found)


def complete_agreement(agreement: Agreement, rulebook: Rulebook) -> Agreement:
    """An agreement written out: with the terms of that of the rulebook that it is like."""
    if agreement.like is None:
        return agreement
    models = {model.id: model for model in rulebook.agreements}
    if agreement.like not in models:
        raise UnknownNameError(
            Phrase(
                "rulebook '{rulebook}' has no agreement '{agreement}'{hint}",
                rulebook=rulebook.name,
                agreement=agreement.like,
                hint=near(agreement.like, models),
            ),
            code="unknown_agreement",
        )
    model = models[agreement.like]
    try:
        return agreement.completed({"reference": model.reference, "source": model.source, **model.terms})
    except ValidationError as error:
        told = phrase_list(
            (
                Phrase("{place}: {said}", place=".".join(map(str, one["loc"])), said=_fault(one))
                if one["loc"]
                else _fault(one)
                for one in error.errors(include_url=False)
            ),
            SEMICOLON,
        )
        raise StudyError(
            Phrase("with the terms of '{agreement}': {told}", agreement=model.id, told=told), code="agreement"
        ) from None


def _fault(details: ErrorDetails) -> str:
    """What is wrong, as the house says it, or pydantic."""
    faults = details.get("ctx", {}).get("faults", ())
    return phrase_list((said for _, said in faults), SEMICOLON) or details["msg"]
