"""Scenarios: a plan varied in memory, two plans compared, and what each difference between them hangs on."""

from zoning.scenario.comparison import Comparison, compare
from zoning.scenario.differences import Difference
from zoning.scenario.variants import vary

__all__ = ["Comparison", "Difference", "compare", "vary"]
