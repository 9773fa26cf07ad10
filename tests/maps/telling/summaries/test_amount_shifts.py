"""Differences from weight alone: they add up, each has one cause, and the plan's own reason stands in it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from maps.telling.summaries.amount_shifts import quota_shifts
from maps.words import languages, localize
from zoning.quotas import RESERVE


@pytest.fixture(scope="module")
def told(plan_of):
    """A function that gives the shifts of the first quota of a built-in study in a language."""

    def of(study: str, language: str = "en"):
        plan = localize(plan_of(study), language)
        return plan, quota_shifts(plan, plan.study.quotas[0])

    return of


@pytest.mark.parametrize("study", ["us_mountain_west", "china_provinces"])
def test_what_some_lose_others_gain(told, study: str) -> None:
    plan, found = told(study)
    own = (plan.quotas["level"] == "unit") & (plan.quotas["unit_id"] != RESERVE)
    rows = plan.quotas[own].set_index("unit_id")["amount"]
    amounts = rows.reindex(found.plain.index).astype(float)
    assert (found.plain + found.difference - amounts).abs().max() < 1e-6
    assert abs(found.difference.sum()) < 1e-6
    grouped = [unit for group in found.groups for unit in group.units]
    assert len(grouped) == len({*grouped})
    assert found.difference.drop(grouped).abs().max() < 0.5 or len(grouped) == len(found.difference)
    for place, group in enumerate(found.groups):
        own = found.difference[list(group.units)]
        assert (own < 0).all() if group.loses else (own > 0).all()
        assert group.amount == pytest.approx(own.sum())
        assert (found.of_units()[list(group.units)] == place).all()


@pytest.mark.parametrize("language", languages())
def test_a_priority_is_told_in_the_reason_of_the_plan(told, language: str) -> None:
    plan, found = told("us_mountain_west", language)
    steered = plan.study.quotas[0].priority[1].reason
    said = steered.get(language, steered["en"]) if not isinstance(steered, str) else steered
    (group,) = (one for one in found.losers if one.cause == "priority")
    assert said in group.reason
    mains = plan.zones.set_index("unit_id")["main"]
    assert {*mains[list(group.units)]} == {"ecologically_fragile"}


def test_a_ceiling_is_the_cause_of_those_it_holds(told, plan_of) -> None:
    plain = plan_of("us_mountain_west")
    rows = plain.quotas.copy()
    largest = rows.loc[rows["level"] == "unit", "amount"].astype(float).idxmax()
    rows.loc[largest, ["amount", "binding"]] = [Decimal(1), "ceiling"]
    found = quota_shifts(localize(plain.having(quotas=rows), "en"), plain.study.quotas[0])
    (group,) = (one for one in found.losers if one.cause == "ceiling")
    assert (group.units, group.reason) == ((rows.loc[largest, "unit_id"],), "the ceiling holds")


def test_optimal_amounts_have_no_weight_to_be_told_against(told) -> None:
    plan, _ = told("us_mountain_west")
    assert quota_shifts(plan, plan.study.quotas[0].model_copy(update={"by": "optimal"})) is None
