from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest

from layers.errors import SourceError, UnknownNameError
from tests.zoning.conftest import said
from zoning.measures import amounts, assumed, complete_measures
from zoning.tables import QUOTAS, tabulate


def quotas(**amounts_by_unit: str) -> pd.DataFrame:
    rows = [
        {
            "quota": "construction_land",
            "period": 2025,
            "level": "unit",
            "jurisdiction": "west",
            "unit_id": unit,
            "name": "",
            "amount": Decimal(amount),
            "unit": "ha",
            "floor": Decimal(0),
            "ceiling": None,
            "weight": 1.0,
            "binding": "",
            "shadow_price": 0.0,
            **dict.fromkeys(("carried", "transferred"), Decimal(0)),
            **dict.fromkeys(("price_from", "price_to")),
        }
        for unit, amount in amounts_by_unit.items()
    ]
    return tabulate(QUOTAS, pd.DataFrame(rows))


def test_absent_indicators_take_what_the_rulebook_says(measures, rulebook) -> None:
    small = measures[["population", "area_km2"]]
    full = complete_measures(small, rulebook).table
    assert full["ecologically_fragile_share"].tolist() == [0.0] * 6
    assert full["energy_mw"].isna().all()
    assert full["energy_mw"].dtype == float
    assert full["at_border"].tolist() == [False] * 6
    assert full["at_border"].dtype == "boolean"
    assert "quota_construction_land" not in full
    assert full.index.equals(small.index)
    assert list(small.columns) == ["population", "area_km2"]


def test_completing_twice_changes_nothing(measures, rulebook) -> None:
    once = complete_measures(measures[["population", "area_km2"]], rulebook).table
    pd.testing.assert_frame_equal(once, complete_measures(once, rulebook).table)


def test_a_needed_indicator_is_named_with_its_readers_and_a_guess(measures, rulebook) -> None:
    with pytest.raises(UnknownNameError) as caught:
        complete_measures(measures.rename(columns={"population": "poplation"}), rulebook)
    assert str(caught.value) == (
        "rulebook 'small', indicators.toml: no layer or table of the plan gives 'population' (persons), which "
        "rule key-1 "
        "reads; add a table with a column 'population', or a layer with a 'measure' of this name; did you "
        "mean 'poplation'?"
    )
    assert caught.value.exit_code == 2


def test_all_that_is_needed_is_named_at_once(measures, rulebook) -> None:
    with pytest.raises(Exception, match=r"'population'[\s\S]*'area_km2'"):
        complete_measures(measures[["at_border"]], rulebook)


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        (
            "population",
            ["12", "many", None, "3", "4", "5"],
            r"column 'population' holds a text, but.*reads it as a number \(persons\); it has 'many' for 'b'",
        ),
        ("population", [True] * 6, "column 'population' holds a boolean"),
        ("at_border", [0, 1, 2, 0, 0, 0], "column 'at_border' holds a number, but.*reads it as a boolean"),
        ("at_border", ["yes"] * 6, "column 'at_border' holds a text"),
    ],
)
def test_a_column_of_another_type_is_refused(measures, rulebook, column, values, message) -> None:
    with pytest.raises(SourceError, match=message) as caught:
        complete_measures(measures.assign(**{column: values}), rulebook)
    assert (caught.value.exit_code, caught.value.layer) == (3, column)


@pytest.mark.parametrize(
    "values", [[0, 1, 0, 1, 0, 1], [0.0, 1.0, None, 1.0, 0.0, 0.0], [True, None, False, True, True, True]]
)
def test_a_declared_boolean_may_come_as_zeros_and_ones(measures, rulebook, values) -> None:
    full = complete_measures(measures.assign(at_border=values), rulebook).table
    assert full["at_border"].dtype == "boolean"
    expected = [None if pd.isna(value) else bool(value) for value in values]
    assert [None if pd.isna(value) else value for value in full["at_border"]] == expected


def test_an_empty_column_fits_every_type(measures, rulebook) -> None:
    full = complete_measures(measures.assign(population=None), rulebook).table
    assert full["population"].isna().all()


def test_amounts_are_numbers_of_the_latest_period() -> None:
    old, new = quotas(a="1.5", b="2"), quotas(a="3.25").assign(period=2030)
    wide = amounts(pd.concat([new, old]))
    assert wide.to_dict() == {"quota_construction_land": {"a": 3.25, "b": 2.0}}


def test_amounts_leave_out_jurisdictions_and_keep_order_of_nothing() -> None:
    assert amounts(quotas(a="1").assign(level="state")).empty


def test_quotas_are_measures_once_they_are_handed_out(measures, rulebook) -> None:
    full = complete_measures(measures, rulebook, quotas(a="1.5", c="0")).table
    assert full["quota_construction_land"].fillna(-1).tolist() == [1.5, -1, 0, -1, -1, -1]
    absent = complete_measures(measures, rulebook, quotas()).table
    assert absent["quota_construction_land"].tolist() == [0.0] * 6


def test_a_measure_must_not_bear_the_name_of_a_quota(measures, rulebook) -> None:
    with pytest.raises(
        UnknownNameError, match="'quota_construction_land' is a column of the measures and the amount of a quota"
    ):
        complete_measures(measures.assign(quota_construction_land=1), rulebook, quotas(a="1"))


def test_what_was_assumed_is_told_in_the_order_of_the_rulebook(measures, rulebook) -> None:
    found = assumed(measures[["population", "area_km2"]], rulebook)
    assert [(one.name, one.kind, said(one.assumed, rulebook)) for one in found] == [
        (
            "ecologically_fragile",
            "role",
            "no layer for it: taken as 0",
        ),
        ("energy_mw", "indicator", "no layer or table gives it: it is taken as unknown"),
        ("at_border", "indicator", "no layer or table gives it: it is taken as false"),
    ]
    assert assumed(measures, rulebook) == ()
    (quota,) = assumed(measures, rulebook, quotas())
    assert (quota.name, said(quota.assumed, rulebook)) == (
        "quota_construction_land",
        "no layer or table gives it: it is taken as 0 ha",
    )
    assert said(quota.assumed, rulebook, "zh") == "没有图层或统计表提供该指标：取为 0 公顷"


def test_a_number_that_an_indicator_cannot_have_is_refused(measures, rulebook) -> None:
    """B50: per cent where a share is read, and -9999 where a count has a range of its own."""
    shares = [0.0, 1.0, 1 + 1e-12, float("nan"), 0.5, 43.0]
    with pytest.raises(
        SourceError, match=r"'ecologically_fragile_share' is 43 for 'f', .* numbers from 0 to 1\."
    ) as caught:
        complete_measures(measures.assign(ecologically_fragile_share=shares), rulebook)
    assert (caught.value.code, caught.value.exit_code, caught.value.count) == ("range", 3, 1)
    complete_measures(measures.assign(ecologically_fragile_share=[*shares[:-1], 1.0]), rulebook)
    indicators = tuple(
        one.model_copy(update={"valid_range": (0.0, 1e7)}) if one.name == "population" else one
        for one in rulebook.indicators
    )
    people = measures.assign(population=[-9999, 5, 6, 7, 8, 9])
    complete_measures(people, rulebook)
    with pytest.raises(SourceError, match=r"'population' is -9999 for 'a'.* numbers from 0 to 1e"):
        complete_measures(people, replace(rulebook, indicators=indicators))
