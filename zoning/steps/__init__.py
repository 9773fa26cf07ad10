"""Steps: what each step of a plan made and from which parts, so that the same parts are not worked on again."""

from zoning.steps.kept_results import KeptResults
from zoning.steps.plan_steps import OnPieces, Steps

__all__ = [
    "KeptResults",
    "OnPieces",
    "Steps",
]
