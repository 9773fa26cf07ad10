"""Findings on a finished plan: each kind once, in both languages, and none where all is well."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from tests.zoning.conftest import findings
from zoneplan import classify
from zoning.pipeline import plan_findings
from zoning.pipeline.flow import run
from zoning.plan import Plan
from zoning.reasons import Trace
from zoning.rulebook import Indicator, read_rulebook
from zoning.study import read_study
from zoning.zones import resolve

DECISION = """
[[decisions]]
unit = "{unit}"
{what}
reason = "so it was resolved"
by = "the council"
date = {day}
"""


LOCK = "".join(
    f"""
[[decisions]]
unit = "{unit}"
main = "ecologically_fragile"
locked = true
reason = {{ en = "a reserve" }}
by = "Parliament"
reference = "List 1"
from = 2011-01-01
"""
    for unit in ("c4", "c3")
)


def remarks(plan: Plan):
    """All but the units whose forest covers exactly the half that the rule asks for."""
    return tuple(one for one in plan_findings.plan_findings_of(plan) if one.code != "near_threshold")


def find(plan: Plan, language: str = "en"):
    """The remarks in words."""
    return findings(remarks(plan), plan, language)


@pytest.fixture
def decide(toy_folder: Path):
    """The plan of the toy province, run with the decisions given instead of its own."""

    def made(*decisions: tuple[str, str, str]) -> Plan:
        text = (toy_folder / "plan.toml").read_text("utf-8")
        head, rest = text.split("[[decisions]]")
        quotas = rest[rest.index("[[quotas]]") :]
        told = [DECISION.format(unit=unit, what=what, day=day) for unit, what, day in decisions]
        (toy_folder / "plan.toml").write_text(head + "".join(told) + quotas, "utf-8")
        return run(read_study(toy_folder / "plan.toml"))

    return made


def codes(plan: Plan) -> list[str]:
    return [one.code for one in remarks(plan)]


def test_a_plan_without_a_flaw_has_none(decide) -> None:
    assert remarks(decide(("c4", 'main = "key_development"', "2024-06-01"))) == ()


def test_decisions_that_change_nothing(decide) -> None:
    plan = decide(
        ("a1", 'main = "ecologically_fragile"', "2024-06-01"),
        ("a4", 'main = "general"', "2024-06-01"),
        ("b4", 'overlay = "energy_rich"', "2024-06-01"),
        ("a3", 'overlay = "energy_rich"', "2026-06-01"),
    )
    told = {one.features[0]: one for one in find(plan)}
    assert {unit: one.code for unit, one in told.items()} == {
        "a1": "decision_without_effect",
        "a4": "decision_without_effect",
        "b4": "decision_without_effect",
        "a3": "decision_not_in_force",
    }
    assert told["a1"].text.startswith(
        "decision 1 on 'a1' changes nothing: the rules say Ecologically fragile (fragile-1: forest covers it: "
    )
    assert told["a4"].text == "decision 2 on 'a4' changes nothing: the rules say General (no rule claims it)"
    assert told["a3"].text == (
        "decision 4 on 'a3' has no effect yet: 2026-06-01 is after the plan's date 2025-01-01; the rules say "
        "nothing of Energy-rich"
    )
    assert {one.level for one in told.values()} == {"warning"}


def test_a_decision_on_a_unit_that_was_dropped(toy_folder: Path, units: gpd.GeoDataFrame, decide) -> None:
    own = units.drop(columns=["jurisdiction", "area_ha"]).rename_axis("code").reset_index()
    own.loc[own["code"] == "c4", "geometry"] = None
    own.to_file(toy_folder / "toy.gpkg", layer="units", driver="GPKG")
    text = (toy_folder / "plan.toml").read_text("utf-8")
    (toy_folder / "plan.toml").write_text(text.replace('id = "code"', 'id = "code"\nempty = "drop"', 1), "utf-8")
    plan = decide(("c4", 'main = "key_development"', "2024-06-01"), ("a4", 'main = "key_development"', "2024-06-01"))
    assert [one.text for one in find(plan)] == [
        "decision 1 on 'c4' has no effect: the unit was dropped, for it has no geometry"
    ]
    assert plan.claims["rule"].tolist().count("decision-2") == 1  # places in the plan stay what they are
    assert [one.text for one in find(plan, "zh")] == ["决定 1（'c4'）不起作用：该单元没有图形，已被舍去"]


def test_a_decision_against_a_locked_unit(toy_folder: Path, decide) -> None:
    (toy_folder / "rules" / "decisions.toml").write_text(LOCK, "utf-8")
    plan = decide(
        ("c4", 'main = "key_development"', "2024-06-01"), ("c3", 'main = "ecologically_fragile"', "2024-06-01")
    )
    against, same = find(plan)
    assert (against.code, same.code) == ("decision_against_lock", "decision_without_effect")
    assert against.text == (
        "decision 1 on 'c4' would make it Key development, but the unit is locked: "
        "Ecologically fragile (locked-1: locked at national level by Parliament: a reserve (List 1))"
    )
    assert plan.zones.set_index("unit_id").loc["c4", "main"] == "ecologically_fragile"


def test_units_without_policy_or_instrument(decide) -> None:
    plan = decide(("c4", 'main = "key_development"', "2024-06-01"))
    asked = plan.having(rulebook=replace(plan.rulebook, instruments=("land", "energy")))
    (found,) = find(asked)
    assert found.text == (
        "units without a policy of the instrument 'energy', which 'toy' asks of each: 11 "
        "('a1', 'a2', 'a3', 'a4', 'b1' and 6 more)"
    )
    assert (found.code, found.count, found.features) == ("missing_instrument", 11, ("a1", "a2", "a3", "a4", "b1"))
    (told,) = remarks(asked)
    assert told.features == tuple(unit for unit in plan.units.index if unit != "b4")  # all of them are concerned
    bare = plan.having(policies=plan.policies[plan.policies["unit_id"] != "a1"])
    assert [one.text for one in find(bare)] == ["units without any policy: 1 ('a1')"]


@pytest.mark.parametrize("kind", ["measure of a layer", "share of a role", "indicator of the rulebook"])
@pytest.mark.parametrize("values", [0.0, None, [None, 0.0] * 6])
def test_a_measure_that_is_0_or_missing_everywhere_is_told(kind: str, values, toy_folder: Path) -> None:
    plan = run(read_study(toy_folder / "plan.toml"))
    assert "empty_measure" not in codes(plan)
    declared = Indicator(name="jobs", when_absent=0)
    plan = plan.having(rulebook=replace(plan.rulebook, indicators=(*plan.rulebook.indicators, declared)))
    names = {
        "measure of a layer": "plant_mw",
        "share of a role": "energy_rich_share",
        "indicator of the rulebook": "jobs",
    }
    name = names[kind]
    column = pd.Series(values, index=plan.measures.index, dtype=float)
    (found,) = (
        one for one in find(plan.having(measures=plan.measures.assign(**{name: column}))) if one.code == "empty_measure"
    )
    assert (found.level, found.features, found.count) == ("warning", (name,), 1)
    assert found.text.startswith(
        f"measures that are 0 or missing in every unit: 1 ('{name}'); check the layer's formula"
    )


def test_a_measure_that_was_absent_or_that_nobody_reads_is_no_empty_one(toy_folder: Path) -> None:
    plan = run(read_study(toy_folder / "plan.toml"))
    assert (plan.measures["protected_ha"] == 0).all()  # no layer gives it: that is an assumption, told as such
    unread = plan.measures.assign(remarks=None, flag=False)
    assert "empty_measure" not in codes(plan.having(measures=unread))


def test_contested_and_open_units_are_counted(decide) -> None:
    plan = decide(("c4", 'main = "key_development"', "2024-06-01"))
    status = ["contested", "review"] + ["decided"] * 10
    assert codes(plan.having(zones=plan.zones.assign(status=status))) == ["contested", "review"]


def floored(plan: Plan, **arable: float) -> Plan:
    """The toy plan under the Chinese floor: permanent farmland covers a2 and a3, 100 ha each."""
    law = read_rulebook("main_functional_areas", date(2025, 1, 1))
    parameters = {
        **plan.rulebook.parameters,
        "permanent_farmland_min_pct": law.parameters["permanent_farmland_min_pct"],
    }
    rulebook = replace(plan.rulebook, floors=law.floors, parameters=parameters)
    column = pd.Series(0.0, index=plan.measures.index)
    column.update(pd.Series(arable))
    measures = plan.measures.assign(arable_ha=column) if arable else plan.measures
    return plan.having(rulebook=rulebook, measures=measures, trace=Trace())


def test_floors_that_are_missed_or_cannot_be_checked(decide) -> None:
    plan = decide(("c4", 'main = "key_development"', "2024-06-01"))
    (missed,) = find(floored(plan, a2=125.0, a3=100.0, a4=50.0))  # west: 100 of 125; east: 100 of 150
    assert (missed.level, missed.code, missed.layer) == ("warning", "floor_missed", "permanent_farmland")
    assert missed.text == (
        "Permanent basic farmland of a province, east: 66.67 % of arable_ha instead of at least 80 %; 20.00 ha are "
        "missing (100.00 ha of 150.00 ha; Land Management Law, articles 33-35, text of 2019 read at "
        "github.com/LawRefBook/Laws)"
    )
    (note,) = find(floored(plan))
    assert (note.level, note.code, note.count) == ("note", "floor_unchecked", 2)
    assert note.text == (
        "Permanent basic farmland of a province: not checked, for 'arable_ha' is missing; places: 2 ('east', 'west')"
    )
    (unlined,) = find(floored(plan).having(roles={}))
    assert "no layer of a role that draws the line (Permanent farmland)" in unlined.text


def test_findings_speak_chinese(decide) -> None:
    plan = decide(("c4", 'main = "key_development"', "2024-06-01"))
    (missed,) = find(floored(plan, a2=100.0, a3=100.0, a4=50.0), "zh")
    assert missed.text.startswith("省域永久基本农田保护比例，east：占arable_ha的 66.67%，低于 80%；尚缺 20.00 公顷")


def test_what_a_decision_would_have_been_is_asked_without_it(decide) -> None:
    """An independent route: the whole plan resolved again without any decision."""
    plan = decide(("a1", 'main = "general"', "2024-06-01"), ("a2", 'main = "ecologically_fragile"', "2024-06-01"))
    bare = resolve(classify(plan.measures, plan.rulebook), plan.rulebook)["main"]
    said = {one.features[0] for one in find(plan)}
    assert said == {one.unit for one in plan.study.decisions if bare[one.unit] == one.main} == {"a2"}


def test_units_on_a_threshold_are_told(toy_folder: Path) -> None:
    """P27: forest covers exactly half of a2, b2 and c2, and half is asked for."""
    plan = run(read_study(toy_folder / "plan.toml"))
    (remark,) = (one for one in plan_findings.plan_findings_of(plan) if one.code == "near_threshold")
    (note,) = findings([remark], plan)
    assert (note.level, note.features, note.count) == ("note", ("a2", "b2", "c2"), 3)
    assert note.text == (
        "units on the threshold of rule fragile-1 (ecologically_fragile_share >= fragile_min), or nearer to it than "
        "noise of the inputs: 3 ('a2', 'b2', 'c2')"
    )
    (told,) = findings([remark], plan, "zh")
    assert told.text.startswith("3 个单元恰在规则 fragile-1 的阈值上")
    assert told.text.endswith("；'a2'、'b2'、'c2'）")


def test_many_units_are_counted_in_the_language_asked_for(toy_folder: Path) -> None:
    plan = run(read_study(toy_folder / "plan.toml"))
    bare = plan.having(policies=plan.policies[:0])
    english, chinese = (find(bare, language)[0].text for language in ("en", "zh"))
    assert english.endswith("'b1' and 7 more)")
    assert chinese.endswith("'b1'，另有 7 个）")


def test_a_per_cent_for_a_share_and_a_share_for_a_per_cent_are_told(toy_folder: Path) -> None:
    """50 for half of the land is no limit that a share can reach; 0.05 of the total is not a reserve of 5 %."""
    plan = run(read_study(toy_folder / "plan.toml"))
    assert not {"limit_out_of_range", "fractional_reserve"} & {*codes(plan)}
    parameters = toy_folder / "rules" / "parameters.toml"
    written = parameters.read_text("utf-8")
    assert "value = 0.5" in written
    parameters.write_text(written.replace("value = 0.5", "value = 50", 1), "utf-8")
    study = toy_folder / "plan.toml"
    study.write_text(re.sub(r"reserve_pct = \d+", "reserve_pct = 0.05", study.read_text("utf-8")), "utf-8")
    told = {one.code: one.text for one in find(run(read_study(study)))}
    assert told["limit_out_of_range"].startswith(
        "rule fragile-1 compares ecologically_fragile_share, which lies between 0 and 1, with 50 (fragile_min)"
    )
    assert told["fractional_reserve"] == (
        "construction_land: reserve_pct = 0.05 holds back 0.05 % of the total; to hold back 5 % write reserve_pct = 5"
    )


def test_a_norm_on_every_unit_lacks_a_quota_and_no_place(toy_run: Plan) -> None:
    """Units and the study are always there; it said that the study names no place of 'unit'."""
    norms = read_rulebook("france_zan", date(2026, 9, 1)).norms
    plan = toy_run.having(rulebook=replace(toy_run.rulebook, norms=norms))
    told = {one.layer: one.text for one in find(plan) if one.code == "norm_unchecked"}
    assert {norm.level for norm in norms} > {"unit", "study"}
    for norm in norms:
        assert ("names no place of" in told[norm.id]) == (norm.level not in ("unit", "study"))
        assert "hands out no quota that it reads" in told[norm.id]
