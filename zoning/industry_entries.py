"""Entries of ``industries.toml`` and ``classification.toml``: what may not settle, and what industries are called."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from zoning.entries import Entry, Id, InForce, Text, Texts
from zoning.words import text_in

Treatment = Literal["allowed", "restricted", "prohibited"]
"""From the loosest to the strictest."""
State = Literal["existing", "planned"]
STATES: tuple[State, ...] = ("existing", "planned")
OWN = "own-list"
"""The list of the plan itself; no list of a rulebook is called so."""
ASPECTS = ("scale", "location", "process", "cleanliness", "other")
"""What a condition may be about, in the order in which conditions are told."""


class Branch(Entry):
    """A branch of industry in a classification."""

    code: Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9-]*$")]
    """What lists call it: capital letters, digits and hyphens."""
    title: Texts
    """What people read, by language."""
    within: str = ""
    """Code of the branch that it is a part of; left out at the top."""
    digits: int = 0
    """Longer codes of up to so many signs, which begin with this one, are accepted below it without being listed."""


class Branches(Entry):
    """``classification.toml``."""

    classification: tuple[Branch, ...] = ()


class Demands(Entry):
    """On which conditions a restricted industry may settle or stay; at least one."""

    scale: Texts | None = None
    """How large it must, or may, be."""
    location: Texts | None = None
    """Where it may be."""
    process: Texts | None = None
    """By which processes and equipment."""
    cleanliness: Texts | None = None
    """Which level of cleaner production it must reach."""
    other: Texts | None = None
    """Whatever else, such as a permit."""

    @property
    def given(self) -> dict[str, Texts]:
        """The conditions that there are, by aspect."""
        return {aspect: texts for aspect in ASPECTS if (texts := getattr(self, aspect)) is not None}

    @model_validator(mode="after")
    def _at_least_one(self) -> Self:
        if not self.given:
            raise ValueError(f"give at least one of {', '.join(ASPECTS)}")
        return self


class Industry(InForce):
    """An item of a negative list: a branch of industry that is prohibited, or restricted to conditions.

    An item on a branch covers all branches below it.
    """

    list: Id
    """The list on which it stands; policies say where a list applies, by their key ``list``."""
    code: Text
    """Code of the branch in the rulebook's classification, such as "C3011", "3011", "C30" or "C"."""
    treatment: Literal["restricted", "prohibited"]
    """What the list says of it; to allow something is no item: what no list names is allowed."""
    state: Literal["existing", "planned", "both"] = "both"
    """Whether it is about existing works, planned ones, or both."""
    conditions: Demands | None = None
    """On which conditions a restricted branch is allowed; all must be met, those of other lists too."""
    note: Texts | None = None
    """What else readers of the list should know; it decides nothing."""
    reference: Text
    """The document that says so."""
    verified: bool = False
    """Somebody has read it in the official text."""

    @property
    def states(self) -> tuple[State, ...]:
        """The states that it is about."""
        return STATES if self.state == "both" else (self.state,)

    def told(self, language: str) -> tuple[tuple[str, str], ...]:
        """Its conditions in a language: aspect and text."""
        given = self.conditions.given if self.conditions else {}
        return tuple((aspect, text_in(texts, language)) for aspect, texts in given.items())

    def texts(self) -> Iterator[tuple[tuple[str, ...], Texts]]:
        """All that people read in it, with the keys that lead there."""
        for aspect, texts in (self.conditions.given if self.conditions else {}).items():
            yield ("conditions", aspect), texts
        if self.note is not None:
            yield ("note",), self.note

    @model_validator(mode="after")
    def _conditions_where_restricted(self) -> Self:
        if self.treatment == "restricted" and self.conditions is None:
            raise ValueError("a restricted branch needs 'conditions': under which is it allowed?")
        if self.treatment == "prohibited" and self.conditions is not None:
            raise ValueError(
                "a prohibited branch has no 'conditions'; where only a part of it is prohibited, write it as "
                "restricted, with the condition that leaves this part out"
            )
        return self


class Industries(Entry):
    """``industries.toml``."""

    industries: tuple[Industry, ...] = ()


def in_force(items: tuple[Industry, ...], day: date) -> tuple[Industry, ...]:
    """The items that hold on a day, in their order."""
    return tuple(item for item in items if item.on(day))
