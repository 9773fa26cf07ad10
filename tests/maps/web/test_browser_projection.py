"""The plane of the map in a browser: folium's layers lie where they belong, in both projections."""

from __future__ import annotations

import folium
import numpy as np
import pytest
import shapely

from maps.web import draw

pytestmark = pytest.mark.browser


def box_of(tab, selector: str) -> dict[str, float]:
    return tab.locator(selector).first.evaluate("one => one.getBoundingClientRect().toJSON()")


@pytest.mark.parametrize("projection", ["equal_area", "mercator"])
def test_a_marker_lies_on_its_unit(open_map, toy_plan, projection: str) -> None:
    """Below the foot of a marker that folium sets by latitude and longitude lies the unit; a circle has its radius."""
    for unit_id in ("a1", "c4"):
        middle = toy_plan.units.to_crs(4326).geometry.loc[unit_id].centroid
        plan_map = draw(toy_plan, projection=projection)
        folium.Marker([middle.y, middle.x]).add_to(plan_map)
        folium.Circle([middle.y, middle.x], radius=500).add_to(plan_map)
        tab = open_map(plan_map)
        icon, circle = box_of(tab, ".leaflet-marker-icon"), box_of(tab, "path.leaflet-interactive")
        tab.add_style_tag(content=".leaflet-marker-pane, .leaflet-overlay-pane { display: none }")
        x, y = (icon["left"] + icon["right"]) / 2, icon["bottom"]
        tab.mouse.click(x, y)
        assert tab.locator("#zp-unit h2").inner_text() == f"Unit {unit_id.upper()}"
        metres = tab.evaluate("map_plan.distance(...[[0, 0], [100, 0]].map(at => map_plan.containerPointToLatLng(at)))")
        assert circle["width"] * metres / 100 == pytest.approx(1000, rel=0.03)
        assert ((circle["left"] + circle["right"]) / 2, (circle["top"] + circle["bottom"]) / 2) == pytest.approx(
            (x, y), abs=2
        )


@pytest.mark.parametrize("projection", ["equal_area", "mercator"])
def test_an_outline_of_folium_covers_its_unit(open_map, toy_plan, projection: str) -> None:
    plan_map = draw(toy_plan, projection=projection)
    folium.GeoJson(toy_plan.units.loc[["b2"], ["geometry"]].to_crs(4326).to_json()).add_to(plan_map)
    tab = open_map(plan_map)
    path = box_of(tab, "path.leaflet-interactive")
    crs = toy_plan.units.crs if projection == "equal_area" else "EPSG:3857"
    own, all_units = toy_plan.units.to_crs(crs).geometry.loc["b2"], toy_plan.units.to_crs(crs).total_bounds
    wide = (path["right"] - path["left"]) / (own.bounds[2] - own.bounds[0])
    high = (path["bottom"] - path["top"]) / (own.bounds[3] - own.bounds[1])
    assert wide == pytest.approx(high, rel=0.02)
    view = box_of(tab, ".leaflet-container")
    assert (all_units[2] - all_units[0]) * wide < view["width"]


def test_bounds_in_degrees_are_fitted_although_they_bend(open_map, toy_plan) -> None:
    tab = open_map(draw(toy_plan))
    west, south, east, north = shapely.box(-120, 30, -60, 60).bounds
    corners = [[south, west], [south, east], [north, west], [north, east]]
    tab.evaluate("([low, high]) => map_plan.fitBounds([low, high], { animate: false })", [corners[0], corners[3]])
    at = np.array(
        tab.evaluate(
            "places => places.map(at => map_plan.latLngToContainerPoint(at)).map(({ x, y }) => [x, y])", corners
        )
    )
    size = tab.evaluate("[map_plan.getSize().x, map_plan.getSize().y]")
    assert (at >= -1).all()
    assert (at <= np.add(size, 1)).all()


@pytest.mark.parametrize("projection", ["equal_area", "mercator"])
def test_bounds_that_an_analyst_asks_for_are_shown_first(open_map, toy_plan, projection: str) -> None:
    west, south, east, north = toy_plan.units.to_crs(4326).loc[["b2"]].total_bounds
    plan_map = draw(toy_plan, projection=projection)
    plan_map.fit_bounds([[south, west], [north, east]])
    tab = open_map(plan_map)
    at = np.array(
        tab.evaluate(
            "all => all.map(at => map_plan.latLngToContainerPoint(at)).map(({ x, y }) => [x, y])",
            [[south, west], [north, east]],
        )
    )
    size = np.array(tab.evaluate("[map_plan.getSize().x, map_plan.getSize().y]"))
    assert (at >= -1).all()
    assert (at <= size + 1).all()
    assert (np.abs(np.diff(at, axis=0)[0]) / size).max() > 0.5  # as near as it may
