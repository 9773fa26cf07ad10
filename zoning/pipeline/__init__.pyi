from zoning.pipeline.column_sources import StudyTables, read_study_tables
from zoning.pipeline.entry_checks import scenario_faults, with_parameters
from zoning.pipeline.flow import (
    SCENARIO,
    STEPS,
    Announce,
    check,
    claims_and_measures,
    make_plan,
    placing,
    run,
)
from zoning.pipeline.left_out import foresee_left_out, with_entries_left_out
from zoning.pipeline.plan_findings import plan_findings_of
from zoning.pipeline.plan_steps import KeptResults, Steps
from zoning.pipeline.records.findings import claim_said, each_row, rows_about
from zoning.pipeline.records.land_records import derived_in
from zoning.pipeline.records.line_records import scheme_in_use, scheme_parameters
from zoning.pipeline.records.payment_records import names_by_language
from zoning.pipeline.records.plan_records import OF_ROWS, OF_UNITS, row_records, unit_records
from zoning.pipeline.records.policy_records import TREATMENTS, cover, jurisdictions_of, parameters_said
from zoning.pipeline.records.quota_records import optimum_said, price_said, rule_named, rule_said, solution_said
from zoning.pipeline.rulebook_audit import audit, rule_coverage_of
from zoning.pipeline.run_estimate import choose_way, estimate
from zoning.pipeline.study_checks import group_absent, known_roles, read_everything, remarks
from zoning.pipeline.worked_cases import case_coverage, run_cases

__all__ = [
    "OF_ROWS",
    "OF_UNITS",
    "SCENARIO",
    "STEPS",
    "TREATMENTS",
    "Announce",
    "KeptResults",
    "Steps",
    "StudyTables",
    "audit",
    "case_coverage",
    "check",
    "choose_way",
    "claim_said",
    "claims_and_measures",
    "cover",
    "derived_in",
    "each_row",
    "estimate",
    "foresee_left_out",
    "group_absent",
    "jurisdictions_of",
    "known_roles",
    "make_plan",
    "names_by_language",
    "optimum_said",
    "parameters_said",
    "placing",
    "plan_findings_of",
    "price_said",
    "read_everything",
    "read_study_tables",
    "remarks",
    "row_records",
    "rows_about",
    "rule_coverage_of",
    "rule_named",
    "rule_said",
    "run",
    "run_cases",
    "scenario_faults",
    "scheme_in_use",
    "scheme_parameters",
    "solution_said",
    "unit_records",
    "with_entries_left_out",
    "with_parameters",
]
