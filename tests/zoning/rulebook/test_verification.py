"""Verified is derived: from where a text was read, and never more than everything that it rests on."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import date
from itertools import product
from pathlib import Path

import pytest

from layers.phrases import english
from layers.sources import Section, Source, Sourced, as_of
from tests.helpers import builtin_rulebook
from zoning.pipeline.rulebook_audit import audit
from zoning.rulebook import (
    Draft,
    Membership,
    Policy,
    Rulebook,
    Scheme,
    builtin_rulebooks,
    find_rulebook,
    read_draft,
    read_rulebook,
    typed_verified_note,
)
from zoning.rulebook.chapter_schemas import Gap, IndustryList

ROOT = Path(__file__).parents[3]
SHIPPED = (*builtin_rulebooks(), ROOT / "tests/data/toy/rules", ROOT / "benchmarks/us_counties/rules")
OWN = re.compile(r"\b(?:study|house|benchmark)'s own\b|carried over|^(?:city clusters|plans of)|^Toy Act, section \d+$")
DAY = date(2026, 11, 25)


def days(name: str | Path) -> list[Rulebook]:
    """A rulebook on each day on which anything of it changes."""
    return [builtin_rulebook(name).at(day) for day in builtin_rulebook(name).changes]


def inside(section: Section) -> Iterator[Sourced]:
    """Everything with a source in an entry, itself first."""
    if isinstance(section, Sourced):
        yield section
    for name in type(section).model_fields:
        value = getattr(section, name)
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, Section):
                yield from inside(one)


def entries(of: Draft | Rulebook) -> Iterator[Sourced]:
    """Everything with a source in a rulebook."""
    for kind in fields(of):
        value = getattr(of, kind.name)
        if kind.name in {"draft", "files", "documents", "cases"}:
            continue
        for one in value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else ():
            if isinstance(one, Section):
                yield from inside(one)


@pytest.mark.parametrize(
    ("kind", "read_on"), [*product(["official", "copy", "secondary", "memory"], [None, DAY])], ids=str
)
def test_only_a_text_that_was_read_is_verified(kind: str, read_on: date | None) -> None:
    source = Source.model_validate({"kind": kind, "read_on": read_on})
    verified = kind in {"official", "copy"} and read_on is not None
    one = Sourced(source=source)
    assert (source.verified, one.verified, one.official) == (verified, verified, verified and kind == "official")
    assert not one.resting_on(False).verified
    assert one.verified == verified  # nothing was changed in place
    assert not Sourced().verified


def test_a_clause_is_read_until_another_edition_holds(tmp_path: Path) -> None:
    """A law amended on 3 June 2023, of which the text of before was read: checked for a plan of the day before."""
    folder = tmp_path / "rules"
    shutil.copytree(find_rulebook("main_functional_areas"), folder)
    path = folder / "policies.toml"
    head, entry = path.read_text("utf-8").split('id = "annual-land-plan"', 1)
    until = 'read_on = 2026-11-25, edition_until = 2023-06-03, kind = "copy"'
    entry = entry.replace('read_on = 2026-11-25, kind = "copy"', until, 1)
    path.write_text(f'{head}id = "annual-land-plan"{entry}', "utf-8")
    read = read_rulebook(folder)
    found = {}
    for day in (date(2023, 6, 2), date(2023, 6, 3), date(2025, 1, 1)):
        on_day = read.at(day)
        (plan,) = (one for one in on_day.policies if one.id == "annual-land-plan")
        found[day] = (plan.reading, plan.verified, on_day.policies_checked[1])
        whole = builtin_rulebook("main_functional_areas").at(day).policies_checked[1]
        assert found[day][2] == whole - (not plan.verified)
    assert [one[:2] for one in found.values()] == [("copy", True), ("older", False), ("older", False)]
    assert read.at(date(2023, 6, 2)).policies[0] == read.at(date(2023, 6, 3)).policies[0]  # the same is written


def test_what_was_repealed_was_read_in_the_edition_that_it_had() -> None:
    seen = Source(kind="copy", read_on=DAY, edition_until=date(2023, 6, 3))
    over = Gap(reason={"en": "another law follows"}, until=date(2023, 6, 3), source=seen)
    assert as_of(over, date(2025, 1, 1)) is over
    assert as_of(over.model_copy(update={"until": date(2023, 6, 4)}), date(2025, 1, 1)).reading == "older"
    for kind in ("secondary", "memory"):  # there an edition changes nothing: the text was not read
        assert Source(kind=kind, edition_until=date(2020, 1, 1)).as_of(DAY).reading == kind


@pytest.mark.parametrize("name", SHIPPED, ids=str)
def test_what_is_typed_changes_no_answer(name: str | Path) -> None:
    found = list(entries(builtin_rulebook(name)))
    assert found
    for one in found:
        for typed in (True, False, None):
            assert one.model_copy(update={"typed_verified": typed}).verified == one.verified
        assert one.typed_verified is None


def test_no_other_code_reads_what_is_typed() -> None:
    readers = {
        path.relative_to(ROOT).as_posix()
        for room in ("layers", "zoning", "maps", "zoneplan")
        for path in (ROOT / room).rglob("*.py")
        if "typed_verified" in re.sub(r"typed_verified_note|_typed_verified\b", "", path.read_text("utf-8"))
    }
    assert readers == {
        "layers/sources/base_models.py",  # the key itself
        "zoning/rulebook/rulebook_model.py",  # a parameter of a day keeps what its file says, to be written again
        "zoning/rulebook/rulebook_folder.py",  # the note
        "zoning/pipeline/study_checks.py",  # the note of a plan
    }


def parts_of(entry: Sourced, rulebook: Rulebook) -> Iterator[Sourced]:
    """What an entry rests on, by every word of its texts: a second way, which parses no condition."""
    if isinstance(entry, Scheme):
        yield from entry.parameters
        return
    if isinstance(entry, IndustryList):
        yield from (one for one in rulebook.industries if one.list == entry.id)
    if isinstance(entry, Membership):
        codes = {*entry.region.members} if entry.region.on(rulebook.day) else set()
        yield from (one for one in rulebook.places if one.code in codes and one.source is not None)
    texts = [getattr(entry, key, "") for key in ("when", "holds", "at_least", "level")]
    texts += [text for band in getattr(entry, "bands", ()) for text in (band.when, band.value)]
    if isinstance(entry, Policy):
        yield from entry.exceptions
        yield from (one for one in (entry.extent,) if one)
        yield from (one for one in rulebook.industries if one.list == entry.list)
        yield from (one for one in rulebook.lists if one.id == entry.list)
        texts += [one.when for one in entry.exceptions] + [str(one) for one in entry.parameters.values()]
    names = set(re.findall(r"\w+", " ".join(texts)))
    yield from (one for name, one in rulebook.parameters.items() if name in names)
    yield from (one for one in rulebook.derived if one.name in names and one is not entry)


@pytest.mark.parametrize("name", SHIPPED, ids=str)
def test_nothing_is_more_verified_than_its_parts(name: str | Path) -> None:
    for rulebook in days(name) or [builtin_rulebook(name)]:
        kinds = ("rules", "floors", "policies", "derived", "norms", "lists", "schemes")
        for entry in (one for kind in kinds for one in getattr(rulebook, kind)):
            own = entry.source is not None and entry.source.verified
            unread = [one.reference for one in parts_of(entry, rulebook) if not one.verified]
            assert entry.verified == (own and not unread), (rulebook.day, entry.reference, unread)


def test_a_tax_is_as_verified_as_its_bands_and_a_policy_as_its_extent(tmp_path: Path) -> None:
    whole = builtin_rulebook("main_functional_areas")
    tax = {one.name: one.verified for one in whole.derived if one.name.startswith("occupation_tax")}
    assert set(tax.values()) == {True}
    folder = tmp_path / "rules"
    shutil.copytree(find_rulebook("main_functional_areas"), folder)
    text = (folder / "parameters.toml").read_text("utf-8")
    head, entry = text.split('name = "occupation_tax_band_2"', 1)
    (folder / "parameters.toml").write_text(
        f'{head}name = "occupation_tax_band_2"{entry.replace("copy", "secondary", 1)}', "utf-8"
    )
    less = read_rulebook(folder)
    found = {one.name: one.verified for one in less.derived if one.name.startswith("occupation_tax")}
    assert {name for name in tax if not found[name]} == {
        "occupation_tax_least_cny_per_m2",
        "occupation_tax_most_cny_per_m2",
    }
    (norm,) = (one for one in less.norms if one.id == "occupation-tax-rate")
    assert not norm.verified
    west = {one.id: one for one in builtin_rulebook("us_west").policies}
    assured = west["az-assured-water"]
    assert assured.source is not None
    assert (assured.source.verified, assured.verified) == (True, False)  # its counties are from memory


@pytest.mark.parametrize("name", SHIPPED, ids=str)
def test_every_entry_says_where_it_was_read_or_that_it_is_an_own_choice(name: str | Path) -> None:
    for entry in entries(read_draft(name)):
        if entry.source is None and entry.reference:
            told = english(entry.reference)
            assert OWN.search(told) or told.endswith(", not read"), entry.reference
        for source in (entry.source, *(one.source for one in getattr(entry, "dated", ()))):
            if source is not None and source.verified:
                assert source.document, entry.reference
                assert source.url or "toy" in str(name), entry.reference
                assert source.read_on is not None
                assert source.read_on <= date(2026, 11, 29), entry.reference


def test_what_is_typed_gives_one_note(tmp_path: Path, command: Callable) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(ROOT / "tests/data/toy/rules", folder)
    parameters, policies = folder / "parameters.toml", folder / "policies.toml"
    parameters.write_text(
        parameters.read_text("utf-8").replace('section 3"\n', 'section 3"\nverified = true\n'), "utf-8"
    )
    policies.write_text(
        policies.read_text("utf-8").replace('section 10"\n', 'section 10"\nverified = false\n'), "utf-8"
    )
    rulebook = read_rulebook(folder)
    assert not rulebook.parameters["plant_min_mw"].verified
    (note,) = typed_verified_note(read_draft(folder))
    assert (note.level, note.code, note.count) == ("note", "typed_verified", 2)
    assert "rules/parameters.toml, line" in note.text
    assert "this has no effect" in note.text
    assert [one.code for one in audit(folder)] == ["typed_verified"]
    said = command("check", folder)
    assert (said.code, said.out.count("this has no effect")) == (0, 1)
    for name in SHIPPED:
        assert not list(typed_verified_note(read_draft(name)))


def test_a_plan_whose_rulebook_types_it_gets_one_note(toy_folder: Path, command: Callable) -> None:
    rules = toy_folder / "rules" / "rules.toml"
    rules.write_text(rules.read_text("utf-8").replace('section 2"\n', 'section 2"\nverified = true\n'), "utf-8")
    said = command("check", toy_folder / "plan.toml")
    assert (said.code, said.out.count("this has no effect")) == (0, 1)
