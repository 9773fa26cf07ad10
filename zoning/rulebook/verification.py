"""What of a rulebook is verified: an entry is at most as verified as everything that it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from typing import TypeVar

from layers.conditions import parse_condition
from layers.errors import Finding, shown
from layers.phrases import Phrase, phrase_list
from layers.sources import Section, Sourced, written_verified
from zoning.rulebook.chapter_schemas import Industry, IndustryList, Membership, Scheme
from zoning.rulebook.rulebook_folder import Draft
from zoning.rulebook.schema import Derived, Floor, Norm, Policy, Rule

Entry = Rule | Policy | Floor | Derived | Norm
One = TypeVar("One", Rule, Policy, Floor, Derived, Norm)


def names_read(entry: Entry) -> frozenset[str]:
    """Every name that an entry reads, settings and exceptions of policies included."""
    if isinstance(entry, Derived | Norm):
        return entry.names
    if isinstance(entry, Floor):
        return frozenset((entry.of, entry.at_least))
    read = parse_condition(entry.when).names
    if isinstance(entry, Policy):
        read |= {value for value in entry.parameters.values() if isinstance(value, str)}
        read = read.union(*(parse_condition(one.when).names for one in entry.exceptions))
    return read


class Verification:
    """What the entries of a rulebook rest on, on one day.

    An entry rests on the parameters and derived measures that it reads; a policy on its extent, its exceptions and the
    items of its list as well; a scheme on its numbers, a list on its items, a region on those of its places that
    have a source. What is no number of the rulebook, such as
    a measure or a zone, is no part: whether a unit is in a zone is said by the zone's own rules.
    """

    def __init__(
        self,
        parameters: Mapping[str, Sourced],
        derived: Iterable[Derived],
        lists: Iterable[IndustryList],
        items: Iterable[Industry],
    ) -> None:
        self._verified = {name: one.verified for name, one in parameters.items()}
        self._of_lists: dict[str, bool] = {}
        for item in items:
            self._of_lists[item.list] = self._of_lists.get(item.list, True) and item.verified
        self.lists = tuple(one.resting_on(self._of_lists.get(one.id, True)) for one in lists)
        for one in self.lists:
            self._of_lists[one.id] = one.verified
        self.derived = tuple(map(self._derive, derived))

    def of(self, entries: Iterable[One]) -> tuple[One, ...]:
        """The entries, each at most as verified as what it rests on."""
        return tuple(map(self._resting, entries))

    def of_schemes(self, schemes: Iterable[Scheme]) -> tuple[Scheme, ...]:
        """The schemes, each at most as verified as its numbers."""
        return tuple(one.resting_on(all(number.verified for number in one.parameters)) for one in schemes)

    def _resting(self, entry: One) -> One:
        return entry.resting_on(self._rests_on_verified(entry))

    def _derive(self, derived: Derived) -> Derived:
        one = self._resting(derived)
        self._verified[one.name] = one.verified
        return one

    def _rests_on_verified(self, entry: Entry) -> bool:
        parts = [self._verified.get(name, True) for name in names_read(entry)]
        if isinstance(entry, Policy):
            parts += [one.verified for one in entry.exceptions]
            parts += [entry.extent.verified] if entry.extent else []
            parts += [self._of_lists.get(entry.list, True)] if entry.list else []
        if isinstance(entry, Membership):
            parts += [one.verified for one in entry.places if one.source is not None]
        return all(parts)


def typed_verified_note(draft: Draft) -> Iterator[Finding]:
    """The note that a rulebook says of its texts that they were read, and not where; one for all its entries."""
    kinds = {kind.name: getattr(draft, kind.name) for kind in fields(draft)}
    places = [
        draft.where(kind, number, *keys, "verified")
        for kind, entries in kinds.items()
        if isinstance(entries, tuple)
        for number, entry in enumerate(entries)
        for keys in written_verified(entry)
    ]
    if places:
        text = Phrase(
            "rulebook '{rulebook}' writes 'verified' in {count} entry ({places}): this has no effect. {remedy}"
            if len(places) == 1
            else "rulebook '{rulebook}' writes 'verified' in {count} entries ({places}): this has no effect. {remedy}",
            rulebook=draft.head.name,
            count=len(places),
            places=shown(places),
            remedy=Phrase(
                'Whether a text was read follows from its source: write source = {{ document = "...", url = "...", '
                'read_on = 2025-01-31, kind = "official" }}'
            ),
        )
        yield Finding("note", "typed_verified", draft.head.name, tuple(places[:5]), len(places), text)


def unread_languages_note(draft: Draft) -> Iterator[Finding]:
    """The note that a rulebook has texts in languages that it does not list, as a copy from which one was dropped."""
    entries = (draft.head, *(one for kind in fields(draft) for one in _entries(getattr(draft, kind.name))))
    unread = sorted({tag for entry in entries for texts in _texts_in(entry) for tag in texts} - {*draft.head.languages})
    if unread:
        text = Phrase(
            "rulebook '{rulebook}' has texts in {languages}, which nobody reads: rulebook.toml does not list it among "
            "its languages. List it there, or take its texts out",
            rulebook=draft.head.name,
            languages=phrase_list(unread),
        )
        yield Finding("note", "unread_language", draft.head.name, tuple(unread), len(unread), text)


def _entries(value: object) -> Iterator[Section]:
    if isinstance(value, tuple):
        yield from (one for one in value if isinstance(one, Section))


def _texts_in(section: Section) -> Iterator[dict[str, str]]:
    """The texts by language of an entry and of its parts; each has an English one."""
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, dict) and "en" in value:
            yield value
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, Section):
                yield from _texts_in(part)
