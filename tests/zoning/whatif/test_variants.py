"""A varied plan is the plan that a run of the same changes makes, and only what depends on them is done again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.errors import SourceError, StudyError, UnknownNameError, ZoneplanError
from layers.read.memory import prepare
from layers.sources import LayerSection
from maps.runs import read_run, write_run
from tests.changes import changed, found, paths_of, variants
from tests.conftest import examples
from zoning.pipeline.flow import make_plan, run
from zoning.pipeline.plan_steps import Steps, same
from zoning.plan import PART_OF, Plan
from zoning.reasons import Trace
from zoning.rulebook import Rulebook
from zoning.study import Study, read_study

DECISION = {"unit": "a4", "main": "key_development", "reason": "a port", "by": "the council", "date": date(2024, 12, 2)}


COMPARED = ("study", "rulebook", "assumptions", "trace", *PART_OF)
"""All that a plan is, by name."""


def different(one: Plan, other: Plan) -> list[str]:
    """The names of what two plans do not have in common to the last bit."""
    return [name for name in COMPARED if not alike(getattr(one, name), getattr(other, name))]


def alike(one: object, other: object) -> bool:
    if isinstance(one, gpd.GeoDataFrame) and isinstance(other, gpd.GeoDataFrame):
        return bool(one.crs == other.crs) and same(pd.DataFrame(one), pd.DataFrame(other))
    if isinstance(one, pd.DataFrame | tuple):
        return same(one, other)
    if isinstance(one, Trace) and isinstance(other, Trace):  # records are made when somebody asks
        one, other = replace(one, made={}), replace(other, made={})
    return repr(one) == repr(other)


CHAPTERS = ("parameters", "rules", "lines", "policies", "indicators", "zones", "floors")
CHANGES = [
    {"parameters": {"fragile_min": 0.2}},
    {"parameters": {"populous_min": 10, "plant_min_mw": 40}},
    {"decisions": [DECISION]},
    {"rules": {"key-1": None}},
    {"rules": {"key-1": {"when": "plant_mw >= plant_min_mw", "priority": 5}}},
    {"parameters": {"fragile_min": 0.9}, "decisions": [DECISION], "rules": {"energy-1": None}},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_a_varied_plan_is_written_as_a_run_of_its_own_files(toy_run: Plan, tmp_path: Path, change: dict) -> None:
    varied = toy_run.vary(**change)
    first = write_run(varied, tmp_path / "varied")
    study = read_study(first / "plan.toml", toy_run.study.folder)
    again = write_run(make_plan(study, varied.whole_rulebook, toy_run.inputs, toy_run.tables), tmp_path / "again")
    files = sorted(path.name for path in first.iterdir() if path.is_file())
    assert [name for name in files if (first / name).read_bytes() != (again / name).read_bytes()] == []


def outcome(study: Study, rulebook: Rulebook, toy_run: Plan, before: Steps | None) -> object:
    """What a plan is, part by part, or the words in which it is refused."""
    try:
        plan = make_plan(study, rulebook, toy_run.inputs, toy_run.tables, steps=Steps(before))
    except ZoneplanError as refused:
        return type(refused), str(refused)
    return Parts([getattr(plan, name) for name in COMPARED])


class Parts(list[object]):
    """The parts of a plan, equal where each is the same to the last bit."""

    __hash__ = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Parts) and all(map(alike, self, other))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(25))
@given(data=st.data())
def test_whatever_is_changed_the_steps_that_are_kept_are_those_of_a_fresh_plan(
    toy_run: Plan, data: st.DataObject
) -> None:
    study, rulebook = toy_run.study, toy_run.whole_rulebook
    if data.draw(st.booleans(), label="of the study"):
        path = data.draw(st.sampled_from(sorted(paths_of(study), key=str)))
        study = changed(study, path, data.draw(variants(found(study, path))))
    else:
        chapter = data.draw(
            st.sampled_from(["parameters", "rules", "lines", "policies", "indicators", "zones", "floors"])
        )
        inside = sorted(paths_of(getattr(rulebook, chapter)), key=str)
        if inside:
            path = data.draw(st.sampled_from(inside))
            value = data.draw(variants(found(getattr(rulebook, chapter), path)))
            rulebook = replace(rulebook, **{chapter: changed(getattr(rulebook, chapter), path, value)})
    assert outcome(study, rulebook, toy_run, toy_run.steps) == outcome(study, rulebook, toy_run, None)


def test_another_layer_takes_the_place_of_the_plans_own(toy_run: Plan) -> None:
    forest = next(layer for layer in toy_run.inputs.layers if layer.name == "forest").features
    less = {"forest": forest.assign(kind="forest", geometry=forest.buffer(-100)).iloc[:1]}
    varied = toy_run.vary(layers=less)
    inputs = prepare(layers=less, study=toy_run.study)
    assert different(varied, make_plan(toy_run.study, toy_run.whole_rulebook, inputs, toy_run.tables)) == []
    assert varied.measures["ecologically_fragile_share"].sum() < toy_run.measures["ecologically_fragile_share"].sum()
    with pytest.raises(UnknownNameError, match="no layer 'wood'"):
        toy_run.vary(layers={"wood": forest})


def test_a_further_layer_is_as_if_the_plan_had_it(toy_run: Plan) -> None:
    forest = next(layer for layer in toy_run.inputs.layers if layer.name == "forest").features
    before = toy_run.measures["ecologically_fragile_share"]
    place = int(before.argmin())
    drawn = gpd.GeoDataFrame(geometry=[toy_run.units.geometry.iloc[place].buffer(-50)], crs=forest.crs)
    varied = toy_run.vary(layers={"drawn": {"role": "ecologically_fragile", "data": drawn}})
    said = LayerSection(name="drawn", source="memory/drawn", role="ecologically_fragile")
    study = toy_run.study.model_copy(update={"layers": (*toy_run.study.layers, said)})
    inputs = prepare(layers={"drawn": drawn}, study=study)
    assert different(varied, make_plan(study, toy_run.whole_rulebook, inputs, toy_run.tables)) == []
    after = varied.measures["ecologically_fragile_share"]
    assert before.iloc[place] < 0.3
    assert after.iloc[place] > 0.5
    assert list(after.drop(after.index[place])) == list(before.drop(before.index[place]))
    with pytest.raises(StudyError, match="a layer 'forest' already"):
        toy_run.vary(layers={"forest": {"role": "water", "data": drawn}})
    with pytest.raises(StudyError, match=r"layer 'drawn': .*rolle"):
        toy_run.vary(layers={"drawn": {"rolle": "water", "data": drawn}})


def test_a_change_works_on_what_depends_on_it_alone(toy_run: Plan) -> None:
    assert toy_run.vary().steps.done == []
    done = toy_run.vary(decisions=[DECISION]).steps.done
    assert "classify" in done
    assert not {"overlay", "lines", "measure", "energy"} & set(done)


@pytest.mark.parametrize("name", ["us_mountain_west", "china_provinces"])
def test_a_built_in_plan_varies_as_it_runs(plan_of, name: str) -> None:
    plan = plan_of(name)
    parameter, value = next(
        (one, value.value) for one, value in plan.rulebook.parameters.items() if isinstance(value.value, float)
    )
    varied = plan.vary(parameters={parameter: value * 1.5})
    fresh = make_plan(varied.study, varied.whole_rulebook, plan.inputs, plan.tables)
    assert different(varied, fresh) == []


def test_a_value_that_somebody_tries_is_not_verified(toy_run: Plan) -> None:
    assert toy_run.rulebook.parameters["fragile_min"].verified
    assert not toy_run.vary(parameters={"fragile_min": 0.25}).rulebook.parameters["fragile_min"].verified
    assert toy_run.vary(parameters={"fragile_min": 0.5}).rulebook.parameters["fragile_min"].verified


def test_a_decision_takes_the_place_of_the_plans_own_on_the_unit(toy_run: Plan) -> None:
    once = toy_run.vary(decisions=[DECISION])
    twice = once.vary(decisions=[DECISION | {"main": "general", "reason": "no port"}])
    own = [one for one in twice.study.decisions if one.unit == "a4"]
    assert [(one.main, one.reason) for one in own] == [("general", "no port")]


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"parameters": {"fragile_mi": 1}}, UnknownNameError, "no parameter 'fragile_mi'; did you mean 'fragile_min'?"),
        ({"parameters": {"fragile_min": "much"}}, StudyError, "is 0.5, and 'much' is of another kind"),
        ({"parameters": {"fragile_min": True}}, StudyError, "is of another kind"),
        ({"parameters": {"fragile_min": float("nan")}}, StudyError, "is of another kind"),
        ({"quotas": {"land": 7}}, UnknownNameError, "there is no quota 'land'"),
        ({"rules": {"key-2": None}}, UnknownNameError, "did you mean 'key-1'"),
        ({"rules": {"key-1": {"when": "population >"}}}, ZoneplanError, "population >"),
        ({"rules": {"key-1": {"wen": "TRUE"}}}, StudyError, "rule 'key-1': unknown key 'wen'"),
        ({"decisions": [{"unit": "a4"}]}, ZoneplanError, "a decision: key 'reason' is missing"),
        ({"decisions": [DECISION | {"unit": "z9"}]}, ZoneplanError, "z9"),
    ],
)
def test_what_cannot_be_meant_is_refused(toy_run: Plan, change: dict, error: type, words: str) -> None:
    with pytest.raises(error) as refused:
        toy_run.vary(**change)
    assert words in str(refused.value)


def test_a_plan_that_was_read_back_varies_while_its_sources_are_there(toy_folder: Path, tmp_path: Path) -> None:
    folder = write_run(run(read_study(toy_folder / "plan.toml")), toy_folder / "runs" / "plan")
    back = read_run(folder)
    varied = back.vary(parameters={"fragile_min": 0.2})
    assert different(varied, run(read_study(toy_folder / "plan.toml")).vary(parameters={"fragile_min": 0.2})) == []
    plants = toy_folder / "plants.csv"
    plants.write_text(plants.read_text("utf-8").replace("600", "601"), "utf-8")
    with pytest.raises(SourceError, match=r"plants\.csv"):
        back.vary(parameters={"fragile_min": 0.2})
