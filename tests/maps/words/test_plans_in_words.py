"""The toy province in Chinese: the same plan in other words."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal

from layers.errors import ZoneplanError
from layers.sources import Source
from maps.runs import write_run
from maps.telling.explanations.explanation_content import explain
from maps.words import LocalizedPlan, localize
from zoning.measures.indicators import assumption
from zoning.pipeline.flow import run
from zoning.plan import Plan
from zoning.rulebook import Exemption, Indicator
from zoning.study import read_study

CHINESE_TITLES = {
    "Key development": "重点开发区",
    "Ecologically fragile": "生态脆弱区",
    "General": "一般区域",
    "Energy-rich": "能源富集区",
    "Ecological red line": "生态保护红线",
    "Permanent farmland": "永久基本农田",
    "Growth boundary": "城镇开发边界",
    "forest covers it": "森林覆盖",
    "many people live here": "人口众多",
    "power stations stand here": "有电站",
    "No building without a plan": "先规划后建设",
    "Payment for standing forest": "森林生态补偿",
    "Energy review": "节能审查",
    "protected areas": "自然保护地",
    "built-up land": "建成区",
    "water": "水域",
    "land": "土地",
    "compensation": "补偿",
    "energy": "能源",
    "persons": "人",
    "MW": "兆瓦",
}
TITLED = {
    "ecologically_fragile_share": ("Share of fragile land", "生态脆弱土地占比"),
    "plant_mw": ("Capacity", "发电装机容量"),
    "fragile_min": ("Least share", "最低占比"),
}
SEEN = Source(kind="official", read_on=date(2024, 12, 1))
CLAUSE = "Building needs a plan of the unit."
CHINESE_CLAUSE = "建设须有本单元的规划。"


@pytest.fixture(scope="module")
def chinese_folder(copy_toy: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy study with a rulebook that speaks Chinese as well."""
    folder = copy_toy(tmp_path_factory.mktemp("chinese") / "toy")
    for path in (folder / "rules").glob("*.toml"):
        text = path.read_text("utf-8").replace('languages = ["en"]', 'languages = ["en", "zh"]')
        for english, chinese in CHINESE_TITLES.items():
            text = text.replace(f'{{ en = "{english}" }}', f'{{ en = "{english}", zh = "{chinese}" }}')
        for name, (english, chinese) in TITLED.items():
            text = text.replace(
                f'name = "{name}"\n', f'name = "{name}"\ntitle = {{ en = "{english}", zh = "{chinese}" }}\n'
            )
        text = text.replace(f'clause = "{CLAUSE}"', f'clause = {{ en = "{CLAUSE}", zh = "{CHINESE_CLAUSE}" }}')
        path.write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def chinese(chinese_folder: Path) -> LocalizedPlan:
    return localize(run(read_study(chinese_folder / "plan.toml")), "zh")


@pytest.fixture(scope="module")
def english(chinese: LocalizedPlan) -> LocalizedPlan:
    return localize(chinese.source)


def reason(plan: LocalizedPlan, unit_id: str, rule: str) -> str:
    claims = plan.claims.set_index(["unit_id", "rule"])
    return str(claims.loc[(unit_id, rule), "reason"])


def test_reasons_have_titles_values_and_thresholds_in_chinese(chinese: LocalizedPlan) -> None:
    """Half of b2 is forest, and half is what the rule asks for."""
    assert reason(chinese, "b2", "fragile-1") == "森林覆盖：生态脆弱土地占比 现状值 50% ≥ 阈值 50%（最低占比）"
    assert reason(chinese, "b4", "energy-1") == "有电站：发电装机容量 现状值 900 ≥ 阈值 500 兆瓦（plant_min_mw）"


def test_the_default_says_why_each_rule_stood_back(chinese: LocalizedPlan) -> None:
    assert reason(chinese, "b3", "default") == (
        "该单元未达到任何一类主体功能的标准；"
        "fragile-1（生态脆弱区）：生态脆弱土地占比 现状值 0% < 阈值 50%（最低占比）；"
        "key-1（重点开发区）：population 现状值 300 < 阈值 1,000 人（populous_min）"
    )
    assert reason(chinese, "b2", "default") == "让位：fragile-1（生态脆弱区） 已主张该单元"


def test_a_decision_keeps_the_planners_words(chinese: LocalizedPlan) -> None:
    assert reason(chinese, "c4", "decision-1") == (
        "Provincial assembly 于 2024-06-01 决定：The new town of the province（Resolution 7）"
    )


def test_policies_have_chinese_titles_and_clauses_and_fall_back_to_english(chinese: LocalizedPlan) -> None:
    told = chinese.policies.drop_duplicates("policy").set_index("policy")
    assert told.loc["plan-first", ["title", "clause"]].tolist() == ["先规划后建设", CHINESE_CLAUSE]
    assert told.loc["forest-payment", "clause"] == "Owners are paid for forest that they leave standing."


def test_assumptions_are_chinese(chinese: LocalizedPlan) -> None:
    told = {(one.kind, one.name): one.assumed for one in chinese.assumptions}
    assert told["role", "protected"] == "没有相应图层：取为 0 公顷"
    assert told["deduction", "water"] == "没有相应图层：可用土地未作扣除"
    assert told["parameter", "plant_min_mw"] == "500 兆瓦：未与官方文本核对"


def test_an_absent_role_is_told_without_its_code(chinese: LocalizedPlan) -> None:
    """Its title stands before it, as that of the zone, the line or the measure."""
    for measure in ("energy_rich_share", "red_line_ha", "moor_ha"):
        absent = Indicator(name=measure, unit="1", when_absent=0)
        assert chinese.renderer.render(assumption(absent).assumed) == "没有相应图层：取为 0"


def test_codes_numbers_and_geometry_are_those_of_the_plan(chinese: LocalizedPlan) -> None:
    """What is put into words is columns of words; everything else is the same object or equal."""
    plan = chinese.source
    for name in ("measures", "quotas", "lines", "pieces", "units"):
        assert getattr(chinese, name) is getattr(plan, name)
    for name, words in (("claims", ["reason"]), ("zones", ["reason"]), ("policies", ["reference"])):
        own = getattr(plan, name).drop(columns=words)
        assert_frame_equal(getattr(chinese, name)[own.columns], own)


def test_english_reasons_name_titles_where_there_are_any(english: LocalizedPlan) -> None:
    assert reason(english, "b2", "fragile-1") == (
        "forest covers it: Share of fragile land = 50\xa0% >= 50\xa0% (Least share)"
    )
    assert reason(english, "b2", "default") == "stands back: fragile-1 (Ecologically fragile) claims the unit"
    assert "sentence" not in "".join(english.claims["values"]), "numbers and ids alone"


def test_a_plan_in_a_language_is_put_into_another(chinese: LocalizedPlan, english: LocalizedPlan) -> None:
    assert localize(chinese, "zh") is chinese
    again = localize(chinese, "en")
    assert again.language == "en"
    for name in ("claims", "zones", "policies"):
        assert_frame_equal(getattr(again, name), getattr(english, name))
    assert again.assumptions == english.assumptions


def test_an_explanation_speaks_chinese(english: LocalizedPlan, chinese: LocalizedPlan) -> None:
    text = explain(english, "b2", "zh").text()
    assert text == explain(chinese, "b2", "zh").text()
    for said in (
        "Unit B2（b2），west：100.00 公顷",
        "主体功能：生态脆弱区（ecologically_fragile），由规则确定",
        "规则 fragile-1：森林覆盖",
        "\n裕度\n  fragile-1：",
        "满足      生态脆弱土地占比 现状值 50% ≥ 阈值 50%（最低占比）",
        "  construction land，2025 年：",
        "先规划后建设（plan-first；土地，严格程度 1）",
        "依据：Toy Act, section 9，自 2011-01-01",
        "恒成立",
    ):
        assert said in text
    assert explain(english, "b2").text() == explain(chinese, "b2", "en").text()


def test_a_language_that_nobody_speaks_is_refused(english: LocalizedPlan, tmp_path: Path) -> None:
    for call in (localize, lambda plan, language: write_run(plan, tmp_path / "run", language)):
        with pytest.raises(ZoneplanError, match="no language 'xx': zoneplan speaks en"):
            call(english.source, "xx")
    with pytest.raises(ZoneplanError, match="no language 'xx': zoneplan speaks en"):
        explain(english, "b2", "xx")


def test_a_language_that_the_rulebook_lacks_is_refused(toy_plan: Plan, tmp_path: Path) -> None:
    with pytest.raises(ZoneplanError, match="no language 'zh': rulebook 'toy' speaks en; choose one of these"):
        write_run(toy_plan, tmp_path / "run", "zh")


def test_exceptions_are_in_words(english: LocalizedPlan) -> None:
    policy = english.rulebook.policies[0]
    one = Exemption(when="TRUE", reason={"en": "it is old", "zh": "既有"}, reference="Act 1", source=SEEN)
    rulebook = dataclasses.replace(english.rulebook, policies=(policy.model_copy(update={"exceptions": (one,)}),))
    rows = english.source.policies
    rows = rows[rows["policy"] == policy.id].head(1).assign(overruled_by="exception-1")
    plan = english.source.having(rulebook=rulebook, policies=rows)
    assert localize(plan, "zh").policies["exception"].tolist() == ["既有（Act 1）"]
