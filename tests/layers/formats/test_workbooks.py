"""Workbooks: a sheet is read as the CSV of it would be, and what is no plain sheet is refused."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest

from layers.errors import LimitError, SourceError
from layers.formats import read_features, read_table

HEADER = ("fips", "gdp", "note")


def workbook(folder: Path, **sheets: list[tuple[object, ...]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(folder / "stats.xlsx")
    return folder / "stats.xlsx"


def test_a_sheet_reads_as_its_csv(tmp_path: Path) -> None:
    rows = [HEADER, ("010203", 5, "a, b"), ("010204", 0.1, None), (None, None, None), ("010205", 1 / 3, "007")]
    (tmp_path / "stats.csv").write_text(
        f'fips,gdp,note\n010203,5,"a, b"\n010204,0.1,\n\n010205,{1 / 3!r},007\n', "utf-8"
    )
    found, ledger = read_table(workbook(tmp_path, stats=rows), "stats.xlsx", "fips")
    plain, _ = read_table(tmp_path / "stats.csv", "stats.csv", "fips")
    assert found.equals(plain)
    assert ledger.empty


def test_codes_that_are_numbers_in_the_sheet_come_as_they_are_seen(tmp_path: Path) -> None:
    found, _ = read_table(workbook(tmp_path, stats=[HEADER, (110101001001, 1, 2), (10204, 3, 4)]), "stats", "fips")
    assert found.index.tolist() == ["110101001001", "10204"]


def test_points_of_a_sheet(tmp_path: Path) -> None:
    path = workbook(tmp_path, plants=[("plant", "lon", "lat", "mw"), ("p1", 104.5, 30.25, 600)])
    features, _ = read_features(path, "plants", id="plant", x="lon", y="lat", crs="EPSG:4490")
    assert features.geometry.iloc[0].wkt == "POINT (104.5 30.25)"
    assert features["mw"].tolist() == [600]


def test_of_several_sheets_one_is_named(tmp_path: Path) -> None:
    path = workbook(tmp_path, y2020=[HEADER, ("01", 1, 2)], y2021=[HEADER, ("01", 3, 4)])
    with pytest.raises(SourceError, match=r"stats\.xlsx holds 2 layers: 'y2020', 'y2021'\. Say which one"):
        read_table(path, "stats.xlsx", "fips")
    assert read_table(path, "stats.xlsx", "fips", layer="y2021")[0]["gdp"].tolist() == [3]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([("fips", "gdp", "gdp"), ("01", 1, 2)], r"must name each column once; these stand twice: 'gdp'"),
        ([("fips", None, "note"), ("01", 1, 2)], r"must name each column once; a name is empty"),
        ([HEADER], r"stats\.xlsx has no rows"),
        ([], r"must name each column once; a name is empty"),
        ([HEADER, ("01", "=1+1", 2), ("02", "=B2*2", 3)], r"has 2 formula\(s\) without a value: 'B2', 'B3'"),
        ([HEADER, (None, 1, 2)], r"1 row\(s\) have no id in column 'fips'"),
    ],
)
def test_what_is_no_plain_sheet_is_refused(tmp_path: Path, rows: list[tuple[object, ...]], reason: str) -> None:
    """Limits: Formulas that failed or were never worked out."""
    with pytest.raises(SourceError, match=reason) as caught:
        read_table(workbook(tmp_path, stats=rows), "stats.xlsx", "fips")
    assert caught.value.exit_code == 3


def test_a_sheet_that_unpacks_to_too_much_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    """S21: sizes from the directory of the archive first."""
    path = tmp_path / "stats.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b" " * 2**25)
    assert path.stat().st_size < 2**16
    with pytest.raises(LimitError, match=r"holds xl/worksheets/sheet1\.xml, which unpacks to [0-9,]+ times") as caught:
        read_table(path, "stats.xlsx", "fips")
    assert caught.value.exit_code == 6


@pytest.mark.parametrize("content", [b"PK\x03\x04 and no more", b"a,b\n1,2\n"])
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "stats.xlsx"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"stats\.xlsx (cannot be read|is not a XLSX file)"):
        read_table(path, "stats.xlsx", "fips")
