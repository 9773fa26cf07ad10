"""Negative lists in report and dossier: two lists of the rulebook and one of the plan, counted with a pencil."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from layers.sources import Source
from maps.telling.annex.negative_lists_chapter import industries, unit_lists
from maps.telling.annex.report_context import ReportContext
from maps.telling.reports.report_page import report
from maps.telling.reports.unit_dossier import dossier
from zoning.policies import list_industries
from zoning.rulebook import Industry, Policy
from zoning.rulebook.chapter_schemas import IndustryList
from zoning.rulebook.industry_classification import read_classification
from zoning.tables import INDUSTRIES, tabulate

SEEN = Source(kind="official", read_on=date(2024, 12, 1))

ITEMS = (
    Industry(list="base", code="C3011", treatment="restricted", conditions={"scale": {"en": "large", "zh": "大型"}},
             note={"en": "as of old", "zh": "沿用"}, reference="Act 1", source=SEEN),
    Industry(list="base", code="C2211", treatment="prohibited", reference="Act 2"),
    Industry(list="base", code="B", treatment="prohibited", state="planned", reference="Act 3"),
    Industry(list="forest", code="0212", treatment="prohibited", reference="Act 4"),
)  # fmt: skip
POLICIES = [
    Policy(
        id=f"{name}-list",
        instrument="negative_list",
        list=name,
        when="TRUE",
        title={"en": f"The {name} list", "zh": f"清单{name}"},
        clause="See the list.",
        reference="Act 1",
    )
    for name in ("base", "forest")
]
OWN = {
    **dict.fromkeys(INDUSTRIES.columns, ""),
    "list": "own-list",
    "item": 2,
    "code": "C30",
    "treatment": "restricted",
    "state": "existing",
    "jurisdiction": "east",
    "conditions": "grade II",
    "reference": "Order 5",
    "verified": False,
    "reading": "memory",
}


@pytest.fixture
def plan(toy_plan):
    """The base list holds everywhere, the forest list in three units, the plan's own in the east."""
    rulebook = replace(
        toy_plan.rulebook,
        classification=read_classification("gbt4754_2017"),
        industries=ITEMS,
        lists=(IndustryList(id="base", items_known=40), IndustryList(id="forest", complete=True)),
        policies=(*toy_plan.rulebook.policies, *POLICIES),
    )
    row = toy_plan.policies.iloc[0].to_dict()
    rows = [
        row | {"unit_id": unit, "piece_id": "", "policy": f"{name}-list", "overruled_by": "", "parameters": "{}"}
        for name, units in (("base", toy_plan.units.index), ("forest", ["a1", "b1", "c1"]))
        for unit in units
    ]
    own = tabulate(INDUSTRIES, pd.DataFrame([OWN]))
    return toy_plan.having(
        rulebook=rulebook,
        policies=pd.concat([toy_plan.policies, pd.DataFrame(rows)], ignore_index=True),
        industries=list_industries(rulebook, own),
    )


def test_the_overview_counts_units_items_and_branches(plan) -> None:
    overview = industries(ReportContext.of(plan)).blocks[1]
    assert overview.groups[0].rows == (
        (("The base list", "base"), "12", "2", "1", "2 / 2 / 2 / 2", "3 of about 40 items"),
        (("The forest list", "forest"), "3", "1", "0", "1 / 1 / 1 / 1", "all 1 item"),
        (("the plan's own list", "own-list"), "6", "0", "1", "1 / 1", "1 item, of how many is not known"),
    )


def test_items_stand_under_their_sections(plan) -> None:
    base = industries(ReportContext.of(plan)).blocks[2]
    assert (base.title, [(part.title, part.figure) for part in base.groups]) == (
        "Provisions that hold with The base list",
        [("B Mining", "Prohibited 1"), ("C Manufacturing", "Prohibited 1, Restricted 1")],
    )
    assert base.groups[1].rows[0] == (
        ("C3011", "C30 Manufacture of non-metallic mineral products"),
        "restricted",
        "existing and planned",
        ("scale: large", "as of old"),
        "Act 1",
    )
    assert base.groups[0].rows[0][-1] == ("Act 3", "no reading noted")


def test_the_plans_own_items_say_where_they_hold(plan) -> None:
    own = industries(ReportContext.of(plan)).blocks[4]
    assert [column.title for column in own.columns][:2] == ["Branch of industry", "Holds in"]
    assert own.groups[0].rows[0][1] == "east"


def test_it_speaks_chinese(plan) -> None:
    chapter = industries(ReportContext.of(plan, "zh"))
    assert chapter.title == "负面清单"
    assert chapter.blocks[2].groups[1].rows[0][1:4] == ("限制", "现有和规划发展", ("规模：大型", "沿用"))


def test_a_unit_has_a_card_for_each_list_that_holds_in_it(plan) -> None:
    cards = list(unit_lists(ReportContext.of(plan), "a1"))
    assert [(card.title, card.tag, card.text) for card in cards] == [
        ("The base list", "base", "Prohibited 2, Restricted 1, read: 3 of about 40 items"),
        ("The forest list", "forest", "Prohibited 1, read: all 1 item"),
    ]
    assert cards[0].facts == (("B Mining", "Prohibited 1"), ("C Manufacturing", "Prohibited 1, Restricted 1"))
    assert [card.tag for card in unit_lists(ReportContext.of(plan), "a4")] == ["base", "own-list"]


def test_report_and_dossier_have_the_chapter_where_there_are_lists(plan, toy_plan) -> None:
    assert 'id="industries"' in report(plan)
    assert "The forest list" in dossier(plan, "a1")
    assert 'id="industries"' not in report(toy_plan)
    assert "No negative list holds" not in dossier(toy_plan, "a1")
    empty = plan.having(industries=plan.industries.iloc[:0])
    assert "None." in report(empty)[report(empty).index('id="industries"') :][:1500]
