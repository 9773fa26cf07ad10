"""Growth, convergence and poles: with a pencil, by properties, and what is refused."""

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

FEW = settings(max_examples=15)
BEFORE, AFTER = pd.Series({"a": 40.0, "b": 60.0, "c": 0.0}), pd.Series({"c": 10.0, "b": 57.0, "a": 50.0})
rows = st.lists(st.tuples(st.integers(1, 99), st.integers(1, 99)), min_size=3, max_size=8)


def test_contributions_with_a_pencil() -> None:
    found = ix.growth_contributions(BEFORE, AFTER)
    assert found["contribution_points"].to_dict() == {"a": 10, "b": -3, "c": 10}
    assert found["growth_pct"].fillna(-1).to_dict() == {"a": 25, "b": -5, "c": -1}  # from nothing: no rate
    grouped = ix.growth_contributions(BEFORE, AFTER, {"a": "x", "b": "y", "c": "x"})
    assert grouped.loc["x"].to_dict() == {
        "before": 40,
        "after": 60,
        "change": 20,
        "growth_pct": 50,
        "contribution_points": 20,
    }


@FEW
@given(rows=rows)
def test_contributions_add_up_to_the_growth_of_all(rows) -> None:
    before, after = (pd.Series(one, dtype=float) for one in zip(*rows, strict=True))
    found = ix.growth_contributions(before, after)
    assert found["contribution_points"].sum() == pytest.approx((after.sum() / before.sum() - 1) * 100)


def test_convergence_with_a_pencil() -> None:
    """Logarithms shrink to a half in ten years: half-life ten years, and the spread of logarithms falls to a half."""
    before, after = pd.Series([1.0, 4, 16]), pd.Series([2.0, 4, 8])
    found = ix.beta_convergence(before, after, years=10)
    assert (found.beta, found.half_life_years) == (pytest.approx(-0.05), pytest.approx(10))
    assert found.speed == pytest.approx(math.log(2) / 10)
    assert found.r_squared == pytest.approx(1)
    assert found.standard_error == pytest.approx(0, abs=1e-9)
    sigma = ix.sigma_convergence(pd.DataFrame({0: before, 10: after}))
    assert sigma[10] == pytest.approx(sigma[0] / 2)


def test_divergence_has_no_half_life_and_an_overtaking_no_speed() -> None:
    before = pd.Series([1.0, 4, 16])
    apart = ix.beta_convergence(before, before**1.2, years=10)
    assert apart.beta > 0 > apart.speed
    assert apart.half_life_years == math.inf
    past = ix.beta_convergence(before, before**-1.0, years=10)
    assert math.isnan(past.speed)
    assert math.isnan(past.half_life_years)


@FEW
@given(rows=rows)
def test_convergence_is_the_line_of_numpy_in_any_money_and_order(rows) -> None:
    before, after = (pd.Series(one, dtype=float) for one in zip(*rows, strict=True))
    if before.max() == before.min():
        with pytest.raises(ZoneplanError, match="same value"):
            ix.beta_convergence(before, after, years=5)
        return
    found = ix.beta_convergence(before, after, years=5)
    slope, constant = np.polyfit(np.log(before), np.log(after / before) / 5, 1)
    assert (found.beta, found.constant) == (pytest.approx(slope, abs=1e-9), pytest.approx(constant, abs=1e-9))
    assert ix.beta_convergence(before[::-1] * 7, after * 7, years=5).beta == pytest.approx(found.beta, abs=1e-9)


def test_sigma_counts_people() -> None:
    values = pd.DataFrame({2010: [1.0, math.e]})
    assert ix.sigma_convergence(values)[2010] == pytest.approx(0.5)
    assert ix.sigma_convergence(values, [3, 1])[2010] == pytest.approx(math.sqrt(3) / 4)


def test_poles_with_a_pencil() -> None:
    apart = pd.DataFrame(
        [[0, 30, math.inf], [30, 0, 20], [math.inf, 20, 0]], index=list("abc"), columns=list("abc"), dtype=float
    )
    found = ix.growth_poles(BEFORE, AFTER, apart.loc[["c", "b", "a"], ["b", "a", "c"]], reach=25)
    assert found["share_pct"].tolist() == pytest.approx([50 / 1.17, 57 / 1.17, 10 / 1.17])
    assert found["contribution_pct"].tolist() == pytest.approx([1000 / 17, -300 / 17, 1000 / 17])
    assert found["reach_pct"].tolist() == pytest.approx([50 / 1.17, 67 / 1.17, 67 / 1.17])
    assert ix.growth_poles(BEFORE, BEFORE, apart, reach=0)["contribution_pct"].isna().all()


def test_what_does_not_fit_together_is_refused() -> None:
    with pytest.raises(UnknownNameError):
        ix.growth_contributions(BEFORE, AFTER[:2])
    with pytest.raises(ZoneplanError, match="not above 0"):
        ix.growth_contributions(BEFORE * 0, AFTER)
    with pytest.raises(ZoneplanError, match="not above 0: 'c'"):
        ix.beta_convergence(BEFORE, AFTER, years=10)
    with pytest.raises(ZoneplanError, match="0 years"):
        ix.beta_convergence(AFTER, AFTER, years=0)
    gap = pd.DataFrame(np.nan, index=list("abc"), columns=list("abc"))
    with pytest.raises(MissingValueError, match="distance"):
        ix.growth_poles(BEFORE, AFTER, gap, reach=1)
    with pytest.raises(UnknownNameError, match="distance"):
        ix.growth_poles(BEFORE, AFTER, gap.iloc[:2].fillna(1.0), reach=1)
    with pytest.raises(ZoneplanError, match="below 0"):
        ix.growth_poles(BEFORE, AFTER, gap.fillna(-1.0), reach=1)


def test_a_pole_reaches_itself_however_long_its_own_ways_are() -> None:
    """Travel times inside a large unit may exceed the reach; what lies in the unit is there all the same."""
    now, apart = pd.Series({"a": 70.0, "b": 30.0}), pd.DataFrame({"a": [60, 90], "b": [90, 0]}, index=["a", "b"])
    for reach, ways in ((50, apart), (0, apart.replace(60, np.inf))):
        assert ix.growth_poles(now / 2, now, ways, reach)["reach_pct"].to_dict() == {"a": 70.0, "b": 30.0}
