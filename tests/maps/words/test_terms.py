"""Titles: by the rulebook, else by zoneplan, else the code as it is written."""

from __future__ import annotations

from datetime import date

import pytest

from maps.words import texts_of
from maps.words.terms import Terms
from zoning.rulebook import read_rulebook

DAY = date(2025, 1, 1)
TERMS = """
[[roles]]
code = "moor"
title = { en = "moor", pt = "charneca" }

[[instruments]]
code = "levy"
title = { en = "dike levy", pt = "taxa do dique" }

[[units]]
code = "OZD"
title = { en = "Oz dollars", pt = "dólares de Oz" }

[[settings]]
code = "least_width"
title = { en = "no narrower than", pt = "largura mínima" }
"""


def test_codes_are_called_as_the_rulebook_says_in_its_own_languages(write_rulebook) -> None:
    """Codes and currencies of a country that nobody here has heard of, in a language of which there is no catalogue."""

    def portuguese(text: str) -> str:
        return text.replace('zh = "', 'pt = "')

    changes = dict.fromkeys(("zones", "indicators", "parameters", "rules", "lines", "policies", "cases"), portuguese)
    spoken = {"rulebook": lambda text: text.replace('"zh"', '"pt"'), "terms": TERMS}
    rulebook = read_rulebook(write_rulebook(**spoken, **changes), DAY)
    assert [Terms(rulebook, one).role("moor") for one in ("en", "pt", "zh")] == ["moor", "charneca", "moor (en)"]
    terms = Terms(rulebook, "pt")
    assert terms.instrument("levy") == "taxa do dique"
    assert [terms.heading(one) for one in ("levy", "land_tax")] == ["Taxa do dique", "Land tax"]
    assert [terms.unit(one) for one in ("OZD", "ha", "BRL")] == ["dólares de Oz", "ha", "BRL"]
    assert [terms.setting(one) for one in ("least_width", "most_width")] == ["largura mínima", "most width"]


def test_what_conditions_name_has_a_title_on_every_day() -> None:
    """Optimised areas ended with 2023; a policy of today still names them beside what took their place."""
    today = read_rulebook("main_functional_areas", DAY)
    english, chinese = Terms(today, "en").names, Terms(today, "zh").names
    assert "optimised" not in today.codes("main")
    assert english["main = optimised"] == english["optimised"]
    assert (english["optimised"], chinese["optimised"]) == ("Optimised development area", "优化开发区域")
    assert chinese["key_development"] == "城市化地区"  # as it is called on the day
    assert (english["unit_id"], chinese["jurisdiction"], chinese["red_line"]) == ("unit code", "行政区", "生态保护红线")
    assert (english["on_national_project"], chinese["on_growth_boundary"]) == (
        "on major national projects",
        "位于城镇开发边界",
    )


@pytest.mark.parametrize(
    ("role", "title"),
    [
        ("red_line_core", "Designated wilderness"),  # by the line that it draws
        ("protected", "protected areas"),  # by its own title
        ("agricultural", "Agricultural area"),  # a zone
        ("heaths", "heaths"),  # nobody has one
    ],
)
def test_a_role_is_called_by_its_line_its_title_its_zone_or_its_code(role: str, title: str) -> None:
    assert Terms(read_rulebook("us_west", DAY), "en").role(role) == title


def test_instruments_stand_under_headings() -> None:
    terms = Terms(read_rulebook("us_west", DAY), "en")
    assert terms.instrument("negative_list") == "negative list"
    headings = [terms.heading(one) for one in ("land", "negative_list", "land_tax")]
    assert headings == ["Land", "Negative lists", "Land tax"]


def test_without_a_rulebook_there_are_the_titles_of_zoneplan_alone() -> None:
    terms = Terms(None, "zh")
    assert (terms.unit("ha"), terms.unit("acres"), terms.name("jurisdiction")) == ("公顷", "acres", "行政区")
    assert (terms.role("moor"), terms.name("population"), terms.measures, terms.measured) == (
        "moor",
        "population",
        {},
        {},
    )
    assert texts_of(None, "units", "OZD") == {}


def test_measures_have_the_titles_of_their_units() -> None:
    terms = Terms(read_rulebook("us_west", DAY), "zh")
    assert terms.name("pop_2020") == terms.measures["pop_2020"] != "pop_2020"
    shares = {name for name in terms.measured if name.endswith("_share")}
    assert not shares
