"""Quotas as data that can be handed out again: totals, weights, bounds, groups, links; amounts as exact decimals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import NamedTuple, NewType

import pandas as pd

from layers.conditions import parse_condition
from layers.errors import escape_hidden
from zoning.quotas import UNIT, measures_read
from zoning.study import Group, Limit, Lock, Priority, Quota

Cql2 = NewType("Cql2", object)
"""A condition, or a value, as CQL2-JSON."""


class QuotaShare(NamedTuple):
    """A measure by which a quota weighs, its title, and its part in the weight; None where it is the whole weight."""

    measure: str
    title: str
    share: float | None


class QuotaFactor(NamedTuple):
    """A factor on the weight of the units that meet a condition."""

    when: Cql2
    factor: float


class QuotaBound(NamedTuple):
    """A bound: an exact number, or a measure; both empty where there is none."""

    number: str
    measure: str


class QuotaGroup(NamedTuple):
    """Units that together get at most, or at least, a part of the total: exact per cent, empty for no bound."""

    when: Cql2
    min_pct: str
    max_pct: str


class QuotaLock(NamedTuple):
    """An amount that is settled: of the unit at a place, or where a condition holds, then the place is -1."""

    unit: int
    when: Cql2 | None
    amount: str


class QuotaHandover(NamedTuple):
    """An amount that one unit hands to another afterwards, by their places."""

    giver: int
    receiver: int
    amount: str


class QuotaLink(NamedTuple):
    """A quota above this one that it stays within: its place, the depth where that must hold (0: units), the factor."""

    quota: int
    depth: int
    times: str


class QuotaModel(NamedTuple):
    """A quota, in the order of the plan."""

    name: str
    weighted: bool
    total: str
    step: str
    levels: tuple[int, ...]
    weight: tuple[QuotaShare, ...]
    priority: tuple[QuotaFactor, ...]
    floor: QuotaBound
    ceiling: QuotaBound
    carried: QuotaBound
    reserve_pct: str
    groups: tuple[QuotaGroup, ...]
    locked: tuple[QuotaLock, ...]
    transfers: tuple[QuotaHandover, ...]
    within: tuple[QuotaLink, ...]
    reads: tuple[str, ...]


def quota_models(
    quotas: Sequence[Quota], units: pd.Index, levels: Sequence[str], title: Callable[[str], str]
) -> tuple[QuotaModel, ...]:
    """The quotas of a plan.

    Examples
    --------
    >>> quota = Quota(name="land", period=2025, total=20, unit="ha", levels=("state", "unit"), weight="people")
    >>> (found,) = quota_models([quota], pd.Index(["a"]), ["state"], str)
    >>> found.total, found.levels, found.weight, found.reads
    ('20', (0,), (QuotaShare(measure='people', title='people', share=None),), ('people',))
    """
    places = {str(unit): place for place, unit in enumerate(units)}
    names = [quota.name for quota in quotas]
    return tuple(_model(quota, places, list(levels), names, title) for quota in quotas)


def _model(
    quota: Quota,
    places: dict[str, int],
    levels: list[str],
    names: list[str],
    title: Callable[[str], str],
) -> QuotaModel:
    shares: list[tuple[str, float | None]] = (
        [(quota.weight, None)]
        if isinstance(quota.weight, str)
        else [(part.measure, float(part.share)) for part in quota.weight]
    )
    weight = tuple(QuotaShare(name, escape_hidden(title(name)), share) for name, share in shares)
    return QuotaModel(
        name=quota.name,
        weighted=quota.by == "weighted",
        total=f"{quota.total:f}",
        step=f"{quota.step:f}",
        levels=tuple(levels.index(name) for name in quota.levels if name != UNIT),
        weight=weight,
        priority=tuple(QuotaFactor(_cql2(one.when), float(one.factor)) for one in quota.priority),
        floor=_bound(quota.floor),
        ceiling=_bound(quota.ceiling),
        carried=_bound(quota.carried),
        reserve_pct=f"{quota.reserve_pct:f}",
        groups=tuple(QuotaGroup(_cql2(one.when), _text(one.min_pct), _text(one.max_pct)) for one in quota.groups),
        locked=tuple(
            QuotaLock(
                -1 if one.unit is None else places[one.unit],
                None if one.when is None else _cql2(one.when),
                f"{one.amount:f}",
            )
            for one in quota.locked
        ),
        transfers=tuple(
            QuotaHandover(places[one.giver], places[one.receiver], f"{one.amount:f}") for one in quota.transfers
        ),
        within=tuple(
            QuotaLink(
                names.index(one.quota), 0 if one.level == UNIT else quota.levels.index(one.level) + 1, f"{one.times:f}"
            )
            for one in quota.within
        ),
        reads=tuple(sorted(names_read(quota))),
    )


def names_read(quota: Quota) -> frozenset[str]:
    """The measures and parameters that a quota reads: in weights, bounds and conditions."""
    parts: tuple[Priority | Group | Limit | Lock, ...] = (*quota.priority, *quota.groups, *quota.limits, *quota.locked)
    conditions = (parse_condition(one.when).names for one in parts if one.when is not None)
    return frozenset(measures_read(quota)).union(*conditions)


def _cql2(text: str) -> Cql2:
    return Cql2(parse_condition(text).as_cql2_json())


def _text(number: Decimal | None) -> str:
    return "" if number is None else f"{number:f}"


def _bound(bound: Decimal | str | None) -> QuotaBound:
    return QuotaBound("", bound) if isinstance(bound, str) else QuotaBound(_text(bound), "")
