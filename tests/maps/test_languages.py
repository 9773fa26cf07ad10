"""Map, report and run folder of a plan that was made in Chinese, or is shown in Chinese."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import pandas as pd
import pytest

from maps.drawing.static_map import picture
from maps.runs import read_run, run_language, write_run
from maps.telling.explanations.explanation_content import explain
from maps.telling.reports.report_page import report, write_report
from maps.web import draw
from maps.web.page_model import Assumed
from maps.words import localize
from zoneplan import classify
from zoning.plan import Plan
from zoning.rulebook.schema import Terms

HOSTILE = {
    "a1": "</script><script>alert('城')</script>",
    "a2": "{{ 7 * 7 }} {% raw %}",
    "b1": "{name}：{0}",
    "c4": "\u202e城市\u0000",
}


@pytest.fixture
def chinese(toy_plan: Plan) -> Plan:
    return localize(toy_plan, "zh")


def test_a_card_says_its_reasons_in_chinese(map_page, toy_plan: Plan, told) -> None:
    titled = Terms.model_validate(
        {
            "instruments": [
                {"code": "land", "title": {"en": "land", "zh": "土地"}},
                {"code": "energy", "title": {"en": "energy", "zh": "能源"}},
            ],
            "roles": [{"code": "water", "title": {"en": "water", "zh": "水域"}}],
        }
    )
    rulebook = dataclasses.replace(toy_plan.rulebook, terms=titled)
    said = map_page(toy_plan.having(rulebook=rulebook), "zh")
    lines = [text for reason in range(len(said.cards.reasons.groups)) for *_, text in told(said.cards, reason)]
    assert "ecologically_fragile_share 现状值 50% ≥ 阈值 50%（fragile_min）" in lines
    assert {one.instrument for one in said.cards.policies} == {"土地", "compensation", "能源"}
    assert said.plan.deductions == ("built_up", "水域")
    assert "于 2024-06-01 决定" in said.plan.decisions[0].reason


def test_a_card_in_english_names_codes(map_page, toy_plan: Plan, told) -> None:
    said = map_page(toy_plan)
    assert {one.instrument for one in said.cards.policies} == {"land", "compensation", "energy"}
    lines = [text for reason in range(len(said.cards.reasons.groups)) for *_, text in told(said.cards, reason)]
    assert "ecologically_fragile_share 50\xa0% >= 50\xa0% (fragile_min)" in lines


def test_a_report_says_its_reasons_in_chinese(toy_plan: Plan) -> None:
    page = report(toy_plan, "zh")
    assert "forest covers it (en)：ecologically_fragile_share 现状值 50% ≥ 阈值 50%（fragile_min）" in page
    assert "该单元未达到任何一类主体功能的标准" in page
    assert "stands back" not in page
    assert "claims the unit" not in page


def test_pages_of_a_plan_in_words_are_those_of_the_plan(map_page, chinese: Plan, toy_plan: Plan) -> None:
    assert report(chinese, "zh") == report(toy_plan, "zh")
    assert map_page(chinese, "zh") == map_page(toy_plan, "zh")
    assert report(chinese) == report(toy_plan)
    assert '<html lang="zh">' in draw(toy_plan, "zh").get_root().render()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_picture_names_fonts_of_both_scripts(toy_plan: Plan, language: str) -> None:
    """The reader's own fonts draw it: those of the language first, and those of the other after them."""
    (fonts,) = re.findall('font-family="([^"]*)"', picture(toy_plan, language))
    named = [name.strip("'") for name in fonts.split(",")]
    assert {"Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "SimHei", "Arial"} <= set(named)
    assert (named.index("Noto Sans CJK SC") < named.index("Arial")) == (language == "zh")


def test_a_run_folder_keeps_the_language_and_the_plan_has_none(plan_of, tmp_path: Path) -> None:
    """What is written in one language is read back without any, and can be said in another."""
    plan = plan_of("china_provinces")
    folder = write_run(plan, tmp_path / "run", "zh")
    again = read_run(folder)
    assert run_language(folder) == json.loads((folder / "provenance.json").read_text("utf-8"))["language"] == "zh"
    assert '<html lang="zh">' in (folder / "report.html").read_text("utf-8")
    written = pd.read_csv(folder / "zones.csv", dtype=str, encoding="utf-8-sig", keep_default_na=False)
    assert written["reason"].tolist() == localize(plan, "zh").zones["reason"].tolist()
    for name in ("claims", "zones", "conflicts", "energy", "flows", "industries", "policies"):
        table = getattr(plan, name)
        pd.testing.assert_frame_equal(getattr(again, name), table, check_dtype=len(table) > 0)
    assert again.assumptions == plan.assumptions
    assert report(again, "en") == report(plan, "en")


def test_hostile_names_stay_text_in_chinese(map_page, make_plan, tmp_path: Path) -> None:
    plan = make_plan(HOSTILE)
    write_report(plan, tmp_path / "report.html", "zh")
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "<script" not in page
    assert "{{ 7 * 7 }} {% raw %}" in page
    assert "{name}：{0}" in page
    assert "\u202e" not in page
    drawn = draw(plan, "zh").get_root().render()
    assert HOSTILE["a1"] not in drawn
    assert map_page(plan, "zh").cards.units.rows[plan.units.index.get_loc("b1")].name == HOSTILE["b1"]


def test_a_hostile_decision_is_no_template(toy_plan: Plan) -> None:
    """What planners wrote may hold braces; only our own words are filled in."""
    (decision,) = toy_plan.study.decisions
    odd = decision.model_copy(update={"reason": "{by} {0} {{x}}", "by": "{date}"})
    study = toy_plan.study.model_copy(update={"decisions": (odd,)})
    again = classify(toy_plan.measures, toy_plan.rulebook, study.decisions)
    told = localize(toy_plan.having(claims=again), "zh")
    (reason,) = told.claims.loc[told.claims["rule"] == "decision-1", "reason"]
    assert reason == f"{{date}} 于 2024-06-01 决定：{{by}} {{0}} {{{{x}}}}（{decision.reference}）"


FORMS = (
    "In the area of a metropolitan planning organisation",
    "Federal mineral receipts of a year from leases in the county",
    "Holds an energy community by the lists of the Treasury",
    "A coal plant here was abandoned under a financing order",
    "Transit areas by the map of the state, exempt parcels left out",
    "A specified county by Utah Code 17-80-101",
)
"""What the rulebook of the West asks an office for, and the built-in study does not have."""


def test_a_built_in_study_tells_roles_instruments_and_places_in_words(map_page, plan_of) -> None:
    china, west = plan_of("china_provinces"), plan_of("us_mountain_west")
    told = explain(china, "510000", "zh").text()
    assert "（farmland-occupation-tax；税收，严格程度 1）" in told
    assert re.search(r"［rules\.toml 第 \d+ 行］", told)
    assert ", line " not in told
    assert "城市化地区占比：没有相应图层：取为 0" in told
    told = explain(west, "04012").text()
    assert "protected areas: no layer for it: nothing is deducted from available land" in told
    assert "Designated wilderness, Protected land (parks, monuments, refuges), protected areas" in report(west)
    assert map_page(west).plan.assumptions == (
        Assumed("Share of land with existing private rights in wilderness", "no layer for it: taken as 0"),
        Assumed("Share of designated wilderness", "no layer for it: taken as unknown"),
        Assumed("Share of federal land outside wilderness, parks and refuges", "no layer for it: taken as unknown"),
        Assumed("Share of tribal trust land", "no layer for it: taken as unknown"),
        Assumed("Share of active management areas for groundwater", "no layer for it: taken as unknown"),
        Assumed("Entitlement land", "no layer or table gives it: it is taken as unknown"),
        Assumed("Share of class I areas for clean air", "no layer for it: taken as unknown"),
        *(Assumed(title, "no layer or table gives it: it is taken as unknown") for title in FORMS),
    )


def test_a_built_in_study_tells_numbers_settings_and_payments_as_people_read_them(map_page, plan_of, told) -> None:
    china, west = plan_of("china_provinces"), plan_of("us_mountain_west")
    text = explain(west, "08031").text()
    assert "yes     Estimated population 2020 / Area = 1,843 >= 50 persons/km² (Least density of" in text
    assert "main function is Key development area" in text
    assert "construction land 2025: 457 ha, of 3,339 for Colorado" in text
    assert "0.6 x Estimated population 2020 735,538 of 19,167,646" in text
    assert "below 19,950 (-97.3 %) it would be General area" in text
    text = explain(china, "510000", "zh").text()
    assert "资金池 付给 四川省 90,000,000.00 元" in text
    assert "税额分档：人均耕地（亩）不超过 1、每平方米税额（元） 10、50 | " in text
    assert "下达的建设用地指标：27,222 公顷" in text
    assert "主体功能 为城市化地区，属于 优化开发区域, 城市化地区, 农产品主产区" in explain(china, "110000", "zh").text()
    assert "= 0.4 百万元/公顷" in text
    said = map_page(china, "zh")
    settings = [one for group in said.cards.settings.groups for one in group]
    shown = [*(text for one in settings for text in (one.name, one.value)), *said.cards.texts]
    assert not [one for one in shown if "{" in one or "mu_a_person" in one]
    (bands,) = {one.value for one in settings if one.name == "税额分档"}
    assert f"税额分档：{bands}" in text
    assert f"税额分档：{bands}" in report(china, "zh")
    assert (said.plan.country, said.quotas[0].unit) == ("中国", "公顷")
