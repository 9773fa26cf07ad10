"""Goals of a plan: hectares, units or amounts of a quota where a condition holds, compared with a number."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.conditions import Condition, parse_condition
from layers.errors import StudyError
from layers.phrases import Phrase

Truths = npt.NDArray[np.bool_]
Kind = Literal["area_ha", "count", "amount"]
COMPARED: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
}
_BEGIN = re.compile(r"\s*(area_ha|count|amount)\s*\(", re.IGNORECASE)
_END = re.compile(r"\s*(<=|>=|<|>|=)\s*(-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*(?:(AND)\b|$)", re.IGNORECASE)
_QUOTA = re.compile(r"\s*([^\W\d][\w-]*|\"[^\"]+\")\s*,")


@dataclass(frozen=True)
class Goal:
    """One goal."""

    text: str
    kind: Kind
    quota: str
    condition: Condition
    compared: str
    number: Decimal

    def value(self, yes: Truths, area: npt.NDArray[np.float64], amounts: Mapping[str, pd.Series]) -> float | Decimal:
        """What the goal measures of the units where its condition holds: hectares, units, or an exact amount."""
        if self.kind == "count":
            return int(yes.sum())
        if self.kind == "area_ha":
            return math.fsum(area[yes])
        return sum((amount for amount, held in zip(amounts[self.quota], yes, strict=True) if held), Decimal(0))

    def is_met(self, value: float | Decimal) -> bool:
        """Whether a value meets it."""
        return COMPARED[self.compared](Decimal(value), self.number)


def parse_goals(text: str) -> tuple[Goal, ...]:
    """The goals of a text, joined by AND.

    Examples
    --------
    >>> one, other = parse_goals("area_ha(main = 'general') >= 5000 AND amount(land, metro) < 12.5")
    >>> one.kind, one.condition.text, one.compared, one.number
    ('area_ha', "main = 'general'", '>=', Decimal('5000'))
    >>> other.quota, other.number
    ('land', Decimal('12.5'))
    """
    return tuple(_goals(text))


def _goals(text: str) -> Iterator[Goal]:
    start, joined = 0, "AND"
    while joined:
        begin = _BEGIN.match(text, start)
        end = None if begin is None else _closed(text, begin.end())
        rest = None if end is None else _END.match(text, end)
        if begin is None or end is None or rest is None:
            raise StudyError(
                Phrase(
                    "the goal cannot be read from '{rest}' on; write area_ha(CONDITION) >= 1000, count(CONDITION) <= "
                    "12 or amount(QUOTA, CONDITION) >= 500, several joined by AND",
                    rest=text[start:].strip(),
                )
            )
        kind, inside, quota = begin[1].lower(), text[begin.end() : end - 1], ""
        if kind == "amount":
            named = _QUOTA.match(inside)
            if named is None:
                raise StudyError(
                    Phrase("amount({inside}): the name of a quota and a comma come first", inside=inside.strip())
                )
            quota, inside = named[1].strip('"'), inside[named.end() :]
        whole = " ".join(text[begin.start() : rest.end(2)].split())
        yield Goal(whole, cast("Kind", kind), quota, parse_condition(inside.strip()), rest[1], Decimal(rest[2]))
        start, joined = rest.end(), rest[3] or ""


def _closed(text: str, start: int) -> int | None:
    """The end of the bracket that is open at a place; brackets in quotes do not count."""
    depth, quote = 1, ""
    for position in range(start, len(text)):
        sign = text[position]
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        else:
            depth += (sign == "(") - (sign == ")")
            if not depth:
                return position + 1
    return None
