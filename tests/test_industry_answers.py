"""Of no built-in rulebook, on no day and nowhere, an industry is allowed because nobody has looked."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import chain, combinations
from pathlib import Path

import pytest

import zoneplan as zp
from maps.telling.explanations.industry_query import ask_industry
from maps.telling.reports.report_page import report
from maps.telling.reports.unit_dossier import dossier
from maps.web.page_model import as_json
from maps.web.unit_details import cards
from maps.words import coverage_text, localize
from zoning.policies import cover_lists, judge_industry, list_industries
from zoning.rulebook import Rulebook, builtin_rulebooks, find_rulebook, read_draft, read_rulebook
from zoning.rulebook.rulebook_model import changes, in_force_on

WITH_LISTS = [name for name in builtin_rulebooks() if (find_rulebook(name) / "industries.toml").is_file()]
DANGEROUS = {"D4414": "nuclear power", "C267": "explosives"}


def rulebooks_of(name: str) -> Iterator[Rulebook]:
    """A rulebook, read once, on the days on which it changes and those before: between them nothing does."""
    draft = read_draft(name)
    days = changes(draft)
    for day in sorted({*days, *(day - timedelta(days=1) for day in days[1:])}):
        yield in_force_on(draft, day)


def said_complete(name: str, day) -> set[str]:
    """The lists of a rulebook that declare that they are complete, by the file alone."""
    written = tomllib.loads((find_rulebook(name) / "industries.toml").read_text("utf-8")).get("lists", [])
    held = (one for one in written if one.get("from", day) <= day and not one.get("until", day + timedelta(1)) <= day)
    return {one["id"] for one in held if one.get("complete", False)}


@pytest.mark.parametrize("name", WITH_LISTS)
def test_nothing_is_allowed_unless_all_lists_that_hold_are_complete(name: str) -> None:
    asked = set()
    for rulebook in rulebooks_of(name):
        state = (rulebook.industries, rulebook.lists, {one.list for one in rulebook.policies})
        if repr(state) in asked:
            continue
        asked.add(repr(state))
        every = sorted({one.list for one in rulebook.policies if one.list})
        items, complete = list_industries(rulebook), said_complete(name, rulebook.day)
        codes = list(rulebook.branches.branches)[::5]
        for held in chain.from_iterable(combinations(every, size) for size in range(len(every) + 1)):
            here, lists = items[items["list"].isin(held)], cover_lists(held, items, rulebook)
            answers = {judge_industry(here, code, rulebook.branches, lists=lists).answer for code in codes}
            assert answers <= {"prohibited", "conditional", "allowed", "not_listed"}
            assert ("allowed" in answers) <= (bool(held) and set(held) <= complete), (rulebook.day, held)


@pytest.mark.parametrize("name", WITH_LISTS)
def test_no_more_items_are_read_than_the_list_is_known_to_have(name: str) -> None:
    for rulebook in rulebooks_of(name):
        for one in cover_lists({one.list for one in rulebook.industries}, list_industries(rulebook), rulebook):
            assert one.items_read <= (one.items_known or one.items_read)


@pytest.fixture(scope="module")
def provinces(plan_of: Callable[[str], zp.Plan]) -> zp.Plan:
    return plan_of("china_provinces")


def test_nuclear_power_and_explosives_in_beijing_are_not_allowed(provinces: zp.Plan) -> None:
    for code in DANGEROUS:
        verdict = ask_industry(localize(provinces), "110000", code).verdict
        assert verdict.answer == "not_listed"
        (national,) = verdict.lists
        assert (national.list, national.complete, national.items_known) == ("market-access", False, 117)
        assert national.items_read == (provinces.industries["list"] == "market-access").sum() == 28


def test_the_national_list_of_2025_is_shorter() -> None:
    rulebook = read_rulebook("main_functional_areas", date(2025, 7, 1))
    (national,) = cover_lists(["market-access"], list_industries(rulebook), rulebook)
    assert coverage_text(vars(national), "en") == "28 of about 106 items"


def test_map_report_dossier_place_and_json_say_how_much_was_read(provinces: zp.Plan) -> None:
    read = "28 of about 117 items"  # those in force on the day of the plan
    place = zp.at(provinces, 116.4, 39.9, industry="D4414")
    told = json.loads(json.dumps(place.as_dict()))
    assert told["industry"]["verdict"] == "not_listed"
    for one in (told["lists"], told["industry"]["lists"]):
        assert [(row["complete"], row["items_read"], row["items_known"]) for row in one] == [(False, 28, 117)]
    assert "planned: not listed" in place.text()
    pages = {
        "place": place.text(),
        "explanation": zp.explain(provinces, "110000").text(),
        "report": report(provinces),
        "dossier": dossier(provinces, "110000"),
    }
    assert [name for name, page in pages.items() if read not in page] == []
    texts = as_json(cards(localize(provinces)))  # of the map, where numbers stand apart from the texts
    assert "read: \\u0000 of about \\u0000 items" in texts


def test_at_answers_on_a_study_without_lists(run_of: Callable[[str], Path], command) -> None:
    done = command("at", run_of("us_mountain_west"), "-104.99", "39.74", "--industry", "2211", "--json")
    assert not done.code
    told = json.loads(done.out)
    assert (told["industry"]["verdict"], told["industry"]["lists"], told["lists"]) == ("not_listed", [], [])
