"""What rasters say about units: by pencil on the toy province, and by exactextract's own weighted mean."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from affine import Affine
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from pyproj import CRS

from layers.conditions import parse_condition, parse_formula
from layers.crs import project, working_crs
from layers.errors import LimitError, SourceError
from layers.formats import read_raster
from layers.raster import cells, distributions, share_where, summarise, zonal_statistics
from layers.raster.cells import cell_areas
from layers.raster.zonal_statistics import batches

STATISTICS = (
    "mean(value)",
    "min(value)",
    "max(value)",
    "sum(value)",
    "std(value)",
    "median(value)",
    "quantile_10(value)",
    "majority(value)",
    "share(value >= 2)",
)


def asked(*texts):
    return {text: parse_formula(text) for text in texts}


def written(path, values, transform, crs="EPSG:3035", nodata=np.nan, **settings):
    values = np.asarray(values, dtype="float64")
    rows, columns = values.shape
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=columns,
        height=rows,
        count=1,
        dtype="float64",
        crs=crs,
        transform=transform,
        nodata=nodata,
    ) as out:
        out.write(values, 1)
    return read_raster(path, "heights", **settings)[0]


@pytest.fixture
def elevation(elevation_tif: Path):
    return read_raster(elevation_tif, "elevation")[0]


def test_the_toy_province_by_pencil(units, elevation):
    found = summarise(units, elevation, asked(*STATISTICS))
    # Each unit holds 2 x 2 cells: c1 of rows 0 and 1, b1 of rows 2 and 3, a1 of rows 4 and 5.
    assert found.loc["c1"].tolist() == [0.5, 0, 1, 2.0, 0.5, 0.5, 0, 0, 0.0]
    assert found.loc["b4"].tolist() == [2.5, 2, 3, 10.0, 0.5, 2.5, 2, 2, 1.0]
    assert found.loc["a2"].tolist() == [4.5, 4, 5, 18.0, 0.5, 4.5, 4, 4, 1.0]
    assert found.index.equals(units.index)


def test_cells_of_the_toy_province(units, elevation):
    [batch] = batches(units.loc[["a1"]], elevation)
    assert np.column_stack([batch.cells.row, batch.cells.column]).tolist() == [[4, 0], [4, 1], [5, 0], [5, 1]]
    assert batch.area.tolist() == [250_000.0] * 4
    assert batch.inside.tolist() == [1.0]


def test_a_unit_smaller_than_a_cell_has_the_value_of_its_cell(units, elevation):
    small = units.loc[["a1"]].set_geometry(units.loc[["a1"]].centroid.buffer(1.0))
    assert summarise(small, elevation, asked("min(value)", "max(value)")).to_numpy().tolist() == [[4.0, 5.0]]


def test_without_values_a_unit_is_missing_and_a_part_is_told(tmp_path, units):
    x0, y0 = units.total_bounds[:2]
    values = np.full((6, 8), 7.0)
    values[4:, 0:3] = np.nan  # all of a1, the western half of a2
    raster = written(tmp_path / "gaps.tif", values, Affine(500, 0, x0, 0, -500, y0 + 3000))
    found = summarise(units, raster, {"height": parse_formula("mean(value)"), "total": parse_formula("sum(value)")})
    assert found.columns.tolist() == ["height", "height_covered", "total", "total_covered"]
    assert np.isnan(found.loc["a1", ["height", "total"]]).all()
    assert found.loc["a2"].tolist() == [7.0, 0.5, 14.0, 0.5]
    assert found["height_covered"].drop(["a1", "a2"]).eq(1.0).all()
    assert found.loc["a1", "height_covered"] == 0


def test_land_beyond_the_raster_counts_as_not_covered(tmp_path, units):
    x0, y0 = units.total_bounds[:2]
    raster = written(tmp_path / "half.tif", np.full((6, 3), 7.0), Affine(500, 0, x0, 0, -500, y0 + 3000))
    found = summarise(units, raster, {"height": parse_formula("mean(value)")})
    assert found.loc["b2"].tolist() == [7.0, 0.5]
    assert np.isnan(found.loc["b3", "height"])
    assert share_where(units, raster, parse_condition("value > 1")).loc[["b1", "b2", "b3"]].tolist() == [1.0, 0.5, 0.0]


def test_no_column_of_coverage_where_all_is_covered(units, elevation):
    assert summarise(units, elevation, asked("mean(value)")).columns.tolist() == ["mean(value)"]


def test_a_grid_that_ends_where_the_unit_ends_covers_it(tmp_path):
    # The sides bend by millimetres on their way into another CRS, and are followed to 0.05 m.
    square = gpd.GeoDataFrame(geometry=[shapely.box(500_000, 3_500_000, 501_000, 3_501_000)], crs="EPSG:32650")
    raster = written(tmp_path / "same.tif", np.full((2, 2), 7.0), Affine(500, 0, 5e5, 0, -500, 3.501e6), "EPSG:32650")
    there = project(square, "+proj=laea +lat_0=31.6 +lon_0=117 +datum=WGS84 +units=m")
    found = summarise(there, raster, asked("mean(value)"))
    assert found.columns.tolist() == ["mean(value)"]


def test_slope_of_a_tilted_plane(tmp_path):
    # Near the centre of the projection a metre is a metre.
    rise = np.add.outer(np.arange(9) * -30.0, np.arange(9) * 40.0)
    raster = written(tmp_path / "plane.tif", rise, Affine(50, 0, 4_320_775, 0, -50, 3_210_225))
    square = gpd.GeoDataFrame(geometry=[shapely.box(4_320_880, 3_209_890, 4_321_110, 3_210_120)], crs="EPSG:3035")
    found = summarise(square, raster, asked("mean(slope)", "max(slope)", "mean(aspect)", "mean(relief)"))
    falls = np.degrees(np.arctan2(-4, -3)) % 360
    assert found.iloc[0].tolist() == pytest.approx([45.0, 45.0, falls, 140.0], rel=1e-6)


def test_slope_in_lonlat_uses_the_width_of_each_row(tmp_path):
    heights = np.tile(np.arange(5) * 10.0, (5, 1))
    raster = written(tmp_path / "north.tif", heights, Affine(0.0005, 0, 10, 0, -0.0005, 60.0), "EPSG:4326")
    box = gpd.GeoDataFrame(geometry=[shapely.box(10.0005, 59.998, 10.002, 59.9995)], crs="EPSG:4326")
    width = 27.9  # metres of half a thousandth of a degree at 60 degrees north
    found = summarise(box, raster, asked("mean(slope)")).iloc[0, 0]
    assert found == pytest.approx(np.degrees(np.arctan(10 / width)), rel=1e-3)


@pytest.mark.parametrize("text", ["mean(slope)", "majority(value)", "share(relief > 3 OR value > 1)", "max(aspect)"])
def test_the_shape_of_coarse_cells_is_refused(units, elevation, text):
    if "value)" in text:
        summarise(units, elevation, asked(text))
        return
    with pytest.raises(SourceError, match=r"cells of 500 m.*coarse = true") as refused:
        summarise(units, elevation, asked(text))
    assert (refused.value.exit_code, refused.value.code, refused.value.layer) == (3, "coarse", "elevation")


def test_coarse_true_allows_it(units, elevation_tif):
    raster = read_raster(elevation_tif, "elevation", coarse=True)[0]
    found = summarise(units, raster, asked("mean(slope)"))
    assert found.loc["b2", "mean(slope)"] == pytest.approx(np.degrees(np.arctan(1 / 500)), rel=1e-3)
    assert np.isnan(found.loc[["c1", "a4"], "mean(slope)"]).sum() == 0
    assert found.loc["c1", "mean(slope)_covered"] == pytest.approx(0.25)  # three of its four cells lie on the edge


def test_share_where_refuses_coarse_cells_too(units, elevation):
    with pytest.raises(SourceError, match="asks for slope"):
        share_where(units, elevation, parse_condition("slope > 25"))


def test_cells_that_do_not_meet_the_layers_condition_have_no_value(units, elevation_tif):
    raster = read_raster(elevation_tif, "elevation", where="value >= 3")[0]
    found = summarise(units, raster, asked("min(value)"))
    assert np.isnan(found.loc["c1", "min(value)"])
    assert found.loc["b1"].tolist() == [3.0, 0.5]


@pytest.fixture
def world(tmp_path):
    """A lon/lat raster of 24 x 30 cells of half a degree, and eight polygons over it."""
    noise = np.random.default_rng(5).normal(size=(24, 30)).round(2)
    raster = written(tmp_path / "world.tif", noise, Affine(0.5, 0, -5, 0, -0.5, 62), "EPSG:4326")
    centres = gpd.points_from_xy([-3, 0.2, 3, 6, 8.5, -2, 4, 7], [60, 58, 61, 57, 53, 52, 54.5, 61.7])
    return raster, noise, gpd.GeoDataFrame(geometry=centres.buffer(1.3), index=list("hgfedcba"), crs="EPSG:4326")


def test_the_mean_is_exactextracts_mean_weighted_by_area(world):
    raster, noise, polygons = world
    row, column = np.indices(raster.shape)
    areas = cell_areas(raster, row.ravel(), column.ravel()).reshape(raster.shape)
    bounds = (-5, 50, 10, 62)
    wkt = CRS("EPSG:4326").to_wkt()
    theirs = exact_extract(
        NumPyRasterSource(noise, *bounds, srs_wkt=wkt),
        polygons,
        ["weighted_mean", "min", "max", "sum"],
        weights=NumPyRasterSource(areas, *bounds, srs_wkt=wkt),
        output="pandas",
    )
    found = summarise(polygons, raster, asked("mean(value)", "min(value)", "max(value)", "sum(value)"))
    assert found["mean(value)"].tolist() == pytest.approx(theirs["weighted_mean"].tolist(), abs=1e-6)
    assert found["sum(value)"].tolist() == pytest.approx(theirs["sum"].tolist(), abs=1e-5)
    assert found["min(value)"].tolist() == theirs["min"].tolist()
    assert found["max(value)"].tolist() == theirs["max"].tolist()


def test_batches_and_the_order_of_units_change_nothing(world, monkeypatch):
    raster, _, polygons = world
    whole = summarise(polygons, raster, asked(*STATISTICS))
    monkeypatch.setattr(zonal_statistics, "_BATCH", 60)
    monkeypatch.setattr(zonal_statistics, "_BAND_CELLS", 100)
    assert len(list(batches(polygons, raster))) > 3
    pd.testing.assert_frame_equal(summarise(polygons, raster, asked(*STATISTICS)), whole, check_exact=True)
    turned = summarise(polygons.sort_index(), raster, asked(*STATISTICS))
    pd.testing.assert_frame_equal(turned, whole.sort_index(), check_exact=True)


def test_the_units_may_be_in_another_crs(world):
    raster, _, polygons = world
    flat = polygons.segmentize(0.002).to_crs("EPSG:3035")
    here, there = (summarise(one, raster, asked("mean(value)"))["mean(value)"] for one in (polygons, flat))
    assert here.tolist() == pytest.approx(there.tolist(), abs=1e-5)


def test_a_share_and_its_opposite_are_one(world):
    raster, _, polygons = world
    found = summarise(polygons, raster, asked("share(value > 0)", "share(NOT value > 0)"))
    [batch] = batches(polygons, raster)
    assert batch.units.tolist() == list(range(len(polygons)))
    assert found["share(value > 0)"].add(found["share(NOT value > 0)"]).tolist() == pytest.approx([1.0] * 8)
    whole = share_where(polygons, raster, parse_condition("value > 0"))
    assert whole.tolist() == pytest.approx((found["share(value > 0)"] * batch.inside).tolist())


def test_units_far_from_the_raster_are_missing(world):
    raster, _, polygons = world
    far = polygons.translate(40, 0).to_frame("geometry").set_geometry("geometry")
    found = summarise(far, raster, asked("mean(value)", "sum(value)"))
    assert found.isna().all(axis=None)
    assert found.columns.tolist() == ["mean(value)", "sum(value)"]
    assert share_where(far, raster, parse_condition("value > 0")).eq(0).all()


def checkered(tmp_path, values):
    """Squares of 10 x 10 cells of 1 km, 3 x 4 of them, in the working CRS; a raster of one value a square."""
    origin, wide = (500_000.0, 4_430_000.0), 10_000.0
    squares = [
        shapely.box(origin[0] + x * wide, origin[1] - (y + 1) * wide, origin[0] + (x + 1) * wide, origin[1] - y * wide)
        for y in range(3)
        for x in range(4)
    ]
    frame = gpd.GeoDataFrame(geometry=squares, index=[f"u{number}" for number in range(12)], crs="EPSG:32613")
    cells = np.kron(np.reshape(values, (3, 4)), np.ones((10, 10)))
    raster = written(tmp_path / "squares.tif", cells, Affine(1000, 0, origin[0], 0, -1000, origin[1]), "EPSG:32613")
    return project(frame, working_crs(frame)), raster


def test_nobody_gets_a_neighbours_value_for_the_noise_of_borders(tmp_path):
    """As after a way to the working CRS and back, squares overlap their neighbours by hundredths of a millimetre."""
    units, raster = checkered(tmp_path, np.arange(12.0))
    units = units.set_geometry(units.buffer(1e-5, join_style="mitre"))  # not by the noise of one version of PROJ
    assert sum(len(batch.cells.row) for batch in batches(units, raster)) > 1200, "they do touch their neighbours' cells"
    found = summarise(units, raster, asked("min(value)", "max(value)", "median(value)", "majority(value)"))
    assert (found.to_numpy() == np.arange(12.0)[:, None]).all()


def test_a_unit_whose_own_cells_have_no_value_has_none(tmp_path):
    units, raster = checkered(tmp_path, [np.nan, *[10.0] * 11])
    found = summarise(units, raster, asked(*STATISTICS[:7]))
    assert found.iloc[0].isna().all()
    assert (found.drop(columns=["sum(value)", "std(value)"]).iloc[1:] == 10.0).all().all(), (
        "exactly: a rule may ask >= 10"
    )


def test_a_unit_smaller_than_the_noise_of_borders_has_its_values(tmp_path):
    _, raster = checkered(tmp_path, np.arange(12.0))
    east, south = 510_000.0, 4_429_000.5
    specks = [
        shapely.box(505_000, south, 505_000.1, south + 0.1),
        shapely.box(east - 0.1, south, east + 0.3, south + 0.1),
    ]
    found = summarise(gpd.GeoDataFrame(geometry=specks, crs="EPSG:32613"), raster, asked("min(value)", "max(value)"))
    assert found.to_numpy().tolist() == [[0, 0], [0, 1]]


def test_what_is_covered_does_not_hang_on_what_is_asked(tmp_path):
    """The borders lie 0.04 m beside the cells' own, less than borders may be off in another CRS."""
    raster = written(tmp_path / "full.tif", np.ones((40, 40)), Affine(30, 0, 500_000, 0, -30, 4_431_200), "EPSG:32613")
    units = gpd.GeoDataFrame(
        geometry=[shapely.box(500_299.96, 4_430_300.04, 500_900.04, 4_430_899.96)], crs="EPSG:32613"
    )
    found = summarise(project(units, working_crs(units)), raster, asked("max(value)", "mean(value)"))
    assert found.columns.tolist() == ["max(value)", "mean(value)"]


def test_a_tip_in_a_cell_touches_it_where_nothing_bends(tmp_path):
    cells = np.full((10, 10), 100.0)
    cells[0, 0] = 999
    raster = written(tmp_path / "tip.tif", cells, Affine(30, 0, 500_000, 0, -30, 4_430_300), "EPSG:3035")
    tip = shapely.Polygon([(500_290, 4_430_010), (500_029, 4_430_271), (500_290, 4_430_100)])
    found = summarise(gpd.GeoDataFrame(geometry=[tip], crs="EPSG:3035"), raster, asked("max(value)"))
    assert found["max(value)"].tolist() == [999.0]


def test_statistics_by_pencil_of_cells_in_part(tmp_path):
    """Half a cell of 1, half a cell of 2 and a whole one of 4, a quarter of the land each and half of it."""
    raster = written(tmp_path / "three.tif", [[1.0, 2.0], [4.0, 4.0]], Affine(100, 0, 4e6, 0, -100, 3e6 + 200))
    unit = gpd.GeoDataFrame(geometry=[shapely.box(4e6 + 50, 3e6, 4e6 + 150, 3e6 + 200)], crs="EPSG:3035")
    found = summarise(unit, raster, asked("mean(value)", "std(value)", "sum(value)", "median(value)"))
    assert found.iloc[0].tolist() == [2.75, pytest.approx(np.sqrt((1.75**2 + 0.75**2 + 2 * 1.25**2) / 4)), 5.5, 3.0]


def test_directions_turn_round_north(tmp_path):
    """A valley that falls towards the north: its sides face 350 and 10 degrees, as often."""
    x, y = np.meshgrid(np.arange(-5, 6), np.arange(11))
    raster = written(tmp_path / "valley.tif", y + 0.2 * np.abs(x), Affine(50, 0, 4_320_725, 0, -50, 3_210_275))
    unit = gpd.GeoDataFrame(geometry=[shapely.box(4_320_775, 3_209_775, 4_321_225, 3_210_225)], crs="EPSG:3035")
    found = summarise(unit, raster, asked("mean(aspect)"))
    assert abs((found.iloc[0, 0] + 180) % 360 - 180) < 0.01


@pytest.fixture
def tiny_tiles(monkeypatch):
    monkeypatch.setattr(cells, "_TILE", 40)
    monkeypatch.setattr(cells, "_EDGES", 7)


def test_tiles_of_a_few_cells_give_the_same(world, tiny_tiles, monkeypatch):
    raster, _, polygons = world
    small = summarise(polygons, raster, asked(*STATISTICS))
    monkeypatch.undo()
    whole = summarise(polygons, raster, asked(*STATISTICS))
    pd.testing.assert_frame_equal(small, whole, rtol=1e-13)
    assert small[["min(value)", "max(value)", "median(value)", "majority(value)"]].equals(
        whole[["min(value)", "max(value)", "median(value)", "majority(value)"]]
    )


def test_few_values_in_memory_give_the_same(world, tiny_tiles, monkeypatch):
    raster, _, polygons = world
    texts = ("median(value)", "quantile_10(value)", "quantile_90(value)")
    whole = summarise(polygons, raster, asked(*texts))
    monkeypatch.setattr(distributions, "HELD", 5)
    monkeypatch.setattr(zonal_statistics, "HELD", 5)
    pd.testing.assert_frame_equal(summarise(polygons, raster, asked(*texts)), whole, check_exact=True)
    with pytest.raises(LimitError, match=r"'majority\(value\)' meets more than 5 different values in 8 unit"):
        summarise(polygons, raster, asked("majority(value)"))
    monkeypatch.setattr(zonal_statistics, "HELD", 40)  # each unit alone can be held, all together cannot
    again = summarise(polygons, raster, asked("majority(value)", *texts))
    monkeypatch.undo()
    assert again.equals(summarise(polygons, raster, asked("majority(value)", *texts)))


@pytest.mark.parametrize("crs", ["EPSG:32631", "EPSG:3035"])
def test_overlapping_units_and_holes_in_the_values(tmp_path, crs):
    """Statistics of each cell by itself, as numpy makes them, with cells whose size differs and without."""
    noise = np.random.default_rng(3).normal(100, 5, (40, 50)).round(1)
    noise[10:14, 20:30] = np.nan
    raster = written(tmp_path / "noise.tif", noise, Affine(1000, 0, 5e5, 0, -1000, 5.5e6), crs)
    places = [(5.2e5, 5.48e6, 9e3), (5.22e5, 5.485e6, 8e3), (5.4e5, 5.47e6, 3e3), (5.25e5, 5.488e6, 4500)]
    units = gpd.GeoDataFrame(geometry=[shapely.Point(x, y).buffer(far) for x, y, far in places], crs=crs)
    texts = ("mean(value)", "std(value)", "sum(value)", "min(value)", "max(value)", "share(value > 101)")
    found = summarise(units, raster, asked(*texts))
    for place, unit in enumerate(units.geometry):
        [batch] = batches(units.iloc[[place]], raster)
        value = noise[batch.cells.row, batch.cells.column]
        known = ~np.isnan(value)
        value, area, share = value[known], batch.area[known], batch.cells.share[known]
        mean = np.average(value, weights=area)
        wanted = [mean, np.sqrt(np.average((value - mean) ** 2, weights=area)), (value * share).sum()]
        wanted += [value.min(), value.max(), np.average(value > 101, weights=area)]
        assert found.loc[place, list(texts)].tolist() == pytest.approx(wanted, rel=1e-12), unit


def test_a_unit_hangs_on_nobody_else(world):
    raster, _, polygons = world
    whole = summarise(polygons, raster, asked(*STATISTICS))
    for place in range(len(polygons)):
        alone = summarise(polygons.iloc[[place]], raster, asked(*STATISTICS))
        assert alone[list(STATISTICS)].equals(whole.iloc[[place]][list(STATISTICS)])
