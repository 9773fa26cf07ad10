"""Scores of several criteria made one: by weighted sum or geometric mean, by distance to the ideal, by the weakest."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.errors import ZoneplanError
from layers.phrases import Phrase
from zoning.indices.checked_values import ByLabel, Floats, checked_costs, checked_table, checked_weights, of_arrays

Flags = npt.NDArray[np.bool_]


@of_arrays
def weighted_sum(scores: pd.DataFrame, weights: ByLabel) -> pd.Series:
    """The weighted sum of scores; a low score is made up for by a high one.

    Parameters
    ----------
    scores : DataFrame
        One row a unit, one column a criterion; more is better.
    weights : Series, mapping or sequence of float
        By column, or in the order of the columns; from 0, in sum 1.

    Returns
    -------
    Series of float
        Index of the scores, in their unit.

    Raises
    ------
    MissingValueError
        A score is missing or infinite.
    UnknownNameError
        Weights and scores have not the same names.
    ZoneplanError
        The weights do not add up to 1.

    Notes
    -----
    S = sum w x. OECD and JRC, *Handbook on Constructing Composite Indicators*, 2008, step 7.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> scores = pd.DataFrame({"water": [0.0, 1.0], "land": [1.0, 0.5]}, index=["a", "b"])
    >>> zp.indices.weighted_sum(scores, {"water": 0.6, "land": 0.4}).to_dict()
    {'a': 0.4, 'b': 0.8}
    """
    values = checked_table(scores)
    return (values * checked_weights(weights, values.columns)).sum(axis=1)


@of_arrays
def geometric_mean(scores: pd.DataFrame, weights: ByLabel) -> pd.Series:
    """The weighted geometric mean of scores; what is 0 in one criterion is 0 altogether.

    Parameters
    ----------
    scores : DataFrame
        One row a unit, one column a criterion; from 0, more is better.
    weights : Series, mapping or sequence of float
        By column, or in the order of the columns; from 0, in sum 1.

    Returns
    -------
    Series of float
        Index of the scores, in their unit.

    Raises
    ------
    MissingValueError
        A score is missing or infinite.
    UnknownNameError
        Weights and scores have not the same names.
    ZoneplanError
        A score is below 0, or the weights do not add up to 1.

    Notes
    -----
    S = product of x^w; a criterion of weight 0 has no say. OECD and JRC, *Handbook on Constructing Composite
    Indicators*, 2008, step 7.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> scores = pd.DataFrame({"water": [4.0, 0.0], "land": [9.0, 9.0]}, index=["a", "b"])
    >>> zp.indices.geometric_mean(scores, [0.5, 0.5]).round(12).to_dict()
    {'a': 6.0, 'b': 0.0}
    """
    values = checked_table(scores, least=0.0)
    means = np.prod(values.to_numpy() ** checked_weights(weights, values.columns).to_numpy(), axis=1)
    return pd.Series(means, index=values.index)


@of_arrays
def weakest_link(scores: pd.DataFrame) -> pd.Series:
    """The lowest score of each unit: nothing makes up for what is scarcest.

    Parameters
    ----------
    scores : DataFrame
        One row a unit, one column a criterion, all in one scale; more is better.

    Returns
    -------
    Series of float
        Index of the scores, in their unit.

    Raises
    ------
    MissingValueError
        A score is missing or infinite.

    Notes
    -----
    S = min x, the law of the minimum (C. Sprengel, J. von Liebig), also called the short board.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> zp.indices.weakest_link(pd.DataFrame({"water": [0.2, 1.0], "land": [1.0, 0.5]}, index=["a", "b"])).to_dict()
    {'a': 0.2, 'b': 0.5}
    """
    return checked_table(scores).min(axis=1)


@of_arrays
def topsis(table: pd.DataFrame, weights: ByLabel, cost: Iterable[Hashable] = ()) -> pd.Series:
    """How near each unit is to the best that any has in each criterion, and how far from the worst (TOPSIS).

    Parameters
    ----------
    table : DataFrame
        One row a unit, two or more; one column a criterion in any unit of measure.
    weights : Series, mapping or sequence of float
        By column, or in the order of the columns; from 0, in sum 1.
    cost : iterable of column names, optional
        Criteria of which less is better.

    Returns
    -------
    Series of float
        Index of the table; from 0, the worst in all criteria, to 1, the best in all.

    Raises
    ------
    MissingValueError
        A value is missing or infinite.
    UnknownNameError
        Weights and table have not the same names, or ``cost`` names a column that is not there.
    ZoneplanError
        A column is 0 everywhere, the weights do not add up to 1, or all units are alike in all that weighs.

    Notes
    -----
    Vector normalisation v = w x / sqrt(sum x^2); the ideal has the best v of each criterion, the anti-ideal the worst;
    S = D- / (D+ + D-) with the Euclidean distances D+ to the ideal and D- to the anti-ideal. C.-L. Hwang and K. Yoon,
    *Multiple Attribute Decision Making*, 1981.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> table = pd.DataFrame({"water": [3.0, 4.0], "slope": [4.0, 3.0]}, index=["a", "b"])
    >>> zp.indices.topsis(table, [0.5, 0.5], cost=["slope"]).to_dict()
    {'a': 0.0, 'b': 1.0}
    """
    values = checked_table(table)
    weighed = checked_weights(weights, values.columns)
    costs = checked_costs(cost, values.columns)
    largest = values.abs().max().replace(0.0, 1.0)
    near_one = values / largest  # no square overflows or vanishes
    ideal = Ideal.of(near_one.min(), near_one.max(), (near_one**2).sum(), weighed, costs)
    return pd.Series(ideal.nearness(near_one), index=values.index)


class Ideal(NamedTuple):
    """The best and the worst of each criterion, weighed and made comparable as TOPSIS does it."""

    factor: Floats
    best: Floats
    worst: Floats

    @classmethod
    def of(cls, low: pd.Series, high: pd.Series, squares: pd.Series, weights: pd.Series, costs: Flags) -> Ideal:
        """From the extremes and the sum of squares of each column."""
        if (squares == 0).any():
            raise ZoneplanError(Phrase("TOPSIS needs in each column a value that is not 0"), code="degenerate")
        factor = (weights / np.sqrt(squares)).to_numpy() * np.where(costs, -1.0, 1.0)
        ends = np.array([low.to_numpy() * factor, high.to_numpy() * factor])
        ideal = cls(factor, ends.max(axis=0), ends.min(axis=0))
        if (ideal.best == ideal.worst).all():
            raise ZoneplanError(Phrase("TOPSIS: all units are alike in all criteria that weigh"), code="degenerate")
        return ideal

    def nearness(self, values: pd.DataFrame) -> Floats:
        """How near each row is to the best, and how far from the worst: from 0 to 1."""
        spread = values.to_numpy() * self.factor
        to_best = np.sqrt(((self.best - spread) ** 2).sum(axis=1))
        from_worst = np.sqrt(((spread - self.worst) ** 2).sum(axis=1))
        return np.asarray(from_worst / (to_best + from_worst))
