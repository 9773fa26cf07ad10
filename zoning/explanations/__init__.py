"""Explanations: why each unit is what it is, from the unit down to the reference; later the trace."""

from zoning.explanations.assumptions import assume, assume_scheme, assumption_title
from zoning.explanations.explanation_content import explain, trace
from zoning.explanations.explanation_text import entry_heading, reason_lines, rule_and_reason
from zoning.explanations.flow_explanations import scheme_in_use, scheme_parameters
from zoning.explanations.industry_query import check_state, coverage_of, items_at, list_titles, lists_at
from zoning.explanations.point_queries import at, at_unit, check_coordinates
from zoning.explanations.policy_explanations import TREATMENTS
from zoning.explanations.quota_explanations import find_unplaced
from zoning.explanations.trace_records import records
from zoning.explanations.translation import retell
from zoning.explanations.unit_lookup import find_unit
from zoning.explanations.zone_explanations import derived_in, explain_measures, norms_in, value_text, why_text

__all__ = [
    "TREATMENTS",
    "assume",
    "assume_scheme",
    "assumption_title",
    "at",
    "at_unit",
    "check_coordinates",
    "check_state",
    "coverage_of",
    "derived_in",
    "entry_heading",
    "explain",
    "explain_measures",
    "find_unit",
    "find_unplaced",
    "items_at",
    "list_titles",
    "lists_at",
    "norms_in",
    "reason_lines",
    "records",
    "retell",
    "rule_and_reason",
    "scheme_in_use",
    "scheme_parameters",
    "trace",
    "value_text",
    "why_text",
]
