"""Scenarios of a plan: each is what a fresh run of the plan gives in which the same stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.errors import SeveralErrors, StudyError, UnknownNameError, ZoneplanError
from tests.conftest import examples
from zoning.errors import InfeasibleError
from zoning.pipeline.flow import SCENARIO, STEPS, check, make_plan, run
from zoning.pipeline.plan_steps import Steps
from zoning.plan import Plan
from zoning.rulebook import read_rulebook
from zoning.study import Scenario, read_study

DECISION = {"unit": "a4", "main": "key_development", "reason": "a port", "by": "the council", "date": date(2024, 12, 2)}
HOSTILE = ['"><script>alert(1)</script>', "=cmd()", "../../x", "{plan}", "a,b\n;c", "情景 ́x", "%s", " "]


def with_scenarios(toy_run: Plan, *scenarios: Scenario) -> Plan:
    study = toy_run.study.model_copy(update={"scenarios": scenarios})
    return make_plan(study, toy_run.whole_rulebook, toy_run.inputs, toy_run.tables, steps=Steps(toy_run.steps))


def by_hand(toy_run: Plan, scenario: Scenario) -> Plan:
    """A fresh plan in which stands what a scenario sets, put there without any code of scenarios."""
    quotas = list(toy_run.study.quotas)
    values = dict(toy_run.whole_rulebook.parameters)
    for path, value in scenario.set.items():
        head, name, *key = path.split(".")
        if head == "parameters":
            values[name] = values[name].model_copy(update={"value": float(value)})
        else:
            quotas = [one.model_copy(update={key[0]: value}) if one.name == name else one for one in quotas]
    decided = {one.unit for one in scenario.decisions if one.main}
    decisions = [one for one in toy_run.study.decisions if not (one.main and one.unit in decided)]
    study = toy_run.study.model_copy(
        update={"quotas": tuple(quotas), "decisions": (*decisions, *scenario.decisions), "scenarios": ()}
    )
    return make_plan(study, replace(toy_run.whole_rulebook, parameters=values), toy_run.inputs, toy_run.tables)


def rows_of(plan: Plan, name: str) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """What a plan with scenarios says of one of them."""
    zones = plan.scenarios[plan.scenarios["scenario"] == name][["unit_id", "main", "overlays", "status"]]
    quotas = plan.scenario_quotas[plan.scenario_quotas["scenario"] == name][["quota", "unit_id", "amount"]]
    return ([*map(tuple, table.astype(str).to_numpy().tolist())] for table in (zones, quotas))


def own_rows(plan: Plan) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    zones = plan.zones[["unit_id", "main", "overlays", "status"]]
    of_units = plan.quotas[plan.quotas["unit_id"].isin(plan.units.index)]
    quotas = of_units[["quota", "unit_id", "amount"]].sort_values(["quota", "unit_id"])
    return ([*map(tuple, table.astype(str).to_numpy().tolist())] for table in (zones, quotas))


def outcome(make: Callable[[], Plan]) -> Plan | ZoneplanError:
    try:
        return make()
    except ZoneplanError as refused:
        return refused


@st.composite
def scenarios(draw: st.DrawFn, toy_run: Plan) -> Scenario:
    numbers = st.decimals(0, 2000, places=2, allow_nan=False, allow_infinity=False)
    paths = {
        "parameters.fragile_min": st.decimals(0, 1, places=3),
        "parameters.populous_min": numbers,
        "parameters.plant_min_mw": numbers,
        "quotas.construction_land.total": st.integers(0, 1300).map(Decimal),
        "quotas.construction_land.reserve_pct": st.integers(0, 20).map(Decimal),
        "quotas.construction_land.floor": st.integers(0, 12).map(Decimal),
        "quotas.construction_land.weight": st.sampled_from(["population", "area_ha", "plant_mw"]),
    }
    chosen = draw(st.lists(st.sampled_from(sorted(paths)), unique=True))
    units = draw(st.lists(st.sampled_from(sorted(toy_run.units.index)), unique=True, max_size=3))
    mains = st.sampled_from(["key_development", "ecologically_fragile", "general"])
    decisions = [DECISION | {"unit": unit, "main": draw(mains)} for unit in units]
    return Scenario(name="it", set={path: draw(paths[path]) for path in chosen}, decisions=decisions)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(10))
@given(data=st.data())
def test_a_scenario_is_a_fresh_run_of_what_it_says(toy_run: Plan, data: st.DataObject) -> None:
    scenario = data.draw(scenarios(toy_run))
    wanted = outcome(lambda: by_hand(toy_run, scenario))
    if isinstance(wanted, ZoneplanError):
        found = outcome(lambda: with_scenarios(toy_run, scenario))
        assert isinstance(found, type(wanted))
        assert found.exit_code == wanted.exit_code
        assert "scenario 'it': " in str(found)
        return
    plan = with_scenarios(toy_run, scenario, Scenario(name="as it is"))
    assert [*rows_of(plan, "it")] == [*own_rows(wanted)]
    assert [*rows_of(plan, "as it is")] == [*own_rows(toy_run)]
    assert plan.zones.equals(toy_run.zones)
    assert plan.quotas.equals(toy_run.quotas)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("us_mountain_west", {"parameters.density_min_per_km2": 100, "quotas.construction_land.total": 9000}),
        ("china_provinces", {}),
    ],
)
def test_a_scenario_of_a_built_in_study_is_a_fresh_run(plan_of, name: str, changes: dict[str, Any]) -> None:
    plan = plan_of(name)
    quota = plan.study.quotas[0]
    parameter = next(one.name for one in plan.rulebook.parameters.values() if isinstance(one.value, float))
    own = {f"parameters.{parameter}": 0.5, f"quotas.{quota.name}.total": quota.total - quota.step}
    scenario = Scenario(name="it", set=changes or own)
    wanted = by_hand(plan, scenario)
    found = with_scenarios(plan, scenario)
    assert [*rows_of(found, "it")] == [*own_rows(wanted)]
    assert own_rows(found.scenario("it")) is not None
    assert [*own_rows(found.scenario("it"))] == [*own_rows(wanted)]


def refused(toy_run: Plan, **said: Any) -> str:
    with pytest.raises(ZoneplanError) as found:
        with_scenarios(toy_run, Scenario(name="x", **said))
    return str(found.value)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("parameters.fragil_min", 0.2, "there is no parameter 'fragil_min'; did you mean 'fragile_min'?"),
        ("parameter.fragile_min", 0.2, "no path 'parameter.fragile_min'; did you mean 'parameters.fragile_min'"),
        ("fragile_min", 0.2, "there is no path 'fragile_min'; did you mean 'parameters.fragile_min'"),
        ("quotas.construction_lnd.total", 1, "no quota 'construction_lnd'; did you mean 'construction_land'?"),
        ("quotas.construction_land.totl", 1, "and not 'totl'; did you mean 'total'?"),
        ("quotas.construction_land", 1, "and not ''"),
        ("quotas.construction_land.levels", "unit", "'levels' of quota 'construction_land' is what the quota is"),
        ("quotas.construction_land.groups.0.max_pct", 3, "is what the quota is, and stays"),
        ("quotas.construction_land.weight.population", 1, "is the measure 'population' alone, and has no shares"),
        ("quotas.construction_land.total", -1, "quota 'construction_land': 'total' must be at least 0"),
        ("quotas.construction_land.total", Decimal("0.5"), "'total' 0.5 is no whole multiple of 'step' 1"),
        ("quotas.construction_land.weight", "populaton", "did you mean 'population'?"),
        ("agreements.Chishui.amount", 1, "leaves agreements as the plan has them"),
        ("rules.key-1.when", "TRUE", "leaves rules as the plan has them"),
        ("parameters.fragile_min", "much", "is 0.5, and 'much' is of another kind"),
        ("parameters.fragile_min", True, "is 0.5, and True is of another kind"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused_with_its_place(toy_run: Plan, path: str, value: Any, said: str) -> None:
    text = refused(toy_run, set={path: value})
    assert said in text
    assert "plan.toml as changed in memory, line " in text


def test_all_that_is_wrong_is_said_at_once(toy_run: Plan) -> None:
    with pytest.raises(SeveralErrors) as found:
        with_scenarios(
            toy_run,
            Scenario(name="one", set={"parameters.a": 1, "quotas.b.total": 1}),
            Scenario(name="two", decisions=[DECISION | {"unit": "a5"}, DECISION | {"main": "nothing"}]),
        )
    assert found.value.exit_code == 2
    assert len(found.value.errors) == 4


def test_one_that_cannot_be_met_is_named_with_the_value_that_is_to_blame(toy_folder: Path) -> None:
    plan = toy_folder / "plan.toml"
    plan.write_text(
        f'{plan.read_text("utf-8")}\n[[scenarios]]\nname = "fine"\n\n[[scenarios]]\nname = "too much"\n'
        'set = { "parameters.fragile_min" = 0.4, "quotas.construction_land.total" = 5000 }\n',
        "utf-8",
    )
    with pytest.raises(InfeasibleError) as found:
        run(read_study(plan))
    line = 1 + plan.read_text("utf-8").split("\n").index(
        'set = { "parameters.fragile_min" = 0.4, "quotas.construction_land.total" = 5000 }'
    )
    assert str(found.value).startswith(f"plan.toml, line {line}, column 76: scenario 'too much': ")
    assert found.value.exit_code == 4
    study = read_study(plan)
    from layers.read.reading_step import read_inputs

    findings = check(study, read_rulebook(study.rulebook, study.date), read_inputs(study))
    assert [one.exit_code for one in findings if one.level == "error"] == [4]


def test_the_file_says_a_path_without_quotes_is_a_table(toy_folder: Path) -> None:
    plan = toy_folder / "plan.toml"
    text = plan.read_text("utf-8")
    plan.write_text(f'{text}\n[[scenarios]]\nname = "x"\nset = {{ parameters.fragile_min = 0.4 }}\n', "utf-8")
    with pytest.raises(StudyError, match="put the whole path in quotes, such as"):
        read_study(plan)
    plan.write_text(f'{text}\n[[scenarios]]\nname = "x"\n\n[[scenarios]]\nname = "x"\n', "utf-8")
    with pytest.raises(StudyError, match="two scenarios have the name 'x'"):
        read_study(plan)


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_is_a_name(toy_run: Plan, name: str) -> None:
    plan = with_scenarios(toy_run, Scenario(name=name, title=name, set={"parameters.fragile_min": 0.6}))
    assert set(plan.scenarios["scenario"]) == {name}
    assert [*rows_of(plan, name)] == [*own_rows(toy_run.vary(parameters={"fragile_min": 0.6}))]
    assert plan.scenario(name).study.scenarios == ()
    with pytest.raises(UnknownNameError, match="there is no scenario"):
        plan.scenario(f"{name}?")


def test_each_scenario_is_announced_after_the_steps(toy_run: Plan) -> None:
    heard: list[str] = []
    study = toy_run.study.model_copy(update={"scenarios": (Scenario(name="a"), Scenario(name="b"))})
    make_plan(study, toy_run.whole_rulebook, toy_run.inputs, toy_run.tables, heard.append)
    assert tuple(heard) == (*STEPS[1:], SCENARIO, SCENARIO)


def test_a_share_of_a_composite_weight_is_set_by_its_measure(toy_run: Plan) -> None:
    weight = [{"measure": "population", "share": Decimal("0.5")}, {"measure": "area_ha", "share": Decimal("0.5")}]
    other = toy_run.vary(quotas={"construction_land": {"weight": weight}})
    plan = with_scenarios(other, Scenario(name="it", set={"quotas.construction_land.weight.population": 2}))
    more = [weight[0] | {"share": Decimal(2)}, weight[1]]
    assert [*rows_of(plan, "it")] == [*own_rows(toy_run.vary(quotas={"construction_land": {"weight": more}}))]
    text = refused(other, set={"quotas.construction_land.weight.populaton": 2})
    assert "no share of 'populaton'; did you mean 'population'?" in text
