"""Exact columns: what rules and quotas read of units, to the last bit, as whole numbers for the page's block."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.conditions import column_kind

Integers = npt.NDArray[np.int64]
Kind = Literal["number", "text", "boolean", "nothing"]

_LOW = np.uint64(0xFFFF_FFFF)


class ExactColumn(NamedTuple):
    """A measure as it is."""

    name: str
    kind: Kind
    texts: tuple[str, ...]


class ExactTable(NamedTuple):
    """Measures of units, or of the larger units of which they are parts."""

    rows: int
    columns: tuple[ExactColumn, ...]
    derived: tuple[str, ...]


def exact_table(table: pd.DataFrame, names: Iterable[str], derived: Iterable[str]) -> tuple[ExactTable, list[Integers]]:
    """Some columns of a table, and their numbers for the block.

    Examples
    --------
    >>> found, numbers = exact_table(pd.DataFrame({"metro": [True, None, False]}), ["metro"], [])
    >>> found.columns[0].kind, [one.tolist() for one in numbers]
    ('boolean', [[2, 1, 0]])
    """
    columns: list[ExactColumn] = []
    numbers: list[Integers] = []
    for name in names:
        column, own = _exact(name, table[name])
        columns.append(column)
        numbers += own
    return ExactTable(len(table), tuple(columns), tuple(derived)), numbers


def _exact(name: str, values: pd.Series) -> tuple[ExactColumn, list[Integers]]:
    kind = column_kind(values)
    if kind == "number":
        return ExactColumn(name, "number", ()), halves(values.to_numpy(dtype=np.float64, na_value=np.nan))
    if kind == "text":
        codes, texts = text_codes(values)
        return ExactColumn(name, "text", texts), [codes + 1]
    if kind == "boolean":
        truths = values.astype("boolean")
        yes = truths.fillna(value=False).to_numpy(dtype=bool)
        return ExactColumn(name, "boolean", ()), [np.where(truths.isna(), 1, 2 * yes.astype(np.int64))]
    return ExactColumn(name, "nothing", ()), []


def text_codes(values: pd.Series) -> tuple[Integers, tuple[str, ...]]:
    """Each text by its place among all, which are sorted; -1 where it is missing.

    Examples
    --------
    >>> codes, texts = text_codes(pd.Series(["west", None, "east"]))
    >>> codes.tolist(), texts
    ([1, -1, 0], ('east', 'west'))
    """
    known = values.notna().to_numpy(dtype=bool)
    listed = [str(one) if there else "" for one, there in zip(values.tolist(), known, strict=True)]
    texts = tuple(sorted({one for one, there in zip(listed, known, strict=True) if there}))
    places = {text: place for place, text in enumerate(texts)}
    codes = [places[one] if there else -1 for one, there in zip(listed, known, strict=True)]
    return np.array(codes, dtype=np.int64), texts


def halves(numbers: npt.NDArray[np.float64]) -> list[Integers]:
    """The upper and the lower 32 bits of each number; every NaN is one and the same.

    Examples
    --------
    >>> [half.tolist() for half in halves(np.array([1.0, np.nan]))]
    [[1072693248, 2146959360], [0, 0]]
    """
    bits = np.where(np.isnan(numbers), np.nan, numbers).view(np.uint64)
    return [(bits >> np.uint64(32)).astype(np.int64), (bits & _LOW).astype(np.int64)]
