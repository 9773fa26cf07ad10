"""Exact shares of cells: by pencil, against exactextract and shapely, and on polygons that nobody here drew."""

from __future__ import annotations

import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from affine import Affine
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from layers.crs import full_turn, reprojection
from layers.errors import GeometryError
from layers.formats import Raster
from layers.raster import Borders
from layers.raster.cells import cell_areas
from layers.raster.coverage_fraction import Edges, Footprint, find_spans

SHARED = Path(os.environ.get("ZONEPLAN_SHARED") or Path(__file__).resolve().parents[4] / "shared")
REFEREE = SHARED / "referee" / "coverage"
FLAT = CRS("EPSG:3035")


def footprint(edges: Edges, shape: tuple[int, int], turn: float | None = None) -> Footprint:
    """The cells of a grid that polygons touch, and the share of each that lies inside."""
    return find_spans(edges, slice(0, shape[0]), shape[1], turn).cells()


def shares(polygons, shape, transform=None, crs=FLAT, *, own=FLAT, turn=None):
    """Share of every cell, polygons x rows x columns."""
    transform = transform or Affine(1, 0, 0, 0, -1, shape[0])
    edges = Borders(gpd.GeoDataFrame(geometry=polygons, crs=own)).on(crs, transform)
    found = footprint(edges, shape, turn)
    grid = np.zeros((len(polygons), *shape))
    grid[found.owner, found.row, found.column] = found.share
    return grid


def test_a_square_over_four_cells():
    #  rows 0 and 1 from the north; the square reaches a quarter into each cell
    found = shares([shapely.box(0.5, 0.5, 1.5, 1.5)], (2, 2))
    assert found[0].tolist() == [[0.25, 0.25], [0.25, 0.25]]


def test_a_hole_and_a_second_part_count_once_each():
    ring = shapely.box(0, 0, 3, 3).difference(shapely.box(1, 1, 2, 2))
    found = shares([shapely.MultiPolygon([*shapely.get_parts(ring), shapely.box(4, 0, 4.5, 1)])], (3, 5))
    assert found[0].tolist() == [[1, 1, 1, 0, 0], [1, 0, 1, 0, 0], [1, 1, 1, 0, 0.5]]


def test_a_polygon_smaller_than_a_cell_is_seen():
    found = shares([shapely.box(0.2, 0.2, 0.3, 0.4)], (1, 1))
    assert found[0, 0, 0] == pytest.approx(0.02, rel=1e-9)


def test_a_flat_top_inside_a_row_fills_what_lies_between_its_ends():
    found = shares([shapely.box(0, 0, 9, 0.5)], (1, 9))
    assert found[0].tolist() == [[0.5] * 9]


def test_land_outside_the_grid_on_every_side_is_left_out():
    found = shares([shapely.box(-5, -5, 9, 9)], (2, 3))
    assert found[0].tolist() == [[1, 1, 1], [1, 1, 1]]


def test_touching_by_a_border_is_not_touching():
    edges = Borders(gpd.GeoDataFrame(geometry=[shapely.box(1, 1, 2, 2)], crs=FLAT)).on(FLAT, Affine(1, 0, 0, 0, -1, 3))
    found = footprint(edges, (3, 3))
    assert list(zip(found.row.tolist(), found.column.tolist(), strict=True)) == [(1, 1)]


def test_the_direction_of_a_ring_does_not_matter():
    square = shapely.box(0.5, 0.5, 1.5, 1.5)
    assert (shares([square], (2, 2)) == shares([square.reverse()], (2, 2))).all()


def test_grids_of_one_crs_share_borders_and_grids_of_others_do_not():
    polygons = gpd.GeoDataFrame(geometry=[shapely.box(10, 50, 11, 51)], crs="EPSG:4326")
    borders = Borders(polygons)
    grids = [(FLAT, Affine(1000, 0, 4e6, 0, -1000, 4e6)), (FLAT, Affine(7, 0, 0, 0, -7, 0))]
    grids += [("EPSG:4326", Affine(0.1, 0, 0, 0, -0.1, 60)), grids[0]]
    for crs, transform in grids:
        shared, alone = (one.on(CRS(crs), transform) for one in (borders, Borders(polygons)))
        assert np.array_equal(shared.start, alone.start)
        assert np.array_equal(shared.end, alone.end)
        assert np.array_equal(shared.owner, alone.owner)


def test_no_polygon_no_cells():
    assert shares([shapely.Polygon()], (2, 2)).sum() == 0
    assert (
        len(footprint(Borders(gpd.GeoDataFrame(geometry=[], crs=FLAT)).on(FLAT, Affine.identity()), (2, 2)).share) == 0
    )


def test_a_polygon_across_the_180th_meridian():
    fiji = CRS("EPSG:3832")  # centred on 150 east, beyond which its x runs on
    box = gpd.GeoSeries([shapely.box(178, -20, 182, -16)], crs="EPSG:4326").to_crs(fiji)
    grid = Affine(1, 0, -180, 0, -1, 0)
    found = shares([box[0]], (30, 360), grid, CRS("EPSG:4326"), own=fiji, turn=360.0)
    assert np.flatnonzero(found[0].sum(axis=0) > 1e-6).tolist() == [0, 1, 358, 359]
    assert found.sum() == pytest.approx(16.0, abs=1e-5)


def test_a_grid_from_0_to_360_meets_western_longitudes():
    box = shapely.box(-101, 39, -99, 41)
    found = shares([box], (90, 360), Affine(1, 0, 0, 0, -1, 90), CRS("EPSG:4326"), own=CRS("EPSG:4326"), turn=360.0)
    assert np.flatnonzero(found[0].sum(axis=0)).tolist() == [259, 260]


def test_a_turn_is_in_the_unit_of_the_crs():
    assert full_turn(CRS("EPSG:4326")) == pytest.approx(360.0)
    assert full_turn(CRS("EPSG:4807")) == pytest.approx(400.0)  # grads
    assert full_turn(FLAT) is None


def test_an_edge_that_bends_is_followed():
    # A box in lon/lat whose parallels bend by some 250 m in the projection.
    own, grid = CRS("EPSG:4326"), CRS("EPSG:3035")
    box = shapely.box(9, 49, 11, 51)
    transform = Affine(2000, 0, 4_200_000, 0, -2000, 3_200_000)
    fine = gpd.GeoSeries([shapely.segmentize(box, 0.001)], crs=own).to_crs(grid).area[0]
    found = shares([box], (200, 200), transform, grid, own=own)
    assert found.sum() * 4e6 == pytest.approx(fine, rel=1e-6)  # 0.05 m along the border


LONLAT, WORLD = CRS("EPSG:4326"), Affine(1, 0, -180, 0, -1, 90)


def moved(shape, own, target):
    way = Transformer.from_crs(own, target, always_xy=True)
    return shapely.transform(shape, lambda xy: np.column_stack(way.transform(*xy.T)))


@pytest.mark.parametrize("first", range(4))
@pytest.mark.parametrize(("west", "east", "slant"), [(-95, 100, 30), (-170, 150, -50), (-180, 180, 0), (170, 380, 10)])
def test_a_polygon_wider_than_half_the_globe_is_whole(west, east, slant, first):
    corners = [(west, 0), (east, 0), (east, 20 + slant), (west, 20)]
    wide = shapely.segmentize(shapely.Polygon(corners[first:] + corners[:first]), 0.02)
    world = CRS("EPSG:8857") if east <= 180 else CRS("+proj=eqearth +lon_0=275")
    found = shares([moved(wide, LONLAT, world)], (180, 360), WORLD, LONLAT, own=world, turn=360.0)
    true = shares([wide], (180, 360), WORLD, LONLAT, own=LONLAT, turn=360.0)
    assert true.sum() == pytest.approx(wide.area)
    assert found == pytest.approx(true, abs=2e-6)  # 0.05 m of 111 km, on two sides


def test_parts_on_opposite_sides_of_the_globe_are_each_in_their_place():
    land = shapely.MultiPolygon([shapely.box(1.9, 45, 3, 47), shapely.box(-179, -15, -177, -13)])
    world = CRS("EPSG:8857")
    fine = shapely.segmentize(land, 0.02)
    found = shares([moved(fine, LONLAT, world)], (180, 360), WORLD, LONLAT, own=world, turn=360.0)
    assert found == pytest.approx(shares([land], (180, 360), WORLD, LONLAT, own=LONLAT, turn=360.0), abs=2e-6)


@pytest.mark.parametrize("polar", ["EPSG:6931", "EPSG:6932"])
def test_land_round_a_pole_holds_the_pole_and_a_hole_there_does_not(polar):
    rim = shapely.box(-8e5, -7e5, 9e5, 6e5)  # equal-area, so that hectares tell
    hole = shapely.Point(5e4, 2e4).buffer(2e5)
    aside = shapely.box(3e5, 1e5, 5e5, 4e5)
    land = [rim, rim.difference(hole), rim.difference(aside), rim.difference(hole).difference(aside)]
    grid = Raster(Path("none.tif"), LONLAT, WORLD @ Affine.scale(0.2), (900, 1800), 2e4)
    edges = Borders(gpd.GeoDataFrame(geometry=land, crs=polar)).on(LONLAT, grid.transform)
    found = footprint(edges, grid.shape, 1800.0)
    area = np.bincount(found.owner, cell_areas(grid, found.row, found.column) * found.share)
    assert area == pytest.approx([one.area for one in land], rel=2e-3)  # in a cell at the pole land is not even
    pole = found.row == (0 if polar == "EPSG:6931" else 899)
    assert np.bincount(found.owner[pole], found.share[pole], len(land)) == pytest.approx([1800, 0, 1800, 0])


@pytest.mark.parametrize("half", [5e4, 1e5, 5e5])
@pytest.mark.parametrize(("own", "crs"), [("EPSG:6933", "EPSG:4326"), ("EPSG:6933", "+proj=laea +lat_0=0 +lon_0=0")])
def test_an_edge_that_bends_both_ways_is_followed(own, crs, half):
    corner = shapely.Polygon([(-half, -half), (half, half), (-half, half)])  # a diagonal over the equator
    unit = Affine(1, 0, 0, 0, -1, 0) if crs.startswith("+") else Affine(9e-6, 0, 0, 0, -9e-6, 0)  # a metre
    edges = Borders(gpd.GeoDataFrame(geometry=[corner], crs=own)).on(CRS(crs), unit)
    drawn = shapely.STRtree(shapely.linestrings(np.stack([edges.start, edges.end], axis=1)))
    true = shapely.get_coordinates(moved(shapely.segmentize(corner, half / 3000), CRS(own), CRS(crs)))
    true = np.column_stack((true.T - [[unit.c], [unit.f]]) / [[unit.a], [unit.e]])
    _, off = drawn.query_nearest(shapely.points(true), return_distance=True, all_matches=False)
    assert off.max() < 0.051


POLE, GEOS = "+proj=laea +lat_0=90", "+proj=geos +h=35785831 +lon_0=0"


@pytest.mark.parametrize(
    ("own", "crs", "land", "words"),
    [
        ("EPSG:4326", GEOS, shapely.box(-90, 0, -70, 10), "no place in"),
        ("EPSG:4326", "EPSG:3857", shapely.box(178, -20, 182, -16), "land on both sides of the cut"),
        ("EPSG:4326", "EPSG:6933", shapely.box(150, -20, 210, 10), "land on both sides of the cut"),
        ("EPSG:4326", "+proj=cea +lat_ts=30 +units=km", shapely.box(175, -5, 185, 5), "land on both sides of the cut"),
        ("+proj=cea +lon_0=180", "EPSG:6933", shapely.box(-1e6, -1e6, 1e6, 1e6), "land on both sides of the cut"),
        ("EPSG:3832", "EPSG:6933", shapely.box(3.2e6, -2.2e6, 3.5e6, -1.8e6), "land on both sides of the cut"),
        (POLE, "EPSG:3338", shapely.box(-2e5, -2e5, 2e5, 2e5), "land on both sides of the cut"),
        (POLE, "ESRI:54008", shapely.box(-1e5, -1e5, 1e5, 1e5), "land on both sides of the cut"),
    ],
)
def test_land_that_a_grid_cannot_show_is_refused(own, crs, land, words):
    units = gpd.GeoDataFrame(geometry=[land], index=["x1"], crs=own)
    told = rf"1 unit\(s\) have .*{words}.*'x1'. Give the raster in a CRS that"
    with pytest.raises(GeometryError, match=told) as caught:
        Borders(units).on(CRS(crs), Affine.identity())
    assert (caught.value.exit_code, tuple(caught.value.features)) == (3, ("x1",))


@pytest.mark.parametrize(
    ("own", "crs", "land"),
    [
        ("EPSG:4326", "EPSG:3857", shapely.box(-180, -85, 180, 85)),
        ("EPSG:4326", "EPSG:6933", shapely.MultiPolygon([shapely.box(170, 0, 180, 9), shapely.box(-180, 0, -170, 9)])),
        (POLE, "EPSG:3413", shapely.box(-2e6, -2e6, 2e6, 2e6)),
        ("EPSG:4326", GEOS, shapely.box(-60, -50, 60, 50)),
    ],
)
def test_land_that_a_grid_can_show_is_not_refused(own, crs, land):
    edges = Borders(gpd.GeoDataFrame(geometry=[land], crs=own)).on(CRS(crs), Affine.identity())
    assert edges.cells(1)[0] < 0  # rows run south in a grid, and here they run north


def test_borders_are_followed_in_the_unit_of_the_grid():
    land = gpd.GeoDataFrame(geometry=[shapely.box(2.7e6, 1.4e6, 7.3e6, 5.4e6)], crs="EPSG:3035")
    metres, kilometres = (
        Borders(land).on(CRS(f"+proj=cea +lat_ts=30 +units={unit}"), Affine.identity()) for unit in ("m", "km")
    )
    assert len(kilometres.start) == len(metres.start) > 5000


def test_borders_of_many_vertices_are_followed_in_blocks(monkeypatch):
    land = gpd.GeoDataFrame(geometry=[shapely.Point(x, x).buffer(x) for x in (1e5, 2e5, 4e5, 8e5)], crs="EPSG:3035")
    land.loc[4] = shapely.Polygon()
    whole = Borders(land).on(LONLAT, WORLD)
    monkeypatch.setattr(reprojection, "_BLOCK_VERTICES", 70)
    blocks = Borders(land).on(LONLAT, WORLD)
    for one, other in ((whole.start, blocks.start), (whole.end, blocks.end), (whole.owner, blocks.owner)):
        assert np.array_equal(one, other)


@pytest.mark.skipif(not REFEREE.is_dir(), reason="the referee's polygons are not beside the repository")
@pytest.mark.parametrize("name", ["antarctica", "regression6", "russia"])
@pytest.mark.parametrize("count", [7, 50, 501])
def test_shares_add_up_to_the_area_of_hard_polygons(name, count):
    polygon = shapely.from_wkt((REFEREE / f"{name}.wkt").read_text().strip().strip('"'))
    west, south, east, north = polygon.bounds
    size = (east - west) / count
    transform = Affine(size, 0, west - size / 3, 0, -size, north + size / 7)
    found = shares([polygon], (int((north - south) / size) + 3, count + 3), transform)
    assert found.sum() * size**2 == pytest.approx(polygon.area, rel=1e-9)


stars = st.lists(st.floats(0.3, 3.9), min_size=3, max_size=12).map(
    lambda radii: shapely.Polygon(
        [
            (4 + radius * np.cos(angle), 4 + radius * np.sin(angle))
            for radius, angle in zip(radii, np.linspace(0, 2 * np.pi, len(radii), endpoint=False), strict=True)
        ]
    )
)


@settings(max_examples=60)
@given(stars)
def test_every_share_is_that_of_the_intersection(star):
    found = shares([star], (8, 8))[0]
    cells = [[shapely.box(x, 7 - y, x + 1, 8 - y) for x in range(8)] for y in range(8)]
    assert np.abs(found - shapely.area(shapely.intersection(star, np.array(cells)))).max() < 1e-9


@settings(max_examples=30)
@given(stars)
def test_exactextract_finds_the_same_shares(star):
    source = NumPyRasterSource(np.zeros((8, 8)), 0, 0, 8, 8, srs_wkt=FLAT.to_wkt())
    frame = gpd.GeoDataFrame(geometry=[star], crs=FLAT)
    theirs = exact_extract(source, frame, ["cell_id", "coverage"], output="pandas")
    grid = np.zeros(64)
    grid[theirs["cell_id"][0].astype(int)] = theirs["coverage"][0]
    assert np.abs(shares([star], (8, 8))[0].ravel() - grid).max() < 1e-6  # theirs are single precision


@settings(max_examples=30)
@given(stars, stars)
def test_no_polygon_changes_another_ones_shares(one, other):
    assert (shares([one, other], (8, 8))[1] == shares([other], (8, 8))[0]).all()


@settings(max_examples=20)
@given(stars)
def test_finer_grids_stay_within_the_border_cells(star):
    """Area by whole cells of which more than half is covered is off by the border's cells at most (P14)."""
    for fine in (1, 2, 4):
        size = 1 / fine
        found = shares([star], (8 * fine, 8 * fine), Affine(size, 0, 0, 0, -size, 8))
        assert found.sum() * size**2 == pytest.approx(star.area, rel=1e-9)
        rough = (found > 0.5).sum() * size**2
        assert abs(rough - star.area) <= star.length * size + 1e-9
