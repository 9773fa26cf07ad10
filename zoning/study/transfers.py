"""Transfers: vertical compensation, a budget that goes to many, and pools into which many pay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from layers.phrases import Phrase
from layers.sources import (
    ConditionText,
    EncodingText,
    Exact,
    ExactStep,
    Misfit,
    Named,
    Placed,
    Section,
    Several,
    Signed,
    Source,
    Sourced,
    SourceText,
    Text,
    Wording,
    misfit,
)
from zoning.study.quotas import Priority, Share


class EnergyShare(Section):
    """A total of energy that is split between the regions of the table, by what a tonne of it makes."""

    total: ExactStep
    """What all regions together may use at the end of the period, in the unit of the scheme."""
    step: ExactStep = Decimal(1)
    """The smallest amount."""
    least_pct: Exact = Decimal(0)
    """Nobody gets less than so many per cent of what it used in the base year."""
    most_pct: Exact | None = None
    """Nobody gets more than so many per cent of what it used in the base year."""


class EnergySection(Placed):
    """Dual control of energy: the table of what the regions were to reach and what they reached."""

    table: SourceText
    """CSV with one row a region: region, intensity_target_pct, intensity_actual_pct, total_target_tce, ..."""
    period: int
    """The year, or the last year of the period, that is judged."""
    scheme: Text | None = None
    """Scheme of the rulebook to judge by; without it, the one in force at the end of the period."""
    targets: bool = False
    """Regions take what the scheme sets them for its whole term, by code or name, as far as the table gives no target
    of its own; what is due at the end of the period counts, and what was reached is counted from the base year."""
    share: EnergyShare | None = None
    """A total that is split between the regions; each share, less the use of the base year, is a region's target."""
    encoding: EncodingText | None = None
    """Encoding of the texts of the table, such as "gb18030"."""


class IndustriesSection(Placed):
    """The plan's own negative list of industries, which may only be stricter than those of the rulebook."""

    table: SourceText
    """CSV or XLSX (its first sheet) with one row an item: unit_id or jurisdiction, code, treatment, state, conditions,
    note, reference."""
    title: Wording | None = None
    """What people read, a text or a text by language; by default "the plan's own list"."""
    reference: Wording | None = None
    """The document of the list, a text or a text by language, for items that give none of their own."""
    source: Source | None = None
    """Where the list was read."""
    complete: bool = False
    """Every item that the list has is in the table, so that what none of them names is allowed by it."""
    encoding: EncodingText | None = None
    """Encoding of the texts of the table, such as "gb18030"."""


class Part(Named):
    """One part of what a unit needs: a gap, an amount, or a share of the budget by weight."""

    name: Text
    """Name, which stands in the rule of the flow."""
    by: Literal["gap", "amount", "weighted"]
    """"gap" (expenditure - revenue where positive), "amount" (a measure x rate), "weighted" (pct of the budget)."""
    when: ConditionText | None = None
    """Only units that meet it have this need."""
    expenditure: Exact | Text | None = None
    """Of "gap": a number or a measure."""
    revenue: Exact | Text | None = None
    """Of "gap": a number or a measure."""
    coefficient: ExactStep | Text = Decimal(1)
    """Of "gap": a number or a measure by which the gap is multiplied."""
    amount: Text | None = None
    """Of "amount": a measure."""
    rate: ExactStep = Decimal(1)
    """Of "amount": what one of it is worth."""
    per: Text | None = None
    """Of "gap" and "amount": a measure by which the result is multiplied, such as people."""
    weight: Text | Annotated[Several[Share], Field(min_length=1)] | None = None
    """Of "weighted": a measure, or a list of measures with their shares."""
    pct: Annotated[ExactStep, Field(le=100)] | None = None
    """Of "weighted" beside other parts: per cent of the budget."""
    adjust: Several[Priority] = ()
    """Rewards and penalties; factors of a unit multiply."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if faults := list(part_faults(self)):
            raise misfit(*faults)
        return self


class Transfer(Named, Sourced):
    """One budget that goes to many, or a pool into which many pay and from which many receive."""

    name: Text
    """Name; several periods of one transfer share it."""
    period: int
    """The year, or the end of the period."""
    unit: Text
    """Unit of its amounts, such as "CNY"."""
    by: Literal["gap", "amount", "weighted", "parts", "pooling"]
    """How a unit's need is found; "pooling": each pays in, and the pool goes out by weight."""
    budget: ExactStep | None = None
    """How much goes out, to the last cent; a pool has what was paid in."""
    payer: Text = "(budget)"
    """Who pays."""
    level: Text = "unit"
    """Who receives: "unit", or a jurisdiction of [units]; its measures are the sums over its units."""
    when: ConditionText | None = None
    """Only units that meet it count: measures, parameters, main and overlays."""
    expenditure: Exact | Text | None = None
    """Of "gap": a number or a measure."""
    revenue: Exact | Text | None = None
    """Of "gap": a number or a measure."""
    coefficient: ExactStep | Text = Decimal(1)
    """Of "gap": a number or a measure by which the gap is multiplied."""
    amount: Text | None = None
    """Of "amount": a measure."""
    rate: ExactStep = Decimal(1)
    """Of "amount": what one of it is worth."""
    per: Text | None = None
    """Of "gap" and "amount": a measure by which the result is multiplied, such as people."""
    weight: Text | Annotated[Several[Share], Field(min_length=1)] | None = None
    """Of "weighted" and "pooling": a measure, or a list of measures with their shares."""
    adjust: Several[Priority] = ()
    """Rewards and penalties; factors of a unit multiply."""
    parts: Several[Part] = ()
    """Of "parts": what the need is made of."""
    pay_in: Part | None = None
    """Of "pooling": what each pays in."""
    receiving: ConditionText | None = None
    """Of "pooling": only units that meet it receive."""
    floor: Exact | Text = Decimal(0)
    """The least a receiver gets: a number or a measure."""
    ceiling: Exact | Text | None = None
    """The most a receiver gets: a number or a measure."""
    last: Text | None = None
    """A measure: what each received in the period before, for the control of growth."""
    min_growth_pct: Annotated[Signed, Field(ge=-100)] | None = None
    """The least growth over last, in per cent."""
    max_growth_pct: Annotated[Signed, Field(ge=-100)] | None = None
    """The most growth over last, in per cent."""
    step: ExactStep = Decimal("0.01")
    """The smallest amount that is paid."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        faults = [*part_faults(self)] if self.by in NEEDED_BY else []
        faults += self._whole()
        if faults:
            raise misfit(*faults)
        return self

    @property
    def needs(self) -> tuple[Part, ...]:
        """What the need of a receiver is made of, whichever way it is written."""
        if self.by in ("parts", "pooling"):
            return self.parts
        written = {key: getattr(self, key) for key in PART_KEYS if key in self.model_fields_set}
        return (Part.model_validate({"name": self.name, "title": self.title, "by": self.by, **written}),)

    def _whole(self) -> Iterator[Misfit]:
        pooling = self.by == "pooling"
        for key, wanted in (("parts", self.by == "parts"), ("pay_in", pooling)):
            if wanted and not getattr(self, key):
                yield (), Phrase("by = \"{by}\" needs '{key}'", by=self.by, key=key)
            if not wanted and getattr(self, key):
                yield (key,), Phrase("'{key}' has no meaning with by = \"{by}\"", key=key, by=self.by)
        if self.receiving is not None and not pooling:
            yield ("receiving",), Phrase("'receiving' has no meaning with by = \"{by}\"", by=self.by)
        if pooling and self.weight is None:
            yield (), Phrase("by = \"pooling\" needs 'weight'")
        if pooling and self.pay_in is not None and self.pay_in.by == "weighted":
            yield ("pay_in", "by"), Phrase('what is paid in is a "gap" or an "amount"')
        growth = self.min_growth_pct is not None or self.max_growth_pct is not None
        if growth != (self.last is not None):
            yield (), Phrase("'last' and a bound of growth (min_growth_pct, max_growth_pct) go together")
        yield from self._budgets()

    def _budgets(self) -> Iterator[Misfit]:
        """A budget that is not there, or that its parts do not share."""
        if self.by == "pooling":
            if self.budget is not None:
                yield ("budget",), Phrase("a pool has what was paid in; drop 'budget'")
        elif self.budget is None:
            yield (), Phrase("key 'budget' is missing")
        elif self.budget % self.step:
            yield (
                ("budget",),
                Phrase("'budget' {budget} is no whole multiple of 'step' {step}", budget=self.budget, step=self.step),
            )
        for position, part in enumerate(self.parts):
            if part.by == "weighted" and part.pct is None:
                yield ("parts", position), Phrase("part '{part}' needs 'pct', its share of the budget", part=part.name)
        shares = sum((part.pct or 0 for part in self.parts), Decimal(0))
        others = any(part.by != "weighted" for part in self.parts)
        if self.parts and (shares >= 100 if others else shares != 100):
            left = (
                Phrase("nothing is left for the others")
                if others
                else Phrase("they are all there is, and have to sum to 100 %")
            )
            yield (
                ("parts",),
                Phrase("the shares of the weighted parts sum to {shares} %; {left}", shares=shares, left=left),
            )


def part_faults(part: Part | Transfer) -> Iterator[Misfit]:
    """The keys of a way to find a need that are missing or have no meaning in it."""
    needed, welcome = NEEDED_BY[part.by]
    given = {key for key in PART_KEYS if key in part.model_fields_set}
    for key in needed:
        if key not in given:
            yield (), Phrase("by = \"{by}\" needs '{key}'", by=part.by, key=key)
    for key in sorted(given - {*needed, *welcome, "adjust"}):
        yield (key,), Phrase("'{key}' has no meaning with by = \"{by}\"", key=key, by=part.by)


NEEDED_BY: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "gap": (("expenditure", "revenue"), ("coefficient", "per")),
    "amount": (("amount",), ("rate", "per")),
    "weighted": (("weight",), ("pct",)),
}
PART_KEYS = (
    "expenditure",
    "revenue",
    "coefficient",
    "amount",
    "rate",
    "per",
    "weight",
    "pct",
    "adjust",
)
