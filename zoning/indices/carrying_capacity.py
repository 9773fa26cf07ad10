"""What land carries by what is scarcest: people, farms, buildings; how far it is built up, empties or runs out."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import pandas as pd

from layers.errors import UnknownNameError, ZoneplanError, shown
from layers.phrases import Phrase
from zoning.indices.checked_values import ByLabel, beside, by_unit, checked, checked_table


def carrying_capacity(
    available: pd.DataFrame, needed: ByLabel | pd.DataFrame, population: ByLabel | None = None
) -> pd.DataFrame:
    """How many people each unit has enough for, and of what there is least.

    Parameters
    ----------
    available : DataFrame
        What there is, from 0: one row a unit, one column a resource, such as m3 of water a year, ha of land, hospital
        beds.
    needed : Series, mapping, sequence or DataFrame
        What one person needs of each resource, above 0, in the same units of measure: one number a column, or a table
        by unit.
    population : Series, mapping or sequence, optional
        People who live there, from 0.

    Returns
    -------
    DataFrame
        Index of the units: ``<resource>_people``, how many each resource is enough for; ``capacity_people``, the least
        of them; ``limited_by``, the resource that gives it (the first of several columns that give the same); and, with
        a population, ``load``, people over capacity: above 1 is too many, infinite where nobody could live.

    Raises
    ------
    MissingValueError
        A value is missing.
    UnknownNameError
        The tables have not the same resources or units.
    ZoneplanError
        Something available is below 0, or a need is not above 0.

    Notes
    -----
    K = min over resources of (available / needed a head), the law of the minimum; load = P / K, and 0 where nobody
    lives.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> there_is = pd.DataFrame({"water_m3": [5e6], "beds": [120.0]}, index=["a"])
    >>> found = zp.indices.carrying_capacity(there_is, {"water_m3": 100, "beds": 0.004}, population=[45_000])
    >>> found["limited_by"].to_dict(), found["capacity_people"].to_dict(), found["load"].to_dict()
    ({'a': 'beds'}, {'a': 30000.0}, {'a': 1.5})
    """
    there = checked_table(available, least=0.0)
    if isinstance(needed, pd.DataFrame):
        columns = {name: beside(_column(needed, name), there.index, "needed") for name in there.columns}
        each = checked_table(pd.DataFrame(columns, index=there.index), above=0.0)
    else:
        each = checked(beside(needed, there.columns, "needed"), "needed", above=0.0)
    people = there / each
    capacities = people.add_suffix("_people")
    capacities["capacity_people"] = people.min(axis=1)
    capacities["limited_by"] = people.idxmin(axis=1)
    if population is not None:
        heads = checked(beside(population, there.index, "population"), "population", least=0.0)
        load = np.divide(
            heads.to_numpy(),
            capacities["capacity_people"].to_numpy(),
            out=np.where(heads > 0, np.inf, 0.0),
            where=capacities["capacity_people"].to_numpy() > 0,
        )
        capacities["load"] = load
    return capacities


def arable_capacity(
    land_ha: pd.Series,
    water_m3: ByLabel,
    irrigation_m3_per_ha: ByLabel | float,
    share: ByLabel | float = 1.0,
    rainfed_ha: ByLabel | float = 0.0,
) -> pd.DataFrame:
    """How much arable land each unit carries: land that suits, as far as there is water for it.

    Parameters
    ----------
    land_ha : Series
        Land that suits farming, from 0: ha by unit.
    water_m3 : Series, mapping or sequence
        Water that may be taken a year, from 0: m3 by unit.
    irrigation_m3_per_ha : number, or by unit
        What a hectare needs a year, above 0.
    share : number, or by unit, optional
        What part of the water farming gets, from 0 to 1.
    rainfed_ha : number, or by unit, optional
        Land that needs no irrigation, from 0.

    Returns
    -------
    DataFrame
        Index of the units: ``watered_ha``, what the water is enough for and what needs none; ``capacity_ha``, no more
        than the land that suits; ``limited_by``, "land" or "water".

    Raises
    ------
    MissingValueError
        A value is missing.
    UnknownNameError
        The tables have not the same units.
    ZoneplanError
        A value is below 0, a share above 1, or a need of water not above 0.

    Notes
    -----
    capacity = min(land, share * water / need + rainfed), as the evaluation of carrying capacity for territorial plans
    reckons it.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> land = pd.Series({"a": 900.0})
    >>> zp.indices.arable_capacity(land, {"a": 3e6}, 4000, share=0.8, rainfed_ha=150).loc["a"].to_dict()
    {'watered_ha': 750.0, 'capacity_ha': 750.0, 'limited_by': 'water'}
    """
    land = checked(land_ha, "land_ha", least=0.0)
    need = by_unit(irrigation_m3_per_ha, land.index, "irrigation_m3_per_ha", above=0.0)
    water = by_unit(water_m3, land.index, "water_m3") * _parts(share, land.index)
    return _limited(land, water / need + by_unit(rainfed_ha, land.index, "rainfed_ha"))


def building_capacity(
    land_ha: pd.Series,
    water_m3: ByLabel,
    water_m3_per_person: ByLabel | float,
    land_m2_per_person: ByLabel | float,
    share: ByLabel | float = 1.0,
) -> pd.DataFrame:
    """How much land for building each unit carries: land that suits, as far as there is water for those who live on it.

    Parameters
    ----------
    land_ha : Series
        Land that suits building, from 0: ha by unit.
    water_m3 : Series, mapping or sequence
        Water that may be taken a year, from 0: m3 by unit.
    water_m3_per_person : number, or by unit
        What a person needs a year, industry included, above 0.
    land_m2_per_person : number, or by unit
        What land a person takes in a town, above 0.
    share : number, or by unit, optional
        What part of the water towns get, from 0 to 1.

    Returns
    -------
    DataFrame
        Index of the units: ``watered_ha``, the land on which those live for whom the water is enough; ``capacity_ha``,
        no more than the land that suits; ``limited_by``, "land" or "water".

    Raises
    ------
    MissingValueError
        A value is missing.
    UnknownNameError
        The tables have not the same units.
    ZoneplanError
        A value is below 0, a share above 1, or a need not above 0.

    Notes
    -----
    capacity = min(land, share * water / water a person * land a person).

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> land = pd.Series({"a": 900.0})
    >>> zp.indices.building_capacity(land, {"a": 3e7}, 150, 100, share=0.3).loc["a"].to_dict()
    {'watered_ha': 600.0, 'capacity_ha': 600.0, 'limited_by': 'water'}
    """
    land = checked(land_ha, "land_ha", least=0.0)
    need = by_unit(water_m3_per_person, land.index, "water_m3_per_person", above=0.0)
    takes = by_unit(land_m2_per_person, land.index, "land_m2_per_person", above=0.0)
    water = by_unit(water_m3, land.index, "water_m3") * _parts(share, land.index)
    return _limited(land, water / need * takes / 1e4)


def development_intensity(built_ha: pd.Series, area_ha: ByLabel) -> pd.Series:
    """What part of its area each unit has built up.

    Parameters
    ----------
    built_ha : Series
        Land built up, from 0, by unit.
    area_ha : Series, mapping or sequence
        The whole area, above 0, by unit.

    Returns
    -------
    Series of float
        Index of the units: per cent.

    Raises
    ------
    MissingValueError
        A value is missing.
    UnknownNameError
        The tables have not the same units.
    ZoneplanError
        A value is below 0, or more is built up than there is.

    Notes
    -----
    intensity = built / area * 100.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> zp.indices.development_intensity(pd.Series({"a": 25.0}), {"a": 500.0}).to_dict()
    {'a': 5.0}
    """
    built = checked(built_ha, "built_ha", least=0.0)
    area = by_unit(area_ha, built.index, "area_ha", above=0.0)
    over = [str(unit) for unit in built.index[(built > area * (1 + 1e-9)).to_numpy()]]
    if over:
        raise ZoneplanError(
            Phrase("more is built up than the whole area: {ids}", ids=shown(over)), code="too_large", features=over
        )
    return built / area * 100


def population_change(counts: pd.DataFrame, shrinks_below_pct: float = 0.0) -> pd.DataFrame:
    """How the people of each city changed from count to count, and which cities shrink.

    Parameters
    ----------
    counts : DataFrame
        People by city, above 0; two or more columns, one a census, in the order of time.
    shrinks_below_pct : float, optional
        A city shrinks that changed by less than this, in per cent, 0 or below: -5 for a loss of more than 5 %.

    Returns
    -------
    DataFrame
        Index of the cities: ``change`` in people and ``change_pct`` from the first count to the last; ``falling``, in
        how many of the intervals the people became fewer; ``shrinking``, whether the change is below the threshold.

    Raises
    ------
    MissingValueError
        A number is missing.
    ZoneplanError
        A number is not above 0, there is one column only, or the threshold is above 0.

    Notes
    -----
    change = (P1 - P0) / P0 * 100. There is no criterion that all agree on: in a loss between two censuses, in every
    year, or of some per cent. State yours, with its document and date, as a parameter of a rulebook.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> counts = pd.DataFrame({2010: [200.0, 80], 2020: [180.0, 88]}, index=["a", "b"])
    >>> zp.indices.population_change(counts)[["change_pct", "shrinking"]].to_numpy().tolist()
    [[-10.0, True], [10.0, False]]
    """
    people = checked_table(counts, above=0.0)
    if len(people.columns) < 2 or shrinks_below_pct > 0:
        raise ZoneplanError(
            Phrase("give two counts or more, and a threshold of 0 per cent or below"), code="population_change"
        )
    first, last = people.iloc[:, 0], people.iloc[:, -1]
    change = (last - first) / first * 100
    return pd.DataFrame(
        {
            "change": last - first,
            "change_pct": change,
            "falling": (np.diff(people.to_numpy(), axis=1) < 0).sum(axis=1),
            "shrinking": change < shrinks_below_pct,
        },
        index=people.index,
    )


def reserves_taken(taken: pd.Series, recoverable: ByLabel, exhausted_from: float) -> pd.DataFrame:
    """What part of its recoverable reserves each place has taken, and which places are exhausted.

    Parameters
    ----------
    taken : Series
        All that has been taken so far, from 0, by place.
    recoverable : Series, mapping or sequence
        All that could be taken from the beginning on, above 0, in the same unit of measure.
    exhausted_from : float
        The share from which a place counts as exhausted, such as 0.7: a dated parameter of a rulebook.

    Returns
    -------
    DataFrame
        Index of the places: ``share_taken``, which is above 1 where more was taken than had been estimated, and
        ``exhausted``.

    Raises
    ------
    MissingValueError
        A value is missing.
    UnknownNameError
        The tables have not the same places.
    ZoneplanError
        A value is below 0, or there was nothing to take.

    Notes
    -----
    share = taken / recoverable; exhausted where share >= threshold.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> zp.indices.reserves_taken(pd.Series({"a": 70.0}), {"a": 100.0}, exhausted_from=0.7).loc["a"].to_dict()
    {'share_taken': 0.7, 'exhausted': True}
    """
    gone = checked(taken, "taken", least=0.0)
    share = gone / by_unit(recoverable, gone.index, "recoverable", above=0.0)
    return pd.DataFrame({"share_taken": share, "exhausted": share >= exhausted_from}, index=gone.index)


def _parts(share: ByLabel | float, index: pd.Index) -> pd.Series:
    parts = by_unit(share, index, "share")
    if (parts > 1).any():
        raise ZoneplanError(Phrase("share: give parts from 0 to 1"), code="too_large")
    return parts


def _limited(land: pd.Series, watered: pd.Series) -> pd.DataFrame:
    """The lesser of what the land and what the water allows; land where both allow the same."""
    return pd.DataFrame(
        {
            "watered_ha": watered,
            "capacity_ha": np.minimum(land, watered),
            "limited_by": np.where(watered < land, "water", "land"),
        },
        index=land.index,
    )


def _column(needed: pd.DataFrame, name: Hashable) -> pd.Series:
    if name not in needed.columns:
        raise UnknownNameError(Phrase("needed: there is no column '{name}'", name=name))
    return needed[name]
