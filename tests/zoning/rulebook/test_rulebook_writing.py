"""Rulebooks changed in memory: their files say what they say, whatever was changed."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.errors import ZoneplanError
from layers.read.reading_step import read_inputs
from maps.runs import read_run, write_run
from tests.changes import changed, changes_of, found
from tests.conftest import examples
from zoning.pipeline.column_sources import StudyTables
from zoning.pipeline.flow import make_plan
from zoning.rulebook import Rulebook, as_written, builtin_rulebooks, read_rulebook, without_unused_topics
from zoning.study import read_study

TOY = Path(__file__).resolve().parents[2] / "data" / "toy"
RULEBOOKS = (TOY / "rules", *builtin_rulebooks())
book = cache(read_rulebook)


@pytest.fixture(params=RULEBOOKS, ids=lambda one: Path(one).name)
def rulebook(request: pytest.FixtureRequest) -> Rulebook:
    return book(request.param)


def write(rulebook, folder: Path) -> Path:
    for name, content in rulebook.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def test_a_rulebook_that_nobody_changed_keeps_its_files(rulebook) -> None:
    assert as_written(rulebook, ()) is rulebook
    used = without_unused_topics(rulebook, ())
    assert as_written(used, ()) is used


@given(data=st.data())
@settings(max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_change_is_written_or_refused(tmp_path_factory, data: st.DataObject) -> None:
    rulebook = book(data.draw(st.sampled_from(RULEBOOKS)))
    path, new = data.draw(changes_of(rulebook))
    other = changed(rulebook, path, new)
    try:
        written = as_written(other, ())
    except ZoneplanError:
        return
    other, used = without_unused_topics(other, ()), without_unused_topics(written, ())  # what a plan is made with
    if type(new) is type(found(rulebook, path)) and path[-1] not in {"since", "until"}:
        assert getattr(used, path[0]) == getattr(other, path[0])
    again = read_rulebook(write(written, tmp_path_factory.mktemp("rules") / rulebook.name), rulebook.day)
    assert repr(without_unused_topics(again, ())) == repr(used)
    assert as_written(written, ()) is written


def test_files_that_say_the_same_keep_their_comments(rulebook) -> None:
    title = {"en": "Another title"}
    zones = (rulebook.zones[0].model_copy(update={"title": {**rulebook.zones[0].title, **title}}), *rulebook.zones[1:])
    written = as_written(replace(rulebook, zones=zones), ())
    assert {name for name, text in written.files.items() if rulebook.files[name] != text} == {"zones.toml"}
    assert written.zones[0].title["en"] == "Another title"


def test_a_run_holds_the_rulebook_that_ran(toy_folder: Path, tmp_path: Path) -> None:
    study = read_study(toy_folder / "plan.toml")
    rulebook = read_rulebook(study.rulebook, study.date)
    value = rulebook.parameters["populous_min"].model_copy(update={"value": 150.0})
    other = replace(rulebook, parameters={**rulebook.parameters, "populous_min": value})
    plan = make_plan(study, other, read_inputs(study), StudyTables())
    assert plan.rulebook.values["populous_min"] == 150.0
    again = read_run(write_run(plan, tmp_path / "run"))
    assert again.rulebook == plan.rulebook
    text = (tmp_path / "run" / "rulebook" / "parameters.toml").read_text("utf-8")
    assert "value = 150.0" in text


def test_a_change_that_cannot_be_meant_is_refused_with_its_place(toy_folder: Path) -> None:
    study = read_study(toy_folder / "plan.toml")
    rulebook = read_rulebook(study.rulebook, study.date)
    rule = rulebook.rules[0].model_copy(update={"zone": "nowhere"})
    with pytest.raises(ZoneplanError, match=r"rules/rules\.toml as changed in memory, line \d+.*nowhere"):
        make_plan(study, replace(rulebook, rules=(rule,)), read_inputs(study), StudyTables())
