"""Payments and quotas in a real browser with the network off: the card says what the tables of the run say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from maps.locale import catalogue, localize
from maps.run_folder.run_files import write_csv
from maps.web import draw
from zoning.compensation import BUDGET, POOL
from zoning.pipeline import run
from zoning.plan import Plan
from zoning.study import read_study
from zoning.tables import TABLES

pytestmark = pytest.mark.browser
READY = "html[data-zoneplan=ready]"
HOSTILE = "<img src=x onerror=\"document.title='ran'\">"
MONEY = """
[[transfers]]
name = "fragile land"
period = 2025
budget = 500
unit = "EUR"
when = "main = 'ecologically_fragile'"
by = "weighted"
weight = "population"
reference = "Toy Act, section 9"

[[agreements]]
name = "river"
period = 2025
kind = "pool"
amount = 90
unit = "EUR"
pay = { east = 2, "far away" = 1 }
receive = { west = 1, a4 = 1 }

[[agreements]]
name = "%s"
period = 2025
kind = "pool"
amount = 10
unit = "points"
pay = { a4 = 1 }
receive = { west = 1 }
"""


@pytest.fixture
def visit(open_tab, tmp_path: Path) -> Iterator[object]:
    """A function that opens the map of a plan; in the end it has made one request and no complaint."""
    tabs = []

    def open_page(plan: Plan, language: str = "en"):
        draw(plan, language).save(tmp_path / "map.html")
        tab = open_tab()
        tab.goto((tmp_path / "map.html").as_uri())
        tab.wait_for_selector(READY)
        tabs.append(tab)
        return tab

    yield open_page
    for tab in tabs:
        assert tab.complaints == []
        assert tab.asked == [(tmp_path / "map.html").as_uri()]
        tab.close()


@pytest.fixture(scope="module")
def paying_plan(copy_toy: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The toy province with a budget, a river and one instrument with an evil name."""
    plan = copy_toy(tmp_path_factory.mktemp("paying") / "toy") / "plan.toml"
    name = HOSTILE.replace('"', '\\"')
    plan.write_text(plan.read_text("utf-8") + MONEY % name, "utf-8")
    return run(read_study(plan))


def picture(tab) -> str:
    """The map as pixels."""
    tab.mouse.move(2, 2)
    tab.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return tab.locator(".leaflet-zoneplan-pane canvas").evaluate("canvas => canvas.toDataURL()")


def card(tab, unit_id: str):
    tab.evaluate("id => { location.hash = `#unit=${id}`; }", unit_id)
    tab.locator("#zp-unit .zp-card-head", has_text=unit_id).wait_for()
    return tab.locator("#zp-unit")


def section(tab, unit_id: str, title: str):
    return card(tab, unit_id).locator(".zp-part").filter(has=tab.get_by_role("heading", name=title, exact=True))


def table(plan: Plan, name: str, folder: Path) -> pd.DataFrame:
    """A table of the plan as a reader of the run folder has it."""
    write_csv(TABLES[name], getattr(localize(plan), name), folder / f"{name}.csv")
    return pd.read_csv(folder / f"{name}.csv", dtype=str, encoding="utf-8-sig", keep_default_na=False)


def listed_payments(told) -> set[tuple[str, ...]]:
    """Instrument and period, verb, amount, unit of account, partner, rule and reference of each payment of a card."""
    found = set()
    for block in told.locator(".zp-payment").all():
        instrument = block.locator("> .zp-muted").inner_text()
        references = block.locator("> .zp-source").all_inner_texts() or [""]
        for row in block.locator("li").all():
            said, rule = row.locator("p").all_inner_texts()
            verb, amount, unit, partner = re.fullmatch(r"(Pays|Receives) (\S+) (\S+) (?:to|from) (.*)", said).groups()
            found.add((instrument, verb, amount.replace(",", ""), unit, partner, rule, *references))
    return found


def written_payments(flows: pd.DataFrame, party: str, names: dict[str, str]) -> set[tuple[str, ...]]:
    found = set()
    for row in flows.to_dict("records"):
        for own, verb, partner in (("payer", "Pays", row["receiver"]), ("receiver", "Receives", row["payer"])):
            if row[own] == party:
                title = f"{row['instrument'].replace('_', ' ')}, {row['period']}"
                called = names.get(partner, partner)
                found.add((title, verb, row["amount"], row["unit"], called, row["rule"], row["reference"]))
    return found


@pytest.mark.parametrize("party", ["510000", "520000", "530000"])
def test_a_card_lists_the_payments_of_the_built_in_study(visit, plan_of, tmp_path: Path, party: str) -> None:
    china = plan_of("china_provinces")
    names = china.units["name"].to_dict() | {POOL: "the pool", BUDGET: "the budget"}
    tab = visit(china)
    expected = written_payments(table(china, "flows", tmp_path), party, names)
    assert len(expected) == 2
    assert listed_payments(section(tab, party, "Payments")) == expected


def test_a_card_tells_the_jurisdictions_of_a_unit_apart(visit, tmp_path: Path, paying_plan: Plan) -> None:
    names = paying_plan.units["name"].to_dict() | {POOL: "the pool", BUDGET: "the budget"}
    flows = table(paying_plan, "flows", tmp_path)
    tab = visit(paying_plan)
    for unit_id, whole in (("a1", "west"), ("a4", "east")):
        told = section(tab, unit_id, "Payments")
        expected = written_payments(flows, unit_id, names) | written_payments(flows, whole, names)
        assert listed_payments(told) == expected
        assert told.get_by_text(f"{whole} as a whole").count() == 1
    assert "Received 0 EUR, paid 60.00 EUR: -60.00 EUR on balance" in told.inner_text()


def test_balances_are_those_of_the_table_of_positions(visit, tmp_path: Path, paying_plan: Plan) -> None:
    kept = table(paying_plan, "positions", tmp_path)
    tab = visit(paying_plan)
    for unit_id in ("a1", "a4", "c2"):
        told = section(tab, unit_id, "Payments").locator(".zp-balance").all_inner_texts()
        own = kept[kept["party"].isin([unit_id, "west" if unit_id != "a4" else "east"]) & (kept["kind"] != "zone")]
        expected = {
            f"Received {row.received} {row.unit}, paid {row.paid} {row.unit}: {row.net} {row.unit} on balance"
            for row in own.itertuples()
        }
        assert expected
        assert set(told) == expected


def test_choosing_an_instrument_changes_the_picture_and_back(visit, paying_plan: Plan) -> None:
    tab = visit(paying_plan)
    group = tab.get_by_role("group", name="Payments")
    labels = group.get_by_role("radio").evaluate_all("all => all.map(one => one.labels[0].innerText.split('\\n')[0])")
    assert labels == ["None", f"{HOSTILE}, 2025", "fragile land, 2025", "river, 2025", "All, EUR"]
    seen = [picture(tab)]
    for place in range(1, len(labels)):
        group.get_by_role("radio").nth(place).check()
        seen.append(picture(tab))
        assert group.locator(".zp-scale canvas").count() > 0
    assert len(set(seen)) == len(seen)
    group.get_by_role("radio").first.check()
    assert picture(tab) == seen[0]
    assert not group.locator(".zp-scale").is_visible()


def test_the_legend_says_who_has_no_place(visit, paying_plan: Plan) -> None:
    tab = visit(paying_plan)
    group = tab.get_by_role("group", name="Payments")
    group.get_by_label("fragile land, 2025").check()
    assert "A drop: received from the budget" in group.inner_text()
    group.get_by_label("river, 2025").check()
    assert "A drop: received from far away" in group.inner_text()
    assert "An arrow points to the receiver" in group.inner_text()


def test_an_evil_instrument_runs_nowhere(visit, paying_plan: Plan) -> None:
    tab = visit(paying_plan)
    title = tab.title()
    tab.get_by_role("group", name="Payments").get_by_role("radio").nth(1).check()
    assert HOSTILE in section(tab, "a4", "Payments").inner_text()
    assert tab.locator("img").count() == 0
    assert tab.title() == title


def test_the_tip_says_what_the_arrows_say(visit, paying_plan: Plan) -> None:
    tab = visit(paying_plan)
    tab.get_by_role("group", name="Payments").get_by_label("river, 2025").check()
    middle = paying_plan.units.to_crs(4326).geometry.loc["a4"].centroid
    x, y = tab.evaluate(
        """([lat, lon]) => {
            const box = map_plan.getContainer().getBoundingClientRect();
            const at = map_plan.latLngToContainerPoint([lat, lon]);
            return [box.x + at.x, box.y + at.y];
        }""",
        [middle.y, middle.x],
    )
    tab.mouse.move(x, y)
    tip = tab.locator(".zp-tip")
    tip.wait_for()
    assert "Receives 30 EUR from east" in tip.inner_text()
    assert "Receives 15 EUR from far away" in tip.inner_text()
    assert "east: Pays 30 EUR to Unit A4" in tip.inner_text()


@pytest.mark.parametrize("study", ["us_mountain_west", "china_provinces"])
def test_cards_and_table_of_units_say_the_amounts_of_the_quotas(visit, plan_of, tmp_path: Path, study: str) -> None:
    plan = plan_of(study)
    quotas = table(plan, "quotas", tmp_path)
    rows = quotas[quotas["unit_id"].isin(plan.units.index)].set_index("unit_id")
    tab = visit(plan)
    some = rows.sort_values("amount").index[:: max(1, len(rows) // 12)]
    for unit_id in some:
        told = section(tab, unit_id, "Land quota").inner_text()
        row = rows.loc[unit_id]
        for column in ("amount", "floor", "ceiling"):
            assert f"{Decimal(row[column]):,f} {row['unit']}" in told
        assert "Available land was not reduced by" in told
        assert "steep land" in told
    tab.get_by_role("tab", name="All units").click()
    shown = {}
    while True:
        for line in tab.locator("#zp-units tbody tr").all():
            name, *_, amount = line.locator("th, td").all_inner_texts()
            shown[re.search(r"(\d+)( · .*)?$", name.splitlines()[-1]).group(1)] = amount.replace(",", "")
        following = tab.get_by_role("button", name="Next")
        if following.is_disabled():
            break
        following.click()
    assert shown == rows["amount"].to_dict()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_units_are_coloured_by_their_use_of_the_ceiling(visit, toy_plan, language: str) -> None:
    told = catalogue("map", language)
    tab = visit(toy_plan, language)
    mains = tab.get_by_label(told["main_shown"])
    uses = tab.get_by_label(told["use_shown"])
    assert not uses.is_visible()
    tab.get_by_label("construction land, 2025").check()
    before = picture(tab)
    uses.check()
    assert picture(tab) != before
    assert not mains.is_checked()
    key = tab.locator(".zp-use li")
    assert sum(int(re.search(r"\d+", text.splitlines()[-1]).group()) for text in key.all_inner_texts()) == 12
    assert told["use_full"] in key.last.inner_text()  # a2 and a3 have no land, and that is all they could have
    mains.check()
    assert picture(tab) == before
    assert not uses.is_checked()
    uses.check()
    tab.get_by_role("group", name=told["quota"]).get_by_label(told["no_quota"]).check()
    assert mains.is_checked()
    assert not uses.is_visible()


WATCHED = """() => {
  window.drawn = { fillText: [], arc: [] };
  for (const [key, calls] of Object.entries(window.drawn)) {
    const own = CanvasRenderingContext2D.prototype[key];
    CanvasRenderingContext2D.prototype[key] = function (...given) {
      calls.push(given);
      return own.apply(this, given);
    };
  }
}"""
"""Notes the texts and circles that are drawn from now on."""


@pytest.mark.parametrize("shown", ["construction land, 2025", "All, EUR"])
def test_names_stand_above_circles_and_symbols(visit, paying_plan: Plan, shown: str) -> None:
    tab = visit(paying_plan)
    tab.get_by_label(shown).check()
    picture(tab)
    tab.evaluate(WATCHED)
    tab.get_by_label("Names of units").check()
    picture(tab)
    drawn = tab.evaluate("() => window.drawn")
    ends = []
    for _, x, y in drawn["fillText"]:
        below = [(cy, cy - radius) for cx, cy, radius, *_ in drawn["arc"] if abs(cx - x) < 0.01 and cy >= y - 1]
        ends += [(y + 6, min(below)[1])] if below else []
    assert ends
    assert all(bottom < top for bottom, top in ends)


def test_names_stand_above_heads_of_arrows_and_not_above_what_hangs_below_them(visit, paying_plan: Plan) -> None:
    tab = visit(paying_plan)
    tab.get_by_label("river, 2025").check()
    picture(tab)
    tab.evaluate(WATCHED)
    tab.get_by_label("Names of units").check()
    picture(tab)
    drawn = tab.evaluate("() => window.drawn")
    names = {name: (x, y + 7) for name, x, y in drawn["fillText"]}
    drops = sorted((x, y - 2 * radius - 4) for x, y, radius, *_ in drawn["arc"])
    # of the west, whose head of an arrow lies beside the middle of its unit a1, and of a4
    for (x, head), name in zip(drops, ("Unit A1", "Unit A4"), strict=True):
        middle, bottom = names[name]
        assert abs(x - middle) < 1
        assert head - 14 < bottom < head - 11


def test_a_name_does_not_make_room_for_what_a_neighbour_pays(visit, plan_of) -> None:
    """The arrow of Guizhou begins beside the name of Yunnan, where it ends."""
    tab = visit(plan_of("china_provinces"))
    tab.get_by_label("Names of units").check()
    picture(tab)
    tab.evaluate(WATCHED)
    tab.get_by_label("Chishui river").check()
    picture(tab)
    names = [{name: y for name, _, y in tab.evaluate("() => window.drawn.fillText")}]
    tab.evaluate("() => { window.drawn.fillText.length = 0; }")
    tab.get_by_role("group", name="Payments").get_by_label("None").check()
    picture(tab)
    names.append({name: y for name, _, y in tab.evaluate("() => window.drawn.fillText")})
    (moved,) = {round(names[1][name] - names[0][name], 1) for name in names[0] if name.startswith("Yunnan")}
    # half the head, half the name, and one make 19.5; for the mark of an assumed unit it had moved by 13 already
    assert moved == 6.5


def test_a_long_legend_covers_nothing_on_paper(visit, paying_plan: Plan) -> None:
    tab = visit(paying_plan)
    for label in ("All, EUR", "construction land, 2025", "Colour units by use of the ceiling"):
        tab.get_by_label(label).check()
    tab.emulate_media(media="print")
    legend, panel = tab.locator("#zp-layers").bounding_box(), tab.locator("#zp-panel").bounding_box()
    assert legend["y"] + legend["height"] <= panel["y"]
    assert tab.locator(".zp-use").is_visible()
