"""Land quotas: an amount handed down the levels, whole, inside bounds, with exact sums at each of them."""

from zoning.quotas.bounds import Bounds, UNIT, count_carried, lock_once, refuse_link
from zoning.quotas.constraints import Constraints, Limiting, group_family, groups_of
from zoning.quotas.jurisdiction_tree import Jurisdiction, name_level
from zoning.quotas.optimal_allocation import Solution
from zoning.quotas.quota_transfers import apply_transfers, refuse_across
from zoning.quotas.result_rows import RESERVE
from zoning.quotas.weighted_allocation import TracedAllocation, WeightedQuota, allocate, allocate_traced
from zoning.quotas.weights import Values, factors, find_column, product, rows_meeting, unit_context

__all__ = [
    "RESERVE",
    "UNIT",
    "Bounds",
    "Constraints",
    "Jurisdiction",
    "Limiting",
    "Solution",
    "TracedAllocation",
    "Values",
    "WeightedQuota",
    "allocate",
    "allocate_traced",
    "apply_transfers",
    "count_carried",
    "factors",
    "find_column",
    "group_family",
    "groups_of",
    "lock_once",
    "name_level",
    "product",
    "refuse_across",
    "refuse_link",
    "rows_meeting",
    "unit_context",
]
