"""How unevenly something is spread: with a pencil, by properties, by published figures, and what is refused."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import UnknownNameError, ZoneplanError
from zoneplan import indices as ix
from zoning.errors import MissingValueError
from zoning.indices import gini as gini_by_room
from zoning.indices import growth_contributions, shares

FEW = settings(max_examples=15)
PUBLISHED = Path(__file__).parents[2] / "data" / "published"
FOUR = pd.Series([1.0, 1, 3, 3], index=list("abcd"))
amounts = st.lists(st.integers(0, 50), min_size=2, max_size=8).filter(any)


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(PUBLISHED / f"{name}.csv")


def test_with_a_pencil() -> None:
    groups = {"d": "x", "c": "x", "b": "y", "a": "y"}
    assert ix.shares(FOUR, groups).to_dict() == {"x": 0.75, "y": 0.25}
    assert ix.gini(FOUR) == pytest.approx(0.25)
    assert ix.gini(FOUR, [3, 3, 1, 1]) == pytest.approx(0.25)  # 3/4 of people have half
    assert ix.coefficient_of_variation(FOUR) == pytest.approx(0.5)
    assert ix.coefficient_of_variation(FOUR, [3, 3, 1, 1]) == pytest.approx(math.sqrt(0.75) / 1.5)
    found = ix.theil(FOUR, None, ["x", "y", "x", "y"])
    assert found.between == pytest.approx(0)
    assert found.total == found.within == pytest.approx(0.25 * math.log(0.5) + 0.75 * math.log(1.5))
    assert ix.herfindahl(FOUR) == pytest.approx(20 / 64)
    assert ix.concentration_ratio(FOUR, 1) == 3 / 8
    assert ix.concentration_ratio(FOUR, 9) == 1


def test_shares_of_a_table_are_those_of_its_columns() -> None:
    years = pd.DataFrame({2012: FOUR, 2018: FOUR[::-1].to_numpy()})
    found = ix.shares(years, ["x", "x", "y", "y"])
    assert found[2012].to_dict() == {"x": 0.25, "y": 0.75}
    assert found[2018].to_dict() == {"x": 0.75, "y": 0.25}


@FEW
@given(values=amounts, factor=st.sampled_from([0.001, 3.0, 1e6]), split=st.data())
def test_measures_ask_neither_for_money_nor_for_the_order_nor_for_how_people_are_cut(values, factor, split) -> None:
    series = pd.Series(values, dtype=float)
    people = pd.Series(split.draw(st.lists(st.integers(1, 9), min_size=len(values), max_size=len(values))), dtype=float)
    twice = pd.concat([series, series], ignore_index=True), pd.concat([people, people], ignore_index=True) / 2
    for measure in (ix.gini, ix.coefficient_of_variation, lambda x, p: ix.theil(x, p, ["g"] * len(x)).total):
        found = measure(series, people)
        assert found >= 0
        assert measure(series * factor, people * 7) == pytest.approx(found, abs=1e-9)
        assert measure(series[::-1], people) == pytest.approx(found, abs=1e-9)
        assert measure(*twice) == pytest.approx(found, abs=1e-9)
        assert measure(pd.Series(4.0, series.index), people) == pytest.approx(0, abs=1e-7)


@FEW
@given(rows=st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9), st.sampled_from("abc")), min_size=2, max_size=9))
def test_parts_of_theil_add_up_and_groups_of_one_have_all_between_them(rows) -> None:
    values, people, groups = (pd.Series(one) for one in zip(*rows, strict=True))
    if not (values * people).sum():
        with pytest.raises(ZoneplanError, match="not above 0"):
            ix.theil(values, people, groups)
        return
    found = ix.theil(values, people, groups)
    alone = ix.theil(values, people, range(len(values)))
    assert found.total == pytest.approx(found.between + found.within)
    assert found.total == pytest.approx(alone.between, abs=1e-9)
    assert alone.within == pytest.approx(0, abs=1e-9)


def test_people_who_are_none_have_no_say() -> None:
    values, people = pd.Series([1.0, 3, 900]), [1, 1, 0]
    assert ix.gini(values, people) == pytest.approx(ix.gini(values[:2]))
    assert ix.theil(values, people, list("xyz")).total == pytest.approx(ix.theil(values[:2], None, list("xy")).total)


def test_what_has_no_share_is_refused() -> None:
    with pytest.raises(ZoneplanError, match="not above 0"):
        ix.gini(FOUR * 0)
    with pytest.raises(ZoneplanError, match="below 0"):
        ix.herfindahl(-FOUR)
    with pytest.raises(ZoneplanError, match="give 1 or more"):
        ix.concentration_ratio(FOUR, 0)
    with pytest.raises(MissingValueError) as caught:
        ix.shares(FOUR, ["x", None, "x", "y"])
    assert caught.value.features == ("b",)
    with pytest.raises(UnknownNameError, match="1 row"):
        ix.shares(FOUR, {"a": "x", "b": "x", "c": "y"})
    with pytest.raises(ZoneplanError, match="stand twice: 'a'"):
        ix.gini(FOUR, pd.Series([1, 2, 3, 4], index=list("aabc")))


def test_the_published_coefficient() -> None:
    printed = table("gini_1994")
    found = gini_by_room(printed["resource"] / printed["population"], printed["population"])
    assert found == pytest.approx(0.1216807, abs=5e-8)


def test_shares_of_the_north_as_printed() -> None:
    """38.5 % in 2018 by the first figures, 42.9 % in 2012; by the census 35.7 %: the vintage is part of a share."""
    printed = table("cn_gdp_provinces")
    north = shares(printed[["gdp2012", "gdp2018_prelim", "gdp2018_revised"]], printed["north15"]).loc[1] * 100
    assert north.round(2).tolist() == [42.89, 38.48, 35.70]
    blocs = shares(printed[["gdp2012", "gdp2018_prelim", "gdp2018_revised"]], printed["bloc4"]).loc["northeast"] * 100
    assert blocs.round(1).tolist() == [8.8, 6.2, 5.2]


def test_people_of_the_northeast_as_printed() -> None:
    printed = table("cn_pop_2010_2019_26prov").set_index("name_zh")
    blocs = table("cn_gdp_provinces").set_index("name_zh")["bloc4"][printed.index]
    found = growth_contributions(printed["pop2012"], printed["pop2018"], blocs)
    assert found.loc["northeast", "change"] * 1e4 == -1_370_000
    assert (found.drop("northeast")["change"] > 0).all()


@pytest.mark.parametrize("size", [1e308, 5e-308, 1.0])
@pytest.mark.parametrize(
    "measure",
    [
        ix.gini,
        ix.coefficient_of_variation,
        ix.herfindahl,
        lambda values: ix.concentration_ratio(values, 2),
        lambda values: ix.theil(values, None, ["x", "y", "x", "y"]).between,
        lambda values: ix.shares(values, ["x", "y", "x", "y"])["x"],
        lambda values: ix.gini(values, values + values.max() * 0.1),
    ],
)
def test_no_sum_overflows_or_vanishes(size: float, measure) -> None:
    """Each is the same for amounts in any unit of measure, up to the largest numbers that there are."""
    parts = pd.Series([0.25, 0.5, 1.5, 0.0])
    assert measure(parts * size) == pytest.approx(measure(parts), rel=1e-9)
