"""Indices of rasters: the same as those of a table of their cells, however the cells are cut into blocks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.io import MemoryFile
from shapely import box

from layers.errors import CrsError, SourceError, UnknownNameError, ZoneplanError
from zoneplan import indices as ix
from zoning.indices.rasters import cell_functions, grids

PLACE: dict[str, Any] = {"crs": "EPSG:3035", "transform": rasterio.Affine(100, 0, 4e6, 0, -100, 3e6)}


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grids, "BLOCK_CELLS", 64)


def written(path: Path, cells: np.ndarray, **more: Any) -> Path:
    kind = {"driver": "GTiff", "count": 1, "dtype": cells.dtype, "nodata": np.nan, **PLACE, **more}
    with rasterio.open(path, "w", height=cells.shape[0], width=cells.shape[1], **kind) as dataset:
        dataset.write(cells, 1)
    return path


def read(path: Path) -> np.ndarray:
    with rasterio.open(path) as dataset:
        assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        return dataset.read(1, masked=True).astype(np.float64).filled(np.nan)


def surfaces(shape: tuple[int, int] = (37, 23), seed: int = 4) -> dict[str, np.ndarray]:
    """Two of them, each with holes of its own."""
    draw = np.random.default_rng(seed)
    found = {"water": draw.gamma(2.0, 300.0, shape), "slope": draw.uniform(0.0, 40.0, shape)}
    for cells in found.values():
        cells[draw.random(shape) < 0.1] = np.nan
    return found


def as_table(cells: dict[str, np.ndarray]) -> pd.DataFrame:
    return pd.DataFrame({name: one.ravel() for name, one in cells.items()}).dropna()


def array(cells: np.ndarray) -> xr.DataArray:
    high, wide = cells.shape
    at = {"y": 3e6 - 100 * np.arange(high) - 50, "x": 4e6 + 100 * np.arange(wide) + 50}
    return xr.DataArray(cells, at, ("y", "x"), attrs={"crs": PLACE["crs"]})


WAYS: tuple[dict[str, Any], ...] = (
    {"weights": "equal"},
    {"weights": "entropy"},
    {"weights": {"slope": 0.25, "water": 0.75}, "aggregate": "geometric_mean"},
    {"aggregate": "weakest_link"},
    {"normalise": "zscore", "weights": [0.5, 0.5]},
    {"normalise": "rank", "weights": [0.3, 0.7]},
    {"aggregate": "topsis", "weights": [0.6, 0.4]},
)


@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize("tiled", [False, True])
def test_a_raster_index_is_that_of_a_table_of_its_cells(way: dict[str, Any], tiled: bool, tmp_path: Path) -> None:
    cells, more = surfaces(), {"tiled": True, "blockxsize": 16, "blockysize": 16} if tiled else {}
    files = {name: written(tmp_path / f"{name}.tif", one, **more) for name, one in cells.items()}
    found = ix.raster_index(files, tmp_path / "fit.tif", cost=["slope"], dtype="float64", **way)
    table = as_table(cells)
    weights = way.get("weights", "equal")
    if isinstance(weights, str):
        weights = ix.entropy_weights(table) if weights == "entropy" else ix.equal_weights(table)
    np.testing.assert_allclose(
        found.weights.to_numpy(),
        [weights["water"], weights["slope"]] if isinstance(weights, dict) else np.asarray(weights),
        atol=1e-12,
    )
    aggregate = way.get("aggregate", "weighted_sum")
    if aggregate == "topsis":
        wanted = ix.topsis(table, found.weights, cost=["slope"])
    else:
        scores = getattr(ix, way.get("normalise", "minmax"))(table, cost=["slope"])
        wanted = (
            ix.weakest_link(scores) if aggregate == "weakest_link" else getattr(ix, aggregate)(scores, found.weights)
        )
    made = pd.Series(read(found.path).ravel())
    assert made.notna().sum() == len(table)
    np.testing.assert_allclose(made[table.index], wanted, atol=1e-10)
    np.testing.assert_allclose(found.statistics["mean"], table.mean())
    np.testing.assert_allclose(found.statistics["std"], table.std(ddof=0))
    assert found.statistics["min"].tolist() == table.min().tolist()
    assert found.statistics["cells"].tolist() == [len(table)] * 2


@given(
    cells=st.lists(st.sampled_from([0.0, 1.0, 1.0 + 2**-40, 7.0, -1e12, 1e12, 3.5]), min_size=2, max_size=40)
    | st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=40)
)
@settings(max_examples=40)
def test_no_cell_stands_farther_from_its_rank_than_is_said(cells: list[float]) -> None:
    values = np.array(cells)
    if values.min() == values.max():
        return
    with grids.stacked({"a": array(np.stack([values, values]))}) as stack:
        bins = cell_functions.count_ranks(stack, "a", values.min(), values.max())
    off = np.abs(bins.ranks(values) - (2 * pd.Series(values).rank() - 0.5))  # each cell stands twice
    assert off.max() <= bins.error
    assert bins.error == 0


@pytest.mark.parametrize("spread", ["even", "lognormal", "spiked"])
def test_ranks_of_many_cells_are_within_the_error_that_is_told(spread: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """So few bins that cells must share them: two parts of 1,000."""
    monkeypatch.setattr(cell_functions, "_CROWDED_PART", 500)
    monkeypatch.setattr(grids, "BLOCK_CELLS", 5000)
    draw = np.random.default_rng(7)
    values = {"even": draw.random(40_000), "lognormal": draw.lognormal(0, 4, 40_000)}
    values["spiked"] = np.where(draw.random(40_000) < 0.7, 3.0, values["even"] * 10)
    cells = values[spread]
    with grids.stacked({"a": array(cells.reshape(200, 200))}) as stack:
        bins = cell_functions.count_ranks(stack, "a", cells.min(), cells.max())
    off = np.abs(bins.ranks(cells) - pd.Series(cells).rank())
    assert 0 < off.max() <= bins.error <= len(cells) / 500 / 2


def test_a_file_a_dataset_and_an_array_give_the_same(tmp_path: Path) -> None:
    cells = surfaces()
    files = {name: written(tmp_path / f"{name}.tif", one) for name, one in cells.items()}
    wanted = read(ix.raster_index(files, tmp_path / "a.tif").path)
    arrays = {name: array(one)[::-1] for name, one in cells.items()}  # rows from south to north
    np.testing.assert_array_equal(read(ix.raster_index(arrays, tmp_path / "b.tif").path), wanted)
    with rasterio.open(files["water"]) as water, MemoryFile(files["slope"].read_bytes()) as held, held.open() as slope:
        mixed = ix.raster_index({"water": water, "slope": slope}, tmp_path / "c.tif")
    np.testing.assert_array_equal(read(mixed.path), wanted)
    assert mixed.path.read_bytes() == (tmp_path / "a.tif").read_bytes()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.tif", "b.tif", "c.tif", "slope.tif", "water.tif"]


def test_graded_thresholds_and_matrices_of_rasters(tmp_path: Path) -> None:
    slope, rain = np.array([[2.0, 12, 30], [np.nan, 2, 2]]), np.array([[900.0, 350, 1300], [900, np.nan, 100]])
    matrix = pd.DataFrame([[1, 1, 2], [2, 3, 4], [5, 5, 5]], index=[1, 3, 5], columns=[1, 3, 5])

    def farming(cells: pd.DataFrame) -> pd.Series:
        land = ix.grade(cells["slope"], [3, 25], [1, 3, 5])
        return ix.by_matrix(land, ix.grade(cells["rain"], [400, 800], [5, 3, 1]), matrix)

    found = ix.raster_by_cells({"slope": array(slope), "rain": array(rain)}, farming, tmp_path / "f.tif", "uint8")
    np.testing.assert_array_equal(read(found), [[1, 4, 5], [np.nan, np.nan, 2]])
    with rasterio.open(found) as dataset:
        assert (dataset.dtypes, dataset.nodata, dataset.crs.to_epsg()) == (("uint8",), 255, 3035)
    units = gpd.GeoDataFrame(
        index=["west", "east"],
        geometry=[box(4e6, 2.9998e6, 4e6 + 150, 3e6), box(4e6 + 150, 2.9998e6, 4e6 + 300, 3e6)],
        crs=PLACE["crs"],
    )
    shares = ix.grade_shares(found, units)
    assert shares.columns.tolist() == [1, 2, 4, 5]
    np.testing.assert_allclose(shares.loc["west"], [1 / 3, 0, 1 / 6, 0], atol=1e-9)
    np.testing.assert_allclose(shares.loc["east"], [0, 1 / 3, 1 / 6, 1 / 3], atol=1e-9)


@settings(max_examples=30)
@given(
    cells=st.lists(
        st.one_of(st.floats(-1e12, 1e12), st.sampled_from([0.0, 1.0, 1.0 + 2**-52, 3.0]), st.just(np.nan)),
        min_size=2,
        max_size=60,
    ).filter(lambda row: not np.isnan(row).all()),
    part=st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.25, 0.5, 1.0])),
)
def test_quantiles_are_those_of_all_cells(cells: list[float], part: float) -> None:
    grid = array(np.array([cells, cells]))
    known = pd.Series(cells * 2).dropna()
    found = ix.raster_quantiles(grid, [part])[part]
    wanted = float(known.quantile(part))
    assert found == pytest.approx(wanted, rel=1e-9, abs=1e-6 * max(1.0, known.abs().max()) * 1e-6)
    if part in (0.0, 1.0):
        assert found == (known.min() if part == 0 else known.max())


def test_many_equal_cells_are_never_held_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cell_functions, "_HELD", 3)
    near = np.nextafter(5.0, 6.0)
    cells = np.array([[5.0] * 9 + [near] * 7, [1.0] + [5.0] * 10 + [7.0] * 5])
    ordered = np.sort(cells.ravel())
    found = ix.raster_quantiles(array(cells), [place / 31 for place in range(32)])
    np.testing.assert_allclose(found.to_numpy(), ordered, rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda _a, p: ix.raster_index({}, p), ZoneplanError, "one raster or more"),
        (lambda a, p: ix.raster_index({"a": a, "b": a[:, :-1]}, p), SourceError, "not the same cells"),
        (
            lambda a, p: ix.raster_index({"a": a, "b": a.assign_coords(x=a.x + 30)}, p),
            SourceError,
            "not the same cells",
        ),
        (lambda a, p: ix.raster_index({"a": a.drop_attrs()}, p), CrsError, "no CRS"),
        (lambda _a, p: ix.raster_index({"a": 7}, p), SourceError, "give the path of a GeoTIFF"),
        (lambda a, p: ix.raster_index({"a": a * 0}, p), ZoneplanError, "same value"),
        (lambda a, p: ix.raster_index({"a": a * np.nan}, p), ZoneplanError, "no cell in common"),
        (lambda a, p: ix.raster_index({"a": a}, p, cost=["b"]), UnknownNameError, "'b'"),
        (lambda a, p: ix.raster_index({"a": a}, p, normalise="order"), ZoneplanError, "not by 'order'"),
        (lambda a, p: ix.raster_index({"a": a}, p, normalise="none", cost=["a"]), ZoneplanError, "a cost needs"),
        (lambda a, p: ix.raster_index({"a": a - 9}, p, weights="entropy"), ZoneplanError, "entropy needs"),
        (
            lambda a, p: ix.raster_by_cells({"a": a}, lambda cells: cells["a"] + 0.5, p, "uint8"),
            ZoneplanError,
            "no place",
        ),
        (lambda a, p: ix.raster_by_cells({"a": a}, lambda cells: cells["a"][:2], p), ZoneplanError, "one a cell"),
        (lambda a, p: ix.raster_by_cells({"a": a}, lambda c: c["a"].astype(str), p), ZoneplanError, "one a cell"),
        (lambda a, _p: ix.raster_quantiles(a, [1.5]), ZoneplanError, "from 0 to 1"),
        (lambda a, _p: ix.raster_quantiles(a * np.nan, [0.5]), ZoneplanError, "no value anywhere"),
        (
            lambda a, _p: ix.grade_shares(a, gpd.GeoDataFrame(geometry=[box(0, 0, 1, 1)], crs=3035)),
            SourceError,
            "GeoTIFF",
        ),
    ],
)
def test_what_is_refused_leaves_nothing_behind(call: Any, error: type[Exception], says: str, tmp_path: Path) -> None:
    with pytest.raises(error, match=says):
        call(array(np.arange(6.0).reshape(2, 3)), tmp_path / "made.tif")
    assert list(tmp_path.iterdir()) == []


def test_values_are_no_grades(tmp_path: Path) -> None:
    fine = written(tmp_path / "fine.tif", np.arange(400.0).reshape(20, 20))
    units = gpd.GeoDataFrame(geometry=[box(4e6, 2.998e6, 4.002e6, 3e6)], crs=PLACE["crs"])
    with pytest.raises(SourceError, match="more than 100 values"):
        ix.grade_shares(fine, units)


def test_functions_of_tables_take_arrays() -> None:
    """Cells come back in their places; holes stay holes."""
    cells = surfaces()
    stack = xr.Dataset({name: array(one) for name, one in cells.items()})
    table = as_table(cells)
    scores = ix.minmax(stack, cost=["slope"])
    wanted = ix.minmax(table, cost=["slope"])
    assert scores["slope"].dims == ("y", "x")
    pd.testing.assert_series_equal(
        pd.Series(scores["slope"].values.ravel())[table.index], wanted["slope"], check_names=False
    )
    weights = ix.entropy_weights(stack)
    pd.testing.assert_series_equal(weights, ix.entropy_weights(table))
    made = ix.weighted_sum(scores, weights)
    assert int(made.count()) == len(table)
    np.testing.assert_allclose(made.values.ravel()[table.index], ix.weighted_sum(wanted, weights))
    land = ix.grade(stack["slope"], [3, 25], [1, 3, 5])
    water = ix.grade(stack["water"], [400, 800], [5, 3, 1])
    matrix = pd.DataFrame([[1, 1, 2], [2, 3, 4], [5, 5, 5]], index=[1, 3, 5], columns=[1, 3, 5])
    found = ix.by_matrix(land, water.T, matrix)
    assert found.dims == ("y", "x")
    assert int(found.count()) == len(table)
    row, column = np.argwhere(~np.isnan(found.values))[5]
    assert found.values[row, column] == matrix.loc[land.values[row, column], water.values[row, column]]


BIG = """
import sys
from pathlib import Path
import numpy as np, rasterio
from rasterio.windows import Window
import zoneplan as zp

folder, side = Path(sys.argv[1]), int(sys.argv[2])
grid = {"driver": "GTiff", "height": side, "width": side, "count": 1, "dtype": "float64", "nodata": np.nan,
        "crs": "EPSG:3035", "transform": rasterio.Affine(10, 0, 4e6, 0, -10, 3e6), "tiled": True, "blockxsize": 1024,
        "blockysize": 1024, "compress": "deflate", "zlevel": 1, "sparse_ok": True}
rows = np.arange(1024, dtype=np.float64)
for name, factor in (("water", 1.0), ("slope", 0.5)):
    with rasterio.open(folder / f"{name}.tif", "w", **grid) as dataset:
        for top in range(0, side, 1024):
            for left in range(0, side, 1024):
                if (top + left) // 1024 % 2 == 0:  # half of the blocks are nowhere in the file
                    block = np.broadcast_to((rows * factor + top)[:, None], (1024, 1024))
                    dataset.write(block, 1, window=Window(left, top, 1024, 1024))
found = zp.indices.raster_index({"water": folder / "water.tif", "slope": folder / "slope.tif"}, folder / "fit.tif",
                                cost=["slope"], weights="entropy")
ranked = zp.indices.raster_index({"water": folder / "water.tif"}, folder / "ranks.tif", normalise="rank")
assert ranked.statistics["rank_error"].iloc[0] == 0  # as many values as rows, each of them in a bin of its own
grade = lambda cells: zp.indices.grade(cells["fit"], [0.4, 0.5], [1, 3, 5])
grades = zp.indices.raster_by_cells({"fit": found.path}, grade,
                                    folder / "grades.tif", dtype="uint8")
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))  # ru_maxrss knows the parent's, too
print(int(found.statistics["cells"].iloc[0]), peak.split()[1])
"""


@pytest.mark.parametrize("side", [8_192, pytest.param(16_384, marks=pytest.mark.long)])
def test_rasters_take_no_more_memory_than_their_blocks(side: int, tmp_path: Path) -> None:
    """Two rasters of half a gigabyte each, or of two: index and grades, in a process whose memory is measured.

    The process takes 0.42 GB for both sizes; with one whole raster it would take 0.74 GB or more.
    """
    call = [sys.executable, "-c", BIG, str(tmp_path), str(side)]
    cells, kilobytes = map(int, subprocess.run(call, capture_output=True, text=True, check=True).stdout.split())
    assert cells == side**2 // 2
    assert kilobytes * 1024 < 600_000_000
    with rasterio.open(tmp_path / "grades.tif") as dataset:
        assert dataset.shape == (side, side)
        assert dataset.overviews(1)
        assert set(np.unique(dataset.read(1, out_shape=(64, 64)))) <= {1, 3, 5, 255}
