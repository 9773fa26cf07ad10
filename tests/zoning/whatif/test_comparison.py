"""Two plans compared: every move, and the difference that alone makes it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.errors import StudyError, ZoneplanError
from layers.sources import Sources
from maps.runs import read_run, write_run
from tests.changes import changed, found, paths_of, variants
from tests.conftest import examples
from zoning.pipeline.flow import make_plan, run
from zoning.plan import Plan
from zoning.study import read_study
from zoning.whatif import compare
from zoning.whatif.differences import differences, parts_of

DECISION = {"unit": "a4", "main": "key_development", "reason": "a port", "by": "the council", "date": date(2024, 12, 2)}

READ = set(Sources.model_fields) - {"study"}
"""Sections of a study that say what is to be read."""


@pytest.fixture(scope="module")
def felled(toy_run: Plan) -> Plan:
    """The toy province with less forest."""
    forest = next(layer for layer in toy_run.inputs.layers if layer.name == "forest").features
    return toy_run.vary(layers={"forest": forest.assign(kind="forest", geometry=forest.buffer(-100)).iloc[:1]})


def mains(rows: pd.DataFrame) -> dict[str, tuple[str, str, str]]:
    chosen = rows[rows["what"] == "main"]
    return dict(
        zip(chosen["unit_id"], zip(chosen["before"], chosen["after"], chosen["cause_id"], strict=True), strict=True)
    )


def test_a_plan_is_the_same_as_itself(toy_run: Plan) -> None:
    found = compare(toy_run, toy_run)
    assert found.same
    assert (len(found.moved), found.differences, found.totals["moved"]) == (0, (), {})
    assert found.transitions["area_ha"].sum() == pytest.approx(toy_run.zones["area_ha"].sum())


def test_each_move_has_the_difference_that_alone_makes_it(toy_run: Plan) -> None:
    """The share of forest is 1 in column 1 and 1/2 in column 2; a4 has 400 people, and the plan decides on c4."""
    other = toy_run.vary(parameters={"fragile_min": 0.6, "plant_min_mw": 2000.0}, decisions=[DECISION])
    found = compare(toy_run, other)
    assert {(one.kind, one.id) for one in found.differences} == {
        ("parameter", "fragile_min"), ("parameter", "plant_min_mw"), ("decision", "a4"),
    }  # fmt: skip
    moved = mains(found.moved)
    assert moved["a4"] == ("general", "key_development", "a4")
    assert {unit: moved[unit] for unit in ("a2", "b2", "c2")} == dict.fromkeys(
        ("a2", "b2", "c2"), ("ecologically_fragile", "general", "fragile_min")
    )
    overlays = found.moved[found.moved["what"] == "overlay"]
    assert set(overlays["cause_id"]) == {"plant_min_mw"}
    assert found.totals["main_ha"]["changed"] == pytest.approx(400.0)


def test_sums_of_quotas_and_payments_are_told_before_and_after(toy_run: Plan) -> None:
    (quota,) = toy_run.study.quotas[:1]
    found = compare(toy_run, toy_run.vary(quotas={quota.name: float(quota.total) / 2}))
    told = found.totals["quotas"][quota.name]
    sides = [Decimal(told[side]) for side in ("before", "after", "gained", "lost")]
    rows = found.moved[found.moved["what"] == "quota"]
    moves = [Decimal(row.after or 0) - Decimal(row.before or 0) for row in rows.itertuples()]
    assert sides[1] - sides[0] == sides[2] - sides[3] == sum(moves, Decimal(0))
    own = toy_run.quotas[(toy_run.quotas["quota"] == quota.name) & toy_run.quotas["unit_id"].isin(toy_run.units.index)]
    assert sides[0] == sum(own["amount"], Decimal(0))
    assert found.before.quotas.equals(toy_run.quotas)


def test_a_comparison_shows_what_moved_and_why(toy_run: Plan) -> None:
    text = repr(compare(toy_run, toy_run.vary(parameters={"fragile_min": 0.6})))
    assert text.splitlines()[0] == "What differs between two plans"
    assert "parameter fragile_min" in text
    assert "ecologically_fragile to general 3" in text
    assert repr(compare(toy_run, toy_run)) == "Nothing differs"


def test_what_only_two_differences_make_together_says_so(toy_run: Plan) -> None:
    """b4 is claimed where the threshold falls and the rule asks of plants: neither alone is enough."""
    rule = {"when": "population >= populous_min AND plant_mw >= plant_min_mw"}
    first = toy_run.vary(rules={"key-1": rule})
    other = first.vary(parameters={"populous_min": 300.0, "plant_min_mw": 40.0, "fragile_min": 0.4999999})
    moved = compare(first, other).moved
    joint = moved[(moved["what"] == "main") & (moved["cause_kind"] == "several")]
    assert set(joint["cause_id"]) <= {"populous_min; plant_min_mw", "plant_min_mw; populous_min"}
    assert set(joint["unit_id"]) == {"b3"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(15))
@given(data=st.data())
def test_all_differences_together_make_the_other_plan(toy_run: Plan, felled: Plan, data: st.DataObject) -> None:
    """What is read stays as the study says that it is read: what was read of a layer is there under its name."""
    source = data.draw(st.sampled_from([toy_run, felled]))
    study = source.study
    for _ in range(data.draw(st.integers(1, 3))):
        paths = [path for path in paths_of(study) if path[0] not in READ]
        path = data.draw(st.sampled_from(sorted(paths, key=str)))
        study = changed(study, path, data.draw(variants(found(study, path))))
    try:
        other = make_plan(study, source.whole_rulebook, source.inputs, source.tables)
    except ZoneplanError:
        return
    parts = parts_of(toy_run)
    for one in differences(toy_run, other):
        parts = one.apply(parts, parts_of(other))
    again = make_plan(parts.study, parts.rulebook, parts.inputs, parts.tables)
    assert again.zones.drop(columns="reason").equals(other.zones.drop(columns="reason"))
    assert again.quotas.equals(other.quotas)


def test_units_without_a_partner_are_listed(toy_folder: Path) -> None:
    plan = run(read_study(toy_folder / "plan.toml"))
    import geopandas as gpd

    units = gpd.read_file(toy_folder / "toy.gpkg", layer="units")
    units.loc[units["code"] == "a1", "code"] = "z1"
    units.to_file(toy_folder / "toy.gpkg", layer="units")
    stats = toy_folder / "stats.csv"
    stats.write_text(stats.read_text("utf-8").replace("a1,", "z1,"), "utf-8")
    found = compare(plan, run(read_study(toy_folder / "plan.toml")))
    assert (found.only_before, found.only_after) == (("a1",), ("z1",))
    assert not found.same
    assert "a1" not in set(found.moved["unit_id"])


def test_plans_without_a_common_unit_are_refused(toy_run: Plan) -> None:
    """Nothing of one plan stands in the other: to say that no unit changes would be true and mislead."""
    other = toy_run.having(units=toy_run.units.rename(index="other {}".format))
    with pytest.raises(StudyError, match="no unit in common") as error:
        compare(toy_run, other)
    assert "'a1', 'a2'" in str(error.value)
    assert "'other a1'" in str(error.value)


def test_runs_that_were_read_back_are_compared_by_their_sources(toy_folder: Path) -> None:
    plan_file = toy_folder / "plan.toml"
    first = write_run(run(read_study(plan_file)), toy_folder / "runs" / "first")
    rules = toy_folder / "rules" / "parameters.toml"
    rules.write_text(rules.read_text("utf-8").replace("value = 0.5", "value = 0.6"), "utf-8")
    second = write_run(run(read_study(plan_file)), toy_folder / "runs" / "second")
    found = compare(read_run(first), read_run(second))
    assert [(one.id, one.before, one.after) for one in found.differences] == [("fragile_min", "0.5", "0.6")]
    assert set(mains(found.moved)) == {"a2", "b2", "c2"}


def test_a_layer_that_another_plan_read_stands_in_its_place_among_the_layers(toy_run: Plan, felled: Plan) -> None:
    parts = parts_of(felled)
    for one in differences(felled, toy_run):
        parts = one.apply(parts, parts_of(toy_run))
    assert [layer.name for layer in parts.inputs.layers] == [layer.name for layer in toy_run.inputs.layers]
    assert parts.inputs.layers[-1].name != "forest"
