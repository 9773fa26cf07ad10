from maps.telling.explanations.explanation_content import explain, trace
from maps.telling.explanations.explanation_text import entry_heading, extent_sentence, reason_lines, rule_and_reason
from maps.telling.explanations.industry_query import check_state
from maps.telling.explanations.point_queries import Place, at, at_unit, check_coordinates, ground_lines, where_lines
from maps.telling.explanations.unit_lookup import find_unit, names_of_units
from maps.telling.reports.comparison_page import write_comparison
from maps.telling.reports.firmness_page import write_robustness
from maps.telling.reports.pdf_file import write_pdf
from maps.telling.reports.report_page import report, write_report
from maps.telling.reports.unit_dossier import dossier, write_dossier
from maps.telling.summaries.amount_shifts import QuotaShifts, quota_shifts
from maps.telling.summaries.column_words import ColumnWords
from maps.telling.summaries.comparison_words import ComparisonWords
from maps.telling.summaries.consensus_words import ConsensusWords
from maps.telling.summaries.plan_headline import (
    PAYING,
    Headline,
    Quality,
    amounts_by_jurisdiction,
    headline,
    net_received,
    payments_without_amounts,
)
from maps.telling.summaries.unit_verdicts import Gauge, Verdict, verdicts
from maps.telling.summaries.verdict_table import VerdictTable
from maps.telling.summaries.weight_words import beyond_text, interval_text

__all__ = [
    "PAYING",
    "ColumnWords",
    "ComparisonWords",
    "ConsensusWords",
    "Gauge",
    "Headline",
    "Place",
    "Quality",
    "QuotaShifts",
    "Verdict",
    "VerdictTable",
    "amounts_by_jurisdiction",
    "at",
    "at_unit",
    "beyond_text",
    "check_coordinates",
    "check_state",
    "dossier",
    "entry_heading",
    "explain",
    "extent_sentence",
    "find_unit",
    "ground_lines",
    "headline",
    "interval_text",
    "names_of_units",
    "net_received",
    "payments_without_amounts",
    "quota_shifts",
    "reason_lines",
    "report",
    "rule_and_reason",
    "trace",
    "verdicts",
    "where_lines",
    "write_comparison",
    "write_dossier",
    "write_pdf",
    "write_report",
    "write_robustness",
]
