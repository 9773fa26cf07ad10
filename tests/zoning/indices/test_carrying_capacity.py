"""What land carries: with a pencil, by properties, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import UnknownNameError, ZoneplanError
from zoneplan import indices as ix
from zoning.errors import MissingValueError

THERE = pd.DataFrame({"water": [1000.0, 0, 600], "land": [300.0, 50, 300]}, index=list("abc"))
LAND = pd.Series([900.0, 100, 0], index=list("abc"))


def test_the_scarcest_limits() -> None:
    found = ix.carrying_capacity(THERE, {"land": 1, "water": 2}, {"c": 150, "b": 5, "a": 0})
    assert found["water_people"].tolist() == [500, 0, 300]
    assert found["capacity_people"].tolist() == [300, 0, 300]
    assert found["limited_by"].tolist() == ["land", "water", "water"]
    assert found["load"].tolist() == [0, math.inf, 0.5]
    by_unit = ix.carrying_capacity(THERE, pd.DataFrame({"land": [3.0, 1, 1], "water": [1.0, 2, 2]}, index=list("abc")))
    assert by_unit["capacity_people"].tolist() == [100, 0, 300]
    assert "load" not in by_unit


@settings(max_examples=15)
@given(
    rows=st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=6),
    needed=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    factor=st.sampled_from([0.5, 8.0, 1000.0]),
)
def test_more_never_carries_fewer_and_units_of_measure_do_not_matter(rows, needed, factor) -> None:
    there = pd.DataFrame(rows, columns=["water", "land"], dtype=float)
    people = ix.carrying_capacity(there, needed)["capacity_people"]
    assert (ix.carrying_capacity(there + 1, needed)["capacity_people"] >= people).all()
    scaled = ix.carrying_capacity(there[::-1] * [factor, 1], [needed[0] * factor, needed[1]])["capacity_people"]
    assert np.allclose(scaled[people.index], people)


def test_land_is_no_use_without_water() -> None:
    farms = ix.arable_capacity(LAND, [3e6, 3e6, 3e6], 4000, share=0.8, rainfed_ha=[150, 0, 0])
    assert farms["watered_ha"].tolist() == [750, 600, 600]
    assert farms["capacity_ha"].tolist() == [750, 100, 0]
    assert farms["limited_by"].tolist() == ["water", "land", "land"]
    towns = ix.building_capacity(LAND, [3e7, 3e5, 0], {"a": 150, "b": 150, "c": 150}, 100, share=0.3)
    assert towns["capacity_ha"].tolist() == pytest.approx([600, 6, 0])


def test_how_far_a_unit_is_built_up() -> None:
    assert ix.development_intensity(LAND, [1800, 1000, 10]).tolist() == [50, 10, 0]
    with pytest.raises(ZoneplanError, match="than the whole area: 'b'"):
        ix.development_intensity(LAND, [1800, 99, 10])


def test_cities_that_shrink() -> None:
    counts = pd.DataFrame({2000: [100.0, 100, 100], 2010: [110.0, 99, 98], 2020: [99.0, 101, 94]}, index=list("abc"))
    found = ix.population_change(counts)
    assert found["change_pct"].tolist() == pytest.approx([-1, 1, -6])
    assert found["falling"].tolist() == [1, 1, 2]
    assert found["shrinking"].tolist() == [True, False, True]
    assert ix.population_change(counts, shrinks_below_pct=-5)["shrinking"].tolist() == [False, False, True]
    with pytest.raises(ZoneplanError, match="two counts"):
        ix.population_change(counts[[2000]])
    with pytest.raises(ZoneplanError, match="two counts"):
        ix.population_change(counts, shrinks_below_pct=5)
    with pytest.raises(MissingValueError):
        ix.population_change(counts.mask(counts == 99))


def test_places_whose_reserves_are_gone() -> None:
    found = ix.reserves_taken(pd.Series([69.0, 70, 120], index=list("abc")), [100, 100, 100], exhausted_from=0.7)
    assert found["exhausted"].tolist() == [False, True, True]
    assert found["share_taken"].tolist() == [0.69, 0.7, 1.2]


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="'beds'"):
        ix.carrying_capacity(THERE, {"water": 1, "beds": 2})
    with pytest.raises(UnknownNameError, match="no column 'land'"):
        ix.carrying_capacity(THERE, pd.DataFrame({"water": [1.0, 1, 1]}, index=list("abc")))
    with pytest.raises(ZoneplanError, match="not above 0"):
        ix.carrying_capacity(THERE, [1, 0])
    with pytest.raises(ZoneplanError, match="from 0 to 1"):
        ix.arable_capacity(LAND, [1, 1, 1], 1, share=2)
    with pytest.raises(MissingValueError, match="water_m3"):
        ix.building_capacity(LAND, [1, np.nan, 1], 1, 1)
    with pytest.raises(ZoneplanError, match="not above 0"):
        ix.reserves_taken(LAND, [1, 1, 0], exhausted_from=0.7)
