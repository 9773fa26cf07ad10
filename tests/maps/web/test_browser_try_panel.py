"""The panel for tries in Chromium: numbers, decisions, undo, links, kept tries, files; a try looks like one."""

from __future__ import annotations

import csv
import json
import re
import tomllib
from pathlib import Path
from urllib.parse import quote

import pytest

import zoneplan as zp
from maps.web.offline_page import bare, squeezed
from maps.words import catalogue
from tests.maps.drawn_study import drawn_plan

pytestmark = pytest.mark.browser

SOURCE = Path(zp.__file__).parent.parent / "maps" / "web" / "src"
PARTS = (
    "condition_evaluator",
    "exact_decimal",
    "plan_evaluator",
    "quota_evaluator",
    "refusal",
    "toml_reader",
    "tried_facts",
    "try_file",
    "try_panel",
    "unknown_view",
    "webster",
    "zone_evaluator",
)
MOST_BYTES = 76 * 1024
TOLD = (
    "() => ({ tried: document.documentElement.hasAttribute('data-trying'), hash: decodeURIComponent(location.hash) })"
)


def test_a_threshold_moves_units_and_undo_takes_it_back(open_map, toy_plan) -> None:
    tab = open_map(zp.draw(toy_plan))
    name, value = next((one, two) for one, two in toy_plan.rulebook.values.items() if "fragile" in one)
    assert tab.evaluate(TOLD) == {"tried": False, "hash": ""}
    tab.get_by_role("tab", name="Try it").click()
    field = tab.locator(".zp-try-control", has_text="ragile").locator(".zp-try-field")
    assert float(field.input_value()) == 100 * value, "in per cent, as gauges have it"
    field.fill("75")
    field.press("Tab")
    expected = tab.evaluate("name => globalThis.zoneplan.evaluate({ parameters: { [name]: 0.75 } })", name)
    moved = [unit for unit, row in expected.items() if row["main"] != outcome(toy_plan)[unit]]
    assert moved, "the toy province has units that hang on this threshold"
    said = "1 unit moved" if len(moved) == 1 else f"{len(moved)} units moved"
    assert said in tab.locator(".zp-try-banner").inner_text()
    names = [toy_plan.units["name"][unit] for unit in moved]
    assert all(one in tab.locator(".zp-try-summary").inner_text() for one in names[:6])
    assert tab.evaluate(TOLD)["tried"]
    assert json.loads(tab.evaluate(TOLD)["hash"].partition("=")[2]) == {"parameters": {name: 0.75}}
    assert tab.evaluate("globalThis.zoneplan.plan")["a1"]["main"] == outcome(toy_plan)["a1"], "the plan stays adopted"
    tab.wait_for_function("said => document.getElementById('zp-live').textContent.includes(said)", arg=said)
    assert names[0] in tab.locator("#zp-live").inner_text(), "they are named to those who hear the page"
    tab.get_by_role("button", name="Undo").click()
    assert tab.evaluate(TOLD) == {"tried": False, "hash": ""}
    assert float(field.input_value()) == 100 * value
    tab.keyboard.press("Control+Shift+z")
    assert tab.evaluate(TOLD)["tried"]
    tab.keyboard.press("Control+z")
    assert not tab.evaluate(TOLD)["tried"]
    assert tab.complaints == []


def test_a_decision_on_a_card_is_a_try_and_a_link_carries_it(open_map, toy_plan) -> None:
    zone = next(one for one in toy_plan.rulebook.zones if one.kind == "main" and not one.default)
    tried = {"decisions": [{"unit": "a3", "main": zone.code, "reason": "<b>so</b>"}]}
    tab = open_map(zp.draw(toy_plan), f"#unit=a3&try={quote(json.dumps(tried))}")
    assert tab.evaluate(TOLD)["tried"]
    card = tab.locator("#zp-unit").inner_text()
    assert "A try, not the adopted plan" in card
    assert "What follows is said of the adopted plan" in card
    tab.get_by_role("tab", name="Try it").click()
    assert "(<b>so</b>)" in tab.locator("#zp-try").inner_text()
    tab.locator("#zp-try").get_by_role("button", name="Remove").click()
    assert not tab.evaluate(TOLD)["tried"]
    tab.evaluate("location.hash = '#try=' + encodeURIComponent('{\"parameters\":{\"nothing\":1}}')")
    assert not tab.evaluate(TOLD)["tried"], "what this plan does not know is no try"
    assert tab.complaints == []


def test_a_try_is_kept_saved_and_written_over_pictures(open_map, toy_plan) -> None:
    name = next(iter(toy_plan.rulebook.values))
    tab = open_map(zp.draw(toy_plan), "#try=" + quote(json.dumps({"parameters": {name: 0.75}})))
    tab.get_by_role("tab", name="Try it").click()
    tab.get_by_label("Name of the try").fill('east "first"')
    tab.get_by_label("Your name").fill("Ana")
    with tab.expect_download() as saved:
        tab.get_by_role("button", name="Save as scenario").click()
    told = tomllib.loads(Path(saved.value.path()).read_text("utf-8"))
    assert told["try"] == {"plan": "plan.toml", "plan_sha256": toy_plan.study.sha256, "by": "Ana"}
    assert told["scenarios"] == [{"name": 'east "first"', "set": {f"parameters.{name}": 0.75}}]
    tab.get_by_role("button", name="Keep this try").click()
    tab.get_by_role("button", name="Back to the adopted plan").click()
    tab.locator("#zp-try").get_by_role("button", name="east").click()
    assert tab.evaluate(TOLD)["tried"]
    tab.get_by_role("button", name="Save", exact=True).click()
    with tab.expect_download() as drawn:
        tab.get_by_text("SVG").click()
    assert "A try, not the adopted plan" in Path(drawn.value.path()).read_text("utf-8")


@pytest.mark.parametrize("width", [420, 1280])
def test_nobody_saves_a_try_without_a_name_and_the_file_that_was_saved_is_shown(open_map, toy_plan, width: int) -> None:
    tab = open_map(zp.draw(toy_plan), "#try=" + quote(json.dumps({"parameters": {"fragile_min": 0.75}})))
    tab.set_viewport_size({"width": width, "height": 800})
    tab.get_by_role("tab", name="Try it").click()
    downloads = []
    tab.on("download", lambda download: downloads.append(download.url))
    save, author = tab.get_by_role("button", name="Save as scenario"), tab.get_by_label("Your name")
    save.click()
    assert author.get_attribute("aria-invalid") == "true"
    assert tab.locator("#zp-try-nobody").inner_text()
    assert author.evaluate("field => field === document.activeElement")
    assert not downloads
    author.fill("Ana")
    assert author.get_attribute("aria-invalid") == "false"
    with tab.expect_download() as saved:
        save.click()
    seen = tab.locator("#zp-live").bounding_box()
    assert seen["width"] > 60
    assert seen["height"] > 10
    assert 0 < seen["y"] < 800 - seen["height"]
    assert saved.value.suggested_filename in tab.locator("#zp-live").inner_text()
    tab.get_by_role("button", name="Keep this try").click()
    assert tab.locator("#zp-live").bounding_box()["width"] < 2, "what comes next is for those alone who hear the page"
    assert tab.complaints == []


def test_what_cannot_be_saved_is_not_asked_to_be(open_map, toy_folder: Path) -> None:
    """The map of a plan says beside which file a saved try belongs; in that of a try none can be saved."""
    sha256 = zp.read_study(toy_folder / "plan.toml").sha256
    head = f'[try]\nplan = "plan.toml"\nplan_sha256 = "{sha256}"\nby = "Ana"\n'
    (toy_folder / "ana.toml").write_text(f'{head}[[scenarios]]\nname = "ana"\n', "utf-8")
    hint = catalogue("map", "en")["try_to_run"].format(file="plan.toml")
    for file, asked in (("plan.toml", True), ("ana.toml", False)):
        tab = open_map(zp.draw(zp.run(zp.read_study(toy_folder / file))))
        tab.get_by_role("tab", name="Try it").click()
        text = tab.locator("#zp-try").inner_text()
        assert (hint in text, "zoneplan run" in text) == (asked, asked)
        assert tab.complaints == []


def test_the_table_of_a_try_is_called_by_it_and_says_so_in_each_row(open_map, toy_plan) -> None:
    tab = open_map(zp.draw(toy_plan))

    def table() -> tuple[str, list[dict[str, str]]]:
        tab.get_by_role("button", name="Save", exact=True).click()
        with tab.expect_download() as saved:
            tab.get_by_role("menuitem", name="CSV").click()
        text = Path(saved.value.path()).read_text("utf-8-sig")
        return saved.value.suggested_filename, list(csv.DictReader(text.splitlines()))

    adopted_file, adopted = table()
    tab.evaluate("location.hash = '#try=' + encodeURIComponent('{\"parameters\":{\"fragile_min\":0.75}}')")
    tab.wait_for_selector("html[data-trying]")
    tab.get_by_role("tab", name="Try it").click()
    tab.get_by_label("Name of the try").fill("more east")
    tried_file, tried = table()
    (mark,) = tried[0].keys() - adopted[0].keys()
    assert (mark, {row[mark] for row in tried}) == ("A try, not the adopted plan", {"more east"})
    assert tried_file != adopted_file
    assert tried_file.endswith("more-east.csv")
    assert tab.complaints == []


def test_a_saved_try_runs_to_the_same_zones_and_amounts(open_map, tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    plan = drawn_plan(tmp_path / "study", "us_west", "2025-01-01")
    tried = {
        "parameters": {"cropland_share_min": 0.3, "density_min_per_km2": 1e-7},
        "quotas": {"buildings": {"total": "8123.5", "weight": {"people": 0.45}}, "roads": {"total": "640.07"}},
        "decisions": [
            {"unit": "u03", "main": "general", "reason": 'say "no"\n'},
            {"unit": "u11", "overlay": "heritage", "reason": "it is old"},
        ],
    }
    tab = open_map(zp.draw(plan), "#try=" + quote(json.dumps(tried)))
    tab.get_by_role("tab", name="Try it").click()
    tab.get_by_label("Your name").fill("Ana")
    with tab.expect_download() as saved:
        tab.get_by_role("button", name="Save as scenario").click()
    saved.value.save_as(tmp_path / "study" / "ana.toml")
    found = tab.evaluate("tried => globalThis.zoneplan.evaluate(tried)", tried)
    ran = zp.run(zp.read_study(tmp_path / "study" / "ana.toml"))
    zones = ran.zones.set_index("unit_id")[["main", "overlays", "status"]].to_dict("index")
    assert {unit: {key: row[key] for key in zones[unit]} for unit, row in found.items()} == zones
    amounts = ran.quotas[(ran.quotas["level"] == "unit") & ran.quotas["quota"].isin(["buildings", "roads"])]
    told = {(row.unit_id, row.quota): f"{row.amount:f}" for row in amounts.itertuples() if row.unit_id in found}
    assert {(unit, name): text for unit, row in found.items() for name, text in row["amounts"].items()} == told


def test_what_cannot_be_is_refused_beside_the_field(open_map, toy_plan) -> None:
    tab = open_map(zp.draw(toy_plan))
    tab.get_by_role("tab", name="Try it").click()
    share = tab.locator(".zp-try-control", has_text="ragile")
    field, wrong = share.locator(".zp-try-field"), share.locator(".zp-try-wrong")
    for value, said in (
        ("-5", "must be at least 0\xa0%, not -5\xa0%"),
        ("700", "must be at most 100\xa0%, not 700\xa0%"),
        ("", "a number"),
    ):
        field.fill(value)
        field.press("Tab")
        assert said in wrong.inner_text()
        assert field.get_attribute("aria-invalid") == "true"
        assert said in tab.locator("#zp-live").inner_text()
        assert not tab.evaluate(TOLD)["tried"], "nothing is tried with it"
    field.fill("30")
    field.press("Tab")
    assert wrong.inner_text() == ""
    assert tab.evaluate(TOLD)["tried"]
    tab.get_by_role("button", name="Back to the adopted plan").click()
    tab.evaluate("location.hash = '#unit=a3'")
    tab.locator("#zp-unit summary", has_text="make this unit").click()
    tab.get_by_role("button", name="Decide", exact=True).click()
    assert "needs a reason" in tab.locator("#zp-unit .zp-try-wrong").inner_text()
    assert tab.evaluate("document.activeElement.className") == "zp-try-name", "the reason is what is missing"
    assert not tab.evaluate(TOLD)["tried"]
    asked = "globalThis.zoneplan.evaluate({ decisions: [{ unit: 'a3', main: 'nothing' }] })"
    caught = f"() => {{ try {{ return {asked}; }} catch (one) {{ return one.message; }} }}"
    assert "needs a reason" in tab.evaluate(caught)
    assert tab.complaints == []


def test_a_quota_that_cannot_be_met_says_why_as_python_does(open_map, tmp_path: Path) -> None:
    drawn = drawn_plan(tmp_path, "us_west", "2025-01-01")
    levels = ("region", "unit")
    plain = zp.Quota(
        name="land", period=2025, total=400, unit="ha", levels=levels, weight="people", floor=2, ceiling=50
    )
    grouped = next(one for one in drawn.study.quotas if one.name == "buildings")
    plan = zp.run(drawn.study.model_copy(update={"quotas": (plain, grouped)}))
    tab = open_map(zp.draw(plan))
    tab.get_by_role("tab", name="Try it").click()
    for quota in (plain, grouped):
        control = tab.locator(".zp-try-control", has_text=f"{quota.name}, 2025")
        for total in (quota.step, quota.total * 1000):
            with pytest.raises(zp.InfeasibleError) as refused:
                plan.vary(quotas={quota.name: {"total": total}})
            control.locator(".zp-try-field").fill(str(total))
            control.locator(".zp-try-field").press("Tab")
            beside = control.locator(".zp-try-wrong").inner_text()
            below = tab.locator("#zp-try .zp-try-wrong", has_text=beside.partition(": ")[2]).last.inner_text()
            for said in (beside, below):
                words, numbers = told(said.partition(": ")[2])
                every, figures = told(str(refused.value))
                assert words in every
                assert set(numbers) <= set(figures)
        control.get_by_role("button", name="Back to the adopted value").click()
    assert tab.complaints == []


def told(text: str) -> tuple[str, list[float]]:
    """A text without its numbers, and these."""
    number = r"\d[\d,]*(?:\.\d+)?"
    return re.sub(number, "0", text), [float(one.replace(",", "")) for one in re.findall(number, text)]


def test_sliders_go_beyond_what_is_adopted(open_map, toy_plan) -> None:
    tab = open_map(zp.draw(toy_plan))
    tab.get_by_role("tab", name="Try it").click()
    for control in tab.locator(".zp-try-control").all():
        slider, adopted = control.locator(".zp-try-range"), float(control.locator(".zp-try-field").input_value())
        slider.fill("1000")
        assert float(control.locator(".zp-try-field").input_value()) > adopted
        slider.fill("0")
        assert float(control.locator(".zp-try-field").input_value()) < adopted or adopted == 0


def test_what_is_painted_over_is_what_would_be_painted_anew(open_map, toy_plan) -> None:
    name = next(one for one in toy_plan.rulebook.values if "fragile" in one)
    shown = "document.querySelector('.leaflet-plan-pane canvas').toDataURL()"
    tab = open_map(zp.draw(toy_plan))
    adopted = tab.evaluate(shown)
    tab.get_by_role("tab", name="Try it").click()
    field = tab.locator(".zp-try-control", has_text="ragile").locator(".zp-try-field")
    for value in ("60", "75"):  # the first is painted whole, the second over it
        field.fill(value)
        field.press("Tab")
        tab.wait_for_timeout(400)
    over = tab.evaluate(shown)
    anew = open_map(zp.draw(toy_plan), "#try=" + quote(json.dumps({"parameters": {name: 0.75}})))
    anew.get_by_role("tab", name="Try it").click()
    anew.wait_for_timeout(400)
    assert over == anew.evaluate(shown)
    assert over != adopted


def test_a_table_has_nothing_to_try(open_map, toy_plan) -> None:
    tab = open_map(zp.draw(toy_plan.units))
    assert not tab.get_by_role("tab", name="Try it").is_visible()
    assert tab.evaluate("globalThis.zoneplan.plan") is None


def test_the_evaluator_and_its_panel_are_small() -> None:
    texts = [squeezed(bare((SOURCE / f"{part}.js").read_text("utf-8"))) for part in PARTS]
    assert sum(len(text.encode()) for text in texts) <= MOST_BYTES


def outcome(plan: zp.Plan) -> dict[str, str]:
    """The main function of each unit."""
    return plan.zones.set_index("unit_id")["main"].to_dict()
