"""Which share of each unit every layer takes, by areas alone: the overlay without its pieces."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.errors import GeometryError, raise_all, shown
from layers.phrases import Phrase
from zoning.overlays.intersection_areas import (
    Floats,
    Geometries,
    PairAreas,
    areas_among,
    borders_beside,
    intersection_areas,
    single_polygons,
)
from zoning.overlays.unit_overlay import (
    Designation,
    broken,
    checked_crs,
    complaints,
    features_of,
    flat_shapes,
    unit_ids,
)
from zoning.unit_ids import keep_ids

_NOISE = 1e-11
"""Of a unit's area: what rounding makes of borders that only touch."""
_OVERLAP = 1e-10
"""Of the smaller of two polygons: what they share beyond it is land, and counts once."""
_CROWD = 32
"""Polygons that each one meets by its box: beyond this uniting all is less work than asking which share land."""


@keep_ids("units")
def area_shares(units: gpd.GeoDataFrame, layers: Mapping[str, Designation], *, checked: bool = False) -> pd.DataFrame:
    """The share of each unit that each layer takes, and its hectares.

    Parameters
    ----------
    units : GeoDataFrame
        Index: unit ids, text or whole numbers, unique. Valid polygons in an equal-area CRS in metres.
    layers : mapping of str to GeoDataFrame or Layer
        By name. Valid polygons in the CRS of the units; polygons of one layer may overlap and count once.
    checked : bool
        All polygons are known to be valid, as those of :func:`layers.read.read_inputs` are, and are not tested again.

    Returns
    -------
    DataFrame of float
        Index of the units; ``<layer>_share`` (of the unit's whole area, 0 to 1) and ``<layer>_ha``, layer by layer.

    Raises
    ------
    CrsError
        A CRS is missing, differs from the units', or is not equal-area.
    GeometryError
        Units or layers have geometry that is missing, empty, invalid or no polygon, or ids are missing or double.

    Notes
    -----
    Areas are found by Green's theorem along the borders of one polygon inside the other, with exact tests of what
    crosses; no shape is made. They equal the areas of the pieces of :func:`overlay` to 1e-9 of the unit. What touches a
    unit but shares less than 1e-11 of its land with it counts as nothing. Units may overlap.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> import zoneplan as zp
    >>> units = gpd.GeoDataFrame(geometry=[box(0, 0, 200, 100)], index=["a"], crs="EPSG:3035")
    >>> forest = gpd.GeoDataFrame(geometry=[box(150, 0, 300, 100), box(160, 0, 300, 100)], crs="EPSG:3035")
    >>> zp.area_shares(units, {"forest": forest}).loc["a"].to_dict()
    {'forest_share': 0.25, 'forest_ha': 0.5}
    """
    ids = unit_ids(units)
    crs = checked_crs(units)
    features = {name: features_of(name, layer) for name, layer in layers.items()}
    if not checked:
        raise_all(
            [
                *(complaint for name, one in features.items() for complaint in complaints(name, one, crs)),
                *broken("units", ids, units.geometry),
            ]
        )
    shapes = flat_shapes(units.geometry)
    whole = shapely.area(shapes)
    columns: dict[str, Floats] = {}
    for name, one in features.items():
        area = _covered(ids, shapes, whole, flat_shapes(one.geometry), name)
        with np.errstate(invalid="ignore"):
            columns |= {f"{name}_share": area / whole, f"{name}_ha": area / 1e4}
    return pd.DataFrame(columns, index=ids)


def _covered(ids: pd.Index, units: Geometries, whole: Floats, polygons: Geometries, name: str) -> Floats:
    """The area of each unit that polygons cover, those that overlap counted once."""
    found = _areas_in(units, _near(polygons, units))
    area = np.bincount(found.first, found.area, len(units)).astype(np.float64)
    wrong = (area < -_OVERLAP * whole) | (area > (1 + _OVERLAP) * whole)
    if wrong.any():
        raise GeometryError(
            Phrase(
                "the areas that '{layer}' and {count} unit(s) have in common cannot be ({ids}): some polygon is not "
                "valid. Leave out checked=True to be told which",
                layer=name,
                count=int(wrong.sum()),
                ids=shown(ids[wrong]),
            ),
            code="area",
            layer=name,
            features=ids[wrong],
        )
    area[area < _NOISE * whole] = 0.0
    full = area > (1 - _NOISE) * whole
    area[full] = whole[full]
    return area


def _near(polygons: Geometries, units: Geometries) -> Geometries:
    """The single polygons whose bounding box meets that of a unit."""
    parts, _ = single_polygons(polygons)
    near: Geometries = parts[np.unique(shapely.STRtree(units).query(parts)[0])]
    return near


def _areas_in(units: Geometries, polygons: Geometries) -> PairAreas:
    """The areas that units share with polygons; of these, those that share land with another are united before."""
    if not len(units) or not len(polygons):
        return intersection_areas(units, polygons)
    if _meeting_each(polygons) > _CROWD:
        _, once = np.unique(shapely.to_wkb(polygons), return_index=True)
        return intersection_areas(units, shapely.get_parts(shapely.union_all(polygons[once])))
    borders = borders_beside(units, polygons)
    found = areas_among(polygons, borders)
    areas = shapely.area(polygons)
    shared = found.area > _OVERLAP * np.minimum(areas[found.first], areas[found.second])
    if not shared.any():
        return intersection_areas(units, polygons, borders)
    overlapping = np.zeros(len(polygons), dtype=bool)
    overlapping[found.first[shared]] = overlapping[found.second[shared]] = True
    united = shapely.get_parts(shapely.disjoint_subset_union_all(polygons[overlapping]))
    return intersection_areas(units, np.concatenate([polygons[~overlapping], united]))


def _meeting_each(polygons: Geometries) -> float:
    """How many polygons each polygon meets by its box, by some of them that lie far apart in the array."""
    some = polygons[:: max(1, len(polygons) // 256)]
    return len(shapely.STRtree(polygons).query(some)[0]) / len(some)
