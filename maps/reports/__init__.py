"""The report and the dossier of a unit: chapters of plain values, printed on pages that hide nothing."""

from maps.reports.report_page import report, write_report
from maps.reports.unit_dossier import dossier, write_dossier

__all__ = [
    "dossier",
    "report",
    "write_dossier",
    "write_report",
]
