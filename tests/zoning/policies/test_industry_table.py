from __future__ import annotations

from pathlib import Path

import pytest

from layers.errors import SeveralErrors, SourceError, ZoneplanError
from layers.sources import Document
from zoning.policies import read_industries
from zoning.policies.industry_table import INDUSTRY_COLUMNS
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
    with pytest.raises(SourceError, match=r"list.xlsx is no .csv; save the table as CSV"):
        read(tmp_path, "", "list.xlsx")
