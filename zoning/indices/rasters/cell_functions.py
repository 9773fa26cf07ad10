"""Functions of cells: ranks, quantiles, shares of grades by unit, and any function of a table."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.crs import project, working_crs
from layers.errors import SourceError, ZoneplanError
from layers.numerals import floats_of
from layers.phrases import Phrase
from layers.raster import cut_tracts
from zoning.indices.accessibility import refuse_no_geometry
from zoning.indices.checked_values import Floats
from zoning.indices.rasters.grids import AnyRaster, CellType, Stack, file_raster, stacked, written_cog

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
        mean_ranks: Floats = (before + (self.counts + 1) / 2)[self._places(values)]
        return mean_ranks

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
            np.linspace(bins.low[index], bins.high[index], 2 * -(-int(bins.counts[index]) // most) + 1)[1:]
            for index in crowded
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
        quantiles = {}
        for part in wanted:
            rank = part * (count - 1)
            first = _nth(stack, int(rank), low, high)
            second = _nth(stack, int(rank) + 1, low, high) if rank > int(rank) else first
            quantiles[part] = first + (second - first) * (rank - int(rank))
    return pd.Series(quantiles, dtype=np.float64)


def _nth(stack: Stack, rank: int, low: float, high: float) -> float:
    """The value at a place in the order of all cells, which lies between two of them."""
    below = 0  # so many are smaller than low
    while low < high:
        edges = np.unique(np.linspace(low, high, _BINS + 1))
        counts = np.zeros(len(edges) - 1, dtype=np.int64)
        for values in _values(stack, low, high):
            counts += np.histogram(values, edges)[0]
        bin_ = int(np.searchsorted(np.cumsum(counts), rank - below, side="right"))
        below += int(counts[:bin_].sum())
        least, most = float(edges[bin_]), float(edges[bin_ + 1])
        if counts[bin_] <= _HELD:
            held = np.sort(np.concatenate(list(_values(stack, least, most))))
            return float(held[rank - below])
        if len(edges) == 2:  # neighbours among floating-point numbers
            return least if rank - below < sum(int((values == least).sum()) for values in _values(stack)) else most
        extremes = [(values.min(), values.max()) for values in _values(stack, least, most) if len(values)]
        low, high = min(extreme for extreme, _ in extremes), max(extreme for _, extreme in extremes)
    return float(low)


def _values(stack: Stack, low: float = -np.inf, high: float = np.inf) -> Iterator[Floats]:
    """The values between two others, both included, block by block."""
    for window in stack.windows():
        cells, _ = stack.cells(window)
        values = cells["raster"].to_numpy()
        yield values[(values >= low) & (values <= high)]


MOST_GRADES = 100


def grade_shares(raster: AnyRaster, units: gpd.GeoDataFrame) -> pd.DataFrame:
    """The share of each unit's land that has each grade of a raster.

    Parameters
    ----------
    raster : path or dataset
        A GeoTIFF of grades, such as :func:`zoning.indices.raster_by_cells` writes.
    units : GeoDataFrame
        Polygons in any CRS.

    Returns
    -------
    DataFrame of float
        Index of the units, one column a grade, in rising order; shares of the unit's whole area. Land without a grade
        is in none of them.

    Raises
    ------
    SourceError
        It is no GeoTIFF, or has more than 100 values and so no grades.
    CrsError
        The units have no CRS.
    GeometryError
        A unit has no geometry.

    Notes
    -----
    Cells that lie partly in a unit count with the exact part, and with their true area. In a plan the same is a measure
    of the raster's layer: ``share(value = 1)``.

    Examples
    --------
    >>> import tempfile
    >>> import geopandas as gpd, xarray as xr
    >>> from shapely import box
    >>> import zoneplan as zp
    >>> slopes = xr.DataArray([[2.0, 30.0]] * 2, {"y": [150, 50], "x": [50, 150]}, attrs={"crs": "EPSG:3035"})
    >>> units = gpd.GeoDataFrame(index=["a"], geometry=[box(0, 0, 150, 200)], crs="EPSG:3035")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     graded = zp.indices.raster_by_cells(
    ...         {"slope": slopes}, lambda cells: zp.indices.grade(cells["slope"], [25], [1, 5]), f"{folder}/grade.tif"
    ...     )
    ...     zp.indices.grade_shares(graded, units).round(4).to_dict()
    {1.0: {'a': 0.6667}, 5.0: {'a': 0.3333}}
    """
    grades = file_raster(raster, "grades")
    if grades is None:
        raise SourceError(Phrase("shares of grades are taken of a GeoTIFF: write the grades to one first"), code="kind")
    refuse_no_geometry(units, "units")
    placed = project(units.geometry.to_frame(), working_crs(units))
    hectares = placed.geometry.area.to_numpy() / 1e4
    areas: dict[float, np.ndarray] = {}
    for tract in cut_tracts(placed, grades, ["value"]):
        for (grade, land), area in tract.dropna(subset="value").groupby(["value", "land"])["area_ha"].sum().items():
            areas.setdefault(float(grade), np.zeros(len(units)))[land] += area
        if len(areas) > MOST_GRADES:
            raise SourceError(
                Phrase("the raster has more than {most} values, and so no grades; grade it first", most=MOST_GRADES),
                code="grades",
            )
    return pd.DataFrame({grade: areas[grade] / hectares for grade in sorted(areas)}, index=units.index)


def raster_by_cells(
    layers: Mapping[Hashable, AnyRaster],
    function: Callable[[pd.DataFrame], pd.Series],
    path: str | Path,
    dtype: CellType = "float32",
) -> Path:
    """What a function of a table says of each cell of rasters, as a cloud-optimised GeoTIFF.

    Parameters
    ----------
    layers : mapping
        By name: the path of a GeoTIFF, an open rasterio dataset, or an ``xarray.DataArray`` with ``y``, ``x`` and a
        CRS. All on one grid.
    function : callable
        Takes a DataFrame with one row a cell and one column a raster, and gives a Series of numbers of the same index:
        graded thresholds, a matrix, corrections, or what a rulebook derives. It is asked block by block, so what it
        says of a cell must not hang on other cells; for scores that do there is :func:`zoning.indices.raster_index`.
    path : str or Path
        Of the result; what stands there is replaced.
    dtype : {"float32", "float64", "int16", "uint8"}, optional
        Of its cells.

    Returns
    -------
    Path
        Of the result. A cell that lacks a value in one of the rasters has none.

    Raises
    ------
    SourceError
        A raster cannot be read, or has other cells than the first.
    CrsError
        A raster has no CRS.
    ZoneplanError
        The function does not give one number a cell, or a value has no place in cells of this type.

    Notes
    -----
    Memory is bounded by a block, some million cells, however large the rasters.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np, rasterio
    >>> import zoneplan as zp
    >>> place = {"crs": "EPSG:3035", "transform": rasterio.Affine(100, 0, 4e6, 0, -100, 3e6)}
    >>> slopes = np.array([[2.0, 30.0]])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     grid = {"driver": "GTiff", "height": 1, "width": 2, "count": 1, "dtype": "float64", "nodata": np.nan}
    ...     with rasterio.open(f"{folder}/slope.tif", "w", **grid, **place) as dataset:
    ...         dataset.write(slopes, 1)
    ...     graded = zp.indices.raster_by_cells(
    ...         {"slope": f"{folder}/slope.tif"},
    ...         lambda cells: zp.indices.grade(cells["slope"], [3, 25], [1, 3, 5]),
    ...         f"{folder}/grade.tif",
    ...         dtype="uint8",
    ...     )
    ...     with rasterio.open(graded) as dataset:
    ...         dataset.read(1).tolist()
    [[1, 5]]
    """
    with stacked(layers) as stack, written_cog(path, stack.grid, dtype, layers.values()) as write:
        for window in stack.windows():
            cells, known = stack.cells(window)
            values = np.full(known.shape, np.nan)
            if len(cells):
                values[known] = _numbers(function(cells), cells)
            write(window, values)
    return Path(path)


def _numbers(result: object, cells: pd.DataFrame) -> np.ndarray:
    if (
        not isinstance(result, pd.Series)
        or len(result) != len(cells)
        or not pd.api.types.is_numeric_dtype(result.dtype)
    ):
        raise ZoneplanError(
            Phrase("the function must give a Series of numbers, one a cell; name texts by numbers first"),
            code="function",
        )
    return floats_of(result)
