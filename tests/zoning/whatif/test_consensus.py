"""What several plans agree on: counted with a pencil, and each unit hangs on what alone moves it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from layers.errors import StudyError
from tests.zoning.study.test_tries import DECISION as PORT
from tests.zoning.study.test_tries import write_try
from zoning.errors import InfeasibleError
from zoning.pipeline.flow import run
from zoning.plan import Plan
from zoning.study import read_study
from zoning.whatif import consensus, run_together

DECISION = {"unit": "a4", "main": "key_development", "reason": "a port", "by": "Ana", "date": date(2024, 12, 2)}


def test_what_most_say_and_how_many(toy_run: Plan) -> None:
    """Column 2 is half forest: fragile at 0.5 and not at 0.6. One decides a4. All three agree on the other eight."""
    ana = toy_run.vary(parameters={"fragile_min": 0.6}, decisions=[DECISION])
    wei = toy_run.vary(parameters={"fragile_min": 0.6})
    found = consensus({"Ana": ana, "Wei": wei, "Rui": toy_run}, toy_run)
    rows = found.units.set_index("unit_id")
    assert rows.loc["a2", ["main", "agree", "voices", "hangs_on"]].tolist() == ["general", 2, 3, "fragile_min"]
    assert rows.loc["a4", ["main", "agree", "hangs_on"]].tolist() == ["general", 2, "a4"]
    assert sorted(found.disputed["unit_id"]) == ["a2", "a4", "b2", "c2"]
    assert rows["voices"].tolist() == [3] * 12
    said = found.says.set_index(["unit_id", "voice"])["main"]
    assert said["a2"].to_dict() == {"Ana": "general", "Rui": "ecologically_fragile", "Wei": "general"}
    told = found.differences.set_index(["id", "voice"])
    assert told.loc["fragile_min", "value"].to_dict() == {"Ana": "0.6", "Rui": "0.5", "Wei": "0.6"}
    assert told.loc["fragile_min", "units"].tolist() == [3, 3, 3]
    assert set(told.loc["a4", "value"]) == {"", "key_development"}


def test_a_tie_is_what_the_base_says_and_amounts_have_a_range(toy_run: Plan) -> None:
    less = toy_run.vary(parameters={"fragile_min": 0.6}, quotas={"construction_land": 60})
    found = consensus({"more": toy_run, "less": less}, toy_run)
    assert found.units.set_index("unit_id").loc["a2", ["main", "agree"]].tolist() == ["ecologically_fragile", 1]
    other = consensus({"more": toy_run, "less": less}, less)
    assert other.units.set_index("unit_id").loc["a2", "main"] == "general"
    for quota in found.quotas.itertuples():
        amounts = [
            plan.quotas.loc[plan.quotas["unit_id"] == quota.unit_id, "amount"].iloc[0] for plan in (toy_run, less)
        ]
        assert (quota.least, quota.most) == (min(amounts), max(amounts))
    assert sum(found.quotas["most"], Decimal(0)) > sum(found.quotas["least"], Decimal(0))


def test_what_no_difference_alone_moves_hangs_on_several(toy_run: Plan) -> None:
    rule = {"when": "population >= populous_min AND plant_mw >= plant_min_mw"}
    first = toy_run.vary(rules={"key-1": rule})
    other = first.vary(parameters={"populous_min": 300.0, "plant_min_mw": 40.0})
    found = consensus({"first": first, "other": other})
    hangs = found.hangs.set_index(["unit_id", "what"])[["kind", "id"]]
    assert hangs.loc[("b3", "main")].tolist() == ["several", "plant_min_mw; populous_min"]
    assert hangs.loc[("b3", "overlays")].tolist() == ["parameter", "plant_min_mw"]


def test_those_who_say_the_same_differ_in_nothing(toy_run: Plan) -> None:
    found = consensus({"one": toy_run, "other": toy_run})
    assert found.disputed.empty
    assert all(table.empty for table in (found.differences, found.hangs))
    assert found.units["agree"].tolist() == [2] * 12
    with pytest.raises(StudyError, match="of two voices at least"):
        consensus({"one": toy_run})


def test_tries_of_one_plan_are_run_together_and_each_is_as_if_alone(toy_folder: Path) -> None:
    first = write_try(toy_folder, '"parameters.fragile_min" = 0.6', PORT).rename(toy_folder / "one.toml")
    second = write_try(toy_folder, '"quotas.construction_land.total" = 60')
    plan = toy_folder / "plan.toml"
    heard: list[str] = []
    names = {"one": str(first), "two": str(second), "plan": str(plan)}
    together = run_together(names, heard.append)
    assert heard.count("read") == 1
    for name, path in names.items():
        alone = run(read_study(path))
        assert together.voices[name].zones.equals(alone.zones)
        assert together.voices[name].quotas.equals(alone.quotas)
    assert together.base.zones.equals(run(read_study(plan)).zones)
    bad = write_try(toy_folder, '"quotas.construction_land.total" = 5000')
    with pytest.raises(InfeasibleError, match=r"^ana.toml, line 8"):
        run_together({"one": str(first), "bad": str(bad)})
