"""Units of two levels: townships inside counties, in the toy province of ``tests/conftest.py``.

The two counties are the wholes, the twelve squares their parts. Forest covers 450 of 600 ha of west (0.75) and none of
east; west has 3 x (100 + 200) = 900 people and east 3 x (300 + 400) = 2,100.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import SeveralErrors, SourceError, UnknownNameError, ZoneplanError
from layers.read.reading_step import read_inputs
from maps.telling.explanations.explanation_content import explain
from maps.telling.reports.unit_dossier import dossier
from maps.web.unit_details import cards
from maps.words import localize
from tests.zoning.conftest import said
from zoneplan import classify
from zoning.pipeline.flow import check, run
from zoning.pipeline.plan_findings import plan_findings_of
from zoning.pipeline.rulebook_audit import rule_coverage_of
from zoning.pipeline.worked_cases import run_cases
from zoning.rulebook import Indicator, Rule, Rulebook, Value, read_rulebook
from zoning.rulebook.schema import Zone
from zoning.study import Decision, read_study
from zoning.zones import refinements, resolve
from zoning.zones.parent_units import gather_parents

DAY = date(2025, 1, 1)

INDICATORS = """
[[indicators]]
name = "ecologically_fragile_share"
when_absent = "unknown"

[[indicators]]
name = "plant_mw"
unit = "MW"
when_absent = 0

[[indicators]]
name = "population"
unit = "persons"
whole = "sum"

[[indicators]]
name = "protected_ha"
unit = "ha"
when_absent = 0
"""

RULES = """
[[rules]]
id = "fragile-1"
zone = "ecologically_fragile"
when = "ecologically_fragile_share >= fragile_min"
priority = 10
reason = { en = "forest covers it" }
reference = "Toy Act, section 2"

[[rules]]
id = "key-1"
zone = "key_development"
when = "population >= populous_min"
priority = 20
reason = { en = "many people live here" }
reference = "Toy Act, section 1"

[[rules]]
id = "town-1"
zone = "key_development"
when = "population >= town_min AND ecologically_fragile_share < fragile_min"
refines = true
priority = 50
reason = { en = "a town inside its county" }
reference = "Toy Act, section 1a"

[[rules]]
id = "wood-1"
zone = "ecologically_fragile"
when = "ecologically_fragile_share > town_fragile_max"
refines = true
priority = 40
reason = { en = "a wood inside its county" }
reference = "Toy Act, section 2a"
"""

PARAMETERS = """

[[parameters]]
name = "town_min"
unit = "persons"
values = [{ value = 200, from = 2011-01-01 }]
reference = "Toy Act, section 1a"

[[parameters]]
name = "town_fragile_max"
unit = "1"
values = [{ value = 0.9, from = 2011-01-01 }]
reference = "Toy Act, section 2a"
"""

CASES = """
[[cases]]
name = "a town without forest in a forest county"
date = 2025-01-01
source = "pencil: 200 >= 200 and 0 < 0.5; the county has 0.75"
whole = { ecologically_fragile_share = 0.75, population = 900 }
given = { ecologically_fragile_share = 0, population = 200 }
expect = { main = "key_development", main_of_whole = "ecologically_fragile", status = "decided" }

[[cases]]
name = "without a county nobody asks the rules for parts"
date = 2025-01-01
source = "pencil"
given = { ecologically_fragile_share = 0, population = 200 }
expect = { main = "general", status = "decided" }

[[cases]]
name = "one resident fewer is what the county is"
date = 2025-01-01
source = "pencil: 199 < 200"
whole = { ecologically_fragile_share = 0.75, population = 900 }
given = { ecologically_fragile_share = 0, population = 199 }
expect = { main = "ecologically_fragile", main_of_whole = "ecologically_fragile", status = "decided" }
"""


@pytest.fixture
def folder(toy_folder):
    """The toy study with counties as wholes; the decision on c4 and the points are left out."""
    rules = toy_folder / "rules"
    (rules / "indicators.toml").write_text(INDICATORS, "utf-8")
    (rules / "rules.toml").write_text(RULES, "utf-8")
    with (rules / "parameters.toml").open("a", encoding="utf-8") as file:
        file.write(PARAMETERS)
    plan = (toy_folder / "plan.toml").read_text("utf-8")
    plan = plan.replace('jurisdiction = "county"', 'jurisdiction = "county"\npart_of = "county"')
    plan = plan[: plan.index('[[layers]]\nname = "coalfield"')]
    (toy_folder / "plan.toml").write_text(plan, "utf-8")
    return toy_folder


@pytest.fixture
def plan(folder):
    return run(read_study(folder / "plan.toml"))


def test_rules_are_asked_of_the_county_and_townships_refine(plan) -> None:
    """West: 0.75 >= 0.5, so all its squares are fragile; a2 b2 c2 have 200 people but half their land is forest.

    East: 2,100 >= 1,000 people, so all its squares are key.
    """
    zones = plan.zones.set_index("unit_id")
    west, east = ["a1", "b1", "c1", "a2", "b2", "c2"], ["a3", "b3", "c3", "a4", "b4", "c4"]
    assert (zones.loc[west, "main"] == "ecologically_fragile").all()
    assert (zones.loc[east, "main"] == "key_development").all()
    assert zones.loc[["a1", "a2", "a3"], "rule"].tolist() == ["wood-1", "fragile-1", "town-1"]
    assert zones["part_of"].tolist() == zones["jurisdiction"].tolist()
    assert set(zones.loc[west, "main_of_whole"]) == {"ecologically_fragile"}
    assert set(zones.loc[east, "main_of_whole"]) == {"key_development"}
    assert said(zones.loc["a2", "reason"], plan.rulebook) == (
        "county west: forest covers it: ecologically_fragile_share 75\xa0% >= 50\xa0% (fragile_min)"
    )
    claims = plan.claims.set_index(["unit_id", "rule"])["inherited_from"]
    assert claims["a2", "fragile-1"] == "west"
    assert claims["a1", "wood-1"] == ""
    assert refinements(plan.zones)["refined_ha"].to_dict() == {"east": 0.0, "west": 0.0}


def test_who_falls_to_the_default_hears_whose_values_these_were(folder) -> None:
    """No county has 9,000 people or is all forest, and a2, with 200 people and half forest, is no town and no wood."""
    path = folder / "rules" / "parameters.toml"
    text = path.read_text("utf-8")
    for old, new in (
        ("value = 1000,", "value = 9000,"),
        ("value = 0.5,", "value = 1,"),
        ("value = 200,", "value = 300,"),
    ):
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    plan = run(read_study(folder / "plan.toml"))
    row = plan.zones.set_index("unit_id").loc["a2"]
    assert row["rule"] == "default"
    told = said(row["reason"], plan.rulebook)
    assert told.startswith("no rule for a main function claims the unit; ")
    _, fragile, key, wood, town = told.split("; ")
    assert fragile.startswith("county west: fragile-1 ")
    assert key.startswith("county west: key-1 ")
    assert "population 900 < 9,000" in key
    assert wood.startswith("wood-1 ")
    assert town.startswith("town-1 ")
    assert "population 200 < 300" in town
    sheet = dossier(plan, "a2")
    assert "county west: key-1" in sheet
    assert "town-1 (Key development): population 200" in sheet
    named = [link["reason"] for link in explain(plan, "a2").as_dict()["main"]["links"]]
    assert [text.startswith("county west: ") for text in named] == [True, True, False, False]


def test_a_county_counts_its_own_people_not_those_of_each_township(plan) -> None:
    wholes = gather_parents(plan.measures, plan.rulebook, "county")
    assert wholes.table["population"].to_dict() == {"east": 2100.0, "west": 900.0}
    assert wholes.table["ecologically_fragile_share"].to_dict() == {"east": 0.0, "west": 0.75}
    assert wholes.table["area_ha"].tolist() == pytest.approx([600.0, 600.0])
    assert wholes.table["plant_mw"].tolist() == [0.0, 0.0]  # absent from the study, and taken as 0 for all


def deciding(folder, *entries: str) -> None:
    head = '[[decisions]]\nreason = "why not"\nby = "the council"\ndate = 2024-01-01\n'
    with (folder / "plan.toml").open("a", encoding="utf-8") as file:
        file.write("".join(f"\n{head}{entry}\n" for entry in entries))


def test_who_decides_on_a_county_decides_on_its_townships_but_for_their_own(folder) -> None:
    """West becomes key by decision; a1 stays fragile by a decision on itself: 100 of 600 ha deviate."""
    deciding(
        folder,
        'unit = "west"\nmain = "key_development"',
        'unit = "a1"\nmain = "ecologically_fragile"',
        'unit = "east"\nmain = "key_development"',
    )
    plan = run(read_study(folder / "plan.toml"))
    zones = plan.zones.set_index("unit_id")
    assert zones.loc[["a1", "b1", "c2"], "main"].tolist() == [
        "ecologically_fragile", "key_development", "key_development",
    ]  # fmt: skip
    assert zones.loc["b1", ["rule", "status", "main_of_whole"]].tolist() == [
        "decision-1", "by_decision", "key_development",
    ]  # fmt: skip
    assert refinements(plan.zones).loc["west"].to_dict() == {
        "main": "key_development",
        "area_ha": pytest.approx(600.0),
        "parts": 6,
        "refined_ha": pytest.approx(100.0),
        "refined_parts": 1,
    }
    assert said(zones.loc["b1", "reason"]) == "county west: decided by the council on 2024-01-01: why not"
    found = {one.code: one for one in plan_findings_of(plan)}
    assert found["refined"].level == "note"
    assert said(found["refined"].message, plan.rulebook) == (
        "units with another main function than their county: 1 (west 100.00 ha of 600.00 ha)"
    )
    idle = [one for one in plan_findings_of(plan) if one.code == "decision_without_effect"]
    assert [one.features for one in idle] == [("a1",), ("east",)]  # wood-1 has a1 fragile already, key-1 east key
    assert not [one for one in plan_findings_of(plan) if one.code == "decision_unit_dropped"]


LOCK = """
[[decisions]]
unit = "west"
main = "general"
locked = true
reason = { en = "listed" }
by = "Parliament"
reference = "List 1"
"""


def test_a_locked_county_binds_its_townships_and_shows_who_wanted_otherwise(folder) -> None:
    (folder / "rules" / "decisions.toml").write_text(LOCK, "utf-8")
    deciding(folder, 'unit = "a1"\nmain = "key_development"', 'unit = "west"\nmain = "key_development"')
    study = read_study(folder / "plan.toml")
    plan = run(study)
    west = plan.zones[plan.zones["part_of"] == "west"]
    assert set(west["main"]) == {"general"}
    assert set(west["main_of_whole"]) == {"general"}
    assert set(west["status"]) == {"by_decision"}
    against = [one.features for one in plan_findings_of(plan) if one.code == "decision_against_lock"]
    assert against == [("a1",), ("west",)]
    assert said(west["reason"].iloc[0]) == "county west: locked at national level by Parliament: listed (List 1)"
    notes = check(study, plan.rulebook, read_inputs(study))
    assert not [one for one in notes if one.code == "locked_elsewhere"]


def test_the_county_stands_in_explanation_card_and_other_language(folder) -> None:
    deciding(folder, 'unit = "c4"\nmain = "ecologically_fragile"')
    plan = run(read_study(folder / "plan.toml"))
    told = explain(plan, "c4")
    assert told.as_dict()["whole"] == {
        "level": "county",
        "unit_id": "east",
        "zone": "key_development",
        "title": {"en": "Key development"},
        "area_ha": pytest.approx(600.0),
        "refined_ha": pytest.approx(100.0),
    }
    assert (
        "county east: Key development (key_development); parts of 100.00 ha of 600.00 ha have another main function"
    ) in told.text()
    assert "rule fragile-1: county west: forest covers it" in explain(plan, "a2").text()
    content = cards(localize(plan))
    claim = dict(zip((unit.id for unit in content.units.rows), content.main_claims.rows, strict=True))
    first = content.reasons.groups[claim["a2"].reason][0]
    assert content.texts[first.text].replace("\0", *first.numbers) == "rule fragile-1: county west: forest covers it"
    assert content.texts[content.reasons.groups[claim["a1"].reason][0].text].startswith("rule wood-\0: ")
    reason = plan.zones.set_index("unit_id").loc["a2", "reason"]
    assert said(reason, plan.rulebook, "zh").startswith("county west：forest covers it")
    with pytest.raises(UnknownNameError, match="it is a larger unit, explain a part of it: 'a1', 'a2'"):
        explain(plan, "west")


def test_cases_may_give_the_county(folder) -> None:
    (folder / "rules" / "cases").mkdir()
    (folder / "rules" / "cases" / "wholes.toml").write_text(CASES, "utf-8")
    assert [one.text for one in run_cases(folder / "rules") if not one.passed] == []


def test_without_part_of_nothing_changes(toy_folder) -> None:
    plan = run(read_study(toy_folder / "plan.toml"))
    assert set(plan.zones["part_of"]) == {""}
    assert set(plan.zones["main_of_whole"]) == {""}
    assert set(plan.claims["inherited_from"]) == {""}
    assert refinements(plan.zones).empty


@pytest.mark.parametrize(
    ("change", "error", "expected"),
    [
        ('part_of = "canton"', ZoneplanError, "canton"),
        ('part_of = "hole"', SourceError, "nothing stands in column 'hole' of 'b1', 'b2': a unit"),
        ('part_of = "twin"', UnknownNameError, "'a1' is the id of a unit and, in column 'twin', of a larger one"),
        (
            'part_of = "torn"',
            SourceError,
            "the parts of a larger unit of column 'torn' lie in different jurisdictions ('one')",
        ),
    ],
)
def test_columns_that_name_no_whole(folder, units, change: str, error: type[Exception], expected: str) -> None:
    own = units.drop(columns=["jurisdiction", "area_ha"]).rename_axis("code").reset_index()
    hole = own["county"].where(~own["code"].isin(["b1", "b2"]))
    own = own.assign(hole=hole, twin=np.where(own["county"] == "west", "a1", "x"), torn="one")
    own.to_file(folder / "toy.gpkg", layer="units", driver="GPKG")
    path = folder / "plan.toml"
    path.write_text(path.read_text("utf-8").replace('part_of = "county"', change), "utf-8")
    with pytest.raises((error, SeveralErrors)) as caught:
        run(read_study(path))
    assert expected in str(caught.value)


def test_a_unit_may_be_its_own_whole() -> None:
    rulebook = Rulebook("r", "", "", DAY, indicators=(Indicator(name="x", whole="sum"),))
    towns = pd.DataFrame({"county": ["a", "k"], "x": [1.0, 2.0]}, index=["a", "b"])
    assert gather_parents(towns, rulebook, "county").table["x"].to_dict() == {"a": 1.0, "k": 2.0}


@pytest.mark.parametrize(
    ("indicator", "values", "expected"),
    [
        (Indicator(name="x", whole="sum"), [1.0, 2.0], 3.0),
        (Indicator(name="x", whole="mean"), [1.0, 2.0], 1.5),
        (Indicator(name="x", whole="area_mean"), [1.0, 2.0], 1.75),
        (Indicator(name="x", whole="min"), [1.0, 2.0], 1.0),
        (Indicator(name="x", whole="max"), [1.0, 2.0], 2.0),
        (Indicator(name="x"), [1.0, 2.0], None),
        (Indicator(name="x", whole="sum"), [1.0, float("nan")], None),
        (Indicator(name="x", whole="area_mean"), [1.0, float("nan")], None),
        (Indicator(name="x_ha"), [1.0, 2.0], 3.0),
        (Indicator(name="x_share"), [0.2, 1.0], 0.8),
        (Indicator(name="x", type="boolean", whole="any"), [True, False], True),
        (Indicator(name="x", type="boolean", whole="all"), [True, False], False),
        (Indicator(name="x", type="boolean"), [True, True], None),
        (Indicator(name="x", type="text"), ["p", "p"], "p"),
        (Indicator(name="x", type="text"), ["p", "q"], None),
    ],
)
def test_how_parts_make_a_whole(indicator: Indicator, values: list[object], expected: object) -> None:
    """Two parts of 100 and 300 ha."""
    rulebook = Rulebook("r", "", "", DAY, indicators=(indicator,))
    towns = pd.DataFrame({"county": "k", "area_ha": [100.0, 300.0], indicator.name: values}, index=["a", "b"])
    found = gather_parents(towns, rulebook, "county").table.loc["k", indicator.name]
    assert pd.isna(found) if expected is None else found == expected


def test_numbers_are_not_gathered_like_truths(write_rulebook) -> None:
    folder = write_rulebook(indicators=lambda text: text.replace('unit = "MW"', 'unit = "MW"\nwhole = "any"'))
    with pytest.raises(ZoneplanError) as caught:
        read_rulebook(folder, DAY)
    assert "whole = \"any\" is for a boolean, and 'energy_mw' is a number; write one of area_mean, max" in str(
        caught.value
    )


@given(
    st.lists(
        st.tuples(st.sampled_from("pqr"), st.floats(0, 1), st.floats(0, 1), st.floats(0, 2000), st.floats(1, 100)),
        min_size=1,
        max_size=12,
    )
)
def test_every_part_and_every_whole_has_exactly_one_main_function(rows) -> None:
    """P12, on two levels: parts that no rule refines are what their whole is, and have any number of its overlays."""
    rulebook = made()
    frame = pd.DataFrame(rows, columns=["county", "forest_share", "border_share", "people", "area_ha"])
    frame.index = pd.Index([f"u{place:02}" for place in range(len(rows))], name="unit_id")
    zones = resolve(classify(frame, rulebook, part_of="county"), rulebook)
    assert zones.index.tolist() == sorted(frame.index)
    assert set(zones["main"]) <= {"fragile", "town", "general"}
    assert zones["part_of"].tolist() == frame["county"].tolist()
    assert zones.groupby("part_of")["main_of_whole"].agg(set).map(len).eq(1).all()
    area = frame["area_ha"].groupby(frame["county"]).sum()
    share = (frame["forest_share"] * frame["area_ha"]).groupby(frame["county"]).sum() / area
    border = (frame["border_share"] * frame["area_ha"]).groupby(frame["county"]).sum() / area
    for unit, zone in zones.iterrows():
        overlaid = [
            *["border"] * bool(border[zone["part_of"]] >= 0.2),
            *["crowded"] * bool(frame.loc[unit, "people"] >= 1000),
        ]
        at_border = abs(border[zone["part_of"]] - 0.2) < 1e-9
        assert zone["overlays"] == ";".join(overlaid) or at_border
        own = "fragile" if share[zone["part_of"]] >= 0.5 else "general"
        near = abs(share[zone["part_of"]] - 0.5) < 1e-9
        assert zone["main_of_whole"] == own or near
        assert zone["main"] == ("town" if frame.loc[unit, "people"] >= 1000 else zone["main_of_whole"])


def made() -> Rulebook:
    def value(name: str, number: float) -> Value:
        return Value(name=name, value=number, unit="1", title=None, reference="r")

    why = {"reason": {"en": "why"}, "reference": "r"}
    return Rulebook(
        "r",
        "",
        "",
        DAY,
        zones=(
            Zone(code="fragile", kind="main", title={"en": "Fragile"}),
            Zone(code="town", kind="main", title={"en": "Town"}),
            Zone(code="general", kind="main", title={"en": "General"}, default=True),
            Zone(code="border", kind="overlay", title={"en": "Border"}),
            Zone(code="crowded", kind="overlay", title={"en": "Crowded"}),
        ),
        indicators=(Indicator(name="forest_share"), Indicator(name="border_share"), Indicator(name="people")),
        rules=(
            Rule(id="f", zone="fragile", when="forest_share >= half", **why),
            Rule(id="t", zone="town", when="people >= many", refines=True, priority=99, **why),
            Rule(id="b", zone="border", when="border_share >= fifth", **why),
            Rule(id="c", zone="crowded", when="people >= many", refines=True, **why),
        ),
        parameters={"half": value("half", 0.5), "fifth": value("fifth", 0.2), "many": value("many", 1000.0)},
    )


def test_decisions_find_parts_and_wholes() -> None:
    rulebook = made()
    frame = pd.DataFrame(
        {
            "county": ["k", "k"],
            "forest_share": [0.0, 0.0],
            "people": [0.0, 0.0],
            "border_share": [0.0, 0.0],
            "area_ha": [1.0, 1.0],
        },
        index=pd.Index(["a", "b"], name="unit_id"),
    )
    wrong = Decision(unit="kk", main="town", reason="r", by="b", date=DAY)
    with pytest.raises(UnknownNameError, match="there is no unit 'kk'"):
        classify(frame, rulebook, [wrong], part_of="county")


def test_land_depends_on_the_numbers_of_rules_that_were_asked(folder) -> None:
    """fragile_min: 300 ha of west by fragile-1 and 600 ha of east by town-1; without counties nobody asks town-1."""
    plan = folder / "plan.toml"
    found = rule_coverage_of(run(read_study(plan))).parameters.set_index("parameter")["main_ha"]
    assert found["fragile_min"] == pytest.approx(900)
    assert found[["town_fragile_max", "town_min", "populous_min"]].tolist() == pytest.approx([300, 600, 0])
    plan.write_text(plan.read_text("utf-8").replace('part_of = "county"\n', ""), "utf-8")
    alone = rule_coverage_of(run(read_study(plan))).parameters.set_index("parameter")["main_ha"]
    assert alone[["fragile_min", "town_fragile_max", "town_min"]].tolist() == pytest.approx([1200, 0, 0])
