"""Statistics of grids beside exactextract: seconds in one process, taken in turn, and the memory of one large unit.

    python benchmarks/zonal.py [--rounds 2] [--full]

The grid is a GeoTIFF of float32 in tiles of 512 cells, not compressed, in an equal-area CRS, made with a seed and kept
in a temporary folder. Units are 3,000 cells of a Voronoi diagram with winding borders, or one square. exactextract is
called as its documentation shows, by the path of the file, with both of its strategies; the faster one counts. zoneplan
reads the same file by ``summarise``, which is what ``measure`` of a plan calls. The memory is VmHWM of a process of its
own that imports, reads and measures one unit (of 50 million cells; with ``--full`` a billion, 4 GB of disk).
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import warnings
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from affine import Affine
from exactextract import exact_extract
from turns import ratios, spent

from layers.conditions import parse_formula
from layers.formats import read_raster
from layers.raster import summarise

CRS = "EPSG:3035"
CELL, WEST, SOUTH, BLOCK = 30.0, 4e6, 3e6, 512
OURS = {
    "mean": "mean(value)",
    "min": "min(value)",
    "max": "max(value)",
    "sum": "sum(value)",
    "stdev": "std(value)",
    "median": "median(value)",
    "quantile(q=0.1)": "quantile_10(value)",
    "quantile(q=0.9)": "quantile_90(value)",
}


def grid(folder: Path, side: int) -> Path:
    """Hills with noise, so many cells wide and high."""
    path, chance = folder / f"{side}.tif", np.random.default_rng(side)
    if path.exists():
        return path
    profile = {"driver": "GTiff", "width": side, "height": side, "count": 1, "dtype": "float32", "crs": CRS}
    place = Affine(CELL, 0, WEST, 0, -CELL, SOUTH + CELL * side)
    tiles = {"tiled": True, "blockxsize": BLOCK, "blockysize": BLOCK}
    with rasterio.open(path, "w", **profile, transform=place, nodata=-9999, **tiles) as out:
        for top in range(0, side, BLOCK):
            high = min(BLOCK, side - top)
            hills = np.sin(np.arange(top, top + high) / 200)[:, None] * np.cos(np.arange(side) / 300)[None, :]
            heights = 500 + 300 * hills + chance.normal(0, 5, (high, side))
            out.write(heights.astype("float32"), 1, window=((top, top + high), (0, side)))
    return path


def places(side: int, count: int) -> gpd.GeoDataFrame:
    """One square, or so many units with some 500 vertices each."""
    wide = CELL * side
    land = shapely.box(WEST + 1.5 * CELL, SOUTH + 1.5 * CELL, WEST + wide - 1.5 * CELL, SOUTH + wide - 1.5 * CELL)
    if count == 1:
        return gpd.GeoDataFrame(geometry=[land], crs=CRS)
    points = shapely.multipoints([WEST, SOUTH] + wide * np.random.default_rng(count).random((count, 2)))
    cells = shapely.intersection(shapely.get_parts(shapely.voronoi_polygons(points, extend_to=land)), land)
    step = wide / np.sqrt(count) / 120
    winding = shapely.transform(
        shapely.segmentize(cells, step), lambda at: at + step / 2 * np.sin(at[:, ::-1] / (3 * step))
    )
    return gpd.GeoDataFrame(geometry=winding, crs=CRS)


def ours(path: Path, units: gpd.GeoDataFrame, functions: list[str]) -> np.ndarray:
    raster = read_raster(path, "grid")[0]
    return summarise(units, raster, {one: parse_formula(OURS[one]) for one in functions})[functions].to_numpy()


def theirs(strategy: str, path: Path, units: gpd.GeoDataFrame, functions: list[str]) -> np.ndarray:
    return exact_extract(str(path), units, functions, output="pandas", strategy=strategy).to_numpy()


def one_unit(path: Path, side: int) -> None:
    """In a process of its own: what is measured, and how much memory it took at most."""
    seconds, found = spent(partial(ours, path, places(side, 1), ["mean", "min", "max", "stdev"]))
    peak = next(
        line.split()[1] for line in Path("/proc/self/status").read_text("utf-8").splitlines() if "VmHWM" in line
    )
    print(f"{seconds.cpu:.2f} {int(peak) / 1024:.0f} {found[0, 0]:.2f}")


def compare(folder: Path, cells: int, count: int, functions: list[str], rounds: int) -> None:
    side = int(np.sqrt(cells))
    path, units = grid(folder, side), places(side, count)
    own, rival = [], []
    for _ in range(rounds):
        seconds, found = spent(partial(ours, path, units, functions))
        others = [
            spent(partial(theirs, strategy, path, units, functions))
            for strategy in ("feature-sequential", "raster-sequential")
        ]
        own.append(seconds)
        rival.append(min(seconds for seconds, _ in others))
        assert np.allclose(found, others[0][1], rtol=2e-3, atol=1e-3), "not the same numbers"
    print(
        f"| {cells:.0e} | {count:,} | {', '.join(functions)} | {statistics.median(one.cpu for one in own):.2f} "
        f"| {statistics.median(one.cpu for one in rival):.2f} | {ratios(own, rival)} |",
        flush=True,
    )


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rounds", type=int, default=2)
    asked.add_argument("--full", action="store_true")
    asked.add_argument("--largest", type=int, default=50_000_000, help="cells beside exactextract")
    asked.add_argument("--one-unit", nargs=2, help=argparse.SUPPRESS)
    options = asked.parse_args()
    warnings.filterwarnings("ignore")
    if options.one_unit:
        one_unit(Path(options.one_unit[0]), int(options.one_unit[1]))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(
            "| cells | units | statistics | zoneplan CPU s | exactextract CPU s | ratio | wall |\n" + "|---" * 7 + "|"
        )
        ours(grid(folder, 100), places(100, 50), ["mean"])  # what the first call loads is there for all that follow
        most = options.largest
        for cells in (500_000, 5_000_000, 50_000_000):
            if cells <= most:
                compare(folder, cells, 3000, ["mean"], options.rounds)
        compare(folder, min(50_000_000, most), 1, ["mean"], options.rounds)
        compare(folder, min(50_000_000, most), 3000, ["mean", "min", "max", "sum", "stdev"], options.rounds)
        compare(folder, 5_000_000, 1, ["median", "quantile(q=0.1)", "quantile(q=0.9)"], options.rounds)
        print("\n| cells of one unit | CPU s | peak MB |\n|---|---|---|")
        for cells in (50_000_000, *([1_000_000_000] if options.full else [])):
            side = int(np.sqrt(cells))
            call = [sys.executable, __file__, "--one-unit", str(grid(folder, side)), str(side)]
            seconds, peak, _ = subprocess.run(call, check=True, capture_output=True, text=True).stdout.split()
            print(f"| {cells:.0e} | {seconds} | {peak} |")


if __name__ == "__main__":
    main()
