"""Siting: where the amounts of a quota go inside each unit, the most suitable land first."""

from zoning.siting.patch_selection import Plots
from zoning.siting.placement import cut_strip, site
from zoning.siting.suitability import Ground, Surroundings, condition_names, find_ground

__all__ = [
    "Ground",
    "Plots",
    "Surroundings",
    "condition_names",
    "cut_strip",
    "find_ground",
    "site",
]
