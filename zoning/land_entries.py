"""The entries of ``land.toml``: measures that a rulebook derives from others, and norms that a plan should keep."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from layers import parse_calculation, parse_condition
from zoning.entries import Entry, Id, Identifier, InForce, Text, Texts

UNIT, JURISDICTION, STUDY = "unit", "jurisdiction", "study"
"""Levels of a norm; any other is a measure that names the place."""


class DerivedBand(Entry):
    """One row of the table of a derived measure: where it holds, and what the measure is there."""

    when: Text = "TRUE"
    """Condition over measures and parameters; of the rows of a table the first that holds counts."""
    value: Text
    """A measure, a parameter, a text in single quotes, or arithmetic with them."""
    reason: Texts | None = None
    """Why, in words that stand where the value is explained, by language."""


class Derived(InForce):
    """A measure that the rulebook derives from measures and parameters, one value a unit."""

    name: Identifier
    """What rules, policies and quotas call it."""
    unit: Text = "1"
    """Unit of measure; "1" for a plain ratio."""
    type: Literal["number", "text"] = "number"
    """What its values are."""
    title: Texts
    """What people read, by language."""
    bands: Annotated[tuple[DerivedBand, ...], Field(min_length=1)]
    """The table: the value of the first row whose condition holds. Where none does, or where a row above it cannot be
    answered, the value is missing."""
    whole: Literal["sum"] | None = None
    """How the value of several units comes from theirs; what ends in _ha is summed without it."""
    reference: Text
    """The document that says so."""
    verified: bool = False
    """Somebody has read it in the official text."""

    @cached_property
    def names(self) -> frozenset[str]:
        """The measures and parameters that it reads."""
        read = (parse_condition(band.when).names | parse_calculation(band.value).names for band in self.bands)
        return frozenset().union(*read)


class Norm(InForce):
    """What a plan should keep at every place of a level; where it does not, that is a finding."""

    id: Id
    """What findings call it."""
    holds: Text
    """Condition over measures, parameters and quotas; above single units over the sums of their units."""
    level: Text = UNIT
    """Either "unit", "jurisdiction" (each level of [units]), "study", or a measure whose texts name the places."""
    title: Texts
    """What people read, by language."""
    reference: Text
    """The document that says so."""
    verified: bool = False
    """Somebody has read it in the official text."""

    @cached_property
    def names(self) -> frozenset[str]:
        """The measures and parameters that it reads, that which names its places included."""
        named = set() if self.level in (UNIT, JURISDICTION, STUDY) else {self.level}
        return parse_condition(self.holds).names | named


class Land(Entry):
    """``land.toml``."""

    derived: tuple[Derived, ...] = ()
    norms: tuple[Norm, ...] = ()
