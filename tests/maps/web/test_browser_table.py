"""A table without a plan in a browser: the legend counts every row, and the card and the file have its columns."""

from __future__ import annotations

import numpy as np
import pytest

from maps.web import draw
from tests.maps.web.test_table_page import HOSTILE, squares

pytestmark = [pytest.mark.browser]

COUNTS = """() => [...document.querySelectorAll("#zp-legend .zp-row")].map((row) => [
    row.querySelector(".zp-said").textContent, Number(row.querySelector(".zp-number").textContent)])"""


def test_numbers_are_in_classes_and_the_card_has_the_row(open_map) -> None:
    people = np.arange(20) * 1000.5
    people[3] = np.nan
    tab = open_map(draw(squares(people=people, use=[HOSTILE] * 20), by="people"), "#unit=7")
    counts = tab.evaluate(COUNTS)
    assert sum(count for _, count in counts) == 20
    assert counts[-1] == ["missing", 1]
    told = tab.locator("#zp-unit .zp-columns > div").all_inner_texts()
    assert [one.split("\n") for one in told] == [["people", "7003.5"], ["use", HOSTILE]]
    tab.click("#zp-tab-table")
    assert tab.locator("#zp-table tbody tr").count() == 20
    tab.locator("#zp-legend .zp-row").nth(0).click()
    assert tab.locator("#zp-table tbody tr").count() == counts[0][1]
    assert tab.locator("#zp-views").is_hidden()
    assert tab.locator("img[src=x]").count() == 0


def test_texts_have_a_fill_each_and_the_file_has_all_columns(open_map) -> None:
    use = ["farm"] * 9 + ["town"] * 11
    tab = open_map(draw(squares(use=use, people=np.arange(20)), by="use"), "#view=money&unit=2&with=3")
    assert tab.evaluate(COUNTS) == [["town", 11], ["farm", 9]]
    tab.get_by_role("button", name="Save").click()
    with tab.expect_download() as saved:
        tab.get_by_text("CSV").click()
    lines = saved.value.path().read_text("utf-8-sig").splitlines()
    assert lines[0].split(",")[-2:] == ["use", "people"]
    assert len(lines) == 21


def test_above_lies_what_is_found(open_map) -> None:
    table = squares(people=np.arange(20))
    whole = table.union_all()
    table.loc[0, "geometry"] = whole
    tab = open_map(draw(table, by="people"))
    found = tab.evaluate(
        """() => {
            const { x, y } = map_plan.latLngToContainerPoint(map_plan.getCenter()).add([3, 3]);
            map_plan.fire("click", { latlng: map_plan.containerPointToLatLng([x, y]) });
            return document.querySelector("#zp-unit h2").textContent;
        }"""
    )
    assert found != "0"


def test_the_tip_has_the_columns_that_were_asked_for(open_map) -> None:
    tab = open_map(draw(squares(use=["farm"] * 20, people=np.arange(20) * 1000.5), by="use", tooltip=["people"]))
    tab.evaluate(
        """() => {
            const { x, y } = map_plan.latLngToContainerPoint(map_plan.getCenter()).add([3, 3]);
            const latlng = map_plan.containerPointToLatLng([x, y]);
            map_plan.fire("mousemove", { latlng, containerPoint: L.point(x, y), originalEvent: {} });
        }"""
    )
    name, *texts = tab.locator(".zp-tip > *").all_inner_texts()
    assert texts == [f"people: {int(name) * 1000.5:g}"]
