"""Parties: who pays and who receives, and whether a name is one that the study knows."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence

import pandas as pd

from layers.errors import UnknownNameError
from layers.phrases import OR, Phrase, phrase_list
from zoning.agreements import POOL

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
