"""Agreements by a pool: paid in by shares, paid out by shares, less what missed targets move to others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from layers.phrases import Phrase, phrase_list
from layers.sources import ExactStep, Misfit, Section, Several, Text
from zoning.agreements.flow_rows import POOL, Row, Sides, flow_row, split_by_shares, sum_of
from zoning.agreements.terms import AgreementKind, AgreementTerms, Shares
from zoning.solver import Step
from zoning.trace import Message, joined, say


class Deduction(Section):
    """What happens to the receipts of a pool when one monitored section misses its target."""

    section: Text
    """Name of the monitored section."""
    met: bool
    """Whether the section met its target in the period; nothing is deducted where it did."""
    of: Text
    """The party whose receipt is cut."""
    pct: Annotated[ExactStep, Field(le=100)]
    """Per cent of what it would have received."""
    to: Shares
    """The parties that get the deducted money, with their shares."""


class PoolTerms(AgreementTerms):
    """What agreements by a pool have."""

    amount: ExactStep | None = None
    """Of kind "pool": how much is paid into the pool."""
    deductions: Several[Deduction] = ()
    """Of kind "pool": what a missed target moves from one receiver to others."""


def _faults(terms: PoolTerms) -> Iterator[Misfit]:
    receivers, cut = terms.receive or {}, dict[str, Decimal]()
    for place, one in enumerate(terms.deductions):
        if one.of not in receivers:
            named = phrase_list(receivers)
            yield (
                ("deductions", place, "of"),
                Phrase("'{of}' receives nothing to deduct from; name one of {names}", of=one.of, names=named),
            )
        cut[one.of] = cut.get(one.of, Decimal(0)) + (Decimal(0) if one.met else one.pct)
        if cut[one.of] > 100:
            yield (
                ("deductions", place, "pct"),
                Phrase("the deductions from '{of}' sum to {cut} %", of=one.of, cut=cut[one.of]),
            )


def _flows(agreement: PoolTerms, _sides: Sides | None) -> list[Row]:
    total = agreement.amount or Decimal(0)
    pay, receive = agreement.pay or {}, agreement.receive or {}
    paid, due = split_by_shares(pay, total, agreement.step), split_by_shares(receive, total, agreement.step)
    got, said = _deducted(agreement, due)
    rows = [
        flow_row(party, POOL, amount, say("flow.pool_in", share=pay[party], shares=sum_of(pay), amount=total))
        for party, amount in paid.items()
    ]
    for party, amount in got.items():
        share, shares = receive.get(party), sum_of(receive)
        told = [say("flow.pool_out", share=share, shares=shares, amount=total)] if share is not None else []
        rows.append(flow_row(POOL, party, amount, joined([*told, *said.get(party, ())])))
    return rows


def _deducted(agreement: PoolTerms, due: Mapping[str, Decimal]) -> tuple[dict[str, Decimal], dict[str, list[Message]]]:
    """Receipts after all deductions, each taken from what was due before any of them, and why."""
    got, said, step = dict(due), dict[str, list[Message]](), Step.of(agreement.step)
    for one in agreement.deductions:
        if one.met:
            continue
        cut = step.below(due[one.of] * one.pct / 100)
        got[one.of] -= cut
        said.setdefault(one.of, []).append(say("flow.cut_from", cut=cut, pct=one.pct, section=one.section))
        for party, part in split_by_shares(one.to, cut, agreement.step).items():
            got[party] = got.get(party, Decimal(0)) + part
            said.setdefault(party, []).append(say("flow.cut_to", cut=part, of=one.of, section=one.section))
    return got, said


POOLED = AgreementKind(
    name="pool",
    needs=("amount", "pay", "receive"),
    may_have=("deductions",),
    faults=_faults,
    flows=_flows,
    measured={"amount": Decimal(1)},
)
