"""Agreements on compensation between parties, for one period: as a plan says them, and what they make flow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from layers.errors import UnknownNameError
from layers.phrases import Phrase, phrase_list
from layers.sources import Exact, ExactStep, Keys, Misfit, Section, Several, Text, misfit
from zoning.reasons import Message, in_languages, joined, say
from zoning.solver import Step
from zoning.study.flow_rows import (
    POOL,
    AgreementKind,
    AgreementTerms,
    FlowRow,
    Pollutant,
    Row,
    Shares,
    Sides,
    flow_row,
    full_row,
    merged,
    split_by_shares,
    sum_of,
    to_step,
)


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
    position = held.index(True)
    key, limit = (keys[0], limits[position]) if limits[position] is not None else (keys[1], limits[position - 1])
    if len(limits) == 1:
        key = "always"
    if agreement.accident or last:
        key, position = "accident" if agreement.accident else last, len(held) - 1
    band = agreement.bands[position]
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


class LoadTerms(AgreementTerms):
    """What agreements by a load have."""

    flow_m3: ExactStep | Several[Exact] | None = None
    """Of kind "load": water that passed, in cubic metres; one value, or one a month."""


def _load_faults(terms: LoadTerms) -> Iterator[Misfit]:
    count = len(terms.flow_m3) if isinstance(terms.flow_m3, tuple) else 1
    for position, indicator in enumerate(terms.indicators):
        values = len(indicator.measured) if isinstance(indicator.measured, tuple) else 1
        if values != count:
            yield (
                ("indicators", position, "measured"),
                Phrase(
                    "indicator '{indicator}' has {values} values and 'flow_m3' {count}; give one a month in both",
                    indicator=indicator.name,
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


def _load_flows(agreement: LoadTerms, _sides: Sides | None) -> list[Row]:
    pay, receive = agreement.pay or {}, agreement.receive or {}
    flow = agreement.flow_m3 if agreement.flow_m3 is not None else Decimal(0)
    rows, total = [], Decimal(0)
    for indicator in agreement.indicators:
        tonnes = sum(tonnes_above(indicator, flow), start=Fraction(0))
        due = to_step(tonnes * Fraction(indicator.price or 0), agreement.step)
        total += due
        term = say("flow.load", name=indicator.name, tonnes=tonnes, price=indicator.price)
        shares = indicator.pay or pay
        for party, amount in split_by_shares(shares, due, agreement.step).items():
            message = say("flow.load_share", load=term, share=shares[party], shares=sum_of(shares))
            rows.append(flow_row(party, POOL, amount, message))
    for party, amount in split_by_shares(receive, total, agreement.step).items():
        message = say("flow.load_out", share=receive[party], shares=sum_of(receive), amount=total)
        rows.append(flow_row(POOL, party, amount, message))
    return rows


LOAD = AgreementKind(
    name="load",
    needs=("indicators", "flow_m3", "pay", "receive"),
    of_indicators=("target", "price"),
    faults=_load_faults,
    flows=_load_flows,
    measured={"flow_m3": Decimal(1)},
    measured_of_indicators={"target": Decimal(0), "price": Decimal(1)},
)


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


def _pool_faults(terms: PoolTerms) -> Iterator[Misfit]:
    receivers, cut = terms.receive or {}, dict[str, Decimal]()
    for position, deduction in enumerate(terms.deductions):
        if deduction.of not in receivers:
            named = phrase_list(receivers)
            yield (
                ("deductions", position, "of"),
                Phrase("'{of}' receives nothing to deduct from; name one of {names}", of=deduction.of, names=named),
            )
        cut[deduction.of] = cut.get(deduction.of, Decimal(0)) + (Decimal(0) if deduction.met else deduction.pct)
        if cut[deduction.of] > 100:
            yield (
                ("deductions", position, "pct"),
                Phrase("the deductions from '{of}' sum to {cut} %", of=deduction.of, cut=cut[deduction.of]),
            )


def _pool_flows(agreement: PoolTerms, _sides: Sides | None) -> list[Row]:
    total = agreement.amount or Decimal(0)
    pay, receive = agreement.pay or {}, agreement.receive or {}
    paid, due = split_by_shares(pay, total, agreement.step), split_by_shares(receive, total, agreement.step)
    got, reasons = _deducted(agreement, due)
    rows = [
        flow_row(party, POOL, amount, say("flow.pool_in", share=pay[party], shares=sum_of(pay), amount=total))
        for party, amount in paid.items()
    ]
    for party, amount in got.items():
        share, shares = receive.get(party), sum_of(receive)
        messages = [say("flow.pool_out", share=share, shares=shares, amount=total)] if share is not None else []
        rows.append(flow_row(POOL, party, amount, joined([*messages, *reasons.get(party, ())])))
    return rows


def _deducted(agreement: PoolTerms, due: Mapping[str, Decimal]) -> tuple[dict[str, Decimal], dict[str, list[Message]]]:
    """Receipts after all deductions, each taken from what was due before any of them, and why."""
    got, reasons, step = dict(due), dict[str, list[Message]](), Step.of(agreement.step)
    for deduction in agreement.deductions:
        if deduction.met:
            continue
        cut = step.below(due[deduction.of] * deduction.pct / 100)
        got[deduction.of] -= cut
        reasons.setdefault(deduction.of, []).append(
            say("flow.cut_from", cut=cut, pct=deduction.pct, section=deduction.section)
        )
        for party, part in split_by_shares(deduction.to, cut, agreement.step).items():
            got[party] = got.get(party, Decimal(0)) + part
            reasons.setdefault(party, []).append(
                say("flow.cut_to", cut=part, of=deduction.of, section=deduction.section)
            )
    return got, reasons


POOLED = AgreementKind(
    name="pool",
    needs=("amount", "pay", "receive"),
    may_have=("deductions",),
    faults=_pool_faults,
    flows=_pool_flows,
    measured={"amount": Decimal(1)},
)


class IndexTerms(AgreementTerms):
    """What agreements by an index have."""

    k0: ExactStep | None = None
    """Of kind "index": the factor of stability; P = k0 * sum(weight * measured / base)."""


def index_of(agreement: IndexTerms) -> Fraction:
    """The water-quality index P of an agreement of kind "index", exactly.

    Examples
    --------
    >>> from zoning.study import Agreement
    >>> from zoning.study.flow_rows import Band
    >>> codmn = Pollutant(name="CODMn", weight=1, base=2, measured=Decimal("1.8"))
    >>> float(index_of(Agreement(name="A", period=2013, kind="index", unit="CNY", upstream="a", downstream="b",
    ...                          k0=Decimal("0.85"), indicators=(codmn,), bands=(Band(payer="upstream", amount=1),))))
    0.765
    """
    terms = (
        Fraction(indicator.weight or 0) * Fraction(_mean(indicator)) / Fraction(indicator.base or 1)
        for indicator in agreement.indicators
    )
    return Fraction(agreement.k0 or 0) * sum(terms, start=Fraction(0))


def _mean(indicator: Pollutant) -> Decimal:
    """The mean that an index reads; the study file lets in no list there."""
    return indicator.measured[0] if isinstance(indicator.measured, tuple) else indicator.measured


def _water_index_faults(terms: IndexTerms) -> Iterator[Misfit]:
    total = sum((indicator.weight or 0 for indicator in terms.indicators), Decimal(0))
    if total != 1:
        yield ("indicators",), Phrase("the weights of the indicators sum to {total}, not to 1", total=total)
    if any(isinstance(indicator.measured, tuple) for indicator in terms.indicators):
        yield ("indicators",), Phrase("an index takes one value an indicator, its mean of the period")
    yield from band_faults(terms, "up_to", falling=False)


def _water_index_flows(agreement: IndexTerms, sides: Sides | None) -> list[Row]:
    result = index_of(agreement)
    terms = tuple(
        say(
            "flow.index_term",
            weight=indicator.weight,
            measured=_mean(indicator),
            base=indicator.base,
            name=indicator.name,
        )
        for indicator in agreement.indicators
    )
    fact = say("flow.index", k0=agreement.k0, terms=terms, result=result)
    limits = [band.up_to for band in agreement.bands]
    return banded_flow(agreement, sides or Sides("", ""), result, fact, limits, ("up_to", "above"))


INDEX = AgreementKind(
    name="index",
    needs=("k0", "indicators", "bands"),
    of_indicators=("weight", "base"),
    has_sides=True,
    faults=_water_index_faults,
    flows=_water_index_flows,
    measured_of_indicators={"base": Decimal(1)},
)


KINDS = {kind.name: kind for kind in (POOLED, INDEX, LOAD, COMPLIANCE)}
"""The kinds of agreements."""
BOUND_TO_KINDS = frozenset(key for kind in KINDS.values() for key in kind.keys)


class Agreement(ComplianceTerms, LoadTerms, IndexTerms, PoolTerms):
    """One agreement on compensation between parties, for one period."""

    kind: Literal["pool", "index", "load", "compliance"] | None = None
    """How it works: shares of a pool, a water-quality index in bands, a load of tonnes x price, monthly compliance."""

    REGULATED: ClassVar = ("scope", "targets", "duties", "mode", "term", "breach")
    """Items that an agreement has to state (Regulation on Ecological Protection Compensation, 2024)."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.like is None and (faults := [*self._misplaced(), *self._inside()]):
            raise misfit(*faults)
        return self

    def completed(self, terms: Mapping[str, Any]) -> Self:
        """The agreement with the terms of another one where it does not say otherwise.

        Indicators are completed one by one, by name.

        Raises
        ------
        ValidationError
            Both together are no agreement.
        """
        own_terms = self.model_dump(exclude_unset=True, exclude={"like", "parties"})
        renamed = _renamed(terms, self.parties)
        whole = {**renamed, **own_terms}
        if "indicators" in own_terms and "indicators" in terms:
            written = {indicator["name"]: indicator for indicator in own_terms["indicators"]}
            known = [indicator["name"] for indicator in terms["indicators"]]
            whole["indicators"] = [
                *({**indicator, **written.get(indicator["name"], {})} for indicator in renamed["indicators"]),
                *(indicator for name, indicator in written.items() if name not in known),
            ]
        return type(self).model_validate(whole)

    @property
    def missing_items(self) -> tuple[str, ...]:
        """The items that the regulation of 2024 asks of an agreement and that this one leaves out."""
        return tuple(key for key in self.REGULATED if getattr(self, key) is None)

    @property
    def has_sides(self) -> bool:
        """Whether it can be settled without a look at a river."""
        return self.kind is None or not KINDS[self.kind].has_sides or None not in (self.upstream, self.downstream)

    def _misplaced(self) -> Iterator[Misfit]:
        for key in ("kind", "unit"):
            if getattr(self, key) is None:
                yield (), Phrase("key '{key}' is missing", key=key)
        if self.parties:
            yield ("parties",), Phrase("'parties' renames those of a rulebook's agreement; it goes with 'like'")
        if self.kind is not None:
            yield from self._of_kind(self.kind)
        if self.upstream is not None and self.upstream == self.downstream:
            yield ("downstream",), Phrase("'{upstream}' is upstream and downstream of itself", upstream=self.upstream)

    def _of_kind(self, kind: str) -> Iterator[Misfit]:
        """Keys that are missing in an agreement of a kind, and keys that mean nothing in it."""
        needed, welcome = KINDS[kind].needs, KINDS[kind].keys
        given = {key for key in BOUND_TO_KINDS if key in self.model_fields_set}
        for key in needed:
            if key not in given:
                yield (), Phrase("an agreement of kind \"{kind}\" needs '{key}'", kind=kind, key=key)
        for key in sorted(given - welcome):
            yield (key,), Phrase("'{key}' has no meaning in an agreement of kind \"{kind}\"", key=key, kind=kind)
        if KINDS[kind].has_sides and self.river is None:
            for key in ("upstream", "downstream"):
                if getattr(self, key) is None:
                    yield (
                        (),
                        Phrase(
                            "'{key}' is missing; name the party, or give a 'river' layer that shows who it is", key=key
                        ),
                    )

    def _inside(self) -> Iterator[Misfit]:
        """Indicators and bands that do not fit the kind, and shares that do not add up."""
        for position, indicator in enumerate(self.indicators):
            for key in KINDS[self.kind].of_indicators if self.kind else ():
                if getattr(indicator, key) is None:
                    yield (
                        ("indicators", position),
                        Phrase("'{key}' is missing for indicator '{indicator}'", key=key, indicator=indicator.name),
                    )
        yield from KINDS[self.kind].faults(self) if self.kind else ()
        yield from self._amounts()

    def _amounts(self) -> Iterator[Misfit]:
        written: list[tuple[Keys, Decimal | None]] = [(("amount",), self.amount)]
        written += [(("bands", position, "amount"), band.amount) for position, band in enumerate(self.bands)]
        written += [(("grants", position, "amount"), grant.amount) for position, grant in enumerate(self.grants)]
        for path, amount in written:
            if amount is not None and amount % self.step:
                yield (
                    path,
                    Phrase("'amount' {amount} is no whole multiple of 'step' {step}", amount=amount, step=self.step),
                )


_SHARED = frozenset({"pay", "receive", "to"})
_PARTIES = frozenset({"upstream", "downstream", "of", "receiver", "outside"})
"""Keys below which parties stand: with shares, and alone."""


def _renamed(terms: Mapping[str, Any], names: Mapping[str, str], table: str = "") -> dict[str, Any]:
    """Terms with other names for parties, in the places where parties stand; sides of a river are no names."""

    def called(party: Any) -> Any:
        return names.get(party, party)

    def changed(key: str, value: Any) -> Any:
        if key in _SHARED and isinstance(value, Mapping):
            return {called(party): share for party, share in value.items()}
        if key in _PARTIES or (table, key) == ("grants", "payer"):
            return tuple(map(called, value)) if isinstance(value, list | tuple) else called(value)
        if isinstance(value, list | tuple):
            return tuple(_renamed(entry, names, key) if isinstance(entry, Mapping) else entry for entry in value)
        return value

    return {key: changed(key, value) for key, value in terms.items()}


def settle_agreement(agreement: Agreement, sides: Sides | None = None) -> list[FlowRow]:
    """What an agreement makes flow in its period.

    Parameters
    ----------
    agreement : Agreement
        One ``[[agreements]]`` of a study, written out (:func:`zoning.money.expand_agreements`).
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
    kind = KINDS[str(agreement.kind)]
    flows = kind.flows(agreement, (sides or _own_sides(agreement)) if kind.has_sides else None)
    granted = [
        flow_row(grant.payer, grant.receiver, grant.amount, say("flow.grant", reason=in_languages(grant.reason)))
        for grant in agreement.grants
    ]
    step = Step.of(agreement.step)
    common = (agreement.name, agreement.period, agreement.unit, agreement.reference)
    return [full_row(row, step.below(row["amount"]), *common) for row in merged([*flows, *granted])]


def parties_of(agreement: Agreement) -> list[str]:
    """Every party that an agreement names, sorted."""
    shares = [agreement.pay, agreement.receive, *(indicator.pay for indicator in agreement.indicators)]
    shares += [deduction.to for deduction in agreement.deductions]
    named = {name for some in shares for name in some or ()} | {deduction.of for deduction in agreement.deductions}
    named |= {name for grant in agreement.grants for name in (grant.payer, grant.receiver)}
    return sorted(named | {party for party in (agreement.upstream, agreement.downstream) if party is not None})


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
