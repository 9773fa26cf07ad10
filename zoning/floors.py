"""Floors: whether control lines cover as much as a law says that they must, level by level."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from zoning.entries import Floor
from zoning.gatherings import places_of
from zoning.rulebook import Rulebook

COVERAGE_COLUMNS = ("floor", "line", "level", "place", "settled_ha", "of_ha", "share", "at_least", "missing_ha")
ROUNDING = 1e-9
"""Relative; less is missing by the noise of sums only."""


def weigh_floors(
    lines: pd.DataFrame, measures: pd.DataFrame, rulebook: Rulebook, levels: Sequence[str] = ()
) -> pd.DataFrame:
    """Each floor of the rulebook at every place where it must hold.

    Parameters
    ----------
    lines : DataFrame
        The LINES table.
    measures : DataFrame
        Index ``unit_id``; the measures that floors are a part of, hectares, and a column a level.
    rulebook : Rulebook
        Its floors in force, and their parameters.
    levels : sequence of str
        Columns of ``measures`` with the jurisdictions, highest first.

    Returns
    -------
    DataFrame
        ``floor`` (its place in the rulebook, from 0), ``line``, ``level`` (a column, "unit" or "study"), ``place``
        (of jurisdictions below the first the whole path, "" for the study), ``settled_ha``, ``of_ha``, ``share``,
        ``at_least`` (both as shares, 0 to 1) and ``missing_ha``, 0.0 where nothing is. Where the measure is absent, or
        missing in one of the units, ``of_ha``, ``share`` and ``missing_ha`` are missing: nobody can say.

    Notes
    -----
    ``missing_ha = max(0, at_least * of_ha - settled_ha)``.

    Examples
    --------
    >>> from datetime import date
    >>> from zoning import read_rulebook
    >>> rulebook = read_rulebook("main_functional_areas", date(2025, 1, 1))
    >>> lines = pd.DataFrame({"unit_id": ["a"], "line": ["permanent_farmland"], "settled_ha": [150.0]})
    >>> measures = pd.DataFrame({"arable_ha": [200.0], "province": ["north"]}, index=["a"])
    >>> found = weigh_floors(lines, measures, rulebook, ["province"])
    >>> found[["place", "share", "at_least", "missing_ha"]].to_numpy().tolist()
    [['north', 0.75, 0.8, 10.0]]
    """
    parts = [
        _weigh_coverage(
            floor, lines, measures, _least(floor, rulebook), level, places_of(measures, level, levels)
        ).assign(floor=number)
        for number, floor in enumerate(rulebook.floors)
        for level in _coverage_levels(floor, levels)
    ]
    return (
        pd.concat(parts, ignore_index=True)[list(COVERAGE_COLUMNS)]
        if parts
        else pd.DataFrame(columns=list(COVERAGE_COLUMNS))
    )


def _least(floor: Floor, rulebook: Rulebook) -> float:
    parameter = rulebook.parameters[floor.at_least]
    return float(parameter.value) / (100 if parameter.unit.startswith("%") else 1)


def _coverage_levels(floor: Floor, levels: Sequence[str]) -> Iterator[str]:
    yield from levels if floor.level == "jurisdiction" else (floor.level,)


def _weigh_coverage(
    floor: Floor, lines: pd.DataFrame, measures: pd.DataFrame, least: float, level: str, places: pd.Series
) -> pd.DataFrame:
    settled = lines.loc[lines["line"] == floor.line].groupby("unit_id")["settled_ha"].sum()
    absent = pd.Series(np.nan, index=measures.index)
    of = measures[floor.of].astype(float) if floor.of in measures.columns else absent
    table = pd.DataFrame({"settled_ha": settled.reindex(measures.index, fill_value=0.0), "of_ha": of})
    sums = table.groupby(places.rename("place"), sort=True).agg(
        settled_ha=("settled_ha", "sum"), of_ha=("of_ha", lambda values: values.sum(skipna=False))
    )
    missing = least * sums["of_ha"] - sums["settled_ha"]
    noise = ROUNDING * sums["of_ha"]
    return sums.assign(
        line=floor.line,
        level=level,
        share=sums["settled_ha"] / sums["of_ha"].where(sums["of_ha"] > 0),
        at_least=least,
        missing_ha=missing.where(missing.isna() | (missing > noise), 0.0),
    ).reset_index()
