"""Agreements: horizontal compensation between parties, by pool, water-quality index, load or monthly compliance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import pandas as pd
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from layers.errors import Attempts, StudyError, UnknownNameError, at_key, naming_the_layer
from layers.phrases import SEMICOLON, Phrase, phrase_list
from zoning.compensation.parties import POOL
from zoning.errors import near
from zoning.rulebook import Rulebook
from zoning.solver import Step, apportion
from zoning.study import Agreement, Band, Pollutant, Study
from zoning.trace import Message, as_message, in_languages, joined, say

Row = dict[str, Any]
Shares = Mapping[str, Decimal]


class Sides(NamedTuple):
    """The two sides of a river: what flows past one comes from the other."""

    upstream: str
    downstream: str

    def payer(self, band: Band) -> str:
        """Who pays in a band; "" where nobody does."""
        return "" if band.payer == "nobody" else str(getattr(self, band.payer))

    def other(self, party: str) -> str:
        """The other side."""
        return self.downstream if party == self.upstream else self.upstream


def expand_agreements(study: Study, rulebook: Rulebook) -> tuple[Agreement, ...]:
    """The agreements of a study, those that are like one of the rulebook's written out.

    Parameters
    ----------
    study : Study
    rulebook : Rulebook
        Its ``agreements.toml`` says what "like" means.

    Returns
    -------
    tuple of Agreement
        In the order of the plan.

    Raises
    ------
    UnknownNameError
        The rulebook has no such agreement.
    StudyError
        With the terms of the rulebook's it is no agreement that can be settled.
    """
    found, attempts = list[Agreement](), Attempts()
    for place, one in enumerate(study.agreements):
        with (
            attempts.trying(),
            at_key("agreements", place, "like"),
            naming_the_layer(Phrase("agreement '{agreement}'", agreement=one.name)),
        ):
            found.append(complete_agreement(one, rulebook))
    attempts.finish()
    return tuple(found)


def complete_agreement(agreement: Agreement, rulebook: Rulebook) -> Agreement:
    """An agreement written out: with the terms of that of the rulebook that it is like.

    Raises
    ------
    UnknownNameError, StudyError
        As :func:`whole_agreements` says, without the place.
    """
    if agreement.like is None:
        return agreement
    models = {model.id: model for model in rulebook.agreements}
    if agreement.like not in models:
        raise UnknownNameError(
            Phrase(
                "rulebook '{rulebook}' has no agreement '{agreement}'{hint}",
                rulebook=rulebook.name,
                agreement=agreement.like,
                hint=near(agreement.like, models),
            ),
            code="unknown_agreement",
        )
    model = models[agreement.like]
    try:
        return agreement.completed({"reference": model.reference, "source": model.source, **model.terms})
    except ValidationError as error:
        told = phrase_list(
            (
                Phrase("{place}: {said}", place=".".join(map(str, one["loc"])), said=_fault(one))
                if one["loc"]
                else _fault(one)
                for one in error.errors(include_url=False)
            ),
            SEMICOLON,
        )
        raise StudyError(
            Phrase("with the terms of '{agreement}': {told}", agreement=model.id, told=told), code="agreement"
        ) from None


def _fault(details: ErrorDetails) -> str:
    """What is wrong, as the house says it, or pydantic."""
    faults = details.get("ctx", {}).get("faults", ())
    return phrase_list((said for _, said in faults), SEMICOLON) or details["msg"]


def settle_agreement(agreement: Agreement, sides: Sides | None = None) -> list[Row]:
    """What an agreement makes flow in its period.

    Parameters
    ----------
    agreement : Agreement
        One ``[[agreements]]`` of a study, written out (:func:`whole_agreements`).
    sides : Sides, optional
        The parties upstream and downstream, where the agreement leaves them to a river layer.

    Returns
    -------
    list of dict
        Rows of the FLOWS table; ``rule`` is a message. A pool is a party, ``(pool)``: each agreement nets to zero.

    Raises
    ------
    UnknownNameError
        Nobody says who is upstream.

    Notes
    -----
    Amounts are exact decimals in whole steps; what has to be split is apportioned by
    :func:`zoning.solver.apportion`, so that the parts sum to the whole.

    pool
        Paid in by the shares of ``pay``, paid out by those of ``receive``. Each section that missed its target takes
        ``pct`` per cent of what a party would have received, rounded to the step, and gives it to others.
    index
        P = k0 * sum(weight * measured / base); the first band with P <= up_to decides. Compared exactly, before any
        rounding: P equal to a limit lies in the better band.
    load
        For each indicator and month max(0, measured - target) in mg/L times the flow in cubic metres, divided by
        1,000,000, gives tonnes above the target; times the price, summed over the months and rounded to the step.
    compliance
        The first band with 100 * compliant_months / months >= at_least decides.

    A major accident, or a mean that missed its target, puts the last band in force.

    Examples
    --------
    >>> chishui = Agreement(name="Chishui", period=2018, kind="pool", amount=200, unit="M CNY",
    ...                     pay={"yunnan": 1, "guizhou": 5, "sichuan": 4},
    ...                     receive={"yunnan": 3, "guizhou": 4, "sichuan": 3})
    >>> [(row["payer"], row["receiver"], str(row["amount"])) for row in settle_agreement(chishui)][3:]
    [('guizhou', '(pool)', '100.00'), ('sichuan', '(pool)', '80.00'), ('yunnan', '(pool)', '20.00')]
    """
    if agreement.kind == "pool":
        flows = _pool(agreement)
    elif agreement.kind == "load":
        flows = _load(agreement)
    else:
        flows = _banded(agreement, sides or _own_sides(agreement))
    granted = [
        flow_row(one.payer, one.receiver, one.amount, say("flow.grant", reason=in_languages(one.reason)))
        for one in agreement.grants
    ]
    common = {
        "instrument": agreement.name,
        "period": agreement.period,
        "unit": agreement.unit,
        "reference": as_message(agreement.reference),
    }
    step = Step.of(agreement.step)
    return [row | common | {"amount": step.below(row["amount"])} for row in _merged([*flows, *granted])]


def parties_of(agreement: Agreement) -> list[str]:
    """Every party that an agreement names, sorted."""
    shares = [agreement.pay, agreement.receive, *(one.pay for one in agreement.indicators)]
    shares += [one.to for one in agreement.deductions]
    named = {name for some in shares for name in some or ()} | {one.of for one in agreement.deductions}
    named |= {name for one in agreement.grants for name in (one.payer, one.receiver)}
    return sorted(named | {one for one in (agreement.upstream, agreement.downstream) if one is not None})


def index_of(agreement: Agreement) -> Fraction:
    """The water-quality index P of an agreement of kind "index", exactly.

    Examples
    --------
    >>> codmn = Pollutant(name="CODMn", weight=1, base=2, measured=Decimal("1.8"))
    >>> float(index_of(Agreement(name="A", period=2013, kind="index", unit="CNY", upstream="a", downstream="b",
    ...                          k0=Decimal("0.85"), indicators=(codmn,), bands=(Band(payer="upstream", amount=1),))))
    0.765
    """
    terms = (Fraction(one.weight or 0) * Fraction(_one(one)) / Fraction(one.base or 1) for one in agreement.indicators)
    return Fraction(agreement.k0 or 0) * sum(terms, start=Fraction(0))


def tonnes_above(indicator: Pollutant, flow_m3: Decimal | Iterable[Decimal]) -> list[Fraction]:
    """Tonnes of a substance above its target, month by month: (mg/L x cubic metres) / 1,000,000."""
    flows = [flow_m3] if isinstance(flow_m3, Decimal) else list(flow_m3)
    measured = indicator.measured if isinstance(indicator.measured, tuple) else (indicator.measured,)
    target = Fraction(indicator.target or 0)
    return [
        max(Fraction(0), Fraction(value) - target) * Fraction(flow) / 1_000_000
        for value, flow in zip(measured, flows, strict=True)
    ]


def _own_sides(agreement: Agreement) -> Sides:
    if agreement.upstream is None or agreement.downstream is None:
        raise UnknownNameError(
            Phrase(
                "agreement '{agreement}' ({period}): nothing says who is upstream; name 'upstream' and 'downstream', "
                "or give a 'river' layer",
                agreement=agreement.name,
                period=agreement.period,
            ),
            code="no_sides",
        )
    return Sides(agreement.upstream, agreement.downstream)


def _pool(agreement: Agreement) -> list[Row]:
    total = agreement.amount or Decimal(0)
    pay, receive = agreement.pay or {}, agreement.receive or {}
    paid, due = _split(pay, total, agreement.step), _split(receive, total, agreement.step)
    got, said = _deducted(agreement, due)
    rows = [
        flow_row(party, POOL, amount, say("flow.pool_in", share=pay[party], shares=_sum(pay), amount=total))
        for party, amount in paid.items()
    ]
    for party, amount in got.items():
        share, shares = receive.get(party), _sum(receive)
        told = [say("flow.pool_out", share=share, shares=shares, amount=total)] if share is not None else []
        rows.append(flow_row(POOL, party, amount, joined([*told, *said.get(party, ())])))
    return rows


def _deducted(agreement: Agreement, due: Mapping[str, Decimal]) -> tuple[dict[str, Decimal], dict[str, list[Message]]]:
    """Receipts after all deductions, each taken from what was due before any of them, and why."""
    got, said, step = dict(due), dict[str, list[Message]](), Step.of(agreement.step)
    for one in agreement.deductions:
        if one.met:
            continue
        cut = step.below(due[one.of] * one.pct / 100)
        got[one.of] -= cut
        said.setdefault(one.of, []).append(say("flow.cut_from", cut=cut, pct=one.pct, section=one.section))
        for party, part in _split(one.to, cut, agreement.step).items():
            got[party] = got.get(party, Decimal(0)) + part
            said.setdefault(party, []).append(say("flow.cut_to", cut=part, of=one.of, section=one.section))
    return got, said


def _banded(agreement: Agreement, sides: Sides) -> list[Row]:
    """Kinds "index" and "compliance": one result, one band, one flow."""
    if agreement.kind == "index":
        result = index_of(agreement)
        terms = tuple(
            say("flow.index_term", weight=one.weight, measured=_one(one), base=one.base, name=one.name)
            for one in agreement.indicators
        )
        fact = say("flow.index", k0=agreement.k0, terms=terms, result=result)
        held = [band.up_to is None or result <= Fraction(band.up_to) for band in agreement.bands]
        limits, keys = [band.up_to for band in agreement.bands], ("up_to", "above")
    else:
        compliant = agreement.compliant_months or 0
        result = Fraction(100 * compliant, agreement.months)
        fact = say("flow.compliance", compliant=compliant, months=agreement.months, result=result)
        held = [band.at_least is None or result >= Fraction(band.at_least) for band in agreement.bands]
        limits, keys = [band.at_least for band in agreement.bands], ("at_least", "below")
    place = held.index(True)
    key, limit = (keys[0], limits[place]) if limits[place] is not None else (keys[1], limits[place - 1])
    if len(limits) == 1:
        key = "always"
    if agreement.accident or not agreement.mean_met:
        key, place = "accident" if agreement.accident else "mean_missed", len(held) - 1
    band = agreement.bands[place]
    payer = sides.payer(band)
    if not payer or not band.amount:
        return []
    compared = {"result": result, "limit": limit} if key in {*keys} else {}
    verdict = say(f"flow.{key}", **compared, payer=payer, amount=band.amount)
    return [flow_row(payer, sides.other(payer), band.amount, joined((fact, verdict)))]


def _load(agreement: Agreement) -> list[Row]:
    pay, receive = agreement.pay or {}, agreement.receive or {}
    flow = agreement.flow_m3 if agreement.flow_m3 is not None else Decimal(0)
    rows, total = [], Decimal(0)
    for one in agreement.indicators:
        tonnes = sum(tonnes_above(one, flow), start=Fraction(0))
        due = _to_step(tonnes * Fraction(one.price or 0), agreement.step)
        total += due
        term = say("flow.load", name=one.name, tonnes=tonnes, price=one.price)
        shares = one.pay or pay
        for party, amount in _split(shares, due, agreement.step).items():
            told = say("flow.load_share", load=term, share=shares[party], shares=_sum(shares))
            rows.append(flow_row(party, POOL, amount, told))
    for party, amount in _split(receive, total, agreement.step).items():
        told = say("flow.load_out", share=receive[party], shares=_sum(receive), amount=total)
        rows.append(flow_row(POOL, party, amount, told))
    return rows


def flow_row(payer: str, receiver: str, amount: Decimal, rule: Message) -> Row:
    """What of a row of the FLOWS table is its own: the rest is alike for all of an agreement or transfer."""
    return {"payer": payer, "receiver": receiver, "amount": amount, "rule": rule}


def _merged(rows: Iterable[Row]) -> Iterator[Row]:
    """One row a payer and receiver, sorted; what comes to nothing is left out."""
    found: dict[tuple[str, str], Row] = {}
    for row in rows:
        key = (row["payer"], row["receiver"])
        if key in found:
            found[key] = row | {
                "amount": found[key]["amount"] + row["amount"],
                "rule": joined((found[key]["rule"], row["rule"])),
            }
        else:
            found[key] = row
    yield from (found[key] for key in sorted(found) if found[key]["amount"])


def _split(shares: Shares, total: Decimal, step: Decimal) -> dict[str, Decimal]:
    """A total split by shares in whole steps; sums are exact, ties go to the name that sorts first."""
    if not total:
        return dict.fromkeys(sorted(shares), Decimal(0))
    return dict(sorted(apportion(pd.Series(dict(shares)), total, step).items()))


def _one(indicator: Pollutant) -> Decimal:
    """The mean that an index reads; the study file lets in no list there."""
    return indicator.measured[0] if isinstance(indicator.measured, tuple) else indicator.measured


def _to_step(amount: Fraction, step: Decimal) -> Decimal:
    """An exact amount rounded to the nearest whole step, halves to the even one."""
    return Step.of(step).amount(round(amount / Fraction(step)))


def _sum(shares: Shares) -> Decimal:
    return sum(shares.values(), start=Decimal(0))
