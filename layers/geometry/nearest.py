"""Distances and lengths on the ellipsoid, of shapes that are drawn on a map."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Geod, Proj

from layers.crs import way_between

Floats = npt.NDArray[np.float64]
Geometries = npt.NDArray[np.object_]

_REACH = 1.1
"""Maps stretch distances: the nearest feature on the ground is sought within this factor of that on the map."""
_SAMPLES = 9
"""Places along each side of a study at which the stretch of its map is asked for."""


def nearest_km(shapes: Geometries, features: Geometries, crs: CRS) -> Floats:
    """The way from each shape to the nearest feature."""
    distances = np.full(len(shapes), np.nan)
    if not len(features) or not len(shapes):
        return distances
    tree = shapely.STRtree(features)
    (shape, _), distance = tree.query_nearest(shapes, all_matches=False, return_distance=True)
    distances[shape] = distance
    reach = np.nan_to_num(distances) * _reach(shapely.total_bounds([*shapes, *features]), crs)
    shape, feature = tree.query(shapes, predicate="dwithin", distance=reach)
    ways = shapely.shortest_line(shapes[shape], features[feature])
    kilometres = lengths_m(ways, crs) / 1000.0
    distances[:] = np.inf
    np.minimum.at(distances, shape, kilometres)
    return distances


def lengths_m(lines: Geometries, crs: CRS) -> Floats:
    """The length of each line in metres on the ellipsoid, edge by edge."""
    points, line = shapely.get_coordinates(shapely.get_parts(lines), return_index=True)
    owner = shapely.get_parts(lines, return_index=True)[1]
    base = crs.geodetic_crs or crs
    lon, lat = way_between(crs, base).transform(*points.T)
    joined = line[1:] == line[:-1]
    geod = crs.get_geod() or Geod(ellps="WGS84")
    edges = geod.inv(lon[:-1][joined], lat[:-1][joined], lon[1:][joined], lat[1:][joined])[2]
    return np.bincount(owner[line[:-1][joined]], edges, len(lines)).astype(np.float64)


def _reach(bounds: Floats, crs: CRS) -> float:
    """How much farther on the map than the nearest feature another may be that is nearer on the ground.

    That is how much longer the map draws some directions than others, where it does so most.
    """
    west, south, east, north = bounds
    x, y = np.meshgrid(np.linspace(west, east, _SAMPLES), np.linspace(south, north, _SAMPLES))
    lon, lat = way_between(crs, crs.geodetic_crs or crs).transform(x.ravel(), y.ravel())
    drawn = Proj(crs).get_factors(lon, lat)
    with np.errstate(all="ignore"):
        stretch = np.asarray(drawn.tissot_semimajor) / np.asarray(drawn.tissot_semiminor)
    return max(_REACH, float(np.max(stretch[np.isfinite(stretch)], initial=1.0)))
