"""Terrain: slope, aspect and relief of a grid of heights, each from a cell and its eight neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Around = Sequence[Floats]
"""Heights of the nine cells around and at some cells, in metres, from the north-west to the south-east by rows."""


def neighbour_heights(heights: Floats, row: Places, column: Places) -> Around:
    """The heights at cells of a grid and at their neighbours; NaN beyond the edge.

    Examples
    --------
    >>> [float(one) for one in neighbour_heights(np.arange(9.0).reshape(3, 3), np.array(1), np.array(1))]
    [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
    """
    padded = np.pad(heights, 1, constant_values=np.nan)
    return [padded[row + i, column + j] for i in range(3) for j in range(3)]


def window_heights(heights: Floats, rows: slice, columns: slice) -> list[Floats]:
    """The heights of all cells of a window and of their neighbours; NaN beyond the edge of what is given.

    Examples
    --------
    >>> nine = window_heights(np.arange(9.0).reshape(3, 3), slice(1, 2), slice(1, 3))
    >>> nine[4].tolist(), nine[5].tolist()
    ([[4.0, 5.0]], [[5.0, nan]])
    """
    padded = np.pad(heights, 1, constant_values=np.nan)
    return [
        padded[rows.start + i : rows.stop + i, columns.start + j : columns.stop + j] for i in range(3) for j in range(3)
    ]


def slope(nine: Around, width_m: Floats, height_m: Floats) -> Floats:
    """The steepest slope in degrees, after Horn (1981).

    Notes
    -----
    Horn, B. K. P. (1981), Hill shading and the reflectance map, Proceedings of the IEEE 69: the two cells beside count
    twice, the four corners once.

    Examples
    --------
    >>> plane = np.add.outer([0.0, 0.0, 0.0], [0.0, 10.0, 20.0])
    >>> side = np.array(10.0)
    >>> float(slope(neighbour_heights(plane, np.array(1), np.array(1)), side, side))
    45.0
    """
    east, north = _gradient(nine, width_m, height_m)
    return np.asarray(np.degrees(np.arctan(np.hypot(east, north))))


def aspect(nine: Around, width_m: Floats, height_m: Floats) -> Floats:
    """The direction in which the land falls, in degrees clockwise from the grid's north; NaN also where it is level.

    Parameters are those of :func:`slope`.

    Examples
    --------
    >>> falls_west = np.add.outer([0.0, 0.0, 0.0], [0.0, 10.0, 20.0])
    >>> side = np.array(10.0)
    >>> float(aspect(neighbour_heights(falls_west, np.array(1), np.array(1)), side, side))
    270.0
    """
    east, north = _gradient(nine, width_m, height_m)
    direction = np.degrees(np.arctan2(-east, -north)) % 360.0
    return np.where((east == 0) & (north == 0), np.nan, direction)


def relief(nine: Around) -> Floats:
    """The highest less the lowest of a cell and its eight neighbours; NaN where one of them has no value.

    Examples
    --------
    >>> float(relief(neighbour_heights(np.arange(9.0).reshape(3, 3), np.array(1), np.array(1))))
    8.0
    """
    return np.asarray(reduce(np.maximum, nine) - reduce(np.minimum, nine))


def _gradient(nine: Around, width_m: Floats, height_m: Floats) -> tuple[Floats, Floats]:
    """Rise a metre towards east and towards north."""
    nw, n, ne, w, centre, e, sw, s, se = nine
    absent = np.where(np.isnan(centre), np.nan, 0.0)
    east = ((ne - nw) + 2 * (e - w) + (se - sw)) / (8 * width_m)
    north = ((nw - sw) + 2 * (n - s) + (ne - se)) / (8 * height_m)
    return east + absent, north + absent
