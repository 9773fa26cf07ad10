from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import SourceError, StudyError
from layers.formats.tables.csv_files import numbers_of, read_sheet


def sheet(tmp_path, content, **options):
    path = tmp_path / "stats.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_sheet(path, "stats.csv", **options)[0]


def test_cells_are_text_and_empty_cells_missing(tmp_path):
    table = sheet(tmp_path, 'fips,name,pop\r\n010203,"a, ""b""\nc",5\r\n,,\r\n\r\n')
    assert table.to_pydict() == {"fips": ["010203", None], "name": ['a, "b"\nc', None], "pop": ["5", None]}


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path):
    assert sheet(tmp_path, b"\xef\xbb\xbffips\n1\n").column_names == ["fips"]


def test_the_plan_names_other_encodings(tmp_path):
    content = "code,name\n1,北京\n".encode("gb18030")
    assert sheet(tmp_path, content, encoding="gb18030").to_pydict()["name"] == ["北京"]
    with pytest.raises(SourceError, match=r"stats.csv is not in UTF-8 \(byte 13\)") as caught:
        sheet(tmp_path, content)
    assert caught.value.code == "encoding"
    with pytest.raises(StudyError, match="no encoding that Python knows"):
        sheet(tmp_path, content, encoding="klingon")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("a,b\n1,2\n1\n1,2,3\n", r"lines '3', '4'"),
        ("a,a\n1,2\n", "'a'"),
        ("a,\n1,2\n", "a name is empty"),
        ("", "must name each column"),
        ("a;b\n1;2\n", "not separated by commas"),
        ("a\tb\n", "not separated by commas"),
        ('a,b\n1,"2\n', "is no CSV"),
    ],
)
def test_uneven_sheets_are_refused(tmp_path, content, reason):
    with pytest.raises(SourceError, match=reason):
        sheet(tmp_path, content)


@pytest.mark.parametrize(
    "cells",
    [
        ["007"],
        ["1,234"],
        ["１２"],
        ["1 2"],
        ["0x10"],
        ["nan"],
        ["inf"],
        ["1_000"],
        ["12345678901234567890"],
        ["1", "x"],
        ["--"],
    ],
)
def test_what_is_no_plain_number_stays_text(cells):
    assert list(numbers_of(cells)) == cells


def test_plain_numbers_and_truths():
    assert numbers_of(["1", "-2", "+3", "0"]).tolist() == [1, -2, 3, 0]
    assert numbers_of(["1", "-2"]).dtype == np.int64
    np.testing.assert_array_equal(numbers_of(["1.5", None, "2e3", ".5", " 7 ", "3."]), [1.5, np.nan, 2000, 0.5, 7, 3])
    assert numbers_of(["TRUE", "false"]).tolist() == [True, False]
    assert numbers_of(["true", None])[1] is pd.NA
    assert np.isnan(numbers_of([None, None])).all()


@given(st.lists(st.one_of(st.integers(-(10**15) + 1, 10**15 - 1), st.none()), min_size=1))
def test_whole_numbers_survive(numbers):
    read = numbers_of([None if one is None else str(one) for one in numbers])
    assert [None if np.isnan(one) else int(one) for one in np.asarray(read, dtype=float)] == numbers


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_floats_survive(numbers):
    read = numbers_of([repr(one) for one in numbers])
    if not isinstance(read, np.ndarray):
        assert any(abs(one) >= 1e15 or "e" in repr(one) for one in numbers)
    else:
        assert read.tolist() == numbers
