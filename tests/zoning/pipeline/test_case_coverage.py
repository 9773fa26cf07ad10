"""What nothing of a rulebook reaches: zones without an instrument, numbers that no worked case holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from maps.drafts import write_first_rulebook
from tests.helpers import replace_in
from zoning.pipeline.worked_cases import case_coverage


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small rulebook of which everything is reached."""
    return write_first_rulebook(tmp_path / "upland")


def add(folder: Path, file: str, text: str) -> None:
    (folder / file).write_text((folder / file).read_text("utf-8") + text, "utf-8")


def found(folder: Path) -> dict[str, tuple[str, ...]]:
    return {one.code: one.features for one in case_coverage(folder)}


NUMBER = """
[[parameters]]
name = "{name}"
unit = "1"
values = [{{ value = {value}, from = 2020-01-01 }}]
reference = "x"
"""


def test_nothing_is_left_out_of_a_first_rulebook(folder: Path) -> None:
    assert found(folder) == {}


def test_a_zone_that_no_policy_asks_for(folder: Path) -> None:
    add(folder, "zones.toml", '\n[[zones]]\ncode = "dry_country"\nkind = "main"\ntitle = { en = "Dry country" }\n')
    add(folder, "zones.toml", '\n[[zones]]\ncode = "wet"\nkind = "overlay"\ntitle = { en = "Wet" }\n')
    assert found(folder) == {"zone_without_instrument": ("dry_country", "wet")}  # wet is no wet_country


def test_an_instrument_of_which_a_zone_has_neither_policy_nor_reason(folder: Path) -> None:
    replace_in(
        folder,
        "[[coverage.gaps]]\nreason",
        "[[coverage.gaps]]\nwhen = \"main = 'other_land'\"\nreason",
        "coverage.toml",
    )
    (one,) = case_coverage(folder)
    assert (one.code, one.features) == ("instrument_not_stated", ("fees",))
    assert (one.message.fields["zone"], one.message.fields["day"]) == ("wet_country", "2020-01-01")


def test_numbers_by_what_reads_them(folder: Path) -> None:
    add(folder, "parameters.toml", NUMBER.format(name="idle", value=3) + NUMBER.format(name="fee", value=7))
    replace_in(folder, "strictness = 2", 'strictness = 2\nparameters = { fee = "fee" }', "policies.toml")
    assert found(folder) == {"parameter_unread": ("idle",), "parameter_told": ("fee",)}


def test_a_number_that_no_case_holds(folder: Path) -> None:
    """Without the cases on the threshold, nine tenths and nothing are wet or not whatever the number is."""
    cases = (folder / "cases" / "first.toml").read_text("utf-8")
    head, exact, under, *others = cases.split("\n[[cases]]\n")
    (folder / "cases" / "first.toml").write_text("\n[[cases]]\n".join([head, *others]), "utf-8")
    assert found(folder) == {"parameter_unmoved": ("wetland_share_min",)}
    for kept in (exact, under):
        (folder / "cases" / "first.toml").write_text("\n[[cases]]\n".join([head, *others, kept]), "utf-8")
        assert found(folder) == {}, kept


def test_a_number_behind_a_derived_measure_is_followed(folder: Path) -> None:
    """The measure is a share of a cap; the rule compares with the measure alone."""
    add(folder, "parameters.toml", NUMBER.format(name="cap", value=0.5))
    (folder / "land.toml").write_text(
        '[[derived]]\nname = "wetness"\ntitle = { en = "Wetness" }\nreference = "x"\n'
        '[[derived.bands]]\nvalue = "wetland_share * cap"\n',
        "utf-8",
    )
    replace_in(folder, "value = 0.25", "value = 0.125", "parameters.toml")
    replace_in(folder, "wetland_share >=", "wetness >=", "rules.toml")
    replace_in(folder, 'title = { en = "Other land" }', 'title = { en = "Other land" }\n', "zones.toml")
    replace_in(folder, "{ value = 0.5, from = 2020-01-01 }", "{ value = 0.5 }", "parameters.toml")
    assert found(folder) == {}


def test_a_text_and_a_truth_value_have_others(folder: Path) -> None:
    add(
        folder,
        "parameters.toml",
        NUMBER.format(name="kind", value="'bog'") + NUMBER.format(name="strict", value="true"),
    )
    add(folder, "indicators.toml", '\n[[indicators]]\nname = "soil"\ntype = "text"\nwhen_absent = "unknown"\n')
    when = "\"main = 'wet_country'\""
    replace_in(folder, when, "\"main = 'wet_country' AND (soil = kind OR soil IS NULL) AND strict\"", "policies.toml")
    assert found(folder) == {"parameter_unmoved": ("kind",)}
    case = '\n[[cases]]\nname = "a bog"\ndate = 2025-01-01\nsource = "pencil"\n'
    case += "given = { wetland_share = 0.5, soil = 'bog' }\n"
    add(folder, "cases/first.toml", case + 'expect = { policies = ["no-building-in-wet-country"] }\n')
    assert found(folder) == {}


def test_the_command_names_them_and_refuses_plans(folder: Path, command: Callable) -> None:
    add(folder, "parameters.toml", NUMBER.format(name="idle", value=3))
    told = command("check", folder, "--coverage")
    assert told.code == 0
    assert "note: nothing reads 'idle'; take it out, or name it where it counts" in told.out
    assert "idle" not in command("check", folder).out
    refused = command("check", folder / "zones.toml", "--coverage")
    assert refused.code == 2
    assert "no rulebook; --coverage goes with one" in refused.err
