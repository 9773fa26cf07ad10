"""Texts in a language: the one asked for, or another with its mark, on every surface of a plan."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from maps.drawing.static_map import picture
from maps.telling.reports.report_page import report
from maps.web.page_model import Page
from maps.words import text_in
from zoning.plan import Plan

TAGS = st.sampled_from(["en", "zh", "pt", "pt-BR", "de"])


@given(st.dictionaries(TAGS, st.text(min_size=1), min_size=1), TAGS)
def test_another_language_is_never_shown_without_its_mark(said: dict[str, str], language: str) -> None:
    shown = text_in(said, language)
    assert shown == said[language] if language in said else shown in {f"{text} ({tag})" for tag, text in said.items()}


def test_english_stands_in_before_others() -> None:
    assert text_in({"zh": "河", "en": "river"}, "pt") == "river (en)"
    assert text_in({"zh": "河", "de": "Fluss"}, "pt") == "河 (zh)"


def test_one_text_for_all_languages_has_no_mark() -> None:
    assert text_in("Denver", "zh") == "Denver"
    assert text_in({}, "zh", "x") == text_in("", "zh", "x") == "x"


def test_titles_of_a_rulebook_without_the_language_are_marked(toy_plan: Plan, map_page: Callable[..., Page]) -> None:
    zones = tuple(zone.model_copy(update={"title": {"en": zone.title["en"]}}) for zone in toy_plan.rulebook.zones)
    plan = toy_plan.having(rulebook=dataclasses.replace(toy_plan.rulebook, zones=zones))
    shown = [one.title for one in map_page(plan, "zh").zones]
    assert shown == [f"{zone.title['en']} (en)" for zone in zones]
    used = {title for title, zone in zip(shown, zones, strict=True) if zone.code in set(plan.zones["main"])}
    for page in (report(plan, "zh"), picture(plan, "zh")):
        assert all(title in page for title in used)
