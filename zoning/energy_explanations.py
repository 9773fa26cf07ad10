"""Energy explanations: by which lights of which regions a unit is concerned, by which scheme and which numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import pandas as pd

from layers import EnergyTable
from zoning.chains import Content, in_rulebook, reason_record
from zoning.energy_entries import Scheme
from zoning.energy_schemes import scheme_in_force
from zoning.plans import Plan


def scheme_in_use(plan: Plan) -> Scheme | None:
    """The scheme by which a plan judges its regions; None where it judges none."""
    if plan.energy.empty or plan.study.energy is None:
        return None
    section = plan.study.energy
    return scheme_in_force(EnergyTable(section.period, pd.DataFrame(), section.scheme), plan.rulebook)


def scheme_parameters(scheme: Scheme, period: int) -> list[Content]:
    """The numbers and switches of a scheme at the end of a period, as plain values."""
    found = [(one, one.at(date(period, 12, 31))) for one in scheme.parameters]
    return [
        {
            "name": one.name,
            "title": dict(one.title) if one.title else {},
            "value": value.value,
            "unit": one.unit,
            "since": value.since.isoformat() if value.since else "",
            "until": value.until.isoformat() if value.until else "",
            "reference": one.reference,
            "verified": one.verified,
        }
        for one, value in found
        if value is not None
    ]


def explain_lights(plan: Plan, ids: Iterable[str]) -> dict[str, list[Content]]:
    """The lights of the regions that some units are or lie in, as links, the nearest region first.

    Parameters
    ----------
    plan : Plan
    ids : iterable of str

    Returns
    -------
    dict of str to list of dict
        By unit. Beside the keys of a link: ``region``, ``period``, ``intensity_light``, ``total_light``,
        ``total_exempt``, ``verdict``, ``scheme``; none where no region of the energy table has the unit in it.
    """
    scheme = scheme_in_use(plan)
    found: dict[str, list[Content]] = {unit: [] for unit in ids}
    if scheme is None:
        return found
    levels = [level for level in plan.study.units.levels if level in plan.measures.columns]
    told = {str(row["region"]): _content(row, scheme, plan) for row in plan.energy.to_dict("records")}
    for unit, lights in found.items():
        regions = [unit, *(str(plan.measures.loc[unit, level]) for level in reversed(levels))]
        lights += [told[region] for region in dict.fromkeys(regions) if region in told]
    return found


def _content(row: Mapping[Any, Any], scheme: Scheme, plan: Plan) -> Content:
    period = int(row["period"])
    own = reason_record(
        "scheme",
        scheme.code,
        str(row["reason"]),
        said={"parameters": scheme_parameters(scheme, period)},
        days=scheme,
        reference=scheme.reference,
        verified=scheme.verified,
        written=in_rulebook(plan.rulebook, "schemes", scheme),
    )
    return own | {
        "region": str(row["region"]),
        "period": period,
        "intensity_light": int(row["intensity_light"]),
        "total_light": int(row["total_light"]),
        "total_exempt": bool(row["total_exempt"]),
        "verdict": str(row["verdict"]),
        "scheme": {
            "code": scheme.code,
            "title": dict(scheme.title),
            "since": own["since"],
            "until": own["until"],
            "reference": scheme.reference,
            "verified": scheme.verified,
        },
    }
