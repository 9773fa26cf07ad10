"""Each unit has a policy of each instrument of the law, or is told why it has none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maps.telling.explanations.explanation_content import explain
from tests.conftest import examples
from tests.helpers import builtin_rulebook
from zoneplan import classify
from zoning.measures import complete_measures
from zoning.pipeline.flow import run
from zoning.pipeline.plan_findings import plan_findings_of
from zoning.plan import Plan
from zoning.policies import UNSTATED, assign
from zoning.policies.applicability import condition_contexts
from zoning.policies.instrument_coverage import instrument_gaps, reach_of
from zoning.rulebook import CoveredInstrument, Rulebook
from zoning.study import read_study
from zoning.tables import QUOTAS, tabulate
from zoning.zones import resolve

FIRST_PLAN = date(2010, 12, 21)
NO_QUOTAS = tabulate(QUOTAS, pd.DataFrame())
COVERAGE = """
[[coverage]]
code = "building"
title = { en = "Building" }
policies = ["plan-first", "forest-payment", "energy-review"]

[[coverage]]
code = "tides"
title = { en = "Tides" }
[[coverage.gaps]]
when = "main = 'ecologically_fragile'"
reason = { en = "no tide reaches the forest" }
[[coverage.gaps]]
until = 2030-01-01
reason = { en = "the Tide Act was not read" }
needs = { en = "the Tide Act" }
"""


@cache
def book_on(name: str, day: date) -> Rulebook:
    return builtin_rulebook(name).at(day)


def china() -> Rulebook:
    return builtin_rulebook("main_functional_areas")


def china_on(day: date) -> Rulebook:
    return book_on("main_functional_areas", day)


def days(name: str) -> list[date]:
    """All days on which the law changes, from the plan of 2010 on."""
    return [FIRST_PLAN, *(day for day in builtin_rulebook(name).changes if day > FIRST_PLAN)]


def drawn(draw: st.DrawFn, name: str, numbers: list[str], units: list[str]) -> pd.DataFrame:
    """A few units with whatever a study may give; what is not given is absent or missing."""
    indicators = builtin_rulebook(name).indicators
    shares = [one.name for one in indicators if one.name.endswith("_share") and one.when_absent != "error"]
    names = draw(st.lists(st.sampled_from(shares), unique=True, max_size=8)) if shares else []
    people = draw(st.lists(st.sampled_from(numbers), unique=True))
    ids = draw(st.lists(st.sampled_from(units), min_size=1, unique=True))
    share = st.none() | st.sampled_from([0.0, 0.1, 0.2, 0.5, 1.0])
    number = st.none() | st.sampled_from([0.0, 1.0, 4_999_999.0, 10_000_000.0])
    columns = {name: [draw(share) for _ in ids] for name in names} | {
        name: [draw(number) for _ in ids] for name in people
    }
    index = pd.Index(ids, name="unit_id", dtype="str")
    return pd.DataFrame({name: pd.Series(one, index=index, dtype=float) for name, one in columns.items()}, index=index)


@st.composite
def counties(draw: st.DrawFn) -> pd.DataFrame:
    """Counties of China."""
    numbers = ["city_pop_max", "heritage_count", "services_below_standard"]
    frame = drawn(draw, "main_functional_areas", numbers, ["210900", "230123", "150521", "440100", "x-1"])
    return frame.assign(jurisdiction=draw(st.sampled_from(["", "Jilin", "北京市"])))


@st.composite
def western_counties(draw: st.DrawFn) -> pd.DataFrame:
    """Counties of the American West, of which the state may be unknown or none of the five."""
    numbers = ["energy_mw", "city_pop_max", "cities_count", "parks_count", "entitlement_acres", "mineral_receipts_usd"]
    frame = drawn(draw, "us_west", numbers, ["04013", "08031", "35045", "49035", "56005", "x-1"])
    states, told = st.sampled_from(["AZ", "CO", "NM", "UT", "WY", "NV", None]), st.sampled_from([True, False, None])
    given = {
        "state": pd.Series([draw(states) for _ in frame.index], index=frame.index, dtype="object"),
        "metro": pd.Series([draw(st.booleans()) for _ in frame.index], index=frame.index, dtype="boolean"),
        **{
            name: pd.Series([draw(told) for _ in frame.index], index=frame.index, dtype="boolean")
            for name in ("planning_organisation", "energy_community", "coal_plant_abandoned", "specified_county")
        },
        "pop_2020": draw(st.sampled_from([0.0, 999.0, 1000.0, 125_001.0])),
    }
    return frame.assign(**given, area_km2=1000.0, jurisdiction="")


@st.composite
def municipalities(draw: st.DrawFn) -> pd.DataFrame:
    """Municipalities of Brazil, in the Legal Amazon and outside of it."""
    numbers = ["population", "hydropower_mw", "heritage_count", "border_distance_km", "quota_clearing"]
    frame = drawn(draw, "brazil", numbers, ["1302603", "1507300", "5107925", "3170206", "4105508", "x-1"])
    told = st.sampled_from([True, False, None])
    listed = pd.Series([draw(told) for _ in frame.index], index=frame.index, dtype="boolean")
    return frame.assign(priority_deforestation=listed, jurisdiction=draw(st.sampled_from(["", "Amapá", "SP"])))


@st.composite
def communes(draw: st.DrawFn) -> pd.DataFrame:
    """Communes of France, or whole regions, of which the document, the region and the objective may be unknown."""
    numbers = ["consumption_2011_2021_ha", "reduction_objective_pct", "withheld_pct", "delegated_communes"]
    frame = drawn(draw, "france_zan", numbers, ["80001", "49001", "x-1"])
    documents = st.sampled_from(["approuvé", "arrêté", "prescrit", "aucun", None])
    regions = st.sampled_from(
        ["Bretagne", "Normandie", "Hauts-de-France", "Nouvelle-Aquitaine", "Corse", "Grand Est", None]
    )
    told = st.sampled_from([True, False, None])
    given = {
        "planning_document": pd.Series([draw(documents) for _ in frame.index], index=frame.index, dtype="object"),
        "region": pd.Series([draw(regions) for _ in frame.index], index=frame.index, dtype="object"),
        **{
            name: pd.Series([draw(told) for _ in frame.index], index=frame.index, dtype="boolean")
            for name in ("guarantee_pooled", "whole_region")
        },
    }
    return frame.assign(**given, jurisdiction="")


@pytest.mark.whole
@settings(max_examples=examples(30))
@given(st.sampled_from(days("main_functional_areas")), counties())
def test_each_unit_has_for_each_instrument_a_policy_or_a_stated_reason(day: date, measures: pd.DataFrame) -> None:
    is_covered(china_on(day), measures)


@settings(max_examples=examples(30))
@given(st.sampled_from(days("us_west")), western_counties())
def test_each_county_of_the_west_has_a_policy_or_a_stated_reason(day: date, measures: pd.DataFrame) -> None:
    is_covered(book_on("us_west", day), measures)


@settings(max_examples=examples(30))
@given(st.sampled_from(days("brazil")), municipalities())
def test_each_municipality_of_brazil_has_a_policy_or_a_stated_reason(day: date, measures: pd.DataFrame) -> None:
    is_covered(book_on("brazil", day), measures)


@settings(max_examples=examples(30))
@given(st.sampled_from(days("france_zan")), communes())
def test_each_commune_of_france_has_a_policy_or_a_stated_reason(day: date, measures: pd.DataFrame) -> None:
    is_covered(book_on("france_zan", day), measures)


def is_covered(rulebook: Rulebook, measures: pd.DataFrame) -> None:
    """Each unit has of each instrument a policy, or one of the reasons for none, and never both."""
    known = complete_measures(measures, rulebook).table
    zones = resolve(classify(known, rulebook), rulebook)
    policies, reasons = assign(zones, measures, NO_QUOTAS, None, None, rulebook)
    gaps = instrument_gaps(reasons.read, policies, rulebook)
    assert gaps[gaps["gap"] == UNSTATED].to_dict("records") == []
    for row in gaps.to_dict("records"):
        one = next(one for one in rulebook.coverage if one.code == row["instrument"])
        held = policies.loc[policies["unit_id"] == row["unit_id"], "policy"]
        assert not set(held) & set(one.policies)


@pytest.mark.parametrize("name", ["brazil", "france_zan", "main_functional_areas", "us_west"])
def test_every_policy_of_a_rulebook_is_of_one_instrument(name: str) -> None:
    rulebook = builtin_rulebook(name)
    named = [one for instrument in rulebook.coverage for one in instrument.policies]
    assert len(named) == len(set(named))
    assert set(named) == {policy.id for policy in rulebook.draft.policies}
    agreed = {one for instrument in rulebook.coverage for one in instrument.agreements}
    assert agreed == {one.id for one in rulebook.agreements}


def test_what_nobody_read_or_no_layer_shows_is_a_form() -> None:
    """Land of no layer and law of no text: each says what a state office has to bring."""
    rulebook = book_on("us_west", date(2025, 1, 1))
    asked = {one.code: [gap for gap in one.gaps if gap.needs] for one in rulebook.coverage}
    for code in ("federal_land", "tribal_land", "farmland_easements", "water_rights", "payment_in_lieu"):
        assert asked[code], code


@pytest.fixture
def covered(toy_folder: Path) -> Plan:
    (toy_folder / "rules" / "coverage.toml").write_text(COVERAGE, "utf-8")
    return run(read_study(toy_folder / "plan.toml"))


def test_gaps_are_told_in_their_order(covered: Plan) -> None:
    """Six of twelve units are forest; the others have the second reason, which says what to bring."""
    found = [one for one in plan_findings_of(covered) if one.code == "instrument_unread"]
    assert [(one.level, one.layer, one.count) for one in found] == [("note", "tides", 6)]
    told = explain(covered, "a1")
    assert [(one["instrument"], one["reason"], one["needs"]) for one in told.as_dict()["gaps"]] == [
        ("tides", "no tide reaches the forest", "")
    ]
    assert "No policy, and why\n  Tides: no tide reaches the forest\n" in told.text()
    assert "Tides: the Tide Act was not read; to have one, bring the Tide Act\n" in explain(covered, "b4").text()


def test_a_unit_without_policy_and_reason_is_a_warning(covered: Plan, toy_folder: Path) -> None:
    file = toy_folder / "rules" / "coverage.toml"
    file.write_text(COVERAGE.replace("2030-01-01", "2001-01-01"), "utf-8")
    plan = run(read_study(toy_folder / "plan.toml"))
    (found,) = (one for one in plan_findings_of(plan) if one.code == "missing_instrument")
    assert (found.level, found.count) == ("warning", 6)
    assert "Tides: the rulebook states no reason\n" in explain(plan, "b4").text()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"forest-payment", ', "", "coverage.toml names the policy 'forest-payment' under no instrument; add it"),
        ('"plan-first"', '"plan-frist"', "policies.toml has no 'plan-frist'; did you mean 'plan-first'?"),
        ('"plan-first"', '"plan-first", "plan-first"', "policy 'plan-first' stands under 'building' already; keep one"),
        ("main = 'ecologically_fragile'", "main = 'forest'", "there is no main zone 'forest'"),
        ('{ en = "the Tide Act" }', '{ de = "das Gesetz" }', "needs has no text in en; give one"),
        ("until = 2030-01-01", "from = 2031-01-01\nuntil = 2030-01-01", "it ends before it begins"),
        ('"energy-review"]', '"energy-review"]\nagreements = ["tide"]', "agreements.toml has no 'tide'"),
    ],
)
def test_what_cannot_be_meant_is_told(toy_folder: Path, old: str, new: str, said: str, command) -> None:
    assert old in COVERAGE
    (toy_folder / "rules" / "coverage.toml").write_text(COVERAGE.replace(old, new), "utf-8")
    told = command("check", toy_folder / "rules")
    assert told.code == 2
    assert said in told.out + told.err


def test_how_far_an_instrument_reaches_by_zone() -> None:
    rulebook = china_on(date(2025, 1, 1))
    by_code = {one.code: one for one in rulebook.coverage}
    assert reach_of(by_code["border"], rulebook, "border").policies == ("border-transfer", "border-settlement")
    assert reach_of(by_code["border"], rulebook).undecided_policies == ("border-settlement",)
    assert reach_of(by_code["grain"], rulebook, "key_development").undecided_policies == by_code["grain"].policies
    outside = reach_of(by_code["city_clusters"], rulebook)
    assert (outside.policies, outside.undecided_policies) == ((), ())
    assert outside.gap is by_code["city_clusters"].gaps[0]


def test_a_rulebook_without_coverage_has_no_gaps(covered: Plan) -> None:
    bare = replace(covered.rulebook, coverage=())
    zones = covered.zones.set_index("unit_id")
    seen = condition_contexts(zones, covered.measures, covered.quotas, None, None, bare)["unit"].seen
    assert instrument_gaps(seen, covered.policies, bare).empty
    only = replace(covered.rulebook, coverage=(CoveredInstrument(code="sky", title={"en": "Sky"}),))
    assert set(instrument_gaps(seen, covered.policies, only)["gap"]) == {UNSTATED}
