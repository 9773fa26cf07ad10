"""Columns: what a column of a table holds, whatever dtype its file gave it, and what of it is missing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Truths = npt.NDArray[np.bool_]
Plain = float | bool | str | None
Scalar = Plain | Decimal

KINDS = dict.fromkeys(("integer", "floating", "mixed-integer-float", "decimal"), "number") | {"string": "text"}


@dataclass(frozen=True, eq=False)
class Values:
    """One value a row, or one for all rows.

    Attributes
    ----------
    kind : str
        "number", "text", "boolean", "nothing" where all is missing, or the name of a kind that conditions do not read.
    array : array or scalar
        Numbers as float64, truths as bool, texts as pandas or numpy keeps them.
    known : ndarray of bool or bool
        Where there is a value; numbers that are not finite are none.
    """

    kind: str
    array: Any
    known: Any

    def listed(self, rows: int) -> list[Plain]:
        """The values of all rows as plain Python values, None where missing."""
        if not np.ndim(self.array):
            return [(self.array if isinstance(self.array, str) else self.array.item()) if self.known else None] * rows
        known = np.broadcast_to(self.known, rows)
        return [value if there else None for value, there in zip(self.array.tolist(), known, strict=True)]


def scalar_values(value: Scalar) -> Values:
    """A parameter or a constant, one for all rows."""
    if isinstance(value, (bool, np.bool_)):
        return Values("boolean", np.bool_(value), True)
    if isinstance(value, str):
        return Values("text", value, True)
    number = np.float64("nan" if value is None else value)
    return Values("number", number, True) if np.isfinite(number) else Values("nothing", np.float64("nan"), False)


def column_values(series: pd.Series) -> Values:
    """A column by what it holds, not by the dtype that its file happened to give it."""
    if isinstance(series.dtype, pd.CategoricalDtype):
        series = series.astype(series.cat.categories.dtype)
    known = ~np.asarray(series.array.isna())
    if not known.any():
        return Values("nothing", np.full(len(series), np.nan), known)
    kind = _kind(series)
    if kind == "number":
        numbers = series.to_numpy(dtype=float, na_value=np.nan)
        return Values(kind, numbers, np.isfinite(numbers))
    if kind == "boolean":
        return Values(kind, series.to_numpy(dtype=bool, na_value=False), known)
    # one sign for missing texts: an object column may hold None, NaN and NA side by side
    if series.dtype == object:
        texts = series.to_numpy(dtype=object, copy=True)
        texts[~known] = None
        return Values(kind, texts, known)
    return Values(kind, series.array, known)


def _kind(series: pd.Series) -> str:
    if isinstance(series.dtype, np.dtype) and series.dtype.kind in "iufb":
        return "boolean" if series.dtype.kind == "b" else "number"
    if isinstance(series.dtype, pd.StringDtype):
        return "text"
    content = str(pd.api.types.infer_dtype(series, skipna=True))
    return KINDS.get(content, content)


def same_text(one: Any, other: Any) -> Truths:
    """Equality of texts, False where either is missing."""
    if isinstance(one, str):
        one, other = other, one
    if isinstance(one, str):
        return np.array([one == other])
    if isinstance(other, str):
        found = one == other
        return np.asarray(found if isinstance(found, np.ndarray) else found.to_numpy(dtype=bool, na_value=False))
    return np.asarray(pd.Series(one).eq(pd.Series(other)).to_numpy(dtype=bool, na_value=False))


def like_pattern(pattern: str) -> re.Pattern[str]:
    """A LIKE pattern as a regular expression that never goes back: hostile patterns cost no more than others."""
    parts: list[str] = []
    part, taken = "", False
    for character in pattern:
        if taken or character not in "\\%_":
            part, taken = part + re.escape(character), False
        elif character == "\\":
            taken = True
        elif character == "_":
            part += "."
        else:
            parts, part = [*parts, part], ""
    if not parts:
        return re.compile(part, re.DOTALL)
    first, *middle = parts
    return re.compile(first + "".join(f"(?>.*?{one})" for one in middle) + f".*{part}", re.DOTALL)
