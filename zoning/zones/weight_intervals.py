"""Weights of indices: between which values of each weight no zone changes, exactly and without sampling.

A weighted sum is of the first degree in each of its weights, where the others keep their proportions. So each unit
turns at few values of a weight, and is asked at each of them and once between each two, through the rules themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.conditions import parse_condition
from layers.errors import StudyError
from zoning.measures import made_of, scores_of
from zoning.plan import Plan
from zoning.rulebook import Rule
from zoning.study import PlanIndex
from zoning.zones.tipping_points import AskedRules, turning_points, zones_at

Floats = npt.NDArray[np.float64]


class WeightInterval(NamedTuple):
    """Between which values of a weight no zone changes, the other weights of the index in their proportions.

    Attributes
    ----------
    name, measure : str
        The index, and a measure of it.
    weight : float
        In the plan.
    low, high : float or None
        The ends, from 0 to 1; None where they are not known.
    low_included, high_included : bool
        Whether the end itself belongs to it.
    below, above : str
        The unit that changes first beyond either end; "" where none does before 0 or 1.
    becomes_below, becomes_above : str
        Its main function there, or the overlay that it gains or loses.
    opinions : mapping of str to float
        The weight in each named set of the plan.
    unknown : str
        Why the ends are not known: "aggregate" (no weighted sum), "indirect" (other measures are made of the index),
        "curved" (it stands in a condition to a higher degree) or "larger" (rules of larger units read it); "" else.
    """

    name: str
    measure: str
    weight: float
    low: float | None
    high: float | None
    low_included: bool
    high_included: bool
    below: str
    above: str
    becomes_below: str
    becomes_above: str
    opinions: Mapping[str, float]
    unknown: str


def weight_intervals(plan: Plan) -> tuple[WeightInterval, ...]:
    """Between which values of each weight of the plan's indices no zone changes.

    Parameters
    ----------
    plan : Plan
        Just made, or read back.

    Returns
    -------
    tuple of WeightInterval
        By index in the order of the plan, and measure in the order of the index; of indices of one measure alone none.

    Examples
    --------
    >>> import zoneplan as zp
    >>> zp.weight_intervals(zp.run(zp.read_study(zp.builtin_study("us_mountain_west"))))  # it has no index
    ()

    Notes
    -----
    With the weight of measure i at t, the others are w(j) (1 - t) / (1 - w(i)), or equal where w(i) is 1, and the
    score of a unit is rest + (s(i) - rest) t, where rest is the weighted sum of its other scores. A unit turns where
    that is a threshold of a rule.
    """
    weighed = [(place, index) for place, index in enumerate(plan.study.indices) if len(index.of) > 1]
    if not weighed:
        return ()
    common = AskedRules.of(plan)
    return tuple(one for place, index in weighed for one in _of_index(common, index, _unknown(common, place)))


def _unknown(common: AskedRules, place: int) -> str:
    """Why the ends of an index are not known, as far as that is seen without asking."""
    plan, index = common.plan, common.plan.study.indices[place]
    if index.aggregate != "weighted_sum":
        return "aggregate"
    if made_of(place, plan.study.indices, common.rulebook):
        return "indirect"
    own = {rule.id for rule in common.asked}
    others = (rule for rule in common.rulebook.rules if rule.id not in own)
    return "larger" if any(index.name in parse_condition(rule.when).names for rule in others) else ""


def _of_index(common: AskedRules, index: PlanIndex, unknown: str) -> list[WeightInterval]:
    scores, weights = scores_of(common.plan.measures, index)
    rules = [rule for rule in common.asked if index.name in parse_condition(rule.when).names]
    turning: Floats | None = None
    if not unknown:
        try:
            turning = turning_points(rules, common.known, common.rulebook.values, index.name)
        except StudyError:
            unknown = "curved"
    found = []
    for name in index.of:
        ends = _Ends(None, None)
        if turning is not None:
            ends = _ends(common, index, rules, _Line.of(scores, weights, name, common.known.index), turning)
        opinions = {who: float(one[name]) for who, one in index.opinions.items()}
        found.append(WeightInterval(index.name, name, float(weights[name]), *ends, opinions, unknown))
    return found


class _Line(NamedTuple):
    """The score of each unit as a function of one weight; NaN where the unit has none.

    Attributes
    ----------
    at : float
        The weight in the plan.
    rest, slope : float array
    """

    at: float
    rest: Floats
    slope: Floats

    @classmethod
    def of(cls, scores: pd.DataFrame, weights: pd.Series, name: str, units: pd.Index) -> _Line:
        own, others = float(weights[name]), weights.drop(name)
        total = float(others.sum())
        parts = others / total if total > 0 else pd.Series(1 / len(others), index=others.index)
        rest = (scores[others.index] @ parts).reindex(units).to_numpy(dtype=float)
        return cls(own, rest, scores[name].reindex(units).to_numpy(dtype=float) - rest)


class _Ends(NamedTuple):
    """The ends of an interval, and what changes first beyond each."""

    low: float | None
    high: float | None
    low_included: bool = False
    high_included: bool = False
    below: str = ""
    above: str = ""
    becomes_below: str = ""
    becomes_above: str = ""


def _ends(common: AskedRules, index: PlanIndex, rules: list[Rule], line: _Line, turning: Floats) -> _Ends:
    """How far a weight can go down and up, and what changes first there."""
    with np.errstate(divide="ignore", invalid="ignore"):
        at = (turning - line.rest[:, None]) / line.slope[:, None]
    at = np.where((at >= 0) & (at <= 1), at, np.nan)
    tried, scores = _probes(at, turning, line, common.known[index.name].to_numpy(dtype=float))
    rows, places = np.nonzero(~np.isnan(tried))
    seen = common.known.iloc[rows].assign(**{index.name: scores[rows, places]})
    told = zones_at(common, rules, seen, rows, common.rulebook)
    first = np.searchsorted(rows, np.arange(len(at)))  # the first probe of each unit is the plan's own weight
    becomes = np.full(len(rows), "", dtype=object)
    changed = np.zeros(len(rows), dtype=bool)
    for now in told:
        here = now[first][rows]
        becomes = np.where((now != here) & ~changed, np.where(now == "", here, now), becomes)
        changed |= now != here
    exact = places >= tried.shape[1] - turning.shape[1]
    probes = pd.DataFrame({"row": rows, "at": tried[rows, places], "exact": exact, "changed": changed, "to": becomes})
    turned = probes[probes["row"].isin(probes.loc[probes["changed"], "row"])]
    low = [_end(own, line.at, -1) for _, own in turned.groupby("row", sort=True)]
    high = [_end(own, line.at, 1) for _, own in turned.groupby("row", sort=True)]
    down = max(
        (one for one in low if one), key=lambda one: (one.at, not one.included), default=_End(0.0, True, None, "")
    )
    up = min((one for one in high if one), key=lambda one: (one.at, one.included), default=_End(1.0, True, None, ""))
    names = ["" if one.row is None else str(common.known.index[one.row]) for one in (down, up)]
    return _Ends(down.at, up.at, down.included, up.included, names[0], names[1], down.becomes, up.becomes)


class _End(NamedTuple):
    """Where a unit changes on one side."""

    at: float
    included: bool
    row: int | None
    becomes: str


def _end(probes: pd.DataFrame, own: float, side: int) -> _End | None:
    """Where a unit changes first below (-1) or above (1) the weight of the plan; None where it does not."""
    away = (probes["at"] - own) * side
    beyond = probes[probes["changed"] & (away >= 0)]
    if beyond.empty:
        return None
    first = beyond.loc[((beyond["at"] - own) * side).idxmin()]
    row, becomes = int(first["row"]), str(first["to"])
    if first["exact"]:
        return _End(float(first["at"]), False, row, becomes)
    between = probes[probes["exact"] & (away >= 0) & (away < (first["at"] - own) * side)]
    at = between.loc[((between["at"] - own) * side).idxmax(), "at"] if len(between) else own
    return _End(float(at), True, row, becomes)


def _probes(at: Floats, turning: Floats, line: _Line, own: Floats) -> tuple[Floats, Floats]:
    """For each unit the weights at which it is asked, and its score there: in the plan, between turns, and at each."""
    known = ~np.isnan(line.rest)
    ends = [np.where(known, one, np.nan)[:, None] for one in (0.0, 1.0)]
    stops = np.sort(np.column_stack([*ends, at]), axis=1)  # NaN last
    middle = (stops[:, :-1] + stops[:, 1:]) / 2
    with np.errstate(invalid="ignore"):
        middle = np.where((middle > stops[:, :-1]) & (middle < stops[:, 1:]), middle, np.nan)
    plain = np.column_stack([np.full(len(at), line.at), middle, *ends])
    scores = line.rest[:, None] + line.slope[:, None] * plain
    scores[:, 0] = own
    return np.column_stack([plain, at]), np.column_stack([scores, np.where(np.isnan(at), np.nan, turning)])
