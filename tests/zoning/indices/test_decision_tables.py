"""Evaluation by printed tables: matrices, corrections and branches as they were published, and what is refused."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import UnknownNameError, ZoneplanError
from zoneplan import indices as ix
from zoning.indices import by_decisions, by_matrix, grade, read_grading, shares

PUBLISHED = Path(__file__).parents[2] / "data" / "published"
GRADES = range(1, 6)


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(PUBLISHED / f"{name}.csv", keep_default_na=False)


def test_the_matrix_of_urumqi_as_printed() -> None:
    """All sixteen pairs of restriction and suitability; land that is forbidden is in class 1 however well it suits."""
    printed = table("urumqi_ugb_matrix").set_index("restriction")
    pairs = list(product(printed.index, printed.columns))
    restriction, suitability = (pd.Series(one) for one in zip(*pairs, strict=True))
    found = by_matrix(restriction, suitability, printed)
    assert found.tolist() == printed.to_numpy().ravel().tolist()
    assert sorted(set(found)) == [1, 2, 3, 4, 5, 6]
    forbidden = by_matrix(restriction[:4], suitability[:4], printed)
    assert forbidden.tolist() == printed.iloc[0].tolist() == [1, 1, 1, 1]


def test_the_five_areas_of_urumqi_as_printed() -> None:
    printed = table("urumqi_ugb_areas")
    found = shares(printed["area_km2"], printed["class"]) * 100
    assert found[printed["class"]].round(2).tolist() == printed["pct"].tolist()


def test_the_eight_branches_of_zengcheng_as_printed() -> None:
    """No thresholds are printed; with some of our own each branch says its zone of values that it describes."""
    printed = table("zengcheng_zone_decision")
    cuts = {"b1": -0.2, "b2": 0.3, "bSED": 0.5, "bESP": 0.4, "bREC1": 0.6, "bREC2": 0.7}
    sides = {"<": -0.05, ">": 0.05}

    def fitting(test: str) -> float:
        if ".." in test:
            return float(np.mean([cuts[one] for one in test.split("..")]))
        return cuts[test.lstrip("<>=")] + sides[test[0]]

    units = printed[["sed_minus_esp", "sed", "esp", "rec"]].map(fitting)
    found = by_decisions(units, printed, cuts)
    assert found.tolist() == printed["zone"].tolist()
    nowhere = by_decisions(units.assign(sed_minus_esp=units["sed_minus_esp"].iloc[::-1].to_numpy()), printed, cuts)
    assert nowhere.isna().sum() == 4  # high minus low is not below b1: such a unit is in no branch


def test_matrices_of_the_draft_guide_as_printed() -> None:
    printed = table("dual_eval_matrices").set_index(["matrix", "row_grade"])
    for name, matrix in printed.groupby(level=0):
        square = matrix.droplevel(0).set_axis(list(GRADES), axis=1)
        land, water = (pd.Series(one) for one in zip(*product(GRADES, GRADES), strict=True))
        found = by_matrix(land, water, square)
        assert found.tolist() == square.to_numpy().ravel().tolist(), name
        worse = by_matrix(land, (water + 1).clip(upper=5), square)
        assert (worse >= found).all(), name


def test_protection_is_what_either_service_or_sensitivity_asks_for() -> None:
    """1 is most important in this table: what comes out is never more important than the more important of both."""
    printed = table("dual_eval_eco_matrix")
    service, sensitive, result = printed.columns
    square = printed.pivot_table(index=service, columns=sensitive, values=result).astype(int)
    found = by_matrix(printed[service], printed[sensitive], square)
    assert found.tolist() == printed[result].tolist()
    assert (found >= printed[[service, sensitive]].min(axis=1)).all()


def test_thresholds_of_the_draft_guide_are_read_as_printed() -> None:
    """Slopes of 3, 8 and 26 degrees, and rain of 1200, 800 and 100 mm, get the grades that the guide gives them."""
    printed = table("dual_eval_thresholds").set_index(["function", "indicator"])

    for key, values, grades in (
        (("urban", "slope_deg"), [3, 3.1, 8, 26], [1, 2, 2, 5]),
        (("agri", "precipitation_mm"), [1200, 1199, 800, 100], [1, 2, 2, 5]),
        (("urban", "calm_wind_day_share"), [5, 31], [1, 5]),
    ):
        read = read_grading(printed.loc[key, "breaks"], printed.loc[key, "grades"])
        found = grade(pd.Series(values), read.breaks, read.grades, read.closed)
        assert found.tolist() == grades
    readable = 0
    for row in printed.itertuples():
        try:
            read_grading(row.breaks, row.grades)
        except ZoneplanError:
            continue
        readable += 1
    assert readable >= 13


def test_corrections_follow_each_other_and_stay_in_the_scale() -> None:
    """Hazard 1 sets 5, 2 adds two, 3 adds one; storm surge 1 adds one; a near centre takes one away."""
    base = pd.Series([1.0, 2, 2, 4, np.nan], index=list("abcde"))
    hazard = ix.corrected(base, [1, 2, 3, 2, 1], {1: 4, 2: 2, 3: 1})
    assert hazard.tolist()[:4] == [5, 4, 3, 5]
    surge = ix.corrected(hazard, {"a": 1, "b": 1, "c": 4, "d": 1, "e": 1}, {1: 1})
    assert surge.tolist()[:4] == [5, 5, 3, 5]
    assert np.isnan(surge["e"])
    assert ix.corrected(surge, [1] * 5, {1: -9}).tolist()[:4] == [1, 1, 1, 1]
    assert ix.corrected(base, [None, 1, 1, 1, 1], {1: 1}).isna().tolist() == [True, False, False, False, True]


@settings(max_examples=20)
@given(rows=st.lists(st.tuples(st.sampled_from([1, 2, 3]), st.sampled_from([1, 2])), min_size=1, max_size=8))
def test_a_matrix_knows_units_by_their_labels(rows) -> None:
    matrix = pd.DataFrame([[1, 2], [3, 4], [5, 6]], index=[1, 2, 3], columns=[1, 2])
    first, second = (pd.Series(one) for one in zip(*rows, strict=True))
    found = by_matrix(first, second[::-1], matrix)
    assert found.tolist() == [2 * one + two - 2 for one, two in rows]
    assert by_matrix(first[::-1], second, matrix)[found.index].tolist() == found.tolist()


def test_missing_grades_stay_missing_and_strange_ones_are_refused() -> None:
    matrix = pd.DataFrame([[1, 2]], index=["x"], columns=["y", "z"])
    found = by_matrix(pd.Series(["x", None, "x"]), ["y", "y", None], matrix)
    assert found.isna().tolist() == [False, True, True]
    with pytest.raises(UnknownNameError, match="the matrix has no 'w'"):
        by_matrix(pd.Series(["w"]), ["y"], matrix)
    with pytest.raises(ZoneplanError, match="twice"):
        by_matrix(pd.Series(["x"]), ["y"], matrix.loc[["x", "x"]])


RULES = pd.DataFrame({"slope": ["<=10", ">10", ">=a"], "wet": ["", "<5", "*"], "zone": ["build", "keep", "keep"]})


def test_a_unit_of_no_branch_is_missing_and_of_two_that_differ_refused() -> None:
    units = pd.DataFrame({"slope": [10.0, 11, 11, np.nan], "wet": [np.nan, 4, 9, 1]}, index=list("abcd"))
    found = by_decisions(units, RULES, {"a": 50})
    assert found.where(found.notna(), "").tolist() == ["build", "keep", "", ""]
    assert found.name == "zone"
    with pytest.raises(ZoneplanError, match="fit one unit: 'a'"):
        by_decisions(units, RULES, {"a": 10})


def test_tests_that_cannot_be_read_are_refused() -> None:
    units = pd.DataFrame({"slope": [1.0], "wet": [1.0]})
    with pytest.raises(UnknownNameError, match="threshold 'a'"):
        by_decisions(units, RULES)
    with pytest.raises(UnknownNameError, match="'wet'"):
        by_decisions(units[["slope"]], RULES, {"a": 1})
    with pytest.raises(ZoneplanError, match="cannot be read"):
        by_decisions(units, RULES.assign(slope="steep"), {"a": 1})
