"""The mean of a grid weighted by the amounts of another, such as heat by the people who live in it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.crs import full_turn, same_crs, way_between
from layers.errors import SourceError
from layers.formats import Raster, Reader
from layers.ledger import entries
from layers.phrases import Phrase
from layers.raster.cells import TileCells, cell_areas, tiles
from layers.raster.coverage_fraction import Borders, Floats
from layers.raster.zonal_statistics import edges_on

_NEAR_HALF = 0.02
"""Of a cell."""


def weighted_mean(
    units: gpd.GeoDataFrame, raster: Raster, weight: Raster, borders: Borders | None = None
) -> pd.DataFrame:
    """The mean of a raster in each unit, each cell by the amount that another raster has there.

    Notes
    -----
    The grid with the smaller cells decides: each of its cells counts with the part of it inside the unit, and takes
    what the other grid has at its middle. The amount of a larger cell is spread evenly over its true area. Where one
    grid is nested in the other that is exact.
    """
    finer = raster.cell_size_m < weight.cell_size_m
    own, other = (raster, weight) if finer else (weight, raster)
    amounts, valued, summed = np.zeros(len(units)), np.zeros(len(units)), np.zeros(len(units))
    least, most = np.full(len(units), np.inf), np.full(len(units), -np.inf)
    with own.reader() as read, other.reader() as look:
        for tile in tiles(edges_on(borders or Borders(units), own), own, read.block):
            found = TileCells(own, read, tile)
            there, area = _sampled(found, own, other, look)
            value, amount = (
                (found.surface("value"), there / area * found.areas) if finer else (there, found.surface("value"))
            )
            _refuse_negative(amount, weight)
            amount = np.nan_to_num(amount)
            known = ~np.isnan(value) & (amount > 0)
            owner, share = found.spans.owner, found.spans.share
            for total, part in (
                (amounts, amount),
                (valued, np.where(known, amount, 0.0)),
                (summed, np.where(known, amount * value, 0.0)),
            ):
                np.add.at(total, owner, share * found.reduced(np.add, part))
            seen = np.where(known, value, np.nan)
            np.fmin.at(least, owner, found.reduced(np.fmin, seen))
            np.fmax.at(most, owner, found.reduced(np.fmax, seen))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(valued > 0, np.clip(summed / valued, least, most), np.nan)
        covered = np.nan_to_num(valued / amounts)
    return pd.DataFrame({"mean": mean, "covered": covered}, index=units.index)


def shift_of_cells(raster: Raster, weight: Raster) -> pd.DataFrame:
    """A ledger row where two grids of one cell size lie half a cell beside each other, as grids of middles do."""
    own, other = raster.transform, weight.transform
    nothing = entries(raster.name, [], "shifted", "")
    if not same_crs(raster.crs, weight.crs) or not np.allclose([own.a, own.e], [other.a, other.e], rtol=1e-6):
        return nothing
    beside = np.asarray([(own.c - other.c) / own.a, (own.f - other.f) / own.e])
    half = np.abs(beside % 1 - 0.5) < _NEAR_HALF
    if not half.any():
        return nothing
    told = Phrase(
        "left where it is: its cells lie half a cell beside those of '{other}'. One of the two may give the middles of "
        "its cells as their corners; if so, write its true corners into it (gdal_translate -a_ullr)",
        other=weight.name,
    )
    return entries(raster.name, [""], "shifted", told)


def _sampled(found: TileCells, own: Raster, other: Raster, look: Reader) -> tuple[Floats, Floats]:
    """What another raster has at the middle of each cell, and the true area of its cell; NaN off that raster."""
    row, column = np.broadcast_arrays(*found.places)
    x = own.transform.c + own.transform.a * (column.ravel() + 0.5)
    y = own.transform.f + own.transform.e * (row.ravel() + 0.5)
    if not same_crs(own.crs, other.crs):
        x, y = way_between(own.crs, other.crs).transform(x, y)
    to, turn = other.transform, full_turn(other.crs)
    with np.errstate(invalid="ignore"):
        place = (np.asarray(x) - to.c) / to.a
        across = np.floor(place if turn is None else place % (turn / to.a))
        down = np.floor((np.asarray(y) - to.f) / to.e)
        there = np.flatnonzero((down >= 0) & (down < other.shape[0]) & (across >= 0) & (across < other.shape[1]))
    value, area = np.full(len(place), np.nan), np.full(len(place), np.nan)
    if len(there):
        rows, columns = down[there].astype(np.int64), across[there].astype(np.int64)
        top, left = int(rows.min()), int(columns.min())
        window = slice(top, int(rows.max()) + 1), slice(left, int(columns.max()) + 1)
        value[there] = look(window, (rows - top, columns - left))
        area[there] = cell_areas(other, rows, columns)
    return value, area


def _refuse_negative(amount: Floats, weight: Raster) -> None:
    if np.fmin.reduce(amount, initial=np.inf) < 0:
        raise SourceError(
            Phrase(
                "layer '{layer}': {file} has amounts below 0, such as {value:.6g}, and cannot weigh a mean; give the "
                "amounts themselves, such as people in each cell, or say which value is nodata",
                layer=weight.name,
                file=weight.path.name,
                value=float(np.nanmin(amount)),
            ),
            code="weight",
            layer=weight.name,
        )
