"""Tipping points: between two of them a run of the plan gives what the curve says, and so it does on each of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.conditions import parse_condition
from layers.errors import StudyError, UnknownNameError
from tests.conftest import SHIPPED
from zoneplan import classify
from zoning.plan import Plan
from zoning.reasons import Trace
from zoning.rulebook import without_unused_topics
from zoning.zones import curve, resolve, threshold_curves


def counts(plan: Plan, overlays: tuple[str, ...] = ()) -> dict[str, tuple[int, float]]:
    """Units and hectares of each main function, and of some overlays."""
    zones = plan.zones
    held = {code: zones["main"] == code for code in set(zones["main"])}
    held |= {code: zones["overlays"].str.split(";").map(lambda own, code=code: code in own) for code in overlays}
    return {
        code: (int(own.sum()), round(float(zones.loc[own, "area_ha"].sum()), 6))
        for code, own in held.items()
        if own.any()
    }


def told(found, value: float) -> dict[str, tuple[int, float]]:
    (step,) = [step for step in found.steps if step.holds(value)]
    return {zone: (step.units[zone], round(step.hectares[zone], 6)) for zone in step.units}


def probes(found) -> list[float]:
    """Every place where something turns, both neighbours of it, and far away on both sides."""
    ends = sorted({step.low for step in found.steps if step.low is not None})
    near = [end + step * max(1e-9, abs(end) * 1e-12) for end in ends for step in (-1, 0, 1)]
    return [-1e9, *near, 1e9]


@pytest.mark.parametrize("name", ["fragile_min", "populous_min", "plant_min_mw"])
def test_a_run_at_each_place_gives_what_the_curve_says(toy_run: Plan, name: str) -> None:
    found = curve(toy_run, name)
    overlays = ("energy_rich",) if name == "plant_min_mw" else ()
    assert len(found.steps) > 1
    for value in probes(found):
        assert told(found, value) == counts(toy_run.vary(parameters={name: value}), overlays), value


def test_the_curve_of_the_toy_is_that_of_a_pencil(toy_run: Plan) -> None:
    """Forest covers 1 of column 1, and 1/2 of column 2, the rule asks for at least fragile_min; c4 is decided."""
    found = curve(toy_run, "fragile_min")
    ends = [(step.low, step.high, step.high_included) for step in found.steps]
    assert ends == [(None, 0.0, True), (0.0, 0.5, True), (0.5, 1.0, True), (1.0, None, False)]
    assert [step.units["ecologically_fragile"] for step in found.steps[1:3]] == [6, 3]
    assert found.stable == (0.0, 0.5)
    nearest = found.nearest()
    assert nearest.loc["a2", ["value", "after", "becomes"]].tolist() == [0.5, "above", "general"]


def test_how_much_changes_is_what_a_run_differs_in(toy_run: Plan) -> None:
    found = curve(toy_run, "fragile_min")
    assert found.changes[found.steps.index(found.current)] == 0
    for step, count in zip(found.steps, found.changes, strict=True):
        low, high = step.low if step.low is not None else -1.0, step.high if step.high is not None else 2.0
        other = toy_run.vary(parameters={"fragile_min": (low + high) / 2})
        assert count == int((other.zones["main"] != toy_run.zones["main"]).sum()), step


def test_all_parameters_of_rules_have_a_curve(toy_run: Plan) -> None:
    found, still = threshold_curves(toy_run)
    assert {one.parameter for one in found} >= {"fragile_min", "populous_min", "plant_min_mw"}
    assert not still
    assert repr(found[0]).startswith(f"Curve of {found[0].parameter}")


def zones_where(plan: Plan, parameter: str, value: float) -> list[list[str]]:
    """Main functions and overlays of all units where a parameter is another one, by the steps of a run themselves."""
    tried = plan.rulebook.parameters[parameter].model_copy(update={"value": value})
    rulebook = replace(plan.rulebook, parameters={**plan.rulebook.parameters, parameter: tried})
    rulebook = without_unused_topics(rulebook, map(str, plan.measures.columns))
    claims = classify(plan.measures, rulebook, plan.study.decisions)
    return resolve(claims, rulebook)[["main", "overlays"]].to_numpy().tolist()


@pytest.mark.parametrize("study", SHIPPED)
def test_every_number_of_a_rule_has_a_curve_or_a_reason(plan_of, study: str) -> None:
    """What has a curve changes some zone somewhere; what has a reason instead changes none at any tried value."""
    plan = plan_of(study)
    numbers = {name: value for name, value in plan.rulebook.values.items() if not isinstance(value, bool | str)}
    compared = numbers.keys() & {name for rule in plan.rulebook.rules for name in parse_condition(rule.when).names}
    found, still = threshold_curves(plan)
    assert sorted([*(one.parameter for one in found), *(one.parameter for one in still)]) == sorted(compared)
    for one in found:
        other = next(step for step in one.steps if step is not one.current and step.units != one.current.units)
        low, high = other.low if other.low is not None else other.high - 1, other.high
        assert zones_where(plan, one.parameter, low + 1 if high is None else (low + high) / 2) != zones_where(
            plan, one.parameter, one.adopted
        ), one.parameter
    for one in still:
        adopted = float(numbers[one.parameter])
        now = zones_where(plan, one.parameter, adopted)
        for value in (-1e12, 0.0, adopted / 2, 2 * adopted, 1e12):
            assert zones_where(plan, one.parameter, value) == now, one


def test_a_rule_that_is_asked_of_nobody_keeps_no_threshold_from_its_curve(plan_of) -> None:
    """A rule for townships reads it, too, and no unit is a township: at 3 per cent Shanxi would be urbanised."""
    found = curve(plan_of("china_provinces"), "development_intensity_min")
    assert found.stable == (pytest.approx(0.03762, abs=1e-5), None)
    with pytest.raises(StudyError, match="asked of no unit of this plan \\(township-1\\)"):
        curve(plan_of("china_provinces"), "township_ecological_share_min")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(data=st.data())
def test_random_plans_have_no_difference_from_brute_force(toy_run: Plan, data: st.DataObject) -> None:
    shares = data.draw(st.lists(st.sampled_from([None, 0.0, 0.1, 0.25, 0.5, 0.75, 1.0]), min_size=12, max_size=12))
    people = data.draw(st.lists(st.sampled_from([0, 5, 900, 1000, 4000]), min_size=12, max_size=12))
    when = data.draw(
        st.sampled_from(
            [
                "ecologically_fragile_share >= fragile_min",
                "NOT ecologically_fragile_share < fragile_min",
                "ecologically_fragile_share > fragile_min AND population < populous_min",
                "population / fragile_min >= populous_min OR ecologically_fragile_share = fragile_min",
                "2 * fragile_min BETWEEN ecologically_fragile_share AND 1",
            ]
        )
    )
    rules = tuple(
        one.model_copy(update={"when": when}) if one.id == "fragile-1" else one for one in toy_run.rulebook.rules
    )
    rulebook = replace(toy_run.rulebook, rules=rules)
    measures = toy_run.measures.assign(
        ecologically_fragile_share=pd.array(shares, dtype="Float64").to_numpy(float, na_value=np.nan), population=people
    )
    claims = classify(measures, rulebook, toy_run.study.decisions)
    zones = toy_run.zones.drop(columns=["main", "overlays"]).merge(
        resolve(claims, rulebook)[["main", "overlays"]], left_on="unit_id", right_index=True
    )
    plan = toy_run.having(rulebook=rulebook, measures=measures, claims=claims, zones=zones, trace=Trace())
    found = curve(plan, "fragile_min")
    for value in data.draw(st.lists(st.sampled_from(probes(found)), min_size=1, max_size=6)):
        tried = rulebook.parameters["fragile_min"].model_copy(update={"value": value})
        other = replace(rulebook, parameters={**rulebook.parameters, "fragile_min": tried})
        mains = resolve(classify(measures, other, toy_run.study.decisions), other)["main"]
        assert {zone: one[0] for zone, one in told(found, value).items()} == mains.value_counts().to_dict()


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("fragile_mi", UnknownNameError, "did you mean 'fragile_min'?"),
        ("density_min_per_km2", UnknownNameError, "there is no parameter"),
    ],
)
def test_what_has_no_curve_is_refused(toy_run: Plan, name: str, error: type, words: str) -> None:
    with pytest.raises(error, match="parameter") as refused:
        curve(toy_run, name)
    assert words in str(refused.value)


def test_a_factor_is_refused_with_the_reason(plan_of) -> None:
    with pytest.raises(StudyError, match="no rule for a zone asks for parameter 'buildable_slope_max_deg'"):
        curve(plan_of("us_mountain_west"), "buildable_slope_max_deg")


def test_steps_cover_all_numbers_once(plan_of) -> None:
    found = curve(plan_of("us_mountain_west"), "fragile_share_min")
    pairs = list(zip(found.steps, found.steps[1:], strict=False))
    assert (found.steps[0].low, found.steps[-1].high) == (None, None)
    assert all(left.high == right.low and left.high_included != right.low_included for left, right in pairs)
    total = plan_of("us_mountain_west").zones["area_ha"].sum()
    assert {round(sum(step.hectares.values()) - total, 3) for step in found.steps} == {0.0}
