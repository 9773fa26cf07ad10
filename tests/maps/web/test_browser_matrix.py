"""Every built-in study in every language of its rulebook: open, click, search, switch, print; offline all the time.

Set ZONEPLAN_ARTEFACTS to a folder to keep the screenshots and the printed pages.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from maps.drawing.palette import zone_fills
from maps.telling.reports.unit_dossier import write_dossier
from maps.words import catalogue, languages, localize
from tests.conftest import keep
from zoning.plan import Plan
from zoning.rulebook import read_draft
from zoning.study import builtin_studies, builtin_study, read_study

POPPLER = shutil.which("pdftoppm") and shutil.which("pdftotext")
pytestmark = pytest.mark.browser
READY = "html[data-zoneplan=ready]"


def spoken(name: str) -> list[str]:
    """The languages of a study's rulebook that maps can speak."""
    study = read_study(builtin_study(name))
    return [one for one in read_draft(study.rulebook).head.languages if one in languages()]


MATRIX = [(name, language) for name in builtin_studies() for language in spoken(name)]


@pytest.fixture(scope="module", params=MATRIX, ids="-".join)
def shown(request, open_tab, plan_of, map_of) -> Iterator[object]:
    """The map of one study in one language on a page, with what it asked for and what it complained of."""
    name, language = request.param
    path = map_of(name, language)
    tab = open_tab()
    tab.goto(path.as_uri())
    tab.wait_for_selector(READY)
    tab.plan = localize(plan_of(name), language)
    tab.words = catalogue("map", language, tab.plan.noun)
    tab.language, tab.stem = language, f"{name}-{language}"
    yield tab
    assert tab.asked == [path.as_uri()]
    assert tab.complaints == []
    tab.close()


def largest(plan: Plan, main: str | None = None) -> str:
    zones = plan.zones if main is None else plan.zones[plan.zones["main"] == main]
    return str(zones.set_index("unit_id")["area_ha"].idxmax())


def name_of(plan: Plan, unit_id: str) -> str:
    return str(plan.zones.set_index("unit_id").loc[unit_id, "name"])


def title_of(plan: Plan, unit_id: str, language: str) -> str:
    """The title of a unit's main function."""
    return plan.rulebook.zone(plan.zones.set_index("unit_id").loc[unit_id, "main"]).title[language]


def canvas(tab) -> str:
    """The map as pixels, once it has come to rest, without what the pointer marks."""
    tab.mouse.move(2, 2)
    drawn, seen = "", None
    while drawn != seen:
        seen = drawn
        tab.wait_for_timeout(150)
        drawn = tab.locator(".leaflet-plan-pane canvas").evaluate("canvas => canvas.toDataURL()")
    return drawn


BRACES = """() => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const braces = [];
    while (texts.nextNode()) {
        const { parentElement, data } = texts.currentNode;
        if (!["SCRIPT", "STYLE"].includes(parentElement.tagName) && /[{}]/.test(data)) braces.push(data);
    }
    return braces;
}"""


def test_no_word_of_a_page_has_a_place_that_nobody_filled(shown) -> None:
    assert shown.locator("#zp-try .zp-try-control").count()
    assert shown.evaluate(BRACES) == []


def test_it_opens_in_its_language(shown) -> None:
    keep(f"{shown.stem}-map.png", shown.screenshot())
    assert shown.locator("html").get_attribute("lang").startswith(shown.language)
    assert shown.locator("h1").inner_text() == shown.plan.study.title
    legend = shown.locator("#zp-legend").inner_text()
    for code in set(shown.plan.zones["main"]):
        assert shown.plan.rulebook.zone(code).title[shown.language] in legend


def test_a_click_shows_the_card_of_that_unit(shown) -> None:
    unit_id = largest(shown.plan)
    inside = shown.plan.units.geometry.loc[[unit_id]].representative_point().to_crs(4326).iloc[0]
    at = shown.evaluate(
        """([lat, lon]) => {
            const box = map_plan.getContainer().getBoundingClientRect();
            const at = map_plan.latLngToContainerPoint([lat, lon]);
            return [box.x + at.x, box.y + at.y];
        }""",
        [inside.y, inside.x],
    )
    shown.mouse.click(*at)
    card = shown.locator("#zp-unit")
    assert card.locator("h2").inner_text() == name_of(shown.plan, unit_id)
    keep(f"{shown.stem}-card.png", shown.screenshot())
    shown.evaluate("document.querySelector('.zp-working').open = true")
    assert title_of(shown.plan, unit_id, shown.language) in card.inner_text()


@pytest.mark.parametrize("by", ["name", "id"])
def test_a_search_finds_a_unit(shown, by: str) -> None:
    unit_id = largest(shown.plan, "ecologically_fragile")
    name = name_of(shown.plan, unit_id)
    search = shown.get_by_role("combobox", name=shown.words["search"])
    search.fill(name if by == "name" else unit_id)
    search.press("Enter")
    assert shown.locator("#zp-unit h2").inner_text() == name
    assert shown.words["named"].split("{", maxsplit=1)[0] in shown.locator("#zp-live").inner_text()
    assert title_of(shown.plan, unit_id, shown.language) in shown.locator("#zp-live").inner_text()
    search.fill("")


def becomes(tab, holds: Callable[[], bool]) -> bool:
    """Whether it holds within five seconds: a busy machine draws later."""
    for _ in range(50):
        if holds():
            return True
        tab.wait_for_timeout(100)
    return False


@pytest.mark.parametrize("view", ["land", "money"])
def test_another_view_is_another_picture_and_back(shown, view: str) -> None:
    views = shown.get_by_role("group", name=shown.words["views"])
    for one in (view, "functions"):  # the first picture is put together of parts, whose seams are a shade off
        views.get_by_role("button", name=shown.words[f"view_{one}"]).click()
        canvas(shown)
    before = canvas(shown)
    views.get_by_role("button", name=shown.words[f"view_{view}"]).click()
    assert becomes(shown, lambda: canvas(shown) != before), "the view changed nothing"
    keep(f"{shown.stem}-{view}.png", shown.screenshot())
    views.get_by_role("button", name=shown.words["view_functions"]).click()
    assert becomes(shown, lambda: canvas(shown) == before), "the picture did not come back"


def test_an_overlay_is_kept_by_its_row(shown) -> None:
    held = shown.plan.zones["overlays"].str.split(";").explode()
    overlay = shown.plan.rulebook.zone(held[held != ""].mode().iloc[0]).title[shown.language]
    row = shown.locator("#zp-legend button.zp-row", has_text=overlay)
    before = canvas(shown)
    row.click()
    assert becomes(shown, lambda: canvas(shown) != before), "the row changed nothing"
    row.click()
    assert becomes(shown, lambda: canvas(shown) == before), "the picture did not come back"


@pytest.mark.skipif(not POPPLER, reason="poppler (Debian package poppler-utils) is not installed")
def test_the_printed_page_has_ink_and_text(shown, tmp_path: Path) -> None:
    printed = shown.pdf(format="A4", landscape=True, print_background=True)
    keep(f"{shown.stem}-map.pdf", printed)
    (tmp_path / "map.pdf").write_bytes(printed)
    said = subprocess.run(["pdftotext", tmp_path / "map.pdf", "-"], capture_output=True, check=True).stdout.decode()
    letters = "".join(said.split())
    assert shown.plan.study.title[:12].replace(" ", "") in letters
    mains = [shown.plan.rulebook.zone(code).title[shown.language] for code in set(shown.plan.zones["main"])]
    assert all(title.replace(" ", "") in letters for title in mains)
    drawn = subprocess.run(["pdftoppm", "-r", "50", tmp_path / "map.pdf"], capture_output=True, check=True).stdout
    pixels = set(zip(drawn[15::3], drawn[16::3], drawn[17::3], strict=False))
    for code in set(shown.plan.zones["main"]):
        fill = zone_fills(shown.plan.rulebook)[code]
        wanted = tuple(int(fill[place : place + 2], 16) for place in (1, 3, 5))
        assert any(max(abs(a - b) for a, b in zip(one, wanted, strict=True)) <= 6 for one in pixels), code


@pytest.mark.parametrize(("name", "language"), MATRIX)
def test_the_fullest_dossier_stays_on_its_sheet(open_tab, plan_of, tmp_path: Path, name: str, language: str) -> None:
    plan = plan_of(name)
    counts = plan.policies.groupby("unit_id")["policy"].nunique()
    tab = open_tab()
    for unit_id in (counts.idxmax(), counts.idxmin()):
        write_dossier(plan, unit_id, tmp_path / "dossier.html", language)
        tab.goto((tmp_path / "dossier.html").as_uri())
        sheet = tab.pdf(prefer_css_page_size=True, print_background=True)
        keep(f"{name}-{language}-dossier-{unit_id}.pdf", sheet)
        assert sheet.count(b"/Type /Page\n") == 1
    tab.close()
