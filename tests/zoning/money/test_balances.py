"""Accounts: flows of whole plans, from the plan file to the tables of the run."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString

from maps.runs import read_run, write_run
from maps.telling.explanations.explanation_content import explain
from maps.words import render
from tests.conftest import CRS, KM, X0, Y0
from zoning.money import known_parties, near_misses, positions
from zoning.pipeline.flow import run
from zoning.study import read_study

MONEY = """
[[agreements]]
name = "River fund"
period = 2025
kind = "pool"
amount = 100
unit = "CNY"
pay = { west = 1, east = 3, "central government" = 1 }
receive = { west = 1 }
scope = "the river"
reference = "Agreement of 2024"

[[agreements]]
name = "Clean water"
period = 2025
kind = "index"
unit = "CNY"
k0 = 0.9
indicators = [{ name = "CODMn", weight = 1, base = 2.0, measured = 1.8 }]
bands = [{ up_to = 1.0, payer = "downstream", amount = 30 }, { payer = "upstream", amount = 30 }]
upstream = "west"
downstream = "east"

[[transfers]]
name = "fragile areas"
period = 2025
budget = 1000
unit = "CNY"
when = "main = 'ecologically_fragile'"
by = "weighted"
weight = "income"
"""
RIVER = """
[[layers]]
name = "river"
source = "river.geojson"
"""


@pytest.fixture
def money(toy_folder: Path) -> Path:
    """The plan of the toy province with flows of money."""
    plan = toy_folder / "plan.toml"
    plan.write_text(plan.read_text("utf-8") + MONEY, "utf-8")
    return plan


def edit(plan: Path, old: str, new: str) -> Path:
    text = plan.read_text("utf-8")
    assert old in text
    plan.write_text(text.replace(old, new), "utf-8")
    return plan


def amounts(flows: pd.DataFrame) -> dict[tuple[str, str, str], Decimal]:
    return {(row["instrument"], row["payer"], row["receiver"]): row["amount"] for row in flows.to_dict("records")}


def test_the_flows_of_a_plan(money: Path) -> None:
    plan = run(read_study(money))
    found = amounts(plan.flows)
    assert found["River fund", "east", "(pool)"] == 60
    assert found["River fund", "(pool)", "west"] == 100
    # P = 0.9 x 1.8 / 2 = 0.81
    assert found["Clean water", "east", "west"] == 30
    given = {key: amount for key, amount in found.items() if key[0] == "fragile areas"}
    assert sum(given.values()) == 1000
    fragile = set(plan.zones.loc[plan.zones["main"] == "ecologically_fragile", "unit_id"])
    assert {receiver for _, _, receiver in given} == fragile


def test_every_instrument_nets_to_zero_and_positions_say_for_whom(money: Path) -> None:
    plan = run(read_study(money))
    net = plan.positions.set_index(["kind", "party"])["net"]
    assert net["county", "west"] == -20 + 100 + 30
    assert net["county", "east"] == -60 - 30
    assert net["outside", "central government"] == -20
    assert net["pool", "(pool)"] == 0
    assert net["pool", "(budget)"] == -1000
    assert sum(amount for (kind, _), amount in net.items() if kind != "zone") == 0
    assert net["zone", "ecologically_fragile"] == 1000


def test_a_run_folder_keeps_them(money: Path, tmp_path: Path) -> None:
    plan = run(read_study(money))
    again = read_run(write_run(plan, tmp_path / "run"))
    pd.testing.assert_frame_equal(again.flows, plan.flows)
    pd.testing.assert_frame_equal(again.positions, plan.positions)
    assert (tmp_path / "run" / "positions.csv").read_text("utf-8-sig").splitlines()[0] == (
        "kind,party,unit,paid,received,net"
    )


def test_a_flow_says_in_every_language_how_its_amount_was_found(money: Path) -> None:
    flows = run(read_study(money)).flows.set_index("instrument")
    assert render(flows.loc["Clean water", "rule"], "en").endswith("east pays 30")
    assert render(flows.loc["Clean water", "rule"], "zh").endswith("由 east 支付 30")


def test_a_river_says_who_is_upstream(money: Path) -> None:
    line = LineString([(X0 + 0.2 * KM, Y0 + 1.5 * KM), (X0 + 3.8 * KM, Y0 + 1.5 * KM)])
    gpd.GeoDataFrame(geometry=[line], crs=CRS).to_crs(4326).to_file(money.parent / "river.geojson")
    edit(money, 'upstream = "west"\ndownstream = "east"\n', 'river = "river"\n')
    with pytest.raises(Exception, match="'river' shows several pairs \\('b1 > b2'"):
        run(read_study(edit(money, "[[decisions]]", RIVER + "\n[[decisions]]")))
    edit(money, 'river = "river"\n', 'river = "river"\nupstream = "west"\n')
    assert amounts(run(read_study(money)).flows)["Clean water", "east", "west"] == 30
    edit(money, 'upstream = "west"\n', 'upstream = "east"\ndownstream = "west"\n')
    with pytest.raises(Exception, match="'river' runs from 'west' to 'east', the other way"):
        run(read_study(money))
    edit(money, 'upstream = "east"\ndownstream = "west"\n', 'upstream = "b1"\ndownstream = "b4"\n')
    with pytest.raises(Exception, match="shows no such pair of neighbours \\('b1 > b2', 'b3 > b4'\\); name"):
        run(read_study(money))


class TestCheck:
    def test_a_near_miss_is_refused_with_its_place(self, money: Path, command: Callable) -> None:
        edit(money, "pay = { west = 1", "pay = { wets = 1")
        said = command("check", money)
        assert said.code == 2
        assert (
            "agreement 'River fund': 'wets' is no jurisdiction or unit of the study; did you mean 'west'?" in said.out
        )
        edit(money, 'scope = "the river"', 'scope = "the river"\noutside = ["wets"]')
        assert command("check", money).code == 0

    def test_outside_parties_and_what_an_agreement_leaves_out_are_notes(self, money: Path, command: Callable) -> None:
        said = command("check", money, "--json")
        findings = {one["code"]: one for one in json.loads(said.out)["findings"] if one["level"] == "note"}
        assert findings["outside_party"]["features"] == ["central government"]
        assert "does not state scope, targets, duties, mode, term, breach" in findings["agreement_items"]["text"]
        assert said.code == 0

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ('weight = "income"', 'weight = "incme"', "transfer 'fragile areas': nothing provides the measure 'incme'"),
            ("main = 'ecologically_fragile'\"", "mian = 'general'\"", "nothing provides 'mian'; did you mean 'main'?"),
            ("budget = 1000", 'budget = 1000\nlevel = "state"', "level 'state' is no jurisdiction of"),
            ("period = 2025\nbudget", "budget", "key 'period' is missing"),
            ("budget = 1000", "budget = -1000", "must be more than 0"),
            ('name = "Clean water"', 'name = "River fund"', "two agreements or transfers of one period have the name"),
            ("amount = 100\n", 'amount = 100\nriver = "river"\n', "'river' has no meaning in an agreement of kind"),
        ],
    )
    def test_what_the_plan_gets_wrong(self, money: Path, command: Callable, old: str, new: str, message: str) -> None:
        said = command("check", edit(money, old, new))
        assert said.code == 2
        assert message in said.out
        assert "plan.toml, line" in said.out


def test_parties_are_told_from_slips(units: gpd.GeoDataFrame) -> None:
    known = known_parties(units, ["county"])
    assert known["west"] == "county"
    assert known["a1"] == "unit"
    assert near_misses("West", known) == ["west"]
    assert near_misses("wets", known) == ["west"]
    assert near_misses("eastt", known) == ["east"]
    assert near_misses("north", known) == []


def test_positions_of_no_flows(money: Path) -> None:
    plan = run(read_study(money))
    assert positions(plan.flows.iloc[:0], {}).empty


def test_explain_tells_a_unit_what_it_receives(money: Path) -> None:
    plan = run(read_study(money))
    unit = plan.flows.loc[plan.flows["instrument"] == "fragile areas", "receiver"].iloc[0]
    found = explain(plan, unit)
    own = [one for one in found.as_dict()["flows"] if one["receiver"] == unit]
    assert [one["instrument"] for one in own] == ["fragile areas"]
    assert {one["instrument"] for one in found.as_dict()["flows"]} == {"River fund", "Clean water", "fragile areas"}
    name = plan.zones.set_index("unit_id").loc[unit, "name"]
    assert f"fragile areas 2025: the budget pays {name} " in found.text()
