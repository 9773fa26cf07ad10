"""Agreements by a load: tonnes of a substance above its target, times a price."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction

from layers.phrases import Phrase
from layers.sources import Exact, ExactStep, Misfit, Several
from zoning.agreements.flow_rows import POOL, Row, Sides, flow_row, split_by_shares, sum_of, to_step
from zoning.agreements.terms import AgreementKind, AgreementTerms, Pollutant
from zoning.trace import say


class LoadTerms(AgreementTerms):
    """What agreements by a load have."""

    flow_m3: ExactStep | Several[Exact] | None = None
    """Of kind "load": water that passed, in cubic metres; one value, or one a month."""


def _faults(terms: LoadTerms) -> Iterator[Misfit]:
    count = len(terms.flow_m3) if isinstance(terms.flow_m3, tuple) else 1
    for place, one in enumerate(terms.indicators):
        values = len(one.measured) if isinstance(one.measured, tuple) else 1
        if values != count:
            yield (
                ("indicators", place, "measured"),
                Phrase(
                    "indicator '{indicator}' has {values} values and 'flow_m3' {count}; give one a month in both",
                    indicator=one.name,
                    values=values,
                    count=count,
                ),
            )


def tonnes_above(indicator: Pollutant, flow_m3: Decimal | Iterable[Decimal]) -> list[Fraction]:
    """Tonnes of a substance above its target, month by month: (mg/L x cubic metres) / 1,000,000."""
    flows = [flow_m3] if isinstance(flow_m3, Decimal) else list(flow_m3)
    measured = indicator.measured if isinstance(indicator.measured, tuple) else (indicator.measured,)
    target = Fraction(indicator.target or 0)
    return [
        max(Fraction(0), Fraction(value) - target) * Fraction(flow) / 1_000_000
        for value, flow in zip(measured, flows, strict=True)
    ]


def _flows(agreement: LoadTerms, _sides: Sides | None) -> list[Row]:
    pay, receive = agreement.pay or {}, agreement.receive or {}
    flow = agreement.flow_m3 if agreement.flow_m3 is not None else Decimal(0)
    rows, total = [], Decimal(0)
    for one in agreement.indicators:
        tonnes = sum(tonnes_above(one, flow), start=Fraction(0))
        due = to_step(tonnes * Fraction(one.price or 0), agreement.step)
        total += due
        term = say("flow.load", name=one.name, tonnes=tonnes, price=one.price)
        shares = one.pay or pay
        for party, amount in split_by_shares(shares, due, agreement.step).items():
            told = say("flow.load_share", load=term, share=shares[party], shares=sum_of(shares))
            rows.append(flow_row(party, POOL, amount, told))
    for party, amount in split_by_shares(receive, total, agreement.step).items():
        told = say("flow.load_out", share=receive[party], shares=sum_of(receive), amount=total)
        rows.append(flow_row(POOL, party, amount, told))
    return rows


LOAD = AgreementKind(
    name="load",
    needs=("indicators", "flow_m3", "pay", "receive"),
    of_indicators=("target", "price"),
    faults=_faults,
    flows=_flows,
    measured={"flow_m3": Decimal(1)},
    measured_of_indicators={"target": Decimal(0), "price": Decimal(1)},
)
