"""What ``[divergence]`` of a plan asks: its tables, and the measures of units that maps and rules may read."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Geod

from layers.conditions import Clause
from layers.crs import known_crs, way_between
from layers.errors import Attempts, UnknownNameError, ZoneplanError, at_key, shown
from layers.numerals import floats_of, how_to_write, stray_texts
from layers.phrases import Phrase
from zoning.indices import growth_contributions, growth_poles, local_moran
from zoning.measures.regional_divergence import regional_divergence
from zoning.study import DivergenceSection, RegionalSeries
from zoning.tables import DIVERGENCE, DIVERGENCE_UNITS, tabulate

SEAM_M = 1.0
"""Borders no further apart than this are one border, drawn twice."""


def contiguous_units(units: gpd.GeoDataFrame) -> list[tuple[str, str]]:
    """The pairs of units that share a border or a corner.

    Examples
    --------
    >>> from shapely.geometry import box
    >>> units = gpd.GeoDataFrame(index=["a", "b", "c"], geometry=[box(x, 0, x + 9, 9) for x in (0, 9, 30)], crs=3035)
    >>> contiguous_units(units)
    [('a', 'b')]
    """
    shapes = units.geometry.to_numpy()
    first, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=SEAM_M)
    pairs = sorted((int(left), int(right)) for left, right in zip(first, other, strict=True) if left < right)
    ids = units.index.astype(str).tolist()
    return [(ids[left], ids[right]) for left, right in pairs]


def ways_km(units: gpd.GeoDataFrame) -> pd.DataFrame:
    """How far it is from each unit to each, from a point inside the one to a point inside the other."""
    crs = known_crs(units)
    base = crs.geodetic_crs or CRS("EPSG:4326")
    x, y = shapely.get_coordinates(shapely.point_on_surface(units.geometry.to_numpy())).T
    lon, lat = way_between(crs, base).transform(x, y)
    geod = crs.get_geod() or Geod(ellps="WGS84")
    first, other = np.triu_indices(len(units), 1)
    ways = np.zeros((len(units), len(units)))
    ways[first, other] = np.asarray(geod.inv(lon[first], lat[first], lon[other], lat[other])[2]) / 1000
    return pd.DataFrame(ways + ways.T, index=units.index, columns=units.index)


DRIFTING = "drifting_apart"
"""The indicator whose value is the answer."""
WIDER_FROM = 1.05
"""A gap is wider where its last value is at least so many times its first."""
ROUNDING = 1e-9
"""So little less is as much."""
YEARS_APART = 3
"""Years that lie nearer to each other say nothing of a trend."""
VALUES = {"yes": 1.0, "partly": 0.5, "no": 0.0, "unsaid": math.nan}
"""What stands in the table for each answer."""


class Gap(NamedTuple):
    """A gap in the first and in the last year."""

    series: str
    grouping: str
    indicator: str
    since: str
    year: str
    before: float
    after: float

    @property
    def answer(self) -> Literal["yes", "no", "unknown"]:
        """Whether it is wider."""
        if math.isnan(self.before) or math.isnan(self.after):
            return "unknown"
        wide = WIDER_FROM * self.before * (1 - ROUNDING)
        return "yes" if self.after >= wide and self.after > self.before else "no"

    @property
    def grown(self) -> float:
        """By which part of the first value it is wider, or closer below 0; NaN from 0."""
        return self.after / self.before - 1 if self.before else math.nan

    @property
    def clause(self) -> Clause:
        """The same as a condition has it."""
        name = " ".join(filter(None, (self.series, self.indicator, self.grouping)))
        first, last = f"{name} {self.since}", f"{name} {self.year}"
        values = {last: _plain(self.after), first: _plain(self.before)}
        bound = None if math.isnan(self.before) else WIDER_FROM * self.before
        text = f'"{last}" >= {WIDER_FROM} * "{first}"'
        return Clause(text, self.answer, values, {}, (_plain(self.after), bound), decides=True)


class DriftAnswer(NamedTuple):
    """Whether regions drift apart in one amount."""

    answer: Literal["yes", "no", "partly", "unsaid"]
    years: int
    gaps: tuple[Gap, ...]

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """What decided, as conditions have it: the years first."""
        enough = self.years >= YEARS_APART
        years = Clause(
            f"years >= {YEARS_APART}", "yes" if enough else "no", {"years": self.years}, {}, (self.years, YEARS_APART),
            decides=not enough,
        )  # fmt: skip
        return (years, *(gap.clause for gap in self.gaps)) if enough else (years,)


def drift_answer(figures: pd.DataFrame, section: DivergenceSection) -> DriftAnswer:
    """Whether regions drift apart in the first amount of a plan, in all editions of its data.

    Notes
    -----
    For each edition, and for each grouping of it as well as for all units, one gap is compared from the first to the
    last year: of values a head Theil's index between regions, and the Gini coefficient of units; where nobody counts
    people the Herfindahl index of the parts of regions, and of units. A gap is wider where it is at least 1.05 times as
    large. The answer is yes where all gaps are, no where none is, else partly; and nothing is said where the years lie
    less than three apart or no gap is known.
    """
    first = section.series[0]
    editions = [series for series in section.series if series.called == first.called]
    years = max(map(_years_apart, editions))
    gaps = tuple(
        gap for series in editions for gap in _gaps(figures, section, series) if _years_apart(series) >= YEARS_APART
    )
    known = {gap.answer for gap in gaps} - {"unknown"}
    if years < YEARS_APART or not known:
        return DriftAnswer("unsaid", years, gaps)
    return DriftAnswer("partly" if len(known) > 1 else "yes" if "yes" in known else "no", years, gaps)


def drift_row(figures: pd.DataFrame, section: DivergenceSection) -> pd.DataFrame:
    """The answer as a row of the DIVERGENCE table."""
    first, drift = section.series[0], drift_answer(figures, section)
    since, year = min(first.years), max(first.years)
    row = {
        "series": first.name, "grouping": "", "region": "", "indicator": DRIFTING, "since": since, "year": year,
        "value": VALUES[drift.answer], "unit": "1", "p": math.nan, "units": 0,
    }  # fmt: skip
    return pd.DataFrame([row])


def _gaps(figures: pd.DataFrame, section: DivergenceSection, series: RegionalSeries) -> Iterator[Gap]:
    since, year = min(series.years), max(series.years)
    of_series = figures[(figures["series"] == series.name) & (figures["since"] == "")]
    heads = "gini" if of_series["indicator"].eq("gini").any() else ""
    for grouping in (*(group.by for group in section.groups), ""):
        rows = of_series[of_series["grouping"] == grouping]
        indicator = (heads and ("theil_between" if grouping else "gini")) or "herfindahl"
        before, after = (_value(rows[rows["year"] == when], indicator) for when in (since, year))
        yield Gap(series.name, grouping, indicator, since, year, before, after)


def _value(rows: pd.DataFrame, indicator: str) -> float:
    """A figure of a year; the Herfindahl index of regions of their parts."""
    values = rows.loc[rows["indicator"] == indicator, "value"]
    if len(values):
        return float(values.iloc[0])
    parts = rows.loc[rows["indicator"] == "share", "value"]
    return float((parts**2).sum()) if indicator == "herfindahl" and len(parts) else math.nan


def _years_apart(series: RegionalSeries) -> int:
    """How many years lie between the first and the last; 0 where they are no numbers."""
    first, last = min(series.years), max(series.years)
    return int(last) - int(first) if first.isdigit() and last.isdigit() else 0


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else value


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
    for position, series in enumerate(section.series if section is not None else ()):
        if len(series.years) > 1:
            yield position, f"{series.name}{GROWTH}"
        yield position, f"{series.name}{LOCAL_MORAN}"


def with_divergence(
    measures: pd.DataFrame, units: gpd.GeoDataFrame, section: DivergenceSection
) -> tuple[pd.DataFrame, Drifting]:
    """Measures with those that follow from how regions drift apart, and the tables of that."""
    pairs = contiguous_units(units)
    ways = ways_km(units) if section.reach_km is not None else None
    attempts, figures, each = Attempts(), [pd.DataFrame()], [pd.DataFrame()]
    regions = pd.DataFrame({group.by: measures[group.by] for group in section.groups}, index=measures.index)
    for position, series in enumerate(section.series):
        with attempts.trying(), at_key("divergence", "series", position, "years"):
            values = _columns(measures, series.years, series.factor)
            people = _columns(measures, series.people, 1.0) if series.people else None
            divergence = regional_divergence(values, regions, people, pairs)
            names = {
                "series": series.name,
                "unit": divergence["indicator"].map(lambda indicator, s=series: _unit(indicator, s)),
            }
            figures.append(divergence.assign(**names))
            each.append(_of_units(series, values, people, pairs, ways, section.reach_km).assign(series=series.name))
    attempts.finish()
    table = tabulate(DIVERGENCE, pd.concat(figures))
    table = tabulate(DIVERGENCE, pd.concat([table, drift_row(table, section)]))
    drifting = Drifting(table, tabulate(DIVERGENCE_UNITS, pd.concat(each)))
    by_series = {str(name): rows.set_index("unit_id") for name, rows in drifting.units.groupby("series")}
    added = {
        name: by_series[section.series[position].name]["growth_pct" if name.endswith(GROWTH) else "local_i"].reindex(
            measures.index
        )
        for position, name in divergence_measures(section)
    }
    return measures.assign(**added), drifting


def _columns(measures: pd.DataFrame, years: dict[str, str], factor: float) -> pd.DataFrame:
    """The columns of some years in their order, in the unit of the series."""
    columns = {}
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
        columns[year] = column * factor
    return pd.DataFrame(columns, index=measures.index)


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
    figures = pd.DataFrame(
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
        figures["reach_pct"] = growth_poles(table[first], table[last], near, reach_km)["reach_pct"]
    if people is not None:
        lived = people.loc[table.index, last]
        figures["a_head"] = table[last] / lived.where(lived > 0)
    lisa = _clusters(figures[series.compared].dropna(), pairs)
    figures = figures.assign(compared=series.compared).join(lisa)
    figures["cluster"] = figures["cluster"].fillna("")
    return figures.rename_axis("unit_id")


def _clusters(values: pd.Series, pairs: list[tuple[str, str]]) -> pd.DataFrame:
    """Local Moran's I, and the cluster that a unit is of: "none" where chance alone would do, "" without neighbours."""
    near = [pair for pair in pairs if pair[0] in values.index and pair[1] in values.index]
    blank = pd.DataFrame({"local_i": math.nan, "local_p": math.nan, "cluster": ""}, index=values.index)
    try:
        statistics = local_moran(values, near)
    except ZoneplanError:  # too few units, all the same, or none beside another
        return blank
    kind = statistics["kind"].where((statistics["p"] < LEVEL) | (statistics["kind"] == ""), "none")
    return pd.DataFrame({"local_i": statistics["i"], "local_p": statistics["p"], "cluster": kind})
