"""Decisions: what planners, or a level above the plan, decided for a unit, whatever the rules say.

The status of a unit says whether rules or decisions made its zones; the status of decisions says it apart for overlays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import pandas as pd

from layers.errors import UnknownNameError, ZoneplanError, shown
from layers.phrases import Phrase, word
from zoning.errors import near
from zoning.rulebook import Locked, Rulebook
from zoning.study import Decision
from zoning.zones.parent_units import group_parts

DECISION = "decision-"
"""The beginning of the rule of a decision; its place in the plan follows, from 1."""


def decision_faults(
    decisions: Sequence[Decision],
    units: pd.Index,
    rulebook: Rulebook,
    dropped: Collection[str] = (),
    named: pd.Series | None = None,
) -> Iterator[ZoneplanError]:
    """The complaints about decisions that cannot be carried out.

    Examples
    --------
    >>> from datetime import date
    >>> from zoning.rulebook import read_rulebook
    >>> day = date(2025, 1, 1)
    >>> decision = Decision(unit="08301", overlay="heritge", reason="the old town", by="the council", date=day)
    >>> for fault in decision_faults([decision], pd.Index(["08031", "49035"]), read_rulebook("us_west", day)):
    ...     print(fault)
    decision 1: there is no unit '08301'; did you mean '08031'?
    decision 1 (unit '08301'): rulebook 'us_west' has no overlay zone 'heritge' on 2025-01-01; did you mean 'heritage'?
    """
    first: dict[str, int] = {}
    for number, decision in enumerate(decisions, start=1):
        where, keys = Phrase("decision {number}", number=number), ("decisions", number - 1)
        if decision.unit not in units and decision.unit not in dropped:
            yield UnknownNameError(
                Phrase(
                    "{place}: there is no unit {unit}{hint}",
                    place=where,
                    unit=shown([decision.unit]),
                    hint=_called(decision.unit, named) or near(decision.unit, map(str, units)),
                ),
                code="unknown_unit",
                keys=keys,
            )
        where = Phrase("decision {number} (unit {unit})", number=number, unit=shown([decision.unit]))
        for kind, code in (("main", decision.main), ("overlay", decision.overlay)):
            if code is not None:
                yield from _zone_faults(where, keys, kind, code, rulebook)
        if decision.main is not None and decision.date <= rulebook.day:
            if decision.unit in first:
                yield UnknownNameError(
                    Phrase(
                        "{place} decides the main function once more, after decision {number}; keep one of the two",
                        place=where,
                        number=first[decision.unit],
                    ),
                    code="decided_twice",
                    features=[decision.unit],
                    keys=keys,
                )
            first.setdefault(decision.unit, number)


def _called(name: str, named: pd.Series | None) -> str:
    """That a text is the name of units, and of which; empty where it is none."""
    ids = [] if named is None else named.index[named == name]
    return Phrase("; it is the name of {ids}: write the id", ids=shown(map(str, ids))) if len(ids) else ""


def _zone_faults(
    where: str, keys: tuple[str | int, ...], kind: str, code: str, rulebook: Rulebook
) -> Iterator[ZoneplanError]:
    codes, other = rulebook.codes(kind), "overlay" if kind == "main" else "main"
    if code in codes:
        return
    if code in rulebook.codes(other):
        remedy = Phrase(
            "'{code}' is an overlay zone: write {other} = \"{code}\""
            if kind == "main"
            else "'{code}' is a main zone: write {other} = \"{code}\"",
            code=code,
            other=other,
        )
        yield UnknownNameError(
            Phrase('{place}: {kind} = "{code}", but {remedy}', place=where, kind=kind, code=code, remedy=remedy),
            code="zone_kind",
            keys=keys,
        )
    else:
        yield UnknownNameError(
            Phrase(
                "{place}: rulebook '{rulebook}' has no {kind} zone '{zone}' on {day}{hint}",
                place=where,
                rulebook=rulebook.name,
                kind=word(kind),
                zone=code,
                day=rulebook.day,
                hint=near(code, codes),
            ),
            code="unknown_zone",
            keys=keys,
        )


def locked_units(
    units: pd.DataFrame, rulebook: Rulebook, part_of: pd.Series | None = None
) -> Iterator[tuple[str, str, Locked]]:
    """Every unit that is locked, by which rule and entry.

    Examples
    --------
    >>> from datetime import date
    >>> said = {"reason": {"en": "listed"}, "by": "the State Council", "reference": "the list", "locked": True}
    >>> entry = Locked(jurisdiction="west", main="ecologically_fragile", **said)
    >>> rulebook = Rulebook("r", "", "", date(2025, 1, 1), locked={"locked-1": entry})
    >>> units = pd.DataFrame({"jurisdiction": ["west", "east"]}, index=["a", "b"])
    >>> [(unit, rule) for unit, rule, _ in locked_units(units, rulebook)]
    [('a', 'locked-1')]
    """
    named = units["jurisdiction"] if "jurisdiction" in units.columns else pd.Series(dtype="str")
    parts = {} if part_of is None else group_parts(part_of)
    groups = {
        "unit": parts | {str(unit): [str(unit)] for unit in units.index},
        "jurisdiction": group_parts(named),
    }
    for rule, entry in rulebook.locked.items():
        kind, name = entry.place
        for unit_id in groups[kind].get(name, ()):
            yield unit_id, rule, entry


def locked_elsewhere(units: pd.DataFrame, rulebook: Rulebook, part_of: pd.Series | None = None) -> dict[str, Locked]:
    """The entries that find no unit, by their rule: normal where a study is a part of the country."""
    used = {rule for _, rule, _ in locked_units(units, rulebook, part_of)}
    return {rule: entry for rule, entry in rulebook.locked.items() if rule not in used}
