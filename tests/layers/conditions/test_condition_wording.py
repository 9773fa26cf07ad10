"""Whole conditions in the words of the four languages."""

from __future__ import annotations

import pytest

from layers.conditions import parse_condition
from maps.words import catalogue, languages, number_style

TITLES = {
    "unit_id": "code",
    "metro": "Metropolis",
    "main": "main function",
    "main = forest": "Forest",
    "main = wood": "Forest",
    "slope": "Slope",
}
ENGLISH = {
    "TRUE": "always",
    "FALSE": "never",
    "metro": "Metropolis holds",
    "NOT metro": "Metropolis does not hold",
    "metro = FALSE": "Metropolis = false",
    "unit_id LIKE '34____'": "code begins with 34 (6 signs)",
    "unit_id LIKE '34____%'": "code begins with 34 (6 signs or more)",
    "unit_id LIKE '34%'": "code begins with 34",
    "unit_id NOT LIKE '34%'": "code does not begin with 34",
    "unit_id LIKE '%34'": "code is like '%34'",
    "unit_id LIKE '34'": "code is like '34'",
    "unit_id LIKE '3\\_%'": "code is like '3\\\\_%'",
    "unit_id LIKE 'a b%'": "code begins with 'a b'",
    "main = 'forest'": "main function = Forest",
    "main IN ('forest', 'wood', 'town')": "main function is one of Forest, 'town'",
    "main NOT IN ('forest')": "main function is none of Forest",
    "slope > 1000 AND slope <= 2.5 * limit": "Slope > 1,000 and Slope <= 2.5 * limit",
    "slope BETWEEN 1 AND 2 OR (metro AND main = 'forest')": (
        "Slope is between 1 and 2 or (Metropolis holds and main function = Forest)"
    ),
    "NOT (metro OR slope IS NULL)": "not (Metropolis holds or Slope: missing)",
    "slope IS NOT NULL": "Slope is given",
    "NOT slope > 3": "not Slope > 3",
}


@pytest.mark.parametrize(("text", "said"), ENGLISH.items(), ids=list(ENGLISH))
def test_a_condition_in_english(text: str, said: str) -> None:
    assert parse_condition(text).said(TITLES, catalogue("clause", "en"), number_style("en").written) == said


@pytest.mark.parametrize("language", languages())
def test_no_language_shows_the_words_of_a_program(language: str) -> None:
    words, signs = catalogue("clause", language), number_style(language).written
    for text in ENGLISH:
        said = parse_condition(text).said(TITLES, words, signs)
        assert not {"AND", "OR", "NOT", "LIKE", "IN", "BETWEEN", "NULL", "TRUE", "FALSE"} & set(said.split()), said
        assert "____" not in said


def test_codes_in_chinese_and_numbers_in_portuguese() -> None:
    told = {
        one: parse_condition("unit_id LIKE '34____' AND slope > 1000.5").said(
            {}, catalogue("clause", one), number_style(one).written
        )
        for one in ("zh", "pt", "fr")
    }
    assert told["zh"] == "unit_id 以 34 开头（共 6 位），且 slope > 1,000.5"
    assert told["pt"] == "unit_id começa com 34 (6 sinais) e slope > 1.000,5"
    assert told["fr"].startswith("unit_id commence par 34 (6 signes) et ")
