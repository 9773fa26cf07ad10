"""Payments on the map: everybody's place, every row with its exact amount, and names that are only names."""

from __future__ import annotations

import dataclasses
import json
from decimal import Decimal

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from maps.locale import catalogue, localize
from maps.web.payment_layer import NOWHERE, inside_point, payments_payload
from zoning.compensation import BUDGET, POOL
from zoning.tables import FLOWS, tabulate


def paying(plan, *rows: tuple[str, str, str, str]):
    """A plan in which these instruments make a payer pay a receiver an amount."""
    told = [
        {"instrument": name, "payer": payer, "receiver": receiver, "amount": Decimal(amount), "rule": f"{payer} pays"}
        for name, payer, receiver, amount in rows
    ]
    flows = tabulate(FLOWS, pd.DataFrame(told).assign(period=2025, unit="CNY", reference="Act 7"))
    return dataclasses.replace(plan, flows=flows)


def names(told: dict) -> list[str]:
    return [party[0] if isinstance(party, list) else f"unit {party}" for party in told["parties"]]


@pytest.fixture
def told(toy_plan) -> dict:
    plan = paying(
        toy_plan,
        ("river", "east", POOL, "100.50"),
        ("river", POOL, "west", "100.50"),
        ("grant", BUDGET, "a1", "7"),
        ("grant", "a1", "the sea", "3"),
    )
    return payments_payload(localize(plan, "en"), catalogue("map", "en"))


def test_a_plan_without_flows_says_nothing(toy_plan) -> None:
    said = payments_payload(localize(toy_plan, "en"), catalogue("map", "en"))
    assert [said[key] for key in ("instruments", "texts", "parties")] == [[], [], []]
    assert set(map(len, said["rows"].values())) == {0}


def test_each_party_has_its_place_and_its_units(told) -> None:
    assert 0 in told["parties"]  # the first unit, a1
    places = {name: (at, units) for name, at, units in (one for one in told["parties"] if one != 0)}
    assert places["the budget"] == places["the sea"] == places["the pool"] == (NOWHERE, [])
    (lon_west, lat_west), west = places["west"]
    (lon_east, lat_east), east = places["east"]
    assert (len(west), len(east)) == (6, 6)
    assert lon_west < lon_east
    assert lat_west == pytest.approx(lat_east, abs=2e-3)


def test_instruments_say_what_is_paid_and_what_is_drawn(told) -> None:
    name = names(told)
    grant, river = told["instruments"]
    assert (river["paid"], river["net"]) == ("100.50", "100.50")
    assert [(name[payer], name[receiver], amount) for payer, receiver, amount in river["arrows"]] == [
        ("east", "west", 100.5)
    ]
    assert [(name[party], amount) for party, amount in grant["symbols"]] == [("unit 0", 7.0), ("unit 0", -3.0)]
    assert [name[party] for party in grant["beyond"]] == ["the budget", "the sea"]


def test_rows_are_those_of_the_table(told) -> None:
    name = names(told)
    rows = [
        (
            told["instruments"][one]["name"],
            name[payer],
            name[receiver],
            amount,
            *(told["texts"][text] for text in texts),
        )
        for one, payer, receiver, amount, *texts in zip(*told["rows"].values(), strict=True)
    ]
    assert sorted(rows) == [
        ("grant", "the budget", "unit 0", "7", "(budget) pays", "Act 7"),
        ("grant", "unit 0", "the sea", "3", "a1 pays", "Act 7"),
        ("river", "east", "the pool", "100.50", "east pays", "Act 7"),
        ("river", "the pool", "west", "100.50", "(pool) pays", "Act 7"),
    ]


def test_the_largest_are_drawn_first(toy_plan) -> None:
    said = payments_payload(
        localize(paying(toy_plan, ("one", "a1", "b1", "1"), ("one", "a1", "c1", "9"), ("one", "a2", "c1", "1"))),
        catalogue("map", "en"),
    )
    assert [amount for *_, amount in said["instruments"][0]["arrows"]] == [9.0, 1.0, 1.0]


def test_it_is_ready_for_json_with_nothing_hidden(toy_plan) -> None:
    plan = paying(toy_plan, ("evil\u202e", "x\u202ey", "a1", "1"))
    said = payments_payload(localize(plan, "zh"), catalogue("map", "zh"))
    assert "\u202e" not in json.dumps(said, ensure_ascii=False, allow_nan=False)


def test_a_jurisdiction_in_two_parts_stands_in_the_larger_one() -> None:
    parts = [box(400_000, 0, 402_000, 2000), box(500_000, 0, 501_000, 1000)]
    lon, lat = inside_point(gpd.GeoDataFrame(geometry=parts, crs="EPSG:32631"))
    middle = gpd.GeoSeries([parts[0].centroid], crs="EPSG:32631").to_crs(4326).iloc[0]
    assert (lon, lat) == pytest.approx((middle.x, middle.y), abs=1e-4)
