"""The report, the dossier of a unit, and a comparison: pages of findings and charts, with what they rest on."""

from maps.reports.comparison_page import write_comparison
from maps.reports.firmness_page import write_robustness
from maps.reports.pdf_file import write_pdf
from maps.reports.report_page import report, write_report
from maps.reports.unit_dossier import dossier, write_dossier

__all__ = [
    "dossier",
    "report",
    "write_comparison",
    "write_dossier",
    "write_pdf",
    "write_report",
    "write_robustness",
]
