"""The report in a real browser, with the network off: no request, no complaint, readable on a phone and on paper."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from itertools import pairwise

import pandas as pd
import pytest

from maps.telling.reports.report_page import write_report

pytestmark = pytest.mark.browser
NAME = "<img src=x onerror=\"document.title='ran'\">{{ 7*7 }}"


@pytest.fixture
def path(make_plan, tmp_path):
    """A report with a hostile name, an address that has no place to break, and a ledger of 300 rows."""
    plan = make_plan(names={"a1": NAME, "b2": "攀枝花市"})
    address = f"Toy Act, https://example.org/{'0123456789' * 9}"
    policies = tuple(one.model_copy(update={"reference": address}) for one in plan.rulebook.policies)
    plan = plan.having(rulebook=dataclasses.replace(plan.rulebook, policies=policies))
    ledger = pd.concat([plan.ledger.assign(feature=f"f{number}") for number in range(300)])
    write_report(plan.having(ledger=ledger), tmp_path / "report.html")
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


def test_the_map_is_drawn_in_the_colours_of_its_functions(page):
    picture = page.locator("#summary figure svg.map")
    assert picture.bounding_box()["width"] > 350
    zones = picture.locator("path[fill][stroke-width='3']")
    assert len(set(zones.evaluate_all("all => all.map(one => one.getAttribute('fill'))"))) == 3
    assert min(zones.evaluate_all("all => all.map(one => one.getBoundingClientRect().width)")) > 40


def test_numbers_stand_right_in_tabular_figures(page):
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    cell = page.locator("td.number").first
    assert cell.evaluate("cell => getComputedStyle(cell).textAlign") == "right"
    assert "tabular-nums" in cell.evaluate("cell => getComputedStyle(cell).fontVariantNumeric")


def test_the_annex_opens_with_the_keyboard(page):
    chapter = page.locator("details:has(> section#ledger)")
    table = chapter.locator("table").last
    assert not table.is_visible()
    chapter.locator("summary").first.press("Enter")
    chapter.locator("section details summary").press("Enter")
    assert table.is_visible()
    assert table.locator("tbody tr").count() == 300


SIZES = """() => [...document.querySelectorAll('.sheet')].map((sheet) => {
  const box = sheet.getBoundingClientRect();
  const shown = [...sheet.querySelectorAll('.body *')].filter((one) => !one.closest('.heard') && !one.closest('svg *'));
  const over = shown.map((one) => one.getBoundingClientRect())
    .filter((own) => own.right > box.right + 1 || own.bottom > box.bottom + 1);
  return [sheet.id, box.height / 96 * 25.4, over.length];
})"""
"""Of each sheet its height in mm and how many elements reach beyond it."""


def test_on_paper_every_page_is_one_sheet_and_the_annex_stays_out(page):
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 658, "height": 1000})  # 174 mm
    sheets = page.evaluate(SIZES)
    assert all(height < 280 and not over for _, height, over in sheets), sheets
    assert not page.locator("#annex").is_visible()
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    assert pdf.startswith(b"%PDF")
    assert pdf.count(b"/Type /Page\n") == len(sheets) == 8
    assert b"/MediaBox [0 0 594.95996 841.91998]" in pdf or b"/MediaBox [0 0 595" in pdf


def test_with_the_annex_nothing_stays_folded_on_paper_and_headers_repeat(open_tab, make_plan, tmp_path):
    plan = make_plan()
    ledger = pd.concat([plan.ledger.assign(feature=f"f{number}") for number in range(300)])
    write_report(plan.having(ledger=ledger), tmp_path / "report.html", annex=True)
    tab = open_tab()
    tab.goto((tmp_path / "report.html").as_uri())
    tab.emulate_media(media="print")
    assert tab.locator("#ledger details table").bounding_box()["height"] > 300 * 10
    assert tab.locator("#ledger thead").first.evaluate("head => getComputedStyle(head).display") == "table-header-group"
    assert tab.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") > 12
    tab.close()


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
    assert page.locator("#summary svg.map").get_attribute("aria-label") == "Toy province: map of main functions"
