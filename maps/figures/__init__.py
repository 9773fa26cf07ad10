"""Figures: the numbers, tests and maps of a plan as its pages tell them, and the blocks that pages are made of."""

from maps.figures.page_blocks import (
    BigNumbers,
    Block,
    Cards,
    Cell,
    Contents,
    Facts,
    Figure,
    Note,
    Page,
    Split,
    Strong,
    Swatch,
    Table,
    drawn,
)
from maps.figures.plan_figures import PlanFigures, QuotaFigures, weight_words
from maps.figures.plan_maps import QUIET, PlanMaps, map_key
from maps.figures.rule_figures import CLOSE, RuleFigures, TestFigures

__all__ = [
    "CLOSE",
    "QUIET",
    "BigNumbers",
    "Block",
    "Cards",
    "Cell",
    "Contents",
    "Facts",
    "Figure",
    "Note",
    "Page",
    "PlanFigures",
    "PlanMaps",
    "QuotaFigures",
    "RuleFigures",
    "Split",
    "Strong",
    "Swatch",
    "Table",
    "TestFigures",
    "drawn",
    "map_key",
    "weight_words",
]
