"""Zonal statistics: what a raster says about each unit, by the exact share of every cell and the cell's true area.

Cells are read batch by batch; each cell of a unit comes with its weight, a formula says which of them count and what is
taken of them, and a statistic makes one number of these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.conditions import Condition, Formula
from layers.crs import SAGITTA_M, full_turn, known_crs, same_crs
from layers.errors import SourceError, naming_the_layer
from layers.formats import Raster
from layers.phrases import AND, Phrase, phrase_list
from layers.raster.cell_area import cell_areas, cell_sides
from layers.raster.coverage_fraction import Borders, Edges, Floats, Footprint, footprint
from layers.raster.terrain import aspect, neighbour_heights, relief, slope

Flags = npt.NDArray[np.bool_]

_TIE = 1e-12


@dataclass(frozen=True)
class Sample:
    """Values of cells, each in one of ``count`` units.

    Attributes
    ----------
    owner : array of int
        Place of the unit, sorted.
    value : array of float
        No NaN.
    weight : array of float
        The true area of the cell inside the unit.
    share : array of float
        Of the cell inside the unit.
    count : int
        How many units there are; those without a cell get NaN.
    """

    owner: npt.NDArray[np.int64]
    value: Floats
    weight: Floats
    share: Floats
    count: int

    def of(self, chosen: Flags) -> Sample:
        """Some of the cells."""
        return Sample(self.owner[chosen], self.value[chosen], self.weight[chosen], self.share[chosen], self.count)

    def totals(self, amounts: Floats) -> Floats:
        """The sum of amounts in each unit; NaN for a unit without a cell."""
        sums = np.bincount(self.owner, amounts, self.count)
        return np.where(np.diff(self.starts) > 0, sums, np.nan)

    @property
    def starts(self) -> npt.NDArray[np.intp]:
        """Where the cells of each unit begin, and where the last ones end."""
        return np.searchsorted(self.owner, np.arange(self.count + 1))


def mean(sample: Sample) -> Floats:
    """The mean, weighted by area, of what each value has above the lowest: so one value alone comes out as it is."""
    base = minimum(sample)
    return base + sample.totals(sample.weight * (sample.value - base[sample.owner])) / sample.totals(sample.weight)


def fraction(sample: Sample) -> Floats:
    """The part of the land whose value is 1 where all others are 0."""
    return sample.totals(sample.weight * sample.value) / sample.totals(sample.weight)


def mean_direction(sample: Sample) -> Floats:
    """The mean of directions in degrees, 0 to 360: that of 350 and 10 is 0; NaN where they cancel out."""
    angle = np.radians(sample.value)
    area = sample.totals(sample.weight)
    east = sample.totals(sample.weight * np.sin(angle)) / area
    north = sample.totals(sample.weight * np.cos(angle)) / area
    direction = np.round(np.degrees(np.arctan2(east, north)) % 360.0, 9) % 360.0
    return np.where(np.hypot(east, north) > _TIE, direction, np.nan)


def std(sample: Sample) -> Floats:
    """The standard deviation of all the land, weighted by area."""
    off = sample.value - mean(sample)[sample.owner]
    return np.sqrt(sample.totals(sample.weight * off**2) / sample.totals(sample.weight))


def total(sample: Sample) -> Floats:
    """The sum of the values, each times the share of its cell inside the unit."""
    return sample.totals(sample.share * sample.value)


def minimum(sample: Sample) -> Floats:
    """The smallest value of all cells that the unit touches."""
    found = np.full(sample.count, np.inf)
    np.minimum.at(found, sample.owner, sample.value)
    return np.where(np.isinf(found), np.nan, found)


def maximum(sample: Sample) -> Floats:
    """The largest value of all cells that the unit touches."""
    found = np.full(sample.count, -np.inf)
    np.maximum.at(found, sample.owner, sample.value)
    return np.where(np.isinf(found), np.nan, found)


def quantile(sample: Sample, part: float) -> Floats:
    """The value that ``part`` of the unit's land does not exceed.

    Notes
    -----
    Cells are put in order; the value is that at which the area so far first reaches ``part`` of the whole. Where it
    reaches it exactly, the mean of this and the next value: so the median of two equal cells is their mean.
    """
    order = np.lexsort([sample.value, sample.owner])
    value, weight = sample.value[order], sample.weight[order]
    found = np.full(sample.count, np.nan)
    start = sample.starts
    for unit in np.flatnonzero(np.diff(start)):
        values, area = value[start[unit] : start[unit + 1]], np.cumsum(weight[start[unit] : start[unit + 1]])
        wanted, slack = part * area[-1], _TIE * area[-1]
        at, after = np.searchsorted(area, [wanted - slack, wanted + slack])
        last = len(values) - 1
        found[unit] = (values[min(at, last)] + values[min(after, last)]) / 2
    return found


def majority(sample: Sample) -> Floats:
    """The value of the largest area; of equals the smallest value."""
    order = np.lexsort([sample.value, sample.owner])
    owner, value, weight = sample.owner[order], sample.value[order], sample.weight[order]
    first = np.append(True, (owner[1:] != owner[:-1]) | (value[1:] != value[:-1]))[: len(owner)]
    area = np.bincount(np.cumsum(first) - 1, weight)
    owner, value = owner[first], value[first]
    most = np.zeros(sample.count)
    np.maximum.at(most, owner, area)
    found = np.full(sample.count, np.nan)
    level = np.flatnonzero(area >= most[owner] * (1 - _TIE))[::-1]
    found[owner[level]] = value[level]  # the last to be written is the smallest
    return found


EXTREMES = ("min", "max")
"""Functions that one cell alone can decide."""
_SLIVER = 0.01
"""Of the cell of which a polygon has most: so much of any other is no noise, however small the polygon."""


def sample_of(
    formula: Formula, surfaces: Mapping[str, Floats], found: Footprint, area: Floats, count: int, strip: float
) -> tuple[Sample, Flags]:
    """The cells that have a value, and which of them are touched for certain.

    Parameters
    ----------
    formula : Formula
    surfaces : mapping of str to array
        What it reads, at each cell; NaN where a cell has none.
    found : Footprint
        The cells of ``count`` polygons.
    area : array of float
        The true area of each cell inside its polygon.
    count : int
    strip : float
        The share of a cell by which a border may be off along its side.

    Returns
    -------
    sample : Sample
        Without the cells of polygons that touch none for certain that has a value.
    touched : array of bool
    """
    if formula.condition is not None:
        answer = formula.condition.evaluate(pd.DataFrame(surfaces))
        value, valid = answer.yes.astype(np.float64), answer.known
    else:
        value = surfaces[formula.argument]
        valid = ~np.isnan(value)
    if valid.all() and formula.function not in EXTREMES:
        return Sample(found.owner, value, area, found.share, count), valid
    touched = _touched(found, strip)
    if not valid.all():
        sure = np.bincount(found.owner[valid & touched], minlength=count) > 0
        valid = valid & sure[found.owner]
    sample = Sample(found.owner[valid], value[valid], area[valid], found.share[valid], count)
    return sample, touched[valid]


def _touched(found: Footprint, strip: float) -> Flags:
    """The cells that each polygon touches by more than its border may be off."""
    first = np.flatnonzero(np.diff(found.owner, prepend=-1))
    if not len(first):
        return np.zeros(0, dtype=bool)
    most = np.repeat(np.maximum.reduceat(found.share, first), np.diff(np.append(first, len(found.share))))
    return np.greater(found.share, np.minimum(strip, _SLIVER * most))


def statistic(formula: Formula, sample: Sample, touched: Flags) -> Floats:
    """What a formula makes of the cells of each polygon; the lowest and the highest of those touched for certain."""
    if formula.function in EXTREMES:
        sample = sample.of(touched)
    if formula.quantile is not None:
        return quantile(sample, formula.quantile)
    if formula.function == "mean" and formula.argument == "aspect":
        return mean_direction(sample)
    functions: dict[str, Callable[[Sample], Floats]] = {
        "mean": mean,
        "share": fraction,
        "std": std,
        "sum": total,
        "min": minimum,
        "max": maximum,
        "majority": majority,
        "median": lambda one: quantile(one, 0.5),
    }
    return functions[formula.function](sample)


MAX_SLOPE_CELL_M = 100.0
_BATCH = 2**17
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

    Notes
    -----
    Means, deviations, quantiles, majorities and shares weigh every cell by its true area inside the unit; a sum takes
    the share of the cell; the lowest and the highest value are of all cells touched. Where units and raster are not in
    one CRS, a border may be off by 0.05 m, and no more of a cell than a strip of this width along its side is not
    touched; a unit that touches no other cell with a value has none. The mean of an aspect is that of directions. A
    share is of the land whose answer is known.
    """
    for formula in formulas.values():
        refuse_coarse(raster, formula.surfaces, f"'{formula.text}'")
    names = sorted(set().union(*(formula.surfaces for formula in formulas.values())))
    columns = {name: np.full(len(units), np.nan) for name in formulas}
    covered = {name: np.zeros(len(units)) for name in formulas}
    strip = 0.0 if same_crs(known_crs(units), raster.crs) else SAGITTA_M / raster.cell_size_m  # edges bend on the way
    with raster.reader() as read:
        for batch in batches(units, raster, borders=borders):
            surfaces = terrain_at(raster, batch.found, names, read)
            for name, formula in formulas.items():
                sample, touched = sample_of(formula, surfaces, batch.found, batch.area, len(batch.units), strip)
                columns[name][batch.units] = statistic(formula, sample, touched)
                covered[name][batch.units] = batch.inside * _valued(sample, batch)
    table = pd.DataFrame(index=units.index)
    for name in formulas:
        table[name] = columns[name]
        part = covered[name]
        if ((part > 0) & (part < 1 - _PARTIAL)).any():
            table[f"{name}_covered"] = np.where(part < 1 - _PARTIAL, part, 1.0)
    return table


def _valued(sample: Sample, batch: Batch) -> Floats:
    """The part of each unit's cells that have a value, by area."""
    if len(sample.owner) == len(batch.area):
        return np.ones(len(batch.units))
    whole = np.bincount(batch.found.owner, batch.area, len(batch.units))
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(np.bincount(sample.owner, sample.weight, len(batch.units)) / whole)


def share_where(units: gpd.GeoDataFrame, raster: Raster, condition: Condition) -> pd.Series:
    """The share of each unit's whole land on which a condition on a raster is met for certain.

    Land without a value, or outside the raster, counts as not meeting it.

    Parameters
    ----------
    units : GeoDataFrame
    raster : Raster
    condition : Condition
        On ``value``, ``slope``, ``aspect`` and ``relief``.

    Returns
    -------
    Series of float
        Index of the units; 0 to 1.

    Raises
    ------
    SourceError
        As :func:`summarise`.
    """
    refuse_coarse(raster, condition.names, f"'{condition.text}'")
    found = np.zeros(len(units))
    names = sorted(condition.names)
    with raster.reader() as read:
        for batch in batches(units, raster):
            surfaces = terrain_at(raster, batch.found, names, read)
            yes = condition.evaluate(pd.DataFrame(surfaces)).yes
            met = np.bincount(batch.found.owner[yes], batch.area[yes], len(batch.units))
            whole = np.bincount(batch.found.owner, batch.area, len(batch.units))
            with np.errstate(invalid="ignore"):
                found[batch.units] = np.nan_to_num(met / whole * batch.inside)
    return pd.Series(np.clip(found, 0.0, 1.0), index=units.index)


def refuse_coarse(raster: Raster, surfaces: Iterable[str], wanted: str) -> None:
    """Refuse slope, aspect and relief of cells that flatten the land.

    Raises
    ------
    SourceError
        The cells are larger than 100 m and the layer does not say ``coarse``.
    """
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


def _inside(edges: Edges, found: Footprint, count: int) -> Floats:
    """The share of each polygon that lies on the grid, by the grid's own plane."""
    whole = edges.cells(count)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.clip(np.nan_to_num(np.bincount(found.owner, found.share, count) / whole), 0.0, 1.0)


class Batch(NamedTuple):
    """A few units: their places in the table, their cells and the true area of each, and their share on the grid."""

    units: npt.NDArray[np.int64]
    found: Footprint
    area: Floats
    inside: Floats


def batches(
    units: gpd.GeoDataFrame,
    raster: Raster,
    flock: npt.NDArray[np.int64] | None = None,
    borders: Borders | None = None,
) -> Iterator[Batch]:
    """Units a few at a time, neighbours together, so that neither cells nor the window read grow too large.

    Parameters
    ----------
    units : GeoDataFrame
    raster : Raster
    flock : array of int, optional
        For each unit a number from 0 up: units of one number come in one batch. By default each is alone.
    borders : Borders, optional
        Of the units, where other grids use them as well.
    """
    edges = edges_on(borders or Borders(units), raster)
    flock = np.arange(len(units)) if flock is None else flock
    flocked = Edges(edges.start, edges.end, flock[edges.owner])
    for chosen in _groups(flocked, int(flock.max(initial=-1)) + 1, raster.shape):
        yield _batch(np.flatnonzero(np.isin(flock, chosen)), edges, len(units), raster)


def _batch(owners: npt.NDArray[np.int64], edges: Edges, count: int, raster: Raster) -> Batch:
    """Some of ``count`` units with their cells."""
    place = np.full(count, -1)
    place[owners] = np.arange(len(owners))
    few = Edges(edges.start, edges.end, place[edges.owner])
    few = few.compress(few.owner >= 0)
    found = footprint(few, raster.shape, _turn(raster))
    area = cell_areas(raster, found.row, found.column) * found.share
    return Batch(owners, found, area, _inside(few, found, len(owners)))


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
    found: Footprint,
    names: Iterable[str],
    read: Callable[..., Floats],
) -> dict[str, Floats]:
    """The surfaces asked for, at each cell; NaN where a cell has none.

    Parameters
    ----------
    raster : Raster
    found : Footprint
        Its cells.
    names : iterable of str
        Among ``SURFACES``.
    read : callable
        Of the raster held open, see :meth:`Raster.reader`.
    """
    if not len(found.row):
        return {name: np.empty(0) for name in names}
    rows = slice(max(int(found.row.min()) - 1, 0), min(int(found.row.max()) + 2, raster.shape[0]))
    columns = slice(max(int(found.column.min()) - 1, 0), min(int(found.column.max()) + 2, raster.shape[1]))
    row, column = found.row - rows.start, found.column - columns.start
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
