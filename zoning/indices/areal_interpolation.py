"""Tables that come on other areas: amounts, rates and kinds of land brought to the units of a study."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.conditions import parse_formula
from layers.crs import project, working_crs
from layers.errors import SourceError, UnknownNameError, ZoneplanError, shown
from layers.inputs import Layer
from layers.numerals import floats_of
from layers.phrases import Phrase
from layers.raster import summarise
from zoning.errors import near
from zoning.indices.accessibility import refuse_no_geometry
from zoning.indices.checked_values import Floats, checked, refuse_rows


def areal_interpolation(
    source: gpd.GeoDataFrame,
    target: gpd.GeoDataFrame,
    extensive: Iterable[Hashable] = (),
    intensive: Iterable[Hashable] = (),
    categorical: Iterable[Hashable] = (),
    dasymetric: Layer | gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    """Columns of one set of areas on another, by the areas that both have in common.

    Parameters
    ----------
    source : GeoDataFrame
        Polygons that do not overlap, in any CRS, with the columns.
    target : GeoDataFrame
        Polygons in any CRS, such as planning units.
    extensive : iterable of column names, optional
        Amounts, such as people, which are divided among the targets.
    intensive : iterable of column names, optional
        Rates, such as income a head, of which a target has the mean.
    categorical : iterable of column names, optional
        Kinds, of which a target has the share of each.
    dasymetric : Layer or GeoDataFrame, optional
        Where the amounts are inside their areas: polygons, such as built-up land, or a layer with a grid of which the
        sum counts, such as houses a cell. Without it they are spread evenly.

    Returns
    -------
    DataFrame of float
        Index of the targets: one column an amount or rate under its own name, and ``<column>_<kind>`` for each kind. A
        target that meets no source is missing.

    Raises
    ------
    CrsError
        Source or target has no CRS.
    GeometryError
        A geometry is missing, or not valid as the CRS is changed.
    UnknownNameError
        A column is not there.
    MissingValueError
        A value is missing in an area that counts.
    SourceError
        A source with an amount meets no target, or has nothing of what the dasymetric layer counts there, so that its
        amount would be lost.

    Notes
    -----
    With the weights w of what source and target have in common (area in an equal-area projection, or what the
    dasymetric layer has there): extensive, sum x w / (sum of w over the targets of the source); intensive,
    sum x w / sum w. A source that reaches beyond all targets is divided among those it meets, so that the total is
    conserved where borders are drawn a little differently. M. F. Goodchild and N. S.-N. Lam, *Geo-Processing* 1, 1980;
    J. K. Wright, *Geographical Review* 26, 1936 (dasymetric).

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> import zoneplan as zp
    >>> crs = "EPSG:3035"
    >>> source = gpd.GeoDataFrame({"people": [90.0]}, geometry=[box(0, 0, 300, 100)], crs=crs)
    >>> target = gpd.GeoDataFrame(geometry=[box(0, 0, 100, 100), box(100, 0, 300, 100)], index=["a", "b"], crs=crs)
    >>> zp.indices.areal_interpolation(source, target, extensive=["people"])["people"].round(6).to_dict()
    {'a': 30.0, 'b': 60.0}
    """
    wanted = {kind: _named(names, source) for kind, names in (("e", extensive), ("i", intensive), ("c", categorical))}
    for table, which in ((source, "source"), (target, "target")):
        refuse_no_geometry(table, which)
    area, unit, weight = _common(source, target, dasymetric)
    counts, size = np.bincount(area, weight, len(source)), len(target)
    covered = np.bincount(unit, weight, size)
    meets = covered > 0
    columns: dict[Hashable, Floats] = {}
    for name in wanted["e"]:
        amount = checked(source[name], f"'{name}'").to_numpy()
        _refuse_lost(source.index[(counts <= 0) & (amount != 0)], str(name))
        part = np.divide(weight, counts[area], out=np.zeros_like(weight), where=counts[area] > 0)
        columns[name] = np.where(meets, np.bincount(unit, amount[area] * part, size), np.nan)
    for name in wanted["i"]:
        rate = floats_of(source[name])
        refuse_rows(source.index, ~np.isfinite(rate) & (counts > 0), f"'{name}'", missing=True)
        total = np.bincount(unit, np.nan_to_num(rate)[area] * weight, size)
        columns[name] = np.divide(total, covered, out=np.full(size, np.nan), where=meets)
    for name in wanted["c"]:
        refuse_rows(source.index, source[name].isna().to_numpy() & (counts > 0), f"'{name}'", missing=True)
        kinds = source[name].to_numpy()
        for kind in sorted(set(kinds[counts > 0]), key=str):
            total = np.bincount(unit, weight * (kinds[area] == kind), size)
            columns[f"{name}_{kind}"] = np.divide(total, covered, out=np.full(size, np.nan), where=meets)
    return pd.DataFrame(columns, index=target.index)


def _named(names: Iterable[Hashable], source: gpd.GeoDataFrame) -> list[Hashable]:
    """The columns, each of which is there."""
    listed: list[Hashable] = [names] if isinstance(names, str) else list(names)
    for name in listed:
        if name not in source.columns:
            raise UnknownNameError(
                Phrase(
                    "the source has no column '{name}'{hint}", name=name, hint=near(str(name), map(str, source.columns))
                )
            )
    return listed


def _common(
    source: gpd.GeoDataFrame, target: gpd.GeoDataFrame, dasymetric: Layer | gpd.GeoDataFrame | None
) -> tuple[np.ndarray, np.ndarray, Floats]:
    """What sources and targets have in common: the places of both, and how much it counts."""
    crs = working_crs(target)
    areas, units = (np.asarray(project(table[["geometry"]], crs).geometry.array) for table in (source, target))
    if not (shapely.is_valid(areas).all() and shapely.is_valid(units).all()):
        raise ZoneplanError(Phrase("some polygons are not valid; repair them, as zp.prepare does"), code="invalid")
    unit, area = shapely.STRtree(areas).query(units, predicate="intersects")
    shapes = shapely.intersection(areas[area], units[unit])
    inside = shapely.area(shapes) > 0
    area, unit, shapes = area[inside], unit[inside], shapes[inside]
    return area, unit, _weights(gpd.GeoDataFrame(geometry=shapes, crs=crs), dasymetric)


def _weights(pieces: gpd.GeoDataFrame, dasymetric: Layer | gpd.GeoDataFrame | None) -> Floats:
    """The area of each piece, or what the dasymetric layer has in it."""
    if dasymetric is None or not len(pieces):
        return np.asarray(pieces.area, dtype=float)
    if isinstance(dasymetric, Layer) and dasymetric.raster is not None:
        summed = summarise(pieces, dasymetric.raster, {"sum": parse_formula("sum(value)")})["sum"]
        weights: Floats = summed.fillna(0.0).to_numpy(dtype=float)  # no cell with a value: nothing is there
        if (weights < 0).any():
            raise ZoneplanError(Phrase("the dasymetric grid has sums below 0"), code="too_small")
        return weights
    features = dasymetric.features if isinstance(dasymetric, Layer) else dasymetric
    if features is None:
        raise ZoneplanError(Phrase("the dasymetric layer has neither polygons nor a grid"), code="dasymetric")
    refuse_no_geometry(features, "dasymetric")
    land = shapely.union_all(np.asarray(project(features[["geometry"]], pieces.crs).geometry.array))
    shapely.prepare(land)
    return np.asarray(shapely.area(shapely.intersection(np.asarray(pieces.geometry.array), land)), dtype=float)


def _refuse_lost(lost: pd.Index, name: str) -> None:
    if len(lost):
        ids = [str(label) for label in lost]
        raise SourceError(
            Phrase(
                "'{name}': the amounts of {count:,} source area(s) would be lost, for they meet no target, or nothing "
                "of the dasymetric layer: {ids}",
                name=name,
                count=len(ids),
                ids=shown(ids),
            ),
            features=ids,
        )
