"""Payments on the map: what each flow says, where each party stands, and who pays whom once pools are taken out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from layers.crs import way_between
from layers.errors import escape_hidden
from maps.locale import LocalizedPlan
from maps.web.geometry_encoding import label_points
from maps.web.page_model import Arrow, Columns, Instrument, Mark, Party, Payment, Payments, Point
from maps.web.unit_details import Shelf
from zoning.compensation import PARTY_WORDS, POOL, known_parties, net_amounts

MOST_ARROWS = 60
"""Arrows that one instrument may have; more would hide one another, and each party's net amount is drawn instead."""

Flow = tuple[str, str, Decimal]


@dataclass(frozen=True)
class FlowMarks:
    """What the map draws of one instrument."""

    arrows: dict[tuple[str, str], Fraction] = field(default_factory=dict)
    drops: dict[str, Fraction] = field(default_factory=dict)
    rings: dict[str, Fraction] = field(default_factory=dict)
    beyond: tuple[str, ...] = ()
    many: bool = False


def draw_payments(flows: Iterable[Flow], placed: Iterable[str], most: int = MOST_ARROWS) -> FlowMarks:
    """What the map draws of the flows of one instrument.

    Notes
    -----
    What goes through the pool is netted for each party, and those who put in more than they took out pay those who took
    out more, each payer each receiver in proportion: arrow = paid * received / sum(received). So the arrows of a party
    sum to what it paid or received on balance. What a pool keeps is received by the pool, which has no place.

    Examples
    --------
    >>> flows = [("a", "(pool)", Decimal(6)), ("b", "(pool)", Decimal(4)), ("(pool)", "c", Decimal(10))]
    >>> {ends: int(amount) for ends, amount in draw_payments(flows, "abc").arrows.items()}
    {('a', 'c'): 6, ('b', 'c'): 4}
    >>> draw_payments([("(budget)", "a", Decimal(5))], "a").drops
    {'a': Fraction(5, 1)}
    """
    flows, here = list(flows), frozenset(placed)
    direct = [flow for flow in flows if POOL not in flow[:2]]
    payers, receivers = _sides(net_amounts(flow for flow in flows if POOL in flow[:2]))
    beyond = tuple(sorted({*payers, *receivers, *(party for flow in direct for party in flow[:2])} - here))
    pairs = {flow[:2] for flow in direct if here.issuperset(flow[:2])}
    if len(pairs) + len(here.intersection(payers)) * len(here.intersection(receivers)) > most:
        rings, drops = _sides(net_amounts(flows))
        return FlowMarks({}, _only(drops, here), _only(rings, here), beyond, many=True)
    arrows: dict[tuple[str, str], Fraction] = {}
    drops, rings = {}, {}
    exact = ((payer, receiver, Fraction(amount)) for payer, receiver, amount in direct)
    for payer, receiver, amount in (*exact, *_passed(_gathered(payers, here), _gathered(receivers, here))):
        if payer in here and receiver in here:
            _add(arrows, (payer, receiver), amount)
        elif receiver in here:
            _add(drops, receiver, amount)
        elif payer in here:
            _add(rings, payer, amount)
    return FlowMarks(arrows, drops, rings, beyond)


def _sides(balance: Mapping[str, Decimal]) -> tuple[dict[str, Fraction], dict[str, Fraction]]:
    """Who pays on balance and how much, and who receives."""
    exact = {party: Fraction(amount) for party, amount in balance.items()}
    payers = {party: -amount for party, amount in exact.items() if amount < 0}
    return payers, {party: amount for party, amount in exact.items() if amount > 0}


def _gathered(amounts: Mapping[str, Fraction], here: frozenset[str]) -> dict[str, Fraction]:
    """Amounts by party; those without a place are one."""
    found: dict[str, Fraction] = {}
    for party, amount in amounts.items():
        _add(found, party if party in here else POOL, amount)
    return found


def _passed(payers: Mapping[str, Fraction], receivers: Mapping[str, Fraction]) -> Iterator[tuple[str, str, Fraction]]:
    whole = sum(receivers.values(), start=Fraction(0))
    for payer, paid in payers.items():
        for receiver, received in receivers.items():
            yield payer, receiver, paid * received / whole


def _only(amounts: Mapping[str, Fraction], here: frozenset[str]) -> dict[str, Fraction]:
    return {party: amount for party, amount in amounts.items() if party in here}


def _add(amounts: dict[Any, Fraction], key: Any, amount: Fraction) -> None:
    amounts[key] = amounts.get(key, Fraction(0)) + amount


def payments_of(plan: LocalizedPlan, words: Mapping[str, str]) -> Payments:
    """Everything that the map says and draws of the flows of a plan."""
    parties = _Parties(plan, words)
    texts: Shelf[str] = Shelf()
    instruments, rows = [], []
    keys = ["instrument", "period", "unit"]
    for place, ((name, period, unit), own) in enumerate(plan.flows.groupby(keys, sort=True)):
        terms = plan.renderer.terms
        called = (escape_hidden(name), escape_hidden(terms.flow(name)), int(period), escape_hidden(terms.unit(unit)))
        instruments.append(_instrument(called, own, parties))
        rows += [
            Payment(
                instrument=place,
                payer=parties.of(payer),
                receiver=parties.of(receiver),
                amount=f"{amount:f}",
                rule=texts.place(escape_hidden(rule)),
                reference=texts.place(escape_hidden(reference)),
            )
            for payer, receiver, amount, rule, reference in _columns(
                own, "payer", "receiver", "amount", "rule", "reference"
            )
        ]
    return Payments(tuple(instruments), Columns(Payment, rows), texts.kept, parties.told())


def _columns(table: pd.DataFrame, *names: str) -> Iterator[tuple[Any, ...]]:
    yield from table[list(names)].itertuples(index=False, name=None)


def _instrument(called: tuple[str, str, int, str], rows: pd.DataFrame, parties: _Parties) -> Instrument:
    """What flows in all, and what of it is drawn, the largest first so that the smaller lie on top."""
    flows = list(_columns(rows, "payer", "receiver", "amount"))
    drawn = draw_payments(flows, parties.placed)
    arrows = sorted(drawn.arrows.items(), key=lambda one: (-one[1], one[0]))
    marks = [*_largest_first(drawn.drops), *((party, -amount) for party, amount in _largest_first(drawn.rings))]
    paid = sum((amount for payer, _, amount in flows if payer != POOL), start=Decimal(0))
    net = sum((amount for amount in net_amounts(flows).values() if amount > 0), start=Decimal(0))
    return Instrument(
        *called,
        paid=f"{paid:f}",
        net=f"{net:f}",
        arrows=Columns(Arrow, [Arrow(parties.of(a), parties.of(b), float(amount)) for (a, b), amount in arrows]),
        marks=Columns(Mark, [Mark(parties.of(party), float(amount)) for party, amount in marks]),
        beyond=tuple(parties.of(party) for party in drawn.beyond),
        many=drawn.many,
    )


def _largest_first(amounts: Mapping[str, Fraction]) -> list[tuple[str, Fraction]]:
    return sorted(amounts.items(), key=lambda one: (-one[1], one[0]))


class _Parties:
    """The parties of a plan: what each is called, where it stands and which units it is."""

    def __init__(self, plan: LocalizedPlan, words: Mapping[str, str]) -> None:
        self._plan = plan
        self._shelf: Shelf[str] = Shelf()
        self._known = known_parties(plan.units, plan.study.units.levels)
        self._called = {party: words[key] for party, key in PARTY_WORDS.items()}
        self.placed = frozenset(self._known)

    def of(self, party: str) -> int:
        """The place of a party."""
        return self._shelf.place(party)

    def told(self) -> Columns[Party]:
        """The parties in the order of their places."""
        return Columns(Party, [self._told(party) for party in self._shelf.kept])

    def _told(self, party: str) -> Party:
        units, kind = self._plan.units, self._known.get(party)
        if kind is None:
            return Party(self._called.get(party, escape_hidden(party)), None, None, ())
        if kind == "unit":
            place = int(units.index.get_loc(party))
            return Party(escape_hidden(units["name"].iloc[place]), place, None, (place,))
        members = np.flatnonzero((units[kind].astype("str") == party).to_numpy())
        return Party(
            escape_hidden(self._plan.place(party)), None, inside_point(units.iloc[members]), tuple(members.tolist())
        )


def inside_point(units: gpd.GeoDataFrame) -> Point:
    """A point inside some units: their common centre, or that of the largest one.

    Examples
    --------
    >>> from shapely.geometry import box
    >>> west, east = box(499_998, -1, 500_000, 1), box(500_000, -1, 500_001, 1)
    >>> inside_point(gpd.GeoDataFrame(geometry=[west, east], crs="EPSG:32631"))
    Point(lon=3.0, lat=0.0)
    """
    shapes = np.asarray(units.geometry)
    areas = shapely.area(shapes)
    centres = shapely.get_coordinates(shapely.centroid(shapes))
    middle = shapely.Point(np.average(centres, axis=0, weights=areas))
    point = middle if shapely.contains(shapes, middle).any() else label_points(shapes[[int(areas.argmax())]])[0]
    lon, lat = way_between(units.crs, pyproj.CRS("EPSG:4326")).transform(point.x, point.y)
    return Point(round(float(lon), 4), round(float(lat), 4))
