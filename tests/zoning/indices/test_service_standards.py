"""Minimum standards and one more facility: with a pencil, against every choice of sites, and what is refused."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import ZoneplanError
from zoneplan import indices as ix
from zoning.errors import MissingValueError

LEVEL = pd.Series({"a": 0.5, "b": 0.25, "c": 0.0})


def test_the_gap_with_a_pencil() -> None:
    found = ix.service_gap(LEVEL, {"c": 0.5, "a": 0.25, "b": 0.25}, [100, 400, 10])
    assert found["below"].tolist() == [False, False, True]
    assert found["people_below"].tolist() == [0, 0, 10]
    assert found["capacity_missing"].tolist() == [0, 0, 5]
    assert ix.service_gap(LEVEL, 0.5, [100, 400, 10])["capacity_missing"].sum() == 105
    with pytest.raises(MissingValueError):
        ix.service_gap(LEVEL, 0.5, [100, np.nan, 10])


def test_the_next_facility_with_a_pencil() -> None:
    """The middle reaches all but e; then only the east has someone left; the west brings nobody any more."""
    people = pd.Series([10, 20, 30, 20, 5], index=list("abcde"))
    minutes = pd.DataFrame(
        {"west": [1, 1, 9, 9, 9], "middle": [1, 1, 1, 1, 9], "east": [9, 9, 9, 1, 1]}, index=list("abcde")
    )
    found = ix.best_facilities(people, minutes, reach=5, count=3)
    assert found["people_gained"].to_dict() == {"middle": 80, "east": 5}
    assert found["people_reached"].tolist() == [80, 85]
    assert found["bound"].tolist() == [80, 85]
    built = ix.best_facilities(people, minutes, reach=5, built=minutes[["middle"]])
    assert built["people_reached"].to_dict() == {"east": 85}
    with pytest.raises(ZoneplanError, match="1 or more"):
        ix.best_facilities(people, minutes, reach=5, count=0)


@settings(max_examples=25)
@given(data=st.data())
def test_no_choice_reaches_more_than_the_bound_and_greedy_is_not_far_below(data) -> None:
    places, sites = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 5))
    people = pd.Series(data.draw(st.lists(st.integers(0, 20), min_size=places, max_size=places)))
    near = data.draw(st.lists(st.booleans(), min_size=places * sites, max_size=places * sites))
    minutes = pd.DataFrame(np.where(near, 1, 9).reshape(places, sites))
    found = ix.best_facilities(people, minutes, reach=5, count=3)
    for taken, (reached, bound) in enumerate(zip(found["people_reached"], found["bound"], strict=True), start=1):
        best = max(
            people[(minutes[list(some)] <= 5).any(axis=1)].sum()
            for some in combinations(range(sites), min(taken, sites))
        )
        assert (1 - (1 - 1 / taken) ** taken) * best - 1e-9 <= reached <= best <= bound + 1e-9
