"""Payments and quotas in a real browser with the network off: the card says what the tables of the run say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from maps.runs.run_files import write_csv
from maps.web import draw
from maps.words import localize
from zoning.money import BUDGET, POOL
from zoning.pipeline.flow import run
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
    return tab.locator(".leaflet-plan-pane canvas, .leaflet-names-pane canvas").evaluate_all(
        "all => all.map(canvas => canvas.toDataURL()).join()"
    )


def card(tab, unit_id: str):
    tab.evaluate("id => { location.hash = `#unit=${id}`; }", unit_id)
    tab.locator("#zp-unit .zp-card-head", has_text=unit_id).wait_for()
    tab.evaluate("document.querySelectorAll('#zp-unit details').forEach(fold => { fold.open = true; })")
    return tab.locator("#zp-unit")


def money(tab):
    """The legend of the view of money."""
    tab.get_by_role("button", name="Money", exact=True).click()
    return tab.locator("#zp-legend")


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
                title = f"{names.get(row['instrument'], row['instrument'].replace('_', ' '))}, {row['period']}"
                called = names.get(partner, partner)
                found.add((title, verb, row["amount"], row["unit"], called, row["rule"], row["reference"]))
    return found


@pytest.mark.parametrize("party", ["510000", "520000", "530000"])
def test_a_card_lists_the_payments_of_the_built_in_study(visit, plan_of, tmp_path: Path, party: str) -> None:
    china = plan_of("china_provinces")
    names = china.units["name"].to_dict() | {POOL: "the pool", BUDGET: "the budget"}
    names |= {one.name: one.title["en"] for one in china.study.agreements if isinstance(one.title, dict)}
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
    choice = money(tab).get_by_label("Payments")
    labels = choice.locator("option").all_inner_texts()
    assert labels == [f"{HOSTILE}, 2025", "fragile land, 2025", "river, 2025", "All, EUR"]
    seen = []
    for label in labels:
        choice.select_option(label=label)
        seen.append(picture(tab))
    assert len(set(seen[:3])) == 3  # all of one account look as the river, whose balances weigh more
    choice.select_option(label=labels[0])
    assert picture(tab) == seen[0]


def test_the_legend_counts_who_pays_and_receives_and_says_who_has_no_place(visit, paying_plan: Plan) -> None:
    tab = visit(paying_plan)
    legend = money(tab)
    legend.get_by_label("Payments").select_option(label="river, 2025")
    rows = legend.locator("button.zp-row").all_inner_texts()
    east, west = (int((paying_plan.units["jurisdiction"] == one).sum()) for one in ("east", "west"))
    # the east pays, but for a4, which receives in its own name as the west does as a whole
    assert rows == [f"Pays on balance\n{east - 1}", f"Receives on balance\n{west + 1}"]
    assert "Not on the map: far away" in legend.inner_text()
    assert "An arrow points to the receiver" in legend.inner_text()
    legend.get_by_label("Payments").select_option(label="fragile land, 2025")
    assert "Not on the map: the budget" in legend.inner_text()


def test_an_evil_instrument_runs_nowhere(visit, paying_plan: Plan) -> None:
    tab = visit(paying_plan)
    title = tab.title()
    assert HOSTILE in money(tab).inner_text()
    assert HOSTILE in section(tab, "a4", "Payments").inner_text()
    assert tab.locator("img").count() == 0
    assert tab.title() == title


def test_the_tip_says_what_the_arrows_say(visit, paying_plan: Plan) -> None:
    tab = visit(paying_plan)
    money(tab).get_by_label("Payments").select_option(label="river, 2025")
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
    tip = tab.locator(".zp-tip").inner_text()
    assert "Receives 30 EUR from east" in tip
    assert "Receives 15 EUR from far away" in tip
    assert "east: Pays 30 EUR to Unit A4" in tip


def test_a_plan_without_amounts_says_so_and_counts_the_programmes_that_pay(visit, plan_of) -> None:
    tab = visit(plan_of("us_mountain_west"))
    legend = money(tab)
    assert "No payment of this plan has an amount" in legend.inner_text()
    counts = [int(text.splitlines()[-1]) for text in legend.locator("button.zp-row").all_inner_texts()]
    assert sum(counts) == 164


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
    tab.get_by_role("button", name="Land", exact=True).click()
    tab.get_by_role("tab", name="Table").click()
    shown = {}
    while True:
        for line in tab.locator("#zp-table tbody tr").all():
            name, _main, amount, *_ = line.locator("th, td").all_inner_texts()
            shown[re.search(r"(\d+)( · .*)?$", name.splitlines()[-1]).group(1)] = amount.replace(",", "")
        following = tab.get_by_role("button", name="Next")
        if following.is_disabled():
            break
        following.click()
    assert shown == rows["amount"].to_dict()
