"""A first plan: a commented ``plan.toml`` from a user's own files or from a built-in study."""

from maps.init.builtin_study_copy import write_study
from maps.init.first_plan import split_roles, write_plan

__all__ = [
    "split_roles",
    "write_plan",
    "write_study",
]
