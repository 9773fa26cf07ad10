"""Terrain: slope, aspect and relief of a grid of heights, each from a cell and its eight neighbours."""

from __future__ import annotations

from functools import reduce

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def slope(heights: Floats, width_m: Floats, height_m: Floats) -> Floats:
    """The steepest slope in degrees, after Horn (1981).

    Parameters
    ----------
    heights : array of float, rows x columns
        In metres, rows from north to south; NaN where there is none.
    width_m, height_m : array of float, one a row
        Sides of the cells on the ground.

    Returns
    -------
    array of float
        Same shape; NaN where the cell or one of its neighbours has no value or lies outside.

    Notes
    -----
    Horn, B. K. P. (1981), Hill shading and the reflectance map, Proceedings of the IEEE 69: the two cells beside count
    twice, the four corners once.

    Examples
    --------
    >>> plane = np.add.outer([0.0, 0.0, 0.0], [0.0, 10.0, 20.0])
    >>> float(slope(plane, np.full(3, 10.0), np.full(3, 10.0))[1, 1])
    45.0
    """
    east, north = _gradient(heights, width_m, height_m)
    return np.asarray(np.degrees(np.arctan(np.hypot(east, north))))


def aspect(heights: Floats, width_m: Floats, height_m: Floats) -> Floats:
    """The direction in which the land falls, in degrees clockwise from the grid's north; NaN also where it is level.

    Parameters are those of :func:`slope`.

    Examples
    --------
    >>> falls_west = np.add.outer([0.0, 0.0, 0.0], [0.0, 10.0, 20.0])
    >>> float(aspect(falls_west, np.full(3, 10.0), np.full(3, 10.0))[1, 1])
    270.0
    """
    east, north = _gradient(heights, width_m, height_m)
    direction = np.degrees(np.arctan2(-east, -north)) % 360.0
    return np.where((east == 0) & (north == 0), np.nan, direction)


def relief(heights: Floats) -> Floats:
    """The highest less the lowest of a cell and its eight neighbours; NaN where one of them has no value.

    Examples
    --------
    >>> float(relief(np.arange(9.0).reshape(3, 3))[1, 1])
    8.0
    """
    around = _around(heights)
    return np.asarray(reduce(np.maximum, around) - reduce(np.minimum, around))


def _around(heights: Floats) -> list[Floats]:
    """The nine cells, from the north-west to the south-east, each as an array of the grid's shape."""
    rows, columns = heights.shape
    padded = np.pad(heights, 1, constant_values=np.nan)
    return [padded[i : i + rows, j : j + columns] for i in range(3) for j in range(3)]


def _gradient(heights: Floats, width_m: Floats, height_m: Floats) -> tuple[Floats, Floats]:
    """Rise a metre towards east and towards north."""
    nw, n, ne, w, _, e, sw, s, se = _around(heights)
    centre = np.where(np.isnan(heights), np.nan, 0.0)
    east = ((ne - nw) + 2 * (e - w) + (se - sw)) / (8 * width_m[:, None])
    north = ((nw - sw) + 2 * (n - s) + (ne - se)) / (8 * height_m[:, None])
    return east + centre, north + centre
