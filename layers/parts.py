"""Shapes: parts of one kind put together as one geometry."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt
import shapely


def together(parts: npt.NDArray[Any]) -> Any:
    """Points, lines or polygons as one geometry: the part itself where there is one, an empty geometry where none.

    Examples
    --------
    >>> import numpy as np
    >>> print(together(np.asarray([shapely.Point(0, 0), shapely.Point(1, 0)])))
    MULTIPOINT ((0 0), (1 0))
    >>> print(together(np.asarray([shapely.Point(0, 0)])))
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
