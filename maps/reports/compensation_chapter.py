"""The chapter on money: each instrument with its chart and payments, positions of parties, services of ecosystems."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

import pandas as pd
from markupsafe import Markup

from maps.locale import amount, catalogue, render, text_in, wrap
from maps.reports.document_model import Card, Chapter, Column, Drawing, Leaf, Paragraph, grid
from maps.reports.report_context import ReportContext, by_group, each_row
from maps.style import INK, MUTED, px, xml_text
from zoning.compensation import BUDGET, POOL, expand_agreements, measure_names, parties_of_unit

WIDTH = 800
SIDE = 196
"""Room for names on both sides."""
NODE = 12
GAP = 10
TALL = 260
"""Height of the column that holds most, gaps apart."""
MOST = 12
"""Parties a column shows; the smallest of more are drawn together."""
LINE = 13
FLOW = "#1F4E6B"

OTHERS = "\0"
"""Stands for the parties that are drawn together, followed by their side and number."""

Ends = tuple[str, str]


class _Bar(NamedTuple):
    """One party in its column: where it stands, and how tall it is."""

    party: str
    x: float
    y: float
    height: float


def flow_chart(
    flows: pd.DataFrame, pools: frozenset[str], name_of: Callable[[str], str], title: str, language: str
) -> str:
    """The flows of one instrument as one static picture.

    Parameters
    ----------
    flows : DataFrame
        Rows of the FLOWS table of one instrument, period and unit.
    pools : frozenset of str
        Parties that only hand on: they stand in the middle.
    name_of : callable
        What a party is called on the chart.
    title : str
        What a reader who cannot see the picture hears.
    language : str
        Of the amounts, and of what stands for the parties that are drawn together.

    Returns
    -------
    str
        An SVG document; the same flows give the same text.
    """
    unit = str(flows["unit"].iloc[0])
    bands = _gathered(flows, pools)
    columns = _columns(bands, pools)
    totals = {party: _through(bands, party) for column in columns for party in column}
    scale = min(
        TALL / float(sum((totals[party] for party in column), start=Decimal(0))) for column in columns if column
    )
    bars = _stand(columns, totals, scale)

    others = catalogue("report", language)["others_drawn"]

    def called(place: str) -> str:
        party = place[1:]
        return others.format(n=int(party.rpartition(" ")[2])) if party.startswith(OTHERS) else name_of(party)

    def paid(value: Decimal) -> str:
        return f"{amount(value, language)} {unit}"

    height = max(bar.y + bar.height for bar in bars.values()) + 14
    look = f'role="img" aria-label="{xml_text(title)}" font-family="sans-serif" font-size="12"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {px(height)}" {look}>',
        *_ribbons(bands, bars, scale, called, paid),
        *(_bar(bar, called(bar.party), paid(totals[bar.party])) for bar in bars.values()),
        "</svg>",
    ]
    return "\n".join(parts)


def _gathered(flows: pd.DataFrame, pools: frozenset[str]) -> dict[Ends, Decimal]:
    """Amounts by payer and receiver, the smallest parties of a side together."""
    small = {side: _small(flows, side, pools) for side in ("payer", "receiver")}
    found: dict[Ends, Decimal] = {}
    for payer, receiver, value in flows[["payer", "receiver", "amount"]].itertuples(index=False, name=None):
        ends = (
            _together(payer, small["payer"], "payer"),
            _together(receiver, small["receiver"], "receiver"),
        )
        found[ends] = found.get(ends, Decimal(0)) + value
    return found


def _small(flows: pd.DataFrame, side: str, pools: frozenset[str]) -> frozenset[str]:
    rows = flows[~flows[side].isin(pools)]
    sums = sorted(((-sum(part["amount"]), party) for party, part in rows.groupby(side)), key=lambda one: one)
    return frozenset(party for _, party in sums[MOST - 1 :]) if len(sums) > MOST else frozenset()


def _together(party: str, small: frozenset[str], side: str) -> str:
    return f"{OTHERS}{side} {len(small)}" if party in small else party


def _columns(bands: Mapping[Ends, Decimal], pools: frozenset[str]) -> list[list[str]]:
    """Payers, pools where there are any, receivers; in each the largest first. Who does both stands on both sides."""
    payers = {payer for payer, _ in bands if payer not in pools}
    middle = {party for ends in bands for party in ends if party in pools}
    receivers = {receiver for _, receiver in bands if receiver not in pools}
    if middle and not payers:
        payers, middle = middle, set()
    ordered = [
        sorted((f"{side}{party}" for party in column), key=lambda one: (-_through(bands, one), one))
        for side, column in (("<", payers), ("=", middle), (">", receivers))
    ]
    return [column for column in ordered if column]


def _through(bands: Mapping[Ends, Decimal], party: str) -> Decimal:
    """What a party pays where it stands left, and receives where it stands elsewhere."""
    place = 0 if party[0] == "<" else 1
    return sum((value for ends, value in bands.items() if ends[place] == party[1:]), start=Decimal(0))


def _stand(columns: list[list[str]], totals: Mapping[str, Decimal], scale: float) -> dict[str, _Bar]:
    """Each party in its column; names are up to two lines tall, so small ones stand apart."""
    across = (WIDTH - 2 * SIDE - NODE) / max(1, len(columns) - 1)
    bars = {}
    for place, column in enumerate(columns):
        y = 8.0
        for party in column:
            height = max(1.0, float(totals[party]) * scale)
            room = max(height, 2 * LINE)
            bars[party] = _Bar(party, SIDE + place * across, y + (room - height) / 2, height)
            y += room + GAP
    return bars


def _ribbons(
    bands: Mapping[Ends, Decimal],
    bars: Mapping[str, _Bar],
    scale: float,
    called: Callable[[str], str],
    paid: Callable[[Decimal], str],
) -> list[str]:
    """One band a flow, from the right side of its payer to the left side of its receiver."""
    left, right = dict.fromkeys(bars, 0.0), dict.fromkeys(bars, 0.0)
    drawn = []
    order = list(bars)
    ends = [
        (next(key for key in (f"<{payer}", f"={payer}") if key in bars), _receiver(receiver, bars), value)
        for (payer, receiver), value in bands.items()
    ]
    for source, target, value in sorted(ends, key=lambda one: (order.index(one[0]), order.index(one[1]))):
        wide = float(value) * scale
        x0, x1 = bars[source].x + NODE, bars[target].x
        y0, y1 = bars[source].y + right[source] + wide / 2, bars[target].y + left[target] + wide / 2
        right[source] += wide
        left[target] += wide
        middle = px((x0 + x1) / 2)
        told = f"{called(source)} → {called(target)}: {paid(value)}"
        drawn.append(
            f'<path d="M{px(x0)} {px(y0)}C{middle} {px(y0)} {middle} {px(y1)} {px(x1)} {px(y1)}" fill="none" '
            f'stroke="{FLOW}" stroke-opacity=".42" stroke-width="{px(max(wide, 0.6))}">'
            f"<title>{xml_text(told)}</title></path>"
        )
    return drawn


def _receiver(party: str, bars: Mapping[str, _Bar]) -> str:
    return next(key for key in (f"={party}", f">{party}") if key in bars)


def _bar(bar: _Bar, name: str, total: str) -> str:
    """The bar of a party, its name and its amount: left of the payers, right of the receivers, above the pools."""
    shape = f'<rect x="{px(bar.x)}" y="{px(bar.y)}" width="{NODE}" height="{px(bar.height)}" fill="{FLOW}"/>'
    lines = [wrap(name, SIDE / 6.6)[0], total]
    if lines[0] != name:
        lines[0] = f"{lines[0].rstrip()}…"
    x, anchor = {
        "<": (bar.x - 7, "end"),
        "=": (bar.x + NODE + 7, "start"),
        ">": (bar.x + NODE + 7, "start"),
    }[bar.party[0]]
    top = bar.y + bar.height / 2 - 2
    texts = "".join(
        f'<text x="{px(x)}" y="{px(top + place * LINE)}" text-anchor="{anchor}" fill="{fill}">{xml_text(line)}</text>'
        for place, (line, fill) in enumerate(zip(lines, (INK, MUTED), strict=True))
    )
    return shape + texts


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
                edition.measured(one["area_ha"]),
                edition.amount(one["value"]),
                edition.amount(one["nonmarket_value"]),
            )
            for one in services["classes"]
        ),
    )
    mark = words["unseen"] if services["verified"] is False else ""
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


POOLS = frozenset({POOL, BUDGET})


def flows(edition: ReportContext) -> Chapter:
    """What flows between parties: a chart and a table an instrument, then the position of each party."""
    words, table = edition.words, edition.plan.flows
    services = tuple(ecosystem_services(edition))
    if table.empty:
        return Chapter("flows", words["flows"], (Paragraph(words["no_flows"]), *services))
    leaves: list[Leaf] = [Paragraph(words["flows_intro"])]
    for instrument, rows in by_group(table, "instrument"):
        leaves.append(Paragraph(edition.flow(instrument), heading=True))
        leaves += _terms(edition, instrument)
        for period, part in by_group(rows, "period"):
            for unit, own in by_group(part, "unit"):
                leaves += _instrument(edition, f"{edition.flow(instrument)}, {period}", unit, own)
    return Chapter("flows", words["flows"], (*leaves, *_positions(edition), *services))


def _terms(edition: ReportContext, instrument: str) -> Iterator[Leaf]:
    """What an agreement states, item by item, and whether somebody has seen its numbers."""
    words = edition.words
    for one in expand_agreements(edition.plan.study, edition.plan.rulebook):
        if one.name == instrument:
            stated = [(words[f"agreement_{key}"], str(getattr(one, key) or "")) for key in one.REGULATED]
            mark = "" if one.verified else words["unseen"]
            stated.append((words["reference"], text_in(one.reference, edition.language)))
            yield Card(str(one.period), words[f"kind_{one.kind}"], mark, tuple(stated))
    for transfer in edition.plan.study.transfers:
        if transfer.name == instrument:
            reference = text_in(transfer.reference, edition.language)
            facts = ((words["when"], edition.when(transfer.when)), (words["reference"], reference))
            yield Card(
                str(transfer.period), words[f"kind_{transfer.by}"], "" if transfer.verified else words["unseen"], facts
            )


def _instrument(edition: ReportContext, title: str, unit: str, rows: pd.DataFrame) -> Iterator[Leaf]:
    drawn = rows.assign(unit=rows["unit"].map(edition.unit_of))
    chart = flow_chart(drawn, POOLS, lambda party: party_name(edition, party), title, edition.language)
    yield Drawing(Markup(chart), title)  # noqa: S704  (its texts are escaped where it is drawn)
    columns = edition.columns(payer="unit", receiver="unit", amount_of_money="number", rule="long", reference="long")
    yield grid(
        f"{title} ({edition.unit_of(unit)})",
        columns,
        (
            (
                party_name(edition, row.payer),
                party_name(edition, row.receiver),
                edition.amount(row.amount),
                render(row.rule, edition.language),
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
                f"{words.get(f'party_{kind}', kind)} ({edition.unit_of(unit)}), {edition.number(len(own))}",
                columns,
                (
                    (
                        party_name(edition, row.party, kind),
                        edition.amount(row.paid),
                        edition.amount(row.received),
                        edition.amount(row.net),
                    )
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
            f"{edition.flow(row.instrument)} {row.period}",
            party_name(edition, row.payer),
            party_name(edition, row.receiver),
            f"{edition.amount(row.amount)} {edition.unit_of(row.unit)}",
            row.reference,
        )
        for row in each_row(own)
    )
    return [grid("", columns, rows)] if len(own) else []
