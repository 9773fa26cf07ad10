"""What scenarios move, from the tables of a plan alone, with a pencil."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from maps.telling.reports.report_page import report
from zoning.pipeline.flow import make_plan
from zoning.pipeline.plan_steps import Steps
from zoning.plan import Plan
from zoning.study import Scenario
from zoning.whatif import scenario_moves

DECISION = {"unit": "a4", "main": "key_development", "reason": "a port", "by": "the council", "date": date(2024, 12, 2)}


@pytest.fixture
def plan(toy_run: Plan) -> Plan:
    scenarios = (
        Scenario(name="less", title={"en": "Less <land>"}, set={"quotas.construction_land.total": 60}),
        Scenario(name="forest", set={"parameters.fragile_min": 0.6}, decisions=[DECISION]),
    )
    study = toy_run.study.model_copy(update={"scenarios": scenarios})
    return make_plan(study, toy_run.whole_rulebook, toy_run.inputs, toy_run.tables, steps=Steps(toy_run.steps))


def test_units_hectares_and_amounts_are_counted(plan: Plan) -> None:
    """Half of column 2 is forest: three units of 100 ha are fragile no more; the decision moves a fourth."""
    less, forest = scenario_moves(plan)
    assert (less.units, less.area_ha, less.overlays) == (0, 0.0, 0)
    (amount,) = less.amounts
    assert (amount.before, amount.after) == (Decimal(115), Decimal(58))
    assert (amount.more, amount.shifted) == (0, Decimal(0))
    moved = forest.changed[["before", "after", "units", "area_ha"]].to_numpy().tolist()
    assert moved == [
        ["ecologically_fragile", "general", 3, pytest.approx(300.0)],
        ["general", "key_development", 1, pytest.approx(100.0)],
    ]
    assert (forest.units, forest.transitions["units"].sum()) == (4, 12)


def test_the_report_tells_them_and_nothing_where_there_are_none(plan: Plan, toy_run: Plan) -> None:
    page = report(plan, "zh")
    assert 'id="scenarios"' in page
    assert "变动最大的是“forest”：400.00 公顷改变主体功能" in page
    assert "Less &lt;land&gt;" in page
    assert "quotas.construction_land.total = 60" in page
    assert 'id="scenarios"' not in report(toy_run)
