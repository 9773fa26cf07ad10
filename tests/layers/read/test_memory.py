"""Inputs from memory are the inputs that files with the same content give, and are refused in the same words."""

from __future__ import annotations

import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import xarray as xr
from affine import Affine
from shapely import MultiPolygon, box

from layers.errors import CrsError, GeometryError, SourceError, StudyError, UnknownNameError, ZoneplanError
from layers.formats import served_grids
from layers.inputs import Inputs
from layers.read.memory import prepare
from layers.read.reading_step import read_inputs
from layers.sandbox import can_fork
from zoning.measures import measure
from zoning.overlays import overlay
from zoning.pipeline.flow import run
from zoning.study import Study, read_study

CRS = "EPSG:3035"


def loaded(study: Study) -> dict:
    """Units, layers and tables of the toy study, each loaded as an analyst would."""
    folder = study.folder
    land = gpd.read_file(folder / "toy.gpkg", layer="land")
    plants = pd.read_csv(folder / "plants.csv")
    points = gpd.GeoDataFrame(plants, geometry=gpd.points_from_xy(plants["x"], plants["y"]), crs=CRS)
    return {
        "units": gpd.read_file(folder / "toy.gpkg", layer="units"),
        "layers": {"forest": land, "coalfield": land, "farmland": land, "plants": points,
                   "height": folder / "elevation.tif"},
        "tables": {"stats.csv": pd.read_csv(folder / "stats.csv", dtype={"code": "str"})},
    }  # fmt: skip


def different(one: Inputs, other: Inputs) -> list[str]:
    """Of the ledger only that a file had no CRS may differ."""
    ledgers = [inputs.ledger[inputs.ledger["finding"] != "crs"].reset_index(drop=True) for inputs in (one, other)]
    wrong = ["units"] * (not one.units.equals(other.units)) + ["ledger"] * (not ledgers[0].equals(ledgers[1]))
    wrong += [f"crs {one.crs} {other.crs}"] * (one.crs != other.crs)
    for left, right in zip(one.layers, other.layers, strict=True):
        alike = left.features is None or left.features.geometry.equals(right.features.geometry)
        wrong += [left.name] * (not alike or (left.role, left.measures) != (right.role, right.measures))
    return wrong


def test_they_are_what_files_of_the_same_content_give(toy_folder: Path) -> None:
    study = read_study(toy_folder / "plan.toml")
    inputs = prepare(**loaded(study), study=study)
    assert different(inputs, read_inputs(study)) == []
    assert {source.path for source in inputs.sources} >= {"memory/units.parquet", "memory/forest.parquet"}
    files, memory = run(study), run(study, inputs=inputs)
    assert files.zones.equals(memory.zones)
    assert files.measures.equals(memory.measures)


def test_what_is_not_given_is_read_from_its_file(toy_folder: Path) -> None:
    study = read_study(toy_folder / "plan.toml")
    inputs = prepare(layers={"height": toy_folder / "elevation.tif"}, study=study)
    assert [source.path for source in inputs.sources if source.path.startswith("memory/")] == ["memory/height.tif"]
    assert different(inputs, read_inputs(study)) == []


def toy_grid() -> xr.DataArray:
    values = np.arange(12, dtype="float32").reshape(3, 4)
    places = {"y": [2500.0, 1500.0, 500.0], "x": [500.0, 1500.0, 2500.0, 3500.0]}
    return xr.DataArray(values, dims=("y", "x"), coords=places, attrs={"crs": CRS})


UNITS = gpd.GeoDataFrame(geometry=[box(0, 0, 2000, 1000), box(2000, 0, 4000, 3000)], index=["a", "b"], crs=CRS)


@pytest.mark.parametrize("turned", ["as it is", "south first", "with a band", "of bytes"])
def test_an_array_is_a_raster(turned: str) -> None:
    grid = toy_grid()
    if turned == "south first":
        grid = grid.sortby("y")
    if turned == "with a band":
        grid = grid.expand_dims("band")
    if turned == "of bytes":
        grid = grid.astype("uint8")
    inputs = prepare(UNITS, {"grid": grid}, measures={"grid": {"mean": "mean(value)", "most": "max(value)"}})
    found = measure(inputs.units, overlay(inputs.units, {}), inputs.layers)
    assert found["mean"].tolist() == [8.5, 6.5]  # of 8 and 9; of 2, 3, 6, 7, 10 and 11
    assert found["most"].tolist() == [9.0, 11.0]


def test_an_open_dataset_is_a_raster(tmp_path: Path) -> None:
    profile = {"driver": "GTiff", "height": 3, "width": 4, "count": 1, "dtype": "float32", "crs": CRS}
    transform = rasterio.Affine(1000, 0, 0, 0, -1000, 3000)
    with rasterio.open(tmp_path / "a.tif", "w", transform=transform, **profile) as written:
        written.write(toy_grid().values, 1)
    with (
        rasterio.open(tmp_path / "a.tif") as on_disk,
        rasterio.MemoryFile((tmp_path / "a.tif").read_bytes()) as kept,
        kept.open() as in_memory,
    ):
        for dataset in (on_disk, in_memory):
            inputs = prepare(UNITS, {"grid": dataset}, measures={"grid": {"mean": "mean(value)"}})
            found = measure(inputs.units, overlay(inputs.units, {}), inputs.layers)
            assert found["mean"].tolist() == [8.5, 6.5]


def test_rasters_live_as_long_as_the_inputs() -> None:
    inputs = prepare(UNITS, {"grid": toy_grid()}, measures={"grid": {"mean": "mean(value)"}})
    folder = inputs.holds.path
    assert folder.is_dir()
    del inputs
    assert not folder.exists()


def test_ids_names_and_jurisdictions_are_columns_or_the_index() -> None:
    units = UNITS.assign(code=["x", "y"], title=["Ex", "Why"], state=["S", "S"])
    inputs = prepare(units, id="code", name="title", jurisdiction="state")
    assert inputs.units[["name", "jurisdiction"]].to_dict("index") == {
        "x": {"name": "Ex", "jurisdiction": "S"},
        "y": {"name": "Why", "jurisdiction": "S"},
    }
    tables = {"people": pd.DataFrame({"population": [7, 8]}, index=["a", "b"])}
    assert prepare(UNITS, tables=tables).units["population"].tolist() == [7, 8]


def test_repairs_stand_in_the_ledger() -> None:
    bow_tie = gpd.GeoDataFrame(geometry=gpd.GeoSeries.from_wkt(["POLYGON((0 0,900 900,900 0,0 900,0 0))"]), crs=CRS)
    with pytest.raises(GeometryError, match=r"take the repairs with max_repair_share = 1\.$"):
        prepare(UNITS, {"forest": bow_tie}, roles={"forest": "forest"})
    inputs = prepare(UNITS, {"forest": bow_tie}, roles={"forest": "forest"}, max_repair_share=1)
    assert inputs.ledger[["layer", "finding"]].to_numpy().tolist() == [["forest", "invalid"]]


def test_what_the_overlay_refuses_is_mended_by_what_its_message_names() -> None:
    """B02: two parts that overlap; the message is followed to the letter."""
    double = MultiPolygon([box(0, 0, 200, 200), box(100, 0, 300, 200)])
    forest = gpd.GeoDataFrame(geometry=[double], crs=CRS)
    with pytest.raises(GeometryError, match=r"invalid geometry; zp\.prepare mends it, and its ledger tells the areas"):
        overlay(UNITS, {"forest": forest})
    inputs = prepare(UNITS, {"forest": forest}, roles={"forest": "forest"})
    pieces = overlay(inputs.units, inputs.designations)
    assert pieces.loc[pieces["forest"], "area_ha"].sum() == pytest.approx(6, rel=1e-9)
    assert inputs.ledger[["area_before_ha", "area_after_ha"]].to_numpy().tolist() == [[8, 6]]


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({}, StudyError, "needs units"),
        ({"units": UNITS.set_crs(None, allow_override=True)}, CrsError, "layer 'units' has no CRS"),
        ({"units": UNITS, "layers": {"g": toy_grid().assign_attrs(crs=None).drop_attrs()}}, CrsError, "has no CRS"),
        ({"units": UNITS, "layers": {"g": toy_grid().expand_dims(time=2)}}, SourceError, "one band"),
        ({"units": UNITS, "layers": {"g": 7}}, SourceError, "layer 'g' is a int"),
        ({"units": UNITS, "roles": {"forest": "x"}}, UnknownNameError, "no layer 'forest' is given"),
        ({"units": UNITS.set_axis(["a", "a"])}, SourceError, "stand more than once: 'a'"),
        ({"units": UNITS, "layers": {"g": toy_grid().isel(x=[0, 1, 3])}}, SourceError, "not evenly spaced"),
        ({"units": UNITS, "layers": {"g": "no.tif"}}, ZoneplanError, "no.tif"),
    ],
)
def test_what_cannot_be_meant_is_refused(arguments: dict, error: type, words: str) -> None:
    with pytest.raises(error) as refused:
        prepare(**arguments)
    assert words in str(refused.value)


def test_a_layer_that_the_study_does_not_have_is_refused(toy_folder: Path) -> None:
    study = read_study(toy_folder / "plan.toml")
    with pytest.raises(UnknownNameError, match="the plan has no layer 'wood'"):
        prepare(layers={"wood": UNITS}, study=study)
    with pytest.raises(StudyError, match="from the study, or from arguments"):
        prepare(study=study, roles={"forest": "x"})


def test_the_band_that_a_plan_names_is_taken_of_a_file_and_of_memory(toy_folder: Path) -> None:
    plan = toy_folder / "plan.toml"
    plan.write_text(plan.read_text("utf-8").replace('"elevation.tif"', '"elevation.tif"\nband = 2'), "utf-8")
    study = read_study(plan)
    with rasterio.open(toy_folder / "elevation.tif") as dataset:
        about, values = {**dataset.profile, "count": 2}, dataset.read(1)
    bands = np.stack([values * 0, values + 7])
    with rasterio.open(toy_folder / "two.tif", "w", **about) as out:
        out.write(bands)
    with rasterio.MemoryFile() as memory:
        with memory.open(**about) as out:
            out.write(bands)
        with memory.open() as held:
            for given in (toy_folder / "two.tif", held):
                inputs = prepare(study=study, layers={"height": given})
                grid = next(layer.raster for layer in inputs.layers if layer.name == "height")
                assert grid is not None
                np.testing.assert_array_equal(grid.read(), bands[1])


@pytest.mark.skipif(not can_fork(), reason="this system copies no process safely")
def test_a_grid_given_by_its_path_may_be_opened_by_a_child(toy_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = read_study(toy_folder / "plan.toml")
    given = {"height": toy_folder / "elevation.tif"}
    here = prepare(study=study, layers=given)
    own, opens = os.getpid(), served_grids.opened_here

    def opened_here(path: Path, *told: str | None) -> object:
        assert os.getpid() != own
        return opens(path, *told)

    monkeypatch.setattr("layers.formats.served_grids.opened_here", opened_here)
    monkeypatch.setattr("layers.formats.geotiff.opened_here", opened_here)
    made = [run(study, inputs=prepare(study=study, layers=given, reader="process"), reader="process")]
    monkeypatch.undo()
    made.append(run(study, inputs=here))
    pd.testing.assert_frame_equal(made[0].measures, made[1].measures)


@pytest.mark.parametrize(
    ("units", "words"),
    [
        (UNITS.geometry, "layer 'units' is a GeoSeries: give a GeoDataFrame"),
        (
            UNITS[["geometry"]].assign(a=1, b=2).set_axis(["geometry", "code", "code"], axis=1),
            "has columns of one name: 'code'; rename",
        ),
        (UNITS.set_index([UNITS.index, UNITS.index]), "layer 'units' has an index of 2 levels; make one id of them"),
    ],
)
def test_a_table_that_no_file_can_hold_is_told_as_what_it_is(units: object, words: str) -> None:
    """Each was told to be damaged, or not yours to read."""
    with pytest.raises(SourceError) as error:
        prepare(units)
    assert words in str(error.value)
    assert "damaged" not in str(error.value)


def test_an_array_with_transform_and_crs_is_a_grid() -> None:
    """Two rows of four cells of 500 m over a unit of 2 x 1 km; what a mask hides is missing, and one band is none."""
    units = gpd.GeoDataFrame(geometry=[box(0, 0, 2000, 1000)], index=["a"], crs="EPSG:3035")
    cells, transform = np.arange(1, 9).reshape(2, 4), Affine(500, 0, 0, 0, -500, 1000)
    masked = np.ma.array(cells, mask=cells == 1)
    for array, mean in ((cells, 4.5), (masked, 5.0), (cells[None].astype(float), 4.5), (masked.astype(float), 5.0)):
        inputs = prepare(units, {"dem": (array, transform, "EPSG:3035")}, measures={"dem": {"height": "mean(value)"}})
        found = measure(inputs.units, overlay(inputs.units, inputs.designations), inputs.layers)
        assert found["height"].tolist() == [mean]


@pytest.mark.parametrize(
    ("grid", "refused"),
    [
        ((np.ones(3), Affine.identity(), 3035), "an array of float64 with 1 dimension"),
        ((np.array([["x"]]), Affine.identity(), 3035), "a raster has rows and columns of numbers"),
        ((np.ones((2, 2)), (1, 2), 3035), "its transform is no six numbers"),
        ((np.ones((2, 2)), None, 3035), "its transform is no six numbers"),
        ((np.ones((2, 2)), Affine.identity(), None), "has no CRS"),
    ],
)
def test_an_array_that_is_no_grid_is_refused(grid: tuple[object, ...], refused: str) -> None:
    units = gpd.GeoDataFrame(geometry=[box(0, 0, 2000, 1000)], index=["a"], crs="EPSG:3035")
    with pytest.raises(SourceError, match=refused):
        prepare(units, {"dem": grid})
