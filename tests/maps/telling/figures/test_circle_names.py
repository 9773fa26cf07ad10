"""Names of circles: on their own circle or beside all circles, and on no other name."""

from __future__ import annotations

from math import hypot

import shapely
from hypothesis import given
from hypothesis import strategies as st

from maps.drawing.charts.canvas import text_mm
from maps.telling.figures.plan_maps import NAME_PT, Named, circle_names

WIDE, HIGH = 100.0, 80.0
NAMES = st.sampled_from(["Lea", "Maricopa", "江苏省"])
CIRCLES = st.tuples(st.floats(0, WIDE), st.floats(0, HIGH), st.floats(0.2, 12), NAMES)


@given(st.lists(CIRCLES, max_size=12), st.integers(0, 8))
def test_no_name_stands_on_another_circle_or_name_or_off_the_sheet(drawn: list, most: int) -> None:
    circles = [Named(*one, fill="#993300") for one in sorted(drawn, key=lambda one: -one[2])]
    boxes: list[shapely.Geometry] = []
    for one, left, base, is_on in circle_names(circles, most, WIDE, HIGH):
        box = shapely.box(left, base - 2.2, left + text_mm(one.name, NAME_PT), base + 0.8)
        place = next(number for number, other in enumerate(circles) if other is one)
        for other in circles[place + 1 :] if is_on else circles:
            assert box.distance(shapely.Point(other.x, other.y)) > other.radius - 1e-9, (one, other)
        if is_on:
            assert all(hypot(x - one.x, y - one.y) < one.radius + 1e-9 for x, y in box.exterior.coords)
        assert not any(shapely.intersection(box, older).area > 1e-9 for older in boxes)
        assert shapely.box(0, 0, WIDE, HIGH).covers(box)
        boxes.append(box)
    assert len(boxes) <= min(most, len(circles))


def test_a_covered_circle_is_named_beside_it() -> None:
    """Jiangsu lies below Anhui, which is drawn later: its name leaves both."""
    below, above = Named(30, 40, 8, "江苏省", "#993300"), Named(30, 40, 7.5, "安徽省", "#eedd22")
    (first, left, _, is_on), (second, *_, other_is_on) = circle_names([below, above], 2, WIDE, HIGH)
    assert (first.name, is_on, second.name, other_is_on) == ("江苏省", False, "安徽省", True)
    assert left > below.x + below.radius
