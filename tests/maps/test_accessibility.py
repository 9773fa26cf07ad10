"""axe-core finds nothing on map, report and dossier: WCAG 2.2 AA, each language, desktop and phone, light and dark."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest

from maps.reports import write_comparison, write_dossier, write_report
from maps.web import draw
from zoning.scenario import compare

pytestmark = [pytest.mark.browser, pytest.mark.slow]
STUDIES = {"en": "us_mountain_west", "zh": "china_provinces"}
SIZES = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
LOOKS = [(size, theme) for size in SIZES for theme in ("light", "dark")]
PAGES = ("map", "report", "dossier", "compared", "comparison")
DECISION = {"main": "agricultural", "reason": "tried", "by": "council", "date": date(2020, 1, 1)}


@pytest.fixture(scope="module", params=STUDIES)
def language(request) -> str:
    """One language, in which one study is shown."""
    return request.param


@pytest.fixture(scope="module")
def pages(language: str, plan_of, tmp_path_factory) -> dict[str, Path]:
    """Map, report and the dossier of a unit; map and page of a comparison."""
    folder, plan = tmp_path_factory.mktemp("pages"), plan_of(STUDIES[language])
    paths = {name: folder / f"{name}.html" for name in PAGES}
    draw(plan, language).save(paths["map"])
    write_report(plan, paths["report"], language=language)
    write_dossier(plan, plan.units.index[0], paths["dossier"], language=language)
    found = compare(plan, plan.vary(decisions=[DECISION | {"unit": plan.units.index[0]}]))
    draw(found, language).save(paths["compared"])
    write_comparison(found, paths["comparison"], language)
    return paths


@pytest.fixture
def chosen(language: str, plan_of) -> list[str]:
    """The ids of the units."""
    return list(plan_of(STUDIES[language]).units.index)


@pytest.fixture(scope="module")
def findings(open_tab, axe) -> Callable[..., list[list[str]]]:
    """A function that opens a page and gives what axe-core has to say of it, before and after something is done."""

    def look(page: Path, size: str, theme: str, *, address: str = "", opened: Sequence[str] = ()) -> list[list[str]]:
        tab = open_tab(viewport=SIZES[size], color_scheme=theme)
        tab.goto(page.as_uri() + address)
        if page.stem in {"map", "compared"}:
            tab.wait_for_selector("html[data-zoneplan=ready]")
        for button in opened:
            tab.click(button)
        found = axe(tab)
        tab.close()
        return found

    return look


@pytest.mark.parametrize(("size", "theme"), LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(findings, pages: dict[str, Path], name: str, size: str, theme: str) -> None:
    assert findings(pages[name], size, theme) == []


@pytest.mark.parametrize(("size", "theme"), LOOKS)
@pytest.mark.parametrize("unit", [0, -1])
def test_axe_finds_nothing_on_a_card(
    findings, pages: dict[str, Path], chosen: list[str], unit: int, size: str, theme: str
) -> None:
    assert findings(pages["map"], size, theme, address=f"#unit={chosen[unit]}") == []


@pytest.mark.parametrize(("size", "theme"), [("desktop", "light"), ("phone", "dark")])
def test_axe_finds_nothing_where_a_part_is_kept_and_listed(
    findings, pages: dict[str, Path], size: str, theme: str
) -> None:
    """Filters beside legend and table, on a phone the legend as a drawer."""
    opened = ["#zp-tab-table", *(["#zp-legend-open"] if size == "phone" else [])]
    assert findings(pages["map"], size, theme, address="#main=agricultural", opened=opened) == []


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_axe_finds_nothing_on_a_try(
    findings, pages: dict[str, Path], chosen: list[str], language: str, plan_of, size: str, theme: str
) -> None:
    zone = plan_of(STUDIES[language]).rulebook.codes("main")[0]
    tried = quote(json.dumps({"decisions": [{"unit": chosen[0], "main": zone, "reason": "so"}]}))
    assert findings(pages["map"], size, theme, address=f"#try={tried}", opened=["#zp-tab-try"]) == []
    assert findings(pages["map"], size, theme, address=f"#unit={chosen[0]}&try={tried}") == []
