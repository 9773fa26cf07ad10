"""The map of a comparison: a swipe by pointer and keys, a layer of differences, and what moved on the card."""

from __future__ import annotations

import pytest

from maps.web import draw
from zoning.plan import Plan
from zoning.whatif import Comparison, compare

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def found(toy_run: Plan) -> Comparison:
    (quota,) = toy_run.study.quotas[:1]
    return compare(toy_run, toy_run.vary(parameters={"fragile_min": 0.6}, quotas={quota.name: float(quota.total) / 2}))


def shot(tab, pane: str) -> bytes:
    return tab.locator(f".leaflet-{pane}-pane canvas").first.screenshot()


def test_the_map_opens_on_differences_with_a_swipe(open_map, found: Comparison) -> None:
    tab = open_map(draw(found))
    assert tab.locator("#zp-views button[aria-pressed=true]").inner_text() == "Differences"
    knob = tab.get_by_role("slider", name="Swipe between Before and After")
    assert knob.get_attribute("aria-valuenow") == "50"
    clip = tab.locator(".leaflet-before-pane").evaluate("pane => pane.style.clipPath")
    knob.focus()
    for key, value in (("ArrowRight", "52"), ("PageDown", "42"), ("End", "100"), ("Home", "0"), ("ArrowLeft", "0")):
        knob.press(key)
        assert knob.get_attribute("aria-valuenow") == value, key
    assert tab.locator(".leaflet-before-pane").evaluate("pane => pane.style.clipPath") != clip
    box = knob.bounding_box()
    tab.mouse.move(box["x"] + 22, box["y"] + 22)
    tab.mouse.down()
    tab.mouse.move(box["x"] + 322, box["y"] + 22, steps=4)
    tab.mouse.up()
    assert int(knob.get_attribute("aria-valuenow")) > 20
    assert "3 of 12 units change their main function" in tab.locator("#zp-plan").inner_text()
    assert tab.complaints == []
    assert [one for one in tab.asked if not one.startswith(("file:", "data:", "blob:"))] == []


def test_the_two_sides_are_the_two_plans(open_map, found: Comparison) -> None:
    """With the handle at the right end the map shows the first plan, at the left end the second."""
    tab = open_map(draw(found))
    tab.locator(".zp-check input").first.uncheck()
    knob = tab.get_by_role("slider")
    knob.focus()
    knob.press("End")
    tab.wait_for_timeout(300)
    before = tab.locator(".zp-map").screenshot()
    knob.press("Home")
    tab.wait_for_timeout(300)
    assert tab.locator(".zp-map").screenshot() != before


def test_the_card_says_from_what_to_what_and_because_of_what(open_map, found: Comparison) -> None:
    tab = open_map(draw(found), "#unit=a2")
    card = tab.locator("#zp-unit").inner_text()
    assert "What moved" in card
    assert "→" in card
    assert "Because of: parameter fragile_min: 50 % to 60 %" in card.replace("\u00a0", " ")
    tab.get_by_role("combobox", name="What moved").select_option("quota 0")
    tab.wait_for_timeout(200)
    assert tab.locator(".zp-swipe").is_hidden()
    assert "less" in tab.locator("#zp-legend").inner_text()
    assert tab.complaints == []


def test_a_row_of_the_legend_keeps_what_changed_that_way(open_map, found: Comparison) -> None:
    tab = open_map(draw(found))
    row = tab.locator("#zp-legend button.zp-row").first
    assert "→" in row.inner_text()
    row.click()
    assert tab.locator("#zp-legend button.zp-row").first.get_attribute("aria-pressed") == "true"
    tab.get_by_role("tab", name="Table").click()
    assert tab.locator("#zp-table tbody tr").count() == 3


def test_other_views_show_the_second_plan_alone(open_map, found: Comparison) -> None:
    tab = open_map(draw(found), "#view=functions")
    assert tab.locator(".zp-swipe").is_hidden()
    assert tab.locator("#zp-views button").count() == 4


def test_a_map_of_one_plan_has_no_differences(open_map, toy_run: Plan) -> None:
    tab = open_map(draw(toy_run), "#view=differences")
    assert tab.locator("#zp-views button").count() == 3
    assert tab.locator(".zp-swipe").count() == 0
    assert tab.complaints == []


def test_where_no_main_function_moved_amounts_are_shown_first(open_map, toy_run: Plan) -> None:
    (quota,) = toy_run.study.quotas[:1]
    tab = open_map(draw(compare(toy_run, toy_run.vary(quotas={quota.name: float(quota.total) / 2}))))
    chosen = tab.locator("#zp-legend select").first
    assert chosen.evaluate("one => one.selectedIndex") > 0
    chosen.select_option(index=0)
    assert tab.locator("#zp-legend").inner_text().count("Nothing moved") == 1
