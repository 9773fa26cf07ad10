"""Guesses on columns: what is proposed, how sure, and what is left to the planner."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.errors import SourceError
from maps.drafts.source_inspection import (
    few_values,
    guess_id,
    guess_jurisdictions,
    guess_name,
    guess_place,
    guess_table_id,
    lost_zeros,
)

CODES = ["530102", "530103", "530302", "530303", "540102", "540103"]
COUNTIES = pd.DataFrame(
    {
        "OBJECTID": range(1, 7),
        "area_km2": [1.5, 2.5, 3.5, 4.5, 5.5, 6.5],
        "人口": [10, 20, 30, 40, 50, 61],
        "代码": CODES,
        "名称": ["五华区", "盘龙区", "麒麟区", "沾益区", "城关区", "堆龙德庆区"],
        "市": ["昆明", "昆明", "曲靖", "曲靖", "拉萨", "拉萨"],
        "省": ["云南"] * 4 + ["西藏"] * 2,
        "市码": [5301, 5301, 5303, 5303, 5401, 5401],
        "soil": list("abcabc"),
    }
)


def test_the_code_is_the_id_and_no_row_number_or_figure() -> None:
    found = guess_id(COUNTIES, "counties.gpkg")
    assert (found.column, found.sure) == ("代码", "sure")
    assert "6 rows, 6 characters each" in found.why


@pytest.mark.parametrize(
    ("frame", "column", "sure"),
    [
        ({"geoid": [4001, 4003, 8001], "pop": [1, 5, 3]}, "geoid", "likely"),  # kept as numbers: never sure
        ({"objectid": [1, 2, 3], "name": ["Ada", "Bel", "Cam"]}, "name", "unsure"),
        ({"pop": [7, 5, 3], "name": ["Ada", "Bel", "Cam"]}, "name", "unsure"),
        ({"fid": [3, 1, 2], "ags": ["01001", "01002", "01003"], "key2": ["x1", "x2", "x3"]}, "ags", "sure"),
    ],
)
def test_how_sure_the_id_is(frame: dict[str, list[object]], column: str, sure: str) -> None:
    found = guess_id(pd.DataFrame(frame), "file")
    assert (found.column, found.sure) == (column, sure)
    assert ("leading zeros" in found.why) == (column == "geoid")


def test_other_columns_that_could_be_the_id_are_named() -> None:
    frame = pd.DataFrame({"code": ["a1", "a2"], "nuts_id": ["AT1", "AT2"]})
    assert "'nuts_id'" in guess_id(frame, "file").why


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        ({"code": ["01", "01", None]}, "of 'code' it is empty in 1 row(s)"),
        ({"code": ["01", "01", "02"]}, "of 'code' '01' stand twice"),
        ({"x": [1.5, 2.5]}, "there is no column of texts or whole numbers"),
    ],
)
def test_no_id_is_refused_with_what_is_wrong(frame: dict[str, list[object]], words: str) -> None:
    with pytest.raises(SourceError, match="no column of file has a value of its own") as caught:
        guess_id(pd.DataFrame(frame), "file")
    assert words in str(caught.value)


def test_levels_are_nested_and_told_once() -> None:
    levels, others = guess_jurisdictions(COUNTIES, "代码", "名称")
    assert [(one.column, one.sure) for one in levels] == [("省", "sure"), ("市", "sure")]
    assert set(others) == {"市码", "soil"}


def test_levels_that_are_not_nested_are_left_out() -> None:
    frame = pd.DataFrame({"id": list("abcd"), "region": ["n", "n", "s", "s"], "district": ["x", "y", "x", "y"]})
    levels, others = guess_jurisdictions(frame, "id", None)
    assert [one.column for one in levels] == ["region"]
    assert others == ("district",)


def test_a_column_of_the_house_name_is_taken() -> None:
    frame = pd.DataFrame(
        {"id": list("abcd"), "jurisdiction": list("nnss"), "name": list("wxyz"), "label": list("pqrs")}
    )
    assert guess_name(frame, "id").column == "name"
    assert [one.column for one in guess_jurisdictions(frame, "id", "name")[0]] == ["jurisdiction"]


def test_the_name_is_in_the_language_asked_for() -> None:
    frame = pd.DataFrame({"id": ["1", "2"], "name_zh": ["昭通", "毕节"], "name_en": ["Zhaotong", "Bijie"]})
    assert guess_name(frame, "id", "en").column == "name_en"
    assert guess_name(frame, "id", "zh").column == "name_zh"
    assert guess_name(pd.DataFrame({"id": ["1", "2"], "area": [1.0, 2.0]}), "id") is None


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        (("经度", "纬度"), ("经度", "纬度", True)),
        (("LON", "LAT"), ("LON", "LAT", True)),
        (("lng", "lat"), ("lng", "lat", True)),
        (("point_x", "point_y"), ("point_x", "point_y", True)),
        (("width", "height"), None),
    ],
)
def test_columns_of_coordinates(columns: tuple[str, str], found: object) -> None:
    frame = pd.DataFrame({columns[0]: [103.5, 104.0], columns[1]: [27.0, 27.5], "mw": [1, 2]})
    assert guess_place(frame) == found


def test_degrees_beyond_the_globe_are_no_degrees() -> None:
    assert guess_place(pd.DataFrame({"lon": [4_012_000.0], "lat": [3_001_000.0]})) == ("lon", "lat", False)


def test_ids_of_a_table() -> None:
    table = pd.DataFrame({"gdp": ["1", "2"], "县": CODES[:2]})
    assert guess_table_id(table, CODES) == ("县", 1.0)
    assert guess_table_id(table.assign(县=["530102", "x"]), CODES) == ("县", 0.5)
    assert guess_table_id(table[["gdp"]], CODES) is None
    assert lost_zeros(pd.DataFrame({"code": ["4001", "4003"]}), ["04001", "04003"]) == "code"
    assert lost_zeros(pd.DataFrame({"code": ["4001"]}), ["14001"]) is None


def test_few_values() -> None:
    assert few_values(COUNTIES)["省"] == ("云南", "西藏")
    assert "代码" not in few_values(COUNTIES)
