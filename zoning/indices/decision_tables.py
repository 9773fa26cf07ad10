"""Evaluation by printed tables: matrices of two grades, corrections of a grade, and decision tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.errors import UnknownNameError, ZoneplanError, shown
from layers.numerals import floats_of
from layers.phrases import Phrase
from zoning.errors import near
from zoning.indices.checked_values import Floats, beside, of_arrays, refuse_absent, refuse_twice

Flags = npt.NDArray[np.bool_]
_ANY = ("", "*")
_BETWEEN = re.compile(r"(.+?)\.\.(.+)")
_ABOVE_OR_BELOW = re.compile(r"(<=|>=|<|>|=)\s*(.+)")
_COMPARE: Mapping[str, Callable[[Floats, float], Flags]] = {
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
    "=": lambda left, right: left == right,
}


@of_arrays
def by_matrix(rows: pd.Series, columns: object, matrix: pd.DataFrame) -> pd.Series:
    """The grade or class that a matrix gives to two grades.

    Parameters
    ----------
    rows : Series
        The first grade of each unit or cell: a row label of the matrix.
    columns : Series, mapping or sequence
        The second: a column label.
    matrix : DataFrame
        One row and one column a grade, with what both together give.

    Returns
    -------
    Series
        Index of the first; missing where one of both grades is missing.

    Raises
    ------
    UnknownNameError
        A grade has no row or column in the matrix, or the tables have not the same units.
    ZoneplanError
        A label of the matrix stands twice.

    Notes
    -----
    result = M[row, column]. Matrices are data: take them from the document that prints them, and mind which grade is
    its best one.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> short_board = pd.DataFrame([[1, 1], [1, 3]], index=["limit", "free"], columns=["unfit", "fit"])
    >>> zp.indices.by_matrix(pd.Series({"a": "free", "b": "limit"}), {"a": "fit", "b": "fit"}, short_board).to_dict()
    {'a': 3, 'b': 1}
    """
    second = beside(columns, rows.index, "columns")
    first_place, second_place = _places(rows, matrix.index, "rows"), _places(second, matrix.columns, "columns")
    known = (first_place >= 0) & (second_place >= 0)
    cells = matrix.to_numpy()
    if known.all():
        return pd.Series(cells[first_place, second_place], index=rows.index)
    grades = np.full(len(rows), np.nan, dtype=object)
    grades[known] = cells[first_place[known], second_place[known]]
    return pd.Series(grades, index=rows.index).infer_objects()


@of_arrays
def corrected(
    grades: pd.Series, factor: object, steps: Mapping[Hashable, float], least: float = 1, most: float = 5
) -> pd.Series:
    """Grades moved by what another factor says, and kept inside their scale.

    Parameters
    ----------
    grades : Series of numbers
        One a unit or cell.
    factor : Series, mapping or sequence
        The grade of the factor that corrects.
    steps : mapping
        By grade of the factor: how far to move. A grade that is not there moves nothing. A step as long as the scale
        sets the worst or the best.
    least, most : float, optional
        The ends of the scale.

    Returns
    -------
    Series of float
        Index and name of the grades; missing where the grade or the factor is missing.

    Raises
    ------
    UnknownNameError
        Grades and factor have not the same units.

    Notes
    -----
    result = min(most, max(least, grade + step(factor))). Several corrections follow each other, each on what the one
    before has left.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> grades, hazard = pd.Series({"a": 2.0, "b": 4.0}), {"a": 3, "b": 1}
    >>> zp.indices.corrected(grades, hazard, {1: 4, 2: 2, 3: 1}).to_dict()
    {'a': 3.0, 'b': 5.0}
    """
    other = beside(factor, grades.index, "factor")
    moved = np.array([float(steps.get(grade, 0.0)) for grade in other])
    clipped = np.clip(floats_of(grades) + np.where(other.isna().to_numpy(), np.nan, moved), least, most)
    return pd.Series(clipped, index=grades.index, name=grades.name)


@of_arrays
def by_decisions(table: pd.DataFrame, rules: pd.DataFrame, thresholds: Mapping[str, float] | None = None) -> pd.Series:
    """What a decision table says of each unit.

    Parameters
    ----------
    table : DataFrame
        One row a unit, one column of numbers a criterion.
    rules : DataFrame
        One row a branch. All columns but the last are criteria, with a test each: ``"<=2"``, ``">b1"``, ``"b1..b2"``
        (above the first, up to the second), or ``""`` for any. The last column is what the branch says.
    thresholds : mapping, optional
        The numbers behind names such as ``b1``.

    Returns
    -------
    Series
        Index of the table, name of the last column; missing where no branch fits, or where a criterion that a branch
        asks for is missing.

    Raises
    ------
    UnknownNameError
        A criterion is no column of the table, or a threshold has no number.
    ZoneplanError
        A test cannot be read, the rules have no columns, or branches that fit one unit say different things.

    Notes
    -----
    A branch fits where all its tests do.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> rules = pd.DataFrame({"slope": ["<=steep", ">steep"], "zone": ["build", "keep"]})
    >>> zp.indices.by_decisions(pd.DataFrame({"slope": [5.0, 30.0]}), rules, {"steep": 25}).tolist()
    ['build', 'keep']
    """
    if not len(rules.columns):
        raise ZoneplanError(Phrase("rules: there are no columns; give one a criterion, then what the branch says"))
    *criteria, outcome = rules.columns
    refuse_absent(table, criteria)
    numbers = {name: floats_of(table[name]) for name in criteria}
    decisions = np.full(len(table), None, dtype=object)
    taken = np.zeros(len(table), dtype=bool)
    for tests, decision in zip(rules[criteria].itertuples(index=False), rules[outcome], strict=True):
        fits = np.ones(len(table), dtype=bool)
        for name, test in zip(criteria, tests, strict=True):
            fits &= _fits(numbers[name], "" if pd.isna(test) else str(test).strip(), thresholds or {})
        contested = table.index[fits & taken & (decisions != decision)]
        if len(contested):
            ids = [str(unit) for unit in contested]
            raise ZoneplanError(
                Phrase("branches that say different things fit one unit: {ids}", ids=shown(ids)),
                code="contested",
                features=ids,
            )
        decisions[fits], taken[fits] = decision, True
    return pd.Series(decisions, index=table.index, name=outcome)


def _places(grades: pd.Series, labels: pd.Index, name: str) -> npt.NDArray[np.intp]:
    """The place of each grade among the labels, -1 where it is missing."""
    refuse_twice(labels, name)
    places = labels.get_indexer(pd.Index(grades))
    strange = dict.fromkeys(str(grade) for grade in grades[(places < 0) & grades.notna().to_numpy()])
    if strange:
        raise UnknownNameError(
            Phrase("{name}: the matrix has no {ids}", name=name, ids=shown(strange)), features=list(strange)
        )
    return np.asarray(places)


def _fits(values: Floats, test: str, thresholds: Mapping[str, float]) -> Flags:
    """Which values a test fits; a missing one fits none but that for any."""
    if test in _ANY:
        return np.ones(len(values), dtype=bool)
    if between := _BETWEEN.fullmatch(test):
        low, high = (_threshold(bound, thresholds) for bound in between.groups())
        return (values > low) & (values <= high)
    if single := _ABOVE_OR_BELOW.fullmatch(test):
        return _COMPARE[single[1]](values, _threshold(single[2], thresholds))
    raise ZoneplanError(
        Phrase("the test '{test}' cannot be read; write '<=2', '>b1' or 'b1..b2'", test=test), code="test"
    )


def _threshold(text: str, thresholds: Mapping[str, float]) -> float:
    word = text.strip()
    if word in thresholds:
        return float(thresholds[word])
    try:
        return float(word)
    except ValueError:
        raise UnknownNameError(
            Phrase("there is no number for the threshold '{name}'{hint}", name=word, hint=near(word, thresholds))
        ) from None
