"""Agreements by a water-quality index: P = k0 * sum(weight * measured / base), in bands."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from layers.phrases import Phrase
from layers.sources import ExactStep, Misfit
from zoning.agreements.bands import band_faults, banded_flow
from zoning.agreements.flow_rows import Row, Sides
from zoning.agreements.terms import AgreementKind, AgreementTerms, Pollutant
from zoning.trace import say


class IndexTerms(AgreementTerms):
    """What agreements by an index have."""

    k0: ExactStep | None = None
    """Of kind "index": the factor of stability; P = k0 * sum(weight * measured / base)."""


def index_of(agreement: IndexTerms) -> Fraction:
    """The water-quality index P of an agreement of kind "index", exactly.

    Examples
    --------
    >>> from zoning.agreements import Agreement
    >>> from zoning.agreements.terms import Band
    >>> codmn = Pollutant(name="CODMn", weight=1, base=2, measured=Decimal("1.8"))
    >>> float(index_of(Agreement(name="A", period=2013, kind="index", unit="CNY", upstream="a", downstream="b",
    ...                          k0=Decimal("0.85"), indicators=(codmn,), bands=(Band(payer="upstream", amount=1),))))
    0.765
    """
    terms = (Fraction(one.weight or 0) * Fraction(_one(one)) / Fraction(one.base or 1) for one in agreement.indicators)
    return Fraction(agreement.k0 or 0) * sum(terms, start=Fraction(0))


def _one(indicator: Pollutant) -> Decimal:
    """The mean that an index reads; the study file lets in no list there."""
    return indicator.measured[0] if isinstance(indicator.measured, tuple) else indicator.measured


def _faults(terms: IndexTerms) -> Iterator[Misfit]:
    total = sum((one.weight or 0 for one in terms.indicators), Decimal(0))
    if total != 1:
        yield ("indicators",), Phrase("the weights of the indicators sum to {total}, not to 1", total=total)
    if any(isinstance(one.measured, tuple) for one in terms.indicators):
        yield ("indicators",), Phrase("an index takes one value an indicator, its mean of the period")
    yield from band_faults(terms, "up_to", falling=False)


def _flows(agreement: IndexTerms, sides: Sides | None) -> list[Row]:
    result = index_of(agreement)
    terms = tuple(
        say("flow.index_term", weight=one.weight, measured=_one(one), base=one.base, name=one.name)
        for one in agreement.indicators
    )
    fact = say("flow.index", k0=agreement.k0, terms=terms, result=result)
    limits = [band.up_to for band in agreement.bands]
    return banded_flow(agreement, sides or Sides("", ""), result, fact, limits, ("up_to", "above"))


INDEX = AgreementKind(
    name="index",
    needs=("k0", "indicators", "bands"),
    of_indicators=("weight", "base"),
    has_sides=True,
    faults=_faults,
    flows=_flows,
    measured_of_indicators={"base": Decimal(1)},
)
