"""Measures: one row a unit, one column an indicator; what belongs together is aggregated."""

from zoning.measures.aggregation import mean_by, paths, places_of, sum_by, without_noise
from zoning.measures.indicators import (
    QUOTA,
    Because,
    absent_measures,
    amounts,
    assumed,
    column_of,
    columns_of_none,
    complete_measures,
    explain_derived,
    misfits,
    sources_of,
    with_none_of,
    with_unknown,
)
from zoning.measures.unit_measures import (
    boundary_role,
    deducted_roles,
    measure,
    steepness,
    try_formula,
    undeducted,
)

__all__ = [
    "QUOTA",
    "Because",
    "absent_measures",
    "amounts",
    "assumed",
    "boundary_role",
    "column_of",
    "columns_of_none",
    "complete_measures",
    "deducted_roles",
    "explain_derived",
    "mean_by",
    "measure",
    "misfits",
    "paths",
    "places_of",
    "sources_of",
    "steepness",
    "sum_by",
    "try_formula",
    "undeducted",
    "with_none_of",
    "with_unknown",
    "without_noise",
]
