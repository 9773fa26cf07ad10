"""The report and the dossier of a unit: pages of findings and charts, and the annex that they rest on."""

from maps.reports.pdf_file import write_pdf
from maps.reports.report_page import report, write_report
from maps.reports.unit_dossier import dossier, write_dossier

__all__ = [
    "dossier",
    "report",
    "write_dossier",
    "write_pdf",
    "write_report",
]
