"""Summaries: what a plan says in a few sentences: a verdict on each unit, and the headline of the whole."""

from maps.summaries.plan_headline import Headline, headline
from maps.summaries.unit_verdicts import verdicts
from maps.summaries.verdict_table import VerdictTable

__all__ = ["Headline", "VerdictTable", "headline", "verdicts"]
