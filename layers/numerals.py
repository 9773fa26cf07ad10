"""Numerals: cells of text as numbers, and columns as floats; the one place where text becomes a number, or does not.

A column is numbers only where each of its cells is one and nothing is lost by it. What is written with commas, blanks
between thousands, units, or digits of full width is text until the plan says how its numbers are written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.phrases import Phrase

DecimalSign: TypeAlias = Literal[".", ","]
EXACT = 2**53
"""Whole numbers up to it, and not all beyond it, are held by a float."""

_PLAIN = re.compile(r"[+-]?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]*)?(?:[eE][+-]?[0-9]{1,3})?|[+-]?\.[0-9]+")
_WHOLE = re.compile(r"[+-]?[0-9]+")
_GROUPS = {".": re.compile(r"[+-]?[1-9][0-9]{0,2}(?:([, '])[0-9]{3})(?:\1[0-9]{3})*(?:\.[0-9]*)?")}
_GROUPS[","] = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:([. '])[0-9]{3})(?:\1[0-9]{3})*(?:,[0-9]*)?")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3})*")
_SIGNS = str.maketrans({"\u2212": "-", "\u2019": "'"})
_TRUTHS = frozenset({"true", "false"})


def plain_numeral(cell: str, decimal: DecimalSign | None = None) -> str:
    r"""A number as Python writes it; "" where a cell is none, or one of more digits than a float keeps.

    Examples
    --------
    >>> plain_numeral(" 12.5 "), plain_numeral("1,234"), plain_numeral("007")
    ('12.5', '', '')
    >>> plain_numeral("1.234,5", ","), plain_numeral("1,234", "."), plain_numeral("1\xa0234", ",")
    ('1234.5', '1234', '1234')
    >>> plain_numeral("1,23", "."), plain_numeral("12 %", ".")
    ('', '')
    """
    text = cell.strip()
    if decimal is not None and not _PLAIN.fullmatch(text if decimal == "." else ""):
        text = unicodedata.normalize("NFKC", text).translate(_SIGNS).strip()
        grouped = _GROUPS[decimal].fullmatch(text)
        if grouped:
            text = text.replace(grouped[1], "")
        if decimal == ",":
            text = "" if "." in text else text.replace(",", ".")
    return text if _PLAIN.fullmatch(text) else ""


def numbers_of(cells: Sequence[str | None], decimal: DecimalSign | None = None) -> Any:
    """The cells of a column as int64, float64 or bool if each that is not empty is a plain one, else as text.

    A number is not plain with leading zeros, or with more digits than a float keeps.

    Examples
    --------
    >>> numbers_of(["1", "2"]).tolist(), numbers_of(["1.5", None]).tolist(), bool(numbers_of(["true"])[0])
    ([1, 2], [1.5, nan], True)
    >>> list(numbers_of(["007", "12"])), list(numbers_of(["1,234"])), numbers_of(["1,234"], ",").tolist()
    (['007', '12'], ['1,234'], [1.234])
    """
    stripped = [cell.strip() if cell else None for cell in cells]
    filled = [cell for cell in stripped if cell]
    if filled and all(cell.lower() in _TRUTHS for cell in filled):
        truths = [cell.lower() == "true" if cell else None for cell in stripped]
        return pd.array(truths, dtype="boolean" if len(filled) < len(truths) else "bool")
    plain = [plain_numeral(cell, decimal) for cell in filled]
    if not all(plain):
        return pd.array(list(cells), dtype="str")
    left = iter(plain)
    numbers = np.asarray([float(next(left)) if cell else np.nan for cell in stripped], dtype=np.float64)
    whole = len(filled) == len(cells) and all(_WHOLE.fullmatch(numeral) for numeral in plain)
    return numbers.astype(np.int64) if whole else numbers


def thousands_in(cells: Iterable[str | None]) -> str:
    """A cell that may be thousands where all of a column are read with a point before the fraction, or "".

    That is so where all cells are whole numbers of at most three digits, or have three digits behind each point.

    Examples
    --------
    >>> thousands_in(["850", None, "35.842"]), thousands_in(["0.5", "35.842"]), thousands_in(["850"])
    ('35.842', '', '')
    """
    filled = [cell.strip() for cell in cells if cell and cell.strip()]
    pointed = next((cell for cell in filled if "." in cell), "")
    return pointed if pointed and all(_THOUSANDS.fullmatch(cell) or cell == "0" for cell in filled) else ""


def floats_of(column: pd.Series) -> npt.NDArray[np.float64]:
    """The numbers of a column as floats, NaN for what is missing or no number; a text is never one.

    Examples
    --------
    >>> from decimal import Decimal
    >>> floats_of(pd.Series([Decimal("0.5"), None, "7"])).tolist()
    [0.5, nan, nan]
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    if pd.api.types.is_numeric_dtype(column.dtype):
        return np.asarray(column.to_numpy(dtype=float, na_value=np.nan), dtype=np.float64)
    if isinstance(column.dtype, pd.StringDtype):
        return np.full(len(column), np.nan)
    return np.asarray([_float(cell) for cell in column], dtype=np.float64)


def _float(value: object) -> float:
    if isinstance(value, str | bytes) or value is None or value is pd.NA or value is pd.NaT:
        return np.nan
    try:
        return float(value)  # type: ignore[arg-type]  # what is no number raises
    except (TypeError, ValueError, OverflowError):
        return np.nan


def stray_texts(column: pd.Series) -> pd.Series:
    """The texts in a column that are no numbers; all of them where each could be one, for then their file is at fault.

    Examples
    --------
    >>> stray_texts(pd.Series({"a": "7", "b": "n/a", "c": None})).to_dict()
    {'b': 'n/a'}
    """
    texts = column.dropna().astype("str")
    wrong = np.asarray([not np.isfinite(float(plain_numeral(text) or "nan")) for text in texts], dtype=bool)
    return texts[wrong] if wrong.any() else texts


def how_to_write(texts: Iterable[str]) -> Phrase:
    """What to do about texts where numbers are needed.

    Examples
    --------
    >>> print(how_to_write(["1.234,5", "0,5"]))
    Write plain numbers, such as 1234.5, or say decimal = "," for a CSV or a sheet
    >>> print(how_to_write(["9007199254740993"]))
    A number of so many digits is kept as text, for it would not stay exact: give fewer digits, or compare it as text
    >>> print(how_to_write(["12 %"]))
    Write plain numbers, such as 1234.5, without a unit, and nothing where there is none
    """
    odd = [*texts]
    if odd and all(
        _WHOLE.fullmatch(text.strip()) and not plain_numeral(text) and text.strip()[0] != "0" for text in odd
    ):
        return Phrase(
            "A number of so many digits is kept as text, for it would not stay exact: give fewer digits, or compare it "
            "as text"
        )
    signs: tuple[DecimalSign, ...] = (".", ",")
    fit = [sign for sign in signs if odd and all(plain_numeral(text, sign) for text in odd)]
    if len(fit) == 1:
        return Phrase(
            'Write plain numbers, such as 1234.5, or say decimal = "{sign}" for a CSV or a sheet', sign=fit[0]
        )
    if fit:
        return Phrase(
            'Write plain numbers, such as 1234.5, or say decimal = "." or "," for a CSV or a sheet, whichever stands '
            "before the fraction"
        )
    return Phrase("Write plain numbers, such as 1234.5, without a unit, and nothing where there is none")
