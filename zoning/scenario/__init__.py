"""Scenarios: a plan varied in memory, two plans compared, and what each difference between them hangs on."""

from zoning.scenario.comparison import MOVES, Comparison, compare

__all__ = ["MOVES", "Comparison", "compare"]
