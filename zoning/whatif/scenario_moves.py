"""What the scenarios of a plan move: main functions and amounts, from its tables alone."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

import pandas as pd

from zoning.plan import Plan
from zoning.study import Scenario
from zoning.whatif.comparison import transitions


class AmountMoves(NamedTuple):
    """What a scenario moves of one quota."""

    quota: str
    before: Decimal
    after: Decimal
    more: int
    less: int
    shifted: Decimal


@dataclass(frozen=True)
class ScenarioMoves:
    """What one scenario moves."""

    scenario: Scenario
    transitions: pd.DataFrame
    overlays: int
    amounts: tuple[AmountMoves, ...]

    @property
    def changed(self) -> pd.DataFrame:
        """The transitions of units that change their main function."""
        return self.transitions[self.transitions["before"] != self.transitions["after"]]

    @property
    def units(self) -> int:
        """How many units change their main function."""
        return int(self.changed["units"].sum())

    @property
    def area_ha(self) -> float:
        """Their hectares."""
        return float(self.changed["area_ha"].sum())


def scenario_moves(plan: Plan) -> tuple[ScenarioMoves, ...]:
    """What each scenario of a plan moves, in the order of the plan.

    Examples
    --------
    >>> import zoneplan as zp
    >>> from zoning.study import Scenario
    >>> study = zp.read_study(zp.builtin_study("us_mountain_west"))
    >>> less = Scenario(name="less", set={"quotas.construction_land.total": 9000})
    >>> (moves,) = scenario_moves(zp.run(study.model_copy(update={"scenarios": (less,)})))
    >>> moves.units, [(one.quota, str(one.before), str(one.after)) for one in moves.amounts]
    (0, [('construction_land', '10073', '8553')])
    """
    own = plan.zones.set_index("unit_id")
    of_units = plan.quotas[own.index.get_indexer(plan.quotas["unit_id"]) >= 0].set_index(["quota", "unit_id"])["amount"]
    zones, quotas = plan.scenarios.groupby("scenario"), plan.scenario_quotas.groupby("scenario")
    found = []
    for scenario in plan.study.scenarios if len(plan.scenarios) else ():
        there = zones.get_group(scenario.name).set_index("unit_id")
        given = quotas.get_group(scenario.name) if scenario.name in quotas.groups else plan.scenario_quotas.iloc[:0]
        amounts = given.set_index(["quota", "unit_id"])["amount"]
        found.append(
            ScenarioMoves(
                scenario,
                transitions(own, there),
                int((there["overlays"] != own["overlays"].reindex(there.index)).sum()),
                tuple(_amounts(quota.name, of_units, amounts) for quota in plan.study.quotas),
            )
        )
    return tuple(found)


def _amounts(quota: str, before: pd.Series, after: pd.Series) -> AmountMoves:
    own, other = before.loc[quota], after.loc[quota]
    more = [other[unit] - amount for unit, amount in own.items()]
    return AmountMoves(
        quota,
        sum(own, Decimal(0)),
        sum(other, Decimal(0)),
        sum(one > 0 for one in more),
        sum(one < 0 for one in more),
        sum((one for one in more if one > 0), Decimal(0)),
    )
