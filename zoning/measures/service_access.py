"""Access to services as indices of a plan: what each unit reaches, what it lacks, and where one more would help."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from zoning.indices import best_facilities, facility_shares, service_gap
from zoning.measures.travel_tables import TravelTable
from zoning.study import AccessTerms, PlanIndex
from zoning.tables import FACILITIES, tabulate
from zoning.trace import AccessParts

BELOW_STANDARD = "services_below_standard"
"""The measure that counts of how many services a unit has less than its standard."""


def access_level(people: pd.Series, terms: AccessTerms, table: TravelTable) -> tuple[pd.Series, AccessParts]:
    """How much of a service a person of each unit has, or how far the nearest facility is."""
    built = table.supply[table.supply > 0]
    ways = _ways(people, table)[built.index]
    if terms.method == "nearest":
        adds = ways.where(ways <= terms.reach)
        level = ways.min(axis=1).replace(np.inf, np.nan)
    elif built.empty:  # all that there is are sites
        level, adds = pd.Series(0.0, index=people.index), ways
    else:
        shares = facility_shares(people, built, ways, terms.reach, terms.bands, steps=_STEPS[terms.method])
        level, adds = shares.sum(axis=1) * terms.per, shares.where(shares > 0) * terms.per
    near = ways <= terms.reach
    return level.astype(float), AccessParts(
        _reached(ways, near, adds, built, people), float(built.sum()), float(built[near.any(axis=0)].sum())
    )


_STEPS: Mapping[str, int] = {"two_step": 2, "three_step": 3}


def _ways(people: pd.Series, table: TravelTable) -> pd.DataFrame:
    return table.times.reindex(people.index.astype(str), fill_value=np.inf).set_axis(people.index)


def _reached(
    ways: pd.DataFrame, near: pd.DataFrame, adds: pd.DataFrame, supply: pd.Series, people: pd.Series
) -> pd.DataFrame:
    rows, columns = np.nonzero(near.to_numpy())
    sharing = people.to_numpy(dtype=float) @ near.to_numpy()
    table = pd.DataFrame(
        {
            "unit_id": ways.index.to_numpy()[rows],
            "facility": ways.columns.to_numpy()[columns],
            "time": ways.to_numpy()[rows, columns],
            "supply": supply.to_numpy()[columns],
            "people": sharing[columns],
            "adds": adds.to_numpy()[rows, columns],
        }
    )
    return table.sort_values(["unit_id", "time", "facility"], kind="stable").reset_index(drop=True)


def with_standards(measures: pd.DataFrame, zones: pd.DataFrame, indices: Iterable[PlanIndex]) -> pd.DataFrame:
    """Measures with what is missing to the standards of services, which may hang on the main function."""
    found, below = measures, []
    for index in indices:
        terms = index.access
        if terms is None or terms.standard is None:
            continue
        standard = _standard(terms, zones["main"].reindex(measures.index))
        level, people = measures[index.name], measures[terms.people]
        heads = people.astype(float)
        known = heads.notna() & standard.notna()
        gap = _gap(terms, level[known].astype(float), standard[known], heads[known]).reindex(measures.index)
        gap = gap.where(standard.notna(), 0.0).where(heads.notna())  # without a standard nothing is missing
        below.append((gap["people_below"] > 0).astype(float).where(heads.notna()))
        names = dict(zip(index.standards, (standard, gap["people_below"], gap["missing"]), strict=False))
        found = found.assign(**names)
    if not below:
        return measures
    return found.assign(**{BELOW_STANDARD: pd.concat(below, axis=1).sum(axis=1, skipna=False)})


def _standard(terms: AccessTerms, mains: pd.Series) -> pd.Series:
    if isinstance(terms.standard, dict):
        return mains.map(terms.standard).astype(float)
    return pd.Series(float(terms.standard or 0), index=mains.index)


def _gap(terms: AccessTerms, level: pd.Series, standard: pd.Series, people: pd.Series) -> pd.DataFrame:
    if terms.method == "nearest":
        below = ~(level <= standard)  # who has no way at all is below as well
        return pd.DataFrame({"people_below": people.where(below, 0.0), "missing": 0.0}, index=level.index)
    gap = service_gap(level, standard, people)
    return pd.DataFrame({"people_below": gap["people_below"], "missing": gap["capacity_missing"] / terms.per})


def more_facilities(
    measures: pd.DataFrame, indices: Iterable[PlanIndex], tables: Mapping[str, TravelTable]
) -> pd.DataFrame:
    """Which sites would bring most people within reach of a service, one after the other."""
    rows = [pd.DataFrame()]
    for index in indices:
        terms = index.access
        if terms is None or not terms.more or index.name not in tables:
            continue
        people = measures[terms.people].astype(float).fillna(0.0)
        table = tables[index.name]
        ways, there = _ways(people, table), table.supply > 0
        sites = ways.loc[:, ~there.to_numpy()]
        if sites.columns.empty:
            continue
        found = best_facilities(people, sites, terms.reach, terms.more, ways.loc[:, there.to_numpy()])
        rows.append(found.rename_axis("site").reset_index().assign(service=index.name, rank=range(1, len(found) + 1)))
    return tabulate(FACILITIES, pd.concat(rows))
