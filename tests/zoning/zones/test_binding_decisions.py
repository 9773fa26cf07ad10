"""Locked units: the rulebook's own decisions win over rules and over the plan, and hide neither."""

from __future__ import annotations

import json
import shutil
from datetime import date

import pandas as pd
import pytest

from layers.errors import SeveralErrors
from layers.read.reading_step import read_inputs
from maps.telling.explanations.explanation_content import explain
from tests.zoning.conftest import said
from zoneplan import classify
from zoning.errors import RulebookError
from zoning.pipeline.flow import check, run
from zoning.pipeline.worked_cases import run_cases
from zoning.rulebook import read_rulebook
from zoning.rulebook.rulebook_folder import LAWS
from zoning.study import Decision, builtin_study, read_study
from zoning.zones import locked_elsewhere, resolve
from zoning.zones.claims import locked_units

DAY = date(2025, 1, 1)
ENTRY = """
[[decisions]]
{place}
{zone}
locked = true
reason = {{ en = "on the list of headwaters", zh = "列入水源名录" }}
by = {{ en = "the State Council", zh = "国务院" }}
reference = "Small List, annex 1"
{more}
"""


def entry(place: str, zone: str, more: str = "") -> str:
    return ENTRY.format(place=place, zone=zone, more=more)


LISTED = (
    entry('unit = "a"', 'main = "ecologically_fragile"')
    + entry('jurisdiction = "east"', 'overlay = "energy_rich"', 'level = "provincial"')
    + entry('unit = "zz"', 'main = "ecologically_fragile"')
    + entry('unit = "b"', 'main = "key_development"', "until = 2025-01-01")
    + entry('jurisdiction = "west"', 'main = "general"', "from = 2030-01-01")
)


@pytest.fixture
def listed(write_rulebook):
    return read_rulebook(write_rulebook(decisions=LISTED), DAY)


def decided(unit: str, main: str) -> Decision:
    return Decision(unit=unit, main=main, reason="we want it", by="the council", date=date(2024, 1, 1))


def test_a_locked_unit_has_its_zone_whatever_rules_and_plan_say(listed, measures) -> None:
    claims = classify(measures, listed, [decided("a", "general")])
    of_a = claims[(claims["unit_id"] == "a") & (claims["answer"] == "yes")].set_index("rule")["zone"]
    assert of_a.to_dict() == {
        "locked-1": "ecologically_fragile",
        "decision-1": "general",
        "key-1": "key_development",
        "default": "general",
    }
    zone = resolve(claims, listed).loc["a"]
    assert (zone["main"], zone["rule"], zone["status"]) == ("ecologically_fragile", "locked-1", "by_decision")
    assert said(zone["reason"]) == (
        "locked at national level by the State Council: on the list of headwaters (Small List, annex 1)"
    )


def test_nothing_else_moves(listed, rulebook, measures) -> None:
    """One entry more takes away nobody's claim, and units that are not listed stay as they were."""
    free, held = classify(measures, rulebook), classify(measures, listed)
    ruled = held[~held["rule"].str.startswith("locked-") & (held["rule"] != "default")]
    pd.testing.assert_frame_equal(ruled.reset_index(drop=True), free[free["rule"] != "default"].reset_index(drop=True))
    before, after = resolve(free, rulebook), resolve(held, listed)
    pd.testing.assert_frame_equal(after.loc[["b", "c"]], before.loc[["b", "c"]])


def test_a_jurisdiction_locks_all_its_units(listed, measures) -> None:
    zones = resolve(classify(measures, listed), listed)
    assert zones["overlays"].to_dict() == {
        "a": "", "b": "", "c": "energy_rich", "d": "border;energy_rich", "e": "energy_rich", "f": "energy_rich",
    }  # fmt: skip
    assert zones.loc["d", "status"] == "by_decision"
    claims = classify(measures, listed).set_index(["unit_id", "rule"])
    assert (
        said(claims.loc[("d", "locked-2"), "reason"], language="zh")
        == "省级锁定（国务院）：列入水源名录（Small List, annex 1）"
    )
    entered = json.loads(claims.loc[("d", "locked-2"), "values"])["decision"]
    assert entered["locked"] == "provincial"
    assert entered["by"] == {"en": "the State Council", "zh": "国务院"}
    assert entered["reason"] == {"en": "on the list of headwaters", "zh": "列入水源名录"}


def test_a_unit_comes_before_its_jurisdiction(write_rulebook, measures) -> None:
    text = entry('jurisdiction = "west"', 'main = "general"') + entry('unit = "b"', 'main = "key_development"')
    rulebook = read_rulebook(write_rulebook(decisions=text), DAY)
    zones = resolve(classify(measures, rulebook, [decided("c", "ecologically_fragile")]), rulebook)
    assert zones.loc[["a", "b", "c"], "main"].tolist() == ["general", "key_development", "general"]
    assert zones.loc[["a", "b", "c"], "rule"].tolist() == ["locked-1", "locked-2", "locked-1"]


def test_only_what_is_in_force_and_in_the_study_is_used(listed, measures) -> None:
    used = [(unit, rule) for unit, rule, _ in locked_units(measures, listed)]
    assert used == [("a", "locked-1"), ("d", "locked-2"), ("e", "locked-2"), ("f", "locked-2")]
    assert list(locked_elsewhere(measures, listed)) == ["locked-3"]
    assert list(listed.locked) == ["locked-1", "locked-2", "locked-3"]  # 4 is over and 5 is yet to come


def test_the_rules_keep_their_number_when_another_entry_ends(write_rulebook) -> None:
    folder = write_rulebook(decisions=entry('unit = "x"', 'main = "general"', "until = 2020-01-01") + LISTED)
    assert list(read_rulebook(folder, DAY).locked) == ["locked-2", "locked-3", "locked-4"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            entry('unit = "a"', 'main = "fragile"'),
            "decisions.toml, line 3, column 8: there is no main zone 'fragile'; there are 'ecologically_fragile'",
        ),
        (
            entry('unit = "a"', 'overlay = "general"'),
            "there is no overlay zone 'general'; there are 'border', 'energy_rich'",
        ),
        (
            entry('unit = "a"', 'main = "general"') + entry('unit = "a"', 'main = "key_development"'),
            "unit 'a' is locked already (small/decisions.toml, line 2, column 8)",
        ),
        (
            entry('unit = "a"', 'overlay = "border"') + entry('unit = "a"', 'overlay = "border"'),
            "unit 'a' is locked already",
        ),
        (
            entry('unit = "a"', 'main = "general"', "from = 2020-01-01\nuntil = 2019-01-01"),
            "it ends before it begins (from 2020-01-01 until 2019-01-01)",
        ),
        (
            entry("", 'main = "general"'),
            "a locked decision gives 'unit' or 'jurisdiction', and this one gives neither",
        ),
        (
            entry('unit = "a"', 'main = "general"\noverlay = "border"'),
            "a locked decision gives 'main' or 'overlay', and this one gives both",
        ),
        (
            entry('unit = "a"', 'main = "general"').replace("locked = true\n", ""),
            "key 'locked' is missing",
        ),
        (
            entry('unit = "a"', 'main = "general"').replace("locked = true", "locked = false"),
            "must be True, not false",
        ),
        (
            entry('unit = "a"', 'main = "general"').replace(', zh = "列入水源名录"', ""),
            "reason has no text in zh; give one",
        ),
        (
            entry('unit = "a"', 'main = "general"').replace(', zh = "国务院"', ""),
            "by has no text in zh; give one",
        ),
    ],
)  # fmt: skip
def test_entries_that_cannot_be_meant(write_rulebook, text: str, expected: str) -> None:
    with pytest.raises((RulebookError, SeveralErrors)) as caught:
        read_rulebook(write_rulebook(decisions=text), DAY)
    assert expected in str(caught.value)


def test_two_entries_one_after_the_other_are_welcome(write_rulebook, measures) -> None:
    text = entry('unit = "a"', 'main = "general"', "until = 2025-01-01") + entry(
        'unit = "a"', 'main = "ecologically_fragile"', "from = 2025-01-01"
    )
    folder = write_rulebook(decisions=text)
    for day, main in ((date(2024, 12, 31), "general"), (DAY, "ecologically_fragile")):
        rulebook = read_rulebook(folder, day)
        assert resolve(classify(measures, rulebook), rulebook).loc["a", "main"] == main


def test_a_rule_cannot_have_the_name_of_a_locked_decision(write_rulebook) -> None:
    with pytest.raises(RulebookError, match="'locked-1' is kept for what no rule decides"):
        read_rulebook(write_rulebook(rules=lambda text: text.replace("key-1", "locked-1")), DAY)


def test_a_case_may_speak_of_a_locked_unit(write_rulebook) -> None:
    cases = """
[[cases]]
name = "a listed unit"
date = 2025-01-01
source = "Small List"
unit = "a"
given = { population = 500, area_km2 = 10 }
expect = { main = "ecologically_fragile", status = "by_decision" }

[[cases]]
name = "one of a listed jurisdiction"
date = 2025-01-01
source = "Small List"
jurisdiction = "east"
given = { population = 500, area_km2 = 10, energy_mw = 0 }
expect = { main = "key_development", overlays = ["energy_rich"], status = "by_decision" }
"""
    results = run_cases(write_rulebook(decisions=LISTED, cases=cases))
    assert [result.text for result in results if not result.passed] == []


DENVER = """
[[decisions]]
unit = "08031"
main = "agricultural"
locked = true
reason = { en = "listed", zh = "列入名录" }
by = "Congress"
reference = "Act 1"

[[decisions]]
unit = "11001"
main = "agricultural"
locked = true
reason = { en = "listed", zh = "列入名录" }
by = "Congress"
reference = "Act 1"
"""


def test_from_the_plan_file_to_the_explanation(tmp_path) -> None:
    """A locked Denver in the built-in study: run, check, explain and tell it in Chinese."""
    study_file = builtin_study("us_mountain_west")
    shutil.copytree(study_file.parent, tmp_path / "study")
    shutil.copytree(LAWS / "us_west", tmp_path / "study" / "laws")
    (tmp_path / "study" / "laws" / "decisions.toml").write_text(DENVER, "utf-8")
    plan_file = tmp_path / "study" / "plan.toml"
    plan_file.write_text(plan_file.read_text("utf-8").replace('rulebook = "us_west"', 'rulebook = "laws"'), "utf-8")
    study = read_study(plan_file)
    rulebook = read_rulebook(study.rulebook, study.date)
    notes = [one for one in check(study, rulebook, read_inputs(study)) if one.code == "locked_elsewhere"]
    assert [one.level for one in notes] == ["note"]
    assert notes[0].text == (
        "1 of 2 locked decisions of rulebook 'us_west' are on units or jurisdictions that this study does not have "
        "('11001'): they are not used"
    )
    plan = run(study)
    zone = plan.zones.set_index("unit_id").loc["08031"]
    assert (zone["main"], zone["status"], zone["rule"]) == ("agricultural", "by_decision", "locked-1")
    text = explain(plan, "08031").text()
    assert " (agricultural) - locked at national level\n" in text
    assert "locked-1: locked at national level by Congress: listed (Act 1)" in text
    assert "reference: Act 1 (no reading noted)" in text
    main = explain(plan, "08031").as_dict()["main"]
    assert (main["decision"]["locked"], main["verified"], main["reference"]) == ("national", False, "Act 1")
    assert said(zone["reason"], language="zh") == "国家级锁定（Congress）：列入名录（Act 1）"
