"""Who gets more or less of a quota than by its weight alone, and by which priority, bound or transfer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from math import prod
from typing import NamedTuple

import numpy as np
import pandas as pd

from layers.errors import escape_hidden
from maps.words import LocalizedPlan, catalogue, text_in
from zoning.pipeline import row_records
from zoning.quotas import RESERVE
from zoning.study import Quota

BOUNDS = ("floor", "ceiling", "within", "group", "limit", "lock")
"""What binds an amount, in the order of the words of the table of quotas."""


class ShiftGroup(NamedTuple):
    """Units that one thing moved alike.

    Attributes
    ----------
    loses : bool
        Whether they get less than by weight alone.
    cause : str
        "priority"; "others" where priorities and bounds of others moved them, "bounds" where no unit meets a priority,
        so that bounds of others or rounding at a higher level did; "transfer"; or what binds the amount.
    reason : str
        The cause in words, with the plan's own reason of a priority.
    units : tuple of str
        Their ids, the largest difference first.
    amount : float
        The sum of their differences, below 0 where they lose.
    """

    loses: bool
    cause: str
    reason: str
    units: tuple[str, ...]
    amount: float


class QuotaShifts(NamedTuple):
    """Amounts of one quota beside what each unit would get by its weight alone.

    Attributes
    ----------
    plain : Series of float
        By unit: its part of all that units get, by weight without priorities, floors, ceilings and transfers.
    difference : Series of float
        By unit: the amount less ``plain``; below 0 where the unit gets less.
    groups : tuple of ShiftGroup
        Those that lose first, in each half the largest amount first. A difference of less than half a step is that of
        rounding and stands in none.
    """

    plain: pd.Series
    difference: pd.Series
    groups: tuple[ShiftGroup, ...]

    @property
    def losers(self) -> tuple[ShiftGroup, ...]:
        """The groups that get less."""
        return tuple(group for group in self.groups if group.loses)

    def of_units(self) -> pd.Series:
        """By unit: the place of its group in ``groups``, -1 for none."""
        places = pd.Series(-1, self.difference.index)
        for position, group in enumerate(self.groups):
            places[list(group.units)] = position
        return places


def quota_shifts(plan: LocalizedPlan, quota: Quota) -> QuotaShifts | None:
    """Who gets more or less of a quota than by its weight alone, and why.

    Parameters
    ----------
    plan : LocalizedPlan
        From :func:`maps.words.localize`.
    quota : Quota
        Of the same plan.

    Returns
    -------
    QuotaShifts or None
        None where amounts do not go by weight, a factor is 0, or no unit takes part.

    Examples
    --------
    >>> import zoneplan as zp
    >>> from maps.words import localize
    >>> plan = localize(zp.run(zp.read_study(zp.builtin_study("us_mountain_west"))), "en")
    >>> found = quota_shifts(plan, plan.study.quotas[0])
    >>> for one in found.losers:
    ...     print(len(one.units), round(one.amount), one.reason)
    102 -685 no priority; others come first
    23 -240 × 0.5, growth is steered away from fragile land
    """
    return plan.renderer.once(quota, lambda quota, _: _shifts(plan, quota))


def _shifts(plan: LocalizedPlan, quota: Quota) -> QuotaShifts | None:
    table = plan.source.quotas
    chosen = (table["quota"] == quota.name) & (table["period"] == quota.period)
    chosen &= (table["level"] == quota.levels[-1]) & (table["unit_id"] != RESERVE)
    rows = table[chosen].set_index("unit_id")
    if quota.by != "weighted" or not len(rows):
        return None
    priorities = _priorities_met(plan, chosen)
    factor = rows.index.map(
        lambda unit: prod(quota.priority[position].factor for position in priorities[unit])
    ).to_numpy(float)
    with np.errstate(all="ignore"):
        bare = rows["weight"].astype(float) / factor
    if not np.isfinite(bare).all() or not bare.sum():
        return None
    amounts = rows["amount"].astype(float)
    plain = bare / bare.sum() * float(sum(rows["amount"], Decimal(0)))
    difference = amounts - plain
    causes = pd.Series(list(_causes(rows, difference, factor, quota)), rows.index, dtype=object)
    moves = [
        (str(unit), cause, priorities[unit] if cause == "priority" else ()) for unit, cause in causes.items() if cause
    ]
    groups = _groups(moves, difference, _Words(plan, quota))
    return QuotaShifts(plain, difference, tuple(groups))


def _priorities_met(plan: LocalizedPlan, chosen: pd.Series) -> dict[str, tuple[int, ...]]:
    """By unit the places of the priorities that it meets, as its record has them."""
    priorities = {}
    records = row_records(plan.source, "quotas")
    for unit, is_own, record in zip(plan.source.quotas["unit_id"], chosen, records, strict=True):
        if is_own:
            weights = (link for link in record.links if link.kind == "weight")
            priorities[str(unit)] = tuple(
                int(link.id) - 1 for weight in weights for link in weight.links if link.kind == "priority"
            )
    return priorities


def _causes(rows: pd.DataFrame, difference: pd.Series, factor: np.ndarray, quota: Quota) -> Iterator[str]:
    """What moved each unit; nothing where it was only rounded."""
    least = float(quota.step) / 2
    others = "others" if (factor != 1).any() else "bounds"
    for moved, unit_factor, binding, transferred in zip(
        difference, factor, rows["binding"], rows["transferred"], strict=True
    ):
        side = np.sign(moved)
        if abs(moved) < least:
            yield ""
        elif transferred and np.sign(float(transferred)) == side:
            yield "transfer"
        elif binding in BOUNDS and (binding, side) not in (("floor", -1), ("ceiling", 1)):
            yield str(binding)
        else:
            yield "priority" if np.sign(unit_factor - 1) == side else others


def _groups(
    moves: Iterable[tuple[str, str, tuple[int, ...]]], difference: pd.Series, words: _Words
) -> list[ShiftGroup]:
    units_by_cause: dict[tuple[bool, str, tuple[int, ...]], list[str]] = {}
    for unit, cause, priorities in moves:
        units_by_cause.setdefault((bool(difference[unit] < 0), cause, priorities), []).append(unit)
    groups = []
    for (loses, cause, priorities), units in units_by_cause.items():
        order = sorted(units, key=lambda unit: (-abs(difference[unit]), unit))
        reason = words.reason(cause, priorities, loses=loses)
        groups.append(ShiftGroup(loses, cause, reason, tuple(order), float(difference[units].sum())))
    return sorted(groups, key=lambda group: (not group.loses, -abs(group.amount), group.reason))


class _Words:
    """Causes in words."""

    def __init__(self, plan: LocalizedPlan, quota: Quota) -> None:
        self._words, self._language, self._quota = catalogue("shift", plan.language, plan.noun), plan.language, quota

    def reason(self, cause: str, priorities: tuple[int, ...], *, loses: bool) -> str:
        """Why units get less, or more."""
        if cause == "priority":
            return self._words["list"].join(self._factor(position) for position in priorities)
        if cause in ("others", "bounds", "transfer"):
            return str(self._words[f"{cause}_less" if loses else f"{cause}_more"])
        return str(self._words[cause])

    def _factor(self, position: int) -> str:
        priority = self._quota.priority[position]
        reason = escape_hidden(text_in(priority.reason, self._language)).rstrip(".。")
        return self._words["priority"].format(factor=priority.factor, reason=reason)
