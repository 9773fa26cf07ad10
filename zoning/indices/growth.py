"""How regions grow apart or together: contributions to growth, convergence, and growth poles."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from layers.errors import ZoneplanError
from layers.numerals import floats_of
from layers.phrases import Phrase
from zoning.indices.checked_values import (
    ByLabel,
    Floats,
    beside,
    checked,
    checked_groups,
    checked_people,
    checked_table,
    refuse_nothing,
    refuse_rows,
)


def growth_contributions(before: pd.Series, after: pd.Series, groups: object = None) -> pd.DataFrame:
    """How much each unit or group grew, and its part in the growth of all.

    Parameters
    ----------
    before, after : Series
        Amounts by unit at both times, from 0, in one unit of measure and one vintage of the data; ``after`` in any
        order.
    groups : Series, mapping or sequence, optional
        The group of each unit; without it each unit stands for itself.

    Returns
    -------
    DataFrame of float
        Index of the groups, sorted, or of ``before``; columns ``before``, ``after`` and ``change`` in the unit of the
        amounts, ``growth_pct`` of its own (missing where it had nothing), and ``contribution_points``, the percentage
        points of the growth of all that are its own.

    Raises
    ------
    MissingValueError
        A value or a group is missing.
    UnknownNameError
        The tables have not the same rows.
    ZoneplanError
        A value is below 0, or all were 0 before.

    Notes
    -----
    Contribution c = (x1 - x0) / sum x0 * 100; the contributions add up to the growth of all in per cent.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> before, after = pd.Series({"a": 40.0, "b": 60.0}), pd.Series({"a": 50.0, "b": 57.0})
    >>> found = zp.indices.growth_contributions(before, after)
    >>> found[["change", "growth_pct", "contribution_points"]].to_numpy().tolist()
    [[10.0, 25.0, 10.0], [-3.0, -5.0, -3.0]]
    """
    first = checked(before, "before", least=0.0)
    last = checked(beside(after, first.index, "after"), "after", least=0.0)
    refuse_nothing(first, "before")
    growth = pd.DataFrame({"before": first, "after": last})
    if groups is not None:
        growth = growth.groupby(checked_groups(groups, growth.index).to_numpy(), sort=True).sum()
    growth["change"] = growth["after"] - growth["before"]
    growth["growth_pct"] = growth["change"] / growth["before"].where(growth["before"] > 0) * 100
    growth["contribution_points"] = growth["change"] / first.sum() * 100
    return growth


@dataclass(frozen=True)
class BetaConvergence:
    """How growth hangs on where units began.

    Attributes
    ----------
    beta : float
        Growth a year by the logarithm of the value at the beginning; below 0 the poor catch up.
    constant : float
        Growth a year at the value 1.
    standard_error : float
        Of ``beta``; missing with two units.
    r_squared : float
        What part of the variance of growth it tells.
    speed : float
        What part of the distance to the common level is made up for each year; below 0 where units drift apart,
        infinite or missing where they reach or pass the level within the period.
    half_life_years : float
        In how many years half of the distance is gone; infinite where it does not close.
    """

    beta: float
    constant: float
    standard_error: float
    r_squared: float
    speed: float
    half_life_years: float


def beta_convergence(before: pd.Series, after: pd.Series, years: float) -> BetaConvergence:
    """Whether units that began low grew faster (absolute beta convergence).

    Parameters
    ----------
    before, after : Series
        Values a head by unit at both times, above 0, at constant prices; ``after`` in any order.
    years : float
        Between them, above 0.

    Returns
    -------
    BetaConvergence

    Raises
    ------
    MissingValueError
        A value is missing.
    UnknownNameError
        The tables have not the same rows.
    ZoneplanError
        A value is not above 0, or all units began with the same.

    Notes
    -----
    Ordinary least squares of ln(x1 / x0) / T = a + b ln(x0); speed = -ln(1 + b T) / T, half-life = ln 2 / speed. R. J.
    Barro and X. Sala-i-Martin, *Journal of Political Economy* 100, 1992.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> before, after = pd.Series([1.0, 4.0, 16.0]), pd.Series([2.0, 4.0, 8.0])
    >>> found = zp.indices.beta_convergence(before, after, years=10)
    >>> round(found.beta, 4), round(found.half_life_years, 4)
    (-0.05, 10.0)
    """
    first = checked(before, "before", above=0.0)
    last = checked(beside(after, first.index, "after"), "after", above=0.0)
    if not years > 0:
        raise ZoneplanError(Phrase("{years} years: give a number above 0", years=years), code="too_small")
    level = np.log(first.to_numpy())
    growth = (np.log(last.to_numpy()) - level) / years
    spread = level - level.mean()
    squares = float(spread @ spread)
    if first.max() == first.min() or not squares > 0:
        raise ZoneplanError(
            Phrase("all units began with the same value, so that nothing can converge"), code="degenerate"
        )
    beta = float(spread @ growth) / squares
    constant = float(growth.mean() - beta * level.mean())
    left = growth - constant - beta * level
    varied = float(((growth - growth.mean()) ** 2).sum())
    freedom = len(level) - 2
    remaining = 1 + beta * years
    speed = -math.log(remaining) / years if remaining > 0 else (math.inf if remaining == 0 else math.nan)
    half = math.nan if math.isnan(speed) else (math.log(2) / speed if speed > 0 else math.inf)
    return BetaConvergence(
        beta=beta,
        constant=constant,
        standard_error=math.sqrt(float(left @ left) / freedom / squares) if freedom else math.nan,
        r_squared=max(0.0, 1 - float(left @ left) / varied) if varied > 0 else 1.0,
        speed=speed,
        half_life_years=half,
    )


def sigma_convergence(table: pd.DataFrame, weights: ByLabel | None = None) -> pd.Series:
    """How far apart units are at each time: where it falls, they converge.

    Parameters
    ----------
    table : DataFrame
        Values a head, above 0; one row a unit, one column a time.
    weights : Series, mapping or sequence of float, optional
        People by unit, from 0; 1 each where none are given.

    Returns
    -------
    Series of float
        By column: the standard deviation of the logarithms, without a unit of measure.

    Raises
    ------
    MissingValueError
        A value is missing.
    UnknownNameError
        Table and weights have not the same rows.
    ZoneplanError
        A value is not above 0, or no weight is.

    Notes
    -----
    sigma = sqrt(sum p (ln x - mean)^2 / sum p) with the mean of ln x by p. X. Sala-i-Martin, *The Economic Journal*
    106, 1996.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> zp.indices.sigma_convergence(pd.DataFrame({2010: [1.0, 4.0], 2020: [2.0, 4.0]})).round(4).to_dict()
    {2010: 0.6931, 2020: 0.3466}
    """
    logs = np.log(checked_table(table, above=0.0))
    people = checked_people(weights, logs.index)
    parts = people / people.sum()
    from_mean = logs - logs.mul(parts, axis=0).sum()
    return np.sqrt((from_mean**2).mul(parts, axis=0).sum())


def growth_poles(before: pd.Series, after: pd.Series, distance: pd.DataFrame, reach: float) -> pd.DataFrame:
    """What makes a unit a growth pole: its share, its part in growth, and how much lies within its reach.

    Parameters
    ----------
    before, after : Series
        Amounts by unit at both times, from 0; ``after`` in any order.
    distance : DataFrame
        From each unit (row) to each (column), in km or minutes; infinite where there is no way.
    reach : float
        How far a pole reaches, in the same unit.

    Returns
    -------
    DataFrame of float
        Index of ``before``: ``share_pct`` of the whole now; ``contribution_pct`` of all change (missing where all
        together did not change; below 0 or above 100 where some went against it); ``reach_pct`` of the whole that lies
        within the reach of the unit, itself included even where its distance to itself is longer.

    Raises
    ------
    MissingValueError
        A value or distance is missing.
    UnknownNameError
        The tables have not the same units.
    ZoneplanError
        A value is below 0, or all are 0 at one of the times.

    Notes
    -----
    share = x1 / sum x1, contribution = (x1 - x0) / sum (x1 - x0), reach = sum of x1 within the reach / sum x1, each
    times 100. Which of them make a pole is a rule, not a number of this function. F. Perroux, 1955; J.-R. Boudeville,
    1966.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> before, after = pd.Series({"a": 40.0, "b": 60.0}), pd.Series({"a": 70.0, "b": 70.0})
    >>> apart = pd.DataFrame([[0, 90], [90, 0]], index=["a", "b"], columns=["a", "b"])
    >>> zp.indices.growth_poles(before, after, apart, reach=50).loc["a"].to_dict()
    {'share_pct': 50.0, 'contribution_pct': 75.0, 'reach_pct': 50.0}
    """
    grown = growth_contributions(before, after)
    now = grown["after"]
    refuse_nothing(now, "after")
    far = ways_between(distance, now.index, now.index)
    within = (far <= reach) | np.eye(len(now), dtype=bool)  # a unit reaches itself, however long its own ways are
    change = grown["change"].sum()
    return pd.DataFrame(
        {
            "share_pct": now / now.sum() * 100,
            "contribution_pct": grown["change"] / change * 100 if change else math.nan,
            "reach_pct": within @ now.to_numpy() / now.sum() * 100,
        },
        index=now.index,
    )


def ways_between(distance: pd.DataFrame, rows: pd.Index, columns: pd.Index) -> Floats:
    """Distances in the order of rows and columns, none missing and none below 0."""
    numbers = distance.apply(lambda column: pd.Series(floats_of(column), index=column.index))
    aligned = pd.DataFrame(
        {position: beside(numbers.iloc[:, position], rows, "distance") for position in range(numbers.shape[1])},
        index=rows,
    )
    order = beside(pd.Series(range(numbers.shape[1]), index=numbers.columns), columns, "distance")
    distances: Floats = aligned[order.tolist()].to_numpy(dtype=float)
    refuse_rows(rows, np.any(np.isnan(distances), axis=1), "distance", missing=True)
    if (distances < 0).any():
        raise ZoneplanError(Phrase("distances below 0"), code="too_small")
    return distances
