"""Ceilings: how much of its ceiling the amount of each unit is, in classes that tell units apart."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

QUANTILES = (0.2, 0.4, 0.6, 0.8)


def use_breaks(uses: Iterable[float]) -> list[float]:
    """The limits between classes of use: round numbers that part the units into rather even groups.

    Parameters
    ----------
    uses : iterable of float
        Amount divided by ceiling of each unit; those at their ceiling (1 and more) are a class of their own and do not
        count here.

    Returns
    -------
    list of float
        At most four, rising, between 0 and 1; each is a quintile rounded to one significant digit.

    Notes
    -----
    Where ceilings are wide, uses lie orders of magnitude apart, and classes of one width would show nothing.

    Examples
    --------
    >>> use_breaks([0.1, 0.2, 0.32, 0.41, 0.58, 0.9, 1.0])
    [0.2, 0.3, 0.4, 0.6]
    >>> use_breaks([1.0, 1.0]), use_breaks([0.5, 0.5])
    ([], [0.5])
    """
    below = np.array([use for use in uses if use < 1.0])
    if not len(below):
        return []
    limits = {float(f"{limit:.1g}") for limit in np.quantile(below, QUANTILES)}
    return sorted(limit for limit in limits if 0.0 < limit < 1.0)
