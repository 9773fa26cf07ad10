"""Draws on the page: a map that is coloured by how often a unit keeps what it is, and a sheet that reads well."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from maps.telling.reports.firmness_page import write_robustness
from maps.telling.reports.report_page import report
from maps.web import draw
from zoning.pipeline.flow import make_plan
from zoning.pipeline.plan_steps import Steps
from zoning.plan import Plan
from zoning.study.scenarios import RobustnessSection
from zoning.whatif import robustness

WITHIN = {"fragile_min": (0.2, 0.8)}


@pytest.fixture(scope="module")
def plan(toy_run: Plan) -> Plan:
    asked = RobustnessSection(within=WITHIN, draws=40, seed=3)
    study = toy_run.study.model_copy(update={"robustness": asked})
    return make_plan(study, toy_run.whole_rulebook, toy_run.inputs, toy_run.tables, steps=Steps(toy_run.steps))


@pytest.mark.browser
@pytest.mark.parametrize("asked_by", ["the plan", "the command"])
def test_the_map_is_coloured_by_the_share_of_draws(open_map, axe, plan: Plan, toy_run: Plan, asked_by: str) -> None:
    drawn = draw(plan if asked_by == "the plan" else robustness(toy_run, WITHIN, draws=40, seed=3))
    tab = open_map(drawn, "#by=draws_kept_share")
    assert "Draws in which it keeps its main function" in tab.inner_text("body")
    assert re.search(r"under \d+\s%", tab.inner_text("body"))
    assert axe(tab) == []


@pytest.mark.browser
def test_the_sheet_of_draws_reads_well(open_tab, axe, toy_run: Plan, tmp_path: Path) -> None:
    write_robustness(robustness(toy_run, WITHIN, draws=40, seed=3), tmp_path / "sheet.html")
    tab = open_tab()
    tab.goto((tmp_path / "sheet.html").as_uri())
    assert "What was drawn" in tab.inner_text("body")
    assert "seed 3" in tab.inner_text("body")
    assert axe(tab) == []


def test_the_report_of_a_plan_that_asks_for_draws_tells_of_them(plan: Plan, toy_run: Plan) -> None:
    page = report(plan)
    assert 'id="robustness"' in page
    assert "drawn 40 times" in page
    assert 'id="robustness"' not in report(toy_run)
