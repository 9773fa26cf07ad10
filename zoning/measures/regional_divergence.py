"""How far regions are apart and whether that grows: one table of figures from one call."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from layers.errors import UnknownNameError, ZoneplanError
from layers.phrases import Phrase
from zoning.indices import (
    beta_convergence,
    coefficient_of_variation,
    concentration_ratio,
    gini,
    growth_contributions,
    herfindahl,
    moran,
    shares,
    sigma_convergence,
    theil,
)

LARGEST = 3
"""So many units are the largest, whose share is told."""
COLUMNS = ("grouping", "region", "indicator", "since", "year", "value", "p", "units")
_UNTOLD = {"degenerate", "neighbours", "no_sum", "too_small", "no_values"}
"""Why an indicator has no value although nothing is wrong: too few units, all the same, or nothing to divide by."""


class Figure(NamedTuple):
    """One row: an indicator of all units, of a grouping, or of one of its regions."""

    grouping: str
    region: str
    indicator: str
    since: str
    year: str
    value: float
    p: float = math.nan
    units: int = 0


def regional_divergence(
    values: pd.DataFrame,
    groups: pd.Series | pd.DataFrame | None = None,
    people: pd.DataFrame | None = None,
    neighbours: Iterable[tuple[Hashable, Hashable]] = (),
) -> pd.DataFrame:
    """Whether regions drift apart: every figure of it in one table.

    Parameters
    ----------
    values : DataFrame
        Amounts by unit, from 0, such as output or people; a column a year, in one vintage of the data. Years are in
        the order of the columns, and are called by their names. A unit that lacks a year is left out.
    groups : Series or DataFrame, optional
        The region of each unit; a column a grouping. A Series without a name is the grouping "region".
    people : DataFrame, optional
        People by unit for the same years; then values a head are compared, among the units that have people.
    neighbours : iterable of pairs of labels, optional
        Which units lie beside each other; then Moran's I is told.

    Returns
    -------
    DataFrame
        Columns ``grouping``, ``region`` (both empty for all units), ``indicator``, ``since``, ``year``, ``value``,
        ``p`` and ``units``, how many were compared. Indicators of one year: ``amount``, ``share`` (of a region),
        ``a_head``, ``herfindahl``, ``three_largest_share``, ``gini``, ``variation``, ``sigma``, ``theil`` (of a
        grouping ``theil_between`` and ``theil_within``), ``moran``. From the first to the last year: ``change``,
        ``growth_pct``, ``share_points`` and ``contribution_points`` of a region, ``beta``, ``beta_r_squared``,
        ``half_life_years``, ``moran_growth``. What cannot be said, such as Moran's I of three units, is missing.

    Raises
    ------
    MissingValueError
        A region of a unit is missing.
    UnknownNameError
        Values, groups and people have not the same rows, or people not the same years.
    ZoneplanError
        A value is below 0, all of a year are 0, or there are no years.

    Notes
    -----
    Each figure is one function of ``zp.indices``, which has its formula and source. Gini, the coefficient of
    variation, sigma and Theil are of values a head, weighted by people; beta is not weighted.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> output = pd.DataFrame({2010: [40.0, 60], 2020: [45.0, 105]}, index=["a", "b"])
    >>> found = zp.indices.regional_divergence(output, pd.Series({"a": "north", "b": "south"}, name="half"))
    >>> found[found["indicator"] == "share"][["region", "year", "value"]].to_numpy().tolist()
    [['north', '2010', 0.4], ['south', '2010', 0.6], ['north', '2020', 0.3], ['south', '2020', 0.7]]
    """
    if not len(values.columns):
        raise ZoneplanError(Phrase("values: there are no columns; give one a year"), code="columns")
    table = values[values.notna().all(axis=1)].astype(np.float64)
    grouping = _groupings(groups, values.index).loc[table.index]
    heads = _people(people, values).loc[table.index] if people is not None else None
    pairs = [pair for pair in neighbours if pair[0] in table.index and pair[1] in table.index]
    rows = [*_of_all(table, pairs), *_of_regions(table, grouping)]
    if heads is not None:
        known = heads.notna().all(axis=1) & (heads > 0).all(axis=1)
        inhabited = [pair for pair in pairs if known[pair[0]] and known[pair[1]]]
        rows += _a_head(table[known], heads[known], grouping[known], inhabited)
    figures = pd.DataFrame(rows, columns=COLUMNS)
    return figures.astype({"value": np.float64, "p": np.float64, "units": np.int64})


def _groupings(groups: pd.Series | pd.DataFrame | None, index: pd.Index) -> pd.DataFrame:
    if groups is None:
        return pd.DataFrame(index=index)
    table = groups.to_frame(groups.name if groups.name is not None else "region") if groups.ndim == 1 else groups
    return _same_rows(table, index, "groups")


def _people(people: pd.DataFrame, values: pd.DataFrame) -> pd.DataFrame:
    if list(people.columns) != list(values.columns):
        raise UnknownNameError(Phrase("people: give the same years as the values, in their order"))
    return _same_rows(people, values.index, "people").astype(np.float64)


def _same_rows(table: pd.DataFrame, index: pd.Index, name: str) -> pd.DataFrame:
    if len(index.difference(table.index)):
        raise UnknownNameError(Phrase("{name}: some units of the values are not there", name=name))
    return table.loc[index]


def _of_all(table: pd.DataFrame, pairs: list[tuple[Hashable, Hashable]]) -> Iterator[Figure]:
    count = len(table)
    for year in table.columns:
        yield Figure("", "", "amount", "", str(year), float(table[year].sum()), units=count)
        yield Figure("", "", "herfindahl", "", str(year), herfindahl(table[year]), units=count)
        largest = concentration_ratio(table[year], LARGEST)
        yield Figure("", "", "three_largest_share", "", str(year), largest, units=count)
    if len(table.columns) > 1:
        first, last = table.columns[0], table.columns[-1]
        change = float(table[last].sum() - table[first].sum())
        since, year = str(first), str(last)
        yield Figure("", "", "change", since, year, change, units=count)
        yield Figure("", "", "growth_pct", since, year, 100 * change / float(table[first].sum()), units=count)
        grown = growth_contributions(table[first], table[last])["growth_pct"].dropna()
        some = [pair for pair in pairs if pair[0] in grown.index and pair[1] in grown.index]
        yield _moran("moran_growth", grown, some, since, year)


def _of_regions(table: pd.DataFrame, groupings: pd.DataFrame) -> Iterator[Figure]:
    first, last = str(table.columns[0]), str(table.columns[-1])
    for name in map(str, groupings.columns):
        regions = _regions(groupings[name])
        part = shares(table, regions)
        sums = table.groupby(regions.to_numpy(), sort=True).sum()
        counts = {str(region): int(size) for region, size in regions.value_counts().items()}
        sizes = [counts[region] for region in map(str, part.index)]
        for year in table.columns:
            for indicator, values in (("amount", sums[year]), ("share", part[year])):
                for region, value, size in zip(part.index, values.tolist(), sizes, strict=True):
                    yield Figure(name, str(region), indicator, "", str(year), value, units=size)
        if len(table.columns) > 1:
            grown = growth_contributions(table[table.columns[0]], table[table.columns[-1]], regions)
            grown["share_points"] = 100 * (part[table.columns[-1]] - part[table.columns[0]])
            for indicator in ("change", "growth_pct", "contribution_points", "share_points"):
                for region, value, size in zip(part.index, grown[indicator].tolist(), sizes, strict=True):
                    yield Figure(name, str(region), indicator, first, last, value, units=size)


def _a_head(
    table: pd.DataFrame, people: pd.DataFrame, groupings: pd.DataFrame, pairs: list[tuple[Hashable, Hashable]]
) -> Iterator[Figure]:
    count, each = len(table), table / people
    for year in table.columns if count else ():
        value, heads, label = each[year], people[year], str(year)
        figures: dict[str, Callable[[], float]] = {
            "a_head": partial(_ratio, table[year], heads),
            "gini": partial(gini, value, heads),
            "variation": partial(coefficient_of_variation, value, heads),
            "sigma": partial(_sigma, value, heads),
            "theil": partial(_theil, value, heads),
        }
        for indicator, figure in figures.items():
            yield Figure("", "", indicator, "", label, _or_none(figure), units=count)
        yield _moran("moran", value, pairs, "", label)
        for name in map(str, groupings.columns):
            regions = _regions(groupings[name])
            parts = theil(value, heads, regions)
            yield Figure(name, "", "theil_between", "", label, parts.between, units=count)
            yield Figure(name, "", "theil_within", "", label, parts.within, units=count)
            for region, members in regions.groupby(regions.to_numpy(), sort=True):
                ratio = _ratio(table[year][members.index], heads[members.index])
                yield Figure(name, str(region), "a_head", "", label, ratio, units=len(members))
    if count and len(table.columns) > 1:
        yield from _convergence(each)


def _regions(grouping: pd.Series) -> pd.Series:
    return grouping.map(region_text, na_action="ignore")


def _ratio(amounts: pd.Series, people: pd.Series) -> float:
    return float(amounts.sum() / people.sum())


def _sigma(value: pd.Series, heads: pd.Series) -> float:
    return float(sigma_convergence(value.to_frame(), heads).iloc[0])


def _theil(value: pd.Series, heads: pd.Series) -> float:
    return theil(value, heads, pd.Series("", index=value.index)).total


def _convergence(each: pd.DataFrame) -> Iterator[Figure]:
    first, last = each.columns[0], each.columns[-1]
    try:
        years = float(str(last)) - float(str(first))
        convergence = beta_convergence(each[first], each[last], years)
    except (ValueError, ZoneplanError) as error:
        if isinstance(error, ZoneplanError) and error.code not in _UNTOLD:
            raise
        return
    figures = {
        "beta": convergence.beta,
        "beta_r_squared": convergence.r_squared,
        "half_life_years": convergence.half_life_years,
    }
    for name, value in figures.items():
        yield Figure("", "", name, str(first), str(last), value, units=len(each))


def _moran(name: str, values: pd.Series, pairs: list[tuple[Hashable, Hashable]], since: str, year: str) -> Figure:
    try:
        statistic = moran(values, pairs)
    except ZoneplanError as error:
        if error.code not in _UNTOLD:
            raise
        return Figure("", "", name, since, year, math.nan, math.nan, len(values))
    return Figure("", "", name, since, year, statistic.i, statistic.p, len(values))


def _or_none(figure: Callable[[], float]) -> float:
    try:
        return figure()
    except ZoneplanError as error:
        if error.code not in _UNTOLD:
            raise
        return math.nan


def region_text(region: object) -> str:
    """A region as tables have it; a truth value is "true" or "false".

    Examples
    --------
    >>> region_text(np.True_), region_text("East")
    ('true', 'East')
    """
    return str(region).lower() if isinstance(region, bool | np.bool_) else str(region)
