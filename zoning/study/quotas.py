"""Quotas, siting and decisions of a plan: how much land, by which weights, within which bounds, and where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from layers.phrases import Phrase, phrase_list
from layers.sources import (
    Amount,
    ConditionText,
    Exact,
    ExactPct,
    ExactShare,
    ExactStep,
    Factor,
    Misfit,
    Named,
    NameText,
    OptionalWording,
    Real,
    Section,
    Several,
    Signed,
    Text,
    Wording,
    misfit,
    require_one,
)


class Decision(Section):
    """One decision: what planners decided for a unit, by whom and why.

    Examples
    --------
    >>> from datetime import date
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> said = {"reason": "headwaters", "by": "the council", "date": date(2024, 12, 2)}
    >>> decision = zp.Decision(unit="08031", main="ecologically_fragile", **said)
    >>> denver = pd.DataFrame({"metro": [True], "pop_2020": [715522], "area_km2": [396.0]}, index=["08031"])
    >>> rulebook = zp.read_rulebook("us_west")
    >>> zp.resolve(zp.classify(denver, rulebook, [decision]), rulebook).loc["08031", ["main", "status"]].tolist()
    ['ecologically_fragile', 'by_decision']
    """

    unit: Text
    """Id of the unit."""
    main: Text | None = None
    """Code of the main function that it gets; or give overlay."""
    overlay: Text | None = None
    """Code of an overlay that it gets; or give main."""
    reason: Wording
    """Why, in words that stand in the report."""
    by: Wording
    """Who decided."""
    reference: OptionalWording = ""
    """The document of the decision; a text, or a text by language."""
    date: dt.date
    """The day from which it holds."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        require_one(self, "a decision", "main", "overlay")
        return self


class Merit(Section):
    """Points for land that meets a condition."""

    when: ConditionText
    """Condition over the value, slope, aspect and relief of a cell, and over the names of the layers that designate."""
    points: Real
    """What is added to the suitability; below 0 it makes land come later."""
    reason: Wording
    """Why, in words that stand in the report."""


class Nearness(Section):
    """Points for land beside something: all of them at no distance, evenly fewer farther off."""

    role: Text | None = None
    """Role of the land to be near to, such as "built_up"; or give layer."""
    layer: Text | None = None
    """Layer of points, lines or polygons to be near to, such as stations or roads; or give role."""
    within_m: Factor
    """Distance in metres at which nothing is left of the points."""
    points: Factor
    """What is added to the suitability at no distance."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        require_one(self, "'beside'", "role", "layer")
        return self


class Siting(Section):
    """Where the amounts of a quota go on the ground: inside each unit the most suitable available land first."""

    layer: Text | None = None
    """Raster layer whose cells are taken; without it the polygons of the pieces are."""
    surface: Literal["value", "slope", "relief"] = "value"
    """What of a cell is its suitability: its value, or of a raster of heights the slope in degrees or the relief in
    metres."""
    prefer: Literal["high", "low"] | None = None
    """Which cells are the more suitable; without it only points count, as for a raster of classes."""
    where: ConditionText | None = None
    """Condition that land must meet to be taken, over the same names as those of points."""
    merits: Several[Merit] = ()
    """Points for land that meets a condition, added to the suitability."""
    beside: Several[Nearness] = ()
    """Points for land beside something, such as what is built."""
    boundary: bool = False
    """Take land inside the growth boundary only."""
    min_patch_ha: Amount = 0.0
    """Connected land of less than this is no site."""
    neighbours: Literal[4, 8] = 4
    """Cells are connected by an edge (4), or by a corner as well (8)."""
    last: Literal["cut", "under", "over"] = "cut"
    """The last cell is cut so that the amount is met, left out (never more than the amount), or taken whole (never
    less)."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.layer is None and (self.prefer is not None or self.surface != "value"):
            key = "prefer" if self.prefer is not None else "surface"
            raise misfit(((key,), Phrase("'{key}' speaks of the cells of a raster, and 'layer' names none", key=key)))
        if self.prefer is None and "surface" in self.model_fields_set:
            message = Phrase(
                "'surface' ranks cells by their {surface}: say with 'prefer' whether high or low comes first",
                surface=self.surface,
            )
            raise misfit((("surface",), message))
        return self


_RESERVE_AND_LINK = Phrase(
    'a jurisdiction\'s reserve is not known before its units have their amounts: with by = "optimal" stay '
    "within by unit, or hold nothing back"
)


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
    reason: Wording
    """Why, in words that stand in the report."""


class Group(Section):
    """Units that together get at most, or at least, a part of the total."""

    when: ConditionText
    """Condition over measures, parameters, main and overlays; the units that meet it are the group."""
    max_pct: ExactShare | None = None
    """The most that the group gets, per cent of the total; rounded down to the step."""
    min_pct: ExactShare | None = None
    """The least that the group gets, per cent of the total; rounded up to the step."""
    reason: OptionalWording = ""
    """Why, in words that stand in the report."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.max_pct is None and self.min_pct is None:
            raise misfit(((), Phrase("a group gives 'max_pct', 'min_pct' or both, and this one gives neither")))
        if self.max_pct is not None and self.min_pct is not None and self.min_pct > self.max_pct:
            raise misfit(
                (
                    ("min_pct",),
                    Phrase(
                        "'min_pct' {min_pct} is more than 'max_pct' {max_pct}",
                        min_pct=self.min_pct,
                        max_pct=self.max_pct,
                    ),
                )
            )
        return self


class Lock(Section):
    """An amount that is settled: the unit gets exactly this, and the others share the rest."""

    unit: Text | None = None
    """Id of the unit; or give when."""
    when: ConditionText | None = None
    """Condition; each unit that meets it gets the amount; or give unit."""
    amount: Exact
    """What it gets, whatever the floor says; more than its ceiling is refused."""
    reason: Wording
    """Why, in words that stand in the report."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        require_one(self, Phrase("a locked amount"), "unit", "when")
        return self


class QuotaTransfer(Section):
    """An amount that one unit hands to another after the quota has been handed out."""

    giver: Text = Field(alias="from")
    """Id of the unit that gives."""
    receiver: Text = Field(alias="to")
    """Id of the unit that receives."""
    amount: ExactStep
    """How much, a whole multiple of the step."""
    reason: Wording
    """Why, in words that stand in the report."""
    reference: OptionalWording = ""
    """The document of the transfer; a text, or a text by language."""
    across: bool = False
    """Allow a transfer from one jurisdiction to another."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.giver == self.receiver:
            raise misfit((("to",), Phrase("'{giver}' cannot hand anything to itself", giver=self.giver)))
        return self


class Within(Section):
    """A link to another quota: nobody gets more of this one than a multiple of what it has of the other."""

    quota: NameText
    """The other quota, which stands above this one, such as the reclaimed land that farmland must be balanced by."""
    level: Text = "unit"
    """Where it must hold: one of the levels of both quotas, or "unit"."""
    times: ExactStep = Decimal(1)
    """By what the amount of the other quota is multiplied."""


class Limit(Section):
    """A limit on what amounts come to: some units, each times what one of the quota's unit uses there."""

    name: NameText
    """Name of the limit; no two of a quota have the same."""
    when: ConditionText | None = None
    """Condition over measures, parameters, main and overlays: the units that count; all where absent."""
    per: Signed | Text = Decimal(1)
    """What one of the quota's unit uses, such as tonnes of coal or cubic metres of water: a number or a measure."""
    unit: str = ""
    """Unit of measure of the sum, such as "m3"; that of the quota where nothing is used per unit."""
    each: Text | None = None
    """One of the levels above the units: the limit holds for each jurisdiction of it; otherwise for all together."""
    max: Signed | Text | None = None
    """The most that the sum may be: a number, or a measure that is summed over the units that count."""
    min: Signed | Text | None = None
    """The least that the sum must be: a number, or a measure that is summed over the units that count."""
    max_pct: ExactShare | None = None
    """The most, per cent of the same sum over all units."""
    min_pct: ExactShare | None = None
    """The least, per cent of the same sum over all units."""
    reason: OptionalWording = ""
    """Why, in words that stand in the report."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        whole, parts = (self.min, self.max), (self.min_pct, self.max_pct)
        given = [any(end is not None for end in ends) for ends in (whole, parts)]
        if not any(given):
            raise misfit(((), Phrase("a limit gives 'max', 'min', 'max_pct' or 'min_pct', and this one gives none")))
        if all(given):
            raise misfit(((), Phrase("a limit gives amounts or per cent; make two limits of it")))
        for keys, (low, high) in ((("min",), whole), (("min_pct",), parts)):
            if isinstance(low, Decimal) and isinstance(high, Decimal) and low > high:
                raise misfit(
                    (
                        keys,
                        Phrase(
                            "'{key}' {low} is more than '{other}' {high}",
                            key=keys[0],
                            low=low,
                            other=keys[0].replace("min", "max"),
                            high=high,
                        ),
                    )
                )
        if any(parts) and self.when is None and self.each is None:
            raise misfit(
                ((), Phrase("per cent of all units needs 'when' or 'each': which units may have so much of it?"))
            )
        return self


class Quota(Named):
    """One quota: an amount of land to hand down the levels.

    Examples
    --------
    >>> import zoneplan as zp
    >>> quota = zp.Quota(name="land", period=2025, total=20, unit="ha", levels=("state", "unit"), weight="people")
    >>> quota.by, quota.total, quota.step
    ('weighted', Decimal('20'), Decimal('1'))
    """

    name: NameText
    """Name of the quota; no two of a plan have the same."""
    period: int
    """The year or the end of the period."""
    total: Exact
    """The amount to hand out."""
    unit: Text
    """Unit of measure of all its amounts, such as "ha"."""
    reference: OptionalWording = ""
    """The document that hands the total down; a text, or a text by language."""
    step: ExactStep = Decimal(1)
    """Amounts are whole multiples of it; floors round up, ceilings down."""
    levels: Annotated[Several[Text], Field(min_length=1)] = ("unit",)
    """Jurisdictions from the highest down, and "unit" at the end."""
    by: Literal["weighted", "optimal"] = "weighted"
    """The method: in proportion to weights, or the best there is by an objective."""
    objective: Literal["suitability", "gini"] | None = None
    """What by = "optimal" looks for: the most suitable land, amounts times weight; or the smallest composite Gini of
    the amounts to the measures of the weight."""
    weight: Text | Annotated[Several[Share], Field(min_length=1)]
    """A measure, or a list of measures with their shares; of objective "suitability" what one of the quota's unit is
    worth, such as its suitability from 0 to 1; of objective "gini" what amounts should be in proportion to."""
    priority: Several[Priority] = ()
    """Factors for units that come first."""
    floor: Exact | Text = Decimal(0)
    """The least a unit gets: a number or a measure."""
    ceiling: Exact | Text | None = None
    """The most a unit gets: a number or a measure."""
    reserve_pct: ExactPct = Decimal(0)
    """Per cent held back at each jurisdiction."""
    groups: Several[Group] = ()
    """Groups of units that get at most or at least a part of the total; disjoint or one inside another, or any by
    by = "optimal"."""
    limits: Several[Limit] = ()
    """Limits on sums of amounts, for by = "optimal"."""
    locked: Several[Lock] = ()
    """Amounts that are settled; the other units share the rest."""
    carried: Exact | Text = Decimal(0)
    """What a unit has left from an earlier period: a number or a measure, a debt where below 0. It adds to what the
    unit is given now, and counts under its floor and ceiling."""
    transfers: Several[QuotaTransfer] = ()
    """What units hand to each other after the quota has been handed out."""
    within: Several[Within] = ()
    """Quotas above this one that it stays within, such as farmland occupied within land reclaimed."""
    siting: Siting | None = None
    """Where the amounts go on the ground; without it they stay amounts."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        faults: list[Misfit] = []
        if self.total % self.step:
            faults.append(
                (
                    ("total",),
                    Phrase("'total' {total} is no whole multiple of 'step' {step}", total=self.total, step=self.step),
                )
            )
        if self.levels[-1] != "unit" or len(set(self.levels)) < len(self.levels):
            faults.append((("levels",), Phrase("'levels' names each jurisdiction once and ends in \"unit\"")))
        if isinstance(self.floor, Decimal) and isinstance(self.ceiling, Decimal) and self.floor > self.ceiling:
            faults.append(
                (
                    ("floor",),
                    Phrase("'floor' {floor} is more than 'ceiling' {ceiling}", floor=self.floor, ceiling=self.ceiling),
                )
            )
        amounts = [(("locked", position, "amount"), lock.amount) for position, lock in enumerate(self.locked)]
        amounts += [
            (("transfers", position, "amount"), transfer.amount) for position, transfer in enumerate(self.transfers)
        ]
        faults += [
            (keys, Phrase("'amount' {amount} is no whole multiple of 'step' {step}", amount=amount, step=self.step))
            for keys, amount in amounts
            if amount % self.step
        ]
        faults += [
            (
                ("within", position, "level"),
                Phrase(
                    "'{level}' is none of this quota's levels ({levels})",
                    level=part.level,
                    levels=phrase_list(self.levels),
                ),
            )
            for position, part in enumerate(self.within)
            if part.level not in self.levels
        ]
        faults += self._method()
        if faults:
            raise misfit(*faults)
        return self

    def _method(self) -> Iterator[Misfit]:
        """What does not fit the method."""
        if self.by == "weighted":
            for key in ("objective", "limits"):
                if getattr(self, key):
                    yield (key,), Phrase("'{key}' is for by = \"optimal\"; this quota is handed out by weight", key=key)
            return
        if self.objective is None:
            yield ("by",), Phrase('by = "optimal" needs objective = "suitability" or "gini"')
        if self.objective == "gini" and self.priority:
            yield ("priority",), Phrase("an even share knows no priority; give floors, 'groups' or 'limits' instead")
        yield from self._limits()
        for position, link in enumerate(self.within):
            if self.reserve_pct and link.level != self.levels[-1]:
                yield ("within", position, "level"), _RESERVE_AND_LINK

    def _limits(self) -> Iterator[Misfit]:
        """Limits of one name, or for each of a level that is not there."""
        names = [limit.name for limit in self.limits]
        for position, limit in enumerate(self.limits):
            if limit.name in names[:position]:
                yield ("limits", position, "name"), Phrase("there are two limits '{limit}'", limit=limit.name)
            if limit.each is not None and limit.each not in self.levels[:-1]:
                above = phrase_list(self.levels[:-1]) or Phrase("none")
                yield (
                    ("limits", position, "each"),
                    Phrase(
                        "'{level}' is no level above the units (there are: {levels})", level=limit.each, levels=above
                    ),
                )
