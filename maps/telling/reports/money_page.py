"""The page on money: who pays whom, and who is better off."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

import pandas as pd

from maps.drawing import Wording, flow_chart
from maps.telling.annex.report_context import by_group
from maps.telling.figures.plan_figures import PlanFigures
from maps.telling.reports.summary_page import listed
from maps.telling.summaries.page_blocks import Block, Cell, Facts, Page, Strong, Table, drawn
from maps.words import text_in
from zoning.money import PARTY_WORDS, net_amounts

POOLS = frozenset(PARTY_WORDS)
"""Parties that are no place."""
CHARTS = 3
"""So many instruments have a chart; the others are rows of a table."""
PARTIES = 14


def money(figures: PlanFigures) -> Page:
    """The page."""
    edition, words = figures.edition, figures.edition.pages
    groups = _groups(figures)
    blocks: list[Block] = []
    for (instrument, period, unit), rows in groups[:CHARTS]:
        title = _finding(figures, instrument, rows, unit)
        wording = Wording(
            lambda party: _party(figures, party),
            partial(edition.money, unit=unit),
            edition.words["others_drawn"],
            *(edition.column_words.title("flows", name) for name in ("payer", "receiver", "amount")),
        )
        chart = flow_chart(title, rows, POOLS, wording, tall=66 if len(groups) == 1 else 34)
        note = edition.tell("note_flows", name=edition.flow(instrument), period=period)
        blocks += [drawn(title, chart, note), *_terms(figures, instrument)]
    if len(groups) > CHARTS:
        blocks.append(_rest(figures, groups[CHARTS:]))
    blocks += _positions(figures)
    return Page(
        id="money",
        chapter=words["chapter_money"],
        title=_title(figures, groups),
        lead=edition.tell("lead_flows", n=len(groups)),
        blocks=tuple(blocks),
        foot=words["foot_money"],
    )


Group = tuple[tuple[str, int, str], pd.DataFrame]


def _groups(figures: PlanFigures) -> list[Group]:
    """Flows by instrument, period and currency, the largest first."""
    table = figures.edition.plan.flows
    groups = [
        ((str(name), int(period), str(unit)), rows)
        for (name, period, unit), rows in table.groupby(["instrument", "period", "unit"], sort=True)
    ]
    return sorted(groups, key=lambda group: -float(sum(group[1]["amount"], Decimal(0))))


def _party(figures: PlanFigures, party: str) -> str:
    if party in figures.units.index:
        return figures.names([party])[0]
    return figures.edition.column_words.party(party)


def _nets(rows: pd.DataFrame) -> pd.Series:
    """What each party that is no pool receives less what it pays."""
    nets = net_amounts(zip(rows["payer"], rows["receiver"], rows["amount"], strict=True))
    return pd.Series({party: nets[party] for party in sorted(set(nets) - POOLS)}, dtype=object)


def _finding(figures: PlanFigures, instrument: str, rows: pd.DataFrame, unit: str) -> str:
    """Who receives most, net; of several alike each."""
    edition, nets = figures.edition, _nets(rows)
    called = edition.flow(instrument)
    gains = {party: value for party, value in nets.items() if value > 0}
    if gains:
        best = [party for party in gains if gains[party] == max(gains.values())]
        fields = {"instrument": called, "amount": edition.money(gains[best[0]], unit)}
        names = listed(figures, [_party(figures, str(party)) for party in best], 3)
        if len(best) > 1:
            return edition.tell(
                "finding_each" if len(best) == len(gains) else "finding_each_most", names=names, **fields
            )
        return edition.tell("finding_only" if len(gains) == 1 else "finding_gains_most", name=names, **fields)
    return called


def _title(figures: PlanFigures, groups: list[Group]) -> str:
    edition = figures.edition
    units = {unit for (_, _, unit), _ in groups}
    if len(units) != 1:
        return edition.pages["money_title"]
    nets = pd.concat([_nets(rows) for _, rows in groups]).groupby(level=0).agg(lambda values: sum(values, Decimal(0)))
    payers = sorted((party for party in nets.index if nets[party] < 0), key=lambda party: (nets[party], party))
    gainers = sorted((party for party in nets.index if nets[party] > 0), key=lambda party: (-nets[party], party))
    if not payers or not gainers:
        return edition.pages["money_title"]
    (unit,) = units
    best = [party for party in gainers if nets[party] == nets[gainers[0]]]
    names = listed(figures, [_party(figures, party) for party in payers], 3)
    who = listed(figures, [_party(figures, party) for party in best], 3)
    fields = {"names": names, "amount": edition.money(nets[gainers[0]], unit)}
    if len(best) > 1:
        key = "finding_money_each" if len(best) == len(gainers) else "finding_money_most_each"
        return edition.tell(key, receivers=who, **fields)
    return edition.tell("finding_money" if len(gainers) == 1 else "finding_money_most", receiver=who, **fields)


def _terms(figures: PlanFigures, instrument: str) -> list[Block]:
    """The duties that the plan itself states of an agreement."""
    edition = figures.edition
    facts = [
        (edition.tell("label", name=edition.words["agreement_duties"]), text_in(agreement.duties, edition.language))
        for agreement in edition.plan.study.agreements
        if agreement.name == instrument and agreement.duties
    ]
    return [Facts(tuple(facts[:1]))] if facts else []


def _rest(figures: PlanFigures, groups: list[Group]) -> Table:
    edition, words = figures.edition, figures.edition.pages
    rows: list[tuple[Cell, ...]] = [
        (edition.flow(name), str(period), edition.money(sum(part["amount"], Decimal(0)), unit))
        for (name, period, unit), part in groups[:PARTIES]
    ]
    return Table(
        words["other_flows"], (words["instrument"], words["period"], words["total"]), tuple(rows), frozenset({2})
    )


def _positions(figures: PlanFigures) -> list[Block]:
    """Who is better off: what each party paid, received and has in the end."""
    edition, words, table = figures.edition, figures.edition.pages, figures.edition.plan.positions
    blocks: list[Block] = []
    positions = table[table["kind"].isin(["unit", "jurisdiction"])]
    for unit, part in by_group(positions, "unit")[:2]:
        ranked = part.assign(away=part["net"].astype(float)).sort_values(["away", "party"], ascending=[False, True])
        some = ranked if len(ranked) <= PARTIES else ranked.iloc[[*range(PARTIES // 2), *range(-PARTIES // 2, 0)]]
        rows: list[tuple[Cell, ...]] = [
            (
                Strong(_party(figures, str(row.party))),
                edition.money(row.paid, unit),
                edition.money(row.received, unit),
                edition.money(row.net, unit, signed=True),
            )
            for row in some.itertuples()
        ]
        columns = (words["party"], words["pays"], words["receives"], words["net"])
        note = edition.tell("note_parties", n=len(ranked) - len(some)) if len(some) < len(ranked) else ""
        blocks.append(Table(words["positions"], columns, tuple(rows), frozenset({1, 2, 3}), note))
    return blocks
