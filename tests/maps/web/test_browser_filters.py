"""Filters: one state that legend, table, map and address show."""

from __future__ import annotations

import csv

import pytest

from maps.web import draw
from tests.maps.web.test_browser import becomes, colour, place, settle

pytestmark = [pytest.mark.browser]
PAPER = [0xF8, 0xF4, 0xEB]


def test_legend_and_table_show_one_state_that_the_address_carries(open_map, toy_plan) -> None:
    tab = open_map(draw(toy_plan))
    tab.get_by_role("tab", name="Table").click()
    tab.get_by_label("Jurisdiction", exact=True).select_option(label="west")
    tab.locator("#zp-legend .zp-row", has_text="Ecologically fragile").click()
    chips = [tab.locator(f"{part} .zp-chip") for part in ("#zp-legend", "#zp-table")]
    assert [one.all_inner_texts() for one in chips] == [["Ecologically fragile", "west"]] * 2
    assert (
        tab.get_by_label("Main function", exact=True).locator("option:checked").inner_text() == "Ecologically fragile"
    )
    tab.get_by_role("button", name="Land", exact=True).click()
    assert chips[0].all_inner_texts() == ["Ecologically fragile", "west"]
    tab.get_by_role("button", name="Functions", exact=True).click()
    measure = tab.get_by_label("Colour by").locator("option").nth(1).get_attribute("value")
    tab.get_by_label("Colour by").select_option(measure)
    tab.locator("#zp-legend .zp-row").last.click()
    tab.get_by_role("button", name="More layers and settings").click()
    tab.get_by_label("Zones").fill("40")
    rows = tab.locator("#zp-table tbody tr").all_inner_texts()
    again = open_map(draw(toy_plan), tab.evaluate("location.hash"))
    assert again.evaluate("location.hash") == tab.evaluate("location.hash")
    assert again.locator("#zp-legend .zp-chip").all_inner_texts() == chips[0].all_inner_texts()
    assert len(chips[0].all_inner_texts()) == 3
    again.get_by_role("tab", name="Table").click()
    assert again.locator("#zp-table tbody tr").all_inner_texts() == rows
    assert again.get_by_label("Colour by").input_value() == measure
    again.get_by_role("button", name="More layers and settings").click()
    assert again.get_by_label("Zones").input_value() == "40"
    again.get_by_role("button", name="Remove the filter west").first.click()
    assert again.get_by_label("Jurisdiction", exact=True).locator("option:checked").inner_text() == "All"
    again.locator("#zp-table").get_by_role("button", name="Show all").click()
    assert again.locator(".zp-strip:visible").count() == 0
    assert again.evaluate("location.hash").count("=") == 2
    assert again.complaints == []


def test_what_is_not_kept_is_dim_even_where_it_was_paper_and_the_kept_can_be_seen_near(open_map, toy_plan) -> None:
    tab = open_map(draw(toy_plan))
    zoom = tab.evaluate("map_plan.getZoom()")
    assert colour(tab, place(tab, toy_plan, "c3")) == PAPER
    tab.locator("#zp-legend .zp-row", has_text="Key development").click()
    settle(tab)
    dim = colour(tab, place(tab, toy_plan, "c3"))
    assert all(before - after >= 10 for before, after in zip(PAPER, dim, strict=True)), dim
    tab.locator("#zp-legend").get_by_role("button", name="Zoom to these").click()
    assert becomes(tab, lambda: tab.evaluate(f"map_plan.getZoom() > {zoom} && !map_plan._animatingZoom"))
    x, y = place(tab, toy_plan, "c4")
    frame = tab.locator(".zp-map").bounding_box()
    assert frame["x"] < x < frame["x"] + frame["width"]
    assert frame["y"] < y < frame["y"] + frame["height"]


def test_the_table_and_its_file_have_the_numbers_of_the_view_of_land(open_map, toy_plan, tmp_path) -> None:
    tab = open_map(draw(toy_plan), "#view=land")
    caption = tab.locator("#zp-legend .zp-caption").first.inner_text()
    tab.get_by_role("tab", name="Table").click()
    heads = tab.locator("#zp-table thead th").all_inner_texts()
    column = heads.index(caption)
    tab.mouse.move(*place(tab, toy_plan, "c4"))
    tip = tab.locator(".zp-tip span").nth(1).inner_text()
    row = tab.locator("#zp-table tbody tr", has_text="Unit C4").locator("td").nth(column - 1)
    assert tip == f"{row.inner_text()} {caption}"
    tab.get_by_role("button", name="Save").click()
    with tab.expect_download() as saved:
        tab.get_by_role("menuitem", name="Table").click()
    saved.value.save_as(tmp_path / "table.csv")
    titles, *rows = csv.reader((tmp_path / "table.csv").read_text("utf-8-sig").splitlines())
    (place_of_it,) = [nth for nth, title in enumerate(titles) if title.endswith(f", {caption}")]
    value = next(float(one[place_of_it]) for one in rows if one[1] == "Unit C4")
    assert f"{value:.2g}" == f"{float(row.inner_text().replace(',', '')):.2g}"


def test_on_a_phone_all_is_within_two_taps(open_map, toy_plan) -> None:
    tab = open_map(draw(toy_plan), viewport={"width": 390, "height": 844}, has_touch=True)
    zoom = tab.evaluate("map_plan.getZoom()")
    tab.get_by_role("button", name="Zoom in").tap()
    assert becomes(tab, lambda: tab.evaluate(f"map_plan.getZoom() > {zoom} && !map_plan._animatingZoom"))
    tab.evaluate("window.print = () => { window.printed = true; }")
    tab.get_by_role("button", name="Save").tap()
    with tab.expect_download() as saved:
        tab.get_by_role("menuitem", name="Picture").tap()
    assert saved.value.suggested_filename.endswith(".png")
    tab.get_by_role("button", name="Save").tap()
    tab.get_by_role("menuitem", name="Print, A4").tap()
    assert tab.evaluate("window.printed")
    tab.get_by_role("button", name="Save").tap()
    tab.get_by_role("menuitem", name="Copy link").tap()
    tab.wait_for_selector(".zp-toast")
    tab.get_by_role("button", name="Legend").tap()
    tab.locator("#zp-legend .zp-row", has_text="Ecologically fragile").tap()
    tab.keyboard.press("Escape")
    assert not tab.locator("#zp-legend").is_visible()
    assert tab.get_by_role("button", name="Legend · 6").is_visible()
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390


INKS = """() => {
  window.inks = {};
  const own = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
    window.inks[text] = this.fillStyle;
    return own.call(this, text, x, y);
  };
}"""


def test_the_name_of_a_unit_that_is_not_kept_is_dim_too(open_map, toy_plan) -> None:
    tab = open_map(draw(toy_plan))
    tab.get_by_role("button", name="More layers and settings").click()
    tab.evaluate(INKS)
    tab.get_by_label("Names of units").check()
    settle(tab)
    assert tab.evaluate("window.inks['Unit C4']") == "#ffffff"  # on a dark fill
    tab.locator("#zp-legend .zp-row", has_text="Ecologically fragile").click()
    settle(tab)
    dim = tab.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--outside-ink').trim()")
    assert tab.evaluate("window.inks['Unit C4']").lower() == dim.lower()
    assert tab.evaluate("window.inks['Unit B1']").lower() != dim.lower()


def test_units_near_a_limit_are_listed_and_dim_the_rest(open_map, map_of) -> None:
    tab = open_map(map_of("us_mountain_west", "en"))
    tab.get_by_role("tab", name="Table").click()
    tab.get_by_label("How sure").select_option(label="Close call")
    rows = tab.locator("#zp-table tbody tr")
    assert rows.count() == 5
    assert all("Close call" in row for row in rows.all_inner_texts())
    assert "sure=close" in tab.url
    again = open_map(map_of("us_mountain_west", "en"), "#sure=close")
    assert "5 of 164 counties" in again.locator("#zp-legend .zp-strip").inner_text()
    assert again.locator("#zp-legend .zp-row", has_text="Close call").get_attribute("aria-pressed") == "true"
    assert again.complaints == tab.complaints == []


def test_no_name_lies_under_a_tool_when_the_map_opens(open_map, map_of) -> None:
    tab = open_map(map_of("us_mountain_west", "en"), viewport={"width": 1440, "height": 900})
    first = tab.evaluate("document.querySelector('.leaflet-names-pane canvas').toDataURL()")
    tab.get_by_role("button", name="Land", exact=True).click()
    tab.get_by_role("button", name="Functions", exact=True).click()
    tab.wait_for_timeout(800)
    assert tab.evaluate("document.querySelector('.leaflet-names-pane canvas').toDataURL()") == first
