"""Divergence: whether regions drift apart over the years, in shares, inequality, growth, and who lies beside whom."""

from zoning.divergence.divergence_measures import (
    DRIFTING,
    GROWTH,
    WIDER_FROM,
    YEARS_APART,
    DriftAnswer,
    Drifting,
    Gap,
    divergence_measures,
    drift_answer,
    with_divergence,
)
from zoning.divergence.regional_divergence import regional_divergence

__all__ = [
    "DRIFTING",
    "GROWTH",
    "WIDER_FROM",
    "YEARS_APART",
    "DriftAnswer",
    "Drifting",
    "Gap",
    "divergence_measures",
    "drift_answer",
    "regional_divergence",
    "with_divergence",
]
