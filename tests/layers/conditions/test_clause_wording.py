"""What clauses say, in the words of the catalogues: true whatever the answer, with titles where there are some."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from layers.conditions import Clause, ClauseWording, parse_condition
from maps.words import Renderer, catalogue
from tests.layers.conftest import said


@pytest.fixture
def table() -> pd.DataFrame:
    """Four units: plain, at the threshold, with a zero, and with nothing."""
    return pd.DataFrame(
        {
            "slope": [30.0, 25.0, 5.0, np.nan],
            "people": [100, 50, 7, 0],
            "area": [2.0, 1.0, 0.0, 4.0],
            "metro": pd.array([True, False, None, None], dtype="boolean"),
            "kind": ["forest", "water", "Wald_1", None],
        },
        index=pd.Index(["a1", "a2", "b1", "b2"], name="unit_id"),
    )


def sentences(text: str, table: pd.DataFrame, row: int = 0, **parameters) -> list[str]:
    return [said(clause) for clause in parse_condition(text).explain(table, parameters)[row]]


@pytest.mark.parametrize(
    ("text", "row", "sentence"),
    [
        ("slope > 25", 0, "slope 30 > 25"),
        ("slope > 25", 1, "slope 25 <= 25"),
        ("slope > 25", 3, "slope: missing"),
        ("slope <> 25", 1, "slope 25 = 25"),
        ("25 < slope", 1, "25 >= slope 25"),
        ("slope > limit", 0, "slope 30 > 12.5 (limit)"),
        ("slope > limit * 2", 1, "slope 25 <= 25 (limit * 2)"),
        ("people / area > 3", 2, "people / area has no value (people 7, area 0)"),
        ("slope / people < area", 3, "slope: missing"),
        ("metro", 1, "metro: false"),
        ("metro = TRUE", 1, "metro: false"),
        ("metro = metro", 0, "metro: true, metro: true"),
        ("metro", 2, "metro: missing"),
        ("kind = 'water'", 0, "kind is 'forest', not 'water'"),
        ("kind LIKE 'f%'", 0, "kind 'forest' begins with f"),
        ("kind NOT LIKE 'f%'", 0, "kind 'forest' begins with f"),
        ("kind IS NULL", 3, "kind is missing"),
        ("kind IS NOT NULL", 3, "kind is missing"),
        ("kind IS NULL", 0, "kind is 'forest'"),
        ("people IN (7, 100)", 0, "people 100 is one of 7, 100"),
        ("people NOT IN (7, 100)", 1, "people 50 is none of 7, 100"),
        ("people IN (1,2,3,4,5,6,7,8,9,10)", 2, "people 7 is one of 1, 2, 3, 4, 5, 6, 7, 8, ... (10 values)"),
        ("slope BETWEEN limit AND 27", 1, "slope 25 is between 12.5 (limit) and 27"),
        ("slope NOT BETWEEN limit AND 27", 0, "slope 30 is not between 12.5 (limit) and 27"),
        ("slope BETWEEN gone AND 27", 0, "slope 30 is not between (missing) (gone) and 27"),
        ("slope\n   >\t25", 0, "slope 30 > 25"),
        ("TRUE", 0, "TRUE: true"),
    ],
)
def test_a_sentence_is_true_whatever_the_answer(table, text, row, sentence):
    names = {name: value for name, value in {"limit": 12.5, "gone": None}.items() if name in text}
    assert sentences(text, table, row, **names) == [sentence]


def test_a_clause_of_a_condition_says_its_whole_comparison(table) -> None:
    clauses, *_ = parse_condition("people / area >= density_min AND NOT metro").explain(table, {"density_min": 50})
    assert [said(clause) for clause in clauses] == ["people / area = 50 >= 50 (density_min)", "metro: true"]


def test_a_text_has_the_title_that_it_has_in_its_column() -> None:
    titles = {"main": "main function", "main = forest": "Forest", "forest": "on forest"}
    condition = parse_condition("county = 'main' OR county IN ('forest') OR 'forest' = main OR forest")
    table = pd.DataFrame({"county": ["forest"], "main": ["forest"], "forest": [True]})
    (clauses,) = condition.explain(table)
    assert [said(clause, titles=titles) for clause in clauses] == [
        "county is 'forest', not 'main'",
        "county is 'forest', one of 'forest'",
        "Forest = main function Forest",
        "on forest: true",
    ]


def test_values_are_shown_in_as_many_digits_as_the_comparison_needs():
    def shown(value: float, text: str) -> str:
        return sentences(text, pd.DataFrame({"x": [value]}))[0]

    assert shown(812.4321, "x > 50") == "x 812.4 > 50"
    assert shown(49.99996, "x > 50") == "x 49.99996 <= 50"
    assert shown(1234567.8, "x > 50") == "x 1,234,568 > 50"
    assert shown(0.000123456, "x > 0") == "x 0.0001235 > 0"
    assert shown(1.5e-30, "x > 0") == "x 1.5e-30 > 0"
    assert shown(1.5e30, "x > 0") == "x 1.5e+30 > 0"
    assert shown(812.43, "x = 812.43") == "x 812.43 = 812.43"
    assert shown(-0.0, "x = 0") == "x 0 = 0"


def test_control_characters_of_a_text_are_shown_escaped():
    assert sentences("x = 'a'", pd.DataFrame({"x": ["a\x1b[1m\n"]})) == ["x is 'a\\x1b[1m\\n', not 'a'"]


def test_the_unit_of_measure_stands_behind_the_last_number() -> None:
    ((clause,),) = parse_condition("slope <= slope_max").explain(ROW, PARAMETERS)
    wording = ClauseWording(clause.text, catalogue("clause", "en"), units={"slope": "degrees"})
    assert wording.in_words(clause) == "slope 12.5 <= 25 degrees (slope_max)"


# Chinese

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
    "kind LIKE 'for%'": "类型 'forest' 以 for 开头",
    "kind LIKE 'lake%'": "类型 'forest' 不以 lake 开头",
    "kind = wanted": "类型 'forest' = 'forest'（wanted）",
    "people / zero > 1": "人口 / zero 无值（人口 4,062，zero 0）",
}


@pytest.mark.parametrize(("text", "sentence"), CASES.items(), ids=list(CASES))
def test_a_chinese_sentence(text: str, sentence: str) -> None:
    ((clause,),) = parse_condition(text).explain(ROW, PARAMETERS)
    assert said(clause, "zh", TITLES) == sentence


def test_a_clause_is_in_no_language() -> None:
    """One record, whose text, values and sides are as they are written, in the words of every language."""
    ((clause,),) = parse_condition("slope > slope_max").explain(ROW, PARAMETERS)
    assert clause == Clause("slope > slope_max", "no", {"slope": 12.5}, {"slope_max": 25}, (12.5, 25.0), decides=True)
    assert said(clause) == "slope 12.5 <= 25 (slope_max)"
    assert said(clause, "zh", TITLES) == "坡度 现状值 12.5 ≤ 阈值 25（最大坡度）"


def test_without_titles_names_stand_as_they_are_written() -> None:
    ((clause,),) = parse_condition('"slope" > slope_max').explain(ROW, PARAMETERS)
    assert said(clause, "zh") == Renderer("zh").clause(clause) == "slope 现状值 12.5 ≤ 阈值 25（slope_max）"


def test_braces_in_names_and_values_are_only_text() -> None:
    """No name or value is taken for a template."""
    odd = pd.DataFrame({"{name}": ["{value}"], "n": ["{0}"]})
    ((clause,),) = parse_condition('"{name}" = n').explain(odd)
    assert said(clause, "zh", {"n": "{other}"}) == "{name} '{value}' ≠ {other} '{0}'"
