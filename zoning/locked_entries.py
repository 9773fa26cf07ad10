"""Entries of ``decisions.toml``: what a level above the plan has decided, so that no plan can decide otherwise."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from zoning.entries import Entry, Identifier, InForce, Text, Texts
from zoning.words import text_in

LOCKED = "locked-"
"""The beginning of the rule of a locked decision; its place in ``decisions.toml`` follows, from 1."""


class Locked(InForce):
    """A zone that a national or provincial list gives to a unit, or to all units of a jurisdiction."""

    unit: Text | None = None
    """Id of the unit, or of the larger unit whose parts are planned; or give jurisdiction."""
    jurisdiction: Text | None = None
    """Name of the jurisdiction, all of whose units are meant; an entry for one of them comes before it."""
    main: Identifier | None = None
    """Code of the main function that is fixed; or give overlay."""
    overlay: Identifier | None = None
    """Code of an overlay that is fixed; or give main."""
    locked: Literal[True]
    """Always true: rules and plans cannot undo it. What a plan may decide stands in the plan."""
    level: Literal["national", "provincial"] = "national"
    """Whose list it is."""
    reason: Texts
    """Why, in words that stand in the report, by language."""
    by: Text | Texts
    """Who fixed it; a name, or names by language."""
    reference: Text
    """The document with the list."""
    verified: bool = False
    """Somebody has seen the unit in the official list."""

    def by_in(self, language: str) -> str:
        """Who fixed it, in a language, else in English, else as it is."""
        return self.by if isinstance(self.by, str) else text_in(self.by, language)

    @property
    def kind(self) -> Literal["main", "overlay"]:
        """Which of the two it fixes."""
        return "main" if self.main is not None else "overlay"

    @property
    def zone(self) -> str:
        """Code of the zone that it fixes."""
        return self.main or self.overlay or ""

    @property
    def place(self) -> tuple[str, str]:
        """What it is about: "unit" or "jurisdiction", and which."""
        return ("unit", self.unit) if self.unit is not None else ("jurisdiction", self.jurisdiction or "")

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        for one, other in (("unit", "jurisdiction"), ("main", "overlay")):
            if (getattr(self, one) is None) == (getattr(self, other) is None):
                count = "neither" if getattr(self, one) is None else "both"
                raise ValueError(f"a locked decision gives '{one}' or '{other}', and this one gives {count}")
        return self


class Decisions(Entry):
    """``decisions.toml``."""

    decisions: tuple[Locked, ...] = ()
