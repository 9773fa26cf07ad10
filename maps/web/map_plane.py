"""The plane in which a map is drawn: the equal-area projection of the plan, or the web's Mercator one under tiles.

Places of the earth come to the scripts in degrees of WGS 84, as those of folium's layers do. The scripts bring them
into the plane by the formulas of its projection; a shift says by how much the datum of the plan differs.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pyproj

from layers.crs import way_between
from layers.errors import CrsError
from layers.phrases import Phrase
from maps.web.page_model import DatumShift, MapProjection

Floats = npt.NDArray[np.float64]

PlaneName = Literal["equal_area", "mercator"]

EARTH_RADIUS_M = 6378137.0
HIGHEST_LATITUDE = 85.05
WGS_84 = pyproj.CRS("EPSG:4326")
_SMALLEST_SHIFT_M, _LARGEST_SHIFT_M = 0.01, 2000.0
_PROBES = 5
_METHODS: dict[str, Literal["azimuthal", "conic", "cylindrical", "equal_earth"]] = {
    "Lambert Azimuthal Equal Area": "azimuthal",
    "Albers Equal Area": "conic",
    "Lambert Cylindrical Equal Area": "cylindrical",
    "Equal Earth": "equal_earth",
}


class Plane(NamedTuple):
    """The plane of a map."""

    projection: MapProjection
    crs: pyproj.CRS | None

    def placed(self, points: Floats, crs: pyproj.CRS) -> Floats:
        """Points of some CRS in metres of the plane."""
        if self.crs is None:
            return _mercator(_moved(points, crs, WGS_84), self.projection.lon_0 - 180)
        return points if self.crs == crs else _moved(points, crs, self.crs)

    def degrees(self, points: Floats) -> Floats:
        """Longitude and latitude on WGS 84 of points in metres of the plane, (n, 2)."""
        if self.crs is not None:
            return _moved(points, self.crs, WGS_84)
        lon, lat = (
            np.degrees(points[:, 0] / EARTH_RADIUS_M),
            np.degrees(np.arctan(np.sinh(points[:, 1] / EARTH_RADIUS_M))),
        )
        return np.column_stack([lon, lat])


def equal_area_plane(crs: pyproj.CRS, bounds: tuple[float, float, float, float]) -> Plane:
    """The plane of an equal-area CRS.

    Examples
    --------
    >>> plane = equal_area_plane(pyproj.CRS("EPSG:3035"), (4e6, 2e6, 5e6, 3e6))
    >>> plane.projection.method, plane.projection.lon_0, plane.projection.shift
    ('azimuthal', 10.0, None)
    """
    flat = crs.to_2d()
    operation, ellipsoid = flat.coordinate_operation, flat.ellipsoid
    if operation is None or ellipsoid is None:
        raise CrsError(Phrase("{crs} is no projection of an ellipsoid.", crs=crs.name))
    values = {one.name: float(one.value) * one.unit_conversion_factor for one in operation.params}

    def degrees(*names: str) -> float:
        return round(float(np.degrees(next((values[name] for name in names if name in values), 0.0))), 12)

    flattening = 1 / ellipsoid.inverse_flattening if ellipsoid.inverse_flattening else 0.0
    meridian = flat.prime_meridian.longitude if flat.prime_meridian else 0.0
    projection = MapProjection(
        method=_METHODS[operation.method_name],
        lon_0=degrees("Longitude of natural origin", "Longitude of false origin") + meridian,
        lat_0=degrees("Latitude of natural origin", "Latitude of false origin"),
        lat_1=degrees("Latitude of 1st standard parallel"),
        lat_2=degrees("Latitude of 2nd standard parallel"),
        x_0=values.get("False easting", values.get("Easting at false origin", 0.0)),
        y_0=values.get("False northing", values.get("Northing at false origin", 0.0)),
        radius_m=ellipsoid.semi_major_metre,
        eccentricity_2=flattening * (2 - flattening),
        shift=_shift(crs, bounds),
    )
    return Plane(projection, crs)


def mercator_plane(lon: Floats) -> Plane:
    """The plane of the web's Mercator projection, without a break between some longitudes.

    Examples
    --------
    >>> mercator_plane(np.array([178.0, -178.0])).projection.lon_0
    -180.0
    """
    middle = _seam(lon) + 180
    return Plane(MapProjection("mercator", middle, 0.0, 0.0, 0.0, 0.0, 0.0, EARTH_RADIUS_M, 0.0, None), None)


def _moved(points: Floats, crs: pyproj.CRS, target: pyproj.CRS) -> Floats:
    return np.column_stack(way_between(crs, target).transform(points[:, 0], points[:, 1]))


def _seam(lon: Floats) -> float:
    """The longitude in the middle of the widest gap that some points leave, below 0."""
    around = np.sort(lon)
    gaps = np.diff(np.r_[around, around[:1] + 360])
    widest = int(gaps.argmax())
    return float(around[widest] + gaps[widest] / 2) - 360.0


def _mercator(degrees: Floats, seam: float) -> Floats:
    """Degrees in the web's Mercator projection, opened at a seam."""
    turned = (degrees[:, 0] - seam) % 360 + seam
    kept = np.radians(np.clip(degrees[:, 1], -HIGHEST_LATITUDE, HIGHEST_LATITUDE))
    return np.column_stack([EARTH_RADIUS_M * np.radians(turned), EARTH_RADIUS_M * np.arctanh(np.sin(kept))])


def _shift(crs: pyproj.CRS, bounds: tuple[float, float, float, float]) -> DatumShift | None:
    """How far places of WGS 84 lie from where the formulas put them, where the plan has another datum."""
    west, south, east, north = bounds
    x, y = (axis.ravel() for axis in np.meshgrid(np.linspace(west, east, _PROBES), np.linspace(south, north, _PROBES)))
    lon, lat = way_between(crs, WGS_84).transform(x, y)
    off = np.column_stack([x, y]) - np.column_stack(pyproj.Proj(crs)(lon, lat))
    found = np.isfinite(off).all(axis=1) & (np.abs(off) < _LARGEST_SHIFT_M).all(axis=1)  # not beyond the earth's edge
    x, y, off = x[found], y[found], off[found]
    if np.abs(off).max(initial=0.0) < _SMALLEST_SHIFT_M:
        return None
    reach = max(east - west, north - south, 1.0) / 2
    u, v = (x - (west + east) / 2) / reach, (y - (south + north) / 2) / reach
    factors = np.linalg.lstsq(np.column_stack([u**0, u, v, u * u, u * v, v * v]), off, rcond=None)[0]
    told = (tuple(round(float(value), 4) for value in column) for column in factors.T)
    return DatumShift(round((west + east) / 2, 3), round((south + north) / 2, 3), round(reach, 3), *told)
