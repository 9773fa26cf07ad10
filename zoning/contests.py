"""A contest for whole steps: Webster's method inside bounds, exact to the last tie."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zoning.steps import Counts, exact_number

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Objects = npt.NDArray[np.object_]

_FEW = 4096
"""So many steps are ordered exactly without a further halving of the bracket."""
_NOISE = 2.0**-44
"""Relative width that floating point cannot see through; see ``Contest._between``."""


@dataclass(frozen=True)
class Webster:
    """A feasible apportionment in whole steps; arrays follow the units.

    Place k of a unit is its step number k, counted from 0; its quotient is weight / (k + 1/2). The steps above the
    floors go in the order of their quotients, the largest first, ties by id.

    Attributes
    ----------
    ids : object array
        Unique.
    weights : object array
        As they were given: numbers from 0 up to 1e250, above 0 from 1e-250.
    sizes : float64 array
        The weights in floating point.
    total : int
        Steps to hand out, at least the sum of the floors and at most that of the ceilings.
    floors, ceilings : int64 arrays
        Of each unit; the ceiling is at most the total, and the floor where the weight is 0.
    """

    ids: Objects
    weights: Objects
    sizes: Floats
    total: int
    floors: Counts
    ceilings: Counts

    def part(self, units: Counts, total: int) -> Webster:
        """A contest of some units for a total of their own; ceilings above it stay as they are."""
        given = self.ids[units], self.weights[units], self.sizes[units]
        return Webster(*given, total, self.floors[units], self.ceilings[units])

    def settle(self) -> Counts:
        """The steps of each unit."""
        if self.total == int(self.floors.sum()):
            return self.floors
        if self.total == int(self.ceilings.sum()):
            return self.ceilings
        low, high = self._between()
        counts = self._round(low, -1)
        spare = self._round(high, 1) - counts
        units = np.repeat(np.arange(len(counts)), spare)
        places = counts[units] + np.arange(len(units)) - np.repeat(np.cumsum(spare) - spare, spare)
        chosen = self._order(units, places)[: self.total - int(counts.sum())]
        np.add.at(counts, units[chosen], 1)
        return counts

    def bound(self, counts: Counts) -> npt.NDArray[np.object_]:
        """The bound that made a difference to each unit.

        A floor did where its last step comes after the first step that nobody got; a ceiling did where the step above
        it comes before the last step that somebody got by weight.
        """
        labels = np.full(len(counts), "", dtype=object)
        held = np.flatnonzero((counts == self.floors) & (self.floors > 0))
        capped = np.flatnonzero((counts == self.ceilings) & (self.sizes > 0))
        open_, taken = np.flatnonzero(counts < self.ceilings), np.flatnonzero(counts > self.floors)
        labels[held[self.sizes[held] == 0]] = "floor"
        if len(open_):
            first = self._extreme(open_, counts[open_], 0)
            labels[held[~self._precede(held, counts[held] - 1, first)]] = "floor"
        if len(taken):
            last = self._extreme(taken, counts[taken] - 1, -1)
            labels[capped[self._precede(capped, counts[capped], last)]] = "ceiling"
        return labels

    def _between(self) -> tuple[float, float]:
        """Two multipliers (1 / divisor): at the lower no step is one too many, at the higher none is missing.

        ``_round`` errs on a known side, by some 2**-49. Where neither side can tell about a multiplier, moving it by
        ``_NOISE`` moves every product by more than both errors together, so that both sides can.
        """
        some = self.sizes[self.sizes > 0]
        low, high = 0.25 / float(some.max()), 2.0 * (self.total + 1) / float(some.min())
        at_low, at_high = int(self.floors.sum()), int(self.ceilings.sum())
        while at_high - at_low > _FEW and high > low * (1 + _NOISE):
            middle = math.sqrt(low) * math.sqrt(high)
            if (most := int(self._round(middle, 1).sum())) <= self.total:
                low, at_low = middle, most
            elif (least := int(self._round(middle, -1).sum())) >= self.total:
                high, at_high = middle, least
            else:
                return middle * (1 - _NOISE), middle * (1 + _NOISE)
        return low, high

    def _round(self, multiplier: float, side: int) -> Counts:
        """Weight * multiplier, rounded inside the bounds; surely not above (side -1) or below (side 1) the exact."""
        with np.errstate(over="ignore", under="ignore"):
            shares = np.minimum(self.sizes * multiplier, 2.0**52)
        halves = 0.5 + side * 2.0**-49 * (1 + shares)
        return np.clip(np.floor(shares + halves).astype(np.int64), self.floors, self.ceilings)

    def _ranks(self, units: Counts, places: Counts) -> list[int]:
        """Whole numbers that compare exactly as the quotients do.

        Two unequal fractions with denominators up to m differ by 1 / m**2 at least; scaled by more than m**2 they stay
        unequal when rounded down, and equal ones stay equal.
        """
        values = self.weights[units].tolist()
        ratios = {value: exact_number(value).as_integer_ratio() for value in set(values)}
        common = math.lcm(*(under for _, under in ratios.values()))
        odds = [2 * place + 1 for place in places.tolist()]
        scale = common << (2 * max(odds).bit_length())
        scaled = {value: over * (scale // under) for value, (over, under) in ratios.items()}
        return [scaled[value] // odd for value, odd in zip(values, odds, strict=True)]

    def _order(self, units: Counts, places: Counts) -> list[int]:
        """Positions in the exact order of the steps: the largest quotient first, ties by id."""
        ranks, ids = self._ranks(units, places), self.ids[units].tolist()
        by_id = sorted(range(len(ids)), key=ids.__getitem__)
        return sorted(by_id, key=ranks.__getitem__, reverse=True)

    def _extreme(self, units: Counts, places: Counts, which: int) -> tuple[int, int]:
        """Unit and place of the first (0) or last (-1) of some steps in the exact order."""
        quotients = self.sizes[units] / (places + 0.5)
        edge = quotients.max() if which == 0 else quotients.min()
        near = np.flatnonzero(np.abs(quotients - edge) <= edge * 1e-12)
        one = near[self._order(units[near], places[near])[which]]
        return int(units[one]), int(places[one])

    def _precede(self, units: Counts, places: Counts, other: tuple[int, int]) -> Flags:
        """Whether each step comes before another one, or is it, in the exact order."""
        quotients, edge = self.sizes[units] / (places + 0.5), self.sizes[other[0]] / (other[1] + 0.5)
        before: Flags = quotients > edge
        near = np.flatnonzero(np.abs(quotients - edge) <= edge * 1e-12)
        *ranks, rank = self._ranks(np.append(units[near], other[0]), np.append(places[near], other[1]))
        ids, own = self.ids[units[near]], self.ids[other[0]]
        before[near] = [one > rank or (one == rank and name <= own) for one, name in zip(ranks, ids, strict=True)]
        return before
