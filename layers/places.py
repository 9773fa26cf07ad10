"""Places: which features of a layer lie where the units are, seen in the layer's own CRS before it is projected.

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
from pyproj import CRS

from layers.crs import known_crs, way_between
from layers.errors import CrsError
from layers.ledger import entries, gather
from layers.parts import of_dimension, together, valid_polygons

_TURN = 360.0
_WIDE_DEGREES = 90.0
_REACH_DEGREES = 20.0

Boxes = npt.NDArray[np.float64]


def box_in(bounds: Boxes, crs: CRS, target: CRS) -> Boxes:
    """A box in another CRS: one row, or two where it lies on both sides of the 180th meridian.

    Parameters
    ----------
    bounds : array of 4
        West, south, east, north, in ``crs``.

    Returns
    -------
    array, shape (1, 4) or (2, 4)
        Not finite where the box has no place in the target.

    Examples
    --------
    >>> laea = CRS("+proj=laea +lat_0=0 +lon_0=180")
    >>> box_in(np.array([-1e5, -1e5, 1e5, 1e5]), laea, CRS("EPSG:4326")).round(1)[:, [0, 2]].tolist()
    [[179.1, 180.0], [-180.0, -179.1]]
    """
    to = way_between(crs, target)
    left, bottom, right, top = map(float, bounds)
    west, south, east, north = to.transform_bounds(left, bottom, right, top, densify_pts=51)
    if target.is_geographic and west > east:
        return np.asarray([[west, south, _TURN / 2, north], [-_TURN / 2, south, east, north]])
    return np.asarray([[west, south, east, north]])


def turned(boxes: Boxes, crs: CRS) -> Boxes:
    """Boxes, and where longitudes beyond 180 would have them: a turn further east and a turn further west.

    Examples
    --------
    >>> turned(np.array([[-110.0, 38, -106, 40]]), CRS("EPSG:4326"))[:, 0].tolist()
    [-110.0, 250.0, -470.0]
    """
    turns = (0.0, _TURN, -_TURN) if crs.is_geographic else (0.0,)
    return np.concatenate([boxes + np.asarray([turn, 0.0, turn, 0.0]) for turn in turns])


def keep_near(features: gpd.GeoDataFrame, units: gpd.GeoDataFrame, name: str) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """The lines and polygons whose box meets that of the units, without their far parts.

    Parameters
    ----------
    features : GeoDataFrame
        In their own CRS, none empty.
    units : GeoDataFrame
        In the working CRS.
    name : str
        Name of the layer, for messages and the ledger.

    Returns
    -------
    features : GeoDataFrame
    ledger : DataFrame
        "outside": a row for each feature left out, or of which parts were left out.
    """
    crs = known_crs(features)
    boxes = box_in(units.total_bounds, known_crs(units), crs)
    shapes = np.asarray(features.geometry.array)
    near = _meets(shapely.bounds(shapes), boxes, crs)
    kept = shapes[near]
    parts, owner = shapely.get_parts(kept, return_index=True)
    close = _meets(shapely.bounds(parts), boxes, crs)
    far = np.unique(owner[~close])
    for row in far:
        few = parts[(owner == row) & close]
        kept[row] = together(few)
    if crs.is_geographic:
        kept = _cut_wide(kept, turned(boxes, crs))
    left = features[near].set_geometry(
        gpd.GeoSeries(kept, index=features.index[near], crs=features.crs, name="geometry")
    )
    empty = shapely.is_empty(kept)
    note = gather(
        [
            entries(name, features.index[~near], "outside", "left out: it lies far from all units"),
            entries(name, left.index[far][~empty[far]], "outside", "parts left out that lie far from all units"),
            entries(name, left.index[empty], "outside", "left out: no part of it lies near a unit"),
        ]
    )
    return left[~empty], note


def refuse_far(features: gpd.GeoDataFrame, units: gpd.GeoDataFrame, name: str) -> None:
    """Refuse a layer whose box, all features together, does not meet that of the units.

    Parameters
    ----------
    features : GeoDataFrame
        In their own CRS, none empty.
    units : GeoDataFrame
        In the working CRS.
    name : str
        Name of the layer, for the message.

    Raises
    ------
    CrsError
        The layer lies somewhere else altogether.
    """
    crs = known_crs(features)
    boxes = box_in(units.total_bounds, known_crs(units), crs)
    if not _meets(features.total_bounds[np.newaxis], boxes, crs).any():
        raise far_away(name, features.total_bounds, boxes[0], crs)


def far_away(name: str, bounds: Boxes, box: Boxes, crs: CRS) -> CrsError:
    """The complaint that a layer lies somewhere else; both boxes in the layer's CRS."""
    return CrsError(
        f"layer '{name}': it lies at {box_text(bounds)}, the units at {box_text(box)} (both in {crs.name}), so they do "
        f"not meet. The layer may be of another region, or under a wrong CRS; mend it, or leave it out of the plan.",
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
    west, south, east, north = (f"{one:.6g}" for one in bounds)
    return f"x {west} to {east}, y {south} to {north}"


def _meets(bounds: Boxes, boxes: Boxes, crs: CRS) -> npt.NDArray[np.bool_]:
    """Whether each of many boxes meets one of the units' boxes; longitudes beyond 180 are taken round the globe."""
    found = np.zeros(len(bounds), dtype=bool)
    for west, south, east, north in turned(boxes, crs):
        found |= (bounds[:, 0] <= east) & (bounds[:, 2] >= west) & (bounds[:, 1] <= north) & (bounds[:, 3] >= south)
    return found


def _cut_wide(shapes: npt.NDArray[Any], boxes: Boxes) -> npt.NDArray[Any]:
    """Polygons more than 90 degrees wide or high, cut far outside the units, where no border matters."""
    bounds = shapely.bounds(shapes)
    wide = (bounds[:, 2] - bounds[:, 0] > _WIDE_DEGREES) | (bounds[:, 3] - bounds[:, 1] > _WIDE_DEGREES)
    wide &= shapely.get_dimensions(shapes) == 2
    if not wide.any():
        return shapes
    reach = [
        shapely.box(west - _REACH_DEGREES, max(south - _REACH_DEGREES, -90.0),
                    east + _REACH_DEGREES, min(north + _REACH_DEGREES, 90.0))
        for west, south, east, north in boxes
    ]  # fmt: skip
    whole = shapely.union_all(np.asarray(reach, dtype=object))
    cut = shapes.copy()
    cut[wide] = [of_dimension(one, 2)[0] for one in shapely.intersection(valid_polygons(shapes[wide]), whole)]
    return cut
