"""Names on a picture: the first one stays, a dot comes with its name, and rivers are named along a straight stretch."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from maps.drawing.map_names import Lettering, Sheet, Spot, spots_along, spots_beside, spots_in

PLAIN = Lettering(12, 500, "#000000")


def test_the_first_name_stays_and_the_second_takes_another_spot():
    sheet = Sheet(300, 100)
    sheet.set_name("Denver", PLAIN, [Spot(100, 50)])
    second = sheet.set_name("Aurora", PLAIN, [Spot(110, 52), Spot(200, 52)])
    assert second.spot.x == 200
    assert [label.text for label in sheet.labels] == ["Denver", "Aurora"]


def test_a_name_without_room_leaves_its_dot_free():
    sheet = Sheet(60, 20)
    assert sheet.set_name("A name that is too long", PLAIN, [Spot(30, 10)], mark=(5, 10, 2)) is None
    assert sheet.set_name("x", PLAIN, [Spot(30, 10)], mark=(5, 10, 2)) is not None
    assert sheet.set_name("y", PLAIN, [Spot(50, 10)], mark=(5, 10, 2)) is None  # the dot is taken now


def test_marks_are_told_from_names():
    sheet = Sheet(200, 100)
    sheet.take((10, 10, 20, 20))
    sheet.set_name("Denver", PLAIN, [Spot(100, 50)])
    assert sheet.is_marked(15, 15, 30, 30)
    assert not sheet.is_marked(95, 45, 105, 55)
    assert sheet.set_name("Aurora", PLAIN, [Spot(100, 50)]) is None


def test_a_name_stays_inside_of_its_shape():
    sheet = Sheet(400, 400)
    shape = shapely.box(100, 100, 220, 160)
    label = sheet.set_name("Utah", PLAIN, spots_in(shape), within=shape)
    assert shape.contains(label.box)
    assert sheet.set_name("A longer name than its land", PLAIN, spots_in(shape), within=shape) is None


def test_spots_beside_a_dot_leave_the_dot_alone():
    for spot in spots_beside(100, 100, "Denver", PLAIN, 3):
        sheet = Sheet(300, 300)
        assert sheet.set_name("Denver", PLAIN, [spot], mark=(100, 100, 3)) is not None
        assert not sheet.labels[0].box.intersects(shapely.Point(100, 100).buffer(3))


def test_a_river_is_named_where_it_is_straight_and_read_from_the_left():
    bends = np.column_stack([np.linspace(0, 100, 41), 40 * np.sin(np.linspace(0, 12, 41))])
    straight = np.array([[100.0, bends[-1, 1]], [300.0, bends[-1, 1] + 100.0]])
    (first, *_) = spots_along([np.vstack([bends, straight])], 80)
    assert first.x > 130
    assert first.turn == pytest.approx(np.degrees(np.arctan2(100, 200)), abs=1)
    (back, *_) = spots_along([straight[::-1]], 80)
    assert back.turn == pytest.approx(first.turn, abs=1)
    assert not list(spots_along([np.array([[0.0, 0.0], [50.0, 0.0]])], 80))


@given(
    st.lists(
        st.tuples(st.floats(0, 300), st.floats(0, 200), st.floats(-90, 90), st.integers(1, 12)), min_size=2, max_size=15
    )
)
def test_no_two_names_ever_touch(wanted):
    sheet = Sheet(300, 200)
    for x, y, turn, length in wanted:
        sheet.set_name("n" * length, PLAIN, [Spot(x, y, turn)])
    boxes = [label.box for label in sheet.labels]
    assert not any(one.intersects(other) for i, one in enumerate(boxes) for other in boxes[:i])


def test_a_dot_keeps_others_off_all_around_it():
    for x, y in ((93, 50), (107, 50), (100, 43), (100, 57)):
        sheet = Sheet(300, 100)
        sheet.set_name("Denver", PLAIN, [Spot(200, 50)], mark=(100, 50, 5))
        assert sheet.set_name("Aurora", PLAIN, [Spot(200, 80)], mark=(x, y, 2.5)) is None
