"""Steps: what each step of a plan made and from which parts, so that the same parts are not worked on again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, ParamSpec, TypeVar, cast

import geopandas as gpd
import pandas as pd

from zoning.steps.kept_results import KeptResults, digest, hashed
from zoning.steps.sameness import alike, inside, same

Made = TypeVar("Made")
P = ParamSpec("P")


OnPieces = Callable[[gpd.GeoDataFrame, gpd.GeoDataFrame], None]
"""Called with units and the pieces into which they are cut."""


class _Step(NamedTuple):
    parts: tuple[object, ...]
    made: object


class Steps:
    """The steps of one plan; those of a variant begin with what the plan before it made.

    A step whose parts are what they were gives what it gave. A step that was done again and made the same gives what
    was made before, so that what follows from it alone is not done again either; of several results each by itself.

    Examples
    --------
    >>> first = Steps()
    >>> first.do("half", lambda number: number // 2, 7)
    3
    >>> again = Steps(first)
    >>> again.do("half", lambda number: number // 2, 7), again.done
    (3, [])
    """

    def __init__(
        self,
        before: Steps | None = None,
        kept: KeptResults | None = None,
        for_each: Callable[..., Any] = map,
        on_pieces: OnPieces = lambda _units, _pieces: None,
    ) -> None:
        self.for_each, self.on_pieces = for_each, on_pieces
        self._before: Mapping[str, _Step] = {} if before is None else before.made
        self._kept = kept
        self._origins: dict[int, tuple[str, tuple[object, ...]]] = {}
        self._keys: dict[str, str | None] = {}
        self._unkept: list[tuple[str, str, object]] = []
        self.made: dict[str, _Step] = {}
        self.done: list[str] = []

    def do(self, name: str, step: Callable[P, Made], *parts: P.args, **named: P.kwargs) -> Made:
        """What a step makes of its parts."""
        read = (*parts, *sorted(named.items()))
        known = self._before.get(name)
        if known is None or not alike(known.parts, read):
            self.done.append(name)
            made = step(*parts, **named)
            made = made if known is None else cast("Made", _with_known(made, known.made))
        else:
            made = cast("Made", known.made)
        return self._put(name, read, made)

    def do_kept(self, name: str, step: Callable[P, Made], *parts: P.args, **named: P.kwargs) -> Made:
        """The same of a step that costs much: what it made in an earlier call of the command is taken from there."""
        read = (*parts, *sorted(named.items()))
        found = self.recall(name, read) if name not in self._before else None
        if found is None:
            made = self.do(name, step, *parts, **named)
            self._keep_later(name, read, made)
            return made
        return cast("Made", found)

    def do_from(self, name: str, step: Callable[..., Made], changing: pd.DataFrame, *parts: object) -> Made:
        """The same of a step that can begin from what it made of another first part."""
        read = (changing, *parts)
        known = self._before.get(name)
        if known is not None and alike(known.parts, read):
            return self._put(name, read, cast("Made", known.made))
        if known is None or not alike(known.parts[1:], parts):
            kept = self._found(name, parts)
            known = None if kept is None else _Step((kept[0], *parts), kept[1])
        self.done.append(name)
        if known is None:
            made = step(*read)
        else:
            made = cast("Made", _with_known(step(*read, before=(known.parts[0], known.made)), known.made))
        if known is None or made is not known.made:
            self._keep_later(name, parts, (changing, made))
        return self._put(name, read, made)

    def recall(self, name: str, parts: tuple[object, ...], places: Mapping[str, Path] | None = None) -> Any:
        """What a step made of the same parts in an earlier call of the command; None where that is not known."""
        found = self._found(name, parts, places)
        return None if found is None else self._put(name, parts, found)

    def put(self, name: str, parts: tuple[object, ...], made: Made) -> Made:
        """What a step made, to be kept once the plan is finished."""
        self._keep_later(name, parts, made)
        return self._put(name, parts, made)

    def again(self) -> Steps:
        """The steps of the same plan, begun once more: what was made so far is not made again."""
        return Steps(self, self._kept, self.for_each, self.on_pieces)

    @property
    def keeps(self) -> bool:
        """Whether something waits to be kept."""
        return self._kept is not None and bool(self._unkept)

    def keep(self) -> None:
        """Keep for the next call of the command what was put; done once all sources are confirmed."""
        for one in self._unkept:
            if self._kept is not None:
                self._kept.keep(*one)
        self._unkept.clear()

    def _found(self, name: str, parts: tuple[object, ...], places: Mapping[str, Path] | None = None) -> Any:
        key = self._key(name, parts)
        return None if self._kept is None or key is None else self._kept.find(name, key, places or {})

    def _keep_later(self, name: str, parts: tuple[object, ...], made: object) -> None:
        key = self._key(name, parts)
        if key is not None:
            self._unkept.append((name, key, made))

    def _put(self, name: str, read: tuple[object, ...], made: Made) -> Made:
        self.made[name] = _Step(read, made)
        if self._kept is not None:
            self._trace(made, name, ())
        return made

    def _key(self, name: str, parts: tuple[object, ...]) -> str | None:
        own = None if self._kept is None else digest(parts, self._origin)
        return None if own is None else hashed(name, own)

    def _origin(self, part: object) -> str | None:
        """The key of what a step made, or of a part of that; None of what no step made."""
        if id(part) not in self._origins:
            return None
        name, path = self._origins[id(part)]
        if name not in self._keys:
            self._keys[name] = None  # meanwhile: a part of a step that it hands on is known by its content
            self._keys[name] = self._key(name, self.made[name].parts)
        key = self._keys[name]
        return None if key is None else hashed(key, repr(path))

    def _trace(self, made: object, name: str, path: tuple[object, ...]) -> None:
        """Say of what a step made, and of all in it, from where it is."""
        held = inside(made)
        if isinstance(made, pd.DataFrame) or held:
            self._origins.setdefault(id(made), (name, path))
            for place, one in (held or {}).items() if len(path) < DEEP else ():
                self._trace(one, name, (*path, place))


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
