"""Indices of a plan: scores of units or of cells, access to services, capacity of land, and how regions drift apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from itertools import chain, combinations
from typing import Annotated, Literal, Self

import pandas as pd
from pydantic import Field, model_validator

from layers.errors import ZoneplanError
from layers.phrases import Phrase, phrase_list, template
from layers.sources import (
    LEAST_FIRST,
    EncodingText,
    Exact,
    ExactStep,
    FormulaText,
    Misfit,
    NameText,
    OptionalWording,
    Range,
    Section,
    Several,
    Sourced,
    SourceText,
    Text,
    Wording,
    misfit,
    name_text,
)
from zoning.indices import ahp_weights, read_grading


class ServicesSection(Sourced):
    """The value of ecosystem services: hectares of each class of land, times what a hectare gives in a year."""

    unit: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
    """Currency of the values, such as "CNY"; in small letters it ends the names of the measures."""
    values: Annotated[dict[Text, Annotated[dict[Text, Exact], Field(min_length=1)]], Field(min_length=1)]
    """For each class of land (<class>_ha or <class>_share is a measure), the value of a hectare and year by service."""
    rate: ExactStep = Decimal(1)
    """What one of these values is worth, where they are equivalents of a standard hectare."""
    market: Several[Text] = ()
    """Services that a market pays for, such as food; the others make up the non-market value."""
    paid: Text | None = None
    """A measure: what is paid for the land already; with it the ratio of benefit to cost is a measure."""
    output: Text | None = None
    """A measure: output of the unit; with it non-market value per output is a measure, and the rank of the unit."""
    reference: OptionalWording = ""
    """The document, or the paper, that the values come from; a text, or a text by language."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if faults := list(self._faults()):
            raise misfit(*faults)
        return self

    @property
    def services(self) -> tuple[str, ...]:
        """The services, in the order of the first class."""
        return tuple(next(iter(self.values.values())))

    def _faults(self) -> Iterator[Misfit]:
        first = next(iter(self.values))
        for land, values in self.values.items():
            for name in self.services:
                if name not in values:
                    text = Phrase(
                        "class '{land}' has no value of '{name}', and '{other}' has; write 0 where it gives none",
                        land=land,
                        name=name,
                        other=first,
                    )
                    yield ("values", land), text
            for name in values:
                if name not in self.services:
                    text = Phrase(
                        "class '{land}' has no value of '{name}', and '{other}' has; write 0 where it gives none",
                        land=first,
                        name=name,
                        other=land,
                    )
                    yield ("values", land, name), text
        for position, name in enumerate(self.market):
            if name not in self.services:
                yield (
                    ("market", position),
                    Phrase(
                        "no class has a service '{name}'; there are {services}",
                        name=name,
                        services=phrase_list(self.services),
                    ),
                )


_UNIT_SUM = 1e-6
"""So far from 1 the sum of typed weights may be."""
_MOST_INCONSISTENT = 0.1
"""The largest consistency ratio of judgements on pairs, as Saaty set it."""


_COMPOSITE_KEYS = ("cost", "normalise", "weights", "judgements", "aggregate", "opinions")
"""What only an index that is made of measures can say."""
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class AccessTerms(Section):
    """How much of a service people reach, by travel times that come as tables."""

    table: SourceText
    """CSV of travel times: one row for each unit and facility that have been routed; a pair that is missing is too far
    to reach."""
    origin: Text
    """Its column of unit ids."""
    destination: Text
    """Its column of facilities."""
    time: Text
    """Its column of minutes or kilometres."""
    facilities: SourceText
    """CSV with one row a facility. One whose supply is 0 is a site that could be taken."""
    facility: Text
    """Its column of facilities, as the table of travel times names them."""
    supply: Text
    """Its column of capacity, such as beds."""
    people: Text
    """A measure: people by unit."""
    reach: Positive
    """How far people go at the most, in the unit of the travel times."""
    method: Literal["two_step", "three_step", "nearest"] = "two_step"
    """"two_step" and "three_step" (floating catchment areas) give capacity a person, "nearest" the way to the nearest
    facility, of which less is better."""
    decay: Literal["gaussian"] | Annotated[dict[Text, Annotated[float, Field(ge=0)]], Field(min_length=1)] | None = None
    """How much less counts what is farther away: "gaussian", or the weight up to each distance, such as
    { 10 = 1, 20 = 0.68, 30 = 0.22 }; without it all within reach counts alike."""
    per: Positive = 1.0
    """Capacity is told for so many people, such as 1000."""
    standard: Annotated[float, Field(ge=0)] | dict[Text, Annotated[float, Field(ge=0)]] | None = None
    """The least that each unit should have (of "nearest": the longest way), one for all, or by main function; units of
    other main functions have no standard."""
    more: Annotated[int, Field(ge=0, le=100)] = 0
    """For how many more facilities the plan says which sites would bring most people within reach."""
    encoding: EncodingText | None = None
    """Encoding of the texts of both tables, such as "gb18030"."""

    @property
    def bands(self) -> dict[float, float] | Literal["gaussian"] | None:
        """How much less counts what is farther away, as :func:`zoning.indices.two_step_floating_catchment` takes it."""
        return (
            {float(end): weight for end, weight in self.decay.items()} if isinstance(self.decay, dict) else self.decay
        )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if faults := list(self._faults()):
            raise misfit(*faults)
        return self

    def _faults(self) -> Iterator[Misfit]:
        for end in self.decay if isinstance(self.decay, dict) else ():
            if not _is_distance(end):
                yield ("decay", end), Phrase("'{end}' is no distance; write it such as 10 = 0.68", end=end)
        if self.method == "nearest":
            for key in ("decay", "per"):
                if key in self.model_fields_set:
                    yield (key,), Phrase("'{key}' has no meaning with method = \"nearest\"", key=key)


class CapacityTerms(Section):
    """How many people, or hectares of a use, each unit has enough for, by what is scarcest."""

    needs: Annotated[dict[Text, Positive], Field(min_length=1)]
    """By measure of what there is, such as water_m3, land_ha or beds, what one person needs of it, or one hectare."""
    per: Literal["person", "ha"] = "person"
    """Whose needs these are: a person's, or those of a hectare of farmland or of land for building, of which land that
    suits is one and water another; then the index is hectares."""
    people: Text | None = None
    """A measure: people who live there; with it the load is a measure, too."""
    used_ha: Text | None = None
    """With per = "ha", in place of people: a measure, the hectares that are used so already."""

    @property
    def present(self) -> str | None:
        """The measure of those who take of it already: people, or hectares."""
        return self.people if self.per == "person" else self.used_ha

    @model_validator(mode="after")
    def _check(self) -> Self:
        strange = "used_ha" if self.per == "person" else "people"
        if getattr(self, strange) is not None:
            text = template("'{key}' has no meaning with per = \"{per}\"")
            raise misfit(((strange,), Phrase(text, key=strange, per=self.per)))
        return self


class RasterTerms(Section):
    """Rasters of the plan made one, cell by cell: a score, its grades, or what the rulebook derives of them."""

    layers: Annotated[dict[Text, Text], Field(min_length=1)]
    """By the name that weights and the rulebook have for it, the raster layer, such as { terrain_slope_deg = "slope" }.
    All have the same cells; one that lacks a value in one of them has none in the result."""
    derive: Identifier | None = None
    """A measure of numbers that the rulebook derives of these names, in place of a score, such as "farm_grade"."""
    classes: Text | None = None
    """Graded thresholds of the score, from the smallest on, such as "<0.3|0.3-0.6|>=0.6"; then the cells are grades."""
    grades: Text | None = None
    """The number of each class: "3|2|1"."""
    measure: dict[NameText, FormulaText] = Field(default_factory=dict)
    """Further measures of the result, as those of a raster layer: { farming_score = "share(value <= 2)" }."""
    titles: dict[Text, Wording] = Field(default_factory=dict)
    """What people read for these measures; by name a text, or a text by language."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.classes is None) != (self.grades is None):
            raise misfit((("grades",) if self.grades else ("classes",), Phrase("'classes' and 'grades' go together")))
        if strange := [name for name in self.titles if name not in self.measure]:
            text = template("'titles' has a title for '{name}', and 'measure' gives no such measure")
            raise misfit(*((("titles", name), Phrase(text, name=name)) for name in strange))
        if self.derive is not None and self.classes is not None:
            raise misfit((("classes",), Phrase("what the rulebook derives has grades already; leave 'classes' out")))
        try:
            if self.classes is not None and self.grades is not None:
                read_grading(self.classes, self.grades)
        except ZoneplanError as error:
            raise misfit((("classes",), Phrase("{error}", error=error))) from None
        return self


class ArealTerms(Section):
    """A column of other areas, such as school districts, brought to the units by the land that both have in common."""

    layer: Text
    """The layer of polygons that has it. They must not overlap; those that meet no unit are left alone."""
    column: Text
    """Its column."""
    kind: Literal["extensive", "intensive", "categorical"]
    """"extensive": an amount, such as people: what an area has is divided among the units that it meets, and nothing is
    lost. "intensive": a rate, such as income a head, of which a unit has the mean. "categorical": a kind, of which a
    unit has the share of "value"."""
    value: Text | None = None
    """Of a kind: the one whose share the index is."""
    dasymetric: Text | None = None
    """The layer that says where inside the areas the amounts are: polygons, such as built-up land, or a raster of which
    the sum counts, such as houses a cell. Without it they are spread evenly."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.kind == "categorical") != (self.value is not None):
            raise misfit((("value",), Phrase("give 'value' with kind = \"categorical\", and with no other")))
        return self


def _is_distance(text: str) -> bool:
    try:
        return float(text) >= 0
    except ValueError:
        return False


class PlanIndex(Sourced):
    """One index of a plan: measures or rasters made one score, access to a service, or how many people have enough."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
    """Its name as a measure, which rules, quotas and tables may read."""
    of: Several[Text] = ()
    """Measures of numbers; also indices that stand above it. A unit without one of them has no score."""
    cost: Several[Text] = ()
    """Those of them of which less is better."""
    normalise: Literal["minmax", "zscore", "rank", "none"] | None = None
    """How they are made comparable over the units; "minmax" by default. "topsis" does so itself."""
    weights: Literal["equal", "entropy", "ahp"] | dict[Text, Annotated[float, Field(ge=0)]] = "equal"
    """"equal", "entropy" (by how unevenly each is spread), "ahp" (by 'judgements' on pairs), or a number for each
    measure, which add up to 1."""
    judgements: dict[Text, dict[Text, Positive]] = Field(default_factory=dict)
    """With weights = "ahp": how many times as important one measure is as another, each pair once, such as
    { water_m3 = { road_km = 3, slope_deg = 5 }, road_km = { slope_deg = 2 } }. Judgements that contradict each other
    (consistency ratio above 0.1) are refused."""
    aggregate: Literal["weighted_sum", "geometric_mean", "weakest_link", "topsis"] = "weighted_sum"
    """How the scores are made one."""
    opinions: dict[Text, dict[Text, Annotated[float, Field(ge=0)]]] = Field(default_factory=dict)
    """Weights as stakeholders would have them: by name of who says so a number for each measure, which add up to 1."""
    access: AccessTerms | None = None
    """In place of measures: how much of a service people reach, [indices.access]."""
    capacity: CapacityTerms | None = None
    """In place of measures: for how many people, or hectares of a use, there is enough, [indices.capacity]."""
    rasters: RasterTerms | None = None
    """In place of measures: rasters made one, [indices.rasters], as is said for measures but over all their cells; the
    index is the mean of a unit's cells, and the raster stands in the run folder."""
    areal: ArealTerms | None = None
    """In place of measures: a column of other areas, brought to the units, [indices.areal]."""
    title: Wording | None = None
    """What people read for it; a text, or a text by language."""
    valid_range: Range | None = None
    """Least and greatest value that it can have, such as [0, 1]; a unit with another one is refused."""

    @property
    def criteria(self) -> tuple[str, ...]:
        """What it weighs: its measures, or the names of its rasters."""
        return tuple(self.of) if self.rasters is None else tuple(self.rasters.layers)

    @property
    def scale(self) -> str:
        """How its measures are made comparable."""
        return self.normalise or ("none" if self.aggregate == "topsis" else "minmax")

    @property
    def fixed_weights(self) -> dict[str, float] | None:
        """The weights where they hang on no values: those that are given, or follow from judgements on pairs."""
        if self.weights == "ahp":
            return {str(name): float(weight) for name, weight in self.judged[0].items()}
        return self.weights if isinstance(self.weights, dict) else None

    @property
    def judged(self) -> tuple[pd.Series, float]:
        """With weights = "ahp", these by measure, and how consistent the judgements are."""
        matrix = pd.DataFrame(1.0, index=list(self.criteria), columns=list(self.criteria))
        for measure, others in self.judgements.items():
            for other, times in others.items():
                matrix.loc[measure, other], matrix.loc[other, measure] = times, 1 / times
        return ahp_weights(matrix, gate=None)

    @property
    def reads(self) -> tuple[tuple[tuple[str | int, ...], str], ...]:
        """The measures that it is made of, each with its place below the index."""
        if self.access is not None:
            return ((("access", "people"), self.access.people),)
        if self.capacity is not None:
            key, present = "people" if self.capacity.per == "person" else "used_ha", self.capacity.present
            taken = () if present is None else ((("capacity", key), present),)
            return (*((("capacity", "needs", name), name) for name in self.capacity.needs), *taken)
        return tuple((("of", position), name) for position, name in enumerate(self.of))

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers of the plan that it is made of."""
        if self.rasters is not None:
            return tuple(self.rasters.layers.values())
        if self.areal is not None:
            return tuple(filter(None, (self.areal.layer, self.areal.dasymetric)))
        return ()

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures that it gives before there are zones, itself first."""
        if self.rasters is not None:
            return (self.name, *self.rasters.measure)
        if self.capacity is None:
            return (self.name,)
        load = () if self.capacity.present is None else (f"{self.name}_load",)
        return (self.name, f"{self.name}_limited_by", *load)

    @property
    def standards(self) -> tuple[str, ...]:
        """The measures that it gives once there are zones: what is missing to its standard."""
        if self.access is None or self.access.standard is None:
            return ()
        missing = () if self.access.method == "nearest" else (f"{self.name}_missing",)
        return (f"{self.name}_standard", f"{self.name}_people_below", *missing)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if faults := list(self._faults()):
            raise misfit(*faults)
        return self

    def _faults(self) -> Iterator[Misfit]:
        kinds = [key for key in ("of", "access", "capacity", "rasters", "areal") if getattr(self, key)]
        if len(kinds) != 1:
            yield (
                (),
                Phrase("say what the index is made of by one of 'of', 'access', 'capacity', 'rasters' and 'areal'"),
            )
            return
        if self.valid_range is not None and self.valid_range[0] >= self.valid_range[1]:
            yield ("valid_range",), LEAST_FIRST
        kind, scored = kinds[0], self.rasters is not None and self.rasters.derive is None
        for key in () if kind == "of" else ("opinions",) if scored else _COMPOSITE_KEYS:
            if key in self.model_fields_set:
                yield (key,), Phrase("'{key}' has no meaning with '{kind}'", key=key, kind=kind)
        if kind == "of" or scored:
            yield from self._faults_of_scores()

    def _faults_of_scores(self) -> Iterator[Misfit]:
        for position, name in enumerate(self.cost):
            if name not in self.criteria:
                yield (
                    ("cost", position),
                    Phrase("'{name}' is none of the measures that the index is made of", name=name),
                )
        for position, name in enumerate(self.of):
            if name in self.of[:position] or name == self.name:
                yield ("of", position), Phrase("'{name}' stands twice, or is the index itself", name=name)
        if self.aggregate == "topsis" and self.scale != "none":
            yield ("normalise",), Phrase('"topsis" makes measures comparable by itself; leave normalise out')
        if self.scale == "none" and self.cost and self.aggregate != "topsis":
            yield ("cost",), Phrase("a cost needs measures that are made comparable; say how with normalise")
        if self.scale == "zscore" and self.aggregate == "geometric_mean":
            yield ("normalise",), Phrase('scores of "zscore" are below 0 as well, and have no geometric mean')
        yield from self._faults_of_weights()

    def _faults_of_weights(self) -> Iterator[Misfit]:
        if (self.weights == "ahp") != bool(self.judgements):
            yield ("weights",), Phrase("weights = \"ahp\" and 'judgements' go together")
        elif self.weights == "ahp":
            yield from self._faults_of_judgements()
        sets: list[tuple[tuple[str, ...], object]] = [(("weights",), self.weights)]
        sets += [(("opinions", who), weights) for who, weights in self.opinions.items()]
        for keys, weights in sets:
            if not isinstance(weights, dict):
                continue
            if set(weights) != set(self.criteria):
                yield keys, Phrase("give a weight to each measure of the index, and to no other")
            elif abs(sum(weights.values()) - 1) > _UNIT_SUM:
                total = sum(weights.values())
                yield (
                    keys,
                    Phrase("the weights add up to {total:g}, not to 1; divide each of them by their sum", total=total),
                )

    def _faults_of_judgements(self) -> Iterator[Misfit]:
        pairs = [(measure, other) for measure, others in self.judgements.items() for other in others]
        for measure, other in pairs:
            for name in sorted({measure, other}.difference(self.criteria)):
                keys = ("judgements", measure, other)
                yield keys, Phrase("'{name}' is none of the measures that the index is made of", name=name)
        if not set(chain(*pairs)) <= set(self.criteria):
            return
        judged = Counter(frozenset(pair) for pair in pairs)
        wanted = [frozenset(pair) for pair in combinations(self.criteria, 2)]
        if judged != Counter(wanted):
            wrong = next(pair for pair in (*wanted, *judged) if judged[pair] != wanted.count(pair))
            text = " - ".join(sorted(wrong))
            yield (
                ("judgements",),
                Phrase("judge each pair of measures once, and no measure by itself: {pair}", pair=text),
            )
            return
        try:
            ratio = self.judged[1]
        except ZoneplanError as error:
            yield ("judgements",), Phrase("{error}", error=error)
            return
        if ratio > _MOST_INCONSISTENT:
            text = template(
                "the judgements contradict each other: consistency ratio {ratio:.3f}, and {most:g} is the most. Judge "
                "the pairs again"
            )
            yield ("judgements",), Phrase(text, ratio=ratio, most=_MOST_INCONSISTENT)


Year = Annotated[str, Field(pattern=r"^[0-9]{4}$")]


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
        for key, names in (
            ("series", [entry.name for entry in self.series]),
            ("groups", [entry.by for entry in self.groups]),
        ):
            for position, name in enumerate(names):
                if name in names[:position]:
                    faults.append(((key, position), Phrase("'{name}' stands twice", name=name)))
        if faults:
            raise misfit(*faults)
        return self
