"""Access to services: travel times, catchments, the nearest, and minimum standards with what is missing."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping
from typing import Literal, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.crs import project, working_crs
from layers.errors import GeometryError, ZoneplanError, shown
from layers.geometry import nearest_km
from layers.phrases import Phrase
from zoning.indices.checked_values import ByLabel, Floats, beside, by_unit, checked, refuse_absent, refuse_rows
from zoning.indices.growth import ways_between

Decay: TypeAlias = Callable[[float], float] | Mapping[float, float] | Literal["gaussian"]
"""How much a place at a distance counts: a function, bands of weights by their ends, or Gaussian up to the reach."""


def two_step_floating_catchment(
    demand: pd.Series, supply: pd.Series, distance: pd.DataFrame, reach: float, decay: Decay | None = None
) -> pd.Series:
    """How much of a service each person of a place has, by two-step floating catchment areas (2SFCA).

    Parameters
    ----------
    demand : Series
        People by place, from 0.
    supply : Series
        Capacity by facility, from 0, such as beds or places at school.
    distance : DataFrame
        From each place (row) to each facility (column), in km or minutes; infinite where there is no way.
    reach : float
        How far people go at the most, in the same unit.
    decay : function, mapping or "gaussian", optional
        How much less a facility counts that is farther away. None: all within reach count alike. A mapping such as
        ``{10: 1, 20: 0.68, 30: 0.22}`` gives the weight up to each distance (enhanced 2SFCA). "gaussian" falls from 1
        to 0 at the reach. A function takes a distance and gives a weight, from 0.

    Returns
    -------
    Series of float
        Index of the places: capacity a person. Times the people it adds up to the capacity of all facilities that
        anyone reaches; a facility that nobody reaches adds nothing.

    Raises
    ------
    MissingValueError
        A number of people, a capacity or a distance is missing.
    UnknownNameError
        The table of distances has other places or facilities.
    ZoneplanError
        A number is below 0, or a weight is no number from 0.

    Notes
    -----
    First each facility's capacity over the people in its catchment, R(j) = S(j) / sum P(i) w(i,j), then for each place
    A(i) = sum R(j) w(i,j) over the facilities that it reaches. W. Luo and F. Wang, *Environment and Planning B* 30,
    2003; with weights W. Luo and Y. Qi, *Health & Place* 15, 2009; Gaussian (exp(-(d/d0)^2/2) - exp(-1/2)) / (1 -
    exp(-1/2)), D. Dai, *Health & Place* 16, 2010.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> people, beds = pd.Series({"a": 100, "b": 300}), pd.Series({"clinic": 8})
    >>> minutes = pd.DataFrame({"clinic": {"a": 5, "b": 12}})
    >>> zp.indices.two_step_floating_catchment(people, beds, minutes, reach=15).to_dict()
    {'a': 0.02, 'b': 0.02}
    """
    people, capacity, weight = _catchments(demand, supply, distance, reach, decay)
    return _access(people, capacity, weight)


def three_step_floating_catchment(
    demand: pd.Series, supply: pd.Series, distance: pd.DataFrame, reach: float, decay: Decay | None = None
) -> pd.Series:
    """How much of a service each person has, where people divide themselves among the facilities they reach (3SFCA).

    Parameters
    ----------
    demand : Series
        People by place, from 0.
    supply : Series
        Capacity by facility, from 0.
    distance : DataFrame
        From each place (row) to each facility (column), in km or minutes; infinite where there is no way.
    reach : float
        How far people go at the most, in the same unit.
    decay : function, mapping or "gaussian", optional
        As for :func:`zoning.indices.two_step_floating_catchment`.

    Returns
    -------
    Series of float
        Index of the places: capacity a person. Times the people it adds up to the capacity of all facilities that
        anyone reaches.

    Raises
    ------
    MissingValueError
        A number of people, a capacity or a distance is missing.
    UnknownNameError
        The table of distances has other places or facilities.
    ZoneplanError
        A number is below 0, or a weight is no number from 0.

    Notes
    -----
    First the part of a place's people that choose a facility, G(i,j) = w(i,j) / sum over k of w(i,k); then 2SFCA with
    the weights G w. It counts nobody's demand at several facilities in full. N. Wan, B. Zou and T. Sternberg,
    *International Journal of Geographical Information Science* 26, 2012.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> people, beds = pd.Series({"a": 100, "b": 100}), pd.Series({"clinic": 8, "ward": 4})
    >>> minutes = pd.DataFrame({"clinic": {"a": 5, "b": 12}, "ward": {"a": 9, "b": 99}})
    >>> zp.indices.three_step_floating_catchment(people, beds, minutes, reach=15).round(4).to_dict()
    {'a': 0.0667, 'b': 0.0533}
    """
    people, capacity, weight = _catchments(demand, supply, distance, reach, decay)
    return _access(people, capacity, _divided(weight))


def facility_shares(
    demand: pd.Series,
    supply: pd.Series,
    distance: pd.DataFrame,
    reach: float,
    decay: Decay | None = None,
    *,
    steps: int = 2,
) -> pd.DataFrame:
    """What each facility adds to the access of each place, by floating catchment areas.

    Parameters
    ----------
    demand : Series
        People by place, from 0.
    supply : Series
        Capacity by facility, from 0.
    distance : DataFrame
        From each place (row) to each facility (column), in km or minutes; infinite where there is no way.
    reach : float
        How far people go at the most, in the same unit.
    decay : function, mapping or "gaussian", optional
        As for :func:`zoning.indices.two_step_floating_catchment`.
    steps : {2, 3}, optional
        Whether people divide themselves among the facilities they reach first, as
        :func:`zoning.indices.three_step_floating_catchment` has it.

    Returns
    -------
    DataFrame of float
        Places by facilities: capacity a person. The sum of a row is the access of the place; a column times the people
        adds up to the capacity of its facility, where anybody reaches it.

    Raises
    ------
    MissingValueError
        A number of people, a capacity or a distance is missing.
    UnknownNameError
        The table of distances has other places or facilities.
    ZoneplanError
        A number is below 0, or a weight is no number from 0.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> people, beds = pd.Series({"a": 100, "b": 100}), pd.Series({"clinic": 8, "ward": 4})
    >>> minutes = pd.DataFrame({"clinic": {"a": 5, "b": 12}, "ward": {"a": 9, "b": 99}})
    >>> zp.indices.facility_shares(people, beds, minutes, reach=15).loc["a"].to_dict()
    {'clinic': 0.04, 'ward': 0.04}
    """
    people, capacity, weight = _catchments(demand, supply, distance, reach, decay)
    counted = _divided(weight) if steps == 3 else weight
    return pd.DataFrame(counted * _each(people, capacity, counted), index=people.index, columns=supply.index)


def travel_times(table: pd.DataFrame, origin: Hashable, destination: Hashable, time: Hashable) -> pd.DataFrame:
    """The matrix of travel times from a table with one row a pair.

    Parameters
    ----------
    table : DataFrame
        Pairs of places that have been routed.
    origin, destination, time : column names
        From where, to where, and how long or how far.

    Returns
    -------
    DataFrame of float
        Places by facilities, both sorted. A pair that is not in the table is infinitely far, for routers leave out what
        is beyond their limit; of several rows of one pair the shortest counts.

    Raises
    ------
    UnknownNameError
        The table has no such column.
    MissingValueError
        A time is missing in a row.
    ZoneplanError
        A time is below 0.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> routed = pd.DataFrame({"home": ["a", "a", "b"], "school": ["s", "t", "s"], "minutes": [5, 8, 20]})
    >>> zp.indices.travel_times(routed, "home", "school", "minutes").loc["b"].to_dict()
    {'s': 20.0, 't': inf}
    """
    refuse_absent(table, (origin, destination, time))
    times = checked(table[time], f"'{time}'", least=0.0)
    refuse_rows(table.index, table[[origin, destination]].isna().any(axis=1).to_numpy(), f"'{origin}'", missing=True)
    shortest = times.groupby([table[origin], table[destination]]).min()
    return shortest.unstack(fill_value=np.inf)  # noqa: PD010  (by the levels of an index, not by columns)


def nearest_distance(units: gpd.GeoDataFrame, features: gpd.GeoDataFrame) -> pd.Series:
    """How far the nearest feature is from each unit.

    Parameters
    ----------
    units : GeoDataFrame
        Points, lines or polygons in any CRS.
    features : GeoDataFrame
        Points, lines or polygons in any CRS, such as schools or roads.

    Returns
    -------
    Series of float
        Index of the units: kilometres on the ellipsoid from border to border, 0 where they touch; missing where there
        are no features at all.

    Raises
    ------
    CrsError
        One of them has no CRS.
    GeometryError
        A unit or feature has no geometry.

    Notes
    -----
    As the crow flies, as ``nearest(km)`` of a layer; bring travel times as a table where roads matter.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import zoneplan as zp
    >>> homes = gpd.GeoDataFrame(index=["a"], geometry=gpd.points_from_xy([9.0], [49.0]), crs="EPSG:4326")
    >>> schools = gpd.GeoDataFrame(geometry=gpd.points_from_xy([9.0, 9.5], [49.1, 49.0]), crs="EPSG:4326")
    >>> zp.indices.nearest_distance(homes, schools).round(2).to_dict()
    {'a': 11.12}
    """
    for table, name in ((units, "units"), (features, "features")):
        refuse_no_geometry(table, name)
    distances = pd.Series(np.nan, index=units.index, dtype=float)
    if len(features) and len(units):
        crs = working_crs(units)
        shapes, others = (np.asarray(project(table[["geometry"]], crs).geometry.array) for table in (units, features))
        distances[:] = nearest_km(shapes, others, crs)
    return distances


def refuse_no_geometry(table: gpd.GeoDataFrame, name: str) -> None:
    """Refuse features that are nowhere."""
    gone = [str(label) for label in table.index[(table.geometry.isna() | table.geometry.is_empty).to_numpy()]]
    if gone:
        raise GeometryError(Phrase("{name} without a geometry: {ids}", name=name, ids=shown(gone)), features=gone)


def _catchments(
    demand: pd.Series, supply: pd.Series, distance: pd.DataFrame, reach: float, decay: Decay | None
) -> tuple[pd.Series, Floats, Floats]:
    """People, capacities, and how much each pair of place and facility counts."""
    people = checked(demand, "demand", least=0.0)
    capacity = checked(supply, "supply", least=0.0)
    far = ways_between(distance, people.index, capacity.index)
    if not reach >= 0 or math.isinf(reach):
        raise ZoneplanError(Phrase("a reach of {reach}: give a distance from 0", reach=reach), code="too_small")
    weight = np.zeros_like(far)
    near = far <= reach
    weight[near] = _weights(far[near], reach, decay)
    return people, capacity.to_numpy(), weight


def _weights(far: Floats, reach: float, decay: Decay | None) -> Floats:
    """How much places at these distances count, all of them within the reach."""
    if decay is None:
        return np.ones_like(far)
    if decay == "gaussian":
        edge = math.exp(-0.5)
        part = far / reach if reach else np.zeros_like(far)
        return np.asarray((np.exp(-0.5 * part**2) - edge) / (1 - edge))
    if isinstance(decay, Mapping):
        ends = np.array(sorted(decay), dtype=float)
        bands = np.array([decay[end] for end in sorted(decay)] + [0.0], dtype=float)
        weights = bands[np.searchsorted(ends, far, side="left")]
    else:
        weights = np.fromiter((float(decay(distance)) for distance in far), dtype=float, count=len(far))
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise ZoneplanError(Phrase("decay: a weight is no number from 0"), code="decay")
    return weights


def _divided(weight: Floats) -> Floats:
    """How much each pair counts where people divide themselves among the facilities they reach."""
    every = weight.sum(axis=1, keepdims=True)
    chosen = np.divide(weight, every, out=np.zeros_like(weight), where=every > 0)
    return np.asarray(chosen * weight)


def _each(people: pd.Series, capacity: Floats, weight: Floats) -> Floats:
    """What each facility has for one person of its catchment."""
    demand = people.to_numpy() @ weight
    return np.asarray(np.divide(capacity, demand, out=np.zeros_like(capacity), where=demand > 0))


def _access(people: pd.Series, capacity: Floats, weight: Floats) -> pd.Series:
    return pd.Series(weight @ _each(people, capacity, weight), index=people.index)


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
