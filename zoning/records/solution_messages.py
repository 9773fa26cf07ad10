"""What a quota that is the best by an objective is worth, and what its bounds and rules cost, without a language."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from zoning.trace import Message, Term, say

DASH = "–"
"""Stands where there is no number."""


def optimum_said(quota: Mapping[str, Any]) -> Iterator[Message]:
    """What there is to say of a unit's amount of such a quota: its price, the limits that count it, the whole.

    Nothing where the quota is handed out by weight.
    """
    solution = quota["solution"]
    if not solution:
        return
    objective = solution["objective"]
    yield from filter(None, [price_said(quota, objective)])
    for limit in quota["limits"]:
        plain = limit["use"] == 1 and limit["unit"] in (quota["unit"], "%")
        used = "" if plain else say("optimum.uses", use=_figure(limit["use"]), unit=quota["unit"])
        because = say("optimum.because", reason=limit["reason"]) if limit["reason"] else ""
        first, *more = rule_said(limit, objective)
        yield say("optimum.line", state=first, uses=used, because=because)
        yield from more
    yield solution_said(solution, quota["unit"])


def solution_said(solution: Mapping[str, Any], unit: str) -> Message:
    """How good a quota is: a row of SOLUTIONS in the quota's unit of measure."""
    parts = json.loads(solution["parts"])
    return say(
        f"optimum.{solution['objective']}",
        **{name: _figure(solution[name]) for name in ("value", "bound", "gap", "gap_pct")},
        unit=unit,
        method=say(f"optimum.{solution['method']}"),
        parts=tuple(say("optimum.part", name=name, value=_figure(value)) for name, value in parts.items()),
    )


def price_said(row: Mapping[str, Any], objective: str, who: Message | str = "") -> Message | None:
    """What one more of a bound would add or take; None where it would change nothing."""
    price = row["shadow_price"]
    if not objective or price is None or math.isnan(price) or not price:
        return None
    low, high = (_number(row[end]) for end in ("price_from", "price_to"))
    known = low is not None and high is not None and not math.isnan(low) and not math.isnan(high) and low != high
    span = say("optimum.range", low=_figure(low), high=_figure(high), unit=row["unit"]) if known else ""
    key = f"optimum.add_{objective}" if price > 0 else f"optimum.take_{objective}"
    return say(key, unit=row["unit"], who=who or say("optimum.this"), price=_figure(abs(price)), range=span)


def rule_said(row: Mapping[str, Any], objective: str) -> Iterator[Message]:
    """What a rule of a quota came to, and what one more of it would change."""
    ends = tuple(
        say(f"optimum.{end}", n=_figure(row[end]))
        for end in ("least", "most")
        if row[end] is not None and not math.isnan(row[end])
    )
    who = rule_named(row)
    yield say("optimum.state", who=who, amount=_figure(row["amount"]), ends=ends, unit=row["unit"])
    yield from filter(None, [price_said(row, objective, who)])


def rule_named(row: Mapping[str, Any]) -> Message:
    """What a rule of a quota is called."""
    kind, _, name = str(row["rule"]).removesuffix("-least").partition("-")
    rule = say(f"optimum.{kind}", name=name)
    return say("optimum.of", rule=rule, place=Term("place", row["jurisdiction"])) if row["jurisdiction"] else rule


def _number(value: Any) -> float | None:
    return None if value is None or value == "" else float(value)


def _figure(value: Any) -> Message | str:
    """A measured number; a dash where there is none."""
    return DASH if value is None or math.isnan(value) else say("optimum.figure", value=float(value))
