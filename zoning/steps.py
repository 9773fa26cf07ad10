"""Steps: what each step of a plan made and from which parts, so that the same parts are not worked on again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import NamedTuple, ParamSpec, TypeVar, cast

import numpy as np
import pandas as pd

from layers.conditions import Evaluation
from layers.overview import exact

Made = TypeVar("Made")
P = ParamSpec("P")


class _Step(NamedTuple):
    parts: tuple[object, ...]
    made: object


class Steps:
    """The steps of one plan; those of a variant begin with what the plan before it made.

    A step whose parts are what they were gives what it gave. A step that was done again and made the same gives what
    was made before, so that what follows from it alone is not done again either; of several results each by itself.

    Parameters
    ----------
    before : Steps, optional
        Of the plan that is varied.

    Attributes
    ----------
    made : dict of str to tuple
        By the name of a step the parts that it read and what it made of them.
    done : list of str
        The names of the steps that were done, in order; the others are those of the plan before.

    Examples
    --------
    >>> first = Steps()
    >>> first.do("half", lambda number: number // 2, 7)
    3
    >>> again = Steps(first)
    >>> again.do("half", lambda number: number // 2, 7), again.done
    (3, [])
    """

    def __init__(self, before: Steps | None = None) -> None:
        self._before: Mapping[str, _Step] = {} if before is None else before.made
        self.made: dict[str, _Step] = {}
        self.done: list[str] = []

    def do(self, name: str, step: Callable[P, Made], *parts: P.args, **named: P.kwargs) -> Made:
        """What a step makes of its parts.

        Parameters
        ----------
        name : str
            One a step.
        step : callable
            Gives the same for the same parts, and changes none of them.
        *parts, **named : object
            All that it reads. Tables are the same where they are the same object, all else where it is equal.

        Returns
        -------
        object
            What the step gives; errors are its own.
        """
        read = (*parts, *sorted(named.items()))
        known = self._before.get(name)
        if known is None or not _alike(known.parts, read):
            self.done.append(name)
            made = step(*parts, **named)
            made = made if known is None else cast("Made", _with_known(made, known.made))
        else:
            made = cast("Made", known.made)
        self.made[name] = _Step(read, made)
        return made


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


def _alike(one: object, other: object) -> bool:
    """Whether two parts are the same, of tables the object; 1, 1.0 and true are not."""
    return _equal(one, other, lambda *_: False)


def same(one: object, other: object) -> bool:
    """Whether two results are the same to the last bit: tables with their index, types and notes as well.

    Examples
    --------
    >>> same(pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [1.0]})), same((1, "b"), (1, "b"))
    (False, True)
    """
    return _equal(one, other, _same_table)


def _equal(one: object, other: object, tables: Callable[[pd.DataFrame, pd.DataFrame], bool]) -> bool:
    """Whether two things are the same object, or equal in all that they hold; two tables where a function says so."""
    if one is other:
        return True
    if type(one) is not type(other) or isinstance(one, Evaluation | np.ndarray | pd.Index):  # the object
        return False
    if isinstance(one, pd.DataFrame):
        return tables(one, cast("pd.DataFrame", other))
    inside, beside = _inside(one), _inside(other)
    if inside is not None and beside is not None:
        pairs = zip(inside.values(), beside.values(), strict=False)
        return list(inside) == list(beside) and all(_equal(*pair, tables) for pair in pairs)
    return bool(one == other) and exact(one) == exact(other)


def _inside(one: object) -> Mapping[object, object] | None:
    """What a collection is made of, by place or name; None of what is no collection."""
    if isinstance(one, tuple):
        return dict(enumerate(one))
    if isinstance(one, dict):
        return one
    return {own.name: getattr(one, own.name) for own in fields(one) if own.compare} if is_dataclass(one) else None


def _same_table(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    if not one.columns.equals(other.columns):
        return False
    exact = all(map(_same_amounts, (one[name] for name in one), (other[name] for name in other)))
    return exact and one.index.equals(other.index) and one.equals(other) and same(one.attrs, other.attrs)


def _same_amounts(one: pd.Series, other: pd.Series) -> bool:
    """Whether exact decimals are written alike, as 1 and 1.0 are not; True of columns that hold something else."""
    written = one.dtype == object and len(one) > 0 and isinstance(one.iloc[0], Decimal)
    return not written or list(map(str, one)) == list(map(str, other))
