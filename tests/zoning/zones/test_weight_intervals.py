"""Between which values of a weight no zone changes, and draws of mixtures of opinions, against zones made anew."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import zoneplan as zp
from layers.errors import ZoneplanError
from zoneplan import classify
from zoning.measures import scores_by_weights, with_indices
from zoning.plan import Plan
from zoning.study import PlanIndex
from zoning.zones import draw_mixtures, kept_in_draws, resolve, weight_intervals

INDEX = """
[[indices]]
name = "town_fit"
title = { en = "Fitness for towns", zh = "城镇适宜度" }
of = ["population", "height_mean_m"]
weights = { population = 0.7, height_mean_m = 0.3 }

[indices.opinions]
farmers = { population = 0.2, height_mean_m = 0.8 }
assembly = { population = 0.9, height_mean_m = 0.1 }
"""
RULE = """
[[rules]]
id = "fit-1"
zone = "key_development"
when = "town_fit >= fit_min"
on_unknown = "no"
priority = 0
reason = { en = "land is fit for a town" }
reference = "Toy Act, section 4"

[[rules]]
id = "fit-2"
zone = "energy_rich"
when = "town_fit > 0.9 * town_fit + 0.09"
on_unknown = "no"
reason = { en = "it could carry power lines" }
reference = "Toy Act, section 5"
"""
PARAMETER = """
[[parameters]]
name = "fit_min"
unit = "1"
values = [{ value = 0.6, from = 2000-01-01 }]
reference = "Toy Act, section 4"
"""
INDICATOR = """
[[indicators]]
name = "town_fit"
unit = "1"
when_absent = "unknown"
"""


@pytest.fixture
def folder(toy_folder: Path) -> Path:
    for file, text in (
        ("plan.toml", INDEX),
        ("rules/rules.toml", RULE.replace("0.9 * town_fit + 0.09", "fit_min")),
        ("rules/parameters.toml", PARAMETER),
        ("rules/indicators.toml", INDICATOR),
    ):
        path = toy_folder / file
        path.write_text(path.read_text("utf-8") + text, "utf-8")
    return toy_folder


@pytest.fixture
def plan(folder: Path) -> Plan:
    return zp.run(zp.read_study(folder / "plan.toml"))


def zones_with(plan: Plan, weights: dict[str, float]) -> pd.DataFrame:
    """The zones of the plan with other weights, classified anew."""
    (index,) = plan.study.indices
    measures = plan.measures.drop(columns="town_fit")
    made, _ = with_indices(measures, [index.model_copy(update={"weights": weights})])
    return resolve(classify(made, plan.rulebook, plan.study.decisions), plan.rulebook)[["main", "overlays"]]


def test_no_zone_changes_inside_and_one_changes_beyond(plan: Plan) -> None:
    own = zones_with(plan, {"population": 0.7, "height_mean_m": 0.3})
    first, second = weight_intervals(plan)
    assert (first.measure, first.weight, second.weight) == ("population", 0.7, 0.3)
    assert first.low is not None
    assert first.high is not None
    assert 0 <= first.low <= 0.7 <= first.high <= 1
    assert first.low > 0 or first.high < 1
    assert (second.low, second.high) == pytest.approx((1 - first.high, 1 - first.low))
    for at in np.linspace(first.low + 1e-9, first.high - 1e-9, 9):
        assert zones_with(plan, {"population": at, "height_mean_m": 1 - at}).equals(own)
    for at, unit, becomes in (
        (first.low - 1e-9, first.below, first.becomes_below),
        (first.high + 1e-9, first.above, first.becomes_above),
    ):
        if 0 <= at <= 1:
            other = zones_with(plan, {"population": at, "height_mean_m": 1 - at})
            assert not other.loc[unit].equals(own.loc[unit])
            overlays = other.loc[unit, "overlays"].split(";") + own.loc[unit, "overlays"].split(";")
            assert becomes in (other.loc[unit, "main"], *overlays)


@pytest.mark.parametrize("weight", [0.0, 0.35, 1.0])
def test_the_interval_of_any_weight_holds_it(folder: Path, weight: float) -> None:
    file = folder / "plan.toml"
    text = file.read_text("utf-8")
    old = "weights = { population = 0.7, height_mean_m = 0.3 }"
    file.write_text(text.replace(old, f"weights = {{ population = {weight}, height_mean_m = {1 - weight} }}"), "utf-8")
    made = zp.run(zp.read_study(file))
    own = zones_with(made, {"population": weight, "height_mean_m": 1 - weight})
    one = weight_intervals(made)[0]
    assert one.low <= weight <= one.high
    middle = (one.low + one.high) / 2
    assert zones_with(made, {"population": middle, "height_mean_m": 1 - middle}).equals(own)


def test_an_end_belongs_where_the_zone_holds_on_it() -> None:
    from zoning.zones.weight_intervals import _end

    probes = pd.DataFrame(
        {"row": 0, "at": [0.4, 0.0, 0.2, 0.3, 0.6, 0.8, 1.0], "exact": [False, False, False, True, False, True, False]}
    )
    probes["changed"] = [False, True, True, False, False, True, True]
    probes["to"] = np.where(probes["changed"], "town", "")
    assert _end(probes, 0.4, -1)[:2] == (0.3, True)  # still itself at 0.3, another below
    assert _end(probes, 0.4, 1)[:2] == (0.8, False)  # another at 0.8 already


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("weights = { population = 0.7", 'aggregate = "geometric_mean"\nweights = { population = 0.7', "aggregate"),
        ("[indices.opinions]", '[[indices]]\nname = "both"\nof = ["town_fit", "population"]\n\n[indices.opinions]', ""),
    ],
)
def test_what_is_not_exact_is_not_told(folder: Path, old: str, new: str, said: str) -> None:
    file = folder / "plan.toml"
    text = file.read_text("utf-8").split("[indices.opinions]")[0] + "[indices.opinions]"
    text = text.replace(old, new).replace("[indices.opinions]", "")
    file.write_text(text, "utf-8")
    found = weight_intervals(zp.run(zp.read_study(file)))
    assert {one.unknown for one in found if one.name == "town_fit"} == {said or "indirect"}
    assert all(one.low is None for one in found if one.name == "town_fit")


NESTED = """
[[indices]]
name = "whole_fit"
of = ["town_fit", "plant_mw", "deep_fit"]
normalise = "none"
weights = { town_fit = 0.5, plant_mw = 0.01, deep_fit = 0.49 }
"""
DEEP = """
[[indices]]
name = "deep_fit"
of = ["town_fit", "height_mean_m"]
normalise = "none"
weights = { town_fit = 0.8, height_mean_m = 0.2 }
"""


def nested(folder: Path, weight: float = 0.7, threshold: float = 0.6) -> Plan:
    """A plan whose rules read an index, and indices that are weighted sums of it."""
    text = (folder / "plan.toml").read_text("utf-8").partition("[indices.opinions]")[0]
    text = text.replace("population = 0.7, height_mean_m = 0.3", f"population = {weight}, height_mean_m = {1 - weight}")
    (folder / "plan.toml").write_text(text + DEEP + NESTED, "utf-8")
    book = folder / "rules"
    rules = (book / "rules.toml").read_text("utf-8").replace('"town_fit > fit_min"', '"whole_fit > fit_min"')
    (book / "rules.toml").write_text(rules.replace('"town_fit >= fit_min"', '"deep_fit >= fit_min"'), "utf-8")
    declared = "".join(INDICATOR.replace("town_fit", name) for name in ("whole_fit", "deep_fit"))
    path = book / "indicators.toml"
    path.write_text(path.read_text("utf-8") + declared, "utf-8")
    numbers = (book / "parameters.toml").read_text("utf-8")
    (book / "parameters.toml").write_text(
        numbers.replace("value = 0.6, from 2000", f"value = {threshold}, from 2000"), "utf-8"
    )
    return zp.run(zp.read_study(folder / "plan.toml"))


def nested_zones(plan: Plan, at: float) -> pd.DataFrame:
    """Its zones with another weight of the first measure of the first index, all made anew."""
    names = [index.name for index in plan.study.indices]
    first = plan.study.indices[0].model_copy(update={"weights": {"population": at, "height_mean_m": 1 - at}})
    made, _ = with_indices(plan.measures.drop(columns=names), [first, *plan.study.indices[1:]])
    return resolve(classify(made, plan.rulebook, plan.study.decisions), plan.rulebook)[["main", "overlays"]]


@pytest.mark.parametrize("weight", [0.15, 0.5, 0.85])
def test_intervals_reach_through_sums_of_sums_as_far_as_brute_force(folder: Path, weight: float) -> None:
    plan = nested(folder, weight)
    first = weight_intervals(plan)[0]
    assert (first.name, first.measure, first.unknown) == ("town_fit", "population", "")
    own = nested_zones(plan, weight)
    for at in np.linspace(first.low + 1e-9, first.high - 1e-9, 25):
        assert nested_zones(plan, at).equals(own)
    assert first.low > 0 or first.high < 1
    for at, unit in ((first.low - 1e-9, first.below), (first.high + 1e-9, first.above)):
        if unit:
            assert not nested_zones(plan, at).loc[unit].equals(own.loc[unit])


def test_sums_of_scores_that_are_made_comparable_again_are_not_exact(folder: Path) -> None:
    text = DEEP.replace('normalise = "none"', 'normalise = "minmax"')
    path = folder / "plan.toml"
    path.write_text(path.read_text("utf-8") + text, "utf-8")
    found = weight_intervals(zp.run(zp.read_study(path)))
    assert {one.unknown for one in found if one.name == "town_fit"} == {"indirect"}


def test_draws_of_opinions_are_what_single_runs_say(plan: Plan) -> None:
    (index,) = plan.study.indices
    drawn = draw_mixtures("town_fit", index.opinions, 12, 3)
    assert drawn["population"].between(0.2, 0.9).all()
    measures = plan.measures.drop(columns="town_fit")
    moved = scores_by_weights(measures, index, drawn)
    made, _ = with_indices(measures, [index])
    claims = classify(made, plan.rulebook, plan.study.decisions)
    zones = resolve(claims, plan.rulebook)
    found = kept_in_draws(
        claims, made, plan.rulebook, zones, pd.DataFrame(index=drawn.index), None, {"town_fit": moved}
    )
    single = [zones_with(plan, row)["main"].eq(zones["main"]) for row in drawn.to_dict("records")]
    expected = pd.concat(single, axis=1).mean(axis=1).sort_index()
    assert found["share"].to_numpy() == pytest.approx(expected.to_numpy())
    assert (found["share"] < 1).any()


def test_a_plan_draws_mixtures_of_its_opinions(folder: Path) -> None:
    file = folder / "plan.toml"
    text = file.read_text("utf-8")
    file.write_text(text + '\n[robustness]\nopinions = ["town_fit"]\ndraws = 20\nseed = 4\n', "utf-8")
    made = zp.run(zp.read_study(file))
    assert len(made.robustness) == len(made.units)
    assert made.robustness["share"].between(0, 1).all()
    again = zp.run(zp.read_study(file))
    assert again.robustness.equals(made.robustness)
    pages = {one.split('id="')[1].split('"')[0]: one for one in zp.report(made).split("<section")[1:]}
    assert "How far each weight of an index can move" in pages["weights-1"]
    assert "farmers 0.2, assembly 0.9" in pages["weights-1"]
    assert "20 times as mixtures of the opinions" in pages["robustness"]
    assert "each evenly and by itself" not in pages["robustness"]
    for other, said in (("town_fitt", "did you mean 'town_fit'"), ("both", "there is no index")):
        file.write_text(text + f'\n[robustness]\nopinions = ["{other}"]\n', "utf-8")
        with pytest.raises(ZoneplanError, match=said):
            zp.run(zp.read_study(file))


@pytest.mark.parametrize(
    "opinions",
    [{"one": {"a": 1.0}}, {"one": {"a": 0.5, "b": 0.6}}, {"one": {"a": 0.5, "c": 0.5}}, {"one": {"a": -0.5, "b": 1.5}}],
)
def test_opinions_that_are_no_weights_are_refused(opinions: dict[str, dict[str, float]]) -> None:
    with pytest.raises(ValueError, match=r"weight|greater"):
        PlanIndex.model_validate({"name": "x", "of": ["a", "b"], "opinions": opinions})


def test_a_plan_without_indices_has_no_intervals(toy_run: Plan) -> None:
    assert weight_intervals(toy_run) == ()
    assert weight_intervals(replace(toy_run)) == ()
