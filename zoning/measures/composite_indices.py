"""The indices of a plan as measures, and the parts that each is made of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from layers.errors import ZoneplanError
from zoning.indices import (
    entropy_weights,
    equal_weights,
    geometric_mean,
    minmax,
    rank,
    topsis,
    weakest_link,
    weighted_sum,
    zscore,
)
from zoning.study import CompositeIndex

_SCALES = {"minmax": minmax, "zscore": zscore, "rank": rank}


class IndexParts(NamedTuple):
    """What an index was made of.

    Attributes
    ----------
    scores : DataFrame
        Index of the units that have all its measures; a column for each, made comparable.
    weights : Series
        By measure.
    """

    scores: pd.DataFrame
    weights: pd.Series


def with_indices(
    measures: pd.DataFrame, indices: Iterable[CompositeIndex]
) -> tuple[pd.DataFrame, dict[str, IndexParts]]:
    """Measures with the indices of a plan.

    Parameters
    ----------
    measures : DataFrame
        Index ``unit_id``, one column a measure.
    indices : iterable of CompositeIndex
        Each may read those before it.

    Returns
    -------
    DataFrame
        The measures, then one column an index. A unit that lacks a measure of an index lacks the index, and no other
        is compared with it.
    dict of str to IndexParts
        By index.

    Raises
    ------
    ZoneplanError
        Values that cannot be made one score, with the place of the index in the plan.

    Examples
    --------
    >>> index = CompositeIndex(name="fit", of=("water", "slope"), cost=("slope",))
    >>> table = pd.DataFrame({"water": [1.0, 3.0, None], "slope": [4.0, 2.0, 1.0]}, index=["a", "b", "c"])
    >>> with_indices(table, [index])[0]["fit"].tolist()
    [0.0, 1.0, nan]
    """
    found, parts = measures, dict[str, IndexParts]()
    for place, index in enumerate(indices):
        names = list(index.of)
        known = found.loc[found[names].notna().all(axis=1), names]
        try:
            score, parts[index.name] = _score(known, index)
        except ZoneplanError as error:
            error.keys = ("indices", place, "of")
            raise
        found = found.assign(**{index.name: score.reindex(found.index).astype(np.float64)})
    return found, parts


def _score(values: pd.DataFrame, index: CompositeIndex) -> tuple[pd.Series, IndexParts]:
    scores = _SCALES[index.scale](values, cost=index.cost) if index.scale in _SCALES else values.astype(np.float64)
    if isinstance(index.weights, dict):
        weights = pd.Series(index.weights)[list(index.of)]
    else:
        weights = equal_weights(values) if index.weights == "equal" else entropy_weights(values)
    if index.aggregate == "topsis":
        made = topsis(values, weights, cost=index.cost)
    elif index.aggregate == "weakest_link":
        made = weakest_link(scores)
    else:
        made = (weighted_sum if index.aggregate == "weighted_sum" else geometric_mean)(scores, weights)
    return made, IndexParts(scores, weights)
