"""Studies changed in memory: what is written of them is what ran, whatever was changed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.errors import StudyError, ZoneplanError
from layers.overview import exact
from maps.runs import read_run, verify, write_run
from maps.telling.explanations.explanation_content import explain
from tests.changes import changed, changes_of, found
from tests.conftest import examples
from zoning.pipeline.flow import run
from zoning.study import Study, builtin_studies, builtin_study, read_study
from zoning.tables import CSV_TABLES

TOY = Path(__file__).resolve().parents[2] / "data" / "toy" / "plan.toml"
STUDIES = [read_study(path) for path in (TOY, *map(builtin_study, builtin_studies()))]


@pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.name)
def test_a_study_that_nobody_changed_keeps_its_text(study: Study) -> None:
    assert study.as_written() is study
    assert study.text == study.path.read_text("utf-8")
    assert study.model_copy().text == study.text


@given(data=st.data())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_change_is_written_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    study = data.draw(st.sampled_from(STUDIES))
    path, new = data.draw(changes_of(study))
    other = changed(study, path, new)
    try:
        written = other.as_written()
    except ZoneplanError:
        return
    if type(new) is type(found(study, path)):
        assert written == other
    (tmp_path / "plan.toml").write_text(written.text, "utf-8")
    again = read_study(tmp_path / "plan.toml")
    assert exact(again) == exact(written)
    assert again.text == written.text
    assert written.as_written() is written


def tables_of(plan) -> dict[str, str]:
    return {table.name: getattr(plan, table.name).to_csv() for table in CSV_TABLES}


@given(data=st.data())
@settings(max_examples=examples(8), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_runs_to_the_same_tables(toy_folder: Path, data: st.DataObject) -> None:
    study = read_study(toy_folder / "plan.toml")
    try:
        plan = run(changed(study, *data.draw(changes_of(study))))
    except ZoneplanError:
        return
    (toy_folder / "again.toml").write_text(plan.study.text, "utf-8")
    assert tables_of(run(read_study(toy_folder / "again.toml"))) == tables_of(plan)


def test_a_run_holds_the_quotas_that_ran(toy_folder: Path, tmp_path: Path) -> None:
    study = read_study(toy_folder / "plan.toml")
    quota = study.quotas[0].model_copy(update={"total": 90, "step": Decimal("0.10")})
    plan = run(study.model_copy(update={"quotas": (quota,)}))
    folder = write_run(plan, tmp_path / "one")
    again = read_run(folder)
    assert (again.study.quotas[0].total, again.study.quotas[0].step) == (90, Decimal("0.10"))
    assert "step = 0.10" in (folder / "plan.toml").read_text("utf-8")
    assert " of 90" in explain(again, "c4").text()
    (toy_folder / "plan.toml").write_text(again.study.text, "utf-8")
    other = write_run(run(read_study(toy_folder / "plan.toml")), tmp_path / "two")
    assert (folder / "manifest.json").read_bytes() == (other / "manifest.json").read_bytes()
    assert verify(folder).state == "complete"


def test_a_complaint_about_a_change_has_its_place_in_what_would_be_written() -> None:
    study = STUDIES[0]
    quota = study.quotas[0].model_copy(update={"total": -1})
    with pytest.raises(StudyError, match=r"^plan\.toml as changed in memory, line \d+.* 'total' must be at least 0"):
        run(study.model_copy(update={"quotas": (quota,)}))
    with pytest.raises(StudyError, match="cannot be written as TOML"):
        run(study.model_copy(update={"quotas": None}))
