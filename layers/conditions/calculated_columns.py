"""Calculations: a value of every row of a table, by arithmetic that is written as data, with the numbers it went by."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from layers.conditions.clause_wording import titled
from layers.conditions.cql2 import Json, value_json
from layers.conditions.evaluation import Scalar, View
from layers.conditions.grammar import parse_expression
from layers.conditions.syntax_tree import Expression, Name, walk


class Operand(NamedTuple):
    """A name in a calculation."""

    before: str
    name: str = ""
    value: float | bool | str | None = None


class Calculation(Expression):
    """A value in the language of conditions: names, numbers, texts, ``+ - * /``."""

    def as_cql2_json(self) -> Json:
        """The value in the JSON encoding of OGC CQL2, as it stands in a comparison.

        Examples
        --------
        >>> parse_calculation("people * 2").as_cql2_json()
        {'op': '*', 'args': [{'property': 'people'}, 2]}
        """
        return value_json(self.tree)

    def said(self, titles: Mapping[str, str]) -> str:
        """The calculation on one line, with what columns and parameters are called.

        Examples
        --------
        >>> parse_calculation("people *  land_m2 / 10000").said({"people": "Residents"})
        'Residents * land_m2 / 10000'
        """
        return titled(self.text, self.tree, titles)

    def evaluate(self, table: pd.DataFrame, parameters: Mapping[str, Scalar] | None = None) -> pd.Series:
        """The value of each row of a table.

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

    def explain(self, table: pd.DataFrame, parameters: Mapping[str, Scalar] | None = None) -> list[list[Operand]]:
        """The names in the calculation of each row, each with its value and what stands before it.

        Parameters and errors as for :meth:`evaluate`. What stands behind the last name is an operand without one.

        Examples
        --------
        >>> table = pd.DataFrame({"people": [3000.0]})
        >>> ((people, land, end),) = parse_calculation("people * land_m2 / 10000").explain(table, {"land_m2": 80})
        >>> people, land.before, land.value, end.before
        (Operand(before='', name='people', value=3000.0), ' * ', 80.0, ' / 10000')
        """
        view = View(self.text, self.tree, table, parameters or {})
        names = sorted((node for node in walk(self.tree) if isinstance(node, Name)), key=lambda node: node.start)
        listed = [view.named(node.name).listed(len(table)) for node in names]
        starts = [0, *(node.end for node in names)]
        ends = [*(node.start for node in names), len(self.text)]
        between = [" ".join(f"<{self.text[a:b]}>".split())[1:-1] for a, b in zip(starts, ends, strict=True)]
        between[0], end = between[0].lstrip(), Operand(between[-1].rstrip() if names else between[-1].strip())
        return [
            [
                *(
                    Operand(before, node.name, values[row])
                    for before, node, values in zip(between, names, listed, strict=False)
                ),
                end,
            ]
            for row in range(len(table))
        ]


@lru_cache(maxsize=1024)
def parse_calculation(text: str) -> Calculation:
    """A calculation from its text.

    Examples
    --------
    >>> sorted(parse_calculation("(base + capacity) * coefficient").names)
    ['base', 'capacity', 'coefficient']
    """
    return Calculation(text, parse_expression(text, value=True))
