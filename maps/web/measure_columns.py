"""The measures of the units: what the map can be coloured by, a column each, in whole numbers that pack small."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.conditions import parse_formula
from layers.errors import escape_hidden
from layers.sources import name_text
from maps.locale import LocalizedPlan, catalogue
from maps.web.page_model import MeasureLayer
from zoning.plan import Plan

Integers = npt.NDArray[np.int64]

DIGITS = 4
"""So many digits has the value that nine in ten are larger than, zeros apart."""
LARGEST = 2**29
SHARE, COVERED = "_share", "_covered"
UNITS = ("ha", "km2", "km", "m2", "m", "deg")
"""Units of measure that stand at the end of a column's name."""


class PackedMeasure(NamedTuple):
    """A measure of all units in whole numbers.

    Attributes
    ----------
    name : str
    step : float
        Values are multiples of it.
    steps : array of int
        One number a unit, see :func:`in_steps`.
    """

    name: str
    step: float
    steps: Integers


def measure_columns(plan: Plan) -> tuple[PackedMeasure, ...]:
    """Every measure that is a number and differs from unit to unit, in the order of the table.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    tuple of PackedMeasure
        Rows in the order of ``plan.units``.
    """
    return tuple(_columns(plan.measures.reindex(plan.units.index)))


def measure_layers(plan: LocalizedPlan, columns: Iterable[PackedMeasure]) -> tuple[MeasureLayer, ...]:
    """What some measures are called in the language of a plan, and their units of measure."""
    titles, found = _Titles(plan), []
    for one in columns:
        title, unit = titles.of(one.name)
        layer = MeasureLayer(one.name, escape_hidden(title), escape_hidden(unit), one.name.endswith(SHARE), one.step)
        found.append(layer)
    return tuple(found)


def _columns(table: pd.DataFrame) -> Iterator[PackedMeasure]:
    for name in map(str, table.columns):
        kind = table[name].dtype
        if name.endswith(COVERED) or pd.api.types.is_bool_dtype(kind) or not pd.api.types.is_numeric_dtype(kind):
            continue
        values = table[name].to_numpy(dtype=np.float64, na_value=np.nan)
        values = np.where(np.isfinite(values), values, np.nan)
        if len(np.unique(values[~np.isnan(values)])) > 1:
            step = step_of(values)
            yield PackedMeasure(name, step, in_steps(values, step))


def step_of(values: npt.NDArray[np.float64]) -> float:
    """The power of ten in whose multiples some values are told: fine enough for rather small ones among them.

    Examples
    --------
    >>> step_of(np.array([0.0, 0.21, 0.834, np.nan])), step_of(np.array([71887.0, 125922.0]))
    (0.0001, 10.0)
    """
    sizes = np.abs(values[~np.isnan(values) & (values != 0)])
    small = float(np.quantile(sizes, 0.1, method="lower"))
    finest = math.floor(math.log10(small)) - DIGITS + 1
    coarsest = math.ceil(math.log10(float(sizes.max()) / LARGEST))
    return float(f"1e{max(finest, coarsest)}")


def in_steps(values: npt.NDArray[np.float64], step: float) -> Integers:
    """Values as whole numbers from 0 up: 0 where there is none, else twice the steps and one more, or two below zero.

    Examples
    --------
    >>> in_steps(np.array([np.nan, 0.0, 0.2, -0.1]), 0.1).tolist()
    [0, 1, 5, 2]
    """
    known = ~np.isnan(values)
    steps = np.rint(np.where(known, values, 0.0) / step).astype(np.int64)
    return np.where(known, ((steps << 1) ^ (steps >> 63)) + 1, 0)


class _Titles:
    """What measures are called in the language of a plan: by the rulebook, by their layer or role, or by their name."""

    def __init__(self, plan: LocalizedPlan) -> None:
        self._terms, self._words = plan.renderer.terms, catalogue("measured", plan.language)
        parts = {f"{role}_{kind}": (role, kind) for role in set(plan.roles.values()) for kind in ("share", "ha")}
        named = {name: (self._terms.role(role), kind) for name, (role, kind) in parts.items()}
        for layer in plan.study.layers:
            formulas = {**layer.formulas("whole"), **layer.formulas("selected")}
            title = self._terms.layer(layer.name)
            named |= {name: (title, parse_formula(text).function) for name, text in formulas.items()}
        self._named = named

    def of(self, name: str) -> tuple[str, str]:
        """The title, and the unit of measure in words, as far as the rulebook or the name says it."""
        terms, words = self._terms, self._words
        ending = next((unit for unit in UNITS if name.endswith(f"_{unit}")), "")
        unit = terms.measured.get(name) or (terms.unit(ending) if ending else "")
        if name in terms.names:
            title = terms.names[name]
        elif name in self._named:
            layer, function = self._named[name]
            title = words["layer"].format(layer=layer, of=words[function.partition("_")[0]])
        elif name in words:
            title = words[name]
        else:
            title = name_text(name.removesuffix(f"_{ending}") if ending else name)
        return f"{title[:1].upper()}{title[1:]}", unit
