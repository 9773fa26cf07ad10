"""Packing: what is packed comes out again, small, the same every time, without a gap at any border."""

from __future__ import annotations

import base64
import gzip
import json

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from maps.style import plan_topology
from maps.web.geometry_encoding import Shapes, encode_block, place_on_grid, varints, zigzag
from maps.web.map_plane import EARTH_RADIUS_M, PlaneName
from maps.web.page_model import as_json


def shapes_of(units: gpd.GeoDataFrame, pieces: gpd.GeoDataFrame, plane: PlaneName = "equal_area") -> Shapes:
    return place_on_grid(plan_topology(units, pieces), units, plane)


def block(shapes: Shapes, **said: object) -> str:
    return encode_block(json.dumps({**said, "grid": json.loads(as_json(shapes.grid))}, ensure_ascii=False), shapes)


def unpack(text: str) -> tuple[dict, list[int]]:
    """The model and the numbers of a block, read the plain way."""
    block = gzip.decompress(base64.b64decode(text))
    length = int.from_bytes(block[:4], "little")
    numbers, value, bits = [], 0, 0
    for byte in block[4 + length :]:
        value |= (byte & 127) << bits
        bits += 7
        if byte < 128:
            numbers.append(value)
            value, bits = 0, 0
    return json.loads(block[4 : 4 + length]), numbers


def unsigned(value: int) -> int:
    return (value >> 1) ^ -(value & 1)


def polygons(text: str) -> list[shapely.Geometry]:
    """The units of a block in metres of the plane."""
    facts, numbers = unpack(text)
    grid, at = facts["grid"], 0

    def take(count: int) -> list[int]:
        nonlocal at
        at += count
        return numbers[at - count : at]

    def steps(count: int) -> list[int]:
        return np.cumsum([unsigned(value) for value in take(count)]).astype(int).tolist()

    sizes = take(grid["arcs"])
    points = list(zip(steps(grid["points"]), steps(grid["points"]), strict=True))
    arcs = [points[end - size : end] for end, size in zip(np.cumsum(sizes), sizes, strict=True)]
    found: list[list[shapely.Geometry]] = []
    for many in (grid["pieces"], grid["units"]):
        counts = take(many)
        ring_sizes = take(sum(counts))
        refs = iter(steps(sum(ring_sizes)))
        lengths = iter(ring_sizes)
        shapes = []
        for count in counts:
            one = shapely.Polygon()
            for _ in range(count):
                ring = [arcs[ref >> 1][:: -1 if ref & 1 else 1] for ref in (next(refs) for _ in range(next(lengths)))]
                one = one.symmetric_difference(shapely.Polygon([point for line in ring for point in line]))
            shapes.append(one)
        found.append(shapes)
    ground = (grid["west"], grid["south"])
    return [shapely.transform(one, lambda xy: xy * grid["step"] + ground) for one in found[1]]


@pytest.mark.parametrize(("plane", "crs"), [("equal_area", "EPSG:3035"), ("mercator", "EPSG:3857")])
def test_units_come_out_as_they_went_in(toy_plan, plane: PlaneName, crs: str) -> None:
    text = block(shapes_of(toy_plan.units, toy_plan.pieces, plane))
    facts, _ = unpack(text)
    for packed, given_ in zip(polygons(text), toy_plan.units.to_crs(crs).geometry, strict=True):
        assert packed.symmetric_difference(given_).area < 0.002 * given_.area
        assert shapely.hausdorff_distance(packed, given_) < 2 * facts["grid"]["step"]
    # three borders or more meet at 16 corners of squares, at 4 ends of the cut x = 1.5, and at 2 of the cut x = 2.5;
    # by Euler's formula these 22 places and 16 pieces have 22 + 16 - 1 arcs
    assert (facts["grid"]["pieces"], facts["grid"]["units"], facts["grid"]["arcs"]) == (16, 12, 37)


def test_units_leave_no_gap_and_do_not_overlap(toy_plan) -> None:
    units = polygons(block(shapes_of(toy_plan.units, toy_plan.pieces)))
    whole = shapely.unary_union(units)
    assert whole.area == pytest.approx(sum(unit.area for unit in units), rel=1e-12)
    assert len(whole.interiors) == 0


def test_the_step_is_a_small_part_of_a_small_unit(toy_plan) -> None:
    shapes = shapes_of(toy_plan.units, toy_plan.pieces)
    side = np.sqrt(toy_plan.units.area.min())
    assert shapes.step == pytest.approx(side / 512, rel=0.01)


def test_labels_lie_inside_their_units(toy_plan) -> None:
    shapes = shapes_of(toy_plan.units, toy_plan.pieces)
    places = shapely.points(shapes.labels * shapes.step + (shapes.west, shapes.south))
    assert shapely.contains(np.asarray(toy_plan.units.geometry), places).all()


def test_a_label_lies_in_the_largest_part_of_a_unit_and_not_in_its_hole() -> None:
    ring = box(0, 0, 9000, 9000) - box(1000, 1000, 8000, 8000)
    island = box(20000, 0, 21000, 1000)
    units = gpd.GeoDataFrame(geometry=[shapely.union_all([ring, island])], index=["u"], crs="EPSG:3035").rename_axis(
        "unit_id"
    )
    shapes = shapes_of(units, units.reset_index())
    (place,) = shapely.points(shapes.labels * shapes.step + (shapes.west, shapes.south))
    assert ring.contains(place)


@pytest.mark.parametrize("plane", ["equal_area", "mercator"])
def test_a_plan_across_the_date_line_is_in_one_piece(plane: PlaneName) -> None:
    units = gpd.GeoDataFrame(
        {"unit_id": ["w", "e"]}, geometry=[box(178, -18, 180, -16), box(-180, -18, -178, -16)], crs="EPSG:4326"
    ).set_index("unit_id")
    shapes = shapes_of(units, units.reset_index(), plane)
    west, east = polygons(block(shapes))
    assert west.bounds[2] == pytest.approx(east.bounds[0], abs=2 * shapes.step)
    width = np.radians(4) * EARTH_RADIUS_M * (1 if plane == "mercator" else np.cos(np.radians(16)))
    assert east.bounds[2] - west.bounds[0] == pytest.approx(width, rel=0.01)


def test_the_pole_is_cut_off_where_mercator_ends() -> None:
    units = gpd.GeoDataFrame({"unit_id": ["p"]}, geometry=[box(0, 80, 40, 90)], crs="EPSG:4326").set_index("unit_id")
    (unit,) = polygons(block(shapes_of(units, units.reset_index(), "mercator")))
    assert np.isfinite(unit.area)


def test_the_same_plan_gives_the_same_text(make_plan) -> None:
    one, other = (block(shapes_of(plan.units, plan.pieces), a=1) for plan in (make_plan(), make_plan()))
    assert one == other


def test_facts_come_out_as_they_went_in(toy_plan) -> None:
    said = {"name": "</script>{{7*7}} ${x} 攀枝花 \u2028", "list": [1, None, 2.5, True]}
    text = block(shapes_of(toy_plan.units, toy_plan.pieces), **said)
    assert {key: unpack(text)[0][key] for key in said} == said
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")


@given(st.lists(st.integers(0, 2**32 - 1)))
def test_numbers_survive_being_packed(values: list[int]) -> None:
    numbers, value, bits = [], 0, 0
    for byte in varints(np.array(values, dtype=np.int64)):
        value |= (byte & 127) << bits
        bits += 7
        if byte < 128:
            numbers.append(value)
            value, bits = 0, 0
    assert numbers == values


@given(st.lists(st.integers(-(2**31), 2**31 - 1), min_size=1))
def test_signs_survive_being_packed(values: list[int]) -> None:
    assert [unsigned(value) for value in zigzag(np.array(values)).tolist()] == values


def test_units_that_mercator_cannot_show_are_named() -> None:
    """Round the south pole, in an equal-area CRS centred there: a cap, the ring around it, and land beside it."""
    cap = shapely.Point(0, 0).buffer(1_000_000, quad_segs=64)
    ring = shapely.Point(0, 0).buffer(2_000_000, quad_segs=64).difference(cap)
    beside = box(2_000_000, -500_000, 2_600_000, 500_000)
    units = gpd.GeoDataFrame(
        geometry=[cap, ring, beside], index=["cap", "ring", "beside"], crs="+proj=laea +lat_0=-90 +datum=WGS84"
    )
    pieces = units.assign(unit_id=units.index)
    assert shapes_of(units, pieces, "mercator").undrawn.tolist() == [0, 1]
    assert shapes_of(units, pieces).undrawn.tolist() == []
