"""The command ``calibrate``: what it prints, in which language, and what it refuses of a list."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from zoneplan import classify
from zoning.pipeline.flow import run
from zoning.study import read_study
from zoning.zones import resolve


@pytest.fixture
def decided(toy_folder: Path, tmp_path: Path) -> Path:
    """What the toy's rules give, but for one unit; titles count as codes."""
    plan = run(read_study(toy_folder / "plan.toml"))
    titles = {zone.code: zone.title["en"].upper() for zone in plan.rulebook.zones}
    by_rules = resolve(classify(plan.measures, plan.rulebook), plan.rulebook)
    table = by_rules["main"].map(titles).rename_axis("unit_id").reset_index()
    place = tmp_path / "decided.csv"
    table.to_csv(place, index=False)
    return place


def test_calibrate_says_how_well_rules_and_list_agree(command: Callable, toy_folder: Path, decided: Path) -> None:
    plan = toy_folder / "plan.toml"
    found = json.loads(command("calibrate", plan, decided, "--json").out)
    assert found["in_sample"]["agreement"] == found["before"]["agreement"] == 1.0
    assert found["units"] == 12
    assert found["method"] == "exact"
    assert set(found["blocks"].values()) == {0, 1, 2, 3}
    told = command("calibrate", plan, decided, "--blocks", "3", "--lang", "pt").out
    assert "exatamente" in told
    assert "100 %" in told.replace("\u00a0", " ")
    assert "Nada concorda melhor" in told


def test_calibrate_prints_what_can_be_pasted_into_a_plan(command: Callable, toy_folder: Path, decided: Path) -> None:
    table = pd.read_csv(decided)
    found = json.loads(command("calibrate", toy_folder / "plan.toml", decided, "--json").out)
    name = next(iter(found["parameters"]))
    table["main"] = table["main"].mode()[0]
    table.to_csv(decided, index=False)
    told = command("calibrate", toy_folder / "plan.toml", decided).out
    assert "[[scenarios]]\n" in told
    assert f'"parameters.{name}" = ' in told or "parameters." in told
    block = told[told.index("[[scenarios]]") :]
    (toy_folder / "plan.toml").write_text((toy_folder / "plan.toml").read_text("utf-8") + "\n" + block, "utf-8")
    assert read_study(toy_folder / "plan.toml").scenarios[-1].name == "calibrated"


@pytest.mark.parametrize(("text", "says"), [("unit,main\n1,a\n", "no column 'unit_id'"), (None, "there is no list")])
def test_lists_that_cannot_be_read(
    command: Callable, toy_folder: Path, tmp_path: Path, text: str | None, says: str
) -> None:
    place = tmp_path / "list.csv"
    if text:
        place.write_text(text, "utf-8")
    found = command("calibrate", toy_folder / "plan.toml", place)
    assert found.code == 3
    assert says in found.err
