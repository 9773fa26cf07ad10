"""Ranks of the cells of rasters: counted in bins that grow narrower where cells crowd."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zoning.indices.checked_values import Floats
from zoning.indices.rasters.grids import Stack

_FIRST_BINS = 1 << 12
_CROWDED_PART = 1 << 16
"""A bin is narrowed while it holds more than one of so many parts of all cells, and values that differ."""
_MOST_PASSES = 8


@dataclass(frozen=True)
class RankBins:
    """Cells of one raster by bins."""

    edges: Floats
    counts: npt.NDArray[np.int64]
    low: Floats
    high: Floats

    @property
    def mixed(self) -> npt.NDArray[np.bool_]:
        """The bins that hold values that differ."""
        return (self.counts > 0) & (self.low < self.high)

    @property
    def error(self) -> float:
        """So far from its true rank a cell may stand at the most; 0 where every value has a bin of its own."""
        crowded = self.counts[self.mixed]
        return float(crowded.max() - 1) / 2 if len(crowded) else 0.0

    def ranks(self, values: Floats) -> Floats:
        """The rank of each value, from 1: the mean of those of its bin."""
        before = np.cumsum(self.counts) - self.counts
        found: Floats = (before + (self.counts + 1) / 2)[self._places(values)]
        return found

    def _places(self, values: Floats) -> npt.NDArray[np.intp]:
        return np.searchsorted(self.edges, values, side="right") - 1

    def take(self, values: Floats) -> None:
        """Count the values of a block."""
        ordered = np.sort(values)
        places, firsts = np.unique(self._places(ordered), return_index=True)
        lasts = np.append(firsts[1:], len(ordered))
        self.counts[places] += lasts - firsts
        self.low[places] = np.minimum(self.low[places], ordered[firsts])
        self.high[places] = np.maximum(self.high[places], ordered[lasts - 1])


def count_ranks(stack: Stack, name: Hashable, low: float, high: float) -> RankBins:
    """The bins by which the cells of a raster have their ranks.

    Notes
    -----
    Bins of equal width first; then, pass by pass, those in which different values crowd are divided, until each bin
    holds one value alone, or no more than 1 / 65,536 of all cells.
    """
    bins = _counted(stack, name, np.linspace(low, high, _FIRST_BINS + 1)[:-1])
    for _ in range(_MOST_PASSES):
        most = max(1, int(bins.counts.sum()) // _CROWDED_PART)
        crowded = np.flatnonzero(bins.mixed & (bins.counts > most))
        if not len(crowded):
            break
        parts = [
            np.linspace(bins.low[one], bins.high[one], 2 * -(-int(bins.counts[one]) // most) + 1)[1:] for one in crowded
        ]
        edges = np.unique(np.concatenate([bins.edges, *parts]))
        if len(edges) == len(bins.edges):
            break
        bins = _counted(stack, name, edges)
    return bins


def _counted(stack: Stack, name: Hashable, edges: Floats) -> RankBins:
    edges = np.unique(edges)
    size = len(edges)
    bins = RankBins(edges, np.zeros(size, dtype=np.int64), np.full(size, np.inf), np.full(size, -np.inf))
    for window in stack.windows():
        cells, _ = stack.cells(window)
        if len(cells):
            bins.take(cells[name].to_numpy())
    return bins
