"""Colour by a measure in a browser: units have the colours of their classes, and the legend counts every one."""

from __future__ import annotations

import numpy as np
import pytest

from maps.web import draw

pytestmark = pytest.mark.browser


@pytest.fixture
def measured_plan(toy_plan):
    """The toy province with heights of 100 m a unit from west to east and north, and one that nobody knows."""
    heights = np.arange(len(toy_plan.units)) * 100.0
    heights[0] = np.nan
    return toy_plan.having(measures=toy_plan.measures.assign(height_mean_m=heights))


def colours(tab, plan) -> dict[str, tuple[int, ...]]:
    """Red, green and blue at a place of each unit that no border and no name covers."""
    inside = plan.units.geometry.representative_point().translate(180, -240).to_crs(4326)
    told = tab.evaluate(
        """places => {
            const canvas = document.querySelector(".leaflet-plan-pane canvas");
            const [box, pen] = [canvas.getBoundingClientRect(), canvas.getContext("2d")];
            const frame = map_plan.getContainer().getBoundingClientRect();
            return places.map(place => {
                const { x, y } = map_plan.latLngToContainerPoint(place);
                return [...pen.getImageData(frame.x + x - box.x, frame.y + y - box.y, 1, 1).data].slice(0, 3);
            });
        }""",
        [[point.y, point.x] for point in inside],
    )
    return dict(zip(plan.units.index, map(tuple, told), strict=True))


def rows(tab) -> list[tuple[tuple[int, ...], str, int]]:
    """Colour, title and count of each row of the legend."""
    return [
        (tuple(map(int, colour[4:-1].split(", "))), title, int(count))
        for colour, title, count in tab.evaluate(
            """() => [...document.querySelectorAll("#zp-legend .zp-row")].map(row => [
                getComputedStyle(row.querySelector(".zp-box")).backgroundColor,
                row.querySelector(".zp-said").textContent, row.querySelector(".zp-number").textContent])"""
        )
    ]


def test_a_measure_colours_the_units_and_its_legend_counts_them(open_map, measured_plan) -> None:
    tab = open_map(draw(measured_plan))
    tab.get_by_label("Colour by").select_option("height_mean_m")
    tab.wait_for_timeout(200)
    told, drawn = rows(tab), colours(tab, measured_plan)
    assert sum(count for *_, count in told) == len(measured_plan.units)
    assert (told[-1][1], told[-1][2]) == ("missing", 1)
    assert drawn["a1"] == told[-1][0]
    for colour, _, count in told:
        assert sum(one == colour for one in drawn.values()) == count
    assert "by=height_mean_m" in tab.evaluate("location.hash")


def test_a_class_that_is_pressed_keeps_its_units_and_dims_the_rest(open_map, measured_plan) -> None:
    tab = open_map(draw(measured_plan), "#by=height_mean_m&classes=equal")
    before, (first, *_) = colours(tab, measured_plan), rows(tab)
    assert tab.get_by_label("Classes").input_value() == "equal"
    tab.locator("#zp-legend .zp-row").first.click()
    tab.wait_for_timeout(200)
    after = colours(tab, measured_plan)
    same = [unit for unit in before if after[unit] == before[unit] == first[0]]
    assert len(same) == first[2]
    assert sum(after[unit] != before[unit] for unit in before) == len(before) - first[2]
