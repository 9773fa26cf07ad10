"""Titles of measures: one source for every surface, in the plan's words first."""

from __future__ import annotations

import re

import pytest

from layers.errors import ZoneplanError
from maps.exports.workbook_sheets import sheets_of
from maps.web.map_payload import measure_columns, measure_layers
from maps.words import localize
from maps.words.terms import Terms
from zoning.study import builtin_studies, read_study

PLAN = """
[study]
name = "Toy"
date = 2025-01-01
rulebook = "us_west"

[units]
source = "units.gpkg"
id = "fips"
titles = { wells = { en = "Wells", zh = "水井" } }

[[tables]]
source = "more.csv"
id = "fips"
titles = { pop_2020 = "Residents" }

[[layers]]
name = "cover"
title = { en = "land cover", zh = "土地覆盖" }
source = "cover.tif"
measure = { cover_mean_m = "mean(value)", low_share = "share(value < 3)", top = "max(value)" }

[layers.titles]
top = { en = "Peak", zh = "最高点" }
"""


@pytest.fixture
def terms(tmp_path):
    from zoning.rulebook import read_rulebook

    (tmp_path / "plan.toml").write_text(PLAN, encoding="utf-8")
    study, book = read_study(tmp_path / "plan.toml"), read_rulebook("us_west")
    return {language: Terms(book, language, study) for language in ("en", "zh")}


@pytest.mark.parametrize(
    ("name", "english", "chinese"),
    [
        ("wells", "Wells", "水井"),
        ("pop_2020", "Residents, persons", "Residents（人）"),  # the plan before its rulebook, one text for all
        ("energy_mw", "Capacity of power stations, MW", "发电装机容量（兆瓦）"),
        ("cover_mean_m", "Land cover: mean, m", "土地覆盖：平均值（米）"),
        ("top", "Peak", "最高点"),
        ("low_share", "Low share", "Low share"),  # of some of its values: the layer's title would be a lie
        ("top_covered", "Peak: part with data", "最高点：有数据的部分"),
        ("birds_pct", "Birds, %", "Birds（%）"),
        ("area_ha", "Area, ha", "面积（公顷）"),
    ],
)
def test_a_measure_is_called_as_plan_rulebook_layer_or_name_say(terms, name, english, chinese) -> None:
    assert [terms[language].measure_text(name) for language in ("en", "zh")] == [english, chinese]


def test_conditions_read_the_titles_of_the_plan(terms) -> None:
    from layers.conditions import parse_condition

    assert parse_condition("wells > 3").said(terms["zh"].names) == "水井 > 3"


def test_levels_are_called_as_their_columns(terms) -> None:
    assert [terms["zh"].level(name) for name in ("state", "unit")] == ["州", "单元"]


def test_map_and_workbook_call_a_measure_alike(make_plan) -> None:
    plan = make_plan()
    titled = plan.study.units.model_copy(update={"titles": {"plant_mw": {"en": "Power {0}", "zh": "电力"}}})
    plan = plan.having(study=plan.study.model_copy(update={"units": titled}))
    for language in ("en", "zh"):
        said = localize(plan, language)
        sheet = next(one for one in sheets_of(said) if one.key == "measures")
        written = {one.name: one.title for one in sheet.columns}
        told = {one.name: one for one in measure_layers(said, measure_columns(plan))}
        assert set(told) & set(written) >= {"plant_mw"}
        assert all(written[name].startswith(one.title) for name, one in told.items())
        assert told["plant_mw"].title == {"en": "Power {0}", "zh": "电力"}[language]


def test_titles_of_what_a_layer_does_not_measure_are_refused(tmp_path) -> None:
    (tmp_path / "plan.toml").write_text(PLAN.replace("top = { en", "topp = { en"), encoding="utf-8")
    with pytest.raises(ZoneplanError, match="'titles' has a title for 'topp', and 'measure' gives no such measure"):
        read_study(tmp_path / "plan.toml")


@pytest.mark.parametrize("name", builtin_studies())
def test_measures_of_the_studies_read_as_words_of_each_language(plan_of, name) -> None:
    plan = plan_of(name)
    terms = [localize(plan, one).renderer.terms for one in ("en", "zh")]
    for column in plan.measures.columns:
        english, chinese = (one.measure_text(column) for one in terms)
        assert not re.search(r"_|\b(gdp|pct|pop)\b", english + chinese, re.IGNORECASE), column
        assert set(re.findall(r"[A-Za-z]{2,}", chinese)) <= {"GeoNames", "FIPS"}, column
