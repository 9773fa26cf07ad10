"""Audits: what the check of a rulebook says, beyond the faults and cases that have tests of their own."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from layers.errors import ZoneplanError
from tests.helpers import replacement
from zoning.pipeline.rulebook_audit import audit
from zoning.pipeline.worked_cases import Result
from zoning.rulebook import builtin_rulebooks, read_draft, read_rulebook, unread_languages_note
from zoning.rulebook.rulebook_folder import LAWS

DAY = date(2025, 1, 1)


@pytest.mark.whole
@pytest.mark.parametrize("name", builtin_rulebooks())
def test_each_case_of_a_built_in_rulebook_goes_as_expected(
    name: str, results_of: Callable[[str], tuple[Result, ...]]
) -> None:
    results = results_of(name)
    assert [result.text for result in results if not result.passed] == []
    assert len(results) == sum(map(len, read_draft(name).cases.values())) > 0


@pytest.mark.whole
@pytest.mark.parametrize("name", builtin_rulebooks())
@pytest.mark.usefixtures("cases_once")
def test_built_in_rulebooks_have_no_finding(name: str) -> None:
    assert audit(name) == ()


@pytest.mark.parametrize("name", builtin_rulebooks())
def test_a_number_without_a_name_is_refused_in_each_of_them(name, tmp_path) -> None:
    folder = shutil.copytree(LAWS / name, tmp_path / name)
    rules = folder / "rules.toml"
    text, changed = re.subn(r"(>=|>) (\w+_min\w*|0)", r"\1 3", rules.read_text("utf-8"), count=1)
    assert changed
    rules.write_text(text, "utf-8")
    with pytest.raises(
        ZoneplanError, match="a number without a name, 3: name a parameter, with its unit, dates and ref"
    ):
        read_rulebook(folder, DAY)


def test_cases_are_errors_and_other_days_are_warnings(write_rulebook) -> None:
    folder = write_rulebook(
        cases=replacement('status = "review"', 'status = "decided"'),
        parameters=replacement("until = 2020-01-01", "until = 2019-12-30"),
    )
    error, warning = audit(folder)
    assert (error.level, error.code, error.exit_code) == ("error", "case", 2)
    assert (warning.level, warning.code, warning.exit_code) == ("warning", "day", 0)
    assert warning.text.startswith("on 2019-12-30: small/rules.toml, line 4, column 8: parameter 'density_min' has no")


def test_what_is_wrong_on_every_day_is_told_once_as_an_error(write_rulebook) -> None:
    (finding,) = audit(write_rulebook(rules=replacement("population / area_km2", "populaton / area_km2")))
    assert (finding.level, finding.exit_code) == ("error", 2)
    (finding,) = audit(write_rulebook(rules=replacement("[[rules]]", "[[rule]]")))
    assert "rule" in finding.text


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("rules", "ecologically_fragile_share >= fragile_min", "ecologically_fragile_share >= 0.5"),
        ("rules", "population / area_km2 >= density_min", "population * 0.01 / area_km2 >= density_min"),
        ("rules", "energy_mw >= energy_min_mw", "energy_mw BETWEEN energy_min_mw AND 9e9"),
        ("rules", 'when = "at_border"', 'when = "at_border AND energy_mw NOT IN (-1, 2)"'),
        ("policies", 'when = "quota_construction_land > 0"', 'when = "quota_construction_land > 2.5"'),
        ("policies", 'when = "energy_rich"', 'when = "energy_rich AND NOT (population < 500 OR TRUE)"'),
    ],
)
def test_a_number_without_a_name_is_refused_wherever_a_condition_stands(write_rulebook, file, old, new) -> None:
    findings = audit(write_rulebook(**{file: replacement(old, new)}))
    assert findings
    for one in findings:
        assert one.level == "error"
        assert f"{file}.toml" in one.text
        assert "a number without a name" in one.text
        assert "name a parameter, with its unit, dates and reference" in one.text


def test_the_command_says_the_same(write_rulebook, command) -> None:
    folder = write_rulebook(parameters=replacement("until = 2020-01-01", "until = 2019-12-30"))
    told = command("check", folder)
    assert (told.code, told.out.splitlines()[-1]) == (0, "0 errors, 1 warning, 0 notes")
    assert "warning: on 2019-12-30: " in told.out
    found = json.loads(command("check", folder, "--json").out)["findings"]
    assert [(one["level"], one["code"]) for one in found] == [("warning", "day")]


@pytest.mark.parametrize("name", builtin_rulebooks())
def test_a_copy_of_a_built_in_rulebook_may_drop_a_language(name: str, tmp_path: Path) -> None:
    folder = shutil.copytree(LAWS / name, tmp_path / name)
    head = folder / "rulebook.toml"
    head.write_text(re.sub(r"(?m)^languages = .*$", 'languages = ["en"]', head.read_text("utf-8")), "utf-8")
    dropped = sorted({*read_draft(name).head.languages} - {"en"})
    assert read_rulebook(folder, DAY).languages == ("en",)
    (note,) = unread_languages_note(read_draft(folder))
    assert (note.level, note.code, note.features) == ("note", "unread_language", tuple(dropped))
    assert f"has texts in {', '.join(dropped)}, which nobody reads" in note.text
    assert list(unread_languages_note(read_draft(name))) == []


def test_a_language_that_is_listed_and_lacks_a_text_is_an_error(tmp_path: Path) -> None:
    folder = shutil.copytree(LAWS / "us_west", tmp_path / "us_west")
    head = folder / "rulebook.toml"
    head.write_text(head.read_text("utf-8").replace('["en", "zh"]', '["en", "zh", "fr"]'), "utf-8")
    with pytest.raises(ZoneplanError, match="title has no text in fr; give one"):
        read_rulebook(folder, DAY)
