"""What units get and parties pay along the curve of a parameter: one allocation a step of the curve."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from zoning.errors import InfeasibleError
from zoning.plan import Plan
from zoning.rulebook import vary_rulebook
from zoning.tables import FLOWS
from zoning.whatif.differences import parts_of, remake
from zoning.whatif.variants import as_fresh
from zoning.zones import Curve, Step

Announce = Callable[[int, int], None]
QUOTA_COLUMNS = ("step", "quota", "period", "unit_id", "main", "amount")
FLOW_COLUMNS = ("step", *FLOWS.key, "amount", "unit")


class CurveAmounts(NamedTuple):
    """Amounts and money by step of a curve."""

    quotas: pd.DataFrame
    flows: pd.DataFrame
    refused: Mapping[int, str]


def curve_amounts(
    plan: Plan,
    curve: Curve,
    *,
    study_folder: str | Path | None = None,
    announce: Announce = lambda _done, _of: None,
) -> CurveAmounts:
    """What each unit gets, and who pays whom, at each step of a curve.

    Parameters
    ----------
    plan : Plan
        Just made, or read back from a run folder while its sources are still there.
    curve : Curve
        Of that plan, from :func:`zoneplan.curve`.
    study_folder : str or Path, optional
        Where the sources are of a plan that was read back, as for :meth:`zoneplan.Plan.vary`.
    announce : callable, optional
        Called before each step with how many are done, and of how many.

    Returns
    -------
    CurveAmounts
        Zones are the same everywhere in a step, so one plan stands for all of it: amounts depend on zones alone where
        no quota and no payment asks for the parameter itself.

    Raises
    ------
    ZoneplanError
        Whatever ``plan.vary`` refuses, but for quotas that cannot be met: these are told by step.

    Examples
    --------
    >>> import zoneplan as zp
    >>> from zoning.whatif import curve_amounts
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> found = curve_amounts(plan, zp.curve(plan, "cropland_share_min"))
    >>> found.quotas.groupby("step")["amount"].sum().nunique()  # the total is the same in all steps
    1
    """
    fresh = as_fresh(plan, study_folder)
    parts = parts_of(fresh)
    quotas, flows, refused = [], [], {}
    for place, step in enumerate(curve.steps):
        announce(place, len(curve.steps))
        try:
            rulebook = vary_rulebook(parts.rulebook, {curve.parameter: _inside(step, curve)})
            varied = remake(parts._replace(rulebook=rulebook), fresh)
        except InfeasibleError as error:
            refused[place] = error.said
            continue
        mains = varied.zones.set_index("unit_id")["main"]
        given = varied.quotas[varied.quotas["unit_id"].isin(mains.index)]
        quotas.append(given.assign(step=place, main=mains.reindex(given["unit_id"]).to_numpy()))
        flows.append(varied.flows.assign(step=place))
    return CurveAmounts(_joined(quotas, QUOTA_COLUMNS), _joined(flows, FLOW_COLUMNS), refused)


def _inside(step: Step, curve: Curve) -> float:
    """A value of the parameter that lies in a step: the adopted one where it does."""
    if step.holds(curve.adopted):
        return curve.adopted
    for end, included in ((step.low, step.low_included), (step.high, step.high_included)):
        if end is not None and included:
            return end
    if step.low is None:
        return curve.adopted if step.high is None else step.high - max(1.0, abs(step.high))
    return step.low + (max(1.0, abs(step.low)) if step.high is None else (step.high - step.low) / 2)


def _joined(parts: list[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(columns))
    return rows[list(columns)]
