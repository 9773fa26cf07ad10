"""Energy explanations: by which lights of which regions a unit is concerned, by which scheme and which numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pandas as pd

from layers import EnergyTable, number_text, words_in
from zoning.energy_entries import Scheme
from zoning.energy_schemes import scheme_of
from zoning.energy_words import NARRATION, colour_in
from zoning.plans import Plan
from zoning.words import text_in

Content = dict[str, Any]


def scheme_in_use(plan: Plan) -> Scheme | None:
    """The scheme by which a plan judges its regions; None where it judges none."""
    if plan.energy.empty or plan.study.energy is None:
        return None
    section = plan.study.energy
    return scheme_of(EnergyTable(section.period, pd.DataFrame(), section.scheme), plan.rulebook)


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


def explain_lights(plan: Plan, unit_id: str) -> list[Content]:
    """The lights of the regions that a unit is or lies in, the nearest first, ready for JSON.

    Parameters
    ----------
    plan : Plan
    unit_id : str

    Returns
    -------
    list of dict
        Keys ``region``, ``period``, ``intensity_light``, ``total_light``, ``total_exempt``, ``verdict``, ``reason``,
        ``scheme``, ``parameters``; empty where no region of the energy table has the unit in it.
    """
    scheme = scheme_in_use(plan)
    if scheme is None:
        return []
    levels = [level for level in plan.study.units.levels if level in plan.measures.columns]
    regions = [unit_id, *(str(plan.measures.loc[unit_id, level]) for level in reversed(levels))]
    rows = {str(row["region"]): row for row in plan.energy.to_dict("records")}
    return [_content(rows[region], scheme) for region in dict.fromkeys(regions) if region in rows]


def _content(row: Mapping[Any, Any], scheme: Scheme) -> Content:
    period = int(row["period"])
    return {
        "region": str(row["region"]),
        "period": period,
        "intensity_light": int(row["intensity_light"]),
        "total_light": int(row["total_light"]),
        "total_exempt": bool(row["total_exempt"]),
        "verdict": str(row["verdict"]),
        "reason": str(row["reason"]),
        "scheme": {
            "code": scheme.code,
            "title": dict(scheme.title),
            "since": scheme.since.isoformat() if scheme.since else "",
            "until": scheme.until.isoformat() if scheme.until else "",
            "reference": scheme.reference,
            "verified": scheme.verified,
        },
        "parameters": scheme_parameters(scheme, period),
    }


def narrate_lights(lights: list[Content], language: str) -> Iterator[str]:
    """Lights in words, for a terminal, line by line."""
    words = words_in(language, NARRATION)
    for one in lights:
        total = words["not_counted" if one["total_exempt"] else "counted"]
        yield words["lights"].format(
            region=one["region"],
            period=one["period"],
            verdict=colour_in(language, one["verdict"]),
            intensity=colour_in(language, one["intensity_light"]),
            total=total.format(light=colour_in(language, one["total_light"])),
        )
        yield f"  {one['reason']}"
        for parameter in one["parameters"]:
            value = parameter["value"]
            number = number_text(value) if isinstance(value, float) else words[str(value).lower()]
            unit = "" if parameter["unit"] == "1" else f" {parameter['unit']}"
            yield "    " + words["parameter"].format(
                name=text_in(parameter["title"], language, parameter["name"]),
                value=f"{number}{unit}",
                reference=parameter["reference"],
                doubt="" if parameter["verified"] else words["unverified"],
            )
        scheme = one["scheme"]
        yield "    " + words["by_scheme"].format(
            title=text_in(scheme["title"], language, scheme["code"]),
            reference=scheme["reference"],
            doubt="" if scheme["verified"] else words["unverified"],
        )
