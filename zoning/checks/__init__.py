"""Checks: whether what a study names exists and means something, told all at once before anything is computed."""

from zoning.checks.column_sources import StudyTables, provided, read_study_tables
from zoning.checks.left_out import foresee_left_out, leave_out_cause, with_entries_left_out, without_dependants
from zoning.checks.scenario_checks import robustness_faults, scenario_faults, with_parameters
from zoning.checks.study_checks import (
    dropped_units,
    group_absent,
    known_roles,
    known_units,
    name_faults,
    read_everything,
    remarks,
)

__all__ = [
    "StudyTables",
    "dropped_units",
    "foresee_left_out",
    "group_absent",
    "known_roles",
    "known_units",
    "leave_out_cause",
    "name_faults",
    "provided",
    "read_everything",
    "read_study_tables",
    "remarks",
    "robustness_faults",
    "scenario_faults",
    "with_entries_left_out",
    "with_parameters",
    "without_dependants",
]
