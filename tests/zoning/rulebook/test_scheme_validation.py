from __future__ import annotations

from datetime import date

import pytest

from layers.errors import SeveralErrors
from zoning.errors import RulebookError
from zoning.rulebook import read_rulebook

LAW = """
[[schemes]]
code = "first"
title = { en = "First", zh = "一" }
until = 2021-01-01
reference = "Small Act, section 30"
parameters = [{ name = "light_margin_pct", unit = "%", values = [{ value = 10 }], reference = "Small Act, section 31" }]

[[schemes]]
code = "second"
title = { en = "Second", zh = "二" }
from = 2021-01-01
reference = "Small Act, section 32"

[[schemes.parameters]]
name = "light_margin_pct"
unit = "%"
values = [{ value = 10, until = 2023-01-01 }, { value = 5, from = 2023-01-01 }]
title = { en = "Margin", zh = "容差" }
reference = "Small Act, section 33"

[[schemes.parameters]]
name = "rising_is_red"
unit = "1"
values = [{ value = true }]
reference = "Small Act, section 34"
"""

TWICE = """targets = [
    { region = "1", names = ["North"], intensity_fall_pct = 9, reference = "Small Act" },
    { region = "North", intensity_fall_pct = 9, reference = "Small Act" },
]"""


def complaints(write_rulebook, text: str) -> list[str]:
    folder = write_rulebook()
    (folder / "energy.toml").write_text(text, "utf-8")
    with pytest.raises((RulebookError, SeveralErrors)) as caught:
        read_rulebook(folder, date(2025, 1, 1))
    return [str(error) for error in getattr(caught.value, "errors", [caught.value])]


def test_schemes_of_all_days_are_read(write_rulebook) -> None:
    folder = write_rulebook()
    (folder / "energy.toml").write_text(LAW, "utf-8")
    rulebook = read_rulebook(folder, date(2025, 1, 1))
    assert [scheme.code for scheme in rulebook.schemes] == ["first", "second"]
    second = rulebook.schemes[1]
    assert second.value("light_margin_pct", date(2022, 12, 31)) == 10
    assert second.value("light_margin_pct", date(2023, 12, 31)) == 5
    assert second.holds("rising_is_red", date(2023, 12, 31))
    assert not second.holds("exempt_is_subtracted", date(2023, 12, 31))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            '"rising_is_red"',
            '"rising_is_redd"',
            "line 23, column 8: no scheme has 'rising_is_redd'; did you mean 'rising_is_red'",
        ),
        ('"rising_is_red"', '"light_margin_pct"', "'light_margin_pct' stands twice"),
        ("value = true", "value = 1", "'rising_is_red' needs true or false"),
        ("value = 10 }]", "value = -1 }]", "'light_margin_pct' needs a number of 0 or more"),
        ("value = 10 }]", 'value = "10" }]', "'light_margin_pct' needs a number of 0 or more"),
        ('name = "light_margin_pct"', 'name = "rising_is_red"', "parameter 'light_margin_pct' is missing"),
        ("until = 2023-01-01", "until = 2024-01-01", "two values of 'light_margin_pct' hold on the same days"),
        ("from = 2023-01-01", "from = 2023-06-01", "'light_margin_pct' has no value on 2023-01-01"),
        ("value = 10, until", "value = 10, from = 2022-01-01, until", "has no value on 2021-01-01"),
        ("value = 5, from = 2023-01-01", "value = 5, from = 2023-01-01, until = 2024-01-01", "no value on 2024-01-01"),
        (
            "from = 2021-01-01\nref",
            "from = 2020-01-01\nref",
            "schemes 'first' (until 2021-01-01) and 'second' (from 2020",
        ),
        ("until = 2021-01-01\nref", "from = 2022-01-01\nuntil = 2021-01-01\nref", "it ends before it begins"),
        ('{ en = "Margin", zh = "容差" }', '{ en = "Margin" }', "title has no text in zh; give one"),
        ('{ en = "First", zh = "一" }', '{ en = "First" }', "title has no text in zh; give one"),
        ('code = "first"', 'code = "first"\nunit = "kg"', "'unit' must be 'tce' or 'tco2', not the text 'kg'"),
        ("parameters = [", "numbers = [", "unknown key 'numbers'"),
        (
            'section 30"',
            'section 30"\ntargets = [{ region = "1", intensity_fall_pct = 9, reference = "Small Act" }]',
            "targets of regions are for a whole term; say when the scheme begins and ends (from, until)",
        ),
        (
            'section 30"',
            'section 30"\nfrom = 2016-01-01\n' + TWICE,
            "two regions are called 'North'",
        ),
        (
            'section 30"',
            'section 30"\nfrom = 2016-01-01\ntargets = [{ region = "1", intensity_fall_pct = 9 }]',
            "reference",
        ),
    ],
)
def test_schemes_that_cannot_be_meant(write_rulebook, old, new, said) -> None:
    assert old in LAW
    found = complaints(write_rulebook, LAW.replace(old, new, 1))
    assert any(said in text for text in found), found
    assert all(text.startswith("small/energy.toml, line ") for text in found)
