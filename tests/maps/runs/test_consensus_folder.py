"""A consensus from the command: told, as JSON, and as a folder that is nobody else's."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from tests.zoning.study.test_tries import DECISION, write_try

NAMES = ("consensus", "consensus_voices", "consensus_quotas", "consensus_differences", "consensus_hangs")


def test_several_tries_from_the_command(toy_folder: Path, command: Callable[..., SimpleNamespace]) -> None:
    one = write_try(toy_folder, '"parameters.fragile_min" = 0.6', DECISION).rename(toy_folder / "=one<b>.toml")
    two = write_try(toy_folder, '"parameters.fragile_min" = 0.6')
    files, out = (one, two, toy_folder / "plan.toml"), toy_folder / "agreed"
    told = command("consensus", *files, "--out", out)
    assert told.code == 0
    assert "All 3 plans agree on 8 of 12 units" in told.out
    assert "fragile_min" in told.out
    assert "Traceback" not in told.err
    assert {path.name for path in out.iterdir()} == {"map.html", "manifest.json", *(f"{name}.csv" for name in NAMES)}
    rows = pd.read_csv(out / "consensus.csv", encoding="utf-8-sig").set_index("unit_id")
    assert rows.loc["a2", ["main", "agree", "voices"]].tolist() == ["general", 2, 3]
    page = (out / "map.html").read_text("utf-8")
    assert "How many of 3 say otherwise" in page
    assert "<b> says" not in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    assert command("consensus", *files, "--out", out).code == 0
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    (out / "mine.txt").write_text("mine", "utf-8")
    assert command("consensus", *files, "--out", out).code == 5
    assert (out / "mine.txt").read_text("utf-8") == "mine"
    found = json.loads(command("consensus", *files, "--json").out)
    assert found["voices"] == ["=one<b>", "ana", "plan"]
    assert (found["agreed"]["units"], found["disputed"]["units"]) == (8, 4)
    (unit,) = [unit for unit in found["units"] if unit["unit_id"] == "a4"]
    assert unit["says"] == {"=one<b>": "key_development", "ana": "general", "plan": "general"}
    values = {one["id"]: (one["values"]["ana"], one["units"]) for one in found["differences"]}
    assert values == {"fragile_min": ("0.6", ["a2", "b2", "c2"]), "a4": ("", ["a4"])}


def test_one_file_is_no_consensus(toy_folder: Path, command: Callable[..., SimpleNamespace]) -> None:
    plan = toy_folder / "plan.toml"
    assert command("consensus", plan).code == 2
    assert command("consensus", plan, plan).code == 2


@pytest.mark.whole
def test_finished_runs_speak_by_the_titles_of_their_scenarios(
    toy_folder: Path, command: Callable[..., SimpleNamespace]
) -> None:
    text = write_try(toy_folder, '"parameters.fragile_min" = 0.6', DECISION).read_text("utf-8")
    ana = toy_folder / "ana.toml"
    ana.write_text(text.replace("[[scenarios]]", '[[scenarios]]\ntitle = { en = "Harbour", zh = "港口" }', 1), "utf-8")
    run, out = toy_folder / "runs" / "plan", toy_folder / "agreed"
    assert command("run", toy_folder / "plan.toml", "--out", run).code == 0
    told = command("consensus", run, ana, "--lang", "zh", "--out", out)
    assert told.code == 0
    assert "港口" in told.out
    names = pd.read_csv(out / "consensus_voices.csv", encoding="utf-8-sig")["voice"]
    assert {*names} == {"plan", "ana"}
    assert command("consensus", run, run).code == 2


@pytest.mark.whole
def test_a_run_of_a_try_says_so_in_the_first_line(toy_folder: Path, command: Callable[..., SimpleNamespace]) -> None:
    ana = write_try(toy_folder, '"parameters.fragile_min" = 0.6')
    run, plan = toy_folder / "runs" / "ana", toy_folder / "runs" / "plan"
    assert command("run", ana, "--out", run).code == 0
    assert command("run", toy_folder / "plan.toml", "--out", plan).code == 0
    for words in (["explain", run, "a4"], ["explain", run, "a4", "--of", "quotas"], ["at", run, "a4"]):
        told, other = command(*words), command(words[0], plan, *words[2:])
        assert "Ana" in told.out.splitlines()[0]
        assert "Ana" not in other.out.splitlines()[0]
