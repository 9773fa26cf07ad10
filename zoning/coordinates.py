"""Coordinates: a place in longitude and latitude, found among the units and pieces of a plan."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Geod
from shapely import Point
from shapely.ops import nearest_points

from layers import ZoneplanError

WORLD = "EPSG:4326"
TOUCH_M = 0.001
"""A place this near to a border is on it: beyond what degrees with nine decimals can tell."""


def check_coordinates(lon: float, lat: float) -> None:
    """Refuse what is no longitude and latitude in degrees.

    Raises
    ------
    ZoneplanError
        One is no finite number or out of its range; where the other way round they would do, the message says so.

    Examples
    --------
    >>> try:
    ...     check_coordinates(39.74, -104.99)
    ... except ZoneplanError as error:
    ...     print(error)
    latitude -104.99: a latitude lies between -90 and 90. Longitude comes first: did you mean -104.99 39.74?
    """
    for name, value, limit in (("longitude", lon, 180), ("latitude", lat, 90)):
        if not math.isfinite(value):
            raise ZoneplanError(f"{name} {value}: give degrees, such as -104.99", code="coordinates")
        if abs(value) > limit:
            text = f"{name} {value:.10g}: a {name} lies between -{limit} and {limit}. {_meant(lon, lat)}"
            raise ZoneplanError(text, code="coordinates")


def _meant(lon: float, lat: float) -> str:
    turned = lon - math.copysign(360, lon)
    if abs(lat) <= 180 and abs(lon) <= 90:
        return f"Longitude comes first: did you mean {lat:.10g} {lon:.10g}?"
    if abs(lat) <= 90 and abs(turned) <= 180:
        return f"Did you mean {turned:.10g} {lat:.10g}?"
    return "Give degrees, WGS 84, not metres of a grid."


def point_in(lon: float, lat: float, frame: gpd.GeoDataFrame) -> Point:
    """A place in the CRS of a frame; empty where its projection has no room for it."""
    (point,) = gpd.GeoSeries([Point(lon, lat)], crs=WORLD).to_crs(frame.crs)
    return point if np.isfinite(point.coords).all() else Point()


def polygons_at(point: Point, frame: gpd.GeoDataFrame) -> tuple[str, ...]:
    """The ids of the polygons that hold a point or have it on their border, sorted.

    Examples
    --------
    >>> from shapely import box
    >>> two = gpd.GeoDataFrame(geometry=[box(1, 0, 2, 1), box(0, 0, 1, 1)], index=["b", "a"], crs="EPSG:3035")
    >>> polygons_at(Point(1, 0.5), two), polygons_at(Point(1.5, 0.5), two), polygons_at(Point(3, 0.5), two)
    (('a', 'b'), ('b',), ())
    """
    if point.is_empty:
        return ()
    rows = frame.sindex.query(point, predicate="dwithin", distance=TOUCH_M)
    return tuple(sorted(str(one) for one in frame.index[rows]))


def nearest(lon: float, lat: float, units: gpd.GeoDataFrame) -> tuple[str, float]:
    """The unit that is nearest to a place, and how far it is, in kilometres on the ellipsoid.

    Notes
    -----
    Which unit is nearest is seen in the working CRS, ties by id; the distance is geodesic.
    """
    point = point_in(lon, lat, units)
    centres = units.geometry.representative_point()
    if point.is_empty:  # opposite the units there is no place in their projection
        ends = centres.to_crs(WORLD)
        _, _, metres = Geod(ellps="WGS84").inv(np.full(len(ends), lon), np.full(len(ends), lat), ends.x, ends.y)
        away = pd.Series(metres, index=units.index)
    else:
        away = units.geometry.distance(point)
    unit_id = min(units.index[away == away.min()], key=str)
    end = centres[unit_id] if point.is_empty else nearest_points(units.geometry[unit_id], point)[0]
    (there,) = gpd.GeoSeries([end], crs=units.crs).to_crs(WORLD)
    return str(unit_id), float(Geod(ellps="WGS84").inv(lon, lat, there.x, there.y)[2]) / 1000
