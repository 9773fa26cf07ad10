"""Marks of units in a real browser: shown where they have room as the map opens, else a box away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from maps.web import draw
from maps.words import catalogue
from zoning.plan import Plan

pytestmark = pytest.mark.browser
READY = "html[data-zoneplan=ready]"
WORDS = catalogue("map", "en")


@pytest.fixture
def visit(open_tab, tmp_path: Path) -> Iterator[Callable[..., object]]:
    """A function that opens the map of a plan, its legend unfolded."""
    tabs = []

    def open_page(plan: Plan, **settings: object):
        draw(plan).save(tmp_path / "map.html")
        tab = open_tab(**settings)
        tab.goto((tmp_path / "map.html").as_uri())
        tab.wait_for_selector(READY)
        tab.evaluate("document.querySelector('.zp-more-open').click()")
        tabs.append(tab)
        return tab

    yield open_page
    for tab in tabs:
        assert tab.complaints == []
        tab.close()


def with_status(plan: Plan, status: str, units: set[str] | None = None) -> Plan:
    """The plan with another status of some units, or of all."""
    zones = plan.zones
    chosen = zones["unit_id"].isin(units) if units else zones["unit_id"].notna()
    return plan.having(zones=zones.assign(status=zones["status"].mask(chosen, status)))


def box_of(tab, key: str):
    """The box of a kind of marks in the legend, and its row."""
    row = tab.locator("#zp-legend label", has_text=WORDS[key])
    return row.locator("input"), row


def drawn(tab) -> str:
    """The map as pixels."""
    tab.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return tab.locator(".leaflet-names-pane canvas").evaluate("canvas => canvas.toDataURL()")


def test_marks_that_would_hide_the_colours_wait_for_their_box(visit, toy_plan) -> None:
    tab = visit(with_status(toy_plan, "review"))
    box, row = box_of(tab, "status_open")
    assert not box.is_checked()
    assert row.inner_text() == f"{WORDS['status_open']}\n12 units · {WORDS['crowded']}"
    before = drawn(tab)
    box.check()
    assert drawn(tab) != before


def test_a_few_marks_are_there_as_the_map_opens(visit, toy_plan) -> None:
    tab = visit(with_status(toy_plan, "contested", {"a1", "b3"}))
    box, row = box_of(tab, "status_open")
    assert box.is_checked()
    assert WORDS["crowded"] not in row.inner_text()
    legend = tab.locator("#zp-legend button.zp-row", has_text=WORDS["status_open"])
    assert legend.inner_text() == f"{WORDS['status_open']}\n2"
    assert legend.locator(".zp-sign").count() == 1
    tab.evaluate("location.hash = 'unit=a1'")
    tab.wait_for_selector("#zp-unit .zp-note .zp-sign")
    before = drawn(tab)
    legend.click()
    assert not box.is_checked()
    assert legend.get_attribute("aria-pressed") == "false"
    assert drawn(tab) != before


def test_each_kind_of_mark_has_a_box_of_its_own(visit, toy_plan) -> None:
    """All but c4, which planners decided, are to be reviewed; what is decided needs no mark until it is asked for."""
    every = set(toy_plan.zones["unit_id"]) - {"c4"}
    tab = visit(with_status(toy_plan, "review", every))
    assert not box_of(tab, "status_open")[0].is_checked()
    decided, row = box_of(tab, "status_decision")
    assert not decided.is_checked()
    before = drawn(tab)
    decided.check()
    assert drawn(tab) != before
    assert row.inner_text() == f"{WORDS['status_decision']}\n1 unit"
