"""What a quota that is the best by an objective is worth, and what its bounds and rules cost, in sentences."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from maps.locale.number_format import NONE
from maps.locale.rendering import render
from zoning.trace import Message, say


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
    return render(_solution(solution, unit), language)


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
    said = _price(row, objective, who)
    return render(said, language) if said else ""


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
    for said in _rule(row, objective):
        yield render(said, language)


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
    for said in optimum_said(quota):
        yield render(said, language)


def rule_name(row: Mapping[str, Any], language: str = "en") -> str:
    """What a rule of a quota is called.

    Examples
    --------
    >>> rule_name({"rule": "limit-water-least", "jurisdiction": "CO"})
    "limit 'water' of CO"
    """
    return render(_name(row), language)


def optimum_said(quota: Mapping[str, Any]) -> Iterator[Message]:
    """The lines of :func:`optimum_lines` before anybody has chosen a language."""
    solution = quota["solution"]
    if not solution:
        return
    objective = solution["objective"]
    yield from filter(None, [_price(quota, objective)])
    for limit in quota["limits"]:
        plain = limit["use"] == 1 and limit["unit"] in (quota["unit"], "%")
        used = "" if plain else say("optimum.uses", use=_figure(limit["use"]), unit=quota["unit"])
        because = say("optimum.because", reason=limit["reason"]) if limit["reason"] else ""
        first, *more = _rule(limit, objective)
        yield say("optimum.line", state=first, uses=used, because=because)
        yield from more
    yield _solution(solution, quota["unit"])


def _solution(solution: Mapping[str, Any], unit: str) -> Message:
    parts = json.loads(solution["parts"])
    return say(
        f"optimum.{solution['objective']}",
        **{name: _figure(solution[name]) for name in ("value", "bound", "gap", "gap_pct")},
        unit=unit,
        method=say(f"optimum.{solution['method']}"),
        parts=tuple(say("optimum.part", name=name, value=_figure(value)) for name, value in parts.items()),
    )


def _price(row: Mapping[str, Any], objective: str, who: Message | str = "") -> Message | None:
    price = row["shadow_price"]
    if not objective or price is None or math.isnan(price) or not price:
        return None
    low, high = (_number(row[end]) for end in ("price_from", "price_to"))
    known = low is not None and high is not None and not math.isnan(low) and not math.isnan(high) and low != high
    span = say("optimum.range", low=_figure(low), high=_figure(high), unit=row["unit"]) if known else ""
    key = f"optimum.add_{objective}" if price > 0 else f"optimum.take_{objective}"
    return say(key, unit=row["unit"], who=who or say("optimum.this"), price=_figure(abs(price)), range=span)


def _rule(row: Mapping[str, Any], objective: str) -> Iterator[Message]:
    ends = tuple(
        say(f"optimum.{end}", n=_figure(row[end]))
        for end in ("least", "most")
        if row[end] is not None and not math.isnan(row[end])
    )
    who = _name(row)
    yield say("optimum.state", who=who, amount=_figure(row["amount"]), ends=ends, unit=row["unit"])
    yield from filter(None, [_price(row, objective, who)])


def _name(row: Mapping[str, Any]) -> Message:
    kind, _, name = str(row["rule"]).removesuffix("-least").partition("-")
    rule = say(f"optimum.{kind}", name=name)
    return say("optimum.of", rule=rule, place=row["jurisdiction"]) if row["jurisdiction"] else rule


def _number(value: Any) -> float | None:
    return None if value is None or value == "" else float(value)


def _figure(value: Any) -> Message | str:
    """A measured number; a dash where there is none."""
    return NONE if value is None or math.isnan(value) else say("optimum.figure", value=float(value))
