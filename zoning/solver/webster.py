"""Apportionment: a total handed out by weight in whole steps, between floors and ceilings, by Webster's method."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd

from layers import LimitError, SourceError, ZoneplanError, shown
from zoning.contests import Flags, Floats, Objects, Webster
from zoning.errors import InfeasibleError, MissingValueError, stray_texts
from zoning.steps import UNLIMITED, Counts, Number, Step, exact_number

Bound: TypeAlias = Number | pd.Series

_LARGEST, _SMALLEST = 1e250, 1e-250


def apportion(
    weights: pd.Series, total: Number, step: Number = 1, floor: Bound = 0, ceiling: Bound | None = None
) -> pd.Series:
    """The amount of each unit: whole steps, in proportion to weights, inside bounds, summing exactly to the total.

    Parameters
    ----------
    weights : Series
        Index: ids, unique. Numbers from 0 up, none missing (float, int or Decimal). Floats count as what they print.
    total : Decimal, float, int or str
        What is handed out; a whole multiple of ``step``.
    step : Decimal, float, int or str
        The smallest amount.
    floor, ceiling : number or Series
        The least and the most of each unit; a Series is aligned by id. Floors are rounded up to whole steps, ceilings
        down.

    Returns
    -------
    Series of Decimal
        Index as ``weights``, with as many decimals as the step has.

    Raises
    ------
    MissingValueError
        A weight or a bound is missing.
    SourceError
        A weight or a bound is negative, or two weights have one id.
    InfeasibleError
        The total is no multiple of the step, a floor is above its ceiling, the floors come to more or the ceilings to
        less than the total, or nobody has a weight: the message says by how much.
    LimitError
        More than 2**50 steps.

    Notes
    -----
    The bounded divisor method of Webster and Sainte-Laguë: there is a divisor d with

        amount = step * min(max(round(weight / d), floor), ceiling)        and        sum of amounts = total.

    Put in another way, every unit first has its floor, and each further step goes to the unit with the largest
    ``weight / (steps so far + 1/2)`` among those below their ceiling. Ties go to the id that sorts first, whatever the
    order of the rows. A unit without weight has its floor and no more. A larger total never means less for anyone,
    which largest remainders cannot promise: M. L. Balinski and H. P. Young, *Fair Representation*, Yale University
    Press, 1982. The divisor is found by bisection in floating point, as far as its rounding can tell; the steps near it
    are ordered in whole numbers.

    Examples
    --------
    >>> people = pd.Series({"north": 57, "middle": 10, "south": 60})
    >>> apportion(people, 6).astype(int).to_dict()
    {'north': 3, 'middle': 0, 'south': 3}
    >>> floors = pd.Series({"north": 0, "middle": 1, "south": 0})
    >>> apportion(people, 6, step="0.5", floor=floors, ceiling="2.5").to_dict()
    {'north': Decimal('2.5'), 'middle': Decimal('1.0'), 'south': Decimal('2.5')}
    """
    return apportion_with_bounds(weights, total, step, floor, ceiling)[0]


def apportion_with_bounds(
    weights: pd.Series, total: Number, step: Number = 1, floor: Bound = 0, ceiling: Bound | None = None
) -> tuple[pd.Series, pd.Series]:
    """The amounts of :func:`apportion` and the bounds of :func:`find_binding`, at once."""
    ruler = Step.of(step)
    contest = _enter(weights, total, ruler, floor, ceiling)
    counts = contest.settle()
    amounts = ruler.amounts(counts, weights.index).rename("amount")
    return amounts, pd.Series(contest.bound(counts), index=weights.index, name="binding", dtype="str")


def find_binding(
    weights: pd.Series, amounts: pd.Series, step: Number = 1, floor: Bound = 0, ceiling: Bound | None = None
) -> pd.Series:
    """Which bound made a difference to each unit: without it, the unit alone would have less or more.

    Parameters
    ----------
    weights, step, floor, ceiling
        As given to :func:`apportion`.
    amounts : Series of Decimal
        What it returned, in any order.

    Returns
    -------
    Series of str
        Index as ``weights``: "floor", "ceiling" or "".

    Examples
    --------
    >>> weights = pd.Series({"a": 60, "b": 30, "c": 10})
    >>> find_binding(weights, apportion(weights, 10, floor=2), floor=2).to_dict()
    {'a': '', 'b': '', 'c': 'floor'}
    """
    ruler = Step.of(step)
    contest = _enter(weights, sum(amounts, start=exact_number(0)), ruler, floor, ceiling)
    bound = contest.bound(ruler.counts(amounts.loc[weights.index], "down"))
    return pd.Series(bound, index=weights.index, name="binding", dtype="str")


def counted_ids(ids: pd.Index | Objects) -> str:
    """How many units and the first five of them, as messages show them.

    Examples
    --------
    >>> counted_ids(pd.Index(["b", "a"]))
    "2 units: 'a', 'b'"
    """
    return f"{len(ids)} unit{'' if len(ids) == 1 else 's'}: {shown(sorted(ids))}"


def _enter(weights: pd.Series, total: Number, ruler: Step, floor: Bound, ceiling: Bound | None) -> Webster:
    """The contest, once everything that could not be settled has been refused."""
    weights = weights.astype(int) if weights.dtype == bool else weights
    sizes = measure_weights(weights)
    steps = ruler.count(total)
    if steps is None:
        over = exact_number(total) - ruler.below(total)
        raise InfeasibleError(
            f"the total of {total} is no whole multiple of the step {ruler.size}: {over} are left over; "
            f"take {ruler.below(total)} or a smaller step",
            code="total_and_step",
        )
    if steps < 0:
        raise InfeasibleError(f"the total of {total} is below 0", code="negative_total")
    floors, ceilings = measure_bounds(weights.index, ruler, floor, ceiling)
    return make_contest(weights, sizes, steps, floors, ceilings, ruler)


def make_contest(
    weights: pd.Series, sizes: Floats, steps: int, floors: Counts, ceilings: Counts, ruler: Step
) -> Webster:
    """A contest for whole steps between bounds in whole steps; refuses bounds that contradict the total."""
    refuse_huge(steps, len(weights), ruler)
    reach = np.where(sizes > 0, ceilings, floors)
    ids, given = weights.index.to_numpy(dtype=object), weights.to_numpy(dtype=object)
    contest = Webster(ids, given, sizes, steps, floors, reach)
    _refuse_sums(contest, ruler)
    return replace(contest, ceilings=np.minimum(reach, steps))


def refuse_huge(steps: int, count: int, ruler: Step) -> None:
    """Refuse more steps than can be counted exactly for so many receivers."""
    if max(steps, 1) * count > UNLIMITED or steps > 2**50:
        raise LimitError(
            f"a total of {ruler.amount(steps)} for {count} units is too many steps of {ruler.size}; take a larger step"
        )


def measure_weights(weights: pd.Series) -> Floats:
    """The weights in floating point; refuses what :func:`apportion` refuses of weights."""
    if not weights.index.is_unique:
        twice = weights.index[weights.index.duplicated()].unique()
        raise SourceError(f"weights: the ids are not unique: {shown(twice)}", code="duplicate", features=sorted(twice))
    refuse_text(weights, "weight")
    sizes: Floats = weights.to_numpy(dtype=float, na_value=np.nan)
    _refuse_missing(weights.index, ~np.isfinite(sizes), "weight")
    _refuse_negative(weights.index, sizes < 0, "weight")
    odd = weights.index[(sizes > _LARGEST) | ((sizes < _SMALLEST) & (weights != 0).to_numpy(dtype=bool))]
    if len(odd):
        raise LimitError(
            f"weights must be 0 or between {_SMALLEST} and {_LARGEST}, other than those of {counted_ids(odd)}",
            features=sorted(odd),
        )
    return sizes


def measure_bounds(index: pd.Index, ruler: Step, floor: Bound, ceiling: Bound | None) -> tuple[Counts, Counts]:
    """Floors and ceilings in whole steps; refuses bounds that are missing, negative or contradict each other."""
    floors, ceilings = _steps(floor, index, ruler, "up"), _steps(ceiling, index, ruler, "down")
    _refuse_bounds(index, ruler, floors, ceilings)
    return floors, ceilings


def _steps(bound: Bound | None, index: pd.Index, ruler: Step, towards: Literal["up", "down"]) -> Counts:
    """A bound of each unit in whole steps."""
    if bound is None:
        return np.full(len(index), UNLIMITED)
    what = "floor" if towards == "up" else "ceiling"
    if not isinstance(bound, pd.Series):
        one = exact_number(bound)
        if one.is_nan() or (one.is_infinite() and towards == "up"):
            raise ZoneplanError(f"the {what} of {bound} is not a finite number", code="number")
        return np.repeat(ruler.counts(pd.Series([one], dtype=object), towards), len(index))
    refuse_text(bound, what)
    aligned = bound.reindex(index)
    sizes = aligned.to_numpy(dtype=float, na_value=np.nan)
    _refuse_missing(index, np.isnan(sizes) | (np.isinf(sizes) & (towards == "up")), what)
    return ruler.counts(aligned, towards)


def refuse_text(values: pd.Series, what: str) -> None:
    """Refuse a column of texts where numbers are needed."""
    numeric = pd.api.types.is_numeric_dtype(values.dtype)
    typed = values.dtype != object and values.notna().any()
    if not numeric and (typed or any(isinstance(value, str) for value in values)):
        odd = stray_texts(values).sort_index()
        raise ZoneplanError(
            f"the {what} is text, not a number, as in {shown(odd.unique()[:3])}, for {counted_ids(odd.index)}; write plain "
            "numbers, such as 1234.5, 0 included",
            code="text",
            features=odd.index,
        )


def _refuse_missing(index: pd.Index, missing: Flags, what: str) -> None:
    ids = index[missing]
    if len(ids):
        raise MissingValueError(
            f"the {what} is missing or not finite for {counted_ids(ids)}; give a number, 0 included",
            features=sorted(ids),
        )


def _refuse_negative(index: pd.Index, negative: Flags, what: str) -> None:
    ids = index[negative]
    if len(ids):
        raise SourceError(
            f"the {what} is below 0 for {counted_ids(ids)}; give 0 or more",
            code=f"negative_{what}",
            features=sorted(ids),
        )


def _refuse_bounds(index: pd.Index, ruler: Step, floors: Counts, ceilings: Counts) -> None:
    """Refuse bounds that are negative or contradict each other in one unit."""
    _refuse_negative(index, floors < 0, "floor")
    _refuse_negative(index, ceilings < 0, "ceiling")
    crossed = np.flatnonzero(floors > ceilings)
    if len(crossed):
        ids, one = index[crossed], crossed[index[crossed].argmin()]
        low, high = ruler.amount(int(floors[one])), ruler.amount(int(ceilings[one]))
        raise InfeasibleError(
            f"the floor is above the ceiling for {counted_ids(ids)}; the floor of '{index[one]}' is {low}, its "
            f"ceiling {high}, a gap of {low - high} (floors are rounded up to the step of {ruler.size}, ceilings down)",
            code="floor_above_ceiling",
            features=sorted(ids),
        )


def _refuse_sums(contest: Webster, ruler: Step) -> None:
    """Refuse bounds that contradict the total."""
    total, least, most = contest.total, sum(contest.floors.tolist()), sum(contest.ceilings.tolist())
    if least > total:
        raise InfeasibleError(
            f"the floors come to {ruler.amount(least)}, which is {ruler.amount(least - total)} more than the total of "
            f"{ruler.amount(total)}; lower the floors or raise the total",
            code="floors_above_total",
        )
    if most >= total:
        return
    left = ruler.amount(total - most)
    if not (contest.sizes > 0).any():
        raise InfeasibleError(
            f"all weights are 0 and {left} of {ruler.amount(total)} are left to share; give a weight to some unit",
            code="no_weight",
        )
    idle = contest.ids[contest.sizes == 0]
    more = f"; without a weight, and so with their floor only: {counted_ids(idle)}" if len(idle) else ""
    raise InfeasibleError(
        f"the ceilings come to {ruler.amount(most)}, which is {left} less than the total of {ruler.amount(total)}; "
        f"raise the ceilings or lower the total{more}",
        code="ceilings_below_total",
    )
