"""The headline: its numbers are those of the tables, its words are of one language, and its story can be shown."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cache

import pytest

from maps.telling.summaries.plan_headline import headline
from maps.telling.summaries.unit_verdicts import verdicts
from maps.words import languages, localize
from zoning.quotas import RESERVE
from zoning.rulebook import Zone

STUDIES = ("us_mountain_west", "china_provinces")
TOLD = [(study, language) for study in STUDIES for language in ("en", "zh")]


@pytest.fixture(scope="module")
def told(plan_of):
    """A function that gives the headline of a built-in study in a language."""

    @cache
    def of(study: str, language: str):
        plan = localize(plan_of(study), language)
        return headline(plan, verdicts(plan))

    return of


@pytest.mark.parametrize(
    ("study", "language", "title"),
    [
        ("us_mountain_west", "en", "Growth in 15 counties, farming in 18, protection in 28."),
        ("us_mountain_west", "zh", "发展15个县，农业18个，保护28个。"),
        ("china_provinces", "en", "Growth in 8 provinces, farming in 6, protection in 6."),
        ("china_provinces", "zh", "城镇发展8个省份，农业生产6个，生态保护6个。"),
    ],
)
def test_the_title_counts_units_by_what_their_land_is_for(told, study: str, language: str, title: str) -> None:
    found = told(study, language)
    assert found.sentence == title
    assert [part.zone for part in found.title if part.zone]  # the map underlines these


def test_a_rulebook_without_purposes_counts_zones(plan_of) -> None:
    plan = plan_of("us_mountain_west")
    zones = tuple(Zone.model_construct(**{**dict(zone), "purpose": None}) for zone in plan.rulebook.zones)
    plain = localize(plan.having(rulebook=replace(plan.rulebook, zones=zones)), "en")
    found = headline(plain, verdicts(plain))
    assert found.sentence == "15 key development, 18 agricultural, 28 ecologically fragile."


@pytest.mark.parametrize(("study", "language"), TOLD)
def test_numbers_and_rows_are_those_of_the_tables(told, plan_of, study: str, language: str) -> None:
    found, plan = told(study, language), plan_of(study)
    assert [number.key for number in found.numbers] == ["special", "quota", "money", "firm"]
    default = plan.rulebook.default_zone.code
    special = plan.zones.loc[plan.zones["main"] != default, "area_ha"].sum() / plan.zones["area_ha"].sum()
    assert found.numbers[0].value.rstrip("\xa0%") == f"{100 * special:.0f}"
    assert sum(row.units for row in found.jurisdictions) == len(plan.zones)
    assert sum(sum(row.ha.values()) for row in found.jurisdictions) == pytest.approx(plan.zones["area_ha"].sum())
    units = plan.quotas[(plan.quotas["level"] == "unit") & (plan.quotas["unit_id"] != RESERVE)]
    assert sum(Decimal(row.amount) for row in found.jurisdictions) == units["amount"].sum()
    unit = found.numbers[2].unit
    assert (unit in {"payments", "项支付"}) == plan.flows.empty


@pytest.mark.parametrize("language", ["en", "zh"])
def test_payments_without_an_amount_are_named(told, plan_of, language: str) -> None:
    """Money comes to counties of the West, and nothing in the study says how much."""
    number = told("us_mountain_west", language).numbers[2]
    assert (number.key, number.value) == ("money", "2")
    policies = {one.id: one.title[language] for one in plan_of("us_mountain_west").rulebook.policies}
    due = ("conservation-reserve", "co-easement-credit")
    assert number.label.endswith(("、" if language == "zh" else ", ").join(policies[one] for one in due))


@pytest.mark.parametrize(("study", "language"), TOLD)
def test_the_story_has_five_steps_that_the_map_can_show(told, plan_of, study: str, language: str) -> None:
    found, plan = told(study, language), plan_of(study)
    assert len(found.story) == 5
    codes = {"", *plan.rulebook.codes("main")}
    for step in found.story:
        assert step.zone in codes
        assert set(step.units) <= set(range(len(plan.units)))
        assert step.text.endswith("。" if language == "zh" else ".")
        assert len(step.text.split()) <= 40
    assert found.story[-2 if plan.flows.empty else -3].view == "land"
    assert ("money" in [step.view for step in found.story]) == (not plan.flows.empty)


@pytest.mark.parametrize("language", languages())
def test_a_plan_of_little_has_a_headline_too(make_plan, language: str) -> None:
    """One jurisdiction, no quota, nothing but the default zone: nothing is said that is not there."""
    plan = make_plan()
    default = plan.rulebook.default_zone.code
    bare = plan.having(
        study=plan.study.model_copy(update={"quotas": ()}),
        quotas=plan.quotas.iloc[:0],
        zones=plan.zones.assign(main=default, jurisdiction="west", rule="default"),
    )
    said = localize(bare, language)
    found = headline(said, verdicts(said))
    assert [number.key for number in found.numbers] == ["special", "money", "firm"]
    assert found.jurisdictions == ()
    assert found.quota == ""
    assert [part.zone for part in found.title] == [""]
    assert [step.view for step in found.story] == ["functions", "functions"]


def test_hostile_names_stay_plain_text(make_plan) -> None:
    plan = make_plan()
    zones = plan.zones.assign(jurisdiction=plan.zones["jurisdiction"].replace({"west": "\u202e<b>{n}"}))
    said = localize(plan.having(zones=zones), "en")
    names = [row.name for row in headline(said, verdicts(said)).jurisdictions]
    assert "\u202e" not in "".join(names)
    assert any("<b>{n}" in name for name in names)
