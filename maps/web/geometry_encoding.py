"""The shapes of a plan in one small block of text, which the page unpacks: each border once, and rings made of borders.

Neighbours keep one common border however coarse it is drawn. The block holds, compressed and then written as base64:
the length of the page's model in 4 bytes, the model as JSON, and whole numbers of 7 bits a byte: arcs as steps from
point to point, rings as arcs, and one point to label each unit.
"""

from __future__ import annotations

import base64
import gzip
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from layers.crs import way_between
from maps.style import Arcs, Rings, Topology, fine_step, group_outlines
from maps.web.page_model import MapGrid

Geometries = npt.NDArray[np.object_]
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

EARTH_RADIUS_M = 6378137.0
HIGHEST_LATITUDE = 85.05


class Shapes(NamedTuple):
    """Units and pieces on one grid, in the web's Mercator projection.

    Attributes
    ----------
    west, south : float
        Where the grid starts, metres of the projection; a plan across the date line has no break.
    step : float
        Of the grid, metres of the projection.
    arcs : Arcs
        The borders of the pieces.
    units : Rings
        The outlines of the units, of the same arcs.
    unit_of_piece : array of int
        The place of each piece's unit.
    labels : array of int, (units, 2)
        A point inside each unit, on the grid.
    undrawn : array of int
        The places of units that the projection cannot show: those that go round a pole, or lie at one.
    """

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
            west=self.west,
            south=self.south,
            step=self.step,
            arcs=len(self.arcs.sizes),
            points=len(self.arcs.points),
            pieces=len(self.unit_of_piece),
            units=len(self.labels),
        )


def place_on_grid(borders: Topology, units: gpd.GeoDataFrame) -> Shapes:
    """The borders of a plan on the grid of the map.

    Parameters
    ----------
    borders : Topology
        Of these units.
    units : GeoDataFrame
        In any CRS; at least one row.

    Returns
    -------
    Shapes
        In the order of the rows; neighbours keep identical borders at every scale.
    """
    ground = np.asarray(units.geometry)
    way = way_between(units.crs, pyproj.CRS("EPSG:4326"))

    def in_degrees(xy: Floats) -> Floats:
        return np.column_stack(way.transform(xy[:, 0], xy[:, 1]))

    degrees = in_degrees(borders.arcs.points)
    seam = _seam(degrees[:, 0])
    points = _mercator(degrees, seam)
    labels = _mercator(in_degrees(shapely.get_coordinates(label_points(ground))), seam)
    areas = np.abs(borders.arcs._replace(points=points).areas())
    drawn = np.bincount(borders.unit_of_piece, areas, len(units)).astype(np.float64)
    real = shapely.area(ground)
    undrawn = drawn < real / 2  # the projection makes all land larger, but for what it leaves out
    step = max(fine_step(np.where(undrawn, real, drawn)), 0.01)
    west, south = points.min(axis=0)
    arcs = borders.arcs.moved(np.rint((points - (west, south)) / step))
    return Shapes(
        west=float(west),
        south=float(south),
        step=step,
        arcs=arcs,
        units=group_outlines(arcs, borders.unit_of_piece, len(units)),
        unit_of_piece=borders.unit_of_piece,
        labels=np.rint((labels - (west, south)) / step).astype(np.int64),
        undrawn=np.flatnonzero(undrawn),
    )


def encode_block(said: str, shapes: Shapes) -> str:
    """What the page says, and its shapes, as one text of letters, digits, ``+``, ``/`` and ``=``.

    Parameters
    ----------
    said : str
        The page's model as JSON.
    shapes : Shapes
        Of the same plan.

    Returns
    -------
    str
        The same input gives the same text.
    """
    text = said.encode("utf-8", "backslashreplace")
    numbers = b"".join(
        varints(part)
        for part in (
            shapes.arcs.sizes,
            *(zigzag(np.diff(axis, prepend=0)) for axis in shapes.arcs.points.T.astype(np.int64)),
            *_told(shapes.arcs.shapes),
            *_told(shapes.units),
            shapes.unit_of_piece,
            *(zigzag(axis) for axis in shapes.labels.T),
        )
    )
    block = len(text).to_bytes(4, "little") + text + numbers
    return base64.b64encode(gzip.compress(block, 9, mtime=0)).decode("ascii")


def zigzag(values: Integers) -> Integers:
    """Whole numbers without a sign: 0, -1, 1, -2 become 0, 1, 2, 3.

    Examples
    --------
    >>> zigzag(np.array([0, -1, 1, -2])).tolist()
    [0, 1, 2, 3]
    """
    return (values << 1) ^ (values >> 63)


def varints(values: Integers) -> bytes:
    """Whole numbers from 0 up, 7 bits a byte, the lowest first; the high bit says that more follow.

    Examples
    --------
    >>> varints(np.array([1, 300])).hex(" ")
    '01 ac 02'
    """
    numbers = np.asarray(values, np.uint64)
    length = np.ones(len(numbers), np.int64)
    for bits in range(7, 64, 7):
        length += numbers >= np.uint64(1 << bits)
    starts = np.cumsum(length) - length
    out = np.zeros(int(length.sum()), np.uint8)
    for place in range(int(length.max(initial=0))):
        long = length > place
        low = (numbers[long] >> np.uint64(7 * place)) & np.uint64(127)
        out[starts[long] + place] = low | np.where(length[long] > place + 1, np.uint64(128), np.uint64(0))
    return out.tobytes()


def _told(rings: Rings) -> tuple[Integers, ...]:
    return rings.counts, rings.sizes, zigzag(np.diff(rings.refs, prepend=0))


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
