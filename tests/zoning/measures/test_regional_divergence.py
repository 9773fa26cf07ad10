"""How far regions are apart: every figure beside the formula, and the numbers that were published of provinces."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import zoneplan as zp
from layers.errors import UnknownNameError, ZoneplanError
from zoning.errors import MissingValueError

OUTPUT = pd.DataFrame({"2010": [40.0, 60, 100, 200], "2020": [50.0, 90, 100, 360]}, index=["a", "b", "c", "d"])
PEOPLE = pd.DataFrame({"2010": [4.0, 3, 5, 8], "2020": [4.0, 3, 5, 8]}, index=["a", "b", "c", "d"])
HALVES = pd.Series({"a": "north", "b": "north", "c": "south", "d": "south"}, name="half")
ROW = [("a", "b"), ("b", "c"), ("c", "d")]


def value(found: pd.DataFrame, indicator: str, year: str, grouping: str = "", region: str = "") -> float:
    rows = found[(found["indicator"] == indicator) & (found["year"] == year)]
    (one,) = rows[(rows["grouping"] == grouping) & (rows["region"] == region)]["value"]
    return float(one)


@pytest.fixture(scope="module")
def provinces() -> pd.DataFrame:
    folder = zp.builtin_study("china_provinces").parent
    table = pd.read_csv(folder / "statistics.csv", dtype={"adcode": str}).set_index("adcode")
    units = zp.read_inputs(zp.read_study(folder / "plan.toml")).units
    return table.assign(north=units["north"], bloc=units["bloc"])


def test_every_figure_by_pencil() -> None:
    found = zp.indices.regional_divergence(OUTPUT, HALVES, PEOPLE, ROW)
    assert value(found, "amount", "2020") == 600
    assert value(found, "share", "2010", "half", "north") == 0.25
    assert value(found, "share_points", "2020", "half", "north") == pytest.approx(100 * (140 / 600 - 0.25))
    assert value(found, "contribution_points", "2020", "half", "south") == 40
    assert value(found, "growth_pct", "2020", "half", "north") == 40
    assert value(found, "a_head", "2010", "half", "north") == pytest.approx(100 / 7)
    assert value(found, "herfindahl", "2010") == pytest.approx(0.01 + 0.0225 + 0.0625 + 0.25)
    assert value(found, "three_largest_share", "2010") == 0.9


def test_the_figures_are_those_of_the_indices() -> None:
    found = zp.indices.regional_divergence(OUTPUT, HALVES, PEOPLE, ROW)
    heads, people = OUTPUT["2020"] / PEOPLE["2020"], PEOPLE["2020"]
    assert value(found, "gini", "2020") == zp.indices.gini(heads, people)
    assert value(found, "variation", "2020") == zp.indices.coefficient_of_variation(heads, people)
    parts = zp.indices.theil(heads, people, HALVES)
    assert value(found, "theil_between", "2020", "half") == parts.between
    assert value(found, "theil_within", "2020", "half") == parts.within
    assert value(found, "theil", "2020") == pytest.approx(parts.total)
    assert value(found, "moran", "2020") == zp.indices.moran(heads, ROW).i
    beta = zp.indices.beta_convergence(OUTPUT["2010"] / PEOPLE["2010"], heads, years=10)
    assert value(found, "beta", "2020") == beta.beta


def test_the_published_numbers_of_the_provinces_come_out_of_one_call(provinces: pd.DataFrame) -> None:
    """North 38.5 %, northeast 6.2 % of the product of 2018 as first published; residents there -1.37 million."""
    output = provinces[["gdp_2012_first_million_cny", "gdp_2018_first_million_cny"]].set_axis(["2012", "2018"], axis=1)
    found = zp.indices.regional_divergence(output, provinces[["north", "bloc"]])
    assert round(100 * value(found, "share", "2018", "north", "true"), 1) == 38.5
    assert round(100 * value(found, "share", "2018", "bloc", "Northeast"), 1) == 6.2
    people = provinces[["population_2012_first", "population_2018_first"]].set_axis(["2012", "2018"], axis=1)
    found = zp.indices.regional_divergence(people, provinces["bloc"])
    assert value(found, "change", "2018", "bloc", "Northeast") == -1_370_000


def test_a_unit_that_lacks_a_year_is_left_out_and_the_count_says_so() -> None:
    lacking = OUTPUT.assign(**{"2020": [50.0, np.nan, 100, 360]})
    found = zp.indices.regional_divergence(lacking, HALVES)
    whole = found[(found["indicator"] == "amount") & (found["grouping"] == "")]
    assert whole["value"].tolist() == [340, 510]
    assert whole["units"].tolist() == [3, 3]


def test_a_unit_without_people_has_no_value_a_head_and_counts_in_the_sums() -> None:
    found = zp.indices.regional_divergence(OUTPUT, None, PEOPLE.assign(**{"2020": [0.0, 3, 5, 8]}))
    rows = found[found["year"] == "2020"].set_index("indicator")["units"]
    assert (rows["amount"], rows["gini"]) == (4, 3)


def test_what_cannot_be_said_is_missing() -> None:
    three = OUTPUT.iloc[:3]
    found = zp.indices.regional_divergence(three, None, PEOPLE.iloc[:3], ROW[:2])
    assert math.isnan(value(found, "moran", "2020"))
    one_year = zp.indices.regional_divergence(OUTPUT[["2020"]], HALVES)
    assert set(one_year["since"]) == {""}


def test_columns_that_are_no_years_have_no_beta() -> None:
    named = ["before", "after"]
    found = zp.indices.regional_divergence(OUTPUT.set_axis(named, axis=1), None, PEOPLE.set_axis(named, axis=1))
    assert "beta" not in set(found["indicator"])


def test_refusals() -> None:
    with pytest.raises(MissingValueError):
        zp.indices.regional_divergence(OUTPUT, HALVES.where(HALVES.index != "a"))
    with pytest.raises(UnknownNameError, match="groups"):
        zp.indices.regional_divergence(OUTPUT, HALVES.drop("a"))
    with pytest.raises(UnknownNameError, match="same years"):
        zp.indices.regional_divergence(OUTPUT, None, PEOPLE[["2020"]])
    with pytest.raises(ZoneplanError, match="below 0"):
        zp.indices.regional_divergence(OUTPUT - 50, HALVES)


@given(
    st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 10**6), st.sampled_from("xyz")), min_size=2, max_size=12),
    st.sampled_from([0.5, 4.0, 1024.0]),
)
def test_shares_add_up_and_the_unit_of_measure_changes_no_share(
    rows: list[tuple[int, int, str]], factor: float
) -> None:
    table = pd.DataFrame([row[:2] for row in rows], columns=["2010", "2020"], dtype=float)
    groups = pd.Series([row[2] for row in rows], name="letter")
    found = zp.indices.regional_divergence(table, groups)
    shares = found[found["indicator"] == "share"]
    assert shares.groupby("year")["value"].sum().to_numpy() == pytest.approx([1, 1])
    points = found[found["indicator"] == "contribution_points"]["value"].sum()
    assert points == pytest.approx(value(found, "growth_pct", "2020"), abs=1e-6)
    other = zp.indices.regional_divergence(table * factor, groups)
    told = found["indicator"].isin(["share", "herfindahl", "three_largest_share", "growth_pct", "share_points"])
    assert other[told]["value"].to_numpy() == pytest.approx(found[told]["value"].to_numpy(), abs=1e-9)
