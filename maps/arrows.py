"""Arrows: who pays whom once pools are taken out, as the map draws it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from zoning import POOL

MOST_ARROWS = 60
"""Arrows that one instrument may have; more would hide one another, and each party's net amount is drawn instead."""

Flow = tuple[str, str, Decimal]


@dataclass(frozen=True)
class FlowMarks:
    """What the map draws of one instrument.

    Attributes
    ----------
    arrows : dict of (str, str) to Fraction
        Amount by payer and receiver, both of whom have a place.
    drops : dict of str to Fraction
        What a party receives for which no arrow can be drawn: the payer has no place, or the arrows are too many.
    rings : dict of str to Fraction
        What a party pays, likewise.
    beyond : tuple of str
        The parties without a place, sorted.
    many : bool
        Whether the arrows were too many.
    """

    arrows: dict[tuple[str, str], Fraction] = field(default_factory=dict)
    drops: dict[str, Fraction] = field(default_factory=dict)
    rings: dict[str, Fraction] = field(default_factory=dict)
    beyond: tuple[str, ...] = ()
    many: bool = False


def draw_payments(flows: Iterable[Flow], placed: Iterable[str], most: int = MOST_ARROWS) -> FlowMarks:
    """What the map draws of the flows of one instrument.

    Parameters
    ----------
    flows : iterable of (payer, receiver, amount)
        In one unit of account.
    placed : iterable of str
        The parties that have a place on the map.
    most : int
        Arrows beyond which the net amounts of the parties are drawn instead.

    Returns
    -------
    FlowMarks

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
    payers, receivers = _sides(balances(flow for flow in flows if POOL in flow[:2]))
    beyond = tuple(sorted({*payers, *receivers, *(party for flow in direct for party in flow[:2])} - here))
    pairs = {flow[:2] for flow in direct if here.issuperset(flow[:2])}
    if len(pairs) + len(here.intersection(payers)) * len(here.intersection(receivers)) > most:
        rings, drops = _sides(balances(flows))
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


def balances(flows: Iterable[Flow]) -> dict[str, Decimal]:
    """What each party received less what it paid, in the order in which the parties appear.

    Examples
    --------
    >>> balances([("a", "b", Decimal(3)), ("b", "c", Decimal(1))])
    {'a': Decimal('-3'), 'b': Decimal('2'), 'c': Decimal('1')}
    """
    found: dict[str, Decimal] = {}
    for payer, receiver, amount in flows:
        found[payer] = found.get(payer, Decimal(0)) - amount
        found[receiver] = found.get(receiver, Decimal(0)) + amount
    return found


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
