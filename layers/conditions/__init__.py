"""Conditions: rules as data, a strict subset of CQL2-Text, asked of tables and explained with values and thresholds."""

from layers.conditions.condition import Condition, Evaluation, Evaluator, parse_condition
from layers.conditions.evaluation import Answer, column_kind
from layers.conditions.formulas import SURFACES, Calculation, Formula, Operand, parse_calculation, parse_formula
from layers.conditions.grammar import KEYWORDS
from layers.conditions.parts import ConditionPart, Threshold, condition_parts, thresholds
from layers.conditions.wording import Clause, ClauseWording, number_text

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
