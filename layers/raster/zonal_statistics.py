"""Zonal statistics: what a raster says about each unit, by the exact share of every cell and the cell's true area.

A grid is read once, tile by tile, for all formulas: sums, extremes and deviations are added up, and distinct values are
put together for quantiles and majorities. Siting, which needs every cell by itself, takes a few units at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.conditions import Condition, Formula
from layers.crs import SAGITTA_M, full_turn, known_crs, same_crs, way_between
from layers.errors import LimitError, SourceError, naming_the_layer
from layers.formats import Raster, Reader
from layers.ledger import entries
from layers.phrases import AND, Phrase, phrase_list
from layers.raster.cells import (
    TileCells,
    aspect,
    cell_areas,
    cell_sides,
    neighbour_heights,
    relief,
    row_areas,
    slope,
    tiles,
)
from layers.raster.coverage_fraction import Borders, Edges, Floats, Footprint, Spans, find_spans
from layers.raster.distributions import (
    HELD,
    Cells,
    Distribution,
    Extent,
    Moments,
    Seen,
    Tally,
    majority,
    quantile,
    select_quantiles,
    share_on_grid,
)

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
    fine, other = (raster, weight) if finer else (weight, raster)
    amounts, valued, summed = np.zeros(len(units)), np.zeros(len(units)), np.zeros(len(units))
    least, most = np.full(len(units), np.inf), np.full(len(units), -np.inf)
    with fine.reader() as read, other.reader() as look:
        for tile in tiles(edges_on(borders or Borders(units), fine), fine, read.block):
            tile_cells = TileCells(fine, read, tile)
            there, area = _sampled(tile_cells, fine, other, look)
            value, amount = (
                (tile_cells.surface("value"), there / area * tile_cells.areas)
                if finer
                else (there, tile_cells.surface("value"))
            )
            _refuse_negative(amount, weight)
            amount = np.nan_to_num(amount)
            known = ~np.isnan(value) & (amount > 0)
            owner, share = tile_cells.spans.owner, tile_cells.spans.share
            for total, part in (
                (amounts, amount),
                (valued, np.where(known, amount, 0.0)),
                (summed, np.where(known, amount * value, 0.0)),
            ):
                np.add.at(total, owner, share * tile_cells.reduced(np.add, part))
            seen = np.where(known, value, np.nan)
            np.fmin.at(least, owner, tile_cells.reduced(np.fmin, seen))
            np.fmax.at(most, owner, tile_cells.reduced(np.fmax, seen))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(valued > 0, np.clip(summed / valued, least, most), np.nan)
        covered = np.nan_to_num(valued / amounts)
    return pd.DataFrame({"mean": mean, "covered": covered}, index=units.index)


def shift_of_cells(raster: Raster, weight: Raster) -> pd.DataFrame:
    """A ledger row where two grids of one cell size lie half a cell beside each other, as grids of middles do."""
    transform, other = raster.transform, weight.transform
    nothing = entries(raster.name, [], "shifted", "")
    if not same_crs(raster.crs, weight.crs) or not np.allclose(
        [transform.a, transform.e], [other.a, other.e], rtol=1e-6
    ):
        return nothing
    beside = np.asarray([(transform.c - other.c) / transform.a, (transform.f - other.f) / transform.e])
    half = np.abs(beside % 1 - 0.5) < _NEAR_HALF
    if not half.any():
        return nothing
    action = Phrase(
        "left where it is: its cells lie half a cell beside those of '{other}'. One of the two may give the middles of "
        "its cells as their corners; if so, write its true corners into it (gdal_translate -a_ullr)",
        other=weight.name,
    )
    return entries(raster.name, [""], "shifted", action)


def _sampled(tile_cells: TileCells, raster: Raster, other: Raster, look: Reader) -> tuple[Floats, Floats]:
    """What another raster has at the middle of each cell, and the true area of its cell; NaN off that raster."""
    row, column = np.broadcast_arrays(*tile_cells.places)
    x = raster.transform.c + raster.transform.a * (column.ravel() + 0.5)
    y = raster.transform.f + raster.transform.e * (row.ravel() + 0.5)
    if not same_crs(raster.crs, other.crs):
        x, y = way_between(raster.crs, other.crs).transform(x, y)
    to, turn = other.transform, full_turn(other.crs)
    with np.errstate(invalid="ignore"):
        position = (np.asarray(x) - to.c) / to.a
        across = np.floor(position if turn is None else position % (turn / to.a))
        down = np.floor((np.asarray(y) - to.f) / to.e)
        there = np.flatnonzero((down >= 0) & (down < other.shape[0]) & (across >= 0) & (across < other.shape[1]))
    value, area = np.full(len(position), np.nan), np.full(len(position), np.nan)
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


ORDERED: Mapping[str, Callable[[Distribution], Floats]] = MappingProxyType({"majority": majority})
"""Functions of the whole distribution of a unit's values, beside the quantiles."""
MAX_SLOPE_CELL_M = 100.0
_BATCH = 2**18
"""Cells and edges, together: what a few units at a time may hold."""
_BAND_CELLS = 8_000_000
_PARTIAL = 1e-5
"""The part of a unit that a grid may lack and still cover it: its edges lie within 0.05 m of where they are."""


def summarise(
    units: gpd.GeoDataFrame, raster: Raster, formulas: Mapping[str, Formula], borders: Borders | None = None
) -> pd.DataFrame:
    """Statistics of a raster inside each unit.

    Parameters
    ----------
    units : GeoDataFrame
        Valid polygons in any CRS.
    raster : Raster
    formulas : mapping of str to Formula
        By the name of the measure; each fits a raster.
    borders : Borders, optional
        Of the units, where other grids use them as well.

    Returns
    -------
    DataFrame
        Index of the units, one column a formula. A unit without a cell that has a value is missing. Where some unit has
        such cells in a part only, a column "<name>_covered" gives the part of each unit.

    Raises
    ------
    SourceError
        Slope, aspect or relief is asked of cells larger than 100 m and the layer does not say ``coarse``.
    LimitError
        A majority is asked of a unit with more than a million different values.

    Notes
    -----
    Means, deviations, quantiles, majorities and shares weigh every cell by its true area inside the unit; a sum takes
    the share of the cell; the lowest and the highest value are of all cells touched. Where units and raster are not in
    one CRS, a border may be off by 0.05 m, and no more of a cell than a strip of this width along its side is not
    touched; a unit that touches no other cell with a value has none. The mean of an aspect is that of directions. A
    share is of the land whose answer is known.

    The grid is read by block rows, at its full resolution, once for all formulas; of quantiles again where a unit
    has more than a million different values. A quantile is exact: the value at which the area, counted from the
    lowest value, first reaches that part of the unit, and where it reaches it exactly the mean of this and the next.
    """
    for formula in formulas.values():
        refuse_coarse(raster, formula.surfaces, f"'{formula.text}'")
    columns: dict[str, Floats] = {}
    covered: dict[str, Floats] = {}
    strip = 0.0 if same_crs(known_crs(units), raster.crs) else SAGITTA_M / raster.cell_size_m  # edges bend on the way
    edges = edges_on(borders or Borders(units), raster)
    with raster.reader() as read:
        reading = partial(_tiles, edges, raster, read)
        extent, seen = Extent(len(units)), _Subjects(formulas.values(), edges, len(units), strip)
        for tile_cells in reading():
            extent.add(tile_cells)
            seen.add(tile_cells)
        seen.end(extent, raster, reading)
        for name, formula in formulas.items():
            columns[name] = seen.statistic(formula)
            covered[name] = extent.inside(edges) * seen.valued(formula, extent)
    table = pd.DataFrame(index=units.index)
    for name in formulas:
        table[name] = columns[name]
        part = covered[name]
        if ((part > 0) & (part < 1 - _PARTIAL)).any():
            table[f"{name}_covered"] = np.where(part < 1 - _PARTIAL, part, 1.0)
    return table


def _tiles(edges: Edges, raster: Raster, read: Reader) -> Iterator[TileCells]:
    for tile in tiles(edges, raster, read.block):
        yield TileCells(raster, read, tile)


def _function(formula: Formula) -> str:
    """What is added up for a formula."""
    if _is_ordered(formula):
        return "mean"  # of those in order, the lowest and the highest
    return "direction" if (formula.function, formula.argument) == ("mean", "aspect") else formula.function


class _Subjects:
    """What is added up for some formulas, those of one surface or condition together."""

    def __init__(self, formulas: Iterable[Formula], edges: Edges, count: int, strip: float) -> None:
        self.count = count
        by_subject: dict[str, list[Formula]] = {}
        for formula in formulas:
            by_subject.setdefault(_subject(formula), []).append(formula)
        self.formulas = {subject: some[0] for subject, some in by_subject.items()}
        self.moments = {
            subject: Moments(count, strip, {_function(formula) for formula in some})
            for subject, some in by_subject.items()
        }
        last_row = np.full(count, -1.0)
        np.maximum.at(last_row, edges.owner, np.maximum(edges.start[:, 1], edges.end[:, 1]))
        self.tallies = {
            subject: Tally(last_row, {formula.function: _of_distribution(formula) for formula in ordered})
            for subject, some in by_subject.items()
            if (ordered := [formula for formula in some if _is_ordered(formula)])
        }

    def add(self, tile_cells: TileCells) -> None:
        for subject, formula in self.formulas.items():
            seen = Seen(tile_cells, formula)
            self.moments[subject].add(seen)
            if subject in self.tallies:
                self.tallies[subject].add(seen.cells, tile_cells.tile.window[0].start)

    def end(self, extent: Extent, raster: Raster, reading: Callable[[], Iterator[TileCells]]) -> None:
        for moments in self.moments.values():
            moments.end(extent.most)
        for subject, tally in self.tallies.items():
            tally.end()
            spilled = np.flatnonzero(tally.spilled)
            large = extent.cells[spilled] > HELD
            group = np.cumsum(extent.cells[spilled[~large]]) // HELD
            for group_number in np.unique(group):
                self._gather(subject, spilled[~large][group == group_number], reading)
            if large.any():
                self._select(subject, spilled[large], raster, reading)

    def _cells(
        self, subject: str, units: npt.NDArray[np.intp], reading: Callable[[], Iterator[TileCells]]
    ) -> Iterator[tuple[Cells, int]]:
        """The cells of some units, tile by tile, and the row in which each begins."""
        wanted = np.zeros(self.count, dtype=bool)
        wanted[units] = True
        for tile_cells in reading():
            if wanted[tile_cells.spans.owner].any():
                owner, value, area = Seen(tile_cells, self.formulas[subject]).cells
                chosen = wanted[owner]
                yield (owner[chosen], value[chosen], area[chosen]), tile_cells.tile.window[0].start

    def _gather(self, subject: str, units: npt.NDArray[np.intp], reading: Callable[[], Iterator[TileCells]]) -> None:
        """Read the grid again for units whose cells can be held by themselves."""
        tally = self.tallies[subject]
        alone = Tally(tally.last_row, tally.functions, limit=np.inf)
        for cells, row in self._cells(subject, units, reading):
            alone.add(cells, row)
        alone.end()
        for name, values in alone.results.items():
            tally.results[name][units] = values[units]

    def _select(
        self,
        subject: str,
        units: npt.NDArray[np.intp],
        raster: Raster,
        reading: Callable[[], Iterator[TileCells]],
    ) -> None:
        """Read the grid again for the quantiles of units with too many values."""
        tally, moments = self.tallies[subject], self.moments[subject]
        parts = {name: _part(name) for name in tally.functions}
        for name, part in parts.items():
            if part is None:
                raise _too_many(f"{name}({self.formulas[subject].argument})", len(units), raster)
        ends = np.column_stack([moments.least[units], moments.most[units]]).ravel()
        whole = Distribution(np.repeat(units, 2), ends, np.repeat(moments.area[units], 2), self.count)
        quantiles = select_quantiles(
            lambda: (cells for cells, _ in self._cells(subject, units, reading)),
            [part for part in parts.values() if part is not None],
            whole,
        )
        for name, values in zip(parts, quantiles, strict=True):
            tally.results[name][units] = values[units]

    def valued(self, formula: Formula, extent: Extent) -> Floats:
        """The part of each unit's cells that have a value, by area."""
        moments = self.moments[_subject(formula)]
        with np.errstate(invalid="ignore"):
            return np.where(moments.sure, np.nan_to_num(moments.area / extent.area), 0.0)

    def statistic(self, formula: Formula) -> Floats:
        moments = self.moments[_subject(formula)]
        if not _is_ordered(formula):
            return moments.statistic(_function(formula))
        return np.where(moments.sure, self.tallies[_subject(formula)].results[formula.function], np.nan)


def _of_distribution(formula: Formula) -> Callable[[Distribution], Floats]:
    part = _part(formula.function)
    return ORDERED[formula.function] if part is None else partial(quantile, part=part)


def _subject(formula: Formula) -> str:
    """What it is taken of: a surface, or the answers to a condition."""
    return formula.argument if formula.condition is None else f"share({formula.argument})"


def _is_ordered(formula: Formula) -> bool:
    return formula.function in ORDERED or _part(formula.function) is not None


def _part(function: str) -> float | None:
    """Of a quantile."""
    name, _, percent = function.partition("_")
    return 0.5 if name == "median" else int(percent) / 100 if name == "quantile" else None


def _too_many(text: str, count: int, raster: Raster) -> LimitError:
    return LimitError(
        Phrase(
            "layer '{layer}': '{text}' meets more than {most:,} different values in {count} unit(s), too many to be "
            "held: they are measurements, not classes. Ask for the median, or put the values into classes first",
            layer=raster.name,
            text=text,
            most=HELD,
            count=count,
        ),
        code="values",
        layer=raster.name,
    )


def share_where(units: gpd.GeoDataFrame, raster: Raster, condition: Condition) -> pd.Series:
    """The share of each unit's whole land on which a condition on a raster is met for certain.

    Land without a value, or outside the raster, counts as not meeting it.
    """
    refuse_coarse(raster, condition.names, f"'{condition.text}'")
    edges = edges_on(Borders(units), raster)
    extent, met_area = Extent(len(units)), np.zeros(len(units))
    with raster.reader() as read:
        for tile_cells in _tiles(edges, raster, read):
            extent.add(tile_cells)
            np.add.at(
                met_area,
                tile_cells.spans.owner,
                tile_cells.weighted(tile_cells.answer(condition)[0].astype(np.float64)),
            )
    with np.errstate(invalid="ignore"):
        share = np.nan_to_num(met_area / extent.area * extent.inside(edges))
    return pd.Series(np.clip(share, 0.0, 1.0), index=units.index)


def refuse_coarse(raster: Raster, surfaces: Iterable[str], wanted: str) -> None:
    """Refuse slope, aspect and relief of cells that flatten the land."""
    shape = sorted(set(surfaces) - {"value"})
    if shape and raster.cell_size_m > MAX_SLOPE_CELL_M and not raster.coarse:
        raise SourceError(
            Phrase(
                "layer '{layer}': {wanted} asks for {shape} of cells of {cell:,.0f} m, and cells above "
                "{most:.0f} m flatten the land. Use a finer grid, or write coarse = true on the layer: "
                "then the cell size is printed beside every use",
                layer=raster.name,
                wanted=wanted,
                shape=phrase_list(shape, AND),
                cell=raster.cell_size_m,
                most=MAX_SLOPE_CELL_M,
            ),
            code="coarse",
            layer=raster.name,
        )


def edges_on(borders: Borders, raster: Raster) -> Edges:
    """The edges of units on a raster, whose name stands before what is refused of them."""
    with naming_the_layer(Phrase("layer '{layer}'", layer=raster.name), raster.name):
        return borders.on(raster.crs, raster.transform)


def _turn(raster: Raster) -> float | None:
    turn = full_turn(raster.crs)
    return None if turn is None else turn / raster.transform.a


class Batch(NamedTuple):
    """A few units."""

    units: npt.NDArray[np.int64]
    spans: Spans
    each: Floats
    inside: Floats

    @property
    def cells(self) -> Footprint:
        """Each cell by itself."""
        return self.spans.cells()

    @property
    def area(self) -> Floats:
        """The true area of each cell inside its unit."""
        return np.repeat(self.each, self.spans.length)


def batches(
    units: gpd.GeoDataFrame,
    raster: Raster,
    flock: npt.NDArray[np.int64] | None = None,
    borders: Borders | None = None,
) -> Iterator[Batch]:
    """Units a few at a time, neighbours together, so that neither cells nor the window read grow too large."""
    edges = edges_on(borders or Borders(units), raster)
    flock = np.arange(len(units)) if flock is None else flock
    flocked = Edges(edges.start, edges.end, flock[edges.owner])
    for chosen in _groups(flocked, int(flock.max(initial=-1)) + 1, raster.shape):
        yield _batch(np.flatnonzero(np.isin(flock, chosen)), edges, len(units), raster)


def _batch(owners: npt.NDArray[np.int64], edges: Edges, count: int, raster: Raster) -> Batch:
    """Some of ``count`` units with their cells."""
    position = np.full(count, -1)
    position[owners] = np.arange(len(owners))
    few = Edges(edges.start, edges.end, position[edges.owner])
    few = few.compress(few.owner >= 0)
    spans = find_spans(few, slice(0, raster.shape[0]), raster.shape[1], _turn(raster))
    if row_areas(raster, slice(0, 0)) is None:
        spans = spans.singles()
    each = cell_areas(raster, spans.row, spans.start) * spans.share
    owner, share = (np.repeat(part, spans.length) for part in (spans.owner, spans.share))
    cells = np.bincount(owner, share, len(owners)).astype(np.float64)
    return Batch(owners, spans, each, share_on_grid(few, cells))


def _groups(edges: Edges, count: int, shape: tuple[int, int]) -> Iterator[npt.NDArray[np.int64]]:
    """Places of units, from north to south, that hold about ``_BATCH`` cells and edges inside a band of rows."""
    rows = np.column_stack([np.full(count, np.inf), np.full(count, -np.inf)])
    for ends in (edges.start, edges.end):
        np.minimum.at(rows[:, 0], edges.owner, ends[:, 1])
        np.maximum.at(rows[:, 1], edges.owner, ends[:, 1])
    top, bottom = np.clip(np.nan_to_num(rows, posinf=0, neginf=0), 0, shape[0]).T
    cells = np.minimum(np.abs(edges.cells(count)), float(shape[0] * shape[1]))
    load = cells + np.bincount(edges.owner, minlength=count)
    deepest = np.maximum((bottom - top) * shape[1], _BAND_CELLS)
    group: list[int] = []
    high, low, held, limit = np.inf, 0.0, 0.0, 0.0
    for unit in np.argsort(top, kind="stable"):
        high, low, held = min(high, top[unit]), max(low, bottom[unit]), held + load[unit]
        limit = max(limit, deepest[unit])
        if group and ((low - high) * shape[1] > limit or held > _BATCH):
            yield np.asarray(group)
            group, high, low, held, limit = [], top[unit], bottom[unit], load[unit], deepest[unit]
        group.append(int(unit))
    if group:
        yield np.asarray(group)


def terrain_at(
    raster: Raster,
    cells: Footprint,
    names: Iterable[str],
    read: Callable[..., Floats],
) -> dict[str, Floats]:
    """The surfaces asked for, at each cell; NaN where a cell has none."""
    if not len(cells.row):
        return {name: np.empty(0) for name in names}
    rows = slice(max(int(cells.row.min()) - 1, 0), min(int(cells.row.max()) + 2, raster.shape[0]))
    columns = slice(max(int(cells.column.min()) - 1, 0), min(int(cells.column.max()) + 2, raster.shape[1]))
    row, column = cells.row - rows.start, cells.column - columns.start
    if set(names) <= {"value"}:
        return dict.fromkeys(names, read((rows, columns), (row, column)))
    nine = neighbour_heights(read((rows, columns)), row, column)
    width, height = (side[row] for side in cell_sides(raster, rows))
    made: dict[str, Callable[[], Floats]] = {
        "value": lambda: nine[4],
        "slope": lambda: slope(nine, width, height),
        "aspect": lambda: aspect(nine, width, height),
        "relief": lambda: relief(nine),
    }
    return {name: made[name]() for name in names}
