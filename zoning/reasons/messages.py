"""Messages: what a step has to say, by the key of a sentence and the values in it; no language is in them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from numbers import Integral, Real
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias, Union

from layers.conditions import Clause
from layers.errors import Level
from layers.phrases import Phrase


class Term(NamedTuple):
    """Something that the rulebook has a title for, in its languages."""

    kind: str
    code: str


@dataclass(frozen=True)
class Texts:
    """A text in several languages, as a rulebook or a plan gives it."""

    by_language: Mapping[str, str]

    def __hash__(self) -> int:
        return hash(frozenset(self.by_language.items()))


@dataclass(frozen=True)
class Ids:
    """Ids or names as they stand in a file, of which people see the first few and how many more there are."""

    ids: tuple[str, ...]


Field: TypeAlias = Union[
    str, bool, int, float, Decimal, Fraction, date, Term, Texts, Ids, Clause, "Message", tuple["Field", ...], None
]
"""What a message may speak of: numbers as they are, names and codes, what has titles, other messages, or several."""


CLAUSES = "clauses"
"""The key of a message that is nothing but several in a row."""


@dataclass(frozen=True)
class Message:
    """Something that is said, before anybody has chosen a language.

    Examples
    --------
    >>> say("energy.incentive", target=Fraction(4))
    Message(key='energy.incentive', fields={'target': Fraction(4, 1)})
    """

    key: str
    fields: Mapping[str, Field]

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", MappingProxyType(dict(self.fields)))

    def __hash__(self) -> int:
        return hash((self.key, frozenset(self.fields.items())))

    def __repr__(self) -> str:
        return f"Message(key={self.key!r}, fields={dict(self.fields)!r})"

    def as_json(self) -> dict[str, Any]:
        """The message as plain values, from which :func:`message_from_json` makes an equal one.

        Examples
        --------
        >>> say("energy.share", share=Decimal("2.50"), base=3).as_json()
        {'key': 'energy.share', 'fields': {'share': {'decimal': '2.50'}, 'base': 3}}
        """
        return {"key": self.key, "fields": {name: plain_field(value) for name, value in self.fields.items()}}


def say(key: str, **fields: Field) -> Message:
    """A message."""
    return Message(key, fields)


def amount(value: str | bool | float | Decimal, unit: str = "1") -> Message:
    """A number with its unit of measure, or whatever else stands for a value.

    Examples
    --------
    >>> amount(25.0, "deg").fields["unit"]
    Term(kind='unit', code='deg')
    """
    if isinstance(value, str | bool):
        return say("amount.text", value=value)
    if unit == "1":
        return say("amount.number", value=float(value))
    return say("amount.measured", value=float(value), unit=Term("unit", unit))


def in_languages(text: str | Mapping[str, str]) -> str | Texts:
    """A text of a rulebook or a plan as a message holds it: in several languages, or the same in all.

    Examples
    --------
    >>> in_languages("as it is"), in_languages({"en": "Forest", "zh": "森林"}).by_language["zh"]
    ('as it is', '森林')
    """
    return text if isinstance(text, str) else Texts(MappingProxyType(dict(text)))


def as_message(text: str | Mapping[str, str]) -> str | Message:
    """A text of a rulebook or a plan as a table of messages holds it.

    Examples
    --------
    >>> as_message("as it is"), as_message({"en": "Forest Act"}).key
    ('as it is', 'text')
    """
    return text if isinstance(text, str) else say("text", text=in_languages(text))


def joined(messages: Iterable[Message]) -> Message:
    """Several messages as the clauses of one; those that are clauses already stay side by side.

    Examples
    --------
    >>> joined([say("light.red")])
    Message(key='light.red', fields={})
    """
    clauses: list[Message] = []
    for message in messages:
        inner = message.fields.get("clauses") if message.key == CLAUSES else None
        clauses += [part for part in inner if isinstance(part, Message)] if isinstance(inner, tuple) else [message]
    return clauses[0] if len(clauses) == 1 else say(CLAUSES, clauses=tuple(clauses))


def message_from_json(content: Mapping[str, Any], more: Reads = MappingProxyType({})) -> Message:
    """A message from what :meth:`Message.as_json` gave.

    Examples
    --------
    >>> told = joined([say("light.red"), say("energy.incentive", target=Fraction(1, 3))])
    >>> message_from_json(told.as_json()) == told
    True
    """
    return Message(content["key"], {name: typed_field(value, more) for name, value in content["fields"].items()})


@dataclass(frozen=True)
class Remark:
    """Something that is to be said of a finished plan: a finding before anybody has chosen a language."""

    level: Level
    code: str
    layer: str
    features: tuple[str, ...]
    count: int
    message: Message
    exit_code: int = 0


def remark(
    level: Level,
    code: str,
    features: Iterable[str],
    fields: Mapping[str, Field],
    layer: str = "",
    *,
    count: int | None = None,
    key: str = "",
) -> Remark:
    """A remark whose message has the key ``finding.<code>``, or another one of that chapter.

    Examples
    --------
    >>> bare = remark("warning", "uncovered", ["a", "b"], {"units": Ids(("a", "b"))})
    >>> bare.count, bare.message.key
    (2, 'finding.uncovered')
    """
    ids = tuple(features)
    number = len(ids) if count is None else count
    return Remark(level, code, layer, ids, number, Message(f"finding.{key or code}", {"count": number, **fields}))


Reads: TypeAlias = Mapping[str, Callable[[Any], Any]]
"""How values are read that JSON does not have, by the key under which they stand."""

_EXACT: Reads = {
    "fraction": Fraction,
    "decimal": Decimal,
    "float": float,
    "date": date.fromisoformat,
    "term": lambda pair: Term(*pair),
    "texts": Texts,
    "ids": lambda ids: Ids(tuple(ids)),
    "phrase": lambda content: Phrase(
        content["template"], **{key: _part(part) for key, part in content["fields"].items()}
    ),
    "clause": lambda content: Clause(**(content | {"sides": tuple(content["sides"])})),
}


_WRITTEN: Mapping[type, Callable[[Any], Any]] = {
    Message: Message.as_json,
    Term: lambda term: {"term": [*term]},
    tuple: lambda several: [plain_field(part) for part in several],
    Texts: lambda texts: {"texts": dict(texts.by_language)},
    Ids: lambda some: {"ids": [*some.ids]},
    Phrase: lambda phrase: {
        "phrase": {
            "template": phrase.template,
            "fields": {name: _plain_part(part) for name, part in phrase.fields.items()},
        }
    },
    Clause: lambda clause: {"clause": vars(clause)},
    Fraction: lambda number: {"fraction": str(number)},
    Decimal: lambda number: {"decimal": str(number)},
    date: lambda day: {"date": day.isoformat()},
    float: lambda number: number if math.isfinite(number) else {"float": str(number)},
}


def _part(value: Any) -> Any:
    """A field of a phrase from its plain value."""
    part = typed_field(value)
    return part.by_language if isinstance(part, Texts) else part


def plain_field(value: object) -> Any:
    """A field as JSON has it."""
    write = _WRITTEN.get(type(value))
    return value if write is None else write(value)


def _plain_part(value: Any) -> Any:
    """A field of a phrase: numbers of numpy as those of Python, and what no message holds as a text."""
    if isinstance(value, Mapping):
        return plain_field(Texts(value))
    if type(value) in _WRITTEN or isinstance(value, str | bool | None):
        return plain_field(value)
    return int(value) if isinstance(value, Integral) else float(value) if isinstance(value, Real) else str(value)


def typed_field(value: Any, more: Reads = MappingProxyType({})) -> Any:
    """A field from what :func:`plain_field` gave; parameters are those of :func:`message_from_json`."""
    if isinstance(value, list):
        return tuple(typed_field(part, more) for part in value)
    if isinstance(value, dict):
        if "key" in value:
            return message_from_json(value, more)
        ((kind, content),) = value.items()
        return (more.get(kind) or _EXACT[kind])(content)
    return value
