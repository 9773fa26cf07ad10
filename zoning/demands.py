"""Demands of a weighted quota: its rules as linear ones, asked which of them cannot hold together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from layers import Quota
from zoning.bounds import Bounds, limit
from zoning.contests import Flags
from zoning.errors import InfeasibleError
from zoning.families import ALL, Family
from zoning.infeasibility import Wording, find_conflict, refuse
from zoning.programmes import Programme, Row
from zoning.steps import Counts, Step

_Tell = Callable[[float], str]
_Rule = tuple[str, str, Flags, float, float]
_TOLD = ("floors_above_total", "ceilings_below_total", "crossed_bounds", "group_and_units", "groups")
"""Codes of errors behind which a conflict of rules stands."""


@dataclass(frozen=True)
class Demands:
    """All that is demanded of a quota; arrays follow the units.

    Attributes
    ----------
    quota : Quota
    total : int
        In steps.
    weights : Series of float
        Index ``unit_id``.
    bounds : Bounds
    family : Family
        The groups of the quota.
    nodes : list of int
        The node of each group.
    names : tuple of Series
        The jurisdiction of each unit at each level but the last.
    links : mapping
        From :func:`zoning.bounds.find_links`.
    """

    quota: Quota
    total: int
    weights: pd.Series
    bounds: Bounds
    family: Family
    nodes: list[int]
    names: tuple[pd.Series, ...]
    links: Mapping[str, Mapping[str, Decimal]]

    def tell(self, error: InfeasibleError) -> InfeasibleError:
        """The same error with the rules that contradict each other and the least change of each that would do."""
        if error.code not in _TOLD:
            return error
        step = Step.of(self.quota.step)

        def amount(steps: float) -> str:
            return f"{step.amount(round(steps))} {self.quota.unit}"

        paths = pd.Series("", index=self.weights.index)
        for level in self.names:
            paths = paths.where(paths == "", paths + " / ") + level
        alike = self._alike(paths)
        clashes = [
            replace(clash, places=np.flatnonzero(np.isin(alike, clash.places)))
            for clash in find_conflict(self._programme(amount, alike), _Wording(amount, paths, alike))
        ]
        if clashes:
            text = str(refuse(clashes, amount))
        else:
            text = (
                "taken together the rules can hold, but not where the amounts are handed down level by level: take "
                'levels = ["unit"] or by = "optimal", or give the lower level more room'
            )
        return InfeasibleError(f"{error}\n{text}", code=error.code, features=error.features)

    def _alike(self, paths: pd.Series) -> Counts:
        """A number a unit, the same for units that the same rules count: a million units are few such classes."""
        locked = np.where(self.bounds.locked, self.bounds.floors, -1)
        marks = pd.DataFrame({"path": paths.to_numpy(), "home": self.family.homes, "locked": locked})
        classes: Counts = marks.groupby(list(marks), sort=True).ngroup().to_numpy(dtype=np.int64)
        return classes

    def _programme(self, amount: _Tell, alike: Counts) -> Programme:
        """The rules over classes of units, each class as one."""
        weighed = self.weights.to_numpy(dtype=float) > 0
        upper = np.where(weighed, np.minimum(self.bounds.ceilings, self.total), self.bounds.floors)
        lower = np.where(self.bounds.locked, 0, self.bounds.floors)
        sums = [np.zeros(int(alike.max(initial=-1)) + 1, dtype=np.int64) for _ in range(2)]
        for one, bounds in zip(sums, (lower, np.maximum(upper, self.bounds.floors)), strict=True):
            np.add.at(one, alike, bounds)
        _, first = np.unique(alike, return_index=True)
        rows = (self._whole(amount), *self._groups(amount), *self._locks(amount), *self._linked(amount))
        return Programme(
            np.zeros(len(first)),
            sums[0],
            np.minimum(sums[1], self.total + sums[0]),
            tuple(_row(code, words, here[first], low, high) for code, words, here, low, high in rows),
        )

    def _whole(self, amount: _Tell) -> _Rule:
        held = int(self.total * Fraction(self.quota.reserve_pct) // 100)
        parts = len(pd.concat(self.names, axis=1).drop_duplicates()) if self.names and held else 0
        text = f"the total is {amount(self.total)}" + (f", of which {amount(held)} are held back" if held else "")
        low = self.total - held
        return "total", text, np.ones(len(self.weights), dtype=bool), low, low + parts

    def _groups(self, amount: _Tell) -> Iterator[_Rule]:
        for place, (group, node) in enumerate(zip(self.quota.groups, self.nodes, strict=True), 1):
            inside = {node}
            for one, parent in enumerate(self.family.parents):
                if parent in inside and one != ALL:
                    inside.add(one)
            here = np.isin(self.family.homes, sorted(inside))
            low, high = self.family.lows[node], self.family.highs[node]
            if group.max_pct is not None:
                text = f'group {place} ("{group.when}") may have {group.max_pct} % of the total, {amount(high)}'
                yield f"group-{place}", text, here, -np.inf, high
            if group.min_pct is not None:
                text = f'group {place} ("{group.when}") must have {group.min_pct} % of the total, {amount(low)}'
                yield f"group-{place}", text, here, low, np.inf

    def _locks(self, amount: _Tell) -> Iterator[_Rule]:
        """Units that are locked at one amount, with it."""
        locked = self.bounds.locked
        for steps in np.unique(self.bounds.floors[locked]).tolist():
            here = locked & (self.bounds.floors == steps)
            ids = self.weights.index[here]
            who = f"'{ids[0]}' is" if len(ids) == 1 else f"{len(ids)} units are"
            each = "" if len(ids) == 1 else f" each, {amount(steps * len(ids))} in all"
            text = f"{who} locked at {amount(steps)}{each}"
            yield "locked", text, here, steps * len(ids), steps * len(ids)

    def _linked(self, amount: _Tell) -> Iterator[_Rule]:
        """Links to other quotas by jurisdiction; those by unit are ceilings already."""
        step = Step.of(self.quota.step)
        for depth, level in enumerate(self.quota.levels[:-1], 1):
            if level not in self.links:
                continue
            frame = pd.concat(self.names[:depth], axis=1)
            frame.columns = pd.RangeIndex(depth)
            paths = frame.agg(" / ".join, axis=1)
            for path in sorted(set(paths)):
                here = (paths == path).to_numpy()
                carried = int(self.bounds.carried[here].sum())
                most = limit(self.links[level].get(path, Decimal(0)), step, carried)
                text = f"'{path}' stays within the quota that it is linked to, at {amount(most)}"
                yield "within", text, here, -np.inf, most


@dataclass(frozen=True)
class _Wording(Wording):
    """Bounds of classes of units, told by the units."""

    alike: Counts

    def bounds(self, kind: str, places: Counts, steps: Counts) -> str:
        units = np.flatnonzero(np.isin(self.alike, places))
        own = np.zeros(len(self.alike), dtype=np.int64)
        own[units[:1]] = int(steps[places].sum())
        return super().bounds(kind, units, own)


def _row(code: str, words: str, here: Flags, low: float, high: float) -> Row:
    places: Counts = np.flatnonzero(here)
    return Row(code, words, places, np.ones(len(places)), low, high)
