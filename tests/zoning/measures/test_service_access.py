"""Access to services as an index of a plan: its tables, standards by zone, the gap, the next facility, and money."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import zoneplan as zp
from layers.errors import SourceError, ZoneplanError
from zoning.measures import TravelTable, more_facilities, read_travel_table, with_indices, with_standards
from zoning.pipeline.records.plan_records import unit_records
from zoning.study import AccessTerms, PlanIndex

TERMS = {
    "table": "drive.csv",
    "origin": "home",
    "destination": "clinic",
    "time": "minutes",
    "facilities": "clinics.csv",
    "facility": "clinic",
    "supply": "beds",
    "people": "population",
    "reach": 15,
}
PEOPLE = pd.DataFrame({"population": [100.0, 300.0, 200.0]}, index=["a", "b", "c"])
TABLE = TravelTable(
    pd.DataFrame({"ward": [5.0, 12.0, 99.0], "mill": [99.0, 99.0, 10.0], "port": [9.0, 8.0, 99.0]}, index=list("abc")),
    pd.Series({"ward": 8.0, "mill": 0.0, "port": 0.0}),
)


def index_of(**more: object) -> PlanIndex:
    return PlanIndex.model_validate({"name": "beds", "access": TERMS | more})


def test_level_standard_and_gap_with_a_pencil() -> None:
    index = index_of(per=1000, standard={"town": 30, "forest": 10})
    found, parts = with_indices(PEOPLE, [index], {"beds": TABLE})
    assert found["beds"].tolist() == [20, 20, 0]  # 8 beds for 400 people
    reached = parts["beds"].reached
    assert reached[["unit_id", "facility", "people", "adds"]].to_numpy().tolist() == [
        ["a", "ward", 400.0, 20.0],
        ["b", "ward", 400.0, 20.0],
    ]
    mains = pd.DataFrame({"main": ["town", "forest", "lake"]}, index=PEOPLE.index)
    told = with_standards(found, mains, [index])
    assert told["beds_standard"].tolist()[:2] == [30, 10]
    assert told.loc["c", ["beds_people_below", "beds_missing", "services_below_standard"]].tolist() == [0, 0, 0]
    assert told["beds_people_below"].tolist() == [100, 0, 0]
    assert told["beds_missing"].tolist() == [1, 0, 0]  # 100 people, 10 beds for 1,000 of them
    assert told["services_below_standard"].tolist() == [1, 0, 0]


def test_who_lives_farther_than_the_standard_is_below_it() -> None:
    index = index_of(method="nearest", standard=10)
    found, _ = with_indices(PEOPLE, [index], {"beds": TABLE})
    assert found["beds"].tolist()[:2] == [5, 12]
    told = with_standards(found, pd.DataFrame({"main": "town"}, index=PEOPLE.index), [index])
    assert told["beds_people_below"].tolist() == [0, 300, 200]


def test_a_way_that_nobody_routed_is_no_way() -> None:
    index = index_of(method="nearest", standard=10)
    table = TravelTable(TABLE.times.drop(index="c"), TABLE.supply)
    found, _ = with_indices(PEOPLE, [index], {"beds": table})
    assert np.isnan(found.loc["c", "beds"])
    told = with_standards(found, pd.DataFrame({"main": "town"}, index=PEOPLE.index), [index])
    assert told["beds_people_below"].tolist() == [0, 300, 200]


def test_unknown_people_are_unknown() -> None:
    index = index_of(per=1000, standard=30)
    people = PEOPLE.assign(population=[100.0, None, 200.0])
    found, _ = with_indices(people, [index], {"beds": TABLE})
    assert found["beds"].isna().tolist() == [False, True, False]
    told = with_standards(found, pd.DataFrame({"main": "town"}, index=people.index), [index])
    assert told[["beds_people_below", "services_below_standard"]].isna().all(axis=1).tolist() == [False, True, False]


def test_the_next_facility_is_where_most_have_none() -> None:
    found = more_facilities(PEOPLE, [index_of(more=2)], {"beds": TABLE})
    assert found[["service", "rank", "site", "people_gained", "people_reached", "bound"]].to_numpy().tolist() == [
        ["beds", 1, "mill", 200.0, 600.0, 600.0]
    ]  # all who would go to the port have the ward


@given(
    people=st.lists(st.integers(0, 10**6), min_size=2, max_size=6),
    supply=st.lists(st.integers(0, 10**4), min_size=1, max_size=4),
    method=st.sampled_from(["two_step", "three_step"]),
    decay=st.sampled_from([None, "gaussian", {"5": 1.0, "15": 0.5}]),
    seed=st.integers(0, 1000),
)
def test_demand_weighted_access_is_the_supply_that_anybody_reaches(people, supply, method, decay, seed) -> None:
    minutes = np.random.default_rng(seed).uniform(0, 30, (len(people), len(supply)))
    names = [f"f{place}" for place in range(len(supply))]
    table = TravelTable(
        pd.DataFrame(minutes, columns=names, index=[str(n) for n in range(len(people))]),
        pd.Series(supply, index=names, dtype=float),
    )
    units = pd.DataFrame({"population": np.asarray(people, dtype=float)}, index=table.times.index)
    found, parts = with_indices(units, [index_of(method=method, decay=decay)], {"beds": table})
    near = minutes < 15
    served = sum(each for each, column in zip(supply, near.T, strict=True) if (np.asarray(people)[column] > 0).any())
    assert (found["beds"] * units["population"]).sum() == pytest.approx(served)
    sums = parts["beds"].reached.groupby("unit_id")["adds"].sum().reindex(units.index, fill_value=0)
    assert sums.to_numpy() == pytest.approx(found["beds"].to_numpy())


def write_tables(folder: Path, drive: str, clinics: str = "clinic,beds\nward,8\nmill,0\n") -> None:
    (folder / "drive.csv").write_text(drive, "utf-8")
    (folder / "clinics.csv").write_text(clinics, "utf-8")


@pytest.mark.parametrize(
    ("drive", "clinics", "said"),
    [
        ("home,clinic\na,ward\n", "clinic,beds\nward,8\n", "no column 'minutes'"),
        ("home,clinic,minutes\n", "clinic,beds\nward,8\n", "has no rows"),
        ("home,clinic,minutes\na,ward,five\n", "clinic,beds\nward,8\n", "line 2: 'five' in column 'minutes'"),
        ("home,clinic,minutes\na,ward,-5\n", "clinic,beds\nward,8\n", "is no number from 0"),
        ("home,clinic,minutes\na,wart,5\n", "clinic,beds\nward,8\n", "did you mean 'ward'"),
        ("home,clinic,minutes\n,ward,5\n", "clinic,beds\nward,8\n", "column 'home' is empty in lines"),
        ("home,clinic,minutes\na,ward,5\n", "clinic,beds\nward,8\nward,9\n", "facilities stand twice"),
        ("home,clinic,minutes\na,ward,5\n", "clinic,beds\nward,inf\n", "is no number from 0"),
    ],
)
def test_tables_that_cannot_be_meant_are_refused(tmp_path: Path, drive: str, clinics: str, said: str) -> None:
    write_tables(tmp_path, drive, clinics)
    with pytest.raises(SourceError, match=said):
        read_travel_table(AccessTerms.model_validate(TERMS), tmp_path)


def test_a_table_is_read_as_it_is_written(tmp_path: Path) -> None:
    write_tables(tmp_path, "home,clinic,minutes\na,ward,5\na,ward,4\nb,mill,7\n")
    found = read_travel_table(AccessTerms.model_validate(TERMS), tmp_path)
    assert found.times.loc["a"].tolist() == [4, np.inf]
    assert found.times.loc["b"].tolist() == [np.inf, 7]
    assert found.supply.to_dict() == {"ward": 8, "mill": 0}


@pytest.mark.parametrize(
    "more",
    [{"reach": 0}, {"method": "nearest", "per": 10}, {"decay": {"far": 1.0}}, {"standard": -1}, {"strange": 1}],
)
def test_terms_without_meaning_are_refused(more: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="access"):
        index_of(**more)


def test_an_index_is_of_one_kind() -> None:
    with pytest.raises(ValueError, match="one of 'of', 'access', 'capacity', 'rasters' and 'areal'"):
        PlanIndex.model_validate({"name": "x", "access": TERMS, "of": ["a", "b"]})
    with pytest.raises(ValueError, match="'weights' has no meaning with 'access'"):
        PlanIndex.model_validate({"name": "x", "access": TERMS, "weights": "equal"})


PLAN = """
[[indices]]
name = "beds_per_1000"
title = { en = "Hospital beds per 1,000 people", zh = "每千人床位" }
[indices.access]
table = "drive.csv"
origin = "home"
destination = "clinic"
time = "minutes"
facilities = "clinics.csv"
facility = "clinic"
supply = "beds"
people = "population"
reach = 30
per = 1000
standard = { key_development = 9, ecologically_fragile = 5 }
more = 1

[[transfers]]
name = "beds for all"
period = 2025
budget = 1000.01
unit = "CNY"
when = "services_below_standard > 0"
by = "amount"
amount = "beds_per_1000_missing"
rate = 3
"""


@pytest.fixture
def served(toy_folder: Path) -> Path:
    lines = [f"{row}{place},ward,{10 * place}" for row in "abc" for place in range(1, 4)]
    write_tables(toy_folder, "\n".join(["home,clinic,minutes", *lines, "a4,mill,3"]))
    plan = toy_folder / "plan.toml"
    plan.write_text(plan.read_text("utf-8") + PLAN, "utf-8")
    return plan


def test_a_plan_pays_by_gap_to_the_cent_and_says_why(served: Path) -> None:
    plan = zp.run(zp.read_study(served))
    below = plan.measures[plan.measures["services_below_standard"] > 0]
    flows = plan.flows[plan.flows["instrument"] == "beds for all"]
    assert set(flows["receiver"]) == set(below.index)
    assert flows["amount"].sum() == Decimal("1000.01")
    gaps = below["beds_per_1000_missing"][flows["receiver"]]
    shares = flows["amount"].astype(float).to_numpy() / 1000.01
    assert shares == pytest.approx((gaps / gaps.sum()).to_numpy(), abs=1e-4)
    assert plan.facilities[["site", "people_gained"]].to_numpy().tolist() == [["mill", 400.0]]
    (record,) = (one for one in unit_records(plan, "derived", [below.index[0]])[below.index[0]] if one.id[0] == "b")
    assert record.amount == plan.measures.loc[below.index[0], "beds_per_1000"]
    told = zp.explain(plan, below.index[0], language="zh").text()
    assert "每千人床位" in told
    assert "未达标" in told


def test_no_more_than_eight_facilities_are_named_and_the_rest_counted(served: Path) -> None:
    wards = [f"ward {place}" for place in range(10)]
    near = [f"a{unit},{ward},5" for unit in (1, 2, 3) for ward in wards[: 7 + unit]]
    write_tables(
        served.parent,
        "\n".join(["home,clinic,minutes", *near]),
        "\n".join(["clinic,beds", *(f"{one},1" for one in wards)]),
    )
    plan = zp.run(zp.read_study(served))
    told = {unit: zp.explain(plan, unit).text() for unit in ("a1", "a3")}
    assert [sum(ward in text for ward in wards) for text in told.values()] == [8, 8]
    assert ["2 more" in text for text in told.values()] == [False, True]


def test_standards_follow_the_zones_of_a_variant(served: Path) -> None:
    plan = zp.run(zp.read_study(served))
    decision = {"unit": "a1", "main": "key_development", "reason": "a new town", "by": "us", "date": date(2024, 1, 1)}
    other = plan.vary(decisions=[decision | {"reference": "minutes"}])
    changed = (plan.measures["beds_per_1000_standard"] != other.measures["beds_per_1000_standard"]).to_dict()
    both = plan.measures["beds_per_1000_standard"].isna() & other.measures["beds_per_1000_standard"].isna()
    assert {unit for unit, one in changed.items() if one and not both[unit]} == {"a1"}
    assert other.flows["amount"][other.flows["instrument"] == "beds for all"].sum() == Decimal("1000.01")


def test_check_says_what_is_wrong_and_where(served: Path) -> None:
    text = served.read_text("utf-8")

    def found(old: str, new: str) -> str:
        served.write_text(text.replace(old, new, 1), "utf-8")
        try:
            study = zp.read_study(served)
            findings = zp.check(study, zp.read_rulebook(study.rulebook, study.date), zp.read_inputs(study))
        except ZoneplanError as error:
            findings = error.findings
        return "\n".join(one.text for one in findings if one.level == "error")

    assert not found("", "")
    assert "no main function of rulebook" in found("key_development = 9", "key_developments = 9")
    assert "nothing provides 'services_below_standart'" in found("services_below_standard", "services_below_standart")
    assert "no measure 'populatoin' is there" in found('people = "population"', 'people = "populatoin"')
    assert "nothing provides" in found('weight = "population"', 'weight = "beds_per_1000_missing"')
    (served.parent / "drive.csv").write_text("home,clinic,minutes\nz9,ward,1\n", "utf-8")
    assert "which are no units" in found("", "")
    assert "plan.toml, line" in found("", "")
    (served.parent / "drive.csv").unlink()
    assert "drive.csv" in found("", "")


def test_regions_cannot_be_compared_by_what_is_known_only_once_there_are_zones(served: Path) -> None:
    years = 'years = { 2020 = "beds_per_1000_missing" }'
    series = f"\n[divergence]\n[[divergence.series]]\nname = 'gap'\nvintage = 'now'\n{years}\n"
    served.write_text(served.read_text("utf-8") + series, "utf-8")
    with pytest.raises(ZoneplanError, match=r"\[divergence\]: no measure 'beds_per_1000_missing' is there"):
        zp.run(zp.read_study(served))
