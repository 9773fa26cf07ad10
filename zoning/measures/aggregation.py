"""Where units belong, and what their values come to there, without the noise of binary arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pandas as pd

from zoning.rulebook import STUDY, UNIT

PATH = " / "
"""Between the names of jurisdictions, the highest first."""
DIGITS = 14
"""Significant digits of a number that was calculated."""
_EXTREME = 280
"""A number of more digits before or after the point cannot be scaled, and stays as it is."""


def without_noise(numbers: pd.Series) -> pd.Series:
    """Numbers without the noise of binary arithmetic: 80 * 1.1 is 88, or a floor of it would be rounded up to 89."""
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.floor(np.log10(np.abs(numbers)))
        usual = np.abs(size) < _EXTREME
        shift = np.where(usual, DIGITS - 1 - size, 0)
        up, down = 10.0 ** np.maximum(shift, 0), 10.0 ** np.maximum(-shift, 0)
        return numbers.where(~usual, np.round(numbers / down * up) / up * down)


def sum_by(values: pd.Series, places: pd.Series) -> pd.Series:
    """Sums over the units of each place, of the numbers as they are printed: 0.1 and 0.2 are 0.3, in any order.

    Examples
    --------
    >>> sum_by(pd.Series([0.1, 0.2, None]), pd.Series(["east", "east", "west"])).tolist()
    [0.3, nan]
    """
    codes, names = pd.factorize(places, sort=True)
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(len(names) + 1))
    numbers = values.to_numpy(dtype=float, na_value=np.nan)[order].tolist()
    sums = [float(sum(map(Decimal, map(repr, numbers[first:last])))) for first, last in pairwise(ends)]
    return pd.Series(sums, index=pd.Index(names, name=places.name), dtype=float)


def mean_by(values: pd.Series, weights: pd.Series, places: pd.Series) -> pd.Series:
    """Means over the units of each place, by weight, as :func:`sum_by` sums.

    Examples
    --------
    >>> mean_by(pd.Series([0.5, 0.0]), pd.Series([100.0, 300.0]), pd.Series(["east", "east"])).tolist()
    [0.125]
    """
    return without_noise(sum_by(values.astype(float) * weights.astype(float), places) / sum_by(weights, places))


def paths(units: pd.DataFrame, levels: Sequence[str]) -> pd.Series:
    """The whole path of each unit's jurisdiction; "" where it has none."""
    names = [units[level].astype(object).fillna("").astype(str) for level in levels if level in units.columns]
    texts = (PATH.join(filter(None, path)) for path in zip(*names, strict=True)) if names else [""] * len(units)
    return pd.Series(list(texts), index=units.index, dtype=object)


def places_of(measures: pd.DataFrame, level: str, levels: Sequence[str]) -> pd.Series:
    """The place of a level where each unit belongs; missing where it belongs to none."""
    if level == UNIT:
        return pd.Series(measures.index.astype(str), index=measures.index, dtype="str")
    if level == STUDY:
        return pd.Series("", index=measures.index, dtype="str")
    if level in levels:
        places = paths(measures, levels[: levels.index(level) + 1])
    else:
        places = measures[level].astype(object).where(measures[level].notna(), "")
    return places.where(places != "").astype("str")
