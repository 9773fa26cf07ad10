"""The entries of a rulebook, one class a kind, as they are written in its files; other chapters' stand beside them."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal, Self

import pandas as pd
from pydantic import BeforeValidator, Field, model_validator

from layers.conditions import parse_calculation, parse_condition
from layers.errors import ConditionError, ZoneplanError
from layers.phrases import Phrase
from layers.sources import (
    Amount,
    Dated,
    Factor,
    LanguageTag,
    Real,
    Section,
    Several,
    Source,
    Sourced,
    Text,
    Texts,
    Titled,
    Wording,
    misfit,
    require_one,
)
from zoning.indices import corrected, read_grading

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Colour = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")]
"""Red, green and blue, such as "#5FA383"."""
SignName = Literal[
    "bolt", "star", "temple", "drop", "shield", "wheat", "flag", "wave",
    "city", "tree", "mountain", "sun", "people", "bar", "diamond", "compass",
]  # fmt: skip
"""What an overlay is marked with on maps."""


def _plain(value: object) -> object:
    """Numbers come as decimals; a parameter holds a finite float, and a truth value or text as it is."""
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, float | bool | str):
        raise ValueError(Phrase("write a number, a text, or true or false"))  # noqa: TRY004  (pydantic wants a ValueError)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(Phrase("write a finite number"))
    return value


def _plain_inside(value: object) -> object:
    """The same for whatever a policy sets, lists and tables included."""
    if isinstance(value, dict):
        return {key: _plain_inside(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain_inside(part) for part in value]
    return float(value) if isinstance(value, Decimal) else value


Scalar = Annotated[float | bool | str, BeforeValidator(_plain)]
"""A number, a truth value or a text."""


class Cited(Sourced):
    """Something of the law, which always names its document."""

    reference: Wording
    """The document that says so, as people read it; a text, or a text by language."""


class Zone(Titled, Dated, Sourced):
    """A type of zone: exactly one ``main`` a unit, any number of ``overlay``; one main zone is the ``default``."""

    code: Identifier
    """What rules, decisions and roles call it."""
    kind: Literal["main", "overlay"]
    """A main function, of which each unit has one, or an overlay."""
    default: bool = False
    """The main function of what no rule claims."""
    colour: Colour | None = None
    """Its fill on maps, such as "#5FA383"; without one the next of a series. Overlays do not fill and have none."""
    short: Texts | None = None
    """A short title for legends and counts, such as "Agricultural", by language; by default the title."""
    one: Texts | None = None
    """What a unit of it is, such as "an agricultural area", by language; by default sentences give the title."""
    purpose: Texts | None = None
    """What its land is for, in a word or two, such as "farming", by language; headlines count units by it."""
    sign: SignName | None = None
    """What marks it on maps, such as "bolt"; else the next that no other overlay has. Main functions have none."""


class Indicator(Section):
    """A measure that the rulebook reads."""

    name: Text
    """A measure of the study, such as "pop_2020" or "<role>_share"."""
    type: Literal["number", "text", "boolean"] = "number"
    """What its values are."""
    unit: str = "1"
    """Unit of measure; "1" for a plain ratio."""
    title: Texts | None = None
    """What people read, by language."""
    when_absent: Scalar = "error"
    """Where a study does not have it: "error", "unknown", or the value to take."""
    fixed: bool = False
    """It is area or location, which no plan can move: advice on what would change a zone leaves it out."""
    topic: Identifier | None = None
    """What it belongs to: a study that gives no indicator of a topic is asked for none of it."""
    whole: Literal["sum", "mean", "area_mean", "min", "max", "any", "all", "same"] | None = None
    """How the value of a larger unit (a county) comes from its parts; of shares, hectares and texts known by itself.
    "any" and "all" are of truth values, "same" of texts, the others of numbers."""
    valid_range: Annotated[Several[Real], Field(min_length=2, max_length=2)] | None = None
    """Least and greatest value that it can have, such as [0, 100]; others are refused. Of a plain ratio whose name ends
    in _share by default [0, 1]."""

    @property
    def limits(self) -> tuple[float, float] | None:
        """The least and the greatest value that it can have, where they are known.

        Examples
        --------
        >>> Indicator(name="forest_share").limits, Indicator(name="people").limits
        ((0.0, 1.0), None)
        """
        if self.valid_range is not None:
            return self.valid_range[0], self.valid_range[1]
        ratio = self.type == "number" and self.unit == "1" and self.name.endswith("_share")
        return (0.0, 1.0) if ratio else None

    @property
    def of_parts(self) -> str | None:
        """How a whole's value comes from its parts; None where nobody said and the name does not tell.

        Examples
        --------
        >>> Indicator(name="forest_share").of_parts, Indicator(name="people").of_parts
        ('area_mean', None)
        """
        if self.whole is not None:
            return self.whole
        if self.type == "text":
            return "same"
        endings = {"_share": "area_mean", "_ha": "sum"} if self.type == "number" else {}
        return next((way for ending, way in endings.items() if self.name.endswith(ending)), None)


class DatedValue(Dated):
    """One value of a parameter and the days on which it holds."""

    value: Scalar
    """A number, a text, or true or false."""
    source: Source | None = None
    """Where this value was read, where that is not where the others were."""


class Parameter(Cited):
    """A number that the law or the planner may change: dated values, unit, reference."""

    name: Identifier
    """What conditions call it."""
    unit: str
    """Unit of measure; "1" for a plain ratio."""
    dated: Annotated[Several[DatedValue], Field(min_length=1, alias="values")]
    """Its values, each with the days on which it holds; no two meet."""
    title: Texts | None = None
    """What people read, by language."""

    @property
    def verified(self) -> bool:
        """Whether all its values were read."""
        sources = map(self.source_of, self.dated)
        return all(source is not None and source.verified for source in sources)

    def source_of(self, value: DatedValue) -> Source | None:
        """Where a value of it was read."""
        return value.source or self.source

    def at(self, day: date) -> DatedValue | None:
        """The value in force on a day; None where there is none.

        Examples
        --------
        >>> values = [{"value": 0.4, "until": date(2020, 1, 1)}, {"value": 0.25, "from": date(2020, 1, 1)}]
        >>> least = Parameter(name="wetland_share_min", unit="1", values=values, reference="Meadow Act, section 3")
        >>> least.at(date(2019, 12, 31)).value, least.at(date(2020, 1, 1)).value
        (0.4, 0.25)
        """
        return next((value for value in self.dated if value.on(day)), None)


class Rule(Dated, Cited):
    """Who may claim a unit for a zone."""

    id: Id
    """What claims and reasons call it."""
    zone: str
    """Code of the zone that it claims for."""
    when: Text
    """Condition over measures and parameters."""
    on_unknown: Literal["review", "no", "error"] = "review"
    """What an answer of unknown means: hand the unit to people, take it as no, or refuse to plan."""
    priority: int = 10
    """Among main functions the lowest number wins; overlays do not compete."""
    refines: bool = False
    """Asked of parts of larger units only (see part_of of a plan), and wins over what the whole is claimed for."""
    reason: Texts
    """Why, in words that stand in the report, by language."""


class Stroke(Section):
    """How maps draw a control line."""

    colour: Colour
    """Such as "#A3001B"."""
    width: Annotated[Factor, Field(le=10)] = 1.2
    """In pixels."""
    dashes: Several[Factor] = ()
    """The lengths of dashes and gaps in turn, in pixels; without them the line is unbroken."""


class Line(Titled, Sourced):
    """A control line; lines are settled in the order of the file, the first wins."""

    code: Identifier
    """What the tables call it."""
    roles: Annotated[Several[Text], Field(min_length=1)]
    """Roles of the layers that draw it."""
    deducted: bool | None = None
    """Whether land of its roles is not available for building, in a rulebook without the list `deduct` in
    `rulebook.toml`; by default that of red lines and permanent farmland."""
    stroke: Stroke | None = None
    """How maps draw it; by default dotted and black."""


class Floor(Titled, Dated, Cited):
    """What a control line must at least cover; a floor that is missed is a finding, for plans may miss one."""

    line: Identifier
    """Code of the control line whose settled land counts."""
    of: Text
    """The measure in hectares of which it must be a part, such as "arable_ha"."""
    at_least: Identifier
    """Name of the parameter with the least share; its unit is "1", or begins with "%"."""
    level: Literal["unit", "jurisdiction", "study"] = "jurisdiction"
    """Where it must hold: every unit, every jurisdiction of each level of [units], or the study as a whole."""


class Extent(Sourced):
    """Where a policy holds, of a policy whose clause does not say it itself."""

    reference: Wording
    """What says so, or whose own choice it is, as people read it; a text, or a text by language."""


class Exemption(Cited):
    """Where a policy does not apply, although its condition holds."""

    when: Text
    """Condition over what the policy's own condition sees; where it cannot be answered the policy applies."""
    reason: Texts
    """Why, in words that stand in the tables, by language."""


class Policy(Titled, Dated, Cited):
    """What applies where a condition holds."""

    id: Id
    """What tables and cases call it."""
    instrument: Text
    """Its kind: land, energy, compensation, services, ..."""
    subject: str = ""
    """What it is about; of one instrument and one subject only the strictest policy holds on a unit or piece."""
    effect: Literal["ban", "limit", "permit"] | None = None
    """What it does to its subject; of a ban and a permit, whatever their instruments, only one holds at one place."""
    scope: Literal["unit", "piece", "jurisdiction", "region"] = "unit"
    """What is asked: each unit, each piece of one, each jurisdiction, or each region with warning lights, be it a unit
    or a jurisdiction; units inherit what is asked of the jurisdictions in which they lie."""
    when: Text
    """Condition over measures, parameters, main, overlays by their codes; a piece has control_line and on_<role>."""
    strictness: int = 1
    """The higher number overrules the lower; a ban overrules a permit of its own number."""
    parameters: Annotated[dict[Text, Any], BeforeValidator(_plain_inside)] = Field(default_factory=dict)
    """What it sets; the name of a parameter or indicator stands for its value."""
    clause: Wording
    """What it demands, in our own words."""
    extent: Extent | None = None
    """What says where it holds, where that is not its clause; without a source it is the author's own choice."""
    list: Id | None = None
    """The negative list of ``industries.toml`` that holds where the policy does; without subject, for lists add up."""
    exceptions: Several[Exemption] = ()
    """Where it does not apply; the first that holds is told."""

    @property
    def conditions(self) -> tuple[tuple[tuple[str | int, ...], str], ...]:
        """Its own condition and those of its exceptions, each with the keys that lead to it."""
        exceptions = (
            (("exceptions", number, "when"), exception.when) for number, exception in enumerate(self.exceptions)
        )
        return (("when",), self.when), *exceptions


ELEVATION_ROLE = "elevation"
"""The role of a raster of heights in metres, from which slopes are taken; it designates no land."""
DEDUCTED_LINES = ("red_line_core", "red_line", "protected", "permanent_farmland")
"""Roles of control lines whose land is deducted by a rulebook that lists no roles, as those before the list do not."""
DEDUCTED_COVER = ("built_up", "water")
"""Roles that no law draws and whose land such a rulebook deducts as well."""


class AvailableLand(Section):
    """What of a unit is available for building."""

    deduct: Several[Text] | None = None
    """Roles whose land is not available. By default "red_line_core", "red_line", "protected", "permanent_farmland",
    "built_up" and "water", and what lines say in `deducted`, for so it was before this list."""
    steeper_than: Identifier = "buildable_slope_max_deg"
    """The parameter in degrees above which land is too steep, where a layer has the role "elevation"."""
    boundary: Text = "growth_boundary"
    """The role whose land counts for available_in_boundary_ha, and for quotas that are placed inside the boundary."""

    def roles(self, lines: Iterable[Line] = ()) -> tuple[str, ...]:
        """The roles whose land is not available.

        Examples
        --------
        >>> AvailableLand(deduct=("lake", "moor")).roles()
        ('lake', 'moor')
        >>> AvailableLand().roles()
        ('red_line_core', 'red_line', 'protected', 'permanent_farmland', 'built_up', 'water')
        """
        if self.deduct is not None:
            return self.deduct
        usual = (*DEDUCTED_LINES, *DEDUCTED_COVER)
        deducted = {role: line.deducted for line in lines if line.deducted is not None for role in line.roles}
        added = (role for role, taken in deducted.items() if taken and role not in usual)
        return (*(role for role in usual if deducted.get(role, True)), *added)

    def expected_roles(self, lines: Sequence[Line] = ()) -> tuple[str, ...]:
        """Those of them that a study is asked for: without a list, not the lines that the rulebook does not draw."""
        drawn = {role for line in lines for role in line.roles}
        missing = {*DEDUCTED_LINES} - drawn if lines and self.deduct is None else set()
        return tuple(role for role in self.roles(lines) if role not in missing)


class MapRules(Section):
    """What maps of plans by this rulebook may draw around the study."""

    borders: bool = True
    """Whether borders of countries and provinces are drawn from the bundled world layers, and places outside of the
    study are named. Write false where the law asks for a standard base map: those layers are none."""
    note: Wording | None = None
    """What stands with the credits of every map, such as that its lines are for reference only."""


class Head(Section):
    """``rulebook.toml``: what the rulebook is called and which languages it speaks."""

    name: Identifier
    """What plans and files call the rulebook."""
    title: Wording | None = None
    """What people read, such as "Land law of the Mountain West"; by default the name."""
    country: Wording
    """Where its law holds."""
    languages: Annotated[Several[LanguageTag], Field(min_length=1)]
    """Languages of all titles and reasons; "en" is among them."""
    description: Wording
    """What it is, for a reader who finds it."""
    instruments: Several[Text] = ()
    """Instruments of which each unit must have a policy; a unit without one is a finding."""
    classification: Text | None = None
    """The classification of industries of its negative lists: a built-in one, or the name of classification.toml."""
    available_land: AvailableLand = Field(default_factory=AvailableLand)
    """What of a unit is available for building."""
    map: MapRules = Field(default_factory=MapRules)
    """What maps may draw around the study."""


class Zones(Section):
    """``zones.toml``."""

    zones: Several[Zone] = ()


class Indicators(Section):
    """``indicators.toml``."""

    indicators: Several[Indicator] = ()


class Parameters(Section):
    """``parameters.toml``."""

    parameters: Several[Parameter] = ()


class Rules(Section):
    """``rules.toml``."""

    rules: Several[Rule] = ()


class Lines(Section):
    """``lines.toml``."""

    lines: Several[Line] = ()
    floors: Several[Floor] = ()


class Policies(Section):
    """``policies.toml``."""

    policies: Several[Policy] = ()


class Term(Titled):
    """What people read for a code that stands in other files or in a plan."""

    code: Text
    """As it is written there."""


AREAS_HA = {"ha": 1.0, "km2": 100.0, "m2": 1e-4}
"""Units of measure of land that the engine knows by itself, in hectares."""


class UnitTerm(Term):
    """What people read for a unit of measure."""

    per_ha: Factor | None = None
    """Of a unit of land, how many of it are a hectare; quotas in it can then be placed on the ground."""


class InstrumentTerm(Term):
    """What people read for an instrument of policies."""

    heading: Texts | None = None
    """What stands above a list of its policies, by language; by default the title with a capital letter."""


class MeasureTerm(Term):
    """How people speak of a measure that rules compare with a limit; the code is what stands in the rule.

    That is the name of a measure, or arithmetic with measures, such as "pop_2020 / area_km2".
    """

    unit: str | None = None
    """The unit of measure that its values are printed with; by default that of the measure. Empty for none."""
    noun: Texts | None = None
    """What it is in the middle of a sentence, such as "cropland share", by language; by default the title."""
    said: Texts | None = None
    """What is so of a unit, as a clause with ``{value}``, such as "{value} of it is cropland", by language; of a truth
    value what is so where it holds, such as "it is metropolitan"."""
    denied: Texts | None = None
    """Of a truth value what is so where it does not hold, such as "it is not metropolitan", by language."""

    @model_validator(mode="after")
    def _fields(self) -> Self:
        try:
            parse_calculation(self.code)
        except ConditionError as error:
            raise ValueError(Phrase("code: {error}", error=error)) from error
        for text in (self.said or {}).values():
            if "{" in text.replace("{value}", "") or "}" in text.replace("{value}", ""):
                raise ValueError(Phrase("said: the one field is {{value}}, in '{text}'", text=text))
        return self


class Terms(Section):
    """``terms.toml``."""

    roles: Several[Term] = ()
    instruments: Several[InstrumentTerm] = ()
    units: Several[UnitTerm] = ()
    settings: Several[Term] = ()
    measures: Several[MeasureTerm] = ()


UNIT, JURISDICTION, STUDY = "unit", "jurisdiction", "study"
"""Levels of a norm; any other is a measure that names the place."""


class DerivedBand(Section):
    """One row of the table of a derived measure: where it holds, and what the measure is there."""

    when: Text = "TRUE"
    """Condition over measures and parameters; of the rows of a table the first that holds counts."""
    value: Text
    """A measure, a parameter, a text in single quotes, or arithmetic with them."""
    reason: Texts | None = None
    """Why, in words that stand where the value is explained, by language."""


def plain_number(number: float) -> str:
    """A number as conditions and TOML read it: no exponent, nothing between thousands.

    Examples
    --------
    >>> plain_number(250000.0), plain_number(2.33)
    ('250000', '2.33')
    """
    return f"{number:.0f}" if number == int(number) else format(Decimal(repr(number)), "f")


class GradedThresholds(Section):
    """Graded thresholds as a document prints them."""

    of: Identifier
    """The measure that is graded."""
    classes: Text
    """From the smallest values to the largest, or the other way round: "<=3|3-8|>8"."""
    grades: Text
    """One number a class: "1|2|3"."""

    @cached_property
    def bands(self) -> tuple[DerivedBand, ...]:
        """The same as a table of conditions.

        Examples
        --------
        >>> steep = GradedThresholds(of="slope", classes="<=3|>3", grades="1|5")
        >>> [(band.when, band.value) for band in steep.bands]
        [('slope <= 3', '1'), ('slope > 3', '5')]
        """
        read = read_grading(self.classes, self.grades)
        below, above = ("<", ">=") if read.closed == "left" else ("<=", ">")
        whens = [f"{self.of} {below} {plain_number(limit)}" for limit in read.breaks]
        whens.append(f"{self.of} {above} {plain_number(read.breaks[-1])}")
        return tuple(
            DerivedBand(when=when, value=plain_number(grade)) for when, grade in zip(whens, read.grades, strict=True)
        )


class GradeMatrix(Section):
    """A matrix of two grades as a document prints it."""

    rows: Identifier
    """The graded measure whose grades are the rows."""
    columns: Identifier
    """That whose grades are the columns."""
    grades: Annotated[Several[Factor], Field(min_length=2)] = (1.0, 2.0, 3.0, 4.0, 5.0)
    """Of rows and columns, in the order in which they are printed."""
    cells: Annotated[Several[Several[Amount]], Field(min_length=2)]
    """What two grades give together, row by row."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if [len(row) for row in self.cells] != [len(self.grades)] * len(self.grades):
            raise misfit((("cells",), Phrase("give a row for each grade, with a number for each grade")))
        return self

    @cached_property
    def bands(self) -> tuple[DerivedBand, ...]:
        """The same as a table of conditions, one a cell.

        Examples
        --------
        >>> matrix = GradeMatrix(rows="land", columns="water", grades=[1, 3], cells=[[1, 1], [1, 3]])
        >>> [(band.when, band.value) for band in matrix.bands][-1]
        ('land = 3 AND water = 3', '3')
        """
        return tuple(
            DerivedBand(
                when=f"{self.rows} = {plain_number(row)} AND {self.columns} = {plain_number(column)}",
                value=plain_number(cell),
            )
            for row, cells in zip(self.grades, self.cells, strict=True)
            for column, cell in zip(self.grades, cells, strict=True)
        )


class GradeCorrection(Section):
    """A correction of a grade by a factor, as a document prints it."""

    grade: Identifier
    """The graded measure that is corrected."""
    by: Identifier
    """The measure that corrects it. Where a study gives nothing of it, the grade stands as it is."""
    classes: Text
    """Of the factor, from the smallest values to the largest, or the other way round: "<3500|3500-5000|>5000"."""
    steps: Text
    """By how many grades each class moves the grade: "0|1|4"; a step as long as the scale sets its end."""
    grades: Annotated[Several[Factor], Field(min_length=2)] = (1.0, 2.0, 3.0, 4.0, 5.0)
    """The scale, whose ends no correction leaves."""
    spares: Several[Factor] = ()
    """Grades that stand as they are."""

    @cached_property
    def bands(self) -> tuple[DerivedBand, ...]:
        """The same as a table of conditions, one a class and grade.

        Examples
        --------
        >>> thin_air = GradeCorrection(grade="land", by="height", classes="<=3|>3", steps="0|1", grades=[1, 2])
        >>> [(band.when, band.value) for band in thin_air.bands][2:]
        [('height > 3 AND land = 1', 'land + 1'), ('height > 3 AND land = 2', '2')]
        """
        scale = pd.Series(self.grades)
        rows = []
        for band in GradedThresholds(of=self.by, classes=self.classes, grades=self.steps).bands:
            step = float(band.value)
            moved = corrected(scale, [step] * len(scale), {step: step}, scale.min(), scale.max())
            for grade, result in zip(self.grades, moved, strict=True):
                rows.append(
                    DerivedBand(
                        when=f"{band.when} AND {self.grade} = {plain_number(grade)}",
                        value=self._value(grade, result, step),
                    )
                )
        return tuple(rows)

    def _value(self, grade: float, result: float, step: float) -> str:
        """What a grade becomes, said as it comes about."""
        if step == 0 or grade in self.spares:
            return self.grade
        if result != grade + step:
            return plain_number(result)
        return f"{self.grade} {'+' if step > 0 else '-'} {plain_number(abs(step))}"


class Derived(Titled, Dated, Cited):
    """A measure that the rulebook derives from measures and parameters, one value a unit."""

    name: Identifier
    """What rules, policies and quotas call it."""
    unit: Text = "1"
    """Unit of measure; "1" for a plain ratio."""
    type: Literal["number", "text", "boolean"] = "number"
    """What its values are; "boolean" is whether a unit lies in a region, which regions.toml says."""
    bands: Several[DerivedBand] = ()
    """The table: the value of the first row whose condition holds. Where none does, or where a row above it cannot be
    answered, the value is missing."""
    thresholds: GradedThresholds | None = None
    """In the place of bands: graded thresholds, whose numbers are those of the source."""
    matrix: GradeMatrix | None = None
    """In the place of bands: a matrix of two grades."""
    correction: GradeCorrection | None = None
    """In the place of bands: the correction of a grade by a factor."""
    whole: Literal["sum"] | None = None
    """How the value of several units comes from theirs; what ends in _ha is summed without it."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        given = [name for name in ("bands", "thresholds", "matrix", "correction") if getattr(self, name)]
        if len(given) != 1:
            raise misfit(((), Phrase("give one of 'bands', 'thresholds', 'matrix' and 'correction'")))
        for name in ("thresholds", "correction"):
            try:
                _ = getattr(self, name) and getattr(self, name).bands
            except ZoneplanError as error:
                raise misfit(((name, "classes"), Phrase("{error}", error=error))) from None
        return self

    def among(self, names: Collection[str]) -> Derived:
        """As it is derived where these measures are known: without a factor, a grade stands uncorrected."""
        if self.correction is None or self.correction.by in names:
            return self
        alone = {"bands": (DerivedBand(value=self.correction.grade),), "names": frozenset({self.correction.grade})}
        return self.model_copy(update={"correction": None, **alone})

    @property
    def printed(self) -> GradedThresholds | GradeMatrix | GradeCorrection | None:
        """The table that it is given by as a document prints it; None of bands."""
        return self.thresholds or self.matrix or self.correction

    @property
    def grades(self) -> tuple[float, ...]:
        """The grades that it can have, where a printed table says them; none of bands."""
        if self.correction is not None:
            return tuple(self.correction.grades)
        if self.matrix is not None:
            return tuple(sorted({float(cell) for row in self.matrix.cells for cell in row}))
        return tuple(float(band.value) for band in self.thresholds.bands) if self.thresholds is not None else ()

    @property
    def table(self) -> tuple[DerivedBand, ...]:
        """Its bands, those of a printed table written out."""
        printed = self.printed
        return tuple(self.bands) if printed is None else printed.bands

    @cached_property
    def names(self) -> frozenset[str]:
        """The measures and parameters that it reads."""
        read = (parse_condition(band.when).names | parse_calculation(band.value).names for band in self.table)
        return frozenset().union(*read)


class Norm(Titled, Dated, Cited):
    """What a plan should keep at every place of a level; where it does not, that is a finding."""

    id: Id
    """What findings call it."""
    holds: Text
    """Condition over measures, parameters and quotas; above single units over the sums of their units."""
    level: Text = UNIT
    """Either "unit", "jurisdiction" (each level of [units]), "study", or a measure whose texts name the places."""

    @cached_property
    def names(self) -> frozenset[str]:
        """The measures and parameters that it reads, that which names its places included."""
        named = set() if self.level in (UNIT, JURISDICTION, STUDY) else {self.level}
        return parse_condition(self.holds).names | named


class Land(Section):
    """``land.toml``."""

    derived: Several[Derived] = ()
    norms: Several[Norm] = ()


LOCKED = "locked-"
"""The beginning of the rule of a locked decision; its place in ``decisions.toml`` follows, from 1."""


class Locked(Dated, Cited):
    """A zone that a national or provincial list gives to a unit, or to all units of a jurisdiction."""

    unit: Text | None = None
    """Id of the unit, or of the larger unit whose parts are planned; or give jurisdiction."""
    jurisdiction: Text | None = None
    """Name of the jurisdiction, all of whose units are meant; an entry for one of them comes before it."""
    main: Identifier | None = None
    """Code of the main function that is fixed; or give overlay."""
    overlay: Identifier | None = None
    """Code of an overlay that is fixed; or give main."""
    locked: Literal[True]
    """Always true: rules and plans cannot undo it. What a plan may decide stands in the plan."""
    level: Literal["national", "provincial"] = "national"
    """Whose list it is."""
    reason: Texts
    """Why, in words that stand in the report, by language."""
    by: Wording
    """Who fixed it; a name, or names by language."""

    @property
    def kind(self) -> Literal["main", "overlay"]:
        """Which of the two it fixes."""
        return "main" if self.main is not None else "overlay"

    @property
    def zone(self) -> str:
        """Code of the zone that it fixes."""
        return self.main or self.overlay or ""

    @property
    def subject(self) -> tuple[str, str]:
        """What it is about: "unit" or "jurisdiction", and which."""
        return ("unit", self.unit) if self.unit is not None else ("jurisdiction", self.jurisdiction or "")

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        require_one(self, Phrase("a locked decision"), "unit", "jurisdiction")
        require_one(self, Phrase("a locked decision"), "main", "overlay")
        return self


class Decisions(Section):
    """``decisions.toml``."""

    decisions: Several[Locked] = ()
