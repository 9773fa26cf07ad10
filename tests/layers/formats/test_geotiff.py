"""Rasters: what is read is what the file means; what is unclear is refused; cells drawn as polygons keep their area."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from pyproj import CRS

from layers.crs import project
from layers.errors import ConditionError, CrsError, LimitError, SourceError, UnknownNameError
from layers.formats import check_values, geotiff, read_raster, window_of
from layers.formats.geotiff import cell_size_m
from layers.geometry import polygons_of

WHOLE = (slice(0, 6), slice(0, 8))


def test_the_toy_raster_is_its_rows(rows_grid):
    raster, ledger = read_raster(rows_grid, "elevation")
    assert (raster.shape, raster.crs, raster.nodata) == ((6, 8), CRS("EPSG:3035"), None)
    assert raster.cell_size_m == pytest.approx(500, rel=0.01)  # LAEA is nearly true to scale here
    assert raster.read()[:, 0].tolist() == [0, 1, 2, 3, 4, 5]
    assert raster.read((slice(1, 3), slice(2, 5))).tolist() == [[1, 1, 1], [2, 2, 2]]
    assert raster.read((slice(4, 99), slice(7, 99))).shape == (2, 1)
    assert ledger.empty


def test_scale_offset_and_nodata(write_grid):
    path = write_grid(np.array([[0, 10], [20, 255]], dtype="uint8"), nodata=255, scale=0.5, offset=-1.0)
    raster, _ = read_raster(path, "g")
    assert raster.nodata == 255
    np.testing.assert_array_equal(raster.read(), [[-1, 4], [9, np.nan]])


def test_a_condition_is_asked_about_scaled_values_and_hides_the_rest(write_grid):
    path = write_grid(np.array([[0, 10], [20, 255]], dtype="uint8"), nodata=255, scale=0.5, offset=-1.0)
    raster, _ = read_raster(path, "g", where="value >= 4")
    np.testing.assert_array_equal(raster.read(), [[np.nan, 4], [9, np.nan]])


def test_an_internal_mask_counts(write_grid):
    path = write_grid(np.ones((2, 2), dtype="uint8"))
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "r+") as out:
        out.write_mask(np.array([[True, False], [True, True]]))
    np.testing.assert_array_equal(read_raster(path, "g")[0].read(), [[1, np.nan], [1, 1]])


def test_some_cells_read_as_they_do_among_all(write_grid):
    path = write_grid(np.array([[0, 10, 12], [20, 255, 14]], dtype="uint8"), scale=0.5, offset=-1.0)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "r+") as out:
        out.write_mask(np.array([[True, True, False], [True, True, True]]))
    raster, _ = read_raster(path, "g", nodata=255, where="value >= 4")
    window, at = (slice(0, 2), slice(1, 3)), (np.array([1, 0, 0, 1]), np.array([1, 0, 1, 0]))
    np.testing.assert_array_equal(raster.read(window), [[4, np.nan], [np.nan, 6]])
    np.testing.assert_array_equal(raster.read(window, at), [6, 4, np.nan, np.nan])


@pytest.mark.parametrize("value", [-9999.0, -32768.0, float(np.finfo("float32").min)])
def test_a_telltale_without_nodata_is_refused(write_grid, value):
    path = write_grid(np.array([[100, 200], [300, value]], dtype="float32"))
    raster, _ = read_raster(path, "heights")
    with pytest.raises(SourceError, match=r"layer 'heights': grid.tif holds .* nodata = ") as caught:
        check_values(raster, WHOLE)
    assert (caught.value.code, caught.value.exit_code) == ("nodata", 3)


@pytest.mark.parametrize("value", [-9999.9, 0.1, float(np.finfo("float32").min), -3.4028235e38])
def test_nodata_of_the_plan_is_a_number_of_the_file(write_grid, value):
    cells = np.array([[100, value]], dtype="float32")
    np.testing.assert_array_equal(read_raster(write_grid(cells), "g", nodata=value)[0].read(), [[100, np.nan]])
    tagged = write_grid(cells, "tagged.tif", nodata=float(cells[0, 1]))
    np.testing.assert_array_equal(read_raster(tagged, "g", nodata=value)[0].read(), [[100, np.nan]])


def test_a_telltale_is_told_as_the_plan_has_to_say_it(write_grid):
    path = write_grid(np.array([[100, np.finfo("float32").min]], dtype="float32"))
    with pytest.raises(SourceError, match=r"nodata = -3\.4028234663852886e\+38 ") as caught:
        check_values(read_raster(path, "g")[0], WHOLE)
    said = float(str(caught.value).partition("nodata = ")[2].split()[0])
    np.testing.assert_array_equal(read_raster(path, "g", nodata=said)[0].read(), [[100, np.nan]])


TRUE = {
    "a grey after a grey": (np.arange(256, dtype="uint8").reshape(16, 16), {}),
    "a change that goes both ways": (np.arange(-20_000, 20_001, 1, dtype="int32").reshape(1, -1), {}),
    "a sea": (np.array([[-10_994, -9999, -9000, 0, 8848]], dtype="int16"), {}),
    "a class that where names": (np.array([[1, 2, 255]], dtype="uint8"), {"where": "value IN (1, 255)"}),
    "a number that where leaves out": (np.array([[1, 2, 255]], dtype="uint8"), {"where": "value < 100"}),
    "a range that holds it": (np.array([[1, 2, 255]], dtype="uint8"), {"valid_range": (0, 255)}),
    "none of 8 bits": (np.array([[100, 150, 255]], dtype="int16"), {}),
}


@pytest.mark.parametrize("case", TRUE)
def test_a_number_that_is_meant_is_not_accused(case, write_grid):
    """B50: what looks like nodata elsewhere may be a value here."""
    values, keys = TRUE[case]
    raster, _ = read_raster(write_grid(values), "g", **keys)
    assert check_values(raster, (slice(None), slice(None))).empty


UNSTATED = [
    ("int16", -32767, [12, 800]), ("int16", -32768, [-50, 800]), ("int16", -9999, [0, 8848]), ("uint8", 255, [0, 100]),
    ("uint8", 255, [1, 17]), ("uint16", 65535, [0, 4000]), ("float32", 65535, [0, 4000]), ("int16", 32767, [0, 900]),
    ("float32", -3.4e38, [0, 1]), ("float32", 3.4028235e38, [0, 1]), ("float32", 1e20, [270, 310]),
    ("float32", 9.96921e36, [270, 310]), ("float64", -1.7976931348623157e308, [0, 1]), ("int32", -2147483648, [0, 5]),
    ("uint32", 4294967295, [0, 5]), ("int8", -128, [0, 100]), ("float32", -9999, [0, 20_000]),
    ("float32", -999, [0, 9]), ("float64", -99999, [-3, 40]), ("uint8", 255, []), ("int16", -9999, []),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "value", "others"), UNSTATED)
def test_a_number_apart_is_refused_and_each_key_that_the_message_names_mends_it(kind, value, others, write_grid):
    """B50: refused before anything is averaged; the keys are taken from the message as they stand there."""
    with np.errstate(over="ignore"):
        cells = np.array([[*others, value]]).astype(kind)
    path = write_grid(cells)
    whole = (slice(None), slice(None))
    with pytest.raises(SourceError, match="no value") as caught:
        check_values(read_raster(path, "g")[0], whole)
    assert (caught.value.code, caught.value.exit_code, caught.value.layer) == ("nodata", 3, "g")
    said = str(caught.value)
    nodata = float(said.partition("nodata = ")[2].split()[0])
    raster, _ = read_raster(path, "g", nodata=nodata)
    assert check_values(raster, whole).empty
    np.testing.assert_array_equal(raster.read(), [[*others, np.nan]])
    least, most = (float(one) for one in said.partition("valid_range = [")[2].partition("]")[0].split(", "))
    raster, _ = read_raster(
        path, "g", valid_range=(least, max(most, np.nextafter(most, np.inf) if not others else most))
    )
    assert check_values(raster, whole).empty
    np.testing.assert_array_equal(raster.read(), cells.astype("float64"))


def test_a_second_number_beside_the_nodata_of_the_file_is_refused_too(write_grid):
    """B50: a mosaic of two sources; the range that the message names leaves both out, and the ledger counts them."""
    path = write_grid(np.array([[-32768, -9999, 300, 450]], dtype="int16"), nodata=-32768)
    whole = (slice(None), slice(None))
    with pytest.raises(SourceError, match=r"holds -9999 in 1 cell.* other values \(300 to 450\)") as caught:
        check_values(read_raster(path, "g")[0], whole)
    assert "valid_range = [300, 450] in the plan" in str(caught.value)
    raster, _ = read_raster(path, "g", valid_range=(300, 450))
    assert check_values(raster, whole)["action"].tolist() == [
        "1 cell(s) near the units taken as having no value: from -9999 to -9999, outside valid_range = [300, 450]"
    ]
    np.testing.assert_array_equal(raster.read(), [[np.nan, np.nan, 300, 450]])


def test_the_valid_range_is_that_of_the_values_that_people_read(write_grid):
    path = write_grid(np.array([[0, 10], [20, 254]], dtype="uint8"), scale=0.5, offset=-1.0)
    raster, _ = read_raster(path, "g", valid_range=(0, 100))
    np.testing.assert_array_equal(raster.read(), [[np.nan, 4], [9, np.nan]])
    assert "2 cell(s)" in check_values(raster, (slice(None), slice(None)))["action"].iloc[0]
    with pytest.raises(SourceError, match=r"within valid_range = \[500, 600\]: all 4 lie from -1 to 126") as caught:
        check_values(read_raster(path, "g", valid_range=(500, 600))[0], (slice(None), slice(None)))
    assert caught.value.exit_code == 3
    moved, _ = read_raster(
        write_grid(np.array([[0, 9]], dtype="uint8"), scale=1.0, offset=1.0), "g", valid_range=(1, 10)
    )
    assert check_values(moved, (slice(None), slice(None))).empty


@pytest.mark.parametrize(
    ("scale", "offset"),
    [(np.nan, 0.0), (1.0, np.nan), (1e308, 0.0), (0.5, 1e308), (0.0, 3.0), (np.inf, 0.0), (-1e40, 0.0), (1e-200, 0.0)],
)
def test_a_scale_by_which_cells_have_no_values_is_refused(scale, offset, write_grid):
    """B53."""
    path = write_grid(np.array([[1, 2]], dtype="uint8"), scale=scale, offset=offset)
    with pytest.raises(
        SourceError, match=r"has scale .* by which its cells have no values.*-a_scale 1 -a_offset 0"
    ) as caught:
        read_raster(path, "g")
    assert caught.value.exit_code == 3


def test_one_of_several_bands_is_read_as_if_it_were_alone(write_grid):
    """Its own scale, nodata, type and name."""
    path = write_grid(np.arange(12, dtype="uint8").reshape(3, 2, 2), "three.tif", nodata=5)
    with rasterio.open(path, "r+") as out:
        out.scales, out.descriptions = (1.0, 0.5, 1.0), ("red", "near infrared", None)
    with pytest.raises(SourceError, match=r"has 3 bands \(1 red, 2 near infrared\)\. Say .* such as band = 1\."):
        read_raster(path, "g")
    np.testing.assert_array_equal(read_raster(path, "g", band=1)[0].read(), [[0, 1], [2, 3]])
    raster, _ = read_raster(path, "g", band=2)
    np.testing.assert_array_equal(raster.read(), [[2, np.nan], [3, 3.5]])
    assert raster.has_value((slice(0, 2), slice(0, 2))).tolist() == [[True, False], [True, True]]
    with pytest.raises(SourceError, match="has no band 4, but 3"):
        read_raster(path, "g", band=4)


NONE = (-9999.0, -9999.9, -3.4e38, 0.1, 0.0, 16_777_217.0, 1e39, 2e39, -1e308, float("nan"), float("inf"))


@pytest.mark.parametrize("kind", ["float32", "float64", "int32"])
def test_nodata_that_contradicts_the_file_is_never_taken_in_silence(write_grid, kind):
    """Of all pairs: taken where both are one number of the file, else refused with both."""
    tags = [one for one in NONE if kind == "float64" or (kind == "float32" and not 3.5e38 < abs(one) < np.inf)]
    for tag in tags if kind != "int32" else [-9999.0, 0.0, 16_777_217.0]:
        path = write_grid(np.ones((2, 2), dtype=kind), f"{kind}{tag}.tif", nodata=tag)
        held = rasterio.open(path).nodata
        for said in NONE:
            with np.errstate(over="ignore"):
                one = said == held or (kind == "float32" and np.float32(said) == np.float32(held))
            if (one and (np.isfinite(said) == np.isfinite(held))) or (np.isnan(said) and np.isnan(held)):
                read_raster(path, "g", nodata=said)
                continue
            with pytest.raises(SourceError, match=r"layer 'g': the plan says nodata = .*, but .*\.tif says") as caught:
                read_raster(path, "g", nodata=said)
            assert caught.value.exit_code == 3


@pytest.mark.parametrize("tag", [None, 0])
def test_a_mask_and_nodata_of_plan_or_file_both_count(write_grid, tag):
    path = write_grid(np.array([[0, 1], [2, 3]], dtype="uint8"), nodata=tag)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "r+") as out:
        out.write_mask(np.array([[True, False], [True, True]]))
    said = 0 if tag is None else None
    np.testing.assert_array_equal(read_raster(path, "g", nodata=said)[0].read(), [[np.nan, np.nan], [2, 3]])


def test_a_mask_and_nodata_of_nan_both_count(write_grid):
    path = write_grid(np.array([[np.nan, 1], [2, 3]], dtype="float32"), nodata=np.nan)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "r+") as out:
        out.write_mask(np.array([[True, False], [True, True]]))
    np.testing.assert_array_equal(read_raster(path, "g")[0].read(), [[np.nan, np.nan], [2, 3]])


def test_the_plan_may_say_nodata(write_grid):
    path = write_grid(np.array([[100, -9999]], dtype="int16"))
    raster, ledger = read_raster(path, "g", nodata=-9999)
    np.testing.assert_array_equal(raster.read(), [[100, np.nan]])
    assert ledger[["layer", "finding"]].to_numpy().tolist() == [["g", "nodata"]]
    tagged = write_grid(np.array([[100, -9999]], dtype="int16"), "tagged.tif", nodata=-1)
    with pytest.raises(SourceError, match=r"the plan says nodata = -9999, but tagged.tif says -1"):
        read_raster(tagged, "g", nodata=-9999)


@pytest.mark.parametrize(
    ("transform", "reason"),
    [
        (Affine(500, 10, 0, 10, -500, 0), "turned against north"),
        (Affine(500, 0, 0, 0, 500, 0), "from north-west to south-east"),
        (Affine(-500, 0, 0, 0, -500, 0), "from north-west to south-east"),
    ],
)
def test_a_turned_grid_is_refused(write_grid, transform, reason):
    with pytest.raises(SourceError, match=reason):
        read_raster(write_grid(np.ones((2, 2), dtype="uint8"), transform=transform), "g")


def test_a_grid_without_place_bands_or_real_numbers_is_refused(tmp_path, write_grid):
    with pytest.warns(rasterio.errors.NotGeoreferencedWarning):
        path = write_grid(np.ones((2, 2), dtype="uint8"), transform=Affine.identity())
    with pytest.raises(SourceError, match="does not say where on the earth"):
        read_raster(path, "g")
    with pytest.raises(SourceError, match="has 3 bands"):
        read_raster(write_grid(np.ones((3, 2, 2), dtype="uint8"), "three.tif"), "g")
    with pytest.raises(SourceError, match="complex64"):
        read_raster(write_grid(np.ones((2, 2), dtype="complex64"), "complex.tif"), "g")
    with pytest.raises(CrsError, match="no coordinate reference system"):
        read_raster(write_grid(np.ones((2, 2), dtype="uint8"), "lost.tif", crs=None), "g")
    assert read_raster(tmp_path / "lost.tif", "g", crs="EPSG:3035")[1]["finding"].tolist() == ["crs"]


def test_a_grid_that_was_cut_short_is_refused(write_grid):
    path = write_grid(np.random.default_rng(0).random((200, 200)))
    path.write_bytes(path.read_bytes()[:20_000])
    raster, _ = read_raster(path, "g")
    with pytest.raises(SourceError, match="damaged or cut short"):
        raster.read()


def test_a_grid_that_changes_while_in_use_is_noticed(write_grid):
    raster, _ = read_raster(write_grid(np.ones((2, 2), dtype="uint8")), "g")
    write_grid(np.ones((3, 2), dtype="uint8"))
    with pytest.raises(SourceError, match="has changed"):
        raster.read()


def test_limits(write_grid, monkeypatch):
    path = write_grid(np.ones((600, 800), dtype="uint8"))
    monkeypatch.setattr(geotiff, "MAX_CELLS", 1000)
    with pytest.raises(LimitError, match=r"600 x 800 cells are asked for at once"):
        read_raster(path, "g")[0].read()
    monkeypatch.setattr(geotiff, "MAX_BLOCK_BYTES", 10)
    with pytest.raises(LimitError, match="too large to unpack"):
        read_raster(path, "g")


def test_cells_with_a_value_are_found_strip_by_strip(write_grid, monkeypatch):
    values = np.arange(48, dtype="uint8").reshape(6, 8)
    grid = read_raster(write_grid(values), "g", where="value < 20")[0]
    window = (slice(1, 6), slice(2, 7))
    whole = np.isfinite(grid.read(window))
    monkeypatch.setattr(geotiff, "_STRIP_CELLS", 10)
    assert (grid.has_value(window) == whole).all()
    assert whole.sum() == 7
    monkeypatch.setattr(geotiff, "MAX_CELLS", 20)
    with pytest.raises(LimitError, match="5 x 5 cells are asked for at once"):
        grid.has_value(window)


def test_a_huge_empty_grid_costs_nothing_until_it_is_read(tmp_path):
    path = tmp_path / "huge.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=1_000_000, height=1_000_000, count=1, dtype="float64", crs="EPSG:3035",
        transform=Affine(2, 0, 0, 0, -2, 0), tiled=True, blockxsize=4096, blockysize=4096, sparse_ok=True,
        bigtiff="YES",
    ):  # fmt: skip
        pass
    with pytest.raises(LimitError):
        read_raster(path, "g")[0].read()


@pytest.mark.parametrize(
    ("where", "error"),
    [
        ("value >", ConditionError),
        ("value = 'x'", ConditionError),
        ("value LIKE 'x%'", ConditionError),
        ("value", ConditionError),
        ("height > 3", UnknownNameError),
        ("slope > 3", UnknownNameError),
    ],
)
def test_where_speaks_of_the_value(rows_grid, where, error):
    with pytest.raises(error, match="layer 'g'"):
        read_raster(rows_grid, "g", where=where)


def test_the_middle_cell_is_measured_on_the_ground():
    # half a degree of longitude at 60 N is half that of the equator; of latitude it stays 55.7 km
    assert cell_size_m(CRS("EPSG:4326"), Affine(0.5, 0, 0, 0, -0.5, 61), (4, 4)) == pytest.approx(55_710, rel=1e-3)
    assert cell_size_m(CRS("EPSG:3857"), Affine(1000, 0, 0, 0, -1000, 8_400_500), (1, 1)) == pytest.approx(
        500, rel=0.01
    )


def test_the_window_around_the_units(rows_grid, units):
    raster, _ = read_raster(rows_grid, "g")
    box = units.loc[["b2"]].total_bounds  # x 1-2 km, y 1-2 km: columns 2-3, rows 2-3, and one more on each side
    assert window_of(raster, box, CRS("EPSG:3035")) == (slice(1, 6), slice(1, 6))
    assert window_of(raster, units.total_bounds, CRS("EPSG:3035")) == WHOLE
    with pytest.raises(CrsError, match=r"it lies at x 4e\+06 .* the units at") as caught:
        window_of(raster, np.array([0.0, 0.0, 1.0, 1.0]), CRS("EPSG:3035"))
    assert caught.value.code == "far"


@pytest.mark.parametrize(
    ("west", "box", "columns"),
    [
        (0, [-110.0, 38, -106, 40], (249, 256)),  # longitudes of 0 to 360, as climate models write them
        (0, [-2.0, 38, 1, 40], (0, 360)),  # on both sides of the meridian at which the grid is cut
        (0, [2.0, 38, 5, 40], (1, 7)),
        (-180, [-110.0, 38, -106, 40], (69, 76)),
        (160, [-182.0, 38, -178, 40], (17, 24)),
        (-180, [170.0, 38, 180, 40], (349, 360)),  # up to the meridian at which the grid is cut
        (-180, [-180.0, 38, -170, 40], (0, 12)),
        (160, [150.0, 38, 160, 40], (349, 360)),
    ],
)
def test_longitudes_are_taken_round_the_globe(write_grid, west, box, columns):
    path = write_grid(np.ones((180, 360), "uint8"), crs="EPSG:4326", transform=Affine(1, 0, west, 0, -1, 90))
    rows, found = window_of(read_raster(path, "g")[0], np.array(box), CRS("EPSG:4326"))
    assert ((rows.start, rows.stop), (found.start, found.stop)) == ((49, 54), columns)


def test_a_turn_of_a_grid_in_grads_is_400(write_grid):
    path = write_grid(np.ones((200, 400), "uint8"), crs="EPSG:4807", transform=Affine(1, 0, 0, 0, -1, 100))
    box = np.array([-110.0, 38, -106, 40])  # 275.2 to 279.6 grads east of Paris, 42.2 to 44.4 north
    assert window_of(read_raster(path, "g")[0], box, CRS("EPSG:4326")) == (slice(54, 59), slice(274, 281))


def test_cells_that_meet_the_condition_become_polygons(rows_grid):
    raster, _ = read_raster(rows_grid, "g", where="value IN (0, 1, 4)")
    drawn = polygons_of(raster, WHOLE)
    assert list(drawn.index) == ["1", "2"]
    assert (drawn.area / 1e4).tolist() == [8 * 2 * 25, 8 * 25]
    assert drawn.total_bounds.tolist() == [4_000_000, 3_000_500, 4_004_000, 3_003_000]


def test_polygons_of_classes_tile_the_raster_wherever_they_are_projected_to(write_grid):
    values = np.random.default_rng(1).integers(1, 4, (12, 15)).astype("uint8")
    path = write_grid(values, crs="EPSG:4326", transform=Affine(0.5, 0, 100, 0, -0.5, 60))
    window = (slice(0, 12), slice(0, 15))
    drawn = [polygons_of(read_raster(path, "g", where=f"value = {one}")[0], window) for one in (1, 2, 3)]
    assert [shapely.area(np.asarray(one.geometry.array)).sum() / 0.25 for one in drawn] == pytest.approx(
        [(values == one).sum() for one in (1, 2, 3)]
    )
    there = np.concatenate([np.asarray(project(one, "EPSG:6933").geometry.array) for one in drawn])
    assert shapely.is_valid(there).all()
    assert shapely.coverage_is_valid(there)
    turned = np.concatenate([np.asarray(project(one, "EPSG:3035").geometry.array) for one in drawn])
    assert shapely.coverage_is_valid(turned)


def test_no_cell_no_polygon(rows_grid):
    assert len(polygons_of(read_raster(rows_grid, "g", where="value > 99")[0], WHOLE)) == 0


def test_a_path_may_be_a_text(toy_folder: Path) -> None:
    grids = [read_raster(kind(toy_folder / "elevation.tif"), "height")[0] for kind in (str, Path)]  # type: ignore[arg-type]
    assert grids[0].path == grids[1].path
