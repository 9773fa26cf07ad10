"""The plan as a File Geodatabase: what the GeoPackage has, the same bytes, and nothing else overwritten."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from layers.formats import digest, read_features
from maps.errors import WriteError
from maps.exports import write_geodatabase, write_geopackage

LAYERS = ["units", "pieces", "sites"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "plan.gdb"


def test_it_holds_what_the_geopackage_holds(toy_plan, path, tmp_path):
    write_geodatabase(toy_plan, path)
    write_geopackage(toy_plan, tmp_path / "plan.gpkg")
    assert [*pyogrio.list_layers(path)[:, 0]] == [one for one in LAYERS if one != "sites" or len(toy_plan.sites)]
    for layer in pyogrio.list_layers(path)[:, 0]:
        found, wanted = (gpd.read_file(one, layer=layer) for one in (path, tmp_path / "plan.gpkg"))
        assert found.columns.tolist() == wanted.columns.tolist()
        assert found.crs == wanted.crs
        assert shapely.hausdorff_distance(np.asarray(found.geometry), np.asarray(wanted.geometry)).max() < 1e-3
        for column in wanted.columns.drop("geometry"):
            same = {"check_dtype": False, "check_names": False}
            as_file = wanted[column].astype(found[column].dtype) if wanted[column].dtype == bool else wanted[column]
            pd.testing.assert_series_equal(found[column], as_file, **same)


def test_it_is_read_as_units_again(toy_plan, path):
    write_geodatabase(toy_plan, path)
    features, _ = read_features(path, "units", layer="units", id="unit_id")
    assert sorted(features.index) == sorted(toy_plan.units.index)


def test_the_same_plan_gives_the_same_bytes_and_replaces_what_was_there(toy_plan, path, tmp_path):
    write_geodatabase(toy_plan, path)
    write_geodatabase(toy_plan, tmp_path / "other.gdb")
    assert digest(path) == digest(tmp_path / "other.gdb")
    write_geodatabase(toy_plan, path, "zh")
    assert digest(path) != digest(tmp_path / "other.gdb")
    write_geodatabase(toy_plan, path)
    assert digest(path) == digest(tmp_path / "other.gdb")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["other.gdb", "plan.gdb"]


def test_large_numbers_and_odd_names_are_kept(toy_plan, path):
    count = len(toy_plan.units)
    more = {
        "share (%)": np.full(count, 0.5),
        "2020 people": np.full(count, 2**40),
        "Order": np.full(count, 2**53 + 1),
        "人口": np.arange(count),
        "shape": ["x"] * count,
    }
    write_geodatabase(toy_plan.having(units=toy_plan.units.assign(**more)), path)
    units = gpd.read_file(path, layer="units")
    assert units["share____"].eq(0.5).all()
    assert units["_2020_people"].eq(2.0**40).all()
    assert units["Order_"].eq(str(2**53 + 1)).all()
    assert sorted(units["人口"]) == list(range(count))
    assert units["shape_2"].eq("x").all()


@pytest.mark.parametrize("what", ["file", "folder", "link"])
def test_nothing_else_is_overwritten(toy_plan, path, what, tmp_path):
    if what == "file":
        path.write_text("mine")
    else:
        (tmp_path / "folder").mkdir()
        (tmp_path / "folder" / "mine.txt").write_text("mine")
        (tmp_path / "folder").rename(path) if what == "folder" else path.symlink_to(tmp_path / "folder")
    with pytest.raises(WriteError, match=r"is not a folder|holds mine\.txt"):
        write_geodatabase(toy_plan, path)
    with pytest.raises(WriteError, match=r"ends in .gdb"):
        write_geodatabase(toy_plan, path.with_suffix(".gpkg"))
    with pytest.raises(WriteError, match="nowhere"):
        write_geodatabase(toy_plan, tmp_path / "nowhere" / "plan.gdb")


@pytest.mark.parametrize("ending", ["gdb", "gpkg", "xlsx"])
def test_the_command_writes_a_run_for_other_programs(command, toy_result, tmp_path, ending):
    file = tmp_path / f"plan.{ending}"
    done = command("export", toy_result, file)
    assert (done.code, done.out, file.exists()) == (0, f"written: {file}\n", True)
    again = command("export", toy_result, file)
    assert again.code == 5
    assert "without --force" in again.err
    assert command("export", toy_result, file, "--force").code == 0


def test_the_command_refuses_other_endings_and_places(command, toy_result, tmp_path):
    done = command("export", toy_result, tmp_path / "plan.dxf")
    assert done.code == 2
    assert "'plan.dxf' has none of the endings .gdb, .gpkg, .xlsx" in " ".join(done.err.replace("│", " ").split())
    done = command("export", toy_result, tmp_path / "nowhere" / "plan.gdb")
    assert done.code == 5
    assert "cannot be written" in done.err
