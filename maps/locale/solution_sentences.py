"""What a quota that is the best by an objective is worth, and what its bounds and rules cost, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from maps.locale.rendering import render
from zoning.records import optimum_said, price_said, rule_named, rule_said, solution_said


def solution_words(solution: Mapping[str, Any], unit: str, language: str = "en") -> str:
    """How good a quota is, in a sentence.

    Examples
    --------
    >>> row = {"objective": "gini", "method": "cuts", "value": 0.25, "bound": 0.2, "gap": 0.05, "gap_pct": 20.0}
    >>> solution_words(row | {"parts": '{"people": 0.25}'}, "ha")[:49]
    'composite Gini 0.25 (people 0.25); no plan is bel'
    """
    return render(solution_said(solution, unit), language)


def price_words(row: Mapping[str, Any], objective: str, language: str = "en", who: str = "") -> str:
    """What one more of a bound would add or take, in a sentence; empty where it would change nothing.

    Examples
    --------
    >>> row = {"shadow_price": 0.25, "price_from": 10, "price_to": 12, "unit": "ha"}
    >>> price_words(row, "suitability", who="Mesa")
    'one more ha for Mesa would add 0.25 to amount times suitability, from 10 to 12 ha'
    """
    said = price_said(row, objective, who)
    return render(said, language) if said else ""


def rule_words(row: Mapping[str, Any], objective: str, language: str = "en") -> Iterator[str]:
    """What a rule came to, with its bounds, and what one more of it would change: one line or two."""
    for said in rule_said(row, objective):
        yield render(said, language)


def optimum_lines(quota: Mapping[str, Any], language: str = "en") -> Iterator[str]:
    """What there is to say of a unit's amount of such a quota: its price, the limits that count it, the whole.

    Nothing where the quota is handed out by weight.
    """
    for said in optimum_said(quota):
        yield render(said, language)


def rule_name(row: Mapping[str, Any], language: str = "en") -> str:
    """What a rule of a quota is called.

    Examples
    --------
    >>> rule_name({"rule": "limit-water-least", "jurisdiction": "CO"})
    "limit 'water' of CO"
    """
    return render(rule_named(row), language)
