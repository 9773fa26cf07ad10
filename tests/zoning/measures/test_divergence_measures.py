"""``[divergence]`` of a plan: its tables, its measures, their records, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

import zoneplan as zp
from layers.errors import ZoneplanError
from zoning.measures.divergence_measures import contiguous_units, ways_km
from zoning.pipeline.records.plan_records import row_records, unit_records
from zoning.plan import Plan

SECTION = """
[divergence]
reach_km = 2
[[divergence.groups]]
by = "county"
[[divergence.series]]
name = "people"
title = { en = "People", zh = "人口" }
vintage = { en = "the register", zh = "登记" }
unit = "persons"
years = { 2010 = "population", 2020 = "later" }
"""
TABLE = """
[[tables]]
source = "later.csv"
id = "unit_id"
"""


@pytest.fixture
def folder(toy_folder: Path) -> Path:
    plan = zp.run(zp.read_study(toy_folder / "plan.toml"))
    people = plan.measures["population"]
    grown = (people.astype(float) * 1.5).where(people.index != people.index[0], people.astype(float))
    identity = zp.read_study(toy_folder / "plan.toml").units.id
    grown.rename("later").rename_axis(identity).to_csv(toy_folder / "later.csv")
    path = toy_folder / "plan.toml"
    path.write_text(path.read_text("utf-8") + TABLE.replace("unit_id", identity) + SECTION, "utf-8")
    return toy_folder


def planned(folder: Path) -> Plan:
    return zp.run(zp.read_study(folder / "plan.toml"))


def test_tables_measures_and_records_say_the_same(folder: Path) -> None:
    plan = planned(folder)
    figures, units = plan.divergence, plan.divergence_units.set_index("unit_id")
    shares = figures[(figures["indicator"] == "share") & (figures["year"] == "2020")]
    assert shares["value"].sum() == pytest.approx(1)
    first = plan.units.index[0]
    assert plan.measures.loc[first, "people_growth_pct"] == units.loc[first, "growth_pct"] == 0
    assert units["share"].sum() == pytest.approx(1)
    told = {one.id: one for one in unit_records(plan, "derived", [first])[first]}
    assert told["people_growth_pct"].amount == 0
    records = row_records(plan, "divergence")
    assert [one.amount for one in records] == pytest.approx(figures["value"].tolist(), nan_ok=True)
    assert {one.written.partition(",")[0] for one in records} == {"plan.toml"}


def test_a_run_folder_has_the_tables_and_reads_back(folder: Path, tmp_path: Path) -> None:
    plan = planned(folder)
    again = zp.read_run(zp.write_run(plan, tmp_path / "run"))
    assert (tmp_path / "run" / "divergence.csv").exists()
    assert again.divergence.equals(plan.divergence)
    assert again.divergence_units.equals(plan.divergence_units)
    unit = plan.units.index[1]
    told = zp.explain(plan, unit).text()
    assert "from 2010 to 2020" in told
    assert zp.explain(again, unit).text() == told


def test_a_plan_that_does_not_ask_has_no_such_file(toy_folder: Path, tmp_path: Path) -> None:
    run = zp.write_run(zp.run(zp.read_study(toy_folder / "plan.toml")), tmp_path / "run")
    assert not (run / "divergence.csv").exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"later"', '"latter"', "no measure 'latter'"),
        ('by = "county"', 'by = "contry"', "no measure 'contry'"),
        ("2020 =", "20 =", "20"),
        ('name = "people"', 'name = "People"', "name"),
        ("reach_km = 2", "reach_km = 0", "reach_km"),
        ('unit = "persons"', 'unit = "persons"\npeople = { 2010 = "population" }', "same years"),
    ],
)
def test_refusals_name_the_place(folder: Path, old: str, new: str, said: str) -> None:
    path = folder / "plan.toml"
    text = path.read_text("utf-8")
    path.write_text(text.replace(SECTION, SECTION.replace(old, new)), "utf-8")
    with pytest.raises(ZoneplanError, match=said) as caught:
        planned(folder)
    assert "plan.toml" in str(caught.value)


def test_squares_beside_each_other_are_neighbours_by_side_and_corner(toy_folder: Path) -> None:
    units = zp.read_inputs(zp.read_study(toy_folder / "plan.toml")).units
    pairs = contiguous_units(units)
    assert len(pairs) == len(set(pairs))
    assert all(one != other for one, other in pairs)
    ways = ways_km(units)
    assert (ways.to_numpy() == ways.to_numpy().T).all()
    assert ways.loc[pairs[0][0], pairs[0][1]] < 2.5
