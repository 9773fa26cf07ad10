"""The rulebook: zones, indicators, parameters, rules, lines and policies as data, in force on one day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Texts = dict[str, str]
"""A text in several languages: ``{"en": ..., "zh": ...}``; "en" is always there."""


class Part(BaseModel):
    """Base of all entries of a rulebook: frozen, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class InForce(Part):
    """Something that holds from one day until another (exclusive); open where a day is not given."""

    since: date | None = Field(default=None, alias="from")
    until: date | None = None

    def on(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


class Zone(InForce):
    """A type of zone: exactly one ``main`` a unit, any number of ``overlay``; one main zone is the ``default``."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    kind: Literal["main", "overlay"]
    title: Texts
    default: bool = False
    reference: str = ""


class Indicator(Part):
    """A measure that the rulebook reads."""

    name: str
    type: Literal["number", "text", "boolean"] = "number"
    unit: str = "1"
    title: Texts = Field(default_factory=dict)
    when_absent: float | bool | str = "error"


class DatedValue(InForce):
    """One value of a parameter and the days on which it holds."""

    value: float | bool | str


class Parameter(Part):
    """A number that the law or the planner may change: dated values, unit, reference."""

    name: str
    unit: str
    values: tuple[DatedValue, ...] = Field(min_length=1)
    title: Texts = Field(default_factory=dict)
    reference: str
    verified: bool = False


class Rule(InForce):
    """Who may claim a unit for a zone."""

    id: str
    zone: str
    when: str
    on_unknown: Literal["review", "no", "error"] = "review"
    priority: int = 10
    reason: Texts
    reference: str
    verified: bool = False


class Line(Part):
    """A control line; lines are settled in the order of the file, the first wins."""

    code: str
    roles: tuple[str, ...]
    title: Texts
    reference: str = ""


class Policy(InForce):
    """What applies where a condition holds."""

    id: str
    instrument: str
    subject: str = ""
    when: str
    strictness: int = 1
    parameters: dict[str, Any] = Field(default_factory=dict)
    title: Texts
    clause: str
    reference: str
    verified: bool = False


class Value(Part):
    """A parameter as it stands on the day of the rulebook."""

    name: str
    value: float | bool | str
    unit: str
    title: Texts
    since: date | None
    until: date | None
    reference: str
    verified: bool


@dataclass(frozen=True)
class Rulebook:
    """A rulebook on one day: only what is in force.

    Attributes
    ----------
    name, country, description : str
        From ``rulebook.toml``.
    day : date
        The day asked for.
    languages : tuple of str
        Of the titles; the first is the default.
    zones, indicators, rules, lines, policies : tuples
        What is in force, in the order of the files.
    parameters : mapping of str to Value
        What each parameter is on ``day``.
    files : mapping of str to bytes
        The files as read, by their path inside the rulebook's folder; copied into every run.
    """

    name: str
    country: str
    description: str
    day: date
    languages: tuple[str, ...]
    zones: tuple[Zone, ...]
    indicators: tuple[Indicator, ...]
    rules: tuple[Rule, ...]
    lines: tuple[Line, ...]
    policies: tuple[Policy, ...]
    parameters: Mapping[str, Value]
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    def zone(self, code: str) -> Zone:
        """The zone of a code; KeyError where there is none."""
        return {zone.code: zone for zone in self.zones}[code]
