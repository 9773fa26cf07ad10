"""First rulebooks: what is written runs, its cases hold it, and a copy speaks the languages that are kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from layers.errors import ZoneplanError
from maps.drafts import write_first_rulebook
from maps.errors import WriteError
from maps.words import languages
from zoning.pipeline.rulebook_audit import audit
from zoning.pipeline.worked_cases import run_cases
from zoning.rulebook import builtin_rulebooks, read_draft, read_rulebook

DAY = date(2025, 1, 1)


@pytest.mark.parametrize("language", languages())
def test_it_passes_check_in_every_language(tmp_path: Path, language: str) -> None:
    folder = write_first_rulebook(tmp_path / "upland", language)
    assert audit(folder) == ()
    rulebook = read_rulebook(folder, DAY)
    assert rulebook.name == "upland"
    assert rulebook.languages == tuple(dict.fromkeys(("en", language)))
    assert len(run_cases(folder)) == 4
    comments = [path for path in folder.rglob("*.toml") if not path.read_text("utf-8").startswith("# ")]
    assert comments == []
    assert max(len(line) for path in folder.rglob("*.toml") for line in path.read_text("utf-8").splitlines()) < 400


def test_nothing_of_it_claims_to_be_law(tmp_path: Path) -> None:
    draft = read_draft(write_first_rulebook(tmp_path / "upland"))
    assert not [one for one in (*draft.rules, *draft.policies, *draft.parameters) if one.verified or one.source]


def test_a_broken_number_is_found_by_its_cases(tmp_path: Path) -> None:
    folder = write_first_rulebook(tmp_path / "upland")
    numbers = folder / "parameters.toml"
    numbers.write_text(numbers.read_text("utf-8").replace("0.25", "0.3"), "utf-8")
    assert [one.name for one in run_cases(folder) if not one.passed] == ["exactly a quarter is enough"]


@pytest.mark.parametrize("name", builtin_rulebooks())
def test_a_copy_of_a_built_in_one(tmp_path: Path, name: str) -> None:
    original = read_draft(name)
    whole, english = write_first_rulebook(tmp_path / "whole", like=name), tmp_path / "Plans of 2030"
    assert read_draft(whole).head == original.head.model_copy(update={"name": "whole"})
    assert read_draft(whole).files.keys() == original.files.keys()
    copy = read_rulebook(write_first_rulebook(english, "en", name), DAY)
    assert (copy.name, copy.languages) == ("plans_of_2030", ("en",))
    assert copy.policies == read_rulebook(name, DAY).policies


def test_it_refuses_what_it_cannot_do(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.md").write_text("", "utf-8")
    with pytest.raises(WriteError, match=r"full holds 'notes\.md': nothing is overwritten"):
        write_first_rulebook(tmp_path / "full")
    with pytest.raises(ZoneplanError, match="no language 'xx'"):
        write_first_rulebook(tmp_path / "new", "xx")
    with pytest.raises(ZoneplanError, match="'us_west' has no texts in 'pt'; it speaks en, zh"):
        write_first_rulebook(tmp_path / "new", "pt", "us_west")
    with pytest.raises(ZoneplanError, match="there is no built-in rulebook 'us_wets'; did you mean 'us_west'"):
        write_first_rulebook(tmp_path / "new", like="us_wets")
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(WriteError, match="cannot be written"):
        write_first_rulebook(tmp_path / "file" / "new")
    assert not (tmp_path / "new").exists()


def test_the_command_says_what_to_do_next(tmp_path: Path, command: Callable) -> None:
    told = command("new-rulebook", tmp_path / "upland", "--lang", "zh")
    assert told.code == 0
    assert re.search(r"zoneplan check .*upland", told.out)
    assert command("check", tmp_path / "upland").code == 0
    assert command("new-rulebook", tmp_path / "upland").code != 0
