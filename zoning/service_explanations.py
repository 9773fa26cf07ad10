"""Service explanations: how the value of what a unit's land gives comes about, class by class."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from zoning.chains import Content, in_plan, reason_record
from zoning.plans import Plan
from zoning.services import PARTS, itemise_services, measure_names
from zoning.words import engine_words


def explain_services(plan: Plan, ids: Iterable[str]) -> dict[str, list[Content]]:
    """What the services of some units' land are worth, as links.

    Parameters
    ----------
    plan : Plan
    ids : iterable of str

    Returns
    -------
    dict of str to list of dict
        By unit; empty where the study values no services. Otherwise one link of kind "services" with a link of kind
        "class" for each class of land that the unit has. Beside the keys of a link ``classes`` (rows of
        :func:`zoning.itemise_services`, money as text), ``measures`` (what :func:`zoning.value_services` gives) and
        ``settings`` (the same in words).
    """
    found: dict[str, list[Content]] = {unit: [] for unit in ids}
    services = plan.study.services
    if services is None:
        return found
    items = itemise_services(plan.measures.loc[list(found)], services)
    rows = {str(unit): part.to_dict("records") for unit, part in items.groupby("unit_id", sort=False)}
    for unit, told in found.items():
        told.append(_link(plan, unit, rows.get(unit, [])))
    return found


def _link(plan: Plan, unit: str, rows: list[dict[Any, Any]]) -> Content:
    services = plan.study.services
    if services is None:  # explain_services has seen to it
        raise AssertionError(unit)
    figures = {name: plan.measures.loc[unit, name] for name in measure_names(services)}
    measures = {name: None if pd.isna(value) else float(value) for name, value in figures.items()}
    value = sum((row["value"] for row in rows), Decimal(0))
    own = reason_record(
        "services",
        "services",
        amount=None if measures[next(iter(measures))] is None else str(value),
        unit=services.unit,
        said={"values": measures},
        reference=services.reference,
        verified=services.verified if services.reference else None,
        written=in_plan(plan.study, "services"),
        links=[_class(plan, row, services.unit) for row in rows],
    )
    classes = [
        {name: str(row[name]) if name in PARTS else row[name] for name in row if name != "unit_id"} for row in rows
    ]
    settings = dict(_settings(measures, plan.language))
    return own | {"classes": classes, "measures": measures, "settings": settings, "terms": [*settings.items()]}


def _class(plan: Plan, row: Mapping[Any, Any], unit: str) -> Content:
    """A class of land: its hectares and what they give."""
    said = engine_words(plan.language)["service_class"].format(
        land_class=plan.rulebook.role_title(row["land_class"], plan.language),
        area=f"{row['area_ha']:,.2f}",
        unit=unit,
        **{name: f"{row[name]:,}" for name in ("value", "nonmarket_value")},
    )
    written = in_plan(plan.study, "services", "values", row["land_class"])
    return reason_record("class", str(row["land_class"]), said, amount=str(row["value"]), unit=unit, written=written)


def _settings(measures: Mapping[str, float | None], language: str) -> Iterator[tuple[str, str]]:
    """The measures that follow, as people read them."""
    missing = engine_words(language)["missing"]
    for name, value in measures.items():
        yield name, missing if value is None else f"{value:,.2f}".removesuffix(".00")
