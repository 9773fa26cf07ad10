"""The entries of a rulebook, one class a kind, as they are written in its files."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Text = Annotated[str, Field(min_length=1)]
Texts = Annotated[dict[Text, Text], Field(min_length=1)]
"""A text in several languages: ``{"en": ..., "zh": ...}``; "en" is always there."""

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


def _plain(value: object) -> object:
    """Numbers come as decimals; a parameter holds a finite float, and a truth value or text as it is."""
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, float | bool | str):
        raise ValueError("write a number, a text, or true or false")  # noqa: TRY004  (pydantic wants a ValueError)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("write a finite number")
    return value


def _plain_inside(value: object) -> object:
    """The same for whatever a policy sets, lists and tables included."""
    if isinstance(value, dict):
        return {key: _plain_inside(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain_inside(one) for one in value]
    return float(value) if isinstance(value, Decimal) else value


Scalar = Annotated[float | bool | str, BeforeValidator(_plain)]
"""A number, a truth value or a text."""


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

    def meets(self, other: InForce) -> bool:
        """Whether there is a day on which both are in force."""
        first = max(self.since or date.min, other.since or date.min)
        last = min(self.until or date.max, other.until or date.max)
        return first < last

    @property
    def period(self) -> str:
        """Its days in words.

        Examples
        --------
        >>> InForce(since=date(2011, 1, 1)).period
        'from 2011-01-01'
        """
        parts = [f"from {self.since}"] * (self.since is not None) + [f"until {self.until}"] * (self.until is not None)
        return " ".join(parts) or "always"


class Zone(InForce):
    """A type of zone: exactly one ``main`` a unit, any number of ``overlay``; one main zone is the ``default``."""

    code: Identifier
    kind: Literal["main", "overlay"]
    title: Texts
    default: bool = False
    reference: str = ""


class Indicator(Part):
    """A measure that the rulebook reads."""

    name: Text
    type: Literal["number", "text", "boolean"] = "number"
    unit: str = "1"
    title: Texts | None = None
    when_absent: Scalar = "error"


class DatedValue(InForce):
    """One value of a parameter and the days on which it holds."""

    value: Scalar


class Parameter(Part):
    """A number that the law or the planner may change: dated values, unit, reference."""

    name: Identifier
    unit: str
    dated: Annotated[tuple[DatedValue, ...], Field(min_length=1, alias="values")]
    title: Texts | None = None
    reference: Text
    verified: bool = False

    def on(self, day: date) -> DatedValue | None:
        """The value in force on a day; None where there is none."""
        return next((value for value in self.dated if value.on(day)), None)


class Rule(InForce):
    """Who may claim a unit for a zone."""

    id: Id
    zone: str
    when: Text
    on_unknown: Literal["review", "no", "error"] = "review"
    priority: int = 10
    reason: Texts
    reference: Text
    verified: bool = False


class Line(Part):
    """A control line; lines are settled in the order of the file, the first wins."""

    code: Identifier
    roles: Annotated[tuple[Text, ...], Field(min_length=1)]
    title: Texts
    reference: str = ""


class Policy(InForce):
    """What applies where a condition holds."""

    id: Id
    instrument: Text
    subject: str = ""
    when: Text
    strictness: int = 1
    parameters: Annotated[dict[Text, Any], BeforeValidator(_plain_inside)] = Field(default_factory=dict)
    title: Texts
    clause: Text
    reference: Text
    verified: bool = False


class Head(Part):
    """``rulebook.toml``: what the rulebook is called and which languages it speaks."""

    name: Identifier
    country: Text
    languages: Annotated[tuple[Text, ...], Field(min_length=1)]
    description: Text


class Case(Part):
    """A worked case: a unit on a day, and what the rulebook must make of it."""

    name: Text
    date: date
    source: Text
    unit: Text = "case"
    jurisdiction: str = ""
    given: dict[str, Scalar] = Field(default_factory=dict)
    missing: tuple[Text, ...] = ()
    expect: Expected


class Expected(Part):
    """What a worked case must give; what is left out is not compared."""

    main: str
    overlays: tuple[str, ...] | None = None
    policies: tuple[str, ...] | None = None
    overruled: tuple[str, ...] | None = None
    status: Literal["decided", "contested", "review"] | None = None


class Zones(Part):
    """``zones.toml``."""

    zones: tuple[Zone, ...] = ()


class Indicators(Part):
    """``indicators.toml``."""

    indicators: tuple[Indicator, ...] = ()


class Parameters(Part):
    """``parameters.toml``."""

    parameters: tuple[Parameter, ...] = ()


class Rules(Part):
    """``rules.toml``."""

    rules: tuple[Rule, ...] = ()


class Lines(Part):
    """``lines.toml``."""

    lines: tuple[Line, ...] = ()


class Policies(Part):
    """``policies.toml``."""

    policies: tuple[Policy, ...] = ()


class Cases(Part):
    """A file of ``cases/``."""

    cases: tuple[Case, ...] = ()


FILES: Mapping[str, type[Part]] = {
    "rulebook.toml": Head,
    "zones.toml": Zones,
    "indicators.toml": Indicators,
    "parameters.toml": Parameters,
    "rules.toml": Rules,
    "lines.toml": Lines,
    "policies.toml": Policies,
}
"""The files of a rulebook and what each holds."""
