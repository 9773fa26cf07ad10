"""Parts: polygons, lines or points put together as one geometry, and polygons made valid."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

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
    return [str(one).split("[", maxsplit=1)[0].lower() for one in shapely.is_valid_reason(shapes)]
