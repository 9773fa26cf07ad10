"""Payments: what the map says of the flows of a plan, and where each party stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from layers import escape_hidden, way_between
from maps.arrows import balances, draw_payments
from maps.packing import label_points
from maps.palette import PAYMENT_INK
from maps.shelves import StringTable
from zoning import BUDGET, POOL, Plan, known_parties, unit_in

NOWHERE = -1
"""Where a party stands that is neither a jurisdiction nor a unit: a pool, a budget, somebody outside the study."""


def payments_payload(plan: Plan, words: Mapping[str, str]) -> dict[str, Any]:
    """Everything that the map says and draws of the flows of a plan, ready for JSON.

    Parameters
    ----------
    plan : Plan
    words : mapping of str to str
        See :func:`maps.map_words.map_words`.

    Returns
    -------
    dict
        ``parties``: the place of a unit in ``plan.units``; else name, longitude and latitude of a point inside a
        jurisdiction (or -1), and the places of its units. ``instruments``: what is drawn, one an instrument, period and
        unit of account. ``rows``, a column each: ``instrument``, ``payer``, ``receiver``, ``amount`` (exact), ``rule``
        and ``reference`` of the FLOWS table; parties, instruments and texts are numbers there.
    """
    parties, texts = _Parties(plan, words), StringTable()
    instruments, rows = [], []
    keys = ["instrument", "period", "unit"]
    for place, ((name, period, unit), own) in enumerate(plan.flows.groupby(keys, sort=True)):
        said = {"name": escape_hidden(name), "period": int(period), "unit": escape_hidden(unit_in(plan.language, unit))}
        instruments.append(said | _drawn(own, parties))
        rows += [
            (place, parties.of(payer), parties.of(receiver), f"{amount:f}", *map(texts.place, map(escape_hidden, told)))
            for payer, receiver, amount, *told in _columns(own, "payer", "receiver", "amount", "rule", "reference")
        ]
    names = ("instrument", "payer", "receiver", "amount", "rule", "reference")
    return {
        "ink": PAYMENT_INK,
        "instruments": instruments,
        # a column at a time, which packs to half the size
        "rows": {name: [row[at] for row in rows] for at, name in enumerate(names)},
        "texts": texts.kept,
        "parties": parties.told(),
    }


def _columns(table: pd.DataFrame, *names: str) -> Iterator[tuple[Any, ...]]:
    yield from table[list(names)].itertuples(index=False, name=None)


def _drawn(rows: pd.DataFrame, parties: _Parties) -> dict[str, Any]:
    """Arrows and symbols of one instrument, the largest first so that the smaller lie on top, and what flows in all."""
    flows = list(_columns(rows, "payer", "receiver", "amount"))
    drawn = draw_payments(flows, parties.placed)

    def listed(amounts: Mapping[Any, Fraction], sign: int = 1) -> list[list[Any]]:
        ends = [(key if isinstance(key, tuple) else (key,), float(sign * amount)) for key, amount in amounts.items()]
        ordered = sorted(ends, key=lambda one: (-abs(one[1]), one[0]))
        return [[*map(parties.of, ends), amount] for ends, amount in ordered]

    paid = sum((amount for payer, _, amount in flows if payer != POOL), start=Decimal(0))
    net = sum((amount for amount in balances(flows).values() if amount > 0), start=Decimal(0))
    return {
        "paid": f"{paid:f}",
        "net": f"{net:f}",
        "arrows": listed(drawn.arrows),
        "symbols": [*listed(drawn.drops), *listed(drawn.rings, -1)],
        "beyond": [parties.of(party) for party in drawn.beyond],
        "many": drawn.many,
    }


class _Parties:
    """The parties of a plan: what each is called, where it stands and which units it is."""

    def __init__(self, plan: Plan, words: Mapping[str, str]) -> None:
        self._plan, self._shelf = plan, StringTable()
        self._known = known_parties(plan.units, plan.study.units.levels)
        self._called = {POOL: words["party_pool"], BUDGET: words["party_budget"]}
        self.placed = frozenset(self._known)

    def of(self, party: str) -> int:
        """The number of a party."""
        return self._shelf.place(party)

    def told(self) -> list[Any]:
        """Each party by its number: the place of a unit, or name, point and units."""
        return [self._told(party) for party in self._shelf.kept]

    def _told(self, party: str) -> int | list[Any]:
        units, kind = self._plan.units, self._known.get(party)
        if kind is None:
            return [self._called.get(party, escape_hidden(party)), NOWHERE, []]
        if kind == "unit":
            return int(units.index.get_loc(party))
        members = np.flatnonzero((units[kind].astype("str") == party).to_numpy())
        return [escape_hidden(party), inside_point(units.iloc[members]), members.tolist()]


def inside_point(units: gpd.GeoDataFrame) -> list[float]:
    """Longitude and latitude of a point inside some units: their common centre, or that of the largest one.

    Parameters
    ----------
    units : GeoDataFrame
        At least one row, in any projected CRS.

    Returns
    -------
    list of float
        Degrees of WGS 84 with four decimals.

    Examples
    --------
    >>> from shapely.geometry import box
    >>> west, east = box(499_998, -1, 500_000, 1), box(500_000, -1, 500_001, 1)
    >>> inside_point(gpd.GeoDataFrame(geometry=[west, east], crs="EPSG:32631"))
    [3.0, 0.0]
    """
    shapes = np.asarray(units.geometry)
    areas = shapely.area(shapes)
    centres = shapely.get_coordinates(shapely.centroid(shapes))
    middle = shapely.Point(np.average(centres, axis=0, weights=areas))
    point = middle if shapely.contains(shapes, middle).any() else label_points(shapes[[int(areas.argmax())]])[0]
    lon, lat = way_between(units.crs, pyproj.CRS("EPSG:4326")).transform(point.x, point.y)
    return [round(float(lon), 4), round(float(lat), 4)]
