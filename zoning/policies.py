"""Policies: what applies to each unit, by which clause, and which of two meeting policies is the stricter."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from layers import parse_condition
from zoning.entries import Policy
from zoning.indicators import complete
from zoning.rulebook import Rulebook
from zoning.tables import POLICIES, tabulate
from zoning.words import text_in

_QUOTED = re.compile(r"""'((?:[^']|'')*)'|"(?:[^"]|"")*\"""")
"""The texts of a condition; names in double quotes are taken along, for a text may stand inside one."""


def assign(
    zones: pd.DataFrame, measures: pd.DataFrame, quotas: pd.DataFrame, rulebook: Rulebook, language: str = "en"
) -> pd.DataFrame:
    """The policies that apply to each unit.

    Parameters
    ----------
    zones : DataFrame
        From :func:`zoning.resolve`: index ``unit_id``; ``main`` and ``overlays``.
    measures : DataFrame
        Index ``unit_id``, the same units.
    quotas : DataFrame
        The QUOTAS table; conditions see a unit's amount of a quota as ``quota_<name>``.
    rulebook : Rulebook
        Its policies in force.
    language : {"en", "zh"}
        Of titles and clauses.

    Returns
    -------
    DataFrame
        The POLICIES table. ``zone`` has the codes that the condition names and that the unit has, joined by ``;``.
        ``parameters`` has the value and the unit of measure where a policy names a parameter or an indicator.
        ``overruled_by`` is the stricter policy of the same instrument and subject.

    Raises
    ------
    UnknownNameError
        An indicator that the rulebook cannot do without is absent.

    Notes
    -----
    A policy whose condition cannot be answered does not apply: an obligation needs a known reason. See
    :func:`uncovered` for units that are left without any.

    Of the policies of one instrument and one subject that meet on a unit those of the highest strictness stay, and the
    one of them whose id sorts first is said to overrule the others. Policies without a subject never meet.

    Examples
    --------
    >>> from datetime import date
    >>> from zoning import read_rulebook
    >>> from zoning.tables import QUOTAS
    >>> denver = pd.DataFrame({"metro": [True], "pop_2020": [715522], "area_km2": [396.0]}, index=["08031"])
    >>> zones = pd.DataFrame({"main": ["key_development"], "overlays": [""]}, index=["08031"])
    >>> no_quotas = tabulate(QUOTAS, pd.DataFrame())
    >>> policies = assign(zones, denver, no_quotas, read_rulebook("us_west", date(2025, 1, 1)))
    >>> uncovered(policies, zones.index)
    ()
    """
    seen = sight(zones, measures, quotas, rulebook)
    rows = [row for policy in rulebook.policies for row in _rows(policy, seen, rulebook, language)]
    return tabulate(POLICIES, _overruled(pd.DataFrame(rows)))


def uncovered(policies: pd.DataFrame, units: pd.Index) -> tuple[str, ...]:
    """The units to which no policy applies, sorted.

    Examples
    --------
    >>> uncovered(pd.DataFrame({"unit_id": ["a", "a"]}), pd.Index(["b", "a"]))
    ('b',)
    """
    return tuple(sorted(set(units) - set(policies["unit_id"])))


def sight(zones: pd.DataFrame, measures: pd.DataFrame, quotas: pd.DataFrame, rulebook: Rulebook) -> pd.DataFrame:
    """What the conditions of policies see; parameters and errors are those of :func:`assign`.

    Returns
    -------
    DataFrame
        Index ``unit_id``: the measures, amounts of quotas, ``main``, and one boolean column an overlay zone.
    """
    known = complete(measures, rulebook, quotas).reindex(zones.index)
    held = zones["overlays"].str.split(";")
    overlays = {code: [code in codes for codes in held] for code in rulebook.codes("overlay")}
    return known.assign(main=zones["main"], **overlays).rename_axis("unit_id")


def _rows(policy: Policy, seen: pd.DataFrame, rulebook: Rulebook, language: str) -> list[dict[str, Any]]:
    condition = parse_condition(policy.when)
    units = seen[condition.evaluate(seen, rulebook.values).yes]
    named = condition.names | {match[1].replace("''", "'") for match in _QUOTED.finditer(policy.when) if match[1]}
    zones = pd.Series("", index=units.index, dtype="str")
    for code in sorted(named & {zone.code for zone in rulebook.zones}):
        holds = units["main"] == code if code in rulebook.codes("main") else units[code]
        zones = zones.mask(holds.astype(bool), zones + ";" + code)
    common = {
        "piece_id": "",
        "policy": policy.id,
        "instrument": policy.instrument,
        "subject": policy.subject,
        "title": text_in(policy.title, language),
        "strictness": policy.strictness,
        "clause": policy.clause_in(language),
        "reference": policy.reference,
        "since": policy.since.isoformat() if policy.since else "",
        "until": policy.until.isoformat() if policy.until else "",
    }
    parameters = _settings(policy, units, rulebook)
    return [
        common | {"unit_id": unit_id, "zone": zone.lstrip(";"), "parameters": settings}
        for unit_id, zone, settings in zip(units.index, zones, parameters, strict=True)
    ]


def _settings(policy: Policy, units: pd.DataFrame, rulebook: Rulebook) -> list[str]:
    """The parameters of a policy for each unit, as JSON."""
    measures = {one.name: one.unit for one in rulebook.indicators}
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
    columns = {key: [_plain(one) for one in column] for key, (column, _) in varying.items()}
    return [
        _json(fixed | {key: {"value": values[place], "unit": varying[key][1]} for key, values in columns.items()})
        for place in range(len(units))
    ]


def _overruled(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with ``overruled_by``."""
    if rows.empty:
        return rows
    meeting = rows[rows["subject"] != ""].sort_values(["strictness", "policy"], ascending=[False, True])
    strictest = meeting.groupby(["unit_id", "instrument", "subject"])[["policy", "strictness"]].transform("first")
    weaker = meeting["strictness"] < strictest["strictness"]
    return rows.assign(overruled_by=strictest["policy"].where(weaker, "").reindex(rows.index, fill_value=""))


def _json(settings: Mapping[str, object]) -> str:
    return json.dumps(settings, ensure_ascii=False, allow_nan=False, sort_keys=True, default=str)


def _plain(value: Any) -> float | bool | str | None:
    """A value of a column for JSON; None where it is missing."""
    if pd.isna(value):
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    return value if isinstance(value, str) else float(value)
