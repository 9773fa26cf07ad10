"""Summaries: what a plan says in a few sentences: a verdict on each unit, and the headline of the whole."""

from maps.summaries.plan_headline import Headline, Quality, headline
from maps.summaries.unit_verdicts import Gauge, Verdict, verdicts
from maps.summaries.verdict_table import VerdictTable

__all__ = ["Gauge", "Headline", "Quality", "Verdict", "VerdictTable", "headline", "verdicts"]
