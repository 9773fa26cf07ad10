"""The chapter on money: each instrument with its payments, positions of parties, services of ecosystems."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from maps.telling.annex.report_context import ReportContext, by_group
from maps.telling.summaries.page_blocks import Block, Card, Chapter, Column, Paragraph, grid
from maps.words import text_in
from zoning.money import expand_agreements, measure_names, parties_of_unit
from zoning.tables import FLOWS, POSITIONS


def ecosystem_services(edition: ReportContext) -> Iterator[Block]:
    """What the services of the units' land are worth: the values of a hectare, then every unit, first in rank first."""
    words, plan = edition.words, edition.plan
    services = plan.study.services
    if services is None:
        return
    yield Paragraph(words["ecosystem_services"], "heading")
    yield Paragraph(words["ecosystem_services_intro"])
    yield Card(
        words["ecosystem_services"],
        services.unit,
        edition.doubt(services),
        (
            (words["market_services"], ", ".join(services.market)),
            (words["reference"], text_in(services.reference, edition.language)),
        ),
    )
    rated = [
        (
            edition.role(land),
            *(edition.amount(values[name] * services.rate) for name in services.services),
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
        (edition.unit(unit), *(edition.measured(value) for value in row)) for unit, *row in table.itertuples(name=None)
    )
    yield grid(words["service_units"], titles, rows)


def unit_services(edition: ReportContext, services: Mapping[str, Any]) -> Iterator[Block]:
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
                edition.role(row["land_class"]),
                edition.measured(row["area_ha"]),
                edition.amount(row["value"]),
                edition.amount(row["nonmarket_value"]),
            )
            for row in services["classes"]
        ),
    )
    mark = edition.doubt(services)
    facts = [
        (_title(edition, name, services["unit"]), edition.measured(value))
        for name, value in services["measures"].items()
    ]
    yield Card("", warning=mark, facts=(*facts, (words["reference"], services["reference"])))


def _title(edition: ReportContext, name: str, unit: str) -> str:
    """What a measure of services is called, with its currency where it is money."""
    plain = name.removesuffix(f"_{unit.lower()}")
    title = edition.words[f"service_{plain.removeprefix('services_')}"]
    return title if plain == name else f"{title} ({unit})"


def flows(edition: ReportContext) -> Chapter:
    """What flows between parties: a table an instrument, then the position of each party."""
    words, table = edition.words, edition.plan.flows
    services = tuple(ecosystem_services(edition))
    blocks: list[Block] = [Paragraph(words["flows_intro"])] if len(table) else []
    for instrument, rows in by_group(table, "instrument"):
        blocks.append(Paragraph(edition.flow(instrument), "heading"))
        blocks += _terms(edition, instrument)
        for period, part in by_group(rows, "period"):
            for unit, payments in by_group(part, "unit"):
                title = f"{edition.flow(instrument)}, {period} ({edition.unit_of(unit)})"
                columns = ("payer", "receiver", "amount", "rule", "reference")
                blocks.append(edition.column_words.grid(title, FLOWS, columns, payments))
    return Chapter("flows", words["flows"], (*blocks, *_positions(edition), *services))


def _terms(edition: ReportContext, instrument: str) -> Iterator[Block]:
    """What an agreement states, item by item, and whether somebody has seen its numbers."""
    words = edition.words
    for agreement in expand_agreements(edition.plan.study, edition.plan.rulebook):
        if agreement.name == instrument:
            stated = [
                (words[f"agreement_{key}"], text_in(getattr(agreement, key) or "", edition.language))
                for key in agreement.REGULATED
            ]
            mark = edition.doubt(agreement)
            stated.append((words["reference"], text_in(agreement.reference, edition.language)))
            yield Card(str(agreement.period), words[f"kind_{agreement.kind}"], mark, tuple(stated))
    for transfer in edition.plan.study.transfers:
        if transfer.name == instrument:
            reference = text_in(transfer.reference, edition.language)
            facts = ((words["when"], edition.when(transfer.when)), (words["reference"], reference))
            yield Card(str(transfer.period), words[f"kind_{transfer.by}"], edition.doubt(transfer), facts)


def _positions(edition: ReportContext) -> Iterator[Block]:
    words = edition.words
    yield Paragraph(words["positions"], "heading")
    yield Paragraph(words["positions_intro"])
    for unit, rows in by_group(edition.plan.positions, "unit"):
        for kind, parties in by_group(rows, "kind"):
            title = f"{words.get(f'party_{kind}', kind)} ({edition.unit_of(unit)}), {edition.number(len(parties))}"
            yield edition.column_words.grid(title, POSITIONS, ("party", "paid", "received", "net"), parties)


def unit_flows(edition: ReportContext, unit_id: str) -> list[Block]:
    """What a dossier says of what the unit, or a jurisdiction of it, pays and receives."""
    plan = edition.plan
    flows, parties = plan.flows, parties_of_unit(plan.measures, unit_id, plan.study.units.levels)
    flows_of_unit = flows[flows["payer"].isin(parties) | flows["receiver"].isin(parties)]
    columns = ("instrument", "period", "payer", "receiver", "amount", "unit", "reference")
    return [edition.column_words.grid("", FLOWS, columns, flows_of_unit)] if len(flows_of_unit) else []
