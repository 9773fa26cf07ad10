"""The tables of [energy] and [industries]: read beside the plan, told with everything else, and part of its sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.errors import SeveralErrors
from layers.inputs import Inputs
from layers.read.reading_step import read_inputs
from zoning.pipeline.column_sources import StudyTables, read_study_tables
from zoning.pipeline.flow import check
from zoning.pipeline.study_checks import read_everything
from zoning.rulebook import read_rulebook
from zoning.study import Study, read_study

MORE = """
[energy]
table = "energy.csv"
period = 2019

[industries]
table = "own.csv"
"""
ENERGY = """\
region,intensity_target_pct,intensity_actual_pct,total_target_tce,total_actual_tce
west,3,4,100,90
east,3,1,9,9
"""
OWN = "jurisdiction,code,treatment\nwest,B,prohibited\n"


@pytest.fixture
def study(toy_folder: Path) -> Study:
    plan = toy_folder / "plan.toml"
    text = plan.read_text("utf-8")
    plan.write_text(text + MORE, "utf-8")
    (toy_folder / "energy.csv").write_text(ENERGY, "utf-8")
    (toy_folder / "own.csv").write_text(OWN, "utf-8")
    return read_study(plan)


def test_a_plan_without_these_sections_has_no_tables(toy_folder: Path) -> None:
    assert read_study_tables(read_study(toy_folder / "plan.toml")) == StudyTables()


def test_the_inputs_know_the_files_and_only_zoning_what_is_in_them(study: Study) -> None:
    _, inputs, tables = read_everything(study)
    assert [one.name for one in inputs.sources][-2:] == ["energy", "industries"]
    assert {len(one.sha256) for one in inputs.sources} == {64}
    assert not {"energy", "industries"} & set(Inputs.__dataclass_fields__)
    assert tables.energy is not None
    assert tables.energy.rows.index.tolist() == ["west", "east"]
    assert tables.energy.where("period").startswith("plan.toml, line ")
    assert tables.industries is not None
    assert tables.industries["code"].tolist() == ["B"]


def test_what_is_wrong_with_any_file_is_told_at_once(study: Study) -> None:
    (study.folder / "energy.csv").write_text(ENERGY.replace("west,3", "west,3 %"), "utf-8")
    (study.folder / "own.csv").unlink()
    (study.folder / "elevation.tif").unlink()
    with pytest.raises(SeveralErrors) as caught:
        read_everything(study)
    told = [str(error) for error in caught.value.errors]
    assert len(told) == 3, told
    assert "no file elevation.tif" in told[0]
    assert "table 'energy.csv', line 2, column 2 (intensity_target_pct): '3 %' is no plain number" in told[1]
    assert "no file own.csv" in told[2]
    assert told[2].startswith(study.where("industries", "table"))


def test_a_check_of_inputs_alone_reads_the_tables_itself(study: Study) -> None:
    (study.folder / "energy.csv").write_text(ENERGY.replace("east", "esat"), "utf-8")
    rulebook, inputs = read_rulebook("main_functional_areas", study.date), read_inputs(study)
    told = [finding.text for finding in check(study, rulebook, inputs) if finding.level == "error"]
    assert any("region 'esat' is no jurisdiction or unit of the plan, but nearly one" in text for text in told), told
    assert not any("esat" in finding.text for finding in check(study, rulebook, inputs, tables=StudyTables()))
    (study.folder / "energy.csv").unlink()
    missing = [finding for finding in check(study, rulebook, inputs) if finding.code == "source_missing"]
    assert [finding.layer for finding in missing] == ["energy.csv"]
