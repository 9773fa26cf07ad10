"""How many policies were checked against the text of the law: one badge, whose counts are those of its list."""

from __future__ import annotations

from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from maps.annex.annexes import texts
from maps.annex.report_context import ReportContext
from maps.locale import reading_text
from maps.reports.report_page import report
from maps.web.page_model import PoliciesChecked
from zoning.plan import Plan
from zoning.rulebook import builtin_rulebooks, read_rulebook

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
    plan = replace(toy_plan, rulebook=rulebook, policies=toy_plan.policies.iloc[:0])
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


@pytest.mark.slow
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
