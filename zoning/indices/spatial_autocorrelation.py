"""Whether what is high lies beside what is high: Moran's I of all units, and of each."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.errors import UnknownNameError, ZoneplanError, shown
from layers.phrases import Phrase
from zoning.indices.checked_values import Floats, checked, refuse_twice

Places = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Moran:
    """Moran's I with what chance alone would give.

    Attributes
    ----------
    i : float
        Above ``expected`` where neighbours are alike, below where they differ.
    expected : float
        The mean of I over all orders of the values: -1 / (n - 1).
    z : float
        How many standard deviations I lies above it.
    p : float
        How likely chance alone is to give an I as far from it, on either side.
    """

    i: float
    expected: float
    z: float
    p: float


def moran(values: pd.Series, neighbours: Iterable[tuple[Hashable, Hashable]]) -> Moran:
    """Moran's I: whether units beside each other are more alike than chance would make them.

    Parameters
    ----------
    values : Series
        One a unit, four or more, not all the same.
    neighbours : iterable of pairs of labels
        Which units are neighbours, each pair once or in both directions.

    Returns
    -------
    Moran
        With ``i`` and its two-sided ``p``.

    Raises
    ------
    MissingValueError
        A value is missing.
    UnknownNameError
        A pair names a unit that has no value.
    ZoneplanError
        There are fewer than four units, all values are the same, no pairs are given, a unit stands beside itself, or a
        label stands twice.

    Notes
    -----
    I = n / S0 * sum w(i,j) z(i) z(j) / sum z(i)^2 with z = x - mean; each unit's weights add up to 1 (rows
    standardised), and S0 is their sum. A unit without neighbours has no weights, and counts among n. The variance is
    that over all orders in which the values could stand (randomisation), p from the normal distribution. P. A. P.
    Moran, *Biometrika* 37, 1950; A. D. Cliff and J. K. Ord, *Spatial Processes*, 1981.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> values = pd.Series({"a": 1.0, "b": 2, "c": 3, "d": 4})
    >>> round(zp.indices.moran(values, [("a", "b"), ("b", "c"), ("c", "d")]).i, 6)
    0.4
    """
    z, left, right, degree = _deviations(values, neighbours)
    n = len(z)
    weight = 1.0 / degree[left]
    whole = float(weight.sum())
    squares = float(z @ z)
    statistic = n / whole * float(np.sum(weight * z[left] * z[right])) / squares
    expected = -1.0 / (n - 1)
    s1 = 0.5 * float(np.sum((weight + 1.0 / degree[right]) ** 2))
    into = np.bincount(right, weight, n)
    s2 = float(np.sum((into + (degree > 0)) ** 2))
    peak = n * float(np.sum(z**4)) / squares**2
    first = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * whole**2)
    second = peak * ((n**2 - n) * s1 - 2 * n * s2 + 6 * whole**2)
    variance = (first - second) / ((n - 1) * (n - 2) * (n - 3) * whole**2) - expected**2
    score, chance = _normal(statistic - expected, variance)
    return Moran(statistic, expected, score, chance)


def local_moran(values: pd.Series, neighbours: Iterable[tuple[Hashable, Hashable]]) -> pd.DataFrame:
    """Moran's I of each unit: where high values lie together, where low ones do, and what stands out.

    Parameters
    ----------
    values : Series
        One a unit, four or more, not all the same.
    neighbours : iterable of pairs of labels
        Which units are neighbours, each pair once or in both directions.

    Returns
    -------
    DataFrame
        Index of the values: ``i``, ``z`` and the two-sided ``p`` (all missing for a unit without neighbours), and
        ``kind``, the unit and then its neighbours against the mean: "high-high", "low-low", "high-low", "low-high", or
        "" without neighbours. A kind tells something only where p is small.

    Raises
    ------
    MissingValueError
        A value is missing.
    UnknownNameError
        A pair names a unit that has no value.
    ZoneplanError
        As for :func:`zoning.indices.moran`.

    Notes
    -----
    I(i) = z(i) / m2 * mean of z(j) over the neighbours, with m2 = sum z^2 / n; where each unit has neighbours, their
    mean is Moran's I. Mean and variance are those over all other units that could stand beside it (conditional
    randomisation), exactly and without drawing; p from the normal distribution. Many units make many tests: of 100
    without any pattern some 5 have p below 0.05. L. Anselin, *Geographical Analysis* 27, 1995.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> values = pd.Series({"a": 1.0, "b": 2, "c": 3, "d": 4})
    >>> found = zp.indices.local_moran(values, [("a", "b"), ("b", "c"), ("c", "d")])
    >>> found["i"].round(6).to_dict(), found.loc["a", "kind"]
    ({'a': 0.6, 'b': 0.2, 'c': 0.2, 'd': 0.6}, 'low-low')
    """
    z, left, right, degree = _deviations(values, neighbours)
    n = len(z)
    squares = float(z @ z)
    beside_it = np.divide(np.bincount(left, z[right], n), degree, out=np.full(n, np.nan), where=degree > 0)
    scale = z / (squares / n)
    others = n - 1
    mean = -z / others
    spread = np.maximum(0.0, (squares - z**2) / others - mean**2)
    drawn = np.divide(spread, degree, out=np.full(n, np.nan), where=degree > 0) * (others - degree) / (others - 1)
    tested = [
        _normal(float(away), float(variance))
        for away, variance in zip(scale * (beside_it - mean), scale**2 * drawn, strict=True)
    ]
    kinds = np.array([["low-low", "low-high"], ["high-low", "high-high"]])[
        (z > 0).astype(int), (beside_it > 0).astype(int)
    ]
    return pd.DataFrame(
        {
            "i": scale * beside_it,
            "z": [score for score, _ in tested],
            "p": [probability for _, probability in tested],
            "kind": np.where(degree > 0, kinds, ""),
        },
        index=values.index,
    )


def _normal(away: float, variance: float) -> tuple[float, float]:
    """A distance from the mean in standard deviations, and how likely one as large is; 0 and 1 where nothing varies."""
    if math.isnan(away) or math.isnan(variance):
        return math.nan, math.nan
    if variance <= 1e-12:  # every order of the values gives the same
        return 0.0, 1.0
    score = away / math.sqrt(variance)
    return score, math.erfc(abs(score) / math.sqrt(2))


def _deviations(
    values: pd.Series, neighbours: Iterable[tuple[Hashable, Hashable]]
) -> tuple[Floats, Places, Places, Places]:
    """Values less their mean; the places of both units of each pair, in both directions; how many each unit has."""
    known = checked(values, "values")
    refuse_twice(known.index, "values")
    if len(known) < 4 or known.max() == known.min():
        raise ZoneplanError(
            Phrase("Moran's I needs four units or more, and values that are not all the same"), code="degenerate"
        )
    pairs = [tuple(pair) for pair in neighbours]
    strange = dict.fromkeys(str(unit) for pair in pairs for unit in pair if unit not in known.index)
    if strange:
        raise UnknownNameError(
            Phrase("neighbours: there is no value of {ids}", ids=shown(strange)), features=list(strange)
        )
    places = known.index.get_indexer([unit for pair in pairs for unit in pair]).reshape(-1, 2)
    if not len(places) or (places[:, 0] == places[:, 1]).any():
        raise ZoneplanError(Phrase("neighbours: give pairs of two different units"), code="neighbours")
    left, right = np.unique(np.concatenate([places, places[:, ::-1]]), axis=0).T
    z = known.to_numpy()
    z = z - z.mean()
    return z / np.abs(z).max(), left, right, np.bincount(left, minlength=len(z)).astype(np.intp)
