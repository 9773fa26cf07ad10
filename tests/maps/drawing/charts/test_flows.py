"""Flow charts: widths are amounts, everybody is there, and names are only names."""

from __future__ import annotations

import re
from decimal import Decimal
from xml.etree import ElementTree as ET

import pandas as pd
import pytest

from maps.drawing.charts.canvas import Chart
from maps.drawing.charts.flows import MOST, NODE, RECEIVES, Wording, flow_chart
from zoning.money import BUDGET, POOL

POOLS = frozenset({POOL, BUDGET})
SVG = "{http://www.w3.org/2000/svg}"
TALL = 52
WORDING = Wording(str.title, lambda value: f"{value:,} CNY", "{n} others", "Payer", "Receiver", "Amount")


def chart(*rows: tuple[str, str, int]) -> Chart:
    table = pd.DataFrame(rows, columns=["payer", "receiver", "amount"]).assign(unit="CNY")
    table["amount"] = [Decimal(value) for value in table["amount"]]
    return flow_chart("A <chart>", table, POOLS, WORDING, tall=TALL)


def picture(*rows: tuple[str, str, int]) -> ET.Element:
    return ET.fromstring(str(chart(*rows).svg))


def widths(drawn: ET.Element) -> list[float]:
    return [float(re.search(r"v([\d.]+)", path.get("d", "")).group(1)) for path in drawn.iter(f"{SVG}path")]


def texts(drawn: ET.Element) -> list[str]:
    return [text.text or "" for text in drawn.iter(f"{SVG}text")]


def columns(drawn: ET.Element) -> list[float]:
    return [float(bar.get("x", "")) for bar in drawn.iter(f"{SVG}rect")]


def test_widths_are_as_the_amounts() -> None:
    thick, thin = widths(picture(("a", "c", 300), ("b", "c", 100)))
    assert thick == pytest.approx(3 * thin, abs=0.05)
    assert thick + thin == pytest.approx(TALL, abs=0.05)


def test_a_pool_stands_in_the_middle() -> None:
    drawn = picture(("a", POOL, 60), ("b", POOL, 40), (POOL, "c", 100))
    left, also, middle, right = columns(drawn)
    assert left == also < middle < right
    assert middle - left == pytest.approx(right - middle, abs=0.02)
    assert texts(drawn) == ["A 60 CNY", "B 40 CNY", "(Pool) 100 CNY", "C 100 CNY"]


def test_a_budget_that_nobody_pays_stands_left() -> None:
    left, right, also = columns(picture((BUDGET, "a", 60), (BUDGET, "b", 40)))
    assert left + NODE < right == also


def test_who_pays_and_receives_stands_on_both_sides() -> None:
    assert texts(picture(("a", POOL, 60), (POOL, "a", 60))) == ["A 60 CNY", "(Pool) 60 CNY", "A 60 CNY"]


def test_who_receives_more_than_it_pays_is_blue() -> None:
    drawn = picture(("a", POOL, 60), ("b", POOL, 40), (POOL, "a", 40), (POOL, "b", 60))
    fills = {(path.find(f"{SVG}title").text or "").split(":")[0]: path.get("fill") for path in drawn.iter(f"{SVG}path")}
    assert [name for name, fill in fills.items() if fill == RECEIVES] == ["(Pool) → B"]


def test_the_smallest_of_many_are_drawn_together_and_the_table_has_all() -> None:
    many = [(BUDGET, f"u{place:02}", 100 + place) for place in range(MOST + 5)]
    named = texts(picture(*many))
    assert len(named) == 1 + MOST
    amounts = [Decimal(re.search(r"([\d,]+) CNY", text).group(1).replace(",", "")) for text in named[1:]]
    assert sum(amounts) == sum(value for *_, value in many)
    assert any(text.startswith("6 others") for text in named)
    numbers = chart(*many).numbers
    assert len(numbers.rows) == len(many)
    assert numbers.rows[0] == (BUDGET.title(), "U00", "100 CNY")


def test_names_are_only_names() -> None:
    table = pd.DataFrame([{"payer": "<script>", "receiver": "b&\u202e", "amount": Decimal(1), "unit": "C"}])
    plain = WORDING._replace(name_of=str)
    text = str(flow_chart('"><script>', table, POOLS, plain).svg)
    ET.fromstring(text)
    assert "<script" not in text
    assert "\u202e" not in text
    assert not re.search(r"style=|href", text)
