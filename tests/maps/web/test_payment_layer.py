"""Payments on the map: everybody's place, every row with its exact amount, and names that are only names."""

from __future__ import annotations

from decimal import Decimal

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from maps.web.map_payload import inside_point, payments_of
from maps.web.page_model import Party, Payments, as_json
from maps.words import catalogue, localize
from zoning.money import BUDGET, POOL
from zoning.tables import FLOWS, tabulate


def paying(plan, *rows: tuple[str, str, str, str]):
    """A plan in which these instruments make a payer pay a receiver an amount."""
    told = [
        {"instrument": name, "payer": payer, "receiver": receiver, "amount": Decimal(amount), "rule": f"{payer} pays"}
        for name, payer, receiver, amount in rows
    ]
    flows = tabulate(FLOWS, pd.DataFrame(told).assign(period=2025, unit="CNY", reference="Act 7"))
    return plan.having(flows=flows)


def payments(plan, language: str = "en") -> Payments:
    return payments_of(localize(plan, language), catalogue("map", language))


@pytest.fixture
def told(toy_plan) -> Payments:
    plan = paying(
        toy_plan,
        ("river", "east", POOL, "100.50"),
        ("river", POOL, "west", "100.50"),
        ("grant", BUDGET, "a1", "7"),
        ("grant", "a1", "the sea", "3"),
    )
    return payments(plan)


def test_a_plan_without_flows_says_nothing(toy_plan) -> None:
    said = payments(toy_plan)
    assert (said.instruments, said.texts, said.parties.rows, said.rows.rows) == ((), (), [], [])


def test_each_party_has_its_place_and_its_units(told) -> None:
    parties = {party.name: party for party in told.parties.rows}
    assert (parties["Unit A1"].unit, parties["Unit A1"].point, parties["Unit A1"].units) == (0, None, (0,))
    for name in ("the budget", "the sea", "the pool"):
        assert parties[name] == Party(name, None, None, ())
    west, east = parties["west"], parties["east"]
    assert (west.unit, east.unit, len(west.units), len(east.units)) == (None, None, 6, 6)
    assert west.point.lon < east.point.lon
    assert west.point.lat == pytest.approx(east.point.lat, abs=2e-3)


def test_instruments_say_what_is_paid_and_what_is_drawn(told) -> None:
    name = [party.name for party in told.parties.rows]
    grant, river = told.instruments
    assert (river.paid, river.net) == ("100.50", "100.50")
    assert [(name[one.payer], name[one.receiver], one.amount) for one in river.arrows.rows] == [("east", "west", 100.5)]
    assert [(name[one.party], one.amount) for one in grant.marks.rows] == [("Unit A1", 7.0), ("Unit A1", -3.0)]
    assert [name[party] for party in grant.beyond] == ["the budget", "the sea"]


def test_rows_are_those_of_the_table(told) -> None:
    name = [party.name for party in told.parties.rows]
    rows = [
        (
            told.instruments[row.instrument].name,
            name[row.payer],
            name[row.receiver],
            row.amount,
            told.texts[row.rule],
            told.texts[row.reference],
        )
        for row in told.rows.rows
    ]
    assert sorted(rows) == [
        ("grant", "Unit A1", "the sea", "3", "a1 pays", "Act 7"),
        ("grant", "the budget", "Unit A1", "7", "(budget) pays", "Act 7"),
        ("river", "east", "the pool", "100.50", "east pays", "Act 7"),
        ("river", "the pool", "west", "100.50", "(pool) pays", "Act 7"),
    ]


def test_the_largest_are_drawn_first(toy_plan) -> None:
    plan = paying(toy_plan, ("one", "a1", "b1", "1"), ("one", "a1", "c1", "9"), ("one", "a2", "c1", "1"))
    assert [one.amount for one in payments(plan).instruments[0].arrows.rows] == [9.0, 1.0, 1.0]


def test_nothing_is_hidden(toy_plan) -> None:
    plan = paying(toy_plan, ("evil\u202e", "x\u202ey", "a1", "1"))
    assert "\u202e" not in as_json(payments(plan, "zh"))


def test_a_jurisdiction_in_two_parts_stands_in_the_larger_one() -> None:
    parts = [box(400_000, 0, 402_000, 2000), box(500_000, 0, 501_000, 1000)]
    point = inside_point(gpd.GeoDataFrame(geometry=parts, crs="EPSG:32631"))
    middle = gpd.GeoSeries([parts[0].centroid], crs="EPSG:32631").to_crs(4326).iloc[0]
    assert (point.lon, point.lat) == pytest.approx((middle.x, middle.y), abs=1e-4)
