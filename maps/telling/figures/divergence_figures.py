"""How far regions are apart, as the pages tell it: figures by name, and what regions and amounts are called."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import pandas as pd

from maps.telling.annex.report_context import ReportContext
from maps.words import capital
from zoning.study import DivergenceSection, RegionalSeries


@dataclass(frozen=True)
class DivergenceFigures:
    """What ``[divergence]`` of a plan found.

    Attributes
    ----------
    edition : ReportContext
    section : DivergenceSection
    """

    edition: ReportContext
    section: DivergenceSection

    @cached_property
    def _values(self) -> dict[tuple[str, ...], tuple[float, float, int]]:
        rows = self.edition.plan.divergence
        keys = zip(
            *(rows[name].tolist() for name in ("series", "grouping", "region", "indicator", "since", "year")),
            strict=True,
        )
        values = zip(rows["value"].tolist(), rows["p"].tolist(), rows["units"].tolist(), strict=True)
        return dict(zip(keys, values, strict=True))

    def value(
        self,
        series: RegionalSeries,
        indicator: str,
        year: str,
        *,
        grouping: str = "",
        region: str = "",
        since: str = "",
    ) -> float:
        """A figure; NaN where there is none."""
        figure = self._values.get((series.name, grouping, region, indicator, since, year))
        return figure[0] if figure else math.nan

    def chance(self, series: RegionalSeries, indicator: str, year: str, since: str = "") -> float:
        """How likely chance alone is to give a figure as far off; NaN where nobody asks."""
        figure = self._values.get((series.name, "", "", indicator, since, year))
        return figure[1] if figure else math.nan

    def compared(self, series: RegionalSeries, indicator: str, year: str) -> int:
        """Of how many units a figure is."""
        figure = self._values.get((series.name, "", "", indicator, "", year))
        return figure[2] if figure else 0

    def grown(self, series: RegionalSeries, indicator: str, *, grouping: str = "", region: str = "") -> float:
        """A figure of the first to the last year."""
        first, last = self.span(series)
        return self.value(series, indicator, last, grouping=grouping, region=region, since=first)

    def span(self, series: RegionalSeries) -> tuple[str, str]:
        """The first and the last year."""
        return min(series.years), max(series.years)

    def regions(self, grouping: str) -> tuple[str, ...]:
        """The regions of a grouping, the largest of the first series first."""
        series = self.section.series[0]
        last = self.span(series)[1]
        shares = [
            (-value, region)
            for (name, by, region, indicator, _, year), (value, _, _) in self._values.items()
            if (name, by, indicator, year) == (series.name, grouping, "share", last)
        ]
        return tuple(region for _, region in sorted(shares))

    def region(self, grouping: str, region: str) -> str:
        """What a region is called."""
        return self.edition.plan.renderer.terms.region(grouping, region)

    def grouping(self, grouping: str) -> str:
        """What a grouping is called."""
        return self.edition.plan.renderer.terms.grouping(grouping)

    def title(self, series: RegionalSeries) -> str:
        """What an amount is called."""
        return self.edition.plan.renderer.terms.series(series.name)

    def vintage(self, series: RegionalSeries) -> str:
        """Of which publication its figures are."""
        return self.edition.plan.renderer.terms.vintage(series.name)

    def amount(self, series: RegionalSeries, value: float, *, signed: bool = False) -> str:
        """An amount in large words with its unit of measure."""
        if math.isnan(value):
            return "–"
        sign = "−" if value < 0 else "+" if signed and value > 0 else ""
        unit = "" if series.unit == "1" else self.edition.unit_of(series.unit)
        written = f"{sign}{self.edition.compact(abs(value))}"
        return f"{written}{self.edition.gap}{unit}" if unit else written

    def number(self, value: float, decimals: int, *, signed: bool = False) -> str:
        """A number with so many decimals, a dash where there is none."""
        if math.isnan(value):
            return "–"
        if math.isinf(value):
            return "∞"
        sign = "−" if value < 0 else "+" if signed and value > 0 else ""
        return f"{sign}{self.edition.number(abs(value), decimals)}"

    def units(self, series: RegionalSeries) -> pd.DataFrame:
        """What each unit adds to a series, by id."""
        rows = self.edition.plan.divergence_units
        of_series = (rows["series"] == series.name) & rows["unit_id"].isin(self.edition.plan.units.index)
        return cast("pd.DataFrame", rows[of_series].set_index("unit_id"))

    def editions_of(self, series: RegionalSeries) -> tuple[RegionalSeries, ...]:
        """The series of the same amount, one a vintage, itself included."""
        return tuple(edition for edition in self.section.series if self.title(edition) == self.title(series))

    def label(self, series: RegionalSeries) -> str:
        """An amount and its vintage, at the beginning of a line."""
        fields: dict[str, Any] = {"series": capital(self.title(series)), "vintage": self.vintage(series)}
        return self.edition.tell("drift_series", **fields)
