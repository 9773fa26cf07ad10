"""Checks: whether what a study names exists and means something, told all at once before anything is computed."""

from zoning.checks.column_sources import ExpectedColumns, origin_faults, provided
from zoning.checks.flow_checks import energy_faults, energy_notes, flow_faults, flow_notes
from zoning.checks.quota_checks import quota_faults, siting_faults
from zoning.checks.study_checks import (
    check,
    complaints,
    dropped_units,
    group_absent,
    known_roles,
    read_inputs,
    repair_notes,
    rule_faults,
)

__all__ = [
    "ExpectedColumns",
    "check",
    "complaints",
    "dropped_units",
    "energy_faults",
    "energy_notes",
    "flow_faults",
    "flow_notes",
    "group_absent",
    "known_roles",
    "origin_faults",
    "provided",
    "quota_faults",
    "read_inputs",
    "repair_notes",
    "rule_faults",
    "siting_faults",
]
