"""Estimates: time, memory and disk of a run, foretold from the headers of its files and from measured costs."""

from zoning.estimates.run_estimate import estimate, require_memory

__all__ = ["estimate", "require_memory"]
