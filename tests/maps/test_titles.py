"""Titles of a plan by language: on each surface the one asked for, and no other; another language has its mark."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import openpyxl
import pytest

from maps.cli.commands import _print_summary
from maps.explain import at, explain
from maps.exports import write_geopackage, write_workbook
from maps.locale import localize, text_in
from maps.reports import dossier, report
from maps.style import picture
from maps.web import draw
from maps.web.map_payload import map_payload_of
from zoning.pipeline import run
from zoning.plan import Plan
from zoning.study import read_study

pytestmark = pytest.mark.slow


class Title(NamedTuple):
    """A title of the toy province by language, and the surfaces that show it."""

    en: str
    zh: str
    surfaces: str


TITLES = {
    "study": Title("Toyland 2025", "玩具省规划", "map page report dossier picture explain summary workbook"),
    "forest": Title("Woods", "林地", "map report dossier at"),
    "height": Title("Heights", "高程层", "report dossier explain"),
    "construction_land": Title("New building land", "新增用地", "map report dossier explain geopackage"),
    "Brook": Title("Clear brook", "清溪协议", "map report dossier explain"),
    "Forest fund": Title("Fund for woods", "护林资金", "map report dossier explain"),
}
MONEY = """
[quotas.siting]
layer = "height"
surface = "value"
prefer = "low"

[[agreements]]
name = "Brook"
period = 2025
kind = "pool"
amount = 100
unit = "CNY"
pay = { west = 1 }
receive = { east = 1 }

[[transfers]]
name = "Forest fund"
period = 2025
budget = 100
unit = "CNY"
by = "weighted"
weight = "population"
"""


def titled_plan(folder: Path, titles: Callable[[Title], str]) -> Plan:
    path = folder / "plan.toml"
    text = path.read_text("utf-8") + MONEY
    text = text.replace('name = "Toy province"', f'name = "Toy province"\ntitle = {titles(TITLES["study"])}')
    for name, title in TITLES.items():
        text = re.sub(rf'(\]\]\nname = "{name}"\n)', rf"\1title = {titles(title)}\n", text)
    path.write_text(text, "utf-8")
    return run(read_study(path))


@pytest.fixture(scope="module")
def titled(copy_toy: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The toy province with all its titles in both languages."""
    folder = copy_toy(tmp_path_factory.mktemp("titled") / "toy")
    return titled_plan(folder, lambda one: f'{{ en = "{one.en}", zh = "{one.zh}" }}')


@pytest.fixture(scope="module")
def english_only(copy_toy: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The same with English titles alone."""
    return titled_plan(copy_toy(tmp_path_factory.mktemp("english") / "toy"), lambda one: f'{{ en = "{one.en}" }}')


@pytest.fixture
def surfaces(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[Plan, str], dict[str, str]]:
    """A function that gives all that people read of a plan in a language, by surface."""

    def shown(plan: Plan, language: str) -> dict[str, str]:
        _print_summary(localize(plan, language), tmp_path)
        write_workbook(plan, tmp_path / "plan.xlsx", language)
        write_geopackage(plan, tmp_path / "plan.gpkg", language)
        book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
        with closing(sqlite3.connect(tmp_path / "plan.gpkg")) as store:
            styles = [text for (text,) in store.execute("SELECT styleQML FROM layer_styles")]
        payload = map_payload_of(plan, language)
        payload["rulebook"] = payload["plan"].pop("rulebook")
        return {
            "map": json.dumps(without_names(payload), ensure_ascii=False),
            "page": "\n".join(draw(plan, language).get_root().render().splitlines()[:60]),
            "report": report(plan, language),
            "dossier": dossier(plan, "a1", language),
            "picture": picture(plan, language),
            "explain": explain(plan, "a1", language).text(),
            "at": at(plan, *place_in(plan, "a1"), language=language).text(),
            "summary": capsys.readouterr().out,
            "workbook": str(book.properties.title),
            "geopackage": "\n".join(styles),
        }

    return shown


def place_in(plan: Plan, unit: str) -> tuple[float, float]:
    point = plan.units.geometry.centroid.to_crs("EPSG:4326")[unit]
    return point.x, point.y


def without_names(value: object) -> object:
    """What the page shows, without the names by which its parts know each other."""
    if isinstance(value, dict):
        return {key: without_names(one) for key, one in value.items() if key != "name" or "title" not in value}
    return [without_names(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_title_on_every_surface_is_in_the_language_asked_for(
    titled: Plan, surfaces: Callable[[Plan, str], dict[str, str]], language: str
) -> None:
    shown, other = surfaces(titled, language), "zh" if language == "en" else "en"
    wanted = [(name, surface) for name, title in TITLES.items() for surface in title.surfaces.split()]
    missing = [one for one in wanted if getattr(TITLES[one[0]], language) not in shown[one[1]]]
    foreign = [
        (name, surface)
        for name, title in TITLES.items()
        for surface, text in shown.items()
        if getattr(title, other) in text
    ]
    named = [
        (name, surface)
        for name in ("Toy province", "construction land", "construction_land", "Brook", "Forest fund")
        for surface, text in shown.items()
        if name in text and surface != "geopackage"  # whose filters speak of codes
    ]
    assert (missing, foreign, named) == ([], [], [])


def test_a_title_in_another_language_is_marked_on_every_surface(
    english_only: Plan, surfaces: Callable[[Plan, str], dict[str, str]]
) -> None:
    shown = surfaces(english_only, "zh")
    unmarked = [
        (name, surface)
        for name, title in TITLES.items()
        for surface in title.surfaces.split()
        if f"{title.en} (en)" not in shown[surface] or re.search(rf"{title.en}(?! \(en\))", shown[surface])
    ]
    assert unmarked == []


def test_a_study_gives_its_titles_by_name(titled: Plan) -> None:
    study = titled.study
    assert study.name == "Toy province"
    assert text_in(study.title, "zh") == TITLES["study"].zh
    assert study.title_of("quotas", "construction_land") == {"en": "New building land", "zh": "新增用地"}
    assert study.title_of("flows", "Brook") == {"en": "Clear brook", "zh": "清溪协议"}
    assert [study.title_of("layers", name) for name in ("forest", "coalfield", "old_mines")] == [
        {"en": "Woods", "zh": "林地"},
        "coalfield",
        "old mines",
    ]


def test_tables_keep_names(titled: Plan) -> None:
    assert set(titled.quotas["quota"]) == {"construction_land"}
    assert set(titled.flows["instrument"]) == {"Brook", "Forest fund"}
    assert "forest" in titled.pieces.columns
