"""Outlines: neighbours still meet, paths come back to the shapes that they were traced from."""

from __future__ import annotations

import re

import numpy as np
import pytest
import shapely
from shapely.geometry import MultiPolygon, Polygon, box

from maps.drawing.topology import FINENESS, Frame, dissolve, simplify, svg_path


def drawn(data: str) -> list[Polygon]:
    """The rings of a path, read by the rules of SVG, in tenths of a pixel."""
    rings = []
    for part in data.split("z")[:-1]:
        start, moves = re.fullmatch(r"M(-?\d+[ -]\d+)l(.*)", part).groups()
        numbers = [int(one) for one in re.findall(r"-?\d+", f"{start} {moves}")]
        rings.append(Polygon(np.cumsum(np.array(numbers).reshape(-1, 2), axis=0)))
    return rings


def test_a_square_is_four_corners():
    frame = Frame.around((0, 0, 4000, 3000), 800, 800)
    assert (frame.metres_per_px, frame.width_px, frame.height_px) == (5.0, 800.0, 600.0)
    assert frame.to_pixels(4000, 0) == (800.0, 600.0)
    (ring,) = drawn(svg_path(np.array([box(0, 2000, 1000, 3000)]), frame))
    assert ring.equals(box(0, 0, 200 * FINENESS, 200 * FINENESS))


def test_holes_and_parts_of_multipolygons_are_traced():
    holed = Polygon(box(0, 0, 10, 10).exterior.coords, [box(2, 2, 4, 4).exterior.coords])
    both = MultiPolygon([holed, box(20, 0, 30, 10)])
    frame = Frame.around(both.bounds, 300, 300)
    rings = drawn(svg_path(np.array([both]), frame))
    assert sorted(ring.area / (10 * FINENESS) ** 2 for ring in rings) == [4, 100, 100]


def test_shapes_below_the_grid_leave_no_broken_ring():
    frame = Frame(0, 100, 10.0, 100, 100)
    assert svg_path(np.array([box(50, 50, 50.001, 50.001)]), frame) == ""
    assert svg_path(np.array([], dtype=object), frame) == ""


def test_one_point_is_still_a_frame():
    frame = Frame.around((5, 5, 5, 5), 100, 100)
    assert frame.width_px == frame.height_px == 100


def wavy_cells(seed: int) -> np.ndarray:
    """A coverage of 25 cells in a square kilometre, their inner borders wavy and cut out of one set of lines."""
    steps = np.linspace(0, 1000, 401)
    wave = np.random.default_rng(seed).uniform(-2, 2, (8, len(steps)))
    wave[:, [0, -1]] = 0
    lines = [box(0, 0, 1000, 1000).exterior]
    for place, offsets in zip((200, 400, 600, 800), wave[:4], strict=True):
        lines.append(shapely.linestrings(np.column_stack([steps, place + offsets])))
    for place, offsets in zip((200, 400, 600, 800), wave[4:], strict=True):
        lines.append(shapely.linestrings(np.column_stack([place + offsets, steps])))
    return shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.union_all(lines))))


@pytest.mark.parametrize("seed", range(4))
def test_neighbours_meet_after_simplifying(seed):
    cells = wavy_cells(seed)
    frame = Frame.around((0, 0, 1000, 1000), 100, 100)
    simple = simplify(cells, frame)
    assert shapely.coverage_is_valid(simple)
    assert shapely.get_num_coordinates(simple).sum() < shapely.get_num_coordinates(cells).sum() / 3
    assert dissolve(simple)[0].area == pytest.approx(1e6, rel=1e-9)


def test_merging_nothing_is_nothing():
    assert len(dissolve(np.array([], dtype=object))) == 0
