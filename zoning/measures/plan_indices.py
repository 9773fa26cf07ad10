"""The indices of a plan as measures: several made one, access to services, and capacity for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from layers.errors import ZoneplanError, raise_all
from layers.phrases import Phrase
from zoning.indices import (
    carrying_capacity,
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
from zoning.measures.indicators import out_of_range
from zoning.measures.layer_indices import LayerIndices
from zoning.measures.service_access import access_level
from zoning.measures.travel_tables import TravelTable
from zoning.rulebook import Rulebook
from zoning.study import CapacityTerms, PlanIndex
from zoning.trace import AccessParts, ArealParts, CapacityParts, IndexParts, RasterParts

_SCALES = {"minmax": minmax, "zscore": zscore, "rank": rank}


def with_indices(
    measures: pd.DataFrame,
    indices: Iterable[PlanIndex],
    tables: Mapping[str, TravelTable] | None = None,
    made: LayerIndices | None = None,
) -> tuple[pd.DataFrame, dict[str, IndexParts | AccessParts | CapacityParts | RasterParts | ArealParts]]:
    """Measures with the indices of a plan.

    Examples
    --------
    >>> index = PlanIndex(name="fit", of=("water", "slope"), cost=("slope",))
    >>> table = pd.DataFrame({"water": [1.0, 3.0, None], "slope": [4.0, 2.0, 1.0]}, index=["a", "b", "c"])
    >>> with_indices(table, [index])[0]["fit"].tolist()
    [0.0, 1.0, nan]
    """
    found, parts = measures, dict[str, IndexParts | AccessParts | CapacityParts | RasterParts | ArealParts]()
    for place, index in enumerate(indices):
        names = list(dict.fromkeys(name for _, name in index.reads))
        known = found.loc[found[names].notna().all(axis=1), names]
        try:
            if index.rasters is not None or index.areal is not None:
                columns = pd.DataFrame(np.nan, index=known.index, columns=list(index.measures))
                if made is not None:
                    columns, parts[index.name] = made.columns[index.name], made.parts[index.name]
            elif index.access is not None:
                table = (tables or {}).get(index.name)
                if table is None:
                    columns = pd.DataFrame({index.name: np.nan}, index=known.index)
                else:
                    level, parts[index.name] = access_level(known[names[0]], index.access, table)
                    columns = level.to_frame(index.name)
            elif index.capacity is not None:
                columns, parts[index.name] = _capacity(known, index, index.capacity)
            else:
                score, parts[index.name] = _score(known, index)
                columns = score.astype(np.float64).to_frame(index.name)
        except ZoneplanError as error:
            keys = index.reads[0][0] if index.of else ("access" if index.access is not None else "capacity",)
            error.keys = ("indices", place, keys[0])
            raise
        if index.valid_range is not None:
            finite = columns[index.name].replace([np.inf, -np.inf], np.nan)  # of "nearest": no way
            where = ("indices", place, "valid_range")
            raise_all(out_of_range(Phrase("index '{index}'", index=index.name), finite, index.valid_range, where))
        found = found.assign(**{str(name): column for name, column in columns.reindex(found.index).items()})
    return found, parts


def _capacity(values: pd.DataFrame, index: PlanIndex, terms: CapacityTerms) -> tuple[pd.DataFrame, CapacityParts]:
    there = values[list(terms.needs)]
    made = carrying_capacity(there, pd.Series(terms.needs), None if terms.present is None else values[terms.present])
    columns = {index.name: made["capacity_people"], f"{index.name}_limited_by": made["limited_by"]}
    if terms.present is not None:
        columns[f"{index.name}_load"] = made["load"].replace(np.inf, np.nan)  # there is nothing for anybody
    people = made[[f"{name}_people" for name in there]].set_axis(there.columns, axis=1)
    return pd.DataFrame(columns, index=values.index), CapacityParts(people)


def made_of(place: int, indices: Sequence[PlanIndex], rulebook: Rulebook) -> list[str]:
    """The measures that are made of an index of a plan: indices below it that read it, and derived ones."""
    name = indices[place].name
    found = [one.name for one in indices[place + 1 :] if name in {read for _, read in one.reads}]
    return found + [one.name for one in rulebook.derived if name in one.names]


def scores_of(measures: pd.DataFrame, index: PlanIndex) -> IndexParts:
    """The scores of an index of several measures, and its weights."""
    names = list(index.of)
    return _parts(measures.loc[measures[names].notna().all(axis=1), names], index)


def scores_by_weights(measures: pd.DataFrame, index: PlanIndex, weights: pd.DataFrame) -> pd.DataFrame:
    """What an index would be with other weights."""
    names = list(index.of)
    values = measures.loc[measures[names].notna().all(axis=1), names]
    scores, _ = _parts(values, index)
    if index.aggregate == "weighted_sum":
        made = pd.DataFrame(scores.to_numpy() @ weights[names].to_numpy().T, index=values.index, columns=weights.index)
    else:
        made = pd.DataFrame({row: _made(values, index, scores, own[names]) for row, own in weights.iterrows()})
    return made.reindex(measures.index)


def _parts(values: pd.DataFrame, index: PlanIndex) -> IndexParts:
    scores = _SCALES[index.scale](values, cost=index.cost) if index.scale in _SCALES else values.astype(np.float64)
    if fixed := index.fixed_weights:
        weights = pd.Series(fixed)[list(index.of)]
    else:
        weights = equal_weights(values) if index.weights == "equal" else entropy_weights(values)
    return IndexParts(scores, weights)


def _made(values: pd.DataFrame, index: PlanIndex, scores: pd.DataFrame, weights: pd.Series) -> pd.Series:
    if index.aggregate == "topsis":
        return topsis(values, weights, cost=index.cost)
    if index.aggregate == "weakest_link":
        return weakest_link(scores)
    return (weighted_sum if index.aggregate == "weighted_sum" else geometric_mean)(scores, weights)


def _score(values: pd.DataFrame, index: PlanIndex) -> tuple[pd.Series, IndexParts]:
    parts = _parts(values, index)
    return _made(values, index, *parts), parts
