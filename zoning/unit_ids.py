"""Ids of units: text inside every step, and outside of the type that the caller's index has.

Rules, decisions and files name units by text. A caller's whole numbers or categories are taken by their text, and come
back as they were, so that what a step gives joins with what it was given.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

import pandas as pd

from zoning.tables import Made

P = ParamSpec("P")
R = TypeVar("R")

UNIT = "unit_id"
TEXT = pd.Index(["a"]).dtype
"""The type of ids inside: pandas' own for text."""


def keep_ids(*by_unit: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a step work on text ids, whatever its caller's are, and give those back.

    Examples
    --------
    >>> @keep_ids("people")
    ... def double(people):
    ...     return people.rename_axis("unit_id") * len(people.index[0])
    >>> double(pd.Series([7], index=[8031])).to_dict()
    {8031: 28}
    """

    def decorate(step: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(step)

        @functools.wraps(step)
        def with_text_ids(*arguments: P.args, **words: P.kwargs) -> R:
            bound, ids = signature.bind(*arguments, **words), _CallersIds()
            given = {
                name: ids.as_text(argument, of_units=name in by_unit) for name, argument in bound.arguments.items()
            }
            if ids.dtype is None:
                return step(*arguments, **words)
            bound.arguments.update(given)
            back: R = ids.given_back(step(*bound.args, **bound.kwargs))
            return back

        return with_text_ids

    return decorate


@dataclass
class _CallersIds:
    """The ids of one call that are no plain text: their type, and each by its text."""

    dtype: Any = None
    known: dict[str, Any] = field(default_factory=dict)

    def as_text(self, given: Any, *, of_units: bool) -> Any:
        """An argument with ids as text."""
        if isinstance(given, pd.DataFrame) and UNIT in given.columns:
            column = given[UNIT]
            texts = self._texts(pd.Index(column), marks=True)
            return given if texts is None else given.assign(**{UNIT: pd.Series(texts, index=column.index)})
        if of_units and isinstance(given, pd.DataFrame | pd.Series):
            texts = self._texts(given.index)
            return given if texts is None else given.set_axis(texts.rename(given.index.name), axis=0)
        if of_units and isinstance(given, pd.Index | list | tuple | set | frozenset):
            texts = self._texts(pd.Index(list(given)))
            return given if texts is None else texts
        return given

    def _texts(self, ids: pd.Index, *, marks: bool = False) -> pd.Index | None:
        """Ids as text; None where they are, or where the step itself has to say what is wrong with them.

        Numbers may stand beside texts in a column that has other marks, too, and nowhere else.
        """
        if ids.dtype == TEXT and not pd.api.types.is_object_dtype(TEXT):
            return None
        plain = ids.tolist()
        kinds = {type(label) for label in plain}
        if not kinds <= {int, str} or (len(kinds) > 1 and not marks):
            return None
        texts = [str(label) for label in plain]
        if ids.dtype == TEXT and texts == plain:
            return None
        self.dtype = ids.dtype if self.dtype is None else self.dtype
        self.known.update(zip(texts, plain, strict=True))
        return pd.Index(texts, dtype=TEXT)

    def given_back(self, made: Any) -> Any:
        """What a step has made, with the caller's ids."""
        if isinstance(made, Made):
            return made._replace(table=self.given_back(made.table))
        if isinstance(made, tuple):
            return tuple(self.given_back(part) for part in made)
        if isinstance(made, pd.DataFrame) and UNIT in made.columns:
            return made.assign(**{UNIT: pd.Series(self._originals(made[UNIT]), index=made.index)})
        if isinstance(made, pd.DataFrame | pd.Series) and made.index.name == UNIT:
            return made.set_axis(self._originals(made.index).rename(UNIT), axis=0)
        return made

    def _originals(self, texts: Iterable[str]) -> pd.Index:
        listed = list(texts)
        plain = all(text in self.known for text in listed)
        return pd.Index([self.known.get(text, text) for text in listed], dtype=self.dtype if plain else object)
