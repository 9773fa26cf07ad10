"""Policies: what applies where, by which clause, what gives way, and the negative lists that hold."""

from zoning.policies.applicability import (
    assign,
    assign_traced,
    exceptions_of,
    join_texts,
    plain_value,
    policy_texts,
    say_exception,
    uncovered,
)
from zoning.policies.industry_table import read_industries
from zoning.policies.instrument_coverage import GAP_COLUMNS, UNSTATED, gaps_in, instrument_gaps, reach_of
from zoning.policies.negative_lists import (
    ListCoverage,
    Match,
    Verdict,
    VerdictContent,
    count_industries,
    cover_lists,
    find_repeats,
    judge_industry,
    list_industries,
    lists_in_force,
    lists_on,
    local_items,
    local_list_faults,
    looser_faults,
)
from zoning.policies.policy_parameters import policy_parameters_of

__all__ = [
    "GAP_COLUMNS",
    "UNSTATED",
    "ListCoverage",
    "Match",
    "Verdict",
    "VerdictContent",
    "assign",
    "assign_traced",
    "count_industries",
    "cover_lists",
    "exceptions_of",
    "find_repeats",
    "gaps_in",
    "instrument_gaps",
    "join_texts",
    "judge_industry",
    "list_industries",
    "lists_in_force",
    "lists_on",
    "local_items",
    "local_list_faults",
    "looser_faults",
    "plain_value",
    "policy_parameters_of",
    "policy_texts",
    "reach_of",
    "read_industries",
    "say_exception",
    "uncovered",
]
