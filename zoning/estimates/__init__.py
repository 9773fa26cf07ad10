"""Estimates: time, memory and disk of a run, foretold from the headers of its files and from measured costs."""

from zoning.estimates.run_estimate import choose_way, estimate

__all__ = ["choose_way", "estimate"]
