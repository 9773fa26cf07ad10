"""Tests of rules: they agree with the zones of a plan, and other limits change what a run would change."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from maps.telling.summaries.unit_verdicts import verdicts
from maps.words import localize
from zoneplan import classify
from zoning.pipeline.flow import run
from zoning.study import read_study
from zoning.zones import FIRMNESS, resolve, rule_tests

STUDIES = ("us_mountain_west", "china_provinces")


@pytest.mark.parametrize("study", STUDIES)
def test_the_first_rule_that_holds_gave_the_main_function(plan_of, study: str) -> None:
    plan = plan_of(study)
    tests = rule_tests(plan)
    zones = plan.zones.set_index("unit_id").reindex(tests.units)
    ruled = tests.given > -2
    assert ruled.sum() >= len(zones) - 1
    assert (tests.given[ruled] == tests.by_rule[ruled]).all()
    assert [tests.zone_by_rule(row) for row in np.flatnonzero(ruled)] == zones["main"][ruled].tolist()


@pytest.mark.parametrize("study", STUDIES)
def test_units_move_where_a_limit_moved_by_a_tenth_changes_them(plan_of, study: str) -> None:
    """By an independent route: every parameter of a rule for main functions, a tenth up and down, through the rules."""
    plan = plan_of(study)
    tests = rule_tests(plan)
    names = {part.parameter for asked in tests.rules[: tests.mains] for part in asked.parts if part.parameter}
    moved = np.zeros(len(tests.units), dtype=bool)
    for name in names:
        for factor in (0.9, 1.1):
            value = plan.rulebook.parameters[name].value * factor
            other = plan.rulebook.parameters[name].model_copy(update={"value": value})
            rulebook = replace(plan.rulebook, parameters={**plan.rulebook.parameters, name: other})
            main = resolve(classify(plan.measures, rulebook, plan.study.decisions), rulebook)["main"]
            own = plan.zones.set_index("unit_id")["main"]
            moved |= (main.reindex(tests.units) != own.reindex(tests.units)).to_numpy()
    assert tests.moved.tolist() == moved.tolist()
    assert moved.any()


@pytest.mark.parametrize("study", STUDIES)
def test_changes_come_the_nearest_first_and_none_beyond_five_fold(plan_of, study: str) -> None:
    found = rule_tests(plan_of(study)).changes
    away = np.abs(np.log(found.turn / found.limit))
    assert len(away)
    assert (away <= np.log(5) + 1e-12).all()
    same = found.unit[1:] == found.unit[:-1]
    assert (np.diff(away)[same] >= 0).all()
    assert (np.diff(found.unit) >= 0).all()


def test_what_nothing_near_changes_is_changed_far_off_or_by_a_fact(plan_of) -> None:
    """By an independent route: limit or fact moved in the rulebook or the measures, and the rules asked again."""
    plan = plan_of("us_mountain_west")
    tests = rule_tests(plan)
    near = set(tests.changes.unit.tolist())
    far, facts = tests.far_changes, tests.fact_changes
    assert not near & {*far.unit.tolist(), *facts.unit.tolist()}
    assert (np.abs(np.log(far.turn / far.limit)) > np.log(5)).all()
    denver = tests.units.get_loc("08031")
    assert [tests.rules[0].parts[part].measure for part in facts.part[facts.unit == denver]] == ["metro"]
    flipped = plan.measures.assign(metro=~plan.measures["metro"].astype(bool))
    main = resolve(classify(flipped, plan.rulebook, plan.study.decisions), plan.rulebook)["main"]
    own = plan.zones.set_index("unit_id")["main"]
    for unit in facts.unit.tolist():
        assert main[tests.units[unit]] != own[tests.units[unit]]
    (first, *_) = far.turn[far.unit == denver]
    value = plan.rulebook.parameters["density_min_per_km2"].model_copy(update={"value": float(first) * (1 + 1e-9)})
    rulebook = replace(plan.rulebook, parameters={**plan.rulebook.parameters, "density_min_per_km2": value})
    main = resolve(classify(plan.measures, rulebook, plan.study.decisions), rulebook)["main"]
    assert main["08031"] != own["08031"]


def test_parts_of_larger_units_stand_with_them(toy_folder) -> None:
    """A rule that was asked of the whole reads the whole's value in each of its parts."""
    path = toy_folder / "plan.toml"
    written = path.read_text("utf-8")
    path.write_text(written.replace('jurisdiction = "county"', 'jurisdiction = "county"\npart_of = "county"'), "utf-8")
    plan = run(read_study(path))
    tests = rule_tests(plan)
    asked = next(one for one in tests.rules[: tests.mains] if one.of_wholes)
    counties = plan.zones.set_index("unit_id")["part_of"].reindex(tests.units)
    (part,) = asked.parts
    assert set(np.round(part.values[counties == "west"], 9)) == {
        round(float(part.values[counties == "west"].mean()), 9)
    }
    ruled = tests.given > -2
    assert ruled.any()
    assert (tests.given[ruled] == tests.by_rule[ruled]).all()


@pytest.mark.parametrize("study", STUDIES)
def test_each_unit_is_of_one_kind_of_firmness(plan_of, study: str) -> None:
    """Nobody is firm who waits or hangs on what is missing, whatever the limits say."""
    plan = plan_of(study)
    tests = rule_tests(plan)
    status = plan.zones.set_index("unit_id")["status"].reindex(tests.units)
    assert set(tests.firmness) <= set(FIRMNESS)
    assert (tests.firmness == "open").tolist() == status.isin(["review", "contested"]).tolist()
    assert (tests.firmness == "assumed").tolist() == (status == "assumed").tolist()
    known = (status == "decided").to_numpy()
    assert (tests.firmness == "close").tolist() == (known & tests.moved).tolist()
    assert (tests.firmness == "firm").tolist() == (known & ~tests.moved).tolist()


def test_an_overlay_that_is_there_leaves_nothing_open(plan_of) -> None:
    """Sichuan is rich in energy by its sun; its raw coal is not known, and would give the same overlay once more."""
    plan = plan_of("china_provinces")
    claims = plan.claims.query("unit_id == '510000' and zone == 'energy_rich'").set_index("rule")["answer"]
    assert claims.to_dict() == {"energy-1": "yes", "energy-2": "unknown"}
    row = plan.zones.set_index("unit_id").loc["510000"]
    assert (row["overlays"], row["status"], row["assumed"]) == ("energy_rich", "assumed", "key_development_share")
    told = verdicts(localize(plan, "zh"))["510000"]
    assert [line.held for line in told.overlays] == [True]
