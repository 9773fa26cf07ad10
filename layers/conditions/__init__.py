"""Conditions: rules as data, a strict subset of CQL2-Text, asked of tables and explained with values and thresholds."""

from layers.conditions.breakpoints import Threshold, thresholds
from layers.conditions.calculated_columns import Calculation, Operand, parse_calculation
from layers.conditions.clause import Clause
from layers.conditions.clause_wording import ClauseWording, number_text
from layers.conditions.condition import Condition, Evaluation, Evaluator, parse_condition
from layers.conditions.condition_parts import ConditionPart, condition_parts
from layers.conditions.evaluation import Answer, column_kind
from layers.conditions.grammar import KEYWORDS
from layers.conditions.measure_formulas import SURFACES, Formula, parse_formula

__all__ = [
    "KEYWORDS",
    "SURFACES",
    "Answer",
    "Calculation",
    "Clause",
    "ClauseWording",
    "Condition",
    "ConditionPart",
    "Evaluation",
    "Evaluator",
    "Formula",
    "Operand",
    "Threshold",
    "column_kind",
    "condition_parts",
    "number_text",
    "parse_calculation",
    "parse_condition",
    "parse_formula",
    "thresholds",
]
