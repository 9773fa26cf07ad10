"""Records: why each row of a plan's tables is as it is, made of what the steps found, without a language."""

from zoning.records.findings import claim_said, each_row, rows_about
from zoning.records.land_records import derived_in
from zoning.records.line_records import scheme_in_use, scheme_parameters
from zoning.records.payment_records import names_by_language
from zoning.records.plan_records import OF_ROWS, OF_UNITS, row_records, unit_records
from zoning.records.policy_records import TREATMENTS, cover, jurisdictions_of, parameters_said
from zoning.records.quota_records import optimum_said, price_said, rule_named, rule_said, solution_said

__all__ = [
    "OF_ROWS",
    "OF_UNITS",
    "TREATMENTS",
    "claim_said",
    "cover",
    "derived_in",
    "each_row",
    "jurisdictions_of",
    "names_by_language",
    "optimum_said",
    "parameters_said",
    "price_said",
    "row_records",
    "rows_about",
    "rule_named",
    "rule_said",
    "scheme_in_use",
    "scheme_parameters",
    "solution_said",
    "unit_records",
]
