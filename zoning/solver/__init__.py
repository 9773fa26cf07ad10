"""Solvers: whole steps by Webster's method, laminar groups, greedy, linear and integer programmes, and conflicts."""

from zoning.solver.exact_steps import Counts, Number, Step, UNLIMITED, exact_number
from zoning.solver.gini_optimum import composite, find_most_equal, gini, search_swaps
from zoning.solver.greedy_allocation import allocate_greedily, nested_caps
from zoning.solver.iis import Wording, find_conflict, refuse
from zoning.solver.integer_programme import Optimum, broken_rules, find_best
from zoning.solver.laminar import ALL, CrossingError, GroupTree, apportion_groups, group_tree
from zoning.solver.linear_programme import LinearConstraint, LpSolution, Programme, sifting, solve
from zoning.solver.webster import (
    Flags,
    Floats,
    Objects,
    Webster,
    apportion,
    apportion_with_bounds,
    counted_ids,
    find_binding,
    make_contest,
    measure_bounds,
    measure_weights,
    refuse_huge,
    refuse_text,
)

__all__ = [
    "ALL",
    "UNLIMITED",
    "Counts",
    "CrossingError",
    "Flags",
    "Floats",
    "GroupTree",
    "LinearConstraint",
    "LpSolution",
    "Number",
    "Objects",
    "Optimum",
    "Programme",
    "Step",
    "Webster",
    "Wording",
    "allocate_greedily",
    "apportion",
    "apportion_groups",
    "apportion_with_bounds",
    "broken_rules",
    "composite",
    "counted_ids",
    "exact_number",
    "find_best",
    "find_binding",
    "find_conflict",
    "find_most_equal",
    "gini",
    "group_tree",
    "make_contest",
    "measure_bounds",
    "measure_weights",
    "nested_caps",
    "refuse",
    "refuse_huge",
    "refuse_text",
    "search_swaps",
    "sifting",
    "solve",
]
