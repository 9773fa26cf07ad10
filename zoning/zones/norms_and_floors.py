"""Norms: whether a plan keeps what a law asks of units, jurisdictions, project areas or the whole, with the values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from layers import parse_condition
from zoning.conditions import is_summed
from zoning.gatherings import mean_by, places_of, sum_by
from zoning.indicators import amounts
from zoning.land_entries import JURISDICTION, UNIT, Norm
from zoning.questions import clauses_json, rule_sentences
from zoning.rulebook import Rulebook
from zoning.wholes import AREA

STANDARD_COLUMNS = ("norm", "level", "place", "answer", "facts", "values")


def weigh_norms(
    measures: pd.DataFrame,
    rulebook: Rulebook,
    levels: Sequence[str] = (),
    quotas: pd.DataFrame | None = None,
    language: str = "en",
) -> pd.DataFrame:
    """Each norm of the rulebook at every place where it should be kept.

    Parameters
    ----------
    measures : DataFrame
        Index ``unit_id``; completed (:func:`zoning.complete`), with a column a level.
    rulebook : Rulebook
        Its norms in force, and its parameters.
    levels : sequence of str
        Columns of ``measures`` with the jurisdictions, highest first.
    quotas : DataFrame, optional
        The QUOTAS table; norms see its amounts as ``quota_<name>``.
    language : {"en", "zh"}
        Of the facts.

    Returns
    -------
    DataFrame
        ``norm`` (its id), ``level`` ("unit", "study", a column of ``levels``, or the measure that names the places),
        ``place`` (of a jurisdiction its whole path; "" for the study), ``answer`` ("yes" where it is kept, "no",
        "unknown"), ``facts``, the clauses that decide with values and thresholds, and ``values``, all clauses as JSON.
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
    >>> found[["answer", "facts"]].to_numpy().tolist()
    [['no', 'taken_ha 7 > made_ha 6']]
    """
    given = pd.DataFrame(index=measures.index) if quotas is None else amounts(quotas).reindex(measures.index)
    table = measures.join(given[[name for name in given.columns if name not in measures.columns]])
    known = {*map(str, table.columns), *rulebook.values, "unit_id"}
    rows = [
        found
        for norm in rulebook.norms
        if norm.names <= known
        for level in _standard_levels(norm, levels)
        for found in _weigh_standard(norm, level, table, rulebook, levels, language)
    ]
    return pd.DataFrame(rows, columns=list(STANDARD_COLUMNS))


def _standard_levels(norm: Norm, levels: Sequence[str]) -> Iterator[str]:
    yield from levels if norm.level == JURISDICTION else (norm.level,)


def _weigh_standard(
    norm: Norm, level: str, table: pd.DataFrame, rulebook: Rulebook, levels: Sequence[str], language: str
) -> Iterator[tuple[str, ...]]:
    condition, places = parse_condition(norm.holds), places_of(table, level, levels)
    seen = table.rename_axis("unit_id") if level == UNIT else _summed(condition.names, table, places)
    answer = condition.evaluate(seen, rulebook.values)
    words = np.select([answer.yes, answer.no], ["yes", "no"], "unknown")
    titles, units = rulebook.titles_in(language), rulebook.units_in(language)
    told = condition.explain(seen, rulebook.values, language, titles, units)
    rows = [
        (norm.id, level, str(place), str(word), rule_sentences(clauses, language), clauses_json(clauses))
        for place, word, clauses in zip(seen.index, words, told, strict=True)
    ]
    yield from sorted(rows)


def _summed(names: frozenset[str], table: pd.DataFrame, places: pd.Series) -> pd.DataFrame:
    """What a norm reads of each place: sums of its units, of shares the mean by area."""
    read = [name for name in sorted(names) if name in table.columns]
    columns = {}
    for name in read:
        share = name.endswith("_share") and is_summed(name)
        columns[name] = mean_by(table[name], table[AREA], places) if share else sum_by(table[name], places)
    return pd.DataFrame(columns, index=pd.Index(sorted(places.dropna().unique()), dtype=object))
