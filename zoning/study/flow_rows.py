"""Rows of money: who pays whom how much, whole steps, split by shares with exact sums."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, TypedDict

import pandas as pd

from layers.sources import OptionalWording
from zoning.reasons import Message, as_message, joined
from zoning.solver import Step, apportion

POOL = "(pool)"
"""The party that holds what several pay in, until it goes out again."""


class Row(TypedDict):
    """What of a row of the FLOWS table is its own: the rest is alike for all of an agreement or transfer."""

    payer: str
    receiver: str
    amount: Decimal
    rule: Message


class FlowRow(Row):
    """A row of the FLOWS table."""

    instrument: str
    period: int
    unit: str | None
    reference: str | Message


def full_row(
    row: Row, amount: Decimal, instrument: str, period: int, unit: str | None, reference: OptionalWording
) -> FlowRow:
    """A row with what is alike for all of an agreement or transfer, and its amount as it is paid."""
    return {
        "payer": row["payer"],
        "receiver": row["receiver"],
        "amount": amount,
        "rule": row["rule"],
        "instrument": instrument,
        "period": period,
        "unit": unit,
        "reference": as_message(reference),
    }


class Sides(NamedTuple):
    """The two sides of a river: what flows past one comes from the other."""

    upstream: str
    downstream: str

    def other(self, party: str) -> str:
        """The other side."""
        return self.downstream if party == self.upstream else self.upstream


def flow_row(payer: str, receiver: str, amount: Decimal, rule: Message) -> Row:
    """A row of the FLOWS table."""
    return {"payer": payer, "receiver": receiver, "amount": amount, "rule": rule}


def merged(rows: Iterable[Row]) -> Iterator[Row]:
    """One row a payer and receiver, sorted; what comes to nothing is left out."""
    found: dict[tuple[str, str], Row] = {}
    for row in rows:
        key = (row["payer"], row["receiver"])
        if key in found:
            before = found[key]
            told = joined((before["rule"], row["rule"]))
            found[key] = flow_row(*key, before["amount"] + row["amount"], told)
        else:
            found[key] = row
    yield from (found[key] for key in sorted(found) if found[key]["amount"])


def split_by_shares(shares: Mapping[str, Decimal], total: Decimal, step: Decimal) -> dict[str, Decimal]:
    """A total split by shares in whole steps; sums are exact, ties go to the name that sorts first."""
    if not total:
        return dict.fromkeys(sorted(shares), Decimal(0))
    return dict(sorted(apportion(pd.Series(dict(shares)), total, step).items()))


def to_step(amount: Fraction, step: Decimal) -> Decimal:
    """An exact amount rounded to the nearest whole step, halves to the even one."""
    return Step.of(step).amount(round(amount / Fraction(step)))


def sum_of(shares: Mapping[str, Decimal]) -> Decimal:
    """The sum of some shares."""
    return sum(shares.values(), start=Decimal(0))
