"""Whose data a plan rests on: told in the report, its annex, the workbook and the provenance; on the toy province."""

from __future__ import annotations

import json

import openpyxl
import pytest

from layers.errors import StudyError
from maps.runs import read_run, write_run
from maps.telling.reports.report_page import report
from zoning.pipeline.flow import run
from zoning.study import read_study

OFFICE = '{ en = "Forest Office", zh = "林业局" }'
LAND = f'evidence = {{ publisher = {OFFICE}, vintage = "2019", licence = "CC BY 4.0", date = 2021-03-04 }}'


@pytest.fixture
def plan_file(toy_folder):
    path = toy_folder / "plan.toml"
    text = path.read_text("utf-8").replace('name = "forest"\n', f'name = "forest"\n{LAND}\n')
    path.write_text(
        text.replace('id = "code"\nname', 'id = "code"\nevidence = { publisher = "Survey" }\nname'), "utf-8"
    )
    return path


def test_it_is_told_wherever_sources_are_listed(plan_file, tmp_path) -> None:
    plan = run(read_study(plan_file))
    assert [plan.study.evidence_of(name) is None for name in ("units", "forest", "coalfield", "stats.csv")] == [
        False,
        False,
        True,
        True,
    ]
    folder = write_run(plan, tmp_path / "run")
    page = report(plan)
    assert "<td>Forest Office</td>" in page
    assert "toy.gpkg (" in page, "of which nobody says whose they are stands the file"
    cells = openpyxl.load_workbook(folder / "plan.xlsx")["Sources"].values
    rows = {row[0]: dict(zip(head, row, strict=True)) for head in [next(cells)] for row in cells}
    forest = [rows["forest"][key] for key in ("Publisher", "Data of", "Published on", "Licence")]
    assert forest == ["Forest Office", "2019", "2021-03-04", "CC BY 4.0"]
    assert [row["Publisher"] for row in rows.values()].count("Survey") == 1
    assert rows["coalfield"]["Publisher"] is None
    told = json.loads((folder / "provenance.json").read_text("utf-8"))["evidence"]
    assert told.keys() == {"units", "forest"}
    assert told["units"] == {"publisher": "Survey"}
    assert told["forest"]["publisher"] == "Forest Office"
    assert read_run(folder).study.evidence_of("forest") == plan.study.evidence_of("forest")


def test_data_of_nobody_are_refused(plan_file) -> None:
    plan_file.write_text(plan_file.read_text("utf-8").replace('publisher = "Survey"', 'licence = "CC0"'), "utf-8")
    with pytest.raises(StudyError, match=r"line 10, column 1: key 'publisher' is missing in 'evidence'"):
        read_study(plan_file)
