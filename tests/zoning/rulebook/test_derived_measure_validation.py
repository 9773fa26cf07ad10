"""What a rulebook's land.toml is refused for, each with file, line and remedy."""

from __future__ import annotations

import pytest

from layers.errors import SeveralErrors
from zoning.errors import RulebookError
from zoning.rulebook import read_rulebook

DERIVED = """
[[derived]]
name = "step"
unit = "ha"
title = { en = "Step", zh = "档" }
reference = "Small Act, section 7"
[[derived.bands]]
when = "population > density_min"
value = "population * density_min / 100"
reason = { en = "many", zh = "多" }
[[derived.bands]]
value = "0"
"""
NORM = """
[[norms]]
id = "norm-1"
holds = "step <= area_km2"
title = { en = "Norm", zh = "标准" }
reference = "Small Act, section 8"
"""


def test_the_example_is_sound(write_rulebook):
    assert [one.name for one in read_rulebook(write_rulebook(land=DERIVED + NORM)).derived] == ["step"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('when = "population > density_min"', 'when = "population > 7"', "a number without a name, 7"),
        ("density_min / 100", "density_min / 1000", "a number without a name, 1000"),
        (
            'value = "0"',
            'value = "popluation"',
            "'popluation' stands neither in parameters.toml nor in indicators.toml; did",
        ),
        ('value = "0"', 'value = "step"', "'step' stands neither"),
        (
            'value = "0"',
            "value = \"'none'\"",
            "this is a text, but 'step' is a number: correct the value, or give type",
        ),
        ('value = "0"', 'value = "at_border"', "this is a boolean, but 'step' is a number"),
        ('value = "0"', 'value = "population >"', "ends too early"),
        ('value = "0"', 'value = "population > density_min"', "a value is needed here"),
        ('value = "0"', 'value = "quota_construction_land"', "is handed out after the measures are derived"),
        (
            'when = "population > density_min"',
            'when = "TRUE"',
            "this row always holds, so that none below it ever counts (1 more)",
        ),
        ('reason = { en = "many", zh = "多" }', 'reason = { en = "many" }', "reason has no text in zh"),
        ('{ en = "Step", zh = "档" }', '{ en = "Step" }', "title has no text in zh"),
        ('name = "step"', 'name = "population"', "'population' is an indicator and a derived measure as well"),
        ('name = "step"', 'name = "step"\nfrom = 2020-01-01\nuntil = 2019-01-01', "it ends before it begins"),
        ('name = "step"', 'name = "step"\nuntil = 2020-01-01', "measure 'step' is not derived on 2020-01-01"),
        ('holds = "step <= area_km2"', 'holds = "step <= 3"', "a number without a name, 3"),
        ('holds = "step <= area_km2"', 'holds = "step <= area_km"', "'area_km' stands neither"),
        (
            'id = "norm-1"',
            'id = "norm-1"\nlevel = "study"',
            "'area_km2' is no sum, and this norm is asked of several units",
        ),
        ('id = "norm-1"', 'id = "norm-1"\nlevel = "jurisdicton"', "there is no level 'jurisdicton'"),
    ],
)
def test_what_cannot_be_meant_is_refused(write_rulebook, old, new, said):
    text = DERIVED + NORM
    assert old in text
    with pytest.raises((RulebookError, SeveralErrors)) as refused:
        read_rulebook(write_rulebook(land=text.replace(old, new, 1)))
    assert said in str(refused.value)
    assert "land.toml, line " in str(refused.value)


def test_two_measures_of_one_name_need_days_of_their_own(write_rulebook):
    with pytest.raises((RulebookError, SeveralErrors), match="'step' is there already"):
        read_rulebook(write_rulebook(land=DERIVED + DERIVED))
    older = DERIVED.replace('name = "step"', 'name = "step"\nuntil = 2020-01-01')
    newer = DERIVED.replace('name = "step"', 'name = "step"\nfrom = 2020-01-01')
    assert len(read_rulebook(write_rulebook(land=older + newer)).derived) == 1


def test_a_measure_sees_only_those_above_it(write_rulebook):
    more = DERIVED.replace('"step"', '"more"').replace('value = "0"', 'value = "step"')
    assert len(read_rulebook(write_rulebook(land=DERIVED + more)).derived) == 2
    with pytest.raises(
        (RulebookError, SeveralErrors), match="a measure is known to those below it, and step come later"
    ):
        read_rulebook(write_rulebook(land=more + DERIVED))
