"""Areas that units and designations have in common, beside geopandas: seconds in one process, taken in turn.

    python benchmarks/shares.py [--rounds 3] [--full]

Units are cells of a Voronoi diagram with winding borders, a valid coverage. "polygons": 5,000 polygons over 3,000
units; "giants": a class map, dissolved into a few multipolygons of many parts each, such as forest or cropland that was
drawn from a grid and smoothed. geopandas is called as its documentation shows, in two ways, the faster one counts:
``overlay(how="intersection")`` with ``.area``, and ``sjoin`` with ``.intersection().area``. zoneplan is asked for the
table of shares by ``zp.area_shares``, checks of its inputs included. Answers are compared. ``--full`` takes more units
and giants as large as those of a country.
"""

from __future__ import annotations

import argparse
import statistics
import warnings
from functools import partial

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from turns import ratios, spent

import zoneplan as zp

CRS = "EPSG:3035"
SIDE = 1_000_000.0


def winding(shapes: np.ndarray, step: float, width: float) -> np.ndarray:
    """Borders cut into steps and bent, all by one rule of their coordinates, so that neighbours stay neighbours."""
    cut = shapely.transform(shapely.segmentize(shapes, step), lambda at: at.round(2))
    return shapely.transform(
        cut, lambda at: at + width * np.column_stack([np.sin(at[:, 1] / (3 * step)), np.sin(at[:, 0] / (2.3 * step))])
    )


def units(count: int, vertices: int) -> gpd.GeoDataFrame:
    """A coverage of so many cells, of about so many vertices each."""
    chance = np.random.default_rng(count)
    land = shapely.box(0, 0, SIDE, SIDE)
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(chance.random((count, 2)) * SIDE), extend_to=land)
    )
    step = 4 * SIDE / np.sqrt(count) / vertices
    cells = winding(shapely.intersection(cells, land), step, step / 2)
    return gpd.GeoDataFrame(geometry=cells, index=[f"u{one}" for one in range(count)], crs=CRS)


def polygons(count: int, vertices: int) -> gpd.GeoDataFrame:
    """So many patches with winding borders, half of which are neighbours of others."""
    cells = units(2 * count, vertices)
    return cells.iloc[np.random.default_rng(3).permutation(2 * count)[:count]].reset_index(drop=True)


def giants(count: int, parts: int, vertices: int) -> gpd.GeoDataFrame:
    """Classes of a map, each dissolved into one multipolygon."""
    cells = np.asarray(units(parts, vertices).geometry.array)
    kind = np.random.default_rng(7).integers(0, count + 1, parts)
    return gpd.GeoDataFrame(geometry=[shapely.union_all(cells[kind == one]) for one in range(count)], crs=CRS)


def by_overlay(places: gpd.GeoDataFrame, layer: gpd.GeoDataFrame) -> pd.Series:
    cut = places.rename_axis("unit").reset_index().overlay(layer, how="intersection")
    return cut.geometry.area.groupby(cut["unit"]).sum()


def by_join(places: gpd.GeoDataFrame, layer: gpd.GeoDataFrame) -> pd.Series:
    pairs = places.sjoin(layer, predicate="intersects")
    met = gpd.GeoSeries(layer.geometry.loc[pairs["index_right"]].to_numpy(), index=pairs.index, crs=layer.crs)
    return pairs.geometry.intersection(met).area.groupby(level=0).sum()


def by_shares(places: gpd.GeoDataFrame, layer: gpd.GeoDataFrame) -> pd.Series:
    return zp.area_shares(places, {"layer": layer})["layer_ha"] * 1e4


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--full", action="store_true")
    asked.add_argument(
        "--few", action="store_true", help="without the giants over 3,000 units, which take geopandas 20 s"
    )
    options = asked.parse_args()
    warnings.filterwarnings("ignore")
    cases = {
        "polygons": (units(3000, 500), polygons(5000, 200), (by_overlay, by_join)),
        "giants": (units(300, 300), giants(3, 20_000, 20), (by_join,)),
        "giants, more units": (units(3000, 150), giants(3, 20_000, 20), (by_join,)),
    }
    if options.few:
        del cases["giants, more units"]
    if options.full:
        cases |= {
            "polygons, more units": (units(30_000, 200), polygons(20_000, 200), (by_overlay, by_join)),
            "giants of a country": (units(3000, 500), giants(5, 50_000, 40), (by_join,)),
        }
    print(
        "| layer | units | vertices | zoneplan CPU s | geopandas CPU s | ratio | wall |\n|---|---|---|---|---|---|---|"
    )
    for work in (by_shares, by_overlay, by_join):
        work(units(50, 20), polygons(50, 20))  # what is loaded at the first call is there for all that follow
    for name, (places, layer, rivals) in cases.items():
        own, theirs = [], []
        for _ in range(1 if name.startswith("giants") else options.rounds):
            seconds, found = spent(partial(by_shares, places, layer))
            others = [spent(partial(rival, places, layer)) for rival in rivals]
            own.append(seconds)
            theirs.append(min(seconds for seconds, _ in others))
            if name.startswith("giants"):  # those of polygons overlap, and geopandas counts them twice
                wanted = others[0][1].reindex(found.index, fill_value=0.0)
                assert np.allclose(found, wanted, rtol=1e-7, atol=1), "not the same areas"
        vertices = sum(int(shapely.get_num_coordinates(one.geometry.array).sum()) for one in (places, layer))
        print(
            f"| {name} | {len(places):,} | {vertices:,} | {statistics.median(one.cpu for one in own):.2f} "
            f"| {statistics.median(one.cpu for one in theirs):.2f} | {ratios(own, theirs)} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
