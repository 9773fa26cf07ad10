"""Recomputing: what the page of the map needs to work a plan out again by itself, as data: measures, rules, quotas."""

from maps.recompute.plan_model import PlanModel, plan_model

__all__ = ["PlanModel", "plan_model"]
