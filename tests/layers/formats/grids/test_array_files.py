"""netCDF and Zarr: the same cells as a GeoTIFF of them, the conventions of CF kept, and nothing from other files."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import xarray as xr
from pyproj import CRS
from shapely import box

from layers.errors import CrsError, LimitError, SourceError
from layers.formats import count_cells, digest, read_raster
from layers.read.pins import source_digest
from layers.read.reading_step import read_pins
from maps.drafts import write_plan
from tests.conftest import KM, X0, Y0
from zoning.pipeline.flow import run
from zoning.study import read_study

h5py = pytest.importorskip("h5py", reason="h5netcdf is not installed: pip install zoneplan[netcdf]")
pytest.importorskip("zarr", reason="zarr is not installed: pip install zoneplan[netcdf]")
pytestmark = pytest.mark.filterwarnings("ignore")  # of the writers below

VALUES = np.arange(24, dtype="float32").reshape(4, 6)
WRITERS = {
    "a.nc": lambda dataset, path: dataset.to_netcdf(path, engine="h5netcdf"),
    "a.nc4": lambda dataset, path: dataset.to_netcdf(path, engine="h5netcdf"),
    "classic.nc": lambda dataset, path: dataset.to_netcdf(path, engine="scipy"),
    "a.zarr": lambda dataset, path: dataset.to_zarr(path, consolidated=False, zarr_format=3),
    "two.zarr": lambda dataset, path: dataset.to_zarr(path, consolidated=False, zarr_format=2),
}


def grid(values=VALUES, crs="EPSG:3035", dims=("y", "x"), south_first=False, **attrs) -> xr.Dataset:
    """Cells of 500 m over the toy province; values stand from north to south."""
    places = {"y": 3_001_750 - 500.0 * np.arange(4), "x": 4_000_250 + 500.0 * np.arange(6)}
    array = xr.DataArray(values, dims=dims, coords={one: places[one] for one in dims if one in places}, attrs=attrs)
    dataset = array.to_dataset(name="tas")
    if crs:
        dataset["crs"] = xr.DataArray(np.int32(0), attrs=CRS(crs).to_cf())
        dataset["tas"].attrs["grid_mapping"] = "crs"
    return dataset.isel(y=slice(None, None, -1)) if south_first else dataset


def write(tmp_path: Path, dataset: xr.Dataset, name="a.nc") -> Path:
    WRITERS[name](dataset, tmp_path / name)
    return tmp_path / name


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("south_first", [False, True])
@pytest.mark.parametrize("dims", [("y", "x"), ("x", "y")])
def test_cells_lie_where_those_of_a_geotiff_do(tmp_path, write_grid, name, south_first, dims):
    values = VALUES if dims == ("y", "x") else VALUES.T
    path = write(tmp_path, grid(values, dims=dims, south_first=south_first), name)
    from affine import Affine

    plain, _ = read_raster(write_grid(VALUES, transform=Affine(500, 0, 4e6, 0, -500, 3_002_000)), "a")
    raster, ledger = read_raster(path, "a")
    assert np.array_equal(raster.read(), plain.read())
    assert np.array_equal(raster.read((slice(1, 3), slice(2, 5))), VALUES[1:3, 2:5])
    assert (raster.transform, raster.shape, raster.cell_size_m) == (plain.transform, plain.shape, plain.cell_size_m)
    assert raster.crs.equals(plain.crs, ignore_axis_order=True)
    assert ledger.empty
    assert count_cells(path, "a").cells == 24


@pytest.mark.parametrize("name", ["a.nc", "classic.nc", "a.zarr", "two.zarr"])
def test_values_are_scaled_and_missing_ones_are_none(tmp_path, name):
    stored = np.array([[0, 1, 2, -9, 4, 300], [-8, 7, 8, 9, 10, 11]] * 2, dtype="int16")
    said = {"scale_factor": 0.5, "add_offset": 10.0, "missing_value": np.int16(-8), "valid_range": np.int16([0, 100])}
    dataset = grid(stored, **said)
    dataset["tas"].attrs["_FillValue"] = np.int16(-9)
    found = read_raster(write(tmp_path, dataset, name), "a")[0].read()
    wanted = stored * 0.5 + 10
    wanted[(stored == -9) | (stored == -8) | (stored > 100)] = np.nan
    assert np.array_equal(found, wanted, equal_nan=True)


def test_what_lies_beyond_the_valid_range_is_none_without_a_fill_value_too(tmp_path):
    stored = np.arange(24, dtype="int16").reshape(4, 6)
    found = read_raster(write(tmp_path, grid(stored, valid_min=np.int16(3), valid_max=np.int16(20))), "a")[0].read()
    assert np.array_equal(np.isnan(found), (stored < 3) | (stored > 20))


def test_unsigned_bytes_and_cells_that_nobody_wrote(tmp_path):
    stored = np.array([[0, 100, -56, -1, 5, 6]] * 4, dtype="int8")
    dataset = grid(stored, _Unsigned="true")
    assert read_raster(write(tmp_path, dataset), "a")[0].read()[0].tolist() == [0, 100, 200, 255, 5, 6]
    holed = VALUES.copy()
    holed[0, 0] = 9.969209968386869e36
    (tmp_path / "more").mkdir()
    found = read_raster(write(tmp_path / "more", grid(holed)), "a")[0].read()
    assert np.isnan(found).sum() == 1


def test_longitude_and_latitude_are_told_by_their_attributes(tmp_path):
    lat = xr.DataArray(np.float32([10.05, 10.15, 10.25]), dims="rows", attrs={"standard_name": "latitude"})
    lon = xr.DataArray(np.float32([179.75, 179.85, 179.95]), dims="cols", attrs={"units": "degrees_east"})
    values = xr.DataArray(np.arange(9.0).reshape(1, 3, 3), dims=("time", "rows", "cols"))
    path = write(tmp_path, xr.Dataset({"tas": values}, coords={"rows": lat, "cols": lon}))
    with pytest.raises(CrsError, match="crs"):
        read_raster(path, "a")
    raster, _ = read_raster(path, "a", crs="EPSG:4326")
    assert raster.transform.almost_equals((0.1, 0, 179.7, 0, -0.1, 10.3), 1e-4)
    assert raster.read()[0].tolist() == [6, 7, 8]


def test_a_variable_is_named_where_there_are_several(tmp_path):
    dataset = grid()
    dataset["pr"] = dataset["tas"] * 2
    dataset["pr"].attrs["grid_mapping"] = "crs"
    path = write(tmp_path, dataset)
    with pytest.raises(SourceError, match=r"a.nc holds 2 layers: 'tas', 'pr'. Say which one with layer"):
        read_raster(path, "a")
    with pytest.raises(SourceError, match=r"has no layer 'pre'; it holds: .* Did you mean 'pr'\?"):
        read_raster(path, "a", layer="pre")
    assert read_raster(path, "a", layer="pr")[0].read()[3, 5] == 46


def test_steps_of_time_must_be_chosen_before(tmp_path):
    dataset = grid(np.zeros((2, 4, 6), "float32"), dims=("time", "y", "x"))
    with pytest.raises(SourceError, match=r"gives 'tas' for several time \(2\). Write the one that is meant"):
        read_raster(write(tmp_path, dataset), "a")


def test_what_lies_on_no_map_is_refused(tmp_path):
    path = write(tmp_path, xr.Dataset({"series": ("time", np.zeros(3))}))
    with pytest.raises(SourceError, match="holds no variable that lies on a map"):
        read_raster(path, "a")
    uneven = grid().assign_coords(x=np.array([0, 1, 2, 3, 4, 9.0]) * 500 + 4e6)
    with pytest.raises(SourceError, match="its x are not evenly spaced"):
        read_raster(write(tmp_path, uneven, "a.nc4"), "a")


@pytest.mark.parametrize("kind", ["link", "external", "virtual"])
def test_hdf5_that_takes_data_from_other_files_is_refused(tmp_path, kind):
    path = write(tmp_path, grid())
    secret = tmp_path / "secret.h5"
    with h5py.File(secret, "w") as other:
        other["x"] = np.zeros((4, 6))
    with h5py.File(path, "a") as file:
        if kind == "link":
            file["more"] = h5py.ExternalLink("secret.h5", "/x")
        elif kind == "external":
            file.create_dataset("more", (4,), "i1", external=[(str(secret), 0, 4)])
        else:
            layout = h5py.VirtualLayout((4, 6), "f8")
            layout[...] = h5py.VirtualSource("secret.h5", "x", (4, 6))
            file.create_virtual_dataset("more", layout)
    with pytest.raises(SourceError, match=r"a.nc takes '/more' from other files"):
        read_raster(path, "a")


@pytest.mark.parametrize("name", ["a.nc", "classic.nc"])
@pytest.mark.parametrize("left", [0.3, 0.8])
def test_a_file_that_was_cut_short_is_one_clear_error(tmp_path, name, left):
    path = write(tmp_path, grid(np.zeros((4, 6), "float64")), name)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * left)])
    with pytest.raises(SourceError) as caught:
        read_raster(path, "a")[0].read()
    assert (caught.value.exit_code, caught.value.layer) == (3, "a")
    assert name in str(caught.value)


def test_the_digest_of_a_folder_is_that_of_all_its_chunks(tmp_path):
    path = write(tmp_path, grid(), "a.zarr")
    before = source_digest(path)
    assert before == digest(path)
    (chunk,) = (one for one in path.rglob("tas/c/0/*") if one.is_file())
    chunk.write_bytes(chunk.read_bytes()[:-1] + b"?")
    assert source_digest(path) != before
    chunk.unlink()
    chunk.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SourceError, match=r"is a link to elsewhere|no file"):
        read_raster(path, "a")


def test_chunks_too_large_to_unpack_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("layers.formats.grids.array_files.MAX_CHUNK_BYTES", 10)
    with pytest.raises(LimitError, match="too large to unpack"):
        read_raster(write(tmp_path, grid(), "a.zarr"), "a")


@pytest.mark.parametrize("name", ["a.nc", "a.zarr"])
def test_a_plan_of_it_is_that_of_a_geotiff(toy_folder, name):
    first = run(read_study(toy_folder / "plan.toml"))
    values = np.repeat(np.arange(6, dtype="float32")[:, None], 8, axis=1)
    places = {"y": Y0 + 3 * KM - 250 - 500.0 * np.arange(6), "x": X0 + 250 + 500.0 * np.arange(8)}
    dataset = xr.DataArray(values, dims=("y", "x"), coords=places).to_dataset(name="height")
    dataset["crs"] = xr.DataArray(np.int32(0), attrs=CRS("EPSG:3035").to_cf())
    dataset["height"].attrs["grid_mapping"] = "crs"
    dataset["other"] = dataset["height"] * 2
    write(toy_folder, dataset, name)
    plan = toy_folder / "plan.toml"
    plan.write_text(plan.read_text().replace('"elevation.tif"', f'"{name}"\nlayer = "height"'))
    study = read_study(plan)
    found = run(study, reader="process")
    assert found.measures.equals(first.measures)
    assert found.zones.equals(first.zones)
    assert [one.sha256 for one in found.sources if one.path == name] == [digest(toy_folder / name)]
    pins = read_pins(study)
    assert pins["layers", 4].sha256 == digest(toy_folder / name)
    assert run(study.with_pins(pins)).zones.equals(first.zones)


def test_a_first_plan_names_the_variable(tmp_path):
    units = gpd.GeoDataFrame(
        {"code": ["a", "b"]},
        geometry=[box(4e6, 3e6, 4e6 + 1000, 3.002e6), box(4.001e6, 3e6, 4.003e6, 3.002e6)],
        crs="EPSG:3035",
    )
    units.to_file(tmp_path / "units.gpkg")
    dataset = grid(VALUES + 0.5)
    dataset["pr"] = dataset["tas"] * 2
    path = write(tmp_path, dataset)
    study = read_study(write_plan(tmp_path / "first", tmp_path / "units.gpkg", [("", f"{path}:tas")], crs="EPSG:3035"))
    assert (study.layers[0].source, study.layers[0].layer) == ("a.nc", "tas")


def test_what_is_not_installed_is_named(tmp_path, monkeypatch):
    path = write(tmp_path, grid())
    monkeypatch.setitem(__import__("sys").modules, "h5netcdf", None)
    with pytest.raises(
        SourceError, match=r"a.nc needs h5netcdf, which is not installed: pip install 'zoneplan\[netcdf\]'"
    ):
        read_raster(path, "a")
