"""A first plan: a commented ``plan.toml`` from a user's own files or from a built-in study."""

from maps.drafts.first_plan import split_roles, write_pins, write_plan, write_study
from maps.drafts.first_rulebook import write_first_rulebook

__all__ = ["split_roles", "write_first_rulebook", "write_pins", "write_plan", "write_study"]
