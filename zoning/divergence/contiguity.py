"""Which units lie beside each other, and how far apart they are."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Geod

from layers.crs import known_crs, way_between

SEAM_M = 1.0
"""Borders no further apart than this are one border, drawn twice."""


def contiguous_units(units: gpd.GeoDataFrame) -> list[tuple[str, str]]:
    """The pairs of units that share a border or a corner.

    Examples
    --------
    >>> from shapely.geometry import box
    >>> units = gpd.GeoDataFrame(index=["a", "b", "c"], geometry=[box(x, 0, x + 9, 9) for x in (0, 9, 30)], crs=3035)
    >>> contiguous_units(units)
    [('a', 'b')]
    """
    shapes = units.geometry.to_numpy()
    one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=SEAM_M)
    pairs = sorted((int(left), int(right)) for left, right in zip(one, other, strict=True) if left < right)
    ids = units.index.astype(str).tolist()
    return [(ids[left], ids[right]) for left, right in pairs]


def ways_km(units: gpd.GeoDataFrame) -> pd.DataFrame:
    """How far it is from each unit to each, from a point inside the one to a point inside the other."""
    crs = known_crs(units)
    base = crs.geodetic_crs or CRS("EPSG:4326")
    x, y = shapely.get_coordinates(shapely.point_on_surface(units.geometry.to_numpy())).T
    lon, lat = way_between(crs, base).transform(x, y)
    geod = crs.get_geod() or Geod(ellps="WGS84")
    one, other = np.triu_indices(len(units), 1)
    ways = np.zeros((len(units), len(units)))
    ways[one, other] = np.asarray(geod.inv(lon[one], lat[one], lon[other], lat[other])[2]) / 1000
    return pd.DataFrame(ways + ways.T, index=units.index, columns=units.index)
