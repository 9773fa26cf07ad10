"""Why derived measures are what they are, and whether the norms of the places are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from layers.conditions import parse_calculation, parse_condition
from zoning.measures import Because, explain_derived, places_of
from zoning.plan import Plan
from zoning.policies import plain_value
from zoning.records.findings import in_rulebook, parameters_of, said_of
from zoning.records.table_rows import each_row, is_about
from zoning.rulebook import Derived, Norm
from zoning.trace import Record, Said, Texts, Titles, days_of, in_languages, say
from zoning.zones import norms_in


def derived_in(plan: Plan) -> tuple[Derived, ...]:
    """The measures that a plan's rulebook derived for it, in the order of the rulebook."""
    return tuple(one for one in plan.rulebook.derived if one.name in plan.measures.columns)


def derived_records(plan: Plan, ids: Iterable[str]) -> dict[str, list[Record]]:
    """Why derived measures of some units are what they are.

    Parameters
    ----------
    plan : Plan
    ids : iterable of str

    Returns
    -------
    dict of str to list of Record
        By unit, in the order of the rulebook. Facts: ``unit_title``, ``measure``, ``title``, ``value`` (None where
        missing), ``row`` (which of the ``rows`` of its table counts, from 1; 0 where none does),
        ``because`` and ``calculation``.
    """
    found: dict[str, list[Record]] = {unit: [] for unit in ids}
    derived = [(one, plan.trace.derived[one.name]) for one in derived_in(plan) if one.name in plan.trace.derived]
    places = np.flatnonzero(is_about(plan.measures.index, found)) if derived else np.array([], np.intp)
    values = each_row(plan.measures.iloc[places])
    for one, banding in derived:
        told = explain_derived(one, banding, places, plan.measures, plan.rulebook)
        for unit, own, because in zip(plan.measures.index[places], values, told, strict=True):
            found[str(unit)].append(_measure(one, plain_value(own[one.name]), because, own, plan))
    return found


def norm_records(plan: Plan, ids: Iterable[str]) -> dict[str, list[Record]]:
    """Why the norms of the places where some units belong are kept or not.

    Parameters
    ----------
    plan : Plan
    ids : iterable of str

    Returns
    -------
    dict of str to list of Record
        By unit, in the order of the rulebook. Facts: ``norm``, ``title``, ``level``, ``place``,
        ``answer`` ("yes" where it is kept, "no", "unknown") and ``facts``.
    """
    found: dict[str, list[Record]] = {unit: [] for unit in ids}
    norms = {norm.id: norm for norm in plan.rulebook.norms}
    for (name, level), rows in norms_in(plan).groupby(["norm", "level"], sort=False) if norms else ():
        norm, told = norms[str(name)], dict[object, Record]()
        by_place = {row["place"]: row for row in each_row(rows)}
        for unit, place in places_of(plan.measures, str(level), plan.study.units.levels).items():
            if str(unit) in found and place in by_place:
                if place not in told:
                    told[place] = _norm(norm, by_place[place], plan)
                found[str(unit)].append(told[place])
    return found


def _measure(one: Derived, value: Any, because: Because, own: Mapping[Any, Any], plan: Plan) -> Record:
    band = because.band
    names = parse_condition(band.when).names | parse_calculation(band.value).names if band else one.names
    always = band is not None and band.when.strip().upper() == "TRUE"
    told = Texts(band.reason) if band and band.reason else ""
    worked = because.calculation if band and parse_calculation(band.value).names else ""
    return Record(
        kind="derived",
        id=one.name,
        reason=say("explain.worked", because=told, calculation=worked) if told and worked else told or worked,
        amount=value,
        unit=one.unit,
        when="" if band is None or always else band.when,
        said=Said(
            clauses=() if always else tuple(because.clauses),
            values={name: plain_value(own[name]) for name in sorted(names) if name in own},
            parameters=parameters_of(names, plan.rulebook),
        ),
        days=days_of(one),
        reference=in_languages(one.reference),
        verified=one.verified,
        written=in_rulebook(plan.rulebook, "derived", one),
        facts={
            "unit_title": Titles("units", one.unit),
            "measure": one.name,
            "title": one.title,
            "value": value,
            "row": because.number,
            "rows": len(one.bands),
            "because": band.reason if band and band.reason else {},
            "calculation": worked,
        },
    )


def _norm(norm: Norm, row: Mapping[Any, Any], plan: Plan) -> Record:
    return Record(
        kind="norm",
        id=norm.id,
        when=norm.holds,
        said=said_of(row["facts"].fields["facts"], plan.rulebook),
        days=days_of(norm),
        reference=in_languages(norm.reference),
        verified=norm.verified,
        written=in_rulebook(plan.rulebook, "norms", norm),
        facts={
            "norm": norm.id,
            "title": norm.title,
            "level": str(row["level"]),
            "place": str(row["place"]),
            "answer": str(row["answer"]),
            "facts": row["facts"],
        },
    )
