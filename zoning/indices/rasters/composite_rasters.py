"""Composite indices of rasters: a first pass over all blocks finds what scores hang on, a second one scores cells."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from layers.errors import ZoneplanError
from layers.phrases import Phrase
from zoning.indices.checked_values import ByLabel, Floats, checked_costs, checked_weights
from zoning.indices.composite import Ideal, geometric_mean, weakest_link, weighted_sum
from zoning.indices.normalisation import between_extremes, refuse_same, standard_scores
from zoning.indices.rasters.cell_functions import RankBins, count_ranks
from zoning.indices.rasters.grids import AnyRaster, Stack, stacked, written_cog
from zoning.indices.weighting import weights_by_entropy

Scale = Literal["minmax", "zscore", "rank", "none"]
Way = Literal["weighted_sum", "geometric_mean", "weakest_link", "topsis"]


@dataclass(frozen=True)
class RasterIndex:
    """A composite index of rasters, and what it was made with."""

    path: Path
    weights: pd.Series
    statistics: pd.DataFrame


def raster_index(
    layers: Mapping[Hashable, AnyRaster],
    path: str | Path,
    *,
    cost: Iterable[Hashable] = (),
    normalise: Scale | None = None,
    weights: ByLabel | Literal["equal", "entropy"] = "equal",
    aggregate: Way = "weighted_sum",
    dtype: Literal["float32", "float64"] = "float32",
) -> RasterIndex:
    """One score a cell from several rasters, block by block, as a cloud-optimised GeoTIFF.

    Parameters
    ----------
    layers : mapping
        By name: the path of a GeoTIFF, an open rasterio dataset, or an ``xarray.DataArray`` with ``y``, ``x`` and a
        CRS. All on one grid.
    path : str or Path
        Of the result; what stands there is replaced.
    cost : iterable of names, optional
        Rasters of which less is better.
    normalise : {"minmax", "zscore", "rank", "none"}, optional
        How the rasters are made comparable over all cells; "minmax" by default, and nothing for TOPSIS, which does so
        itself. Ranks go from 1 to the number of cells.
    weights : "equal", "entropy", Series, mapping or sequence of float, optional
        By raster, in sum 1; "entropy" by how unevenly each is spread over the cells.
    aggregate : {"weighted_sum", "geometric_mean", "weakest_link", "topsis"}, optional
        How the scores are made one.
    dtype : {"float32", "float64"}, optional
        Of the cells of the result.

    Returns
    -------
    RasterIndex
        More is better. A cell that lacks a value in one of the rasters has no score, and no other is compared with it.

    Raises
    ------
    SourceError, CrsError
        A raster cannot be read, has other cells than the first, or has no CRS.
    UnknownNameError
        ``cost`` or ``weights`` name a raster that is not there.
    ZoneplanError
        A raster has one value only, or its values do not fit what is asked, as for tables.

    Notes
    -----
    The formulas are those of :func:`zoning.indices.minmax`, :func:`zoning.indices.zscore`,
    :func:`zoning.indices.entropy_weights`, :func:`zoning.indices.weighted_sum` and the like; smallest and largest
    value, mean, deviation and entropy come from a first pass. Memory is bounded by a block, however large the rasters.

    Ranks are counted in bins, which are divided, in some more passes, until each holds one value alone or at most
    1 / 65,536 of all cells; cells of one bin share the mean of its ranks, as equal values do. So ranks are exact of
    fewer than 131,072 cells, and where a raster has few different values, such as grades or whole metres; else one may
    be off by 1 / 131,072 of all cells, or by what ``rank_error`` says where values differ in their last digits alone.

    Examples
    --------
    >>> import tempfile
    >>> import rasterio, xarray as xr
    >>> import zoneplan as zp
    >>> place = {"dims": ("y", "x"), "coords": {"y": [50, 0], "x": [0, 50]}, "attrs": {"crs": "EPSG:3035"}}
    >>> water, slope = xr.DataArray([[10.0, 20], [30, 40]], **place), xr.DataArray([[5.0, 25], [5, 5]], **place)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     found = zp.indices.raster_index({"water": water, "slope": slope}, f"{folder}/fit.tif", cost=["slope"])
    ...     with rasterio.open(found.path) as dataset:
    ...         dataset.read(1).astype(float).round(2).tolist()
    [[0.5, 0.17], [0.83, 1.0]]
    """
    scale = normalise or ("none" if aggregate == "topsis" else "minmax")
    if scale not in ("minmax", "zscore", "rank", "none"):
        raise ZoneplanError(
            Phrase(
                "rasters are made comparable by 'minmax', 'zscore', 'rank' or 'none', not by '{scale}'", scale=scale
            ),
            code="normalise",
        )
    names = pd.Index(list(layers))
    costs = checked_costs(cost, names)
    if scale == "none" and costs.any() and aggregate != "topsis":
        raise ZoneplanError(
            Phrase("a cost needs values that are made comparable; say how with normalise"), code="normalise"
        )
    with stacked(layers) as stack, written_cog(path, stack.grid, dtype, layers.values()) as write:
        moments = _first_pass(stack, names)
        if scale != "none":
            refuse_same(names, moments.low == moments.high)
        weighed = _weights(weights, names, moments)
        bins = {
            name: count_ranks(stack, name, moments.low[name], moments.high[name]) for name in names if scale == "rank"
        }
        ideal = Ideal.of(moments.low, moments.high, moments.squares, weighed, costs) if aggregate == "topsis" else None
        for window in stack.windows():
            cells, known = stack.cells(window)
            values = np.full(known.shape, np.nan)
            if len(cells):
                if ideal is not None:
                    values[known] = ideal.nearness(cells)
                else:
                    values[known] = _score(_scaled(cells, scale, costs, moments, bins), weighed, aggregate)
            write(window, values)
    table = moments.table()
    if bins:
        table["rank_error"] = pd.Series({name: rank_bins.error for name, rank_bins in bins.items()})
    return RasterIndex(Path(path), weighed, table)


@dataclass
class _Moments:
    """What is known of all cells, by raster."""

    names: pd.Index
    count: int
    low: pd.Series
    high: pd.Series
    mean: pd.Series
    off: pd.Series
    """The sum of squared distances from the mean."""
    squares: pd.Series
    """The sum of squares."""
    logs: pd.Series
    """The sum of x ln x."""

    @property
    def deviation(self) -> pd.Series:
        return np.sqrt(self.off / self.count)

    def take(self, cells: pd.DataFrame) -> None:
        """Add the cells of a block."""
        count, mean = len(cells), cells.mean()
        gap, whole = mean - self.mean, self.count + count
        self.off = self.off + ((cells - mean) ** 2).sum() + gap**2 * (self.count * count / whole)
        self.mean, self.count = self.mean + gap * (count / whole), whole
        self.low, self.high = self.low.combine(cells.min(), min), self.high.combine(cells.max(), max)
        self.squares = self.squares + (cells**2).sum()
        values = cells.to_numpy()
        with np.errstate(divide="ignore", invalid="ignore"):
            self.logs = self.logs + np.where(values > 0, values * np.log(values), 0.0).sum(axis=0)

    def table(self) -> pd.DataFrame:
        columns = {"cells": self.count, "min": self.low, "max": self.high, "mean": self.mean, "std": self.deviation}
        return pd.DataFrame(columns, index=self.names)


def _first_pass(stack: Stack, names: pd.Index) -> _Moments:
    nothing = pd.Series(0.0, index=names)
    moments = _Moments(names, 0, nothing + np.inf, nothing - np.inf, nothing, nothing, nothing, nothing)
    for window in stack.windows():
        cells, _ = stack.cells(window)
        if len(cells):
            moments.take(cells)
    if not moments.count:
        raise ZoneplanError(Phrase("the rasters have no cell in common that has a value in each"), code="no_values")
    return moments


def _weights(weights: ByLabel | str, names: pd.Index, moments: _Moments) -> pd.Series:
    if not isinstance(weights, str):
        return checked_weights(weights, names)
    if weights == "equal":
        return pd.Series(1.0 / len(names), index=names)
    if weights != "entropy":
        raise ZoneplanError(Phrase("weights are 'equal', 'entropy', or numbers by name"), code="weights")
    if (moments.low < 0).any() or moments.count < 2 or (moments.high == 0).any():
        raise ZoneplanError(
            Phrase("entropy needs two cells or more, none below 0, and in each raster one above 0"), code="entropy"
        )
    total = moments.mean * moments.count
    return weights_by_entropy(moments.logs / total - np.log(total), moments.count, moments.low == moments.high)


def _scaled(
    cells: pd.DataFrame, scale: Scale, costs: np.ndarray, moments: _Moments, bins: Mapping[Hashable, RankBins]
) -> pd.DataFrame:
    if scale == "minmax":
        return between_extremes(cells, moments.low, moments.high, costs)
    if scale == "zscore":
        return standard_scores(cells, moments.mean, moments.deviation, costs)
    if scale == "rank":
        ranks = pd.DataFrame(
            {name: rank_bins.ranks(cells[name].to_numpy()) for name, rank_bins in bins.items()}, cells.index
        )
        return ranks.mask(np.broadcast_to(costs, ranks.shape), moments.count + 1 - ranks)
    return cells


def _score(scores: pd.DataFrame, weights: pd.Series, aggregate: Way) -> Floats:
    if aggregate == "weakest_link":
        return np.asarray(weakest_link(scores))
    return np.asarray((geometric_mean if aggregate == "geometric_mean" else weighted_sum)(scores, weights))
