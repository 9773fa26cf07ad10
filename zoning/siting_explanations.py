"""What a plan says of the land that quotas take: unit by unit, and what could not be placed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from layers import Finding, Quota, shown
from zoning.plans import Plan
from zoning.siting_words import siting_words, why_unplaced
from zoning.vocabulary import name_text

_FIGURES = (
    "asked_ha", "available_ha", "suitable_ha", "placed_ha", "unplaced_ha", "value_mean", "score_mean", "score_bound",
    "gap_pct",
)  # fmt: skip
_NOTES = ("last",)
"""Reasons that somebody asked for."""


def explain_sitings(plan: Plan, quota: Quota) -> dict[str, dict[str, Any]]:
    """Where the amounts of a quota go on the ground, by unit; nothing where the quota is not sited.

    Returns
    -------
    dict of str to dict
        The figures of SITINGS (None where there is none), ``unplaced_because`` and in words ``why``, ``layer``,
        ``surface``, ``prefer``, ``merits``, and ``sites``, one entry a patch.
    """
    siting = quota.siting
    if siting is None:
        return {}
    asked = {
        "layer": siting.layer or "",
        "surface": siting.surface,
        "prefer": siting.prefer or "",
        "min_patch_ha": siting.min_patch_ha,
        "merits": [{"when": one.when, "points": one.points, "reason": one.reason} for one in siting.merits],
    }
    found: dict[str, dict[str, Any]] = {}
    for row in _rows(plan.sitings, quota):
        because = str(row["unplaced_because"])
        found[str(row["unit_id"])] = {
            **{name: _figure(row[name]) for name in _FIGURES},
            "patches": int(row["patches"]),
            "unplaced_because": because,
            "why": why_unplaced(because, siting.min_patch_ha, plan.language) if because else "",
            **asked,
            "sites": [],
        }
    for row in _rows(plan.sites.drop(columns=plan.sites.geometry.name), quota):
        patch = {"patch": int(row["patch"]), "area_ha": float(row["area_ha"]), "score_mean": _figure(row["score_mean"])}
        found[str(row["unit_id"])]["sites"].append(patch)
    return found


def narrate_siting(siting: Mapping[str, Any] | None, language: str) -> Iterator[str]:
    """The lines of an explanation that say where an amount goes.

    Examples
    --------
    >>> figures = {"placed_ha": 60.0, "unplaced_ha": 0.0, "score_mean": 2.5, "score_bound": 2.5, "value_mean": None}
    >>> list(narrate_siting({**figures, "patches": 1}, "en"))
    ['placed: 60.00 ha in patches: 1; mean score 2.5, at most 2.5 possible']
    """
    if siting is None:
        return
    words = siting_words(language)
    if siting["patches"]:
        told = {name: f"{siting[key]:,.6g}" for name, key in (("score", "score_mean"), ("bound", "score_bound"))}
        told |= {"placed": f"{siting['placed_ha']:,.2f}", "patches": str(siting["patches"])}
        if siting["value_mean"] is None:
            yield words["placed"].format(**told)
        else:
            told |= {"surface": siting["surface"], "layer": siting["layer"]}
            yield words["placed_value"].format(**told, value=f"{siting['value_mean']:,.6g}")
    if siting["unplaced_ha"] > 0:
        yield words["not_placed"].format(n=f"{siting['unplaced_ha']:,.2f}", why=siting["why"])
    elif siting["unplaced_ha"] < 0:
        yield words["over"].format(n=f"{-siting['unplaced_ha']:,.2f}")


def find_unplaced(plan: Plan) -> Iterator[Finding]:
    """Amounts that found no land, one finding a quota and reason; a note where somebody asked for it."""
    for quota in plan.study.quotas:
        own = _of_quota(plan.sitings, quota)
        rows = own[own["unplaced_because"] != ""]
        for because, part in rows.groupby("unplaced_because", sort=True):
            units = sorted(part["unit_id"])
            least = quota.siting.min_patch_ha if quota.siting is not None else 0.0
            text = siting_words(plan.language)["unplaced"].format(
                quota=name_text(quota.name),
                period=quota.period,
                n=f"{part['unplaced_ha'].sum():,.2f}",
                count=f"{len(units):,}",
                units=shown(units, plan.language),
                why=why_unplaced(str(because), least, plan.language),
            )
            yield Finding(
                "note" if because in _NOTES else "warning", "unplaced", "", tuple(units[:5]), len(units), text
            )


def _rows(table: pd.DataFrame, quota: Quota) -> list[dict[Any, Any]]:
    found: list[dict[Any, Any]] = _of_quota(table, quota).to_dict("records")
    return found


def _of_quota(table: pd.DataFrame, quota: Quota) -> pd.DataFrame:
    return table[(table["quota"] == quota.name) & (table["period"] == quota.period)]


def _figure(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
