"""axe-core finds nothing on map, report and dossier: WCAG 2.2 AA, each language, desktop and phone, light and dark."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest

from maps.telling.reports.comparison_page import write_comparison
from maps.telling.reports.unit_dossier import write_dossier
from maps.web import draw
from zoning.whatif import compare

pytestmark = [pytest.mark.browser]
STUDIES = {"en": "us_mountain_west", "zh": "china_provinces"}
SIZES = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
THEMES = {"desktop": ("light", "dark"), "phone": ("dark", "light")}
"""A page is opened in the first and then seen in the other; it repaints itself, and nothing fades."""
NOTHING = {"light": [], "dark": []}
REPAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
PAGES = ("map", "report", "dossier", "compared", "comparison")
DECISION = {"main": "agricultural", "reason": "tried", "by": "council", "date": date(2020, 1, 1)}


@pytest.fixture(scope="module", params=STUDIES)
def language(request) -> str:
    """One language, in which one study is shown."""
    return request.param


@pytest.fixture(scope="module")
def pages(language: str, plan_of, map_of, report_of, tmp_path_factory) -> dict[str, Path]:
    """Map, report and the dossier of a unit; map and page of a comparison."""
    folder, plan = tmp_path_factory.mktemp("pages"), plan_of(STUDIES[language])
    paths = {name: folder / f"{name}.html" for name in PAGES}
    paths |= {"map": map_of(STUDIES[language], language), "report": report_of(STUDIES[language], language)}
    write_dossier(plan, plan.units.index[0], paths["dossier"], language=language)
    found = compare(plan, plan.vary(decisions=[DECISION | {"unit": plan.units.index[0]}]))
    draw(found, language).save(paths["compared"])
    write_comparison(found, paths["comparison"], language)
    return paths


@pytest.fixture
def chosen(language: str, plan_of) -> list[str]:
    """The ids of the units."""
    return list(plan_of(STUDIES[language]).units.index)


Findings = Callable[..., dict[str, list[list[str]]]]


@pytest.fixture(scope="module")
def findings(open_tab, axe) -> Findings:
    """A function that opens a page, does something, and gives what axe-core has to say of it by theme."""

    def look(page: Path, size: str, *, address: str = "", opened: Sequence[str] = ()) -> dict[str, list[list[str]]]:
        first, other = THEMES[size]
        tab = open_tab(viewport=SIZES[size], color_scheme=first)
        tab.goto(page.as_uri() + address)
        if page.stem in {"map", "compared"}:
            tab.wait_for_selector("html[data-zoneplan=ready]")
        for button in opened:
            tab.click(button)
        found = {first: axe(tab)}
        tab.emulate_media(color_scheme=other)
        tab.evaluate(REPAINTED)
        found[other] = axe(tab)
        tab.close()
        return found

    return look


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(findings: Findings, pages: dict[str, Path], name: str, size: str) -> None:
    assert findings(pages[name], size) == NOTHING


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("unit", [0, -1])
def test_axe_finds_nothing_on_a_card(
    findings: Findings, pages: dict[str, Path], chosen: list[str], unit: int, size: str
) -> None:
    assert findings(pages["map"], size, address=f"#unit={chosen[unit]}") == NOTHING


@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_where_a_part_is_kept_and_listed(
    findings: Findings, pages: dict[str, Path], size: str
) -> None:
    """Filters beside legend and table, on a phone the legend as a drawer."""
    opened = ["#zp-tab-table", *(["#zp-legend-open"] if size == "phone" else [])]
    assert findings(pages["map"], size, address="#main=agricultural", opened=opened) == NOTHING


@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_on_a_try(
    findings: Findings, pages: dict[str, Path], chosen: list[str], language: str, plan_of, size: str
) -> None:
    zone = plan_of(STUDIES[language]).rulebook.codes("main")[0]
    tried = quote(json.dumps({"decisions": [{"unit": chosen[0], "main": zone, "reason": "so"}]}))
    assert findings(pages["map"], size, address=f"#try={tried}", opened=["#zp-tab-try"]) == NOTHING
    assert findings(pages["map"], size, address=f"#unit={chosen[0]}&try={tried}") == NOTHING
