"""Projections: features in another CRS, their edges followed where they bend, shared borders still shared.

An edge of a polygon is straight in its file's own CRS and bends in another one. :func:`project` follows the bend to
within 0.05 m by a rule that looks at one edge only, its ends in sorted order, so that two neighbours get the very same
points along a border that they share.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer

from layers.crs.working_crs import Floats, known_crs, same_crs, way_between
from layers.errors import GeometryError, LimitError, shown
from layers.phrases import Phrase

Shapes = npt.NDArray[Any]
_POLYGONS = (3, 6)


def join_parts(parts: Shapes) -> Any:
    """Points, lines or polygons as one geometry: the part itself where there is one, an empty geometry where none.

    Examples
    --------
    >>> print(join_parts(np.asarray([shapely.Point(0, 0), shapely.Point(1, 0)])))
    MULTIPOINT ((0 0), (1 0))
    >>> print(join_parts(np.asarray([shapely.Point(0, 0)])))
    POINT (0 0)
    """
    if not len(parts):
        return shapely.GeometryCollection()
    if len(parts) == 1:
        return parts[0]
    dimension = int(shapely.get_dimensions(parts[0]))
    if dimension == 0:
        return shapely.multipoints(parts)
    return shapely.multipolygons(parts) if dimension == 2 else shapely.multilinestrings(parts)


def parts_of_dimension(shape: Any, dimension: int) -> tuple[Any, int]:
    """The parts of a geometry that have this dimension, together, and how many others there were.

    Examples
    --------
    >>> both = shapely.GeometryCollection([shapely.Point(5, 5), shapely.box(0, 0, 1, 1)])
    >>> left, dropped = parts_of_dimension(both, 2)
    >>> left.area, dropped
    (1.0, 1)
    """
    parts = shapely.get_parts(np.asarray([shape]))
    while (shapely.get_type_id(parts) >= 4).any():
        parts = shapely.get_parts(parts)
    right = parts[shapely.get_dimensions(parts) == dimension]
    return join_parts(right), len(parts) - len(right)


def valid_polygons(shapes: Shapes) -> Shapes:
    """Polygons that cover what their rings enclose, each valid; empty where nothing has an area.

    Notes
    -----
    GEOS's method "structure", which sometimes leaves parts that share an edge (seen with GEOS 3.14); these are united.

    Examples
    --------
    >>> twice = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 0), (1, 1), (0, 1)])
    >>> valid_polygons(np.asarray([twice]))[0].area
    1.0
    """
    made = np.asarray(shapely.make_valid(shapes, method="structure", keep_collapsed=False), dtype=object).copy()
    for row in np.flatnonzero(~np.isin(shapely.get_type_id(made), _POLYGONS)):
        made[row] = parts_of_dimension(made[row], 2)[0]
    for row in np.flatnonzero(~shapely.is_valid(made)):
        made[row] = parts_of_dimension(shapely.union_all(shapely.get_parts(made[row])), 2)[0]
    return made


def repair_reasons(shapes: Shapes) -> list[str]:
    """Why each polygon is not valid, in the words of GEOS, without the place.

    Examples
    --------
    >>> repair_reasons(np.asarray([shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])]))
    ['self-intersection']
    """
    return [str(reason).split("[", maxsplit=1)[0].lower() for reason in shapely.is_valid_reason(shapes)]


Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

EQUATOR_M = 40_075_017.0
SAGITTA_M = 0.05
"""How far an edge that bends may be from where it is."""
_PIECE_SAGITTA_M = 0.9 * SAGITTA_M  # a margin for edges that bend a little unevenly
# An edge of more pieces, or with another height at a quarter than at three quarters, may bend so unevenly that some of
# its pieces exceed the margin: they are looked at again.
_SURE_PIECES = 16
_EVEN = 0.02
MAX_VERTICES = 50_000_000
_BLOCK_VERTICES = 2**16
"""Of the input, looked at together: the more, the more memory."""
_PROBES = (0.25, 0.5, 0.75)
_PIECES_A_PASS = 1024
_LATITUDES = (-60.0, -30.0, 0.0, 30.0, 60.0)
_APART_M = 1.0
"""How far the two sides of the 180th meridian may lie apart and be one line."""


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
    end that sorts first; where that makes more than 16 pieces, or the edge bends unevenly, each is tested again.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> import zoneplan as zp
    >>> wide = gpd.GeoDataFrame(geometry=[box(0, 45, 1, 46)], crs="EPSG:4326")
    >>> there = zp.project(wide, "EPSG:6933")
    >>> round(float(there.area.iloc[0]) / 1e4)  # hectares
    868649
    """
    source_crs, target = known_crs(gdf), CRS.from_user_input(crs)
    if same_crs(source_crs, target):
        return gdf.copy()
    to = way_between(source_crs, target)
    seam = source_crs.is_geographic and source_crs.axis_info[0].unit_name == "degree" and _closes_at_the_seam(to)
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
            Phrase(
                "{count} feature(s) cannot be projected from {crs} to {target}: {ids}. They lie outside the area "
                "where the projection holds, or are geometry collections. Check the CRS, or cut the layer to the "
                "study area.",
                count=len(bad),
                crs=source_crs.name,
                target=target.name,
                ids=shown(ids),
            ),
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
        images, _, starts = densify(points, np.asarray(offsets[0], dtype=np.int64), to, seam=seam)
        offsets = (starts, *offsets[1:])
    else:
        images = _moved(points, to, seam=seam)
    made = shapely.from_ragged_array(kind, images, offsets)
    single = (shapely.get_type_id(shapes) < 4) & (shapely.get_type_id(made) >= 4)
    made[single] = shapely.get_geometry(made[single], 0)
    parts = at_seam & (shapely.get_num_geometries(made) > 1)
    made[parts] = [_sewn(shape) for shape in made[parts]]
    return np.asarray(made, dtype=object)


def _closes_at_the_seam(to: Transformer) -> bool:
    """Whether both sides of the 180th meridian are one line in the target, which a cylinder may cut open there."""
    west, east = (np.column_stack(to.transform(np.full(5, side), _LATITUDES)) for side in (-180.0, 180.0))
    with np.errstate(invalid="ignore"):
        apart = np.abs(west - east).max(axis=1) > _APART_M
    return not bool((apart & np.isfinite(west).all(axis=1) & np.isfinite(east).all(axis=1)).any())


def _sewn(shape: Any) -> Any:
    """A shape whose parts met at the 180th meridian, as one; where a part is not valid it waits for its repair."""
    parts = shapely.get_parts(shape)
    return shapely.union_all(parts) if shapely.is_valid(parts).all() else shape


def _moved(points: Floats, to: Transformer, *, seam: bool) -> Floats:
    """Points in the target CRS; both sides of the 180th meridian fall on one line."""
    x = np.where(points[:, 0] == -180.0, 180.0, points[:, 0]) if seam else points[:, 0]
    return np.column_stack(to.transform(x, points[:, 1]))


def full_turn(crs: CRS | None) -> float | None:
    """A full turn of longitude in the units of a CRS; None where x is no longitude."""
    if crs is None or not crs.is_geographic:
        return None
    return 2 * np.pi / float(crs.axis_info[0].unit_conversion_factor)


def _metres_of(crs: CRS | None) -> float:
    """How many metres the unit of a projected CRS has."""
    return float(crs.axis_info[0].unit_conversion_factor) if crs is not None and crs.is_projected else 1.0


def densify(points: Floats, starts: Ints, to: Transformer, *, seam: bool = False) -> tuple[Floats, Floats, Ints]:
    """Rings and lines in another CRS, with every edge short enough for it."""
    first = np.arange(len(points) // _BLOCK_VERTICES + 1) * _BLOCK_VERTICES
    blocks = np.unique([*np.searchsorted(starts, first), len(starts) - 1])
    parts = []
    for begin, end in itertools.pairwise(blocks.tolist()):
        block_starts = starts[begin : end + 1]
        parts.append(
            _followed(points[block_starts[0] : block_starts[-1]], block_starts - block_starts[0], to, seam=seam)
        )
        _refuse_many(sum(len(part[0]) for part in parts))
    if len(parts) == 1:
        return parts[0]
    images, points = (np.concatenate([part[n] for part in parts]) for n in (0, 1))
    return images, points, np.append(0, np.cumsum(np.concatenate([np.diff(part[2]) for part in parts])))


def _followed(points: Floats, starts: Ints, to: Transformer, *, seam: bool) -> tuple[Floats, Floats, Ints]:
    """What :func:`follow` says, of all rings at once."""
    turn, metres = full_turn(to.target_crs), _metres_of(to.target_crs)
    images = _moved(points, to, seam=seam)
    open_ = np.ones(len(points), dtype=bool)  # the edge that begins here is still to be looked at
    open_[np.append(starts[1:], len(points))[starts < len(points)] - 1] = False
    while open_.any():
        edges = np.flatnonzero(open_)
        first, other = points.take(edges, 0), points.take(edges + 1, 0)
        back = ((first[:, 0] > other[:, 0]) | ((first[:, 0] == other[:, 0]) & (first[:, 1] > other[:, 1])))[:, None]
        low = np.where(back, other, first)
        span = np.where(back, first, other) - low
        ends = images.take(edges, 0), images.take(edges + 1, 0)
        start = np.where(back, ends[1], ends[0])
        last = np.where(back, ends[0], ends[1])
        probes = (_moved(low + span * share, to, seam=seam) for share in _PROBES)
        if turn is None:
            with np.errstate(invalid="ignore"):  # infinite where an end has no place
                pieces, uneven = _pieces(last - start, (probe - start for probe in probes), metres)
        else:
            (*off, chord), parts = _on_the_ground(start, [*probes, last], turn)
            pieces, uneven = _pieces(chord, off, 1.0)
            pieces = np.maximum(pieces, parts)
        _refuse_many(len(points) + int((pieces - 1).sum()))
        count = np.ones(len(points), dtype=np.int64)
        count[edges] = pieces
        again = np.zeros(len(points), dtype=bool)
        again[edges] = (pieces > 1) & uneven
        offsets = np.cumsum(count) - count
        longer = np.repeat(points, count, axis=0)
        edge = np.repeat(np.arange(len(edges)), pieces - 1)
        step = np.arange(len(edge)) - np.repeat(np.cumsum(pieces - 1) - pieces + 1, pieces - 1) + 1
        from_low = np.where(back[edge, 0], pieces[edge] - step, step)
        added = offsets[edges[edge]] + step
        new = low.take(edge, 0) + span.take(edge, 0) * (from_low / pieces[edge])[:, None]
        longer[added] = new
        images = np.repeat(images, count, axis=0)
        images[added] = _moved(new, to, seam=seam)
        open_ = np.repeat(again, count)
        points, starts = longer, np.append(offsets, len(longer))[starts]
    return images if turn is None else _unwound(images, starts, turn), points, starts


def _on_the_ground(start: Floats, images: Iterable[Floats], turn: float) -> tuple[list[Floats], Ints]:
    """Points on edges in longitude and latitude as seen from their start, in metres, and the quarters of a turn."""
    seen, before, off, flattest = [], start, np.zeros_like(start), np.abs(start[:, 1])
    with np.errstate(invalid="ignore"):
        for image in images:
            step = image - before
            step[:, 0] -= np.rint(step[:, 0] / turn) * turn
            before, off, flattest = image, off + step, np.fmin(flattest, np.abs(image[:, 1]))
            seen.append(off)
        scale = np.column_stack([np.cos(flattest * 2 * np.pi / turn), np.ones(len(start))]) * EQUATOR_M / turn
        quarters = np.nan_to_num(np.ceil(np.abs(off[:, 0]) / (turn / 4)), posinf=1.0)
    return [offset * scale for offset in seen], np.maximum(quarters, 1).astype(np.int64)


def _unwound(images: Floats, starts: Ints, turn: float) -> Floats:
    """Rings whose longitude runs on from point to point instead of leaping by a turn."""
    with np.errstate(invalid="ignore"):
        leaps = np.rint(np.diff(images[:, 0], prepend=images[:1, 0]) / turn)
    leaps[~np.isfinite(leaps)] = 0.0
    leaps[starts[:-1]] = 0.0
    turns = np.cumsum(leaps)
    turns -= np.repeat(turns[starts[:-1]], np.diff(starts))
    return np.column_stack([images[:, 0] - turns * turn, images[:, 1]])


def _pieces(chord: Floats, probes: Iterable[Floats], metres: float) -> tuple[Ints, Flags]:
    """Into how many pieces each edge is to be cut, and whether some of these may bend more than others.

    It is 1 where the sagitta of the edge is small enough or cannot be told.

    ``chord`` and ``probes`` are the images of the edge's other end and of points on it, seen from that of its first, in
    a unit of so many ``metres``.
    """
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        length = np.hypot(chord[:, 0], chord[:, 1])
        sagitta, sides = np.zeros(len(chord)), []
        for off in probes:
            across = (chord[:, 0] * off[:, 1] - chord[:, 1] * off[:, 0]) / length
            across = np.where(length > 0, across, np.hypot(off[:, 0], off[:, 1]))
            sagitta = np.fmax(sagitta, np.abs(across))
            sides.append(across)
        pieces = np.ceil(np.sqrt(sagitta * metres / _PIECE_SAGITTA_M))
        pieces[~(sagitta * metres > SAGITTA_M) | ~np.isfinite(pieces)] = 1
        # a bow has the same height at a quarter and at three quarters
        uneven = (np.abs(sides[0] - sides[-1]) > _EVEN * sagitta) | (pieces > _SURE_PIECES)
    return np.clip(pieces, 1, _PIECES_A_PASS).astype(np.int64), uneven


def _refuse_many(points: int) -> None:
    if points > MAX_VERTICES:
        raise LimitError(
            Phrase(
                "projecting would make more than {most:,} points of edges that bend. Cut the layer to the "
                "study area, or give it in a CRS near that of the units.",
                most=MAX_VERTICES,
            ),
            code="vertices",
        )
