"""Which features of a layer lie where the units are, seen in the layer's own CRS before it is projected.

Far from its centre an equal-area projection tears: an outline around the point opposite the units would come out
inside out and cover them. So what is far away goes before projecting, whole parts of features at a time.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS, Proj

from layers.crs.reprojection import full_turn, join_parts, parts_of_dimension, repair_reasons, valid_polygons
from layers.crs.working_crs import known_crs, likely_crs, way_between
from layers.errors import CrsError
from layers.ledger import entries, gather
from layers.phrases import Phrase

# Of a turn, which a CRS may count in grads or radians, too.
_WIDE = 1 / 4
_REACH = 1 / 18

Boxes = npt.NDArray[np.float64]


def box_in(bounds: Boxes, crs: CRS, target: CRS) -> Boxes:
    """A box in another CRS: one row, or two where it lies on both sides of the 180th meridian.

    Examples
    --------
    >>> laea = CRS("+proj=laea +lat_0=0 +lon_0=180")
    >>> box_in(np.array([-1e5, -1e5, 1e5, 1e5]), laea, CRS("EPSG:4326")).round(1)[:, [0, 2]].tolist()
    [[179.1, 180.0], [-180.0, -179.1]]
    """
    to = way_between(crs, target)
    left, bottom, right, top = map(float, bounds)
    west, south, east, north = to.transform_bounds(left, bottom, right, top, densify_pts=51)
    turn = full_turn(target)
    if turn is not None and west > east:
        return np.asarray([[west, south, turn / 2, north], [-turn / 2, south, east, north]])
    return np.asarray([[west, south, east, north]])


def shifted_by_a_turn(boxes: Boxes, crs: CRS) -> Boxes:
    """Boxes, and where longitudes beyond half a turn would have them: a turn further east and a turn further west.

    Examples
    --------
    >>> shifted_by_a_turn(np.array([[-110.0, 38, -106, 40]]), CRS("EPSG:4326"))[:, 0].tolist()
    [-110.0, 250.0, -470.0]
    """
    turn = full_turn(crs)
    ways = (0.0,) if turn is None else (0.0, turn, -turn)
    return np.concatenate([boxes + np.asarray([way, 0.0, way, 0.0]) for way in ways])


def keep_near(features: gpd.GeoDataFrame, units: gpd.GeoDataFrame, name: str) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """The lines and polygons whose box meets that of the units, without their far parts."""
    crs = known_crs(features)
    boxes = box_in(units.total_bounds, known_crs(units), crs)
    shapes = np.asarray(features.geometry.array)
    near = _meets(shapely.bounds(shapes), boxes, crs)
    near_shapes = shapes[near]
    parts, owner = shapely.get_parts(near_shapes, return_index=True)
    close = _meets(shapely.bounds(parts), boxes, crs)
    far = np.unique(owner[~close])
    for row in far:
        few = parts[(owner == row) & close]
        near_shapes[row] = join_parts(few)
    repairs = entries(name, [], "invalid", "")
    if (turn := full_turn(crs)) is not None:
        near_shapes, repairs = _mend_wide(near_shapes, features.index[near], crs, turn, name)
        near_shapes = _cut_wide(near_shapes, shifted_by_a_turn(boxes, crs), turn)
    left = features[near].set_geometry(
        gpd.GeoSeries(near_shapes, index=features.index[near], crs=features.crs, name="geometry")
    )
    empty = shapely.is_empty(near_shapes)
    note = gather(
        [
            entries(name, features.index[~near], "outside", Phrase("left out: it lies far from all units")),
            entries(
                name, left.index[far][~empty[far]], "outside", Phrase("parts left out that lie far from all units")
            ),
            entries(name, left.index[empty], "outside", Phrase("left out: no part of it lies near a unit")),
            repairs,
        ]
    )
    return left[~empty], note


def refuse_far(features: gpd.GeoDataFrame, units: gpd.GeoDataFrame, name: str) -> None:
    """Refuse a layer whose box, all features together, does not meet that of the units."""
    crs = known_crs(features)
    boxes = box_in(units.total_bounds, known_crs(units), crs)
    if not _meets(features.total_bounds[np.newaxis], boxes, crs).any():
        raise far_away(name, features.total_bounds, boxes[0], crs, (units.total_bounds, known_crs(units)))


def far_note(features: gpd.GeoDataFrame, units: gpd.GeoDataFrame, name: str) -> pd.DataFrame:
    """A ledger row where a layer that may lie far away looks as if it lay there by mistake; see :func:`refuse_far`.

    Examples
    --------
    >>> units = gpd.GeoDataFrame(geometry=[shapely.box(4.0e6, 3.0e6, 4.1e6, 3.1e6)], crs="EPSG:3035")
    >>> airports = gpd.GeoDataFrame(geometry=[shapely.Point(4.5e6, 3.5e6)], crs="EPSG:3035")
    >>> far_note(airports, units, "airports").empty
    True
    """
    crs, bounds, around = known_crs(features), features.total_bounds, (units.total_bounds, known_crs(units))
    boxes = box_in(*around, crs)
    hint = "" if _meets(bounds[np.newaxis], boxes, crs).any() else likely_crs(bounds, crs, *around)
    action = Phrase(
        "measured as it is, but it lies at {bounds}, the units at {box} (both in {crs}). {hint}",
        bounds=box_text(bounds),
        box=box_text(boxes[0]),
        crs=crs.name,
        hint=hint,
    )
    return entries(name, [""] if hint else [], "crs", action)


def far_away(name: str, bounds: Boxes, box: Boxes, crs: CRS, around: tuple[Boxes, CRS]) -> CrsError:
    """The complaint that a layer lies somewhere else; both boxes in the layer's CRS, ``around`` that of the units."""
    hint = likely_crs(bounds, crs, *around) or Phrase(
        "It may be of another region: then leave it out of the plan. Or it, or the units, may be under a wrong CRS: "
        'find out which it is, and say crs = "EPSG:..." and override_crs = true.'
    )
    return CrsError(
        Phrase(
            "layer '{layer}': it lies at {bounds}, the units at {box} (both in {crs}), so they do not meet. {hint}",
            layer=name,
            bounds=box_text(bounds),
            box=box_text(box),
            crs=crs.name,
            hint=hint,
        ),
        code="far",
        layer=name,
    )


def box_text(bounds: Boxes) -> str:
    """A box in words.

    Examples
    --------
    >>> box_text(np.array([0.0, 1.0, 2.0, 3.5]))
    'x 0 to 2, y 1 to 3.5'
    """
    west, south, east, north = (f"{coordinate:.6g}" for coordinate in bounds)
    return Phrase("x {west} to {east}, y {south} to {north}", west=west, east=east, south=south, north=north)


def _meets(bounds: Boxes, boxes: Boxes, crs: CRS) -> npt.NDArray[np.bool_]:
    """Whether each of many boxes meets one of the units' boxes; longitudes beyond 180 are taken round the globe."""
    meets = np.zeros(len(bounds), dtype=bool)
    for west, south, east, north in shifted_by_a_turn(boxes, crs):
        meets |= (bounds[:, 0] <= east) & (bounds[:, 2] >= west) & (bounds[:, 1] <= north) & (bounds[:, 3] >= south)
    return meets


def _wide(shapes: npt.NDArray[Any], turn: float) -> npt.NDArray[np.bool_]:
    """Which are polygons more than a quarter of a turn wide or high."""
    bounds = shapely.bounds(shapes)
    with np.errstate(invalid="ignore"):  # of what is empty by now
        spread = (bounds[:, 2:] - bounds[:, :2] > _WIDE * turn).any(axis=1)
    wide: npt.NDArray[np.bool_] = spread & (shapely.get_dimensions(shapes) == 2)
    return wide


def _mend_wide(
    shapes: npt.NDArray[Any], ids: pd.Index, crs: CRS, turn: float, name: str
) -> tuple[npt.NDArray[Any], pd.DataFrame]:
    """Wide polygons made valid, so that they can be cut, and a ledger row for each that was not."""
    wrong = np.flatnonzero(_wide(shapes, turn))
    wrong = wrong[~shapely.is_valid(shapes[wrong])]
    if not len(wrong):
        return shapes, entries(name, [], "invalid", "")
    drawn, mended = shapes[wrong], shapes.copy()
    mended[wrong] = valid_polygons(drawn)
    actions = [Phrase("made valid: {reason}", reason=reason) for reason in repair_reasons(drawn)]
    before, after = (_hectares(polygons, crs, turn) for polygons in (drawn, mended[wrong]))
    return mended, entries(name, ids[wrong], "invalid", actions, before_ha=before, after_ha=after)


def _hectares(shapes: npt.NDArray[Any], crs: CRS, turn: float) -> npt.NDArray[np.float64]:
    """Areas of polygons, valid or not, whose edges are straight in longitude and latitude, however wide they are.

    On the cylinder of equal areas an edge adds the strip between itself and the equator, whose mean height is taken at
    the places of Gauss and Legendre.
    """
    ellipsoid = crs.ellipsoid
    a, b = (ellipsoid.semi_major_metre, ellipsoid.semi_minor_metre) if ellipsoid else (6378137.0, 6356752.3)
    cylinder = Proj(proj="cea", a=a, b=b)
    parts, owner = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    inside = ring[1:] == ring[:-1]
    edges = (np.diff(points, axis=0) * 2 * np.pi / turn)[inside]
    south = (points[:-1, 1] * 2 * np.pi / turn)[inside]
    height = np.zeros(len(edges))
    for node, weight in zip(*np.polynomial.legendre.leggauss(5), strict=True):
        latitude = np.degrees(south + edges[:, 1] * (node + 1) / 2)
        height += weight / 2 * np.asarray(cylinder(np.zeros(len(edges)), latitude)[1])
    around = np.abs(np.bincount(ring[:-1][inside], edges[:, 0] * a * height, len(rings)))
    hole = np.append(False, part[1:] == part[:-1])
    return np.bincount(owner[part], np.where(hole, -around, around), len(shapes)) / 1e4


def _cut_wide(shapes: npt.NDArray[Any], boxes: Boxes, turn: float) -> npt.NDArray[Any]:
    """Polygons more than a quarter of a turn wide or high, cut far outside the units, where no border matters."""
    wide, reach, pole = _wide(shapes, turn), _REACH * turn, turn / 4
    if not wide.any():
        return shapes
    near = [
        shapely.box(west - reach, max(south - reach, -pole), east + reach, min(north + reach, pole))
        for west, south, east, north in boxes
    ]
    whole = shapely.union_all(np.asarray(near, dtype=object))
    cut = shapes.copy()
    cut[wide] = [parts_of_dimension(piece, 2)[0] for piece in shapely.intersection(shapes[wide], whole)]
    return cut
