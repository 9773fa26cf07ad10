"""Summaries: a plan in a few sentences: a verdict on each unit, the headline of all, what differs from another plan."""
