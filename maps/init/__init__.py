"""A first plan: a commented ``plan.toml`` from a user's own files or from a built-in study."""

from maps.init.builtin_study_copy import write_study
from maps.init.column_inference import InferredColumn
from maps.init.first_plan import split_roles, write_plan
from maps.init.plan_draft import PlanDraft, free_name, grid_lines
from maps.init.source_inspection import InspectedSource

__all__ = [
    "InferredColumn",
    "InspectedSource",
    "PlanDraft",
    "free_name",
    "grid_lines",
    "split_roles",
    "write_plan",
    "write_study",
]
