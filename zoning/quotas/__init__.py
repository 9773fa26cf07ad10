"""Land quotas: an amount handed down the levels, whole, inside bounds, with exact sums at each of them."""

from zoning.quotas.bounds import UNIT, count_carried, lock_once, refuse_link
from zoning.quotas.constraints import Limiting, group_family
from zoning.quotas.jurisdiction_tree import name_level
from zoning.quotas.quota_transfers import refuse_across
from zoning.quotas.result_rows import RESERVE
from zoning.quotas.weighted_allocation import allocate, allocate_traced
from zoning.quotas.weights import Values, factors, find_column, product, rows_meeting, unit_context

__all__ = [
    "RESERVE",
    "UNIT",
    "Limiting",
    "Values",
    "allocate",
    "allocate_traced",
    "count_carried",
    "factors",
    "find_column",
    "group_family",
    "lock_once",
    "name_level",
    "product",
    "refuse_across",
    "refuse_link",
    "rows_meeting",
    "unit_context",
]
