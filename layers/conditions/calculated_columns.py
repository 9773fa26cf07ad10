"""Calculations: a value of every row of a table, by arithmetic that is written as data, with the numbers it went by."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import pandas as pd

from layers.conditions.clause_wording import number_text
from layers.conditions.evaluation import Scalar, View
from layers.conditions.grammar import parse_expression
from layers.conditions.syntax_tree import Expression, Name, walk


class Calculation(Expression):
    """A value in the language of conditions: names, numbers, texts, ``+ - * /``."""

    def evaluate(self, table: pd.DataFrame, parameters: Mapping[str, Scalar] | None = None) -> pd.Series:
        """The value of each row of a table.

        Parameters
        ----------
        table : DataFrame
            One row an object; columns of numbers, texts and booleans.
        parameters : mapping of str to number, bool or str, optional
            Names with one value for all rows.

        Returns
        -------
        Series
            Index of the table; missing where a value that it reads is, or where it divides by zero.

        Raises
        ------
        UnknownNameError
            A name is no column and no parameter, or is both.
        ConditionError
            Kinds do not fit, such as arithmetic with a text.

        Examples
        --------
        >>> table = pd.DataFrame({"people": [3000.0, None]}, index=["a", "b"])
        >>> parse_calculation("people * land_m2 / 10000").evaluate(table, {"land_m2": 80}).tolist()
        [24.0, nan]
        """
        found = View(self.text, self.tree, table, parameters or {}).values(self.tree)
        known = np.broadcast_to(found.known, len(table))
        if found.kind in ("number", "nothing"):
            numbers = np.where(known, np.broadcast_to(found.array, len(table)).astype(float), np.nan)
            return pd.Series(numbers, index=table.index, dtype="float64")
        values = np.broadcast_to(np.asarray(found.array, dtype=object), len(table))
        kind = {"boolean": "boolean", "text": "str"}.get(found.kind, "object")
        return pd.Series(values, index=table.index, dtype=object).where(known, None).astype(kind)

    def explain(
        self,
        table: pd.DataFrame,
        parameters: Mapping[str, Scalar] | None = None,
        titles: Mapping[str, str] | None = None,
    ) -> list[str]:
        """The calculation of each row with the value of every name before it; parameters, errors as for ``evaluate``.

        Parameters
        ----------
        table, parameters
            As for :meth:`evaluate`.
        titles : mapping of str to str, optional
            What columns and parameters are called; by default as they are written.

        Examples
        --------
        >>> table = pd.DataFrame({"people": [3000.0]})
        >>> parse_calculation("people * land_m2 / 10000").explain(table, {"land_m2": 80})
        ['3,000 (people) * 80 (land_m2) / 10000']
        """
        view = View(self.text, self.tree, table, parameters or {})
        names = sorted((node for node in walk(self.tree) if isinstance(node, Name)), key=lambda node: node.start)
        listed = [view.named(node.name).listed(len(table)) for node in names]
        called = [(titles or {}).get(node.name, node.name) for node in names]
        starts = [0, *(node.end for node in names)]
        ends = [*(node.start for node in names), len(self.text)]
        between = [" ".join(f"<{self.text[a:b]}>".split())[1:-1] for a, b in zip(starts, ends, strict=True)]
        told = []
        for row in range(len(table)):
            words = [f"{_said(values[row])} ({name})" for values, name in zip(listed, called, strict=True)]
            parts = zip(between, [*words, ""], strict=True)
            told.append("".join(text for pair in parts for text in pair).strip())
        return told


@lru_cache(maxsize=1024)
def parse_calculation(text: str) -> Calculation:
    """A calculation from its text.

    Raises
    ------
    ConditionError
        The text is no value of the language; the message has a caret under the place.

    Examples
    --------
    >>> sorted(parse_calculation("(base + capacity) * coefficient").names)
    ['base', 'capacity', 'coefficient']
    """
    return Calculation(text, parse_expression(text, value=True))


def _said(value: float | bool | str | None) -> str:
    if value is None:
        return "?"
    if isinstance(value, bool | str):
        return repr(value).lower() if isinstance(value, bool) else repr(value)
    return number_text(float(value), 12)
