"""Charts: what they draw is what their table says, nothing covers anything, and texts are only texts."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import combinations, pairwise
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from maps.drawing.charts.bars import AmountRow, Class, Part, ShareRow, amount_bars, count_columns, share_bars
from maps.drawing.charts.canvas import Chart, Numbers
from maps.drawing.charts.curves import CurveRow, step_curves
from maps.drawing.charts.dots import MOST, Dot, MarginRow, Strip, margin_dots, threshold_dots
from maps.drawing.charts.gauges import Gauge, gauge
from maps.drawing.charts.lollipops import Stick, Sum, lollipops
from maps.drawing.charts.matrix import Transition, transition_matrix
from maps.drawing.charts.measure_axes import MeasureAxis, measure_axis
from maps.drawing.charts.scales import Scale, round_steps, swarm
from maps.drawing.charts.slopes import Slope, SlopePanel, slope_panels

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '"><script>alert(1)</script>\u202e'
PARTS = (Part("Town", "#A8401F"), Part("Field", "#E3C24B"))
COLUMNS = ("Test", "Value", "Needed", "Answer")
AXIS = MeasureAxis(0, 0.3, False, (0.0, 0.1, 0.2, 0.3), 0)
STRIP = Strip(0.05, "5% or more", True, AXIS, "Share, %", "units have none")
NOTHING = Numbers((), ())


def drawn(chart: Chart) -> ET.Element:
    return ET.fromstring(str(chart.svg))


def bars(chart: Chart) -> list[float]:
    return [float(one.get("width", "")) for one in drawn(chart).iter(f"{SVG}rect")]


def every_chart(text: str) -> dict[str, Callable[[], Chart]]:
    """A chart of each kind with one text for every name."""
    parts = [Part(text, "#A8401F")]
    dots = [Dot(0.0, "#A8401F"), Dot(0.2, "#A8401F", text), Dot(0.3, "")]
    return {
        "shares": lambda: share_bars(text, parts, [ShareRow(text, (1.0,), (text,), text, text)]),
        "amounts": lambda: amount_bars(
            text, parts, [AmountRow(text, (1.0,), 1.0, text, text)], rest=text, beside=text
        ),
        "columns": lambda: count_columns(text, parts, [Class(text, (3,))]),
        "lollipops": lambda: lollipops(
            text, text, text, [Stick(text, text, 1.0, text, "#A8401F", 0.5, (text,))], str,
            columns=[text], sums=[Sum(text, text, last=True)],
        ),
        "dots": lambda: threshold_dots(text, Strip(0.1, text, True, AXIS, text, text), dots, lambda _: text, NOTHING),
        "margins": lambda: margin_dots(
            text, [MarginRow(text, text, text, (Dot(2.0, "#A8401F", text),), text, text)], text, text, NOTHING
        ),
        "gauge": lambda: gauge(Gauge(text, text, 1.0, 2.0, text, text, text, False, "#A8401F"), (text,) * 4),
    }  # fmt: skip


@pytest.mark.parametrize("kind", every_chart(""))
def test_texts_are_only_texts(kind: str) -> None:
    chart = every_chart(HOSTILE)[kind]()
    written = str(chart.svg)
    assert "<script" not in written
    assert "\u202e" not in written
    assert not re.search(r"style=|href|on\w+=", written.replace("alert", ""))
    root = ET.fromstring(written)
    assert root.get("role") == "img"
    assert root.get("aria-label", "").startswith('"><script>')
    assert root.get("width") == f"{root.get('viewBox').split()[2]}mm"


def test_shares_are_as_long_as_they_are() -> None:
    chart = share_bars("Land", PARTS, [ShareRow("East", (1.0, 3.0), ("25%", "75%"), "4 ha")])
    first, second = bars(chart)
    assert second == pytest.approx(3 * first, abs=0.03)
    assert [text.text for text in drawn(chart).iter(f"{SVG}text")] == ["East", "25", "75", "4 ha"]


def test_a_bar_of_nothing_has_no_parts() -> None:
    assert bars(share_bars("Land", PARTS, [ShareRow("East", (0.0, 0.0), ("–", "–"), "0 ha")])) == []


def test_amounts_are_on_one_scale_and_the_rest_is_outlined() -> None:
    rows = [AmountRow("East", (8.0, 0.0), 2.0, "10"), AmountRow("West", (0.0, 5.0), 0.0, "5")]
    chart = amount_bars("Land", PARTS, rows, rest="held")
    east, held, west = drawn(chart).iter(f"{SVG}rect")
    assert float(east.get("width", "")) == pytest.approx(8 / 5 * float(west.get("width", "")), abs=0.03)
    assert held.get("fill") == "#FFFFFF"
    assert chart.numbers.rows[1] == ("West", "0", "5", "0", "5")


def test_columns_are_as_high_as_their_counts() -> None:
    chart = count_columns("Units", PARTS, [Class("1", (10, 5)), Class("2", (3, 0))])
    heights = [float(one.get("height", "")) for one in drawn(chart).iter(f"{SVG}rect")]
    assert heights[0] == pytest.approx(2 * heights[1], abs=0.03)
    assert heights[0] == pytest.approx(10 / 3 * heights[2], abs=0.05)
    assert chart.numbers.rows == (("1", "10", "5", "15"), ("2", "3", "0", "3"))


def test_sticks_end_at_their_value_on_the_axis() -> None:
    rows = [Stick("A", "", 500.0, "most", "#A8401F"), Stick("B", "", 250.0, "half", "#A8401F", 125.0)]
    root = drawn(lollipops("Land", "Unit", "ha", rows, "{:g}".format))
    ticks = {text.text: float(text.get("x", "")) for text in root.iter(f"{SVG}text") if text.text in ("0", "500")}
    first, second = (float(one.get("cx", "")) for one in root.iter(f"{SVG}circle"))
    assert first == pytest.approx(ticks["500"], abs=0.02)
    assert second == pytest.approx((ticks["0"] + ticks["500"]) / 2, abs=0.02)


@given(st.lists(st.floats(0, 160), min_size=1, max_size=60))
def test_no_dot_of_a_swarm_covers_another(places: list[float]) -> None:
    at = np.array(places)
    off = swarm(at, 0.9)
    for one, other in combinations(range(len(at)), 2):
        assert np.hypot(at[one] - at[other], off[one] - off[other]) >= 1.8 - 1e-6


def test_zeros_are_counted_and_not_drawn() -> None:
    dots = [Dot(0.0, "#A8401F")] * 3 + [Dot(0.2, "#A8401F", "Weld")]
    root = drawn(
        threshold_dots("Cropland", STRIP._replace(axis=AXIS._replace(zeros=3)), dots, "{:.0%}".format, NOTHING)
    )
    assert len(list(root.iter(f"{SVG}circle"))) == 1
    assert {"3", "Weld"} <= {text.text for text in root.iter(f"{SVG}text")}


def test_a_pile_of_dots_stays_on_its_strip() -> None:
    dots = [Dot(0.3, "#A8401F")] * 90
    root = drawn(threshold_dots("Cropland", STRIP, dots, "{:.0%}".format, NOTHING))
    middles = [float(dot.get("cy", "")) for dot in root.iter(f"{SVG}circle")]
    assert len(middles) == len(dots)
    assert 0 < min(middles) < max(middles) < float(root.get("viewBox", "").split()[3])


def test_many_dots_become_columns_that_hold_all_of_them() -> None:
    dots = [Dot(float(place % 7) + 1, "#A8401F" if place % 2 else "#E3C24B") for place in range(MOST + 600)]
    written = str(
        threshold_dots("Share", Strip(3.0, "3", True, AXIS._replace(high=8.0), "Share"), dots, str, NOTHING).svg
    )
    assert "<circle" not in written
    assert written.count("<path") < 40
    assert len(written) < 6000


def test_no_name_crosses_the_line_of_the_threshold() -> None:
    dots = [Dot(value, "#A8401F", f"County {value}") for value in (0.046, 0.049, 0.051, 0.055)]
    root = drawn(threshold_dots("Cropland", Strip(0.05, "5%", True, AXIS, "Share"), dots, "{:.0%}".format, NOTHING))
    ticks = {text.text: text for text in root.iter(f"{SVG}text")}
    line = max(float(part) for part in re.findall(r"M([\d.]+) 0\.6L", ET.tostring(root, "unicode")))
    named = [(float(text.get("x", "")), name) for name, text in ticks.items() if name.startswith("County")]
    assert len(named) >= 3
    assert all(x > line or x + 0.49 * 7 * 0.3528 * len(name) < line for x, name in named)


@pytest.mark.parametrize(
    ("value", "threshold", "passes"), [(0.24, 0.05, True), (32.1, 50.0, False), (-4.0, 10.0, False), (0.0, 0.2, False)]
)
def test_a_gauge_reaches_its_tick_only_where_it_passes(value: float, threshold: float, passes: bool) -> None:
    one = Gauge("Cropland", "", value, threshold, str(value), f"needs {threshold}", "yes", passes, "#E3C24B")
    root = drawn(gauge(one, COLUMNS))
    _, bar = root.iter(f"{SVG}rect")
    (tick,) = (float(one) for one in re.findall(r"M([\d.]+) 2\.7L", ET.tostring(root, "unicode")))
    end = float(bar.get("x", "")) + float(bar.get("width", ""))
    assert (end >= tick) == passes
    assert bar.get("fill") == ("#E3C24B" if passes else "#A6AEB6")


def test_a_gauge_without_a_number_says_so() -> None:
    root = drawn(gauge(Gauge("Cropland", "", None, 0.05, "–", "needs 5%", "not known", False, "#E3C24B"), COLUMNS))
    assert not list(root.iter(f"{SVG}rect"))
    assert {"–", "needs 5%", "not known"} <= {text.text for text in root.iter(f"{SVG}text")}


@given(st.floats(1e-6, 1e12))
def test_steps_of_an_axis_are_round_and_end_within_it(highest: float) -> None:
    steps = round_steps(highest)
    assert 2 <= len(steps) <= 8
    assert steps[0] == 0
    assert steps[-1] <= highest * (1 + 1e-6)


@example([110001.0], 1.0)
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30), st.floats(1e-3, 1e5))
def test_an_axis_shows_all_values_and_the_threshold(values: list[float], threshold: float) -> None:
    axis = measure_axis(np.array([*values, np.nan]), [threshold])
    scale = Scale.of(axis, 3, 170)
    assert 3 <= scale.position_mm(threshold) <= 170
    if not scale.is_log:
        assert scale.low <= min(values)
    assert scale.high >= max(values) * (1 - 1e-9)
    assert axis.zeros in (0, values.count(0.0))
    assert len(axis.ticks) >= 2 or axis.is_log
    assert all(axis.low * (1 - 1e-9) <= tick <= axis.high * (1 + 1e-9) for tick in axis.ticks)


def test_a_scale_of_logarithms_gives_equal_lengths_to_equal_factors() -> None:
    scale = Scale(1, 1000, 0, 30, is_log=True)
    assert [round(scale.position_mm(value), 6) for value in (1, 10, 100, 1000, 5000)] == [0, 10, 20, 30, 30]


def test_a_matrix_says_every_cell_and_what_is_not_there() -> None:
    parts = [Part("forest & field", "#2E7D5B"), Part("town", "#A8401F"), Part("mine", "#444444")]
    cells = {(0, 0): Transition("7", "700"), (0, 1): Transition("3", "120"), (2, 1): Transition("1", "5")}
    chart = transition_matrix("Moves", ("2020", "2025"), parts, cells)
    assert chart.numbers.columns == ("2020", "forest & field", "town", "mine")
    assert chart.numbers.rows == (
        ("forest & field", "7 (700)", "3 (120)", "–"),
        ("town", "–", "–", "–"),
        ("mine", "–", "1 (5)", "–"),
    )
    assert "forest &amp; field" in chart.svg


def test_a_step_curve_says_where_a_plan_stands_and_keeps_hostile_names() -> None:
    steps = [(0.0, 0.1, 3), (0.1, 0.3, 0), (0.3, 0.4, 12)]
    row = CurveRow(HOSTILE, "adopted: 0.2", "between 0.1 and 0.3", ("below: b2",), (0.0, 0.4), 0.2, (0.1, 0.3), steps)
    chart = step_curves("Curves", ("Threshold", "Units", "Stands"), [row])
    assert chart.numbers.rows == ((HOSTILE, "adopted: 0.2", "between 0.1 and 0.3 below: b2"),)
    assert "<script" not in chart.svg
    assert ">12<" in chart.svg
    ET.fromstring(str(chart.svg))


def test_slopes_say_every_value_and_keep_hostile_names() -> None:
    slopes = (
        Slope(HOSTILE, (0.4, 0.3), ("40 %", "30 %"), "#A8401F", strong=True),
        Slope("b", (0.6, 0.7), ("60 %", "70 %"), "#8A9199"),
    )
    panels = [
        SlopePanel(HOSTILE, "first", ("2010", "2020"), slopes, named=False),
        SlopePanel("x", "", ("2020",), slopes[:0]),
    ]
    chart = slope_panels("Shares", panels, ("Of", "Region"))
    assert chart.numbers.rows == (
        (f"{HOSTILE}, first", HOSTILE, "40 %", "30 %"),
        (f"{HOSTILE}, first", "b", "60 %", "70 %"),
    )
    assert "<script" not in chart.svg
    ET.fromstring(str(chart.svg))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=10))
def test_numbers_beside_slopes_never_cover_each_other(values: list[float]) -> None:
    slopes = tuple(Slope(str(place), (one,), (f"n{place}",), "#8A9199") for place, one in enumerate(values))
    chart = slope_panels("Shares", [SlopePanel("x", "", ("2020",), slopes)], ("Of", "Region"))
    heights = sorted(float(one) for one in re.findall(r'y="([\d.-]+)"[^>]*>n\d+<', chart.svg))
    assert len(heights) == len(values)
    assert all(upper - lower >= 3.05 for lower, upper in pairwise(heights))
