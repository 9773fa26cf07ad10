"""How many policies were checked against the text of the law: one badge, whose counts are those of its list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, replace
from html import unescape
from pathlib import Path

import pytest

from layers.sources import Section, Source
from maps.telling.annex.annexes import texts
from maps.telling.annex.report_context import ReportContext
from maps.telling.explanations.industry_query import ask_industry
from maps.telling.reports.report_page import report
from maps.web.page_model import PoliciesChecked
from maps.words import localize, provision_text, reading_text
from zoning.plan import Plan
from zoning.policies import list_industries
from zoning.rulebook import Rulebook, builtin_rulebooks, read_rulebook

SAYS = {
    "en": "{n} of the rulebook's {all} policies checked against the text of the law, "
    "{official} of them on the publisher's own site",
    "zh": "规则手册的 {all} 项政策中有 {n} 项已与法律文本核对，其中 {official} 项核对于发布机关网站",
}


@pytest.mark.parametrize("language", SAYS)
@pytest.mark.parametrize("name", builtin_rulebooks())
def test_the_badge_counts_what_its_list_shows(map_page, toy_plan: Plan, name: str, language: str) -> None:
    policies = read_rulebook(name).policies
    rulebook = replace(toy_plan.rulebook, policies=policies)
    plan = toy_plan.having(rulebook=rulebook, policies=toy_plan.policies.iloc[:0])
    edition = ReportContext.of(plan, language)
    _, table = texts(edition).blocks
    rows = [row for group in table.groups for row in group.rows]
    official, copy = (reading_text(one, language) for one in ("official", "copy"))
    counts = {
        "all": len(rows),
        "n": sum(row[-1].startswith((official, copy)) for row in rows),
        "official": sum(row[-1].startswith(official) for row in rows),
    }
    assert counts == dict(zip(("all", "n", "official"), plan.rulebook.policies_checked, strict=True))
    shown = map_page(plan, language)
    assert shown.plan.checked == PoliciesChecked(counts["all"], counts["n"], counts["official"])
    listed = [one.reading for one in shown.plan.texts]
    assert [sum(one in {official, copy} for one in listed), len(listed)] == [counts["n"], counts["all"]]
    assert listed.count(official) == counts["official"]
    assert shown.words["policies_checked"] == edition.words["policies_checked"] == SAYS[language]


def test_the_report_says_how_many_were_checked_and_lists_where(toy_plan: Plan) -> None:
    page = report(toy_plan)
    last = page[page.index('id="limits"') : page.index('id="annex"')]
    assert "1 of the rulebook's 3 policies checked against the text of the law" in unescape(last)
    assert '<section id="texts"' in page[page.index('id="annex"') :]
    assert "nobody has seen" not in page


def test_no_page_speaks_of_texts_that_nobody_has_seen() -> None:
    folder = Path(__file__).parents[2] / "maps"
    for path in (path for ending in ("py", "toml", "js", "j2") for path in folder.rglob(f"*.{ending}")):
        assert "texts that nobody has seen" not in path.read_text("utf-8"), path.name


OWN_LANGUAGE = {"main_functional_areas": "zh", "us_west": "en", "brazil": "pt", "france_zan": "fr"}
"""That in which the law of each built-in rulebook is written."""
TRANSLITERATED = re.compile(r"[A-Z][a-z]+ \[\d{4}\]|\b(Law|Regulation|Opinion|law|lei|decree) ")
"""What no Chinese name of a document has: the number of a document in pinyin, or an English or Portuguese word."""


def texts_of(value: object, name: str = "") -> Iterator[tuple[str, object]]:
    """Each reference and each name of a document in a rulebook, however deep it stands, by its key."""
    if isinstance(value, Section):
        for key in type(value).model_fields:
            inner = getattr(value, key)
            if key == "reference" or (isinstance(value, Source) and key in {"publisher", "document", "article"}):
                yield key, inner
            else:
                yield from texts_of(inner, key)
    elif isinstance(value, tuple):
        for part in value:
            yield from texts_of(part, name)


def cited(rulebook: Rulebook) -> list[tuple[str, object]]:
    values = [getattr(rulebook, kind.name) for kind in fields(rulebook)]
    values += [tuple(value.values()) for value in values if hasattr(value, "values")]
    return [found for value in values for found in texts_of(value)]


@pytest.mark.parametrize("name", OWN_LANGUAGE)
def test_law_is_cited_by_the_names_of_each_language_of_its_rulebook(name: str) -> None:
    rulebook = read_rulebook(name)
    assert set(OWN_LANGUAGE) == set(builtin_rulebooks())
    texts = [(key, value) for key, value in cited(rulebook) if value]
    assert {key for key, _ in texts} == {"reference", "publisher", "document", "article"}
    lacking = {str(value) for _, value in texts if isinstance(value, dict) and set(value) != set(rulebook.languages)}
    assert lacking == set()
    own = OWN_LANGUAGE[name]
    alone = [value for key, value in texts if isinstance(value, str) and key != "reference"]
    if own in {"zh", "pt"}:  # one text for all languages is a code, a number of a standard, or a name in that language
        assert [text for text in alone if TRANSLITERATED.search(text)] == []
    if "zh" in rulebook.languages:
        chinese = [value["zh"] for _, value in texts if isinstance(value, dict)]
        assert [text for text in chinese if re.search(r"[A-Z][a-z]+ \[\d{4}\]", text)] == []
        if own == "zh":
            assert [text for text in chinese if not re.search(r"[\u4e00-\u9fff]|\.py$", text)] == []


@pytest.mark.parametrize("name", OWN_LANGUAGE)
def test_map_and_annex_name_documents_alike_in_the_language_of_the_page(map_page, toy_plan: Plan, name: str) -> None:
    book = read_rulebook(name)
    rulebook = replace(toy_plan.rulebook, policies=book.policies)
    plan = toy_plan.having(rulebook=rulebook, policies=toy_plan.policies.iloc[:0])
    for language in book.languages:
        _, table = texts(ReportContext.of(plan, language)).blocks
        annex = [row[1] for group in table.groups for row in group.rows]
        shown = [one.source for one in map_page(plan, language).plan.texts]
        wanted = [provision_text(one.source, language) for one in book.policies if one.source]
        assert len(annex) == len(shown) == len(book.policies)
        assert all(text in told for text, told in zip(annex, shown, strict=True))
        assert set(wanted) - {""} <= set(annex)
        assert [text for text in annex if text.endswith(f"({OWN_LANGUAGE[name]})")] == []
    if OWN_LANGUAGE[name] == "zh":
        assert [text for text in annex if TRANSLITERATED.search(text)] == []


@pytest.mark.parametrize("name", ["main_functional_areas", "brazil"])
def test_an_item_of_another_law_stands_under_its_law_and_article(name: str) -> None:
    rulebook = read_rulebook(name)
    items = list_industries(rulebook)
    listed = {one.item for one in rulebook.industries if getattr(one, "line", None)}
    assert len(items)
    assert not listed
    assert set(items["provision"].map(lambda said: said.key)) == {"reading.provision"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_verdict_names_the_law_that_decides(plan_of, language: str) -> None:
    answer = ask_industry(localize(plan_of("china_provinces"), language), "110000", "C3011")
    law = {"en": "Law on Prevention and Control of Water Pollution (水污染防治法) as amended in 2017, article 47"}
    named = law.get(language, "《水污染防治法》（2017年修正），第四十七条")
    assert answer.verdict.decided_by.provision == named
    decided = next(line for line in answer.lines() if named in line)
    assert "market-access" not in decided
    assert not re.search(r"item \d|第 \d", decided)
