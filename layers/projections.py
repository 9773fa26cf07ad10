"""Projections: features in another CRS, their edges followed where they bend, shared borders still shared.

An edge of a polygon is straight in its file's own CRS and bends in another one. :func:`project` follows the bend to
within 0.05 m by a rule that looks at one edge only, its ends in sorted order, so that two neighbours get the very same
points along a border that they share.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer

from layers.crs import Floats, known_crs, same_crs, way_between
from layers.errors import GeometryError, LimitError, shown

Ints = npt.NDArray[np.int64]

SAGITTA_M = 0.05
_PIECE_SAGITTA_M = 0.9 * SAGITTA_M  # a margin for edges that bend a little unevenly
_SURE_PIECES = 16  # an edge of more pieces may bend very unevenly: its pieces are looked at again
MAX_VERTICES = 50_000_000
_BLOCK_VERTICES = 2**16
"""Of the input, looked at together: the more, the more memory."""
_PROBES = (0.25, 0.5, 0.75)
_PIECES_A_PASS = 1024


def project(gdf: gpd.GeoDataFrame, crs: CRS | str | int) -> gpd.GeoDataFrame:
    """The features in another CRS, with points added where a straight edge would bend by more than 0.05 m.

    Parameters
    ----------
    gdf : GeoDataFrame
        Points, lines or polygons, in any CRS; missing and empty geometries stay as they are.
    crs : pyproj.CRS or what it is made from
        The target, in metres.

    Returns
    -------
    GeoDataFrame
        Same index and columns; 2D geometry in ``crs``. In the same CRS, an untouched copy.

    Raises
    ------
    CrsError
        The features have no CRS.
    GeometryError
        A feature has no place in the target CRS, or is a geometry collection.
    LimitError
        More than ``MAX_VERTICES`` points would come of it.

    Notes
    -----
    The sagitta of an edge is the largest distance between its image and the chord of that image, seen at a quarter, a
    half and three quarters. An edge that exceeds 0.05 m is cut into equal pieces in its own CRS, counted from the
    end that sorts first; where that makes more than 16 pieces, each is tested again.

    Examples
    --------
    >>> from shapely import box
    >>> wide = gpd.GeoDataFrame(geometry=[box(0, 45, 1, 46)], crs="EPSG:4326")
    >>> there = project(wide, "EPSG:6933")
    >>> round(float(there.area.iloc[0]) / 1e4)  # hectares
    868649
    """
    own, target = known_crs(gdf), CRS.from_user_input(crs)
    if same_crs(own, target):
        return gdf.copy()
    to = way_between(own, target)
    seam = own.is_geographic and own.axis_info[0].unit_name == "degree"
    shapes = np.asarray(gdf.geometry.array)
    moved, total = shapes.copy(), 0
    kinds = shapely.get_type_id(shapes)
    kinds[shapely.is_empty(shapes)] = -1
    for family in ((0, 4), (1, 2, 5), (3, 6)):
        rows = np.flatnonzero(np.isin(kinds, family))
        blocks = int(shapely.get_num_coordinates(shapes[rows]).sum()) // _BLOCK_VERTICES + 1
        for few in np.array_split(rows, min(blocks, len(rows))) if len(rows) else ():
            moved[few] = _projected(shapes[few], to, seam=seam)
            total += int(shapely.get_num_coordinates(moved[few]).sum())
            _refuse_many(total)
    bad = np.flatnonzero((kinds == 7) | ~np.isfinite(shapely.bounds(moved)).all(axis=1) & (kinds >= 0))
    if len(bad):
        ids = gdf.index[bad].astype(str)
        raise GeometryError(
            f"{len(bad)} feature(s) cannot be projected from {own.name} to {target.name}: {shown(ids)}. They lie "
            f"outside the area where the projection holds, or are geometry collections. Check the CRS, or cut the "
            f"layer to the study area.",
            code="projection",
            features=ids,
        )
    return gdf.set_geometry(gpd.GeoSeries(moved, index=gdf.index, crs=target, name=gdf.geometry.name))


def _projected(shapes: npt.NDArray[Any], to: Transformer, *, seam: bool) -> npt.NDArray[Any]:
    """Shapes of one family (points, lines or polygons), projected."""
    ragged: tuple[Any, Floats, Any] = shapely.to_ragged_array(shapes, include_z=False, include_m=False)
    kind, points, offsets = ragged
    at_seam = np.zeros(len(shapes), dtype=bool)
    if kind in {shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON} and seam:
        at_seam = np.abs(shapely.bounds(shapes)[:, [0, 2]]).max(axis=1) == 180.0
    if offsets and kind not in {shapely.GeometryType.POINT, shapely.GeometryType.MULTIPOINT}:
        images, starts = _split(points, np.asarray(offsets[0], dtype=np.int64), to, seam=seam)
        offsets = (starts, *offsets[1:])
    else:
        images = _moved(points, to, seam=seam)
    made = shapely.from_ragged_array(kind, images, offsets)
    single = (shapely.get_type_id(shapes) < 4) & (shapely.get_type_id(made) >= 4)
    made[single] = shapely.get_geometry(made[single], 0)
    parts = at_seam & (shapely.get_num_geometries(made) > 1)
    made[parts] = [shapely.union_all(shapely.get_parts(one)) for one in made[parts]]
    return np.asarray(made, dtype=object)


def _moved(points: Floats, to: Transformer, *, seam: bool) -> Floats:
    """Points in the target CRS; both sides of the 180th meridian fall on one line."""
    x = np.where(points[:, 0] == -180.0, 180.0, points[:, 0]) if seam else points[:, 0]
    return np.column_stack(to.transform(x, points[:, 1]))


def _split(points: Floats, starts: Ints, to: Transformer, *, seam: bool) -> tuple[Floats, Ints]:
    """Points in the target CRS, with every edge short enough for it, and where rings start."""
    images = _moved(points, to, seam=seam)
    open_ = np.ones(len(points), dtype=bool)  # the edge that begins here is still to be looked at
    open_[np.append(starts[1:], len(points))[starts < len(points)] - 1] = False
    while open_.any():
        edges = np.flatnonzero(open_)
        one, other = points.take(edges, 0), points.take(edges + 1, 0)
        back = ((one[:, 0] > other[:, 0]) | ((one[:, 0] == other[:, 0]) & (one[:, 1] > other[:, 1])))[:, None]
        low = np.where(back, other, one)
        span = np.where(back, one, other) - low
        ends = images.take(edges, 0), images.take(edges + 1, 0)
        start = np.where(back, ends[1], ends[0])
        with np.errstate(invalid="ignore"):  # infinite where an end has no place
            chord = np.where(back, ends[0], ends[1]) - start
        off = (_moved(low + span * share, to, seam=seam) - start for share in _PROBES)
        pieces = _pieces(chord, off)
        _refuse_many(len(points) + int((pieces - 1).sum()))
        count = np.ones(len(points), dtype=np.int64)
        count[edges] = pieces
        again = np.zeros(len(points), dtype=bool)
        again[edges] = pieces > _SURE_PIECES
        place = np.cumsum(count) - count
        longer = np.repeat(points, count, axis=0)
        edge = np.repeat(np.arange(len(edges)), pieces - 1)
        step = np.arange(len(edge)) - np.repeat(np.cumsum(pieces - 1) - pieces + 1, pieces - 1) + 1
        from_low = np.where(back[edge, 0], pieces[edge] - step, step)
        added = place[edges[edge]] + step
        new = low.take(edge, 0) + span.take(edge, 0) * (from_low / pieces[edge])[:, None]
        longer[added] = new
        images = np.repeat(images, count, axis=0)
        images[added] = _moved(new, to, seam=seam)
        open_ = np.repeat(again, count)
        points, starts = longer, np.append(place, len(longer))[starts]
    return images, starts


def _pieces(chord: Floats, probes: Iterable[Floats]) -> Ints:
    """Into how many pieces each edge is to be cut: 1 where its sagitta is small enough or cannot be told.

    ``chord`` and ``probes`` are the images of the edge's other end and of points on it, seen from that of its first.
    """
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        length = np.hypot(chord[:, 0], chord[:, 1])
        sagitta = np.zeros(len(chord))
        for off in probes:
            across = np.abs(chord[:, 0] * off[:, 1] - chord[:, 1] * off[:, 0]) / length
            across = np.where(length > 0, across, np.hypot(off[:, 0], off[:, 1]))
            sagitta = np.fmax(sagitta, across)
        pieces = np.ceil(np.sqrt(sagitta / _PIECE_SAGITTA_M))
    pieces[~(sagitta > SAGITTA_M) | ~np.isfinite(pieces)] = 1
    return np.clip(pieces, 1, _PIECES_A_PASS).astype(np.int64)


def _refuse_many(points: int) -> None:
    if points > MAX_VERTICES:
        raise LimitError(
            f"projecting would make more than {MAX_VERTICES:,} points of edges that bend. Cut the layer to the "
            f"study area, or give it in a CRS near that of the units.",
            code="vertices",
        )
