"""Criteria made comparable: between their extremes, by their spread, by rank, or by graded thresholds."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.errors import ZoneplanError, shown
from layers.numerals import floats_of
from layers.phrases import Phrase
from zoning.indices.checked_values import checked_costs, checked_table, of_arrays

Flags = npt.NDArray[np.bool_]


@of_arrays
def minmax(table: pd.DataFrame, cost: Iterable[Hashable] = ()) -> pd.DataFrame:
    """Scores from 0, the worst unit of a criterion, to 1, the best.

    Parameters
    ----------
    table : DataFrame
        One row a unit, one column a criterion, in any units of measure.
    cost : iterable of column names, optional
        Criteria of which less is better.

    Returns
    -------
    DataFrame of float
        Index and columns as given; without a unit of measure, more is better.

    Raises
    ------
    MissingValueError
        A value is missing or infinite.
    ZoneplanError
        A column has one value only, so that it tells no unit from another.
    UnknownNameError
        ``cost`` names a column that is not there.

    Notes
    -----
    The distance from the worst value as a part of the distance between both extremes: (x - min) / (max - min), and
    (max - x) / (max - min) of a cost. The scores hang on which units are compared. OECD and JRC, *Handbook on
    Constructing Composite Indicators*, 2008, step 5.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> table = pd.DataFrame({"water": [10.0, 20, 40], "slope": [5.0, 25, 15]}, index=["a", "b", "c"])
    >>> zp.indices.minmax(table, cost=["slope"])["slope"].to_dict()
    {'a': 1.0, 'b': 0.0, 'c': 0.5}
    """
    values, costs = _comparable(table, cost)
    return between_extremes(values, values.min(), values.max(), costs)


@of_arrays
def zscore(table: pd.DataFrame, cost: Iterable[Hashable] = ()) -> pd.DataFrame:
    """Scores in standard deviations above the mean of a criterion.

    Parameters
    ----------
    table : DataFrame
        One row a unit, one column a criterion, in any units of measure.
    cost : iterable of column names, optional
        Criteria of which less is better.

    Returns
    -------
    DataFrame of float
        Index and columns as given; mean 0, standard deviation 1, more is better.

    Raises
    ------
    MissingValueError
        A value is missing or infinite.
    ZoneplanError
        A column has one value only.
    UnknownNameError
        ``cost`` names a column that is not there.

    Notes
    -----
    z = (x - mean) / s, with the standard deviation s of all units (divided by their number n), and -z of a cost. OECD
    and JRC, *Handbook on Constructing Composite Indicators*, 2008, step 5.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> zp.indices.zscore(pd.DataFrame({"water": [1.0, 3.0]}, index=["a", "b"]))["water"].to_dict()
    {'a': -1.0, 'b': 1.0}
    """
    values, costs = _comparable(table, cost)
    from_mean = values - values.mean()
    from_mean = from_mean / from_mean.abs().max()  # the same scores, and no square overflows or vanishes
    scores = from_mean / np.sqrt((from_mean**2).mean())
    return scores.mask(np.broadcast_to(costs, scores.shape), -scores)


@of_arrays
def rank(table: pd.DataFrame, cost: Iterable[Hashable] = ()) -> pd.DataFrame:
    """Ranks from 1, the worst unit of a criterion, to the number of units, the best.

    Parameters
    ----------
    table : DataFrame
        One row a unit, one column a criterion, in any units of measure.
    cost : iterable of column names, optional
        Criteria of which less is better.

    Returns
    -------
    DataFrame of float
        Index and columns as given; more is better. Equal values share the mean of their ranks.

    Raises
    ------
    MissingValueError
        A value is missing or infinite.
    ZoneplanError
        A column has one value only.
    UnknownNameError
        ``cost`` names a column that is not there.

    Notes
    -----
    Nothing counts but the order, so that no outlier has a say. OECD and JRC, *Handbook on Constructing Composite
    Indicators*, 2008, step 5.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> zp.indices.rank(pd.DataFrame({"water": [7.0, 900, 7]}, index=["a", "b", "c"]))["water"].to_dict()
    {'a': 1.5, 'b': 3.0, 'c': 1.5}
    """
    values, costs = _comparable(table, cost)
    scores = values.rank()
    return scores.mask(np.broadcast_to(costs, scores.shape), len(values) + 1 - scores)


@dataclass(frozen=True)
class Grading:
    """Grades by thresholds, as tables of rules print them.

    Attributes
    ----------
    breaks : tuple of float
        In rising order.
    grades : tuple of float
        One more than the breaks, from the class of the smallest values on.
    closed : {"left", "right"}
        Which class a value equal to a break is in: that which begins there, or that which ends there.
    """

    breaks: tuple[float, ...]
    grades: tuple[float, ...]
    closed: Literal["left", "right"]


def read_grading(classes: str, grades: str) -> Grading:
    """Graded thresholds from the two texts that a table of rules has.

    Parameters
    ----------
    classes : str
        From the smallest values to the largest, or the other way round, with ``|`` between: ``"<=3|3-8|>8"``. The first
        or the last says with ``<=`` or ``>=`` on which side a value equal to a threshold is; a ``%`` is left out.
    grades : str
        One number a class: ``"1|2|3"``, ``"+0|+1|+2"``.

    Returns
    -------
    Grading
        For :func:`zoning.indices.grade`.

    Raises
    ------
    ZoneplanError
        The texts cannot be read, or the classes do not join.

    Examples
    --------
    >>> import zoneplan as zp
    >>> zp.indices.read_grading(">=1200|400-1200|<400", "1|2|3")
    Grading(breaks=(400.0, 1200.0), grades=(3.0, 2.0, 1.0), closed='left')
    """
    fault = ZoneplanError(
        Phrase(
            "classes '{classes}' with grades '{grades}' cannot be read; write '<=3|3-8|>8' and '1|2|3', with classes "
            "that join",
            classes=classes,
            grades=grades,
        ),
        code="grading",
    )
    parts = [part.strip() for part in classes.replace("%", "").split("|")]
    try:
        values = [float(text) for text in grades.split("|")]
    except ValueError:
        raise fault from None
    if len(parts) < 2 or len(values) != len(parts):
        raise fault
    if parts[0].startswith(">"):
        parts, values = parts[::-1], values[::-1]
    first, last = re.fullmatch(r"<(=?)\s*(-?[\d.]+)", parts[0]), re.fullmatch(r">(=?)\s*(-?[\d.]+)", parts[-1])
    middle = [re.fullmatch(r"(-?[\d.]+)\s*-\s*(-?[\d.]+)", part) for part in parts[1:-1]]
    if not first or not last or not all(middle) or (first[1] and last[1]):
        raise fault
    ends = [float(first[2]), *(float(match[2]) for match in middle if match)]
    begins = [*(float(match[1]) for match in middle if match), float(last[2])]
    if ends != begins or ends != sorted(set(ends)):
        raise fault
    return Grading(tuple(ends), tuple(values), "right" if first[1] else "left")


@of_arrays
def grade(
    values: pd.Series, breaks: Sequence[float], grades: Sequence[float], closed: Literal["left", "right"] = "left"
) -> pd.Series:
    """The grade of each value by thresholds.

    Parameters
    ----------
    values : Series of numbers
        One a unit or cell, in the unit of the thresholds.
    breaks : sequence of float
        Thresholds in rising order.
    grades : sequence of float
        One more than thresholds, from the class of the smallest values on.
    closed : {"left", "right"}, optional
        Which class a value equal to a threshold is in: that which begins there, or that which ends there.

    Returns
    -------
    Series of float
        Index and name of the values. A missing value stays missing.

    Raises
    ------
    ZoneplanError
        The thresholds do not rise, or there are not as many grades as classes.

    Notes
    -----
    Class k holds b(k) <= x < b(k+1), or b(k) < x <= b(k+1) with ``closed="right"``.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> slope_deg = pd.Series({"a": 3.0, "b": 12.0, "c": 31.0})
    >>> zp.indices.grade(slope_deg, [3, 8, 15, 25], [1, 2, 3, 4, 5], closed="right").to_dict()
    {'a': 1.0, 'b': 3.0, 'c': 5.0}
    """
    cuts = np.asarray(breaks, dtype=float)
    if not len(cuts) or not (np.diff(cuts) > 0).all() or len(grades) != len(cuts) + 1:
        raise ZoneplanError(
            Phrase(
                "{breaks} threshold(s) and {grades} grade(s): give thresholds in rising order, and one grade more",
                breaks=len(cuts),
                grades=len(grades),
            ),
            code="grading",
        )
    numbers = floats_of(values)
    side: Literal["left", "right"] = "right" if closed == "left" else "left"
    graded = np.asarray(grades, dtype=float)[np.searchsorted(cuts, numbers, side=side)]
    return pd.Series(np.where(np.isnan(numbers), np.nan, graded), index=values.index, name=values.name)


def between_extremes(values: pd.DataFrame, low: pd.Series, high: pd.Series, costs: Flags) -> pd.DataFrame:
    """Scores from 0, the worst value of each column, to 1, the best."""
    scores = (values - low) / (high - low)
    return scores.mask(np.broadcast_to(costs, scores.shape), 1 - scores)


def standard_scores(values: pd.DataFrame, mean: pd.Series, deviation: pd.Series, costs: Flags) -> pd.DataFrame:
    """Scores in standard deviations above the mean of each column."""
    scores = (values - mean) / deviation
    return scores.mask(np.broadcast_to(costs, scores.shape), -scores)


def refuse_same(columns: pd.Index, same: pd.Series) -> None:
    """Refuse columns that have the same value everywhere."""
    names = [str(name) for name in columns[same.to_numpy()]]
    if names:
        raise ZoneplanError(
            Phrase(
                "columns with the same value in each row: {names}. They tell no unit from another; leave them out.",
                names=shown(names),
            ),
            code="degenerate",
            features=names,
        )


def _comparable(table: pd.DataFrame, cost: Iterable[Hashable]) -> tuple[pd.DataFrame, Flags]:
    """The table in floats and which columns are costs, unless a column is the same everywhere."""
    values = checked_table(table)
    refuse_same(values.columns, values.max() == values.min())
    return values, checked_costs(cost, values.columns)
