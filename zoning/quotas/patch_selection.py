"""Selections: which of many plots of land take an amount, the most suitable first, alone or in patches of some size."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]
Last = Literal["cut", "under", "over"]

TOLERANCE = 1e-9
"""Of an amount: less than this is noise of sums."""
_STEPS = 256
"""Into as many the range of scores is cut to find the highest ones without sorting all."""
SEEDS = 32
"""New patches that are compared before one is taken."""


@dataclass(frozen=True)
class Plots:
    """The land of one unit that may be taken."""

    area: Floats
    score: Floats
    links: Places

    @cached_property
    def _ahead(self) -> tuple[Places, Places]:
        """The neighbours of all plots, one after another, and where those of each begin."""
        both = np.concatenate([self.links, self.links[:, ::-1]])
        both = both[np.lexsort((both[:, 1], both[:, 0]))]
        return both[:, 1], np.searchsorted(both[:, 0], np.arange(len(self.area) + 1))

    def around(self, plot: int) -> list[int]:
        """The neighbours of a plot."""
        others, begin = self._ahead
        neighbours: list[int] = others[begin[plot] : begin[plot + 1]].tolist()
        return neighbours

    def beside(self, chosen: Truths) -> Truths:
        """Some plots and their neighbours."""
        widened, ends = chosen.copy(), chosen[self.links]
        widened[self.links[ends[:, 0], 1]] = True
        widened[self.links[ends[:, 1], 0]] = True
        return widened

    def only(self, chosen: Truths) -> Plots:
        """The same land without some plots."""
        position = np.cumsum(chosen) - 1
        links = self.links[chosen[self.links].all(axis=1)]
        return Plots(self.area[chosen], self.score[chosen], position[links])


def rank_plots(plots: Plots, amount: float, last: Last = "cut", among: Places | None = None) -> Floats:
    """The share of each plot that is taken: the most suitable plots first, until the amount is met.

    Notes
    -----
    No other land of the same area has a higher sum of area times score; and a larger amount takes all that a smaller
    one took.

    Examples
    --------
    >>> plots = Plots(np.array([10.0, 10, 10]), np.array([1.0, 3, 2]), np.empty((0, 2), int))
    >>> rank_plots(plots, 14).tolist(), rank_plots(plots, 14, "under").tolist(), rank_plots(plots, 14, "over").tolist()
    ([0.0, 1.0, 0.4], [0.0, 1.0, 0.0], [0.0, 1.0, 1.0])
    """
    if among is None:
        among = np.flatnonzero(plots.score >= threshold_score(plots.area, plots.score, amount))
    order = among[np.argsort(-plots.score[among], kind="stable")]
    before = np.concatenate([[0.0], np.cumsum(plots.area[order])])[:-1]
    share = np.clip((amount - before) / plots.area[order], 0.0, 1.0)
    share[np.abs(share - 1) * plots.area[order] <= TOLERANCE * amount] = 1.0
    share[share * plots.area[order] <= TOLERANCE * amount] = 0.0
    if last != "cut":
        share = np.floor(share) if last == "under" else np.ceil(share)
    taken = np.zeros(len(plots.score))
    taken[order] = share
    return taken


def threshold_score(area: Floats, score: Floats, amount: float) -> float:
    """A score that so many hectares of the plots have at least, near the highest such; -inf where none is soon told.

    Examples
    --------
    >>> threshold_score(np.full(1000, 10.0), np.arange(1000.0), 75)
    992.0
    """
    return float(threshold_scores(np.zeros(len(area), np.int64), area, score, np.array([amount]))[0])


def threshold_scores(unit: Places, area: Floats, score: Floats, amounts: Floats) -> Floats:
    """A score that so many hectares of each unit's plots have at least, near the highest such; -inf if it is not told.

    Examples
    --------
    >>> unit = np.repeat([0, 1], 500)
    >>> threshold_scores(unit, np.full(1000, 10.0), np.arange(1000.0), np.array([75.0, 9e9])).tolist()
    [492.0, -inf]
    """
    thresholds = np.full(len(amounts), -np.inf)
    first = np.flatnonzero(np.diff(unit, prepend=-1))
    if not len(first):
        return thresholds
    units, count = unit[first], np.diff(first, append=len(unit))
    top = np.maximum.reduceat(score, first)
    span = top - np.minimum.reduceat(score, first)
    if not np.isfinite(span).all():
        return thresholds
    down = (np.repeat(top, count) - score) / np.repeat(np.where(span > 0, span, 1.0), count)
    step = (down * (_STEPS - 1)).astype(np.int64)
    line = np.repeat(np.arange(len(first)) * _STEPS, count)
    held = np.bincount(line + step, area, len(first) * _STEPS).reshape(-1, _STEPS).cumsum(axis=1)
    last = (held < amounts[units, None] * (1 + TOLERANCE)).sum(axis=1)
    lowest = np.minimum.reduceat(np.where(step <= np.repeat(last, count), score, np.inf), first)
    thresholds[units] = np.where(last < _STEPS, lowest, -np.inf)
    return thresholds


def score_bound(plots: Plots, amount: float, among: Places | None = None) -> float:
    """The highest sum of area times score that any land of this area can have, connected or not."""
    return float(np.sum(rank_plots(plots, amount, among=among) * plots.area * plots.score))


def components(count: int, links: Places) -> Places:
    """For each plot the first plot that it is connected to, itself where there is none before it.

    Examples
    --------
    >>> components(5, np.array([[1, 3], [4, 3]])).tolist()
    [0, 1, 2, 1, 1]
    """
    label = np.arange(count)
    while True:
        ends = label[links]
        ends = ends[ends[:, 0] != ends[:, 1]]
        if not len(ends):
            return label
        np.minimum.at(label, ends.max(axis=1), ends.min(axis=1))
        while (label != label[label]).any():
            label = label[label]


def patches(plots: Plots, taken: Floats) -> Places:
    """The number of each plot's patch from 1 up, in the order of their first plots; 0 where nothing is taken.

    A plot that is taken in part belongs to the smallest patch that it touches, and connects no two.
    """
    whole = taken >= 1.0
    label = components(len(taken), plots.links[whole[plots.links].all(axis=1)])
    size = np.bincount(label, whole * plots.area, len(label))
    for plot in np.flatnonzero((taken > 0) & ~whole).tolist():
        touched = {int(label[neighbour]) for neighbour in plots.around(plot) if whole[neighbour]}
        label[plot] = min(touched, key=lambda patch: (size[patch], patch), default=plot)
    number = np.zeros(len(taken), np.int64)
    held = taken > 0
    number[held] = np.unique(label[held], return_inverse=True)[1] + 1
    return number


def roomy(plots: Plots, least: float) -> npt.NDArray[np.bool_]:
    """Whether each plot lies in connected land of at least so many hectares."""
    label = components(len(plots.area), plots.links)
    return np.bincount(label, plots.area, len(label))[label] >= least * (1 - TOLERANCE)


class UnknownScoreError(Exception):
    """A plot comes to be looked at whose score is not known."""


def grow(plots: Plots, amount: float, least: float, last: Last = "cut", known: Truths | None = None) -> Floats:
    """The share of each plot that is taken, in patches of at least so many hectares each.

    Notes
    -----
    A heuristic: from the patches of the ranking that are large enough, and again from nothing, the most suitable
    neighbour of what is taken or a new patch grown from a suitable plot is added, whichever has the higher mean, until
    the amount is met. Of the two results the one that takes more wins, then the one of the higher sum. Where the
    ranking itself has no patch that is too small, it is taken, and nothing is better.
    """
    known = np.ones(len(plots.score), bool) if known is None else known
    near = _near(plots, known)
    foremost, few = np.flatnonzero(near), plots.only(near)
    ranked = _known(rank_plots(plots, amount, last, foremost), known)
    number = np.zeros(len(ranked), np.int64)
    number[near] = patches(few, ranked[near])
    size = np.bincount(number, ranked * plots.area)
    large_enough = (number > 0) & (size[number] >= least * (1 - TOLERANCE))
    if large_enough[number > 0].all():
        return ranked
    begun = (large_enough & (ranked >= 1.0)).astype(np.float64)
    grown = []
    for start in (begun, np.zeros(len(ranked))) if begun.any() else (begun,):
        if _holds(few, start[near], least):
            left = amount - float(np.sum(start * plots.area))
            start[near] = _Growth(few, known[near], start[near], left, least, last, TOLERANCE * max(amount, 1.0)).run()
            grown.append(start)
    best = max(grown, key=lambda taken: _worth(plots, taken))
    _known(rank_plots(plots, float(np.sum(best * plots.area)), among=foremost), known)
    return best


def _near(plots: Plots, known: Truths) -> Truths:
    """The plots that matter: those that are known, their neighbours, and the best of others.

    Whoever comes upon a plot whose score is not known looks no further, so that this one stands for all others.
    """
    near = plots.beside(known)
    others = np.flatnonzero(~near)
    if len(others):
        near[others[np.argmax(plots.score[others])]] = True
    return near


def _known(taken: Floats, known: Truths) -> Floats:
    """What is taken if all its scores are known."""
    if not known[taken > 0].all():
        raise UnknownScoreError
    return taken


def _holds(plots: Plots, taken: Floats, least: float) -> bool:
    """Whether all patches are large enough."""
    size = np.bincount(patches(plots, taken), taken * plots.area)[1:]
    return bool((size >= least * (1 - TOLERANCE)).all())


def _worth(plots: Plots, taken: Floats) -> tuple[float, float]:
    return round(float(np.sum(taken * plots.area)), 6), float(np.sum(taken * plots.area * plots.score))


class _Patch(NamedTuple):
    """Plots that are large enough together, their hectares, and how suitable one of these is on average."""

    plots: list[int]
    area: float
    mean: float


class _Growth:
    """Land being taken plot by plot."""

    def __init__(
        self, plots: Plots, known: Truths, start: Floats, left: float, least: float, last: Last, noise: float
    ) -> None:
        self.plots, self.known, self.least, self.last = plots, known, least, last
        self.taken, self.left, self.noise = start.copy(), left, noise
        self.edge: list[tuple[float, int]] = []
        for plot in np.flatnonzero(start).tolist():
            self._widen(plot)
        self.seeds = np.argsort(-plots.score, kind="stable")
        self.barren = np.zeros(len(start), bool)
        self.sown: list[_Patch] = []
        self.best: _Patch | None = None

    def run(self) -> Floats:
        """What is taken when nothing more fits."""
        while self.left > self.noise:
            near, patch = self._near(), self._patch()
            if patch is not None and (near is None or patch.mean > self.plots.score[near]):
                for plot in patch.plots:
                    self._take(plot)
            elif near is None or not self._take(near):
                break
        return self.taken

    def _widen(self, plot: int) -> None:
        for other in self.plots.around(plot):
            if not self.taken[other]:
                heapq.heappush(self.edge, (-float(self.plots.score[other]), other))

    def _near(self) -> int | None:
        """The most suitable neighbour of what is taken."""
        while self.edge and self.taken[self.edge[0][1]]:
            heapq.heappop(self.edge)
        return self.edge[0][1] if self.edge else None

    def _take(self, plot: int) -> bool:
        """Take a plot, or what is left of the amount; whether it was taken."""
        if not self.known[plot]:
            raise UnknownScoreError
        area = float(self.plots.area[plot])
        share = 1.0 if area <= self.left + self.noise else self.left / area
        if share < 1.0 and self.last != "cut":
            share = float(self.last == "over")
        self.taken[plot] = share
        self.left -= share * area
        if share == 1.0:
            self._widen(plot)
        return share > 0

    def _patch(self) -> _Patch | None:
        """The best of some new patches; others are grown when the last of them has gone."""
        if self.left < self.least - self.noise:
            return None
        if self.best is None or not self._stands(self.best):
            self.sown = [patch for patch in self.sown if self._stands(patch)] or self._sow()
            self.best = max(self.sown, key=lambda patch: (patch.mean, -patch.plots[0]), default=None)
        return self.best

    def _stands(self, patch: _Patch) -> bool:
        return self._fits(patch.area) and not any(self.taken[plot] for plot in patch.plots)

    def _sow(self) -> list[_Patch]:
        """New patches, each grown from a suitable plot that lies in none of those before."""
        grown: list[_Patch] = []
        seen: set[int] = set()
        self.seeds = self.seeds[(self.taken[self.seeds] == 0) & ~self.barren[self.seeds]]
        for seed in self.seeds.tolist():
            if seed not in seen and not self.barren[seed] and (patch := self._grown(seed)) is not None:
                grown.append(patch)
                seen.update(patch.plots)
                if len(grown) == SEEDS:
                    break
        return grown

    def _grown(self, seed: int) -> _Patch | None:
        """Plots around a seed that are large enough together; none where the land ends or the amount does before."""
        edge, seen, patch, area = [(-float(self.plots.score[seed]), seed)], {seed}, [], 0.0
        while edge and area < self.least - self.noise:
            _, plot = heapq.heappop(edge)
            if not self.known[plot]:
                raise UnknownScoreError
            patch.append(plot)
            area += float(self.plots.area[plot])
            for other in self.plots.around(plot):
                if other not in seen and not self.taken[other]:
                    seen.add(other)
                    heapq.heappush(edge, (-float(self.plots.score[other]), other))
        if area < self.least - self.noise:  # the land ends here, from whichever of these plots one starts
            self.barren[patch] = True
            return None
        areas = self.plots.area[patch]
        whole = float(np.sum(areas))
        if not self._fits(whole):
            self.barren[seed] = True
            return None
        return _Patch(patch, whole, float(np.sum(areas * self.plots.score[patch])) / whole)

    def _fits(self, area: float) -> bool:
        """Whether what is left of the amount makes a patch of so many hectares."""
        return self.left >= self.least - self.noise and (area <= self.left + self.noise or self.last != "under")
