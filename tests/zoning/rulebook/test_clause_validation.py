"""Provisions of a rulebook: floors that cannot be meant as they are written are refused with their place."""

from __future__ import annotations

from datetime import date

import pytest

from layers.errors import ZoneplanError
from zoning.rulebook import read_rulebook

DAY = date(2025, 1, 1)

FLOOR = """
[[floors]]
line = "red_line"
of = "forest_ha"
at_least = "least_share"
level = "study"
title = { en = "Red line of all forest", zh = "红线" }
reference = "Small Act, section 7"
"""
FOREST = """
[[indicators]]
name = "forest_ha"
unit = "ha"
when_absent = "unknown"
"""
LEAST = """
[[parameters]]
name = "least_share"
unit = "% of the forest"
values = [{ value = 80, from = 2020-01-01 }]
reference = "Small Act, section 7"
"""


def rulebook_with(write_rulebook, floor: str = FLOOR, forest: str = FOREST, least: str = LEAST):
    return write_rulebook(
        lines=lambda text: text + floor,
        indicators=lambda text: text + forest,
        parameters=lambda text: text + least,
    )


def test_a_floor_that_can_be_meant(write_rulebook) -> None:
    (floor,) = read_rulebook(rulebook_with(write_rulebook), DAY).floors
    assert (floor.line, floor.of, floor.at_least, floor.level) == ("red_line", "forest_ha", "least_share", "study")
    old = FLOOR + "until = 2024-01-01\n"
    assert read_rulebook(rulebook_with(write_rulebook, old), DAY).floors == ()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"red_line"', '"red_lime"', "line 8, column 8: there is no control line 'red_lime'; did you mean 'red_line'?"),
        ('"forest_ha"', '"forst_ha"', "'forst_ha' does not stand in indicators.toml; did you mean 'forest_ha'?"),
        ('"forest_ha"', '"population"', "'population' is in persons; a floor is a part of a measure in ha"),
        ('"least_share"', '"leest_share"', "'leest_share' does not stand in parameters.toml; did you mean"),
        ('"least_share"', '"density_min"', "'density_min' is in persons/km2; a floor is a number in 1 or in %"),
        ('"study"', '"province"', "level"),
        (', zh = "红线"', "", "title has no text in zh; give one"),
    ],
)
def test_floors_that_cannot(write_rulebook, old: str, new: str, words: str) -> None:
    assert old in FLOOR
    with pytest.raises(ZoneplanError) as caught:
        read_rulebook(rulebook_with(write_rulebook, FLOOR.replace(old, new, 1)), DAY)
    assert words in str(caught.value)
    assert "small/lines.toml, line " in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_floor_needs_its_number_on_the_day(write_rulebook) -> None:
    later = LEAST.replace("2020-01-01", "2030-01-01")
    with pytest.raises(ZoneplanError, match="'least_share' has no value on 2025-01-01; it has values from 2030-01-01"):
        read_rulebook(rulebook_with(write_rulebook, least=later), DAY)
    dated = FLOOR + "from = 2030-01-01\n"
    assert read_rulebook(rulebook_with(write_rulebook, dated, least=later), DAY).floors == ()
