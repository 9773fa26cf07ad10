"""The rules of the field in a whole plan: quotas go by derived measures, and every value says why it is so."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from layers.errors import UnknownNameError
from layers.read.reading_step import read_inputs
from maps.telling.explanations.explanation_content import explain
from maps.telling.explanations.explanation_text import why_text
from maps.words import Renderer
from zoning.pipeline.flow import check, run
from zoning.pipeline.plan_findings import plan_findings_of
from zoning.plan import Plan
from zoning.rulebook import read_rulebook, without_unused_topics
from zoning.study import read_study

UNITS = [f"{row}{column}" for row in "abc" for column in range(1, 5)]

QUOTA = """
[[quotas]]
name = "people_land"
period = 2025
total = {total}
unit = "ha"
step = 0.01
levels = ["county", "unit"]
weight = "human_land_quota_ha"
ceiling = "human_land_quota_ha"
"""


def land_table(**columns) -> pd.DataFrame:
    """Twelve units; what is not given is a settler's town on 120 m2 a head: 80 m2 for each of 1,000, 8 ha."""
    plain = {"settled_migrants": 1000, "urban_land_m2_per_head": 120, "occupied_arable_ha": 2, "made_arable_ha": 2}
    return pd.DataFrame({"code": UNITS, **plain, **columns})


@pytest.fixture
def study_of(toy_folder: Path) -> Callable[..., Path]:
    """The plan file of the toy province under the national rulebook, with a table about land."""

    def made(quota: str = "", **columns) -> Path:
        land_table(**columns).to_csv(toy_folder / "land.csv", index=False)
        text = (
            (toy_folder / "plan.toml")
            .read_text("utf-8")
            .replace('rulebook = "rules"', 'rulebook = "main_functional_areas"')
        )
        text = text[: text.index("[[quotas]]")] + '[[tables]]\nsource = "land.csv"\nid = "code"\n' + quota
        (toy_folder / "plan.toml").write_text(text, "utf-8")
        return toy_folder / "plan.toml"

    return made


@pytest.fixture
def plan_of(study_of: Callable[..., Path]) -> Callable[..., Plan]:
    """The same, run."""
    return lambda quota="", **columns: run(read_study(study_of(quota, **columns)))


def test_a_quota_goes_by_what_is_derived(plan_of):
    """Pencil: a1 100 m2 x 1000 = 10 ha, b1 nothing, the others 8 ha each; a total of 45 is half of 90."""
    plan = plan_of(
        QUOTA.format(total=45),
        urban_land_m2_per_head=[100] + [120] * 11,
        megacity_centre=[one == "b1" for one in UNITS],
    )
    derived = plan.measures["human_land_quota_ha"]
    assert derived[["a1", "b1", "c4"]].tolist() == [10, 0, 8]
    rows = plan.quotas.set_index("unit_id")
    assert [str(rows.loc[unit, "amount"]) for unit in ("a1", "b1", "c4")] == ["5.00", "0.00", "4.00"]
    assert sum(plan.quotas.loc[plan.quotas["level"] == "unit", "amount"]) == 45


def test_a_ceiling_that_is_derived_is_not_rounded_up_by_noise(plan_of):
    """80 x 1.1 is 88.00000000000001 in binary: what is derived is 8.8 ha, and its ceiling 8.80."""
    plan = plan_of(QUOTA.format(total="105.6"), human_land_variation_pct=10)
    amounts = plan.quotas.loc[plan.quotas["level"] == "unit", "amount"]
    assert set(map(str, amounts)) == {"8.80"}


def test_a_grade_says_what_corrected_it_and_what_nothing_is_known_of(plan_of):
    """Pencil: slope 2 gives 1, row 1 and column 1 of the matrix; hazard 4 moves it by two; no surge is told of."""
    plan = plan_of(terrain_slope_deg=2, water_quota_m3_km2=300_000, hazard_grade=4)
    told = {one["measure"]: one for one in explain(plan, "a1").as_dict()["derived"]}
    assert (told["town_base_grade"]["value"], told["town_hazard_grade"]["value"]) == (1, 3)
    assert why_text(told["town_hazard_grade"], "en").endswith("1 (Land and water for building) + 2")
    assert told["town_hazard_grade"]["written"].startswith("land.toml, line")
    assert why_text(told["town_surge_grade"], "en").startswith(
        "The plan says nothing of Storm surge, so that it is not corrected by it"
    )


def test_every_value_says_why(plan_of):
    plan = plan_of(megacity_centre=[one == "b1" for one in UNITS])
    told = {one["measure"]: one for one in explain(plan, "a1").as_dict()["derived"]}
    standard = told["human_land_m2_per_person"]
    assert (standard["value"], standard["row"], standard["rows"]) == (80, 4, 5)
    assert why_text(standard, "en") == (
        "Present urban land for each resident = 120 <= 150 m2/person (Present urban land up to which the second step "
        "holds); 80 (New land for a settled migrant, second step)"
    )
    assert standard["written"].startswith("land.toml, line ")
    assert {one["name"] for one in standard["parameters"]} == {"human_land_band_2", "human_land_step_2"}
    assert told["human_land_quota_ha"]["reason"] == (
        "1,000 (Migrants who settle in towns) * 80 (New urban land for a settled migrant) * "
        "(1 + 0 (How far the province varies the standard) / 100) / 10,000 (Square metres of a hectare)"
    )
    centre = explain(plan, "b1").as_dict()["derived"][0]
    assert why_text(centre, "en") == (
        "none for the centres of very large cities; Central district of a very large or super-large city: true"
    )
    text = explain(plan, "a1").text()
    assert "New urban land for a settled migrant: 80 m2/person" in text
    assert any("second step" in line and "80 m2/person" in line for line in text.splitlines())
    assert json.dumps(explain(plan, "a1").only(["land"]).as_dict())
    assert "进城落户人口人均新增用地标准" in explain(plan, "a1", "zh").text()


def test_a_value_that_cannot_be_said_names_what_is_missing(plan_of):
    plan = plan_of(urban_land_m2_per_head=[None] + [120] * 11)
    standard = explain(plan, "a1").as_dict()["derived"][0]
    assert standard["value"] is None
    assert why_text(standard, "en") == "Present urban land for each resident: missing"
    assert "New urban land for a settled migrant: missing" in explain(plan, "a1").text()


def test_balances_are_found_county_by_county(plan_of):
    """Pencil: the west occupies 6 x 2 = 12 ha and makes 12; the east makes 2 ha less in c4."""
    plan = plan_of(made_arable_ha=[2] * 11 + [0])
    (found,) = (
        one for one in map(Renderer("en", plan.rulebook).finding, plan_findings_of(plan)) if one.code == "norm_missed"
    )
    assert found.level == "warning"
    assert found.features == ("east",)
    assert "Arable land made in its place = 10 < " in found.text
    assert "article 30" in found.text
    norms = {(one["norm"], one["place"]): one for one in explain(plan, "c4").as_dict()["norms"]}
    assert norms["balance-quantity", "east"]["answer"] == "no"
    assert ("balance-quantity", "west") not in norms
    assert "NOT KEPT - As much arable land is made as is occupied: east" in explain(plan, "c4").text()


def test_a_norm_that_cannot_be_answered_is_a_note(plan_of):
    plan = plan_of(made_arable_ha=[None] + [2] * 11)
    (found,) = (
        one
        for one in map(Renderer("en", plan.rulebook).finding, plan_findings_of(plan))
        if one.code == "norm_unchecked"
    )
    assert (found.level, found.features) == ("note", ("west",))
    assert "Arable land made in its place: missing" in found.text


CAPACITY = """
[[indices]]
name = "carried"

[indices.capacity]
needs = { water_m3 = 100, land_for_all_ha = 0.01, beds = 0.004 }
people = "population"
"""


def test_a_cap_on_residents_is_a_policy_and_a_finding_beside_what_is_scarcest(plan_of, toy_run):
    """Pencil: the plan of a1 allows one resident less than live there, that of a2 all; water is enough for 10 each."""
    here = toy_run.measures["population"]
    most = [here["a1"] - 1, here["a2"], *[None] * 10]
    plan = plan_of(CAPACITY, max_residents=most, water_m3=1000, land_for_all_ha=10_000, beds=10_000)
    capped = plan.policies[plan.policies["policy"] == "most-residents"]
    assert capped["unit_id"].tolist() == ["a1", "a2"]
    said = [Renderer("en", plan.rulebook).finding(one) for one in plan_findings_of(plan)]
    (missed,) = (one for one in said if one.code == "norm_missed")
    assert missed.features == ("a1",)
    assert "No more residents than the city's plan allows" in missed.text
    (over,) = (one for one in said if one.code == "over_capacity")
    assert over.count == (here > 10).sum() == 12
    assert set(plan.measures["carried_limited_by"]) == {"water_m3"}
    assert set(plan.measures["carried"]) == {10.0}
    assert "NOT KEPT - No more residents than the city's plan allows" in explain(plan, "a1").text()


def test_project_areas_are_places(plan_of):
    """Pencil: area x lies in both counties, new 5 + 5 against 11 reclaimed; area y 5 against 4; the rest in none."""
    areas = ["x", None, None, None, None, None, "y", None, None, None, None, "x"]
    plan = plan_of(
        linkage_area=areas,
        linkage_new_ha=5,
        linkage_reclaimed_ha=[10, 9, 9, 9, 9, 9, 4, 9, 9, 9, 9, 1],
        linkage_arable_before_ha=50,
        linkage_arable_after_ha=50,
    )
    found = [
        one for one in map(Renderer("en", plan.rulebook).finding, plan_findings_of(plan)) if one.code == "norm_missed"
    ]
    assert [one.features for one in found] == [("y",)]
    assert "Construction land on new plots = 5 > Construction land reclaimed on old plots = 4 ha" in found[0].text


def test_policies_go_by_what_is_derived(plan_of):
    plan = plan_of(taking_arable_ha=[35.01] + [35] * 11)
    rows = plan.policies[plan.policies["policy"] == "approval-by-state-council"]
    assert rows["unit_id"].tolist() == ["a1"]
    granted = plan.policies[plan.policies["policy"] == "human-land-granted"]
    assert len(granted) == 12
    assert '"granted": {"unit": "ha", "value": 8.0}' in granted["parameters"].iloc[0]


def test_a_study_that_says_nothing_of_a_topic_is_not_asked(plan_of, study_of):
    plan = plan_of()
    names = {one.name for one in plan.rulebook.indicators}
    assert {"settled_migrants", "megacity_centre", "made_arable_ha"} <= names
    assert not {"linkage_new_ha", "bought_dry_mu", "climate_zone"} & names
    assert "occupation_tax_cny" not in plan.measures.columns
    assert not {one.name for one in plan.assumptions} & {"occupation_tax_band_1", "climate_zone"}
    assert {one.name for one in plan.assumptions} >= {"human_land_band_1", "megacity_centre"}
    study = read_study(plan.study.path)
    notes = check(study, read_rulebook("main_functional_areas", study.date), read_inputs(study))
    assert "megacity_centre" in {name for one in notes for name in one.features}
    assert "climate_zone" not in {name for one in notes for name in one.features}


def test_a_quota_by_a_measure_that_nothing_gives_says_what_to_give(study_of):
    study = read_study(study_of(QUOTA.format(total=1).replace("human_land_quota_ha", "next_plan_index_ha")))
    findings = check(study, read_rulebook("main_functional_areas", study.date), read_inputs(study))
    found = [one.text for one in findings if one.level == "error"]
    assert len(found) == 2
    assert "derives it from plan_index_ha, stock_increment_factor: give these in a table" in found[0]


def test_a_column_with_the_name_of_a_derived_measure_is_refused(study_of):
    study = read_study(study_of(human_land_quota_ha=3))
    with pytest.raises(UnknownNameError, match="'human_land_quota_ha' is derived by rulebook"):
        run(study)


def test_narrowing_twice_is_narrowing_once():
    full = read_rulebook("main_functional_areas")
    names = ["arable_mu_per_head", "linkage_age_years"]
    once = without_unused_topics(full, names)
    assert without_unused_topics(once, names) == once
    assert {one.name for one in once.derived if one.type != "boolean"} == {  # regions are of no topic
        "linkage_overdue_ha",
        "occupation_tax_least_cny_per_m2",
        "occupation_tax_most_cny_per_m2",
        "occupation_tax_applied_cny_per_m2",
        "occupation_tax_cny",
    }
    assert "occupation_tax_band_1" in once.parameters
    assert "human_land_variation_max_pct" in once.parameters  # a policy that always stands says it
    assert "anhui_band_1" not in once.parameters
    assert without_unused_topics(full, [one.name for one in full.indicators]) is full


def test_parts_of_an_index_stand_behind_how_it_was_calculated():
    part = {"kind": "index_part", "reason": "slope 0.5"}
    derived = {"clauses": [], "links": [part, {"kind": "other", "reason": "idle"}], "because": ""}
    plain, made = (
        why_text(derived | {"links": links, "calculation": "the sum"}, "en") for links in ([], derived["links"])
    )
    assert plain == "the sum"
    assert "slope 0.5" in made
    assert "idle" not in made
