"""Flow charts: who pays whom, as bands whose width is the amount; an SVG that needs nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import NamedTuple

import pandas as pd

from maps.legends import MUTED, px, xml_text
from maps.lettering import amount, wrap
from maps.palette import INK

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
    flows: pd.DataFrame, pools: frozenset[str], name_of: Callable[[str], str], words: Mapping[str, str], title: str
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
    words : mapping of str to str
        Needs "others_drawn" and "none".
    title : str
        What a reader who cannot see the picture hears.

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

    def called(place: str) -> str:
        party = place[1:]
        return words["others_drawn"].format(n=party.rpartition(" ")[2]) if party.startswith(OTHERS) else name_of(party)

    height = max(bar.y + bar.height for bar in bars.values()) + 14
    look = f'role="img" aria-label="{xml_text(title)}" font-family="sans-serif" font-size="12"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {px(height)}" {look}>',
        *_ribbons(bands, bars, scale, called, unit),
        *(_bar(bar, called(bar.party), totals[bar.party], unit) for bar in bars.values()),
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
    bands: Mapping[Ends, Decimal], bars: Mapping[str, _Bar], scale: float, called: Callable[[str], str], unit: str
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
        told = f"{called(source)} → {called(target)}: {amount(value)} {unit}"
        drawn.append(
            f'<path d="M{px(x0)} {px(y0)}C{middle} {px(y0)} {middle} {px(y1)} {px(x1)} {px(y1)}" fill="none" '
            f'stroke="{FLOW}" stroke-opacity=".42" stroke-width="{px(max(wide, 0.6))}">'
            f"<title>{xml_text(told)}</title></path>"
        )
    return drawn


def _receiver(party: str, bars: Mapping[str, _Bar]) -> str:
    return next(key for key in (f"={party}", f">{party}") if key in bars)


def _bar(bar: _Bar, name: str, total: Decimal, unit: str) -> str:
    """The bar of a party, its name and its amount: left of the payers, right of the receivers, above the pools."""
    shape = f'<rect x="{px(bar.x)}" y="{px(bar.y)}" width="{NODE}" height="{px(bar.height)}" fill="{FLOW}"/>'
    lines = [wrap(name, SIDE / 6.6)[0], f"{amount(total)} {unit}"]
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
