"""Explanations: why each unit is what it is, from the unit down to the reference; later the trace."""

from zoning.explanations.assumptions import assume, assume_scheme, assumption_title
from zoning.explanations.explanation_content import Explanation, MATTERS, explain, trace
from zoning.explanations.explanation_text import (
    ANSWERS,
    ReasonLine,
    entry_heading,
    explanation_lines,
    reason_lines,
    rule_and_reason,
)
from zoning.explanations.flow_explanations import (
    explain_flows,
    explain_lights,
    explain_services,
    scheme_in_use,
    scheme_parameters,
)
from zoning.explanations.industry_query import ask_industry, check_state, items_at, list_titles
from zoning.explanations.point_queries import Place, at, check_coordinates
from zoning.explanations.policy_explanations import TREATMENTS, explain_lists, explain_policies, policies_of
from zoning.explanations.quota_explanations import explain_quotas, explain_sitings, find_unplaced, quota_causes
from zoning.explanations.trace_records import LINK, clause_chain, reason_record, records
from zoning.explanations.translation import retell
from zoning.explanations.zone_explanations import (
    derived_in,
    explain_claims,
    explain_lines,
    explain_measures,
    explain_norms,
    norms_in,
    value_text,
    why_text,
)

__all__ = [
    "ANSWERS",
    "LINK",
    "MATTERS",
    "TREATMENTS",
    "Explanation",
    "Place",
    "ReasonLine",
    "ask_industry",
    "assume",
    "assume_scheme",
    "assumption_title",
    "at",
    "check_coordinates",
    "check_state",
    "clause_chain",
    "derived_in",
    "entry_heading",
    "explain",
    "explain_claims",
    "explain_flows",
    "explain_lights",
    "explain_lines",
    "explain_lists",
    "explain_measures",
    "explain_norms",
    "explain_policies",
    "explain_quotas",
    "explain_services",
    "explain_sitings",
    "explanation_lines",
    "find_unplaced",
    "items_at",
    "list_titles",
    "norms_in",
    "policies_of",
    "quota_causes",
    "reason_lines",
    "reason_record",
    "records",
    "retell",
    "rule_and_reason",
    "scheme_in_use",
    "scheme_parameters",
    "trace",
    "value_text",
    "why_text",
]
