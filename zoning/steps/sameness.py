"""Sameness: whether two parts, or two results, of a step are the same to the last bit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import cast

import numpy as np
import pandas as pd

from layers.conditions import Evaluation
from layers.overview import exact


def alike(one: object, other: object) -> bool:
    """Whether two parts are the same, of tables the object; 1, 1.0 and true are not."""
    return _equal(one, other, lambda *_: False)


def same(one: object, other: object) -> bool:
    """Whether two results are the same to the last bit: tables with their index, types and notes as well.

    Examples
    --------
    >>> same(pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [1.0]})), same((1, "b"), (1, "b"))
    (False, True)
    >>> same((pd.Series([1.0]),), (pd.Series([1.0]),))
    True
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
    if isinstance(one, pd.Series):
        return tables(one.to_frame(), cast("pd.Series", other).to_frame())
    own, beside = inside(one), inside(other)
    if own is not None and beside is not None:
        pairs = zip(own.values(), beside.values(), strict=False)
        return list(own) == list(beside) and all(_equal(*pair, tables) for pair in pairs)
    return bool(one == other) and exact(one) == exact(other)


def inside(one: object) -> Mapping[object, object] | None:
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
