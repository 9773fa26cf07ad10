"""The command ``seek``: what it prints, in which language, and with which exit code it leaves."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

FEW = "count(main = 'ecologically_fragile') <= 3"


def test_seek_says_the_nearest_values_and_whether_goals_are_met(command: Callable, toy_folder: Path) -> None:
    plan, move = toy_folder / "plan.toml", ["--move", "fragile_min=0:1"]
    told = command("seek", plan, FEW, *move)
    assert told.code == 0
    assert "The nearest values that meet all goals" in told.out
    assert "Units where main function = Ecologically fragile: <= 3" in " ".join(told.out.replace("│", " ").split())
    found = json.loads(command("seek", plan, FEW, *move, "--json").out)
    assert {"values", "distance", "bound", "met"} <= set(found)
    assert (found["met"], found["bound"]) == (True, found["distance"])
    both = f"{FEW} AND count(main = 'ecologically_fragile') > 4"
    unmet = command("seek", plan, both, *move, "--lang", "pt")
    assert unmet.code == 4
    assert "Nada cumpre todas as metas" in unmet.out
    assert json.loads(command("seek", plan, both, *move, "--json").out)["bound"] is None


@pytest.mark.parametrize("move", ["fragile_min", "fragile_min=1", "fragile_min=a:b"])
def test_a_range_that_is_none_is_a_wrong_call(command: Callable, toy_folder: Path, move: str) -> None:
    told = command("seek", toy_folder / "plan.toml", FEW, "--move", move)
    assert told.code == 2
    assert "NAME=LOW:HIGH" in told.err
