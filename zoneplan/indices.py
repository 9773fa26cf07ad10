"""Indices at the front door, ``zp.indices``: each a plain function of pandas objects, whose index comes back.

Nothing is loaded before a name is asked for.

Examples
--------
>>> import pandas as pd
>>> import zoneplan as zp
>>> scores = zp.indices.minmax(pd.DataFrame({"water": [10.0, 30.0], "slope": [3.0, 12.0]}), cost=["slope"])
>>> zp.indices.weakest_link(scores).tolist()
[0.0, 0.0]
"""

from importlib import import_module
from typing import TYPE_CHECKING

from zoneplan.own_packages import require_own_packages

if TYPE_CHECKING:
    from zoning.indices import (
        ahp_weights,
        arable_capacity,
        areal_interpolation,
        best_facilities,
        beta_convergence,
        building_capacity,
        by_decisions,
        by_matrix,
        carrying_capacity,
        coefficient_of_variation,
        concentration_ratio,
        corrected,
        development_intensity,
        entropy_weights,
        equal_weights,
        facility_shares,
        geometric_mean,
        gini,
        grade,
        grade_shares,
        growth_contributions,
        growth_poles,
        herfindahl,
        local_moran,
        minmax,
        moran,
        nearest_distance,
        population_change,
        rank,
        raster_by_cells,
        raster_index,
        raster_quantiles,
        read_grading,
        reserves_taken,
        service_gap,
        shares,
        sigma_convergence,
        theil,
        three_step_floating_catchment,
        topsis,
        travel_times,
        two_step_floating_catchment,
        weakest_link,
        weighted_sum,
        zscore,
    )
    from zoning.measures import regional_divergence

__all__ = [
    # Composite indices
    "minmax",
    "zscore",
    "rank",
    "grade",
    "read_grading",
    "equal_weights",
    "entropy_weights",
    "ahp_weights",
    "weighted_sum",
    "geometric_mean",
    "weakest_link",
    "topsis",
    # Rasters, block by block
    "raster_index",
    "raster_by_cells",
    "raster_quantiles",
    "grade_shares",
    # How regions drift apart
    "shares",
    "gini",
    "coefficient_of_variation",
    "theil",
    "herfindahl",
    "concentration_ratio",
    "growth_contributions",
    "beta_convergence",
    "sigma_convergence",
    "growth_poles",
    "moran",
    "local_moran",
    "regional_divergence",
    # Services and who reaches them
    "two_step_floating_catchment",
    "three_step_floating_catchment",
    "facility_shares",
    "travel_times",
    "nearest_distance",
    "service_gap",
    "best_facilities",
    # From other areas
    "areal_interpolation",
    # What land carries
    "carrying_capacity",
    "arable_capacity",
    "building_capacity",
    "development_intensity",
    "population_change",
    "reserves_taken",
    # Evaluation by tables
    "by_matrix",
    "corrected",
    "by_decisions",
]

_ROOMS = {"regional_divergence": "zoning.measures"}
"""Of names that are not of the room of indices."""


def __getattr__(name: str) -> object:
    """The name from its room, after it is made sure that the room is zoneplan's own."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    require_own_packages()
    function = getattr(import_module(_ROOMS.get(name, "zoning.indices")), name)
    return import_module("zoning.arguments").at_the_door(function, __name__)


def __dir__() -> list[str]:
    return sorted(__all__)
