"""Chinese is Chinese: Latin letters stand in codes, symbols of units, addresses, and names that have no other form."""

from __future__ import annotations

import re

import pytest

from maps.telling.explanations.explanation_content import explain
from maps.telling.summaries.plan_headline import headline
from maps.telling.summaries.unit_verdicts import verdicts
from maps.words import localize
from zoneplan.cli.plan_displays import show_unit

LATIN, CHINESE = re.compile(r"[A-Za-z]"), re.compile(r"[\u4e00-\u9fff]")
ADDRESS = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}(?:/[\w./?=&%-]*)?")
CODE = re.compile(
    r"[a-z0-9]+(?:[_-][a-z0-9]+)+|\b[a-z_]+\.toml|（[a-z0-9_]+）|\b(?:U\.S\.C\.|C\.R\.S\.|A\.R\.S\.|Pub\. L\.)"
)
"""Codes of the rulebook and the plan, files, and collections of law by which they are cited all over the world."""
FIVE = 5


def share(text: str) -> float:
    """Latin letters to one Chinese character."""
    return len(LATIN.findall(text)) / max(1, len(CHINESE.findall(text)))


def told(plan) -> str:
    """Everything that verdicts and headline say."""
    found = verdicts(plan)
    top = headline(plan, found)
    texts = [top.sentence, top.lead, top.quota, *top.quality.sentences, *(row.text for row in top.story)]
    texts += [text for number in top.numbers for text in (number.value, number.unit, number.label)]
    for one in found.values():
        texts += [one.sentence, one.note, *one.changes, *(line.text for line in one.overlays)]
        texts += [text for gauge in one.gauges for text in (gauge.title, gauge.value_text, gauge.needs)]
    return "\n".join(texts)


def test_summaries_of_china_have_hardly_a_latin_letter(plan_of) -> None:
    """All but the names of the blocs, which have both forms in the study's own file."""
    text = told(localize(plan_of("china_provinces"), "zh"))
    assert len(CHINESE.findall(text)) > 5000
    assert len(LATIN.findall(text)) <= 10


def test_summaries_of_the_west_have_names_alone(plan_of) -> None:
    plan = localize(plan_of("us_mountain_west"), "zh")
    text = told(plan)
    for name in sorted(set(plan.zones["name"]) | set(plan.zones["jurisdiction"]), key=len, reverse=True):
        text = text.replace(name, "")
    assert share(text) < 0.01
    assert share(told(plan)) < 1 / FIVE


@pytest.mark.parametrize(("study", "unit"), [("china_provinces", "510000"), ("us_mountain_west", "08123")])
def test_explanations_have_codes_addresses_and_citations(plan_of, capsys, study: str, unit: str) -> None:
    plan = plan_of(study)
    whole = explain(plan, unit, "zh").text()
    assert share(CODE.sub("", ADDRESS.sub("", whole))) < 0.05
    show_unit(localize(plan, "zh"), unit)
    assert share(capsys.readouterr().out) < 1 / FIVE
