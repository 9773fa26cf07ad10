"""Who reaches which services: with a pencil, by the invariant of capacity, by properties, and what is refused."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely import LineString, Point, box

from layers.errors import CrsError, GeometryError, UnknownNameError, ZoneplanError
from zoneplan import indices as ix
from zoning.errors import MissingValueError

FEW = settings(max_examples=20)
PEOPLE = pd.Series({"a": 100, "b": 300, "c": 50})
BEDS = pd.Series({"clinic": 8, "ward": 6, "hut": 1})
MINUTES = pd.DataFrame(
    {"hut": [99.0, 99, 99], "clinic": [5, 12, math.inf], "ward": [30, 10, math.inf]}, index=["a", "b", "c"]
)
BOTH = [ix.two_step_floating_catchment, ix.three_step_floating_catchment]
DECAYS = [None, "gaussian", {5: 1, 15: 0.5}, lambda minutes: 1 / (1 + minutes), lambda minutes: math.exp(-minutes)]


def test_with_a_pencil() -> None:
    """The clinic has 8 beds for 400 people, the ward 6 for 300; nobody reaches the hut, and c reaches nothing."""
    found = ix.two_step_floating_catchment(PEOPLE, BEDS, MINUTES, reach=15)
    assert found.to_dict() == pytest.approx({"a": 0.02, "b": 0.02 + 0.02, "c": 0})
    banded = ix.two_step_floating_catchment(PEOPLE, BEDS, MINUTES, reach=15, decay={5: 1, 15: 0.5})
    clinic, ward = 8 / (100 + 150), 6 / 150
    assert banded.to_dict() == pytest.approx({"a": clinic, "b": (clinic + ward) / 2, "c": 0})


def test_gaussian_falls_from_one_to_nothing_at_the_reach() -> None:
    apart = pd.DataFrame({"x": {"a": 0.0, "b": 5.0, "c": 10.0}})
    found = ix.two_step_floating_catchment(PEOPLE, pd.Series({"x": 1.0}), apart, reach=10, decay="gaussian")
    half = (math.exp(-0.125) - math.exp(-0.5)) / (1 - math.exp(-0.5))
    assert (found / found["a"]).tolist() == pytest.approx([1, half, 0])


def test_in_three_steps_people_divide_themselves() -> None:
    """Those of b go to both in equal parts: the clinic serves 100 + 150 people, the ward 150."""
    found = ix.three_step_floating_catchment(PEOPLE, BEDS, MINUTES, reach=15)
    assert found.to_dict() == pytest.approx({"a": 8 / 250, "b": 0.5 * 8 / 250 + 0.5 * 6 / 150, "c": 0})


def test_what_each_facility_adds_with_a_pencil() -> None:
    """The clinic has 8 beds for 100 + 300 people, the ward 6 for 300; in three steps those of b divide themselves."""
    found = ix.facility_shares(PEOPLE, BEDS, MINUTES, reach=15)
    assert found["clinic"].to_dict() == pytest.approx({"a": 8 / 400, "b": 8 / 400, "c": 0})
    assert found["ward"].to_dict() == pytest.approx({"a": 0, "b": 6 / 300, "c": 0})
    assert found["hut"].tolist() == [0, 0, 0]
    parted = ix.facility_shares(PEOPLE, BEDS, MINUTES, reach=15, steps=3)
    assert parted.loc["b"].to_dict() == pytest.approx({"clinic": 0.5 * 8 / 250, "ward": 0.5 * 6 / 150, "hut": 0})


@pytest.mark.parametrize("decay", [None, {5: 1, 15: 0.5}])
@FEW
@given(data=st.data())
def test_what_each_facility_adds_is_that_of_loops_and_adds_up(decay, data) -> None:
    """A second program: one pair after the other, straight from the definition."""
    places, sites = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 3))
    draw = lambda low, high, n: data.draw(st.lists(st.integers(low, high), min_size=n, max_size=n))  # noqa: E731
    people, beds = pd.Series(draw(1, 50, places)), pd.Series(draw(0, 50, sites))
    apart = pd.DataFrame(np.array(draw(0, 20, places * sites)).reshape(places, sites))

    def weight(place: int, site: int) -> float:
        minutes = apart.loc[place, site]
        return 0.0 if minutes > 15 else 1.0 if decay is None or minutes <= 5 else 0.5

    for steps, whole in ((2, ix.two_step_floating_catchment), (3, ix.three_step_floating_catchment)):
        found = ix.facility_shares(people, beds, apart, 15, decay, steps=steps)
        for site in range(sites):
            served = 0.0
            counted = []
            for place in range(places):
                around = sum(weight(place, other) for other in range(sites))
                part = weight(place, site) / around if steps == 3 and around else 1.0
                counted.append(part * weight(place, site))
                served += people[place] * counted[-1]
            told = [0.0 if served == 0 else one * beds[site] / served for one in counted]
            assert found[site].tolist() == pytest.approx(told)
            if served:
                assert (found[site] * people).sum() == pytest.approx(beds[site])
        assert found.sum(axis=1).tolist() == pytest.approx(whole(people, beds, apart, 15, decay).tolist())


@pytest.mark.parametrize("access", BOTH)
@pytest.mark.parametrize("decay", DECAYS)
@FEW
@given(data=st.data())
def test_people_have_together_what_anyone_reaches(access, decay, data) -> None:
    places, sites = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 4))
    draw = lambda low, high, n: data.draw(st.lists(st.integers(low, high), min_size=n, max_size=n))  # noqa: E731
    people, beds = pd.Series(draw(0, 50, places)), pd.Series(draw(0, 50, sites))
    apart = pd.DataFrame(np.array(draw(0, 20, places * sites)).reshape(places, sites))
    found = access(people, beds, apart, reach=10, decay=decay)
    reached = ((apart < 10 if decay == "gaussian" else apart <= 10).to_numpy() & (people > 0).to_numpy()[:, None]).any(
        axis=0
    )
    assert (people * found).sum() == pytest.approx(beds[reached].sum())
    again = access(people[::-1] * 2, beds * 2, apart.iloc[::-1, ::-1], reach=10, decay=decay)
    assert np.allclose(again[found.index], found)


@pytest.mark.parametrize("access", BOTH)
def test_what_is_missing_or_strange_is_refused(access) -> None:
    with pytest.raises(MissingValueError, match="distance"):
        access(PEOPLE, BEDS, MINUTES.mask(MINUTES == 5), reach=15)
    with pytest.raises(MissingValueError, match="demand"):
        access(PEOPLE.where(PEOPLE > 50), BEDS, MINUTES, reach=15)
    with pytest.raises(UnknownNameError, match="'hut'"):
        access(PEOPLE, BEDS, MINUTES[["clinic", "ward"]], reach=15)
    with pytest.raises(ZoneplanError, match="below 0"):
        access(PEOPLE, -BEDS, MINUTES, reach=15)
    with pytest.raises(ZoneplanError, match="reach"):
        access(PEOPLE, BEDS, MINUTES, reach=-1)
    with pytest.raises(ZoneplanError, match="decay"):
        access(PEOPLE, BEDS, MINUTES, reach=15, decay=lambda minutes: -minutes)


def test_travel_times_from_a_table_of_pairs() -> None:
    routed = pd.DataFrame({"home": ["b", "a", "a", "a"], "site": ["s", "t", "s", "s"], "min": [20, 8, 7, 5]})
    found = ix.travel_times(routed, "home", "site", "min")
    assert found.loc["a"].to_dict() == {"s": 5, "t": 8}
    assert found.loc["b"].to_dict() == {"s": 20, "t": math.inf}
    with pytest.raises(MissingValueError):
        ix.travel_times(routed.assign(min=[1, 2, None, 3]), "home", "site", "min")
    with pytest.raises(MissingValueError):
        ix.travel_times(routed.assign(site=["s", None, "s", "s"]), "home", "site", "min")


def test_the_nearest_is_as_far_as_the_ellipsoid_says() -> None:
    homes = gpd.GeoDataFrame(geometry=[Point(9, 49), Point(10, 50)], index=["h", "k"], crs="EPSG:4326")
    lines = gpd.GeoDataFrame(geometry=[LineString([(9, 49.5), (9, 50)]), Point(10, 50).buffer(0.1)], crs="EPSG:4326")
    found = ix.nearest_distance(homes, lines)
    assert found["h"] == pytest.approx(Geod(ellps="WGS84").inv(9, 49, 9, 49.5)[2] / 1000, rel=1e-4)
    assert found["k"] == 0
    assert ix.nearest_distance(homes.to_crs(3035), lines).to_dict() == pytest.approx(found.to_dict(), abs=1e-3)
    assert ix.nearest_distance(homes, lines[:0]).isna().all()
    assert ix.nearest_distance(homes[:0], lines).empty


def test_features_that_are_nowhere_are_refused() -> None:
    homes = gpd.GeoDataFrame(geometry=[Point(9, 49), None], index=["h", "k"], crs="EPSG:4326")
    with pytest.raises(GeometryError, match="units without a geometry: 'k'"):
        ix.nearest_distance(homes, homes[:1])
    bare = gpd.GeoDataFrame(geometry=[box(0, 0, 1, 1)])
    with pytest.raises(CrsError):
        ix.nearest_distance(bare, homes[:1])
