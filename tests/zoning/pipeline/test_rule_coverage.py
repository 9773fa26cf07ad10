"""What a plan uses of its rulebook, counted by pencil on the toy province: twelve units of 100 ha."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from maps.runs import write_run
from tests.zoning.conftest import findings
from zoning.pipeline.flow import run
from zoning.pipeline.rulebook_audit import audit, rule_coverage_of, usage_findings
from zoning.plan import Plan
from zoning.study import read_study


def changed(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / "rules" / file).read_text("utf-8")
    assert old in text
    (folder / "rules" / file).write_text(text.replace(old, new), "utf-8")


def made(folder: Path):
    return run(read_study(folder / "plan.toml"))


def codes(plan) -> list[tuple[str, str]]:
    return [(one.code, one.features[0]) for one in usage_findings(plan)]


def test_rules_by_pencil(toy_run: Plan) -> None:
    """Forest decides six units; nobody has 1,000 people; the plant of b4 has 600 MW. c4 is decided by planners."""
    rules = rule_coverage_of(toy_run).rules.set_index("rule")
    assert rules.loc["fragile-1"].to_dict() == {
        "zone": "ecologically_fragile",
        "claims": 6,
        "unknown": 0,
        "decides": 6,
        "decides_ha": pytest.approx(600),
        "ties": 0,
        "parameters": "fragile_min",
    }
    assert rules.loc["key-1", ["claims", "decides", "parameters"]].tolist() == [0, 0, "populous_min"]
    assert rules.loc["energy-1", ["claims", "decides", "decides_ha"]].tolist() == [1, 1, pytest.approx(100)]


def test_land_that_depends_on_a_parameter_by_pencil(toy_run: Plan) -> None:
    """fragile_min: six units of forest and the five that fall to the default; populous_min: these five alone."""
    found = rule_coverage_of(toy_run).parameters.set_index("parameter")
    columns = ["units", "area_ha", "main_ha", "overlays_ha", "policies_ha"]
    assert found.loc["fragile_min", columns].tolist() == [11, pytest.approx(1100), pytest.approx(1100), 0, 0]
    assert found.loc["populous_min", columns].tolist() == [5, pytest.approx(500), pytest.approx(500), 0, 0]
    assert found.loc["plant_min_mw", columns].tolist() == [1, pytest.approx(100), 0, pytest.approx(100), 0]
    assert found["verified"].to_dict() == {"fragile_min": True, "plant_min_mw": False, "populous_min": False}


CROWDED = """
[[derived]]
name = "crowded"
unit = "1"
title = { en = "Residents of a populous unit" }
bands = [{ value = "population / populous_min" }]
reference = "Toy Act, section 1"
"""


def test_land_depends_on_the_numbers_behind_a_derived_measure(toy_run: Plan, toy_folder: Path) -> None:
    """The same question by way of a derived measure hangs on the same number, in a rule and in a policy."""
    before = rule_coverage_of(toy_run).parameters.set_index("parameter").loc["populous_min"]
    (toy_folder / "rules" / "land.toml").write_text(CROWDED, "utf-8")
    changed(toy_folder, "rules.toml", "population >= populous_min", "crowded >= 1")
    changed(toy_folder, "policies.toml", 'when = "energy_rich"', 'when = "energy_rich AND crowded < 1"')
    after = rule_coverage_of(made(toy_folder))
    found = after.parameters.set_index("parameter").loc["populous_min"]
    assert found["main_ha"] == pytest.approx(before["main_ha"])
    assert (before["policies_ha"], found["policies_ha"]) == (0, pytest.approx(100))
    assert after.rules.set_index("rule").loc["key-1", "parameters"] == "populous_min"


def test_policies_by_pencil(toy_folder: Path) -> None:
    changed(toy_folder, "policies.toml", 'when = "energy_rich"', 'when = "energy_rich AND plant_mw < plant_min_mw"')
    plan = made(toy_folder)
    found = rule_coverage_of(plan).policies.set_index("policy")
    assert found.loc["plan-first"].tolist() == [12, 0, pytest.approx(1200)]
    assert found.loc["forest-payment"].tolist() == [6, 0, pytest.approx(600)]
    assert found.loc["energy-review"].tolist() == [0, 0, 0]
    assert ("policy_never_applies", "energy-review") in codes(plan)


def test_a_policy_that_sets_a_parameter_or_asks_for_it_hangs_on_it(toy_folder: Path) -> None:
    changed(
        toy_folder,
        "policies.toml",
        'when = "energy_rich"',
        'when = "energy_rich"\nparameters = { least = "populous_min" }',
    )
    found = rule_coverage_of(made(toy_folder)).parameters.set_index("parameter").loc["populous_min"]
    assert (found["policies_ha"], found["units"]) == (pytest.approx(100), 5)  # b4 is one of the five


def test_findings_name_what_a_writer_should_look_at(toy_run: Plan) -> None:
    plan = toy_run
    assert codes(plan) == [
        ("rule_never_fires", "key-1"),
        ("rule_hinges", "energy-1"),
        ("unverified_land", "plant_min_mw"),
        ("unverified_land", "populous_min"),
    ]
    texts = [one.text for one in findings(usage_findings(plan), plan)]
    assert texts[1] == "rule energy-1 hinges on one number that is not verified: plant_min_mw"
    assert texts[3] == (
        "populous_min is not verified; 500.00 ha in 5 units depend on it (main function 500.00 ha, overlays 0.00 ha, "
        "policies 0.00 ha)"
    )
    chinese, *_ = findings(usage_findings(plan), plan, "zh")
    assert chinese.text.startswith("规则 key-1 没有为 key_development 主张任何单元")


def test_rules_that_tie_or_never_decide(toy_folder: Path) -> None:
    """All twelve units have 100 people and more: key-1 now claims all, and stands beside or behind the forest."""
    changed(toy_folder, "parameters.toml", "value = 1000", "value = 100")
    changed(
        toy_folder,
        "rules.toml",
        "population >= populous_min",
        "population >= populous_min AND ecologically_fragile_share > 0",
    )
    assert ("rule_never_decides", "key-1") in codes(made(toy_folder))
    changed(toy_folder, "rules.toml", "priority = 20", "priority = 10")
    plan = made(toy_folder)
    assert set(plan.zones.loc[plan.zones["status"] == "contested", "unit_id"]) == {"a1", "b1", "c1", "a2", "b2", "c2"}
    assert {("rule_always_ties", "key-1"), ("rule_always_ties", "fragile-1")} <= set(codes(plan))
    assert rule_coverage_of(plan).rules.set_index("rule")["ties"].to_dict() == {
        "energy-1": 0,
        "fragile-1": 6,
        "key-1": 6,
    }


def test_a_plan_of_another_rulebook_is_refused_and_of_another_text_is_told(
    toy_run: Plan, toy_folder: Path, write_rulebook
) -> None:
    plan = toy_run
    (error,) = (one for one in audit(write_rulebook(), plan) if one.level == "error")
    assert error.text == "the run was made with the rulebook 'toy', not with 'small': give a run of this one"
    assert not [one for one in audit(toy_folder / "rules", plan) if one.level != "note"]
    changed(toy_folder, "parameters.toml", "value = 1000", "value = 2000")
    warning = next(one for one in audit(toy_folder / "rules", plan) if one.level == "warning")
    assert (warning.code, warning.features) == ("other_rulebook", ("parameters.toml",))


def test_a_rulebook_without_anything_is_used_for_nothing(toy_run: Plan) -> None:
    bare = toy_run.having(rulebook=replace(toy_run.rulebook, rules=(), policies=(), parameters={}))
    assert rule_coverage_of(bare).as_dict() == {"rules": [], "policies": [], "parameters": []}
    assert list(usage_findings(bare)) == []


def test_the_command_checks_a_rulebook_with_a_run_and_a_run_alone(
    toy_run: Plan, toy_folder: Path, tmp_path: Path, command
) -> None:
    folder = write_run(toy_run, tmp_path / "run")
    for call in ((toy_folder / "rules", "--run", folder), (folder,)):
        told = command("check", *call)
        assert (told.code, told.out.splitlines()[-1]) == (0, "0 errors, 0 warnings, 4 notes")
        assert "note: rule key-1 claims no unit" in told.out
        found = json.loads(command("check", *call, "--json").out)
        assert set(found) == {"findings", "usage"}
        assert found["usage"]["parameters"][0]["parameter"] == "fragile_min"
        assert found["usage"]["parameters"][0]["area_ha"] == pytest.approx(1100)
    refused = command("check", toy_folder / "plan.toml", "--run", folder)
    assert refused.code == 2
    assert "is no rulebook; --run goes with one" in refused.err
    assert command("check", toy_folder / "rules").out == "0 errors, 0 warnings, 0 notes\n"
