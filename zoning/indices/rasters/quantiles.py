"""Quantiles of a raster, exactly, by counting in ever narrower bins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from layers.errors import ZoneplanError
from layers.phrases import Phrase
from zoning.indices.checked_values import Floats
from zoning.indices.rasters.grids import AnyRaster, Stack, stacked

_BINS = 1 << 16
_HELD = 1 << 20
"""So many values are held at once, and sorted."""


def raster_quantiles(raster: AnyRaster, parts: Sequence[float]) -> pd.Series:
    """The values that given parts of all cells do not exceed, exactly, however many cells there are.

    Parameters
    ----------
    raster : path, dataset or DataArray
        As for :func:`zoning.indices.raster_by_cells`.
    parts : sequence of float
        From 0, the smallest value, to 1, the largest.

    Returns
    -------
    Series of float
        By part, in the unit of the raster. Between two cells the value is taken in proportion, as pandas does.

    Raises
    ------
    SourceError, CrsError
        The raster cannot be read, or has no CRS.
    ZoneplanError
        It has no value anywhere, or a part is not from 0 to 1.

    Notes
    -----
    Each cell counts alike. Cells are counted in bins between the smallest and the largest value, then in bins inside
    the one that holds the value sought, until as few are left as can be sorted.

    Examples
    --------
    >>> import xarray as xr
    >>> import zoneplan as zp
    >>> heights = xr.DataArray([[1.0, 2.0], [3.0, 10.0]], {"y": [50, 0], "x": [0, 50]}, attrs={"crs": "EPSG:3035"})
    >>> zp.indices.raster_quantiles(heights, [0, 0.5, 1]).to_dict()
    {0.0: 1.0, 0.5: 2.5, 1.0: 10.0}
    """
    wanted = [float(part) for part in parts]
    if not all(0 <= part <= 1 for part in wanted):
        raise ZoneplanError(Phrase("parts of all cells go from 0 to 1"), code="parts")
    with stacked({"raster": raster}) as stack:
        count, low, high = 0, np.inf, -np.inf
        for values in filter(len, _values(stack)):
            count, low, high = count + len(values), min(low, values.min()), max(high, values.max())
        if not count:
            raise ZoneplanError(Phrase("the raster has no value anywhere"), code="no_values")
        found = {}
        for part in wanted:
            place = part * (count - 1)
            first = _nth(stack, int(place), low, high)
            second = _nth(stack, int(place) + 1, low, high) if place > int(place) else first
            found[part] = first + (second - first) * (place - int(place))
    return pd.Series(found, dtype=np.float64)


def _nth(stack: Stack, place: int, low: float, high: float) -> float:
    """The value at a place in the order of all cells, which lies between two of them."""
    below = 0  # so many are smaller than low
    while low < high:
        edges = np.unique(np.linspace(low, high, _BINS + 1))
        counts = np.zeros(len(edges) - 1, dtype=np.int64)
        for values in _values(stack, low, high):
            counts += np.histogram(values, edges)[0]
        bin_ = int(np.searchsorted(np.cumsum(counts), place - below, side="right"))
        below += int(counts[:bin_].sum())
        least, most = float(edges[bin_]), float(edges[bin_ + 1])
        if counts[bin_] <= _HELD:
            held = np.sort(np.concatenate(list(_values(stack, least, most))))
            return float(held[place - below])
        if len(edges) == 2:  # neighbours among floating-point numbers
            return least if place - below < sum(int((values == least).sum()) for values in _values(stack)) else most
        extremes = [(values.min(), values.max()) for values in _values(stack, least, most) if len(values)]
        low, high = min(one for one, _ in extremes), max(one for _, one in extremes)
    return float(low)


def _values(stack: Stack, low: float = -np.inf, high: float = np.inf) -> Iterator[Floats]:
    """The values between two others, both included, block by block."""
    for window in stack.windows():
        cells, _ = stack.cells(window)
        values = cells["raster"].to_numpy()
        yield values[(values >= low) & (values <= high)]
