"""Indices of a plan: measures like others, which rules and quotas read, with the parts that each is made of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import zoneplan as zp
from layers.errors import ZoneplanError
from maps.telling.explanations.explanation_content import explain
from maps.telling.summaries.difference_words import DifferenceWords
from maps.words import localize
from zoning.measures import with_indices
from zoning.pipeline.records.plan_records import unit_records
from zoning.study import PlanIndex

INDEX = """
[[indices]]
name = "town_fit"
title = { en = "Fitness for towns", zh = "城镇适宜度" }
of = ["population", "height_mean_m"]
cost = ["height_mean_m"]
weights = { population = 0.75, height_mean_m = 0.25 }
"""
SECOND = """
[[indices]]
name = "both"
of = ["town_fit", "plant_mw"]
normalise = "rank"
aggregate = "weakest_link"
"""
RULE = """
[[rules]]
id = "fit-1"
zone = "key_development"
when = "town_fit >= populous_min"
on_unknown = "review"
priority = 5
reason = { en = "land is fit for a town" }
reference = "Toy Act, section 4"
"""
INDICATOR = """
[[indicators]]
name = "town_fit"
unit = "1"
when_absent = "unknown"
"""


TOPSIS = zp.indices.topsis(pd.DataFrame({"w": [1.0, 3, 2], "s": [4.0, 0, 4]}), [0.5, 0.5], ["s"])


@pytest.fixture
def folder(toy_folder: Path) -> Path:
    change(toy_folder / "plan.toml", INDEX + SECOND)
    return toy_folder


def change(path: Path, more: str) -> None:
    path.write_text(path.read_text("utf-8") + more, "utf-8")


def test_with_a_pencil() -> None:
    table = pd.DataFrame({"water": [1.0, 3, None, 2], "slope": [4.0, 0, 9, 4]}, index=list("abcd"))
    index = PlanIndex(name="fit", of=("water", "slope"), cost=("slope",), weights={"slope": 0.25, "water": 0.75})
    found, parts = with_indices(table, [index])
    assert found["fit"].tolist()[:2] == [0, 1]
    assert np.isnan(found.loc["c", "fit"])  # and no other is compared with its slope of 9
    assert found.loc["d", "fit"] == 0.375
    assert parts["fit"].scores.loc["d"].to_dict() == {"water": 0.5, "slope": 0}
    assert parts["fit"].weights.to_dict() == {"water": 0.75, "slope": 0.25}


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"aggregate": "weakest_link"}, [0, 1, 0]),
        ({"aggregate": "geometric_mean"}, [0, 1, 0]),
        ({"aggregate": "topsis"}, TOPSIS),
        ({"normalise": "rank"}, [1.25, 3, 1.75]),
        ({"weights": "entropy", "aggregate": "weakest_link"}, [0, 1, 0]),
    ],
)
def test_each_way_to_make_one_score(keys, expected) -> None:
    table = pd.DataFrame({"water": [1.0, 3, 2], "slope": [4.0, 0, 4]})
    index = PlanIndex(name="fit", of=("water", "slope"), cost=("slope",), **keys)
    assert with_indices(table, [index])[0]["fit"].tolist() == pytest.approx(list(expected))


JUDGED = """
[[indices]]
name = "judged_fit"
of = ["population", "height_mean_m", "plant_mw"]
normalise = "rank"
weights = "ahp"
judgements = { population = { height_mean_m = 2, plant_mw = 4 }, height_mean_m = { plant_mw = 2 } }
"""


def test_weights_follow_from_judgements_on_pairs(toy_folder: Path) -> None:
    """Pencil: 4 : 2 : 1 agree with each other, so they weigh 4/7, 2/7 and 1/7; the annex has them and their ratio."""
    change(toy_folder / "plan.toml", JUDGED)
    plan = zp.run(zp.read_study(toy_folder / "plan.toml"))
    weights = plan.trace.indices["judged_fit"].weights
    assert weights.to_dict() == pytest.approx({"population": 4 / 7, "height_mean_m": 2 / 7, "plant_mw": 1 / 7})
    assert "by judgements on pairs (AHP), consistency ratio 0" in zp.report(plan)
    folder = zp.write_run(plan, toy_folder / "runs" / "judged")
    assert zp.read_run(folder).measures["judged_fit"].equals(plan.measures["judged_fit"])


@pytest.mark.parametrize(
    ("judgements", "says"),
    [
        ("{}", "go together"),
        ("{ population = { height_mean_m = 2, plant_mw = 4 } }", "measure by itself: height_mean_m - plant_mw"),
        (
            "{ population = { height_mean_m = 2, plant_mw = 4, population = 1 }, height_mean_m = { plant_mw = 2 } }",
            "itself",
        ),
        ("{ population = { height = 2 } }", "'height' is none of the measures"),
        (
            "{ population = { height_mean_m = 9, plant_mw = 0.2 }, height_mean_m = { plant_mw = 9 } }",
            "and 0.1 is the most",
        ),
    ],
)
def test_judgements_that_give_no_weights_are_refused(toy_folder: Path, judgements: str, says: str) -> None:
    given = JUDGED.splitlines()[-1].removeprefix("judgements = ")
    change(toy_folder / "plan.toml", JUDGED.replace(given, judgements))
    with pytest.raises(ZoneplanError, match=r"plan.toml, line \d+") as refused:
        zp.read_study(toy_folder / "plan.toml")
    assert says in str(refused.value)


def test_a_plan_measures_its_indices_and_explains_them(folder: Path) -> None:
    plan = zp.run(zp.read_study(folder / "plan.toml"))
    read = plan.measures[["population", "height_mean_m"]]
    scores = zp.indices.minmax(read.dropna(), cost=["height_mean_m"])
    expected = zp.indices.weighted_sum(scores, [0.75, 0.25]).reindex(read.index)
    pd.testing.assert_series_equal(plan.measures["town_fit"], expected, check_names=False)
    assert plan.measures["both"].notna().sum() == (plan.measures[["town_fit", "plant_mw"]].notna().all(axis=1)).sum()
    unit = expected.idxmax()
    record, other = unit_records(plan, "derived", [unit])[unit][:2]
    assert (record.id, record.amount, other.id) == ("town_fit", expected[unit], "both")
    assert record.evidence.values == {name: read.loc[unit, name] for name in read}
    assert record.written.startswith("plan.toml")
    english, chinese = (explain(plan, unit, language=language).text() for language in ("en", "zh"))
    assert "Fitness for towns" in english
    assert "Weighted sum of these scores:" in english
    assert "at weight 0.75 it adds" in english
    assert "height: mean (m) " in english  # called as on the map, by its layer, with its unit of measure
    assert "城镇适宜度" in chinese
    assert "权重 0.75" in chinese


def test_a_rule_and_a_quota_read_an_index(folder: Path) -> None:
    change(folder / "rules" / "rules.toml", RULE.replace("populous_min", "fragile_min"))
    change(folder / "rules" / "indicators.toml", INDICATOR)
    plan_file = folder / "plan.toml"
    plan_file.write_text(plan_file.read_text("utf-8").replace('weight = "population"', 'weight = "town_fit"'), "utf-8")
    plan = zp.run(zp.read_study(plan_file))
    claims = plan.claims[plan.claims["rule"] == "fit-1"]
    least = plan.rulebook.values["fragile_min"]
    assert set(claims.loc[claims["answer"] == "yes", "unit_id"]) == set(
        plan.measures.index[plan.measures["town_fit"] >= least]
    )
    assert len(claims)
    of_units = plan.quotas[plan.quotas["unit_id"].isin(plan.measures.index)].set_index("unit_id")
    assert of_units["weight"].astype(float).to_dict() == pytest.approx(
        (plan.measures["town_fit"] * (1 + (plan.zones.set_index("unit_id")["main"] == "key_development"))).to_dict()
    )


def test_a_variant_measures_an_index_again_only_when_it_changes(folder: Path) -> None:
    plan = zp.run(zp.read_study(folder / "plan.toml"))
    other = plan.vary(parameters={"fragile_min": 0.2})
    assert other.measures["town_fit"].equals(plan.measures["town_fit"])
    assert other.trace.indices is plan.trace.indices
    changed = (folder / "plan.toml").read_text("utf-8").replace('"weakest_link"', '"weighted_sum"')
    (folder / "plan.toml").write_text(changed, "utf-8")
    again = zp.run(zp.read_study(folder / "plan.toml"))
    assert not again.measures["both"].equals(plan.measures["both"])


def test_compare_names_the_index_and_what_of_it_differs(folder: Path) -> None:
    file = folder / "plan.toml"
    text = file.read_text("utf-8").replace('weight = "population"', 'weight = "town_fit"')
    file.write_text(text, "utf-8")
    plan = zp.run(zp.read_study(file))
    weights = "{ population = 0.75, height_mean_m = 0.25 }"
    file.write_text(text.replace(weights, "{ population = 0.5, height_mean_m = 0.5 }"), "utf-8")
    found = zp.compare(plan, zp.run(zp.read_study(file)))
    quotas = found.moved[found.moved["what"] == "quota"]
    assert set(quotas["cause_kind"] + " " + quotas["cause_id"]) == {"parameter indices.town_fit"}
    (one,) = found.differences
    assert one.before == "weights.population = 0.75; weights.height_mean_m = 0.25"
    assert one.after == "weights.population = 0.5; weights.height_mean_m = 0.5"
    for key, other in (("normalise", "rank"), ("aggregate", "geometric_mean")):
        changed = text.replace(f"weights = {weights}", f'weights = {weights}\n{key} = "{other}"')
        file.write_text(changed, "utf-8")
        (one,) = zp.compare(plan, zp.run(zp.read_study(file))).differences
        assert (one.id, one.after) == ("indices.town_fit", f"{key} = {other}")
    words = DifferenceWords([localize(plan, "en")], "en")
    assert words.subject("parameter", "indices.town_fit") == "index Fitness for towns"


def test_check_says_what_is_wrong_and_where(folder: Path) -> None:
    def found(old: str, new: str) -> str:
        text = (folder / "plan.toml").read_text("utf-8")
        (folder / "plan.toml").write_text(text.replace(old, new, 1), "utf-8")
        try:
            study = zp.read_study(folder / "plan.toml")
            findings = zp.check(study, zp.read_rulebook(study.rulebook, study.date), zp.read_inputs(study))
        except ZoneplanError as error:
            findings = error.findings
        (folder / "plan.toml").write_text(text, "utf-8")
        return "\n".join(one.text for one in findings if one.level == "error")

    assert not found("", "")
    assert "did you mean 'plant_mw'" in found('of = ["town_fit", "plant_mw"]', 'of = ["town_fit", "plant_mv"]')
    assert "no measure 'both' is there before it" in found(INDEX, INDEX.replace("population", "both"))
    assert "'population' comes from" in found('name = "both"', 'name = "population"')
    assert "add up to 0.8" in found("population = 0.75", "population = 0.55")
    twice = SECOND.replace('"both"', '"town_fit"').replace('["town_fit",', '["population",')
    assert "two indices have the name" in found(SECOND, twice)
    assert "line" in found('of = ["town_fit", "plant_mw"]', 'of = ["town_fit", "nothing"]')


@pytest.mark.parametrize(
    "keys",
    [
        {"cost": ("c",)},
        {"of": ("a", "a")},
        {"of": ("a", "x")},
        {"of": ()},
        {"aggregate": "topsis", "normalise": "minmax"},
        {"normalise": "none", "cost": ("a",)},
        {"normalise": "zscore", "aggregate": "geometric_mean"},
        {"weights": {"a": 1.0}},
        {"weights": {"a": 0.5, "b": 0.4}},
    ],
)
def test_what_makes_no_index_is_refused(keys) -> None:
    with pytest.raises(ValueError, match="PlanIndex"):
        PlanIndex(**({"name": "x", "of": ("a", "b")} | keys))


def test_values_that_tell_nothing_are_refused_with_the_place(folder: Path) -> None:
    stats = pd.read_csv(folder / "stats.csv")
    stats.assign(same=7).to_csv(folder / "stats.csv", index=False)
    change(folder / "plan.toml", '[[indices]]\nname = "flat"\nof = ["population", "same"]\n')
    with pytest.raises(ZoneplanError, match=r"plan\.toml.*tell no unit from another"):
        zp.run(zp.read_study(folder / "plan.toml"))
