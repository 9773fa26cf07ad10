from __future__ import annotations

import pytest

from layers.errors import SourceError, StudyError
from layers.formats.csv_files import read_sheet


def sheet(tmp_path, content, **options):
    path = tmp_path / "stats.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_sheet(path, "stats.csv", **options)[0]


def test_cells_are_text_and_empty_cells_missing(tmp_path):
    table = sheet(tmp_path, 'fips,name,pop\r\n010203,"a, ""b""\nc",5\r\n,,\r\n\r\n')
    assert table.to_pydict() == {"fips": ["010203"], "name": ['a, "b"\nc'], "pop": ["5"]}


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path):
    assert sheet(tmp_path, b"\xef\xbb\xbffips\n1\n").column_names == ["fips"]


def test_the_plan_names_other_encodings(tmp_path):
    """Limits: Texts in another encoding than UTF-8."""
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
        ("a;b\n1;2\n", 'Say separator = ";"'),
        ("a\tb\n", r'separator = "\\t"'),
        ('a,b\n1,"2\n', "is no CSV"),
    ],
)
def test_uneven_sheets_are_refused(tmp_path, content, reason):
    with pytest.raises(SourceError, match=reason):
        sheet(tmp_path, content)


def test_the_plan_names_another_separator(tmp_path):
    """B61: as spreadsheets write it where a comma stands before the fraction.

    Limits: Semicolons, tabs or bars between columns.
    """
    table = sheet(tmp_path, "a;b\n1,5;2\n", separator=";")
    assert table.to_pydict() == {"a": ["1,5"], "b": ["2"]}
    with pytest.raises(SourceError, match="seem to be separated by ','"):
        sheet(tmp_path, "a,b\n1,2\n", separator=";")


def test_blanks_around_names_and_rows_without_content_are_nothing(tmp_path):
    """B61: and so are marks that nobody sees, and line ends of three systems in one file.

    Limits: A byte-order mark, line ends of several systems, rows of nothing, blanks around names.
    """
    content = b"\xef\xbb\xbf fips ,\xe2\x80\x8bpop\r\n01,5\n02,6\r03,7\n , \n,\r\n"
    table = sheet(tmp_path, content)
    assert table.to_pydict() == {"fips": ["01", "02", "03"], "pop": ["5", "6", "7"]}
    with pytest.raises(SourceError, match="these stand twice: 'pop'"):
        sheet(tmp_path, "pop, pop\n1,2\n")
