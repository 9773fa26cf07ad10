"""Numbers and lines of a page: nothing lost, nothing rounded away to zero."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from maps.words import amount, format_measure, format_number, percent, projection, width, wrap


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12))
def test_an_amount_loses_nothing(value):
    assert Decimal(amount(value, "en").replace(",", "")) == value


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (0, 0, "0"),
        (0.0, 2, "0.00"),
        (0.004, 2, "< 0.01"),
        (-0.004, 2, "> -0.01"),
        (999.5, 0, "1,000"),
        (1234567.891, 1, "1,234,567.9"),
        (float("inf"), 0, "inf"),
        (None, 0, "–"),
    ],
)
def test_a_number_is_never_rounded_to_nothing(value, decimals, shown):
    assert format_number(value, "en", decimals) == shown


def test_measures_keep_their_kind():
    assert [format_measure(value, "en") for value in (False, 0.00001234, 12, 1e9, "x", float("nan"))] == [
        "false",
        "1.234e-05",
        "12",
        "1,000,000,000",
        "x",
        "–",
    ]
    assert percent(0.001, 100, "en") == "< 0.1"


@given(st.text(alphabet=st.characters(categories=["L", "N", "P"]), max_size=60), st.floats(2, 30))
def test_wrapping_keeps_every_letter_and_the_width(text, limit):
    lines = wrap(text, limit)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(width(line) <= limit for line in lines)


def test_words_break_at_spaces():
    assert wrap("Major agricultural production area", 17) == ["Major agricultural production", "area"]


def test_a_projection_without_a_name_says_how_it_is_built():
    built = CRS("+proj=laea +lat_0=40 +lon_0=-105 +ellps=GRS80")
    assert projection(built).startswith("Lambert azimuthal equal-area, centred at latitude 40, longitude -105;")
    assert projection(built, "zh").startswith("兰伯特方位等积投影")
    conic = CRS("+proj=aea +lat_1=29.5 +lat_2=45.5 +lat_0=23 +lon_0=-96 +ellps=GRS80")
    assert projection(conic).startswith("Albers Equal Area (latitude 23, longitude -96")
    assert projection(CRS("EPSG:4326")) == "WGS 84 (EPSG:4326)"
