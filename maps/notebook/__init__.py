"""Notebooks: cards that show a plan and what it is made of at a glance, and a map that Python can ask what it shows."""

from maps.notebook.noun_cards import (
    comparison_card,
    curve_card,
    inputs_card,
    overview_card,
    plan_card,
    plan_widget,
    robustness_card,
    rulebook_card,
)

__all__ = [
    "comparison_card",
    "curve_card",
    "inputs_card",
    "overview_card",
    "plan_card",
    "plan_widget",
    "robustness_card",
    "rulebook_card",
]
