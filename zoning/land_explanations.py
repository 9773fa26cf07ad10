"""Land explanations: why a derived measure of a unit is what it is, and which norms are kept where the unit belongs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from layers import number_text, parse_calculation, parse_condition
from zoning.chains import Content, clause_chain, in_rulebook, is_about, reason_record
from zoning.derivations import Because, explain_derived
from zoning.gatherings import places_of
from zoning.land_entries import Derived, Norm
from zoning.norms import weigh_norms
from zoning.plans import Plan
from zoning.policies import plain_value
from zoning.words import engine_words, text_in


def derived_in(plan: Plan) -> tuple[Derived, ...]:
    """The measures that a plan's rulebook derived for it, in the order of the rulebook."""
    return tuple(one for one in plan.rulebook.derived if one.name in plan.measures.columns)


def norms_in(plan: Plan, language: str) -> pd.DataFrame:
    """The norms of a plan's rulebook at every place; columns as :func:`zoning.weigh_norms` has them."""
    return weigh_norms(plan.measures, plan.rulebook, plan.study.units.levels, plan.quotas, language)


def explain_measures(plan: Plan, ids: Iterable[str]) -> dict[str, list[Content]]:
    """The derived measures of some units, as links.

    Parameters
    ----------
    plan : Plan
    ids : iterable of str

    Returns
    -------
    dict of str to list of dict
        By unit, in the order of the rulebook. Beside the keys of a link: ``measure``, ``title``, ``value`` (None where
        missing), ``row`` (which of the ``rows`` of its table counts, from 1; 0 where none does), ``because`` and
        ``calculation``.
    """
    found: dict[str, list[Content]] = {unit: [] for unit in ids}
    derived = derived_in(plan)
    rows = plan.measures[is_about(plan.measures.index, found)] if derived else plan.measures
    values = rows.to_dict("records") if derived else []
    for one in derived:
        told = explain_derived(one, rows, plan.rulebook, plan.language)
        for unit, own, because in zip(rows.index, values, told, strict=True):
            found[str(unit)].append(_measure(one, plain_value(own[one.name]), because, own, plan))
    return found


def explain_norms(plan: Plan, ids: Iterable[str]) -> dict[str, list[Content]]:
    """The norms of the places where some units belong, as links.

    Parameters
    ----------
    plan : Plan
    ids : iterable of str

    Returns
    -------
    dict of str to list of dict
        By unit, in the order of the rulebook. Beside the keys of a link: ``norm``, ``title``, ``level``, ``place``,
        ``answer`` ("yes" where it is kept, "no", "unknown") and ``facts``.
    """
    found: dict[str, list[Content]] = {unit: [] for unit in ids}
    norms = {norm.id: norm for norm in plan.rulebook.norms}
    table = norms_in(plan, plan.language) if norms else pd.DataFrame(columns=["norm", "level"])
    for (name, level), rows in table.groupby(["norm", "level"], sort=False):
        norm, by_place = norms[str(name)], {row["place"]: row for row in rows.to_dict("records")}
        for unit, place in places_of(plan.measures, str(level), plan.study.units.levels).items():
            if str(unit) in found and place in by_place:
                found[str(unit)].append(_norm(norm, by_place[place], plan))
    return found


def value_text(value: Any) -> str:
    """A derived value as it is printed; "" where it is missing.

    Examples
    --------
    >>> value_text(88.0), value_text("province"), value_text(None)
    ('88', 'province', '')
    """
    if value is None or pd.isna(value):
        return ""
    return value if isinstance(value, str) else number_text(float(value))


def why_text(one: Mapping[str, Any], language: str) -> str:
    """Why a derived measure is what it is, on one line: the reason, what was asked, and how it was calculated."""
    facts = [clause["sentence"] for clause in one["clauses"] if clause["decides"]]
    parts = dict.fromkeys([text_in(one["because"], language, ""), *facts, one["calculation"]])
    return engine_words(language)["and"].join(filter(None, parts))


def _measure(one: Derived, value: Any, because: Because, own: Mapping[Any, Any], plan: Plan) -> Content:
    band = because.band
    names = parse_condition(band.when).names | parse_calculation(band.value).names if band else one.names
    always = band is not None and band.when.strip().upper() == "TRUE"
    clauses = [
        {"text": clause.text, "answer": clause.answer, "sentence": clause.sentence, "decides": clause.decides}
        for clause in because.clauses
        if not always
    ]
    values = {name: plain_value(own[name]) for name in sorted(names) if name in own}
    said = {"clauses": clauses, "values": values, "thresholds": dict.fromkeys(names)}
    told = text_in(band.reason, plan.language) if band and band.reason else ""
    worked = because.calculation if band and parse_calculation(band.value).names else ""
    own_link = reason_record(
        "derived",
        one.name,
        engine_words(plan.language)["and"].join(filter(None, (told, worked))),
        amount=value,
        unit=one.unit,
        when="" if band is None or always else band.when,
        said=clause_chain(said, plan.rulebook),
        days=one,
        reference=one.reference,
        verified=one.verified,
        written=in_rulebook(plan.rulebook, "derived", one),
    )
    return own_link | {
        "measure": one.name,
        "title": dict(one.title),
        "value": value,
        "row": because.number,
        "rows": len(one.bands),
        "because": dict(band.reason) if band and band.reason else {},
        "calculation": worked,
    }


def _norm(norm: Norm, row: Mapping[Any, Any], plan: Plan) -> Content:
    own_link = reason_record(
        "norm",
        norm.id,
        when=norm.holds,
        said=clause_chain(json.loads(row["values"]), plan.rulebook),
        days=norm,
        reference=norm.reference,
        verified=norm.verified,
        written=in_rulebook(plan.rulebook, "norms", norm),
    )
    return own_link | {
        "norm": norm.id,
        "title": dict(norm.title),
        "level": str(row["level"]),
        "place": str(row["place"]),
        "answer": str(row["answer"]),
        "facts": str(row["facts"]),
    }
