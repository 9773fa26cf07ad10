"""Tipping points: every value of a parameter at which the zones of a plan change, exactly and without sampling.

As a function of one parameter the main function of a unit changes only where a clause turns that reads it, and there
are few such values a unit. So each unit is asked at each of its own values and once between each two, through the rules
and :func:`zoning.zones.resolve` themselves, and the hectares of a zone are a finite step curve.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.conditions import parse_condition, thresholds
from layers.errors import StudyError, UnknownNameError
from layers.overview import Overview, Shown, listed
from layers.phrases import Phrase, phrase_list
from zoning.errors import near
from zoning.measures import complete_measures
from zoning.plan import Plan
from zoning.rulebook import Rule, Rulebook, without_unused_topics
from zoning.zones.main_function import MainRules
from zoning.zones.parent_units import rules_of_units
from zoning.zones.rule_tests import answer_of

Floats = npt.NDArray[np.float64]
Words = npt.NDArray[np.object_]


class Step(NamedTuple):
    """A part of the range of a parameter in which no unit changes.

    Attributes
    ----------
    low, high : float or None
        Its ends; None where it has none.
    low_included, high_included : bool
        Whether the end itself belongs to it.
    hectares : mapping of str to float
        By zone, main functions and overlays.
    units : mapping of str to int
    """

    low: float | None
    high: float | None
    low_included: bool
    high_included: bool
    hectares: Mapping[str, float]
    units: Mapping[str, int]

    def holds(self, value: float) -> bool:
        """Whether a value of the parameter lies in it."""
        above = self.low is None or value > self.low or (self.low_included and value == self.low)
        return above and (self.high is None or value < self.high or (self.high_included and value == self.high))


@dataclass(frozen=True, repr=False)
class Curve(Shown):
    """What becomes of a plan as one parameter moves, all else held as it is.

    Attributes
    ----------
    parameter : str
    adopted : float
        Its value in the plan.
    steps : tuple of Step
        From the lowest values to the highest; together they are all numbers.
    turns : DataFrame
        One row for each change of a unit: ``unit_id``, ``value`` of the parameter, ``after`` ("at" where the value
        itself belongs to what comes after, else "above"), ``zone`` before and ``becomes`` after; of overlays ``zone``
        or ``becomes`` is empty.
    """

    parameter: str
    adopted: float
    steps: tuple[Step, ...]
    turns: pd.DataFrame

    @cached_property
    def current(self) -> Step:
        """The step in which the adopted value lies."""
        return next(step for step in self.steps if step.holds(self.adopted))

    @property
    def stable(self) -> tuple[float | None, float | None]:
        """The ends of the range around the adopted value in which no unit changes; None where there is no end."""
        return self.current.low, self.current.high

    @cached_property
    def changes(self) -> tuple[int, ...]:
        """By step how many main functions and overlays of units are not what they are at the adopted value."""
        turns = self.turns
        columns = (turns[name].tolist() for name in ("unit_id", "zone", "becomes", "value", "after"))
        ways: defaultdict[tuple[str, str], list[tuple[float, bool, str, str]]] = defaultdict(list)
        for unit, zone, becomes, value, after in zip(*columns, strict=True):
            overlay = "" if zone and becomes else zone + becomes
            ways[unit, overlay].append((value, after == "above", zone, becomes))
        count, moves = 0, Counter[tuple[float, bool]]()
        for way in ways.values():
            way.sort(key=lambda turn: turn[:2])
            beyond = (zone for value, above, zone, _ in way if (value, above) > (self.adopted, False))
            adopted_zone = next(beyond, way[-1][3])  # else of what turns nowhere beyond
            count += way[0][2] != adopted_zone
            for value, above, zone, becomes in way:
                moves[value, above] += (becomes != adopted_zone) - (zone != adopted_zone)
        return (count, *(count + moved for moved in accumulate(moves[point] for point in sorted(moves))))

    def nearest(self) -> pd.DataFrame:
        """For each unit that changes anywhere, the value nearest to the adopted one at which it does.

        Returns
        -------
        DataFrame
            Index ``unit_id``; the other columns of ``turns``, seen from the adopted value.
        """
        away = (self.turns["value"] - self.adopted).abs()
        order = self.turns.assign(away=away).sort_values(["away", "value"], kind="stable")
        return order.drop_duplicates("unit_id").drop(columns="away").set_index("unit_id").sort_index()

    def overview(self) -> Overview:
        """The range in which nothing changes, and who changes first beyond it."""
        low, high = ("" if end is None else f"{end:g}" for end in self.stable)
        near = [self.turns.loc[self.turns["value"] == end, "unit_id"].unique() for end in self.stable]
        rows = (
            ("adopted", f"{self.adopted:g}"),
            ("stands", " to ".join((low or "any lower value", high or "any higher value"))),
            ("first below", listed(near[0])),
            ("first above", listed(near[1])),
            ("steps", f"{len(self.steps):,}"),
            ("units", f"{self.turns['unit_id'].nunique():,} change somewhere"),
        )
        return Overview(f"Curve of {self.parameter}", rows)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON: the keys of the contract, which ends belong to a step, and all changes."""
        steps = [
            {
                "from": step.low,
                "to": step.high,
                "from_included": step.low_included,
                "to_included": step.high_included,
                "hectares": dict(step.hectares),
                "units": dict(step.units),
            }
            for step in self.steps
        ]
        changes = self.turns.rename(columns={"zone": "from", "becomes": "to"}).to_dict("records")
        return {
            "parameter": self.parameter,
            "adopted": self.adopted,
            "stable": list(self.stable),
            "steps": steps,
            "changes": changes,
        }


class StillThreshold(NamedTuple):
    """A threshold of which no curve is drawn, and why."""

    parameter: str
    why: Literal["unasked", "missing", "outweighed", "untold"]
    names: tuple[str, ...] = ()


class ThresholdCurves(NamedTuple):
    """Every number that a rule of a plan compares with: those that move something, and the others with the reason."""

    curves: tuple[Curve, ...]
    still: tuple[StillThreshold, ...]


def threshold_curves(plan: Plan) -> ThresholdCurves:
    """The curve of every threshold that changes a zone at some value, and why the others have none.

    Both in the order of the rulebook.
    """
    common, curves, still = AskedRules.of(plan), list[Curve](), list[StillThreshold]()
    compared = {name for rule in common.rulebook.rules for name in parse_condition(rule.when).names}
    for name, parameter in common.rulebook.parameters.items():
        if name not in compared or isinstance(parameter.value, (bool, str)):
            continue
        if not common.reading(name) and all(rule.refines for rule in common.unasked(name)):
            still.append(StillThreshold(name, "unasked", tuple(rule.id for rule in common.unasked(name))))
            continue
        try:
            curve = _curve(common, name)
        except StudyError:
            still.append(StillThreshold(name, "untold"))
            continue
        if len(curve.turns):
            curves.append(curve)
        else:
            still.append(_outweighed_or_missing(common, name))
    return ThresholdCurves(tuple(curves), tuple(still))


def _outweighed_or_missing(common: AskedRules, parameter: str) -> StillThreshold:
    """Why a threshold changes nothing at any value: what it is compared with is missing, or others decide."""
    missing = dict.fromkeys(
        name
        for rule in common.reading(parameter)
        for clause in thresholds(parse_condition(rule.when).evaluate(common.known, common.rulebook.values), parameter)
        if all(np.isnan(values).all() for values in clause.values)
        for name in sorted(parse_condition(clause.text).names & set(map(str, common.known.columns)))
        if common.known[name].isna().all()
    )
    return StillThreshold(parameter, "missing" if missing else "outweighed", tuple(missing))


class AskedRules(NamedTuple):
    """The rules of a plan that are asked of its units, and what they see."""

    plan: Plan
    rulebook: Rulebook
    rules: tuple[Rule, ...]
    known: pd.DataFrame
    ordered: MainRules

    @classmethod
    def of(cls, plan: Plan) -> AskedRules:
        """Those of a plan, just made or read back."""
        rulebook = without_unused_topics(plan.rulebook, map(str, plan.measures.columns))
        rules = rules_of_units(plan.claims, rulebook)
        known = complete_measures(plan.measures, rulebook).table.rename_axis("unit_id")
        other_claims = plan.claims[~plan.claims["rule"].isin([rule.id for rule in rules])]
        ordered = MainRules(rulebook, other_claims[other_claims["answer"] == "yes"], known.index)
        return cls(plan, rulebook, rules, known, ordered)

    def reading(self, parameter: str) -> list[Rule]:
        """The rules that are asked of units and read a parameter."""
        return [rule for rule in self.rules if parameter in parse_condition(rule.when).names]

    def unasked(self, parameter: str) -> list[Rule]:
        """The others that read it: of larger units, or, where they refine and no unit is a part, of nobody."""
        return [
            rule
            for rule in self.rulebook.rules
            if rule not in self.rules and parameter in parse_condition(rule.when).names
        ]


def curve(plan: Plan, parameter: str) -> Curve:
    """How the zones of a plan hang on a parameter, exactly.

    Parameters
    ----------
    plan : Plan
        Just made, or read back.
    parameter : str
        One that stands in conditions of rules.

    Returns
    -------
    Curve
        Hectares and units of each main function, and of each overlay that a rule with the parameter claims for.

    Raises
    ------
    UnknownNameError
        The rulebook has no such parameter.
    StudyError
        No rule asks for it; it stands in what measures are derived from; it is no number; or it stands in a clause to
        a higher than the first degree.

    Examples
    --------
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> curve = zp.curve(plan, "density_min_per_km2")
    >>> low, high = curve.stable
    >>> low < curve.adopted <= high
    True
    >>> curve.steps[0].units["key_development"] >= curve.steps[-1].units.get("key_development", 0)
    True
    """
    return _curve(AskedRules.of(plan), parameter)


def _curve(common: AskedRules, parameter: str) -> Curve:
    plan, rulebook, _, known, _ = common
    rules = common.reading(parameter)
    _require(common, parameter)
    free = replace(rulebook, parameters={k: v for k, v in rulebook.parameters.items() if k != parameter})
    read = {name for rule in rules for name in parse_condition(rule.when).names}
    seen = known[[name for name in known.columns if name in read]]
    points = turning_points(rules, seen.assign(**{parameter: rulebook.values[parameter]}), free.values, parameter)
    rows, probes, starts = _probes(points)
    answers = zones_at(common, rules, seen.iloc[rows].assign(**{parameter: probes}), rows, free)
    area = plan.zones.set_index("unit_id")["area_ha"].reindex(known.index).to_numpy(dtype=float)
    turns = _Turns.joined([_Turns.of(rows, starts, probes, answer) for answer in answers])
    begins = np.flatnonzero(np.diff(rows, prepend=-1) > 0)  # what each unit is below all its points
    steps = _steps(turns, rows[begins], [answer[begins] for answer in answers], area)
    return Curve(parameter, float(rulebook.values[parameter]), steps, turns.table(known.index))


def _require(common: AskedRules, parameter: str) -> None:
    rulebook = common.rulebook
    values = rulebook.values
    if parameter not in values:
        raise UnknownNameError(
            Phrase("there is no parameter '{name}'{near}", name=parameter, near=near(parameter, values))
        )
    value = values[parameter]
    if isinstance(value, (bool, str)):
        raise StudyError(
            Phrase("parameter '{name}' is {value!r}, no number that could move", name=parameter, value=value)
        )
    derived = [measure.name for measure in rulebook.derived if parameter in measure.names]
    if derived:
        raise StudyError(
            Phrase(
                "parameter '{name}' stands in what {measures} are derived from: its steps are not told. Compare plans "
                "with other values instead (zoneplan compare)",
                name=parameter,
                measures=phrase_list(derived),
            )
        )
    unasked = common.unasked(parameter)
    larger = [rule.id for rule in unasked if not rule.refines]
    if larger:
        raise StudyError(
            Phrase(
                "parameter '{name}' is asked for by rules of larger units ({rules}): its steps are not told. Compare "
                "plans with other values instead (zoneplan compare)",
                name=parameter,
                rules=phrase_list(larger),
            )
        )
    if common.reading(parameter):
        return
    if unasked:
        raise StudyError(
            Phrase(
                "parameter '{name}' moves no zone here: only rules ask for it that are asked of no unit of this plan "
                "({rules})",
                name=parameter,
                rules=phrase_list([rule.id for rule in unasked]),
            )
        )
    raise StudyError(
        Phrase(
            "no rule for a zone asks for parameter '{name}': it is a factor or a rate of something else, and moves "
            "no zone. Compare plans with other values instead (zoneplan compare)",
            name=parameter,
        )
    )


def zones_at(
    common: AskedRules, rules: Sequence[Rule], seen: pd.DataFrame, rows: npt.NDArray[np.intp], rulebook: Rulebook
) -> list[Words]:
    """The main function of each row of a table, then for each overlay whether the rules claim it."""
    evaluations = [
        parse_condition(rule.when).evaluate(seen, rulebook.values)
        if rule in rules
        else answer_of(common.plan, rule, common.known, common.rulebook).taken(rows)
        for rule in common.ordered.rules
    ]
    mains = set(common.rulebook.codes("main"))
    overlays = [code for code in dict.fromkeys(rule.zone for rule in rules) if code not in mains]
    return [
        common.ordered.zones(evaluations, rows),
        *(_overlay(code, rules, seen, rulebook, common.plan) for code in overlays),
    ]


def turning_points(
    rules: Iterable[Rule], known: pd.DataFrame, parameters: Mapping[str, float | bool | str], name: str
) -> Floats:
    """The values at which a clause turns, or divides by zero, one row a unit in ascending order, NaN last."""
    columns: list[Floats] = []
    for rule in rules:
        evaluation = parse_condition(rule.when).evaluate(known, parameters)
        for threshold in thresholds(evaluation, name):
            if not threshold.determined:
                raise StudyError(
                    Phrase(
                        "parameter '{name}' stands in the clause {clause} of rule '{rule}' to a higher than the first "
                        "degree: its steps are not told",
                        name=name,
                        clause=threshold.text,
                        rule=rule.id,
                    )
                )
            columns += [*threshold.values, *threshold.poles]
    stacked = np.column_stack([np.full((len(known), 0), np.nan), *columns])
    return np.sort(stacked, axis=1)


def _probes(points: Floats) -> tuple[npt.NDArray[np.intp], Floats, Floats]:
    """Where each unit is asked: by row of the unit the value that is tried, and that from which its answer holds.

    An answer holds from ``start`` on: from minus infinity before the first point, at a point, or above it. A probe
    that is equal to its start is at a point.
    """
    count, width = points.shape
    none = np.full((count, 1), np.nan)
    padded = np.column_stack([none, points, none])
    lower, upper = padded[:, :-1], padded[:, 1:]  # the ends of what lies before, between and after the points
    with np.errstate(invalid="ignore"):
        middle = lower + (upper - lower) / 2
        open_low, open_high = np.isnan(lower), np.isnan(upper)
        middle = np.where(open_low & ~open_high, upper - np.maximum(1.0, np.abs(upper)), middle)
        middle = np.where(open_high & ~open_low, lower + np.maximum(1.0, np.abs(lower)), middle)
        apart = (open_low | (lower < middle)) & (open_high | (middle < upper))
    middle[:, 0] = np.where(open_high[:, 0], 0.0, middle[:, 0])  # of a unit without a point
    apart[:, 0] = True
    apart[:, 1:] &= ~open_low[:, 1:]
    tried, start = np.full((count, 2 * width + 1), np.nan), np.full((count, 2 * width + 1), -np.inf)
    tried[:, ::2] = np.where(apart, middle, np.nan)
    tried[:, 1::2] = np.where(np.diff(points, axis=1, prepend=-np.inf) > 0, points, np.nan)
    start[:, 1::2] = start[:, 2::2] = points
    rows, places = np.nonzero(~np.isnan(tried))
    return rows, tried[rows, places], start[rows, places]


def _overlay(code: str, rules: Iterable[Rule], seen: pd.DataFrame, rulebook: Rulebook, plan: Plan) -> Words:
    """Which rows have an overlay: claimed by a rule that reads the parameter, or by what does not."""
    zone_rules = [rule for rule in rules if rule.zone == code]
    others = plan.claims[(plan.claims["zone"] == code) & (plan.claims["answer"] == "yes")]
    others = others[~others["rule"].isin([rule.id for rule in zone_rules])]
    held = seen.index.isin(others["unit_id"])
    for rule in zone_rules:
        held |= parse_condition(rule.when).evaluate(seen, rulebook.values).yes
    return np.where(held, code, "").astype(object)


class _Turns(NamedTuple):
    """Where the answers of units are others than just before, a row each: above a value, or from the value itself."""

    row: npt.NDArray[np.intp]
    value: Floats
    above: npt.NDArray[np.bool_]
    zone: Words
    becomes: Words

    @classmethod
    def of(cls, rows: npt.NDArray[np.intp], starts: Floats, probes: Floats, answer: Words) -> _Turns:
        """Those of one answer."""
        changed = np.flatnonzero((rows[1:] == rows[:-1]) & (answer[1:] != answer[:-1])) + 1
        above = probes[changed] != starts[changed]
        return cls(rows[changed], starts[changed], above, answer[changed - 1], answer[changed])

    @classmethod
    def joined(cls, some: Sequence[_Turns]) -> _Turns:
        """Those of several, one after another."""
        return cls(*map(np.concatenate, zip(*some, strict=True)))

    def table(self, units: pd.Index) -> pd.DataFrame:
        """As :class:`Curve` tells them."""
        return pd.DataFrame(
            {
                "unit_id": units.to_numpy()[self.row],
                "value": self.value,
                "after": np.where(self.above, "above", "at"),
                "zone": self.zone,
                "becomes": self.becomes,
            }
        )


def _steps(turns: _Turns, units: npt.NDArray[np.intp], first: Sequence[Words], area: Floats) -> tuple[Step, ...]:
    """The curve: what is added up from the lowest values on, at each place where a unit changes."""
    zones = sorted({*turns.zone, *turns.becomes}.union(*first) - {""})
    order = np.lexsort((turns.above, turns.value))
    row, value, side, *words = (part[order] for part in turns)
    fresh = np.ones(len(value), dtype=bool)
    fresh[1:] = (np.diff(value) != 0) | (np.diff(side) != 0)
    step_number = np.cumsum(fresh)  # the step to which a turn leads
    weight = np.stack([np.ones(len(area)), area])
    sums = np.zeros((2, len(zones), int(fresh.sum()) + 1))
    for at, zone in enumerate(zones):
        begins = np.concatenate([units[answer == zone] for answer in first])
        sums[:, at, 0] = weight[:, begins].sum(axis=1)
        for before_or_after, sign in zip(words, (-1, 1), strict=True):
            of_zone = before_or_after == zone
            for kind in (0, 1):
                np.add.at(sums[kind, at], step_number[of_zone], sign * weight[kind, row[of_zone]])
    sums = sums.cumsum(axis=2)
    ends: list[float | None] = [None, *value[fresh].tolist(), None]
    sides = [False, *side[fresh].tolist(), False]
    counts, hectares = (rows.T.tolist() for rows in sums)
    return tuple(
        Step(
            low=ends[nth],
            high=ends[nth + 1],
            low_included=nth > 0 and not sides[nth],
            high_included=sides[nth + 1],
            hectares={zone: area for zone, area, units in zip(zones, hectares[nth], counts[nth], strict=True) if units},
            units={zone: int(units) for zone, units in zip(zones, counts[nth], strict=True) if units},
        )
        for nth in range(len(counts))
    )
