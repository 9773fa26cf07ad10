"""The measures of the units: what the map can be coloured by, a column each, in whole numbers that pack small."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.errors import escape_hidden
from maps.locale import COVERED, LocalizedPlan
from maps.summaries import MeasureAxis, measure_axis
from maps.web.page_model import MeasureLayer
from zoning.plan import Plan

Integers = npt.NDArray[np.int64]

DIGITS = 4
"""So many digits has the value that nine in ten are larger than, zeros apart."""
LARGEST = 2**29


class PackedMeasure(NamedTuple):
    """A measure of all units in whole numbers."""

    name: str
    step: float
    steps: Integers
    axis: MeasureAxis


def measure_columns(plan: Plan) -> tuple[PackedMeasure, ...]:
    """Every measure that is a number and differs from unit to unit, in the order of the table."""
    return tuple(_columns(plan.measures.reindex(plan.units.index)))


def measure_layers(plan: LocalizedPlan, columns: Iterable[PackedMeasure]) -> tuple[MeasureLayer, ...]:
    """What some measures are called in the language of a plan, and their units of measure."""
    titled = ((one, plan.renderer.terms.measure(one.name)) for one in columns)
    return tuple(
        MeasureLayer(
            one.name,
            escape_hidden(said.heading),
            escape_hidden(said.unit),
            plan.renderer.terms.is_share(one.name),
            one.step,
            one.axis,
        )
        for one, said in titled
    )


def _columns(table: pd.DataFrame) -> Iterator[PackedMeasure]:
    for name in map(str, table.columns):
        kind = table[name].dtype
        if name.endswith(COVERED) or pd.api.types.is_bool_dtype(kind) or not pd.api.types.is_numeric_dtype(kind):
            continue
        values = table[name].to_numpy(dtype=np.float64, na_value=np.nan)
        values = np.where(np.isfinite(values), values, np.nan)
        if len(np.unique(values[~np.isnan(values)])) > 1:
            step = step_of(values)
            yield PackedMeasure(name, step, in_steps(values, step), measure_axis(values))


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
