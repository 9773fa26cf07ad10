"""The indices of a plan as measures: several made one, access to services, and capacity for people."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.conditions import parse_formula
from layers.errors import UnknownNameError, ZoneplanError, at_key, raise_all
from layers.formats import Raster, read_raster
from layers.inputs import Layer
from layers.phrases import Phrase
from layers.raster import Borders, summarise
from layers.read import OwnFolder
from zoning.errors import near
from zoning.indices import (
    areal_interpolation,
    carrying_capacity,
    entropy_weights,
    equal_weights,
    geometric_mean,
    grade,
    minmax,
    rank,
    raster_by_cells,
    raster_index,
    read_grading,
    same_cells,
    topsis,
    weakest_link,
    weighted_sum,
    zscore,
)
from zoning.measures.indicators import derive, out_of_range, sources_of
from zoning.measures.service_access import TravelTable, access_level
from zoning.plan import IndexRaster
from zoning.reasons import AccessParts, ArealParts, CapacityParts, IndexParts, RasterParts
from zoning.rulebook import Rulebook
from zoning.study import ArealTerms, CapacityTerms, PlanIndex, RasterTerms

_MOST_WHOLE = 254
"""The largest grade that a cell of one byte holds; 255 stands for none."""


@dataclass(frozen=True)
class LayerIndices:
    """What the indices of a plan that are made of layers give."""

    files: Mapping[str, IndexRaster]
    columns: Mapping[str, pd.DataFrame]
    parts: Mapping[str, RasterParts | ArealParts]


def layer_indices(
    units: gpd.GeoDataFrame, layers: Iterable[Layer], indices: Iterable[PlanIndex], rulebook: Rulebook
) -> LayerIndices:
    """The indices of a plan that are made of rasters, and those that are columns of other areas.

    Notes
    -----
    Block by block, as :func:`zoning.indices.raster_index` and :func:`zoning.indices.raster_by_cells` do: scores hang on
    all cells of the rasters, those outside the units as well. Measures of units are by the exact part and the true area
    of each cell.
    """
    files, columns = dict[str, IndexRaster](), dict[str, pd.DataFrame]()
    parts = dict[str, RasterParts | ArealParts]()
    by_name = {layer.name: layer for layer in layers}
    rasters = raster_layers(by_name.values())
    borders = Borders(units)
    for place, index in enumerate(indices):
        terms = index.rasters
        if index.areal is not None:
            with at_key("indices", place, "areal", "layer"):
                columns[index.name], parts[index.name] = _interpolated(units, by_name, index, index.areal)
        if terms is None:
            continue
        folder = OwnFolder()
        path = folder.path / f"{index.name}.tif"
        with at_key("indices", place, "rasters", "layers"):
            read: dict[Hashable, Raster] = {name: rasters[layer] for name, layer in terms.layers.items()}
            parts[index.name] = _written(read, path, index, terms, rulebook)
            own = read_raster(path, index.name)[0]
            formulas = {index.name: "mean(value)"} | terms.measure
            columns[index.name] = summarise(
                units, own, {name: parse_formula(text) for name, text in formulas.items()}, borders
            )
        files[index.name] = IndexRaster(path, folder)
    return LayerIndices(files, columns, parts)


def _interpolated(
    units: gpd.GeoDataFrame, layers: Mapping[str, Layer], index: PlanIndex, terms: ArealTerms
) -> tuple[pd.DataFrame, ArealParts]:
    """The column of other areas on the units, and how many areas each unit meets."""
    areas = area_layers(layers.values())[terms.layer]
    unit, area = _meeting(units, areas)
    areas = areas.iloc[np.unique(area)]
    where = None if terms.dasymetric is None else layers[terms.dasymetric].measured[-1]
    found = areal_interpolation(areas, units, **{terms.kind: [terms.column]}, dasymetric=where)
    own = terms.column if terms.value is None else f"{terms.column}_{terms.value}"
    if own not in found.columns:  # a kind that no area has here
        found[own] = pd.Series(0.0, index=units.index).where(found.notna().any(axis=1))
    met = pd.Series(np.bincount(unit, minlength=len(units)), index=units.index)
    return found[[own]].set_axis([index.name], axis=1), ArealParts(met)


def _meeting(units: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The places of units and areas that have land in common."""
    shapes, own = (np.asarray(one.geometry.array) for one in (areas, units))
    unit, area = shapely.STRtree(shapes).query(own, predicate="intersects")
    inside = shapely.area(shapely.intersection(own[unit], shapes[area])) > 0
    return unit[inside], area[inside]


def area_layers(layers: Iterable[Layer]) -> dict[str, gpd.GeoDataFrame]:
    """The polygons of a plan by layer, whole where a part of one designates."""
    found = {one.name: one.measured[-1].features for one in layers if one.measured[-1].kind == "polygons"}
    return {name: features for name, features in found.items() if features is not None}


def raster_layers(layers: Iterable[Layer]) -> dict[str, Raster]:
    """The rasters of a plan by layer, whole where a part of one designates."""
    found = {layer.name: layer.measured[-1].raster for layer in layers}
    return {name: raster for name, raster in found.items() if raster is not None}


def layer_index_faults(layers: Iterable[Layer], index: PlanIndex, rulebook: Rulebook) -> Iterator[ZoneplanError]:
    """The complaints about an index that is made of layers, each with its keys below the index."""
    by_name = {layer.name: layer for layer in layers}
    if index.areal is not None:
        yield from _areal_faults(index.name, index.areal, by_name)
    terms, rasters = index.rasters, raster_layers(by_name.values())
    if terms is None:
        return
    strange = [(name, layer) for name, layer in terms.layers.items() if layer not in rasters]
    for name, layer in strange:
        yield UnknownNameError(
            Phrase(
                "index '{index}': there is no raster layer '{layer}'{hint}",
                index=index.name,
                layer=layer,
                hint=near(layer, rasters),
            ),
            code="unknown_layer",
            keys=("rasters", "layers", name),
        )
    if not strange:
        try:
            same_cells({name: rasters[layer] for name, layer in terms.layers.items()})
        except ZoneplanError as error:
            error.keys = ("rasters", "layers")
            yield error
    if terms.derive is not None:
        yield from _derive_faults(index.name, terms, rulebook)


def _areal_faults(name: str, terms: ArealTerms, layers: Mapping[str, Layer]) -> Iterator[ZoneplanError]:
    areas = area_layers(layers.values())
    features = areas.get(terms.layer)
    if features is None:
        yield UnknownNameError(
            Phrase(
                "index '{index}': there is no layer '{layer}' of polygons{hint}",
                index=name,
                layer=terms.layer,
                hint=near(terms.layer, areas),
            ),
            code="unknown_layer",
            keys=("areal", "layer"),
        )
    elif terms.column not in features.columns:
        yield UnknownNameError(
            Phrase(
                "index '{index}': layer '{layer}' has no column '{column}'{hint}",
                index=name,
                layer=terms.layer,
                column=terms.column,
                hint=near(terms.column, map(str, features.columns)),
            ),
            code="unknown_column",
            keys=("areal", "column"),
        )
    known = {**areas, **raster_layers(layers.values())}
    if terms.dasymetric is not None and terms.dasymetric not in known:
        yield UnknownNameError(
            Phrase(
                "index '{index}': there is no layer '{layer}' of polygons or cells{hint}",
                index=name,
                layer=terms.dasymetric,
                hint=near(terms.dasymetric, known),
            ),
            code="unknown_layer",
            keys=("areal", "dasymetric"),
        )


def _derive_faults(name: str, terms: RasterTerms, rulebook: Rulebook) -> Iterator[ZoneplanError]:
    derived = {one.name: one for one in rulebook.derived}
    wanted = derived.get(terms.derive or "")
    if wanted is None or wanted.type != "number":
        numbers = [one.name for one in derived.values() if one.type == "number"]
        yield UnknownNameError(
            Phrase(
                "index '{index}': rulebook '{rulebook}' derives no number '{name}'{hint}",
                index=name,
                rulebook=rulebook.name,
                name=terms.derive,
                hint=near(str(terms.derive), numbers),
            ),
            code="unknown_measure",
            keys=("rasters", "derive"),
        )
        return
    known = {*terms.layers, *rulebook.values}
    for one in rulebook.derived:
        if one.among(known).names <= known:
            known.add(one.name)
    if wanted.name not in known:
        lacking = sorted(_leaves(wanted.name, rulebook) - known)
        yield UnknownNameError(
            Phrase(
                "index '{index}': rulebook '{rulebook}' derives '{name}' of {names} as well; give a raster for each",
                index=name,
                rulebook=rulebook.name,
                name=wanted.name,
                names=", ".join(lacking),
            ),
            code="unknown_measure",
            keys=("rasters", "layers"),
        )


def _leaves(name: str, rulebook: Rulebook) -> frozenset[str]:
    """The measures without which a derived measure is none, themselves not derived."""
    needed, derived = {name}, {one.name for one in rulebook.derived}
    for one in reversed(rulebook.derived):
        if one.name in needed:
            needed |= one.among(()).names
    return frozenset(needed - derived)


def _written(
    read: Mapping[Hashable, Raster], path: Path, index: PlanIndex, terms: RasterTerms, rulebook: Rulebook
) -> RasterParts:
    if terms.derive is not None:
        _write_derived(read, path, terms.derive, rulebook)
        return RasterParts(pd.DataFrame(index=pd.Index(list(read))), pd.Series(dtype="float64"))
    scored = partial(
        raster_index,
        read,
        cost=index.cost,
        normalise=index.normalise,
        weights=index.fixed_weights or index.weights,
        aggregate=index.aggregate,
    )
    if terms.classes is None or terms.grades is None:
        made = scored(path)
        return RasterParts(made.statistics, made.weights)
    grading = read_grading(terms.classes, terms.grades)
    with TemporaryDirectory(prefix="zoneplan-") as folder:
        made = scored(Path(folder) / "score.tif", dtype="float64")
        raster_by_cells(
            {"score": made.path},
            lambda cells: grade(cells["score"], grading.breaks, grading.grades, grading.closed),
            path,
            dtype=_cells_for(grading.grades),
        )
    return RasterParts(made.statistics, made.weights)


def _write_derived(read: Mapping[Hashable, Raster], path: Path, name: str, rulebook: Rulebook) -> None:
    needed = sources_of([name], rulebook)
    own = replace(rulebook, derived=tuple(one for one in rulebook.derived if one.name in needed))
    wanted = next(one for one in own.derived if one.name == name)
    raster_by_cells(read, lambda cells: derive(cells, own)[name], path, dtype=_cells_for(wanted.grades))


def _cells_for(grades: Iterable[float]) -> Literal["uint8", "float32"]:
    """The type of cells that holds some grades; of numbers of any kind where none are known."""
    listed = list(grades)
    whole = bool(listed) and all(one == int(one) and 0 <= one <= _MOST_WHOLE for one in listed)
    return "uint8" if whole else "float32"


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
