"""Quotas in a study file: how much land is handed down, by which weights, within which bounds."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from layers.faults import misfit
from layers.sections import ConditionText, Exact, ExactPct, ExactStep, Factor, NameText, Section, Several, Text


class Share(Section):
    """One part of a composite weight."""

    measure: Text
    """A measure of the units."""
    share: Factor
    """Its part in the whole weight."""


class Priority(Section):
    """A factor on the weight of the units that meet a condition."""

    when: ConditionText
    """Condition over measures, parameters, main and overlays."""
    factor: Factor
    """By what the weight is multiplied."""
    reason: Text
    """Why, in words that stand in the report."""


class Quota(Section):
    """One quota: an amount of land to hand down the levels."""

    name: NameText
    """Name of the quota."""
    period: int
    """The year or the end of the period."""
    total: Exact
    """The amount to hand out."""
    unit: Text
    """Unit of measure of all its amounts, such as "ha"."""
    step: ExactStep = Decimal(1)
    """Amounts are whole multiples of it; floors round up, ceilings down."""
    levels: Annotated[Several[Text], Field(min_length=1)] = ("unit",)
    """Jurisdictions from the highest down, and "unit" at the end."""
    by: Literal["weighted"] = "weighted"
    """The method."""
    weight: Text | Annotated[Several[Share], Field(min_length=1)]
    """A measure, or a list of measures with their shares."""
    priority: Several[Priority] = ()
    """Factors for units that come first."""
    floor: Exact | Text = Decimal(0)
    """The least a unit gets: a number or a measure."""
    ceiling: Exact | Text | None = None
    """The most a unit gets: a number or a measure."""
    reserve_pct: ExactPct = Decimal(0)
    """Per cent held back at each jurisdiction."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        faults: list[tuple[tuple[str | int, ...], str]] = []
        if self.total % self.step:
            faults.append((("total",), f"'total' {self.total} is no whole multiple of 'step' {self.step}"))
        if self.levels[-1] != "unit" or len(set(self.levels)) < len(self.levels):
            faults.append((("levels",), "'levels' names each jurisdiction once and ends in \"unit\""))
        if isinstance(self.floor, Decimal) and isinstance(self.ceiling, Decimal) and self.floor > self.ceiling:
            faults.append((("floor",), f"'floor' {self.floor} is more than 'ceiling' {self.ceiling}"))
        if faults:
            raise misfit(*faults)
        return self
