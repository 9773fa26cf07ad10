"""The chapter on money: each instrument with its chart and its payments, and what is left with whom."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
from markupsafe import Markup

from maps.flow_charts import flow_chart
from maps.lettering import amount, format_number
from maps.report_editions import ReportContext, by_group, each_row
from maps.report_parts import Card, Chapter, Drawing, Leaf, Paragraph, grid
from maps.report_services import ecosystem_services
from zoning import BUDGET, POOL, expand_agreements, parties_of_unit

POOLS = frozenset({POOL, BUDGET})


def flows(edition: ReportContext) -> Chapter:
    """What flows between parties: a chart and a table an instrument, then the position of each party."""
    words, table = edition.words, edition.plan.flows
    services = tuple(ecosystem_services(edition))
    if table.empty:
        return Chapter("flows", words["flows"], (Paragraph(words["no_flows"]), *services))
    leaves: list[Leaf] = [Paragraph(words["flows_intro"])]
    for instrument, rows in by_group(table, "instrument"):
        leaves.append(Paragraph(instrument, heading=True))
        leaves += _terms(edition, instrument)
        for period, part in by_group(rows, "period"):
            for unit, own in by_group(part, "unit"):
                leaves += _instrument(edition, f"{instrument}, {period}", unit, own)
    return Chapter("flows", words["flows"], (*leaves, *_positions(edition), *services))


def _terms(edition: ReportContext, instrument: str) -> Iterator[Leaf]:
    """What an agreement states, item by item, and whether somebody has seen its numbers."""
    words = edition.words
    for one in expand_agreements(edition.plan.study, edition.plan.rulebook):
        if one.name == instrument:
            stated = [(words[f"agreement_{key}"], str(getattr(one, key) or "")) for key in one.REGULATED]
            mark = "" if one.verified else words["unseen"]
            yield Card(str(one.period), words[f"kind_{one.kind}"], mark, (*stated, (words["reference"], one.reference)))
    for transfer in edition.plan.study.transfers:
        if transfer.name == instrument:
            facts = ((words["when"], edition.when(transfer.when)), (words["reference"], transfer.reference))
            yield Card(
                str(transfer.period), words[f"kind_{transfer.by}"], "" if transfer.verified else words["unseen"], facts
            )


def _instrument(edition: ReportContext, title: str, unit: str, rows: pd.DataFrame) -> Iterator[Leaf]:
    words = edition.words
    drawn = rows.assign(unit=rows["unit"].map(edition.unit_of))
    chart = flow_chart(drawn, POOLS, lambda party: party_name(edition, party), words, title)
    yield Drawing(Markup(chart), title)  # noqa: S704  (its texts are escaped where it is drawn)
    columns = edition.columns(payer="unit", receiver="unit", amount_of_money="number", rule="long", reference="long")
    yield grid(
        f"{title} ({edition.unit_of(unit)})",
        columns,
        (
            (
                party_name(edition, row.payer),
                party_name(edition, row.receiver),
                amount(row.amount),
                row.rule,
                row.reference,
            )
            for row in each_row(rows)
        ),
    )


def _positions(edition: ReportContext) -> Iterator[Leaf]:
    words = edition.words
    yield Paragraph(words["positions"], heading=True)
    yield Paragraph(words["positions_intro"])
    columns = edition.columns(party="unit", paid="number", received="number", net="number")
    for unit, rows in by_group(edition.plan.positions, "unit"):
        for kind, own in by_group(rows, "kind"):
            yield grid(
                f"{words.get(f'party_{kind}', kind)} ({edition.unit_of(unit)}), {format_number(len(own))}",
                columns,
                (
                    (party_name(edition, row.party, kind), amount(row.paid), amount(row.received), amount(row.net))
                    for row in each_row(own)
                ),
            )


def party_name(edition: ReportContext, party: str, kind: str = "") -> str:
    """What a party is called: a unit by its name, a pool in words, a zone by its title."""
    if kind == "zone":
        return edition.title(party)
    special = {POOL: "pool", BUDGET: "budget"}
    return edition.words[f"party_{special[party]}"] if party in special else edition.unit(party)


def unit_flows(edition: ReportContext, unit_id: str) -> list[Leaf]:
    """What a dossier says of what the unit, or a jurisdiction of it, pays and receives."""
    plan = edition.plan
    flows, parties = plan.flows, parties_of_unit(plan.measures, unit_id, plan.study.units.levels)
    own = flows[flows["payer"].isin(parties) | flows["receiver"].isin(parties)]
    columns = edition.columns(
        instrument="text", payer="text", receiver="text", amount_of_money="number", reference="long"
    )
    rows = (
        (
            f"{row.instrument} {row.period}",
            party_name(edition, row.payer),
            party_name(edition, row.receiver),
            f"{amount(row.amount)} {edition.unit_of(row.unit)}",
            row.reference,
        )
        for row in each_row(own)
    )
    return [grid("", columns, rows)] if len(own) else []
