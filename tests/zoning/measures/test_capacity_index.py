"""For how many people the scarcest thing is enough, as an index of a plan."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import zoneplan as zp
from zoning.measures import with_indices
from zoning.pipeline.plan_findings import plan_findings_of
from zoning.pipeline.records.plan_records import unit_records
from zoning.study import PlanIndex

NEEDS = {"water_m3": 100, "beds": 0.004}


def test_the_scarcest_counts_with_a_pencil() -> None:
    there = pd.DataFrame(
        {"water_m3": [5e6, 5e6, None], "beds": [120.0, 400, 9], "people": [45_000.0, 40_000, 1]}, index=list("abc")
    )
    index = PlanIndex.model_validate({"name": "carried", "capacity": {"needs": NEEDS, "people": "people"}})
    found, parts = with_indices(there, [index])
    assert found["carried"].tolist()[:2] == [30_000, 50_000]
    assert found["carried_limited_by"].tolist()[:2] == ["beds", "water_m3"]
    assert found["carried_load"].tolist()[:2] == [1.5, 0.8]
    assert found.loc["c", ["carried", "carried_limited_by", "carried_load"]].isna().all()
    assert parts["carried"].people.loc["b"].to_dict() == {"water_m3": 50_000, "beds": 100_000}


def test_what_is_used_may_be_among_what_is_needed() -> None:
    terms = {"per": "ha", "needs": {"land_ha": 1, "water_m3": 5000}, "used_ha": "land_ha"}
    index = PlanIndex.model_validate({"name": "fields", "capacity": terms})
    found, _ = with_indices(pd.DataFrame({"land_ha": [900.0], "water_m3": [3e6]}), [index])
    assert found.loc[0, ["fields", "fields_limited_by", "fields_load"]].tolist() == [600, "water_m3", 1.5]


def test_without_people_there_is_no_load() -> None:
    index = PlanIndex.model_validate({"name": "carried", "capacity": {"needs": NEEDS}})
    found, _ = with_indices(pd.DataFrame({"water_m3": [0.0], "beds": [1.0]}), [index])
    assert found["carried"].tolist() == [0]
    assert "carried_load" not in found.columns


def test_where_there_is_nothing_the_load_is_missing_and_never_infinite() -> None:
    there = pd.DataFrame({"water_m3": [0.0, 0.0], "beds": [1.0, 1.0], "people": [5.0, 0.0]})
    index = PlanIndex.model_validate({"name": "carried", "capacity": {"needs": NEEDS, "people": "people"}})
    found, _ = with_indices(there, [index])
    assert found["carried"].tolist() == [0, 0]
    assert found["carried_load"].isna().tolist() == [True, False]  # nobody lives in the second


@pytest.mark.parametrize("needs", [{}, {"water_m3": 0}, {"water_m3": -1}, {"water_m3": float("inf")}])
def test_needs_without_meaning_are_refused(needs: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="capacity"):
        PlanIndex.model_validate({"name": "carried", "capacity": {"needs": needs}})


PLAN = """
[[indices]]
name = "carried"
title = { en = "People that there is enough for", zh = "可承载人口" }

[indices.capacity]
needs = { plant_mw = 0.01, height_mean_m = 0.5 }
people = "population"
"""


def test_a_plan_names_the_scarcest_and_finds_who_has_too_little(toy_folder: Path) -> None:
    file = toy_folder / "plan.toml"
    file.write_text(file.read_text("utf-8") + PLAN, "utf-8")
    plan = zp.run(zp.read_study(file))
    over = plan.measures[plan.measures["population"] > plan.measures["carried"]]
    found = {
        one.message.fields["scarcest"].code: set(one.features)
        for one in plan_findings_of(plan)
        if one.code == "over_capacity"
    }
    assert found == {str(name): set(rows.index) for name, rows in over.groupby("carried_limited_by")}
    assert found
    unit = over.index[0]
    (record,) = (one for one in unit_records(plan, "derived", [unit])[unit] if one.id == "carried")
    assert next(part["name"] for part in record.facts["parts"]) == over.loc[unit, "carried_limited_by"]
    text = zp.explain(plan, unit).text()
    assert "more than there is enough for" in text or "nothing of it for anybody" in text
    assert "People that there is enough for" in text


HECTARES = """
[[indices]]
name = "fields_carried"
title = { en = "Fields that there is water for", zh = "水资源可承载耕地" }

[indices.capacity]
per = "ha"
needs = { available_ha = 1, population = 3 }
used_ha = "area_ha"
"""


def test_hectares_are_carried_by_land_and_by_what_a_hectare_needs(toy_folder: Path) -> None:
    """The same as ``arable_capacity``: the land that suits, as far as there is enough for each hectare of it."""
    file = toy_folder / "plan.toml"
    file.write_text(file.read_text("utf-8") + HECTARES, "utf-8")
    plan = zp.run(zp.read_study(file))
    told = plan.measures.dropna(subset=["available_ha", "population"])
    expected = zp.indices.arable_capacity(told["available_ha"], told["population"], 3)
    assert told["fields_carried"].tolist() == pytest.approx(expected["capacity_ha"].tolist())
    over = told.index[told["area_ha"] > told["fields_carried"]]
    found = [one for one in plan_findings_of(plan) if one.code == "over_capacity_ha"]
    assert sorted(unit for one in found for unit in one.features) == sorted(over)
    unit = told["fields_carried"].idxmax()
    text = zp.explain(plan, unit).text()
    assert "a hectare enough for" in text
    assert "ha are used so" in text
    assert "Fields that there is water for: " in text
    assert "One hectare needs" in zp.report(plan)


@pytest.mark.parametrize(("per", "key"), [("ha", "people"), ("person", "used_ha")])
def test_who_takes_of_it_is_said_in_its_own_unit(per: str, key: str) -> None:
    with pytest.raises(ValueError, match=f"'{key}' has no meaning with per"):
        PlanIndex.model_validate({"name": "carried", "capacity": {"needs": NEEDS, "per": per, key: "there"}})
