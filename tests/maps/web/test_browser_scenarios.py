"""The switch between the adopted plan and its scenarios: repainted, counted, linked, told, and never mistaken."""

from __future__ import annotations

from pathlib import Path

import pytest

from maps.web import draw
from maps.words import catalogue
from tests.zoning.study.test_tries import write_try
from zoning.pipeline.flow import make_plan, run
from zoning.pipeline.plan_steps import Steps
from zoning.plan import Plan
from zoning.study import Scenario, read_study

pytestmark = pytest.mark.browser

HOSTILE = '<img src=x onerror="document.title=1">&'


@pytest.fixture
def plan(toy_run: Plan) -> Plan:
    scenarios = (
        Scenario(name="forest & co", title={"en": "Fewer forests"}, set={"parameters.fragile_min": 0.6}),
        Scenario(name=HOSTILE, set={"quotas.construction_land.total": 60}),
    )
    study = toy_run.study.model_copy(update={"scenarios": scenarios})
    return make_plan(study, toy_run.whole_rulebook, toy_run.inputs, toy_run.tables, steps=Steps(toy_run.steps))


def legend(tab) -> dict[str, str]:
    rows = [row.split("\n") for row in tab.locator(".zp-legend button.zp-row, .zp-legend li").all_inner_texts()]
    return {row[0].strip(): row[-1].strip() for row in rows if len(row) > 1}


def column(tab, place: int) -> dict[str, str]:
    """A column of the table of units, by the name of the unit."""
    tab.click("#zp-tab-table")
    rows = [row.split("\t") for row in tab.locator("#zp-table tbody tr").all_inner_texts()]
    return {row[0].split("\n")[0].strip(): row[place].strip() for row in rows}


def test_a_scenario_takes_the_place_of_the_plan_and_gives_it_back(open_map, plan: Plan) -> None:
    tab = open_map(draw(plan))
    box = tab.locator("#zp-scenario")
    assert box.locator("option").all_inner_texts()[0] == "The adopted plan"
    assert not tab.locator("html.zp-not-adopted").count()
    own = column(tab, 1)
    picture = tab.locator(".leaflet-plan-pane canvas").first.screenshot()
    box.select_option("0")
    tab.wait_for_timeout(300)
    assert tab.locator("html.zp-not-adopted").count() == 1
    assert "Not the adopted plan" in tab.inner_text("#zp-strip")
    assert "Scenario: Fewer forests" in tab.inner_text("#zp-live")
    assert tab.url.endswith("#scenario=forest%20%26%20co")
    moved = {unit: main for unit, main in column(tab, 1).items() if main != own[unit]}
    assert moved == dict.fromkeys(("Unit A2", "Unit B2", "Unit C2"), "General")
    assert tab.locator(".leaflet-plan-pane canvas").first.screenshot() != picture
    box.select_option("-1")
    tab.wait_for_timeout(300)
    assert column(tab, 1) == own
    assert not tab.locator("html.zp-not-adopted").count()
    assert "#" not in tab.url
    assert tab.complaints == []


def test_a_link_opens_the_scenario_with_its_amounts_and_texts_stay_texts(open_map, plan: Plan) -> None:
    tab = open_map(draw(plan), "#scenario=%3Cimg%20src%3Dx%20onerror%3D%22document.title%3D1%22%3E%26&view=land")
    assert tab.input_value("#zp-scenario") == "1"
    assert HOSTILE in tab.locator("#zp-scenario option").all_inner_texts()[2]
    assert tab.locator("img[src=x]").count() == 0
    amounts = plan.scenario_quotas[plan.scenario_quotas["scenario"] == HOSTILE].set_index("unit_id")["amount"]
    heads = tab.locator("#zp-table thead th").all_inner_texts()
    place = next(number for number, head in enumerate(heads) if "land" in head.lower())
    shown = column(tab, place)
    assert {f"Unit {unit.upper()}": f"{amount}" for unit, amount in amounts.items()} == shown
    assert tab.complaints == []


def test_the_card_is_of_the_scenario_and_what_stays_of_the_adopted_plan_says_so(open_map, plan: Plan) -> None:
    tab = open_map(draw(plan), "#scenario=forest%20%26%20co&unit=a2")
    card, adopted = tab.locator("#zp-unit > .zp-try-card"), str(catalogue("map", "en")["try_card"])
    assert card.locator(".zp-verdict").inner_text().endswith("General")
    assert "Ecologically fragile" in card.locator(".zp-note").inner_text()
    assert adopted in tab.inner_text("#zp-unit > .zp-try-adopted")
    assert "Not the adopted plan" in tab.inner_text("#zp-strip")
    tab.evaluate("location.hash += '&view=money'")
    tab.locator("#zp-legend", has_text=adopted).wait_for()
    assert tab.complaints == []


def test_axe_finds_nothing_on_a_scenario(open_map, axe, plan: Plan) -> None:
    assert axe(open_map(draw(plan), "#scenario=forest%20%26%20co")) == []


def test_a_map_without_scenarios_has_no_switch_and_a_try_has_its_banner(open_map, toy_run, toy_folder: Path) -> None:
    tab = open_map(draw(toy_run))
    assert tab.locator("#zp-strip").is_hidden()
    tried = run(read_study(write_try(toy_folder, '"parameters.fragile_min" = 0.6')))
    tab = open_map(draw(tried))
    assert tab.locator("html.zp-not-adopted").count() == 1
    assert "This is a try by Ana, and not the adopted plan plan.toml." in tab.inner_text("#zp-strip")
    assert tab.locator("#zp-scenario").count() == 0
