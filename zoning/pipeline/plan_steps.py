"""Steps: what each step of a plan made and from which parts, so that the same parts are not worked on again."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Generic, NamedTuple, ParamSpec, Protocol, TypeVar, cast

import geopandas as gpd
import numpy as np
import pandas as pd
from pydantic import BaseModel

from layers.archives import pack, unpack
from layers.conditions import Evaluation
from layers.overview import exact
from layers.phrases import Phrase


def alike(first: object, other: object) -> bool:
    """Whether two parts are the same, of tables the object; 1, 1.0 and true are not."""
    return _equal(first, other, lambda *_: False)


def same(first: object, other: object) -> bool:
    """Whether two results are the same to the last bit: tables with their index, types and notes as well.

    Examples
    --------
    >>> same(pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [1.0]})), same((1, "b"), (1, "b"))
    (False, True)
    >>> same((pd.Series([1.0]),), (pd.Series([1.0]),))
    True
    """
    return _equal(first, other, _same_table)


def _equal(first: object, other: object, tables: Callable[[pd.DataFrame, pd.DataFrame], bool]) -> bool:
    """Whether two things are the same object, or equal in all that they hold; two tables where a function says so."""
    if first is other:
        return True
    if type(first) is not type(other) or isinstance(first, Evaluation | np.ndarray | pd.Index):  # the object
        return False
    if isinstance(first, pd.DataFrame):
        return tables(first, cast("pd.DataFrame", other))
    if isinstance(first, pd.Series):
        return tables(first.to_frame(), cast("pd.Series", other).to_frame())
    parts, beside = inside(first), inside(other)
    if parts is not None and beside is not None:
        pairs = zip(parts.values(), beside.values(), strict=False)
        return list(parts) == list(beside) and all(_equal(*pair, tables) for pair in pairs)
    return bool(first == other) and exact(first) == exact(other)


def inside(part: object) -> Mapping[object, object] | None:
    """What a collection is made of, by place or name; None of what is no collection."""
    if isinstance(part, tuple):
        return dict(enumerate(part))
    if isinstance(part, dict):
        return part
    return (
        {attribute.name: getattr(part, attribute.name) for attribute in fields(part) if attribute.compare}
        if is_dataclass(part)
        else None
    )


def _same_table(first: pd.DataFrame, other: pd.DataFrame) -> bool:
    if not first.columns.equals(other.columns):
        return False
    exact = all(map(_same_amounts, (first[name] for name in first), (other[name] for name in other)))
    return exact and first.index.equals(other.index) and first.equals(other) and same(first.attrs, other.attrs)


def _same_amounts(first: pd.Series, other: pd.Series) -> bool:
    """Whether exact decimals are written alike, as 1 and 1.0 are not; True of columns that hold something else."""
    written = first.dtype == object and len(first) > 0 and isinstance(first.iloc[0], Decimal)
    return not written or list(map(str, first)) == list(map(str, other))


class Store(Protocol):
    """Where files are kept under a key, such as :class:`maps.runs.ContentCache`."""

    def find(self, key: str) -> dict[str, bytes] | None:
        """The files of a key, None where there are none; a ValueError where they are damaged."""

    def keep(self, key: str, files: Mapping[str, bytes]) -> bool:
        """Keep files under a key; whether that went well."""


@dataclass(frozen=True)
class KeptResults:
    """Results of steps in a store."""

    store: Store
    program: str
    notice: Callable[[str], None] = field(default=lambda _sentence: None)

    def find(self, name: str, key: str, places: Mapping[str, Path]) -> Any:
        """What a step made, see :func:`layers.read.unpack`; None where it is not kept, or not whole."""
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
    contents = None if isinstance(part, pd.DataFrame) else _held(part)  # a table of no step
    return None if contents is None else _of_collection(part, contents, origin)


def _of_collection(part: object, contents: Mapping[Any, object], origin: Callable[[object], str | None]) -> str | None:
    hashes = []
    for name, member in contents.items():
        digests = digest(name, origin), digest(member, origin)
        if None in digests:
            return None
        hashes.append(hashed(*map(str, digests)))
    return hashed(type(part).__name__, *(sorted(hashes) if isinstance(part, frozenset) else hashes))


def _held(part: object) -> Mapping[Any, object] | None:
    """What a part is made of; None of what is no collection."""
    if isinstance(part, BaseModel):
        return dict(part)
    if isinstance(part, list):
        return dict(enumerate(part))
    if isinstance(part, frozenset):
        return dict.fromkeys(part)
    return inside(part)


R = TypeVar("R")
P = ParamSpec("P")


@dataclass(frozen=True)
class Step(Generic[P, R]):
    """A step of the flow, declared once: what it is called, and what does it."""

    name: str
    function: Callable[P, R]


OnPieces = Callable[[gpd.GeoDataFrame, gpd.GeoDataFrame], None]
"""Called with units and the pieces into which they are cut."""


class _Result(NamedTuple):
    parts: tuple[object, ...]
    made: object


class Steps:
    """The steps of one plan; those of a variant begin with what the plan before it made.

    A step whose parts are what they were gives what it gave. A step that was done again and made the same gives what
    was made before, so that what follows from it alone is not done again either; of several results each by itself.

    Examples
    --------
    >>> half = Step("half", lambda number: number // 2)
    >>> first = Steps()
    >>> first.do(half, 7)
    3
    >>> again = Steps(first)
    >>> again.do(half, 7), again.done, again.made(half)
    (3, [], 3)
    """

    def __init__(
        self,
        before: Steps | None = None,
        kept_results: KeptResults | None = None,
        for_each: Callable[..., Any] = map,
        on_pieces: OnPieces = lambda _units, _pieces: None,
    ) -> None:
        self.for_each, self.on_pieces = for_each, on_pieces
        self._before: Mapping[str, _Result] = {} if before is None else before.results
        self._store = kept_results
        self._origins: dict[int, tuple[str, tuple[object, ...]]] = {}
        self._keys: dict[str, str | None] = {}
        self._unkept: list[tuple[str, str, object]] = []
        self.results: dict[str, _Result] = {}
        self.done: list[str] = []

    def made(self, step: Step[P, R]) -> R:
        """What a step of this plan has made."""
        return cast("R", self.results[step.name].made)

    def do(self, step: Step[P, R], *parts: P.args, **named: P.kwargs) -> R:
        """What a step makes of its parts."""
        read = (*parts, *sorted(named.items()))
        known = self._before.get(step.name)
        if known is not None and alike(known.parts, read):
            return self._put(step, read, known.made)
        self.done.append(step.name)
        made = step.function(*parts, **named)
        return self._put(step, read, made if known is None else _with_known(made, known.made))

    def do_kept(self, step: Step[P, R], *parts: P.args, **named: P.kwargs) -> R:
        """The same of a step that costs much: what it made in an earlier call of the command is taken from there."""
        read = (*parts, *sorted(named.items()))
        recalled = self.recall(step, read) if step.name not in self._before else None
        if recalled is None:
            made = self.do(step, *parts, **named)
            self._keep_later(step.name, read, made)
            return made
        return recalled

    def do_from(self, step: Step[..., R], changing: pd.DataFrame, *parts: object) -> R:
        """The same of a step that can begin from what it made of another first part."""
        read = (changing, *parts)
        known = self._before.get(step.name)
        if known is not None and alike(known.parts, read):
            return self._put(step, read, known.made)
        if known is None or not alike(known.parts[1:], parts):
            recalled = self._recalled(step.name, parts)
            known = None if recalled is None else _Result((recalled[0], *parts), recalled[1])
        self.done.append(step.name)
        made: object
        if known is None:
            made = step.function(*read)
        else:
            made = _with_known(step.function(*read, before=(known.parts[0], known.made)), known.made)
        if known is None or made is not known.made:
            self._keep_later(step.name, parts, (changing, made))
        return self._put(step, read, made)

    def recall(self, step: Step[P, R], parts: tuple[object, ...], places: Mapping[str, Path] | None = None) -> R | None:
        """What a step made of the same parts in an earlier call of the command; None where that is not known."""
        recalled = self._recalled(step.name, parts, places)
        return None if recalled is None else self._put(step, parts, recalled)

    def put(self, step: Step[P, R], parts: tuple[object, ...], made: R) -> R:
        """What a step made, to be kept once the plan is finished."""
        self._keep_later(step.name, parts, made)
        return self._put(step, parts, made)

    def again(self) -> Steps:
        """The steps of the same plan, begun once more: what was made so far is not made again."""
        return Steps(self, self._store, self.for_each, self.on_pieces)

    @property
    def keeps(self) -> bool:
        """Whether something waits to be kept."""
        return self._store is not None and bool(self._unkept)

    def keep(self) -> None:
        """Keep for the next call of the command what was put; done once all sources are confirmed."""
        for entry in self._unkept:
            if self._store is not None:
                self._store.keep(*entry)
        self._unkept.clear()

    def _recalled(self, name: str, parts: tuple[object, ...], places: Mapping[str, Path] | None = None) -> Any:
        key = self._key(name, parts)
        return None if self._store is None or key is None else self._store.find(name, key, places or {})

    def _keep_later(self, name: str, parts: tuple[object, ...], made: object) -> None:
        key = self._key(name, parts)
        if key is not None:
            self._unkept.append((name, key, made))

    def _put(self, step: Step[P, R], read: tuple[object, ...], made: object) -> R:
        self.results[step.name] = _Result(read, made)
        if self._store is not None:
            self._trace(made, step.name, ())
        return self.made(step)

    def _key(self, name: str, parts: tuple[object, ...]) -> str | None:
        parts_digest = None if self._store is None else digest(parts, self._origin)
        return None if parts_digest is None else hashed(name, parts_digest)

    def _origin(self, part: object) -> str | None:
        """The key of what a step made, or of a part of that; None of what no step made."""
        if id(part) not in self._origins:
            return None
        name, path = self._origins[id(part)]
        if name not in self._keys:
            self._keys[name] = None  # meanwhile: a part of a step that it hands on is known by its content
            self._keys[name] = self._key(name, self.results[name].parts)
        key = self._keys[name]
        return None if key is None else hashed(key, repr(path))

    def _trace(self, made: object, name: str, path: tuple[object, ...]) -> None:
        """Say of what a step made, and of all in it, from where it is."""
        held = inside(made)
        if isinstance(made, pd.DataFrame) or held:
            self._origins.setdefault(id(made), (name, path))
            for key, part in (held or {}).items() if len(path) < DEEP else ():
                self._trace(part, name, (*path, key))


DEEP = 3
"""So deep in what a step made lie things that another step reads: inputs, their layers, one of these."""


def _with_known(made: object, known: object) -> object:
    """What was made, with what was made before in place of what is the same, of a tuple its parts."""
    if same(known, made):
        return known
    if not isinstance(made, tuple) or not isinstance(known, tuple):
        return made
    if type(made) is not type(known) or len(made) != len(known):
        return made
    parts = [_with_known(*pair) for pair in zip(made, known, strict=True)]
    return made._make(parts) if hasattr(made, "_make") else tuple(parts)
