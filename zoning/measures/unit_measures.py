"""Measures: one row a unit, one column an indicator, from the layers and from the pieces that the overlay made."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from layers.conditions import Formula, parse_condition, parse_formula
from layers.crs import same_crs
from layers.errors import CrsError, GeometryError, SourceError, StudyError, UnknownNameError, shown
from layers.formats import Raster
from layers.geometry import lengths_m, nearest_km
from layers.inputs import Layer
from layers.numerals import floats_of, how_to_write, stray_texts
from layers.phrases import Phrase
from layers.raster import Borders, share_where, summarise, weighted_mean
from zoning.arguments import at_least, takes
from zoning.errors import near
from zoning.overlays import area_shares, checked_crs, covered, roles_of, unit_ids
from zoning.rulebook import ELEVATION_ROLE, AvailableLand, Rulebook
from zoning.tables import PIECES
from zoning.unit_ids import keep_ids

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
Geometries = npt.NDArray[np.object_]


def summarise_points(units: gpd.GeoDataFrame, layer: Layer, formula: Formula) -> pd.Series:
    """Count, sum, mean, min or max of the points in each unit."""
    features = _features(layer)
    owner = _owners(units, _points(layer, features))
    inside = owner >= 0
    if formula.function == "count":
        return pd.Series(np.bincount(owner[inside], minlength=len(units)).astype(float), index=units.index)
    values = _numbers(layer, features, formula.argument)[inside].to_numpy()
    return pd.Series(_statistic(formula.function, owner[inside], values, len(units)), index=units.index)


def nearest_feature(units: gpd.GeoDataFrame, layer: Layer) -> pd.Series:
    """The way from each unit to the nearest point, line or polygon of a layer, from border to border."""
    features = np.asarray(_features(layer).geometry.array)
    return pd.Series(
        nearest_km(np.asarray(units.geometry.array), features, CRS.from_user_input(units.crs)), index=units.index
    )


def summarise_lines(units: gpd.GeoDataFrame, layer: Layer, formula: Formula) -> pd.Series:
    """The length of lines in each unit on the ellipsoid, in km, or the number of lines that run in it."""
    owner, parts = _stretches(units, np.asarray(_features(layer).geometry.array))
    if formula.function == "count":
        amounts = np.ones(len(owner))
    else:
        amounts = lengths_m(parts, CRS.from_user_input(units.crs)) / 1000.0
    return pd.Series(_statistic("sum", owner, amounts, len(units)), index=units.index)


def count_polygons(units: gpd.GeoDataFrame, layer: Layer) -> pd.Series:
    """The number of polygons that share land with each unit."""
    shapes, polygons = np.asarray(units.geometry.array), np.asarray(_features(layer).geometry.array)
    unit, polygon = shapely.STRtree(polygons).query(shapes, predicate="intersects")
    shared = ~shapely.touches(shapes[unit], polygons[polygon])
    return pd.Series(np.bincount(unit[shared], minlength=len(units)).astype(float), index=units.index)


def _features(layer: Layer) -> gpd.GeoDataFrame:
    if layer.features is None:
        raise SourceError(Phrase("layer '{layer}' has no features to measure", layer=layer.name), layer=layer.name)
    return layer.features


def _points(layer: Layer, features: gpd.GeoDataFrame) -> Geometries:
    shapes = np.asarray(features.geometry.array)
    several = features.index[shapely.get_num_geometries(shapes) != 1].astype("str")
    if len(several):
        raise GeometryError(
            Phrase(
                "layer '{layer}': a feature does not have exactly one point, so no unit can be told for it "
                "({ids}); explode the layer first",
                layer=layer.name,
                ids=shown(several),
            ),
            code="multipoint",
            layer=layer.name,
            features=several,
        )
    return np.asarray(shapely.get_geometry(shapes, 0), dtype=object)


def _ranks(units: gpd.GeoDataFrame) -> Places:
    """Places of the units in the order of their ids."""
    return np.argsort(units.index.to_numpy(dtype=object), kind="stable")


def _owners(units: gpd.GeoDataFrame, points: Geometries) -> Places:
    """For each point the place of its unit, or -1."""
    order = _ranks(units)
    rank, point = shapely.STRtree(points).query(np.asarray(units.geometry.array)[order], predicate="intersects")
    first = np.full(len(points), len(units))
    np.minimum.at(first, point, rank)
    return np.where(first < len(units), order[np.minimum(first, len(units) - 1)], -1)


def _numbers(layer: Layer, features: gpd.GeoDataFrame, column: str) -> pd.Series:
    if column not in features.columns:
        known = [str(name) for name in features.columns if name != features.geometry.name]
        raise SourceError(
            Phrase(
                "layer '{layer}' has no column '{column}'{hint}",
                layer=layer.name,
                column=column,
                hint=near(column, known),
            ),
            code="column",
            layer=layer.name,
        )
    values = features[column]
    if not pd.api.types.is_numeric_dtype(values.dtype):
        odd = stray_texts(values)
        cells = (
            Phrase(
                " in {count} feature(s), {ids}; the first is {first}",
                count=len(odd),
                ids=shown(odd.index),
                first=shown(odd[:1]),
            )
            if len(odd)
            else ""
        )
        raise SourceError(
            Phrase(
                "layer '{layer}': column '{column}' holds texts, not numbers{cells}. {remedy}.",
                layer=layer.name,
                column=column,
                cells=cells,
                remedy=how_to_write(odd),
            ),
            code="column",
            layer=layer.name,
            features=odd.index,
        )
    return pd.Series(floats_of(values))


def _statistic(function: str, owner: Places, values: Floats, count: int) -> Floats:
    """The sum, mean, min or max of each unit's values, the same in whatever order they come: sums are rounded once."""
    by_unit = np.full(count, 0.0 if function == "sum" else np.nan)
    order = np.argsort(owner, kind="stable")
    units, starts = np.unique(owner[order], return_index=True)
    for unit, unit_values in zip(units, np.split(values[order], starts[1:]), strict=False):
        by_unit[unit] = (
            unit_values.min() if function == "min" else unit_values.max() if function == "max" else _total(unit_values)
        )
        if function == "mean":
            by_unit[unit] /= len(unit_values)
    return by_unit


def _total(amounts: Floats) -> float:
    try:
        return math.fsum(amounts)
    except (OverflowError, ValueError):  # beyond all numbers, or both infinities
        with np.errstate(over="ignore", invalid="ignore"):
            return float(amounts.sum())


def _stretches(units: gpd.GeoDataFrame, lines: Geometries) -> tuple[Places, Geometries]:
    """The parts of lines inside units: the place of the unit, and the part."""
    order = _ranks(units)
    shapes = np.asarray(units.geometry.array)[order]
    rank, line = shapely.STRtree(lines).query(shapes, predicate="intersects")
    parts = shapely.intersection(lines[line], shapes[rank])
    lengths = shapely.length(parts)
    twice = np.bincount(line, lengths, len(lines)) > shapely.length(lines) * (1 + 1e-12)
    for shared in np.flatnonzero(twice):  # it runs along a border: the first unit keeps that stretch
        mine = np.flatnonzero((line == shared) & (lengths > 0))
        taken = shapely.GeometryCollection()
        for index in mine[np.argsort(rank[mine], kind="stable")]:
            parts[index] = shapely.difference(parts[index], taken)
            taken = shapely.union(taken, parts[index])
    remaining = shapely.length(parts) > 0
    return order[rank[remaining]], np.asarray(parts[remaining], dtype=object)


@keep_ids("units")
@takes(pieces=at_least("unit_id", "area_ha", of=PIECES))
def measure(
    units: gpd.GeoDataFrame,
    pieces: gpd.GeoDataFrame,
    layers: Iterable[Layer] = (),
    rulebook: Rulebook | None = None,
) -> pd.DataFrame:
    """One row a unit, one column an indicator.

    Parameters
    ----------
    units : GeoDataFrame
        As given to :func:`zoning.overlays.overlay`.
    pieces : GeoDataFrame
        From :func:`zoning.overlays.overlay`, at least ``unit_id``, ``area_ha`` and a boolean column a designation.
    layers : iterable of Layer
        Their ``measures`` are computed; one with the role ``elevation`` deducts steep land.
    rulebook : Rulebook, optional
        Its ``available_land`` says which roles are deducted, which parameter says what is too steep, and which role is
        the boundary. Without a rulebook the defaults of that table count, and nothing is deducted for slope.

    Returns
    -------
    DataFrame
        Index ``unit_id``, in the order of the units. Every column of the units but geometry; ``area_ha``;
        ``<role>_share`` (0 to 1) and ``<role>_ha`` of each role, from the union of its designations; the measures of
        the layers, each with ``<name>_covered`` where a raster has values for a part of a unit only; ``available_ha``:
        land outside of :func:`deducted_roles` and not too steep; ``available_in_boundary_ha``: the part of it inside
        the boundary, missing where no designation has that role. Missing stays missing.

    Raises
    ------
    UnknownNameError
        Two sources give one name, or two layers have the role of elevation.
    StudyError
        A formula cannot be read or does not fit its layer.
    SourceError
        A column is missing, or slope is asked of coarse cells.
    GeometryError
        Pieces and units do not belong together.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> import zoneplan as zp
    >>> units = gpd.GeoDataFrame({"people": [7]}, geometry=[box(0, 0, 200, 100)], index=["a"], crs="EPSG:3035")
    >>> water = gpd.GeoDataFrame(geometry=[box(150, 0, 300, 100)], crs="EPSG:3035")
    >>> zp.measure(units, zp.overlay(units, {"water": water})).T
    unit_id                      a
    people                    7.00
    area_ha                   2.00
    water_share               0.25
    water_ha                  0.50
    available_ha              1.50
    available_in_boundary_ha   NaN
    """
    ids = unit_ids(units)
    crs = checked_crs(units)
    land = units.set_axis(ids, axis="index")
    every = tuple(layers)
    roles_of(pieces)
    _refuse_strangers(land, pieces)
    columns: dict[str, pd.Series] = {}
    sources: dict[str, str] = {}
    for source, table in _columns_by_source(land, pieces, every, rulebook, crs):
        for name in table.columns:
            if name in columns:
                raise UnknownNameError(
                    Phrase(
                        "the measure '{measure}' comes from {sources} and from {source}; rename one of them",
                        measure=name,
                        sources=sources[name],
                        source=source,
                    ),
                    code="two_sources",
                )
            columns[name], sources[name] = table[name], source
    return pd.DataFrame(columns, index=ids)


def deducted_roles(rulebook: Rulebook | None = None) -> tuple[str, ...]:
    """The roles whose land is not available for building.

    Examples
    --------
    >>> from zoning.rulebook import read_rulebook
    >>> deducted_roles(read_rulebook("brazil"))[:3]
    ('built_up', 'water', 'integral_protection')
    """
    return AvailableLand().roles() if rulebook is None else rulebook.available_land.roles(rulebook.lines)


def undeducted(
    pieces: gpd.GeoDataFrame, layers: Iterable[Layer] = (), rulebook: Rulebook | None = None
) -> tuple[str, ...]:
    """The roles that ``available_ha`` would deduct, had the study a layer for them."""
    played = {*roles_of(pieces).values(), *(layer.role for layer in layers)}
    land, lines = (AvailableLand(), ()) if rulebook is None else (rulebook.available_land, rulebook.lines)
    steep = [ELEVATION_ROLE] if rulebook is None or land.steeper_than in rulebook.parameters else []
    return tuple(role for role in (*land.expected_roles(lines), *steep) if role not in played)


def boundary_role(rulebook: Rulebook | None = None) -> str:
    """The role of the boundary inside which ``available_in_boundary_ha`` counts land.

    Examples
    --------
    >>> from zoning.rulebook import read_rulebook
    >>> boundary_role(read_rulebook("us_west"))
    'growth_boundary'
    """
    return (AvailableLand() if rulebook is None else rulebook.available_land).boundary


def _refuse_strangers(units: gpd.GeoDataFrame, pieces: gpd.GeoDataFrame) -> None:
    strangers = sorted(set(pieces["unit_id"]) ^ set(units.index))
    if strangers:
        raise GeometryError(
            Phrase(
                "pieces and units do not belong together: {ids} are in one of them only; overlay these units again",
                ids=shown(strangers),
            ),
            layer="pieces",
            features=strangers,
        )


def _columns_by_source(
    units: gpd.GeoDataFrame, pieces: gpd.GeoDataFrame, layers: tuple[Layer, ...], rulebook: Rulebook | None, crs: CRS
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Columns, from every source."""
    yield Phrase("the units"), _unit_columns(units)
    yield Phrase("the overlay"), _role_columns(units, pieces)
    borders = Borders(units)
    for layer in layers:
        for part in layer.measured:
            if part.measures:
                columns = _layer_columns(units, pieces, part, crs, borders, layers)
                yield Phrase("layer '{layer}'", layer=layer.name), columns
    yield Phrase("the overlay"), _available(units, pieces, layers, rulebook)


def _unit_columns(units: gpd.GeoDataFrame) -> pd.DataFrame:
    table = pd.DataFrame(units.drop(columns=units.geometry.name))
    area = units.geometry.area / 1e4
    if "area_ha" not in table.columns:
        return table.assign(area_ha=area)
    wrong = table.index[~np.isclose(table["area_ha"].to_numpy(dtype=float), area.to_numpy(), rtol=1e-6)]
    if len(wrong):
        raise UnknownNameError(
            Phrase(
                "the column 'area_ha' of the units is not their area for {count} of them ({ids}); rename it",
                count=len(wrong),
                ids=shown(wrong),
            ),
            code="two_sources",
            layer="units",
            features=wrong,
        )
    return table


def _by_unit(units: gpd.GeoDataFrame, pieces: gpd.GeoDataFrame, hectares: pd.Series) -> pd.Series:
    sums: pd.Series = hectares.groupby(pieces["unit_id"], sort=True).sum().reindex(units.index, fill_value=0.0)
    return sums


def _role_columns(units: gpd.GeoDataFrame, pieces: gpd.GeoDataFrame) -> pd.DataFrame:
    columns: dict[str, pd.Series] = {}
    whole = _by_unit(units, pieces, pieces["area_ha"])
    for role in sorted(set(roles_of(pieces).values())):
        hectares = _by_unit(units, pieces, pieces["area_ha"].where(covered(pieces, [role]), 0.0))
        columns |= {f"{role}_share": hectares / whole, f"{role}_ha": hectares}
    return pd.DataFrame(columns, index=units.index)


def _layer_columns(
    units: gpd.GeoDataFrame,
    pieces: gpd.GeoDataFrame,
    layer: Layer,
    crs: CRS,
    borders: Borders,
    layers: tuple[Layer, ...],
) -> pd.DataFrame:
    formulas = {name: parse_formula(text) for name, text in layer.measures.items()}
    gridded = {
        name: formula for name, formula in formulas.items() if layer.raster is not None and "raster" in formula.kinds
    }
    for name, formula in formulas.items():
        if name not in gridded:
            formula.check(layer.kind, layer.name)
    layer_crs = None if layer.features is None else layer.features.crs
    if layer_crs is not None and not same_crs(CRS.from_user_input(layer_crs), crs):
        raise CrsError(
            Phrase(
                "layer '{layer}' is in {crs_of_layer}, the units are in {crs}; project it first: "
                "zp.project(..., units.crs)",
                layer=layer.name,
                crs_of_layer=CRS.from_user_input(layer_crs).name,
                crs=crs.name,
            ),
            layer=layer.name,
        )
    raster = pd.DataFrame(index=units.index)
    if layer.raster is not None:
        plain = {name: formula for name, formula in gridded.items() if not formula.weight}
        raster = summarise(units, layer.raster, plain, borders)
        for name in gridded.keys() - plain.keys():
            means = weighted_mean(units, layer.raster, weighing_raster(gridded[name], layer, layers), borders)
            raster[name] = means["mean"]
            if ((means["covered"] > 0) & (means["covered"] < 1)).any():
                raster[f"{name}_covered"] = means["covered"]
    ordered = []
    for name, formula in formulas.items():
        if name in gridded:
            ordered.append(raster[[column for column in (name, f"{name}_covered") if column in raster.columns]])
        else:
            ordered.append(_vector_column(units, pieces, layer, formula).to_frame(name))
    return pd.concat(ordered, axis=1)


def _vector_column(units: gpd.GeoDataFrame, pieces: gpd.GeoDataFrame, layer: Layer, formula: Formula) -> pd.Series:
    if formula.function == "nearest":
        return nearest_feature(units, layer)
    if layer.kind == "points":
        return summarise_points(units, layer, formula)
    if layer.kind == "lines":
        return summarise_lines(units, layer, formula)
    if formula.function == "count":
        return count_polygons(units, layer)
    designates = layer.role is not None and layer.name in roles_of(pieces)
    if not designates:
        shares = area_shares(units[[units.geometry.name]], {layer.name: layer})
        return shares[f"{layer.name}_{formula.function}"]
    hectares = _by_unit(units, pieces, pieces["area_ha"].where(pieces[layer.name], 0.0))
    return hectares if formula.function == "ha" else hectares / _by_unit(units, pieces, pieces["area_ha"])


def weighing_raster(formula: Formula, layer: Layer, layers: Iterable[Layer]) -> Raster:
    """The grid by which ``mean(value, weight = LAYER)`` weighs."""
    named = {candidate.name: candidate for candidate in layers}
    if formula.weight not in named:
        raise UnknownNameError(
            Phrase(
                "layer '{layer}': '{text}' weighs by a layer '{weight}', and there is none{hint}",
                layer=layer.name,
                text=formula.text,
                weight=formula.weight,
                hint=near(formula.weight, named),
            ),
            layer=layer.name,
        )
    raster = named[formula.weight].raster
    if raster is None:
        raise StudyError(
            Phrase(
                "layer '{layer}': '{text}' weighs by layer '{weight}', which is no raster; give the amounts as a "
                "raster, such as people in each cell",
                layer=layer.name,
                text=formula.text,
                weight=formula.weight,
            ),
            code="formula",
            layer=layer.name,
        )
    return raster


def try_formula(units: gpd.GeoDataFrame, layer: Layer, name: str, layers: Iterable[Layer] = ()) -> None:
    """Refuse what :func:`measure` will refuse of a formula, by asking it of a single unit, or of a grid for none."""
    part = next(part for part in layer.measured if name in part.measures)
    formula = parse_formula(part.measures[name])
    if part.raster is not None and "raster" in formula.kinds:
        if formula.weight:
            weighing_raster(formula, part, layers)
        summarise(units.iloc[:0], part.raster, {name: formula})
        return
    try:
        formula.check(part.kind, part.name)
    except StudyError as error:
        if layer.kind not in formula.kinds:
            raise
        remedy = Phrase('of the part that designates, write {{ of = "selected", as = "{text}" }}', text=formula.text)
        raise StudyError(Phrase("{what}; {hint}", what=error, hint=remedy), code=error.code, layer=layer.name) from None
    if part.kind == "points" and formula.function != "nearest":
        summarise_points(units.iloc[:1], part, formula)


def _available(
    units: gpd.GeoDataFrame, pieces: gpd.GeoDataFrame, layers: tuple[Layer, ...], rulebook: Rulebook | None
) -> pd.DataFrame:
    free = pieces["area_ha"].where(~covered(pieces, deducted_roles(rulebook)), 0.0) * (
        1.0 - _steep_share(pieces, layers, rulebook)
    )
    boundary = boundary_role(rulebook)
    inside = free.where(covered(pieces, [boundary]), 0.0)
    bounded = boundary in roles_of(pieces).values()
    return pd.DataFrame(
        {
            "available_ha": _by_unit(units, pieces, free),
            "available_in_boundary_ha": _by_unit(units, pieces, inside) if bounded else np.nan,
        },
        index=units.index,
    )


def _steep_share(pieces: gpd.GeoDataFrame, layers: tuple[Layer, ...], rulebook: Rulebook | None) -> pd.Series:
    """The share of each free piece that is steeper than the rulebook allows."""
    share = pd.Series(0.0, index=pieces.index)
    raster, limit = steepness(layers, rulebook)
    free = pieces.loc[~covered(pieces, deducted_roles(rulebook)), [pieces.geometry.name]]
    if raster is not None and not free.empty and shapely.area(free.geometry.array).any():
        share.loc[free.index] = share_where(free, raster, parse_condition(f"slope > {limit!r}"))
    return share


def steepness(layers: Iterable[Layer], rulebook: Rulebook | None) -> tuple[Raster | None, float]:
    """The grid of heights, and the slope in degrees above which the rulebook takes land for too steep."""
    heights = [layer for layer in layers if layer.role == ELEVATION_ROLE and layer.raster is not None]
    limit = None if rulebook is None else rulebook.parameters.get(rulebook.available_land.steeper_than)
    if not heights or limit is None:
        return None, 90.0
    if len(heights) > 1:
        names = [layer.name for layer in heights]
        raise UnknownNameError(
            Phrase(
                "layers {names} have the role 'elevation', and slope can come from one only; join them, or take the "
                "role from all but one",
                names=shown(names),
            ),
            code="two_sources",
        )
    return heights[0].raster, float(limit.value)
