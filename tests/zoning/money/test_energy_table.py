from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest

from layers.errors import SeveralErrors, SourceError, StudyError
from zoning.money import EnergyTable, read_energy
from zoning.study import read_study

PLAN = """
[study]
name = "Energy"
date = 2025-01-01
rulebook = "main_functional_areas"

[units]
source = "units.gpkg"
id = "code"

[energy]
table = "energy.csv"
period = 2019
"""
SHEET = """region,intensity_target_pct,intensity_actual_pct,total_target_tce,total_actual_tce,note
north,3,2.70,100000000000000001,0.1,"as, printed"
south,3.0, 3 ,100,,
"""


def write(tmp_path, sheet=SHEET, plan=PLAN):
    (tmp_path / "plan.toml").write_text(plan, "utf-8")
    (tmp_path / "energy.csv").write_text(sheet, "utf-8")
    return read_study(tmp_path / "plan.toml").energy


def complaints(section) -> list[str]:
    with pytest.raises((SourceError, SeveralErrors)) as caught:
        read_energy(section)
    assert caught.value.exit_code == 3
    return [str(error) for error in getattr(caught.value, "errors", [caught.value])]


def test_numbers_are_exactly_what_is_written(tmp_path) -> None:
    table = read_energy(write(tmp_path))
    assert (table.period, table.scheme, table.name) == (2019, None, "energy.csv")
    assert table.rows.index.tolist() == ["north", "south"]
    assert table.rows.loc["north", "total_target_tce"] == Decimal(100000000000000001)
    assert table.rows.loc["north", "total_actual_tce"] == Decimal("0.1")
    assert table.rows["intensity_actual_pct"].tolist() == [Decimal("2.70"), Decimal(3)]
    assert table.rows.loc["south", "total_actual_tce"] is None
    assert "note" not in table.rows.columns


def test_the_table_stands_beside_its_plan_wherever_that_is_read_from(tmp_path, monkeypatch) -> None:
    section = write(tmp_path)
    monkeypatch.chdir("/")
    assert len(read_energy(section).rows) == 2
    assert section.where("period") == "plan.toml, line 13, column 10"
    assert write(tmp_path, plan="\n" + PLAN) == section


@pytest.mark.parametrize(
    ("cell", "hint"),
    [
        ('"1,234"', "without separators"),
        ('"2,7"', "a point for the decimals"),
        ("1 234", "without separators"),
        ("2.7%", "write the number alone"),
        ("#DIV/0!", "mend its formula"),
        ("#N/A", "mend its formula"),
        ("#REF!", "mend its formula"),
        ("=B2/C2", "save the values"),
        ("1.33E+06", "lost digits"),
        ("'5", "drop the apostrophe"),
        ("2019-03-01", "took it for a date"),
        ("3-Mar", "took it for a date"),
        ("n/a", "leave the cell empty"),
        ("-", "leave the cell empty"),
        ("…", "leave the cell empty"),
        ("\N{FULLWIDTH DIGIT THREE}", "write digits"),
        ("\N{MINUS SIGN}3", "write digits"),
        ("inf", "write digits"),
        ("007", "write it without separators"),
        ("1e400", "lost digits"),
        ("9" * 40, "write it without separators"),
    ],
)
def test_what_spreadsheets_do_to_numbers_is_refused_with_its_cell(tmp_path, cell, hint) -> None:
    (found,) = complaints(write(tmp_path, SHEET.replace("2.70", cell)))
    assert found.startswith("table 'energy.csv', line 2, column 3 (intensity_actual_pct): '")
    assert "is no plain number" in found
    assert hint in found


def test_lines_are_counted_as_an_editor_counts_them(tmp_path) -> None:
    sheet = 'region,note,intensity_actual_pct\nnorth,"two\nlines",1\n\nsouth,,x\n'
    assert complaints(write(tmp_path, sheet))[0].startswith("table 'energy.csv', line 5, column 3")


def test_all_complaints_come_together(tmp_path) -> None:
    sheet = "region,intensity_actual_pct\nnorth,1\nnorth,x\n ,2\n#N/A,3\n1.1E+05,4\n"
    found = complaints(write(tmp_path, sheet))
    assert [text.split(": ", 1)[0].removeprefix("table 'energy.csv', ") for text in found] == [
        "line 3, column 1 (region)",
        "line 4, column 1 (region)",
        "line 5, column 1 (region)",
        "line 6, column 1 (region)",
        "line 3, column 2 (intensity_actual_pct)",
    ]
    assert "region 'north' stands on line 2 already" in found[0]


@pytest.mark.parametrize(
    ("header", "hint"),
    [
        ("regoin,intensity_actual_pct", "did you mean 'region'"),
        ("Region,intensity_actual_pct", "did you mean 'region'"),
        ("region,intensity_target", "did you mean 'intensity_target_pct'"),
        ("region,exempt_tec", "did you mean 'exempt_tce'"),
        ("region,exempt", "did you mean 'exempt_tce'"),
        ("province,intensity_actual_pct", "has no column 'region'"),
    ],
)
def test_columns_that_are_nearly_right_are_refused(tmp_path, header, hint) -> None:
    assert any(hint in text for text in complaints(write(tmp_path, f"{header}\nnorth,1\n")))


def test_a_header_alone_judges_nobody(tmp_path) -> None:
    (found,) = complaints(write(tmp_path, SHEET.splitlines()[0] + "\n"))
    assert found == "table 'energy.csv' has no rows. Write one for each region, or leave [energy] out of the plan."


def test_energy_is_read_from_text(tmp_path) -> None:
    section = write(tmp_path, plan=PLAN.replace("energy.csv", "energy.xlsx"))
    (tmp_path / "energy.xlsx").write_bytes(b"")
    (found,) = complaints(section)
    assert found.startswith("plan.toml, line 12, column 9: energy.xlsx is no .csv")
    (found,) = complaints(write(tmp_path, plan=PLAN.replace("energy.csv", "enrgy.csv")))
    assert "did you mean energy.csv" in found


def test_the_period_cannot_be_left_out(tmp_path) -> None:
    with pytest.raises(StudyError, match=r"plan.toml, line 11, column 2: key 'period' is missing in 'energy'"):
        write(tmp_path, plan=PLAN.replace("period = 2019", ""))
    with pytest.raises(StudyError, match="'period': a whole number is needed"):
        write(tmp_path, plan=PLAN.replace("2019", '"2019"'))


def test_a_table_of_ones_own_needs_no_file() -> None:
    table = EnergyTable(2019, pd.DataFrame({"intensity_target_pct": [3.0]}, index=["north"]))
    assert table.where("scheme") == "table 'energy'"
