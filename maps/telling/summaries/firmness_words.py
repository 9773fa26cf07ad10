"""Firmness in words: how many units stand firm, and what the others are."""

from __future__ import annotations

from collections.abc import Mapping

from maps.words import catalogue
from zoning.zones import FIRMNESS, Firmness, RuleTests


def count_firmness(tests: RuleTests) -> dict[Firmness, int]:
    """How many units are of each kind: each unit once, the firmest kind first.

    Parameters
    ----------
    tests : RuleTests

    Returns
    -------
    dict of str to int
        By all of ``zoning.zones.FIRMNESS``.
    """
    return {kind: int((tests.firmness == kind).sum()) for kind in reversed(FIRMNESS)}


def say_less_firm(counts: Mapping[Firmness, int], language: str) -> str:
    """The units that do not stand firm, by kinds; empty where all do.

    Parameters
    ----------
    counts : mapping of str to int
    language : str

    Examples
    --------
    >>> say_less_firm({"firm": 157, "close": 5, "decision": 2, "assumed": 0, "open": 0}, "en")
    '5 close calls, 2 by decision'
    """
    words = catalogue("firmness", language)
    phrases = [words[kind].format(n=count) for kind, count in counts.items() if count and kind != "firm"]
    return str(words["list"]).join(phrases)
