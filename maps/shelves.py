"""Shelves: values that recur on a map, each kept once, and the chains of links that cards unfold."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

from layers import escape_hidden
from zoning import entry_heading, reason_lines

KINDS = ("reason", "setting", "yes", "no", "unknown", "parameter", "reference")
"""What a line of a chain can be, by its number from 1; below 0 it is a clause on which nothing hangs."""
_KINDS = {kind: number for number, kind in enumerate(KINDS, start=1)}
GAP = "\0"
"""Where a number stands in a text that is kept once; no visible text has this character."""
_NUMBER = re.compile(r"(?<![A-Za-z0-9_])([0-9]+(?:[.,][0-9]+)*)")

Link = Mapping[str, Any]


class StringTable:
    """Values that recur, each kept once.

    Examples
    --------
    >>> shelf = StringTable()
    >>> [shelf.place(word) for word in ("land", "energy", "land")], shelf.kept
    ([0, 1, 0], ['land', 'energy'])
    """

    def __init__(self, kept: Iterable[Hashable] = ()) -> None:
        self._places = {one: place for place, one in enumerate(kept)}

    @property
    def kept(self) -> list[Any]:
        """The values in the order of their places."""
        return list(self._places)

    def place(self, value: Hashable) -> int:
        """Where a value stands; it is put there if it is new."""
        return self._places.setdefault(value, len(self._places))


class ReasonTable:
    """Chains as the cards unfold them: each text once, its numbers apart, and each chain that units share once.

    Parameters
    ----------
    language : {"en", "zh"}
    """

    def __init__(self, language: str) -> None:
        self._language = language
        self._texts, self._whys, self._lists = StringTable(), StringTable(), StringTable()
        self._parts: dict[str, tuple[int | str, ...]] = {}
        self._placed: dict[tuple[int, object], tuple[Link, int]] = {}

    def place(self, link: Link, word: Callable[[Link, str], Link] | None = None) -> int:
        """The number of a chain: its lines, each by its depth, kind and text.

        Parameters
        ----------
        link : mapping
            One that several units share is told once; it must not change.
        word : callable, optional
            Takes the link and the language, and returns it as it is to be told.
        """
        known = self._placed.get((id(link), word))
        if known is None:
            worded = link if word is None else word(link, self._language)
            lines = reason_lines(worded, self._language)
            told = tuple((one.depth, self._kind(one.kind, one.decides), *self._text(one.text)) for one in lines)
            known = self._placed[id(link), word] = link, self._whys.place(told)
        return known[1]

    def place_all(self, links: Iterable[Link]) -> int:
        """The number of a list of chains."""
        return self._lists.place(tuple(self.place(link) for link in links))

    def headed(self, matter: str, links: Iterable[Link]) -> int:
        """The number of a list of headings, each with its chain."""
        told = ((self.place(one), *self._text(entry_heading(matter, one, self._language))) for one in links)
        return self._lists.place(tuple(told))

    def told(self) -> dict[str, list[Any]]:
        """What is kept, ready for JSON."""
        return {"texts": self._texts.kept, "whys": self._whys.kept, "why_lists": self._lists.kept}

    def _text(self, text: str) -> tuple[int | str, ...]:
        """The place of a text without its numbers, which differ from unit to unit, and these as they are written."""
        if text not in self._parts:
            parts = _NUMBER.split(escape_hidden(text))
            self._parts[text] = self._texts.place(GAP.join(parts[::2])), *parts[1::2]
        return self._parts[text]

    @staticmethod
    def _kind(kind: str, decides: bool) -> int:
        return _KINDS[kind] if decides else -_KINDS[kind]
