"""Measures: one row a unit, one column an indicator; what belongs together is aggregated."""

from zoning.measures.aggregation import PATH, mean_by, paths, places_of, sum_by, without_noise
from zoning.measures.indicators import (
    QUOTA,
    Because,
    absent_measures,
    amounts,
    assumed,
    column_of,
    columns_of_none,
    complete_measures,
    complete_traced,
    explain_derived,
    misfits,
    sources_of,
    with_none_of,
    with_unknown,
)
from zoning.measures.plan_indices import scores_by_weights, scores_of, with_indices
from zoning.measures.service_access import BELOW_STANDARD, more_facilities, with_standards
from zoning.measures.travel_tables import TravelTable, read_travel_table, strange_origins
from zoning.measures.unit_measures import (
    boundary_role,
    deducted_roles,
    measure,
    steepness,
    try_formula,
    undeducted,
)

__all__ = [
    "BELOW_STANDARD",
    "PATH",
    "QUOTA",
    "Because",
    "TravelTable",
    "absent_measures",
    "amounts",
    "assumed",
    "boundary_role",
    "column_of",
    "columns_of_none",
    "complete_measures",
    "complete_traced",
    "deducted_roles",
    "explain_derived",
    "mean_by",
    "measure",
    "misfits",
    "more_facilities",
    "paths",
    "places_of",
    "read_travel_table",
    "scores_by_weights",
    "scores_of",
    "sources_of",
    "steepness",
    "strange_origins",
    "sum_by",
    "try_formula",
    "undeducted",
    "with_indices",
    "with_none_of",
    "with_standards",
    "with_unknown",
    "without_noise",
]
