"""Groups of units, disjoint or one inside another, each with a least and a most that it gets together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from zoning.solver.exact_steps import UNLIMITED, Counts
from zoning.solver.webster import Flags, Webster

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

    def own(self, counts: Counts) -> list[int]:
        """What the units whose innermost node it is have together, of each node."""
        found = np.zeros(len(self.parents), dtype=np.int64)
        np.add.at(found, self.homes, counts)
        return [int(one) for one in found]

    def sums(self, counts: Counts) -> list[int]:
        """What all units of each node have together."""
        found = self.own(counts)
        for node in range(len(found) - 1, ALL, -1):
            found[self.parents[node]] += found[node]
        return found

    def reach(self, floors: Counts, ceilings: Counts) -> tuple[list[int], list[int]]:
        """The least and the most that each node can have, bounds of its units and of the groups inside it included.

        Ceilings must be so small that their sum is a whole number of 64 bits.
        """
        least, most = self.own(floors), self.own(ceilings)
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
    order = sorted(range(len(members)), key=lambda place: (-int(members[place].sum()), place))
    homes = np.zeros(count, dtype=np.int64)
    parents, nodes = [-1], [ALL] * len(members)
    for place in order:
        node, units = len(parents), np.flatnonzero(members[place])
        around = np.unique(homes[units]).tolist()
        if len(around) > 1:
            other = next(one for one in order if nodes[one] == max(around))
            raise CrossingError(min(place, other), max(place, other))
        parents.append(around[0] if around else ALL)
        nodes[place] = node
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
    own = family.own(counts)
    have = {node: own[node] for node in inside}
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
