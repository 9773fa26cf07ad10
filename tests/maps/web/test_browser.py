"""The map in a real browser with the network off: what a click says, what a box switches, what a name cannot do."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import folium
import pandas as pd
import pytest

from maps.telling.annex.report_context import ReportContext
from maps.web import draw
from zoning.pipeline.flow import run
from zoning.study import read_study

SEARCH = re.compile(r"Find \w+ by name or id")
"""What the search is called, with the noun of the plan."""
pytestmark = pytest.mark.browser
HOSTILE = {
    "a1": "{{ 7*7 }}",
    "a2": "</script><script>document.title='ran'</script>",
    "a3": "<img src=x onerror=\"document.title='ran'\">",
    "a4": "${document.title='ran'}",
    "b1": '=HYPERLINK("http://x")',
    "b2": "攀枝花市",
}
READY = "html[data-zoneplan=ready]"


@pytest.fixture
def visit(open_tab, tmp_path: Path) -> Iterator[Callable[..., object]]:
    """A function that opens a map, or a plan's map, and gives the page with what it asked for and complained of."""
    tabs = []

    def open_page(shown, language: str = "en", address: str = "", **settings: object):
        plan_map = shown if isinstance(shown, folium.Map) else draw(shown, language)
        plan_map.save(tmp_path / "map.html")
        tab = open_tab(**settings)
        tab.goto((tmp_path / "map.html").as_uri() + address)
        tab.wait_for_selector(READY)
        tabs.append(tab)
        return tab

    yield open_page
    for tab in tabs:
        tab.close()


def place(tab, plan, unit_id: str) -> tuple[float, float]:
    """Where the middle of a unit is on the screen."""
    middle = plan.units.to_crs(4326).geometry.loc[unit_id].centroid
    return place_of(tab, middle.y, middle.x)


def place_of(tab, lat: float, lon: float) -> tuple[float, float]:
    """Where a point of the earth is on the screen."""
    return tuple(
        tab.evaluate(
            """([lat, lon]) => {
                const box = map_plan.getContainer().getBoundingClientRect();
                const at = map_plan.latLngToContainerPoint([lat, lon]);
                return [box.x + at.x, box.y + at.y];
            }""",
            [lat, lon],
        )
    )


def more(tab):
    """The legend with single layers and settings unfolded."""
    if not tab.locator("#zp-more").is_visible():
        tab.get_by_role("button", name="More layers and settings").click()
    return tab.locator("#zp-legend")


def working(tab):
    """The card with all its working unfolded."""
    tab.evaluate("document.querySelectorAll('#zp-unit details').forEach(fold => { fold.open = true; })")
    return tab.locator("#zp-unit")


def settle(tab) -> None:
    """Let the page draw two frames."""
    tab.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def picture(tab) -> bytes:
    """The map as pixels, without what the pointer marks."""
    tab.mouse.move(2, 2)
    settle(tab)
    return tab.locator(".leaflet-plan-pane canvas").evaluate("canvas => canvas.toDataURL()")


def colour(tab, at: tuple[float, float]) -> list[int]:
    """Red, green and blue of the map at a place of the screen."""
    return tab.evaluate(
        """([x, y]) => {
            const canvas = document.querySelector('.leaflet-plan-pane canvas');
            const box = canvas.getBoundingClientRect();
            return [...canvas.getContext('2d').getImageData(x - box.x, y - box.y, 1, 1).data].slice(0, 3);
        }""",
        list(at),
    )


def test_no_request_and_no_complaint(visit, toy_plan, tmp_path) -> None:
    tab = visit(toy_plan)
    tab.mouse.click(*place(tab, toy_plan, "b2"))
    tab.get_by_role("tab", name="Table").click()
    assert tab.asked == [(tmp_path / "map.html").as_uri()]
    assert tab.complaints == []


@pytest.mark.parametrize("unit_id", ["a1", "b3", "c4"])
def test_a_click_shows_the_card_of_that_unit(visit, toy_plan, unit_id: str) -> None:
    tab = visit(toy_plan)
    tab.mouse.click(*place(tab, toy_plan, unit_id))
    card = tab.locator("#zp-unit")
    assert card.locator("h2").inner_text() == f"Unit {unit_id.upper()}"
    assert unit_id in card.inner_text()


def test_the_card_says_what_the_plan_says(visit, toy_plan) -> None:
    tab = visit(toy_plan)
    tab.mouse.click(*place(tab, toy_plan, "b2"))
    said = working(tab).inner_text()
    for text in (
        "west · b2 · 100.00 ha", "By rule", "Ecologically fragile", "forest covers it",
        "ecologically_fragile_share 50\xa0% >= 50\xa0% (fragile_min)", "Toy Act, section 2 (no reading noted)",
        "9 ha", "of 31 ha for west", "not reduced by built-up land, water",
        "Payment for standing forest", "no reading noted", "from 2011-01-01",
    ):  # fmt: skip
        assert text in said
    tab.mouse.click(*place(tab, toy_plan, "c4"))
    said = working(tab).inner_text()
    for text in ("By decision of planners", "Provincial assembly", "31 ha", "of 84 ha for east"):
        assert text in said


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_card_unfolds_to_what_the_explanation_prints(visit, toy_plan, chain_lines, language: str) -> None:
    """Line by line, for a unit by rule with farmland, one by default, and one by decision."""
    tab = visit(toy_plan, language)
    for unit_id in ("a2", "a4", "c4"):
        tab.evaluate("unit => { location.hash = `unit=${unit}`; }", unit_id)
        tab.wait_for_function("unit => document.querySelector('#zp-unit').innerText.includes(unit)", arg=unit_id)
        folded = set(tab.locator("#zp-unit").inner_text().splitlines())
        tab.evaluate("document.querySelectorAll('#zp-unit details').forEach(fold => { fold.open = true; })")
        shown = set(tab.locator("#zp-unit").inner_text().splitlines())
        assert chain_lines(toy_plan, unit_id, language) <= shown
        assert len(folded) < len(shown)
    assert tab.complaints == []


def test_a_card_tells_the_line_and_the_layers_at_the_place(visit, toy_plan) -> None:
    tab = visit(toy_plan)
    x, y = place(tab, toy_plan, "a2")
    tab.mouse.click(x - 12, y)
    assert tab.locator(".zp-here").inner_text() == "At this place: Permanent farmland, farmland, forest"
    tab.mouse.click(x + 12, y)
    assert tab.locator(".zp-here").inner_text() == "At this place: Permanent farmland, farmland"


def test_a_claim_that_did_not_win_and_an_overruled_policy_are_told(visit, toy_plan) -> None:
    extra = toy_plan.claims[toy_plan.claims["rule"] == "fragile-1"].iloc[:1].assign(unit_id="c4")
    over = toy_plan.policies["overruled_by"].where(toy_plan.policies["policy"] != "plan-first", "energy-review")
    claims = pd.concat([toy_plan.claims, extra], ignore_index=True)
    plan = toy_plan.having(claims=claims, policies=toy_plan.policies.assign(overruled_by=over))
    tab = visit(plan)
    tab.mouse.click(*place(tab, plan, "c4"))
    said = working(tab).inner_text()
    assert "What the other rules said" in said
    assert "Rule fragile-1 claims it for Ecologically fragile" in said
    assert tab.locator("#zp-unit s").inner_text() == "No building without a plan"
    assert "gives way to “Energy review”" in said


FRAGILE, PAPER, GROWTH = [0x77, 0xBB, 0x77], [0xF8, 0xF4, 0xEB], [0x99, 0x33, 0x00]


def test_fills_are_those_of_the_legend(visit, toy_plan) -> None:
    tab = visit(toy_plan)
    expected = {"b1": FRAGILE, "c3": PAPER, "c4": GROWTH, "a2": FRAGILE}
    assert {unit: colour(tab, place(tab, toy_plan, unit)) for unit in expected} == expected


def test_a_row_of_the_legend_dims_the_rest_and_the_table_with_it(visit, toy_plan) -> None:
    tab = visit(toy_plan)
    row = tab.locator("#zp-legend .zp-row", has_text="Ecologically fragile")
    row.click()
    settle(tab)
    assert row.get_attribute("aria-pressed") == "true"
    assert colour(tab, place(tab, toy_plan, "b1")) == FRAGILE
    assert colour(tab, place(tab, toy_plan, "c4")) not in (GROWTH, PAPER)
    tab.get_by_role("tab", name="Table").click()
    assert tab.locator("#zp-table tbody tr").count() == 6
    row.click()
    settle(tab)
    assert colour(tab, place(tab, toy_plan, "c4")) == GROWTH
    assert tab.locator("#zp-table tbody tr").count() == 12


@pytest.mark.parametrize("view", ["Land", "Money"])
def test_each_view_has_colours_and_a_legend_of_its_own(visit, toy_plan, view: str) -> None:
    tab = visit(toy_plan)
    before, legend = picture(tab), tab.locator("#zp-legend").inner_text()
    tab.get_by_role("button", name=view, exact=True).click()
    assert becomes(tab, lambda: picture(tab) != before)
    assert tab.locator("#zp-legend").inner_text() != legend
    assert tab.evaluate("location.hash") == f"#view={view.lower()}"
    tab.get_by_role("button", name="Functions", exact=True).click()
    assert becomes(tab, lambda: picture(tab) == before)
    assert tab.complaints == []


def test_it_is_dark_where_the_system_is_and_light_on_request(visit, toy_plan) -> None:
    tab = visit(toy_plan, color_scheme="dark")
    assert colour(tab, place(tab, toy_plan, "c3")) == [0x32, 0x39, 0x3D]
    ground = "getComputedStyle(document.body).backgroundColor"
    assert tab.evaluate(ground) == "rgb(23, 28, 32)"
    tab.get_by_role("button", name="Light or dark").click()
    settle(tab)
    assert colour(tab, place(tab, toy_plan, "c3")) == PAPER
    assert tab.evaluate(ground) == "rgb(255, 255, 255)"


def becomes(tab, holds: Callable[[], bool]) -> bool:
    """Whether it holds within five seconds; Playwright's own waiting evaluates text, which the page forbids."""
    for _ in range(50):
        if holds():
            return True
        tab.wait_for_timeout(100)
    return False


def test_picture_and_places_agree_after_zoom_and_drag(visit, toy_plan) -> None:
    tab = visit(toy_plan)
    x, y = place(tab, toy_plan, "c3")
    tab.mouse.move(x, y)
    zoom = tab.evaluate("map_plan.getZoom()")
    tab.mouse.wheel(0, -120)
    assert becomes(tab, lambda: tab.evaluate(f"map_plan.getZoom() > {zoom} && !map_plan._animatingZoom"))
    tab.mouse.down()
    tab.mouse.move(x - 30, y + 90, steps=5)
    tab.mouse.up()
    assert becomes(tab, lambda: tab.evaluate("!map_plan._panAnim?._inProgress"))
    settle(tab)
    assert colour(tab, place(tab, toy_plan, "c4")) == GROWTH
    assert colour(tab, place(tab, toy_plan, "c2")) == FRAGILE
    at = place(tab, toy_plan, "c3")
    assert at != (x, y)
    tab.mouse.click(*at)
    assert tab.locator("#zp-unit h2").inner_text() == "Unit C3"


DIFFERENCE = """() => {
    const canvas = document.querySelector('.leaflet-plan-pane canvas');
    const read = one => one.getContext('2d').getImageData(0, 0, one.width, one.height).data;
    const before = read(canvas);
    map_plan.eachLayer(layer => layer.redraw && layer.redraw());
    const after = read(document.querySelector('.leaflet-plan-pane canvas'));
    let most = 0;
    before.forEach((value, place) => { most = Math.max(most, Math.abs(value - after[place])); });
    return [canvas.width, most];
}"""
"""How much the picture changes where it is drawn anew at once."""


def test_what_is_drawn_bit_by_bit_as_the_view_moves_is_what_is_drawn_at_once(visit, toy_plan) -> None:
    tab = visit(toy_plan)
    more(tab).get_by_label("Permanent farmland").check()
    for change in ("map_plan.panBy([150, -90], { animate: false })", "map_plan.setZoom(map_plan.getZoom() + 1)"):
        tab.evaluate(change)
        tab.wait_for_timeout(700)
        width, most = tab.evaluate(DIFFERENCE)
        assert width > 1000
        assert most <= 2


@pytest.mark.parametrize("label", ["Permanent farmland", "forest", "coalfield", "Borders of jurisdictions"])
def test_a_switch_changes_the_picture_and_back(visit, toy_plan, label: str) -> None:
    tab = visit(toy_plan)
    before = picture(tab)
    box = more(tab).get_by_label(label)
    box.click()
    assert becomes(tab, lambda: picture(tab) != before), "the switch changed nothing"
    box.click()
    assert becomes(tab, lambda: picture(tab) == before), "the picture did not come back"


def test_zones_give_way_to_what_lies_below(visit, toy_plan) -> None:
    tab = visit(toy_plan)
    more(tab).get_by_label("Zones").fill("0")
    settle(tab)
    assert colour(tab, place(tab, toy_plan, "c4")) == colour(tab, place(tab, toy_plan, "b1"))


def test_sites_of_quotas_are_drawn_told_and_switched(visit, toy_folder) -> None:
    """Amounts of less than a patch of 6 ha are not placed; the others take the northern cells of each unit."""
    path = toy_folder / "plan.toml"
    siting = '\n[quotas.siting]\nlayer = "height"\nprefer = "low"\nmin_patch_ha = 6\n'
    path.write_text(path.read_text("utf-8") + siting, "utf-8")
    plan = run(read_study(path))
    tab = visit(plan)
    row = more(tab).locator("fieldset", has_text="Sites of quotas").locator("label")
    placed, left = plan.sitings["placed_ha"].sum(), plan.sitings["unplaced_ha"].sum()
    held = plan.quotas.loc[plan.quotas["unit_id"] == "(reserve)", "amount"].sum()
    told = (f"{placed:.2f} ha", f"{len(plan.sites)} patches", f"{left:.2f} ha not placed", f"held back: {held} ha")
    assert row.inner_text().split("\n")[1] == " · ".join(told)
    site = plan.sites[plan.sites["unit_id"] == "b4"].to_crs(4326).geometry.iloc[0].representative_point()
    at = place_of(tab, site.y, site.x)
    assert not row.locator("input").is_checked()  # hundreds of marks would hide zones and names
    row.locator("input").check()
    assert becomes(tab, lambda: colour(tab, at) == [0x0A, 0x0A, 0x8C])
    before = picture(tab)
    row.locator("input").uncheck()
    assert becomes(tab, lambda: colour(tab, at) != [0x0A, 0x0A, 0x8C])
    row.locator("input").check()
    assert becomes(tab, lambda: picture(tab) == before)
    tab.mouse.click(*place(tab, plan, "b4"))
    said = working(tab).inner_text()
    assert f"{plan.sitings.set_index('unit_id').loc['b4', 'placed_ha']:.2f} ha · 1 patch" in said
    assert [one for one in tab.complaints if "getImageData" not in one] == []  # asked by this test
    assert [one for one in tab.asked if not one.startswith("file:")] == []


def test_hostile_names_run_nowhere_and_show_as_written(visit, make_plan) -> None:
    plan = make_plan(HOSTILE)
    study = plan.study.model_copy(update={"study": plan.study.study.model_copy(update={"name": HOSTILE["a3"]})})
    tab = visit(plan.having(study=study))
    title = tab.title()
    assert tab.locator("h1").inner_text() == HOSTILE["a3"]
    more(tab).get_by_label("Names of units").check()
    for unit_id, name in HOSTILE.items():
        at = place(tab, plan, unit_id)
        tab.mouse.move(*at)
        assert tab.locator(".zp-tip b").inner_text() == name
        tab.mouse.click(*at)
        assert tab.locator("#zp-unit h2").inner_text() == name
    for name in HOSTILE.values():
        tab.locator("#zp-search").fill(name)
        assert name in tab.locator("#zp-hits").inner_text()
    tab.get_by_role("tab", name="Table").click()
    listed = tab.locator("#zp-table tbody").inner_text()
    assert all(name in listed for name in HOSTILE.values())
    assert tab.title() == title
    assert tab.locator("img").count() == 0
    assert tab.complaints == []


def test_hover_names_the_unit_and_its_zone(visit, toy_plan) -> None:
    tab = visit(toy_plan)
    tab.mouse.move(*place(tab, toy_plan, "a4"))
    assert tab.locator(".zp-tip").inner_text().splitlines()[:3] == ["Unit A4", "General", "Energy-rich"]
    tab.get_by_role("tab", name="Table").click()
    assert tab.locator("tr.zp-hovered").count() == 0
    tab.mouse.move(*place(tab, toy_plan, "a4"))
    assert "Unit A4" in tab.locator("tr.zp-hovered").inner_text()
    tab.mouse.move(2, 2)
    assert not tab.locator(".zp-tip").is_visible()


def test_the_hover_text_stays_on_the_map(visit, make_plan) -> None:
    """Along the edges of a map that is all one unit, whose name is long."""
    tab = visit(make_plan({"b2": "Mancomunidad de los municipios de la ribera alta"}))
    middle = tab.evaluate("map_plan.getCenter()")
    tab.evaluate("at => map_plan.setView(at, map_plan.getZoom() + 5, { animate: false })", middle)
    frame = tab.locator(".zp-map").bounding_box()
    left, top = frame["x"], frame["y"]
    right, bottom = left + frame["width"], top + frame["height"]
    for x, y in [(left + 300, top + 8), (right - 70, top + 8), (right - 8, bottom - 60), (left + 300, bottom - 40)]:
        tab.mouse.move(x, y)
        tip = tab.locator(".zp-tip").bounding_box()
        assert tip["x"] >= left
        assert tip["y"] >= top
        assert tip["x"] + tip["width"] <= right
        assert tip["y"] + tip["height"] <= bottom
        assert not (tip["x"] <= x <= tip["x"] + tip["width"] and tip["y"] <= y <= tip["y"] + tip["height"])


def test_search_needs_no_accents_and_no_apostrophes(visit, make_plan) -> None:
    tab = visit(make_plan({"a1": "Doña Ana", "a2": "O'Brien's County", "a3": "Ōtsu"}))
    for typed, found in [("dona", "a1"), ("DOÑA ana", "a1"), ("O’Brien", "a2"), ("obriens", "a2"), ("otsu", "a3")]:
        tab.get_by_label(SEARCH).fill(typed)
        assert tab.locator("#zp-hits small").all_inner_texts() == [f"{found} · west" if found != "a3" else "a3 · east"]


def test_search_by_name_and_by_id(visit, toy_plan) -> None:
    tab = visit(toy_plan)
    search = tab.get_by_label(SEARCH)
    search.fill("unit b")
    assert tab.locator("#zp-hits li").count() == 4
    search.press("ArrowDown")
    search.press("ArrowDown")
    search.press("Enter")
    assert tab.locator("#zp-unit h2").inner_text() == "Unit B2"
    search.fill("C4")
    search.press("Enter")
    assert tab.locator("#zp-unit h2").inner_text() == "Unit C4"
    assert tab.locator("#zp-live").inner_text() == "Unit C4 (c4): Key development"
    search.fill("nowhere")
    assert tab.locator("#zp-hits").inner_text() == "No unit fits"


def test_a_keyboard_alone_finds_and_chooses_a_unit(visit, toy_plan) -> None:
    tab = visit(toy_plan)
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "zp-table"
    assert tab.locator("#zp-table tbody tr").first.is_visible()
    tab.get_by_label(SEARCH).focus()
    tab.keyboard.type("Unit A4")
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.textContent") == "Unit A4"
    assert tab.get_by_role("tab", name="Unit A4", exact=True).get_attribute("aria-selected") == "true"
    tab.keyboard.press("Escape")
    assert tab.get_by_role("tab", name="Table").get_attribute("aria-selected") == "true"  # as it was before
    assert tab.evaluate("document.activeElement.id") == "zp-search"


def test_the_table_is_filtered_sorted_and_paged(visit, toy_plan) -> None:
    tab = visit(toy_plan)
    tab.get_by_role("tab", name="Table").click()
    rows = tab.locator("#zp-table tbody tr")
    assert rows.count() == 12
    tab.get_by_label("Main function", exact=True).select_option(label="Ecologically fragile")
    assert rows.count() == 6
    tab.get_by_label("Jurisdiction", exact=True).select_option(label="east")
    assert rows.count() == 0
    tab.get_by_label("Main function", exact=True).select_option(label="All")
    tab.get_by_role("button", name="Land", exact=True).click()
    tab.get_by_role("button", name="Construction land, ha", exact=True).click()
    assert rows.first.inner_text().startswith("Unit C4")
    assert tab.locator("th[aria-sort=descending]").inner_text().startswith("Construction land, ha")


def test_an_address_can_name_a_unit(visit, toy_plan) -> None:
    tab = visit(toy_plan, address="#unit=b3")
    assert tab.locator("#zp-unit h2").inner_text() == "Unit B3"


def test_two_units_are_compared_side_by_side_and_by_their_address(visit, toy_plan) -> None:
    tab = visit(toy_plan)
    tab.mouse.click(*place(tab, toy_plan, "c4"))
    tab.get_by_role("button", name="Compare with another unit").click()
    tab.mouse.click(*place(tab, toy_plan, "b2"))
    heads = tab.locator(".zp-compared thead th").all_inner_texts()
    assert heads == ["Unit C4", "Unit B2"]
    assert tab.evaluate("location.hash") == "#unit=c4&with=b2"
    again = visit(toy_plan, address="#unit=c4&with=b2")
    assert again.locator(".zp-compared thead th").all_inner_texts() == heads


def test_neighbours_are_offered_to_compare_with_those_of_another_function_first(visit, toy_plan) -> None:
    tab = visit(toy_plan, address="#unit=b2")
    tab.get_by_role("button", name="Compare with another unit").click()
    told = tab.locator("#zp-unit .zp-neighbour").all_inner_texts()
    mains = toy_plan.zones.set_index("unit_id")["main"]
    around = {"a2", "b1", "b3", "c2"}
    assert {one.split(":")[0].removeprefix("Unit ").lower() for one in told} == around
    others = [unit for unit in around if mains[unit] != mains["b2"]]
    assert {one.split(":")[0] for one in told[: len(others)]} == {f"Unit {unit.upper()}" for unit in others}
    tab.locator("#zp-unit .zp-neighbour button").first.click()
    assert tab.evaluate("location.hash").startswith("#unit=b2&with=")


def test_the_story_can_be_followed_and_left(visit, toy_plan) -> None:
    tab = visit(toy_plan)
    title = tab.locator("#zp-plan h2").inner_text()
    tab.get_by_role("button", name="Show me in").click()
    seen = []
    while (following := tab.get_by_role("button", name="Next", exact=True)).count():
        seen.append(tab.locator(".zp-story-text").inner_text())
        following.click()
    seen.append(tab.locator(".zp-story-text").inner_text())
    assert len(set(seen)) == len(seen) > 1
    tab.keyboard.press("Escape")
    assert tab.locator("#zp-plan h2").inner_text() == title
    assert tab.locator("#zp-legend [aria-pressed=true]").count() == 0


def test_what_is_shown_stands_in_the_address_and_opens_again(visit, toy_plan) -> None:
    tab = visit(toy_plan, address="#view=money")
    assert tab.get_by_role("button", name="Money", exact=True).get_attribute("aria-pressed") == "true"
    tab.mouse.click(*place(tab, toy_plan, "c4"))
    assert tab.evaluate("location.hash") == "#unit=c4&view=money"
    tab.get_by_role("button", name="Close", exact=True).click()
    assert tab.evaluate("location.hash") == "#view=money"


def test_a_distance_is_measured_click_by_click(visit, toy_plan) -> None:
    tab = visit(toy_plan)
    tab.get_by_role("button", name="Measure a distance").click()
    for unit_id in ("a1", "b1"):
        tab.mouse.click(*place(tab, toy_plan, unit_id))
    assert re.fullmatch(r"(0\.99\d?|1|1\.0\d?) km", tab.locator(".zp-distance").inner_text())
    assert not tab.locator("#zp-unit h2").is_visible()


def test_it_speaks_chinese(visit, toy_plan) -> None:
    tab = visit(toy_plan, "zh")
    assert tab.get_by_label("按名称或编号查找单元").is_visible()
    tab.mouse.click(*place(tab, toy_plan, "b2"))
    assert "按规则" in working(tab).inner_text()
    assert tab.complaints == []


def test_everything_that_can_be_used_has_a_name(visit, toy_plan) -> None:
    tab = visit(toy_plan)
    tab.mouse.click(*place(tab, toy_plan, "b2"))
    tab.get_by_role("tab", name="Table").click()
    nameless = tab.evaluate(
        """() => [...document.querySelectorAll('button, a[href], input, select, summary')]
            .filter(one => one.offsetParent && !(one.getAttribute('aria-label') || one.labels?.length
                || one.textContent.trim())).map(one => one.outerHTML)"""
    )
    assert nameless == []
    assert tab.locator("main").count() == tab.locator("h1").count() == tab.locator("[role=status]").count() == 1


def test_on_a_phone_the_card_is_a_sheet_that_leaves_its_unit_in_view(visit, toy_plan) -> None:
    tab = visit(toy_plan, viewport={"width": 390, "height": 844})
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    tab.mouse.click(*place(tab, toy_plan, "b3"))
    assert tab.locator("#zp-unit h2").inner_text() == "Unit B3"
    tab.wait_for_timeout(600)
    sheet = tab.locator("#zp-panel").bounding_box()["y"]
    assert 340 < sheet < 400
    x, y = place(tab, toy_plan, "b3")
    assert 0 < x < 390
    assert 60 < y < sheet
    tab.get_by_role("button", name="Raise or lower the panel").click()
    tab.wait_for_timeout(600)
    assert tab.locator("#zp-panel").bounding_box()["y"] < 120


def test_on_a_phone_the_legend_is_a_drawer(visit, toy_plan) -> None:
    tab = visit(toy_plan, viewport={"width": 390, "height": 844})
    assert not tab.locator("#zp-legend").is_visible()
    tab.get_by_role("button", name="Legend").click()
    assert tab.get_by_role("button", name="General").is_visible()
    tab.get_by_role("button", name="Close the legend").click()
    assert not tab.locator("#zp-legend").is_visible()


def test_the_chosen_tab_is_told_where_the_system_sets_the_colours(visit, toy_plan) -> None:
    tab = visit(toy_plan, forced_colors="active", color_scheme="dark")
    edges = tab.eval_on_selector_all(
        ".zp-tabs button", "all => all.map(one => getComputedStyle(one).borderBottomColor)"
    )
    assert edges[0] != edges[1] == edges[2]
    fill = tab.locator("#zp-legend .zp-box").first.evaluate("one => getComputedStyle(one).backgroundColor")
    assert fill == "rgb(197, 76, 35)"


WATCHED = """() => {
  window.written = [];
  const own = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
    const wide = this.measureText(text).width;
    const left = x - { left: 0, center: wide / 2, right: wide }[this.textAlign];
    window.written.push([text, left, y - 5, left + wide, y + 5]);
    return own.call(this, text, x, y);
  };
}"""
"""Notes the texts that are written from now on, and where."""


@pytest.mark.parametrize("view", ["Functions", "Land"])
def test_no_name_touches_another_one_or_the_legend(visit, make_plan, view: str) -> None:
    tab = visit(make_plan({"a1": "A long name of a unit", "b2": "Another long name"}))
    tab.evaluate(WATCHED)
    tab.get_by_role("button", name=view, exact=True).click()
    more(tab).get_by_label("Names of units").check()
    settle(tab)
    boxes = {text: box for text, *box in tab.evaluate("() => window.written")}
    assert any("name" in text for text in boxes)
    for one, other in itertools.combinations(boxes.values(), 2):
        assert one[0] >= other[2] or other[0] >= one[2] or one[1] >= other[3] or other[1] >= one[3]


def test_layers_that_an_analyst_adds_lie_over_the_plan(visit, toy_plan) -> None:
    plan_map = draw(toy_plan)
    middle = toy_plan.units.to_crs(4326).geometry.loc["b2"].centroid
    folium.Marker([middle.y, middle.x], tooltip="{{ 7*7 }}", popup="a well").add_to(plan_map)
    folium.LayerControl().add_to(plan_map)
    tab = visit(plan_map)
    icon = tab.locator("img.leaflet-marker-icon")
    assert icon.evaluate("image => image.naturalWidth") > 0
    icon.hover()
    assert tab.locator(".leaflet-tooltip", has_text="{{ 7*7 }}").is_visible()
    icon.click()
    tab.wait_for_selector("text=a well")
    assert tab.complaints == []


def test_it_works_inside_a_notebook(chromium, toy_plan, tmp_path) -> None:
    # the output cell of a notebook is a page with the map in a frame
    cell = f"<!DOCTYPE html><html><body>{draw(toy_plan)._repr_html_()}</body></html>"
    (tmp_path / "cell.html").write_text(cell, "utf-8")
    tab = chromium.new_page(offline=True, viewport={"width": 1000, "height": 900})
    tab.goto((tmp_path / "cell.html").as_uri())
    tab.frame_locator("iframe").locator(".leaflet-plan-pane canvas").wait_for()
    tab.close()


def test_areas_are_rounded_once_and_as_in_the_report(visit, toy_plan) -> None:
    """A plan of 10,000 to a million ha has one decimal: rounded to two first, 191,800.846 ha would be 191,800.9."""
    areas = {"a1": 191800.84624, "a2": 200.25, "a3": 0.04}
    zones = toy_plan.zones.assign(area_ha=[areas.get(one, 100.0) for one in toy_plan.zones["unit_id"]])
    plan = toy_plan.having(zones=zones)
    edition = ReportContext.of(plan)
    tab = visit(plan)
    for unit_id, area in areas.items():
        tab.evaluate("unit => { location.hash = `unit=${unit}`; }", unit_id)
        tab.wait_for_function("unit => document.querySelector('#zp-unit').innerText.includes(unit)", arg=unit_id)
        assert tab.locator("#zp-unit header").inner_text().endswith(f" · {edition.ha(area)} ha")
    tab.get_by_role("tab", name="Plan").click()
    said = f"12 units · 2 jurisdictions · {edition.ha(edition.total_ha)} ha"
    assert tab.locator(".zp-eyebrow").inner_text() == said


def test_the_page_tells_of_units_that_it_cannot_draw(visit, toy_plan) -> None:
    """The toy province moved to the south pole, beyond the end of Mercator's projection."""
    polar = "+proj=laea +lat_0=-90 +datum=WGS84"
    moved = (
        one.set_geometry(one.geometry.translate(-4_002_000, -3_001_500).set_crs(polar, allow_override=True))
        for one in (toy_plan.units, toy_plan.pieces)
    )
    units, pieces = moved
    tab = visit(draw(toy_plan.having(units=units, pieces=pieces), projection="mercator"))
    tab.locator("#zp-quality > summary").click()
    assert "round a pole or lies at one: Unit A1, Unit A2" in tab.locator(".zp-notices").inner_text()
    assert tab.complaints == []
