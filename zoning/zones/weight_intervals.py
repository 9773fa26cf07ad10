"""Weights of indices: between which values of each weight no zone changes, exactly and without sampling.

A weighted sum is of the first degree in each of its weights, where the others keep their proportions. So each unit
turns at few values of a weight, and is asked at each of them and once between each two, through the rules themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.conditions import parse_condition
from layers.errors import StudyError
from zoning.measures import made_of, scores_of
from zoning.plan import Plan
from zoning.rulebook import Rule, Rulebook
from zoning.study import PlanIndex
from zoning.zones.tipping_points import AskedRules, turning_points, zones_at

Floats = npt.NDArray[np.float64]


class WeightInterval(NamedTuple):
    """Between which values of a weight no zone changes, the other weights of the index in their proportions."""

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
    >>> from zoning.zones import weight_intervals
    >>> found = weight_intervals(zp.run(zp.read_study(zp.builtin_study("us_mountain_west"))))
    >>> {one.name for one in found if (one.low, one.high) != (0, 1)}  # no rule asks for an index, so no weight matters
    set()

    Notes
    -----
    With the weight of measure i at t, the others are w(j) (1 - t) / (1 - w(i)), or equal where w(i) is 1, and the
    score of a unit is rest + (s(i) - rest) t, where rest is the weighted sum of its other scores. A unit turns where
    that is a threshold of a rule. An index that is a weighted sum of this one without making it comparable again
    (``normalise = "none"``) is of the first degree in t as well, and so on up; one that makes it comparable over all
    units hangs on the weight in another way, and the interval is not told.
    """
    weighed = [(position, index) for position, index in enumerate(plan.study.indices) if len(index.of) > 1]
    if not weighed:
        return ()
    common = AskedRules.of(plan)
    return tuple(
        interval for position, index in weighed for interval in _of_index(common, index, _unknown(common, position))
    )


def _unknown(common: AskedRules, position: int) -> str:
    """Why the ends of an index are not known, as far as that is seen without asking."""
    plan, index = common.plan, common.plan.study.indices[position]
    if index.aggregate != "weighted_sum":
        return "aggregate"
    above = _sums_of(position, plan.study.indices, common.rulebook)
    if above is None:
        return "indirect"
    rule_ids, names = {rule.id for rule in common.rules}, {index.name, *(sum_index.name for sum_index in above)}
    if any(len(names & parse_condition(rule.when).names) > 1 for rule in common.rules):
        return "indirect"
    others = (rule for rule in common.rulebook.rules if rule.id not in rule_ids)
    return "larger" if any(names & parse_condition(rule.when).names for rule in others) else ""


def _sums_of(position: int, indices: Sequence[PlanIndex], rulebook: Rulebook) -> list[PlanIndex] | None:
    """The indices that are weighted sums of an index as it is, in their order; None where others are made of it."""
    sums: list[PlanIndex] = []
    for number in range(position, len(indices)):
        plan_index = indices[number]
        if number != position and plan_index not in sums:
            continue
        for name in made_of(number, indices, rulebook):
            composite = next((index for index in indices if index.name == name), None)
            plain = (
                composite is not None
                and composite.of
                and (composite.aggregate, composite.scale) == ("weighted_sum", "none")
            )
            if composite is None or not plain or composite.weights == "entropy":
                return None
            if composite not in sums:
                sums.append(composite)
    return sums


def _of_index(common: AskedRules, index: PlanIndex, unknown: str) -> list[WeightInterval]:
    scores, weights = scores_of(common.plan.measures, index)
    indices = common.plan.study.indices
    sums = [] if unknown else _sums_of(indices.index(index), indices, common.rulebook) or []
    names = [index.name, *(sum_index.name for sum_index in sums)]
    rules = [rule for rule in common.rules if parse_condition(rule.when).names.intersection(names)]
    turning: dict[str, Floats] = {}
    if not unknown:
        try:
            for name in names:
                readers = [rule for rule in rules if name in parse_condition(rule.when).names]
                turning[name] = turning_points(readers, common.known, common.rulebook.values, name)
        except StudyError:
            unknown = "curved"
    intervals = []
    for name in index.of:
        ends = _Ends(None, None)
        if not unknown:
            lines = {index.name: _Line.of(scores, weights, name, common.known.index)}
            for sum_index in sums:
                lines[sum_index.name] = _Line.of_sum(
                    *scores_of(common.plan.measures, sum_index), lines, common.known.index
                )
            ends = _ends(common, rules, lines, turning)
        opinions = {who: float(opinion[name]) for who, opinion in index.opinions.items()}
        intervals.append(WeightInterval(index.name, name, float(weights[name]), *ends, opinions, unknown))
    return intervals


class _Line(NamedTuple):
    """The score of each unit as a function of one weight; NaN where the unit has none."""

    at: float
    rest: Floats
    slope: Floats

    @classmethod
    def of(cls, scores: pd.DataFrame, weights: pd.Series, name: str, units: pd.Index) -> _Line:
        weight, others = float(weights[name]), weights.drop(name)
        total = float(others.sum())
        parts = others / total if total > 0 else pd.Series(1 / len(others), index=others.index)
        rest = (scores[others.index] @ parts).reindex(units).to_numpy(dtype=float)
        return cls(weight, rest, scores[name].reindex(units).to_numpy(dtype=float) - rest)

    @classmethod
    def of_sum(cls, values: pd.DataFrame, weights: pd.Series, lines: Mapping[str, _Line], units: pd.Index) -> _Line:
        """That of a weighted sum of scores, some of which are such functions themselves."""
        rest, slope = np.zeros(len(units)), np.zeros(len(units))
        for name in values.columns:
            inner = lines.get(str(name))
            rest += weights[name] * (values[name].reindex(units).to_numpy(dtype=float) if inner is None else inner.rest)
            slope += 0.0 if inner is None else weights[name] * inner.slope
        return cls(next(iter(lines.values())).at, rest, slope)


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


def _ends(common: AskedRules, rules: list[Rule], lines: Mapping[str, _Line], turning: Mapping[str, Floats]) -> _Ends:
    """How far a weight can go down and up, and what changes first there."""
    line = next(iter(lines.values()))
    blocks = {name: _weights_at(turning[name], index_line) for name, index_line in lines.items()}
    at = np.column_stack(list(blocks.values()))
    tried = _probes(at, line)
    rows, places = np.nonzero(~np.isnan(tried))
    scores, begin = {}, tried.shape[1] - at.shape[1]
    for name, index_line in lines.items():
        values = index_line.rest[:, None] + index_line.slope[:, None] * tried
        values[:, 0] = common.known[name].to_numpy(dtype=float)
        end = begin + blocks[name].shape[1]
        values[:, begin:end] = np.where(np.isnan(blocks[name]), np.nan, turning[name])  # exactly there
        scores[name], begin = values[rows, places], end
    seen = common.known.iloc[rows].assign(**scores)
    answers = zones_at(common, rules, seen, rows, common.rulebook)
    first = np.searchsorted(rows, np.arange(len(at)))  # the first probe of each unit is the plan's own weight
    becomes = np.full(len(rows), "", dtype=object)
    changed = np.zeros(len(rows), dtype=bool)
    for now in answers:
        here = now[first][rows]
        becomes = np.where((now != here) & ~changed, np.where(now == "", here, now), becomes)
        changed |= now != here
    exact = places >= tried.shape[1] - at.shape[1]
    probes = pd.DataFrame({"row": rows, "at": tried[rows, places], "exact": exact, "changed": changed, "to": becomes})
    turned = probes[probes["row"].isin(probes.loc[probes["changed"], "row"])]
    low = [_end(unit_probes, line.at, -1) for _, unit_probes in turned.groupby("row", sort=True)]
    high = [_end(unit_probes, line.at, 1) for _, unit_probes in turned.groupby("row", sort=True)]
    down = max(
        (end for end in low if end), key=lambda end: (end.at, not end.included), default=_End(0.0, True, None, "")
    )
    up = min((end for end in high if end), key=lambda end: (end.at, end.included), default=_End(1.0, True, None, ""))
    names = ["" if end.row is None else str(common.known.index[end.row]) for end in (down, up)]
    return _Ends(down.at, up.at, down.included, up.included, names[0], names[1], down.becomes, up.becomes)


class _End(NamedTuple):
    """Where a unit changes on one side."""

    at: float
    included: bool
    row: int | None
    becomes: str


def _end(probes: pd.DataFrame, weight: float, side: int) -> _End | None:
    """Where a unit changes first below (-1) or above (1) the weight of the plan; None where it does not."""
    away = (probes["at"] - weight) * side
    beyond = probes[probes["changed"] & (away >= 0)]
    if beyond.empty:
        return None
    first = beyond.loc[((beyond["at"] - weight) * side).idxmin()]
    row, becomes = int(first["row"]), str(first["to"])
    if first["exact"]:
        return _End(float(first["at"]), False, row, becomes)
    between = probes[probes["exact"] & (away >= 0) & (away < (first["at"] - weight) * side)]
    at = between.loc[((between["at"] - weight) * side).idxmax(), "at"] if len(between) else weight
    return _End(float(at), True, row, becomes)


def _weights_at(turning: Floats, line: _Line) -> Floats:
    """The weights from 0 to 1 at which each unit has a score where a rule turns."""
    with np.errstate(divide="ignore", invalid="ignore"):
        at = (turning - line.rest[:, None]) / line.slope[:, None]
    weights: Floats = np.where((at >= 0) & (at <= 1), at, np.nan)
    return weights


def _probes(at: Floats, line: _Line) -> Floats:
    """For each unit the weights at which it is asked: in the plan, between turns, at both ends, and at each turn."""
    known = ~np.isnan(line.rest)
    ends = [np.where(known, end, np.nan)[:, None] for end in (0.0, 1.0)]
    stops = np.sort(np.column_stack([*ends, at]), axis=1)  # NaN last
    middle = (stops[:, :-1] + stops[:, 1:]) / 2
    with np.errstate(invalid="ignore"):
        middle = np.where((middle > stops[:, :-1]) & (middle < stops[:, 1:]), middle, np.nan)
    plain = np.column_stack([np.full(len(at), line.at), middle, *ends])
    return np.column_stack([plain, at])
