"""The layers of a plan in folium's control of layers."""

from __future__ import annotations

from dataclasses import replace

import folium
import pytest

from maps.web import draw

pytestmark = pytest.mark.browser


def test_layers_of_the_plan_stand_in_the_control_of_layers(open_map, toy_plan) -> None:
    plan_map = draw(toy_plan)
    folium.FeatureGroup("wells").add_to(plan_map)
    folium.LayerControl(collapsed=False).add_to(plan_map)
    tab = open_map(plan_map)
    boxes = tab.locator(".leaflet-control-layers-overlays label")
    titles = [text.strip() for text in boxes.all_inner_texts()]
    assert titles[0] == "Zones"
    assert {"Permanent farmland", "Borders of jurisdictions", "Names of units", "wells"} <= set(titles)

    def box(title: str):
        return boxes.filter(has_text=title).locator("input")

    assert box("Zones").is_checked()
    assert not box("Names of units").is_checked()
    before = tab.locator(".leaflet-plan-pane canvas").first.screenshot()
    box("Zones").uncheck()
    tab.wait_for_timeout(400)
    assert tab.locator(".leaflet-plan-pane canvas").first.screenshot() != before
    box("Zones").check()
    tab.wait_for_timeout(400)
    assert box("Zones").is_checked()
    assert tab.complaints == []


def test_titles_in_the_control_are_text(open_map, toy_plan, make_plan) -> None:
    farmland = next(line for line in toy_plan.rulebook.lines if line.code == "permanent_farmland")
    wild = farmland.model_copy(update={"title": {"en": "<img src=x onerror=alert(1)>"}})
    lines = tuple(wild if line is farmland else line for line in toy_plan.rulebook.lines)
    plan_map = draw(make_plan(rulebook=replace(toy_plan.rulebook, lines=lines)))
    folium.LayerControl(collapsed=False).add_to(plan_map)
    tab = open_map(plan_map)
    assert tab.locator(".leaflet-control-layers img").count() == 0
    assert tab.locator(".leaflet-control-layers", has_text="<img src=x").count() == 1
    assert tab.complaints == []


def test_a_map_without_the_control_has_no_switches(toy_plan) -> None:
    assert "= zoneplan.switchOf(" not in draw(toy_plan).get_root().render()
