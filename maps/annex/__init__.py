"""Annex: what report and dossier rest on, chapter by chapter: every reason, rule, number, policy and source."""

from maps.annex.annex_chapters import annex_chapters
from maps.annex.compensation_chapter import POOLS, party_name
from maps.annex.report_context import TOLD, ReportContext, by_group
from maps.annex.unit_chapters import dossier_chapters, main_function

__all__ = [
    "POOLS",
    "TOLD",
    "ReportContext",
    "annex_chapters",
    "by_group",
    "dossier_chapters",
    "main_function",
    "party_name",
]
