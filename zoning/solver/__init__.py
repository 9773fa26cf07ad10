"""Solvers: whole steps by Webster's method, nested groups, greedy, linear and integer programmes, and conflicts."""

from zoning.solver.exact_steps import UNLIMITED, Counts, Number, Step, exact_number
from zoning.solver.gini_optimum import find_most_equal, gini
from zoning.solver.highs_solver import LinearConstraint, Programme, choose
from zoning.solver.infeasibility import Wording, find_conflict, refuse
from zoning.solver.integer_programme import Optimum, broken_rules, find_best
from zoning.solver.nested_groups import ALL, CrossingError, GroupTree, apportion_groups, group_tree
from zoning.solver.webster import (
    Flags,
    Floats,
    Objects,
    Webster,
    apportion,
    apportion_with_bounds,
    count_ceilings,
    count_floors,
    counted_ids,
    find_binding,
    make_contest,
    measure_weights,
    refuse_crossed_bounds,
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
    "Number",
    "Objects",
    "Optimum",
    "Programme",
    "Step",
    "Webster",
    "Wording",
    "apportion",
    "apportion_groups",
    "apportion_with_bounds",
    "broken_rules",
    "choose",
    "count_ceilings",
    "count_floors",
    "counted_ids",
    "exact_number",
    "find_best",
    "find_binding",
    "find_conflict",
    "find_most_equal",
    "gini",
    "group_tree",
    "make_contest",
    "measure_weights",
    "refuse",
    "refuse_crossed_bounds",
    "refuse_huge",
    "refuse_text",
]
