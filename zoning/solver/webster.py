"""Webster's method in whole steps with bounds, and groups of units, each with a least and a most."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.errors import LimitError, SourceError, ZoneplanError, shown
from layers.numerals import how_to_write, stray_texts
from layers.phrases import Phrase
from zoning.errors import InfeasibleError, MissingValueError
from zoning.solver.exact_steps import UNLIMITED, Counts, Number, Step, exact_number
from zoning.unit_ids import keep_ids

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
        odds = [2 * seat + 1 for seat in places.tolist()]
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
        index = near[self._order(units[near], places[near])[which]]
        return int(units[index]), int(places[index])

    def _precede(self, units: Counts, places: Counts, other: tuple[int, int]) -> Flags:
        """Whether each step comes before another one, or is it, in the exact order."""
        quotients, edge = self.sizes[units] / (places + 0.5), self.sizes[other[0]] / (other[1] + 0.5)
        before: Flags = quotients > edge
        near = np.flatnonzero(np.abs(quotients - edge) <= edge * 1e-12)
        *ranks, rank = self._ranks(np.append(units[near], other[0]), np.append(places[near], other[1]))
        ids, other_id = self.ids[units[near]], self.ids[other[0]]
        before[near] = [
            step_rank > rank or (step_rank == rank and name <= other_id)
            for step_rank, name in zip(ranks, ids, strict=True)
        ]
        return before


Bound: TypeAlias = Number | pd.Series

_LARGEST, _SMALLEST = 1e250, 1e-250


@keep_ids("weights", "floor", "ceiling")
def apportion(
    weights: pd.Series, total: Number, step: Number = 1, floor: Bound = 0, ceiling: Bound | None = None
) -> pd.Series:
    """The amount of each unit: whole steps, in proportion to weights, inside bounds, summing exactly to the total.

    Parameters
    ----------
    weights : Series
        Index: ids, unique. Numbers from 0 up, none missing (float, int or Decimal). Floats count as what they print.
    total : Decimal or float or int or str
        What is handed out; a whole multiple of ``step``.
    step : Decimal or float or int or str
        The smallest amount.
    floor, ceiling : number or Series
        The least and the most of each unit; a Series is aligned by id. Floors are rounded up to whole steps, ceilings
        down.

    Returns
    -------
    Series of Decimal
        Index as ``weights``, with as many decimals as the step has.

    Raises
    ------
    MissingValueError
        A weight or a bound is missing.
    SourceError
        A weight or a bound is negative, or two weights have one id.
    InfeasibleError
        The total is no multiple of the step, a floor is above its ceiling, the floors come to more or the ceilings to
        less than the total, or nobody has a weight: the message says by how much.
    LimitError
        More than 2**50 steps.

    Notes
    -----
    The bounded divisor method of Webster and Sainte-Laguë: there is a divisor d with

        amount = step * min(max(round(weight / d), floor), ceiling)        and        sum of amounts = total.

    Put in another way, every unit first has its floor, and each further step goes to the unit with the largest
    ``weight / (steps so far + 1/2)`` among those below their ceiling. Ties go to the id that sorts first, whatever the
    order of the rows. A unit without weight has its floor and no more. A larger total never means less for anyone,
    which largest remainders cannot promise: M. L. Balinski and H. P. Young, *Fair Representation*, Yale University
    Press, 1982. The divisor is found by bisection in floating point, as far as its rounding can tell; the steps near it
    are ordered in whole numbers.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> people = pd.Series({"north": 57, "middle": 10, "south": 60})
    >>> zp.apportion(people, 6).astype(int).to_dict()
    {'north': 3, 'middle': 0, 'south': 3}
    >>> floors = pd.Series({"north": 0, "middle": 1, "south": 0})
    >>> zp.apportion(people, 6, step="0.5", floor=floors, ceiling="2.5").to_dict()
    {'north': Decimal('2.5'), 'middle': Decimal('1.0'), 'south': Decimal('2.5')}
    """
    return apportion_with_bounds(weights, total, step, floor, ceiling)[0]


def apportion_with_bounds(
    weights: pd.Series, total: Number, step: Number = 1, floor: Bound = 0, ceiling: Bound | None = None
) -> tuple[pd.Series, pd.Series]:
    """The amounts of :func:`apportion` and the bounds of :func:`find_binding`, at once."""
    ruler = Step.of(step)
    contest = _enter(weights, total, ruler, floor, ceiling)
    counts = contest.settle()
    amounts = ruler.amounts(counts, weights.index).rename("amount")
    return amounts, pd.Series(contest.bound(counts), index=weights.index, name="binding", dtype="str")


def find_binding(
    weights: pd.Series, amounts: pd.Series, step: Number = 1, floor: Bound = 0, ceiling: Bound | None = None
) -> pd.Series:
    """Which bound made a difference to each unit: without it, the unit alone would have less or more.

    Examples
    --------
    >>> weights = pd.Series({"a": 60, "b": 30, "c": 10})
    >>> find_binding(weights, apportion(weights, 10, floor=2), floor=2).to_dict()
    {'a': '', 'b': '', 'c': 'floor'}
    """
    ruler = Step.of(step)
    contest = _enter(weights, sum(amounts, start=exact_number(0)), ruler, floor, ceiling)
    bound = contest.bound(ruler.counts(amounts.loc[weights.index], "down"))
    return pd.Series(bound, index=weights.index, name="binding", dtype="str")


def counted_ids(ids: pd.Index | Objects) -> str:
    """How many units and the first five of them, as messages show them.

    Examples
    --------
    >>> counted_ids(pd.Index(["b", "a"]))
    "2 units: 'a', 'b'"
    """
    return Phrase(
        "{count} unit: {ids}" if len(ids) == 1 else "{count} units: {ids}", count=len(ids), ids=shown(sorted(ids))
    )


def _enter(weights: pd.Series, total: Number, ruler: Step, floor: Bound, ceiling: Bound | None) -> Webster:
    """The contest, once everything that could not be settled has been refused."""
    weights = weights.astype(int) if weights.dtype == bool else weights
    sizes = measure_weights(weights)
    steps = ruler.count(total)
    if steps is None:
        over = exact_number(total) - ruler.below(total)
        raise InfeasibleError(
            Phrase(
                "the total of {total} is no whole multiple of the step {step}: {rest} are left over; take {least} or "
                "a smaller step",
                total=total,
                step=ruler.size,
                rest=over,
                least=ruler.below(total),
            ),
            code="total_and_step",
        )
    if steps < 0:
        raise InfeasibleError(Phrase("the total of {total} is below 0", total=total), code="negative_total")
    floors, ceilings = count_floors(floor, weights.index, ruler), count_ceilings(ceiling, weights.index, ruler)
    refuse_crossed_bounds(weights.index, ruler, floors, ceilings)
    return make_contest(weights, sizes, steps, floors, ceilings, ruler)


def make_contest(
    weights: pd.Series, sizes: Floats, steps: int, floors: Counts, ceilings: Counts, ruler: Step
) -> Webster:
    """A contest for whole steps between bounds in whole steps; refuses bounds that contradict the total."""
    refuse_huge(steps, len(weights), ruler)
    reach = np.where(sizes > 0, ceilings, floors)
    ids, given = weights.index.to_numpy(dtype=object), weights.to_numpy(dtype=object)
    contest = Webster(ids, given, sizes, steps, floors, reach)
    _refuse_sums(contest, ruler)
    return replace(contest, ceilings=np.minimum(reach, steps))


def refuse_huge(steps: int, count: int, ruler: Step) -> None:
    """Refuse more steps than can be counted exactly for so many receivers."""
    if max(steps, 1) * count > UNLIMITED or steps > 2**50:
        raise LimitError(
            Phrase(
                "a total of {total} for {count} units is too many steps of {step}; take a larger step",
                total=ruler.amount(steps),
                count=count,
                step=ruler.size,
            )
        )


def measure_weights(weights: pd.Series) -> Floats:
    """The weights in floating point; refuses what :func:`apportion` refuses of weights."""
    if not weights.index.is_unique:
        twice = weights.index[weights.index.duplicated()].unique()
        raise SourceError(
            Phrase("weights: the ids are not unique: {ids}", ids=shown(twice)),
            code="duplicate",
            features=sorted(twice),
        )
    refuse_text(weights, Phrase("weight"))
    sizes: Floats = weights.to_numpy(dtype=float, na_value=np.nan)
    _refuse_missing(weights.index, ~np.isfinite(sizes), Phrase("weight"))
    _refuse_negative(weights.index, sizes < 0, Phrase("weight"))
    odd = weights.index[(sizes > _LARGEST) | ((sizes < _SMALLEST) & (weights != 0).to_numpy(dtype=bool))]
    if len(odd):
        raise LimitError(
            Phrase(
                "weights must be 0 or between {smallest} and {largest}, other than those of {ids}",
                smallest=_SMALLEST,
                largest=_LARGEST,
                ids=counted_ids(odd),
            ),
            features=sorted(odd),
        )
    return sizes


def count_floors(floor: Bound | None, index: pd.Index, ruler: Step) -> Counts:
    """Floors in whole steps, rounded up, 0 where there is none; refuses what is missing, negative or no number."""
    floors = _steps(0 if floor is None else floor, index, ruler, "up")
    _refuse_negative(index, floors < 0, Phrase("floor"))
    return floors


def count_ceilings(ceiling: Bound | None, index: pd.Index, ruler: Step) -> Counts:
    """Ceilings in whole steps, rounded down, ``UNLIMITED`` where there is none; refuses as :func:`count_floors`."""
    ceilings = _steps(ceiling, index, ruler, "down")
    _refuse_negative(index, ceilings < 0, Phrase("ceiling"))
    return ceilings


def _steps(bound: Bound | None, index: pd.Index, ruler: Step, towards: Literal["up", "down"]) -> Counts:
    """A bound of each unit in whole steps."""
    if bound is None:
        return np.full(len(index), UNLIMITED)
    what = Phrase("floor") if towards == "up" else Phrase("ceiling")
    if not isinstance(bound, pd.Series):
        number = exact_number(bound)
        if number.is_nan() or (number.is_infinite() and towards == "up"):
            raise ZoneplanError(
                Phrase("the {bound} of {number} is not a finite number", bound=what, number=bound), code="number"
            )
        return np.repeat(ruler.counts(pd.Series([number], dtype=object), towards), len(index))
    refuse_text(bound, what)
    aligned = bound.reindex(index)
    sizes = aligned.to_numpy(dtype=float, na_value=np.nan)
    _refuse_missing(index, np.isnan(sizes) | (np.isinf(sizes) & (towards == "up")), what)
    return ruler.counts(aligned, towards)


def refuse_text(values: pd.Series, what: str) -> None:
    """Refuse a column of texts where numbers are needed."""
    numeric = pd.api.types.is_numeric_dtype(values.dtype)
    typed = values.dtype != object and values.notna().any()
    if not numeric and (typed or any(isinstance(value, str) for value in values)):
        odd = stray_texts(values).sort_index()
        raise ZoneplanError(
            Phrase(
                "the {bound} is text, not a number, as in {values}, for {ids}. {remedy}.",
                bound=what,
                values=shown(odd.unique()[:3]),
                ids=counted_ids(odd.index),
                remedy=how_to_write(odd),
            ),
            code="text",
            features=odd.index,
        )


def _refuse_missing(index: pd.Index, missing: Flags, what: str) -> None:
    ids = index[missing]
    if len(ids):
        raise MissingValueError(
            Phrase(
                "the {bound} is missing or not finite for {ids}; give a number, 0 included",
                bound=what,
                ids=counted_ids(ids),
            ),
            features=sorted(ids),
        )


def _refuse_negative(index: pd.Index, negative: Flags, what: str) -> None:
    ids = index[negative]
    if len(ids):
        raise SourceError(
            Phrase("the {bound} is below 0 for {ids}; give 0 or more", bound=what, ids=counted_ids(ids)),
            code=f"negative_{what}",
            features=sorted(ids),
        )


def refuse_crossed_bounds(index: pd.Index, ruler: Step, floors: Counts, ceilings: Counts) -> None:
    """Refuse bounds that contradict each other in one unit."""
    crossed = np.flatnonzero(floors > ceilings)
    if len(crossed):
        ids, position = index[crossed], crossed[index[crossed].argmin()]
        low, high = ruler.amount(int(floors[position])), ruler.amount(int(ceilings[position]))
        raise InfeasibleError(
            Phrase(
                "the floor is above the ceiling for {ids}; the floor of '{unit}' is {floor}, its ceiling {ceiling}, a "
                "gap of {gap} (floors are rounded up to the step of {step}, ceilings down)",
                ids=counted_ids(ids),
                unit=index[position],
                floor=low,
                ceiling=high,
                gap=low - high,
                step=ruler.size,
            ),
            code="floor_above_ceiling",
            features=sorted(ids),
        )


def _refuse_sums(contest: Webster, ruler: Step) -> None:
    """Refuse bounds that contradict the total."""
    total, least, most = contest.total, sum(contest.floors.tolist()), sum(contest.ceilings.tolist())
    if least > total:
        raise InfeasibleError(
            Phrase(
                "the floors come to {floors}, which is {gap} more than the total of {total}; lower the floors or "
                "raise the total",
                floors=ruler.amount(least),
                gap=ruler.amount(least - total),
                total=ruler.amount(total),
            ),
            code="floors_above_total",
        )
    if most >= total:
        return
    left = ruler.amount(total - most)
    if not (contest.sizes > 0).any():
        raise InfeasibleError(
            Phrase(
                "all weights are 0 and {left} of {total} are left to share; give a weight to some unit",
                left=left,
                total=ruler.amount(total),
            ),
            code="no_weight",
        )
    idle = contest.ids[contest.sizes == 0]
    more = Phrase("; without a weight, and so with their floor only: {ids}", ids=counted_ids(idle)) if len(idle) else ""
    raise InfeasibleError(
        Phrase(
            "the ceilings come to {ceilings}, which is {gap} less than the total of {total}; raise the ceilings or "
            "lower the total{note}",
            ceilings=ruler.amount(most),
            gap=left,
            total=ruler.amount(total),
            note=more,
        ),
        code="ceilings_below_total",
    )


ALL = 0
"""The node of all units, above every group."""


@dataclass(frozen=True)
class GroupTree:
    """A tree of groups over the units of a contest; node 0 is all of them."""

    parents: tuple[int, ...]
    homes: Counts
    lows: tuple[int, ...]
    highs: tuple[int, ...]

    def only(self, units: Counts) -> GroupTree:
        """The same groups over some of the units."""
        return replace(self, homes=self.homes[units])

    def at_home(self, counts: Counts) -> list[int]:
        """What the units whose innermost node it is have together, of each node."""
        totals = np.zeros(len(self.parents), dtype=np.int64)
        np.add.at(totals, self.homes, counts)
        return [int(total) for total in totals]

    def sums(self, counts: Counts) -> list[int]:
        """What all units of each node have together."""
        totals = self.at_home(counts)
        for node in range(len(totals) - 1, ALL, -1):
            totals[self.parents[node]] += totals[node]
        return totals

    def reach(self, floors: Counts, ceilings: Counts) -> tuple[list[int], list[int]]:
        """The least and the most that each node can have, bounds of its units and of the groups inside it included.

        Ceilings must be so small that their sum is a whole number of 64 bits.
        """
        least, most = self.at_home(floors), self.at_home(ceilings)
        for node in range(len(self.parents) - 1, -1, -1):
            least[node], most[node] = max(least[node], self.lows[node]), min(most[node], self.highs[node])
            if node != ALL:
                least[self.parents[node]] += least[node]
                most[self.parents[node]] += most[node]
        return least, most


class CrossingError(ValueError):
    """Two groups that share units while each has others beside; ``args`` are their places in the list."""


def group_tree(members: list[Flags], count: int) -> tuple[GroupTree, list[int]]:
    """The tree of some groups, and the node of each; of two with the same units the later is inside the earlier."""
    order = sorted(range(len(members)), key=lambda index: (-int(members[index].sum()), index))
    homes = np.zeros(count, dtype=np.int64)
    parents, nodes = [-1], [ALL] * len(members)
    for index in order:
        node, units = len(parents), np.flatnonzero(members[index])
        around = np.unique(homes[units]).tolist()
        if len(around) > 1:
            other = next(candidate for candidate in order if nodes[candidate] == max(around))
            raise CrossingError(min(index, other), max(index, other))
        parents.append(around[0] if around else ALL)
        nodes[index] = node
        homes[units] = node
    bounds = (0,) * len(parents), (UNLIMITED,) * len(parents)
    return GroupTree(tuple(parents), homes, *bounds), nodes


def apportion_groups(contest: Webster, family: GroupTree) -> tuple[Counts, list[tuple[int, Counts]]]:
    """The steps of each unit, and the parts that share them out among themselves.

    Notes
    -----
    One step after the other goes to the unit with the largest weight / (steps so far + 1/2) among those that can take
    it so that all bounds can still be kept; ties go to the id that sorts first. That minimises the sum of
    amount**2 / weight over all whole amounts inside the bounds (Federgruen and Groenevelt, *Operations Research* 34,
    1986). Here it is found by decomposition (Groenevelt, *European Journal of Operational Research* 54, 1991): share
    without the groups; where that breaks them, the labels of least cost on the tree say which nodes are at their bound;
    cut these off with what they have, and share again on both sides of each cut.
    """
    fixed = {ALL: contest.total}
    counts, parts = contest.floors.copy(), []
    waiting = [ALL]
    while waiting:
        top = waiting.pop()
        tops = _tops(family.parents, fixed)
        inside = [node for node in range(len(tops)) if tops[node] == top]
        units = np.flatnonzero(np.isin(family.homes, inside))
        below = [node for node in fixed if node != ALL and tops[family.parents[node]] == top and node != top]
        total = fixed[top] - sum(fixed[node] for node in below)
        if len(units):
            alone = contest.part(units, total)
            reach = np.minimum(alone.ceilings, max(total, 0))
            counts[units] = replace(alone, ceilings=reach).settle()
        cuts = list(_cuts(family, inside, below, fixed, counts))
        if not cuts:
            parts.append((top, units))
            continue
        fixed |= dict(cuts)
        waiting += [top, *(node for node, _ in cuts)]
    return counts, sorted(parts, key=lambda part: part[0])


def _tops(parents: tuple[int, ...], fixed: dict[int, int]) -> list[int]:
    """The innermost fixed node around each node, itself included."""
    tops: list[int] = []
    for node, parent in enumerate(parents):
        tops.append(node if node in fixed else tops[parent])
    return tops


def _cuts(
    family: GroupTree, inside: list[int], below: list[int], fixed: dict[int, int], counts: Counts
) -> Iterator[tuple[int, int]]:
    """The nodes to cut off, each with what it has: the cut of least cost, where that is below 0.

    A node with label 1 takes as much as it can, one with label 0 as little. Label 1 under 0 costs what the node has
    left to its most, 0 under 1 what it has above its least.
    """
    at_home = family.at_home(counts)
    have = {node: at_home[node] for node in inside}
    for node in below:
        have[family.parents[node]] += fixed[node]
    for node in reversed(inside[1:]):
        have[family.parents[node]] += have[node]
    cost = {node: [0, 0] for node in inside}
    choice: dict[int, list[int]] = {}
    for node in reversed(inside[1:]):
        steps = {(0, 1): have[node] - family.lows[node], (1, 0): family.highs[node] - have[node]}
        choice[node] = []
        for above in (0, 1):
            same, other = cost[node][above], cost[node][1 - above] + steps[1 - above, above]
            choice[node].append(above if same <= other else 1 - above)
            cost[family.parents[node]][above] += min(same, other)
    least = min(cost[inside[0]])
    if least >= 0:
        return
    labels = {inside[0]: cost[inside[0]].index(least)}
    for node in inside[1:]:
        above = labels[family.parents[node]]
        labels[node] = choice[node][above]
        if labels[node] != above:
            yield node, family.highs[node] if labels[node] else family.lows[node]
