"""What plans of one land differ in, in words: by the titles that their rulebook, layers, quotas and units have."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import cached_property

from layers.errors import escape_hidden
from maps.words import LocalizedPlan, Terms, capital, catalogue, name_text, share_text, text_in
from zoning.money import PARTY_WORDS
from zoning.rulebook import with_all_topics
from zoning.whatif import entries_of

LINE = 40
"""What stands in a plan is cut behind so many characters."""

_KEY = re.compile(r"(?:^|; )([\w.]+) = ")


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

    def unit(self, unit_id: str, position: int = -1) -> str:
        """What a unit, or a party to a payment, is called; first of all by the plan at a place."""
        if unit_id in PARTY_WORDS:
            return str(catalogue("report", self.language)[PARTY_WORDS[unit_id]])
        named = self._named[position].get(unit_id)
        others = (names[unit_id] for names in reversed(self._named) if names.get(unit_id))
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
        subjects = [self.subject(kinds.get(part, kind), part) for part in parts]
        return escape_hidden(self.words[f"kind_{kind}"].format(id=self.words["and"].join(subjects)))

    def key(self, key: str) -> str:
        """What a key of a section or of a rule is called; one without a word by its name."""
        columns = catalogue("columns", self.language, self.plans[-1].noun)
        word = next((words[name] for words, name in ((self.words, f"key_{key}"), (columns, key)) if name in words), "")
        return escape_hidden(word or name_text(key))

    def field(self, subject: str, key: str) -> str:
        """What a key of a thing is called, behind the thing; the total of a quota is the thing itself."""
        return subject if key in {"", "total"} else f"{subject}{self._colon}{self.key(key)}"

    def sides(self, subject: str, name: str, before: str, after: str) -> tuple[str, ...]:
        """What differs with the texts of either plan in words: those of one key, or of several each behind its key."""
        fields = fields_of(before), fields_of(after)
        keys = dict.fromkeys((*fields[0], *fields[1]))
        if len(keys) == 1:
            (key,) = keys
            return self.field(subject, key), *(self.short(name, values[key], key) for values in fields)
        texts = (
            "; ".join(f"{self.key(key)} {self.short(name, text, key)}" if key else text for key, text in values.items())
            for values in fields
        )
        return subject, *texts

    def short(self, name: str, text: str, key: str = "") -> str:
        """What stands in a plan under a name: a number as people read it, a zone by its title, no more than a line.

        Parameters
        ----------
        name, text : str
            Of a difference.
        key : str, optional
            Of what stands there; the parts of a weight are named by their titles.
        """
        parts = [part.rpartition(" ") for part in text.split(", ")]
        if key == "weight" and all(measure and _is_number(share) for measure, _, share in parts):
            return self.words["and"].join(
                f"{self._measure(measure)} {share_text(float(share), self.language)}" for measure, _, share in parts
            )
        if _is_number(text):
            return self.terms.limit_text(name, float(Decimal(text)))
        line = self._measure(text) if key == "weight" else self.zone(text)
        return line if len(line) <= LINE else f"{line[:LINE].rstrip()}…"

    def _measure(self, name: str) -> str:
        return escape_hidden(self.terms.measure(name).title)

    @property
    def _colon(self) -> str:
        return catalogue("cli", self.language)["colon"]

    @cached_property
    def _titles(self) -> dict[str, str]:
        """What parameters and entries of the rulebooks are called: their titles, or the reason that a rule gives."""
        books = [with_all_topics(plan.rulebook) for plan in self.plans]
        entries = [entry for book in books for entry in (*entries_of(book), *book.parameters.items())]
        titles = {name: getattr(entry, "title", None) or getattr(entry, "reason", None) for name, entry in entries}
        return {name: text_in(text, self.language, name) for name, text in titles.items() if text}

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


def _is_number(text: str) -> bool:
    try:
        Decimal(text)
    except InvalidOperation:
        return False
    return True


def fields_of(text: str) -> dict[str, str]:
    """The keys of what stands in a plan, with their values; a text without keys stands under none.

    Examples
    --------
    >>> fields_of("total = 480000; weight = population 0.6, gdp 0.4"), fields_of("0.5")
    ({'total': '480000', 'weight': 'population 0.6, gdp 0.4'}, {'': '0.5'})
    """
    parts = _KEY.split(text)
    return dict(zip(parts[1::2], parts[2::2], strict=True)) if len(parts) > 1 and not parts[0] else {"": text}
