"""Special regions: who lies in one by code, by name, by layer; days; programmes; and what cannot be meant."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

import zoneplan as zp
from layers.errors import ZoneplanError
from zoneplan import derive
from zoning.rulebook import Membership, calendar_faults, read_draft, read_rulebook
from zoning.rulebook.chapter_schemas import Place

DAY = date(2025, 1, 1)
REGIONS = """
[[places]]
code = "vale"
title = { en = "Vale", zh = "谷地" }
ids = ["7_", "lone"]
names = ["The Vale"]

[[places]]
code = "moor"
title = { en = "Moor", zh = "荒原" }
ids = ["80"]
names = ["Moor"]
except_ids = ["8_"]

[[regions]]
code = "fen"
title = { en = "Fen", zh = "沼泽" }
members = ["vale"]
partly = ["moor"]
reference = "Fen Act"
until = 2026-01-01
[[regions.programmes]]
id = "first"
title = { en = "First", zh = "第一" }
from = 2020-01-01
until = 2025-06-01
[[regions.programmes]]
id = "second"
title = { en = "Second", zh = "第二" }
from = 2024-01-01

[[regions]]
code = "upland"
title = { en = "Upland", zh = "高地" }
role = "upland"
at_least = 0.5
reference = "Upland Act"
"""
SHARES = """
[[indicators]]
name = "fen_share"
when_absent = "unknown"

[[indicators]]
name = "upland_share"
when_absent = 0
"""


@pytest.fixture
def fens(write_rulebook):
    """The small rulebook with two regions, whose conditions read nothing of them."""
    return write_rulebook(regions=REGIONS, indicators=lambda text: text + SHARES)


def members(folder, units: pd.DataFrame, day: date = DAY) -> dict[str, list]:
    book = read_rulebook(folder, day)
    found = derive(units, book)
    return {one.name: found[one.name].tolist() for one in book.derived if isinstance(one, Membership)}


def test_members_by_code_by_name_and_by_layer(fens) -> None:
    """A pattern, a whole id, a name; of the moor what the layer says, not where an id tells otherwise."""
    units = pd.DataFrame(
        {
            "jurisdiction": ["", "", "The Vale", "Moor", "Moor", "", ""],
            "fen_share": [0.0, 0.0, 0.0, 0.1, 0.1, 0.0, None],
            "upland_share": [0.5, 0.49, 0.0, 0.0, 0.0, 1.0, None],
        },
        index=["71", "lone", "x", "y", "81", "80", "9"],
    )
    found = members(fens, units)
    assert found["in_fen"] == [True, True, True, True, False, False, False]
    assert found["in_upland"] == [True, False, False, False, False, True, pd.NA]


def test_without_the_layer_nobody_knows_of_a_part(fens) -> None:
    """Unknown is a third answer: only of units that may lie in the part."""
    units = pd.DataFrame({"jurisdiction": ["Moor", "Moor", "Elsewhere"]}, index=["y", "81", "z"])
    units["fen_share"] = float("nan")
    units["upland_share"] = 0.0
    assert members(fens, units)["in_fen"] == [pd.NA, False, False]


def test_a_code_that_no_unit_has_is_no_error(fens) -> None:
    units = pd.DataFrame({"fen_share": [0.0], "upland_share": [0.0]}, index=["somewhere"])
    assert members(fens, units) == {"in_fen": [False], "in_upland": [False]}


def test_a_study_without_jurisdictions_gets_no_column_of_them(fens) -> None:
    units = pd.DataFrame({"fen_share": [0.0], "upland_share": [0.0]}, index=["71"])
    found = derive(units, read_rulebook(fens, DAY))
    assert found.columns.tolist() == ["fen_share", "upland_share", "in_fen", "in_upland"]


def test_on_the_day_on_which_a_region_ends_nobody_lies_in_it(fens) -> None:
    units = pd.DataFrame({"fen_share": [0.0], "upland_share": [1.0]}, index=["71"])
    ends = date(2026, 1, 1)
    assert members(fens, units, ends - timedelta(days=1)) == {"in_fen": [True], "in_upland": [True]}
    assert members(fens, units, ends) == {"in_fen": [False], "in_upland": [True]}
    assert ends in read_rulebook(fens, DAY).changes


def test_programmes_that_overlap_run_together_and_end_by_themselves(fens) -> None:
    running = {
        day: [one.id for one in read_rulebook(fens, day).derived[0].programmes]
        for day in (date(2019, 1, 1), date(2023, 1, 1), DAY, date(2025, 6, 1), date(2026, 1, 1))
    }
    assert list(running.values()) == [[], ["first"], ["first", "second"], ["second"], []]


def test_rules_and_policies_ask_for_it(write_rulebook) -> None:
    folder = write_rulebook(
        regions=REGIONS.replace("[[regions.programmes]]", '[[regions.programmes]]\npolicies = ["dikes"]', 1).replace(
            "until = 2025-06-01\n", ""
        ),
        indicators=lambda text: text + SHARES,
        rules=lambda text: (
            text
            + """
[[rules]]
id = "fen-1"
zone = "energy_rich"
when = "in_fen AND NOT in_upland"
on_unknown = "no"
reason = { en = "it is fen", zh = "沼泽" }
reference = "Fen Act"
"""
        ),
        policies=lambda text: (
            text
            + """
[[policies]]
id = "dikes"
instrument = "land"
when = "in_fen"
title = { en = "Dikes", zh = "堤" }
clause = { en = "Dikes are kept.", zh = "维护堤防。" }
reference = "Fen Act"
"""
        ),
    )
    assert not list(calendar_faults(read_draft(folder)))
    book = read_rulebook(folder, DAY)
    assert "in_fen" in {name for one in book.policies for name in one.when.split()}


BROKEN = {
    "there is no place 'vael'": ('members = ["vale"]', 'members = ["vael"]'),
    "is a member already": ('members = ["vale"]', 'members = ["vale", "vale"]'),
    "no region names the place 'vale'": ('members = ["vale"]\n', ""),
    "which does not stand in indicators.toml": ('role = "upland"', 'role = "uplnd"'),
    "it ends before it begins": ("until = 2025-06-01", "until = 2019-06-01"),
    "and the region is in force": ("from = 2024-01-01", "from = 2026-02-01"),
    "'first' stands twice": ('id = "second"', 'id = "first"'),
    "policies.toml has no 'dikes'": ('id = "second"', 'id = "second"\npolicies = ["dikes"]'),
    "does not ask 'in_fen'": ('id = "second"', 'id = "second"\npolicies = ["energy-review"]'),
    "without both nobody lies in it": ('ids = ["7_", "lone"]\nnames = ["The Vale"]', ""),
    "title has no text in zh": ('{ en = "Second", zh = "第二" }', '{ en = "Second" }'),
    "or the 'role' of a layer": ('role = "upland"\n', ""),
}


@pytest.mark.parametrize(("complaint", "change"), BROKEN.items(), ids=list(BROKEN))
def test_what_cannot_be_meant_is_told_with_its_place(write_rulebook, complaint: str, change: tuple[str, str]) -> None:
    broken = REGIONS.replace(*change, 1)
    assert broken != REGIONS
    folder = write_rulebook(regions=broken, indicators=lambda text: text + SHARES)
    with pytest.raises(ZoneplanError, match=r"regions\.toml") as error:
        read_rulebook(folder, DAY)
    assert complaint in str(error.value)


def test_a_policy_does_not_outlive_its_programme(write_rulebook) -> None:
    folder = write_rulebook(
        regions=REGIONS.replace('id = "first"', 'id = "first"\npolicies = ["dikes"]'),
        indicators=lambda text: text + SHARES,
        policies=lambda text: (
            text
            + """
[[policies]]
id = "dikes"
instrument = "land"
when = "in_fen"
title = { en = "Dikes", zh = "堤" }
clause = { en = "Dikes are kept.", zh = "维护堤防。" }
reference = "Fen Act"
from = 2020-01-01
"""
        ),
    )
    with pytest.raises(ZoneplanError, match="outlives its programme"):
        read_rulebook(folder, DAY)


def test_a_truth_value_is_no_derived_measure(write_rulebook) -> None:
    wet = """
[[derived]]
name = "wet"
type = "boolean"
title = { en = "Wet", zh = "湿" }
bands = [{ value = "TRUE" }]
reference = "Fen Act"
"""
    with pytest.raises(ZoneplanError, match="truth values are not derived here"):
        read_rulebook(write_rulebook(land=wet), DAY)


def test_a_name_that_means_two_things_is_refused(write_rulebook) -> None:
    clash = '\n[[indicators]]\nname = "in_fen"\ntype = "boolean"\nwhen_absent = false\n'
    with pytest.raises(ZoneplanError, match="'in_fen' is an indicator and a region as well"):
        read_rulebook(write_rulebook(regions=REGIONS, indicators=lambda text: text + SHARES + clash), DAY)


def test_it_is_read_back_as_it_is_written(fens) -> None:
    """A rulebook changed in memory keeps its regions, and they stay in their own file."""
    from zoning.rulebook import as_written, vary_rulebook

    book = read_rulebook(fens, DAY)
    name = next(name for name, one in book.parameters.items() if isinstance(one.value, float))
    moved = vary_rulebook(book, {name: book.values[name] + 1})
    written = as_written(moved, ["fen_share", "upland_share"])
    assert written.regions == book.regions
    assert written.files["regions.toml"] == book.files["regions.toml"]
    assert "land.toml" not in written.files


def test_no_region_of_a_country_is_known_to_python() -> None:
    """The codes of regions stand in rulebooks alone."""
    from pathlib import Path

    codes = {one.code for one in read_draft("main_functional_areas").regions} - {
        "black_soil",
        "border_areas",
        "capital",
    }
    root = Path(zp.__file__).resolve().parent.parent
    sources = [path for package in ("layers", "zoning", "maps", "zoneplan") for path in (root / package).rglob("*.py")]
    found = {code for path in sources for code in codes if code in path.read_text(encoding="utf-8")}
    assert found == set()


def test_a_place_is_the_same_once_its_condition_was_asked_for() -> None:
    asked, fresh = (Place(code="jilin", title={"en": "Jilin"}, names=["Jilin"]) for _ in range(2))
    assert asked.when == "jurisdiction IN ('Jilin')"
    assert asked == fresh != Place(code="jilin", title={"en": "Jilin"}, names=["吉林"])
