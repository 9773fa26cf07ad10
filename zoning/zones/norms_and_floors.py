"""Norms and coverage floors: what a law asks of units, jurisdictions or the whole, and whether the plan keeps it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from layers.conditions import parse_condition
from zoning.measures import amounts, mean_by, places_of, sum_by
from zoning.plan import Plan
from zoning.reasons import say
from zoning.rulebook import JURISDICTION, UNIT, Floor, Norm, Rulebook, is_summed
from zoning.zones.claims import clauses_json
from zoning.zones.parent_units import AREA

STANDARD_COLUMNS = ("norm", "level", "place", "answer", "facts", "values")


def weigh_norms(
    measures: pd.DataFrame,
    rulebook: Rulebook,
    levels: Sequence[str] = (),
    quotas: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Each norm of the rulebook at every place where it should be kept.

    Parameters
    ----------
    measures : DataFrame
        Index ``unit_id``; completed (:func:`zoning.measures.complete_measures`), with a column a level.
    rulebook : Rulebook
        Its norms in force, and its parameters.
    levels : sequence of str
        Columns of ``measures`` with the jurisdictions, highest first.
    quotas : DataFrame, optional
        The QUOTAS table; norms see its amounts as ``quota_<name>``.

    Returns
    -------
    DataFrame
        ``norm`` (its id), ``level`` ("unit", "study", a column of ``levels``, or the measure that names the places),
        ``place`` (of a jurisdiction its whole path; "" for the study), ``answer`` ("yes" where it is kept, "no",
        "unknown"), ``facts``, a message of the clauses that decide, and ``values``, all clauses as JSON.
        Sorted as the rulebook lists the norms, then by place. A norm that names a measure nobody gives is not there.

    Notes
    -----
    Above single units the values are sums over the units, of shares the mean by area; where a value of one unit is
    missing, that of the place is.

    Examples
    --------
    >>> from datetime import date
    >>> norm = Norm(id="balance", holds="taken_ha <= made_ha", level="study", title={"en": "balance"}, reference="none")
    >>> rulebook = Rulebook("r", "", "", date(2025, 1, 1), norms=(norm,))
    >>> found = weigh_norms(pd.DataFrame({"taken_ha": [3.0, 4.0], "made_ha": [5.0, 1.0]}), rulebook)
    >>> found["answer"].tolist(), found.loc[0, "facts"].fields["facts"][0].sides
    (['no'], (7.0, 6.0))
    """
    given = pd.DataFrame(index=measures.index) if quotas is None else amounts(quotas).reindex(measures.index)
    table = measures.join(given[[name for name in given.columns if name not in measures.columns]])
    known = {*map(str, table.columns), *rulebook.values, "unit_id"}
    rows = [
        row
        for norm in rulebook.norms
        if norm.names <= known
        for level in _standard_levels(norm, levels)
        for row in _weigh_standard(norm, level, table, rulebook, levels)
    ]
    return pd.DataFrame(rows, columns=list(STANDARD_COLUMNS))


def norms_in(plan: Plan) -> pd.DataFrame:
    """The norms of a plan's rulebook at every place, as :func:`weigh_norms` has them: those that the run found."""
    if plan.trace.norms is None:  # a run folder from before they were kept
        return weigh_norms(plan.measures, plan.rulebook, plan.study.units.levels, plan.quotas)
    return plan.trace.norms


def floors_in(plan: Plan) -> pd.DataFrame:
    """The floors of a plan's rulebook at every place, as :func:`weigh_floors` has them: those that the run found."""
    if plan.trace.floors is None:
        return weigh_floors(plan.lines, plan.measures, plan.rulebook, plan.study.units.levels)
    return plan.trace.floors


def _standard_levels(norm: Norm, levels: Sequence[str]) -> Iterator[str]:
    yield from levels if norm.level == JURISDICTION else (norm.level,)


def _weigh_standard(
    norm: Norm, level: str, table: pd.DataFrame, rulebook: Rulebook, levels: Sequence[str]
) -> Iterator[tuple[Any, ...]]:
    condition, places = parse_condition(norm.holds), places_of(table, level, levels)
    seen = table.rename_axis("unit_id") if level == UNIT else _summed(condition.names, table, places)
    answer = condition.evaluate(seen, rulebook.values)
    words = np.select([answer.yes, answer.no], ["yes", "no"], "unknown")
    facts = condition.explain(seen, rulebook.values)
    rows = [
        (norm.id, level, str(area_name), str(word), say("claim.facts", facts=clauses), clauses_json(clauses))
        for area_name, word, clauses in zip(seen.index, words, facts, strict=True)
    ]
    yield from sorted(rows, key=lambda row: row[2])


def _summed(names: frozenset[str], table: pd.DataFrame, places: pd.Series) -> pd.DataFrame:
    """What a norm reads of each place: sums of its units, of shares the mean by area."""
    read = [name for name in sorted(names) if name in table.columns]
    columns = {}
    for name in read:
        share = name.endswith("_share") and is_summed(name)
        columns[name] = mean_by(table[name], table[AREA], places) if share else sum_by(table[name], places)
    return pd.DataFrame(columns, index=pd.Index(sorted(places.dropna().unique()), dtype=object))


COVERAGE_COLUMNS = ("floor", "line", "level", "place", "settled_ha", "of_ha", "share", "at_least", "missing_ha")
ROUNDING = 1e-9
"""Relative; less is missing by the noise of sums only."""


def weigh_floors(
    lines: pd.DataFrame, measures: pd.DataFrame, rulebook: Rulebook, levels: Sequence[str] = ()
) -> pd.DataFrame:
    """Each floor of the rulebook at every place where it must hold.

    Notes
    -----
    ``missing_ha = max(0, at_least * of_ha - settled_ha)``.

    Examples
    --------
    >>> from datetime import date
    >>> from zoning.rulebook import read_rulebook
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


def without_floors(floors: pd.DataFrame, lines: Collection[str]) -> pd.DataFrame:
    """Floors of which nobody can say whether they are kept, for some control lines cannot be drawn as a whole."""
    unknown = floors["line"].isin(list(lines))
    return floors.assign(**{name: floors[name].mask(unknown) for name in ("settled_ha", "share", "missing_ha")})


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
