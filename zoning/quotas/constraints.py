"""Demands of a quota: its rules as linear ones, and which of them cannot hold together."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from layers import Quota
from zoning.bounds import Bounds, steps_left
from zoning.contests import Flags
from zoning.errors import InfeasibleError
from zoning.groups import group_reach
from zoning.infeasibility import Wording, find_conflict, refuse
from zoning.programmes import LinearConstraint, Programme
from zoning.steps import Counts, Step

_TOLD = ("floors_above_total", "ceilings_below_total", "crossed_bounds", "group_and_units", "groups")
"""Codes of errors behind which a conflict of rules stands."""


@dataclass(frozen=True)
class Constraints:
    """All that is demanded of a quota; arrays follow the units.

    Attributes
    ----------
    quota : Quota
    total : int
        In steps.
    units : Index
        Their ids.
    bounds : Bounds
    reach : int64 array
        The most that each unit can take, by its ceiling and by its weight.
    members : sequence of bool arrays
        The units of each group.
    names : tuple of Series
        The jurisdiction of each unit at each level but the last.
    links : mapping
        From :func:`zoning.bounds.find_links`.
    limits : tuple of Row
        Limits on sums of amounts.
    """

    quota: Quota
    total: int
    units: pd.Index
    bounds: Bounds
    reach: Counts
    members: Sequence[Flags]
    names: tuple[pd.Series, ...]
    links: Mapping[str, Mapping[str, Decimal]]
    limits: tuple[LinearConstraint, ...] = ()

    @property
    def held(self) -> int:
        """Steps that are held back."""
        return int(self.total * Fraction(self.quota.reserve_pct) // 100)

    def rows(self) -> tuple[LinearConstraint, ...]:
        """The rules over all units together, the total first."""
        return (self._whole(), *self._groups(), *self._linked(), *self.limits)

    def tell(self, error: InfeasibleError) -> InfeasibleError:
        """The same error with the rules that contradict each other and the least change of each that would do."""
        if error.code not in _TOLD:
            return error
        text = self.conflict() or (
            "taken together the rules can hold, but not where the amounts are handed down level by level: take "
            'levels = ["unit"] or by = "optimal", or give the lower level more room'
        )
        return InfeasibleError(f"{error}\n{text}", code=error.code, features=error.features)

    def conflict(self) -> str:
        """The rules that contradict each other, in words; empty where they can all hold, if only in parts of steps."""
        paths = pd.Series("", index=self.units)
        for level in self.names:
            paths = paths.where(paths == "", paths + " / ") + level.to_numpy()
        lower = np.where(self.bounds.locked, 0, self.bounds.floors)
        upper = np.maximum(np.minimum(self.reach, self.total), self.bounds.floors)
        rows = (*self.rows(), *self._locks())
        programme = Programme(np.zeros(len(lower)), lower, upper, rows)
        clashes = find_conflict(programme, Wording(self.amount, paths))
        return str(refuse(clashes, self.amount)) if clashes else ""

    def amount(self, steps: float, unit: str = "") -> str:
        """Steps, or what they come to in another unit of measure, for people; never less than it is."""
        step = Step.of(self.quota.step)
        if not unit:
            return f"{step.amount(math.ceil(steps - 1e-6))} {self.quota.unit}"
        value = steps * float(step.size)
        size = 10.0 ** (math.floor(math.log10(abs(value))) - 5) if value else 1.0
        return f"{math.ceil(value / size - 1e-6) * size:,.6g} {unit}"

    def _whole(self) -> LinearConstraint:
        held = self.held
        by_jurisdiction = self.quota.by == "weighted" and self.names and held
        parts = len(pd.concat(self.names, axis=1).drop_duplicates()) if by_jurisdiction else 0
        text = f"the total is {self.amount(self.total)}" + (
            f", of which {self.amount(held)} are held back" if held else ""
        )
        low = self.total - held
        return _row("total", text, np.ones(len(self.units), dtype=bool), low, low + parts)

    def _groups(self) -> Iterator[LinearConstraint]:
        for place, (group, here) in enumerate(zip(self.quota.groups, self.members, strict=True), 1):
            low, high = group_reach(group, self.total)
            if group.max_pct is not None:
                text = f'group {place} ("{group.when}") may have {group.max_pct} % of the total, {self.amount(high)}'
                yield _row(f"group-{place}", text, here, -np.inf, high)
            if group.min_pct is not None:
                text = f'group {place} ("{group.when}") must have {group.min_pct} % of the total, {self.amount(low)}'
                yield _row(f"group-{place}-least", text, here, low, np.inf)

    def _locks(self) -> Iterator[LinearConstraint]:
        """Units that are locked at one amount, with it."""
        locked = self.bounds.locked
        for steps in np.unique(self.bounds.floors[locked]).tolist():
            here = locked & (self.bounds.floors == steps)
            ids = self.units[here]
            who = f"'{ids[0]}' is" if len(ids) == 1 else f"{len(ids)} units are"
            each = "" if len(ids) == 1 else f" each, {self.amount(steps * len(ids))} in all"
            text = f"{who} locked at {self.amount(steps)}{each}"
            yield _row("locked", text, here, steps * len(ids), steps * len(ids))

    def _linked(self) -> Iterator[LinearConstraint]:
        """Links to other quotas by jurisdiction; those by unit are ceilings already."""
        step = Step.of(self.quota.step)
        for depth, level in enumerate(self.quota.levels[:-1], 1):
            if level not in self.links:
                continue
            paths = paths_of(self.names, depth)
            for path in sorted(set(paths)):
                here = (paths == path).to_numpy()
                carried = int(self.bounds.carried[here].sum())
                most = steps_left(self.links[level].get(path, Decimal(0)), step, carried)
                text = f"'{path}' stays within the quota that it is linked to, at {self.amount(most)}"
                yield replace(_row(f"within-{level}", text, here, -np.inf, most), path=path)


def paths_of(names: tuple[pd.Series, ...], depth: int) -> pd.Series:
    """The path of the jurisdiction of each unit, down to a depth."""
    paths = names[0]
    for level in names[1:depth]:
        paths = paths + " / " + level
    return paths


def _row(code: str, words: str, here: Flags, low: float, high: float) -> LinearConstraint:
    places: Counts = np.flatnonzero(here)
    return LinearConstraint(code, words, places, np.ones(len(places)), low, high)
