"""The plan of most gain in whole steps: greedy where that is proved, and how far from the best at the most."""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from layers.errors import LimitError
from layers.phrases import Phrase
from zoning.solver.exact_steps import Counts
from zoning.solver.linear_programmes import LinearConstraint, LpSolution, Places, Programme, solve
from zoning.solver.webster import Flags, Floats

ALL = 0
"""The node of all units, above every cap."""


class NestedCaps(NamedTuple):
    """Caps on sets of units, disjoint or one inside another, as a tree; node 0 is the total."""

    parents: tuple[int, ...]
    members: tuple[Places, ...]
    caps: tuple[int, ...]
    rows: tuple[int, ...]


class GreedyPlan(NamedTuple):
    """A best plan and what its bounds are worth."""

    amounts: Counts
    worths: Floats
    prices: Floats
    starts: Counts
    ends: Counts
    homes: npt.NDArray[np.int64]
    bound: float
    node_starts: Counts
    node_ends: Counts


def nested_caps(programme: Programme) -> NestedCaps | None:
    """The rules of a programme as nested caps under one total; None where they are of another form."""
    whole = [index for index, row in enumerate(programme.rows) if row.low == row.high]
    if len(whole) != 1 or not _nestable(programme, whole[0]):
        return None
    order = sorted(
        (index for index in range(len(programme.rows)) if index != whole[0]),
        key=lambda index: (-len(programme.rows[index].places), index),
    )
    homes = np.zeros(len(programme.gains), dtype=np.int64)
    parents, total = [-1], programme.rows[whole[0]]
    members, caps = [total.places], [int(total.high)]
    for index in order:
        row = programme.rows[index]
        around = homes[row.places]
        parent = int(around[0]) if len(around) else ALL
        if (around != parent).any():
            return None
        homes[row.places] = len(parents)
        parents.append(parent)
        members.append(row.places)
        # a cap that the total cannot reach stays above it, or it would seem to be full
        caps.append(int(min(math.floor(row.high), total.high + 1)))
    return NestedCaps(tuple(parents), tuple(members), tuple(caps), (whole[0], *order))


def _nestable(programme: Programme, total: int) -> bool:
    """Whether all rules but the total are caps on steps, and the total counts every unit once."""
    rows: Sequence[LinearConstraint] = programme.rows
    caps = (row.plain and math.isinf(row.low) and row.high >= 0 for index, row in enumerate(rows) if index != total)
    return rows[total].plain and len(rows[total].places) == len(programme.gains) and all(caps)


def allocate_greedily(programme: Programme, caps: NestedCaps) -> GreedyPlan | None:
    """The best plan under nested caps, in whole steps; None where there is no plan at all.

    Notes
    -----
    Every unit first has its lower bound. Then the units take what they can in the order of their gains, ties in the
    order of their places, and each cap stops those inside it: sets under nested caps are a matroid in which that is
    best (J. Edmonds, *Submodular functions, matroids, and certain polyhedra*, 1970). Inner caps first, each is one
    cumulative sum. The worth of a step inside a full cap is the gain of the last unit that got some, and never less
    than outside of it; these worths are a plan of the dual programme, so that its value bounds what any plan can gain.

    Examples
    --------
    >>> total = LinearConstraint("total", "the total", np.arange(3), np.ones(3), 10, 10)
    >>> cap = LinearConstraint("group-1", "a group", np.array([1, 2]), np.ones(2), -np.inf, 6)
    >>> bounds = np.zeros(3, dtype=int), np.array([9, 5, 9])
    >>> programme = Programme(np.array([1.0, 3.0, 2.0]), *bounds, (total, cap))
    >>> filling = allocate_greedily(programme, nested_caps(programme))
    >>> filling.amounts.tolist(), filling.bound, filling.prices.tolist(), filling.worths.tolist()
    ([4, 5, 1], 21.0, [0.0, 1.0, 0.0], [1.0, 2.0])
    """
    order = _by_gain(programme.gains)
    ranked = _ranked_by_gain(order, caps)
    rooms = programme.upper - programme.lower
    for node in range(len(caps.caps) - 1, -1, -1):
        slack = caps.caps[node] - int(programme.lower[caps.members[node]].sum())
        if slack < 0:
            return None
        filled = np.cumsum(rooms[ranked[node]])
        np.minimum(filled, slack, out=filled)
        filled[1:] -= filled[:-1].copy()
        rooms[ranked[node]] = filled
    amounts = programme.lower + rooms
    if int(amounts.sum()) < caps.caps[ALL]:
        return None
    return _Pricing(programme, caps, amounts, order, ranked).price()


def _by_gain(gains: Floats) -> Places:
    """Places by falling gain, and by place where gains are the same."""
    order = np.argsort(-gains)  # faster than a sort that keeps ties in order, and so is what follows
    sorted_gains = gains[order]
    groups = np.zeros(len(gains), dtype=np.int64)
    np.cumsum(sorted_gains[1:] != sorted_gains[:-1], out=groups[1:])
    groups *= len(gains)
    order += groups
    order.sort()
    order -= groups
    return order


def _ranked_by_gain(order: Places, caps: NestedCaps) -> list[Places]:
    """Of each node its units in the order of all."""
    depths = np.zeros(len(caps.parents), dtype=np.int64)
    for node, parent in list(enumerate(caps.parents))[1:]:
        depths[node] = depths[parent] + 1
    ranked: list[Places] = [order] * len(depths)
    for depth in range(1, int(depths.max()) + 1):
        nodes = np.flatnonzero(depths == depth).tolist()  # which have no unit in common
        labels = np.zeros(len(order), dtype=np.min_scalar_type(len(depths)))
        for node in nodes:
            labels[caps.members[node]] = node
        ordered_labels = labels[order]
        sorted_places = order[np.argsort(ordered_labels, kind="stable")]
        ends = np.cumsum(np.bincount(ordered_labels, minlength=len(depths))).tolist()
        for node in nodes:
            ranked[node] = sorted_places[ends[node - 1] : ends[node]]
    return ranked


def _one_of(flags: Flags) -> Places:
    """The first place that is flagged, where there is one."""
    first = int(flags.argmax()) if len(flags) else 0
    return np.arange(first, first + 1 if len(flags) and flags[first] else first)


class _Pricing(NamedTuple):
    """What the bounds of a best plan are worth: found by moving one step from one unit to another."""

    programme: Programme
    caps: NestedCaps
    amounts: Counts
    order: Places
    ranked: Sequence[Places]

    def price(self) -> GreedyPlan:
        """The filling with its prices."""
        full, homes, slack = self._full()
        rank = np.empty(len(self.order), dtype=np.int64)
        rank[self.order] = np.arange(len(self.order))
        at_home = {node: self._at_home(node, full, homes) for node in full}
        givers = self._last(full, self.amounts > self.programme.lower)
        takers = self._first(at_home, self.amounts < self.programme.upper)
        prices, starts, ends = np.zeros(len(rank)), self.amounts.copy(), self.amounts.copy()
        gains, lower, upper = self.programme.gains, self.programme.lower, self.programme.upper
        at_ceiling, at_floor = self.amounts == upper, self.amounts == lower
        for node, mine in at_home.items():
            giver, taker = givers[node], takers[node]
            alike = giver is not None and taker is not None and gains[giver] == gains[taker]
            if giver is not None:
                paid = mine[: bisect_left(mine, rank[giver], key=rank.__getitem__)]
                paid = paid[at_ceiling[paid]]
                prices[paid] = gains[paid] - gains[giver]
                ends[paid] += np.minimum(slack[paid], self.amounts[giver] - lower[giver])
                if taker is not None and alike:
                    starts[paid] -= np.minimum(upper[taker] - self.amounts[taker], slack[taker])
            if taker is not None:
                forced = mine[bisect_right(mine, rank[taker], key=rank.__getitem__) :]
                forced = forced[at_floor[forced]]
                prices[forced] = gains[forced] - gains[taker]
                starts[forced] -= np.minimum(upper[taker] - self.amounts[taker], slack[taker])
                if giver is not None and alike:
                    ends[forced] += np.minimum(slack[forced], self.amounts[giver] - lower[giver])
        worths = self._worths(full, homes, givers)
        bound = self._bound(worths, homes, full)
        reaches = self._reaches(at_home, givers, worths, slack)
        return GreedyPlan(self.amounts, worths, prices, np.maximum(starts, 0), ends, homes, bound, *reaches)

    def _at_home(self, node: int, full: list[int], homes: Places) -> Places:
        """The units whose innermost full node it is, in the order of all."""
        inner = any(node in itertools.islice(self._above(other), 1, None) for other in full)
        return self.ranked[node][homes[self.ranked[node]] == node] if inner else self.ranked[node]

    def _full(self) -> tuple[list[int], Places, Counts]:
        """The nodes that are full; of each unit the innermost of them, and the room left in the others around it."""
        homes, slack = np.zeros(len(self.amounts), dtype=np.int64), np.full(len(self.amounts), 2**62)
        full = [ALL]
        for node, members in list(enumerate(self.caps.members))[1:]:
            left = self.caps.caps[node] - int(self.amounts[members].sum())
            if left == 0:
                full.append(node)
                homes[members] = node
                slack[members] = 2**62
            else:
                slack[members] = np.minimum(slack[members], left)
        return full, homes, slack

    def _last(self, full: list[int], taken: Flags) -> dict[int, int | None]:
        """Of each full node the last unit in the order that has more than its lower bound."""
        last: dict[int, int | None] = {}
        for node in full:
            ranked = self.ranked[node]
            some = np.flatnonzero(taken[ranked])
            last[node] = int(ranked[some[-1]]) if len(some) else None
        return last

    def _first(self, at_home: Mapping[int, Places], open_: Flags) -> dict[int, int | None]:
        """Of each full node the first unit that could take what a unit inside the node gives up."""
        first: dict[int, int | None] = {}
        for node, mine in at_home.items():
            chain = set(self._above(node))
            above = next(
                (candidate for candidate in list(at_home)[::-1] if candidate in chain and candidate != node), None
            )
            options = mine[_one_of(open_[mine])].tolist()
            if above is not None and first[above] is not None:
                options.append(first[above])
            first[node] = min(options, key=lambda unit: (-self.programme.gains[unit], unit)) if options else None
        return first

    def _above(self, node: int) -> Iterator[int]:
        while node >= 0:
            yield node
            node = self.caps.parents[node]

    def _worths(self, full: list[int], homes: Places, givers: dict[int, int | None]) -> Floats:
        """Of each node what a step of room inside it is worth; of one that is not full as much as around it."""
        worths = np.zeros(len(self.caps.caps))
        for node in range(len(worths)):
            around = worths[self.caps.parents[node]] if node != ALL else -math.inf
            if node not in full:
                worths[node] = around
                continue
            giver = givers[node]
            if giver is not None:
                least = float(self.programme.gains[giver])
            else:
                open_ = (homes == node) & (self.amounts < self.programme.upper)
                least = float(self.programme.gains[open_].max(initial=-math.inf))
            worths[node] = max(around, least)
        return np.where(np.isfinite(worths), worths, 0.0)

    def _reaches(
        self, at_home: Mapping[int, Places], givers: dict[int, int | None], worths: Floats, slack: Counts
    ) -> tuple[Counts, Counts]:
        """How far the cap of each node can move while the same units give and take at its worth."""
        lower, upper, gains = self.programme.lower, self.programme.upper, self.programme.gains
        starts, ends = (np.array(self.caps.caps, dtype=np.int64) for _ in range(2))
        # a cap around a unit may leave it less room than its own bound
        rooms, spares = np.minimum(upper - self.amounts, slack), self.amounts - lower
        takers: dict[int, int | None] = {}
        for node, mine in at_home.items():
            some = mine[_one_of((rooms[mine] > 0) & (gains[mine] == worths[node]))].tolist()
            takers[node] = some[0] if some else None
        for node in at_home:
            around = self.caps.parents[node]
            giver, taker, outside = givers[node], takers[node], givers.get(around) if node != ALL else None
            receiver = takers.get(around)
            if taker is not None:
                gives = spares[outside] if outside is not None else 0
                ends[node] += rooms[taker] if node == ALL else min(rooms[taker], gives)
            if giver is not None:
                takes = rooms[receiver] if receiver is not None else 0
                starts[node] -= spares[giver] if node == ALL else min(spares[giver], takes)
        return starts, ends

    def _bound(self, worths: Floats, homes: Places, full: list[int]) -> float:
        """The value of the dual plan."""
        reduced = self.programme.gains - worths[homes]
        held = np.where(reduced > 0, self.programme.upper, self.programme.lower)
        nodes = [
            (worths[node] - (worths[self.caps.parents[node]] if node != ALL else 0.0)) * self.caps.caps[node]
            for node in full
        ]
        return math.fsum((*nodes, float(reduced @ held)))


Method = Literal["ranking", "linear", "whole", "cuts"]

_WHOLE = 1e-6
"""So near to a whole number an amount in steps is that number."""
_KEPT = 1e-6
"""By so much of a step a sum that is no count may be beyond its bound: what the solver can tell."""
_CORES = (60, 600)
"""So many units around the margin are searched for whole steps, the others keep their bounds; then all."""
_NOISE = 1e-6
"""So much of the largest gain may a price be off."""
_MANY = 2000
"""Among more units all together are searched only where a core has no plan."""
_GOOD = 1e-9
"""A gap, relative to the value, for which no larger core is searched."""


@dataclass(frozen=True)
class Optimum:
    """A plan in whole steps with its prices."""

    method: Method
    amounts: Counts
    value: float
    bound: float
    prices: Floats
    starts: Floats
    ends: Floats
    duals: Floats
    row_starts: Floats
    row_ends: Floats


def find_best(programme: Programme) -> Optimum | None:
    """The plan of most gain; None where there is none in whole steps.

    Notes
    -----
    Where all rules but the total are caps on steps, apart or nested, ranking finds the plan and its prices prove that
    none is better. Otherwise HiGHS solves the linear programme. Its plan has parts of steps in no more units than there
    are rules; whole steps are searched for among the units whose price is nearest to 0, the others keep the bound at
    which they are. No plan that is better moves a unit whose price is above the gap, so that the search has the best
    plan where it is among all the others. Prices are those of the linear programme.

    Examples
    --------
    >>> total = LinearConstraint("total", "the total", np.arange(3), np.ones(3), 10, 10)
    >>> water = LinearConstraint("limit-water", "water", np.arange(3), np.array([1.0, 3.0, 2.0]), -np.inf, 20, "m3")
    >>> bounds = np.zeros(3, dtype=int), np.array([9, 9, 9])
    >>> best = find_best(Programme(np.array([1.0, 3.0, 2.0]), *bounds, (total, water)))
    >>> best.method, best.amounts.tolist(), best.value, best.bound, best.duals.tolist()
    ('linear', [5, 5, 0], 20.0, 20.0, [0.0, 1.0])
    """
    caps = nested_caps(programme)
    if caps is not None:
        filling = allocate_greedily(programme, caps)
        return None if filling is None else _ranked(programme, caps, filling)
    answer = solve(programme)
    if not answer.feasible:
        return None
    amounts = np.rint(answer.amounts).astype(np.int64)
    if np.abs(answer.amounts - amounts).max(initial=0.0) <= _WHOLE and keeps_rules(programme, amounts):
        return _priced(programme, answer, amounts, "linear", answer.bound)
    return _search(programme, answer)


def keeps_rules(programme: Programme, amounts: Counts) -> bool:
    """Whether whole steps keep all rules, exactly where steps are counted."""
    return not any(True for _ in broken_rules(programme, amounts))


def broken_rules(programme: Programme, amounts: Counts) -> Iterator[LinearConstraint]:
    """The rules that amounts do not keep."""
    for row in programme.rows:
        row_amounts = amounts[row.places]
        if row.plain:
            total: float = int(row_amounts.sum())
            room = 0.0
        else:
            total = math.fsum(row.coefficients * row_amounts)
            room = _KEPT * row.size
        if not row.low - room <= total <= row.high + room:
            yield row


def exact_gain(programme: Programme, amounts: Counts) -> float:
    """What whole steps gain, correctly rounded."""
    return math.fsum((programme.gains * amounts)[amounts != 0].tolist())


def _ranked(programme: Programme, caps: NestedCaps, filling: GreedyPlan) -> Optimum:
    """A filling with the worth of each rule: of room inside it over room around it."""
    count = len(programme.rows)
    duals, starts, ends = np.zeros(count), np.full(count, np.nan), np.full(count, np.nan)
    for node, row in enumerate(caps.rows):
        around = filling.worths[caps.parents[node]] if node != ALL else 0.0
        duals[row] = filling.worths[node] - around
        if duals[row]:
            starts[row], ends[row] = filling.node_starts[node], filling.node_ends[node]
    value = exact_gain(programme, filling.amounts)
    priced = filling.prices != 0
    return Optimum(
        "ranking",
        filling.amounts,
        value,
        # ranking is exact: what is between the two sums is rounding
        value if abs(filling.bound - value) <= _GOOD * max(1.0, abs(value)) else filling.bound,
        filling.prices,
        np.where(priced, filling.starts, np.nan),
        np.where(priced, filling.ends, np.nan),
        duals,
        starts,
        ends,
    )


def _priced(programme: Programme, answer: LpSolution, amounts: Counts, method: Method, bound: float) -> Optimum:
    value = exact_gain(programme, amounts)
    rows = answer.duals, answer.row_starts, answer.row_ends
    optimum = Optimum(method, amounts, value, max(value, bound), answer.prices, answer.starts, answer.ends, *rows)
    return at_bounds(programme, optimum)


def at_bounds(programme: Programme, best: Optimum) -> Optimum:
    """The same plan without the prices of bounds that its whole steps do not reach."""
    reached = np.where(best.prices > 0, best.amounts == programme.upper, best.amounts == programme.lower)
    return replace(
        best,
        prices=np.where(reached, best.prices, 0.0),
        starts=np.where(reached, best.starts, np.nan),
        ends=np.where(reached, best.ends, np.nan),
    )


def _search(programme: Programme, answer: LpSolution) -> Optimum | None:
    """Whole steps near the plan of the linear programme."""
    order = np.lexsort((np.arange(len(answer.prices)), np.abs(answer.prices)))
    parts = np.abs(answer.amounts - np.rint(answer.amounts)) > _WHOLE
    best: Counts | None = None
    bound, value = answer.bound, -math.inf
    noise = _NOISE * float(np.abs(programme.gains).max(initial=0.0))
    for size in (*_CORES, len(order)):
        if best is not None and size > max(_MANY, _CORES[-1]):
            break
        core = parts.copy()
        core[order[:size]] = True
        candidate = _among(programme, answer, core)
        if candidate is not None:
            amounts, reach = candidate
            if exact_gain(programme, amounts) > value:
                best, value = amounts, exact_gain(programme, amounts)
            # a step of a unit whose price is above the gap would lose more than any plan could win
            if core[np.abs(answer.prices) <= bound - value + noise].all():
                bound = min(bound, max(value, reach))
        if core.all() or bound - value <= _GOOD * max(1.0, abs(value)):
            break
    return None if best is None else _priced(programme, answer, best, "whole", bound)


def _among(programme: Programme, answer: LpSolution, core: Flags) -> tuple[Counts, float] | None:
    """The best whole steps of some units where the others keep theirs, and what these units cannot exceed."""
    amounts = np.rint(answer.amounts).astype(np.int64)
    few = programme.among(core, amounts)
    solution = solve(few, whole=True)
    if not solution.feasible:
        return None
    amounts[core] = np.rint(solution.amounts)
    for row in broken_rules(programme, amounts):
        raise LimitError(
            Phrase("the solver's numbers are too coarse for this rule: {rule}; take a larger step", rule=row.words)
        )
    return amounts, exact_gain(programme, amounts) + (solution.bound - solution.value)
