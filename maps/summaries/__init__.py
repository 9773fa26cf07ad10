"""Summaries: a plan in a few sentences: a verdict on each unit, the headline of all, what differs from another plan."""

from maps.summaries.amount_shifts import QuotaShifts, quota_shifts
from maps.summaries.comparison_words import ComparisonWords, Sum
from maps.summaries.consensus_words import ConsensusWords
from maps.summaries.firmness_words import count_firmness, say_less_firm
from maps.summaries.measure_axes import MeasureAxis, measure_axis
from maps.summaries.plan_headline import (
    PAYING,
    Headline,
    Quality,
    amounts_by_jurisdiction,
    headline,
    net_received,
    payments_without_amounts,
)
from maps.summaries.shown_columns import ShownColumns
from maps.summaries.unit_verdicts import Gauge, Verdict, verdicts
from maps.summaries.verdict_table import VerdictTable
from maps.summaries.weight_words import beyond_text, interval_text

__all__ = [
    "PAYING",
    "ComparisonWords",
    "ConsensusWords",
    "Gauge",
    "Headline",
    "MeasureAxis",
    "Quality",
    "QuotaShifts",
    "ShownColumns",
    "Sum",
    "Verdict",
    "VerdictTable",
    "amounts_by_jurisdiction",
    "beyond_text",
    "count_firmness",
    "headline",
    "interval_text",
    "measure_axis",
    "net_received",
    "payments_without_amounts",
    "quota_shifts",
    "say_less_firm",
    "verdicts",
]
