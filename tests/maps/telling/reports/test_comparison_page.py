"""The page on a comparison: one sheet with verdict, matrix, causes, and what moved; no script, no request."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from maps.telling.reports.comparison_page import write_comparison
from zoning.plan import Plan
from zoning.whatif import Comparison, compare


@pytest.fixture(scope="module")
def found(toy_run: Plan) -> Comparison:
    return compare(toy_run, toy_run.vary(parameters={"fragile_min": 0.6, "plant_min_mw": 2000.0}))


@pytest.fixture
def page_of(tmp_path: Path) -> Callable[..., str]:
    def written(found: Comparison, language: str = "en") -> str:
        write_comparison(found, tmp_path / "page.html", language)
        return (tmp_path / "page.html").read_text("utf-8")

    return written


def test_the_page_says_what_moved_and_why(page_of: Callable[..., str], found: Comparison) -> None:
    page = page_of(found)
    assert "3 of 12 units change their main function" in page
    assert page.count('class="sheet') == 1
    for text in ("From which function to which", "What moved, and because of what", "fragile_min: 50\xa0% to 60\xa0%"):
        assert text in page
    assert page.count('<td class="right">100</td><td>') == 3, "hectares of the units that change, then the cause"
    assert "<script" not in page
    assert not re.search(r"(?:src|href)=[\"']https?:", page)


def test_the_matrix_can_be_heard(page_of: Callable[..., str], found: Comparison) -> None:
    table = re.search(r'<div class="heard">.*?</div>', page_of(found), re.DOTALL)
    assert table is not None
    assert "3 (300)" in table[0]


def test_nothing_that_differs_is_one_sentence(page_of: Callable[..., str], toy_run: Plan) -> None:
    page = page_of(compare(toy_run, toy_run))
    assert "Nothing differs." in page
    assert "<figure" not in page


@pytest.mark.parametrize("language", ["zh", "pt"])
def test_the_page_is_in_its_language(page_of: Callable[..., str], found: Comparison, language: str) -> None:
    page = page_of(found, language)
    assert f'<html lang="{language}">' in page
    assert "Because of" not in page


def test_hostile_names_stay_text(page_of: Callable[..., str], found: Comparison) -> None:
    wild = "<img src=x onerror=alert(1)>{{7*7}}"
    zones = found.after.zones.assign(name=wild)
    page = page_of(replace(found, after=found.after.having(zones=zones)))
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;{{7*7}}" in page


@pytest.mark.browser
def test_a_page_with_much_to_say_prints_on_one_sheet(plan_of, open_tab, tmp_path: Path) -> None:
    plan = plan_of("us_mountain_west")
    changes = {"fragile_share_min": 0.12, "density_min_per_km2": 80.0, "cropland_share_min": 0.02}
    found = compare(plan, plan.vary(parameters=changes, quotas={"construction_land": 9000}))
    for language in ("en", "pt"):
        write_comparison(found, tmp_path / "page.html", language)
        tab = open_tab()
        tab.goto((tmp_path / "page.html").as_uri())
        pdf = tab.pdf(format="A4", prefer_css_page_size=True)
        tab.close()
        assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1, language
