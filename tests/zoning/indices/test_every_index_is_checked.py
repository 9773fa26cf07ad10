"""Each index has a check that does not come from its own code: a pencil, a print, a second program."""

from __future__ import annotations

from pathlib import Path

import pytest

import zoneplan as zp

TESTS = Path(__file__).parents[1]
CHECKS = {
    "minmax": "indices/test_oracles.py::test_composites_are_those_of_pymcdm",
    "zscore": "indices/test_normalisation.py::test_with_a_pencil",
    "rank": "indices/test_normalisation.py::test_with_a_pencil",
    "grade": "indices/test_normalisation.py::test_grades_by_thresholds_on_both_sides",
    "read_grading": "indices/test_decision_tables.py::test_thresholds_of_the_draft_guide_are_read_as_printed",
    "equal_weights": "indices/test_weighting.py::test_equal_weights_add_up",
    "entropy_weights": "indices/test_oracles.py::test_composites_are_those_of_pymcdm",
    "ahp_weights": "indices/test_oracles.py::test_weights_of_pairs_are_the_eigenvector_of_numpy",
    "weighted_sum": "indices/test_oracles.py::test_composites_are_those_of_pymcdm",
    "geometric_mean": "indices/test_oracles.py::test_composites_are_those_of_pymcdm",
    "weakest_link": "indices/test_composite.py::test_with_a_pencil",
    "topsis": "indices/test_oracles.py::test_composites_are_those_of_pymcdm",
    "raster_index": "indices/rasters/test_rasters_by_blocks.py::test_a_raster_index_is_that_of_a_table_of_its_cells",
    "raster_by_cells": "indices/rasters/test_rasters_by_blocks.py::test_graded_thresholds_and_matrices_of_rasters",
    "raster_quantiles": "indices/rasters/test_rasters_by_blocks.py::test_quantiles_are_those_of_all_cells",
    "grade_shares": "indices/rasters/test_rasters_by_blocks.py::test_graded_thresholds_and_matrices_of_rasters",
    "shares": "indices/test_inequality.py::test_shares_of_the_north_as_printed",
    "gini": "indices/test_oracles.py::test_inequality_is_that_of_pysal",
    "coefficient_of_variation": "indices/test_inequality.py::test_with_a_pencil",
    "theil": "indices/test_oracles.py::test_inequality_is_that_of_pysal",
    "herfindahl": "indices/test_inequality.py::test_with_a_pencil",
    "concentration_ratio": "indices/test_inequality.py::test_with_a_pencil",
    "growth_contributions": "indices/test_growth.py::test_contributions_with_a_pencil",
    "beta_convergence": "indices/test_growth.py::test_convergence_is_the_line_of_numpy_in_any_money_and_order",
    "sigma_convergence": "indices/test_growth.py::test_sigma_counts_people",
    "growth_poles": "indices/test_growth.py::test_poles_with_a_pencil",
    "moran": "indices/test_oracles.py::test_autocorrelation_is_that_of_pysal",
    "local_moran": "indices/test_oracles.py::test_autocorrelation_is_that_of_pysal",
    "regional_divergence": "measures/test_regional_divergence.py::test_every_figure_by_pencil",
    "two_step_floating_catchment": "indices/test_oracles.py::test_access_is_that_of_pysal",
    "three_step_floating_catchment": "indices/test_oracles.py::test_access_is_that_of_pysal",
    "facility_shares": "indices/test_accessibility.py::test_what_each_facility_adds_is_that_of_loops_and_adds_up",
    "travel_times": "indices/test_accessibility.py::test_travel_times_from_a_table_of_pairs",
    "nearest_distance": "indices/test_accessibility.py::test_the_nearest_is_as_far_as_the_ellipsoid_says",
    "service_gap": "indices/test_service_standards.py::test_the_gap_with_a_pencil",
    "best_facilities": (
        "indices/test_service_standards.py::test_no_choice_reaches_more_than_the_bound_and_greedy_is_not_far_below"
    ),
    "areal_interpolation": "indices/test_areal_interpolation.py::test_with_a_pencil",
    "carrying_capacity": "indices/test_carrying_capacity.py::test_the_scarcest_limits",
    "arable_capacity": "indices/test_carrying_capacity.py::test_land_is_no_use_without_water",
    "building_capacity": "indices/test_carrying_capacity.py::test_land_is_no_use_without_water",
    "development_intensity": "indices/test_carrying_capacity.py::test_how_far_a_unit_is_built_up",
    "population_change": "indices/test_carrying_capacity.py::test_cities_that_shrink",
    "reserves_taken": "indices/test_carrying_capacity.py::test_places_whose_reserves_are_gone",
    "by_matrix": "indices/test_decision_tables.py::test_the_matrix_of_urumqi_as_printed",
    "corrected": "indices/test_decision_tables.py::test_corrections_follow_each_other_and_stay_in_the_scale",
    "by_decisions": "indices/test_decision_tables.py::test_the_eight_branches_of_zengcheng_as_printed",
}


def test_every_function_has_one() -> None:
    assert set(CHECKS) == set(zp.indices.__all__)


@pytest.mark.parametrize("name", CHECKS)
def test_the_check_is_there_and_calls_it(name: str) -> None:
    file, _, test = CHECKS[name].partition("::")
    text = (TESTS / file).read_text("utf-8")
    _, found, after = text.partition(f"def {test}(")
    assert found
    body = after.partition("\ndef ")[0].partition("\n@")[0]
    assert name in body or f"ix.{name}" in text
