"""Summaries: what a plan says in a few sentences: a verdict on each unit, its tests and what would change it."""

from maps.summaries.unit_verdicts import verdicts
from maps.summaries.verdict_table import VerdictTable

__all__ = ["VerdictTable", "verdicts"]
