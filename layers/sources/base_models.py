"""Base models: one for every part of a study file and of a rulebook, and the keys that many of them share.

What a validator of theirs raises to complain about several values at once.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

Text = Annotated[str, Field(min_length=1)]
Texts = Annotated[dict[Text, Text], Field(min_length=1)]
"""A text in several languages: ``{"en": ..., "zh": ...}``; "en" is always there."""
Keys = tuple[str | int, ...]
"""The path to a value, such as ``("layers", 0, "role")``."""
Misfit = tuple[Keys, str]
"""What a validator complains about: where, from its own place on, and why."""


def misfit(*faults: Misfit) -> PydanticCustomError:
    """What a validator raises to complain about values below its own place, each by its path from there.

    Examples
    --------
    >>> misfit((("layers", 1, "name"), "two layers have this name")).message()
    'two layers have this name'
    """
    text = "; ".join(message for _, message in faults)
    return PydanticCustomError("misfit", "{text}", {"text": text, "faults": faults})


class Section(BaseModel):
    """Base of all: frozen, no unknown keys, and nothing converted that only looks alike."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, populate_by_name=True, defer_build=True
    )


def require_one(section: Section, what: str, one: str, other: str) -> None:
    """Refuse a section that gives neither or both of two keys.

    Raises
    ------
    PydanticCustomError
        As :func:`misfit` gives it.

    Examples
    --------
    >>> class Lock(Section):
    ...     unit: str | None = None
    ...     when: str | None = None
    >>> require_one(Lock(unit="08031"), "a lock", "unit", "when")
    >>> require_one(Lock(), "a lock", "unit", "when")
    Traceback (most recent call last):
    ...
    pydantic_core._pydantic_core.PydanticCustomError: a lock gives 'unit' or 'when', and this one gives neither
    """
    if (getattr(section, one) is None) == (getattr(section, other) is None):
        count = "neither" if getattr(section, one) is None else "both"
        raise misfit(((), f"{what} gives '{one}' or '{other}', and this one gives {count}"))


class Shared(Section):
    """Base of the keys that many sections share; they come after a section's own, see :func:`keys_of`."""


class Dated(Shared):
    """Something that holds from one day until another (exclusive); open where a day is not given."""

    since: date | None = Field(default=None, alias="from")
    """The first day on which it holds."""
    until: date | None = None
    """The first day on which it holds no more."""

    def on(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)

    def meets(self, other: Dated) -> bool:
        """Whether there is a day on which both are in force."""
        first = max(self.since or date.min, other.since or date.min)
        last = min(self.until or date.max, other.until or date.max)
        return first < last

    @property
    def period(self) -> str:
        """Its days in words.

        Examples
        --------
        >>> Dated(since=date(2011, 1, 1)).period
        'from 2011-01-01'
        """
        parts = [f"from {self.since}"] * (self.since is not None) + [f"until {self.until}"] * (self.until is not None)
        return " ".join(parts) or "always"


class Titled(Shared):
    """Something that people read by a title."""

    title: Texts
    """What people read, by language."""


class Sourced(Shared):
    """Something that a document says."""

    reference: str = ""
    """The document."""
    verified: bool = False
    """Somebody has seen the numbers in the official text."""


def keys_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields of a model in the order in which people read them: its own, then those that it shares with others.

    Examples
    --------
    >>> class Price(Titled, Dated):
    ...     amount: int
    >>> list(keys_of(Price))
    ['amount', 'title', 'since', 'until']
    """
    bases = [base for base in model.__mro__ if issubclass(base, BaseModel) and Shared in base.__bases__]
    shared = [name for base in bases for name in base.model_fields]
    own = [name for name in model.model_fields if name not in shared]
    return {name: model.model_fields[name] for name in (*own, *shared)}
