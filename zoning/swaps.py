"""Swaps: whole steps that one unit gives to another as long as that makes amounts more even."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from zoning.contests import Floats
from zoning.optima import keeps_rules
from zoning.programmes import Programme
from zoning.steps import Counts

_LARGEST = 1000
"""Among more units no swaps are looked for: each look compares all pairs."""
_SWAP_WORK = 40_000_000
"""So many pairs are compared at the most."""
_LEAST = 1e-12
"""A smaller change of the composite Gini is rounding."""
_TRIES = 20
"""So many of the best swaps are tried against the rules."""


def search_swaps(programme: Programme, amounts: Counts, sizes: Sequence[Floats], weights: Sequence[float]) -> Counts:
    """Amounts after the swaps that lower the composite Gini most, from large ones to single steps.

    Parameters
    ----------
    programme : Programme
        Its bounds and rules are kept.
    amounts : int64 array
        That keep them.
    sizes, weights
        As for :func:`zoning.find_evenest`.

    Returns
    -------
    int64 array
        Of the same sum. Ties go to the giver, then to the receiver, that stands first.

    Examples
    --------
    >>> bounds = np.zeros(3, dtype=int), np.array([9, 9, 9])
    >>> even = Programme(np.zeros(3), *bounds, ())
    >>> search_swaps(even, np.array([5, 0, 1]), [np.array([1.0, 2.0, 3.0])], [1.0]).tolist()
    [1, 2, 3]
    """
    count = len(amounts)
    if count > _LARGEST or not amounts.any():
        return amounts
    looks = _SWAP_WORK // count**2
    size = 1 << max(0, int(math.log2(max(1.0, float(amounts.mean())))))
    while size and looks > 0:
        better = next(_better(programme, amounts, sizes, weights, size), None)
        looks -= 1
        if better is None:
            size //= 2
        else:
            amounts = better
    return amounts


def _better(
    programme: Programme, amounts: Counts, sizes: Sequence[Floats], weights: Sequence[float], size: int
) -> Iterator[Counts]:
    """Amounts after a swap of so many steps, the one that lowers the composite Gini most first."""
    changes = _changes(amounts, sizes, weights, size)
    changes[amounts - size < programme.lower, :] = np.inf
    changes[:, amounts + size > programme.upper] = np.inf
    for place in np.argsort(changes, axis=None, kind="stable")[:_TRIES].tolist():
        giver, receiver = divmod(place, len(amounts))
        if changes[giver, receiver] >= -_LEAST:
            return
        moved = amounts.copy()
        moved[giver] -= size
        moved[receiver] += size
        if keeps_rules(programme, moved):
            yield moved


def _changes(amounts: Counts, sizes: Sequence[Floats], weights: Sequence[float], size: int) -> Floats:
    """By how much the composite Gini changes where the unit of the row gives to that of the column.

    The Gini is the sum over pairs of |a(i) x(j) - a(j) x(i)| over sum(x) sum(a).
    """
    have = amounts.astype(float)
    changes: Floats = np.zeros((len(have), len(have)))
    for some, weight in zip(sizes, weights, strict=True):
        across = np.outer(have, some)
        apart = across - across.T
        now = np.abs(apart)
        less = np.abs(apart - size * some[np.newaxis, :])
        more = np.abs(apart - size * some[:, np.newaxis])
        both = np.abs(apart - size * (some[np.newaxis, :] + some[:, np.newaxis]))
        for own in (less, more):
            np.fill_diagonal(own, 0.0)
        gives, takes = (less - now).sum(axis=1), (more - now).sum(axis=0)
        pairs = gives[:, np.newaxis] + takes[np.newaxis, :] + both - less - more + now
        changes += weight / (math.fsum(some) * math.fsum(have)) * pairs
    np.fill_diagonal(changes, np.inf)
    return changes
