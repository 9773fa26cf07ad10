"""Land quotas: an amount handed down the levels, whole, inside bounds, with exact sums at each of them."""

from zoning.quotas.bounds import RESERVE, UNIT
from zoning.quotas.jurisdiction_tree import name_level
from zoning.quotas.weighted_allocation import TracedAllocation, allocate, allocate_traced
from zoning.quotas.weights import (
    Values,
    conditions_of,
    find_column,
    measures_read,
    names_asked,
    product,
    unit_context,
    zones_asked,
)

__all__ = [
    "RESERVE",
    "UNIT",
    "TracedAllocation",
    "Values",
    "allocate",
    "allocate_traced",
    "conditions_of",
    "find_column",
    "measures_read",
    "name_level",
    "names_asked",
    "product",
    "unit_context",
    "zones_asked",
]
