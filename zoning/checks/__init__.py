"""Checks: whether what a study names exists and means something, told all at once before anything is computed."""

from zoning.checks.column_sources import provided
from zoning.checks.study_checks import (
    check,
    complaints,
    dropped_units,
    group_absent,
    known_roles,
    read_rulebook_and_inputs,
)

__all__ = [
    "check",
    "complaints",
    "dropped_units",
    "group_absent",
    "known_roles",
    "provided",
    "read_rulebook_and_inputs",
]
