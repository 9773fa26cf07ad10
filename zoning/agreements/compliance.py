"""Agreements by compliance: the months that met the target, in bands."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated

from pydantic import Field

from layers.phrases import Phrase
from layers.sources import Misfit
from zoning.agreements.bands import band_faults, banded_flow
from zoning.agreements.flow_rows import Row, Sides
from zoning.agreements.terms import AgreementKind, AgreementTerms
from zoning.trace import say


class ComplianceTerms(AgreementTerms):
    """What agreements by compliance have."""

    months: Annotated[int, Field(gt=0)] = 12
    """Of kind "compliance": months that were measured."""
    compliant_months: Annotated[int, Field(ge=0)] | None = None
    """Of kind "compliance": months that met the target."""
    mean_met: bool = True
    """Of kind "compliance": whether the mean of the period met the target; the last band decides where it did not."""


def _faults(terms: ComplianceTerms) -> Iterator[Misfit]:
    yield from band_faults(terms, "at_least", falling=True)
    if terms.compliant_months is not None and terms.compliant_months > terms.months:
        yield (
            ("compliant_months",),
            Phrase(
                "{compliant_months} of {months} months cannot have complied",
                compliant_months=terms.compliant_months,
                months=terms.months,
            ),
        )


def _flows(agreement: ComplianceTerms, sides: Sides | None) -> list[Row]:
    compliant = agreement.compliant_months or 0
    result = Fraction(100 * compliant, agreement.months)
    fact = say("flow.compliance", compliant=compliant, months=agreement.months, result=result)
    limits, last = [band.at_least for band in agreement.bands], "" if agreement.mean_met else "mean_missed"
    return banded_flow(agreement, sides or Sides("", ""), result, fact, limits, ("at_least", "below"), last)


COMPLIANCE = AgreementKind(
    name="compliance",
    needs=("compliant_months", "bands"),
    may_have=("months", "mean_met"),
    has_sides=True,
    faults=_faults,
    flows=_flows,
    measured={"compliant_months": 0},
)
