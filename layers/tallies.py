"""Tallies: the cells of a raster that count for a formula, and the statistic that it makes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from layers.footprints import Floats, Footprint
from layers.formulas import Formula
from layers.samples import (
    Flags,
    Sample,
    fraction,
    majority,
    maximum,
    mean,
    mean_direction,
    minimum,
    quantile,
    std,
    total,
)

EXTREMES = ("min", "max")
"""Functions that one cell alone can decide."""
_SLIVER = 0.01
"""Of the cell of which a polygon has most: so much of any other is no noise, however small the polygon."""


def sample_of(
    formula: Formula, surfaces: Mapping[str, Floats], found: Footprint, area: Floats, count: int, strip: float
) -> tuple[Sample, Flags]:
    """The cells that have a value, and which of them are touched for certain.

    Parameters
    ----------
    formula : Formula
    surfaces : mapping of str to array
        What it reads, at each cell; NaN where a cell has none.
    found : Footprint
        The cells of ``count`` polygons.
    area : array of float
        The true area of each cell inside its polygon.
    count : int
    strip : float
        The share of a cell by which a border may be off along its side.

    Returns
    -------
    sample : Sample
        Without the cells of polygons that touch none for certain that has a value.
    touched : array of bool
    """
    if formula.condition is not None:
        answer = formula.condition.evaluate(pd.DataFrame(surfaces))
        value, valid = answer.yes.astype(np.float64), answer.known
    else:
        value = surfaces[formula.argument]
        valid = ~np.isnan(value)
    if valid.all() and formula.function not in EXTREMES:
        return Sample(found.owner, value, area, found.share, count), valid
    touched = _touched(found, strip)
    if not valid.all():
        sure = np.bincount(found.owner[valid & touched], minlength=count) > 0
        valid = valid & sure[found.owner]
    sample = Sample(found.owner[valid], value[valid], area[valid], found.share[valid], count)
    return sample, touched[valid]


def _touched(found: Footprint, strip: float) -> Flags:
    """The cells that each polygon touches by more than its border may be off."""
    first = np.flatnonzero(np.diff(found.owner, prepend=-1))
    if not len(first):
        return np.zeros(0, dtype=bool)
    most = np.repeat(np.maximum.reduceat(found.share, first), np.diff(np.append(first, len(found.share))))
    return np.greater(found.share, np.minimum(strip, _SLIVER * most))


def statistic(formula: Formula, sample: Sample, touched: Flags) -> Floats:
    """What a formula makes of the cells of each polygon; the lowest and the highest of those touched for certain."""
    if formula.function in EXTREMES:
        sample = sample.of(touched)
    if formula.quantile is not None:
        return quantile(sample, formula.quantile)
    if formula.function == "mean" and formula.argument == "aspect":
        return mean_direction(sample)
    functions: dict[str, Callable[[Sample], Floats]] = {
        "mean": mean,
        "share": fraction,
        "std": std,
        "sum": total,
        "min": minimum,
        "max": maximum,
        "majority": majority,
        "median": lambda one: quantile(one, 0.5),
    }
    return functions[formula.function](sample)
