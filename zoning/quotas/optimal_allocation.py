"""A quota handed out the best way there is, with value, gap, and the price of every bound and rule."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from layers.phrases import Phrase
from zoning.errors import InfeasibleError
from zoning.quotas.bounds import UNIT, Bounds, Writer
from zoning.quotas.constraints import Constraints, Limiting, paths_of, pct_of, unit_of
from zoning.quotas.weights import sizes_of
from zoning.solver import (
    UNLIMITED,
    Counts,
    Flags,
    Floats,
    LinearConstraint,
    Optimum,
    Programme,
    Step,
    broken_rules,
    find_best,
    find_most_equal,
    gini,
    make_contest,
)
from zoning.study import Limit, Quota

_KINDS = ("group", "limit", "within")
_ROUNDING = 1e-12
"""A smaller gap, relative to the value, is that of two sums."""


class Solution(NamedTuple):
    """A quota as it was handed out."""

    rows: pd.DataFrame
    summary: pd.DataFrame
    rules: pd.DataFrame


@dataclass(frozen=True)
class Task:
    """A quota to hand out; arrays and tables follow the units, sorted by id."""

    demands: Constraints
    weights: pd.Series
    limiting: Limiting
    labels: pd.DataFrame
    writer: Writer

    @property
    def quota(self) -> Quota:
        """What was asked."""
        return self.demands.quota

    @property
    def bounds(self) -> Bounds:
        """Of the units."""
        return self.demands.bounds

    @property
    def even(self) -> bool:
        """Whether the smallest Gini is looked for."""
        return self.quota.objective == "gini"

    @property
    def step(self) -> Step:
        """The smallest amount."""
        return self.writer.step

    @cached_property
    def rows(self) -> tuple[LinearConstraint, ...]:
        """The rules over all units together."""
        return self.demands.rows()

    @cached_property
    def programme(self) -> Programme:
        """Gains, bounds and rules in whole steps."""
        floors = self.bounds.floors
        upper = np.maximum(np.minimum(self.demands.reach, self.demands.total), floors)
        return Programme(self.weights.to_numpy(dtype=float), floors, upper, self.rows)

    @cached_property
    def sizes(self) -> dict[str, Floats]:
        """What amounts should be in proportion to, by measure."""
        return sizes_of(self.quota, self.limiting.measures)

    def solve(self) -> Solution:
        """The best plan."""
        best = self._best()
        if best is None:
            raise InfeasibleError(self.demands.conflict() or self._in_parts(), code="conflict")
        rules = pd.DataFrame(list(self._rules(best)))
        return Solution(pd.concat(self._all_rows(best), ignore_index=True), self._summary(best), rules)

    def refuse_moved(self, rows: pd.DataFrame) -> None:
        """Refuse transfers after which a rule no longer holds."""
        unit_rows = rows[rows["level"] == UNIT].set_index("unit_id").loc[self.weights.index]
        given = [a - c for a, c in zip(unit_rows["amount"], unit_rows["carried"], strict=True)]
        counts = self.step.counts(pd.Series(given, index=unit_rows.index, dtype=object), "down")
        for row in broken_rules(self.programme, counts):
            raise InfeasibleError(
                Phrase("after the transfers this would not hold: {rule}; transfer less", rule=row.words),
                code="transfer_group",
            )

    def _best(self) -> Optimum | None:
        if not self.even or self.demands.total == self.demands.held:
            return find_best(self.programme)
        shares = _shares(self.quota)
        whole = math.fsum(shares.values())
        return find_most_equal(self.programme, list(self.sizes.values()), [shares[name] / whole for name in self.sizes])

    def _in_parts(self) -> str:
        return Phrase(
            "the rules can hold together, but not in whole multiples of {step} {unit}: take a smaller step, or "
            "give a rule more room",
            step=self.quota.step,
            unit=self.quota.unit,
        )

    @property
    def _per(self) -> float:
        """What turns a price of the programme into one per unit of measure."""
        return 1.0 / float(self.step.size) if self.even else 1.0

    def _summary(self, best: Optimum) -> pd.DataFrame:
        size = 1.0 if self.even else float(self.step.size)
        value, bound = best.value * size, best.bound * size
        if self.even:
            value, bound = -value + 0.0, -bound + 0.0
            parts = {
                name: round(gini(best.amounts, some), 12) for name, some in self.sizes.items() if best.amounts.any()
            }
        else:
            handed = int(best.amounts.sum()) * size
            parts = {"mean": round(value / handed, 12)} if handed else {}
        gap = abs(bound - value)
        if gap <= _ROUNDING * abs(value):
            bound, gap = value, 0.0
        row = {
            "quota": self.quota.name,
            "period": self.quota.period,
            "objective": self.quota.objective,
            "method": best.method,
            "value": value,
            "bound": bound,
            "gap": gap,
            "gap_pct": 100 * gap / abs(value) if value else 0.0,
            "parts": json.dumps(parts, ensure_ascii=False),
        }
        return pd.DataFrame([row])

    def _rules(self, best: Optimum) -> Iterator[dict[str, object]]:
        size = float(self.step.size)
        limits = {limit.name: limit for limit in self.quota.limits}
        for position, row in enumerate(self.rows):
            kind, _, name = row.code.removesuffix("-least").partition("-")
            limit = limits.get(name) if kind == "limit" else None
            rule_row: dict[str, object] = {
                "quota": self.quota.name,
                "period": self.quota.period,
                "rule": row.code,
                "jurisdiction": row.path,
                "condition": self._condition(kind, name, limit),
                "unit": (limit and unit_of(limit)) or self.quota.unit,
                "amount": row.of(best.amounts) * size,
                "least": _finite(row.low * size),
                "most": _finite(row.high * size),
                "shadow_price": self._price(kind, float(best.duals[position])),
                "price_from": _finite(best.row_starts[position] * size),
                "price_to": _finite(best.row_ends[position] * size),
            }
            yield (
                rule_row
                if limit is None or pct_of(limit) is None
                else rule_row | self._share(limit, row, best, rule_row)
            )

    def _price(self, kind: str, dual: float) -> float:
        """What one more of a rule would add; missing for the total of even amounts, whose size is of no account."""
        return math.nan if self.even and kind == "total" else dual * self._per + 0.0

    def _condition(self, kind: str, name: str, limit: Limit | None) -> str:
        if kind == "group":
            return self.quota.groups[int(name) - 1].when
        return (limit.when or "") if limit else ""

    def _share(
        self, limit: Limit, row: LinearConstraint, best: Optimum, rule_row: dict[str, object]
    ) -> dict[str, object]:
        """A limit in per cent told in per cent; its price is that of one per cent more."""
        uses = self.limiting.uses(limit) * best.amounts * float(self.step.size)
        inside = self.limiting.inside(limit, row.path)
        part, whole = math.fsum(uses[inside]), math.fsum(uses)
        least = row.code.endswith("-least")
        return {
            "unit": "%",
            "amount": 100 * part / whole if whole else math.nan,
            "least": float(limit.min_pct) if least and limit.min_pct is not None else math.nan,
            "most": float(limit.max_pct) if not least and limit.max_pct is not None else math.nan,
            "shadow_price": float(str(rule_row["shadow_price"])) * whole / 100,
            "price_from": math.nan,
            "price_to": math.nan,
        }

    def _all_rows(self, best: Optimum) -> Iterator[pd.DataFrame]:
        names = self.demands.names
        lowest = paths_of(names, len(names)) if names else pd.Series("", index=self.weights.index)
        reserves = self._reserves(best, lowest)
        for depth in range(1, len(names) + 1):
            yield self._jurisdictions(best, depth, reserves)
        for path, steps in reserves.items() if self.quota.reserve_pct else ():
            held = self.writer.reserve(steps, tuple(path.split(" / ")) if path else (), UNIT)
            yield self.writer.table([held])
        yield self._units(best)

    def _reserves(self, best: Optimum, lowest: pd.Series) -> dict[str, int]:
        """What each jurisdiction of the lowest level holds back: of the whole reserve by what its units have."""
        amounts = pd.Series(best.amounts, index=self.weights.index).groupby(lowest, sort=True).sum()
        nothing = np.zeros(len(amounts), dtype=np.int64)
        contest = make_contest(
            amounts, amounts.to_numpy(dtype=float), self.demands.held, nothing, nothing + UNLIMITED, self.step
        )
        return dict(zip(amounts.index, contest.settle().tolist(), strict=True))

    def _units(self, best: Optimum) -> pd.DataFrame:
        bounds, names = self.bounds, self.demands.names
        counted = self.writer.counted(
            best.amounts, bounds.floors, self.demands.reach, bounds.carried, self.weights.to_numpy(dtype=float)
        )
        starts, ends = (self._amounts(some, bounds.carried) for some in (best.starts, best.ends))
        return self.writer.table([counted]).assign(
            level=UNIT,
            unit_id=self.weights.index,
            name=self.labels["name"].to_numpy(),
            jurisdiction=names[-1].to_numpy() if names else self.labels["jurisdiction"].to_numpy(),
            binding=self._binding(best),
            shadow_price=best.prices * self._per + 0.0,
            price_from=starts,
            price_to=ends,
        )

    def _amounts(self, steps: Floats, carried: Counts) -> pd.Series:
        """Ends of a range as amounts, None where there is none."""
        known = np.isfinite(steps) & (np.abs(steps) < self.writer.huge)
        counts = np.rint(np.where(known, steps, 0)).astype(np.int64)
        return self.step.amounts(counts + carried, pd.RangeIndex(len(steps))).where(known, None)

    def _binding(self, best: Optimum) -> np.ndarray:
        """What bound each unit: its bounds where one more or less of these would matter, else a rule that does."""
        labels = np.full(len(self.weights), "", dtype=object)
        for row, dual in reversed(list(zip(self.rows, best.duals, strict=True))):
            kind = row.code.partition("-")[0]
            if kind in _KINDS and dual:
                labels[row.places] = kind
        labels[best.prices != 0] = ""
        labels[(best.prices < 0) & (self.bounds.floors > 0)] = "floor"
        labels[best.prices > 0] = "ceiling"
        labels[(labels == "ceiling") & self.bounds.linked] = "within"
        labels[self.bounds.locked] = "lock"
        return labels

    def _jurisdictions(self, best: Optimum, depth: int, reserves: dict[str, int]) -> pd.DataFrame:
        """One level; of each jurisdiction what its units have together, and what it holds back."""
        paths = paths_of(self.demands.names, depth)
        places = {str(path): where for path, where in paths.groupby(paths, sort=True).indices.items()}
        held = [
            sum(
                steps
                for lowest_path, steps in reserves.items()
                if lowest_path == path or lowest_path.startswith(f"{path} / ")
            )
            for path in places
        ]
        bounds, reach = self.bounds, self.demands.reach
        sums = [
            np.array([int(some[where].sum()) for where in places.values()])
            for some in (best.amounts, bounds.floors, np.minimum(reach, self.writer.huge), bounds.carried)
        ]
        weights = np.array([math.fsum(self.weights.iloc[where]) for where in places.values()])
        reserved = np.array(held, dtype=np.int64)
        counted = self.writer.counted(sums[0] + reserved, sums[1] + reserved, sums[2] + reserved, sums[3], weights)
        own_rules = self._own_rules(best, self.quota.levels[depth - 1])
        bindings = [own_rules.get(path) or self._of_part(best, where) for path, where in places.items()]
        return self.writer.table([counted]).assign(
            level=self.quota.levels[depth - 1],
            unit_id="",
            name=list(places),
            jurisdiction=[path.rpartition(" / ")[2] for path in places],
            binding=[label for label, _ in bindings],
            shadow_price=[price * self._per + 0.0 for _, price in bindings],
            price_from=None,
            price_to=None,
        )

    def _own_rules(self, best: Optimum, level: str) -> dict[str, tuple[str, float]]:
        """The rules about what a jurisdiction has, where one more of them would matter: its link or its limit."""
        codes = {f"within-{level}": "within"} | {
            f"limit-{limit.name}{end}": "limit"
            for limit in self.quota.limits
            for end in ("", "-least")
            if limit.each == level and limit.when is None and limit.per == 1 and pct_of(limit) is None
        }
        duals = zip(self.rows, best.duals, strict=True)
        return {row.path: (codes[row.code], float(dual)) for row, dual in duals if row.code in codes and dual}

    def _of_part(self, best: Optimum, where: Flags) -> tuple[str, float]:
        """What bound a jurisdiction, and what one more for it would add.

        Where all its units are at their ceilings, by the dearest of these; else by the unit with room for one more
        where it adds most.
        """
        prices, amounts = best.prices[where], best.amounts[where]
        room = amounts < self.programme.upper[where]
        if not room.any():
            dearest = float(prices.max(initial=0.0))
            return "ceiling" if dearest > 0 else "", dearest
        highest = float(prices[room].max())
        floors = self.bounds.floors[where]
        return "floor" if highest < 0 and floors.any() and (amounts == floors).all() else "", highest


def _shares(quota: Quota) -> dict[str, float]:
    """The measures of a weight with their shares."""
    return {quota.weight: 1.0} if isinstance(quota.weight, str) else {part.measure: part.share for part in quota.weight}


def _finite(value: float) -> float:
    return float(value) if math.isfinite(value) else math.nan
