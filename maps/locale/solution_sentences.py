"""Words for what a quota that is the best by an objective is worth, and what its bounds and rules cost."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from maps.locale.messages import catalogue
from maps.locale.number_format import format_measure


def solution_words(solution: Mapping[str, Any], unit: str, language: str = "en") -> str:
    """How good a quota is, in a sentence.

    Parameters
    ----------
    solution : mapping
        A row of SOLUTIONS.
    unit : str
        The quota's unit of measure.
    language : str

    Examples
    --------
    >>> row = {"objective": "gini", "method": "cuts", "value": 0.25, "bound": 0.2, "gap": 0.05, "gap_pct": 20.0}
    >>> solution_words(row | {"parts": '{"people": 0.25}'}, "ha")[:49]
    'composite Gini 0.25 (people 0.25); no plan is bel'
    """
    said = catalogue("optimum", language)
    parts = json.loads(solution["parts"])
    told = {name: format_measure(solution[name], language) for name in ("value", "bound", "gap", "gap_pct")}
    return said[solution["objective"]].format(
        **told,
        unit=unit,
        method=said[solution["method"]],
        parts=", ".join(f"{name} {format_measure(value, language)}" for name, value in parts.items()),
    )


def price_words(row: Mapping[str, Any], objective: str, language: str = "en", who: str = "") -> str:
    """What one more of a bound would add or take, in a sentence; empty where it would change nothing.

    Parameters
    ----------
    row : mapping
        A row of QUOTAS or of QUOTA_RULES: ``shadow_price``, ``price_from``, ``price_to`` and ``unit``.
    objective : {"suitability", "gini", ""}
        Nothing is said where it is empty.
    language : str
    who : str
        Whose bound it is; "it" where nothing is said.

    Examples
    --------
    >>> row = {"shadow_price": 0.25, "price_from": 10, "price_to": 12, "unit": "ha"}
    >>> price_words(row, "suitability", who="Mesa")
    'one more ha for Mesa would add 0.25 to amount times suitability, from 10 to 12 ha'
    """
    price = row["shadow_price"]
    if not objective or price is None or math.isnan(price) or not price:
        return ""
    said = catalogue("optimum", language)
    ends = [_number(row[end]) for end in ("price_from", "price_to")]
    known = all(end is not None and not math.isnan(end) for end in ends) and ends[0] != ends[1]
    span = (
        said["range"].format(
            low=format_measure(ends[0], language), high=format_measure(ends[1], language), unit=row["unit"]
        )
        if known
        else ""
    )
    key = f"add_{objective}" if price > 0 else f"take_{objective}"
    return said[key].format(
        unit=row["unit"], who=who or said["this"], price=format_measure(abs(price), language), range=span
    )


def rule_words(row: Mapping[str, Any], objective: str, language: str = "en") -> Iterator[str]:
    """What a rule came to, with its bounds, and what one more of it would change: one line or two.

    Parameters
    ----------
    row : mapping
        A row of QUOTA_RULES.
    objective : {"suitability", "gini"}
    language : str

    Yields
    ------
    str
    """
    said = catalogue("optimum", language)
    ends = [
        said[end].format(n=format_measure(row[end], language))
        for end in ("least", "most")
        if row[end] is not None and not math.isnan(row[end])
    ]
    who = rule_name(row, language)
    yield said["state"].format(
        who=who, amount=format_measure(row["amount"], language), ends="".join(ends), unit=row["unit"]
    )
    if price := price_words(row, objective, language, who):
        yield price


def optimum_lines(quota: Mapping[str, Any], language: str = "en") -> Iterator[str]:
    """What there is to say of a unit's amount of such a quota: its price, the limits that count it, the whole.

    Nothing where the quota is handed out by weight.

    Parameters
    ----------
    quota : mapping
        From an explanation.
    language : str

    Yields
    ------
    str
    """
    solution = quota["solution"]
    if not solution:
        return
    said, objective = catalogue("optimum", language), solution["objective"]
    if price := price_words(quota, objective, language):
        yield price
    for limit in quota["limits"]:
        plain = limit["use"] == 1 and limit["unit"] in (quota["unit"], "%")
        used = "" if plain else said["uses"].format(use=format_measure(limit["use"], language), unit=quota["unit"])
        because = said["because"].format(reason=limit["reason"]) if limit["reason"] else ""
        first, *more = rule_words(limit, objective, language)
        yield f"{first}{used}{because}"
        yield from more
    yield solution_words(solution, quota["unit"], language)


def rule_name(row: Mapping[str, Any], language: str = "en") -> str:
    """What a rule of a quota is called.

    Examples
    --------
    >>> rule_name({"rule": "limit-water-least", "jurisdiction": "CO"})
    "limit 'water' of CO"
    """
    said = catalogue("optimum", language)
    kind, _, name = str(row["rule"]).removesuffix("-least").partition("-")
    rule = said[kind].format(name=name)
    return said["of"].format(rule=rule, place=row["jurisdiction"]) if row["jurisdiction"] else rule


def _number(value: Any) -> float | None:
    return None if value is None or value == "" else float(value)
