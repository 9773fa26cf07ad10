"""Two finished runs of every shipped study compared from their folders, with and without their inputs."""

from __future__ import annotations

import functools
import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pandas as pd
import pytest

from maps.runs import read_run, verify, write_run
from maps.telling.summaries.comparison_words import ComparisonWords
from tests.zoning.study.test_tries import write_try
from zoneplan.cli.plan_displays import comparison_json as as_json
from zoning.plan import Plan
from zoning.study import read_study
from zoning.whatif import Comparison, compare

CHANGES: dict[str, dict[str, Any]] = {
    "us_mountain_west": {
        "parameters": {"density_min_per_km2": 100.0},
        "quotas": {"construction_land": 9000},
    },
    "china_provinces": {
        "parameters": {"agricultural_share_min": 0.6},
        "quotas": {"construction_land": 500_000},
    },
    "french_region": {
        "parameters": {"guarantee_base_ha": 0.5},
        "quotas": {"land_take": 900},
    },
    "chinese_pensions": {
        "parameters": {"pension_rate": 0.035},
        "decisions": [
            {
                "unit": "110000",
                "main": "key_development",
                "reason": "a port",
                "by": "the council",
                "date": date(2018, 1, 2),
            }
        ],
    },
}
"""Two changes of each study that is shipped."""
LANGUAGES = {"us_mountain_west": "zh", "china_provinces": "zh", "french_region": "fr", "chinese_pensions": "zh"}
"""What each speaks beside English."""


class Pair(NamedTuple):
    """A study and a variant of it, as plans in memory and as run folders in two languages."""

    plans: tuple[Plan, Plan]
    folders: tuple[Path, Path]


@pytest.fixture(scope="module")
def pair_of(
    plan_of: Callable[[str], Any], run_of: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Pair]:
    def pair(name: str) -> Pair:
        plan = plan_of(name)
        varied = plan.vary(**CHANGES[name])
        varied_folder = write_run(varied, tmp_path_factory.mktemp(name) / "far" / "b", LANGUAGES[name])
        return Pair((plan, varied), (run_of(name), varied_folder))

    return functools.cache(pair)


def causes(found: Comparison) -> pd.DataFrame:
    return found.moved[["unit_id", "what", "item", "before", "after", "cause_kind", "cause_id"]]


@pytest.mark.parametrize("name", CHANGES)
def test_runs_are_compared_from_their_folders(name: str, pair_of: Callable[[str], Pair], tmp_path: Path) -> None:
    pair = pair_of(name)
    one, other = map(read_run, pair.folders)
    wanted = compare(*pair.plans)
    assert len(wanted.differences) == 2
    assert causes(compare(one, other)).equals(causes(wanted))
    found = compare(one, other, study_folder=tmp_path)
    assert [(part.kind, part.id) for part in found.differences] == [(part.kind, part.id) for part in wanted.differences]
    kept = ["unit_id", "what", "item", "before", "after"]
    assert found.moved[kept].equals(wanted.moved[kept])
    assert found.totals == wanted.totals
    assert set(found.moved["cause_kind"]) == {"unknown"}
    assert "--study DIR" in found.note
    assert str(tmp_path) not in found.note  # pages are handed round
    assert not wanted.note
    told = as_json(found)
    assert all(row["cause"] == {"kind": "unknown"} for row in told["moved"])
    assert told["note"] == found.note
    assert compare(one, read_run(pair.folders[0]), study_folder=tmp_path).same


@pytest.mark.parametrize(("name", "language"), [(name, one) for name in CHANGES for one in ("en", LANGUAGES[name])])
def test_two_changes_are_two_things_by_their_titles(
    name: str, language: str, pair_of: Callable[[str], Pair], tmp_path: Path
) -> None:
    pair = pair_of(name)
    for plans in (map(read_run, pair.folders), (read_run(pair.folders[0]), pair.plans[1])):
        told = ComparisonWords(compare(*plans, study_folder=tmp_path), language)
        assert told.words["lead"].format(n=2, differences="…").rpartition("…")[0] in told.lead
        ids = [*CHANGES[name].get("parameters", {}), *CHANGES[name].get("quotas", {}), "110000"]
        assert not [one for one in ids if one in told.lead.removesuffix(told.note)]
        assert told.causes[0].text == told.words["kind_unknown"]
        assert told.note
        assert "{" not in told.note


def test_where_a_run_was_made_stands_in_its_provenance_alone(
    toy_folder: Path, tmp_path: Path, command: Callable[..., SimpleNamespace]
) -> None:
    plan_file = toy_folder / "plan.toml"
    other_file = plan_file.with_name("autre plan.toml")
    text = plan_file.read_text("utf-8")
    other_file.write_text(text, "utf-8")
    first, second = tmp_path / "out" / "first", tmp_path / "deep" / "er" / "second"
    assert command("run", other_file, "--out", first).code == 0
    other_file.write_text(text.replace("total = 120", "total = 60"), "utf-8")
    tried = write_try(toy_folder, '"parameters.fragile_min" = 0.6, "quotas.construction_land.total" = 60')
    assert command("run", tried, "--out", second).code == 0
    made_from = [json.loads((run / "provenance.json").read_text("utf-8"))["made_from"] for run in (first, second)]
    assert made_from == ["../../toy/autre plan.toml", "../../../toy/plan.toml"]
    holding = {path.name for path in first.rglob("*") if path.is_file() and b"../toy" in path.read_bytes()}
    assert holding == {"provenance.json"}
    assert read_run(first).study.path == toy_folder.resolve() / "autre plan.toml"
    other_file.write_text(text, "utf-8")
    assert command("run", other_file, "--out", tmp_path / "kept").code == 0  # found in the cache
    assert (
        json.loads((tmp_path / "kept" / "provenance.json").read_text("utf-8"))["made_from"] == "../toy/autre plan.toml"
    )
    for folder in (first, second, tmp_path / "kept"):
        assert verify(folder).state == "complete"
        assert command("verify", folder, "--rerun").code == 0
    known = json.loads(command("compare", first, second, "--json").out)
    assert {"parameter", "several"} >= {row["cause"]["kind"] for row in known["moved"]}
    shutil.move(toy_folder, tmp_path / "gone")
    told = command("compare", first, second, "--json", "--out", tmp_path / "compared")
    unknown = json.loads(told.out)
    assert told.code == 1
    assert [row | {"cause": 0} for row in unknown["moved"]] == [row | {"cause": 0} for row in known["moved"]]
    assert {row["cause"]["kind"] for row in unknown["moved"]} == {"unknown"}
    again = json.loads(command("compare", first, second, "--json", "--study", tmp_path / "gone").out)
    assert again["moved"] == known["moved"]
    assert command("verify", first, "--rerun", "--study", tmp_path / "gone").code == 0
    assert command("verify", first, "--rerun").code == 3


def test_a_study_that_stands_elsewhere_looks_there_for_the_tables_of_its_sections(toy_folder: Path) -> None:
    plan_file = toy_folder / "plan.toml"
    plan_file.write_text(f'{plan_file.read_text("utf-8")}\n[energy]\ntable = "energy.csv"\nperiod = 2024\n', "utf-8")
    study = read_study(plan_file)
    moved = study.standing_at(toy_folder.parent / "far" / "other.toml")
    assert moved.energy is not None
    assert study.energy is not None
    assert (moved.energy.folder, moved.folder, study.energy.folder) == (toy_folder.parent / "far",) * 2 + (toy_folder,)
    assert moved == study
