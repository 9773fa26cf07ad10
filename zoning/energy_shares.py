"""Energy shares: a total of energy split between regions by the productivity of their energy, bounded, exact."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pandas as pd

from layers import SourceError, shown
from zoning.apportionment import apportion_with_bounds
from zoning.errors import MissingValueError
from zoning.steps import Number, exact_number
from zoning.weights import find_column

READ = ("base_used", "base_output", "intensity_target_pct", "growth_target_pct")
"""What a share is made of."""
ABOVE_ZERO = ("base_used", "base_output")


def apportion_energy(
    regions: pd.DataFrame, total: Number, step: Number = 1, least_pct: Number = 0, most_pct: Number | None = None
) -> pd.DataFrame:
    """The energy that each region may use, out of a total: more where a tonne makes more, and where output grows.

    Parameters
    ----------
    regions : DataFrame
        Index: names, unique. Columns ``base_used`` (energy of the base year), ``base_output`` (output of that year),
        ``intensity_target_pct`` (how far intensity is to fall) and ``growth_target_pct`` (of output).
    total : number
        What all of them may use at the end of the period, in the unit of ``base_used``.
    step : number
        The smallest amount.
    least_pct, most_pct : number
        Nobody gets less or more than so many per cent of its use of the base year.

    Returns
    -------
    DataFrame
        Index as given. ``weight``; ``floor`` and ``ceiling`` ("Infinity" where there is none); ``amount``, decimals
        that sum to the total; ``binding`` ("floor", "ceiling" or ""); ``increment``, the amount less the use of the
        base year, which is the target of the total.

    Raises
    ------
    UnknownNameError, MissingValueError
        A column or a value is missing; nothing is assumed.
    InfeasibleError
        The bounds contradict the total.
    SourceError
        Use or output of the base year is not above 0.

    Notes
    -----
    The weight is what a region would use if it met its targets, times the output that a tonne of it makes:

        base_used * (1 - fall) * (1 + growth) * base_output / base_used

    No formula by which the state splits its total is public. Fagaihuanzi [2021] 1310 names productivity as an important
    ground and favours efficient regions that grow fast; the weight is the house's own reading of that. Amounts are
    apportioned by :func:`zoning.apportion`: as the bounds do not depend on the total, a smaller total never means more
    for anyone.

    Examples
    --------
    >>> regions = pd.DataFrame(
    ...     {"base_used": [500, 300], "base_output": [900, 300], "intensity_target_pct": 3, "growth_target_pct": 6},
    ...     index=["north", "south"],
    ... )
    >>> apportion_energy(regions, 800, least_pct=90)[["amount", "binding", "increment"]].to_numpy().tolist()
    [[Decimal('530'), '', Decimal('30')], [Decimal('270'), 'floor', Decimal('-30')]]
    """
    weights = pd.Series([float(one) for one in _weights(regions)], index=regions.index, dtype=float)
    used = regions["base_used"].map(exact_number)
    floor = used * exact_number(least_pct) / 100
    ceiling = None if most_pct is None else used * exact_number(most_pct) / 100
    amounts, binding = apportion_with_bounds(weights, total, step, floor, ceiling)
    return pd.DataFrame(
        {
            "weight": weights,
            "floor": floor,
            "ceiling": Decimal("Infinity") if ceiling is None else ceiling,
            "amount": amounts,
            "binding": binding,
            "increment": amounts - used,
        }
    )


def _weights(regions: pd.DataFrame) -> list[Fraction]:
    columns = {name: _column(regions, name) for name in READ}
    return [
        output * max(Fraction(0), (1 - fall / 100) * (1 + growth / 100))
        for output, fall, growth in zip(*(columns[name] for name in READ[1:]), strict=True)
    ]


def _column(regions: pd.DataFrame, name: str) -> list[Fraction]:
    """The numbers of a column, none missing; use and output of the base year above 0."""
    column = find_column(name, regions, "column of a share of energy")
    lacking = sorted(map(str, column.index[column.isna()]))
    if lacking:
        raise MissingValueError(
            f"{name} is missing for {len(lacking)} region(s): {shown(lacking)}; the share of a total needs it",
            layer=name,
            features=lacking,
        )
    numbers = [Fraction(exact_number(value)) for value in column]
    low = [str(region) for region, number in zip(column.index, numbers, strict=True) if number <= 0]
    if name in ABOVE_ZERO and low:
        raise SourceError(
            f"{name} is not above 0 for {len(low)} region(s): {shown(low)}", code="number", layer=name, features=low
        )
    return numbers
