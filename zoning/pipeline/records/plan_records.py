"""The records of a plan: why each row of its tables, and each matter of its units, is as it is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

import pandas as pd

from zoning.pipeline.records.land_records import derived_records, divergence_records, norm_records
from zoning.pipeline.records.line_records import claim_records, light_records, line_records
from zoning.pipeline.records.payment_records import flow_records, service_records
from zoning.pipeline.records.policy_records import item_records, list_records, policy_records
from zoning.pipeline.records.quota_records import quota_records, site_records, siting_records
from zoning.plan import Plan
from zoning.reasons import Record

OF_ROWS: Mapping[str, Callable[[Plan, pd.DataFrame], list[Record]]] = {
    "claims": claim_records,
    "lines": line_records,
    "quotas": quota_records,
    "sitings": siting_records,
    "sites": site_records,
    "energy": light_records,
    "flows": flow_records,
    "policies": policy_records,
    "industries": item_records,
    "divergence": divergence_records,
}
"""What makes the records of some rows of a table."""
OF_UNITS: Mapping[str, Callable[[Plan, Iterable[str]], dict[str, list[Record]]]] = {
    "derived": derived_records,
    "norms": norm_records,
    "services": service_records,
    "lists": list_records,
}
"""What makes the records of some units in a matter that has no table."""


def row_records(plan: Plan, table: str, rows: pd.DataFrame | None = None) -> list[Record]:
    """Why some rows of a table are as they are.

    Parameters
    ----------
    plan : Plan
        Just made, or read back from a run folder, which has the records.
    table : str
        "zones", "claims", "lines", "quotas", "sitings", "sites", "energy", "flows", "policies", "industries" or
        "divergence".
    rows : DataFrame, optional
        Some of its rows with the index that they have in it; all rows of one unit, or none of them. By default all.

    Returns
    -------
    list of Record
        Row by row. The record of a zone is that of the claim which gave the main function. What the record of each
        table has, the functions of ``OF_ROWS`` say.

    Examples
    --------
    >>> from zoning.pipeline.flow import run
    >>> from zoning.study import builtin_study, read_study
    >>> plan = run(read_study(builtin_study("us_mountain_west")))
    >>> denver = plan.zones[plan.zones["unit_id"] == "08031"]
    >>> (record,) = row_records(plan, "zones", denver)
    >>> record.kind, record.id, [(clause.text, clause.answer) for clause in record.evidence.clauses]
    ('rule', 'key-1', [('metro', 'yes'), ('pop_2020 / area_km2 >= density_min_per_km2', 'yes')])
    """
    whole: pd.DataFrame = getattr(plan, table)
    rows = whole if rows is None else rows
    if plan.trace.written is not None:
        return plan.trace.written.of_rows(table, whole.index.get_indexer(rows.index))
    if table == "zones":
        return _deciding(plan, rows)
    known = plan.trace.made.get(table)
    if known is None or known[0] is not whole:
        if 2 * len(rows) <= len(whole):
            return OF_ROWS[table](plan, rows)
        known = plan.trace.made[table] = whole, OF_ROWS[table](plan, whole)
    return known[1] if rows is whole else [known[1][position] for position in whole.index.get_indexer(rows.index)]


def unit_records(plan: Plan, matter: str, ids: Collection[str]) -> dict[str, list[Record]]:
    """Why some units are as they are in a matter that has no table."""
    if plan.trace.written is not None:
        return plan.trace.written.of_units(matter, ids)
    return OF_UNITS[matter](plan, ids)


def _deciding(plan: Plan, zones: pd.DataFrame) -> list[Record]:
    """The claims that gave some units their main function."""
    ids = set(zones["unit_id"])
    claims = plan.claims if len(ids) == len(plan.zones) else plan.claims[plan.claims["unit_id"].isin(ids)]
    keys = _rows_of(claims, "unit_id", "zone", "rule")
    by_key = dict(zip(keys, row_records(plan, "claims", claims), strict=True))
    return [by_key[key] for key in _rows_of(zones, "unit_id", "main", "rule")]


def _rows_of(table: pd.DataFrame, *names: str) -> Iterator[tuple[str, ...]]:
    """Some columns row by row; of Arrow's texts their lists are much faster than the columns."""
    return zip(*(table[name].tolist() for name in names), strict=True)
