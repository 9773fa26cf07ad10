"""A keyboard alone, and who hears the page: where the focus goes, what Escape leaves, and what is told."""

from __future__ import annotations

import re

import pytest

from maps.web import draw

SEARCH = re.compile(r"Find \w+ by name or id")
"""What the search is called, with the noun of the plan."""
pytestmark = [pytest.mark.browser]

FOCUSED = """() => {
    const one = document.activeElement;
    return one === document.body ? "BODY" : one.getAttribute("aria-label") || one.id || one.textContent.trim();
}"""


def focused(tab) -> str:
    """What has the focus, by its name."""
    return tab.evaluate(FOCUSED)


def told(tab) -> str:
    """What was told last, once the page had time to tell it."""
    tab.wait_for_timeout(50)
    return tab.locator("#zp-live").inner_text().strip()


def onto_the_map(tab) -> None:
    """From the last button before it, by a key."""
    tab.locator("#zp-theme").focus()
    tab.keyboard.press("Tab")


def test_the_focus_goes_back_to_what_opened_what_is_closed(open_map, toy_plan) -> None:
    tab = open_map(draw(toy_plan))
    search = tab.get_by_label(SEARCH)
    search.fill("Unit A4")
    search.press("Enter")
    assert focused(tab) == "Unit A4"
    tab.keyboard.press("Escape")
    assert SEARCH.match(focused(tab))
    assert not tab.locator("#zp-hits").is_visible()
    tab.get_by_role("tab", name="Table").click()
    tab.get_by_role("button", name="Unit B2", exact=True).press("Enter")
    assert focused(tab) == "Unit B2"
    tab.get_by_role("button", name="Close", exact=True).press("Enter")
    assert focused(tab) == "Unit B2"
    assert tab.locator("#zp-table").is_visible()
    tab.get_by_role("tab", name="Plan").click()
    tab.locator(".zp-primary").press("Enter")
    tab.keyboard.press("Escape")
    assert focused(tab).startswith("Show me in")
    tab.evaluate("window.print = () => 0")
    save = tab.get_by_role("button", name="Save")
    for leave in ("Escape", "Enter"):
        save.press("Enter")
        tab.keyboard.press("End")
        assert focused(tab) == "Print, A3"
        tab.keyboard.press(leave)
        assert focused(tab) == "Save"
    assert tab.complaints == []


def test_escape_takes_one_step_and_comparing_is_told(open_map, toy_plan) -> None:
    tab = open_map(draw(toy_plan), "#unit=c4")
    compare = tab.get_by_role("button", name="Compare with another unit")
    compare.press("Enter")
    assert SEARCH.match(focused(tab)), "where the second can be typed"
    assert told(tab).startswith("Choose a second unit")
    search = tab.get_by_label(SEARCH)
    search.fill("Unit B2")
    search.press("Enter")
    assert focused(tab) == "Unit C4, Unit B2"
    assert told(tab) == "Two units side by side: Unit C4, Unit B2"
    tab.keyboard.press("Escape")
    assert focused(tab) == "Compare with another unit"
    assert told(tab) == "Unit C4 (c4): Key development"
    tab.keyboard.press("Enter")
    assert compare.get_attribute("aria-pressed") == "true"
    compare.focus()
    tab.keyboard.press("Escape")
    assert compare.get_attribute("aria-pressed") == "false"
    assert told(tab) == "Unit C4 (c4): Key development"
    search.fill("Unit A")
    for hits, typed in ((True, "Unit A"), (False, "Unit A"), (False, ""), (False, "")):
        assert (tab.locator("#zp-hits").is_visible(), search.input_value()) == (hits, typed)
        tab.keyboard.press("Escape")
    assert tab.locator("#zp-unit h2").inner_text() == "Unit C4"
    compare.focus()
    tab.keyboard.press("Escape")
    assert tab.locator("#zp-unit h2").count() == 0
    assert focused(tab) != "BODY"


def test_another_view_colouring_theme_or_filter_is_told_shortly(open_map, toy_plan) -> None:
    tab = open_map(draw(toy_plan))
    tab.get_by_role("button", name="Land", exact=True).press("Enter")
    assert told(tab) == "View: Land"
    tab.get_by_role("button", name="Functions", exact=True).press("Enter")
    assert told(tab) == "View: Functions"
    tab.get_by_role("button", name="Light or dark").press("Enter")
    assert told(tab) == "Dark colours"
    colours = tab.get_by_label("Colour by")
    title = colours.locator("option").nth(1).inner_text()
    colours.focus()
    colours.select_option(index=1)
    assert told(tab) == f"Colour by: {title}"
    assert focused(tab) == "Colour by"
    colours.select_option(index=0)
    row = tab.locator("#zp-legend .zp-row", has_text="Ecologically fragile")
    row.press("Enter")
    assert told(tab) == "Ecologically fragile: 6 of 12 units"
    tab.locator("#zp-legend").get_by_role("button", name="Show all").press("Enter")
    assert told(tab) == "All: 12 units"
    assert focused(tab) != "BODY"
    tab.evaluate("window.print = () => 0")
    tab.get_by_role("button", name="Save").press("Enter")
    tab.get_by_role("menuitem", name="Print, A4").press("Enter")
    assert told(tab) == "All: 12 units"  # the sheet is light for a moment, which nobody sees


def test_a_town_opens_the_unit_that_it_lies_in(open_map, map_of) -> None:
    tab = open_map(map_of("us_mountain_west", "en"))
    search = tab.get_by_label(SEARCH)
    search.fill("Greeley")
    hit = tab.locator("#zp-hits li", has_text="town")
    assert hit.inner_text() == "Greeley town · Weld · Colorado"
    search.press("Enter")
    assert tab.locator("#zp-unit h2").inner_text() == focused(tab) == "Weld"
    assert told(tab) == "Greeley: Weld (08123): Agricultural area, Energy-rich area"
    assert "unit=08123" in tab.evaluate("location.hash")


MISSING = "not known: In the area of a metropolitan planning organisation is missing"
"""What a badge says of a policy that holds by what stands for it."""


def test_a_policy_leads_to_what_it_says_and_an_open_one_is_marked(open_map, map_of) -> None:
    tab = open_map(map_of("us_mountain_west", "en"), "#unit=08123")
    tab.locator("#zp-unit .zp-box-part:has(.zp-title) summary").last.press("Enter")
    title = "Metropolitan transport planning"
    entry = tab.locator(".zp-title", has_text=title)
    assert entry.locator(".zp-badge").inner_text() == MISSING
    assert tab.locator(".zp-title .zp-badge").count() == 1
    assert not tab.locator(".zp-policies").is_visible()
    entry.get_by_role("button").press("Enter")
    policy = tab.locator(".zp-policies > li", has_text=title)
    assert policy.evaluate("one => one === document.activeElement")
    assert "23 U.S.C. 134(d)(1)" in policy.inner_text()
    assert policy.locator("details").get_attribute("open") is not None


def test_distances_are_measured_and_filters_lifted_by_keys_alone(open_map, toy_plan) -> None:
    tab = open_map(draw(toy_plan))
    tab.get_by_role("button", name="Measure a distance").press("Enter")
    assert focused(tab).startswith("Map of the plan")
    assert tab.locator(".zp-cross").is_visible()
    tab.keyboard.press("Enter")
    tab.keyboard.press("ArrowRight")
    tab.wait_for_timeout(600)
    tab.keyboard.press("Enter")
    assert told(tab).endswith(" km")
    tab.keyboard.press("Backspace")
    assert "Backspace" in told(tab), "one point is no line"
    tab.keyboard.press("Escape")
    assert focused(tab) == "Measure a distance"
    assert not tab.locator(".zp-cross").is_visible()
    row = tab.locator(".zp-legend-body button.zp-row").first
    row.press("Enter")
    assert " of 12 units" in told(tab)
    tab.keyboard.press("Escape")
    assert told(tab) == "All: 12 units"
    assert row.get_attribute("aria-pressed") == "false"
    assert tab.complaints == []


def test_the_map_is_read_and_opened_by_keys_and_the_browser_goes_back(open_map, toy_plan) -> None:
    tab = open_map(draw(toy_plan))
    onto_the_map(tab)
    assert focused(tab).startswith("Map of the plan")
    ring = "getComputedStyle(document.activeElement, '::after').borderTopStyle"
    assert tab.evaluate(ring) == "solid", "who has no pointer sees that the map is at hand"
    assert tab.locator(".zp-cross").is_visible()
    tab.keyboard.press("ArrowDown")
    tab.wait_for_timeout(600)
    name = told(tab).partition(" (")[0]
    assert name in set(toy_plan.units["name"]), "what lies under the cross is told"
    tab.keyboard.press("Enter")
    assert focused(tab) == name
    assert not tab.locator(".zp-cross").is_visible()
    tab.get_by_role("button", name="Land", exact=True).press("Enter")
    assert "view=land" in tab.url
    assert "unit=" in tab.url
    tab.go_back()
    assert "view=" not in tab.url
    assert focused(tab) == "Land", "the focus stays"
    tab.go_back()
    assert tab.url.endswith("map.html")
    assert not tab.locator("#zp-unit").is_visible()
    tab.go_forward()
    assert tab.locator("#zp-unit h2").inner_text() == name
    assert tab.complaints == []


AT_REST = """() => new Promise((done) => {
    let still = 0;
    const look = () => {
        still = document.querySelector(".leaflet-zoom-anim, .leaflet-pan-anim") ? 0 : still + 1;
        still > 3 ? setTimeout(done) : requestAnimationFrame(look);
    };
    look();
})"""
"""What waits until the map has not moved for a few frames, and what it then has to tell is told."""
UNDER_CROSS = """() => {
    const frame = document.querySelector(".zp-map").getBoundingClientRect();
    const cross = document.querySelector(".zp-cross").getBoundingClientRect();
    const [x, y] = [cross.x + cross.width / 2, cross.y + cross.height / 2];
    const over = document.elementFromPoint(x, y);
    return { told: document.getElementById("zp-live").textContent.trim(), free: over.closest(".zp-map") !== null,
             x: x - frame.x, y: y - frame.y };
}"""


@pytest.mark.parametrize("size", [(1440, 900), (1280, 720), (390, 844)])
def test_cross_selection_address_and_card_are_at_one_place(open_map, map_of, size) -> None:
    tab = open_map(map_of("us_mountain_west", "en"), viewport={"width": size[0], "height": size[1]})
    found = {"08123": "Weld", "08014": "Broomfield"}
    for code, name in found.items():
        if size[0] == 390:
            tab.get_by_role("button", name="Search").press("Enter")
        search = tab.get_by_label(SEARCH)
        search.fill(code)
        search.press("Enter")
        assert focused(tab) == tab.locator("#zp-unit h2").inner_text() == name
        tab.evaluate(AT_REST)
        for moved in (False, True):
            if moved:  # by a pointer, away from it
                tab.evaluate("document.activeElement.blur(); map_plan.panBy([900, 300], { animate: false })")
            onto_the_map(tab)
            tab.evaluate(AT_REST)
            cross = tab.evaluate(UNDER_CROSS)
            assert cross["told"].startswith(f"{name} ({code}): "), (moved, cross)
            assert cross["free"], "nothing covers the cross"
            assert f"unit={code}" in tab.url
            tab.keyboard.press("+")
            tab.evaluate(AT_REST)
            assert tab.evaluate(UNDER_CROSS)["told"].startswith(f"{name} ({code}): "), "zooming keeps to the cross"
            tab.keyboard.press("-")
            tab.evaluate(AT_REST)
        tab.keyboard.press("Enter")
        assert focused(tab) == name
    assert tab.complaints == []


def test_keys_on_the_map_tell_what_the_view_shows(open_map, map_of) -> None:
    tab = open_map(map_of("us_mountain_west", "en"), "#unit=08123")

    def heard() -> str:
        onto_the_map(tab)
        text = told(tab)
        tab.locator("#zp-tab-plan").focus()
        return text.removeprefix("Weld (08123): ")

    assert heard() == "Agricultural area, Energy-rich area"
    tab.get_by_role("button", name="Land", exact=True).press("Enter")
    land = heard()
    assert land.startswith("Construction land: 123 ha, 3.9 % of Colorado, ".replace(" %", "\u00a0%")), land
    assert land.endswith(" m² per person")
    tab.get_by_role("button", name="Money", exact=True).press("Enter")
    assert heard().startswith("Programmes that pay: 2, Colorado: tax credit for conservation easements, ")
    tab.get_by_role("button", name="Functions", exact=True).press("Enter")
    tab.get_by_label("Colour by").select_option(label="Cropland")
    measure = heard()
    assert measure.startswith("Cropland: 24"), measure
    assert ", class " in measure


def test_keys_on_the_map_of_payments_tell_who_pays_whom(open_map, map_of) -> None:
    tab = open_map(map_of("china_provinces", "zh"), "#view=money&unit=520000")
    onto_the_map(tab)
    assert told(tab) == "贵州省（520000）：付给 云南省 30,000,000 元"


def test_sorting_hits_and_files_are_told(open_map, toy_plan) -> None:
    tab = open_map(draw(toy_plan))
    tab.get_by_label(SEARCH).press_sequentially("Unit A")
    tab.wait_for_timeout(600)
    assert told(tab) == "4 hits: Unit A1"
    tab.get_by_role("tab", name="Table").click()
    for way in ("largest", "smallest"):
        tab.get_by_role("columnheader", name="Area, ha").get_by_role("button").press("Enter")
        assert told(tab) == f"Sorted by Area, ha, {way} first"
    tab.get_by_role("button", name="Save", exact=True).press("Enter")
    with tab.expect_download() as saved:
        tab.get_by_role("menuitem", name="CSV").press("Enter")
    assert told(tab) == f"Saved: {saved.value.suggested_filename}"
    assert tab.complaints == []
