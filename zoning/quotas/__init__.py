"""Quotas: land handed down the hierarchy in whole steps, and the sites on which it is built."""

from zoning.quotas.bounds import RESERVE, UNIT
from zoning.quotas.jurisdiction_tree import name_level
from zoning.quotas.placement import hectares_of, site, site_again, why_unplaced
from zoning.quotas.suitability import condition_names
from zoning.quotas.weighted_allocation import QuotaReasons, allocate
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
    "QuotaReasons",
    "Values",
    "allocate",
    "condition_names",
    "conditions_of",
    "find_column",
    "hectares_of",
    "measures_read",
    "name_level",
    "names_asked",
    "product",
    "site",
    "site_again",
    "unit_context",
    "why_unplaced",
    "zones_asked",
]
