from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from layers.errors import SeveralErrors, SourceError, ZoneplanError
from layers.sources import Document
from zoning.policies import read_industries
from zoning.policies.negative_lists import INDUSTRY_COLUMNS
from zoning.study import IndustriesSection

HEADER = "unit_id,jurisdiction,code,treatment,state,conditions,note,reference\n"


def read(folder: Path, text: str, name: str = "list.csv", encoding: str | None = None):
    (folder / name).write_text(text, encoding=encoding or "utf-8")
    section = IndustriesSection(table=name, encoding=encoding)
    section.stand_in(Document(folder / "plan.toml"))
    return read_industries(section)


def complaints(folder: Path, text: str) -> list[str]:
    try:
        read(folder, text)
    except ZoneplanError as error:
        return [str(one) for one in (error.errors if isinstance(error, SeveralErrors) else [error])]
    return []


def test_items_are_text_with_their_lines(tmp_path: Path) -> None:
    items = read(
        tmp_path, HEADER + '01,,0610,prohibited,,,,Order 1\n,west,C3011,restricted,planned,"4000 t\na day",n,\n'
    )
    assert items.index.tolist() == [2, 4]  # the line on which a row ends
    assert list(items.columns) == list(INDUSTRY_COLUMNS)
    assert items.iloc[0].tolist() == ["01", "", "0610", "prohibited", "both", "", "", "Order 1"]
    assert items.iloc[1]["conditions"] == "4000 t\na day"


def test_columns_that_nobody_needs_may_be_left_out_and_stand_in_any_order(tmp_path: Path) -> None:
    items = read(tmp_path, "treatment,code,jurisdiction,remark\nprohibited,B,east,x\n")
    assert items.iloc[0][["jurisdiction", "code", "treatment", "state"]].tolist() == ["east", "B", "prohibited", "both"]
    assert read(tmp_path, HEADER).empty


def test_chinese_words_and_encodings(tmp_path: Path) -> None:
    items = read(tmp_path, HEADER + "01,,C30,限制类,现有,不低于二级,,\n01,,B,禁止,规划发展,,,\n", encoding="gb18030")
    assert items["treatment"].tolist() == ["restricted", "prohibited"]
    assert items["state"].tolist() == ["existing", "planned"]
    assert items["conditions"].tolist() == ["不低于二级", ""]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("unit_id,code\n01,B\n", "table 'list.csv' has no column treatment; it has 'unit_id', 'code'"),
        ("code,treatment\nB,prohibited\n", "table 'list.csv' has no column unit_id or jurisdiction"),
        ("unit_id,code,treatmnt\n", "line 1: 'treatmnt' is no column that is read, but nearly one"),
        (HEADER + ",,B,prohibited,,,,\n", "line 2: name the unit_id or the jurisdiction in which the item holds."),
        (HEADER + "01,west,B,prohibited,,,,\n", "line 2: it names a unit_id and a jurisdiction; keep one."),
        (HEADER + "01,,,prohibited,,,,\n", "line 2: the code is empty."),
        (HEADER + "01,,B,allowed,,,,\n", "line 2: treatment 'allowed': write restricted or prohibited"),
        (HEADER + "01,,B,prohibited,new,,,\n", "line 2: state 'new': write existing, planned or both."),
        (HEADER + "01,,B,restricted,,,,\n", "line 2: a restricted branch needs conditions"),
        (HEADER + "01,,B,prohibited,,small,,\n", "line 2: a prohibited branch has no conditions"),
    ],
)
def test_items_that_cannot_be_meant(tmp_path: Path, text: str, message: str) -> None:
    told = complaints(tmp_path, text)
    assert any(message in one for one in told), told


def test_all_faults_come_together(tmp_path: Path) -> None:
    assert len(complaints(tmp_path, HEADER + "01,,B,allowed,,,,\n,,B,prohibited,,,,\n")) == 2


def test_another_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"list.ods is neither .csv nor .xlsx; save the table as one of them"):
        read(tmp_path, "", "list.ods")


def save(folder: Path, rows: list[list[object]], merged: tuple[str, ...] = ()) -> IndustriesSection:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for one in merged:
        book.active.merge_cells(one)
    book.create_sheet("notes")["A1"] = "not read"
    book.save(folder / "list.xlsx")
    section = IndustriesSection(table="list.xlsx")
    section.stand_in(Document(folder / "plan.toml"))
    return section


def change(path: Path, part: str, made) -> None:
    """Write a workbook anew with one part of it changed."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    changed = made(parts[part].decode()).encode()
    assert changed != parts[part]
    with zipfile.ZipFile(path, "w") as book:
        for name, content in {**parts, part: changed}.items():
            book.writestr(name, content)


OFFICE: list[list[object]] = [
    ["某县产业准入负面清单", None, None, None, None, None],
    ["单元代码", "行业代码", "管理类别", "管控要求", None, "备注"],
    [None, None, None, "规模", "布局", None],
    ["01", 3011, "限制类", "日产4000吨以上", "园区内", None],
    [None, "C30", "禁止", None, None, "除上项外"],
]
MERGED = ("A1:F1", "A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:F3", "A4:A5")


def test_a_workbook_as_an_office_has_it(tmp_path: Path) -> None:
    """A title, headings in Chinese over two lines with merged cells, a number for a code, a unit merged downwards."""
    items = read_industries(save(tmp_path, OFFICE, MERGED))
    assert items.index.tolist() == [4, 5]  # rows of the sheet
    assert items["unit_id"].tolist() == ["01", "01"]
    assert items["code"].tolist() == ["3011", "C30"]
    assert items["treatment"].tolist() == ["restricted", "prohibited"]
    assert items["conditions"].tolist() == ["日产4000吨以上; 园区内", ""]
    assert items["note"].tolist() == ["", "除上项外"]


def test_a_workbook_says_the_same_as_its_csv(tmp_path: Path) -> None:
    rows: list[list[object]] = [[*HEADER.strip().split(",")], ["01", "", "B", "prohibited", "", "", "n", "Order 1"]]
    text = "\n".join(",".join(map(str, row)) for row in rows) + "\n"
    assert read_industries(save(tmp_path, rows)).equals(read(tmp_path, text))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([["a"], ["b"]], "has no column code, treatment, unit_id or jurisdiction; it has 'a'"),
        ([["行业代码", "管理类别", "单元代码", "行业代码"]], "two columns are 'code'; keep one"),
        ([["code", "treatment", "unit_id"], ["B", "allowed", "01"]], "line 2: treatment 'allowed'"),
    ],
)
def test_a_workbook_that_cannot_be_meant(tmp_path: Path, rows: list[list[object]], message: str) -> None:
    with pytest.raises(ZoneplanError) as error:
        read_industries(save(tmp_path, rows))
    assert message in str(error.value)


def test_a_file_that_only_has_the_name_of_a_workbook(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"list.xlsx is no workbook that can be read; save it anew"):
        read(tmp_path, HEADER, "list.xlsx")


def test_a_formula_that_ended_in_an_error_is_told_with_its_cell(tmp_path: Path) -> None:
    section = save(tmp_path, [["code", "treatment", "unit_id"], ["B", "prohibited", "01"]])
    cell = re.compile(r'<c r="C2"[^>]*>.*?</c>')
    wrong = '<c r="C2" t="e"><v>#REF!</v></c>'
    change(tmp_path / "list.xlsx", "xl/worksheets/sheet1.xml", lambda text: cell.sub(wrong, text))
    with pytest.raises(SourceError, match="cell C2 holds the error #REF! of a formula"):
        read_industries(section)


def test_a_workbook_with_entities_is_refused(tmp_path: Path) -> None:
    section = save(tmp_path, OFFICE, MERGED)
    change(tmp_path / "list.xlsx", "xl/workbook.xml", lambda text: '<!DOCTYPE x [<!ENTITY a "b">]>' + text)
    with pytest.raises(SourceError, match="no workbook that can be read"):
        read_industries(section)
