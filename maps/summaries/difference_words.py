"""What plans of one land differ in, in words: by the titles that their rulebook, layers, quotas and units have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import cached_property

from layers.errors import escape_hidden
from maps.locale import LocalizedPlan, Terms, capital, catalogue, text_in
from zoning.rulebook import with_all_topics
from zoning.scenario import entries_of

LINE = 40
"""What stands in a plan is cut behind so many characters."""


class DifferenceWords:
    """What some plans differ in, in one language; where they call a thing differently, as the last plan does.

    Parameters
    ----------
    plans : sequence of LocalizedPlan
    language : str
    """

    def __init__(self, plans: Sequence[LocalizedPlan], language: str) -> None:
        self.plans, self.language = tuple(plans), language
        self.words = catalogue("compare", language, self.plans[-1].noun)

    @property
    def terms(self) -> Terms:
        """What things are called."""
        return self.plans[-1].renderer.terms

    def unit(self, unit_id: str, place: int = -1) -> str:
        """What a unit, or a party to a payment, is called; first of all by the plan at a place."""
        named = self._named[place].get(unit_id)
        others = (one[unit_id] for one in reversed(self._named) if one.get(unit_id))
        return escape_hidden(named or next(others, unit_id))

    def zone(self, code: str) -> str:
        """What a zone is called, in short; empty of none."""
        return self._zones.get(code, escape_hidden(code))

    def subject(self, kind: str, name: str) -> str:
        """What differs, by its title where it has one."""
        chapter, _, rest = name.partition(".")
        if kind == "parameter" and chapter == "quotas":
            return capital(self.terms.quota(rest))
        if kind == "parameter" and chapter in {"agreements", "transfers"}:
            title, _, period = rest.rpartition(" ")
            return f"{self.terms.flow(title)} {period}"
        if kind == "parameter" and chapter == "indices":
            return self.words["index"].format(title=self.terms.names.get(rest, rest))
        if kind == "decision":
            return self.unit(name)
        if kind == "datum":
            return self.words["and"].join(map(self.terms.source, name.split(", ")))
        return self._titles.get(name, name)

    def named(self, kind: str, name: str, kinds: Mapping[str, str]) -> str:
        """What differs, with the word for its kind; a parameter by its title alone.

        Parameters
        ----------
        kind, name : str
            Of several differences together their names, joined by ``"; "``.
        kinds : mapping of str to str
            The kind of each difference by its name.
        """
        if kind == "parameter":
            return escape_hidden(self.subject(kind, name))
        parts = name.split("; ") if kind == "several" else [name]
        subjects = [self.subject(kinds.get(one, kind), one) for one in parts]
        return escape_hidden(self.words[f"kind_{kind}"].format(id=self.words["and"].join(subjects)))

    def short(self, name: str, text: str) -> str:
        """What stands in a plan under a name: a number as people read it, a zone by its title, no more than a line."""
        try:
            return self.terms.limit_text(name, float(Decimal(text)))
        except InvalidOperation:
            told = self.zone(text)
        return told if len(told) <= LINE else f"{told[:LINE].rstrip()}…"

    @cached_property
    def _titles(self) -> dict[str, str]:
        """What parameters and entries of the rulebooks are called: their titles, or the reason that a rule gives."""
        books = [with_all_topics(plan.rulebook) for plan in self.plans]
        entries = [entry for book in books for entry in (*entries_of(book), *book.parameters.items())]
        said = {name: getattr(one, "title", None) or getattr(one, "reason", None) for name, one in entries}
        return {name: text_in(text, self.language, name) for name, text in said.items() if text}

    @cached_property
    def _named(self) -> tuple[dict[str, str], ...]:
        return tuple(plan.distinct_names for plan in self.plans)

    @cached_property
    def _zones(self) -> dict[str, str]:
        return {
            zone.code: escape_hidden(text_in(zone.short or zone.title, self.language, zone.code))
            for plan in self.plans
            for zone in plan.rulebook.zones
        }
