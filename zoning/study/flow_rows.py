"""Rows of money: who pays whom how much, with exact sums; and the terms that agreements of several kinds have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal, NamedTuple, TypedDict

import pandas as pd
from pydantic import Field

from layers.sources import (
    Exact,
    ExactStep,
    Misfit,
    Named,
    NameText,
    OptionalWording,
    Section,
    Several,
    Sourced,
    Text,
    Wording,
)
from zoning.reasons import Message, as_message, joined
from zoning.solver import Step, apportion

Shares = Annotated[dict[Text, ExactStep], Field(min_length=1)]
"""Parties and their shares; only the proportions count."""
Side = Literal["upstream", "downstream"]


class Grant(Section):
    """A fixed amount beside the rule, such as the contribution of the central government."""

    payer: Text
    """Who pays."""
    receiver: Text
    """Who receives."""
    amount: ExactStep
    """How much."""
    reason: Wording
    """Why, in words that stand in the report."""


class Pollutant(Section):
    """One indicator of water quality: its target or base, what was measured, and what an excess costs."""

    name: Text
    """Name, such as "CODMn"."""
    measured: Exact | Several[Exact]
    """Concentration that was measured, in mg/L; of kind "load" one value a month where flow_m3 has one."""
    weight: ExactStep | None = None
    """Of kind "index": its weight; all weights sum to 1."""
    base: ExactStep | None = None
    """Of kind "index": the concentration that counts as 1."""
    target: Exact | None = None
    """Of kind "load": the concentration up to which nothing is paid, in mg/L."""
    price: ExactStep | None = None
    """Of kind "load": the price of a tonne above the target."""
    pay: Shares | None = None
    """Of kind "load": who pays for this indicator, where it differs from the agreement's."""


class Band(Section):
    """What is paid where the result lies in a band; the first band that holds decides."""

    payer: Side | Literal["nobody"]
    """Who pays the other side."""
    amount: Exact = Decimal(0)
    """How much."""
    up_to: ExactStep | None = None
    """Of kind "index": the band reaches up to this value, included; the last band has none."""
    at_least: Annotated[Exact, Field(le=100)] | None = None
    """Of kind "compliance": the band begins at this rate in per cent, included; the last band has none."""


class AgreementTerms(Named, Sourced):
    """What agreements of several kinds have; what one kind alone has stands in its module."""

    name: Text
    """Name; several periods of one agreement share it."""
    period: int
    """The year, or the end of the period."""
    like: Text | None = None
    """Id of an agreement of the rulebook (agreements.toml) whose terms hold where this one does not say otherwise."""
    parties: dict[Text, Text] = Field(default_factory=dict)
    """What the parties of the rulebook's agreement are called in this study, such as { anhui = "340000" }."""
    kind: str | None = None
    """How it works: one of the kinds."""
    unit: Text | None = None
    """Unit of its amounts, such as "CNY"."""
    step: ExactStep = Decimal("0.01")
    """The smallest amount that is paid."""
    pay: Shares | None = None
    """Who pays, with shares: into the pool, or for the load."""
    receive: Shares | None = None
    """Who receives, with shares: from the pool, or for the load."""
    upstream: Text | None = None
    """Of kinds "index" and "compliance": the party upstream; without it, the river layer says it."""
    downstream: Text | None = None
    """The party downstream."""
    river: NameText | None = None
    """A layer of lines drawn downstream, from which upstream and downstream are derived or checked."""
    indicators: Several[Pollutant] = ()
    """Of kinds "index" and "load": what was measured."""
    accident: bool = False
    """Of kinds "index" and "compliance": a major pollution accident, by which the last band decides."""
    bands: Several[Band] = ()
    """Of kinds "index" and "compliance": who pays what, from the best result to the worst."""
    grants: Several[Grant] = ()
    """Fixed amounts beside the rule."""
    outside: Several[Text] = ()
    """Parties that are no jurisdiction of the study although their name is near one."""
    scope: Wording | None = None
    """What the agreement covers (Regulation on Ecological Protection Compensation 2024)."""
    targets: Wording | None = None
    """Targets and indicators, in words."""
    duties: Wording | None = None
    """What each side has to do."""
    mode: Wording | None = None
    """How compensation is made: money, industry, training, parks."""
    term: Wording | None = None
    """From when to when."""
    breach: Wording | None = None
    """What follows a breach."""


def _no_faults(_terms: Any) -> Iterable[Misfit]:
    return ()


@dataclass(frozen=True)
class AgreementKind:
    """A kind of agreement: its keys, what is checked, and what it makes flow."""

    name: str
    needs: tuple[str, ...]
    flows: Callable[[Any, Sides | None], list[Row]]
    may_have: tuple[str, ...] = ()
    of_indicators: tuple[str, ...] = ()
    faults: Callable[[Any], Iterable[Misfit]] = _no_faults
    has_sides: bool = False
    measured: Mapping[str, Any] = field(default_factory=dict)
    measured_of_indicators: Mapping[str, Any] = field(default_factory=dict)

    @property
    def keys(self) -> set[str]:
        """The keys that have a meaning in such an agreement, and not in every one."""
        sides = ("upstream", "downstream", "river", "accident") if self.has_sides else ()
        return {*self.needs, *self.may_have, *sides}


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
    merged_rows: dict[tuple[str, str], Row] = {}
    for row in rows:
        key = (row["payer"], row["receiver"])
        if key in merged_rows:
            before = merged_rows[key]
            rule = joined((before["rule"], row["rule"]))
            merged_rows[key] = flow_row(*key, before["amount"] + row["amount"], rule)
        else:
            merged_rows[key] = row
    yield from (merged_rows[key] for key in sorted(merged_rows) if merged_rows[key]["amount"])


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
