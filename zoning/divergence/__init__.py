"""Divergence: whether regions drift apart over the years, in shares, inequality, growth, and who lies beside whom."""

from zoning.divergence.divergence_measures import GROWTH, Drifting, divergence_measures, with_divergence
from zoning.divergence.regional_divergence import regional_divergence

__all__ = [
    "GROWTH",
    "Drifting",
    "divergence_measures",
    "regional_divergence",
    "with_divergence",
]
