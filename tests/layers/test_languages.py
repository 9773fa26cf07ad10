"""Sentences of conditions in Chinese: true whatever the answer, with titles where there are some."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.conditions import parse_condition
from layers.errors import ZoneplanError
from layers.languages import require_language, words_in

ROW = pd.DataFrame(
    {
        "slope": [12.5],
        "metro": [True],
        "kind": ["forest"],
        "people": [4062.0],
        "area_km2": [5.0],
        "zero": [0.0],
        "mw": [None],
    }
)
PARAMETERS = {"slope_max": 25.0, "wanted": "forest"}
TITLES = {
    "slope": "坡度",
    "slope_max": "最大坡度",
    "metro": "大都市区",
    "people": "人口",
    "mw": "装机容量",
    "kind": "类型",
}

CASES = {
    "slope <= slope_max": "坡度 现状值 12.5 ≤ 阈值 25（最大坡度）",
    "slope > 25": "坡度 现状值 12.5 ≤ 25",
    "slope <> 25": "坡度 现状值 12.5 ≠ 25",
    "NOT slope > 25": "坡度 现状值 12.5 ≤ 25",
    "people / area_km2 >= 50": "人口 / area_km2 现状值 812.4 ≥ 50",
    "metro": "大都市区 为真",
    "NOT metro": "大都市区 为真",
    "metro = FALSE": "大都市区 为真",
    "mw > 100": "装机容量 缺失",
    "mw IS NULL": "装机容量 为缺失",
    "slope BETWEEN 10 AND 20": "坡度 现状值 12.5 介于 10 与 20 之间",
    "slope BETWEEN 20 AND 30": "坡度 现状值 12.5 不在 20 与 30 之间",
    "kind IN ('forest', 'wood')": "类型 为'forest'，属于 'forest', 'wood'",
    "kind NOT IN ('lake')": "类型 为'forest'，不属于 'lake'",
    "slope IN (1, 2, 3, 4, 5, 6, 7, 8, 9)": "坡度 现状值 12.5 不属于 1, 2, 3, 4, 5, 6, 7, 8……（共 9 个值）",
    "kind LIKE 'for%'": "类型 'forest' 符合 'for%'",
    "kind LIKE 'lake%'": "类型 'forest' 不符合 'lake%'",
    "kind = wanted": "类型 'forest' = 'forest'（wanted）",
    "people / zero > 1": "人口 / zero 无值（人口 4,062，zero 0）",
}


@pytest.mark.parametrize(("text", "said"), CASES.items(), ids=list(CASES))
def test_a_chinese_sentence(text: str, said: str) -> None:
    ((clause,),) = parse_condition(text).explain(ROW, PARAMETERS, "zh", TITLES)
    assert clause.sentence == said


def test_the_clause_itself_stays_as_it_is_written() -> None:
    ((clause,),) = parse_condition("slope > slope_max").explain(ROW, PARAMETERS, "zh", TITLES)
    ((english,),) = parse_condition("slope > slope_max").explain(ROW, PARAMETERS)
    assert (clause.text, clause.values, clause.thresholds) == (english.text, english.values, english.thresholds)
    assert english.sentence == "slope 12.5 <= 25 (slope_max)"


def test_without_titles_names_stand_as_they_are_written() -> None:
    ((clause,),) = parse_condition('"slope" > slope_max').explain(ROW, PARAMETERS, "zh")
    assert clause.sentence == "slope 现状值 12.5 ≤ 阈值 25（slope_max）"


def test_braces_in_names_and_values_are_only_text() -> None:
    """No name or value is taken for a template."""
    odd = pd.DataFrame({"{name}": ["{value}"], "n": ["{0}"]})
    ((clause,),) = parse_condition('"{name}" = n').explain(odd, {}, "zh", {"n": "{other}"})
    assert clause.sentence == "{name} '{value}' ≠ {other} '{0}'"


def test_a_language_that_is_not_there_is_refused() -> None:
    with pytest.raises(ZoneplanError, match="no language 'fr': zoneplan speaks en, zh; choose one of these"):
        parse_condition("slope > 1").explain(ROW, {}, "fr")
    with pytest.raises(ZoneplanError, match="no language 'zh': rulebook 'x' speaks en, fr"):
        require_language("zh", ("en", "fr"), "rulebook 'x'")


def test_words_come_by_their_key() -> None:
    assert words_in("en", {"no": ("no", "否")}) == {"no": "no"}
