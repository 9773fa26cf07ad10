"""Why a region has its light: the scheme of dual control in force, and its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from zoning.energy import EnergyTable, scheme_in_force
from zoning.plan import Plan
from zoning.records.findings import in_rulebook
from zoning.records.table_rows import each_row
from zoning.rulebook import Scheme
from zoning.trace import Record, Said, Term, days_of, in_languages

Content = dict[str, Any]


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
            "reading": one.reading,
        }
        for one, value in found
        if value is not None
    ]


def light_records(plan: Plan, rows: pd.DataFrame) -> list[Record]:
    """Why regions have the lights that they have."""
    scheme = scheme_in_use(plan)
    return [_light(row, scheme, plan) for row in each_row(rows)] if scheme else []


def _light(row: Mapping[Any, Any], scheme: Scheme, plan: Plan) -> Record:
    period, called = int(row["period"]), plan.rulebook.texts_of
    numbers = (
        one | {"unit_title": called("units", one["unit"]), "reference": in_languages(one["reference"])}
        for one in scheme_parameters(scheme, period)
    )
    return Record(
        kind="scheme",
        id=scheme.code,
        reason=row["reason"],
        said=Said(parameters=tuple(numbers)),
        days=days_of(scheme),
        reference=in_languages(scheme.reference),
        reading=scheme.reading,
        written=in_rulebook(plan.rulebook, "schemes", scheme),
        facts={
            "region": str(row["region"]),
            "region_name": Term("place", str(row["region"])),
            "period": period,
            "intensity_light": int(row["intensity_light"]),
            "total_light": int(row["total_light"]),
            "total_exempt": bool(row["total_exempt"]),
            "verdict": str(row["verdict"]),
            "scheme": {
                "code": scheme.code,
                "title": scheme.title,
                "since": scheme.since or "",
                "until": scheme.until or "",
                "reference": in_languages(scheme.reference),
                "verified": scheme.verified,
                "reading": scheme.reading,
            },
        },
    )
