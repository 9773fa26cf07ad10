"""The report and the dossier of a unit: chapters of plain values, printed on pages that hide nothing."""

from maps.reports.annexes import optimum_leaves, sources
from maps.reports.compensation_chapter import ecosystem_services, flow_chart, flows
from maps.reports.document_model import Chapter
from maps.reports.energy_chapter import energy
from maps.reports.land_chapter import land, sites
from maps.reports.negative_lists_chapter import industries, list_units, unit_lists
from maps.reports.open_questions import findings, open_units
from maps.reports.report_context import ReportContext
from maps.reports.report_page import report, write_report
from maps.reports.unit_dossier import dossier, dossier_chapters, write_dossier
from maps.reports.zones_chapter import summary

__all__ = [
    "Chapter",
    "ReportContext",
    "dossier",
    "dossier_chapters",
    "ecosystem_services",
    "energy",
    "findings",
    "flow_chart",
    "flows",
    "industries",
    "land",
    "list_units",
    "open_units",
    "optimum_leaves",
    "report",
    "sites",
    "sources",
    "summary",
    "unit_lists",
    "write_dossier",
    "write_report",
]
