"""Exports: the plan for desktop GIS, spreadsheets and data tools, the same bytes on every run."""

from maps.exports.geodata import write_geopackage, write_geoparquet, write_workbook
from maps.exports.qml_styles import unit_style

__all__ = [
    "unit_style",
    "write_geopackage",
    "write_geoparquet",
    "write_workbook",
]
