"""The indices of a plan as measures: several made one, access to services, and capacity for people."""

from __future__ import annotations

import math
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
from layers.errors import (
    Attempts,
    SourceError,
    UnknownNameError,
    ZoneplanError,
    at_key,
    naming_the_layer,
    raise_all,
    shown,
)
from layers.formats import CsvRow, Raster, read_cells, read_raster
from layers.inputs import Layer
from layers.numerals import plain_numeral
from layers.phrases import Phrase
from layers.raster import Borders, summarise
from layers.read import OwnFolder
from layers.sources import resolve_source
from zoning.errors import near
from zoning.indices import (
    areal_interpolation,
    best_facilities,
    carrying_capacity,
    entropy_weights,
    equal_weights,
    facility_shares,
    geometric_mean,
    grade,
    minmax,
    rank,
    raster_by_cells,
    raster_index,
    read_grading,
    same_cells,
    service_gap,
    topsis,
    travel_times,
    weakest_link,
    weighted_sum,
    zscore,
)
from zoning.measures.indicators import derive, out_of_range, sources_of
from zoning.plan import IndexRaster
from zoning.reasons import AccessParts, ArealParts, CapacityParts, IndexParts, RasterParts
from zoning.rulebook import Rulebook
from zoning.study import AccessTerms, ArealTerms, CapacityTerms, PlanIndex, RasterTerms
from zoning.tables import FACILITIES, tabulate


@dataclass(frozen=True, eq=False)
class TravelTable:
    """The ways from units to facilities, and what each facility has."""

    times: pd.DataFrame
    supply: pd.Series
    name: str = "times"


def read_travel_table(terms: AccessTerms, folder: Path, where: str = "") -> TravelTable:
    """The two tables that ``[indices.access]`` names."""
    of = _Columns(folder, where, terms.encoding)
    refused = Attempts()
    sites, supplies = refused.attempt(of.read, terms.facilities, (terms.facility,), terms.supply) or ([], [])
    names = [name for (name,) in sites]
    twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if twice:
        text = Phrase("table '{table}': facilities stand twice: {names}", table=terms.facilities, names=shown(twice))
        refused.errors.append(SourceError(text, code="facility_twice", layer=terms.facilities, features=twice))
    pairs, times = refused.attempt(of.read, terms.table, (terms.origin, terms.destination), terms.time) or ([], [])
    if not sites:
        refused.stop()
    supply = pd.Series(supplies, index=pd.Index(names, dtype=object), dtype=float)
    strange = sorted({goal for _, goal in pairs} - set(names))
    if strange:
        refused.errors.append(
            SourceError(
                Phrase(
                    "table '{table}': '{names}' stands in no row of '{other}'{hint}; give its supply there, 0 for a "
                    "site that could be taken",
                    table=terms.table,
                    names=shown(strange),
                    other=terms.facilities,
                    hint=near(strange[0], names),
                ),
                code="unknown_facility",
                layer=terms.table,
                features=strange,
            )
        )
    refused.finish()
    rows = pd.DataFrame(pairs, columns=["origin", "destination"]).assign(time=times)
    matrix = travel_times(rows, "origin", "destination", "time")
    return TravelTable(matrix.reindex(columns=supply.index, fill_value=np.inf), supply, terms.table)


def strange_origins(tables: Mapping[str, TravelTable], units: pd.Index) -> Iterator[tuple[str, ZoneplanError]]:
    """By index the complaint about ways that begin at no unit of the study."""
    known = set(map(str, units))
    for index, table in tables.items():
        strange = sorted(set(map(str, table.times.index)) - known)
        if strange:
            text = Phrase(
                "table '{table}': ways begin at {ids}, which are no units{hint}; take these rows out",
                table=table.name,
                ids=shown(strange),
                hint=near(strange[0], sorted(known)),
            )
            yield index, SourceError(text, code="unknown_unit", layer=table.name, features=strange)


@dataclass(frozen=True)
class _Columns:
    """Reads columns of tables of one index."""

    folder: Path
    where: str
    encoding: str | None

    def read(self, name: str, keys: Sequence[str], number: str) -> tuple[list[tuple[str, ...]], list[float]]:
        """The texts of some columns and the numbers of one, row by row."""
        with naming_the_layer(self.where, name):
            path = resolve_source(self.folder, name)
        if path.suffix.lower() != ".csv":
            raise SourceError(
                Phrase("table '{table}' is no .csv; save it as CSV", table=name), code="format", layer=name
            )
        header, rows = read_cells(path, name, self.encoding)
        raise_all([self._no_column(name, column, header) for column in (*keys, number) if column not in header])
        if not rows:
            raise SourceError(Phrase("table '{table}' has no rows", table=name), code="no_rows", layer=name)
        places, at = [header.index(key) for key in keys], header.index(number)
        texts = [tuple(row.cells[position].strip() for position in places) for row in rows]
        values = [_number(row.cells[at]) for row in rows]
        raise_all([*_faults(rows, texts, keys, name), *_no_numbers(rows, values, at, number, name)])
        return texts, values

    @staticmethod
    def _no_column(name: str, column: str, header: Sequence[str]) -> SourceError:
        text = Phrase(
            "table '{table}' has no column '{column}'{hint}; it has {header}",
            table=name,
            column=column,
            hint=near(column, header),
            header=shown(header),
        )
        return SourceError(text, code="missing_column", layer=name)


def _number(cell: str) -> float:
    plain = plain_numeral(cell)
    number = float(plain) if plain else math.nan
    return number if number >= 0 and math.isfinite(number) else math.nan


def _faults(
    rows: Sequence[CsvRow], texts: Sequence[tuple[str, ...]], keys: Sequence[str], name: str
) -> Iterator[SourceError]:
    for position, key in enumerate(keys):
        empty = [str(row.line) for row, cells in zip(rows, texts, strict=True) if not cells[position]]
        if empty:
            text = Phrase(
                "table '{table}': column '{column}' is empty in lines {lines}",
                table=name,
                column=key,
                lines=shown(empty),
            )
            yield SourceError(text, code="empty_cell", layer=name, features=empty)


def _no_numbers(
    rows: Sequence[CsvRow], values: Sequence[float], at: int, number: str, name: str
) -> Iterator[SourceError]:
    bad = [row for row, value in zip(rows, values, strict=True) if math.isnan(value)]
    if bad:
        lines = [str(row.line) for row in bad]
        text = Phrase(
            "table '{table}', line {line}: '{cell}' in column '{column}' is no number from 0; of {count} such lines "
            "the first",
            table=name,
            line=lines[0],
            cell=bad[0].cells[at],
            column=number,
            count=len(lines),
        )
        yield SourceError(text, code="not_a_number", layer=name, features=lines)


BELOW_STANDARD = "services_below_standard"
"""The measure that counts of how many services a unit has less than its standard."""


def access_level(people: pd.Series, terms: AccessTerms, table: TravelTable) -> tuple[pd.Series, AccessParts]:
    """How much of a service a person of each unit has, or how far the nearest facility is."""
    built = table.supply[table.supply > 0]
    ways = _ways(people, table)[built.index]
    if terms.method == "nearest":
        adds = ways.where(ways <= terms.reach)
        level = ways.min(axis=1).replace(np.inf, np.nan)
    elif built.empty:  # all that there is are sites
        level, adds = pd.Series(0.0, index=people.index), ways
    else:
        shares = facility_shares(people, built, ways, terms.reach, terms.bands, steps=_STEPS[terms.method])
        level, adds = shares.sum(axis=1) * terms.per, shares.where(shares > 0) * terms.per
    near = ways <= terms.reach
    return level.astype(float), AccessParts(
        _reached(ways, near, adds, built, people), float(built.sum()), float(built[near.any(axis=0)].sum())
    )


_STEPS: Mapping[str, int] = {"two_step": 2, "three_step": 3}


def _ways(people: pd.Series, table: TravelTable) -> pd.DataFrame:
    return table.times.reindex(people.index.astype(str), fill_value=np.inf).set_axis(people.index)


def _reached(
    ways: pd.DataFrame, near: pd.DataFrame, adds: pd.DataFrame, supply: pd.Series, people: pd.Series
) -> pd.DataFrame:
    rows, columns = np.nonzero(near.to_numpy())
    sharing = people.to_numpy(dtype=float) @ near.to_numpy()
    table = pd.DataFrame(
        {
            "unit_id": ways.index.to_numpy()[rows],
            "facility": ways.columns.to_numpy()[columns],
            "time": ways.to_numpy()[rows, columns],
            "supply": supply.to_numpy()[columns],
            "people": sharing[columns],
            "adds": adds.to_numpy()[rows, columns],
        }
    )
    return table.sort_values(["unit_id", "time", "facility"], kind="stable").reset_index(drop=True)


def with_standards(measures: pd.DataFrame, zones: pd.DataFrame, indices: Iterable[PlanIndex]) -> pd.DataFrame:
    """Measures with what is missing to the standards of services, which may hang on the main function."""
    extended, below = measures, []
    for index in indices:
        terms = index.access
        if terms is None or terms.standard is None:
            continue
        standard = _standard(terms, zones["main"].reindex(measures.index))
        level, people = measures[index.name], measures[terms.people]
        heads = people.astype(float)
        known = heads.notna() & standard.notna()
        gap = _gap(terms, level[known].astype(float), standard[known], heads[known]).reindex(measures.index)
        gap = gap.where(standard.notna(), 0.0).where(heads.notna())  # without a standard nothing is missing
        below.append((gap["people_below"] > 0).astype(float).where(heads.notna()))
        names = dict(zip(index.standards, (standard, gap["people_below"], gap["missing"]), strict=False))
        extended = extended.assign(**names)
    if not below:
        return measures
    return extended.assign(**{BELOW_STANDARD: pd.concat(below, axis=1).sum(axis=1, skipna=False)})


def _standard(terms: AccessTerms, mains: pd.Series) -> pd.Series:
    if isinstance(terms.standard, dict):
        return mains.map(terms.standard).astype(float)
    return pd.Series(float(terms.standard or 0), index=mains.index)


def _gap(terms: AccessTerms, level: pd.Series, standard: pd.Series, people: pd.Series) -> pd.DataFrame:
    if terms.method == "nearest":
        below = ~(level <= standard)  # who has no way at all is below as well
        return pd.DataFrame({"people_below": people.where(below, 0.0), "missing": 0.0}, index=level.index)
    gap = service_gap(level, standard, people)
    return pd.DataFrame({"people_below": gap["people_below"], "missing": gap["capacity_missing"] / terms.per})


def more_facilities(
    measures: pd.DataFrame, indices: Iterable[PlanIndex], tables: Mapping[str, TravelTable]
) -> pd.DataFrame:
    """Which sites would bring most people within reach of a service, one after the other."""
    rows = [pd.DataFrame()]
    for index in indices:
        terms = index.access
        if terms is None or not terms.more or index.name not in tables:
            continue
        people = measures[terms.people].astype(float).fillna(0.0)
        table = tables[index.name]
        ways, there = _ways(people, table), table.supply > 0
        sites = ways.loc[:, ~there.to_numpy()]
        if sites.columns.empty:
            continue
        facilities = best_facilities(people, sites, terms.reach, terms.more, ways.loc[:, there.to_numpy()])
        rows.append(
            facilities.rename_axis("site").reset_index().assign(service=index.name, rank=range(1, len(facilities) + 1))
        )
    return tabulate(FACILITIES, pd.concat(rows))


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
    for position, index in enumerate(indices):
        terms = index.rasters
        if index.areal is not None:
            with at_key("indices", position, "areal", "layer"):
                columns[index.name], parts[index.name] = _interpolated(units, by_name, index, index.areal)
        if terms is None:
            continue
        folder = OwnFolder()
        path = folder.path / f"{index.name}.tif"
        with at_key("indices", position, "rasters", "layers"):
            read: dict[Hashable, Raster] = {name: rasters[layer] for name, layer in terms.layers.items()}
            parts[index.name] = _written(read, path, index, terms, rulebook)
            raster = read_raster(path, index.name)[0]
            formulas = {index.name: "mean(value)"} | terms.measure
            columns[index.name] = summarise(
                units, raster, {name: parse_formula(text) for name, text in formulas.items()}, borders
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
    table = areal_interpolation(areas, units, **{terms.kind: [terms.column]}, dasymetric=where)
    column = terms.column if terms.value is None else f"{terms.column}_{terms.value}"
    if column not in table.columns:  # a kind that no area has here
        table[column] = pd.Series(0.0, index=units.index).where(table.notna().any(axis=1))
    counts = pd.Series(np.bincount(unit, minlength=len(units)), index=units.index)
    return table[[column]].set_axis([index.name], axis=1), ArealParts(counts)


def _meeting(units: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The places of units and areas that have land in common."""
    shapes, unit_shapes = (np.asarray(table.geometry.array) for table in (areas, units))
    unit, area = shapely.STRtree(shapes).query(unit_shapes, predicate="intersects")
    inside = shapely.area(shapely.intersection(unit_shapes[unit], shapes[area])) > 0
    return unit[inside], area[inside]


def area_layers(layers: Iterable[Layer]) -> dict[str, gpd.GeoDataFrame]:
    """The polygons of a plan by layer, whole where a part of one designates."""
    by_layer = {layer.name: layer.measured[-1].features for layer in layers if layer.measured[-1].kind == "polygons"}
    return {name: features for name, features in by_layer.items() if features is not None}


def raster_layers(layers: Iterable[Layer]) -> dict[str, Raster]:
    """The rasters of a plan by layer, whole where a part of one designates."""
    by_layer = {layer.name: layer.measured[-1].raster for layer in layers}
    return {name: raster for name, raster in by_layer.items() if raster is not None}


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
    derived = {measure.name: measure for measure in rulebook.derived}
    wanted = derived.get(terms.derive or "")
    if wanted is None or wanted.type != "number":
        numbers = [measure.name for measure in derived.values() if measure.type == "number"]
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
    for measure in rulebook.derived:
        if measure.among(known).names <= known:
            known.add(measure.name)
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
    needed, derived = {name}, {measure.name for measure in rulebook.derived}
    for measure in reversed(rulebook.derived):
        if measure.name in needed:
            needed |= measure.among(()).names
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
    reduced = replace(rulebook, derived=tuple(measure for measure in rulebook.derived if measure.name in needed))
    wanted = next(measure for measure in reduced.derived if measure.name == name)
    raster_by_cells(read, lambda cells: derive(cells, reduced).table[name], path, dtype=_cells_for(wanted.grades))


def _cells_for(grades: Iterable[float]) -> Literal["uint8", "float32"]:
    """The type of cells that holds some grades; of numbers of any kind where none are known."""
    listed = list(grades)
    whole = bool(listed) and all(number == int(number) and 0 <= number <= _MOST_WHOLE for number in listed)
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
    extended, parts = measures, dict[str, IndexParts | AccessParts | CapacityParts | RasterParts | ArealParts]()
    for position, index in enumerate(indices):
        names = list(dict.fromkeys(name for _, name in index.reads))
        known = extended.loc[extended[names].notna().all(axis=1), names]
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
            error.keys = ("indices", position, keys[0])
            raise
        if index.valid_range is not None:
            finite = columns[index.name].replace([np.inf, -np.inf], np.nan)  # of "nearest": no way
            where = ("indices", position, "valid_range")
            raise_all(out_of_range(Phrase("index '{index}'", index=index.name), finite, index.valid_range, where))
        extended = extended.assign(**{str(name): column for name, column in columns.reindex(extended.index).items()})
    return extended, parts


def _capacity(values: pd.DataFrame, index: PlanIndex, terms: CapacityTerms) -> tuple[pd.DataFrame, CapacityParts]:
    there = values[list(terms.needs)]
    made = carrying_capacity(there, pd.Series(terms.needs), None if terms.present is None else values[terms.present])
    columns = {index.name: made["capacity_people"], f"{index.name}_limited_by": made["limited_by"]}
    if terms.present is not None:
        columns[f"{index.name}_load"] = made["load"].replace(np.inf, np.nan)  # there is nothing for anybody
    people = made[[f"{name}_people" for name in there]].set_axis(there.columns, axis=1)
    return pd.DataFrame(columns, index=values.index), CapacityParts(people)


def made_of(position: int, indices: Sequence[PlanIndex], rulebook: Rulebook) -> list[str]:
    """The measures that are made of an index of a plan: indices below it that read it, and derived ones."""
    name = indices[position].name
    names = [index.name for index in indices[position + 1 :] if name in {read for _, read in index.reads}]
    return names + [measure.name for measure in rulebook.derived if name in measure.names]


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
        made = pd.DataFrame({row: _made(values, index, scores, drawn[names]) for row, drawn in weights.iterrows()})
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
