"""Flow charts: widths are amounts, everybody is there, and names are only names."""

from __future__ import annotations

import re
from decimal import Decimal
from xml.etree import ElementTree as ET

import pandas as pd
import pytest

from maps.reports.compensation_chapter import MOST, TALL, flow_chart
from zoning.compensation import BUDGET, POOL

POOLS = frozenset({POOL, BUDGET})
SVG = "{http://www.w3.org/2000/svg}"


def chart(*rows: tuple[str, str, int]) -> ET.Element:
    table = pd.DataFrame(rows, columns=["payer", "receiver", "amount"]).assign(unit="CNY")
    table["amount"] = [Decimal(value) for value in table["amount"]]
    return ET.fromstring(flow_chart(table, POOLS, str.title, "A <chart>", "en"))


def widths(picture: ET.Element) -> list[float]:
    return [float(path.get("stroke-width", "")) for path in picture.iter(f"{SVG}path")]


def texts(picture: ET.Element) -> list[str]:
    return [text.text or "" for text in picture.iter(f"{SVG}text")]


def test_widths_are_as_the_amounts() -> None:
    thick, thin = widths(chart(("a", "c", 300), ("b", "c", 100)))
    assert thick == pytest.approx(3 * thin, abs=0.2)
    assert thick + thin == pytest.approx(TALL, abs=0.2)


def test_a_pool_stands_in_the_middle() -> None:
    picture = chart(("a", POOL, 60), ("b", POOL, 40), (POOL, "c", 100))
    places = [float(bar.get("x", "")) for bar in picture.iter(f"{SVG}rect")]
    assert places == [196, 196, 394, 592]
    assert texts(picture)[::2] == ["A", "B", "(Pool)", "C"]


def test_a_budget_that_nobody_pays_stands_left() -> None:
    picture = chart((BUDGET, "a", 60), (BUDGET, "b", 40))
    assert [float(bar.get("x", "")) for bar in picture.iter(f"{SVG}rect")] == [196, 592, 592]


def test_who_pays_and_receives_stands_on_both_sides() -> None:
    assert texts(chart(("a", POOL, 60), (POOL, "a", 60)))[::2] == ["A", "(Pool)", "A"]


def test_the_smallest_of_many_are_drawn_together() -> None:
    many = [(BUDGET, f"u{place:02}", 100 + place) for place in range(MOST + 5)]
    named = texts(chart(*many))[::2]
    assert len(named) == 1 + MOST
    assert "6 others" in named
    assert sum(Decimal(text.removesuffix(" CNY").replace(",", "")) for text in texts(chart(*many))[3::2]) == sum(
        value for *_, value in many
    )


def test_names_are_only_names() -> None:
    table = pd.DataFrame([{"payer": "<script>", "receiver": "b&\u202e", "amount": Decimal(1), "unit": "C"}])
    text = flow_chart(table, POOLS, str, '"><script>', "en")
    ET.fromstring(text)
    assert "<script" not in text
    assert "\u202e" not in text
    assert not re.search(r"style=|href", text)
