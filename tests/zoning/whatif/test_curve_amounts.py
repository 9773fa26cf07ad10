"""Amounts along a curve: those of the plan that is varied to a value of each step."""

from __future__ import annotations

from decimal import Decimal

import pytest

from zoning.plan import Plan
from zoning.whatif import curve_amounts
from zoning.zones import curve


@pytest.mark.parametrize("parameter", ["fragile_min", "populous_min"])
def test_each_step_has_the_amounts_of_the_varied_plan(toy_run: Plan, parameter: str) -> None:
    found, told = curve(toy_run, parameter), []
    amounts = curve_amounts(toy_run, found, announce=lambda done, of: told.append((done, of)))
    assert told == [(place, len(found.steps)) for place in range(len(found.steps))]
    assert set(amounts.quotas["step"]) | set(amounts.refused) == set(range(len(found.steps)))
    seen = 0
    for place, step in enumerate(found.steps):
        ends = [step.low, step.high]
        value = found.adopted if step.holds(found.adopted) else (sum(ends) / 2 if None not in ends else None)
        if value is None or not step.holds(value) or place in amounts.refused:
            continue
        varied = toy_run.vary(parameters={parameter: value})
        own = amounts.quotas[amounts.quotas["step"] == place].set_index(["quota", "unit_id"])["amount"]
        given = varied.quotas[varied.quotas["unit_id"].isin(varied.zones["unit_id"])]
        assert own.to_dict() == given.set_index(["quota", "unit_id"])["amount"].to_dict()
        mains = amounts.quotas[amounts.quotas["step"] == place].set_index("unit_id")["main"].to_dict()
        assert mains == varied.zones.set_index("unit_id")["main"].reindex(list(mains)).to_dict()
        paid = amounts.flows[amounts.flows["step"] == place]["amount"].sum()
        assert Decimal(paid) == varied.flows["amount"].sum()
        seen += 1
    assert seen > 1


def test_a_step_whose_quotas_cannot_be_met_says_why(toy_run: Plan) -> None:
    """A third of the land shall go to fragile units; where the threshold is high, there is none."""
    limit = {"name": "green", "when": "main = 'ecologically_fragile'", "min_pct": 30}
    change = {"by": "optimal", "objective": "gini", "priority": [], "limits": [limit]}
    wanted = toy_run.vary(quotas={"construction_land": change})
    found = curve(wanted, "fragile_min")
    amounts = curve_amounts(wanted, found)
    assert set(amounts.refused) == {
        place for place, step in enumerate(found.steps) if not step.units.get("ecologically_fragile")
    }
    assert amounts.refused
    assert all("green" in said for said in amounts.refused.values())
    assert set(amounts.quotas["step"]) == set(range(len(found.steps))) - set(amounts.refused)
