"""A quota handed down by weight, from the highest jurisdictions to the units: whole steps in bounds, exact sums."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from layers.conditions import Evaluator
from layers.errors import Attempts, StudyError, at_key, naming_the_layer
from layers.phrases import Phrase
from zoning.arguments import at_least, takes
from zoning.errors import InfeasibleError
from zoning.measures import QUOTA
from zoning.quotas.bounds import RESERVE, UNIT, Bounds, Rows, Writer, find_bounds, find_links, huge
from zoning.quotas.constraints import Constraints, Limiting, group_family, members_of, paths_of
from zoning.quotas.jurisdiction_tree import Jurisdiction, Survey, apply_transfers, name_level
from zoning.quotas.optimal_allocation import Solution, Task
from zoning.quotas.weights import Values, quotas_read, unit_context, weigh_units
from zoning.reasons import QuotaTrace
from zoning.solver import Counts, GroupTree, Objects, Step, apportion_groups, make_contest, refuse_huge
from zoning.study import Quota
from zoning.tables import QUOTA_RULES, QUOTAS, SOLUTIONS, ZONES, Made, Table, tabulate
from zoning.unit_ids import keep_ids


@dataclass(frozen=True)
class WeightedQuota:
    """One quota about to be handed down; arrays follow the units, sorted by id."""

    quota: Quota
    writer: Writer
    weights: pd.Series
    bounds: Bounds
    reach: Counts
    labels: pd.DataFrame

    @cached_property
    def _labels(self) -> dict[str, Objects]:
        """What the table says of each unit beside numbers."""
        columns = {
            "jurisdiction": self.labels["jurisdiction"],
            "unit_id": self.weights.index,
            "name": self.labels["name"],
        }
        return {name: column.to_numpy(dtype=object) for name, column in columns.items()}

    def rows(self, jurisdiction: Jurisdiction, amount: int) -> Iterator[Rows]:
        """The rows of the parts of a jurisdiction, and of their parts in turn."""
        quota, path, step = self.quota, jurisdiction.path, self.writer.step
        inside = Phrase(" of '{path}'", path=" / ".join(path)) if path else ""
        if jurisdiction.parts:
            with naming_the_layer(Phrase("level '{level}'{inside}", level=quota.levels[len(path)], inside=inside)):
                counts, binding = self._among(jurisdiction.parts, amount)
            yield self._jurisdictions(jurisdiction.parts, counts, binding)
            for part, count in zip(jurisdiction.parts, counts.tolist(), strict=True):
                yield from self.rows(part, count)
            return
        if quota.levels[len(path)] != UNIT:  # no units at all
            return
        reserve = int(amount * Fraction(quota.reserve_pct) // 100)
        if quota.reserve_pct:
            yield self.writer.reserve(reserve, path, UNIT)
        after = (
            Phrase(
                ", after a reserve of {reserve} out of {amount}",
                reserve=step.amount(reserve),
                amount=step.amount(amount),
            )
            if reserve
            else ""
        )
        with naming_the_layer(Phrase("level '{level}'{inside}{after}", level=UNIT, inside=inside, after=after)):
            yield self._units(jurisdiction, amount - reserve)

    def _among(self, parts: tuple[Jurisdiction, ...], amount: int) -> tuple[Counts, list[str]]:
        """What each part gets, and what bound it."""
        weights = pd.Series([math.fsum(self.weights.iloc[part.units]) for part in parts], [p.path[-1] for p in parts])
        floors, ceilings = (np.array([getattr(part, end) for part in parts]) for end in ("least", "most"))
        contest = make_contest(weights, weights.to_numpy(dtype=float), amount, floors, ceilings, self.writer.step)
        counts = contest.settle()
        return counts, [
            self._bound_by(part, str(label)) for part, label in zip(parts, contest.bound(counts), strict=True)
        ]

    def _bound_by(self, part: Jurisdiction, label: str) -> str:
        """What bound a jurisdiction: its units' bounds, or what is tighter than these together."""
        floors, ceilings = self.bounds.floors[part.units], self.reach[part.units]
        if label == "ceiling":
            below = sum(child.most for child in part.parts) if part.parts else part.family.reach(floors, ceilings)[1][0]
            return "within" if part.most < below else "group" if part.most < int(ceilings.sum()) else label
        return "group" if label == "floor" and part.least > int(floors.sum()) else label

    def _units(self, jurisdiction: Jurisdiction, amount: int) -> Rows:
        """The rows of the units of a jurisdiction; together they have the amount."""
        units, weights = jurisdiction.units, self.weights.iloc[jurisdiction.units]
        floors, ceilings = self.bounds.floors[units], self.bounds.ceilings[units]
        contest = make_contest(weights, weights.to_numpy(dtype=float), amount, floors, ceilings, self.writer.step)
        least, most = jurisdiction.family.reach(contest.floors, contest.ceilings)
        _refuse_groups(amount, least[0], most[0], self.writer.step)
        counts, shares = apportion_groups(contest, jurisdiction.family)
        binding = np.full(len(units), "", dtype=object)
        for node, some in shares:
            binding[some] = contest.part(some, int(counts[some].sum())).bound(counts[some])
            binding[some[(binding[some] == "") & (node > 0)]] = "group"
        binding[(binding == "ceiling") & self.bounds.linked[units]] = "within"
        binding[self.bounds.locked[units]] = "lock"
        labels = {name: column[units].tolist() for name, column in self._labels.items()}
        return {
            **self.writer.counted(counts, floors, ceilings, self.bounds.carried[units], contest.sizes),
            "level": [UNIT] * len(units),
            **labels,
            "jurisdiction": [jurisdiction.path[-1]] * len(units) if jurisdiction.path else labels["jurisdiction"],
            "binding": binding.tolist(),
        }

    def _jurisdictions(self, parts: tuple[Jurisdiction, ...], counts: Counts, binding: list[str]) -> Rows:
        floors, ceilings = (np.array([getattr(part, end) for part in parts]) for end in ("least", "most"))
        carried = np.array([int(self.bounds.carried[part.units].sum()) for part in parts])
        weights = np.array([math.fsum(self.weights.iloc[part.units]) for part in parts])
        return {
            **self.writer.counted(counts, floors, ceilings, carried, weights),
            "level": [self.quota.levels[len(parts[0].path) - 1]] * len(parts),
            "jurisdiction": [part.path[-1] for part in parts],
            "unit_id": [""] * len(parts),
            "name": [" / ".join(part.path) for part in parts],
            "binding": binding,
        }


def _refuse_groups(amount: int, least: int, most: int, step: Step) -> None:
    if not least <= amount <= most:
        raise InfeasibleError(
            Phrase(
                "by their groups the units must have {bound} in all, and there are {amount}"
                if amount < least
                else "by their groups the units can have {bound} in all, and there are {amount}",
                bound=step.amount(least if amount < least else most),
                amount=step.amount(amount),
            ),
            code="groups",
        )


class QuotaReasons(NamedTuple):
    """Beside the amounts: how good they are, what their rules cost, and by quota how they were handed down."""

    solutions: pd.DataFrame
    rules: pd.DataFrame
    traces: Mapping[str, QuotaTrace]


@takes(zones=at_least("main", of=ZONES, overlays=""))
@keep_ids("zones", "measures")
def allocate(
    zones: pd.DataFrame,
    measures: pd.DataFrame,
    quotas: Iterable[Quota],
    parameters: Values | None = None,
    overlays: Iterable[str] = (),
) -> Made[pd.DataFrame, QuotaReasons]:
    """What each jurisdiction and each unit may have of every quota.

    Parameters
    ----------
    zones : DataFrame
        Index ``unit_id``; ``main``, and ``overlays`` where there are any, as :func:`zoning.zones.resolve` gives them.
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
    (:func:`zoning.solver.apportion`), so that sums are exact at every level and a larger total lowers nobody. Each
    jurisdiction of the lowest level first holds back ``reserve_pct`` of its amount, rounded down to the step.

    A quota with ``by = "optimal"`` is solved over all units at once (:func:`zoning.solver.find_best`,
    :func:`zoning.solver.find_most_equal`). A jurisdiction has what its units have, and its part of what is held back of
    the whole, by what its units have. ``shadow_price`` of a unit is what one more of the quota's unit beyond its bound
    would add to the objective while the total stays; of a jurisdiction what one more for it would, which is that of its
    link to another quota, or of the unit with room where it adds most, or where none has room of the dearest ceiling.

    Examples
    --------
    >>> import pandas as pd
    >>> import zoneplan as zp
    >>> unit = pd.Index(["a", "b", "c"], name="unit_id")
    >>> zones = pd.DataFrame({"main": "general", "overlays": ""}, index=unit)
    >>> measures = pd.DataFrame({"state": ["east", "east", "west"], "people": [30, 10, 60]}, index=unit)
    >>> quota = zp.Quota(name="land", period=2025, total=20, unit="ha", levels=("state", "unit"), weight="people")
    >>> zp.allocate(zones, measures, [quota])[["level", "jurisdiction", "unit_id", "amount"]]
       level jurisdiction unit_id amount
    0  state         east              8
    1  state         west             12
    2   unit         east       a      6
    3   unit         east       b      2
    4   unit         west       c     12

    The best use of a total under a limit on water:

    >>> from zoning.study import Limit
    >>> lands = pd.DataFrame({"suitability": [0.9, 0.5, 0.4], "water": [3, 1, 1]}, index=unit)
    >>> quota = zp.Quota(name="land", period=2025, total=20, unit="ha", weight="suitability", ceiling=15,
    ...     by="optimal", objective="suitability", limits=(Limit(name="water", per="water", max=40, unit="m3"),))
    >>> zp.allocate(zones, lands, [quota])[["unit_id", "amount", "binding"]].to_numpy().tolist()
    [['a', Decimal('10'), 'limit'], ['b', Decimal('10'), 'limit'], ['c', Decimal('0'), '']]
    """
    quota_list = list(quotas)
    names = [quota.name for quota in quota_list]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise StudyError(
            Phrase("quota '{quota}': there are two of this name; name them apart", quota=twice), code="duplicate"
        )
    handed: dict[str, tuple[Quota, pd.DataFrame]] = {}
    traces, solved, attempts = dict[str, QuotaTrace](), list[Solution](), Attempts()
    for position, quota in enumerate(quota_list):
        if quotas_read(quota) & ({earlier.name for earlier in quota_list[:position]} - handed.keys()):
            continue  # what it reads has been refused, and that is said
        with (
            attempts.trying(),
            at_key("quotas", position),
            naming_the_layer(Phrase("quota '{quota}'", quota=quota.name)),
        ):
            given = parameters or {}
            rows, traces[quota.name], solution = _allocate(quota, zones, measures, given, tuple(overlays), handed)
            handed[quota.name] = quota, rows
            solved += [solution] if solution else []
            amounts = rows[(rows["level"] == UNIT) & (rows["unit_id"] != RESERVE)].set_index("unit_id")["amount"]
            if f"{QUOTA}{quota.name}" not in measures.columns:
                measures = measures.assign(**{f"{QUOTA}{quota.name}": amounts.astype(float).reindex(measures.index)})
    attempts.finish()
    reasons = QuotaReasons(
        _table(SOLUTIONS, [solution.summary for solution in solved]),
        _table(QUOTA_RULES, [solution.rules for solution in solved]),
        traces,
    )
    return Made(_table(QUOTAS, [rows for _, rows in handed.values()]), reasons)


def _table(table: Table, parts: list[pd.DataFrame]) -> pd.DataFrame:
    return tabulate(table, pd.concat(parts, ignore_index=True) if parts else pd.DataFrame())


def _allocate(
    quota: Quota,
    zones: pd.DataFrame,
    measures: pd.DataFrame,
    parameters: Values,
    overlays: tuple[str, ...],
    handed: dict[str, tuple[Quota, pd.DataFrame]],
) -> tuple[pd.DataFrame, QuotaTrace, Solution | None]:
    """The rows of one quota, how they were found, and of one that is the best by an objective the whole solution."""
    evaluator = Evaluator(unit_context(zones, measures, overlays), parameters)
    measures, step = measures.sort_index(), Step.of(quota.step)
    names: tuple[pd.Series, ...] = ()
    links: dict[str, dict[str, Decimal]] = {}
    attempts = Attempts()
    for position, level in enumerate(quota.levels[:-1]):
        with attempts.trying(), at_key("levels", position):
            names += (name_level(level, measures),)
    with attempts.trying():
        links = find_links(quota, handed)
    with attempts.trying(), at_key("total"):
        total = _count_total(quota, step, len(measures) if not names else names[0].nunique())
    with attempts.trying():
        weighed = weigh_units(quota, measures, evaluator)
    with attempts.trying():
        bounds = find_bounds(quota, evaluator, measures, links)
    with attempts.trying():
        members = [inside.to_numpy() for _, inside in members_of(quota, evaluator).items()]
    with attempts.trying():
        limiting = _limiting(quota, evaluator, measures, names)
        limits = limiting.rows() if quota.by == "optimal" else ()
    attempts.finish()
    weights, trace = weighed.after, QuotaTrace(evaluator.evaluations, weighed.terms, weighed.sums)
    labels = pd.DataFrame({column: _label(measures, column) for column in ("name", "jurisdiction")})
    bounds = replace(bounds, ceilings=np.minimum(bounds.ceilings, huge(len(weights))))
    limited = (weights.to_numpy(dtype=float) > 0) | (quota.by == "optimal")
    reach = np.where(limited, bounds.ceilings, bounds.floors)
    demands = Constraints(quota, total, weights.index, bounds, reach, members, names, links)
    writer = Writer(step, huge(len(weights)))
    if quota.by == "optimal":
        task = Task(replace(demands, limits=limits), weights, limiting, labels, writer)
        solution = task.solve()
        moved = apply_transfers(quota, _known(quota, solution.rows), names)
        if quota.transfers:
            task.refuse_moved(moved)
        return moved, trace, solution
    family = group_family(quota, evaluator, total)
    survey = Survey(quota, weights, bounds.floors, reach, bounds.carried, names, links)
    handing = WeightedQuota(quota, writer, weights, bounds, reach, labels)
    try:
        rows = writer.table(list(handing.rows(survey.look(family), total)))
    except InfeasibleError as error:
        raise demands.tell(error) from None
    known = _known(quota, rows.assign(shadow_price=np.nan, price_from=None, price_to=None))
    moved = apply_transfers(quota, known, names)
    if quota.transfers and quota.groups:
        _refuse_moved(moved, family, weights.index, step)
    return moved, trace, None


def _count_total(quota: Quota, step: Step, receivers: int) -> int:
    """The steps in the total, which is handed out to so many first."""
    total = step.count(quota.total)
    if total is None:
        raise StudyError(
            Phrase("the total of {total} is no whole multiple of the step {step}", total=quota.total, step=quota.step)
        )
    if quota.by == "weighted":
        refuse_huge(total, receivers, step)
    return total


def _limiting(quota: Quota, evaluator: Evaluator, measures: pd.DataFrame, names: tuple[pd.Series, ...]) -> Limiting:
    paths = {level: paths_of(names, depth) for depth, level in enumerate(quota.levels[: len(names)], 1)}
    return Limiting(quota, evaluator, measures, paths)


def _known(quota: Quota, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with what all of a quota have alike."""
    return rows.assign(quota=quota.name, period=quota.period, unit=quota.unit)


def _refuse_moved(rows: pd.DataFrame, family: GroupTree, units: pd.Index, step: Step) -> None:
    """Refuse transfers that leave a group with more or less than it may have of the total."""
    unit_rows = rows[rows["level"] == UNIT].set_index("unit_id").loc[units]
    new = pd.Series(
        [a - c for a, c in zip(unit_rows["amount"], unit_rows["carried"], strict=True)], index=units, dtype=object
    )
    for has, least, most in zip(family.sums(step.counts(new, "down")), family.lows, family.highs, strict=True):
        if not least <= has <= most:
            bound = least if has < least else most
            raise InfeasibleError(
                Phrase(
                    "after the transfers a group would have {amount} of this total, and must have {bound}; "
                    "transfer {gap} "
                    "less"
                    if has < least
                    else "after the transfers a group would have {amount} of this total, and may have {bound}; "
                    "transfer "
                    "{gap} less",
                    amount=step.amount(has),
                    bound=step.amount(bound),
                    gap=step.amount(abs(has - bound)),
                ),
                code="transfer_group",
            )


def _label(measures: pd.DataFrame, column: str) -> pd.Series:
    texts = measures[column] if column in measures.columns else pd.Series("", index=measures.index)
    return texts.astype(object).where(texts.notna(), "").astype(str)
