"""The shapes of a plan and its ground in the plane of the map, in one small block of text: each border once.

Neighbours keep one common border however coarse it is drawn. The block holds, compressed and then written in 85 signs:
the length of the page's model in 4 bytes, the model as JSON, and columns of whole numbers: arcs as steps from point to
point, rings as arcs, one point to label each unit, and what else a page has in numbers. Of a column first come the low
bytes of all its numbers, then the next ones: what is alike stands together, and packs smaller.
"""

from __future__ import annotations

import gzip
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from layers.crs import is_equal_area, way_between, working_crs
from layers.errors import CrsError, escape_hidden
from layers.phrases import Phrase
from maps.drawing import Context, Neighbourhood, Relief, Topology, context_around, fine_step, relief
from maps.web.page_model import (
    Columns,
    DatumShift,
    GroundKind,
    GroundLayer,
    MapGrid,
    MapProjection,
    RegionName,
    ReliefPicture,
    Surroundings,
    Town,
)
from zoning.plan import Plan

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
    values = {
        parameter.name: float(parameter.value) * parameter.unit_conversion_factor for parameter in operation.params
    }

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
    latitudes = np.radians(np.clip(degrees[:, 1], -HIGHEST_LATITUDE, HIGHEST_LATITUDE))
    return np.column_stack([EARTH_RADIUS_M * np.radians(turned), EARTH_RADIUS_M * np.arctanh(np.sin(latitudes))])


def _shift(crs: pyproj.CRS, bounds: tuple[float, float, float, float]) -> DatumShift | None:
    """How far places of WGS 84 lie from where the formulas put them, where the plan has another datum."""
    west, south, east, north = bounds
    x, y = (axis.ravel() for axis in np.meshgrid(np.linspace(west, east, _PROBES), np.linspace(south, north, _PROBES)))
    lon, lat = way_between(crs, WGS_84).transform(x, y)
    off = np.column_stack([x, y]) - np.column_stack(pyproj.Proj(crs)(lon, lat))
    valid = np.isfinite(off).all(axis=1) & (np.abs(off) < _LARGEST_SHIFT_M).all(axis=1)  # not beyond the earth's edge
    x, y, off = x[valid], y[valid], off[valid]
    if np.abs(off).max(initial=0.0) < _SMALLEST_SHIFT_M:
        return None
    reach = max(east - west, north - south, 1.0) / 2
    u, v = (x - (west + east) / 2) / reach, (y - (south + north) / 2) / reach
    factors = np.linalg.lstsq(np.column_stack([u**0, u, v, u * u, u * v, v * v]), off, rcond=None)[0]
    coefficients = (tuple(round(float(value), 4) for value in column) for column in factors.T)
    return DatumShift(round((west + east) / 2, 3), round((south + north) / 2, 3), round(reach, 3), *coefficients)


AROUND = 0.8
"""Of the longer side of the plan: how far the ground reaches on every side of it."""
SIDE_PX = 1200
"""Of a plan that fills the screen, along its longer side: what cannot be seen then is left out."""
STEP_PX = 0.25
_MERCATOR = pyproj.CRS("EPSG:3857")


class Ground(NamedTuple):
    """The ground of a map."""

    model: Surroundings
    numbers: tuple[Integers, ...]


def ground_of(near: Neighbourhood, shapes: Shapes, outline: shapely.Geometry, language: str = "en") -> Ground:
    """The ground of the map of a plan, or of land without one, which has no relief.

    Notes
    -----
    Everything is cut and simplified in an equal-area CRS, and stands in the plane of the map point by point, so that
    both planes of a plan show the same.
    """
    plan = near.plan
    plan_crs = pyproj.CRS(plan.units.crs)
    flat = plan_crs if is_equal_area(plan_crs) else working_crs(plan.units)
    units = plan.units.geometry if flat == plan_crs else plan.units.geometry.to_crs(flat)
    west, south, east, north = (float(bound) for bound in units.total_bounds)
    side = max(east - west, north - south)
    bounds = (west - AROUND * side, south - AROUND * side, east + AROUND * side, north + AROUND * side)
    context = context_around(near, bounds, side / SIDE_PX, language, outline=outline, crs=flat)
    layers = list(_layers(context, shapes.plane))
    points = np.concatenate([shapely.get_coordinates(layer.parts) for layer in layers] or [np.zeros((0, 2))])
    corner = points.min(axis=0, initial=np.inf) if len(points) else np.zeros(2)
    step = STEP_PX * side / SIDE_PX
    size = np.ceil((points.max(axis=0, initial=-np.inf) - corner) / step) if len(points) else np.zeros(2)
    encoded = [_ground_layer(layer, corner, step) for layer in layers]
    return Ground(
        Surroundings(
            west=float(corner[0]),
            south=float(corner[1]),
            step=step,
            width=int(size[0]),
            height=int(size[1]),
            layers=tuple(layer for layer, _ in encoded),
            towns=Columns(Town, list(_towns(context, shapes.plane, corner, step))),
            regions=Columns(RegionName, list(_regions(context, shapes.plane, corner, step))),
            relief=_relief(plan, shapes, outline) if isinstance(plan, Plan) else None,
            credits=escape_hidden(context.credits),
        ),
        tuple(part for _, parts in encoded for part in parts),
    )


class _Parts(NamedTuple):
    """Rings or lines of one kind, in the plane of the map, with the name of each."""

    kind: GroundKind
    rank: int
    parts: Geometries
    names: tuple[str, ...]


def _layers(context: Context, plane: Plane) -> Iterator[_Parts]:
    """The layers of the ground, those that hold nothing left out; rivers one layer a rank."""
    ranks, settled = np.array(context.river_ranks, int), np.array(context.settled, bool)
    lakes, rivers = np.array(context.lake_names, dtype=object), np.array(context.river_names, dtype=object)
    shapes: list[tuple[GroundKind, int, Geometries, Geometries | None]] = [
        ("land", 0, context.land, None),
        *(
            ("river", rank, context.rivers[ranks == rank], rivers[ranks == rank])
            for rank in sorted(set(ranks.tolist()))
        ),
        ("lake", 0, context.lakes, lakes),
        ("province", 0, context.provinces, None),
        ("country", 0, context.countries[settled], None),
        ("disputed", 0, context.countries[~settled], None),
    ]
    for kind, rank, geometries, names in shapes:
        parts, owner = _lines(geometries)
        placed = shapely.transform(parts, lambda xy: plane.placed(xy, context.crs))
        whole = np.isfinite(shapely.bounds(placed)).all(axis=1)
        if whole.any():
            labels = () if names is None or not any(names) else tuple(map(str, names[owner[whole]]))
            yield _Parts(kind, rank, placed[whole], labels)


def _lines(shapes: Geometries) -> tuple[Geometries, Integers]:
    """The rings of polygons, or the single lines, and the place of the shape of each."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    return (rings, owner[part]) if len(rings) else (parts, owner)


def _ground_layer(layer: _Parts, corner: Floats, step: float) -> tuple[GroundLayer, tuple[Integers, ...]]:
    """A layer for the page, and its numbers: points that fall together are one."""
    xy, part = shapely.get_coordinates(layer.parts, return_index=True)
    places = np.rint((xy - corner) / step).astype(np.int64)
    apart = np.r_[True, (np.diff(places, axis=0) != 0).any(axis=1) | (np.diff(part) != 0)]
    places, part = places[apart], part[apart]
    sizes = np.bincount(part, minlength=len(layer.parts)).astype(np.int64)
    steps = (zigzag(np.diff(axis, prepend=0)) for axis in places.T)
    names = tuple(escape_hidden(name) for name in layer.names)
    return GroundLayer(layer.kind, layer.rank, len(sizes), len(places), names), (sizes, *steps)


def _towns(context: Context, plane: Plane, corner: Floats, step: float) -> Iterator[Town]:
    if not context.places:
        return
    xy = np.array([(town.x, town.y) for town in context.places])
    for town, (x, y) in zip(context.places, (plane.placed(xy, context.crs) - corner) / step, strict=True):
        yield Town(
            name=escape_hidden(town.name),
            x=round(x),
            y=round(y),
            population=town.population,
            capital=town.capital,
            apart_km=round(town.sep_km),
            inside=town.inside,
        )


def _regions(context: Context, plane: Plane, corner: Floats, step: float) -> Iterator[RegionName]:
    for region in context.regions:
        places = (plane.placed(np.array(region.spots), context.crs) - corner) / step
        x, y = np.rint(places).astype(np.int64).T.tolist()
        yield RegionName(escape_hidden(region.name), region.country, tuple(x), tuple(y))


def _relief(plan: Plan, shapes: Shapes, outline: shapely.Geometry) -> ReliefPicture | None:
    """The relief in the plane of the map."""
    plane, plan_crs = shapes.plane, pyproj.CRS(plan.units.crs)
    crs = _MERCATOR if plane.crs is None else plane.crs
    turn = 2 * np.pi * EARTH_RADIUS_M if plane.crs is None else 0.0
    way = way_between(plan_crs, crs)
    study = shapely.transform(outline, lambda xy: np.column_stack(way.transform(xy[:, 0], xy[:, 1])))
    picture = relief(plan, crs, outline=study)
    if picture is None:
        return None
    west, south, east, north = picture.bounds
    shift = _turns(picture, shapes) * turn
    return ReliefPicture(west + shift, south, east + shift, north, picture.data_url)


def _turns(picture: Relief, shapes: Shapes) -> int:
    """By how many turns round the earth the plan lies east of its picture."""
    middle = shapes.west + shapes.step * float(shapes.labels[:, 0].mean())
    return round((middle - (picture.bounds[0] + picture.bounds[2]) / 2) / (2 * np.pi * EARTH_RADIUS_M))


Geometries = npt.NDArray[np.object_]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

LEVEL = 6
"""How hard the block is packed: the hardest takes thrice as long for a block that is 0.6 per cent smaller."""


class Rings(NamedTuple):
    """Closed lines made of arcs, several a shape."""

    refs: Integers
    sizes: Integers
    counts: Integers

    def of(self, chosen: Flags) -> Rings:
        """The rings of some of the shapes."""
        rings = np.repeat(chosen, self.counts)
        return Rings(self.refs[np.repeat(rings, self.sizes)], self.sizes[rings], self.counts[chosen])


class Arcs(NamedTuple):
    """The borders of a coverage and the shapes that they bound."""

    points: Integers
    sizes: Integers
    shapes: Rings

    def ends(self) -> tuple[Integers, Integers]:
        """Where each arc starts and where it ends, as a number of the place."""
        last = np.cumsum(self.sizes) - 1
        first = last - self.sizes + 1
        places = _places(self.points)
        return places[first], places[last]


class _Corners(NamedTuple):
    """The vertices of all rings without their closing point; each ring has three or more."""

    xy: Integers
    positions: Integers
    ring: Integers
    shape_of_ring: Integers

    @property
    def starts(self) -> Integers:
        firsts: Integers = np.flatnonzero(np.r_[True, self.ring[1:] != self.ring[:-1]])
        return firsts

    @property
    def lengths(self) -> Integers:
        counts: Integers = np.diff(np.r_[self.starts, len(self.ring)])
        return counts

    def shifted(self, by: int) -> Integers:
        """For each vertex the number of the one that follows it (1) or goes before it (-1) on its ring."""
        start = np.repeat(self.starts, self.lengths)
        length = np.repeat(self.lengths, self.lengths)
        return start + (np.arange(len(self.ring)) - start + by) % length


def cut_arcs(shapes: Geometries) -> Arcs:
    """The borders of a coverage, cut where three shapes meet.

    Notes
    -----
    A vertex ends an arc where it has different neighbours on different rings. A ring without such a vertex is one arc
    that starts at its lowest place.

    Examples
    --------
    >>> arcs = cut_arcs(shapely.box([0, 1], [0, 0], [1, 2], [1, 1]))
    >>> len(arcs.sizes), arcs.sizes.tolist(), arcs.shapes.refs.tolist()
    (3, [2, 4, 4], [0, 3, 1, 4])
    """
    corners = _corners(shapely.orient_polygons(shapes))
    counts = np.bincount(corners.shape_of_ring, minlength=len(shapes)).astype(np.int64)
    if not len(corners.ring):
        none = np.zeros(0, np.int64)
        return Arcs(np.zeros((0, 2), np.int64), none, Rings(none, none, counts))
    starts = _starts(corners)
    order = _rotated(corners, starts)
    first = np.flatnonzero(starts[order])
    edges = np.diff(np.r_[first, len(order)])
    following = corners.shifted(1)
    last = order[first + edges - 1]
    locations = corners.positions
    ahead = locations[order[first]] * (len(locations) + 1) + locations[following[order[first]]]
    behind = locations[following[last]] * (len(locations) + 1) + locations[last]
    _, chosen, number = np.unique(np.minimum(ahead, behind), return_index=True, return_inverse=True)
    # arcs are numbered as they first appear, so that neighbours in the file are neighbours on the ground
    rank = np.empty(len(chosen), np.int64)
    rank[np.argsort(chosen, kind="stable")] = np.arange(len(chosen))
    backwards = (behind < ahead).astype(np.int64)
    chosen = np.sort(chosen)
    points = _points(corners, order, first[chosen], edges[chosen], backwards[chosen] == 1)
    sizes = np.bincount(corners.ring[order[first]], minlength=len(corners.shape_of_ring)).astype(np.int64)
    return Arcs(points, edges[chosen] + 1, Rings(rank[number.reshape(-1)] * 2 + backwards, sizes, counts))


def group_outlines(arcs: Arcs, group: Integers, groups: int) -> Rings:
    """The outlines of groups of shapes: borders inside a group fall away.

    Examples
    --------
    >>> arcs = cut_arcs(shapely.box([0, 1], [0, 0], [1, 2], [1, 1]))
    >>> group_outlines(arcs, np.array([0, 0]), 1).refs.tolist()
    [3, 4]
    """
    begins, ends = (side.tolist() for side in arcs.ends())
    group_of_ref = np.repeat(np.repeat(group, arcs.shapes.counts), arcs.shapes.sizes)
    order = np.argsort(group_of_ref, kind="stable")
    refs = arcs.shapes.refs[order]
    bounds = np.searchsorted(group_of_ref[order], np.arange(groups + 1))
    outlines = [_chained(_outer(refs[a:b].tolist()), begins, ends) for a, b in itertools.pairwise(bounds.tolist())]
    return Rings(
        np.array([ref for rings in outlines for ring in rings for ref in ring], np.int64),
        np.array([len(ring) for rings in outlines for ring in rings], np.int64),
        np.array([len(rings) for rings in outlines], np.int64),
    )


def _outer(refs: list[int]) -> list[int]:
    """Refs without those that run both ways."""
    left = Counter(refs)
    for ref in refs:
        if left[ref] and left[ref ^ 1]:
            left[ref] -= 1
            left[ref ^ 1] -= 1
    return list(left.elements())


def _chained(refs: list[int], begins: list[int], ends: list[int]) -> list[list[int]]:
    """Refs joined to closed rings. As many begin at a place as end there."""
    waiting: dict[int, list[int]] = {}
    for ref in reversed(refs):
        waiting.setdefault(ends[ref >> 1] if ref & 1 else begins[ref >> 1], []).append(ref)
    rings = []
    for first in refs:
        start = location = ends[first >> 1] if first & 1 else begins[first >> 1]
        ring = []
        while waiting[location]:
            ref = waiting[location].pop()
            ring.append(ref)
            location = begins[ref >> 1] if ref & 1 else ends[ref >> 1]
            if location == start:
                break
        if ring:
            rings.append(ring)
    return rings


def _corners(shapes: Geometries) -> _Corners:
    parts, shape_of_part = shapely.get_parts(shapes, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    xy = np.rint(xy).astype(np.int64)
    closing = np.r_[ring[1:] != ring[:-1], True] if len(ring) else np.zeros(0, bool)
    xy, ring = xy.compress(~closing, 0), ring[~closing]
    ahead = _Corners(xy, ring, ring, shape_of_part).shifted(1) if len(ring) else ring
    apart = (xy != xy.take(ahead, 0)).any(axis=1)
    apart &= (np.bincount(ring[apart], minlength=len(rings)) >= 3)[ring]
    used_rings, renumbered = np.unique(ring[apart], return_inverse=True)
    xy = xy.compress(apart, 0)
    return _Corners(xy, _places(xy), renumbered, shape_of_part[part_of_ring[used_rings]])


def _places(xy: Integers) -> Integers:
    """The number of the place of each point: those that sort first, by x and then y, have the lowest."""
    low, high = (edge.astype(np.int64) for edge in (xy.min(axis=0, initial=0), xy.max(axis=0, initial=0)))
    keys = (xy[:, 0] - low[0]) * (high[1] - low[1] + 1) + xy[:, 1] - low[1]
    return np.unique(keys, return_inverse=True)[1].astype(np.int64)


def _starts(corners: _Corners) -> Flags:
    """Vertices where arcs start: those with different neighbours on different rings, else the lowest of a ring."""
    locations, before, after = (
        corners.positions,
        corners.positions[corners.shifted(-1)],
        corners.positions[corners.shifted(1)],
    )
    pair = np.minimum(before, after) * (len(locations) + 1) + np.maximum(before, after)
    junctions, seen = np.zeros(int(locations.max()) + 1, bool), np.empty(int(locations.max()) + 1, np.int64)
    seen[locations] = pair
    junctions[locations[seen[locations] != pair]] = True
    starts = junctions[locations]
    alone = ~np.logical_or.reduceat(starts, corners.starts)
    lowest = np.where(alone, np.minimum.reduceat(locations, corners.starts), -1)
    candidates = np.flatnonzero(locations == np.repeat(lowest, corners.lengths))
    starts[candidates[np.unique(corners.ring[candidates], return_index=True)[1]]] = True
    return starts


def _rotated(corners: _Corners, starts: Flags) -> Integers:
    """The vertices of every ring in order, from its first start on."""
    chosen = np.flatnonzero(starts)
    first = chosen[np.searchsorted(corners.ring[chosen], np.arange(len(corners.starts)))]
    begin, length = np.repeat(corners.starts, corners.lengths), np.repeat(corners.lengths, corners.lengths)
    return begin + (np.arange(len(begin)) + np.repeat(first, corners.lengths) - 2 * begin) % length


def _points(corners: _Corners, order: Integers, first: Integers, edges: Integers, backwards: Flags) -> Integers:
    """The points of arcs, both ends included."""
    size = edges + 1
    step = np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)
    edge = np.repeat(edges, size)
    step = np.where(np.repeat(backwards, size), edge - step, step)
    inside = order[np.repeat(first, size) + np.minimum(step, edge - 1)]
    vertex = np.where(step == edge, corners.shifted(1)[inside], inside)
    return corners.xy.take(vertex, 0)


class Shapes(NamedTuple):
    """Units and pieces on one grid, in the plane of the map."""

    plane: Plane
    west: float
    south: float
    step: float
    arcs: Arcs
    units: Rings
    unit_of_piece: Integers
    labels: Integers
    undrawn: Integers

    @property
    def grid(self) -> MapGrid:
        """The grid, and how much stands on it."""
        return MapGrid(
            projection=self.plane.projection,
            west=self.west,
            south=self.south,
            step=self.step,
            arcs=len(self.arcs.sizes),
            points=len(self.arcs.points),
            pieces=len(self.unit_of_piece),
            units=len(self.labels),
        )


def place_on_grid(borders: Topology, units: gpd.GeoDataFrame, plane_name: PlaneName = "equal_area") -> Shapes:
    """The borders of a plan on the grid of the map."""
    ground = np.asarray(units.geometry)
    plane = _plane_of(borders, units, plane_name)
    parts = shapely.transform(borders.pieces, lambda xy: plane.placed(xy, units.crs))
    labels = plane.placed(shapely.get_coordinates(label_points(ground)), units.crs)
    drawn = np.bincount(borders.unit_of_piece, shapely.area(parts), len(units)).astype(np.float64)
    real = shapely.area(ground)
    # Mercator makes all land larger, but for what it leaves out
    undrawn = drawn < real / 2 if plane.crs is None else np.zeros(len(units), bool)
    step = max(fine_step(np.where(undrawn, real, drawn)), 0.01)
    west, south, *_ = shapely.total_bounds(parts)
    arcs = cut_arcs(shapely.transform(parts, lambda xy: (xy - (west, south)) / step))
    return Shapes(
        plane=plane,
        west=float(west),
        south=float(south),
        step=step,
        arcs=arcs,
        units=group_outlines(arcs, borders.unit_of_piece, len(units)),
        unit_of_piece=borders.unit_of_piece,
        labels=np.rint((labels - (west, south)) / step).astype(np.int64),
        undrawn=np.flatnonzero(undrawn),
    )


def _plane_of(borders: Topology, units: gpd.GeoDataFrame, name: PlaneName) -> Plane:
    if name == "mercator":
        corners = shapely.get_coordinates(borders.pieces)
        return mercator_plane(way_between(units.crs, WGS_84).transform(corners[:, 0], corners[:, 1])[0])
    crs = working_crs(units)
    corners = shapely.get_coordinates(shapely.box(*shapely.total_bounds(borders.pieces)))
    moved = corners if crs == units.crs else np.column_stack(way_between(units.crs, crs).transform(*corners.T))
    return equal_area_plane(crs, tuple(shapely.total_bounds(shapely.points(moved))))


def encode_block(content: str, shapes: Shapes, columns: Iterable[Integers] = ()) -> str:
    """What the page says, and its shapes, as one text of signs that mean nothing in HTML."""
    text = content.encode("utf-8", "backslashreplace")
    numbers = b"".join(byte_planes(column) for column in (*shape_columns(shapes), *columns))
    block = len(text).to_bytes(4, "little") + text + numbers
    return in_85_signs(gzip.compress(block, LEVEL, mtime=0))


def shape_columns(shapes: Shapes) -> Iterator[Integers]:
    """The columns of some shapes, in the order in which the page reads them."""
    arcs = shapes.arcs
    steps = np.diff(arcs.points, axis=0, prepend=np.zeros((1, 2), np.int64))
    first = np.zeros(len(steps), bool)
    first[np.cumsum(arcs.sizes) - arcs.sizes] = True
    yield arcs.sizes
    yield from (zigzag(axis[first]) for axis in steps.T)
    yield from (zigzag(axis[~first]) for axis in steps.T)
    yield shapes.unit_of_piece
    yield from (arcs.shapes.counts, arcs.shapes.sizes, _newness(arcs.shapes.refs))
    joined = np.bincount(shapes.unit_of_piece, minlength=len(shapes.labels)) != 1
    outlines = shapes.units.of(joined)  # a unit of one piece has the rings of that piece
    yield from (outlines.counts, outlines.sizes, zigzag(np.diff(outlines.refs, prepend=0)))
    yield from (zigzag(np.diff(axis, prepend=0)) for axis in shapes.labels.T)


def _newness(refs: Integers) -> Integers:
    """Refs as how far back their arc lies from the next new one: 0 for a new one, of which half of all are."""
    arcs = refs >> 1
    expected = np.maximum.accumulate(np.r_[np.zeros(min(1, len(arcs)), np.int64), arcs[:-1] + 1])
    distances: Integers = (expected - arcs) << 1 | (refs & 1)
    return distances


SIGNS = "".join(chr(code) for code in range(33, 127) if chr(code) not in "<>&\"'`$\\{")
"""The signs of a block: of those that can be printed all but what means something in HTML, scripts or templates."""


def in_85_signs(packed: bytes) -> str:
    """Bytes as text, four in five signs: a sixteenth less than in base64.

    Examples
    --------
    >>> in_85_signs(b"zone"), in_85_signs(b"zo")
    ('NDld8', 'NDh')
    """
    whole = np.frombuffer(packed + bytes(-len(packed) % 4), ">u4").astype(np.uint64)
    powers = np.array([85**power for power in (4, 3, 2, 1, 0)], np.uint64)
    places = (whole[:, None] // powers % np.uint64(85)).astype(np.uint8).ravel()
    text: str = np.frombuffer(SIGNS.encode("ascii"), np.uint8)[places].tobytes().decode("ascii")
    return text[: len(text) - (-len(packed) % 4)]


def zigzag(values: Integers) -> Integers:
    """Whole numbers without a sign: 0, -1, 1, -2 become 0, 1, 2, 3.

    Examples
    --------
    >>> zigzag(np.array([0, -1, 1, -2])).tolist()
    [0, 1, 2, 3]
    """
    return (values << 1) ^ (values >> 63)


def byte_planes(values: Integers) -> bytes:
    """A column of whole numbers from 0 up: how many bytes each has, the low bytes of all, the next ones, and so on.

    Examples
    --------
    >>> byte_planes(np.array([1, 300])).hex(" "), byte_planes(np.array([0, 0])).hex(" ")
    ('02 01 2c 00 01', '00')
    """
    numbers = np.asarray(values, np.uint64)
    width = (int(numbers.max(initial=0)).bit_length() + 7) // 8
    planes = ((numbers >> np.uint64(8 * byte)) & np.uint64(255) for byte in range(width))
    return bytes([width]) + b"".join(plane.astype(np.uint8).tobytes() for plane in planes)


def label_points(units: Geometries) -> Geometries:
    """A point inside each unit: the centre of its largest part where that is inside.

    Examples
    --------
    >>> ring = shapely.box(0, 0, 3, 3).difference(shapely.box(1, 1, 2, 2))
    >>> [bool(ring.contains(point)) for point in label_points(np.array([ring]))]
    [True]
    """
    parts, unit = shapely.get_parts(units, return_index=True)
    order = np.lexsort((np.arange(len(parts)), -shapely.area(parts), unit))
    largest = parts[order[np.searchsorted(unit[order], np.arange(len(units)))]]
    centres = shapely.centroid(largest)
    inside: Geometries = np.where(shapely.contains(largest, centres), centres, shapely.point_on_surface(largest))
    return inside
