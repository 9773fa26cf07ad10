"""Explanations: why each unit is what it is, from the unit down to the reference."""

from maps.explain.explanation_content import explain, trace
from maps.explain.explanation_text import entry_heading, reason_lines, rule_and_reason
from maps.explain.flow_explanations import scheme_in_use, scheme_parameters
from maps.explain.industry_query import check_state, coverage_of, items_at, list_titles, lists_at
from maps.explain.point_queries import at, at_unit, check_coordinates
from maps.explain.policy_explanations import TREATMENTS
from maps.explain.trace_records import claim_said, clauses_in_words, contents_of, records
from maps.explain.unit_lookup import find_unit, names_of_units
from maps.explain.zone_explanations import derived_in, explain_measures, value_text, why_text

__all__ = [
    "TREATMENTS",
    "at",
    "at_unit",
    "check_coordinates",
    "check_state",
    "claim_said",
    "clauses_in_words",
    "contents_of",
    "coverage_of",
    "derived_in",
    "entry_heading",
    "explain",
    "explain_measures",
    "find_unit",
    "items_at",
    "list_titles",
    "lists_at",
    "names_of_units",
    "reason_lines",
    "records",
    "rule_and_reason",
    "scheme_in_use",
    "scheme_parameters",
    "trace",
    "value_text",
    "why_text",
]
