"""GCJ-02: the coordinates of Chinese web maps, which lie some 300 to 700 m beside those of the survey.

Every map that is published in China is moved by a function of the place. It is not public; the formula here is the one
in use wherever such maps are laid over others, and it is taken back by iteration, not by its own rough inverse.
"""

from __future__ import annotations

import re
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS, Geod

from layers.crs.working_crs import known_crs, same_crs, way_between
from layers.errors import CrsError
from layers.ledger import entries
from layers.phrases import Phrase

GCJ02 = "GCJ-02"
Floats = npt.NDArray[np.float64]

_WRITTEN = re.compile(r"gcj[- ]?02", re.IGNORECASE)
_KRASOVSKY_AXIS_M = 6378245.0
_KRASOVSKY_ECCENTRICITY2 = 0.00669342162296594323
_WHERE_MOVED = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east, north: elsewhere such maps are as others."""
_ROUNDS = 12
_CLOSE_DEG = 1e-13
_DEGREES = CRS("EPSG:4326")
_WEB_MERCATOR = CRS("EPSG:3857")
_TAKEN_AS_DEGREES = (_DEGREES, CRS("EPSG:4490"))
_NEAR_A_BORDER_M = 1500.0
_LEAST_GAIN_M = 150.0
_LEAST_RATIO = 3.0
_MOST_POINTS = 250
_FEWEST_POINTS = 20
_LEAST_SHARE = 0.3


def is_gcj02(stated: str | None) -> bool:
    """Whether a plan's ``crs`` is that of Chinese web maps.

    Examples
    --------
    >>> is_gcj02("GCJ-02"), is_gcj02("gcj02"), is_gcj02("EPSG:4326"), is_gcj02(None)
    (True, True, False, False)
    """
    return stated is not None and _WRITTEN.fullmatch(stated.strip()) is not None


def to_gcj02(points: npt.ArrayLike) -> Floats:
    """Where a Chinese web map draws places.

    Notes
    -----
    The formula in common use; the official one is not published.

    Examples
    --------
    >>> to_gcj02([[116.377817, 39.911954]]).round(6).tolist()
    [[116.384047, 39.913345]]
    """
    places = np.array(points, dtype=np.float64, ndmin=2)
    west, south, east, north = _WHERE_MOVED
    inside = (places >= [west, south]).all(axis=1) & (places <= [east, north]).all(axis=1)
    places[inside] += _offset(places[inside])
    return places


def from_gcj02(points: npt.ArrayLike) -> Floats:
    """Where places really are that a Chinese web map draws; the inverse of :func:`to_gcj02`, to some 1e-12 degrees.

    Examples
    --------
    >>> from_gcj02(to_gcj02([[116.377817, 39.911954]])).round(9).tolist()
    [[116.377817, 39.911954]]
    """
    drawn = np.array(points, dtype=np.float64, ndmin=2)
    places = drawn.copy()
    for _ in range(_ROUNDS):
        step = drawn - to_gcj02(places)
        places += step
        if not step.size or np.abs(step).max() < _CLOSE_DEG:
            break
    return places


def _offset(places: Floats) -> Floats:
    """By how many degrees places are moved."""
    longitude, latitude = places.T
    x, y = longitude - 105.0, latitude - 35.0
    shared = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    root = np.sqrt(np.abs(x))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (shared + _waves(y, (20.0, 40.0, 160.0, 320.0), (1.0, 1 / 3, 1 / 12, 1 / 30))) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (shared + _waves(x, (20.0, 40.0, 150.0, 300.0), (1.0, 1 / 3, 1 / 12, 1 / 30))) * 2.0 / 3.0
    angle = np.radians(latitude)
    roundness = 1.0 - _KRASOVSKY_ECCENTRICITY2 * np.sin(angle) ** 2
    meridian = _KRASOVSKY_AXIS_M * (1.0 - _KRASOVSKY_ECCENTRICITY2) / roundness**1.5
    parallel = _KRASOVSKY_AXIS_M / np.sqrt(roundness) * np.cos(angle)
    moved: Floats = np.degrees(np.column_stack([east / parallel, north / meridian]))
    return moved


def _waves(along: Floats, heights: tuple[float, ...], turns: tuple[float, ...]) -> Floats:
    """A sum of sine waves; a turn of 1 is half a wave a degree."""
    heard: Floats = np.asarray(heights) @ np.sin(np.outer(turns, np.pi * along))
    return heard


def settle_gcj02(file_crs: CRS | None, file: str, name: str) -> tuple[CRS, pd.DataFrame]:
    """The CRS of a file once its places are taken back from where a Chinese web map draws them, and a ledger row."""
    if (
        file_crs is not None
        and file_crs != _WEB_MERCATOR
        and not any(same_crs(file_crs, crs) for crs in _TAKEN_AS_DEGREES)
    ):
        raise CrsError(
            Phrase(
                "layer '{layer}': the plan says crs = \"GCJ-02\", but {file} says {crs}, and only degrees (WGS 84, "
                "CGCS2000) and Web Mercator are moved as web maps are. Leave 'crs' out of the plan, or export the "
                "file in degrees.",
                layer=name,
                file=file,
                crs=file_crs.name,
            ),
            code="crs_contradiction",
            layer=name,
        )
    action = Phrase("taken back from GCJ-02, the coordinates of Chinese web maps, to WGS 84 as the plan says")
    return _DEGREES, entries(name, [""], "crs", action)


def places_of(shapes: npt.NDArray[Any], file_crs: CRS | None) -> npt.NDArray[Any]:
    """Shapes as a Chinese web map draws them, where they really are, in degrees of WGS 84.

    Examples
    --------
    >>> drawn = np.array([shapely.Point(116.384047, 39.913345)])
    >>> shapely.get_coordinates(places_of(drawn, None)).round(5).tolist()
    [[116.37782, 39.91195]]
    """
    unrolled = file_crs is not None and file_crs == _WEB_MERCATOR

    def back(points: Floats) -> Floats:
        if unrolled:
            points = np.column_stack(way_between(_WEB_MERCATOR, _DEGREES).transform(*points.T))
        with np.errstate(invalid="ignore"):  # coordinates that are no numbers are refused later, with their ids
            return from_gcj02(points)

    return np.asarray(shapely.transform(shapes, back))


def shift_note(features: gpd.GeoDataFrame, units: gpd.GeoDataFrame, name: str) -> pd.DataFrame:
    """A ledger row where a layer looks moved against the units as Chinese web maps are moved; nothing is changed.

    The borders of a layer that lie near those of units are looked at, as they are and with the move of such maps taken
    back, and put in. A layer whose borders are others is as far from them either way.
    """
    crs = known_crs(units)
    points = _some_points(features)
    if len(points):
        points = np.column_stack(way_between(known_crs(features), _DEGREES).transform(*points.T))
        points = points[(points >= _WHERE_MOVED[:2]).all(axis=1) & (points <= _WHERE_MOVED[2:]).all(axis=1)]
    if len(points) < _FEWEST_POINTS:
        return entries(name, [], "shifted", "")
    borders = shapely.STRtree(shapely.get_parts(shapely.boundary(np.asarray(units.geometry.array))))

    def far(places: Floats) -> Floats:
        distances = np.full(len(places), np.inf)
        drawn = shapely.points(np.column_stack(way_between(_DEGREES, crs).transform(*places.T)))
        (row, _), distance = borders.query_nearest(
            drawn, max_distance=2 * _NEAR_A_BORDER_M, return_distance=True, all_matches=False
        )
        distances[row] = distance
        return distances

    before = far(points)
    for moved, turned, of in (
        (from_gcj02, Phrase("its borders"), name),
        (to_gcj02, Phrase("the borders of layer '{layer}'", layer=name), "units"),
    ):
        after = far(moved(points))
        near = np.minimum(before, after) < _NEAR_A_BORDER_M
        if near.sum() < max(_FEWEST_POINTS, _LEAST_SHARE * len(points)):
            continue
        was, would = (np.minimum(distances[near], _NEAR_A_BORDER_M).mean() for distances in (before, after))
        if was - would >= _LEAST_GAIN_M and was >= _LEAST_RATIO * would:
            shift = np.median(_metres(points[near], moved(points[near])))
            return entries(of, [""], "shifted", _accusation(turned, float(was), float(would), float(shift)))
    return entries(name, [], "shifted", "")


def _accusation(borders: str, was: float, would: float, shift: float) -> Phrase:
    return Phrase(
        "left as it is, but it looks moved by some {shift:.0f} m as Chinese web maps are: {borders} lie {was:.0f} m "
        'from those beside them, and {would:.0f} m once GCJ-02 is taken back. If so, say crs = "GCJ-02"',
        shift=shift,
        borders=borders,
        was=was,
        would=would,
    )


def _some_points(features: gpd.GeoDataFrame) -> Floats:
    """Some of the vertices, evenly taken."""
    points = shapely.get_coordinates(np.asarray(features.geometry.array))
    sure: Floats = points[np.isfinite(points).all(axis=1)]
    return sure[:: max(1, len(sure) // _MOST_POINTS)][:_MOST_POINTS]


def _metres(points: Floats, other: Floats) -> Floats:
    _, _, metres = Geod(ellps="WGS84").inv(*points.T, *other.T)
    return np.asarray(metres, dtype=np.float64)
