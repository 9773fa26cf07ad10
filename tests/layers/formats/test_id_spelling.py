"""Ids that people take for the same: joined where they say the same, refused where they nearly do."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point

from layers.errors import SourceError
from layers.formats import join_table
from layers.formats.attribute_join import canonical

IDS = ["a1", "b2", "04013", "110101001001"]
UNITS = gpd.GeoDataFrame(
    index=pd.Index(IDS, name="unit_id"), geometry=[Point(place, 0).buffer(1) for place in range(4)]
)


def joined(*ids: str) -> tuple[list[float], pd.DataFrame]:
    table = pd.DataFrame({"gdp": range(1, len(ids) + 1)}, index=[*ids])
    found, ledger = join_table(UNITS, table, "gdp.csv", {})
    return found["gdp"].tolist(), ledger


@pytest.mark.parametrize("spelling", ["a1 ", " a1", "\ufeffa1", "a1\u200b", "ａ１", "a\u00ad1", "a1\u3000"], ids=ascii)
def test_what_says_the_same_is_joined_and_told(spelling: str) -> None:
    """Limits: Ids with blanks around, digits of full width, marks that nobody sees."""
    values, ledger = joined("b2", spelling, "04013", "110101001001")
    assert values == [2, 1, 3, 4]
    assert ledger[["feature", "finding"]].to_numpy().tolist() == [["a1", "spelling"]]
    assert ledger.loc[0, "action"] == f"read as 'a1': the file has {spelling!a}"


@pytest.mark.parametrize(
    ("near", "unit"),
    [("4013", "04013"), ("110101001001.0", "110101001001"), ("4013.0", "04013"), ("\u04301", "a1"), ("B2", "b2")],
    ids=ascii,
)
def test_what_is_nearly_the_same_is_refused_with_its_unit(near: str, unit: str) -> None:
    """Limits: Ids that lost zeros, end in .0, or have letters of another alphabet."""
    others = [one for one in IDS if one != unit]
    with pytest.raises(
        SourceError, match=rf"1 id\(s\) are no unit's, but nearly: '{near}' \(unit '{unit}'\)"
    ) as caught:
        joined(*others, near)
    assert (caught.value.code, caught.value.exit_code, caught.value.features) == ("id_near", 3, (near,))


def test_one_that_is_near_a_unit_with_a_row_of_its_own_is_another() -> None:
    values, ledger = joined("a1", "b2", "04013", "4013")
    assert values[:3] == [1, 2, 3]
    assert ledger["finding"].tolist() == ["unmatched", "unmatched"]


@pytest.mark.parametrize("others", [("a1", "a1 "), ("a1 ", "\ufeffa1")], ids=ascii)
def test_a_unit_that_is_written_in_two_ways_is_refused(others: tuple[str, str]) -> None:
    with pytest.raises(SourceError, match=r"1 id\(s\) are written in several ways") as caught:
        joined("b2", *others)
    assert caught.value.code == "id_duplicate"


def test_units_that_differ_in_what_nobody_sees_take_no_row_of_another_spelling() -> None:
    units = UNITS.set_axis(["a1", "a1 ", "b2", "c3"])
    table = pd.DataFrame({"gdp": [1, 2]}, index=["b2", "a1\u200b"])
    with pytest.raises(SourceError, match="written in several ways"):
        join_table(units, table, "gdp.csv", {})


@given(st.text(max_size=12))
def test_the_canonical_form_is_its_own(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)
