"""Official tables of negative lists, in a rulebook and as an office has them. All rows are made up."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from layers.errors import SeveralErrors, SourceError
from tests.helpers import exit_code_of
from zoning.errors import RulebookError
from zoning.policies import judge_industry, list_industries
from zoning.policies.negative_lists import cover_lists
from zoning.rulebook import as_written, match_items, read_rulebook
from zoning.rulebook.industry_classification import read_classification

GB = read_classification("gbt4754_2017")
HEADER = "项目号,禁止或许可事项,行业代码,禁止或许可,措施描述\n"
TOY = f"""{HEADER}1,made up 1,-,禁止准入类,
2,made up 2,C3011,许可准入类,a made-up licence
2,made up 2,C3012,许可准入类,a made-up licence
3,made up 3,B06,prohibited,
"""
LIST = """
[[lists]]
id = "toy"
complete = true
counts = { prohibited = 2, restricted = 1 }
table = "toy.csv"
reference = "Toy list"
source = { document = "Toy list", read_on = 2024-12-01, kind = "official" }
from = 2020-01-01
until = 2030-01-01
"""
POLICY = """
[[policies]]
id = "toy-list"
instrument = "negative_list"
list = "toy"
when = "TRUE"
title = { en = "Toy list", zh = "示例清单" }
clause = "What it prohibits may not be."
reference = "Toy list"
"""
DAY = date(2025, 1, 1)


@pytest.fixture
def write_list(write_rulebook):
    """The small rulebook with a list that has its items in a table."""

    def write(table: str | bytes = TOY, lists: str = LIST, name: str = "toy.csv") -> Path:
        named = 'languages = ["en", "zh"]\nclassification = "gbt4754_2017"'
        folder = write_rulebook(
            rulebook=lambda text: text.replace('languages = ["en", "zh"]', named), policies=lambda text: text + POLICY
        )
        (folder / "industries.toml").write_text(lists, "utf-8")
        (folder / name).write_bytes(table if isinstance(table, bytes) else table.encode())
        return folder

    return write


def complaints(folder: Path) -> list[str]:
    try:
        read_rulebook(folder, DAY)
    except (RulebookError, SeveralErrors) as error:
        return [str(one) for one in getattr(error, "errors", (error,))]
    return []


def test_a_table_is_the_list_on_its_days(write_list) -> None:
    folder = write_list()
    rulebook = read_rulebook(folder, DAY)
    items = list_industries(rulebook)
    assert items[["item", "code", "treatment", "state", "verified"]].values.tolist() == [
        [1, "C3011", "restricted", "both", True],
        [2, "C3012", "restricted", "both", True],
        [3, "B06", "prohibited", "both", True],
    ]
    coverage = cover_lists(["toy"], items, rulebook)
    assert (coverage[0].complete, coverage[0].items_read, coverage[0].items_known) == (True, 3, 3)
    answers = [judge_industry(items, code, GB, lists=coverage).answer for code in ("C30", "3011", "B0610", "A01")]
    assert answers == ["allowed", "conditional", "prohibited", "allowed"]
    assert list_industries(read_rulebook(folder, date(2019, 1, 1))).empty


def test_a_rulebook_changed_in_memory_keeps_its_table(write_list) -> None:
    rulebook = read_rulebook(write_list(), DAY)
    assert as_written(rulebook, ()) is rulebook
    changed = as_written(rulebook.__class__(**{**vars(rulebook), "description": {"en": "other", "zh": "别的"}}), ())
    assert list_industries(changed).equals(list_industries(rulebook))
    assert changed.files["toy.csv"] == TOY.encode()


def test_a_list_that_is_not_complete_may_have_items_without_a_branch(write_list) -> None:
    lists = LIST.replace("complete = true\n", "").replace("counts", "#")
    rulebook = read_rulebook(write_list(TOY.replace(",-,", ",,"), lists), DAY)
    coverage = cover_lists(["toy"], list_industries(rulebook), rulebook)
    assert (coverage[0].complete, coverage[0].items_read) == (False, 2)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("C3012", "C9912"), "table 'toy.csv', line 4: industry 'C9912': there is no such branch in gbt4754_2017"),
        (("C3012", "c3011"), "table 'toy.csv', line 4: line 3 has item 2 of C3011 already; drop one"),
        (("C3012,许可准入类,a made-up licence", "C3012,禁止,"), "line 4: item 2 is restricted in line 3"),
        (("3,made up 3,B06,prohibited,\n", ""), "has 2 items that are prohibited, and its table 'toy.csv' has 1"),
        ((",-,", ",,"), "table 'toy.csv', line 2: the code is empty, and the list is said to be complete"),
        (("3,made up 3", ",made up 3"), "table 'toy.csv', line 5: the item is empty; write its number on the list."),
        (("prohibited", "allowed"), "table 'toy.csv', line 5: treatment 'allowed'"),
        ((",a made-up licence\n3", ",\n3"), "table 'toy.csv', line 4: a restricted branch needs conditions"),
        (("项目号", "nr"), "table 'toy.csv' has no column item; it has 'nr'"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_meant_is_told_with_its_line(write_list, change, told) -> None:
    one, *others = complaints(write_list(TOY.replace(*change, 1)))
    assert told in one
    assert not others


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('"toy.csv"', '"toys.csv"'), "there is no file 'toys.csv' beside industries.toml; did you mean 'toy.csv'?"),
        (('"toy.csv"', '"../toy.csv"'), "table"),
        (('reference = "Toy list"\n', ""), "say by 'reference' which document the table is taken from"),
        (("counts", "items_known = 4\ncounts"), "they make 3 items, and items_known says 4"),
        (("counts = { prohibited = 2, restricted = 1 }", "items_known = 4"), "3 of about 4 items are here"),
        (("table = ", "# "), "file 'toy.csv' does not belong into a rulebook: move it elsewhere"),
    ],
)
def test_an_entry_that_does_not_fit_its_table_is_told_with_its_place(write_list, change, told) -> None:
    assert any(told in one for one in complaints(write_list(lists=LIST.replace(*change, 1))))


def test_all_faults_of_a_table_come_at_once(write_list) -> None:
    wrong = TOY.replace("C3011", "C9911").replace("C3012", "C9912")
    assert len(complaints(write_list(wrong))) == 2


def test_a_table_in_another_encoding(write_list, capsys) -> None:
    folder = write_list(TOY.encode("gb18030"))
    assert exit_code_of("check", folder) == 2
    assert "toy.csv is not in UTF-8 (byte 1). Save it as UTF-8, or say encoding" in capsys.readouterr().out
    lists = LIST.replace("table", 'encoding = "gb18030"\ntable')
    assert complaints(write_list(TOY.encode("gb18030"), lists)) == []


def test_a_workbook_with_titles_above(write_list, tmp_path: Path) -> None:
    rows = [["示例清单（杜撰）"], *csv.reader(TOY.splitlines())]
    book = save(tmp_path / "book.xlsx", rows, ["A1:E1"])
    folder = write_list(book.read_bytes(), LIST.replace("toy.csv", "toy.xlsx"), "toy.xlsx")
    assert list_industries(read_rulebook(folder, DAY))["code"].tolist() == ["C3011", "C3012", "B06"]
    (folder / "toy.xlsx").write_bytes(b"PK nothing")
    assert "toy.xlsx is no workbook that can be read" in complaints(folder)[0]


def save(path: Path, rows: list[list[str]], merged: list[str]) -> Path:
    book = Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    for cells in merged:
        sheet.merge_cells(cells)
    book.save(path)
    return path


OFFICIAL = """示例清单（杜撰）,,,
项目号,禁止或许可事项,行业名称,禁止或许可准入措施描述
一、禁止准入类,,,
1,杜撰事项一,,杜撰措施
2,杜撰事项二,烟草制品业,杜撰措施二
二、许可准入类,,,
（一）采矿业,,,
3,杜撰事项三,造纸和纸制品业、纺织业,措施三
,,,措施三续
4,杜撰事项四,水泥制造业,措施
5,杜撰事项五,非金属矿物制品业（水泥）,措施
6,杜撰事项六,"教育（幼儿园）,卫生",
7,杜撰事项七,,措施
"""
MATCHED = [
    ["1", "", "prohibited", "", "杜撰措施"],
    ["2", "C16", "prohibited", "", "杜撰措施二"],
    ["3", "C22", "restricted", "措施三; 措施三续", ""],
    ["3", "C17", "restricted", "措施三; 措施三续", ""],
    ["4", "", "restricted", "措施", ""],
    ["5", "C30", "restricted", "措施", ""],
    ["6", "", "restricted", "杜撰事项六", ""],
    ["7", "", "restricted", "措施", ""],
]
TOLD = [[4, "none", ""], [10, "part", "C"], [11, "contained", "C30"], [12, "several", "P; Q84"], [13, "heading", "B"]]


def test_an_official_table_in_gbk_is_matched_and_nothing_is_guessed(tmp_path: Path) -> None:
    path = tmp_path / "official.csv"
    path.write_bytes(OFFICIAL.encode("gb18030"))
    with pytest.raises(SourceError, match="is not in UTF-8"):
        match_items(path, GB)
    found = match_items(path, GB, "gb18030")
    assert found.table[["item", "code", "treatment", "conditions", "note"]].values.tolist() == MATCHED
    assert found.report[["line", "outcome", "codes"]].values.tolist() == TOLD
    assert (found.items, found.unmatched) == (7, 4)


def test_a_workbook_with_merged_cells_says_the_same(tmp_path: Path) -> None:
    rows = [[cell or None for cell in row] for row in csv.reader(OFFICIAL.splitlines())]
    path = save(tmp_path / "official.xlsx", rows, ["A1:D1", "A3:D3", "A6:D6", "A7:D7", "A8:A9", "B8:B9", "C8:C9"])
    found = match_items(path, GB)
    assert found.table[["item", "code", "treatment", "conditions", "note"]].values.tolist() == MATCHED
    assert found.report[["line", "outcome", "codes"]].values.tolist() == TOLD


@pytest.mark.parametrize(
    ("row", "outcome", "codes"),
    [
        ("3011、C3012,,restricted", None, ["C3011", "C3012"]),
        ("9912,,restricted", "unknown_code", [""]),
        (",Education,prohibited", None, ["P"]),
        (",manufacture of textiles and nothing else,restricted", "contained", ["C17"]),
        (",Textile,restricted", "none", [""]),
        (",education,allowed", "treatment", [""]),
    ],
)
def test_codes_and_titles_in_any_language(tmp_path: Path, row, outcome, codes) -> None:
    title = dict(GB.title("C17"))["en"].casefold()
    (tmp_path / "one.csv").write_text(
        "code,industry,treatment\n" + row.replace("manufacture of textiles", title), "utf-8"
    )
    found = match_items(tmp_path / "one.csv", GB)
    assert found.table["code"].tolist() == codes
    assert found.report["outcome"].tolist() == ([outcome] if outcome else [])


def test_the_command_writes_a_table_that_a_rulebook_reads(tmp_path: Path, write_list, capsys) -> None:
    source, out = tmp_path / "official.csv", tmp_path / "toy.csv"
    source.write_bytes(OFFICIAL.encode("gb18030"))
    assert exit_code_of("industries", source, "--out", out) == 3
    assert "gb18030" in capsys.readouterr().err
    assert exit_code_of("industries", source, "--out", out, "--encoding", "gb18030") == 8
    said = capsys.readouterr().out
    assert "line 10, item 4, 杜撰事项四: a title is only a part of its words: C\n" in said
    assert "7 items, 8 rows; lines to look at again: 5, of them not matched: 4" in said
    with (tmp_path / "toy-unmatched.csv").open(encoding="utf-8-sig") as file:
        assert [[int(row["line"]), row["outcome"], row["codes"]] for row in csv.DictReader(file)] == TOLD
    assert exit_code_of("industries", source, "--out", out, "--encoding", "gb18030") == 5
    assert exit_code_of("industries", source, "--out", out, "--encoding", "gb18030", "--force", "--json") == 8
    assert [one["line"] for one in json.loads(capsys.readouterr().out)["report"]] == [4, 10, 11, 12, 13]
    lists = LIST.replace("complete = true\n", "").replace(
        "prohibited = 2, restricted = 1", "prohibited = 2, restricted = 5"
    )
    folder = write_list(out.read_bytes(), lists)
    assert list_industries(read_rulebook(folder, DAY))["code"].tolist() == ["C16", "C22", "C17", "C30"]


def test_the_command_for_the_table_of_a_plan(tmp_path: Path, capsys) -> None:
    source, out = tmp_path / "official.csv", tmp_path / "own.csv"
    source.write_text(HEADER + "1,made up,C3011,限制,a licence\n", "utf-8")
    assert exit_code_of("industries", source, "--out", out, "--jurisdiction", "West") == 0
    assert out.read_text("utf-8-sig").splitlines() == [
        "jurisdiction,item,text,code,treatment,state,conditions,note,reference",
        "West,1,made up,C3011,restricted,,a licence,,",
    ]
    assert exit_code_of("industries", tmp_path / "nothing.csv", "--out", out, "--force") == 3
    source.write_text("a,b\n1,2\n", "utf-8")
    assert exit_code_of("industries", source, "--out", out, "--force") == 3
    assert "has no column industry or text or code; it has 'a', 'b'" in capsys.readouterr().err
