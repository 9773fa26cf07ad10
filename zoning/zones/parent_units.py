"""The larger units (counties) of which the units of a plan (townships) are parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from layers.errors import SourceError, UnknownNameError, shown
from layers.phrases import Phrase
from zoning.errors import near
from zoning.measures import QUOTA, column_of, complete_measures, mean_by, sum_by, without_noise
from zoning.rulebook import Indicator, Rule, Rulebook

AREA = "area_ha"


@dataclass(frozen=True)
class ParentUnits:
    """The larger units of a plan."""

    level: str
    table: pd.DataFrame
    of: pd.Series

    @cached_property
    def parts(self) -> dict[str, list[str]]:
        """The units that make up each whole, in their order."""
        return group_parts(self.of)


def gather_parents(measures: pd.DataFrame, rulebook: Rulebook, level: str) -> ParentUnits:
    """What rules read of the larger units, gathered from their parts.

    Examples
    --------
    >>> from datetime import date
    >>> people = Indicator(name="population", unit="persons", whole="sum")
    >>> rulebook = Rulebook("r", "", "", date(2025, 1, 1), indicators=(people, Indicator(name="forest_share")))
    >>> towns = {"county": ["k", "k"], "population": [3, 4], "forest_share": [0.5, 0.0], "area_ha": [100.0, 300.0]}
    >>> gather_parents(pd.DataFrame(towns, index=["a", "b"]), rulebook, "county").table.loc["k"].to_dict()
    {'population': 7.0, 'forest_share': 0.125, 'area_ha': 400.0}
    """
    of = parent_of(measures, level)
    columns = {}
    for indicator in (*rulebook.indicators, Indicator(name=AREA)):
        if indicator.name in measures.columns and not indicator.name.startswith(QUOTA):
            columns[indicator.name] = _gathered(indicator, measures, of)
    if "jurisdiction" in measures.columns:
        columns["jurisdiction"] = _jurisdictions(measures["jurisdiction"], of, level)
    ids = pd.Index(sorted(set(of)), name="unit_id", dtype="str")
    return ParentUnits(level, complete_measures(pd.DataFrame(columns, index=ids), rulebook).table, of)


def group_parts(of: pd.Series) -> dict[str, list[str]]:
    """Units by what a column names for each, in their order; units for which it names nothing are left out.

    Examples
    --------
    >>> group_parts(pd.Series({"a": "west", "b": "east", "c": "west"}))
    {'west': ['a', 'c'], 'east': ['b']}
    """
    parts: dict[str, list[str]] = {}
    for unit, whole in of.dropna().items():
        parts.setdefault(str(whole), []).append(str(unit))
    return parts


def parent_of(units: pd.DataFrame, level: str) -> pd.Series:
    """The larger unit of which each unit is a part."""
    if level not in units.columns:
        raise UnknownNameError(
            Phrase(
                "[units]: part_of = \"{level}\", but the units have no column '{level}'{hint}",
                level=level,
                hint=near(level, map(str, units.columns)),
            ),
            code="unknown_column",
        )
    named = units[level]
    empty = units.index[named.isna() | (named.astype("str") == "")]
    if len(empty):
        raise SourceError(
            Phrase(
                "layer 'units': nothing stands in column '{column}' of {ids}: a unit is a part of one larger unit; "
                "fill the column, with the unit's own id where it is whole itself",
                column=level,
                ids=shown(empty),
            ),
            code="part_of_nothing",
            layer="units",
            features=empty,
        )
    of = named.astype("str")
    parts = group_parts(of)
    twice = [unit for unit in of.index if parts.get(unit, [unit]) != [unit]]
    if twice:
        raise UnknownNameError(
            Phrase(
                "layer 'units': {ids} is the id of a unit and, in column '{column}', of a larger one: a decision "
                "could mean either; name the larger units by other ids",
                ids=shown(twice),
                column=level,
            ),
            code="two_sources",
            features=twice,
        )
    return of


def _gathered(indicator: Indicator, measures: pd.DataFrame, of: pd.Series) -> pd.Series:
    """The values of the wholes; missing where one of a part is."""
    values = measures[indicator.name]
    how = indicator.of_parts
    if how is None:
        # what the rulebook took for all units because the study had nothing, it takes for the wholes as well
        taken = indicator.when_absent if (values == indicator.when_absent).all() else None
        return column_of(indicator, taken, pd.Index(sorted(set(of))))
    if how == "area_mean":
        if AREA not in measures.columns:
            return column_of(indicator, None, pd.Index(sorted(set(of))))
        whole_values = mean_by(values, measures[AREA], of)
    elif how == "sum":
        whole_values = sum_by(values, of)
    elif how == "mean":
        whole_values = without_noise(sum_by(values, of) / values.groupby(of).size())
    else:
        whole_values = _WAYS[how](values.groupby(of))
    whole = values.notna().groupby(of).all()
    return whole_values.where(whole)


def _same(groups: Any) -> pd.Series:
    """The value that all parts share, else missing."""
    first: pd.Series = groups.first()
    return first.where(first.eq(groups.last()) & groups.nunique().le(1))


_WAYS: dict[str, Callable[..., pd.Series]] = {
    "min": lambda groups: groups.min(),
    "max": lambda groups: groups.max(),
    "any": lambda groups: groups.any(),
    "all": lambda groups: groups.all(),
    "same": _same,
}


def _jurisdictions(named: pd.Series, of: pd.Series, level: str) -> pd.Series:
    groups = named.fillna("").groupby(of)
    torn = groups.nunique()[lambda count: count > 1].index
    if len(torn):
        raise SourceError(
            Phrase(
                "layer 'units': the parts of a larger unit of column '{column}' lie in different jurisdictions "
                "({ids}); correct the column, or name the larger units by ids that are unique",
                column=level,
                ids=shown(torn),
            ),
            code="torn_whole",
            layer="units",
            features=torn,
        )
    return groups.first()


def rules_of_units(claims: pd.DataFrame, rulebook: Rulebook) -> tuple[Rule, ...]:
    """The rules that are asked of the units themselves: of parts of larger units, only those that refine."""
    parts = "inherited_from" in claims.columns and bool((claims["inherited_from"] != "").any())
    return tuple(rule for rule in rulebook.rules if rule.refines == parts)


def refinements(zones: pd.DataFrame) -> pd.DataFrame:
    """How far the parts of each larger unit deviate from its main function.

    Examples
    --------
    >>> zones = {"part_of": ["k", "k"], "main_of_whole": ["a", "a"], "main": ["a", "b"], "area_ha": [300.0, 100.0]}
    >>> refinements(pd.DataFrame(zones)).loc["k"].to_dict()
    {'main': 'a', 'area_ha': 400.0, 'parts': 2, 'refined_ha': 100.0, 'refined_parts': 1}
    """
    rows = zones[zones["part_of"] != ""]
    refined = rows["main"] != rows["main_of_whole"]
    sums = pd.DataFrame(
        {
            "part_of": rows["part_of"],
            "main": rows["main_of_whole"],
            "area_ha": rows["area_ha"],
            "parts": 1,
            "refined_ha": np.where(refined, rows["area_ha"], 0.0),
            "refined_parts": refined.astype(int),
        }
    )
    ways = {"main": "first", "area_ha": "sum", "parts": "sum", "refined_ha": "sum", "refined_parts": "sum"}
    return sums.groupby("part_of").agg(ways)


def first_part(zones: pd.DataFrame, unit: str) -> str:
    """The unit itself, or the first part of the larger unit of that id; empty where there is neither.

    Examples
    --------
    >>> zones = pd.DataFrame({"unit_id": ["a", "b"], "part_of": ["k", "k"]})
    >>> first_part(zones, "b"), first_part(zones, "k"), first_part(zones, "x")
    ('b', 'a', '')
    """
    unit_ids = zones.loc[zones["unit_id"] == unit, "unit_id"]
    parts = zones.loc[zones["part_of"] == unit, "unit_id"]
    return str(next(iter([*unit_ids, *parts]), ""))
