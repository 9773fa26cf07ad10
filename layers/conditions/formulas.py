"""Formulas: calculated columns, and the grammar of ``measure``, one form throughout: ``function(argument)``."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd

from layers.conditions.condition import Condition, Json, parse_condition, value_json
from layers.conditions.evaluation import Scalar, View
from layers.conditions.grammar import Expression, Name, parse_expression, walk
from layers.conditions.wording import titled
from layers.errors import ConditionError, StudyError, raise_all
from layers.phrases import OR, Phrase, phrase_list, word


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

    def in_words(self, titles: Mapping[str, str]) -> str:
        """The calculation on one line, with what columns and parameters are called.

        Examples
        --------
        >>> parse_calculation("people *  land_m2 / 10000").in_words({"people": "Residents"})
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
        calculated = View(self.text, self.tree, table, parameters or {}).values(self.tree)
        known = np.broadcast_to(calculated.known, len(table))
        if calculated.kind in ("number", "nothing"):
            numbers = np.where(known, np.broadcast_to(calculated.array, len(table)).astype(float), np.nan)
            return pd.Series(numbers, index=table.index, dtype="float64")
        values = np.broadcast_to(np.asarray(calculated.array, dtype=object), len(table))
        kind = {"boolean": "boolean", "text": "str"}.get(calculated.kind, "object")
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


SURFACES = ("value", "slope", "aspect", "relief")
"""What a cell of a raster has: its own value, and what its neighbours make of it."""

OF_COLUMNS = ("mean", "min", "max", "sum")
OF_SURFACES = (*OF_COLUMNS, "std", "median", "quantile")
FIXED: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "count": ("", ("points", "lines", "polygons")),
        "share": ("", ("polygons",)),
        "ha": ("", ("polygons",)),
        "length": ("km", ("lines",)),
        "nearest": ("km", ("points", "lines", "polygons")),
        "majority": ("value", ("raster",)),
    }
)
"""Functions with one argument only, and the kinds of layer that they fit."""

FUNCTIONS = (*OF_COLUMNS, "std", "median", "quantile_10", *FIXED)

FORMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "raster": (
            Phrase("mean(value), min, max, sum, std, median, quantile_10 of value, slope, aspect or relief"),
            "majority(value)",
            "share(slope > 25)",
            "mean(value, weight = LAYER)",
        ),
        "points": ("count()", "sum(column)", "mean(column)", "min(column)", "max(column)", "nearest(km)"),
        "lines": ("length(km)", "count()", "nearest(km)"),
        "polygons": ("share()", "ha()", "count()", "nearest(km)"),
    }
)
"""What each kind of layer can be asked, for messages."""

_WEIGHED = re.compile(r"(\w+)\s*,\s*weight\s*=\s*(\S(?:.*\S)?)", re.DOTALL)
_SHAPE = re.compile(r"\s*(\w+)\s*\((.*)\)\s*", re.DOTALL)


class Formula(NamedTuple):
    """What is measured of a layer inside each unit.

    Examples
    --------
    >>> formula = parse_formula("share(slope > 25)")
    >>> formula.function, formula.argument, formula.kinds
    ('share', 'slope > 25', ('raster',))
    """

    text: str
    function: str
    argument: str
    condition: Condition | None
    kinds: tuple[str, ...]
    weight: str = ""

    @property
    def quantile(self) -> float | None:
        """Of ``quantile_10``: 0.1; None of other functions."""
        name, _, percent = self.function.partition("_")
        return int(percent) / 100 if name == "quantile" else None

    @property
    def surfaces(self) -> frozenset[str]:
        """The surfaces of a raster that it reads."""
        if "raster" not in self.kinds:
            return frozenset()
        return self.condition.names if self.condition else frozenset({self.argument})

    def check(self, kind: str, layer: str) -> None:
        """Refuse a kind of layer that the formula does not fit.

        Examples
        --------
        >>> parse_formula("mean(slope)").check("polygons", "forests")
        Traceback (most recent call last):
        ...
        layers.errors.StudyError: layer 'forests' holds polygons, of which 'mean(slope)' is not known; \
it can be asked for share(), ha(), count(), nearest(km)
        """
        if kind not in self.kinds:
            holds = Phrase("a raster") if kind == "raster" else word(kind)
            raise StudyError(
                Phrase(
                    "layer '{layer}' holds {holds}, of which '{text}' is not known; it can be asked for {forms}",
                    layer=layer,
                    holds=holds,
                    text=self.text,
                    forms=phrase_list(FORMS[kind]),
                ),
                code="formula",
                layer=layer,
            )


def parse_formula(text: str) -> Formula:
    """A formula from its text.

    Raises
    ------
    StudyError
        No such function, or not such an argument; the message says what there is.
    ConditionError
        The condition of a ``share`` cannot be read.

    Examples
    --------
    >>> [parse_formula(text).kinds for text in ("count()", "sum(capacity_mw)", "mean(value)")]
    [('points', 'lines', 'polygons'), ('points',), ('raster', 'points')]
    """
    match = _SHAPE.fullmatch(text)
    if not match:
        raise _refused(
            text, Phrase("a formula is written function(argument), such as mean(slope), sum(capacity_mw) or count()")
        )
    function, argument = match[1], match[2].strip()
    if weighed := _WEIGHED.fullmatch(argument):
        if (function, weighed[1]) != ("mean", "value"):
            raise _refused(text, Phrase("what is weighed by a layer is written mean(value, weight = LAYER)"))
        return Formula(text, function, "value", None, ("raster",), weighed[2])
    kind = "quantile" if re.fullmatch(r"quantile_0*[1-9][0-9]?", function, re.ASCII) else function
    if kind == "share" and argument:
        return Formula(text, function, argument, _surface_condition(text, argument), ("raster",))
    if kind in FIXED:
        wanted, kinds = FIXED[kind]
        if argument != wanted:
            raise _refused(text, Phrase("write {function}({wanted})", function=function, wanted=wanted))
        return Formula(text, function, argument, None, kinds)
    if kind not in OF_SURFACES or function == "quantile":
        near = difflib.get_close_matches(function.lower(), FUNCTIONS, 2)
        hint = (
            Phrase("did you mean {names}?", names=phrase_list(near, OR))
            if near
            else Phrase("there are {names}", names=phrase_list(FUNCTIONS))
        )
        raise _refused(text, Phrase("no function {function!r}; {hint}", function=function, hint=hint))
    kinds = (*("raster",) * (argument in SURFACES), *("points",) * (kind in OF_COLUMNS and argument != ""))
    if not kinds:
        also = Phrase("a column of points, or ") if kind in OF_COLUMNS else ""
        raise _refused(
            text,
            Phrase(
                "{function} is of {also}a raster's {surfaces}",
                function=function,
                also=also,
                surfaces=phrase_list(SURFACES),
            ),
        )
    return Formula(text, function, argument, None, kinds)


def _surface_condition(text: str, argument: str) -> Condition:
    condition = parse_condition(argument)
    if not condition.names:
        raise _refused(
            text,
            Phrase("its condition reads nothing of the raster; it may read {surfaces}", surfaces=phrase_list(SURFACES)),
        )
    strangers = sorted(condition.names - set(SURFACES))
    raise_all(
        ConditionError(
            Phrase(
                "'{text}': a condition on a raster reads {surfaces}, not {name!r}",
                text=text,
                surfaces=phrase_list(SURFACES),
                name=name,
            )
        )
        for name in strangers
    )
    return condition


def _refused(text: str, reason: str) -> StudyError:
    return StudyError(Phrase("cannot read {text!r}: {reason}", text=text, reason=reason), code="formula")
