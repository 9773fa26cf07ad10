"""Land quotas: an amount handed down the levels, whole, inside bounds, with exact sums at each of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import pandas as pd

from layers import Quota, StudyError
from zoning.apportionment import enter
from zoning.balances import transfer
from zoning.bounds import UNIT, Bounds, find_bounds, find_links
from zoning.contests import Floats
from zoning.demands import Demands
from zoning.errors import InfeasibleError
from zoning.families import Family, settle
from zoning.groups import group_family, members_of
from zoning.indicators import QUOTA
from zoning.jurisdictions import Jurisdiction, Survey, name_level
from zoning.steps import UNLIMITED, Counts, Step
from zoning.tables import QUOTAS, tabulate
from zoning.weights import Values, see, telling, weigh

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
    handed: dict[str, tuple[Quota, pd.DataFrame]] = {}
    for quota in asked:
        with telling(f"quota '{quota.name}'"):
            rows = _allocate(quota, zones, measures, parameters or {}, tuple(overlays), handed)
        handed[quota.name] = quota, rows
        own = rows[(rows["level"] == UNIT) & (rows["unit_id"] != RESERVE)].set_index("unit_id")["amount"]
        if f"{QUOTA}{quota.name}" not in measures.columns:
            measures = measures.assign(**{f"{QUOTA}{quota.name}": own.astype(float).reindex(measures.index)})
    tables = [rows for _, rows in handed.values()]
    return tabulate(QUOTAS, pd.concat(tables, ignore_index=True) if tables else pd.DataFrame())


@dataclass(frozen=True)
class _Handing:
    """One quota about to be handed down; arrays follow the units, sorted by id."""

    quota: Quota
    step: Step
    weights: pd.Series
    bounds: Bounds
    reach: Counts
    labels: pd.DataFrame

    def rows(self, place: Jurisdiction, amount: int) -> Iterator[pd.DataFrame]:
        """The rows of the parts of a jurisdiction, and of their parts in turn."""
        quota, path = self.quota, place.path
        inside = f" of '{' / '.join(path)}'" if path else ""
        if place.parts:
            with telling(f"level '{quota.levels[len(path)]}'{inside}"):
                counts, binding = self._among(place.parts, amount)
            yield self._jurisdictions(place.parts, counts, binding)
            for part, count in zip(place.parts, counts.tolist(), strict=True):
                yield from self.rows(part, count)
            return
        if quota.levels[len(path)] != UNIT:  # no units at all
            return
        reserve = int(amount * Fraction(quota.reserve_pct) // 100)
        if quota.reserve_pct:
            yield self._reserve(reserve, path)
        after = f", after a reserve of {self.step.amount(reserve)} out of {self.step.amount(amount)}" if reserve else ""
        with telling(f"level '{UNIT}'{inside}{after}"):
            yield self._units(place, amount - reserve)

    def _among(self, parts: tuple[Jurisdiction, ...], amount: int) -> tuple[Counts, list[str]]:
        """What each part gets, and what bound it."""
        weights = pd.Series([math.fsum(self.weights.iloc[part.units]) for part in parts], [p.path[-1] for p in parts])
        floors, ceilings = (np.array([getattr(part, end) for part in parts]) for end in ("least", "most"))
        contest = enter(weights, weights.to_numpy(dtype=float), amount, floors, ceilings, self.step)
        counts = contest.settle()
        return counts, [self._told(part, str(label)) for part, label in zip(parts, contest.bound(counts), strict=True)]

    def _told(self, part: Jurisdiction, label: str) -> str:
        """What bound a jurisdiction: its units' bounds, or what is tighter than these together."""
        floors, ceilings = self.bounds.floors[part.units], self.reach[part.units]
        if label == "ceiling":
            below = sum(one.most for one in part.parts) if part.parts else part.family.reach(floors, ceilings)[1][0]
            return "within" if part.most < below else "group" if part.most < int(ceilings.sum()) else label
        return "group" if label == "floor" and part.least > int(floors.sum()) else label

    def _units(self, place: Jurisdiction, amount: int) -> pd.DataFrame:
        """The rows of the units of a jurisdiction; together they have the amount."""
        units, weights = place.units, self.weights.iloc[place.units]
        floors, ceilings = self.bounds.floors[units], self.bounds.ceilings[units]
        contest = enter(weights, weights.to_numpy(dtype=float), amount, floors, ceilings, self.step)
        least, most = place.family.reach(contest.floors, contest.ceilings)
        _refuse_groups(amount, least[0], most[0], self.step)
        counts, shares = settle(contest, place.family)
        binding = np.full(len(units), "", dtype=object)
        for node, some in shares:
            alone = replace(
                contest,
                weights=weights.iloc[some],
                sizes=contest.sizes[some],
                total=int(counts[some].sum()),
                floors=contest.floors[some],
                ceilings=contest.ceilings[some],
            )
            binding[some] = alone.bound(counts[some])
            binding[some[(binding[some] == "") & (node > 0)]] = "group"
        binding[(binding == "ceiling") & self.bounds.linked[units]] = "within"
        binding[self.bounds.locked[units]] = "lock"
        frame = self._frame(counts, floors, ceilings, self.bounds.carried[units], weights.to_numpy(dtype=float))
        labels = self.labels.iloc[units]
        jurisdiction = place.path[-1] if place.path else labels["jurisdiction"].to_numpy()
        return frame.assign(
            level=UNIT,
            unit_id=weights.index,
            name=labels["name"].to_numpy(),
            jurisdiction=jurisdiction,
            binding=binding,
        )

    def _jurisdictions(self, parts: tuple[Jurisdiction, ...], counts: Counts, binding: list[str]) -> pd.DataFrame:
        floors, ceilings = (np.array([getattr(part, end) for part in parts]) for end in ("least", "most"))
        carried = np.array([int(self.bounds.carried[part.units].sum()) for part in parts])
        weights = np.array([math.fsum(self.weights.iloc[part.units]) for part in parts])
        return self._frame(counts, floors, ceilings, carried, weights).assign(
            level=self.quota.levels[len(parts[0].path) - 1],
            unit_id="",
            name=[" / ".join(part.path) for part in parts],
            jurisdiction=[part.path[-1] for part in parts],
            binding=binding,
        )

    def _frame(
        self, counts: Counts, floors: Counts, ceilings: Counts, carried: Counts, weights: Floats
    ) -> pd.DataFrame:
        """Amounts and bounds of some rows, what they carry over included."""
        index, none = pd.RangeIndex(len(counts)), ceilings >= _huge(len(self.weights))
        tops = np.where(none, UNLIMITED, ceilings + carried)
        return pd.DataFrame(
            {
                "amount": self.step.amounts(counts + carried, index),
                "floor": self.step.amounts(floors + carried, index),
                "ceiling": self.step.amounts(tops, index).where(~none, None),
                "carried": self.step.amounts(carried, index),
                "weight": weights,
            }
        )

    def _reserve(self, reserve: int, path: tuple[str, ...]) -> pd.DataFrame:
        row = {
            "level": UNIT,
            "jurisdiction": path[-1] if path else "",
            "unit_id": RESERVE,
            "name": " / ".join(path),
            "amount": self.step.amount(reserve),
            "floor": None,
            "ceiling": None,
            "weight": np.nan,
            "binding": "",
            "carried": self.step.amount(0),
        }
        return pd.DataFrame([row])


def _allocate(
    quota: Quota,
    zones: pd.DataFrame,
    measures: pd.DataFrame,
    parameters: Values,
    overlays: tuple[str, ...],
    handed: dict[str, tuple[Quota, pd.DataFrame]],
) -> pd.DataFrame:
    """The rows of one quota."""
    weights = weigh(quota, zones, measures, parameters, overlays)
    measures, seen = measures.loc[weights.index], see(zones, measures, overlays)
    step, links = Step.of(quota.step), find_links(quota, handed)
    bounds = find_bounds(quota, seen, measures, parameters, links)
    ceilings = np.minimum(bounds.ceilings, _huge(len(weights)))
    labels = pd.DataFrame({one: _label(measures, one) for one in ("name", "jurisdiction")})
    names = tuple(name_level(level, measures) for level in quota.levels[:-1])
    total = step.count(quota.total)
    if total is None:
        raise StudyError(f"the total of {quota.total} is no whole multiple of the step {quota.step}")
    reach = np.where(weights.to_numpy(dtype=float) > 0, ceilings, bounds.floors)
    survey = Survey(quota, weights, bounds.floors, reach, bounds.carried, names, links)
    family = group_family(quota, seen, parameters, total)
    handing = _Handing(quota, step, weights, replace(bounds, ceilings=ceilings), reach, labels)
    try:
        rows = pd.concat(handing.rows(survey.look(family), total), ignore_index=True)
    except InfeasibleError as error:
        members = [inside.to_numpy() for _, inside in members_of(quota, seen, parameters).items()]
        raise Demands(quota, total, weights.index, bounds, reach, members, names, links).tell(error) from None
    known = rows.assign(quota=quota.name, period=quota.period, unit=quota.unit, shadow_price=np.nan)
    moved = transfer(quota, known, names)
    if quota.transfers and quota.groups:
        _refuse_moved(moved, family, weights.index, step)
    return moved


def _huge(count: int) -> int:
    """So many steps that a total cannot reach them, and so few that they can be summed over all units."""
    return UNLIMITED // (count + 1)


def _refuse_groups(amount: int, least: int, most: int, step: Step) -> None:
    if not least <= amount <= most:
        more, than = ("must", least) if amount < least else ("can", most)
        raise InfeasibleError(
            f"by their groups the units {more} have {step.amount(than)} in all, and there are {step.amount(amount)}",
            code="groups",
        )


def _refuse_moved(rows: pd.DataFrame, family: Family, units: pd.Index, step: Step) -> None:
    """Refuse transfers that leave a group with more or less than it may have of the total."""
    own = rows[rows["level"] == UNIT].set_index("unit_id").loc[units]
    new = pd.Series([a - c for a, c in zip(own["amount"], own["carried"], strict=True)], index=units, dtype=object)
    for has, least, most in zip(family.sums(step.counts(new, "down")), family.lows, family.highs, strict=True):
        if not least <= has <= most:
            bound = least if has < least else most
            raise InfeasibleError(
                f"after the transfers a group would have {step.amount(has)} of this total, and "
                f"{'must' if has < least else 'may'} have {step.amount(bound)}; "
                f"transfer {step.amount(abs(has - bound))} less",
                code="transfer_group",
            )


def _label(measures: pd.DataFrame, column: str) -> pd.Series:
    texts = measures[column] if column in measures.columns else pd.Series("", index=measures.index)
    return texts.astype(object).where(texts.notna(), "").astype(str)
