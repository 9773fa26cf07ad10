"""Policies: what applies where, by which clause, what gives way, and the negative lists that hold."""

from zoning.policies.applicability import (
    ConditionContext,
    assign,
    condition_contexts,
    exception_text,
    exceptions_of,
    plain_value,
    uncovered,
)
from zoning.policies.industry_table import read_industries
from zoning.policies.negative_lists import (
    ListCoverage,
    Verdict,
    count_industries,
    cover_lists,
    coverage_text,
    find_repeats,
    judge_industry,
    list_industries,
    lists_in_force,
    lists_on,
    local_items,
    local_list_faults,
    looser_faults,
)
from zoning.policies.policy_parameters import describe_parameters, policy_parameters_of

__all__ = [
    "ConditionContext",
    "ListCoverage",
    "Verdict",
    "assign",
    "condition_contexts",
    "count_industries",
    "cover_lists",
    "coverage_text",
    "describe_parameters",
    "exception_text",
    "exceptions_of",
    "find_repeats",
    "judge_industry",
    "list_industries",
    "lists_in_force",
    "lists_on",
    "local_items",
    "local_list_faults",
    "looser_faults",
    "plain_value",
    "policy_parameters_of",
    "read_industries",
    "uncovered",
]
