"""Decisions: what planners decided for a unit, whatever the rules say."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import pandas as pd

from layers import Decision, UnknownNameError, ZoneplanError, shown
from zoning.errors import near
from zoning.rulebook import Rulebook

DECISION = "decision-"
"""The beginning of the rule of a decision; its place in the plan follows, from 1."""


def decision_faults(
    decisions: Sequence[Decision],
    units: pd.Index,
    rulebook: Rulebook,
    dropped: Collection[str] = (),
    places: Sequence[str] = (),
) -> Iterator[ZoneplanError]:
    """The complaints about decisions that cannot be carried out.

    Parameters
    ----------
    decisions : sequence of Decision
        In the order of the plan.
    units : Index
        Ids of the units.
    rulebook : Rulebook
        Its zones are those that can be decided.
    dropped : collection of str, optional
        Units that the study has dropped; a decision on one has no effect, which is a finding and no complaint.
    places : sequence of str, optional
        Where each decision stands in the plan, for the messages.

    Yields
    ------
    UnknownNameError
        No such unit or zone, a zone of the other kind, or a second main function for a unit.

    Examples
    --------
    >>> from datetime import date
    >>> from zoning import read_rulebook
    >>> day = date(2025, 1, 1)
    >>> decision = Decision(unit="08301", overlay="heritge", reason="the old town", by="the council", date=day)
    >>> for fault in decision_faults([decision], pd.Index(["08031", "49035"]), read_rulebook("us_west", day)):
    ...     print(fault)
    decision 1: there is no unit '08301'; did you mean '08031'?
    decision 1 (unit '08301'): rulebook 'us_west' has no overlay zone 'heritge' on 2025-01-01; did you mean 'heritage'?
    """
    first: dict[str, int] = {}
    for number, decision in enumerate(decisions, start=1):
        where = f"{places[number - 1]}: decision {number}" if places else f"decision {number}"
        if decision.unit not in units and decision.unit not in dropped:
            yield UnknownNameError(
                f"{where}: there is no unit {shown([decision.unit])}{near(decision.unit, map(str, units))}",
                code="unknown_unit",
            )
        where += f" (unit {shown([decision.unit])})"
        for kind, code in (("main", decision.main), ("overlay", decision.overlay)):
            if code is not None:
                yield from _zone_faults(where, kind, code, rulebook)
        if decision.main is not None and decision.date <= rulebook.day:
            if decision.unit in first:
                yield UnknownNameError(
                    f"{where} decides the main function once more, after decision {first[decision.unit]}; "
                    "keep one of the two",
                    code="decided_twice",
                    features=[decision.unit],
                )
            first.setdefault(decision.unit, number)


def _zone_faults(where: str, kind: str, code: str, rulebook: Rulebook) -> Iterator[ZoneplanError]:
    codes, other = rulebook.codes(kind), "overlay" if kind == "main" else "main"
    if code in codes:
        return
    if code in rulebook.codes(other):
        remedy = f"'{code}' is {'an overlay' if kind == 'main' else 'a main'} zone: write {other} = \"{code}\""
        yield UnknownNameError(f'{where}: {kind} = "{code}", but {remedy}', code="zone_kind")
    else:
        yield UnknownNameError(
            f"{where}: rulebook '{rulebook.name}' has no {kind} zone '{code}' on {rulebook.day}{near(code, codes)}",
            code="unknown_zone",
        )
