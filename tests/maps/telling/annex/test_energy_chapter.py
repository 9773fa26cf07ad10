from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from maps.exports.workbook_sheets import sheets_of
from maps.runs import read_run, write_run
from maps.telling.annex import energy_chapter
from maps.telling.explanations import explanation_content
from maps.telling.explanations.explanation_content import explain
from maps.telling.reports.report_page import report
from maps.telling.reports.unit_dossier import dossier
from maps.web.unit_details import cards
from maps.words import catalogue, localize, render
from zoning.pipeline.flow import run
from zoning.plan import Plan
from zoning.study import read_study
from zoning.tables import ENERGY, TABLES

SHEET = """region,intensity_target_pct,intensity_actual_pct,total_target_tce,total_actual_tce
west,3,2.6,100,105
east,3,3,100,100
c4,3,2.7,100,90
Elsewhere,3,-1,100,200
"""


def with_energy(folder: Path) -> Path:
    """The plan file of the toy province, with lights for four regions."""
    path = folder / "plan.toml"
    text = path.read_text("utf-8").replace(
        "[[decisions]]", '[energy]\ntable = "energy.csv"\nperiod = 2020\n\n[[decisions]]', 1
    )
    path.write_text(text, "utf-8")
    (folder / "energy.csv").write_text(SHEET, "utf-8")
    (folder / "rules" / "energy.toml").write_text(
        """
[[schemes]]
code = "lights"
title = { en = "Three lights" }
reference = "Toy Act, section 20"
parameters = [{ name = "light_margin_pct", unit = "%", values = [{ value = 10 }], reference = "Toy Act, section 21" }]
""",
        "utf-8",
    )
    return path


@pytest.fixture
def energy_folder(toy_folder: Path) -> Path:
    return with_energy(toy_folder).parent


@pytest.fixture(scope="module")
def plan(copy_toy: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return run(read_study(with_energy(copy_toy(tmp_path_factory.mktemp("energy") / "toy"))))


def test_the_lights_of_a_plan(plan: Plan) -> None:
    lights = plan.energy.set_index("region")
    assert lights["intensity_light"].to_dict() == {"Elsewhere": 1, "c4": 2, "east": 3, "west": 1}
    assert lights["verdict"].to_dict() == {"Elsewhere": "red", "c4": "yellow", "east": "green", "west": "red"}
    assert "energy" in {source.name for source in plan.sources}
    assert [one.assumed for one in localize(plan).assumptions if one.name == "light_margin_pct (lights)"] == [
        "10 %: not verified against an official text"
    ]


def test_the_report_says_colours_in_words_and_shapes(plan: Plan) -> None:
    page = report(plan)
    chapter = re.search(r'<section id="lights".*?</section>', page, re.DOTALL)[0]
    assert (
        chapter.count('<span class="light level-1"><i aria-hidden="true"></i>red</span>') == 5
    )  # a region's verdict and lights
    assert "Regions: yellow" in chapter
    assert "intensity rose by 1 % and the target was a fall of 3 %" in chapter
    assert "Three lights" in chapter
    assert "no reading noted" in chapter
    chinese = report(plan, "zh")
    assert "强度不降反升 1%" in chinese
    assert "intensity rose" not in chinese
    assert "方案参数" in chinese


def test_a_unit_is_told_of_its_own_region_first(plan: Plan) -> None:
    told = explain(plan, "c4").as_dict()["energy"]
    assert [one["region"] for one in told] == ["c4", "east"]
    assert told[0]["parameters"][0]["value"] == 10
    text = explain(plan, "c1").text()
    assert "Dual control of energy\n  west, 2020: red (intensity red, total yellow)\n" in text
    assert "light_margin_pct = 10 %: Toy Act, section 21 (no reading noted)" in text
    assert "能耗双控\n  west，2020 年：红灯（强度红灯，总量黄灯）" in explain(plan, "c1", "zh").text()


def test_a_dossier_has_the_lights_of_its_region(plan: Plan) -> None:
    page = dossier(plan, "c1")
    chapter = re.search(r'<section id="energy".*?</section>', page, re.DOTALL)[0]
    assert "level-1" in chapter
    assert "0.4 short" in chapter
    assert "总量较基年增加 105 tce" in dossier(plan, "c1", "zh")


def test_a_run_keeps_them_and_tells_them_in_both_languages(plan: Plan, tmp_path: Path) -> None:
    back = read_run(write_run(plan, tmp_path / "run"))
    assert back.energy.equals(plan.energy)
    assert all("方案 lights，2020 年" in render(said, "zh") for said in back.energy["reason"])
    assert explain(back, "c4").as_dict()["energy"] == explain(plan, "c4").as_dict()["energy"]


def test_check_and_run_refuse_with_the_same_words(energy_folder: Path, command: Callable) -> None:
    (energy_folder / "energy.csv").write_text(
        SHEET.replace("west,3,2.6", "wset,3,").replace("east,3,3,", 'east,3,"3,0",'), "utf-8"
    )
    for call in ("check", "run"):
        said = command(call, energy_folder / "plan.toml")
        assert said.code == 3
        assert (
            "table 'energy.csv', line 3, column 3 (intensity_actual_pct): '3,0' is no plain number"
            in said.out + said.err
        )
    (energy_folder / "energy.csv").write_text(SHEET.replace("west,3,2.6", "wset,3,"), "utf-8")
    for call in ("check", "run"):
        said = command(call, energy_folder / "plan.toml")
        assert said.code == 2
        assert (
            "region 'wset' is no jurisdiction or unit of the plan, but nearly one; did you mean 'west'?"
            in said.out + said.err
        )
        assert "intensity_actual_pct is missing for 1 region(s): 'wset'" in said.out + said.err


def test_check_notes_what_a_planner_should_know(energy_folder: Path, command: Callable) -> None:
    path = energy_folder / "rules" / "energy.toml"
    path.write_text(path.read_text("utf-8").replace("reference", "until = 2019-01-01\nreference", 1), "utf-8")
    study = energy_folder / "plan.toml"
    study.write_text(study.read_text("utf-8").replace("period = 2020", 'period = 2020\nscheme = "lights"'), "utf-8")
    rows = (
        SHEET.replace(",3,2", ",3,-2")
        .replace(",3,3,", ",3,-3,")
        .replace("total_actual_tce\n", "total_actual_tce,exempt_tce\n")
    )
    (energy_folder / "energy.csv").write_text(re.sub(r"(\d)\n", r"\1,\n", rows), "utf-8")
    said = command("check", study)
    assert said.code == 0
    for text in (
        "no jurisdiction and no unit of the plan; they are judged and reach no unit: 'Elsewhere'",
        "'lights' (until 2019-01-01) is not in force at the end of the period, 2020-12-31; it judges because the plan",
        "warning: table 'energy.csv': scheme 'lights' does not read exempt_tce",
        "by intensity_actual_pct the intensity of every region rose",
    ):
        assert text in said.out, said.out


def test_a_plan_splits_a_total_between_its_regions(energy_folder: Path, command: Callable) -> None:
    """West makes 2 of each tonne and east 1: at equal targets 2 of 3 parts of 330, bounded to 1.2 and at least 0.9 of
    the use of the base year: 180 and 150. West may use 30 more and uses 33; east 50 more, and uses no more."""
    study = energy_folder / "plan.toml"
    text = study.read_text("utf-8")
    share = "period = 2020\nshare = { total = 330, least_pct = 90, most_pct = 120 }"
    study.write_text(text.replace("period = 2020", share), "utf-8")
    (energy_folder / "energy.csv").write_text(
        "region,intensity_target_pct,used_tce,base_used_tce,growth_actual_pct,base_output,growth_target_pct\n"
        "west,3,183,150,30,300,5\neast,3,150,150,0,150,5\n",
        "utf-8",
    )
    said = command("check", study)
    assert (said.code, "unread" in said.out, "does not read" in said.out) == (0, False, False), said.out
    lights = run(read_study(study)).energy.set_index("region")
    assert lights["total_light"].to_dict() == {"east": 3, "west": 2}
    assert "its share of the total is 180 tce and it used 150 in the base year" in render(
        lights.loc["west", "reason"], "en"
    )
    study.write_text(text.replace("period = 2020", share.replace("330", "400")), "utf-8")
    said = command("check", study)
    assert said.code == 4
    assert re.search(
        r"plan.toml, line \d+, column \d+: table 'energy.csv': .*ceilings .*come to 360", said.out + said.err
    )


def test_a_rulebook_without_schemes_cannot_judge(energy_folder: Path, command: Callable) -> None:
    (energy_folder / "rules" / "energy.toml").unlink()
    said = command("run", energy_folder / "plan.toml")
    assert said.code == 2
    assert "knows no dual control of energy: it has no energy.toml. Leave [energy] out" in said.err
    assert "plan.toml, line " in said.err


def test_a_plan_without_energy_says_so(toy_plan: Plan) -> None:
    assert "energy control" in report(toy_plan).split("Not in this plan: ")[1].split("<")[0]
    assert explain(toy_plan, "c1").as_dict()["energy"] == []


def test_a_column_that_the_table_declares_as_shown_is_told_on_every_surface(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = ENERGY._replace(columns=ENERGY.columns | {"floor": "decimal"}, shown=("floor",))
    for module in (energy_chapter, explanation_content):
        monkeypatch.setattr(module, "ENERGY", shown)
    monkeypatch.setitem(TABLES, "energy", shown)
    judged = plan.having(energy=plan.energy.assign(floor=Decimal("1234.5")))
    for language in ("en", "zh"):
        title = catalogue("columns", language)["floor"]
        said = catalogue("explain", language)["setting"].format(name=title, value="1,234.5")
        localized = localize(judged, language)
        assert said in explain(judged, "c1", language).text()
        assert any(title in text for text in cards(localized).texts)
        (sheet,) = (sheet for sheet in sheets_of(localized) if sheet.key == "energy")
        assert title in {column.title for column in sheet.columns}
        whole, own = report(judged, language, annex=True), dossier(judged, "c1", language)
        for page, times in ((whole, 2), (own, 1)):  # the page of the report, and the chapter of its annex
            assert len(re.findall(rf"<th[^>]*>\s*{title}", page)) == times
            assert page.count("1,234.5") == times * (1 if page is own else len(plan.energy))


def test_a_light_that_does_not_count_says_so_beside_its_colour(plan: Plan) -> None:
    exempt = plan.having(energy=plan.energy.assign(total_exempt=True))
    assert "<small>does not count</small>" in dossier(exempt, "c1")
    assert "<small>does not count</small>" not in dossier(plan, "c1")
