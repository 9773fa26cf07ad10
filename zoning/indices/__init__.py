"""Indices: one number a unit from many, how regions drift apart, what land carries, and what people reach."""

from zoning.indices.accessibility import (
    best_facilities,
    facility_shares,
    nearest_distance,
    service_gap,
    three_step_floating_catchment,
    travel_times,
    two_step_floating_catchment,
)
from zoning.indices.areal_interpolation import areal_interpolation
from zoning.indices.carrying_capacity import (
    arable_capacity,
    building_capacity,
    carrying_capacity,
    development_intensity,
    population_change,
    reserves_taken,
)
from zoning.indices.composite import geometric_mean, topsis, weakest_link, weighted_sum
from zoning.indices.decision_tables import by_decisions, by_matrix, corrected
from zoning.indices.growth import beta_convergence, growth_contributions, growth_poles, sigma_convergence
from zoning.indices.inequality import coefficient_of_variation, concentration_ratio, gini, herfindahl, shares, theil
from zoning.indices.normalisation import grade, minmax, rank, read_grading, zscore
from zoning.indices.rasters import grade_shares, raster_by_cells, raster_index, raster_quantiles, same_cells
from zoning.indices.spatial_autocorrelation import local_moran, moran
from zoning.indices.weighting import ahp_weights, entropy_weights, equal_weights

__all__ = [
    "ahp_weights",
    "arable_capacity",
    "areal_interpolation",
    "best_facilities",
    "beta_convergence",
    "building_capacity",
    "by_decisions",
    "by_matrix",
    "carrying_capacity",
    "coefficient_of_variation",
    "concentration_ratio",
    "corrected",
    "development_intensity",
    "entropy_weights",
    "equal_weights",
    "facility_shares",
    "geometric_mean",
    "gini",
    "grade",
    "grade_shares",
    "growth_contributions",
    "growth_poles",
    "herfindahl",
    "local_moran",
    "minmax",
    "moran",
    "nearest_distance",
    "population_change",
    "rank",
    "raster_by_cells",
    "raster_index",
    "raster_quantiles",
    "read_grading",
    "reserves_taken",
    "same_cells",
    "service_gap",
    "shares",
    "sigma_convergence",
    "theil",
    "three_step_floating_catchment",
    "topsis",
    "travel_times",
    "two_step_floating_catchment",
    "weakest_link",
    "weighted_sum",
    "zscore",
]
