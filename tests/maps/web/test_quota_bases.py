"""Bases of quotas: people where a quota weighs by them, else what it weighs by, and the available land."""

from __future__ import annotations

import pytest

from maps.telling.summaries.amount_shifts import quota_shifts
from maps.web.map_payload import quota_bases
from maps.words import localize


def test_a_quota_by_residents_is_told_by_person_and_by_available_hectare(plan_of) -> None:
    plan = localize(plan_of("china_provinces"), "en")
    (quota,) = plan.study.quotas
    people, land, plain = quota_bases(plan, quota, quota_shifts(plan, quota))
    assert (people.key, people.unit, people.scale) == ("population", "m² per person", 10_000.0)
    assert (land.key, land.unit) == ("available_ha", "m² per available ha")
    assert (plain.key, plain.unit) == ("plain", "ha against weight alone")
    assert plain.plain == "Residents, Gross domestic product"
    assert sum(plain.values) == pytest.approx(1)
    table = plan.measures.loc[plan.units.index]
    weights = 0.6 * table["population"] / table["population"].sum()
    weights += 0.4 * table["gdp_million_cny"] / table["gdp_million_cny"].sum()
    assert plain.values == pytest.approx(weights.tolist())
    assert people.values == tuple(float(f"{one:.7g}") for one in plan.measures.loc[plan.units.index, "population"])


def test_what_is_not_known_has_no_ratio_and_other_units_keep_their_own(toy_plan) -> None:
    quota = toy_plan.study.quotas[0]
    measures = toy_plan.measures.assign(population=[None, *[7.0] * 11])
    plan = localize(toy_plan.having(measures=measures), "en")
    (first, *_) = quota_bases(plan, quota.model_copy(update={"weight": "population", "unit": "mu"}))
    assert first.values[:2] == (None, 7.0)
    assert (first.scale, first.unit.split(" ")[0]) == (1.0, "mu")


@pytest.mark.parametrize("weight", ["nowhere", "population"])
def test_a_weight_without_a_measure_is_left_out(toy_plan, weight: str) -> None:
    quota = toy_plan.study.quotas[0].model_copy(update={"weight": weight})
    keys = [one.key for one in quota_bases(localize(toy_plan, "en"), quota)]
    assert keys == [one for one in (weight, "available_ha") if one in toy_plan.measures.columns]
