"""Indices: criteria made comparable, weighed, and made one number a unit."""

from zoning.indices.composite import geometric_mean, topsis, weakest_link, weighted_sum
from zoning.indices.normalisation import grade, minmax, rank, read_grading, zscore
from zoning.indices.weighting import ahp_weights, entropy_weights, equal_weights

__all__ = [
    "ahp_weights",
    "entropy_weights",
    "equal_weights",
    "geometric_mean",
    "grade",
    "minmax",
    "rank",
    "read_grading",
    "topsis",
    "weakest_link",
    "weighted_sum",
    "zscore",
]
