"""Titles and names by language: on each surface the language asked for, and no other; another one has its mark."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from layers.parallel import copies
from maps.drawing.static_map import picture
from maps.exports import write_geopackage, write_workbook
from maps.runs.run_files import read_run, write_files
from maps.telling.explanations.explanation_content import explain
from maps.telling.explanations.point_queries import at
from maps.telling.explanations.unit_lookup import find_unit
from maps.telling.reports.report_page import report
from maps.telling.reports.unit_dossier import dossier
from maps.web import draw
from maps.web.page_model import Page, as_json
from maps.words import catalogue, localize, text_in
from zoneplan.cli.make import _summary, _tell
from zoning.pipeline.flow import run
from zoning.plan import Plan
from zoning.study import read_study

Surfaces = Callable[[Plan, str], dict[str, str]]


class Title(NamedTuple):
    """A title of the toy province by language, and the surfaces that show it."""

    en: str
    zh: str
    surfaces: str


TITLES = {
    "Toy province": Title("Toyland 2025", "玩具省规划", "map page report dossier picture explain summary workbook"),
    "forest": Title("Woods", "林地", "map report dossier at"),
    "height": Title("Heights", "高程层", "report dossier explain"),
    "construction_land": Title("New building land", "新增用地", "map report dossier explain geopackage workbook"),
    "Brook": Title("Clear brook", "清溪协议", "map report dossier explain workbook"),
    "Forest fund": Title("Fund for woods", "护林资金", "map report dossier explain workbook"),
    "west": Title("Westmark", "西境县", "map report dossier explain at workbook"),
    "a1": Title("Mill Hill", "磨坊山", "map report dossier explain at workbook geopackage"),
}
UNIT = "a1"
ENDS = {"en": " in English", "zh": "的中文本"}
"""How references, reasons and other texts by language end."""
TEXTS = {
    "Toy Act, section 2": "report dossier explain",
    "Toy Act, section 9": "map report explain at workbook",
    "Treaty 1": "map report dossier explain workbook",
    "Budget of 2025": "map report dossier explain workbook",
    "Land plan": "map explain",
    "Mills come first": "map report picture dossier",
    "the new town first": "report",
    "The new town of the province": "map report",
    "Provincial assembly": "map report",
    "Banks stay green": "report",
}
"""Other texts of the toy province, and the surfaces that show them."""
MONEY = """
reference = "Land plan"

[quotas.siting]
layer = "height"
surface = "value"
prefer = "low"

[[agreements]]
name = "Brook"
period = 2025
kind = "pool"
reference = "Treaty 1"
duties = "Banks stay green"
amount = 100
unit = "CNY"
pay = { west = 1 }
receive = { east = 1 }

[[transfers]]
name = "Forest fund"
period = 2025
reference = "Budget of 2025"
budget = 100
unit = "CNY"
by = "weighted"
weight = "population"
"""


def write_titled(folder: Path, *languages: str) -> Path:
    """The study of the toy province with titles in some languages, and names of all units but one in English alone."""
    units = gpd.read_file(folder / "toy.gpkg", layer="units").rename(columns={"name": "name_en"})
    own = units["code"] == UNIT
    for tag in ("en", "zh"):
        names = units["name_en"] if tag == "en" else pd.Series(None, units.index, dtype="str")
        units[f"name_{tag}"] = names.mask(own, getattr(TITLES[UNIT], tag) if tag in languages else None)
        west = units["county"].where(units["county"] != "west", getattr(TITLES["west"], tag))
        units[f"county_{tag}"] = west if tag in languages else None
    units.to_file(folder / "toy.gpkg", layer="units")
    path = folder / "plan.toml"
    text = path.read_text("utf-8") + MONEY
    for name, title in TITLES.items():
        said = ", ".join(f'{tag} = "{getattr(title, tag)}"' for tag in languages)
        text = text.replace(f'\nname = "{name}"\n', f'\nname = "{name}"\ntitle = {{ {said} }}\n')
    text = text.replace('rulebook = "rules"', 'rulebook = "rules"\nnote = "Mills come first"')
    text = text.replace('name = "name"', 'name = { zh = "name_zh", en = "name_en" }')
    names = 'jurisdiction_name = { zh = "county_zh", en = "county_en" }'
    text = text.replace('jurisdiction = "county"', f'jurisdiction = "county"\n{names}')
    path.write_text(text, "utf-8")
    for file in (path, *(folder / "rules").glob("*.toml")):
        keys = "reference|reason|duties|note" if file == path else "reference"
        said = re.sub(rf'({keys}) = "(.*?)"', partial(by_language, languages), file.read_text("utf-8"))
        said = re.sub(r'(by) = "(Provincial .*?)"', partial(by_language, languages), said)
        file.write_text(said, "utf-8")
    return path


def by_language(languages: Sequence[str], found: re.Match[str]) -> str:
    """A text in some languages, in place of one for all."""
    texts = ", ".join(f'{tag} = "{found[2]}{ENDS[tag]}"' for tag in languages)
    return f"{found[1]} = {{ {texts} }}"


@pytest.fixture(scope="module")
def titled(copy_toy: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The toy province with titles in both languages."""
    return run(read_study(write_titled(copy_toy(tmp_path_factory.mktemp("titled") / "toy"), "en", "zh")))


@pytest.fixture(scope="module")
def english_only(copy_toy: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The same with English titles and names alone."""
    return run(read_study(write_titled(copy_toy(tmp_path_factory.mktemp("english") / "toy"), "en")))


@pytest.fixture
def surfaces(tmp_path: Path, capsys: pytest.CaptureFixture[str], map_page: Callable[..., Page]) -> Surfaces:
    """A function that gives all that people read of a plan in a language, by surface."""

    def shown(plan: Plan, language: str) -> dict[str, str]:
        _tell(_summary(localize(plan, language)), tmp_path, language, as_json=False)
        payload = json.loads(as_json(map_page(plan, language)))
        del payload["cards"]["units"]["other_names"]  # by which units are found and which nobody sees
        return {
            "map": json.dumps(without_names(payload), ensure_ascii=False),
            "page": "\n".join(draw(plan, language).get_root().render().splitlines()[:60]),
            "report": report(plan, language),
            "dossier": dossier(plan, UNIT, language),
            "picture": picture(plan, language),
            "explain": explain(plan, UNIT, language).text(),
            "at": at(plan, *place_in(plan), language=language).text(),
            "summary": capsys.readouterr().out,
            "workbook": workbook_text(plan, tmp_path / "plan.xlsx", language),
            "geopackage": geopackage_text(plan, tmp_path / "plan.gpkg", language),
        }

    return shown


def place_in(plan: Plan) -> tuple[float, float]:
    point = plan.units.geometry.centroid.to_crs("EPSG:4326")[UNIT]
    return point.x, point.y


def without_names(value: object) -> object:
    """What the page shows, without the names by which its parts know each other."""
    if isinstance(value, dict):
        return {key: without_names(one) for key, one in value.items() if key != "name" or "title" not in value}
    return [without_names(one) for one in value] if isinstance(value, list) else value


def workbook_text(plan: Plan, path: Path, language: str) -> str:
    """Its title and all cells, but for codes, and for the measures, which have the names of units in all languages."""
    write_workbook(plan, path, language)
    words = catalogue("workbook", language)
    sheets = pd.read_excel(path, sheet_name=None, dtype=str)
    coded = words["coded"].format(title="")
    shown = [rows for title, rows in sheets.items() if title not in {words["sheet_measures"], words["sheet_columns"]}]
    columns = [rows[name] for rows in shown for name in rows if not str(name).endswith(coded)]
    cells = [cell for column in columns for cell in (str(column.name), *column.dropna())]
    return "\n".join([str(openpyxl.load_workbook(path).properties.title), *cells])


def geopackage_text(plan: Plan, path: Path, language: str) -> str:
    """The names of units, and the labels of the styles."""
    write_geopackage(plan, path, language)
    with closing(sqlite3.connect(path)) as store:
        styles = [style for (style,) in store.execute("SELECT styleQML FROM layer_styles")]
        names = [name for (name,) in store.execute("SELECT name FROM units")]
    return "\n".join([*names, *(label for style in styles for label in re.findall(r'label="([^"]*)"', style))])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_other_texts_are_in_the_language_asked_for(titled: Plan, surfaces: Surfaces, language: str) -> None:
    shown, other = surfaces(titled, language), "zh" if language == "en" else "en"
    wanted = ((f"{one}{ENDS[language]}", place) for one, places in TEXTS.items() for place in places.split())
    missing = [(one, place) for one, place in wanted if one not in shown[place]]
    foreign = [place for place, text in shown.items() if ENDS[other] in text or re.search(r"\{'en'|Message\(", text)]
    assert (missing, foreign) == ([], [])


def test_other_texts_in_another_language_are_marked(english_only: Plan, surfaces: Surfaces) -> None:
    shown = surfaces(english_only, "zh")
    wanted = ((f"{one} in English (en)", place) for one, places in TEXTS.items() for place in places.split())
    missing = [(one, place) for one, place in wanted if one not in shown[place]]
    unmarked = [place for place, text in shown.items() if re.search(r" in English(?! \(en\))", text)]
    assert (missing, unmarked) == ([], [])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_title_on_every_surface_is_in_the_language_asked_for(
    titled: Plan, surfaces: Surfaces, language: str
) -> None:
    shown, other = surfaces(titled, language), "zh" if language == "en" else "en"
    missing = [
        (name, surface)
        for name, title in TITLES.items()
        for surface in title.surfaces.split()
        if getattr(title, language) not in shown[surface]
    ]
    names = [*(getattr(title, other) for title in TITLES.values()), "construction land", *TITLES.keys() - {UNIT}]
    foreign = [
        (name, surface)
        for name in names
        for surface, text in shown.items()
        if re.search(rf'(?<!north-)\b{name}\b(?!":)', text)  # no point of the compass, and no key of the page
        and name not in {"forest", "height"}  # which are words of other texts, too
    ]
    assert (missing, foreign) == ([], [])


def test_a_title_in_another_language_is_marked_on_every_surface(english_only: Plan, surfaces: Surfaces) -> None:
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
    assert text_in(study.title, "zh") == TITLES["Toy province"].zh
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
    assert titled.units.loc[UNIT, ["name", "name_en", "name_zh"]].tolist() == ["Mill Hill", "Mill Hill", "磨坊山"]


def test_a_unit_is_found_by_its_name_in_any_language(titled: Plan) -> None:
    for plan in (titled, localize(titled, "zh")):
        assert [find_unit(plan, name) for name in ("mill hill", "磨坊山", "Unit B2")] == [UNIT, UNIT, "b2"]


def test_the_page_finds_units_by_their_names_in_other_languages(titled: Plan, map_page: Callable[..., Page]) -> None:
    place = titled.units.index.get_loc(UNIT)
    for language, name, others in (("en", "Mill Hill", ("磨坊山",)), ("zh", "磨坊山", ("Mill Hill",))):
        unit = map_page(titled, language).cards.units.rows[place]
        assert (unit.name, unit.other_names) == (name, others)


def test_a_run_is_written_with_names_in_its_language_and_read_back_without(titled: Plan, tmp_path: Path) -> None:
    with copies(1) as some:
        write_files(localize(titled, "en"), tmp_path, some, "zh")
    assert (tmp_path / "plan.toml").read_text("utf-8") == titled.study.text
    for table in ("zones", "quotas"):
        written = pd.read_csv(tmp_path / f"{table}.csv", encoding="utf-8-sig").set_index("unit_id")["name"]
        assert (written[UNIT], written["b2"]) == ("磨坊山", "Unit B2 (en)")
    again = read_run(tmp_path)
    assert again.zones.equals(titled.zones)
    assert again.quotas.equals(titled.quotas)
    assert again.policies.equals(titled.policies)
    assert set(titled.policies["reference"]) == {f"Toy Act, section {number} in English" for number in (9, 10, 11)}
    assert report(again, "en") == report(titled, "en")
