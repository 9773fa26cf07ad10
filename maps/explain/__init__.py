"""Explanations: why each unit is what it is, from the unit down to the reference, in words."""

from maps.explain.explanation_content import derived_measures, explain, trace
from maps.explain.explanation_text import (
    derived_value,
    entry_heading,
    extent_sentence,
    reason_lines,
    rule_and_reason,
    value_text,
    why_text,
)
from maps.explain.industry_query import check_state, coverage_of, items_at, list_titles, lists_at
from maps.explain.point_queries import Place, at, at_unit, check_coordinates, ground_lines, where_lines
from maps.explain.records_in_words import clauses_in_words, contents_of
from maps.explain.unit_lookup import find_unit, names_of_units

__all__ = [
    "Place",
    "at",
    "at_unit",
    "check_coordinates",
    "check_state",
    "clauses_in_words",
    "contents_of",
    "coverage_of",
    "derived_measures",
    "derived_value",
    "entry_heading",
    "explain",
    "extent_sentence",
    "find_unit",
    "ground_lines",
    "items_at",
    "list_titles",
    "lists_at",
    "names_of_units",
    "reason_lines",
    "rule_and_reason",
    "trace",
    "value_text",
    "where_lines",
    "why_text",
]
