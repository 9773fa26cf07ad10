"""The plan's model: what rules and quotas read is there, in the order in which it counts."""

from __future__ import annotations

from decimal import Decimal
from hashlib import sha256

import pandas as pd
import pytest

from maps.runs import read_run
from maps.web.plan_model import QuotaBound, plan_model, quota_models
from maps.words import localize
from tests.conftest import SHIPPED
from zoning.study import Lock, Quota, QuotaTransfer, Within


def test_rules_stand_in_the_order_in_which_they_count_and_their_measures_are_there(toy_plan) -> None:
    model, numbers = plan_model(localize(toy_plan, "en"))
    priorities = [(not rule.refines, rule.priority, rule.id) for rule in model.rules]
    assert priorities == sorted(priorities)
    assert {one.name for one in model.units.columns} >= {"unit_id", "ecologically_fragile_share", "population"}
    assert model.default_zone == next(n for n, zone in enumerate(toy_plan.rulebook.zones) if zone.default)
    assert numbers[-1].tolist() == list(range(len(toy_plan.units)))


def test_decisions_of_the_plan_name_their_unit_and_zone(toy_plan) -> None:
    model = plan_model(localize(toy_plan, "en")).model
    ids, zones = toy_plan.units.index.tolist(), [zone.code for zone in toy_plan.rulebook.zones]
    told = [(one.about, [ids[unit] for unit in one.units], zones[one.zone]) for one in model.decided]
    assert told == [(one.unit, [one.unit], one.main or one.overlay) for one in toy_plan.study.decisions]


def test_a_try_knows_its_plan_by_the_digest_of_its_text(toy_plan) -> None:
    model = plan_model(localize(toy_plan, "en")).model
    assert model.file == "plan.toml"
    assert model.digest == sha256(toy_plan.study.path.read_bytes()).hexdigest()


@pytest.mark.parametrize("study", SHIPPED)
def test_that_is_the_text_in_the_run_folder_whatever_the_language(plan_of, run_of, study: str) -> None:
    digest = sha256((run_of(study) / "plan.toml").read_bytes()).hexdigest()
    for plan, language in ((plan_of(study), "fr"), (read_run(run_of(study)), "zh")):
        assert plan_model(localize(localize(plan, "en"), language)).model.digest == digest


def test_parameters_have_their_adopted_values_and_titles(toy_plan) -> None:
    told = {one.name: one.value for one in plan_model(localize(toy_plan, "en")).model.parameters}
    assert {name: told[name] for name in toy_plan.rulebook.values} == dict(toy_plan.rulebook.values)


def test_absent_measures_are_those_that_were_assumed(plan_of) -> None:
    plan = plan_of("china_provinces")
    model = plan_model(localize(plan, "zh")).model
    assert {"marine_share", "heritage_ha", "protected_share"} <= set(model.absent)
    assert {"population", "agricultural_share"}.isdisjoint(model.absent)
    assert all(len(plan.measures[name].unique()) == 1 for name in model.absent)


def test_amounts_of_quotas_are_exact_texts() -> None:
    quota = Quota(
        name="b",
        period=2025,
        total=Decimal("1e3"),
        unit="ha",
        step=Decimal("0.10"),
        levels=("state", "unit"),
        weight="people",
        ceiling="room_ha",
        locked=(Lock(unit="y", amount=Decimal("2.50"), reason="so"),),
        transfers=(QuotaTransfer(**{"from": "x", "to": "y", "amount": Decimal("0.1"), "reason": "so"}),),
        within=(Within(quota="a", level="state", times=Decimal("1.50")), Within(quota="a")),
    )
    above = Quota(name="a", period=2025, total=20, unit="ha", levels=("state", "unit"), weight="people")
    (_, found) = quota_models([above, quota], pd.Index(["x", "y"]), ["state"], str.upper)
    assert (found.total, found.step, found.ceiling) == ("1000", "0.10", QuotaBound("", "room_ha"))
    assert found.weight[0].title == found.weight[0].measure.upper()
    assert (found.locked[0].unit, found.locked[0].amount) == (1, "2.50")
    assert (found.transfers[0].giver, found.transfers[0].receiver) == (0, 1)
    assert [(link.quota, link.depth, link.times) for link in found.within] == [(0, 1, "1.50"), (0, 0, "1")]
    assert found.reads == ("people", "room_ha")
