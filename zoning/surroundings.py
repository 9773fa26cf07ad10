"""Surroundings: points of plots for what they lie beside, no closer than it takes to know which plots come first."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from layers import Blocks, Layer, Nearness, Raster, Siting, find_blocks
from zoning.lines import covered
from zoning.selections import threshold_score

SIDES = (16, 4, 1)
"""Cells on a side of the blocks whose distances are looked up: first coarsely for all, at last for single cells."""

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Cells:
    """Plots of land: parts of cells, or pieces.

    Attributes
    ----------
    row, column : array of int
        Of the cell; of a piece its place.
    land : array of int
        Place in the land of the ground.
    area_ha, value : array of float
        Hectares, and the surface that counts (NaN where none does).
    apart : array of float
        How suitable without what lies beside.
    least, score : array of float
        How suitable at least and at most; the same where it is known.
    """

    row: Places
    column: Places
    land: Places
    area_ha: Floats
    value: Floats
    apart: Floats
    least: Floats
    score: Floats

    @classmethod
    def none(cls) -> Cells:
        """No plots at all."""
        no_place, no_value = np.empty(0, np.int64), np.empty(0)
        return cls(no_place, no_place, no_place, no_value, no_value, no_value, no_value, no_value)

    def only(self, chosen: Places | npt.NDArray[np.bool_] | slice) -> Cells:
        """Some of them."""
        return Cells(*(getattr(self, name)[chosen] for name in CELLS))


CELLS = tuple(Cells.__dataclass_fields__)


@dataclass(frozen=True)
class Surroundings:
    """What plots may lie beside.

    Attributes
    ----------
    near : tuple of (Nearness, STRtree)
        In the working CRS.
    raster : Raster or None
        The grid whose cells are plots; None where pieces are.
    lands : GeoSeries
        The pieces, by the land of plots.
    """

    near: tuple[tuple[Nearness, shapely.STRtree], ...]
    raster: Raster | None
    lands: gpd.GeoSeries

    def bound(self, cells: Cells) -> Cells:
        """Plots with the bounds of their score when nothing is known of what they lie beside."""
        most = cells.apart
        for nearness, _ in self.near:
            most = most + nearness.points
        return replace(cells, least=cells.apart, score=most)

    def settle(self, cells: Cells, begin: Places, amounts: Sequence[float]) -> Cells:
        """Plots with the score itself of all that may be among the most suitable ones of an amount.

        Parameters
        ----------
        cells : Cells
            Of some units, one unit after another.
        begin : array of int
            Where the plots of each unit begin, and where the last ones end.
        amounts : sequence of float
            Hectares of each unit.

        Returns
        -------
        Cells
            The score of other plots is no less than it is, and below that of these.
        """
        least, score = cells.least.copy(), cells.score.copy()
        for side in SIDES:
            doubted = np.flatnonzero(_doubted(replace(cells, least=least, score=score), begin, amounts))
            if not len(doubted):
                break
            low, high = self._look(cells, doubted, side)
            least[doubted], score[doubted] = np.maximum(least[doubted], low), np.minimum(score[doubted], high)
        return replace(cells, least=least, score=score)

    def _look(self, cells: Cells, some: Places, side: int) -> tuple[Floats, Floats]:
        """The bounds of the score of some plots that distances of blocks of so many cells on a side leave."""
        least = most = cells.apart[some]
        if self.raster is None:
            blocks = Blocks(np.asarray(self.lands.array)[cells.land[some]], np.zeros(len(some)), np.arange(len(some)))
        else:
            blocks = find_blocks(self.raster, cells.row[some], cells.column[some], side, self.lands.crs)
        for nearness, others in self.near:
            low, high = blocks.distances(others, nearness.within_m)
            least = least + (nearness.points * _closeness(high, nearness.within_m))[blocks.block]
            most = most + (nearness.points * _closeness(low, nearness.within_m))[blocks.block]
        return least, most


def find_surroundings(
    siting: Siting, pieces: gpd.GeoDataFrame, layers: Mapping[str, Layer], lands: gpd.GeoSeries
) -> Surroundings:
    """What the plots of a siting may lie beside.

    Parameters
    ----------
    siting : Siting
    pieces : GeoDataFrame
        From :func:`zoning.settle_lines`.
    layers : mapping of str to Layer
        By name.
    lands : GeoSeries
        The land of the plots, in the working CRS.
    """
    raster = layers[siting.layer].raster if siting.layer is not None else None
    near = tuple((one, shapely.STRtree(_others(one, pieces, layers))) for one in siting.beside)
    return Surroundings(near, raster, lands)


def _others(nearness: Nearness, pieces: gpd.GeoDataFrame, layers: Mapping[str, Layer]) -> Shapes:
    if nearness.layer is not None:
        features = layers[nearness.layer].features
        shapes = np.empty(0, object) if features is None else np.asarray(features.geometry.array)
    else:
        shapes = np.asarray(pieces.geometry.array)[covered(pieces, [nearness.role or ""])]
    parts: Shapes = shapely.get_parts(shapes)
    return parts


def _closeness(far: Floats, within_m: float) -> Floats:
    """1 beside it, 0 at the distance and beyond."""
    return np.clip(1 - far / within_m, 0.0, 1.0)


def _doubted(cells: Cells, begin: Places, amounts: Sequence[float]) -> npt.NDArray[np.bool_]:
    """Plots of unknown score that may be among the most suitable ones of the amount of their unit."""
    found = cells.least < cells.score
    for (start, end), amount in zip(itertools.pairwise(begin.tolist()), amounts, strict=True):
        if found[start:end].any():
            own = slice(start, end)
            found[own] &= cells.score[own] >= threshold_score(cells.area_ha[own], cells.least[own], amount)
    return found
