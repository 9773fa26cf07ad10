"""Siting: where the amounts of a quota go inside each unit, the most suitable land first."""

from zoning.siting.placement import hectares_of, site, site_again, why_unplaced
from zoning.siting.suitability import condition_names

__all__ = [
    "condition_names",
    "hectares_of",
    "site",
    "site_again",
    "why_unplaced",
]
