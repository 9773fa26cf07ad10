"""Land quotas: an amount handed down the levels, whole, inside bounds, with exact sums at each of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from decimal import Decimal

import numpy as np
import pandas as pd

from layers import Quota, StudyError, UnknownNameError
from zoning.apportionment import hand_out, measure_bounds, named
from zoning.errors import MissingValueError, near
from zoning.steps import NO_BOUND, Step
from zoning.tables import QUOTAS, tabulate
from zoning.weights import Values, find_column, telling, weigh

UNIT = "unit"
"""The lowest level: the planning units themselves."""
RESERVE = "(reserve)"
"""In the place of a unit's id: what is held back."""


def allocate(
    zones: pd.DataFrame,
    measures: pd.DataFrame,
    quotas: Iterable[Quota],
    parameters: Values | None = None,
    overlays: Iterable[str] = (),
) -> pd.DataFrame:
    """What each jurisdiction and each unit may have of every quota.

    Parameters
    ----------
    zones : DataFrame
        From :func:`zoning.resolve`: index ``unit_id``; ``main`` and ``overlays``.
    measures : DataFrame
        Index ``unit_id``, the same units: the measures that weights and bounds name, one column a jurisdiction level,
        and where there are any ``name`` and ``jurisdiction``.
    quotas : iterable of Quota
        The ``[[quotas]]`` of a study.
    parameters : mapping of str to number, bool or str, optional
        Names that conditions may use beside the measures.
    overlays : iterable of str, optional
        Codes of overlay zones that conditions may name although no unit has them.

    Returns
    -------
    DataFrame
        The QUOTAS table; amounts in the quota's unit. ``weight`` is after priorities; ``floor`` and ``ceiling`` are
        whole steps; ``binding`` names the bound without which the row would have less or more. ``jurisdiction`` of a
        unit's row is the lowest that the quota names, and its own where the quota names none. ``name`` of a
        jurisdiction's row is its path.

    Raises
    ------
    UnknownNameError
        A measure or level that nothing provides.
    MissingValueError
        A weight, bound or jurisdiction is missing, or the condition of a priority cannot be answered.
    InfeasibleError
        Bounds and total contradict each other.
    StudyError
        Two quotas of one name.

    Notes
    -----
    A unit's weight is its measure, or for a composite the sum of share * x / sum(x) over the parts, times the factor
    of every priority that it meets. Weight, floor and ceiling of a jurisdiction are the sums over its units; a unit
    without weight counts with its floor in both bounds, since it can have no more. The total is apportioned among the
    jurisdictions of the highest level, the amount of each among the next inside it, and so on
    (:func:`zoning.apportion`), so that sums are exact at every level and a larger total lowers nobody. Each
    jurisdiction of the lowest level first holds back ``reserve_pct`` of its amount, rounded down to the step.

    Examples
    --------
    >>> from layers import Quota
    >>> unit = pd.Index(["a", "b", "c"], name="unit_id")
    >>> zones = pd.DataFrame({"main": "general", "overlays": ""}, index=unit)
    >>> measures = pd.DataFrame({"state": ["east", "east", "west"], "people": [30, 10, 60]}, index=unit)
    >>> quota = Quota(name="land", period=2025, total=20, unit="ha", levels=("state", "unit"), weight="people")
    >>> allocate(zones, measures, [quota])[["level", "jurisdiction", "unit_id", "amount"]]
       level jurisdiction unit_id amount
    0  state         east              8
    1  state         west             12
    2   unit         east       a      6
    3   unit         east       b      2
    4   unit         west       c     12
    """
    asked = list(quotas)
    names = [quota.name for quota in asked]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise StudyError(f"quota '{twice}': there are two of this name; name them apart", code="duplicate")
    tables = []
    for quota in asked:
        with telling(f"quota '{quota.name}'"):
            tables.append(_allocate(quota, zones, measures, parameters or {}, tuple(overlays)))
    return tabulate(QUOTAS, pd.concat(tables, ignore_index=True) if tables else pd.DataFrame())


def _allocate(
    quota: Quota, zones: pd.DataFrame, measures: pd.DataFrame, parameters: Values, overlays: tuple[str, ...]
) -> pd.DataFrame:
    """The rows of one quota."""
    weights = weigh(quota, zones, measures, parameters, overlays)
    measures = measures.loc[weights.index]
    step = Step.of(quota.step)
    with telling("floor and ceiling"):
        ceiling = None if quota.ceiling is None else _bound(quota.ceiling, measures, "ceiling")
        floors, ceilings = measure_bounds(measures.index, step, _bound(quota.floor, measures, "floor"), ceiling)
    units = pd.DataFrame(
        {
            "weight": weights,
            "floor": step.amounts(floors, measures.index),
            "ceiling": step.amounts(ceilings, measures.index),
            "name": _label(measures, "name"),
            "jurisdiction": _label(measures, "jurisdiction"),
            **{f"part_{depth}": _level(level, measures) for depth, level in enumerate(quota.levels[:-1])},
        }
    )
    rows = pd.concat(_hand_down(quota, units, quota.total), ignore_index=True)
    return rows.assign(
        quota=quota.name,
        period=quota.period,
        unit=quota.unit,
        shadow_price=np.nan,
        ceiling=rows["ceiling"].where(rows["ceiling"] != NO_BOUND, None),
    )


def _hand_down(quota: Quota, units: pd.DataFrame, total: Decimal, path: tuple[str, ...] = ()) -> Iterator[pd.DataFrame]:
    """The rows of the parts of a jurisdiction, and of their parts in turn.

    ``units`` has the jurisdictions as columns ``part_0``, ``part_1``, ... from the highest level down.
    """
    depth = len(path)
    if quota.levels[depth] == UNIT:
        reserve = Step.of(quota.step).below(total * quota.reserve_pct / 100)
        if quota.reserve_pct:
            yield _reserve(reserve, path)
        shared = _share(quota, units, total, path, reserve)
        yield shared.assign(unit_id=shared.index, jurisdiction=path[-1] if path else shared["jurisdiction"])
        return
    capped = units.assign(ceiling=units["ceiling"].where(units["weight"] > 0, units["floor"]))
    sums = {"weight": math.fsum, "floor": _sum, "ceiling": _sum}
    shared = _share(quota, capped.groupby(f"part_{depth}", sort=True).agg(sums), total, path)
    yield shared.assign(
        unit_id="", jurisdiction=shared.index, name=[" / ".join((*path, part)) for part in shared.index]
    )
    amounts = shared["amount"].to_dict()
    for part, inside in units.groupby(f"part_{depth}", sort=True):
        yield from _hand_down(quota, inside, amounts[part], (*path, str(part)))


def _share(
    quota: Quota, parts: pd.DataFrame, total: Decimal, path: tuple[str, ...], reserve: Decimal = Decimal(0)
) -> pd.DataFrame:
    """The parts of one jurisdiction with their amounts; together they have the total but for the reserve."""
    level = quota.levels[len(path)]
    weights, bounds = parts["weight"], (quota.step, parts["floor"], parts["ceiling"])
    inside = f" of '{' / '.join(path)}'" if path else ""
    after = f", after a reserve of {reserve} out of {total}" if reserve else ""
    with telling(f"level '{level}'{inside}{after}"):
        amounts, binding = hand_out(weights, total - reserve, *bounds)
    return parts.assign(level=level, amount=amounts, binding=binding)


def _reserve(reserve: Decimal, path: tuple[str, ...]) -> pd.DataFrame:
    row = {
        "level": UNIT,
        "jurisdiction": path[-1] if path else "",
        "unit_id": RESERVE,
        "name": " / ".join(path),
        "amount": reserve,
        "floor": None,
        "ceiling": None,
        "weight": np.nan,
        "binding": "",
    }
    return pd.DataFrame([row])


def _bound(bound: Decimal | str, measures: pd.DataFrame, what: str) -> pd.Series | Decimal:
    return find_column(bound, measures, what) if isinstance(bound, str) else bound


def _level(level: str, measures: pd.DataFrame) -> pd.Series:
    """The jurisdiction of each unit at a level."""
    if level not in measures.columns:
        raise UnknownNameError(f"nothing provides the level '{level}'{near(level, measures.columns)}")
    values = measures[level]
    gaps = measures.index[(values.isna() | (values.astype(str) == "")).to_numpy(dtype=bool)]
    if len(gaps):
        raise MissingValueError(f"level '{level}': no jurisdiction for {named(gaps)}", features=gaps)
    return values.astype(str)


def _label(measures: pd.DataFrame, column: str) -> pd.Series:
    texts = measures[column] if column in measures.columns else pd.Series("", index=measures.index)
    return texts.astype(object).where(texts.notna(), "").astype(str)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, start=Decimal(0))
