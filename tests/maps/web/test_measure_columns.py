"""Measures on the map: every one that is a number, with a title, in steps that lose nothing that counts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from maps.web.map_payload import in_steps, measure_columns, measure_layers, step_of
from maps.words import localize


def with_columns(plan, **columns):
    return plan.having(measures=plan.measures.assign(**columns))


def test_numbers_that_differ_are_measures_and_nothing_else(toy_plan) -> None:
    units = len(toy_plan.units)
    plan = with_columns(
        toy_plan,
        height_m=np.r_[np.nan, np.arange(units - 1.0)],
        people=pd.array([pd.NA, *range(1, units)], dtype="Int64"),
        height_m_covered=np.linspace(0, 1, units),
        one=np.ones(units),
        none=np.nan,
        yes=np.arange(units) > 3,
        code=[str(place) for place in range(units)],
        endless=np.r_[np.inf, np.ones(units - 1)],
    )
    names = [one.name for one in measure_columns(plan)]
    assert {"height_m", "people"} <= set(names)
    assert not {"height_m_covered", "one", "none", "yes", "code", "endless"} & set(names)
    told = {one.name: one for one in measure_columns(plan)}
    assert told["height_m"].steps[0] == told["people"].steps[0] == 0  # unknown, which is not 0
    assert told["height_m"].steps[1] == 1


@pytest.mark.parametrize("values", [[0.0, 0.00012, 0.5], [3e-9, 2e-8], [1.0, 5e8], [-4.5, 0.0, 12.25], [7.0, 1e15]])
def test_steps_keep_four_digits_of_small_values_unless_large_ones_forbid(values: list[float]) -> None:
    step = step_of(np.array(values))
    told = in_steps(np.array(values), step) - 1
    back = np.where(told & 1, -(told + 1) // 2, told // 2) * step
    small = min(abs(value) for value in values if value)
    assert np.abs(back - values).max() <= max(small / 1000, max(values) / 2**29)
    assert told.max() < 2**31


def test_measures_have_titles_in_the_language(plan_of) -> None:
    plan = plan_of("us_mountain_west")
    english, chinese = (
        {one.name: one for one in measure_layers(localize(plan, language), measure_columns(plan))}
        for language in ("en", "zh")
    )
    assert (english["agricultural_share"].title, english["agricultural_share"].share) == ("Share of cropland", True)
    assert (english["energy_mw"].title, english["energy_mw"].unit) == ("Capacity of power stations", "MW")
    assert (english["elevation_mean_m"].title, english["elevation_mean_m"].unit) == ("Elevation: mean", "m")
    assert chinese["elevation_mean_m"].title == "高程：平均值"
    assert english["park_nearest_km"].title == "National parks: distance to the nearest"
