"""The chapter on regions: whether they drift apart, where plans ask for it."""

from maps.reports.regions.divergence_page import divergence

__all__ = ["divergence"]
