"""What ``[divergence]`` of a plan asks: its tables, and the measures of units that maps and rules may read."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import geopandas as gpd
import pandas as pd

from layers.errors import Attempts, UnknownNameError, ZoneplanError, at_key, shown
from layers.numerals import floats_of, how_to_write, stray_texts
from layers.phrases import Phrase
from zoning.divergence.contiguity import contiguous_units, ways_km
from zoning.divergence.drift_answer import drift_row
from zoning.divergence.regional_divergence import regional_divergence
from zoning.indices import growth_contributions, growth_poles, local_moran
from zoning.study import DivergenceSection, RegionalSeries
from zoning.tables import DIVERGENCE, DIVERGENCE_UNITS, tabulate

GROWTH, LOCAL_MORAN = "_growth_pct", "_local_moran"
"""Ends of the names of the measures that follow from a series."""
LEVEL = 0.05
"""A unit is of a cluster where chance alone would put it there less often than this."""
_UNITS = {
    "growth_pct": "%", "share_points": "points", "contribution_points": "points",
    "half_life_years": "years",
}  # fmt: skip
_OF_SERIES = frozenset({"amount", "change"})


class Drifting(NamedTuple):
    """What a plan finds of regions that drift apart."""

    figures: pd.DataFrame
    units: pd.DataFrame


def divergence_measures(section: DivergenceSection | None) -> Iterator[tuple[int, str]]:
    """The names of the measures that follow from a section, each after the place of its series."""
    for place, one in enumerate(section.series if section is not None else ()):
        if len(one.years) > 1:
            yield place, f"{one.name}{GROWTH}"
        yield place, f"{one.name}{LOCAL_MORAN}"


def with_divergence(
    measures: pd.DataFrame, units: gpd.GeoDataFrame, section: DivergenceSection
) -> tuple[pd.DataFrame, Drifting]:
    """Measures with those that follow from how regions drift apart, and the tables of that."""
    pairs = contiguous_units(units)
    ways = ways_km(units) if section.reach_km is not None else None
    attempts, figures, each = Attempts(), [pd.DataFrame()], [pd.DataFrame()]
    regions = pd.DataFrame({one.by: measures[one.by] for one in section.groups}, index=measures.index)
    for place, series in enumerate(section.series):
        with attempts.trying(), at_key("divergence", "series", place, "years"):
            values = _columns(measures, series.years, series.factor)
            people = _columns(measures, series.people, 1.0) if series.people else None
            found = regional_divergence(values, regions, people, pairs)
            names = {"series": series.name, "unit": found["indicator"].map(lambda one, s=series: _unit(one, s))}
            figures.append(found.assign(**names))
            each.append(_of_units(series, values, people, pairs, ways, section.reach_km).assign(series=series.name))
    attempts.finish()
    told = tabulate(DIVERGENCE, pd.concat(figures))
    told = tabulate(DIVERGENCE, pd.concat([told, drift_row(told, section)]))
    drifting = Drifting(told, tabulate(DIVERGENCE_UNITS, pd.concat(each)))
    by_series = {str(name): rows.set_index("unit_id") for name, rows in drifting.units.groupby("series")}
    added = {
        name: by_series[section.series[place].name]["growth_pct" if name.endswith(GROWTH) else "local_i"].reindex(
            measures.index
        )
        for place, name in divergence_measures(section)
    }
    return measures.assign(**added), drifting


def _columns(measures: pd.DataFrame, years: dict[str, str], factor: float) -> pd.DataFrame:
    """The columns of some years in their order, in the unit of the series."""
    found = {}
    for year in sorted(years):
        column = pd.Series(floats_of(measures[years[year]]), index=measures.index)
        texts = stray_texts(measures[years[year]][column.isna()])
        if len(texts):
            raise UnknownNameError(
                Phrase(
                    "'{name}' is a measure of texts, not of numbers, as in {values}, for {ids}. {remedy}.",
                    name=years[year],
                    values=shown(texts.unique()[:3]),
                    ids=shown(texts.index),
                    remedy=how_to_write(texts),
                )
            )
        found[year] = column * factor
    return pd.DataFrame(found, index=measures.index)


def _unit(indicator: str, series: RegionalSeries) -> str:
    if indicator in _OF_SERIES or indicator == "a_head":
        return series.unit
    return _UNITS.get(indicator, "1")


def _of_units(
    series: RegionalSeries,
    values: pd.DataFrame,
    people: pd.DataFrame | None,
    pairs: list[tuple[str, str]],
    ways: pd.DataFrame | None,
    reach_km: float | None,
) -> pd.DataFrame:
    """What each unit that has all years adds to the whole, and how it stands beside its neighbours."""
    table = values[values.notna().all(axis=1)]
    first, last = table.columns[0], table.columns[-1]
    grown = growth_contributions(table[first], table[last])
    change = float(grown["change"].sum())
    apart = len(table.columns) > 1
    found = pd.DataFrame(
        {
            "since": first if apart else "",
            "year": last,
            "amount": table[last],
            "unit": series.unit,
            "share": table[last] / table[last].sum(),
            "change": grown["change"] if apart else math.nan,
            "growth_pct": grown["growth_pct"] if apart else math.nan,
            "contribution_pct": grown["change"] / change * 100 if apart and change else math.nan,
            "reach_pct": math.nan,
            "a_head": math.nan,
        }
    )
    if ways is not None and reach_km is not None:
        near = ways.loc[table.index, table.index]
        found["reach_pct"] = growth_poles(table[first], table[last], near, reach_km)["reach_pct"]
    if people is not None:
        lived = people.loc[table.index, last]
        found["a_head"] = table[last] / lived.where(lived > 0)
    lisa = _clusters(found[series.compared].dropna(), pairs)
    found = found.assign(compared=series.compared).join(lisa)
    found["cluster"] = found["cluster"].fillna("")
    return found.rename_axis("unit_id")


def _clusters(values: pd.Series, pairs: list[tuple[str, str]]) -> pd.DataFrame:
    """Local Moran's I, and the cluster that a unit is of: "none" where chance alone would do, "" without neighbours."""
    near = [pair for pair in pairs if pair[0] in values.index and pair[1] in values.index]
    blank = pd.DataFrame({"local_i": math.nan, "local_p": math.nan, "cluster": ""}, index=values.index)
    try:
        found = local_moran(values, near)
    except ZoneplanError:  # too few units, all the same, or none beside another
        return blank
    kind = found["kind"].where((found["p"] < LEVEL) | (found["kind"] == ""), "none")
    return pd.DataFrame({"local_i": found["i"], "local_p": found["p"], "cluster": kind})
