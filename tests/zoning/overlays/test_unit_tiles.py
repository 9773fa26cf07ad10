"""Tiles of units: what touches a tile is in it whole, and in whatever order tiles are cut, the faces are the same."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from zoning.overlays.planar_partition import Faces
from zoning.overlays.unit_tiles import cut_tile, partition_tiles, tiles_of

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
    assert sorted(np.concatenate([tile.place[tile.own] for tile in tiles]).tolist()) == list(range(len(GRID)))
    for tile in tiles:
        assert (tile.units == GRID[tile.place]).all()
        assert (np.diff(tile.place) > 0).all()
        beside = {
            int(place) for place in np.flatnonzero(shapely.intersects(shapely.union_all(tile.units[tile.own]), GRID))
        }
        assert set(tile.place.tolist()) == beside


def test_designations_are_never_clipped() -> None:
    whole = {shapely.to_wkb(one) for one in shapely.get_parts(BLOBS)}
    for tile in tiles_of(GRID, [BLOBS], matched=True, vertices=PER_TILE):
        assert {shapely.to_wkb(one) for one in tile.designations[0]} <= whole


@pytest.mark.parametrize("order", [1, -1])
def test_tiles_cut_in_any_order_give_the_same_bytes(order: int) -> None:
    one, other = cut(), cut(order)
    assert shapely.to_wkb(one.geometry).tolist() == shapely.to_wkb(other.geometry).tolist()
    assert (one.flags == other.flags).all()


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
