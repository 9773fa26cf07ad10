"""Policies: what applies to units, to pieces and through jurisdictions, by which clause, and what gives way."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain, compress
from typing import Any, overload

import numpy as np
import pandas as pd

from layers import parse_condition
from zoning.entries import Exemption, Policy
from zoning.overruling import overrule
from zoning.provisions import EXCEPTION
from zoning.rulebook import Rulebook
from zoning.sights import ConditionContext, condition_contexts
from zoning.tables import POLICIES, tabulate
from zoning.topics import without_unused_topics
from zoning.words import engine_words, text_in

VARYING = ("unit_id", "piece_id", "inherited_from", "parameters", "zone", "overruled_by", "exception")
"""Columns of the policies table that differ from place to place."""

_QUOTED = re.compile(r"""'((?:[^']|'')*)'|"(?:[^"]|"")*\"""")
"""The texts of a condition; names in double quotes are taken along, for a text may stand inside one."""


@overload
def assign(
    zones: pd.DataFrame,
    measures: pd.DataFrame,
    quotas: pd.DataFrame,
    lights: pd.DataFrame | None,
    flows: pd.DataFrame | None,
    rulebook: Rulebook,
    language: str = "en",
    *,
    pieces: pd.DataFrame | None = None,
    levels: Sequence[str] = ("jurisdiction",),
) -> pd.DataFrame: ...
@overload
def assign(
    zones: pd.DataFrame,
    measures: pd.DataFrame,
    quotas: pd.DataFrame,
    lights: Rulebook,
    flows: str = "en",
    *,
    pieces: pd.DataFrame | None = None,
    levels: Sequence[str] = ("jurisdiction",),
) -> pd.DataFrame: ...
@overload
def assign(
    zones: pd.DataFrame,
    measures: pd.DataFrame,
    quotas: pd.DataFrame,
    *,
    rulebook: Rulebook,
    language: str = "en",
    pieces: pd.DataFrame | None = None,
    levels: Sequence[str] = ("jurisdiction",),
) -> pd.DataFrame: ...
def assign(
    zones: pd.DataFrame,
    measures: pd.DataFrame,
    quotas: pd.DataFrame,
    lights: pd.DataFrame | Rulebook | None = None,
    flows: pd.DataFrame | str | None = None,
    rulebook: Rulebook | None = None,
    language: str = "en",
    *,
    pieces: pd.DataFrame | None = None,
    levels: Sequence[str] = ("jurisdiction",),
) -> pd.DataFrame:
    """The policies that apply to each unit, to its pieces, and through its jurisdiction.

    Parameters
    ----------
    zones : DataFrame
        From :func:`zoning.resolve`: index ``unit_id``; ``main`` and ``overlays``.
    measures : DataFrame
        Index ``unit_id``, the same units.
    quotas : DataFrame
        The QUOTAS table; conditions see a unit's amount of a quota as ``quota_<name>``.
    lights : DataFrame, optional
        The ENERGY table; conditions see ``intensity_light``, ``total_light`` and ``total_exempt`` of the region that is
        the unit, or the nearest of its jurisdictions. A rulebook may stand here, and the language after it, as before
        there were lights and flows.
    flows : DataFrame, optional
        The FLOWS table; conditions see whether the unit or a jurisdiction of it ``pays`` or ``receives``.
    rulebook : Rulebook
        Its policies in force.
    language : {"en", "zh"}
        Of titles, clauses and reasons of exceptions.
    pieces : DataFrame, optional
        From :func:`zoning.settle_lines`. Without it policies on pieces are not asked.
    levels : sequence of str
        Columns of ``measures`` with the jurisdictions, highest first. Policies of scope "jurisdiction" are asked of the
        last, and of nobody where there are none.

    Returns
    -------
    DataFrame
        The POLICIES table. ``zone`` has the codes that the condition names and that the unit has, joined by ``;``.
        ``parameters`` has the value and the unit of measure where a policy names a parameter or an indicator.
        ``overruled_by`` is empty where the policy is in force; else it names the stricter policy, or is
        ``exception-<n>``, the place of the exception in the policy, whose reason and reference stand in ``exception``.
        ``inherited_from`` is the jurisdiction that was asked. What gives way, and where, :func:`zoning.overrule` says.

    Raises
    ------
    UnknownNameError
        An indicator that the rulebook cannot do without is absent.
    TypeError
        There is no rulebook.

    Notes
    -----
    A policy whose condition cannot be answered does not apply: an obligation needs a known reason. So does an
    exception. See :func:`uncovered` for units that are left without any.

    Examples
    --------
    >>> from datetime import date
    >>> from zoning import read_rulebook
    >>> from zoning.tables import QUOTAS
    >>> denver = pd.DataFrame({"metro": [True], "pop_2020": [715522], "area_km2": [396.0]}, index=["08031"])
    >>> zones = pd.DataFrame({"main": ["key_development"], "overlays": [""]}, index=["08031"])
    >>> no_quotas = tabulate(QUOTAS, pd.DataFrame())
    >>> policies = assign(zones, denver, no_quotas, None, None, read_rulebook("us_west", date(2025, 1, 1)))
    >>> uncovered(policies, zones.index)
    ()
    """
    if isinstance(lights, Rulebook):
        lights, flows, rulebook, language = None, None, lights, flows if isinstance(flows, str) else language
    if rulebook is None or isinstance(flows, str):
        raise TypeError("assign(zones, measures, quotas, lights, flows, rulebook) needs a rulebook")
    scopes = {policy.scope for policy in rulebook.policies}
    seen = condition_contexts(zones, measures, quotas, lights, flows, rulebook, pieces, levels, scopes)
    concerned = without_unused_topics(rulebook, map(str, seen["unit"].seen.columns))
    asked = [policy for policy in concerned.policies if policy.scope in seen]
    parts = [_varying(policy, seen[policy.scope], rulebook, language) for policy in asked]
    varying = pd.DataFrame({name: list(chain.from_iterable(part[name] for part in parts)) for name in VARYING})
    if varying.empty:
        return tabulate(POLICIES, pd.DataFrame())
    fixed = pd.DataFrame([_fixed(policy, language) for policy in asked])
    number = np.repeat(np.arange(len(asked)), [len(part["unit_id"]) for part in parts])
    return tabulate(POLICIES, overrule(pd.concat([fixed.iloc[number].reset_index(drop=True), varying], axis=1)))


def uncovered(policies: pd.DataFrame, units: pd.Index) -> tuple[str, ...]:
    """The units to which no policy applies, sorted.

    Examples
    --------
    >>> uncovered(pd.DataFrame({"unit_id": ["a", "a"]}), pd.Index(["b", "a"]))
    ('b',)
    """
    if "overruled_by" in policies.columns:
        policies = policies[~policies["overruled_by"].astype(str).str.startswith(EXCEPTION)]
    return tuple(sorted(set(units) - set(policies["unit_id"])))


def _fixed(policy: Policy, language: str) -> dict[str, object]:
    """What is the same wherever a policy applies."""
    return {
        "policy": policy.id,
        "instrument": policy.instrument,
        "subject": policy.subject,
        "effect": policy.effect or "",
        "title": text_in(policy.title, language),
        "strictness": policy.strictness,
        "clause": policy.clause_in(language),
        "reference": policy.reference,
        "since": policy.since.isoformat() if policy.since else "",
        "until": policy.until.isoformat() if policy.until else "",
    }


def _varying(policy: Policy, sight: ConditionContext, rulebook: Rulebook, language: str) -> dict[str, list[str]]:
    """The columns ``VARYING`` of the places where a policy applies."""
    yes = parse_condition(policy.when).evaluate(sight.seen, rulebook.values).yes
    if not yes.any():
        return {name: [] for name in VARYING}
    held = sight.seen if yes.all() else sight.seen[yes]
    overruled, exceptions = _excepted(policy, held, rulebook, language)
    told = {
        "parameters": _settings(policy, held, rulebook),
        "zone": _zones(policy, held, rulebook),
        "overruled_by": overruled,
        "exception": exceptions,
    }
    places = np.flatnonzero(yes[sight.asked])
    rows = (np.cumsum(yes) - 1)[sight.asked[places]].tolist()
    there = {name: column[places].tolist() for name, column in sight.told.items()}
    return {name: [texts[row] for row in rows] for name, texts in told.items()} | there


def _zones(policy: Policy, held: pd.DataFrame, rulebook: Rulebook) -> list[str]:
    """The zones that the condition names and that each unit has."""
    named = parse_condition(policy.when).names
    named |= {match[1].replace("''", "'") for match in _QUOTED.finditer(policy.when) if match[1]}
    codes = sorted(named & {zone.code for zone in rulebook.zones}) if policy.scope != "jurisdiction" else []
    if not codes:
        return [""] * len(held)
    mains = rulebook.codes("main")
    holds = [(held["main"] == one if one in mains else held[one].astype(bool)).tolist() for one in codes]
    return [";".join(compress(codes, row)) for row in zip(*holds, strict=True)]


def _excepted(policy: Policy, held: pd.DataFrame, rulebook: Rulebook, language: str) -> tuple[list[str], list[str]]:
    """Which exception holds for each row, the first of several, and why; "" where none does."""
    if not policy.exceptions:
        return [""] * len(held), [""] * len(held)
    overruled = pd.Series("", index=held.index, dtype=object)
    reasons = overruled.copy()
    for name, one in reversed(exceptions_of(policy).items()):
        holds = parse_condition(one.when).evaluate(held, rulebook.values).yes
        overruled[holds] = name
        reasons[holds] = exception_text(one, language)
    return overruled.tolist(), reasons.tolist()


def exceptions_of(policy: Policy) -> dict[str, Exemption]:
    """The exceptions of a policy by what stands for them in the column ``overruled_by``."""
    return {f"{EXCEPTION}{number}": one for number, one in enumerate(policy.exceptions, start=1)}


def exception_text(one: Exemption, language: str) -> str:
    """The reason and the reference of an exception, as the column ``exception`` has them."""
    words = engine_words(language)
    doubt = "" if one.verified else words["text_not_seen"]
    return words["exception"].format(reason=text_in(one.reason, language), reference=one.reference, doubt=doubt)


def _settings(policy: Policy, units: pd.DataFrame, rulebook: Rulebook) -> list[str]:
    """The parameters of a policy for each unit, as JSON."""
    measures = {one.name: one.unit for one in rulebook.indicators} | {one.name: one.unit for one in rulebook.derived}
    fixed: dict[str, object] = {}
    varying: dict[str, tuple[pd.Series, str]] = {}
    for key, value in policy.parameters.items():
        name = value if isinstance(value, str) else ""
        if name in rulebook.parameters:
            parameter = rulebook.parameters[name]
            fixed[key] = {"value": parameter.value, "unit": parameter.unit}
        elif name in measures:
            varying[key] = (units[name], measures[name])
        else:
            fixed[key] = value
    if policy.list:
        treatments = Counter(item.treatment for item in rulebook.industries if item.list == policy.list)
        fixed |= {"list": policy.list, **{one: treatments[one] for one in ("prohibited", "restricted")}}
    if not varying:
        return [_json(fixed)] * len(units)
    columns = {key: [plain_value(one) for one in column] for key, (column, _) in varying.items()}
    return [
        _json(fixed | {key: {"value": values[place], "unit": varying[key][1]} for key, values in columns.items()})
        for place in range(len(units))
    ]


def _json(settings: Mapping[str, object]) -> str:
    return json.dumps(settings, ensure_ascii=False, allow_nan=False, sort_keys=True, default=str)


def plain_value(value: Any) -> float | bool | str | None:
    """A value of a column for JSON; None where it is missing."""
    if pd.isna(value):
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    return value if isinstance(value, str) else float(value)
