"""Indices of a plan: one score a unit from several measures, and how far regions drift apart over the years."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from layers.phrases import Phrase
from layers.sources import Misfit, Section, Several, Sourced, Text, Wording, misfit, name_text

_UNIT_SUM = 1e-6
"""So far from 1 the sum of typed weights may be."""


class CompositeIndex(Sourced):
    """A composite index: measures made comparable, weighed, and made one score a unit, more of which is better."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
    """Its name as a measure, which rules, quotas and tables may read."""
    of: Annotated[Several[Text], Field(min_length=1)]
    """Measures of numbers; also indices that stand above it. A unit without one of them has no score."""
    cost: Several[Text] = ()
    """Those of them of which less is better."""
    normalise: Literal["minmax", "zscore", "rank", "none"] | None = None
    """How they are made comparable over the units; "minmax" by default. "topsis" does so itself."""
    weights: Literal["equal", "entropy"] | dict[Text, Annotated[float, Field(ge=0)]] = "equal"
    """"equal", "entropy" (by how unevenly each is spread), or a number for each measure, which add up to 1."""
    aggregate: Literal["weighted_sum", "geometric_mean", "weakest_link", "topsis"] = "weighted_sum"
    """How the scores are made one."""
    title: Wording | None = None
    """What people read for it; a text, or a text by language."""

    @property
    def scale(self) -> str:
        """How its measures are made comparable."""
        return self.normalise or ("none" if self.aggregate == "topsis" else "minmax")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if faults := list(self._faults()):
            raise misfit(*faults)
        return self

    def _faults(self) -> Iterator[Misfit]:
        for place, name in enumerate(self.cost):
            if name not in self.of:
                yield ("cost", place), Phrase("'{name}' is none of the measures that the index is made of", name=name)
        for place, name in enumerate(self.of):
            if name in self.of[:place] or name == self.name:
                yield ("of", place), Phrase("'{name}' stands twice, or is the index itself", name=name)
        if self.aggregate == "topsis" and self.scale != "none":
            yield ("normalise",), Phrase('"topsis" makes measures comparable by itself; leave normalise out')
        if self.scale == "none" and self.cost and self.aggregate != "topsis":
            yield ("cost",), Phrase("a cost needs measures that are made comparable; say how with normalise")
        if self.scale == "zscore" and self.aggregate == "geometric_mean":
            yield ("normalise",), Phrase('scores of "zscore" are below 0 as well, and have no geometric mean')
        yield from self._faults_of_weights()

    def _faults_of_weights(self) -> Iterator[Misfit]:
        if isinstance(self.weights, dict):
            if set(self.weights) != set(self.of):
                yield ("weights",), Phrase("give a weight to each measure of the index, and to no other")
            elif abs(sum(self.weights.values()) - 1) > _UNIT_SUM:
                total = sum(self.weights.values())
                yield (
                    ("weights",),
                    Phrase("the weights add up to {total:g}, not to 1; divide each of them by their sum", total=total),
                )


Year = Annotated[str, Field(pattern=r"^[0-9]{4}$")]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class RegionGroups(Section):
    """A grouping of the units into regions, such as blocs, or the north and the rest."""

    by: Text
    """A measure: the region of each unit, a text or a truth value. The levels of the units are such."""
    title: Wording | None = None
    """What people read for the grouping; a text, or a text by language."""
    names: dict[Text, Wording] = Field(default_factory=dict)
    """What people read for its regions, by what stands in the column; of a truth value "true" and "false"."""


class RegionalSeries(Sourced):
    """One amount of the units over the years, in one vintage of the data."""

    name: Identifier
    """Its name; that of the measures made of it begins with it."""
    title: Wording | None = None
    """What people read for the amount; a text, or a text by language."""
    vintage: Wording
    """Of which publication the figures are, such as "as first published"; the same year differs between them."""
    unit: Text = "1"
    """The unit of measure of the amount, such as "persons" or "CNY"."""
    factor: Annotated[float, Field(gt=0)] = 1.0
    """How many of this unit one in the columns is, such as 1_000_000 where they are in millions."""
    years: Annotated[dict[Year, Text], Field(min_length=1)]
    """The measure that has the amount, by year. A unit that lacks one of them is left out of the series."""
    people: dict[Year, Text] = Field(default_factory=dict)
    """The measure that has the people, by year; then values a head are compared. The same years, or none."""

    @property
    def called(self) -> Wording:
        """What people read for the amount."""
        return self.title or name_text(self.name)

    @property
    def compared(self) -> Literal["growth_pct", "a_head", "amount"]:
        """What of a unit is compared with its neighbours: its growth; of one year its value a head, or its amount."""
        if len(self.years) > 1:
            return "growth_pct"
        return "a_head" if self.people else "amount"

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.people and set(self.people) != set(self.years):
            raise misfit((("people",), Phrase("give the people of the same years as the amounts, or of none")))
        return self


class DivergenceSection(Section):
    """Whether regions drift apart: shares, inequality, growth and its poles, and where alike lies beside alike."""

    groups: Several[RegionGroups] = ()
    """Groupings of the units; the first is the one that the report begins with."""
    series: Annotated[Several[RegionalSeries], Field(min_length=1)]
    """Amounts over the years, the most important first; several vintages of one amount are several series."""
    reach_km: Annotated[float, Field(gt=0)] | None = None
    """How far a growth pole reaches, from point to point inside the units; without it no reach is told."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        faults: list[Misfit] = []
        for key, names in (("series", [one.name for one in self.series]), ("groups", [one.by for one in self.groups])):
            for place, name in enumerate(names):
                if name in names[:place]:
                    faults.append(((key, place), Phrase("'{name}' stands twice", name=name)))
        if faults:
            raise misfit(*faults)
        return self
