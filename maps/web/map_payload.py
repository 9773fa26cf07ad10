"""What the map says of the whole plan: legend, figures, classes of quota use, and what to know before relying on it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from layers.errors import escape_hidden
from maps.locale import (
    LocalizedPlan,
    assumption_title,
    catalogue,
    hectares,
    localize,
    number_style,
    said_in,
    solution_words,
    text_in,
)
from maps.style import DOTS, NO_CEILING_FILL, USE_FILLS, designation_inks, line_styles, overlay_hatches, zone_fills
from maps.web.payment_layer import payments_payload
from maps.web.unit_details import cards
from zoning.plan import Plan
from zoning.quotas import RESERVE
from zoning.rulebook import Policy
from zoning.zones import DECISION, assumed_measures

QUANTILES = (0.2, 0.4, 0.6, 0.8)


def use_breaks(uses: Iterable[float]) -> list[float]:
    """The limits between classes of use: round numbers that part the units into rather even groups.

    Parameters
    ----------
    uses : iterable of float
        Amount divided by ceiling of each unit; those at their ceiling (1 and more) are a class of their own and do not
        count here.

    Returns
    -------
    list of float
        At most four, rising, between 0 and 1; each is a quintile rounded to one significant digit.

    Notes
    -----
    Where ceilings are wide, uses lie orders of magnitude apart, and classes of one width would show nothing.

    Examples
    --------
    >>> use_breaks([0.1, 0.2, 0.32, 0.41, 0.58, 0.9, 1.0])
    [0.2, 0.3, 0.4, 0.6]
    >>> use_breaks([1.0, 1.0]), use_breaks([0.5, 0.5])
    ([], [0.5])
    """
    below = np.array([use for use in uses if use < 1.0])
    if not len(below):
        return []
    limits = {float(f"{limit:.1g}") for limit in np.quantile(below, QUANTILES)}
    return sorted(limit for limit in limits if 0.0 < limit < 1.0)


def map_payload_of(plan: Plan, language: str = "en") -> dict[str, Any]:
    """Everything that the map says, ready for JSON.

    Parameters
    ----------
    plan : Plan
    language : str, optional
        Titles of the rulebook fall back to English.

    Returns
    -------
    dict
        ``words`` (a text a key, or its plural forms), ``numbers`` (their signs and plurals), ``plan``, the legend
        (``zones``, ``lines``, ``designations``, ``quotas``), ``payments`` (:func:`maps.payments.tell_payments`), and
        what :func:`maps.web.cards` says of the units.

    Raises
    ------
    ZoneplanError
        The language is not known.
    """
    told, said = catalogue("map", language), localize(plan, language)
    return {
        "language": language,
        "words": {key: one if len(one.forms) == 1 else list(one.forms) for key, one in told.items()},
        "numbers": _numbers(language),
        "plan": _plan(said),
        "zones": _zones(said, language),
        "lines": _lines(said, language),
        "designations": _designations(said),
        "quotas": [_quota(said, place, language) for place in range(len(plan.study.quotas))],
        "use_fills": {"ramp": USE_FILLS, "no_ceiling": NO_CEILING_FILL},
        "payments": payments_payload(said, told),
        **cards(said, language),
    }


def _numbers(language: str) -> dict[str, Any]:
    """How the language writes numbers, and which plural form each count takes that differs in its last two digits."""
    style = number_style(language)
    return {
        "thousands": style.thousands,
        "point": style.point,
        "plural": [style.plural(count) for count in range(200)],
    }


def _plan(plan: LocalizedPlan) -> dict[str, Any]:
    language = plan.language
    parameters = plan.rulebook.parameters.values()
    titles = {zone.code: text_in(zone.title, language, zone.code) for zone in plan.rulebook.zones}
    assumed = [(one, escape_hidden(assumption_title(one, plan.renderer.terms))) for one in plan.assumptions]
    names = dict(zip(plan.zones["unit_id"], plan.zones["name"], strict=True))
    hanging = assumed_measures(plan.zones[plan.zones["status"] == "assumed"])
    decided = plan.claims[plan.claims["rule"].str.startswith(DECISION)]
    return {
        "name": escape_hidden(plan.study.study.name),
        "note": escape_hidden(plan.study.study.note or ""),
        "date": plan.rulebook.day.isoformat(),
        "rulebook": escape_hidden(plan.rulebook.name),
        "country": escape_hidden(said_in(plan.rulebook.country, language)),
        "description": escape_hidden(said_in(plan.rulebook.description, language)),
        "area_ha": hectares(plan.zones["area_ha"].sum()),
        "checked": list(plan.rulebook.policies_checked),
        "texts": [_text_of(policy, language) for policy in plan.rulebook.policies],
        "parameters": [sum(not parameter.verified for parameter in parameters), len(parameters)],
        "deductions": [title for one, title in assumed if one.kind == "deduction"],
        "assumptions": [
            [title, escape_hidden(one.assumed)] for one, title in assumed if one.kind in {"role", "indicator"}
        ],
        "hangs_on": [escape_hidden(plan.renderer.terms.name(one)) for one in hanging],
        "decisions": [
            [
                escape_hidden(unit),
                escape_hidden(names.get(unit, unit)),
                escape_hidden(titles[zone]),
                escape_hidden(reason),
            ]
            for unit, zone, reason in zip(decided["unit_id"], decided["zone"], decided["reason"], strict=True)
        ],
        "sources": sorted({escape_hidden(source.path) for source in plan.sources}),
    }


def _text_of(policy: Policy, language: str) -> list[str | bool]:
    """Title of a policy; where its text was read and when; the kind of reading; and whether it is verified."""
    source, title = policy.source, escape_hidden(text_in(policy.title, language, policy.id))
    if source is None:
        return [title, escape_hidden(policy.reference), "own", policy.verified]
    day = source.read_on.isoformat() if source.read_on else ""
    told = ", ".join(part for part in (source.document, source.article, source.url, day) if part)
    return [title, escape_hidden(told), source.kind, policy.verified]


def _zones(plan: LocalizedPlan, language: str) -> list[dict[str, Any]]:
    fills, hatches = zone_fills(plan.rulebook), overlay_hatches(plan.rulebook)
    held = plan.zones["overlays"].str.split(";")
    found = []
    for zone in plan.rulebook.zones:
        has = (
            plan.zones["main"] == zone.code
            if zone.kind == "main"
            else held.map(lambda codes, code=zone.code: code in codes)
        )
        look: dict[str, Any] = {"fill": fills[zone.code]} if zone.kind == "main" else {}
        if zone.kind == "overlay":
            look = {"hatch": [hatches[zone.code].angle_deg, hatches[zone.code].spacing_px]}
        found.append(
            {
                "code": zone.code,
                "kind": zone.kind,
                "title": escape_hidden(text_in(zone.title, language, zone.code)),
                "units": int(has.sum()),
                "ha": _ha(plan.zones["area_ha"][has.astype(bool)]),
                **look,
            }
        )
    return found


def _lines(plan: LocalizedPlan, language: str) -> list[dict[str, Any]]:
    styles = line_styles(plan)
    found = []
    for line in plan.rulebook.lines:
        colour, width, dashes = styles[line.code]
        has = (plan.pieces["control_line"] == line.code).to_numpy()
        found.append(
            {
                "code": line.code,
                "title": escape_hidden(text_in(line.title, language, line.code)),
                "reference": escape_hidden(line.reference),
                "colour": colour,
                "width": width,
                "dashes": [float(length) for length in dashes.split()],
                "ha": _ha(plan.pieces["area_ha"][has]),
                "pieces": np.flatnonzero(has).tolist(),
            }
        )
    return found


def _designations(plan: LocalizedPlan) -> list[dict[str, Any]]:
    """The layers that cut the units, in the order of their names."""
    names = sorted(name for name in plan.roles if name in plan.pieces.columns)
    inks = designation_inks(len(names))
    return [
        {
            "name": escape_hidden(name),
            "role": escape_hidden(plan.roles[name]),
            "colour": ink,
            "dot": place % DOTS,
            "ha": _ha(plan.pieces["area_ha"][plan.pieces[name].to_numpy(bool)]),
            "pieces": np.flatnonzero(plan.pieces[name].to_numpy(bool)).tolist(),
        }
        for place, (name, ink) in enumerate(zip(names, inks, strict=True))
    ]


def _quota(plan: LocalizedPlan, place: int, language: str) -> dict[str, Any]:
    quota = plan.study.quotas[place]
    unit = plan.renderer.terms.unit(quota.unit)
    rows = plan.quotas[plan.quotas["quota"] == quota.name]
    solved = plan.solutions[plan.solutions["quota"] == quota.name]
    reserve = rows.loc[rows["unit_id"] == RESERVE, "amount"]
    bounded = rows[(rows["unit_id"] != "") & (rows["unit_id"] != RESERVE) & rows["ceiling"].notna()]
    uses = (
        float(amount / ceiling) if ceiling else 1.0
        for amount, ceiling in zip(bounded["amount"], bounded["ceiling"], strict=True)
    )
    # of two jurisdictions of one name the card cannot say which is meant
    above = rows[rows["unit_id"] == ""].drop_duplicates("jurisdiction", keep=False)
    return {
        "name": escape_hidden(quota.name),
        "period": quota.period,
        "unit": escape_hidden(unit),
        "total": f"{quota.total:f}",
        "breaks": use_breaks(uses),
        "reserve": f"{sum(reserve, Decimal(0)):f}",
        "objective": quota.objective or "",
        "solution": escape_hidden("".join(solution_words(row, unit, language) for row in solved.to_dict("records"))),
        "jurisdictions": {
            escape_hidden(name): f"{amount:f}"
            for name, amount in zip(above["jurisdiction"], above["amount"], strict=True)
        },
    }


def _ha(areas: pd.Series) -> float:
    return hectares(areas.sum())
