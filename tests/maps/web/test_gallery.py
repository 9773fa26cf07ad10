"""Every view of both studies, on a desk and on a phone, in light and in dark: looked at by people, kept on demand.

Set ZONEPLAN_ARTEFACTS to a folder to keep the pictures.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from maps.telling.reports.unit_dossier import write_dossier
from maps.words import catalogue
from tests.conftest import keep
from tests.maps.test_accessibility import REPAINTED, SIZES, STUDIES, THEMES

pytestmark = [pytest.mark.browser]
READY = "html[data-zoneplan=ready]"
LANGUAGES = {study: language for language, study in STUDIES.items()}
VIEWS = ("functions", "land", "money")


@pytest.fixture(scope="module", params=LANGUAGES)
def study(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def pages(study: str, plan_of, map_of, report_of, tmp_path_factory) -> dict[str, Path]:
    dossier, plan, language = tmp_path_factory.mktemp("gallery") / "dossier.html", plan_of(study), LANGUAGES[study]
    write_dossier(plan, plan.units["area_ha"].idxmax(), dossier, language=language)
    return {"map": map_of(study, language), "report": report_of(study, language), "dossier": dossier}


@pytest.mark.parametrize("size", SIZES)
def test_each_view_opens_as_its_address_says(pages: dict[str, Path], study: str, open_tab, size: str) -> None:
    words = catalogue("map", LANGUAGES[study])
    tab = open_tab(viewport=SIZES[size], color_scheme=THEMES[size][0])
    seen = set()
    for view in VIEWS:
        tab.goto("about:blank")
        tab.emulate_media(color_scheme=THEMES[size][0])
        tab.goto(f"{pages['map'].as_uri()}#view={view}")
        tab.wait_for_selector(READY)
        chosen = tab.locator("[role=radio][aria-checked=true], [role=tab][aria-selected=true], [aria-pressed=true]")
        assert words[f"view_{view}"] in chosen.all_inner_texts()
        for theme in THEMES[size]:
            tab.emulate_media(color_scheme=theme)
            tab.evaluate(REPAINTED)
            picture = tab.screenshot()
            keep(f"{study}-{LANGUAGES[study]}-{view}-{size}-{theme}.png", picture)
            seen.add(picture)
    assert len(seen) == len(VIEWS) * len(THEMES[size])  # each looks like none of the others
    assert tab.complaints == []
    tab.close()


@pytest.mark.parametrize("name", ["map", "report", "dossier"])
def test_each_page_prints(pages: dict[str, Path], study: str, open_tab, name: str) -> None:
    tab = open_tab()
    tab.goto(pages[name].as_uri())
    if name == "map":
        tab.wait_for_selector(READY)
    printed = tab.pdf(format="A4", print_background=True, prefer_css_page_size=True)
    keep(f"{study}-{LANGUAGES[study]}-{name}.pdf", printed)
    assert printed.startswith(b"%PDF-")
    assert tab.complaints == []
    tab.close()
