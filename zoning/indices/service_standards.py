"""Minimum standards of services: who is below, what is missing, and where one more facility brings most."""

from __future__ import annotations

import numpy as np
import pandas as pd

from layers.errors import ZoneplanError
from layers.phrases import Phrase
from zoning.indices.checked_values import ByLabel, beside, by_unit, checked
from zoning.indices.growth import ways_between


def service_gap(level: pd.Series, minimum: float | ByLabel, people: ByLabel) -> pd.DataFrame:
    """Which places have less of a service than their minimum standard, how many people live there, and what is missing.

    Parameters
    ----------
    level : Series
        What a person of each place has, from 0, such as beds a person.
    minimum : float, Series, mapping or sequence
        The standard, from 0: one for all, or one a place, such as that of its zone.
    people : Series, mapping or sequence
        By place, from 0.

    Returns
    -------
    DataFrame
        Index of the places: ``below`` (whether it is), ``people_below``, and ``capacity_missing``, which would bring
        all of them up to the standard.

    Raises
    ------
    MissingValueError
        A value is missing.
    UnknownNameError
        The tables have not the same places.
    ZoneplanError
        A value is below 0.

    Notes
    -----
    Below where x < m; capacity missing = people * max(0, m - x).

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> beds = pd.Series({"a": 0.5, "b": 0.125})
    >>> zp.indices.service_gap(beds, 0.25, {"a": 100, "b": 400}).loc["b"].to_dict()
    {'below': True, 'people_below': 400.0, 'capacity_missing': 50.0}
    """
    has = checked(level, "level", least=0.0)
    standard = by_unit(minimum, has.index, "minimum")
    heads = checked(beside(people, has.index, "people"), "people", least=0.0)
    below = has < standard
    return pd.DataFrame(
        {
            "below": below,
            "people_below": heads.where(below, 0.0),
            "capacity_missing": heads * (standard - has).clip(lower=0.0),
        },
        index=has.index,
    )


def best_facilities(
    demand: pd.Series, distance: pd.DataFrame, reach: float, count: int = 1, built: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Where one more facility brings a service to most people who are out of reach, then the next, and so on.

    Parameters
    ----------
    demand : Series
        People by place, from 0.
    distance : DataFrame
        From each place (row) to each site that could be taken (column), in km or minutes; infinite where there is no
        way.
    reach : float
        How far people go at the most, in the same unit.
    count : int, optional
        How many facilities, from 1; fewer where no further site brings anyone.
    built : DataFrame, optional
        From each place to each facility that is there already.

    Returns
    -------
    DataFrame
        Index: sites in the order in which they are taken, ties by the order of columns; ``people_gained`` by each,
        ``people_reached`` by all up to it and those that are there, and ``bound``, more people than which no choice of
        as many sites can reach.

    Raises
    ------
    MissingValueError
        A number of people or a distance is missing.
    UnknownNameError
        The tables have not the same places.
    ZoneplanError
        A number is below 0, or ``count`` is below 1.

    Notes
    -----
    Greedy maximal covering: each step takes the site with most people newly within reach. What k steps gain is at least
    1 - (1 - 1/k)^k of the best possible gain of k sites, some 63 % (G. L. Nemhauser, L. A. Wolsey and M. L. Fisher,
    *Mathematical Programming* 14, 1978). The bound is the smallest that any step gives: the people reached by then and
    the k largest gains of single sites from there. R. Church and C. ReVelle, *Papers of the Regional Science
    Association* 32, 1974.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> people = pd.Series({"a": 100, "b": 300, "c": 200})
    >>> minutes = pd.DataFrame({"north": [5, 99, 99], "south": [99, 10, 12]}, index=["a", "b", "c"])
    >>> zp.indices.best_facilities(people, minutes, reach=15).loc["south"].to_dict()
    {'people_gained': 500.0, 'people_reached': 500.0, 'bound': 500.0}
    """
    people = checked(demand, "demand", least=0.0)
    heads = people.to_numpy()
    near = ways_between(distance, people.index, distance.columns) <= reach
    reached = np.zeros(len(heads), dtype=bool)
    if built is not None:
        reached |= np.any(ways_between(built, people.index, built.columns) <= reach, axis=1)
    if count < 1:
        raise ZoneplanError(Phrase("{count} facilities: give 1 or more", count=count), code="too_small")
    states = []
    sites, gained, total = [], [], []
    for _ in range(min(count, near.shape[1])):
        gains = (heads * ~reached) @ near
        states.append((float(heads[reached].sum()), np.sort(gains)[::-1]))
        best = int(np.argmax(gains))
        if not gains[best] > 0:
            break
        reached |= near[:, best]
        sites.append(best)
        gained.append(float(gains[best]))
        total.append(float(heads[reached].sum()))
    bound = [min(by + float(gains[:taken].sum()) for by, gains in states) for taken in range(1, len(sites) + 1)]
    return pd.DataFrame(
        {"people_gained": gained, "people_reached": total, "bound": bound}, index=distance.columns[sites], dtype=float
    )
