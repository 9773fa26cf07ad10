"""Estimates: time, memory and disk of a run, foretold from the headers of its files and from measured costs."""

from zoning.estimates.run_estimate import estimate
from zoning.estimates.run_memory import choose_way

__all__ = ["choose_way", "estimate"]
