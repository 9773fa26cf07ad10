"""Packing: what is packed comes out again, small, the same every time, without a gap at any border."""

from __future__ import annotations

import gzip
import json

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from maps.drawing.topology import plan_topology
from maps.web.geometry_encoding import (
    EARTH_RADIUS_M,
    SIGNS,
    PlaneName,
    Shapes,
    byte_planes,
    encode_block,
    in_85_signs,
    place_on_grid,
    zigzag,
)
from maps.web.page_model import as_json


def shapes_of(units: gpd.GeoDataFrame, pieces: gpd.GeoDataFrame, plane: PlaneName = "equal_area") -> Shapes:
    return place_on_grid(plan_topology(units, pieces), units, plane)


def block(shapes: Shapes, **said: object) -> str:
    return encode_block(json.dumps({**said, "grid": json.loads(as_json(shapes.grid))}, ensure_ascii=False), shapes)


def bytes_of(text: str) -> bytes:
    """What a text of 85 signs stands for, read the plain way."""
    missing = -len(text) % 5
    found = b""
    for at in range(0, len(text), 5):
        value = 0
        for sign in text[at : at + 5].ljust(5, SIGNS[84]):
            value = value * 85 + SIGNS.index(sign)
        found += value.to_bytes(4, "big")
    return found[: len(found) - missing]


class Columns:
    """The numbers of a block, a column after the other."""

    def __init__(self, told: bytes) -> None:
        self.told = told

    def take(self, count: int) -> list[int]:
        width, self.told = self.told[0], self.told[1:]
        planes = [self.told[place * count : (place + 1) * count] for place in range(width)]
        self.told = self.told[width * count :]
        return [sum(plane[i] << (8 * place) for place, plane in enumerate(planes)) for i in range(count)]

    def signed(self, count: int) -> list[int]:
        return [unsigned(value) for value in self.take(count)]

    def steps(self, count: int) -> list[int]:
        return np.cumsum(self.signed(count)).astype(int).tolist()


def unpack(text: str) -> tuple[dict, Columns]:
    """The model and the numbers of a block, read the plain way."""
    block = gzip.decompress(bytes_of(text))
    length = int.from_bytes(block[:4], "little")
    return json.loads(block[4 : 4 + length]), Columns(block[4 + length :])


def unsigned(value: int) -> int:
    return (value >> 1) ^ -(value & 1)


def shapes_of_rings(arcs: list, counts: list[int], ring_sizes: list[int], refs: list[int]) -> list[shapely.Geometry]:
    shapes, lengths, left = [], iter(ring_sizes), iter(refs)
    for count in counts:
        one = shapely.Polygon()
        for _ in range(count):
            ring = [arcs[ref >> 1][:: -1 if ref & 1 else 1] for ref in (next(left) for _ in range(next(lengths)))]
            one = one.symmetric_difference(shapely.Polygon([point for line in ring for point in line]))
        shapes.append(one)
    return shapes


def polygons(text: str) -> list[shapely.Geometry]:
    """The units of a block in metres of the plane."""
    facts, told = unpack(text)
    grid = facts["grid"]
    sizes = told.take(grid["arcs"])
    first = [told.signed(grid["arcs"]) for _ in range(2)]
    inside = [iter(told.signed(grid["points"] - grid["arcs"])) for _ in range(2)]
    arcs, place = [], np.zeros(2, int)
    for size, *begin in zip(sizes, *first, strict=True):
        steps = [begin, *([next(inside[0]), next(inside[1])] for _ in range(size - 1))]
        arcs.append((place + np.cumsum(steps, axis=0)).tolist())
        place = np.array(arcs[-1][-1])
    unit_of_piece = told.take(grid["pieces"])
    counts = told.take(grid["pieces"])
    ring_sizes = told.take(sum(counts))
    refs, expected = [], 0
    for one in told.take(sum(ring_sizes)):
        arc = expected - (one >> 1)
        expected = max(expected, arc + 1)
        refs.append(2 * arc + (one & 1))
    pieces = shapes_of_rings(arcs, counts, ring_sizes, refs)
    several = [unit for unit in range(grid["units"]) if unit_of_piece.count(unit) != 1]
    counts = told.take(len(several))
    ring_sizes = told.take(sum(counts))
    joined = dict(zip(several, shapes_of_rings(arcs, counts, ring_sizes, told.steps(sum(ring_sizes))), strict=True))
    units = [joined.get(unit) or pieces[unit_of_piece.index(unit)] for unit in range(grid["units"])]
    ground = (grid["west"], grid["south"])
    return [shapely.transform(one, lambda xy: xy * grid["step"] + ground) for one in units]


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
    assert set(text) <= set(SIGNS)
    assert not set(SIGNS) & set("<>&\"'`$\\{ \n")


@given(st.lists(st.integers(0, 2**32 - 1)))
def test_numbers_survive_being_packed(values: list[int]) -> None:
    told = Columns(byte_planes(np.array(values, dtype=np.int64)))
    assert told.take(len(values)) == values
    assert told.told == b""


@given(st.binary())
def test_bytes_survive_being_written_in_signs(packed: bytes) -> None:
    assert bytes_of(in_85_signs(packed)) == packed


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
