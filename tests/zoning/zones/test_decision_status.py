from __future__ import annotations

import pandas as pd
import pytest

from maps.telling.explanations.explanation_content import explain
from maps.web.unit_details import cards
from maps.words import localize
from zoning.pipeline.flow import run
from zoning.plan import Plan
from zoning.study import read_study
from zoning.zones import decision_status

OVERLAY = """
[[decisions]]
unit = "a1"
overlay = "energy_rich"
reason = "coal below the wood"
by = "Provincial assembly"
date = 2024-06-01
"""


@pytest.fixture
def plan(toy_run: Plan) -> Plan:
    return toy_run


def changed(plan, rule: str, status: str, claim: dict[str, str]):
    """The toy plan with another status of a1, whose main function comes from a rule, and one claim more on it."""
    zones = plan.zones.assign(
        status=plan.zones["status"].where(plan.zones["unit_id"] != "a1", status),
        rule=plan.zones["rule"].where(plan.zones["unit_id"] != "a1", rule),
    )
    more = plan.claims[plan.claims["unit_id"] == "a1"].head(1).assign(**claim)
    return plan.having(zones=zones, claims=pd.concat([plan.claims, more], ignore_index=True))


@pytest.mark.parametrize(
    ("rule", "status", "claim", "standing"),
    [
        ("decision-1", "by_decision", {}, "by_decision"),
        ("locked-1", "by_decision", {}, "by_decision"),
        ("fragile-1", "by_decision", {"zone": "energy_rich", "rule": "decision-1"}, "by_decision_overlay"),
        ("fragile-1", "review", {"zone": "energy_rich", "answer": "unknown"}, "review_overlay"),
        ("fragile-1", "review", {"zone": "key_development", "answer": "unknown"}, "review"),
        ("fragile-1", "contested", {"zone": "key_development", "answer": "yes"}, "contested"),
        ("fragile-1", "decided", {}, "decided"),
    ],
)
def test_a_standing_tells_of_what_the_status_is(plan, rule, status, claim, standing) -> None:
    assert decision_status(changed(plan, rule, status, claim))["a1"] == standing


def test_a_main_function_by_rule_is_not_said_to_be_decided_by_planners(toy_folder) -> None:
    path = toy_folder / "plan.toml"
    path.write_text(path.read_text("utf-8") + OVERLAY, "utf-8")
    plan = run(read_study(path))
    assert " - decided by the rules; an overlay by decision of the planners\n" in explain(plan, "a1").text()
    assert "由规则确定；有叠加指定由规划决定\n" in explain(plan, "a1", "zh").text()
    assert " - by decision of the planners\n" in explain(plan, "c4").text()
    shown = {unit.id: unit.standing for unit in cards(localize(plan)).units.rows}
    assert (shown["a1"], shown["c4"], shown["b1"]) == ("by_decision_overlay", "by_decision", "decided")
