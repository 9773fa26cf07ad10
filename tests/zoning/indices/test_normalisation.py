"""Criteria made comparable: with a pencil, by properties, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import UnknownNameError, ZoneplanError
from zoneplan import indices as ix
from zoning.errors import MissingValueError

FEW = settings(max_examples=10)

TABLE = pd.DataFrame({"water": [10.0, 20, 40], "slope": [5.0, 25, 15]}, index=["c", "a", "b"])
SCALES = [ix.minmax, ix.zscore, ix.rank]
columns = st.lists(st.integers(-1000, 1000), min_size=2, max_size=9).filter(lambda one: len(set(one)) > 1)


def test_with_a_pencil() -> None:
    assert ix.minmax(TABLE, cost=["slope"]).to_numpy().tolist() == [[0, 1], [1 / 3, 0], [1, 0.5]]
    assert ix.rank(TABLE, cost=["slope"]).to_numpy().tolist() == [[1, 3], [2, 1], [3, 2]]
    z = ix.zscore(TABLE, cost="slope")
    s = np.sqrt(200 / 3)  # of 5, 25, 15 around 15
    assert z["slope"].tolist() == pytest.approx([10 / s, -10 / s, 0])


@pytest.mark.parametrize("scale", SCALES)
@FEW
@given(column=columns, factor=st.sampled_from([0.5, 2.0, 1024.0]), order=st.randoms(use_true_random=False))
def test_neither_the_unit_of_measure_nor_the_order_of_rows_matters(scale, column, factor, order) -> None:
    table = pd.DataFrame({"x": column}, dtype=float)
    found = scale(table)
    assert np.allclose(found, scale(table * factor))
    assert np.allclose(found, scale(table + 64), atol=1e-9) or scale is not ix.minmax
    rows = list(table.index)
    order.shuffle(rows)
    pd.testing.assert_frame_equal(scale(table.loc[rows]), found.loc[rows])


@pytest.mark.parametrize("scale", SCALES)
@FEW
@given(column=columns)
def test_more_is_better_and_of_a_cost_less(scale, column) -> None:
    table = pd.DataFrame({"x": column}, dtype=float)
    order = np.argsort(column, kind="stable")
    assert (np.diff(scale(table)["x"].to_numpy()[order]) >= 0).all()
    assert (np.diff(scale(table, cost=["x"])["x"].to_numpy()[order]) <= 0).all()
    assert np.allclose(scale(table, cost=["x"]), scale(-table))


@pytest.mark.parametrize("scale", SCALES)
def test_what_tells_no_unit_from_another_is_refused(scale) -> None:
    with pytest.raises(ZoneplanError, match="tell no unit from another") as caught:
        scale(pd.DataFrame({"x": [1.0, 2], "same": [3.0, 3]}))
    assert caught.value.features == ("same",)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("value", [np.nan, np.inf, "n/a", None])
def test_what_is_no_number_is_refused_with_its_row(scale, value) -> None:
    with pytest.raises(MissingValueError, match=r"'x': 1 value\(s\) are missing") as caught:
        scale(pd.DataFrame({"x": [1.0, value, 3.0]}, index=["a", "b", "c"]))
    assert caught.value.features == ("b",)
    assert caught.value.exit_code == 3


def test_a_cost_that_is_no_column_and_columns_of_one_name_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'slope'"):
        ix.minmax(TABLE, cost=["slop"])
    with pytest.raises(ZoneplanError, match="each of a name of its own"):
        ix.minmax(pd.concat([TABLE, TABLE], axis=1))
    with pytest.raises(ZoneplanError, match="there are none"):
        ix.minmax(TABLE[[]])
    with pytest.raises(ZoneplanError, match="no values"):
        ix.minmax(TABLE[:0])


def test_grades_by_thresholds_on_both_sides() -> None:
    slope = pd.Series([3.0, 3.1, 25, 26, np.nan], index=list("abcde"), name="slope_deg")
    right = ix.grade(slope, [3, 8, 15, 25], [1, 2, 3, 4, 5], closed="right")
    assert right.tolist()[:4] == [1, 2, 4, 5]
    assert np.isnan(right["e"])
    assert right.name == "slope_deg"
    assert ix.grade(slope, [3, 8, 15, 25], [1, 2, 3, 4, 5]).tolist()[:4] == [2, 2, 5, 5]


@pytest.mark.parametrize(("breaks", "grades"), [([], [1]), ([2, 1], [1, 2, 3]), ([1, 1], [1, 2, 3]), ([1], [1])])
def test_thresholds_that_do_not_rise_are_refused(breaks, grades) -> None:
    with pytest.raises(ZoneplanError, match="in rising order"):
        ix.grade(pd.Series([1.0]), breaks, grades)


@pytest.mark.parametrize(
    ("classes", "grades", "breaks", "read", "closed"),
    [
        ("<=3|3-8|8-15|15-25|>25", "1|2|3|4|5", (3, 8, 15, 25), (1, 2, 3, 4, 5), "right"),
        ("<100|100-200|>200", "+0|+1|+2", (100, 200), (0, 1, 2), "left"),
        (">=0.8|0.6-0.8|<0.6", "1|0|-1", (0.6, 0.8), (-1, 0, 1), "left"),
        ("<=5%|5-10|>10%", "1|2|3", (5, 10), (1, 2, 3), "right"),
        (">5|3-5|<3", "1|2|3", (3, 5), (3, 2, 1), "left"),
    ],
)
def test_thresholds_are_read_as_tables_print_them(classes, grades, breaks, read, closed) -> None:
    assert ix.read_grading(classes, grades) == ix.read_grading(classes, grades)
    found = ix.read_grading(classes, grades)
    assert (found.breaks, found.grades, found.closed) == (breaks, read, closed)


@pytest.mark.parametrize(
    ("classes", "grades"),
    [("<=3|4-8|>8", "1|2|3"), ("<=3|>3", "1"), ("3", "1"), ("<=3|>=3", "1|2"), ("a|b", "1|2"), ("<3|>3", "1|worst")],
)
def test_thresholds_that_cannot_be_read_are_refused(classes, grades) -> None:
    with pytest.raises(ZoneplanError, match="cannot be read"):
        ix.read_grading(classes, grades)
