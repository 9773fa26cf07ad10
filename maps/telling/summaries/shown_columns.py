"""Columns that people see: what those that a table declares as shown are called, and what their values say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from maps.words import NONE, Renderer, amount, catalogue, format_measure, format_number
from zoning.tables import Table

FIGURES = frozenset({"int", "float", "decimal"})
"""Types of columns that hold numbers."""
HECTARES = "_ha"


class ShownFact(NamedTuple):
    """What a shown column says of a row.

    Attributes
    ----------
    name : str
        Of the column.
    title : str
    text : str
        With its unit of measure.
    """

    name: str
    title: str
    text: str


class ShownColumns:
    """The columns of a table that people read wherever they read of its rows.

    Parameters
    ----------
    table : Table
        Of a run; ``shown`` says which they are. Those that have nothing but 0 in all rows are left out.
    rows : DataFrame
        All of the table.
    renderer : Renderer
        Of the plan, in the language wanted.

    Examples
    --------
    >>> from zoning.tables import QUOTAS
    >>> rows = pd.DataFrame({"floor": [Decimal("1250.5"), None], "carried": [Decimal(0)] * 2, "unit": "ha"})
    >>> told = ShownColumns(QUOTAS, rows, Renderer("en"))
    >>> [told.facts(row) for row in rows.to_dict("records")]
    [(ShownFact(name='floor', title='Floor', text='1,250.5 ha'),), ()]
    """

    def __init__(self, table: Table, rows: pd.DataFrame, renderer: Renderer) -> None:
        self._table, self._renderer, language = table, renderer, renderer.language
        words, report = (catalogue(chapter, language, renderer.noun) for chapter in ("columns", "report"))
        names = (
            name for name in table.shown if name in rows and any(not _is_missing(cell) and cell for cell in rows[name])
        )
        self.titles: Mapping[str, str] = {name: str(words[name]) for name in names}
        """What each is called, in order."""
        self._wordings: Mapping[str, Callable[[Any], str]] = {
            "int": lambda value: format_number(value, language),
            "decimal": lambda value: amount(value, language),
            "float": lambda value: format_measure(float(value), language),
            "bool": lambda value: report["yes" if value else "no"],
            "message": renderer.render,
            "measures": lambda names: report["and"].join(
                renderer.terms.measure(name).title for name in str(names).split(";")
            ),
        }

    def is_figure(self, name: str) -> bool:
        """Whether a column holds numbers."""
        return self._table.columns[name] in FIGURES

    def text(self, name: str, value: Any) -> str:
        """What a value says, without its unit of measure; a dash where there is none."""
        if not has_value(value):
            return NONE
        return self._wordings.get(self._table.columns[name], str)(value)

    def facts(self, row: Mapping[str, Any]) -> tuple[ShownFact, ...]:
        """What the columns say of a row, those without a value left out.

        Parameters
        ----------
        row : mapping
            A row of the table by the names of its columns.
        """
        columns = ((name, title) for name, title in self.titles.items() if has_value(row[name]))
        return tuple(ShownFact(name, title, self._measured(name, row)) for name, title in columns)

    def _measured(self, name: str, row: Mapping[str, Any]) -> str:
        text, kind = self.text(name, row[name]), self._table.columns[name]
        unit = "ha" if name.endswith(HECTARES) else row.get("unit", "") if kind == "decimal" else ""
        return f"{text} {self._renderer.terms.unit(str(unit))}" if unit else text


def has_value(value: Any) -> bool:
    """Whether a value of a table says anything: a number, 0 among them, a text, or that something is so.

    Examples
    --------
    >>> [has_value(one) for one in ("", None, float("nan"), False, Decimal(0), -1.5, "east", True)]
    [False, False, False, False, True, True, True, True]
    """
    return not _is_missing(value) and (bool(value) or not isinstance(value, (str, bool, np.bool_)))


def _is_told(value: Any) -> bool:
    return not _is_missing(value) and bool(value)


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, (float, Decimal)) and value != value) or value is pd.NA  # noqa: PLR0124  (NaN is what differs from itself)
