"""Indices: criteria made comparable, weighed, and made one number a unit."""

from zoning.indices.composite import geometric_mean, topsis, weakest_link, weighted_sum
from zoning.indices.growth import beta_convergence, growth_contributions, growth_poles, sigma_convergence
from zoning.indices.inequality import coefficient_of_variation, concentration_ratio, gini, herfindahl, shares, theil
from zoning.indices.normalisation import grade, minmax, rank, read_grading, zscore
from zoning.indices.spatial_autocorrelation import local_moran, moran
from zoning.indices.weighting import ahp_weights, entropy_weights, equal_weights

__all__ = [
    "ahp_weights",
    "beta_convergence",
    "coefficient_of_variation",
    "concentration_ratio",
    "entropy_weights",
    "equal_weights",
    "geometric_mean",
    "gini",
    "grade",
    "growth_contributions",
    "growth_poles",
    "herfindahl",
    "local_moran",
    "minmax",
    "moran",
    "rank",
    "read_grading",
    "shares",
    "sigma_convergence",
    "theil",
    "topsis",
    "weakest_link",
    "weighted_sum",
    "zscore",
]
