"""Steps: what each step of a plan made and from which parts, so that the same parts are not worked on again."""

from zoning.steps.plan_steps import KeptResults, OnPieces, Steps

__all__ = [
    "KeptResults",
    "OnPieces",
    "Steps",
]
