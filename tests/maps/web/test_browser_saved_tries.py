"""Tries in Chromium, of every shipped study in every language.

The command makes of one that was saved what the page showed; the page opens it again; and while it is shown, nothing of
the page argues against its map.
"""

from __future__ import annotations

import csv
import functools
import hashlib
import itertools
import json
import operator
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

import zoneplan as zp
from layers.sources.toml_documents import MAX_BYTES
from maps.telling.summaries.unit_verdicts import verdicts
from maps.words import LocalizedPlan, catalogue, languages, localize
from tests.conftest import SHIPPED, SHIPPED_EDITIONS, shipped_study
from zoning.study import read_study

pytestmark = [pytest.mark.browser]

OUTCOME = "tried => globalThis.zoneplan.evaluate(tried)"
DROP = """([text, name, target]) => {
    const held = new DataTransfer();
    held.items.add(new File([text], name));
    const settings = { dataTransfer: held, bubbles: true, cancelable: true };
    const under = document.querySelector(target);
    for (const kind of ["dragover", "drop"]) under.dispatchEvent(new DragEvent(kind, settings));
}"""


@pytest.fixture(scope="session")
def saved_of(open_tab, map_of) -> Callable[[str, str], tuple[str, dict[str, Any], dict[str, Any]]]:
    """A function that tries something in the map of a study, and gives what the page saves, what it is and makes."""

    @functools.cache
    def saved(name: str, language: str) -> tuple[str, dict[str, Any], dict[str, Any]]:
        tab = open_tab()
        tried = {}
        for place in ("", "#try="):
            tab.goto("about:blank")
            tab.goto(map_of(name, language).as_uri() + (place and place + quote(json.dumps(tried))))
            tab.wait_for_selector("html[data-zoneplan=ready]")
            tried = tried or something_to_try(tab, shipped_study(name))
        found = tab.evaluate(OUTCOME, tried)
        text = saved_text(tab, language)
        assert tab.complaints == []
        tab.close()
        return text, tried, found

    return saved


def something_to_try(tab: Any, plan_file: Path) -> dict[str, Any]:
    """A parameter, or several, that move units, the totals of quotas, and a decision, as far as the plan has them."""
    plan = read_study(plan_file)
    rulebook = zp.read_rulebook(plan.rulebook, plan.date)
    adopted = tab.evaluate("globalThis.zoneplan.plan")
    parameters: dict[str, float] = {}
    numbers = {name: value for name, value in rulebook.values.items() if isinstance(value, float) and value}
    for factor, name in itertools.product((0.9, 0.5), numbers):
        found = tab.evaluate(OUTCOME, {"parameters": {name: numbers[name] * factor}})
        if all("main" in row for row in found.values()) and (moved(adopted, found) or factor < 0.9):
            parameters[name] = numbers[name] * factor
            break
    quotas = {}
    for one in plan.quotas:
        total = one.step * int(one.total / one.step * Decimal("0.98"))
        found = tab.evaluate(OUTCOME, {"parameters": parameters, "quotas": {one.name: {"total": f"{total:f}"}}})
        if any(one.name in row["amounts"] for row in found.values()):
            quotas[one.name] = {"total": f"{total:f}"}
    unit, row = list(adopted.items())[-1]
    main = next(code for code in rulebook.codes("main") if code != row["main"])
    return {"parameters": parameters, "quotas": quotas, "decisions": [{"unit": unit, "main": main, "reason": '"so"'}]}


def moved(adopted: dict[str, Any], found: dict[str, Any]) -> set[tuple[str, str]]:
    """The units with another main function, or other overlays."""
    kinds = (("main", "main"), ("overlay", "overlays"))
    return {(unit, kind) for unit, row in found.items() for kind, key in kinds if row[key] != adopted[unit][key]}


def saved_text(tab: Any, language: str) -> str:
    """What the page saves of the try that it shows."""
    words = catalogue("map", language)
    tab.locator("#zp-tab-try").click()
    if not tab.get_by_label(words["try_name"]).input_value():
        tab.get_by_label(words["try_name"]).fill("ana")
        tab.get_by_label(words["try_by"]).fill("Ana")
    with tab.expect_download() as saved:
        tab.get_by_role("button", name=words["try_save"], exact=True).click()
    return Path(saved.value.path()).read_text("utf-8")


def shown(tab: Any) -> tuple[str, str]:
    """What the tab of tries says, and the try in the address."""
    return tab.locator("#zp-try").inner_text(), tab.evaluate("location.hash")


@pytest.mark.parametrize("name", SHIPPED)
def test_the_command_makes_of_a_saved_try_what_the_page_showed(
    saved_of, run_of, command, tmp_path: Path, name: str
) -> None:
    text, tried, found = saved_of(name, "en")
    folder = Path(shutil.copytree(shipped_study(name).parent, tmp_path / name, ignore=shutil.ignore_patterns("runs")))
    (folder / "ana.toml").write_text(text, "utf-8")
    adopted_run = Path(shutil.copytree(run_of(name), folder / "runs" / "plan"))
    assert hashlib.sha256((adopted_run / "plan.toml").read_bytes()).hexdigest() in text
    assert command("check", folder / "ana.toml").code == 0
    assert command("run", folder / "ana.toml").code == 0
    run = folder / "runs" / "ana"
    zones = {
        row["unit_id"]: {key: row[key] for key in ("main", "overlays", "status")} for row in rows(run / "zones.csv")
    }
    assert {unit: {key: row[key] for key in zones[unit]} for unit, row in found.items()} == zones
    amounts = {
        (row["unit_id"], row["quota"]): Decimal(row["amount"])
        for row in rows(run / "quotas.csv")
        if row["level"] == "unit" and row["unit_id"] in found and row["quota"] in tried["quotas"]
    }
    shown_amounts = {(unit, one): Decimal(row["amounts"][one]) for unit, row in found.items() for one in row["amounts"]}
    assert {key: amount for key, amount in shown_amounts.items() if key[1] in tried["quotas"]} == amounts
    told = command("compare", adopted_run, folder / "ana.toml", "--json")
    assert told.code == 1, told.err
    adopted = {row["unit_id"]: row for row in rows(adopted_run / "zones.csv")}
    changes = {
        (one["unit_id"], one["what"]) for one in json.loads(told.out)["moved"] if one["what"] in {"main", "overlay"}
    }
    assert changes == moved(adopted, found)
    assert changes


def rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a table of a run."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return iter(list(csv.DictReader(file)))


@pytest.mark.parametrize(("name", "language"), SHIPPED_EDITIONS)
def test_a_saved_try_is_opened_from_the_field_and_by_dropping_it(
    saved_of, open_map, map_of, name: str, language: str
) -> None:
    text, tried, found = saved_of(name, language)
    assert text == saved_of(name, "en")[0], "whatever the language of the page"
    states = []
    for way in ("field", "drop"):
        tab = open_map(map_of(name, language))
        if way == "field":
            file = {"name": "ana.toml", "mimeType": "application/toml", "buffer": text.encode()}
            tab.locator("#zp-try input[type=file]").set_input_files(file)
        else:
            tab.evaluate(DROP, [text, "ana.toml", ".leaflet-container"])
        tab.wait_for_selector("html[data-trying]")
        states.append(shown(tab))
        opened = json.loads(tab.evaluate("new URLSearchParams(location.hash.slice(1)).get('try')"))
        assert opened.get("parameters", {}) == tried["parameters"]
        assert opened.get("quotas", {}) == tried["quotas"]
        assert tab.evaluate(OUTCOME, opened) == found
        assert saved_text(tab, language) == text
        assert tab.complaints == []
    assert states[0] == states[1]


LIVE = """id => {
    const copy = document.getElementById(id).cloneNode(true);
    for (const part of copy.querySelectorAll(".zp-try-adopted, .zp-note, .zp-try-decide")) part.remove();
    return copy.textContent;
}"""
COUNTS = """([rows, title, figure]) => [...document.querySelectorAll(rows)].map(row => [
    row.querySelector(title).innerText, Number(row.querySelector(figure).firstChild.data.replace(/\\D/g, ""))])"""
IN_PLAN = ["#zp-plan .zp-four > div", "dt", "dd"]
IN_LEGEND = ["#zp-legend .zp-legend-part:first-of-type .zp-row", ".zp-said", ".zp-number"]
GAUGES = (
    """all => all.map(line => [line.firstChild.textContent, line.querySelector(".zp-met")?.lastChild.data ?? ""])"""
)


@pytest.mark.parametrize(("name", "language"), SHIPPED_EDITIONS)
def test_nothing_on_the_page_argues_against_the_map_of_a_try(
    saved_of, plan_of, open_map, map_of, name: str, language: str
) -> None:
    _, tried, found = saved_of(name, language)
    plan = localize(plan_of(name), language)
    words = catalogue("map", language, plan.noun)
    titles = {zone.code: zone.title[language] for zone in plan.rulebook.zones}
    tab = open_map(map_of(name, language))
    adopted = tab.evaluate("globalThis.zoneplan.plan")
    headline = tab.locator("#zp-plan .zp-headline").inner_text()
    tab.evaluate("tried => (location.hash = 'try=' + encodeURIComponent(JSON.stringify(tried)))", tried)
    tab.wait_for_selector("html[data-trying]")

    others = {unit for unit, _ in moved(adopted, found)}
    counts = Counter(titles[row["main"]] for row in found.values())
    assert headline not in tab.evaluate(LIVE, "zp-plan")
    assert re.search(rf"\b{len(others)}\b", tab.locator("#zp-plan .zp-headline").inner_text(), re.ASCII)
    assert {title: n for title, n in tab.evaluate(COUNTS, IN_PLAN) if n} == counts
    assert dict(tab.evaluate(COUNTS, IN_LEGEND)) == counts
    assert tab.locator("#zp-plan .zp-quality").count() == tab.locator("#zp-plan .zp-try-adopted .zp-quality").count()

    passed = met_tests(plan, tried["parameters"], words)
    mains = sorted({unit for unit, kind in moved(adopted, found) if kind == "main"})
    for unit in [*mains[-3:], *sorted(set(found) - others)[:2]]:
        tab.evaluate("unit => (location.hash = location.hash.replace(/(&unit=.*)?$/, '&unit=' + unit))", unit)
        tab.locator("#zp-unit", has_text=unit).locator(".zp-verdict").first.wait_for()
        card, was, now = tab.evaluate(LIVE, "zp-unit"), adopted[unit], found[unit]
        verdict = tab.locator("#zp-unit > .zp-try-card .zp-verdict").inner_text()
        assert verdict.endswith(titles[now["main"]])
        overlays = tab.locator("#zp-unit > .zp-try-card .zp-also").all_inner_texts()
        assert sorted(overlays) == sorted(titles[code] for code in now["overlays"].split(";") if code)
        if was["main"] != now["main"]:
            assert titles[was["main"]] not in card.replace(titles[now["main"]], "")
            assert titles[was["main"]] in tab.locator("#zp-unit > .zp-try-card > .zp-note").inner_text()
        amounts = tab.locator("#zp-unit > div > .zp-box-part > .zp-big").all_inner_texts()
        assert list(map(digits, amounts)) == list(map(digits, now["amounts"].values()))
        gauges = tab.locator("#zp-unit > .zp-gauges .zp-gauge p:first-child").evaluate_all(GAUGES)
        assert passed[unit] <= {(title, said.strip()) for title, said in gauges}
        for part in (".zp-working", ".zp-subjects", ".zp-own"):
            assert tab.locator(f"#zp-unit > {part}").count() == 0, part
        assert words["try_card"] in tab.locator("#zp-unit > .zp-try-adopted").inner_text()
    assert tab.complaints == []


def digits(text: str) -> str:
    """The digits of a number, whatever stands between its thousands and before its decimals."""
    return re.sub("[^0-9]", "", text)


def met_tests(
    plan: LocalizedPlan, parameters: dict[str, float], words: Mapping[str, object]
) -> dict[str, set[tuple[str, str]]]:
    """Of each unit the measures that rules for main functions hold against parameters, and the word for it."""
    table = verdicts(plan).table
    passes = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
    passed: dict[str, set[tuple[str, str]]] = {unit: set() for unit in plan.units.index}
    for test in table.tests:
        if test.parameter in parameters and test.rules and plan.rulebook.zones[test.zone].kind == "main":
            measure = table.measures[test.measure]
            for unit, value in zip(passed, measure.values, strict=True):
                if value is not None:
                    met = passes[test.operator](value, parameters[test.parameter])
                    passed[unit].add((measure.title, str(words["test_met" if met else "test_not_met"])))
    return passed


@pytest.mark.first
def test_gauges_and_limits_are_those_of_the_try(open_map, map_of, plan_of) -> None:
    plan = plan_of("us_mountain_west")
    tried = {"parameters": {"density_min_per_km2": 90}}
    changed = plan.vary(parameters={"density_min_per_km2": 90.0})
    rows = zip(plan.zones["unit_id"], plan.zones["main"], changed.zones["main"], strict=True)
    unit = next(unit for unit, was, now in rows if was != now)
    tab = open_map(map_of("us_mountain_west", "en"), f"#unit={unit}&try={quote(json.dumps(tried))}")
    gauges = [line for line in tab.locator("#zp-unit > .zp-gauges .zp-gauge p").all_inner_texts() if "km" in line]
    assert gauges
    assert all("90" in line and "not met" in line for line in gauges), gauges
    tab.evaluate("location.hash += '&by=pop_2020%20%2F%20area_km2&classes=threshold'")
    tab.locator("#zp-legend .zp-row", has_text="90").first.wait_for()
    assert not tab.locator("#zp-legend .zp-row", has_text="50").count()
    assert tab.complaints == []


DIGEST = "[0-9a-f]{64}"
REFUSED = [
    ("try_file_plan", lambda text: re.sub(DIGEST, 64 * "0", text)),
    ("try_no_parameter", lambda text: text.replace("set = { ", 'set = { "parameters.nothing" = 1, ')),
    ("try_other_kind", lambda text: text.replace('fragile_min" = 0.6', 'fragile_min" = true')),
    ("try_least", lambda text: text.replace('fragile_min" = 0.6', 'fragile_min" = -0.6')),
    ("try_most", lambda text: text.replace('fragile_min" = 0.6', 'fragile_min" = 1.6')),
    ("try_no_quota", lambda text: text.replace("quotas.construction_land", "quotas.nothing")),
    ("try_file_beyond", lambda text: text.replace("construction_land.total", "construction_land.reserve_pct")),
    ("try_step", lambda text: text.replace("= 60", "= 60.0001")),
    ("try_least", lambda text: text.replace("= 60", "= -60")),
    ("try_no_unit", lambda text: text.replace('unit = "a3"', 'unit = "z9"')),
    ("try_no_main", lambda text: text.replace('main = "', 'main = "nothing')),
    ("try_decision_either", lambda text: text.replace("reason =", 'overlay = "energy_rich"\nreason =')),
    ("try_file_key", lambda text: text.replace("reason =", "why =")),
    ("try_file_key", lambda text: text.replace('"so"', '""')),
    ("try_file_key", lambda text: text.replace('"so"', '{ en = "" }')),
    ("try_file_key", lambda text: text.replace('by = "Ana"', "by = { English = 'Ana' }", 1)),
    ("try_file_key", lambda text: text.replace("= 60", "= 1e300")),
    ("try_file_key", lambda text: re.sub(DIGEST, 64 * "A", text)),
    ("try_file_none", lambda text: text.replace("[try]", "[study]")),
    ("try_file_none", lambda text: f'{text}[[scenarios]]\nname = "two"\n'),
    ("try_file_toml", lambda text: text.replace("[try]", "[try")),
    ("try_file_toml", lambda text: text.replace('"so"', '"""so"""')),
    ("try_file_toml", lambda text: text.replace("by =", 'by = "Bea"\nby =', 1)),
    ("try_file_toml", lambda text: f"{text}more = {1000 * '['}"),
    ("try_file_text", lambda text: text.encode("utf-16")),
    ("try_file_large", lambda text: text + "#" * (MAX_BYTES + 1 - len(text.encode()))),
]  # fmt: skip


@pytest.mark.parametrize("language", languages())
def test_what_the_command_refuses_the_page_refuses_in_its_language(open_map, toy_plan, language: str) -> None:
    words = catalogue("map", language, localize(toy_plan, language).noun)
    tab = open_map(zp.draw(toy_plan, language))
    tried = {
        "parameters": {"fragile_min": 0.6},
        "quotas": {"construction_land": {"total": "60"}},
        "decisions": [{"unit": "a3", "main": "ecologically_fragile", "reason": "so"}],
    }
    tab.evaluate("tried => (location.hash = 'try=' + encodeURIComponent(JSON.stringify(tried)))", tried)
    text = saved_text(tab, language)
    tab.get_by_role("button", name=words["try_back"], exact=True).first.click()
    field, said = tab.locator("#zp-try input[type=file]"), tab.locator("#zp-try > .zp-try-wrong").first
    for key, spoil in REFUSED:
        spoilt = spoil(text)
        assert spoilt != text, key
        content = spoilt if isinstance(spoilt, bytes) else spoilt.encode()
        said.evaluate("one => one.replaceChildren()")
        field.set_input_files({"name": "ana.toml", "mimeType": "application/toml", "buffer": content})
        beginning = max(str(words[key].forms[0]).replace("{", "}").split("}")[::2], key=len).strip()
        tab.wait_for_function("([one, text]) => one.textContent.includes(text)", arg=[said.element_handle(), beginning])
        assert said.inner_text().startswith("ana.toml")
        assert said.inner_text() == tab.locator("#zp-live").inner_text().strip()
        assert not tab.evaluate("document.documentElement.hasAttribute('data-trying')")
    most = text + "#" * (MAX_BYTES - len(text.encode()))
    field.set_input_files({"name": "ana.toml", "mimeType": "application/toml", "buffer": most.encode()})
    tab.wait_for_selector("html[data-trying]")
    assert said.inner_text() == ""
    assert saved_text(tab, language) == text
    assert tab.complaints == []


def test_what_a_file_says_of_itself_goes_with_its_try(open_map, toy_plan) -> None:
    """Its name and who wrote it never stand over a try of somebody else."""
    tab = open_map(zp.draw(toy_plan), "#try=" + quote(json.dumps({"parameters": {"fragile_min": 0.6}})))
    words = catalogue("map", "en")
    text = saved_text(tab, "en").replace('by = "Ana"', 'by = { en = "the mayor", zh = "王市长" }')
    tab.get_by_label(words["try_name"]).fill("")
    tab.get_by_label(words["try_by"]).fill("")

    def credit() -> tuple[str, str]:
        return tab.get_by_label(words["try_name"]).input_value(), tab.get_by_label(words["try_by"]).input_value()

    def press(key: str) -> None:
        tab.locator(".zp-try-banner").get_by_role("button", name=words[key], exact=True).click()

    def open_file() -> None:
        file = {"name": "ana.toml", "mimeType": "application/toml", "buffer": text.encode()}
        tab.locator("#zp-try input[type=file]").set_input_files(file)
        tab.wait_for_function("label => document.querySelector(`[aria-label='${label}']`)?.value", arg=words["try_by"])

    def move(value: str) -> None:
        tab.locator("#zp-try .zp-try-field").first.fill(value)
        tab.keyboard.press("Tab")
        tab.wait_for_selector("html[data-trying]")

    press("try_back")
    open_file()
    assert credit() == ("ana", "the mayor")
    assert 'by = { "en" = "the mayor", "zh" = "王市长" }' in saved_text(tab, "en"), (
        "as it was, whatever the page speaks"
    )
    press("try_undo")
    move("45")
    assert credit() == ("", "")
    tab.get_by_label(words["try_by"]).fill("Bea")
    open_file()
    assert credit() == ("ana", "the mayor")
    press("try_undo")
    assert credit() == ("", "Bea")
    press("try_redo")
    assert credit() == ("ana", "the mayor")
    press("try_back")
    move("40")
    assert credit() == ("", "Bea")
    assert tab.complaints == []
