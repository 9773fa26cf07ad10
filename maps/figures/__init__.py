"""Figures: the numbers, tests and maps of a plan as its pages tell them."""

from maps.figures.divergence_figures import DivergenceFigures
from maps.figures.plan_figures import PlanFigures, QuotaFigures, weight_words
from maps.figures.plan_maps import PlanMaps, map_key
from maps.figures.rule_figures import CLOSE, RuleFigures, TestFigures

__all__ = [
    "CLOSE",
    "DivergenceFigures",
    "PlanFigures",
    "PlanMaps",
    "QuotaFigures",
    "RuleFigures",
    "TestFigures",
    "map_key",
    "weight_words",
]
