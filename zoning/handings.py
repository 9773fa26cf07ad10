"""Handings: a quota handed down by weight, from the highest jurisdictions to the units, exact at every level."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
import pandas as pd

from layers import Quota, naming_the_layer
from zoning.apportionment import make_contest
from zoning.bounds import UNIT, Bounds
from zoning.contests import Objects
from zoning.errors import InfeasibleError
from zoning.families import apportion_groups
from zoning.jurisdictions import Jurisdiction
from zoning.quota_rows import Rows, Writer
from zoning.steps import Counts, Step


@dataclass(frozen=True)
class WeightedQuota:
    """One quota about to be handed down; arrays follow the units, sorted by id."""

    quota: Quota
    writer: Writer
    weights: pd.Series
    bounds: Bounds
    reach: Counts
    labels: pd.DataFrame

    @cached_property
    def _labels(self) -> dict[str, Objects]:
        """What the table says of each unit beside numbers."""
        columns = {
            "jurisdiction": self.labels["jurisdiction"],
            "unit_id": self.weights.index,
            "name": self.labels["name"],
        }
        return {name: column.to_numpy(dtype=object) for name, column in columns.items()}

    def rows(self, place: Jurisdiction, amount: int) -> Iterator[Rows]:
        """The rows of the parts of a jurisdiction, and of their parts in turn."""
        quota, path, step = self.quota, place.path, self.writer.step
        inside = f" of '{' / '.join(path)}'" if path else ""
        if place.parts:
            with naming_the_layer(f"level '{quota.levels[len(path)]}'{inside}"):
                counts, binding = self._among(place.parts, amount)
            yield self._jurisdictions(place.parts, counts, binding)
            for part, count in zip(place.parts, counts.tolist(), strict=True):
                yield from self.rows(part, count)
            return
        if quota.levels[len(path)] != UNIT:  # no units at all
            return
        reserve = int(amount * Fraction(quota.reserve_pct) // 100)
        if quota.reserve_pct:
            yield self.writer.reserve(reserve, path, UNIT)
        after = f", after a reserve of {step.amount(reserve)} out of {step.amount(amount)}" if reserve else ""
        with naming_the_layer(f"level '{UNIT}'{inside}{after}"):
            yield self._units(place, amount - reserve)

    def _among(self, parts: tuple[Jurisdiction, ...], amount: int) -> tuple[Counts, list[str]]:
        """What each part gets, and what bound it."""
        weights = pd.Series([math.fsum(self.weights.iloc[part.units]) for part in parts], [p.path[-1] for p in parts])
        floors, ceilings = (np.array([getattr(part, end) for part in parts]) for end in ("least", "most"))
        contest = make_contest(weights, weights.to_numpy(dtype=float), amount, floors, ceilings, self.writer.step)
        counts = contest.settle()
        return counts, [self._told(part, str(label)) for part, label in zip(parts, contest.bound(counts), strict=True)]

    def _told(self, part: Jurisdiction, label: str) -> str:
        """What bound a jurisdiction: its units' bounds, or what is tighter than these together."""
        floors, ceilings = self.bounds.floors[part.units], self.reach[part.units]
        if label == "ceiling":
            below = sum(one.most for one in part.parts) if part.parts else part.family.reach(floors, ceilings)[1][0]
            return "within" if part.most < below else "group" if part.most < int(ceilings.sum()) else label
        return "group" if label == "floor" and part.least > int(floors.sum()) else label

    def _units(self, place: Jurisdiction, amount: int) -> Rows:
        """The rows of the units of a jurisdiction; together they have the amount."""
        units, weights = place.units, self.weights.iloc[place.units]
        floors, ceilings = self.bounds.floors[units], self.bounds.ceilings[units]
        contest = make_contest(weights, weights.to_numpy(dtype=float), amount, floors, ceilings, self.writer.step)
        least, most = place.family.reach(contest.floors, contest.ceilings)
        _refuse_groups(amount, least[0], most[0], self.writer.step)
        counts, shares = apportion_groups(contest, place.family)
        binding = np.full(len(units), "", dtype=object)
        for node, some in shares:
            binding[some] = contest.part(some, int(counts[some].sum())).bound(counts[some])
            binding[some[(binding[some] == "") & (node > 0)]] = "group"
        binding[(binding == "ceiling") & self.bounds.linked[units]] = "within"
        binding[self.bounds.locked[units]] = "lock"
        labels = {name: column[units].tolist() for name, column in self._labels.items()}
        return {
            **self.writer.counted(counts, floors, ceilings, self.bounds.carried[units], contest.sizes),
            "level": [UNIT] * len(units),
            **labels,
            "jurisdiction": [place.path[-1]] * len(units) if place.path else labels["jurisdiction"],
            "binding": binding.tolist(),
        }

    def _jurisdictions(self, parts: tuple[Jurisdiction, ...], counts: Counts, binding: list[str]) -> Rows:
        floors, ceilings = (np.array([getattr(part, end) for part in parts]) for end in ("least", "most"))
        carried = np.array([int(self.bounds.carried[part.units].sum()) for part in parts])
        weights = np.array([math.fsum(self.weights.iloc[part.units]) for part in parts])
        return {
            **self.writer.counted(counts, floors, ceilings, carried, weights),
            "level": [self.quota.levels[len(parts[0].path) - 1]] * len(parts),
            "jurisdiction": [part.path[-1] for part in parts],
            "unit_id": [""] * len(parts),
            "name": [" / ".join(part.path) for part in parts],
            "binding": binding,
        }


def _refuse_groups(amount: int, least: int, most: int, step: Step) -> None:
    if not least <= amount <= most:
        more, than = ("must", least) if amount < least else ("can", most)
        raise InfeasibleError(
            f"by their groups the units {more} have {step.amount(than)} in all, and there are {step.amount(amount)}",
            code="groups",
        )
