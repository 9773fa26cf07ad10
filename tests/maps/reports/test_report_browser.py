"""The report in a real browser, with the network off: no request, no complaint, readable on a phone and on paper."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from itertools import pairwise

import pandas as pd
import pytest

from maps.reports import write_report

pytestmark = pytest.mark.browser
NAME = "<img src=x onerror=\"document.title='ran'\">{{ 7*7 }}"


@pytest.fixture
def path(make_plan, tmp_path):
    """A report with a hostile name, an address that has no place to break, and a ledger of 300 rows."""
    plan = make_plan(names={"a1": NAME, "b2": "攀枝花市"})
    address = f"Toy Act, https://example.org/{'0123456789' * 9}"
    policies = tuple(one.model_copy(update={"reference": address}) for one in plan.rulebook.policies)
    plan = dataclasses.replace(plan, rulebook=dataclasses.replace(plan.rulebook, policies=policies))
    ledger = pd.concat([plan.ledger.assign(feature=f"f{number}") for number in range(300)])
    write_report(dataclasses.replace(plan, ledger=ledger), tmp_path / "report.html")
    return tmp_path / "report.html"


@pytest.fixture
def page(open_tab, path) -> Iterator[object]:
    """The page, with what it asked for and what it complained of."""
    tab = open_tab(viewport={"width": 1200, "height": 900})
    tab.goto(path.as_uri())
    yield tab
    tab.close()


def test_no_request_and_no_complaint(page, path):
    assert page.asked == [path.as_uri()]
    assert page.complaints == []
    assert page.title() == "Toy province – Functional zoning plan: report"


def test_hostile_names_run_nowhere_and_show_as_written(page):
    assert page.locator("img").count() == 0
    assert page.get_by_text(NAME).first.is_visible()
    assert page.get_by_text("攀枝花市").first.is_visible()


def test_the_map_is_drawn(page):
    box = page.locator("figure svg").bounding_box()
    assert box["width"] > 700
    fills = page.eval_on_selector_all(
        "figure svg use[fill^='#']", "uses => uses.map(use => use.getBoundingClientRect().width)"
    )
    assert len(fills) == 3
    assert all(width > 100 for width in fills)


def test_numbers_stand_right_in_tabular_figures(page):
    cell = page.locator("td.number").first
    assert cell.evaluate("cell => getComputedStyle(cell).textAlign") == "right"
    assert "tabular-nums" in cell.evaluate("cell => getComputedStyle(cell).fontVariantNumeric")


def test_long_tables_open_with_the_keyboard(page):
    details = page.locator("#ledger details")
    assert not details.locator("table").is_visible()
    details.locator("summary").press("Enter")
    assert details.locator("table").is_visible()
    assert details.locator("tbody tr").count() == 300


def test_on_paper_nothing_stays_folded_and_headers_repeat(page):
    page.emulate_media(media="print")
    box = page.locator("#ledger details table").bounding_box()
    assert box["height"] > 300 * 10
    assert page.locator("thead").first.evaluate("head => getComputedStyle(head).display") == "table-header-group"
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    assert pdf.startswith(b"%PDF")
    assert 8 <= pdf.count(b"/Type /Page\n") <= 40
    assert b"/MediaBox [0 0 594.95996 841.91998]" in pdf or b"/MediaBox [0 0 595" in pdf


def test_on_a_phone_the_page_does_not_scroll_sideways(page):
    page.set_viewport_size({"width": 390, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_on_a_phone_reasons_stand_below_their_row(page):
    page.set_viewport_size({"width": 390, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    rows = page.eval_on_selector_all(
        "tbody tr:has(td.long)",
        """rows => rows.map((row) => {
          const [first, long] = [row.cells[0], row.querySelector('.long')].map((cell) => cell.getBoundingClientRect());
          return [long.left - first.left, long.top - first.bottom, long.right];
        })""",
    )
    assert len(rows) > 300
    assert all(abs(aside) < 1 and below > -1 and right <= 390 for aside, below, right in rows)


def test_a_screen_reader_finds_its_way(page):
    assert page.locator("h1").count() == 1
    assert page.locator("main").count() == 1
    assert page.locator("html").get_attribute("lang") == "en"
    levels = page.eval_on_selector_all("h1, h2, h3", "all => all.map(one => Number(one.tagName[1]))")
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.eval_on_selector_all("th:not([scope])", "all => all.length") == 0
    assert page.locator("figure svg title").inner_html() == "Toy province: Main functions and overlay designations"
