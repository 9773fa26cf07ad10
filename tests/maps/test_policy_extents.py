"""What stands for the places that a policy means: one text of the rulebook, to be read wherever the policy is."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest

from maps.exports.workbook_sheets import sheets_of
from maps.telling.explanations.explanation_content import explain
from maps.telling.explanations.explanation_text import extent_sentence
from maps.telling.explanations.point_queries import at_unit
from maps.telling.reports.report_page import report
from maps.telling.reports.unit_dossier import dossier
from maps.web.unit_details import cards
from maps.words import localize
from zoning.plan import Plan
from zoning.rulebook.schema import Extent

LANGUAGES = ("en", "zh", "pt", "fr")
UNIT, POLICY = "c1", "forest-payment"
TEXTS = {one: f"({one}) whole units stand for their forests" for one in LANGUAGES}


@pytest.fixture(scope="module")
def plan(toy_plan: Plan) -> Plan:
    policies = toy_plan.rulebook.policies
    held = [one.model_copy(update={"extent": Extent(reference=TEXTS)}) if one.id == POLICY else one for one in policies]
    rulebook = replace(toy_plan.rulebook, policies=tuple(held))
    return toy_plan.having(rulebook=rulebook, trace=replace(toy_plan.trace, made={}))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_policy_says_what_stands_for_the_places_of_its_law(plan: Plan, language: str) -> None:
    text, said = TEXTS[language], localize(plan, language)
    sentence = extent_sentence(text, language)
    assert text in sentence
    shown = {one.id: one.extent for one in cards(said).policies}
    assert (shown.pop(POLICY), set(shown.values())) == (sentence, {""})
    assert explain(plan, UNIT, language).text().count(sentence) == 1
    assert at_unit(plan, UNIT, language=language).text().count(sentence) == 1
    (sheet,) = (one for one in sheets_of(said) if one.key == "policy_texts")
    column = {one.name: one.cells for one in sheet.columns}
    assert dict(zip(column["policy"], column["extent"], strict=True))[POLICY] == text


@pytest.mark.parametrize("language", LANGUAGES)
def test_dossier_and_annex_say_it_too(plan: Plan, language: str) -> None:
    for page in (dossier(plan, UNIT, language), report(plan, language, annex=True)):
        assert TEXTS[language] in unescape(re.sub(r"<[^>]+>", " ", page))
