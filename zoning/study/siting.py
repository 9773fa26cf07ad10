"""Siting: which land inside a unit takes its amount of a quota first."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from layers.phrases import Phrase
from layers.sources import Amount, ConditionText, Factor, Real, Section, Several, Text, Wording, misfit, require_one


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
