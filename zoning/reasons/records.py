"""Records: why one thing is as it is, in links of one form: rule, clauses, values, parameters, reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from layers.conditions import Clause
from layers.sources import VERIFIED, Dated
from zoning.reasons.messages import Message, Texts


class Days(NamedTuple):
    """From when until when something holds; None where that is always."""

    since: date | None
    until: date | None


def days_of(entry: Dated | None) -> Days | None:
    """The days of an entry of the rulebook."""
    return Days(entry.since, entry.until) if entry is not None else None


class Titles(NamedTuple):
    """What a code is called in every language, see ``maps.words``."""

    kind: str
    code: str


class EachLanguage(NamedTuple):
    """A message that is told in every language that a text has, and not only in that of the reader."""

    message: Message
    texts: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a condition found."""

    clauses: tuple[Clause | Mapping[str, Any], ...] = ()
    rules: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    parameters: tuple[str | Mapping[str, Any], ...] = ()


NOTHING_ASKED = Said()


@dataclass(frozen=True, kw_only=True)
class Record:
    """One link of a chain; every matter of an explanation is one, and has further ones below it.

    Attributes
    ----------
    kind : str
        What decides: "rule", "decision", "locked", "default", "line", "quota", "scheme", "agreement", "transfer",
        "policy", "list", "services", "derived", "norm", "divergence"; and below these "layer", "taken", "least",
        "level", "reserve", "weight", "term", "priority", "floor", "ceiling", "within", "carried", "group", "lock",
        "moved", "optimum", "site", "total", "class", "exception", "overruled", "index_part", "programme".
    id : str
        Which of them: an id, a code, a measure, a layer.
    reason : Message, Texts or str
        What the rulebook or the plan says of itself stands as it does there; "" where there is nothing to say.
    amount : str, float or Decimal, optional
        What it comes to, in ``unit``.
    unit : str
    when : str
        The condition that it was asked by, as written.
    evidence : Said
        What the condition found.
    days : Days, optional
    reference : Message, Texts or str
    reading : str
        How the text that it cites is known, one of :attr:`layers.sources.Sourced.reading`; "" where it cites none.
    written : str
        File and line.
    links : tuple of Record
        What it is made of.
    facts : mapping of str to object
        What only this matter has, in the order in which it is told: plain values, messages, terms, titles.
    """

    kind: str
    id: str
    reason: Message | Texts | str = ""
    amount: str | float | Decimal | None = None
    unit: str = ""
    when: str = ""
    evidence: Said = NOTHING_ASKED
    days: Days | None = None
    reference: Message | Texts | str = ""
    reading: str = ""
    written: str = ""
    links: tuple[Record, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def verified(self) -> bool | None:
        """Whether the text and all that it rests on was read, on a known day; None where it cites none."""
        return self.reading in VERIFIED if self.reading else None


def titled(title: Mapping[str, str], code: str) -> Texts:
    """What something is called, and its code in languages in which nobody has given it, and not in English either.

    Examples
    --------
    >>> titled({"zh": "森林"}, "forest").by_language["en"]
    'forest'
    """
    return Texts({"en": code, **title})
