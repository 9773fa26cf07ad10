"""Measures: one row a unit, one column an indicator; what belongs together is aggregated."""

from zoning.measures.aggregation import PATH, mean_by, paths, places_of, sum_by, without_noise
from zoning.measures.composite_indices import with_indices
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
from zoning.measures.unit_measures import (
    boundary_role,
    deducted_roles,
    measure,
    steepness,
    try_formula,
    undeducted,
)

__all__ = [
    "PATH",
    "QUOTA",
    "Because",
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
    "paths",
    "places_of",
    "sources_of",
    "steepness",
    "sum_by",
    "try_formula",
    "undeducted",
    "with_indices",
    "with_none_of",
    "with_unknown",
    "without_noise",
]
