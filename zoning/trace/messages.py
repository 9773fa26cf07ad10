"""Messages: what a step has to say, by the key of a sentence and the values in it; no language is in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, TypeAlias, Union

Field: TypeAlias = Union[str, int, float, Decimal, Fraction, date, "Message", tuple["Message", ...], None]
"""What a message may speak of: numbers as they are, names and codes, other messages, or several of them in a row."""


CLAUSES = "clauses"
"""The key of a message that is nothing but several in a row."""


@dataclass(frozen=True)
class Message:
    """Something that is said, before anybody has chosen a language.

    Attributes
    ----------
    key : str
        Of the sentence in the catalogues of ``maps.locale``.
    fields : mapping of str to Field
        What it speaks of, unrounded; the catalogue says how many digits people see.

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
        return hash((self.key, *self.fields.items()))

    def __repr__(self) -> str:
        return f"Message(key={self.key!r}, fields={dict(self.fields)!r})"

    def as_json(self) -> dict[str, Any]:
        """The message as plain values, from which :func:`message_from_json` makes an equal one.

        Examples
        --------
        >>> say("energy.share", share=Decimal("2.50"), base=3).as_json()
        {'key': 'energy.share', 'fields': {'share': {'decimal': '2.50'}, 'base': 3}}
        """
        return {"key": self.key, "fields": {name: _plain(value) for name, value in self.fields.items()}}


def say(key: str, **fields: Field) -> Message:
    """A message."""
    return Message(key, fields)


def joined(messages: Iterable[Message]) -> Message:
    """Several messages as the clauses of one; those that are clauses already stay side by side.

    Examples
    --------
    >>> joined([say("light.red")])
    Message(key='light.red', fields={})
    """
    clauses: list[Message] = []
    for one in messages:
        inner = one.fields.get("clauses")
        clauses += inner if one.key == CLAUSES and isinstance(inner, tuple) else [one]
    return clauses[0] if len(clauses) == 1 else say(CLAUSES, clauses=tuple(clauses))


def message_from_json(content: Mapping[str, Any]) -> Message:
    """A message from what :meth:`Message.as_json` gave.

    Raises
    ------
    ValueError, KeyError, TypeError
        It is none.

    Examples
    --------
    >>> told = joined([say("light.red"), say("energy.incentive", target=Fraction(1, 3))])
    >>> message_from_json(told.as_json()) == told
    True
    """
    return Message(content["key"], {name: _typed(value) for name, value in content["fields"].items()})


_EXACT: Mapping[str, Callable[[str], Field]] = {
    "fraction": Fraction,
    "decimal": Decimal,
    "date": date.fromisoformat,
}


def _plain(value: Field) -> Any:
    if isinstance(value, Message):
        return value.as_json()
    if isinstance(value, tuple):
        return [one.as_json() for one in value]
    if isinstance(value, Fraction):
        return {"fraction": str(value)}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    return {"date": value.isoformat()} if isinstance(value, date) else value


def _typed(value: Any) -> Field:
    if isinstance(value, list):
        return tuple(message_from_json(one) for one in value)
    if isinstance(value, dict):
        if "key" in value:
            return message_from_json(value)
        ((kind, text),) = value.items()
        return _EXACT[kind](text)
    plain: Field = value
    return plain
