"""Bounds of a quota: the least and the most that each unit can be given, from floors, ceilings, locks and balances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from layers.conditions import Evaluator
from layers.errors import Attempts, SourceError, StudyError, UnknownNameError, at_key, shown
from layers.numerals import floats_of
from layers.phrases import Phrase
from zoning.errors import InfeasibleError, MissingValueError, near
from zoning.quotas.weights import find_column, rows_meeting
from zoning.solver import (
    UNLIMITED,
    Counts,
    Flags,
    Floats,
    Step,
    count_ceilings,
    count_floors,
    counted_ids,
    refuse_crossed_bounds,
    refuse_text,
)
from zoning.study import Lock, Quota, Within

RESERVE = "(reserve)"
"""In the place of a unit's id: what is held back."""
AMOUNTS = ("amount", "floor", "ceiling", "carried")

Rows = Mapping[str, Any]
"""Rows to come, a list or an array a column; amounts in steps, ``UNLIMITED`` where there is no bound."""


class Writer(NamedTuple):
    """Writes rows of a quota."""

    step: Step
    huge: int

    def counted(self, counts: Counts, floors: Counts, ceilings: Counts, carried: Counts, weights: Floats) -> Rows:
        """Steps and bounds of some rows, what they carry over included."""
        return {
            "amount": counts + carried,
            "floor": floors + carried,
            "ceiling": np.where(ceilings >= self.huge, UNLIMITED, ceilings + carried),
            "carried": carried,
            "weight": weights,
        }

    @staticmethod
    def reserve(steps: int, path: tuple[str, ...], level: str) -> Rows:
        """The row of what a jurisdiction holds back."""
        return {
            "amount": [steps],
            "floor": [UNLIMITED],
            "ceiling": [UNLIMITED],
            "carried": [0],
            "weight": [np.nan],
            "level": [level],
            "jurisdiction": [path[-1] if path else ""],
            "unit_id": [RESERVE],
            "name": [" / ".join(path)],
            "binding": [""],
        }

    def table(self, parts: Sequence[Rows]) -> pd.DataFrame:
        """All rows, in the order of the parts, their steps as amounts."""
        numbers = {name: np.concatenate([part[name] for part in parts]) for name in (*AMOUNTS, "weight")}
        index = pd.RangeIndex(len(numbers["weight"]))
        amounts = {name: self.step.amounts(numbers[name], index) for name in AMOUNTS}
        bounded = {name: column.where(numbers[name] != UNLIMITED, None) for name, column in amounts.items()}
        named = [name for name in parts[0] if name not in numbers]
        labels = {name: list(chain.from_iterable(part[name] for part in parts)) for name in named}
        return pd.DataFrame({**bounded, "weight": numbers["weight"], **labels}, index=index)


def huge(count: int) -> int:
    """So many steps that a total cannot reach them, and so few that they can be summed over all units."""
    return UNLIMITED // (count + 1)


UNIT = "unit"
"""The lowest level: the planning units themselves."""


@dataclass(frozen=True)
class Bounds:
    """What each unit can be given of one quota, in whole steps and beside what it carries over."""

    floors: Counts
    ceilings: Counts
    carried: Counts
    locked: Flags
    linked: Flags


def find_bounds(
    quota: Quota,
    evaluator: Evaluator,
    measures: pd.DataFrame,
    links: Mapping[str, Mapping[str, Decimal]] | None = None,
) -> Bounds:
    """The bounds of each unit of a quota."""
    step, index, attempts = Step.of(quota.step), measures.index, Attempts()
    with attempts.trying(), at_key("floor"):
        floors = count_floors(_bound(quota.floor, measures, "floor"), index, step)
    with attempts.trying(), at_key("ceiling"):
        ceilings = count_ceilings(_bound(quota.ceiling, measures, "ceiling"), index, step)
    with attempts.trying(), at_key("carried"):
        carried = _count_carried(quota, measures, step)
    with attempts.trying():
        locks = _find_locks(quota, evaluator)
    attempts.finish()
    refuse_crossed_bounds(index, step, floors, ceilings)
    locked = _lock(locks, index, step, floors, ceilings)
    linked = np.zeros(len(index), dtype=bool)
    caps = (links or {}).get(UNIT, {})
    if caps:
        most = step.counts(pd.Series([caps.get(unit, Decimal(0)) for unit in index], dtype=object), "down")
        linked = most < ceilings
        ceilings = np.minimum(ceilings, most)
    room = np.where(ceilings == UNLIMITED, UNLIMITED, ceilings - carried)
    least = np.maximum(floors - carried, 0)
    _refuse_crossed(index, least, room, (floors, ceilings, carried, locked, linked), step)
    return Bounds(least, room, carried, locked, linked)


def find_links(quota: Quota, handed: Mapping[str, tuple[Quota, pd.DataFrame]]) -> dict[str, dict[str, Decimal]]:
    """The most that a quota may be, by level and then by unit or by path of the jurisdiction."""
    links: dict[str, dict[str, Decimal]] = {}
    above = {name: other for name, (other, _) in handed.items()}
    for position, link in enumerate(quota.within):
        with at_key("within", position, "quota"):
            _refuse_link(quota, link, above)
        rows = handed[link.quota][1]
        level_rows = rows[rows["level"] == link.level]
        names = level_rows["unit_id" if link.level == UNIT else "name"]
        caps = links.setdefault(link.level, {})
        for name, amount in zip(names, level_rows["amount"], strict=True):
            caps[name] = min(caps.get(name, link.times * amount), link.times * amount)
    return links


def _refuse_link(quota: Quota, link: Within, above: Mapping[str, Quota]) -> None:
    """Refuse to keep a quota within another that cannot bind it, of those that are handed out before it."""
    if link.quota not in above:
        raise UnknownNameError(
            Phrase(
                "no quota '{quota}' stands above it, to stay within{hint}",
                quota=link.quota,
                hint=near(link.quota, above),
            ),
            code="unknown_quota",
        )
    levels, depth = above[link.quota].levels, quota.levels.index(link.level) + 1
    if link.level != UNIT and levels[:depth] != quota.levels[:depth]:
        raise StudyError(
            Phrase(
                "it stays within '{quota}' at level '{level}', but that quota is handed down by {levels}; give both "
                "the same levels down to '{level}'",
                quota=link.quota,
                level=link.level,
                levels=shown(levels),
            )
        )


def _find_locks(quota: Quota, evaluator: Evaluator) -> list[tuple[Lock, int, Flags]]:
    """The locked amounts of a quota, each with its steps and the units where it holds; no unit has two."""
    locked, attempts = np.zeros(len(evaluator.table), dtype=bool), Attempts()
    locks: list[tuple[Lock, int, Flags]] = []
    for position, lock in enumerate(quota.locked):
        with attempts.trying(), at_key("locked", position, "unit" if lock.when is None else "when"):
            here = _lock_once(lock, locked, evaluator)
            count = Step.of(quota.step).count(lock.amount)
            if count is None:
                raise StudyError(
                    Phrase(
                        "a locked amount of {amount} is no whole multiple of the step {step}",
                        amount=lock.amount,
                        step=quota.step,
                    )
                )
            locks.append((lock, count, here))
            locked |= here
    attempts.finish()
    return locks


def _lock(locks: list[tuple[Lock, int, Flags]], index: pd.Index, step: Step, floors: Counts, ceilings: Counts) -> Flags:
    """Where amounts are locked; floors and ceilings of these units become the amount."""
    locked = np.zeros(len(index), dtype=bool)
    for position, (lock, count, here) in enumerate(locks):
        above = here & (count > ceilings)
        if above.any():
            least = step.amount(int(ceilings[above].min()))
            with at_key("locked", position, "amount"):
                raise InfeasibleError(
                    Phrase(
                        "a locked amount of {amount} ({reason}) is above the ceiling of {ids}; the lowest of these "
                        "ceilings is {least}: lock {least}, or raise the ceiling",
                        amount=lock.amount,
                        reason=lock.reason,
                        ids=counted_ids(index[above]),
                        least=least,
                    ),
                    code="locked_above_ceiling",
                    features=sorted(index[above]),
                )
        locked |= here
        floors[here] = ceilings[here] = count
    return locked


def _lock_once(lock: Lock, locked: Flags, evaluator: Evaluator) -> Flags:
    """Where a locked amount holds; refuses units that are not there or that are locked before."""
    units = evaluator.table.index
    if lock.unit is not None and lock.unit not in units:
        raise UnknownNameError(
            Phrase(
                "a locked amount names the unit {unit}, which is not there{hint}",
                unit=shown([lock.unit]),
                hint=near(lock.unit, units),
            ),
            code="unknown_unit",
        )
    here = units == lock.unit if lock.when is None else rows_meeting(Phrase("locked amount"), lock.when, evaluator)
    twice = units[locked & here]
    if len(twice):
        raise StudyError(
            Phrase(
                "two locked amounts for {ids}; leave one, or say in the conditions which is meant",
                ids=counted_ids(twice),
            ),
            code="duplicate",
            features=sorted(twice),
        )
    return here


def _count_carried(quota: Quota, measures: pd.DataFrame, step: Step) -> Counts:
    """The balances of the units of a quota in whole steps."""
    if isinstance(quota.carried, Decimal):
        values = pd.Series([quota.carried] * len(measures), index=measures.index, dtype=object)
    else:
        values = find_column(quota.carried, measures, Phrase("balance"))
        refuse_text(values, Phrase("balance"))
        missing = measures.index[~np.isfinite(floats_of(values))]
        if len(missing):
            raise MissingValueError(
                Phrase(
                    "the balance '{carried}' is missing or not finite for {ids}; give a number, 0 included",
                    carried=quota.carried,
                    ids=counted_ids(missing),
                ),
                features=sorted(missing),
            )
    counts = step.counts(values, "down")
    broken = measures.index[counts != step.counts(values, "up")]
    if len(broken):
        raise SourceError(
            Phrase(
                "the balance that is carried over is no whole multiple of the step {step} for {ids}; round the "
                "column, or take a smaller step",
                step=quota.step,
                ids=counted_ids(broken),
            ),
            code="balance_and_step",
            features=sorted(broken),
        )
    return counts


def _refuse_crossed(
    index: pd.Index, least: Counts, room: Counts, bounds: tuple[Counts, Counts, Counts, Flags, Flags], step: Step
) -> None:
    """Refuse units that cannot be given anything between their bounds, because of balances and links."""
    crossed = np.flatnonzero(least > room)
    if not len(crossed):
        return
    floors, ceilings, carried, locked, linked = bounds
    position = crossed[index[crossed].argmin()]
    limit = Phrase("locked amount") if locked[position] and not linked[position] else Phrase("ceiling")
    by = Phrase(", set by the quota that it stays within,") if linked[position] else ""
    need = (
        Phrase("it carries over") if carried[position] > ceilings[position] else Phrase("its floor or locked amount is")
    )
    amount = step.amount(int(carried[position] if carried[position] > ceilings[position] else floors[position]))
    raise InfeasibleError(
        Phrase(
            "{need} more than the {limit} for {ids}; for '{unit}' that is {amount}, and its {limit}{by} is "
            "{ceiling}, a "
            "gap of {gap}",
            need=need,
            limit=limit,
            ids=counted_ids(index[crossed]),
            unit=index[position],
            amount=amount,
            by=by,
            ceiling=step.amount(int(ceilings[position])),
            gap=step.amount(int(least[position] - room[position])),
        ),
        code="carried_above_ceiling" if carried[position] > ceilings[position] else "floor_above_ceiling",
        features=sorted(index[crossed]),
    )


def _bound(bound: Decimal | str | None, measures: pd.DataFrame, what: str) -> pd.Series | Decimal | None:
    return find_column(bound, measures, what) if isinstance(bound, str) else bound


def steps_left(link: Decimal, step: Step, carried: int) -> int:
    """The steps that a jurisdiction may still be given under a link."""
    return int(Fraction(link) // Fraction(step.size)) - carried
