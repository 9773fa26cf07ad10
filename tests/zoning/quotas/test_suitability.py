"""What plots lie beside is looked up by blocks, and closely only where it counts: the result is as if for all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from layers.crs import way_between
from layers.formats import Raster
from layers.raster import DistanceIndex, find_blocks
from zoning.quotas.patch_selection import Plots, components, rank_plots
from zoning.quotas.suitability import Cells, Ground, Surroundings
from zoning.study import Nearness, Siting

METRES = CRS("EPSG:3035")
GRIDS = {
    "metres": Raster(Path("none.tif"), METRES, Affine(500, 0, 4.3e6, 0, -500, 3.2e6), (60, 80), 500.0),
    "degrees": Raster(Path("none.tif"), CRS("EPSG:4326"), Affine(0.008, 0, 9.5, 0, -0.006, 52.1), (60, 80), 700.0),
    "coarse, in the north": Raster(Path("none.tif"), CRS("EPSG:4326"), Affine(0.5, 0, 0, 0, -0.25, 85), (60, 80), 3e4),
}


def places(grid, row, column):
    own = grid.transform
    x, y = own.c + own.a * (column + 0.5), own.f + own.e * (row + 0.5)
    return gpd.GeoSeries(gpd.points_from_xy(x, y), crs=grid.crs).to_crs(METRES)


def every_cell(grid):
    row, column = np.indices(grid.shape)
    return row.ravel(), column.ravel()


def plots(row, column, unit, area, apart):
    """One land a unit, each cell by itself."""
    return Cells(
        unit,
        np.arange(len(row)) - np.searchsorted(unit, unit),
        row,
        column,
        np.ones_like(row),
        unit,
        area,
        *[apart] * 4,
    )


@pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS)
@pytest.mark.parametrize("side", [1, 4, 16])
def test_distances_lie_between_those_of_blocks(grid, side):
    row, column = every_cell(grid)
    centres = places(grid, row, column)
    towns = np.asarray(centres.iloc[[7, 1234, 4000]])
    blocks = find_blocks(grid, row, column, side, way_between(grid.crs, METRES))
    least, most = blocks.distances(DistanceIndex(towns), 1e9)
    true = shapely.distance(np.asarray(centres)[:, None], towns).min(axis=1)
    assert (least[blocks.block] <= true + 1e-6).all()
    assert (most[blocks.block] >= true - 1e-6).all()
    assert len(blocks.middle) == -(-grid.shape[0] // side) * -(-grid.shape[1] // side)
    if side == 1:
        np.testing.assert_allclose(least, true, atol=1e-6)


@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.sampled_from([2e3, 3e4, 3e5]))
def test_the_nearest_shape_is_found_among_few_and_among_many(seed, count, reach):
    """Points, squares and lines: within reach of a point there lies hardly any of them, or many."""
    chance = np.random.default_rng(seed)
    shapes = shapely.points(chance.uniform(0, 2e5, (count, 2)))
    shapes[1::3] = shapely.buffer(shapes[1::3], chance.uniform(10, 2e4, len(shapes[1::3])), cap_style="square")
    shapes[2::3] = shapely.linestrings(chance.uniform(0, 2e5, (len(shapes[2::3]), 4, 2)))
    points = shapely.points(chance.uniform(-1e4, 2.1e5, (80, 2)))
    found, true = DistanceIndex(shapes).nearest(points, reach), shapely.distance(points[:, None], shapes).min(axis=1)
    assert (found[true <= reach] == true[true <= reach]).all()
    assert (found >= true).all()


@pytest.mark.parametrize("side", [4, 16])
def test_of_blocks_beyond_the_edge_of_a_projection_nothing_is_known(side):
    """Mollweide's world ends at the 180th meridian: cells there have a place, their block has none."""
    flat = CRS("+proj=laea +lat_0=0 +lon_0=170 +datum=WGS84")
    grid = Raster(Path("none.tif"), CRS("ESRI:54009"), Affine(5e4, 0, 14.2e6, 0, -5e4, 1.5e6), (60, 80), 5e4)
    row, column = every_cell(grid)
    own = grid.transform
    x, y = way_between(grid.crs, flat).transform(own.c + own.a * (column + 0.5), own.f + own.e * (row + 0.5))
    there = np.isfinite(x)
    centres = shapely.points(x[there], y[there])
    blocks = find_blocks(grid, row[there], column[there], side, way_between(grid.crs, flat))
    assert 0 < np.isinf(blocks.radius).sum() < len(blocks.radius)
    least, most = blocks.distances(DistanceIndex(centres[[7, 900]]), 1e9)
    true = shapely.distance(centres[:, None], centres[[7, 900]]).min(axis=1)
    assert (least[blocks.block] <= true + 1e-6).all()
    assert (most[blocks.block] >= true - 1e-6).all()


@pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS)
@settings(max_examples=25)
@given(data=st.data())
def test_the_plots_that_are_taken_are_those_of_all_distances(grid, data):
    """Two units in one table; the ranking by what is known of the scores is that by the scores themselves."""
    seed = data.draw(st.integers(0, 2**32 - 1))
    chance = np.random.default_rng(seed)
    row, column = every_cell(grid)
    centres = np.asarray(places(grid, row, column))
    wide = float(shapely.distance(centres[0], centres[-1]))
    near = tuple(
        (
            Nearness(role="any", within_m=wide * data.draw(st.sampled_from([0.02, 0.1, 0.6])), points=points),
            DistanceIndex(centres[chance.choice(len(centres), count)]),
        )
        for points, count in ((2.0, 3), (0.7, 9))
    )
    around = Surroundings(near, grid, gpd.GeoSeries([], crs=METRES))
    apart = -data.draw(st.sampled_from([0.0, 0.1, 3.0])) * chance.integers(0, 3, len(row))
    area = chance.uniform(0.1, 25, len(row))
    known = apart
    for one, others in near:
        far = shapely.distance(centres[:, None], others.shapes).min(axis=1)
        known = known + one.points * np.clip(1 - far / one.within_m, 0, 1)
    amounts = np.array(
        [area[:2000].sum() * part for part in data.draw(st.tuples(*[st.sampled_from([0, 0.001, 0.1, 0.9])] * 2))]
    )
    cells = plots(row, column, np.repeat([0, 1], [2000, len(row) - 2000]), area, apart)
    best, limit = around.settle(cells, amounts)
    found = np.where(best.unit == 1, 2000, 0) + best.position
    np.testing.assert_allclose(best.score, known[found], atol=1e-9)
    left = np.delete(np.arange(len(row)), found)
    assert (known[left] <= limit[cells.unit[left]] + 1e-9).all()
    for unit, own in enumerate((slice(0, 2000), slice(2000, None))):
        score = np.full(len(area[own]), limit[unit])
        score[best.position[best.unit == unit]] = best.score[best.unit == unit]
        taken = rank_plots(Plots(area[own], score, np.empty((0, 2), int)), amounts[unit])
        wanted = np.sort(known[own])[::-1]
        np.testing.assert_allclose(score[taken > 0], known[own][taken > 0], atol=1e-9)
        np.testing.assert_allclose(np.sort(score[taken > 0])[::-1], wanted[: (taken > 0).sum()], atol=1e-9)
    np.testing.assert_allclose(around.settle(cells, np.full(2, np.inf))[0].score, known, atol=1e-9)


@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 3, 4, 16]))
def test_cells_that_are_alike_are_the_same_cells_by_themselves(seed, side):
    """Rows of cells in stretches of random length, some one over the other; three rows are a unit."""
    chance = np.random.default_rng(seed)
    stretches = []
    for row in range(6):
        start = 0
        while start < 60:
            count = int(chance.integers(1, 30))
            stretches.append((row, start, count))
            start += max(count + int(chance.choice([0, 0, 0, 2, -1])), 0)
    row, column, count = np.array(stretches)[chance.permutation(len(stretches))].T
    land, area = np.arange(len(row)), chance.uniform(0.1, 25, len(row))
    together = replace(plots(row, column, row // 3, area, -area), count=count, land=land).in_order()
    split = together.split(side)
    assert (split.column // side == (split.column + split.count - 1) // side).all()
    single = split.split(1)
    every = [
        (r // 3, r, one, place)
        for r, c, n, place in zip(row, column, count, land, strict=True)
        for one in range(c, c + n)
    ]
    told = zip(single.unit, single.row, single.column, single.land, strict=True)
    assert list(told) == sorted(every)
    assert single.position.tolist() == [place for unit in (0, 1) for place in range((single.unit == unit).sum())]
    assert single.area_ha.tolist() == area[single.land].tolist()


@pytest.mark.parametrize(("neighbours", "far"), [(4, 1), (8, 2)])
@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_cells_together_are_connected_as_those_by_themselves(neighbours, far, seed):
    """Half of the cells of a board, some of them twice: whether they have a side or a corner in common is counted."""
    chance = np.random.default_rng(seed)
    row, column = (chance.permutation(np.argwhere(chance.random((7, 12)) < 0.5))).T
    row, column = np.append(row, row[:5]), np.append(column, column[:5])
    zero = np.zeros(len(row))
    single = plots(row, column, zero.astype(int), zero + 1, zero).in_order()
    down, right = (np.abs(np.subtract.outer(side, side)) for side in (single.row, single.column))
    beside = (np.maximum(down, right) <= 1) & (down + right <= far)
    ground = Ground(Siting(layer="grid", neighbours=neighbours), GRIDS["metres"], gpd.GeoDataFrame(), "", None)
    linked = np.zeros_like(beside)
    linked[tuple(ground.connect(single).links.T)] = True
    assert (linked | linked.T).tolist() == (beside & ~np.eye(len(row), dtype=bool)).tolist()

    alone = np.flatnonzero((np.diff(single.column, prepend=-9) != 1) | (np.diff(single.row, prepend=-9) != 0))
    together = replace(single.only(alone), count=np.diff(alone, append=len(row)))
    label = components(len(row), ground.connect(single).links)
    first = components(len(alone), ground.connect(together).links)
    assert label[alone].tolist() == alone[first].tolist()

    some = np.sort(chance.choice(len(row), 4, replace=False))
    found = ground.beside(together, single.only(some))
    assert found.position.tolist() == np.flatnonzero(beside[some].any(axis=0)).tolist()
    assert (found.row.tolist(), found.column.tolist()) == (
        single.row[found.position].tolist(),
        single.column[found.position].tolist(),
    )


def test_nothing_to_lie_beside():
    """A layer without features, and a siting without any: no plot gains, and none is in doubt."""
    row, column = every_cell(GRIDS["metres"])
    zero = np.zeros(len(row))
    cells = plots(row, column, zero.astype(int), zero + 25, zero)
    nothing = (Nearness(layer="stops", within_m=100, points=1), DistanceIndex(np.empty(0, object)))
    for near in ((), (nothing,)):
        around = Surroundings(near, GRIDS["metres"], gpd.GeoSeries([], crs=METRES))
        best, limit = around.settle(cells, np.array([50.0]))
        assert best.position.tolist() == list(range(len(row)))
        assert (best.score == 0).all()
        assert limit == pytest.approx(0, abs=1e-9)
        assert (limit < 0).all()
