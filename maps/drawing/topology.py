"""The topology of a plan: its borders simplified once, together, from which map, report and dossier are drawn."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers.crs import valid_polygons
from layers.parallel import begin
from maps.drawing.map_context import study_outline

Geometries = npt.NDArray[np.object_]
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

FINENESS = 512
"""Simplified lines have this many steps along the side of a rather small unit: finer than a screen shows it at twice
its full height."""


SAME = 1e-5
"""Corners nearer to each other than this part of a step are one: far below what any source measures."""


@dataclass(frozen=True, eq=False)
class Topology:
    """The borders of a plan, the same for both neighbours."""

    pieces: Geometries
    unit_of_piece: Integers
    units: Geometries

    @cached_property
    def outline(self) -> shapely.Geometry:
        """All units as one shape."""
        return study_outline(self.units)

    def merged(self, group: Integers, groups: int) -> Geometries:
        """The pieces joined in groups: borders inside a group fall away, and the others stay as they are."""
        return merge_shapes(self.pieces, group, groups)


def plan_topology(units: gpd.GeoDataFrame, pieces: gpd.GeoDataFrame) -> Topology:
    """The borders of some units and of the pieces into which they are cut.

    Notes
    -----
    Pieces are simplified together as a coverage: a corner goes where the triangle that it spans is smaller than the
    square of one step, see :func:`fine_step`. Before that corners that lie apart by less than ``SAME`` of a step become
    one, so that neighbours meet whose coordinates differ by noise, and no border is drawn between them. This is the
    one place where the borders of a plan are simplified; a surface that shows less leaves out more of the same lines.
    """
    step = fine_step(shapely.area(np.asarray(units.geometry)))
    simple = shapely.coverage_simplify(_meeting(np.asarray(pieces.geometry), step * SAME), step)
    places = units.index.get_indexer(pieces["unit_id"]).astype(np.int64)
    return Topology(simple, places, merge_shapes(simple, places, len(units)))


def _meeting(shapes: Geometries, near: float) -> Geometries:
    """Shapes with one corner where several lie nearer to each other than that; the same shapes where none do."""
    corners = shapely.get_coordinates(shapes)
    apart, places = np.unique(corners.view(np.complex128).ravel(), return_inverse=True)
    points = apart
    for east, north in itertools.product((0.0, 0.5), repeat=2):  # two near corners share a cell of one of these grids
        cells = np.floor(points.real / (2 * near) + east) + 1j * np.floor(points.imag / (2 * near) + north)
        _, first, cell = np.unique(cells, return_index=True, return_inverse=True)
        points = points[first][cell]
    if (points == apart).all():
        return shapes
    corners = points[places].view(np.float64).reshape(-1, 2)
    moved = shapely.transform(shapes, lambda _: corners)
    return np.where(shapely.is_valid(moved), moved, shapes)  # a sliver that would vanish stays as it is


def merge_by(shapes: Geometries, names: pd.Series) -> dict[str, shapely.Geometry]:
    """Shapes that touch and do not overlap, joined where their names are the same; the names sorted.

    Examples
    --------
    >>> squares = shapely.box([0, 1, 2], [0, 0, 0], [1, 2, 3], [1, 1, 1])
    >>> {name: shape.area for name, shape in merge_by(squares, pd.Series(["b", "a", "b"])).items()}
    {'a': 1.0, 'b': 2.0}
    """
    codes, found = pd.factorize(names, sort=True)
    return dict(zip(map(str, found), merge_shapes(shapes, codes, len(found)), strict=True))


def begin_topology(units: gpd.GeoDataFrame, pieces: gpd.GeoDataFrame) -> Callable[[], Topology]:
    """Begin :func:`plan_topology` in a thread; what comes back waits for it, and gives it.

    Examples
    --------
    >>> units = gpd.GeoDataFrame(index=["a"], geometry=[shapely.box(0, 0, 2, 2)], crs="EPSG:3035")
    >>> pieces = gpd.GeoDataFrame({"unit_id": ["a"]}, geometry=[shapely.box(0, 0, 2, 2)], crs="EPSG:3035")
    >>> [shape.area for shape in begin_topology(units, pieces)().units]
    [4.0]
    """
    shapely.bounds(np.asarray(pieces.geometry))  # GEOS notes them at the first call, where no two threads may meet
    return begin(partial(plan_topology, units, pieces))


def merge_shapes(shapes: Geometries, group: Integers, groups: int) -> Geometries:
    """See :meth:`Topology.merged`.

    Examples
    --------
    >>> squares = shapely.box([0, 1], [0, 0], [1, 2], [1, 1])
    >>> [shape.area for shape in merge_shapes(squares, np.array([0, 0]), 2)]
    [2.0, 0.0]
    """
    order = np.argsort(group, kind="stable")
    bounds = np.searchsorted(group[order], np.arange(groups + 1))
    found: Geometries = np.full(groups, shapely.Polygon(), dtype=object)
    for place, (first, end) in enumerate(itertools.pairwise(bounds.tolist())):
        if end > first:
            found[place] = _merged(shapes[order[first:end]])
    return found


def _merged(shapes: Geometries) -> shapely.Geometry:
    try:
        return shapely.coverage_union_all(shapes)
    except shapely.GEOSException:  # neighbours that lie nearer to each other than coordinates can tell
        return shapely.union_all(valid_polygons(shapes))  # simplified, a sliver may touch itself


def fine_step(areas: Floats) -> float:
    """A fraction of the side of the unit that a quarter of all units are smaller than."""
    return float(np.sqrt(np.sort(areas)[len(areas) // 4]) / FINENESS)
