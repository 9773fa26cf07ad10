"""Agreements by compliance: the months that met the target, in bands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from pydantic import Field

from layers.phrases import Phrase, phrase_list
from layers.sources import Misfit
from zoning.reasons import Message, joined, say
from zoning.study.flow_rows import Row, Sides, flow_row
from zoning.study.terms import AgreementKind, AgreementTerms


def band_faults(terms: AgreementTerms, key: str, *, falling: bool) -> Iterator[Misfit]:
    """What is wrong with bands whose limits are under a key and rise, or fall, from the best to the worst."""
    if not terms.bands:
        return
    limits = [getattr(band, key) for band in terms.bands]
    if None in limits[:-1] or limits[-1] is not None:
        yield ("bands",), Phrase("every band but the last has '{key}', and the last has none", key=key)
        return
    wanted = sorted(set(limits[:-1]), reverse=falling)
    if limits[:-1] != wanted:
        yield (
            ("bands",),
            Phrase(
                "the bands go from the best result to the worst: {key} = {wanted}",
                key=key,
                wanted=phrase_list(map(str, wanted)),
            ),
        )


def banded_flow(
    agreement: AgreementTerms,
    sides: Sides,
    result: Fraction,
    fact: Message,
    limits: Sequence[Decimal | None],
    keys: tuple[str, str],
    last: str = "",
) -> list[Row]:
    """The payment of the first band that holds."""
    small = keys[0] == "up_to"
    held = [limit is None or (result <= Fraction(limit) if small else result >= Fraction(limit)) for limit in limits]
    place = held.index(True)
    key, limit = (keys[0], limits[place]) if limits[place] is not None else (keys[1], limits[place - 1])
    if len(limits) == 1:
        key = "always"
    if agreement.accident or last:
        key, place = "accident" if agreement.accident else last, len(held) - 1
    band = agreement.bands[place]
    if band.payer == "nobody" or not band.amount:
        return []
    payer = str(getattr(sides, band.payer))
    compared = {"result": result, "limit": limit} if key in {*keys} else {}
    verdict = say(f"flow.{key}", **compared, payer=payer, amount=band.amount)
    return [flow_row(payer, sides.other(payer), band.amount, joined((fact, verdict)))]


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
