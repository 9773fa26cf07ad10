"""Run folders of plans with scenarios, and of tries, which never look like the adopted plan."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pandas as pd

from maps.runs import read_run, run_again, verify, write_run
from tests.zoning.study.test_tries import write_try
from zoning.pipeline.flow import run
from zoning.study import read_study

SCENARIOS = """
[[scenarios]]
name = "less"
set = { "quotas.construction_land.total" = 60 }

[[scenarios]]
name = "=wild"
set = { "parameters.fragile_min" = 0.6 }
"""


def test_scenarios_are_written_verified_run_again_and_read_back(toy_folder: Path) -> None:
    plan_file = toy_folder / "plan.toml"
    plan_file.write_text(plan_file.read_text("utf-8") + SCENARIOS, "utf-8")
    plan = run(read_study(plan_file))
    folder = write_run(plan, toy_folder / "runs" / "plan", excel_safe=True)
    assert verify(folder).state == "complete"
    again = read_run(folder)
    assert again.scenarios.equals(plan.scenarios)
    assert again.scenario_quotas.equals(plan.scenario_quotas)
    assert set(again.scenarios["scenario"]) == {"less", "=wild"}
    written = pd.read_csv(folder / "scenarios.csv", encoding="utf-8-sig")
    assert list(written.columns) == ["scenario", "unit_id", "main", "overlays", "status"]
    assert "'=wild" in set(written["scenario"])
    assert run_again(folder).differing == ()
    provenance = json.loads((folder / "provenance.json").read_text("utf-8"))
    assert provenance["scenarios"]["less"] == {"quotas.construction_land.total": "60"}
    assert again.scenario("less").quotas["amount"].sum() < plan.quotas["amount"].sum()
    (folder / "scenarios.csv").unlink()
    assert verify(folder).missing == ("scenarios.csv",)


def test_a_run_of_a_plan_without_scenarios_has_no_such_files(toy_result: Path) -> None:
    assert not [*toy_result.glob("scenario*")]
    assert "try" not in json.loads((toy_result / "manifest.json").read_text("utf-8"))


def test_a_try_is_marked_wherever_it_is_seen(toy_folder: Path, command: Callable[..., SimpleNamespace]) -> None:
    path = write_try(toy_folder, '"parameters.fragile_min" = 0.6', by="Ana & <b>Zoë</b>")
    told = command("run", path)
    assert told.code == 0
    assert "Try: ana (Toy province)" in told.out
    folder = toy_folder / "runs" / "ana"
    assert verify(folder).state == "complete"
    assert json.loads((folder / "manifest.json").read_text("utf-8"))["try"] == "plan.toml"
    assert json.loads((folder / "provenance.json").read_text("utf-8"))["try"]["plan"] == "plan.toml"
    for page in ("map.html", "report.html"):
        text = (folder / page).read_text("utf-8")
        assert "Try: ana (Toy province)" in text
        assert "<b>Zoë</b>" not in text
    assert "by Ana &amp; &lt;b&gt;Zoë&lt;/b&gt;, and not the adopted plan plan.toml." in text
    assert run_again(folder).differing == ()
    plan = read_run(folder)
    assert plan.study.tried is not None
    assert plan.rulebook.parameters["fragile_min"].value == 0.6
    assert command("compare", toy_folder / "plan.toml", path).code == 1
    assert command("check", path).code == 0
    assert command("check", path, "--pin").code == 2
    (toy_folder / "plan.toml").write_text(f"{(toy_folder / 'plan.toml').read_text('utf-8')}\n", "utf-8")
    assert command("run", path).code == 2
    (toy_folder / "plan.toml").unlink()
    told = command("run", path)
    assert (told.code, "no file plan.toml" in told.err) == (2, True)
