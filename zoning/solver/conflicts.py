"""Which rules of a quota contradict each other, and the least change of each that would end it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

import numpy as np
import pandas as pd

from layers.errors import shown
from layers.phrases import LINES, Phrase, phrase_list
from zoning.errors import InfeasibleError
from zoning.solver.exact_steps import Counts
from zoning.solver.linear_programmes import LinearConstraint, Places, Programme, solve
from zoning.solver.webster import Floats

_BOUNDS = ("floors", "ceilings")
_FAR = 2**40
"""Steps that stand for "no ceiling" while it is asked whether one is to blame."""

_Bounds = tuple[str, Places]
"""Floors or ceilings, and the units that have them."""
_Rule = TypeVar("_Rule")


@dataclass(frozen=True)
class Clash:
    """One rule of a conflict."""

    code: str
    words: str
    places: Places
    change: float | None
    unit: str = ""


class Wording(NamedTuple):
    """How the bounds of units are told."""

    amount: Callable[[float], str]
    jurisdictions: pd.Series

    def bounds(self, kind: str, places: Places, steps: Counts) -> str:
        """What the floors or ceilings of some units come to."""
        ids = self.jurisdictions.index[places]
        where = sorted(set(self.jurisdictions.iloc[places]) - {""})
        inside = Phrase(" in {name}", name=shown(where)) if where else ""
        who = shown(ids) if len(ids) <= 3 else Phrase("{count} units", count=len(ids))
        single = len(ids) == 1
        return Phrase(
            (
                "the floor of {who}{inside} comes to {amount}"
                if single
                else "the floors of {who}{inside} come to {amount}"
            )
            if kind == "floors"
            else "the ceiling of {who}{inside} comes to {amount}"
            if single
            else "the ceilings of {who}{inside} come to {amount}",
            who=who,
            inside=inside,
            amount=self.amount(int(steps[places].sum())),
        )


def find_conflict(programme: Programme, wording: Wording) -> tuple[Clash, ...]:
    """Rules that cannot hold together although any of them could be left out; empty where all can hold.

    Notes
    -----
    A deletion filter: a rule is left out for good where the others cannot hold without it either. The least change of a
    rule keeps all others, those outside the conflict too: the elastic programme of that one rule (J. W. Chinneck,
    *Feasibility and Infeasibility in Optimization*, Springer, 2008). ``getIis`` of HiGHS finds such sets as well, but
    of more rules in one case of seven.

    Examples
    --------
    >>> units = pd.Series("", index=["a", "b", "c"])
    >>> total = LinearConstraint("total", "the total is 10 ha", np.arange(3), np.ones(3), 10, 10)
    >>> cap = LinearConstraint("group-1", "group 1 allows at most 4 ha", np.array([0, 1]), np.ones(2), -np.inf, 4)
    >>> programme = Programme(np.zeros(3), np.array([3, 3, 0]), np.array([9, 9, 9]), (total, cap))
    >>> for clash in find_conflict(programme, Wording("{:g} ha".format, units)):
    ...     print(clash.words, clash.change)
    group 1 allows at most 4 ha 2.0
    the floors of 'a', 'b' come to 6 ha -2.0
    """
    class_of, merged = _merge(programme)
    if _feasible(merged):
        return ()
    bounds = [("floors", np.flatnonzero(merged.lower > 0)), ("ceilings", np.arange(len(merged.upper)))]
    rows = _filter(merged.rows, lambda some: _only(merged, some, bounds))
    alike = [(kind, places) for kind, every in bounds for places in _alike(rows, every)]
    bounds = _filter(alike, lambda some: _only(merged, rows, some))
    clashes = [Clash(row.code, row.words, row.places, _row_change(merged, row), row.unit) for row in rows]
    clashes += [Clash(kind, "", places, _bound_change(merged, kind, places)) for kind, places in bounds]
    return tuple(_of_units(clash, class_of, programme, wording) for clash in clashes)


def refuse(clashes: Sequence[Clash], amount: Callable[..., str]) -> InfeasibleError:
    """The error that names a conflict and the ways out of it.

    Examples
    --------
    >>> clash = Clash("total", "the total is 10 ha", np.arange(3), -2.0)
    >>> print(refuse([clash], "{:g} ha".format))
    these rules cannot hold together:
      - the total is 10 ha: alone, 2 ha less would do
    """
    lines = [Phrase("these rules cannot hold together:")]
    for clash in clashes:
        way = Phrase("no change of it alone would do")
        if clash.change is not None:
            much = amount(abs(clash.change), clash.unit) if clash.unit else amount(abs(clash.change))
            in_all = clash.code in _BOUNDS and len(clash.places) > 1
            way = Phrase(
                ("alone, {amount} more in all would do" if in_all else "alone, {amount} more would do")
                if clash.change > 0
                else "alone, {amount} less in all would do"
                if in_all
                else "alone, {amount} less would do",
                amount=much,
            )
        lines.append(Phrase("  - {rule}: {way}", rule=clash.words, way=way))
    return InfeasibleError(phrase_list(lines, LINES), code="conflict")


def _of_units(clash: Clash, class_of: Places, programme: Programme, wording: Wording) -> Clash:
    """A rule about classes of units as one about the units."""
    places = np.flatnonzero(np.isin(class_of, clash.places))
    if clash.code not in _BOUNDS:
        return replace(clash, places=places)
    steps = programme.lower if clash.code == "floors" else programme.upper
    return replace(clash, places=places, words=wording.bounds(clash.code, places, steps))


def _merge(programme: Programme) -> tuple[Places, Programme]:
    """A class for the units that all rows count alike, and the programme over classes: a million units are few such."""
    classes = np.zeros(len(programme.gains), dtype=np.int64)
    for row in programme.rows:
        marks = np.zeros(len(classes))
        marks[row.places] = row.coefficients
        _, inside = np.unique(marks, return_inverse=True)
        _, classes = np.unique(classes * (int(inside.max(initial=0)) + 1) + inside, return_inverse=True)
    _, first = np.unique(classes, return_index=True)
    lower, upper = (np.zeros(len(first), dtype=np.int64) for _ in range(2))
    np.add.at(lower, classes, programme.lower)
    np.add.at(upper, classes, np.minimum(programme.upper, _FAR))
    rows = []
    for row in programme.rows:
        marks = np.zeros(len(classes))
        marks[row.places] = row.coefficients
        places = np.flatnonzero(marks[first])
        rows.append(replace(row, places=places, coefficients=marks[first][places]))
    return classes, Programme(np.zeros(len(first)), lower, np.maximum(np.minimum(upper, _FAR), lower), tuple(rows))


def _feasible(programme: Programme) -> bool:
    return solve(replace(programme, gains=np.zeros(len(programme.gains))), canonical=False).feasible


def _filter(rules: Sequence[_Rule], programme: Callable[[list[_Rule]], Programme]) -> list[_Rule]:
    """Of rules without a plan those of which each is needed for that."""
    needed = list(rules)
    for rule in rules:
        fewer = [other for other in needed if other is not rule]
        if not _feasible(programme(fewer)):
            needed = fewer
    return needed


def _only(programme: Programme, rows: Sequence[LinearConstraint], bounds: Sequence[_Bounds]) -> Programme:
    """Some of the rows, and the floors and ceilings of some units."""
    lower, upper = np.zeros_like(programme.lower), np.full_like(programme.upper, _FAR)
    for kind, places in bounds:
        if kind == "floors":
            lower[places] = programme.lower[places]
        else:
            upper[places] = programme.upper[places]
    return replace(programme, lower=lower, upper=upper, rows=tuple(rows))


def _alike(rows: Sequence[LinearConstraint], places: Places) -> Iterator[Places]:
    """Units that the same of the rows count, class by class."""
    if not len(places):
        return
    inside = np.array([np.isin(places, row.places) for row in rows]).reshape(len(rows), len(places))
    _, classes = np.unique(inside, axis=1, return_inverse=True)
    for number in range(int(classes.max()) + 1):
        yield places[classes == number]


def _row_change(programme: Programme, row: LinearConstraint) -> float | None:
    """The least change of one row: two columns more, of what it gives and what it takes."""
    count = len(programme.gains)
    # the solver finds far sooner that there is no plan without the rule than that no change of it would do
    if not _feasible(replace(programme, rows=[constraint for constraint in programme.rows if constraint is not row])):
        return None
    more = np.array([count, count + 1])
    elastic = replace(
        row,
        places=np.concatenate([row.places, more]),
        coefficients=np.concatenate([row.coefficients, [1.0, -1.0]]),
    )
    answer = _spend(programme, [elastic if constraint is row else constraint for constraint in programme.rows], 2)
    return None if answer is None else float(answer[1] - answer[0])


def _spend(
    programme: Programme, rows: Sequence[LinearConstraint], more: int, reach: Counts | None = None
) -> Floats | None:
    """How much of some further columns, which cost 1 each, a plan needs at the least; None where there is no plan."""
    room = np.full(more, _FAR) if reach is None else reach
    bigger = Programme(
        np.concatenate([np.zeros(len(programme.gains)), -np.ones(more)]),
        np.concatenate([programme.lower, np.zeros(more, dtype=np.int64)]),
        np.concatenate([programme.upper, room]),
        rows,
    )
    answer = solve(bigger, canonical=False)
    return answer.amounts[-more:] if answer.feasible else None


def _bound_change(programme: Programme, kind: str, places: Places) -> float | None:
    """The least change of some floors or ceilings: a column more for each, beside the unit's own in every row."""
    floors = kind == "floors"
    free = programme.lower.copy() if floors else programme.upper.copy()
    free[places] = 0 if floors else _FAR
    if not _feasible(replace(programme, lower=free) if floors else replace(programme, upper=free)):
        return None
    count = len(programme.gains)
    seat = np.full(count, -1)
    seat[places] = count + np.arange(len(places))
    sign = -1.0 if floors else 1.0
    rows = []
    for row in programme.rows:
        mine = seat[row.places] >= 0
        rows.append(
            replace(
                row,
                places=np.concatenate([row.places, seat[row.places[mine]]]),
                coefficients=np.concatenate([row.coefficients, sign * row.coefficients[mine]]),
            )
        )
    # a floor gives way by at most itself: what it gives is taken from the unit's own column
    spent = _spend(programme, rows, len(places), programme.lower[places] if floors else None)
    return None if spent is None else sign * float(spent.sum())
