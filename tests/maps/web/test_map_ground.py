"""The ground of the map: small, in the plane of the plan, with its credits, and without a border where none may be."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from maps.drawing.map_context import Neighbourhood, study_outline
from maps.drawing.topology import plan_topology
from maps.web.geometry_encoding import byte_planes, ground_of, in_85_signs, place_on_grid
from maps.web.page_model import as_json

BORDERS = {"province", "country", "disputed"}


@pytest.fixture(scope="module")
def ground(plan_of):
    """A function that gives the ground of a built-in study in a plane, and the shapes that it lies under."""

    def made(study: str, plane: str = "equal_area", language: str = "en"):
        plan = plan_of(study)
        borders = plan_topology(plan.units, plan.pieces)
        shapes = place_on_grid(borders, plan.units, plane)
        return ground_of(Neighbourhood(plan), shapes, study_outline(borders.units), language), shapes

    return made


def packed(ground) -> int:
    """Bytes that the ground takes on a page, its relief left out."""
    text = as_json(ground.model._replace(relief=None)).encode()
    return len(in_85_signs(gzip.compress(text + b"".join(map(byte_planes, ground.numbers)), 9)))


@pytest.mark.parametrize("plane", ["equal_area", "mercator"])
@pytest.mark.parametrize("study", ["us_mountain_west", "china_provinces"])
def test_the_ground_is_light(ground, study, plane):
    found, _ = ground(study, plane)
    assert packed(found) < 120_000
    assert len(found.model.relief.address) < 160_000


@pytest.mark.parametrize("plane", ["equal_area", "mercator"])
def test_plan_and_ground_lie_in_one_plane(ground, plan_of, plane):
    found, shapes = ground("us_mountain_west", plane)
    model, plan = found.model, plan_of("us_mountain_west")
    denver = next(town for town in model.towns.rows if town.name == "Denver")
    x, y = model.west + denver.x * model.step, model.south + denver.y * model.step
    label = shapes.labels[plan.units.index.get_loc("08031")] * shapes.step + (shapes.west, shapes.south)
    assert np.hypot(x - label[0], y - label[1]) < 30_000  # the county is 40 km wide
    assert denver.inside
    names = {region.name: region for region in model.regions.rows}
    assert {"Nevada", "Texas", "Mexico"} <= set(names)
    assert model.west + names["Nevada"].x[0] * model.step < label[0] - 800_000
    relief = model.relief
    assert relief.west < x < relief.east
    assert relief.south < y < relief.north


def test_numbers_are_as_many_as_the_model_says_and_lie_on_the_grid(ground):
    found, _ = ground("us_mountain_west")
    numbers = iter(found.numbers)
    kinds = []
    for layer in found.model.layers:
        sizes, x, y = (next(numbers) for _ in range(3))
        assert len(sizes) == layer.parts
        assert sizes.sum() == layer.points == len(x) == len(y)
        assert not layer.names or len(layer.names) == layer.parts
        for steps, side in ((x, found.model.width), (y, found.model.height)):
            places = np.cumsum(np.where(steps & 1, -(steps + 1) // 2, steps // 2))
            assert places.min() >= 0
            assert places.max() <= side
        kinds.append(layer.kind)
    assert next(numbers, None) is None
    assert set(kinds) >= {"land", "river", "lake", "province", "country"}


@pytest.mark.parametrize("plane", ["equal_area", "mercator"])
def test_the_map_of_china_has_no_border_and_no_town_outside(ground, plane):
    found, _ = ground("china_provinces", plane, "zh")
    assert not {layer.kind for layer in found.model.layers} & BORDERS
    assert {layer.kind for layer in found.model.layers} == {"land", "river", "lake"}
    assert not any(name for layer in found.model.layers for name in layer.names)
    assert found.model.towns.rows
    assert all(town.inside for town in found.model.towns.rows)
    assert not found.model.regions.rows
    assert "仅供参考" in found.model.credits


def test_the_same_plan_has_the_same_ground(ground):
    one, other = ground("us_mountain_west")[0], ground("us_mountain_west")[0]
    assert as_json(one.model) == as_json(other.model)
    assert b"".join(map(byte_planes, one.numbers)) == b"".join(map(byte_planes, other.numbers))


def test_a_small_plan_without_heights_has_land_and_no_relief(toy_plan):
    borders = plan_topology(toy_plan.units, toy_plan.pieces)
    model = ground_of(
        Neighbourhood(toy_plan), place_on_grid(borders, toy_plan.units), study_outline(borders.units)
    ).model
    assert [layer.kind for layer in model.layers] == ["land"]
    assert model.relief is None
    assert model.credits == "Made with Natural Earth. Places: GeoNames (CC BY 4.0)."
