"""Whether regions drift apart: a plain answer by a stated rule, with each gap that decided it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal, NamedTuple

import pandas as pd

from layers.conditions import Clause
from zoning.study import DivergenceSection, RegionalSeries

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
        told = {last: _plain(self.after), first: _plain(self.before)}
        bound = None if math.isnan(self.before) else WIDER_FROM * self.before
        text = f'"{last}" >= {WIDER_FROM} * "{first}"'
        return Clause(text, self.answer, told, {}, (_plain(self.after), bound), decides=True)


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
        return (years, *(one.clause for one in self.gaps)) if enough else (years,)


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
    editions = [one for one in section.series if one.called == first.called]
    years = max(map(_years_apart, editions))
    gaps = tuple(gap for one in editions for gap in _gaps(figures, section, one) if _years_apart(one) >= YEARS_APART)
    known = {gap.answer for gap in gaps} - {"unknown"}
    if years < YEARS_APART or not known:
        return DriftAnswer("unsaid", years, gaps)
    return DriftAnswer("partly" if len(known) > 1 else "yes" if "yes" in known else "no", years, gaps)


def drift_row(figures: pd.DataFrame, section: DivergenceSection) -> pd.DataFrame:
    """The answer as a row of the DIVERGENCE table."""
    first, told = section.series[0], drift_answer(figures, section)
    since, year = min(first.years), max(first.years)
    row = {
        "series": first.name, "grouping": "", "region": "", "indicator": DRIFTING, "since": since, "year": year,
        "value": VALUES[told.answer], "unit": "1", "p": math.nan, "units": 0,
    }  # fmt: skip
    return pd.DataFrame([row])


def _gaps(figures: pd.DataFrame, section: DivergenceSection, series: RegionalSeries) -> Iterator[Gap]:
    since, year = min(series.years), max(series.years)
    own = figures[(figures["series"] == series.name) & (figures["since"] == "")]
    heads = "gini" if own["indicator"].eq("gini").any() else ""
    for grouping in (*(one.by for one in section.groups), ""):
        rows = own[own["grouping"] == grouping]
        indicator = (heads and ("theil_between" if grouping else "gini")) or "herfindahl"
        before, after = (_value(rows[rows["year"] == one], indicator) for one in (since, year))
        yield Gap(series.name, grouping, indicator, since, year, before, after)


def _value(rows: pd.DataFrame, indicator: str) -> float:
    """A figure of a year; the Herfindahl index of regions of their parts."""
    found = rows.loc[rows["indicator"] == indicator, "value"]
    if len(found):
        return float(found.iloc[0])
    parts = rows.loc[rows["indicator"] == "share", "value"]
    return float((parts**2).sum()) if indicator == "herfindahl" and len(parts) else math.nan


def _years_apart(series: RegionalSeries) -> int:
    """How many years lie between the first and the last; 0 where they are no numbers."""
    first, last = min(series.years), max(series.years)
    return int(last) - int(first) if first.isdigit() and last.isdigit() else 0


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else value
