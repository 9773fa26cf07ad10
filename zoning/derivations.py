"""Derivations: measures that a rulebook derives from others, by tables of conditions and values, and why each is so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from layers import Clause, parse_calculation, parse_condition
from zoning.gatherings import without_noise
from zoning.land_entries import Derived, DerivedBand
from zoning.rulebook import Rulebook

Values = Mapping[str, float | bool | str]


class Because(NamedTuple):
    """Why a derived measure of one unit is what it is.

    Attributes
    ----------
    band : Band or None
        The row of the table that counts; None where none does.
    number : int
        Its place in the table, from 1; 0 where none counts.
    clauses : tuple of Clause
        What that row asks, answered; where none counts, those that could not be answered, if any.
    calculation : str
        The value as it was calculated, each name with its own value.
    """

    band: DerivedBand | None
    number: int
    clauses: tuple[Clause, ...]
    calculation: str


def derive(measures: pd.DataFrame, rulebook: Rulebook) -> pd.DataFrame:
    """Measures with all that the rulebook derives from them.

    Parameters
    ----------
    measures : DataFrame
        Index ``unit_id``, one column a measure.
    rulebook : Rulebook
        Its derived measures in force, and its parameters.

    Returns
    -------
    DataFrame
        Same index; the measures, then those of the derived whose names can all be read, in the order of the rulebook.
        A value is missing where no row of the table holds, or where one above cannot be answered. Numbers have 14
        significant digits.

    Raises
    ------
    ConditionError
        A measure does not hold what the table expects of it.

    Examples
    --------
    >>> from datetime import date
    >>> bands = [{"when": "people_m2 <= 100", "value": "'dense'"}, {"value": "'wide'"}]
    >>> density = Derived(name="density", type="text", title={"en": "density"}, bands=bands, reference="none")
    >>> rulebook = Rulebook("r", "", "", date(2025, 1, 1), derived=(density,))
    >>> derive(pd.DataFrame({"people_m2": [80.0, 100.1, None]}), rulebook)["density"].tolist()
    ['dense', 'wide', nan]
    """
    table, values = measures.rename_axis("unit_id"), rulebook.values
    for one in rulebook.derived:
        if one.names <= {*table.columns, *values, "unit_id"}:
            table = table.assign(**{one.name: _column(one, table, values)})
    return table.rename_axis(measures.index.name)


def explain_derived(one: Derived, measures: pd.DataFrame, rulebook: Rulebook, language: str = "en") -> list[Because]:
    """Why a derived measure is what it is, unit by unit.

    Parameters
    ----------
    one : Derived
    measures : DataFrame
        From :func:`derive`.
    rulebook : Rulebook
    language : {"en", "zh"}

    Returns
    -------
    list of Because
        In the order of the rows.
    """
    table, values, titles = measures.rename_axis("unit_id"), rulebook.values, rulebook.titles_in(language)
    rows = _rows(one, table, values)
    units = rulebook.units_in(language)
    asked = [parse_condition(band.when).explain(table, values, language, titles, units) for band in one.bands]
    told = [parse_calculation(band.value).explain(table, values, titles) for band in one.bands]
    found = []
    for place, row in enumerate(rows.tolist()):
        if row >= 0:
            found.append(Because(one.bands[row], row + 1, asked[row][place], told[row][place]))
        else:
            clauses = tuple(clause for some in asked for clause in some[place] if clause.answer == "unknown")
            found.append(Because(None, 0, clauses, ""))
    return found


def _column(one: Derived, table: pd.DataFrame, values: Values) -> pd.Series:
    rows = _rows(one, table, values)
    kind = "float64" if one.type == "number" else object
    column = pd.Series(np.nan if one.type == "number" else None, index=table.index, dtype=kind)
    for place, band in enumerate(one.bands):
        here = rows == place
        if here.any():
            column[here] = parse_calculation(band.value).evaluate(table[here], values).to_numpy(dtype=kind)
    return without_noise(column) if one.type == "number" else column.astype("str")


def _rows(one: Derived, table: pd.DataFrame, values: Values) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The row of the table that counts for each unit, from 0; -1 where none does."""
    rows = np.full(len(table), -1, dtype=np.int64)
    open_ = np.ones(len(table), dtype=bool)
    for place, band in enumerate(one.bands):
        answer = parse_condition(band.when).evaluate(table, values)
        rows[open_ & answer.yes] = place
        open_ &= answer.no
    return rows
