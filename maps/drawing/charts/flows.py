"""Sankey charts: who pays whom, amounts at both ends, pools in the middle."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import NamedTuple

import pandas as pd

from maps.drawing.charts.canvas import CHART_INK, SECOND, Canvas, Chart, Numbers, fit, mm
from maps.drawing.legend import xml_text

NODE = 1.2
GAP = 2.2
MOST = 12
"""Parties a column shows; the smallest of more are drawn together."""
PAYS, RECEIVES = "#9FB4C2", "#2B6C8F"
"""Ribbons of parties, and of those that receive more than they pay."""
LEAST = 3.4
"""Height of the smallest bar that has its name beside it without touching the next, gaps apart."""

OTHERS = "\0"
"""Stands for the parties that are drawn together, followed by their side and number."""

Ends = tuple[str, str]


class _Bar(NamedTuple):
    """One party in its column: where it stands, and how tall it is."""

    party: str
    x: float
    y: float
    height: float


class Wording(NamedTuple):
    """How parties and amounts are told.

    Attributes
    ----------
    name_of : callable
        What a party is called.
    write : callable
        An amount, with its unit.
    others : str
        What stands for those drawn together, with ``{n}``.
    payer, receiver, amount : str
        What the columns of the table are called.
    """

    name_of: Callable[[str], str]
    write: Callable[[Decimal], str]
    others: str
    payer: str
    receiver: str
    amount: str


def flow_chart(
    name: str, flows: pd.DataFrame, pools: frozenset[str], wording: Wording, *, wide: float = 174, tall: float = 52,
) -> Chart:  # fmt: skip
    """The flows of one instrument.

    Parameters
    ----------
    name : str
    flows : DataFrame
        Rows of the FLOWS table of one instrument, period and unit.
    pools : frozenset of str
        Parties that only hand on: they stand in the middle.
    wording : Wording
    wide, tall : float
        Of the chart, and of the column that holds most, mm.

    Returns
    -------
    Chart
        Its table has every flow.
    """
    bands = _gathered(flows, pools)
    columns = _columns(bands, pools)
    totals = {party: _through(bands, party) for column in columns for party in column}
    scale = min(
        tall / float(sum((totals[party] for party in column), start=Decimal(0))) for column in columns if column
    )
    side = min(52.0, 0.3 * wide)
    bars = _stand(columns, totals, scale, (wide, side))

    def called(node: str) -> str:
        party = node[1:]
        if party.startswith(OTHERS):
            return wording.others.format(n=int(party.rpartition(" ")[2]))
        return wording.name_of(party)

    sheet = Canvas(wide, max(bar.y + max(bar.height, LEAST) for bar in bars.values()) + 2)
    for data, fill, title in _ribbons(bands, bars, scale, called, wording):
        sheet.add(f'<path d="{data}" fill="{fill}" fill-opacity=".72"><title>{xml_text(title)}</title></path>')
    for bar in bars.values():
        _bar(sheet, bar, called(bar.party), wording.write(totals[bar.party]), side)
    rows = tuple(
        (wording.name_of(payer), wording.name_of(receiver), wording.write(value))
        for payer, receiver, value in flows[["payer", "receiver", "amount"]].itertuples(index=False, name=None)
    )
    return Chart(sheet.svg(name), name, Numbers((wording.payer, wording.receiver, wording.amount), rows))


def _gathered(flows: pd.DataFrame, pools: frozenset[str]) -> dict[Ends, Decimal]:
    """Amounts by payer and receiver, the smallest parties of a side together."""
    small = {side: _small(flows, side, pools) for side in ("payer", "receiver")}
    amounts: dict[Ends, Decimal] = {}
    for payer, receiver, value in flows[["payer", "receiver", "amount"]].itertuples(index=False, name=None):
        ends = (
            _together(payer, small["payer"], "payer"),
            _together(receiver, small["receiver"], "receiver"),
        )
        amounts[ends] = amounts.get(ends, Decimal(0)) + value
    return amounts


def _small(flows: pd.DataFrame, side: str, pools: frozenset[str]) -> frozenset[str]:
    rows = flows[~flows[side].isin(pools)]
    sums = sorted(((-sum(part["amount"]), party) for party, part in rows.groupby(side)), key=lambda pair: pair)
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
        sorted((f"{side}{party}" for party in column), key=lambda node: (-_through(bands, node), node))
        for side, column in (("<", payers), ("=", middle), (">", receivers))
    ]
    return [column for column in ordered if column]


def _through(bands: Mapping[Ends, Decimal], party: str) -> Decimal:
    """What a party pays where it stands left, and receives where it stands elsewhere."""
    end = 0 if party[0] == "<" else 1
    return sum((value for ends, value in bands.items() if ends[end] == party[1:]), start=Decimal(0))


def _stand(
    columns: list[list[str]], totals: Mapping[str, Decimal], scale: float, room: tuple[float, float]
) -> dict[str, _Bar]:
    """The bars, each column centred on the tallest."""
    wide, side = room
    heights = [
        sum(max(float(totals[party]) * scale, LEAST) for party in column) + GAP * (len(column) - 1)
        for column in columns
    ]
    bars = {}
    for index, (column, height) in enumerate(zip(columns, heights, strict=True)):
        x = side + (wide - 2 * side - NODE) * index / max(len(columns) - 1, 1)
        y = 4.5 + (max(heights) - height) / 2
        for party in column:
            tall = max(float(totals[party]) * scale, 0.15)
            spare = max(LEAST - tall, 0.0)
            bars[party] = _Bar(party, x, y + spare / 2, tall)
            y += max(tall, LEAST) + GAP
    return bars


def _ribbons(
    bands: Mapping[Ends, Decimal],
    bars: Mapping[str, _Bar],
    scale: float,
    called: Callable[[str], str],
    wording: Wording,
) -> list[tuple[str, str, str]]:
    """A ribbon a flow: its outline, its colour and what it says when pointed at."""
    paid: dict[str, Decimal] = {}
    received: dict[str, Decimal] = {}
    for (payer, receiver), value in bands.items():
        paid[payer] = paid.get(payer, Decimal(0)) + value
        received[receiver] = received.get(receiver, Decimal(0)) + value
    used: dict[str, float] = {}
    drawn = []
    order = {party: rank for rank, party in enumerate(bars)}
    for (payer, receiver), value in sorted(
        bands.items(), key=lambda band: (order[_payer(band[0][0], bars)], order[_receiver(band[0][1], bars)])
    ):
        start, end = bars[_payer(payer, bars)], bars[_receiver(receiver, bars)]
        thick = max(float(value) * scale, 0.15)
        left, right = start.x + NODE, end.x
        top = start.y + used.get(f"{start.party}>", 0.0)
        foot = end.y + used.get(f"<{end.party}", 0.0)
        used[f"{start.party}>"] = used.get(f"{start.party}>", 0.0) + thick
        used[f"<{end.party}"] = used.get(f"<{end.party}", 0.0) + thick
        bend = (left + right) / 2
        data = (
            f"M{mm(left)} {mm(top)}C{mm(bend)} {mm(top)} {mm(bend)} {mm(foot)} {mm(right)} {mm(foot)}v{mm(thick)}"
            f"C{mm(bend)} {mm(foot + thick)} {mm(bend)} {mm(top + thick)} {mm(left)} {mm(top + thick)}z"
        )
        gains = received.get(receiver, Decimal(0)) > paid.get(receiver, Decimal(0)) and end.party[0] == ">"
        title = f"{called(start.party)} → {called(end.party)}: {wording.write(value)}"
        drawn.append((data, RECEIVES if gains else PAYS, title))
    return drawn


def _payer(party: str, bars: Mapping[str, _Bar]) -> str:
    return next(key for key in (f"<{party}", f"={party}") if key in bars)


def _receiver(party: str, bars: Mapping[str, _Bar]) -> str:
    return next(key for key in (f"={party}", f">{party}") if key in bars)


def _bar(sheet: Canvas, bar: _Bar, name: str, total: str, side: float) -> None:
    """The bar of a party, its name and its amount: left of the payers, right of the receivers, above the pools."""
    sheet.rect(bar.x, bar.y, NODE, bar.height, CHART_INK if bar.party[0] == "=" else SECOND)
    middle = bar.y + bar.height / 2 + 1.0
    room = side - 3.5
    if bar.party[0] == "=":
        sheet.text(bar.x + NODE / 2, bar.y - 1.4, f"{name} {total}", 7, fill=SECOND, anchor="middle", halo="#FFFFFF")
    else:
        anchor, x = ("end", bar.x - 1.5) if bar.party[0] == "<" else ("start", bar.x + NODE + 1.5)
        sheet.text(x, middle, fit(f"{name} {total}", 7.5, room), 7.5, anchor="end" if anchor == "end" else "start")
