"""End to end from the installed wheel, in an empty folder, as a planner would: messages and exit codes included."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest


def test_demo_writes_a_whole_run(zoneplan, tmp_path: Path) -> None:
    done = zoneplan("demo", "here", code=0)
    folder = tmp_path / "here" / "runs" / "plan"
    assert str(Path("here") / "runs" / "plan" / "map.html") in done.stdout
    assert done.stderr == ""
    assert zoneplan("verify", folder, code=0).stdout.strip().endswith("complete")
    zones = pd.read_csv(folder / "zones.csv", dtype=str, encoding="utf-8-sig")
    assert len(zones) == 164
    assert zones["reason"].str.contains(r"\d", regex=True).all(), "a reason without a value"


def test_a_second_run_replaces_the_first_with_the_same_bytes(zoneplan, toy_folder: Path) -> None:
    zoneplan("run", toy_folder / "plan.toml", code=0)
    first = (toy_folder / "runs" / "plan" / "manifest.json").read_bytes()
    zoneplan("run", toy_folder / "plan.toml", code=0)
    assert (toy_folder / "runs" / "plan" / "manifest.json").read_bytes() == first


def test_the_run_explains_a_unit(zoneplan, toy_result: Path) -> None:
    told = zoneplan("explain", toy_result, "b2", "--long", code=0).stdout
    assert "50\u00a0%" in told
    assert "Toy Act, section 2" in told
    chain = json.loads(zoneplan("explain", toy_result, "b2", "--json", code=0).stdout)
    assert chain["main"]["zone"] == "ecologically_fragile"
    near = zoneplan("explain", toy_result, "b22", code=2)
    assert "b2" in near.stderr


def test_a_damaged_run_is_named(zoneplan, toy_result: Path, toy_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(toy_result, tmp_path / "result")
    with (tmp_path / "result" / "zones.csv").open("a") as file:
        file.write("x")
    assert "zones.csv" in zoneplan("verify", "result", code=1).stdout
    assert "zones.csv" in zoneplan("explain", "result", "b2", code=1).stderr
    assert "no run" in zoneplan("verify", toy_folder, code=1).stdout


def test_the_doctor_finds_only_the_drivers_that_may_be_there(zoneplan) -> None:
    found = json.loads(zoneplan("doctor", "--json", code=0).stdout)
    assert "drivers" not in {one["topic"] for one in found["symptoms"] if one["level"] != "ok"}


@pytest.mark.whole
def test_own_files_become_a_plan_a_map_and_a_dossier_in_chinese(zoneplan, toy_folder: Path, tmp_path: Path) -> None:
    forest = toy_folder / "toy.gpkg:land"
    law = ("--rulebook", "main_functional_areas")
    layer = ("--layer", f"ecologically_fragile={forest}")
    zoneplan("init", "mine", "--units", toy_folder / "toy.gpkg:units", *layer, *law, code=0)
    zoneplan("check", "mine/plan.toml", code=0)
    zoneplan("run", "mine/plan.toml", "--lang", "zh", code=0)
    zoneplan("explain", "mine/runs/plan", "a1", "--html", "a1.html", code=0)
    page = (tmp_path / "a1.html").read_text("utf-8")
    assert 'lang="zh' in page
    assert "重点生态功能区" in page


def test_schema_is_a_json_schema(zoneplan) -> None:
    schema = json.loads(zoneplan("schema", code=0).stdout)
    assert json.loads(zoneplan("schema", "--json", code=0).stdout) == schema
    sections = {"study", "units", "layers", "tables", "limits", "decisions", "quotas", "energy", "industries"}
    sections |= {
        "databases",
        "indices",
        "divergence",
        "services",
        "agreements",
        "transfers",
        "scenarios",
        "robustness",
        "try",
        "map",
    }
    assert set(schema["properties"]) == sections


def test_check_speaks_json(zoneplan, toy_folder: Path) -> None:
    found = json.loads(zoneplan("check", toy_folder / "plan.toml", "--json", code=0).stdout)["findings"]
    assert found
    assert all(set(one) == {"level", "code", "layer", "features", "count", "text"} for one in found)


def _edit(old: str, new: str):
    def change(folder: Path) -> None:
        text = (folder / "plan.toml").read_text("utf-8")
        assert old in text
        (folder / "plan.toml").write_text(text.replace(old, new), "utf-8")

    return change


def _units(change):
    def edit(folder: Path) -> None:
        units = gpd.read_file(folder / "toy.gpkg", layer="units")
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "'crs' was not provided")  # that is what is tested
            change(units).to_file(folder / "toy.gpkg", layer="units", driver="GPKG")

    return edit


def _edit_rules(folder: Path) -> None:
    text = (folder / "rules" / "rules.toml").read_text("utf-8")
    (folder / "rules" / "rules.toml").write_text(text.replace(">= populous_min", ">= 1000"), "utf-8")


def _truncate(folder: Path) -> None:
    path = folder / "toy.gpkg"
    path.write_bytes(path.read_bytes()[:20_000])


BROKEN = {
    "unknown key": (_edit('rulebook = "rules"', 'rulebook = "rules"\ncolour = "red"'), 2, ["line 5", "colour"]),
    "half a section": (_edit("[[decisions]]", '[energy]\ntable = "x.csv"\n\n[[decisions]]'), 2, ["period", "energy"]),
    "not TOML": (_edit("[units]", "[units"), 2, ["plan.toml", "line"]),
    "unknown rulebook": (_edit('"rules"', '"us_wset"'), 2, ["us_west"]),
    "unknown role": (_edit('"energy_rich"', '"energy_rihc"'), 2, ["energy_rihc", "energy_rich", "line"]),
    "bad condition": (_edit("kind = 'coal'", "kind == 'coal'"), 2, ["kind == 'coal'", "^"]),
    "unknown column": (_edit("kind = 'coal'", "kinds = 'coal'"), None, ["kinds", "kind"]),
    "unknown weight": (_edit('weight = "population"', 'weight = "poplation"'), 2, ["poplation", "population"]),
    "missing file": (_edit('"plants.csv"', '"plant.csv"'), 3, ["plant.csv"]),
    "missing layer": (_edit('layer = "units"', 'layer = "unit"'), 3, ["units"]),
    "missing id column": (_edit('id = "code"\nname', 'id = "codes"\nname'), 3, ["codes", "code"]),
    "path out of the folder": (_edit('"plants.csv"', '"../plants.csv"'), 2, ["../plants.csv"]),
    "duplicate ids": (_units(lambda units: pd.concat([units, units.iloc[:1]])), 3, ["a1"]),
    "no CRS": (_units(lambda units: units.set_crs(None, allow_override=True)), 3, ["crs"]),
    "damaged file": (_truncate, 3, ["toy.gpkg"]),
    "decision on nobody": (_edit('unit = "c4"', 'unit = "c44"'), 2, ["c44", "c4"]),
    "more than there is room for": (_edit("total = 120", "total = 12000"), 4, ["construction_land", "12000"]),
    "literal number in a rule": (_edit_rules, 2, ["1000", "parameter", "rules.toml"]),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_inputs_get_one_clear_error(name: str, command, toy_folder: Path) -> None:
    """In this process; that a process of its own leaves with the same code is asked below."""
    damage, code, words = BROKEN[name]
    damage(toy_folder)
    done = command("run", toy_folder / "plan.toml", "--out", toy_folder.parent / "result")
    assert done.code == code if code is not None else done.code in {2, 3}, done.err
    assert all(word in done.err for word in words), done.err
    assert "Traceback" not in done.err
    assert not any(toy_folder.parent.glob("*result*")), "something was left behind"


@pytest.mark.parametrize("name", ["unknown key", "missing file", "more than there is room for"])
def test_each_kind_of_error_leaves_the_process_with_its_code(name: str, zoneplan, toy_folder: Path) -> None:
    damage, code, words = BROKEN[name]
    damage(toy_folder)
    done = zoneplan("run", toy_folder / "plan.toml", "--out", "result", code=code)
    assert all(word in done.stderr for word in words), done.stderr
    assert not any(toy_folder.parent.glob("*result*")), "something was left behind"


def test_a_script_without_a_plan_file(wheel_site: Path, units: gpd.GeoDataFrame, designations, tmp_path: Path) -> None:
    """An analyst enters with her own tables: GeoDataFrames in, tables out."""
    units.reset_index().to_parquet(tmp_path / "units.parquet")
    designations["ecologically_fragile"].to_parquet(tmp_path / "forest.parquet")
    script = """
import geopandas as gpd
from zoning import apportion, measure, overlay
units = gpd.read_parquet("units.parquet").set_index("unit_id")
pieces = overlay(units, {"forest": gpd.read_parquet("forest.parquet")})
measures = measure(units, pieces)
print(measures["forest_ha"].round(6).to_dict())
print(apportion(measures["population"], total=30).to_dict()["a4"])
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(wheel_site)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    forest = ast.literal_eval(done.stdout.splitlines()[0])
    assert forest["a1"] == 100
    assert forest["b2"] == 50
    assert forest["c4"] == 0
    assert done.stdout.splitlines()[1] == "4"
