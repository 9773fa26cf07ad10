"""Summaries: what the points, lines and polygons of one layer come to in each unit."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS, Geod, Proj

from layers import Formula, GeometryError, Layer, SourceError, shown, way_between
from zoning.errors import near, stray_texts

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
Geometries = npt.NDArray[np.object_]

_REACH = 1.1
"""Maps stretch distances: the nearest point on the ground is sought within this factor of that on the map."""
_SAMPLES = 9
"""Places along each side of a study at which the stretch of its map is asked for."""


def summarise_points(units: gpd.GeoDataFrame, layer: Layer, formula: Formula) -> pd.Series:
    """Count, sum, mean, min or max of the points in each unit, or the distance to the nearest one.

    Parameters
    ----------
    units : GeoDataFrame
        Index ``unit_id``; projected.
    layer : Layer
        Of points, in the CRS of the units.
    formula : Formula
        ``count()``, ``sum(column)``, ``mean``, ``min``, ``max``, or ``nearest(km)``.

    Returns
    -------
    Series of float
        Index of the units. A point on the border of two units belongs to the one whose id sorts first. Of no points,
        count and sum are 0 and the others missing; where a point has no value in the column, all but count are missing.

    Raises
    ------
    SourceError
        The column is missing or holds no numbers.
    GeometryError
        A feature has several points.
    """
    features = _features(layer)
    if formula.function == "nearest":
        return pd.Series(_nearest_km(units, features), index=units.index)
    owner = _owners(units, _points(layer, features))
    inside = owner >= 0
    if formula.function == "count":
        return pd.Series(np.bincount(owner[inside], minlength=len(units)).astype(float), index=units.index)
    values = _numbers(layer, features, formula.argument)[inside].to_numpy()
    return pd.Series(_statistic(formula.function, owner[inside], values, len(units)), index=units.index)


def summarise_lines(units: gpd.GeoDataFrame, layer: Layer, formula: Formula) -> pd.Series:
    """The length of lines in each unit on the ellipsoid, in km, or the number of lines that run in it.

    Parameters
    ----------
    units : GeoDataFrame
        Index ``unit_id``; projected.
    layer : Layer
        Of lines, in the CRS of the units; a line drawn twice counts twice.
    formula : Formula
        ``length(km)`` or ``count()``.

    Returns
    -------
    Series of float
        Index of the units; 0 where no line runs. A stretch along the border of two units belongs to the one whose id
        sorts first.
    """
    owner, parts = _stretches(units, np.asarray(_features(layer).geometry.array))
    if formula.function == "count":
        amounts = np.ones(len(owner))
    else:
        amounts = _lengths_m(parts, CRS.from_user_input(units.crs)) / 1000.0
    return pd.Series(_statistic("sum", owner, amounts, len(units)), index=units.index)


def count_polygons(units: gpd.GeoDataFrame, layer: Layer) -> pd.Series:
    """The number of polygons that share land with each unit.

    Returns
    -------
    Series of float
        Index of the units; a polygon that only touches the border does not count.
    """
    shapes, polygons = np.asarray(units.geometry.array), np.asarray(_features(layer).geometry.array)
    unit, polygon = shapely.STRtree(polygons).query(shapes, predicate="intersects")
    shared = ~shapely.touches(shapes[unit], polygons[polygon])
    return pd.Series(np.bincount(unit[shared], minlength=len(units)).astype(float), index=units.index)


def _features(layer: Layer) -> gpd.GeoDataFrame:
    if layer.features is None:
        raise SourceError(f"layer '{layer.name}' has no features to measure", layer=layer.name)
    return layer.features


def _points(layer: Layer, features: gpd.GeoDataFrame) -> Geometries:
    shapes = np.asarray(features.geometry.array)
    several = features.index[shapely.get_num_geometries(shapes) != 1].astype("str")
    if len(several):
        raise GeometryError(
            f"layer '{layer.name}': a feature does not have exactly one point, so no unit can be told for it "
            f"({shown(several)}); explode the layer first",
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
            f"layer '{layer.name}' has no column '{column}'{near(column, known)}", code="column", layer=layer.name
        )
    values = features[column]
    if not pd.api.types.is_numeric_dtype(values.dtype):
        odd = stray_texts(values)
        cells = f" in {len(odd)} feature(s), {shown(odd.index)}; the first is {shown(odd[:1])}" if len(odd) else ""
        raise SourceError(
            f"layer '{layer.name}': column '{column}' holds texts, not numbers{cells}. Write plain numbers, such as "
            f"1234.5, and nothing where there is none.",
            code="column",
            layer=layer.name,
            features=odd.index,
        )
    numbers: pd.Series = values.astype("float64").reset_index(drop=True)
    return numbers


def _statistic(function: str, owner: Places, values: Floats, count: int) -> Floats:
    """The sum, mean, min or max of each unit's values, the same in whatever order they come: sums are rounded once."""
    found = np.full(count, 0.0 if function == "sum" else np.nan)
    order = np.argsort(owner, kind="stable")
    units, starts = np.unique(owner[order], return_index=True)
    for unit, own in zip(units, np.split(values[order], starts[1:]), strict=False):
        found[unit] = own.min() if function == "min" else own.max() if function == "max" else _total(own)
        if function == "mean":
            found[unit] /= len(own)
    return found


def _total(amounts: Floats) -> float:
    try:
        return math.fsum(amounts)
    except (OverflowError, ValueError):  # beyond all numbers, or both infinities
        with np.errstate(over="ignore", invalid="ignore"):
            return float(amounts.sum())


def _nearest_km(units: gpd.GeoDataFrame, features: gpd.GeoDataFrame) -> Floats:
    """From the unit's border, or 0 with a point inside; on the ellipsoid."""
    shapes, points = np.asarray(units.geometry.array), np.asarray(features.geometry.array)
    found = np.full(len(shapes), np.nan)
    if not len(points):
        return found
    tree = shapely.STRtree(points)
    (unit, _), distance = tree.query_nearest(shapes, all_matches=False, return_distance=True)
    found[unit] = distance
    reach = np.nan_to_num(found) * _reach(shapely.total_bounds([*shapes, *points]), CRS.from_user_input(units.crs))
    unit, point = tree.query(shapes, predicate="dwithin", distance=reach)
    ways = shapely.shortest_line(shapes[unit], points[point])
    kilometres = _lengths_m(ways, CRS.from_user_input(units.crs)) / 1000.0
    found[:] = np.inf
    np.minimum.at(found, unit, kilometres)
    return found


def _reach(bounds: Floats, crs: CRS) -> float:
    """How much farther on the map than the nearest point another may be that is nearer on the ground.

    That is how much longer the map draws some directions than others, where it does so most.
    """
    west, south, east, north = bounds
    x, y = np.meshgrid(np.linspace(west, east, _SAMPLES), np.linspace(south, north, _SAMPLES))
    lon, lat = way_between(crs, crs.geodetic_crs or crs).transform(x.ravel(), y.ravel())
    drawn = Proj(crs).get_factors(lon, lat)
    with np.errstate(all="ignore"):
        stretch = np.asarray(drawn.tissot_semimajor) / np.asarray(drawn.tissot_semiminor)
    return max(_REACH, float(np.max(stretch[np.isfinite(stretch)], initial=1.0)))


def _lengths_m(lines: Geometries, crs: CRS) -> Floats:
    """Lengths on the ellipsoid, edge by edge."""
    points, line = shapely.get_coordinates(shapely.get_parts(lines), return_index=True)
    owner = shapely.get_parts(lines, return_index=True)[1]
    base = crs.geodetic_crs or crs
    lon, lat = way_between(crs, base).transform(*points.T)
    joined = line[1:] == line[:-1]
    geod = crs.get_geod() or Geod(ellps="WGS84")
    edges = geod.inv(lon[:-1][joined], lat[:-1][joined], lon[1:][joined], lat[1:][joined])[2]
    return np.bincount(owner[line[:-1][joined]], edges, len(lines)).astype(np.float64)


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
        for place in mine[np.argsort(rank[mine], kind="stable")]:
            parts[place] = shapely.difference(parts[place], taken)
            taken = shapely.union(taken, parts[place])
    kept = shapely.length(parts) > 0
    return order[rank[kept]], np.asarray(parts[kept], dtype=object)
