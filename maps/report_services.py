"""What the services of ecosystems are worth: for all units in the report, for one in its dossier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from maps.lettering import amount, format_measure
from maps.report_editions import ReportContext
from maps.report_parts import Card, Column, Leaf, Paragraph, grid
from zoning import measure_names


def ecosystem_services(edition: ReportContext) -> Iterator[Leaf]:
    """What the services of the units' land are worth: the values of a hectare, then every unit, first in rank first."""
    words, plan = edition.words, edition.plan
    services = plan.study.services
    if services is None:
        return
    yield Paragraph(words["ecosystem_services"], heading=True)
    yield Paragraph(words["ecosystem_services_intro"])
    yield Card(
        words["ecosystem_services"],
        services.unit,
        "" if services.verified else words["unseen"],
        ((words["market_services"], ", ".join(services.market)), (words["reference"], services.reference)),
    )
    rated = [
        (
            edition.role(land),
            *(amount(values[name] * services.rate) for name in services.services),
        )
        for land, values in services.values.items()
    ]
    columns = (Column(words["land_class"]), *(Column(name, "number") for name in services.services))
    yield grid(edition.say("service_values", unit=services.unit), columns, rated)
    names = [name for name in measure_names(services) if name in plan.measures.columns]
    rank = "services_rank" if "services_rank" in names else names[0]
    table = plan.measures[names].sort_values(rank, ascending=rank == "services_rank", kind="stable")
    titles = (
        Column(words["unit"], "unit"),
        *(Column(_title(edition, name, services.unit), "number") for name in names),
    )
    rows = (
        (edition.unit(unit), *(format_measure(value) for value in row)) for unit, *row in table.itertuples(name=None)
    )
    yield grid(words["service_units"], titles, rows)


def unit_services(edition: ReportContext, services: Mapping[str, Any]) -> Iterator[Leaf]:
    """What a dossier says of the land of a unit, class by class, and the measures that follow, from its explanation."""
    words = edition.words
    columns = (
        Column(words["land_class"]),
        Column(words["area_ha"], "number"),
        *(Column(f"{words[key]} ({services['unit']})", "number") for key in ("service_value", "service_nonmarket")),
    )
    yield grid(
        "",
        columns,
        (
            (
                edition.role(one["land_class"]),
                format_measure(one["area_ha"]),
                amount(one["value"]),
                amount(one["nonmarket_value"]),
            )
            for one in services["classes"]
        ),
    )
    mark = words["unseen"] if services["verified"] is False else ""
    facts = [
        (_title(edition, name, services["unit"]), format_measure(value)) for name, value in services["measures"].items()
    ]
    yield Card("", warning=mark, facts=(*facts, (words["reference"], services["reference"])))


def _title(edition: ReportContext, name: str, unit: str) -> str:
    """What a measure of services is called, with its currency where it is money."""
    plain = name.removesuffix(f"_{unit.lower()}")
    title = edition.words[plain.replace("services_", "service_", 1)]
    return title if plain == name else f"{title} ({unit})"
