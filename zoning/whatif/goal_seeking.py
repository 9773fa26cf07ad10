"""Goal seeking: the smallest change of parameters with which a plan meets its goals, proved.

As functions of the parameters zones change at finitely many values, so that their ranges fall into cells in which
nothing does. Hectares and units are sums over units of what each is in the cell of each parameter: a mixed-integer
programme chooses the cells. Amounts of quotas are no such sums; for them cells are tried, the nearest first.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.conditions import Condition, parse_condition, thresholds
from layers.errors import Attempts, LimitError, SeveralErrors, StudyError, UnknownNameError, raise_all
from layers.overview import Overview, Shown
from layers.phrases import Phrase
from zoning.errors import InfeasibleError, MissingValueError, near
from zoning.pipeline import claims_and_measures
from zoning.plan import Plan
from zoning.quotas import RESERVE, UNIT, allocate, conditions_of, names_asked, unit_context
from zoning.rulebook import Rulebook, require_parameters
from zoning.solver import LinearConstraint, Programme, choose
from zoning.whatif.goals import Goal, parse_goals
from zoning.whatif.variants import as_fresh
from zoning.zones import ThresholdSweep, gather_parents, is_threshold, rules_in

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]
MOST_ROWS = 3_000_000
"""Of units times the cells that the parameters make for one of them: more is too much for a laptop."""
MOST_TRIED, MOST_ALLOCATED = 20_000, 300
"""So many cells are tried where quotas are asked for, and so many times the quotas are handed out."""
AT_ONCE = 64
NO_PLAN = (MissingValueError, SeveralErrors)
"""What is raised where a value is missing that a rule, or several, or a quota cannot do without."""
SCALE = 1000.0
"""Of distances in the programme, so that its tolerances are far below any that counts."""
LEAST = 1e-8
"""What leaving the adopted value costs at least, so that the solver sees it where the next cell begins beside it."""
SLACK = 1e-7
"""A goal of hectares may be missed by this part of all land in the programme; what it finds is checked exactly."""


class Judged(NamedTuple):
    """A goal and what becomes of it."""

    goal: Goal
    value: float | Decimal | None
    met: bool


class Refused(NamedTuple):
    """Values that meet the goals, at which the quotas of the plan cannot be handed out."""

    values: Mapping[str, float]
    distance: float
    because: str

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {"values": dict(self.values), "distance": self.distance, "because": str(self.because)}


@dataclass(frozen=True, repr=False)
class Sought(Shown):
    """What a search for goals found."""

    values: Mapping[str, float]
    adopted: Mapping[str, float]
    distance: float
    bound: float | None
    goals: tuple[Judged, ...]
    refused: Refused | None = None

    @property
    def met(self) -> bool:
        """Whether all goals are met."""
        return all(outcome.met for outcome in self.goals)

    @property
    def given_up(self) -> tuple[str, ...]:
        """The goals that are not met."""
        return tuple(outcome.goal.text for outcome in self.goals if not outcome.met)

    def overview(self) -> Overview:
        """The values that were found, and each goal with what comes of it."""
        moved = ((name, f"{self.adopted[name]:g} to {value:g}") for name, value in self.values.items())
        goals = (
            (outcome.goal.text, f"{'met' if outcome.met else 'not met'}, {outcome.value}") for outcome in self.goals
        )
        refused = "" if self.refused is None else f"nearer values leave the quotas unmet: {self.refused.because}"
        near = "" if self.bound is None else f", none is nearer than {self.bound:g}"
        more = (("distance", f"{self.distance:g}{near}"), ("quotas", refused))
        return Overview("Goals met" if self.met else "Goals not met", (*moved, *goals, *more))

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON: the keys of the contract, and each goal with its value."""
        outcomes = [
            {
                "goal": outcome.goal.text,
                "value": str(outcome.value) if isinstance(outcome.value, Decimal) else outcome.value,
                "met": outcome.met,
            }
            for outcome in self.goals
        ]
        return {
            "values": dict(self.values),
            "distance": self.distance,
            "bound": self.bound,
            "met": self.met,
            "goals": outcomes,
            "given_up": list(self.given_up),
            "quotas_refused": None
            if self.refused is None
            else {**self.refused._asdict(), "because": str(self.refused.because)},
        }


def seek(
    plan: Plan, goals: str, moves: Mapping[str, tuple[float, float]], study_folder: str | Path | None = None
) -> Sought:
    """The smallest change of some parameters with which a plan meets goals.

    Parameters
    ----------
    plan : Plan
        Just made, or read back from a run folder while its sources are still there.
    goals : str
        ``area_ha(CONDITION)``, ``count(CONDITION)`` or ``amount(QUOTA, CONDITION)``, each compared with a number by
        ``>=``, ``<=``, ``>``, ``<`` or ``=``; several joined by AND. Conditions are those of rules, on units: measures,
        parameters, ``main``, and overlays by their codes.
    moves : mapping of str to (float, float)
        The lowest and the highest value of each parameter that may move.
    study_folder : str or Path, optional
        Where the sources are of a plan that was read back, as for :meth:`zoneplan.Plan.vary`.

    Returns
    -------
    Sought
        With the least sum of |change| / (high - low) that meets all goals; where nothing does, the values with which
        the fewest goals are to be given up, and of these the nearest.

    Raises
    ------
    UnknownNameError, ConditionError
        A name or a condition is not there, or not what it should be.
    StudyError
        A goal cannot be read; a range is none; a parameter is no threshold of rules, stands in a clause beside another
        that moves, or to a higher than the first degree.
    LimitError
        There are too many parameters at once, or the solver gave up.

    Notes
    -----
    Hectares and units are proved by a mixed-integer programme over the cells between breakpoints; then the quotas of
    the plan are handed out at what was found. Where that cannot be done, as where amounts are asked for, the cells are
    tried from the nearest on, up to ``MOST_TRIED``, with quotas handed out. If none was enough, ``bound`` is the
    distance within which nothing is left untried. Distances below 1e-8 count alike.

    Examples
    --------
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> found = zp.seek(plan, "count(main = 'key_development') <= 12", {"density_min_per_km2": (50.0, 400.0)})
    >>> found.met, found.goals[0].value
    (True, 12)
    """
    fresh = as_fresh(plan, study_folder)
    parsed, spans = parse_goals(goals), _checked(fresh, moves)
    of_amounts = any(goal.kind == "amount" for goal in parsed)
    search = _Search(fresh, parsed, spans, of_quotas=of_amounts)
    if of_amounts:
        return search.by_cells()
    nearest = search.by_programme()
    because = search.refusal(nearest.values)
    if because is None:
        return nearest
    refused = Refused(nearest.values, nearest.distance, because)
    return replace(_allottable(_Search(fresh, parsed, spans, of_quotas=True), nearest), refused=refused)


def _allottable(search: _Search, nearest: Sought) -> Sought:
    """The nearest values at which quotas can be handed out as well, where those of the programme are none."""
    sought = search.by_cells(0.0 if nearest.bound is None else nearest.bound)
    return sought if sought.met or not nearest.met else search.by_cells()


def _checked(plan: Plan, moves: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    attempts, known = Attempts(), plan.whole_rulebook
    with attempts.trying():
        require_parameters(known, moves)
    attempts.finish()
    if not moves:
        raise StudyError(Phrase("name the parameters that may move, with their ranges"))
    for name, (low, high) in moves.items():
        with attempts.trying():
            adopted = known.parameters[name].value
            if isinstance(adopted, (bool, str)) or not is_threshold(plan.rulebook, name):
                raise StudyError(
                    Phrase(
                        "parameter '{name}' cannot be moved in search of goals: zones do not hang on it by conditions "
                        "of rules alone. Compare plans with other values instead (zoneplan compare)",
                        name=name,
                    )
                )
            if not (math.isfinite(low) and math.isfinite(high) and low < high):
                raise StudyError(
                    Phrase("the range of '{name}', {low:g} to {high:g}, is none", name=name, low=low, high=high)
                )
    attempts.finish()
    return {name: (float(low), float(high)) for name, (low, high) in moves.items()}


class AskedCondition(NamedTuple):
    """A condition with which something may turn, and the table that it is asked about; one row a unit or whole."""

    condition: Condition
    of: str
    table: pd.DataFrame
    rows: Places


@dataclass(frozen=True, eq=False)
class _Axis:
    """A parameter that may move."""

    name: str
    low: float
    high: float
    adopted: float
    points: Floats
    breaks: Floats

    def own_cells(self) -> tuple[Floats, Places, Places, Truths]:
        """Of each unit and own cell a value inside, the first and the last cell of all that it is, and if it is one."""
        count, width = self.points.shape
        none = np.full((count, 1), np.nan)
        many = (~np.isnan(self.points)).sum(axis=1)[:, None]
        lower, upper = np.column_stack([none, self.points]), np.column_stack([self.points, none])
        begin = np.where(np.isnan(lower), self.low, lower)
        until = np.where(np.isnan(upper), self.high, upper)
        values = np.full((count, 2 * width + 1), np.nan)
        values[:, ::2], values[:, 1::2] = begin + (until - begin) / 2, self.points
        at = np.searchsorted(self.breaks, self.points) * 2 + 1
        first, last = (np.zeros(values.shape, dtype=np.int64) for _ in range(2))
        first[:, 1::2] = last[:, 1::2] = at
        first[:, 2::2] = at + 1
        last[:, :-1:2] = at - 1
        valid = np.arange(values.shape[1]) <= 2 * many
        last[np.arange(count), 2 * many[:, 0]] = 2 * len(self.breaks)
        return values, first, last, valid

    def span(self, first: int, last: int) -> tuple[float, float]:
        """The lowest and the highest number in some cells in a row; the lowest is above the highest where none is."""
        low, high = self.low, self.high
        if first > 0:
            low = self.breaks[(first - 1) // 2]
            low = low if first % 2 else np.nextafter(low, math.inf)
        if last < 2 * len(self.breaks):
            high = self.breaks[last // 2]
            high = high if last % 2 else np.nextafter(high, -math.inf)
        return float(low), float(high)

    def nearest(self, low: float, high: float) -> float:
        """The number between two that is nearest to the adopted value."""
        return min(max(self.adopted, low), high)

    def cost(self, value: float) -> float:
        """How far a value is from the adopted one, as a part of the range."""
        return abs(value - self.adopted) / (self.high - self.low)


def breakpoints(
    conditions: Iterable[AskedCondition], name: str, values: Mapping[str, Any], moving: set[str]
) -> list[Floats]:
    """Where conditions turn as functions of a parameter, each a value a unit; NaN where one does not turn."""
    columns: list[Floats] = []
    for question in conditions:
        if name not in question.condition.names:
            continue
        others = {key: value for key, value in values.items() if key != name}
        table = question.table.assign(**{name: float(values[name])})
        for threshold in thresholds(question.condition.evaluate(table, others), name):
            beside = sorted(parse_condition(threshold.text).names & moving - {name})
            if beside:
                raise StudyError(
                    Phrase(
                        "parameters '{name}' and '{other}' stand together in the clause {clause}: only one of them "
                        "can move",
                        name=name,
                        other=beside[0],
                        clause=threshold.text,
                    )
                )
            if not threshold.determined:
                raise StudyError(
                    Phrase(
                        "parameter '{name}' stands in the clause {clause} of rule '{rule}' to a higher than the "
                        "first degree: its steps are not told",
                        name=name,
                        clause=threshold.text,
                        rule=question.of,
                    )
                )
            columns += [column[question.rows] for column in (*threshold.values, *threshold.poles)]
    return columns


def distinct_points(points: Floats, low: float = -math.inf, high: float = math.inf) -> tuple[Floats, Floats]:
    """The finite numbers of each row within a range, each once, ascending, NaN last; and those of all rows together."""
    points = np.sort(np.where(np.isfinite(points) & (points >= low) & (points <= high), points, np.nan), axis=1)
    points = np.sort(np.where(np.diff(points, axis=1, prepend=-np.inf) > 0, points, np.nan), axis=1)
    width = int((~np.isnan(points)).sum(axis=1).max(initial=0))
    return points[:, :width], np.unique(points[~np.isnan(points)])


def asked_rules(rulebook: Rulebook, known: pd.DataFrame, units: pd.Index, part_of: str | None) -> list[AskedCondition]:
    """The conditions of all rules, and whom each is asked about: units, or the larger ones of which they are parts."""
    every = np.arange(len(units))
    wholes = gather_parents(known, rulebook, part_of) if part_of else None
    questions = []
    for rule in rules_in(rulebook, of_parts=bool(part_of)):
        subjects = (known, every)
        if wholes is not None and not rule.refines:
            subjects = (
                wholes.table,
                np.asarray(wholes.table.index.get_indexer(wholes.of.reindex(units)), dtype=np.int64),
            )
        questions.append(AskedCondition(parse_condition(rule.when), rule.id, *subjects))
    return questions


class _Search:
    """A plan, its goals, and the parameters that may move."""

    def __init__(
        self, plan: Plan, goals: Sequence[Goal], moves: Mapping[str, tuple[float, float]], *, of_quotas: bool
    ) -> None:
        self.plan, self.goals, self.rulebook, self.names = plan, goals, plan.rulebook, list(moves)
        self.of_quotas = of_quotas
        self.of_amounts = any(goal.kind == "amount" for goal in goals)
        quotas = [quota.name for quota in plan.study.quotas]
        raise_all(
            UnknownNameError(Phrase("there is no quota '{name}'{near}", name=goal.quota, near=near(goal.quota, quotas)))
            for goal in goals
            if goal.quota and goal.quota not in quotas
        )
        claims, measured = claims_and_measures(plan.steps)
        self.known = plan.measures.rename_axis("unit_id")
        self.units = measured.index
        self.area = plan.zones.set_index("unit_id")["area_ha"].reindex(self.units).to_numpy(dtype=float)
        self.part_of = plan.study.units.part_of
        self.sweep = ThresholdSweep(claims, measured, self.rulebook, moves, self.part_of)
        self.overlays = self.rulebook.codes("overlay")
        self.fixed = {name: value for name, value in self.rulebook.values.items() if name not in moves}
        self._allotted: dict[tuple[Any, ...], dict[str, pd.Series] | str] = {}
        self.judge(
            {name: float(self.rulebook.values[name]) for name in moves}
        )  # so that goals that say nothing are refused
        self.axes = [self._axis(name, *span) for name, span in moves.items()]

    def _axis(self, name: str, low: float, high: float) -> _Axis:
        columns = breakpoints(self._conditions, name, self.rulebook.values, set(self.names))
        points = np.column_stack([np.full((len(self.units), 0), np.nan), *columns])
        return _Axis(name, low, high, float(self.rulebook.values[name]), *distinct_points(points, low, high))

    @cached_property
    def _conditions(self) -> list[AskedCondition]:
        """All conditions by which something that the goals ask for can turn."""
        every = np.arange(len(self.units))
        questions = asked_rules(self.rulebook, self.known, self.units, self.part_of)
        zones = self.plan.zones.set_index("unit_id")
        seen = unit_context(zones, self.known, self.overlays).reindex(self.units)
        questions += [AskedCondition(goal.condition, goal.text, seen, every) for goal in self.goals]
        if self.of_quotas:
            texts = [text for quota in self.plan.study.quotas for text in conditions_of(quota)]
            questions += [AskedCondition(parse_condition(text), text, seen, every) for text in texts]
        return questions

    def judge(self, values: Mapping[str, float]) -> tuple[Judged, ...]:
        """What becomes of each goal under some values, exactly; not met where no such plan can be made."""
        ((judged, _),) = self.judge_all([values])
        return judged

    def judge_all(
        self, tried: Sequence[Mapping[str, float]]
    ) -> Iterator[tuple[tuple[Judged, ...], pd.DataFrame | None]]:
        """What becomes of each goal under each of some values, and the zones there; None where there is no plan."""
        none = tuple(Judged(goal, None, met=False) for goal in self.goals)
        for values, zones in zip(tried, self._zones(tried), strict=True):
            amounts = self._amounts(zones, values) if self.of_amounts and zones is not None else {}
            if zones is None or isinstance(amounts, str):
                yield none, zones
                continue
            seen = unit_context(zones, self.known, self.overlays).reindex(self.units)
            parameters = {**self.fixed, **values}
            judged = []
            for goal in self.goals:
                yes = goal.condition.evaluate(seen.rename_axis("unit_id"), parameters).yes
                value = goal.value(yes, self.area, amounts)
                judged.append(Judged(goal, value, goal.is_met(value)))
            yield tuple(judged), zones

    def _zones(self, tried: Sequence[Mapping[str, float]]) -> Iterator[pd.DataFrame | None]:
        """The zones under each of some values; None where a rule that must be answered cannot be."""
        variants = pd.DataFrame([dict(variant) for variant in tried], columns=self.names)
        try:
            outcomes, codes = self.sweep.zones_by_variant(variants)
        except NO_PLAN:
            count = len(self.units)
            rows, values = np.tile(np.arange(count), len(tried)), variants.iloc[np.repeat(np.arange(len(tried)), count)]
            every = self.sweep.zones_by_row(rows, values)
            for start in range(0, len(every), count):
                zones = every.iloc[start : start + count].set_axis(self.units)
                yield None if (zones["main"] == "").any() else zones
            return
        yield from (outcomes.iloc[variant_codes].set_axis(self.units) for variant_codes in codes)

    def refusal(self, values: Mapping[str, float]) -> str | None:
        """What is said where the quotas cannot be handed out under some values, or no plan can be made of them."""
        variant = pd.DataFrame([dict(values)], columns=self.names)
        try:
            outcomes, (codes,) = self.sweep.zones_by_variant(variant)
        except NO_PLAN as missing:
            return missing.said
        amounts = self._amounts(outcomes.iloc[codes].set_axis(self.units), values)
        return amounts if isinstance(amounts, str) else None

    def _amounts(self, zones: pd.DataFrame, values: Mapping[str, float]) -> dict[str, pd.Series] | str:
        """The amount of each quota by unit; what is said where the quotas cannot be handed out."""
        quotas = self.plan.study.quotas
        read = names_asked(quotas)
        key = (*zones["main"], *zones["overlays"], *(value for name, value in values.items() if name in read))
        if key not in self._allotted:
            if len(self._allotted) > MOST_ALLOCATED:
                raise _EnoughError
            parameters = {**self.fixed, **values}
            try:
                rows = allocate(zones, self.known, quotas, parameters, self.overlays).table
            except (InfeasibleError, *NO_PLAN) as refused:
                self._allotted[key] = refused.said
            else:
                rows = rows[(rows["level"] == UNIT) & (rows["unit_id"] != RESERVE)]
                by_name = {
                    str(name): quota_rows.set_index("unit_id")["amount"] for name, quota_rows in rows.groupby("quota")
                }
                none = pd.Series(dtype=object)
                self._allotted[key] = {
                    quota.name: by_name.get(quota.name, none).reindex(self.units, fill_value=Decimal(0))
                    for quota in quotas
                }
        return self._allotted[key]

    def sought(self, values: Mapping[str, float], bound: float | None, judged: tuple[Judged, ...]) -> Sought:
        """What is handed back; ``bound`` is None where everything has been tried, in vain."""
        distance = math.fsum(axis.cost(values[axis.name]) for axis in self.axes)
        adopted = {axis.name: axis.adopted for axis in self.axes}
        if all(outcome.met for outcome in judged):
            bound = max(0.0, min(distance, distance if bound is None else bound))
        return Sought(dict(values), adopted, distance, bound, judged)

    def by_programme(self) -> Sought:
        """By a mixed-integer programme: all goals if they can be met, else as many as can."""
        programme = _Cells(self)
        for may_give_up in (False, True):
            sought = programme.solve(may_give_up=may_give_up)
            if sought is not None:
                return sought
        values = {axis.name: axis.nearest(axis.low, axis.high) for axis in self.axes}
        return self.sought(values, None, self.judge(values))  # no plan can be made anywhere

    def by_cells(self, after: float = 0.0) -> Sought:
        """By trying cells, the nearest first; none nearer than a distance within which no goals are met."""
        best: tuple[int, float, dict[str, float], tuple[Judged, ...]] | None = None
        reached, done = 0.0, False
        tried = (candidate for candidate in self._by_distance() if candidate[0] >= after - LEAST)
        try:
            for _ in range(MOST_TRIED // AT_ONCE):
                batch = list(itertools.islice(tried, AT_ONCE))
                done = len(batch) < AT_ONCE
                for (cost, values), (outcomes, zones) in zip(
                    batch, self.judge_all([values for _, values in batch]) if batch else (), strict=True
                ):
                    reached, judged, lost = cost, outcomes, sum(not outcome.met for outcome in outcomes)
                    if best is not None and lost >= best[0]:
                        continue
                    if not self.of_amounts and (zones is None or isinstance(self._amounts(zones, values), str)):
                        judged = tuple(outcome._replace(value=None, met=False) for outcome in outcomes)
                        lost = len(judged)
                    if best is None or lost < best[0]:
                        best = (lost, cost, values, judged)
                    if not lost:
                        return self.sought(values, cost, judged)
                if done:
                    break
        except _EnoughError:
            done = False
        if best is None:
            values = {axis.name: axis.nearest(axis.low, axis.high) for axis in self.axes}
            best = (0, 0.0, values, self.judge(values))
        return self.sought(best[2], None if done else reached, best[3])

    def _by_distance(self) -> Iterator[tuple[float, dict[str, float]]]:
        """One value of each parameter for every combination of cells, the nearest to the adopted ones first."""
        lists = []
        for axis in self.axes:
            spans = (axis.span(cell, cell) for cell in range(2 * len(axis.breaks) + 1))
            values = {axis.nearest(*span) for span in spans if span[0] <= span[1]}
            lists.append(sorted((axis.cost(value), value) for value in values))
        heap = [(math.fsum(options[0][0] for options in lists), (0,) * len(lists))]
        while heap:
            cost, places = heapq.heappop(heap)
            yield (
                cost,
                {
                    axis.name: options[position][1]
                    for axis, options, position in zip(self.axes, lists, places, strict=True)
                },
            )
            for turn in range(len(lists)):
                # each combination is reached once: by raising the last place that is not 0, or one after it
                if any(places[turn + 1 :]) or places[turn] + 1 == len(lists[turn]):
                    continue
                further = (*places[:turn], places[turn] + 1, *places[turn + 1 :])
                heapq.heappush(
                    heap, (math.fsum(options[p][0] for options, p in zip(lists, further, strict=True)), further)
                )


class _EnoughError(Exception):
    """The quotas have been handed out often enough; a signal inside this module."""


class _Cells:
    """The programme: which cell of each parameter, so that sums over units keep the goals.

    A unit on which one parameter has a say adds to the goals by the cell of that parameter. Of one on which several
    have, a choice among the combinations of its own cells goes with theirs.
    """

    def __init__(self, search: _Search) -> None:
        self.search, self.axes, self.goals = search, search.axes, search.goals
        self.gains: list[float] = []
        self.upper: list[int] = []
        self.rows: list[LinearConstraint] = []
        own_cells = [axis.own_cells() for axis in self.axes]
        shape = tuple(values.shape[1] for values, _, _, _ in own_cells)
        weights, valid = self._weights(own_cells, shape)
        relevant = self._relevant(weights, valid)
        self.sums = np.zeros(len(self.goals))
        self.columns: list[dict[int, float]] = [{} for _ in self.goals]
        self._axes_columns: list[list[int]] = []
        self._ends: list[Places] = []
        self._steps: dict[tuple[int, int], int] = {}
        self.first = [
            self._cells(axis_number, own_cells[axis_number], relevant[:, axis_number])
            for axis_number in range(len(self.axes))
        ]
        self._alone = [np.zeros((len(columns) + 1, len(self.goals) + 1)) for columns in self._axes_columns]
        self._add_units(weights, own_cells, relevant)
        self.giving = [self._column(-SCALE * (len(self.axes) + 1), 1) for _ in self.goals]
        for goal_number in range(len(self.goals)):
            self._add_goal(goal_number)

    def _column(self, gain: float, upper: int) -> int:
        self.gains.append(gain)
        self.upper.append(upper)
        return len(self.gains) - 1

    def _row(self, entries: Mapping[int, float], low: float, high: float) -> None:
        places = np.fromiter(entries, dtype=np.int64, count=len(entries))
        values = np.fromiter(entries.values(), dtype=float, count=len(entries))
        self.rows.append(LinearConstraint("", "", places, values, low, high))

    def _weights(self, own_cells: Sequence[Any], shape: tuple[int, ...]) -> tuple[Floats, Truths]:
        """What each unit adds to each goal in each combination of its own cells, and where there is no plan."""
        search, count = self.search, len(self.search.units)
        if count * math.prod(shape) > MOST_ROWS:
            raise LimitError(
                Phrase(
                    "{count} parameters make too many combinations for {units} units; move fewer at once",
                    count=len(self.axes),
                    units=count,
                )
            )
        grid = np.indices(shape).reshape(len(shape), -1)
        valid = np.ones((count, grid.shape[1]), dtype=bool)
        for cells, (_, _, _, there) in zip(grid, own_cells, strict=True):
            valid &= there[:, cells]
        units, combos = np.nonzero(valid)
        values = pd.DataFrame(
            {
                axis.name: own_cells[axis_number][0][units, grid[axis_number][combos]]
                for axis_number, axis in enumerate(self.axes)
            }
        )
        zones = search.sweep.zones_by_row(units, values)
        seen = search.known.reindex(search.units).rename_axis("unit_id").iloc[units]
        held = zones["overlays"].str.split(";")
        flags = {code: np.array([code in some for some in held], dtype=bool) for code in search.overlays}
        seen = seen.assign(
            main=zones["main"].to_numpy(), **flags, **{name: column.to_numpy() for name, column in values.items()}
        )
        weights = np.zeros((count, grid.shape[1], len(self.goals) + 1))
        for goal_number, goal in enumerate(self.goals):
            yes = goal.condition.evaluate(seen, search.fixed).yes
            weights[units, combos, goal_number] = np.where(
                yes, search.area[units] if goal.kind == "area_ha" else 1.0, 0.0
            )
        weights[units, combos, -1] = (zones["main"] == "").to_numpy()
        return weights.reshape(count, *shape, -1), valid.reshape(count, *shape)

    def _relevant(self, weights: Floats, valid: Truths) -> Truths:
        """Which parameters have a say on each unit."""
        apart = []
        for axis_number in range(len(self.axes)):
            other = (weights != weights.take([0], axis=axis_number + 1)).any(axis=-1) & valid
            apart.append(other.reshape(len(weights), -1).any(axis=1))
        return np.column_stack(apart)

    def _cells(self, axis_number: int, axis_cells: Any, concerned: Truths) -> Places:
        """The columns of an axis: one a run of cells in which no unit changes; the first cell of each."""
        axis, (_, first, _, valid) = self.axes[axis_number], axis_cells
        starts = np.unique(np.concatenate([[0], first[concerned][valid[concerned]]]))
        ends = np.append(starts[1:] - 1, 2 * len(axis.breaks))
        columns = []
        for begin, end in zip(starts.tolist(), ends.tolist(), strict=True):
            low, high = axis.span(begin, end)
            there = low <= high
            cost = 0.0 if low <= axis.adopted <= high else max(axis.cost(axis.nearest(low, high)), LEAST)
            columns.append(self._column(-SCALE * cost, int(there)))
        self._row(dict.fromkeys(columns, 1.0), 1.0, 1.0)
        self._axes_columns.append(columns)
        self._ends.append(ends)
        return starts

    def _up_to(self, axis_number: int, cell: int) -> int | None:
        """The column that is 1 where the cell of an axis is at most this one; None for the last, where it always is."""
        columns = self._axes_columns[axis_number]
        if cell == len(columns) - 1:
            return None
        if (axis_number, 0) not in self._steps:
            before: int | None = None
            for number, column in enumerate(columns[:-1]):
                step_column = self._column(0.0, 1)
                self._row({step_column: 1.0, column: -1.0} | ({} if before is None else {before: -1.0}), 0.0, 0.0)
                self._steps[axis_number, number] = before = step_column
        return self._steps[axis_number, cell]

    def _range(self, axis_number: int, first: int, last: int) -> tuple[int, int]:
        starts = self.first[axis_number]
        return int(np.searchsorted(starts, first)), int(np.searchsorted(starts, last, side="right")) - 1

    def _add_units(self, weights: Floats, own_cells: Sequence[Any], relevant: Truths) -> None:
        sizes = relevant.sum(axis=1)
        corner = (0,) * len(self.axes)
        self.sums += weights[(sizes == 0, *corner)][:, :-1].sum(axis=0)
        if weights[(sizes == 0, *corner)][:, -1].any():
            self.upper = [0] * len(self.upper)  # a unit for which no plan can be made anywhere
        for unit in np.flatnonzero(sizes == 1).tolist():
            self._add_alone(unit, int(np.flatnonzero(relevant[unit])[0]), weights[unit], own_cells)
        for axis_number in range(len(self.axes)):
            self._spread(axis_number)
        for unit in np.flatnonzero(sizes > 1).tolist():
            self._add_joint(weights[unit], unit, np.flatnonzero(relevant[unit]).tolist(), own_cells)

    def _add_alone(self, unit: int, axis_number: int, weights: Floats, own_cells: Sequence[Any]) -> None:
        _, first, last, valid = own_cells[axis_number]
        for cell in np.flatnonzero(valid[unit]).tolist():
            begin, end = self._range(axis_number, first[unit, cell], last[unit, cell])
            added = weights[tuple(cell if axis == axis_number else 0 for axis in range(len(self.axes)))]
            if begin <= end:
                self._alone[axis_number][begin] += added
                self._alone[axis_number][end + 1] -= added

    def _spread(self, axis_number: int) -> None:
        """The sums of the units on which one parameter alone has a say, by its cell."""
        totals = np.cumsum(self._alone[axis_number], axis=0)[:-1]
        for column, total in zip(self._axes_columns[axis_number], totals, strict=True):
            for goal, value in enumerate(total[:-1].tolist()):
                if abs(value) > 1e-9:  # noise of sums
                    self.columns[goal][column] = value
            if total[-1] > 0.5:
                self.upper[column] = 0

    def _add_joint(self, weights: Floats, unit: int, places: Sequence[int], own_cells: Sequence[Any]) -> None:
        cells = [np.flatnonzero(own_cells[axis_number][3][unit]).tolist() for axis_number in places]
        chosen: dict[tuple[int, ...], int] = {}
        for some in itertools.product(*cells):
            where = dict(zip(places, some, strict=True))
            added = weights[tuple(where.get(axis, 0) for axis in range(len(self.axes)))]
            chosen[some] = column = self._column(0.0, 0 if added[-1] else 1)
            for goal, value in enumerate(added[:-1].tolist()):
                if value:
                    self.columns[goal][column] = value
        for turn, axis_number in enumerate(places):
            _, first, last, _ = own_cells[axis_number]
            for cell in cells[turn]:
                begin, end = self._range(axis_number, first[unit, cell], last[unit, cell])
                entries = {column: 1.0 for some, column in chosen.items() if some[turn] == cell}
                fixed = 0.0
                if begin > end:
                    self._row(entries, 0.0, 0.0)
                    continue
                top = self._up_to(axis_number, end)
                if top is None:
                    fixed = 1.0
                else:
                    entries[top] = -1.0
                below = self._up_to(axis_number, begin - 1) if begin else None
                if below is not None:
                    entries[below] = 1.0
                self._row(entries, fixed, fixed)

    def _add_goal(self, goal_number: int) -> None:
        goal = self.goals[goal_number]
        area = goal.kind == "area_ha"
        whole = max(1.0, float(self.search.area.sum()) if area else float(len(self.search.units)))
        wanted = (float(goal.number) - float(self.sums[goal_number])) / whole
        near = SLACK if area else 0.5 / whole
        entries = {column: value / whole for column, value in self.columns[goal_number].items()}
        most = abs(wanted) + 2.0
        strictly = near if goal.compared in "<>" and not area else -near
        if goal.compared in (">=", ">", "="):
            self._row({**entries, self.giving[goal_number]: most}, wanted + strictly, math.inf)
        if goal.compared in ("<=", "<", "="):
            self._row({**entries, self.giving[goal_number]: -most}, -math.inf, wanted - strictly)

    def solve(self, *, may_give_up: bool) -> Sought | None:
        """The nearest values that meet all goals or, where some may be given up, all but the fewest."""
        upper = np.array(self.upper, dtype=np.int64)
        if not may_give_up:
            upper[self.giving] = 0
        rows = list(self.rows)
        while True:
            gains = np.array(self.gains)
            optimum = choose(Programme(gains, np.zeros(len(upper), dtype=np.int64), upper, tuple(rows)))
            if optimum is None:
                return None
            amounts, gain = optimum
            given = int(amounts[self.giving].sum())
            bound = -gain / SCALE - given * (len(self.axes) + 1)
            cells = [int(np.flatnonzero(amounts[columns])[0]) for columns in self._axes_columns]
            needed = [not amounts[column] for column in self.giving]
            tried = list(self._values(cells))
            for values, (judged, _) in zip(tried, self.search.judge_all(tried), strict=True):
                if all(outcome.met or not must for outcome, must in zip(judged, needed, strict=True)):
                    return self.search.sought(values, None if may_give_up else bound, judged)
            columns = [axis_columns[cell] for axis_columns, cell in zip(self._axes_columns, cells, strict=True)]
            cut = np.array([*columns, *(column for column, must in zip(self.giving, needed, strict=True) if must)])
            signs = np.array([1.0] * len(columns) + [-1.0] * int(sum(needed)))
            # these cells do not meet all of these goals: other cells, or one goal less
            rows.append(LinearConstraint("", "", cut, signs, -math.inf, len(columns) - 1.0))

    def _values(self, cells: Sequence[int]) -> Iterator[dict[str, float]]:
        """The nearest values in some cells, then a little deeper in them, where rounding says that it is outside."""
        for deeper in (0.0, 1e-15, 1e-12, 0.5):
            values = {}
            for axis_number, (axis, cell) in enumerate(zip(self.axes, cells, strict=True)):
                low, high = axis.span(int(self.first[axis_number][cell]), int(self._ends[axis_number][cell]))
                nearest = axis.nearest(low, high)
                inside = (high - low) * 0.5 if deeper == 0.5 else deeper * max(1.0, abs(nearest))
                if nearest == low > axis.adopted:
                    nearest = min(low + inside, high)
                elif nearest == high < axis.adopted:
                    nearest = max(high - inside, low)
                values[axis.name] = nearest
            yield values
