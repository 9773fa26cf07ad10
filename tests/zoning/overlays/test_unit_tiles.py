"""Tiles of units: what touches a tile is in it whole, and in whatever order tiles are cut, the faces are the same."""

from __future__ import annotations

import os
import sys

import numpy as np
import pytest
import shapely

from zoning.overlays import cut_in_copies, cut_in_threads
from zoning.overlays.planar_partition import Faces, Tile, cut_tile, partition_tiles, tiles_of

GRID = np.array([shapely.box(x, y, x + 10, y + 10) for y in range(0, 60, 10) for x in range(0, 80, 10)])
"""48 squares of 1 ha each, 8 in a row."""
BLOBS = shapely.buffer(shapely.points([(13, 17), (41, 33), (60, 5), (66, 50)]), [9, 17, 8, 12])
STRIP = np.array([shapely.Polygon([(0, 3), (80, 47), (80, 52), (0, 8)])])
PER_TILE = 25
"""Vertices: five squares."""


def cut(order: int = 1, vertices: int = PER_TILE) -> Faces:
    """The faces of the grid, tiles cut from the first or from the last."""
    tiles = list(tiles_of(GRID, [BLOBS, STRIP], matched=True, vertices=vertices))
    found = [cut_tile(tile) for tile in tiles[::order]]
    parts = [np.concatenate(column) for column in zip(*found, strict=True)]
    place = np.lexsort([*parts[2].T[::-1], parts[1]])
    return Faces(*(column[place] for column in parts))


def test_each_unit_is_of_one_tile_and_has_its_neighbours_beside_it() -> None:
    tiles = list(tiles_of(GRID, [BLOBS], matched=True, vertices=PER_TILE))
    assert len(tiles) > 5
    assert sorted(np.concatenate([tile.members[tile.core] for tile in tiles]).tolist()) == list(range(len(GRID)))
    for tile in tiles:
        assert (tile.units == GRID[tile.members]).all()
        assert (np.diff(tile.members) > 0).all()
        beside = {
            int(place) for place in np.flatnonzero(shapely.intersects(shapely.union_all(tile.units[tile.core]), GRID))
        }
        assert set(tile.members.tolist()) == beside


def test_designations_are_never_clipped() -> None:
    whole = {shapely.to_wkb(one) for one in shapely.get_parts(BLOBS)}
    for tile in tiles_of(GRID, [BLOBS], matched=True, vertices=PER_TILE):
        assert {shapely.to_wkb(one) for one in tile.designations[0]} <= whole


@pytest.mark.parametrize("order", [1, -1])
def test_tiles_cut_in_any_order_give_the_same_bytes(order: int) -> None:
    one, other = cut(), cut(order)
    assert shapely.to_wkb(one.geometry).tolist() == shapely.to_wkb(other.geometry).tolist()
    assert (one.flags == other.flags).all()


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_tiles_cut_several_at_a_time_come_in_their_order(workers: int) -> None:
    tiles = list(tiles_of(GRID, [BLOBS, STRIP], matched=True, vertices=PER_TILE))
    for found, tile in zip(cut_in_threads(cut_tile, iter(tiles), workers=workers), tiles, strict=True):
        alone = cut_tile(tile)
        assert found.unit.tolist() == alone.unit.tolist()
        assert shapely.to_wkb(found.geometry).tolist() == shapely.to_wkb(alone.geometry).tolist()


def test_small_tiles_give_what_one_tile_gives() -> None:
    """Independent: all noded together."""
    small, whole = cut(), partition_tiles(GRID, [BLOBS, STRIP], matched=True)
    assert small.unit.tolist() == whole.unit.tolist()
    assert small.flags.tolist() == whole.flags.tolist()
    assert shapely.to_wkb(small.geometry).tolist() == shapely.to_wkb(whole.geometry).tolist()


def test_no_hectare_is_lost() -> None:
    faces = cut()
    sums = np.bincount(faces.unit, shapely.area(faces.geometry))
    assert np.allclose(sums, 100.0, rtol=1e-9)


def test_what_calls_the_function_may_be_somebody_else() -> None:
    called: list[int] = []

    def last_first(function, tiles):
        every = list(tiles)
        called.append(len(every))
        return reversed([function(tile) for tile in reversed(every)])

    elsewhere = partition_tiles(GRID, [STRIP], matched=True, for_each=last_first)
    here = partition_tiles(GRID, [STRIP], matched=True)
    assert called == [1]
    assert shapely.to_wkb(elsewhere.geometry).tolist() == shapely.to_wkb(here.geometry).tolist()


def test_many_vertices_of_designations_make_tiles_smaller() -> None:
    """Five squares of one tile in one of them 500 vertices: the next tile begins behind it."""
    round_one = shapely.buffer(shapely.points([(15, 5)]), 4, quad_segs=125)
    few, many = (
        [sorted(tile.members[tile.core].tolist()) for tile in tiles_of(GRID, [round_one], matched=True, cutting=most)]
        for most in (10_000, 400)
    )
    assert len(few) == 1
    assert len(many) == 2
    assert sorted(place for tile in many for place in tile) == few[0] == list(range(len(GRID)))


@pytest.mark.parametrize("cutting", [100, 1000])
def test_smaller_tiles_cut_the_same_faces(cutting: int) -> None:
    found = [cut_tile(tile) for tile in tiles_of(GRID, [BLOBS, STRIP], matched=True, cutting=cutting)]
    whole = partition_tiles(GRID, [BLOBS, STRIP], matched=True)
    shapes = np.concatenate([one.geometry for one in found])
    assert sorted(shapely.to_wkb(shapes).tolist()) == sorted(shapely.to_wkb(whole.geometry).tolist())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux copies a process")
def test_tiles_are_cut_in_copies_of_the_process_one_after_another(tmp_path) -> None:
    def noted(tile: Tile) -> Faces:
        (tmp_path / str(os.getpid())).touch()
        return cut_tile(tile)

    tiles = list(tiles_of(GRID, [BLOBS, STRIP], matched=True, vertices=PER_TILE))
    found, here = list(cut_in_copies(noted, tiles)), list(map(cut_tile, tiles))
    assert len({int(path.name) for path in tmp_path.iterdir()} - {os.getpid()}) == len(tiles)
    for one, other in zip(found, here, strict=True):
        assert shapely.to_wkb(one.geometry).tolist() == shapely.to_wkb(other.geometry).tolist()
        assert one.unit.tolist() == other.unit.tolist()
        assert (one.flags == other.flags).all()
