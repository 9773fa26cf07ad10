"""How unevenly something is spread over units: shares, Gini, variation, Theil's index by groups, concentration."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd

from layers.errors import ZoneplanError
from layers.phrases import Phrase
from zoning.indices.checked_values import (
    ByLabel,
    Floats,
    checked,
    checked_groups,
    checked_people,
    checked_table,
    refuse_nothing,
)
from zoning.solver import gini as gini_of_amounts

Table = TypeVar("Table", pd.Series, pd.DataFrame)


def shares(values: Table, groups: object) -> Table:
    """What part of the whole each group has.

    Parameters
    ----------
    values : Series or DataFrame
        Amounts by unit, from 0, such as output or people; of a table each column for itself, such as one a year or a
        vintage of the data.
    groups : Series, mapping or sequence
        The group of each unit, by the index of the values or in their order.

    Returns
    -------
    Series or DataFrame of float
        Index of the groups, sorted; each column in sum 1.

    Raises
    ------
    MissingValueError
        A value or a group is missing.
    UnknownNameError
        Values and groups have not the same rows.
    ZoneplanError
        A value is below 0, or all are 0.

    Notes
    -----
    s = sum of x in the group / sum of all x. A share of another vintage of the data is another share: say which it is.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> output = pd.Series({"a": 30.0, "b": 50, "c": 20})
    >>> zp.indices.shares(output, {"a": "east", "b": "west", "c": "east"}).to_dict()
    {'east': 0.5, 'west': 0.5}
    """
    if isinstance(values, pd.DataFrame):
        table = checked_table(values, least=0.0)
    else:
        table = pd.DataFrame({0: checked(values, "values", least=0.0)})
    for name in table.columns:
        refuse_nothing(table[name], "values" if isinstance(values, pd.Series) else f"'{name}'")
    table = in_scale(table)
    sums = table.groupby(checked_groups(groups, table.index).to_numpy(), sort=True).sum()
    parts = sums / table.sum()
    return parts if isinstance(values, pd.DataFrame) else parts[0].rename(values.name)


def gini(values: pd.Series, weights: ByLabel | None = None) -> float:
    """The Gini coefficient: 0 where all have the same, towards 1 where few have all.

    Parameters
    ----------
    values : Series
        What each unit has a head, from 0, not all 0; without weights, what each unit has.
    weights : Series, mapping or sequence of float, optional
        People by unit, from 0; 1 each where none are given.

    Returns
    -------
    float
        Of n units of one weight (n - 1) / n at the most.

    Raises
    ------
    MissingValueError
        A value or weight is missing.
    UnknownNameError
        Values and weights have not the same rows.
    ZoneplanError
        One of them is below 0, or all are 0.

    Notes
    -----
    G = 1 - sum (X(i) - X(i-1)) (Y(i) + Y(i-1)) with cumulated shares X of people and Y of what they have, units in the
    order of values; without a correction for few units. C. Gini, 1912.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> zp.indices.gini(pd.Series([0.0, 0.0, 1.0, 1.0]))
    0.5
    """
    heads, people = _heads(values, weights)
    return gini_of_amounts((heads * people).to_numpy(), people.to_numpy())


def coefficient_of_variation(values: pd.Series, weights: ByLabel | None = None) -> float:
    """The standard deviation as a part of the mean; weighted by people it is Williamson's index.

    Parameters
    ----------
    values : Series
        What each unit has a head, from 0, not all 0.
    weights : Series, mapping or sequence of float, optional
        People by unit, from 0; 1 each where none are given.

    Returns
    -------
    float
        0 where all have the same.

    Raises
    ------
    MissingValueError
        A value or weight is missing.
    UnknownNameError
        Values and weights have not the same rows.
    ZoneplanError
        One of them is below 0, or all are 0.

    Notes
    -----
    CV = sqrt(sum p (x - m)^2 / sum p) / m with the mean m = sum p x / sum p; divided by all people p, not by one less.
    J. G. Williamson, *Economic Development and Cultural Change* 13, 1965.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> zp.indices.coefficient_of_variation(pd.Series([1.0, 3.0]))
    0.5
    """
    heads, people = _heads(values, weights)
    parts = people / people.sum()
    mean = (parts * heads).sum()
    return float(np.sqrt((parts * (heads / mean - 1) ** 2).sum()))


@dataclass(frozen=True)
class Theil:
    """Theil's index and its two parts.

    Attributes
    ----------
    total, between, within : float
        Of all units; of the groups, as if all people of one had its mean; of the units inside their groups. The first
        is the sum of the others.
    """

    total: float
    between: float
    within: float


def theil(values: pd.Series, weights: ByLabel | None, groups: object) -> Theil:
    """Theil's index of inequality, and how much of it is between groups and within them.

    Parameters
    ----------
    values : Series
        What each unit has a head, from 0, not all 0.
    weights : Series, mapping or sequence of float, or None
        People by unit, from 0; None for 1 each.
    groups : Series, mapping or sequence
        The group of each unit.

    Returns
    -------
    Theil
        With ``total``, ``between`` and ``within``; all 0 where all have the same.

    Raises
    ------
    MissingValueError
        A value, weight or group is missing.
    UnknownNameError
        They have not the same rows.
    ZoneplanError
        A value or weight is below 0, or all are 0.

    Notes
    -----
    T = sum (p x / all) ln(x / m) with people p, values a head x and their mean m, where 0 ln 0 is 0. Between groups
    each counts by its own mean; within, each group has an index of its own, which counts by the group's part of the
    whole. H. Theil, *Economics and Information Theory*, 1967.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> found = zp.indices.theil(pd.Series([1.0, 1, 3, 3]), [1, 1, 1, 1], ["a", "a", "b", "b"])
    >>> round(found.total, 4), round(found.between, 4), found.within
    (0.1308, 0.1308, 0.0)
    """
    heads, people = _heads(values, weights)
    parts = (heads * people / (heads * people).sum()).to_numpy()
    sizes = (people / people.sum()).to_numpy()
    group = pd.factorize(checked_groups(groups, heads.index).to_numpy())[0]
    of_group = np.bincount(group, parts).astype(np.float64)
    size_of_group = np.bincount(group, sizes).astype(np.float64)
    between = _divergence(of_group, size_of_group)
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = parts / of_group[group], sizes / size_of_group[group]
    within = float(np.sum(of_group[group] * _terms(*(np.nan_to_num(ratio, nan=0.0, posinf=0.0) for ratio in inside))))
    within = max(0.0, within)
    return Theil(between + within, between, within)


def herfindahl(values: pd.Series) -> float:
    """Concentration as Herfindahl and Hirschman measure it: 1 where one unit has all, 1 / n where n have the same.

    Parameters
    ----------
    values : Series
        What each unit has, from 0, not all 0.

    Returns
    -------
    float

    Raises
    ------
    MissingValueError
        A value is missing.
    ZoneplanError
        A value is below 0, or all are 0.

    Notes
    -----
    H = sum s^2 of the shares s. A. O. Hirschman, 1945; O. C. Herfindahl, 1950.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> zp.indices.herfindahl(pd.Series([1.0, 1.0, 2.0]))
    0.375
    """
    amounts = in_scale(checked(values, "values", least=0.0))
    refuse_nothing(amounts, "values")
    return float(((amounts / amounts.sum()) ** 2).sum())


def concentration_ratio(values: pd.Series, largest: int) -> float:
    """What part of the whole the largest units have together.

    Parameters
    ----------
    values : Series
        What each unit has, from 0, not all 0.
    largest : int
        How many units, from 1; all where there are fewer.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    MissingValueError
        A value is missing.
    ZoneplanError
        A value is below 0, all are 0, or ``largest`` is below 1.

    Notes
    -----
    CR(k) = sum of the k largest shares.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> zp.indices.concentration_ratio(pd.Series([1.0, 1.0, 2.0]), 2)
    0.75
    """
    amounts = in_scale(checked(values, "values", least=0.0))
    refuse_nothing(amounts, "values")
    if largest < 1:
        raise ZoneplanError(Phrase("the {count} largest units: give 1 or more", count=largest), code="too_small")
    return float(amounts.nlargest(largest).sum() / amounts.sum())


def _heads(values: pd.Series, weights: ByLabel | None) -> tuple[pd.Series, pd.Series]:
    """Values a head and people, of which somebody has something."""
    heads = in_scale(checked(values, "values", least=0.0))
    people = in_scale(checked_people(weights, heads.index))
    refuse_nothing(heads * people, "values")
    return heads, people


def in_scale(values: Table) -> Table:
    """Values times a power of two, so that the largest is near 1: shares of them are the same, and no sum overflows.

    Examples
    --------
    >>> in_scale(pd.Series([3.0, 6.0])).tolist()
    [0.375, 0.75]
    """
    largest = float(np.abs(values.to_numpy()).max(initial=0.0))
    return np.ldexp(values, -math.frexp(largest)[1])


def _terms(parts: Floats, sizes: Floats) -> Floats:
    """What each adds to Theil's index: its part of the whole, times the logarithm of that over its part of people."""
    some = parts > 0
    ratio = np.divide(parts, sizes, out=np.ones_like(parts), where=some)
    return parts * np.log(ratio)


def _divergence(parts: Floats, sizes: Floats) -> float:
    return max(0.0, float(np.sum(_terms(parts, sizes))))
