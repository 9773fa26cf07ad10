"""Kept results: what steps made, on disk under the hash of all that they read, for the next call of the command.

The key of a result is made of the keys of its parts, back to the bytes of the sources and what the plan says of them:
what a step depends on is told once, by the parts that it is given.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import pandas as pd
from pydantic import BaseModel

from layers.archives import pack, unpack
from layers.phrases import Phrase
from zoning.steps.sameness import inside


class Store(Protocol):
    """Where files are kept under a key, such as :class:`maps.run_folder.ContentCache`."""

    def find(self, key: str) -> dict[str, bytes] | None:
        """The files of a key, None where there are none; a ValueError where they are damaged."""

    def keep(self, key: str, files: Mapping[str, bytes]) -> bool:
        """Keep files under a key; whether that went well."""


@dataclass(frozen=True)
class KeptResults:
    """Results of steps in a store."""

    store: Store
    program: str
    notice: Callable[[str], None] = field(default=lambda _said: None)

    def find(self, name: str, key: str, places: Mapping[str, Path]) -> Any:
        """What a step made, see :func:`layers.archives.unpack`; None where it is not kept, or not whole."""
        try:
            files = self.store.find(self._key(name, key))
            return None if files is None else unpack(files, places)
        except ValueError:
            self.notice(Phrase("a step that was kept in the cache is damaged, and is done again"))
            return None

    def keep(self, name: str, key: str, made: object) -> None:
        """Keep what a step made; what could not come back exactly is not kept."""
        try:
            files = pack(made)
        except TypeError:
            return
        self.store.keep(self._key(name, key), files)

    def _key(self, name: str, key: str) -> str:
        return hashed(self.program, name, key)


def hashed(*texts: str) -> str:
    """One hash of some texts, each told apart from the next.

    Examples
    --------
    >>> hashed("a", "bc") == hashed("ab", "c")
    False
    """
    whole = hashlib.sha256()
    for text in texts:
        content = text.encode("utf-8", "surrogatepass")
        whole.update(len(content).to_bytes(8, "big"))
        whole.update(content)
    return whole.hexdigest()


def digest(part: object, origin: Callable[[object], str | None]) -> str | None:
    """The hash of a part of a step.

    Examples
    --------
    >>> of_plan = lambda part: digest(part, lambda _: None)
    >>> of_plan((1, "a")) == of_plan((1, "a")), of_plan((1.0, "a")) == of_plan((1, "a"))
    (True, False)
    >>> of_plan(pd.DataFrame()) is None
    True
    """
    known = origin(part)
    if known is not None:
        return known
    if isinstance(part, str):
        return hashed("str", part)
    if type(part) in (type(None), bool, int, float, Decimal, dt.date):
        return hashed(type(part).__name__, repr(part))
    own = None if isinstance(part, pd.DataFrame) else _held(part)  # a table of no step
    return None if own is None else _of_collection(part, own, origin)


def _of_collection(part: object, own: Mapping[Any, object], origin: Callable[[object], str | None]) -> str | None:
    found = []
    for name, one in own.items():
        digests = digest(name, origin), digest(one, origin)
        if None in digests:
            return None
        found.append(hashed(*map(str, digests)))
    return hashed(type(part).__name__, *(sorted(found) if isinstance(part, frozenset) else found))


def _held(part: object) -> Mapping[Any, object] | None:
    """What a part is made of; None of what is no collection."""
    if isinstance(part, BaseModel):
        return dict(part)
    if isinstance(part, list):
        return dict(enumerate(part))
    if isinstance(part, frozenset):
        return dict.fromkeys(part)
    return inside(part)
