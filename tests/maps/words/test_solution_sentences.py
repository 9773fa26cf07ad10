"""What a quota that is the best by an objective is worth, and what its bounds and rules cost, in sentences."""

from __future__ import annotations

import numpy as np

from maps.words import price_words, rule_name, solution_words
from maps.words.rendering import rule_words


def test_prices_in_both_languages() -> None:
    row = {"shadow_price": -0.25, "price_from": None, "price_to": None, "unit": "ha"}
    assert price_words(row, "suitability") == "one more ha for it would take 0.25 from amount times suitability"
    assert price_words(row, "gini", "zh", "西部") == "西部每多 1 ha，综合基尼系数升高 0.25"
    assert price_words(row | {"shadow_price": 0.0}, "gini") == ""
    assert price_words(row | {"shadow_price": np.nan}, "gini") == ""


def test_rules_with_their_bounds() -> None:
    row = {
        "rule": "limit-water-least",
        "jurisdiction": "CO",
        "unit": "m3",
        "amount": 1e6,
        "least": 2.5,
        "most": np.nan,
    }
    told = row | {"shadow_price": -2.0, "price_from": 1.0, "price_to": 3.0}
    assert list(rule_words(told, "suitability")) == [
        "limit 'water' of CO: 1,000,000, at least 2.5 m3",
        "one more m3 for limit 'water' of CO would take 2 from amount times suitability, from 1 to 3 m3",
    ]
    assert rule_name(row | {"jurisdiction": ""}) == "limit 'water'"


def test_how_good_it_is() -> None:
    row = {
        "objective": "suitability",
        "method": "ranking",
        "value": 17.82,
        "bound": 17.82,
        "gap": 0.0,
        "gap_pct": 0.0,
        "parts": "{}",
    }
    assert solution_words(row, "ha") == (
        "17.82 ha times suitability; no plan has more than 17.82 (gap 0, 0 %); "
        "found by ranking, with proof by its prices"
    )
    assert solution_words(row, "ha", "zh").startswith("数量乘适宜性合计 17.82 ha")
