"""Runs that keep going: a layer that cannot be read is left out, and no page of the run looks whole."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

import zoneplan as zp
from layers.errors import SeveralErrors, SourceError
from maps.runs import kept_steps
from maps.runs.run_cache import ENDING, STEP
from maps.words import localize
from zoning.pipeline.flow import READ, run
from zoning.study import builtin_study, read_study

PARTIAL = 8
PROGRAM = "import sys; sys.argv[0] = 'zoneplan'; from zoneplan.__main__ import main; main()"


def cut_short(path: Path) -> None:
    """A file of which the end is missing, and which opens all the same."""
    path.write_bytes(path.read_bytes()[:-40])


def without_plants(toy_folder: Path) -> Path:
    (toy_folder / "plants.csv").unlink()
    return toy_folder / "plan.toml"


def test_every_page_of_the_run_says_what_is_left_out(command: Callable, toy_folder: Path, tmp_path: Path) -> None:
    plan, out = without_plants(toy_folder), tmp_path / "result"
    refused = command("run", plan, "--out", out)
    assert (refused.code, out.exists()) == (3, False)
    done = command("run", plan, "--out", out, "--keep-going", "--json")
    assert done.code == PARTIAL
    assert json.loads(done.out)["left_out"] == ["plants"]
    title = "Toy province (incomplete, without plants)"
    for page in ("map.html", "report.html"):
        assert title in (out / page).read_text("utf-8"), page
    assert "no file plants.csv" in (out / "report.html").read_text("utf-8")
    assert str(openpyxl.load_workbook(out / "plan.xlsx").worksheets[0]["B2"].value) == title
    (left,) = json.loads((out / "provenance.json").read_text("utf-8"))["left_out"]
    assert (left["name"], left["measures"]) == ("plants", ["plant_mw"])
    assert str(toy_folder) not in (out / "provenance.json").read_text("utf-8")
    verified = command("verify", out)
    assert (verified.code, "left out: plants" in verified.out) == (PARTIAL, True)
    assert command("verify", out, "--rerun", "--study", toy_folder).out.endswith("run again: the same\n")


@pytest.mark.parametrize(("language", "said"), [("zh", "不完整，缺少 plants"), ("pt", "incompleto, sem plants")])
def test_it_says_so_in_the_language_of_the_run(toy_folder: Path, language: str, said: str) -> None:
    told = localize(run(read_study(without_plants(toy_folder)), keep_going=True), language)
    assert said in told.study.title
    (finding,) = (one for one in told.findings if one.code == "left_out")
    assert "plants.csv" in finding.text
    assert "is left out" not in finding.text


def test_what_a_layer_would_measure_is_unknown_and_not_zero(toy_folder: Path) -> None:
    plan = run(read_study(without_plants(toy_folder)), keep_going=True)
    assert plan.measures["plant_mw"].isna().all()
    assert [one.title for one in plan.left_out] == ["plants"]


def test_a_role_of_which_a_layer_is_left_out_has_no_share(toy_folder: Path) -> None:
    text = (toy_folder / "plan.toml").read_text("utf-8")
    forest = 'name = "forest"\nsource = "toy.gpkg"'
    (toy_folder / "plan.toml").write_text(text.replace(forest, forest.replace("toy.gpkg", "forest.gpkg")), "utf-8")
    whole = run(read_study(toy_folder / "plan.toml"), keep_going=True)
    for name in ("ecologically_fragile_share", "ecologically_fragile_ha"):
        assert whole.measures[name].isna().all()
    assert set(whole.zones["status"]) & {"review"}, "what a rule asks of the share cannot be answered"


def test_land_that_may_be_water_is_not_handed_out(tmp_path: Path) -> None:
    """Of the built-in study, whose quota is bounded by land outside of cities and lakes."""
    folder = tmp_path / "study"
    shutil.copytree(builtin_study("us_mountain_west").parent, folder)
    text = (folder / "plan.toml").read_text("utf-8")
    lakes = text.index('name = "lakes"')
    moved = text[:lakes] + text[lakes:].replace("us_mountain_west.gpkg", "lakes.gpkg", 1)
    (folder / "plan.toml").write_text(moved, "utf-8")
    plan = run(read_study(folder / "plan.toml"), keep_going=True)
    assert [one.title for one in plan.left_out] == ["lakes", "quotas.construction_land"]
    assert plan.measures["available_ha"].isna().all()
    assert (len(plan.quotas), len(plan.sites)) == (0, 0)
    assert len(plan.zones) == 164


def test_a_grid_that_breaks_off_is_left_out_once_it_is_measured(toy_folder: Path) -> None:
    cut_short(toy_folder / "elevation.tif")
    study = read_study(toy_folder / "plan.toml")
    with pytest.raises(SourceError, match="height"):
        run(study)
    plan = run(study, keep_going=True)
    assert [one.title for one in plan.left_out] == ["height"]
    assert plan.measures["height_mean_m"].isna().all()
    whole = run(read_study(without_plants(toy_folder)), keep_going=True)
    assert [one.title for one in whole.left_out] == ["height", "plants"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('source = "toy.gpkg"\nlayer = "units"', 'source = "gone.gpkg"\nlayer = "units"', 3),
        ('source = "stats.csv"', 'source = "gone.csv"', 3),
        ("kind = 'coal'", "kid = 'coal'", 2),
    ],
)
def test_units_tables_and_a_wrong_plan_are_refused_all_the_same(
    command: Callable, toy_folder: Path, tmp_path: Path, old: str, new: str, code: int
) -> None:
    plan = without_plants(toy_folder)
    plan.write_text(plan.read_text("utf-8").replace(old, new), "utf-8")
    done = command("run", plan, "--out", tmp_path / "result", "--keep-going")
    assert (done.code, (tmp_path / "result").exists()) == (code, False)
    assert "keep-going" not in command("check", plan).out


def test_check_foresees_what_would_be_left_out(command: Callable, toy_folder: Path) -> None:
    told = json.loads(command("check", without_plants(toy_folder), "--json").out)["findings"]
    notes = [one for one in told if one["code"] == "left_out"]
    assert [(one["level"], one["layer"]) for one in notes] == [("note", "plants")]
    assert notes[0]["text"].endswith("unknown would be: plant_mw")


def test_a_partial_run_is_not_kept_for_the_whole_one(command: Callable, toy_folder: Path, tmp_path: Path) -> None:
    plants = (toy_folder / "plants.csv").read_bytes()
    plan = without_plants(toy_folder)
    assert command("run", plan, "--out", tmp_path / "result", "--keep-going").code == PARTIAL
    assert command("run", plan, "--out", tmp_path / "result").code == 3
    (toy_folder / "plants.csv").write_bytes(plants)
    assert command("run", plan, "--out", tmp_path / "result", "--keep-going").code == 0
    assert command("verify", tmp_path / "result").code == 0


def test_a_plan_read_back_can_be_varied_without_what_it_lacks(
    command: Callable, toy_folder: Path, tmp_path: Path
) -> None:
    assert command("run", without_plants(toy_folder), "--out", tmp_path / "r", "--keep-going").code == PARTIAL
    back = zp.read_run(tmp_path / "r")
    assert [one.title for one in back.left_out] == ["plants"]
    varied = back.vary(quotas={"construction_land": 100}, study_folder=toy_folder)
    assert [one.title for one in varied.left_out] == ["plants"]


def test_a_killed_run_goes_on_from_its_finished_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed by the system while it works, the next run takes what was cut and measured, and comes to the same."""
    folder, kept = tmp_path / "study", tmp_path / "cache"
    shutil.copytree(builtin_study("us_mountain_west").parent, folder)
    monkeypatch.setenv("ZONEPLAN_CACHE", str(kept))
    running = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "run", str(folder / "plan.toml")],
        env={**os.environ, "ZONEPLAN_CACHE": str(kept)},
    )
    end = time.monotonic() + 120
    while len(list(kept.glob(f"{STEP}*{ENDING}"))) < 3 and time.monotonic() < end:
        assert running.poll() is None, "it finished before it was killed"
        time.sleep(0.01)
    os.kill(running.pid, signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL
    study = read_study(folder / "plan.toml")
    resumed = run(study, kept=kept_steps(lambda _: None))
    assert not {"overlay", "measure"} & set(resumed.steps.done)
    assert resumed.steps.made(READ) is resumed.inputs
    fresh = run(study)
    assert resumed.measures.equals(fresh.measures)
    assert resumed.pieces.equals(fresh.pieces)


def test_several_files_are_refused_together_where_nobody_keeps_going(toy_folder: Path) -> None:
    (toy_folder / "elevation.tif").unlink()
    with pytest.raises(SeveralErrors):
        run(read_study(without_plants(toy_folder)))


def test_an_index_of_a_layer_that_is_left_out_is_left_out_as_well(toy_folder: Path) -> None:
    text = '\n[[indices]]\nname = "low"\ncost = ["height"]\n[indices.rasters]\nlayers = { height = "height" }\n'
    with (toy_folder / "plan.toml").open("a", encoding="utf-8") as plan:
        plan.write(text)
    cut_short(toy_folder / "elevation.tif")
    made = run(read_study(toy_folder / "plan.toml"), keep_going=True)
    assert {("layer", "height"), ("indices", "low")} <= {(one.kind, one.name) for one in made.left_out}
    assert made.measures["low"].isna().all()


def test_an_index_of_a_measure_without_any_value_is_left_out_as_well(toy_folder: Path) -> None:
    plan = without_plants(toy_folder)
    index = '\n[[indices]]\nname = "power"\nof = ["plant_mw"]\nreference.en = "a choice of its own"\n'
    plan.write_text(plan.read_text("utf-8") + index, "utf-8")
    made = run(read_study(plan), keep_going=True)
    assert ("indices", "power") in {(one.kind, one.name) for one in made.left_out}
    assert made.measures["power"].isna().all()
