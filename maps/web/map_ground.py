"""The ground of the map: land, water, borders, towns and relief around the plan, as the page needs them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from layers.crs import is_equal_area, way_between, working_crs
from layers.errors import escape_hidden
from maps.context import Context, Neighbourhood, Relief, context_around, relief
from maps.web.geometry_encoding import Geometries, Integers, Shapes, zigzag
from maps.web.map_plane import EARTH_RADIUS_M, Plane
from maps.web.page_model import Columns, GroundKind, GroundLayer, RegionName, ReliefPicture, Surroundings, Town
from zoning.plan import Plan

Floats = npt.NDArray[np.float64]

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
    own = pyproj.CRS(plan.units.crs)
    flat = own if is_equal_area(own) else working_crs(plan.units)
    units = plan.units.geometry if flat == own else plan.units.geometry.to_crs(flat)
    west, south, east, north = (float(one) for one in units.total_bounds)
    side = max(east - west, north - south)
    bounds = (west - AROUND * side, south - AROUND * side, east + AROUND * side, north + AROUND * side)
    context = context_around(near, bounds, side / SIDE_PX, language, outline=outline, crs=flat)
    layers = list(_layers(context, shapes.plane))
    points = np.concatenate([shapely.get_coordinates(one.parts) for one in layers] or [np.zeros((0, 2))])
    corner = points.min(axis=0, initial=np.inf) if len(points) else np.zeros(2)
    step = STEP_PX * side / SIDE_PX
    size = np.ceil((points.max(axis=0, initial=-np.inf) - corner) / step) if len(points) else np.zeros(2)
    told = [_told(one, corner, step) for one in layers]
    return Ground(
        Surroundings(
            west=float(corner[0]),
            south=float(corner[1]),
            step=step,
            width=int(size[0]),
            height=int(size[1]),
            layers=tuple(layer for layer, _ in told),
            towns=Columns(Town, list(_towns(context, shapes.plane, corner, step))),
            regions=Columns(RegionName, list(_regions(context, shapes.plane, corner, step))),
            relief=_relief(plan, shapes, outline) if isinstance(plan, Plan) else None,
            credits=escape_hidden(context.credits),
        ),
        tuple(part for _, parts in told for part in parts),
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
    for kind, rank, found, names in shapes:
        parts, owner = _lines(found)
        placed = shapely.transform(parts, lambda xy: plane.placed(xy, context.crs))
        whole = np.isfinite(shapely.bounds(placed)).all(axis=1)
        if whole.any():
            told = () if names is None or not any(names) else tuple(map(str, names[owner[whole]]))
            yield _Parts(kind, rank, placed[whole], told)


def _lines(shapes: Geometries) -> tuple[Geometries, Integers]:
    """The rings of polygons, or the single lines, and the place of the shape of each."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    return (rings, owner[part]) if len(rings) else (parts, owner)


def _told(layer: _Parts, corner: Floats, step: float) -> tuple[GroundLayer, tuple[Integers, ...]]:
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
    xy = np.array([(place.x, place.y) for place in context.places])
    for place, (x, y) in zip(context.places, (plane.placed(xy, context.crs) - corner) / step, strict=True):
        yield Town(
            name=escape_hidden(place.name),
            x=round(x),
            y=round(y),
            population=place.population,
            capital=place.capital,
            apart_km=round(place.sep_km),
            inside=place.inside,
        )


def _regions(context: Context, plane: Plane, corner: Floats, step: float) -> Iterator[RegionName]:
    for region in context.regions:
        places = (plane.placed(np.array(region.spots), context.crs) - corner) / step
        x, y = np.rint(places).astype(np.int64).T.tolist()
        yield RegionName(escape_hidden(region.name), region.country, tuple(x), tuple(y))


def _relief(plan: Plan, shapes: Shapes, outline: shapely.Geometry) -> ReliefPicture | None:
    """The relief in the plane of the map."""
    plane, own = shapes.plane, pyproj.CRS(plan.units.crs)
    crs = _MERCATOR if plane.crs is None else plane.crs
    turn = 2 * np.pi * EARTH_RADIUS_M if plane.crs is None else 0.0
    way = way_between(own, crs)
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
