"""Exports: the plan for desktop GIS, spreadsheets and data tools, the same bytes on every run."""

from maps.exports.geodata import write_geopackage, write_geoparquet, write_workbook

__all__ = [
    "write_geopackage",
    "write_geoparquet",
    "write_workbook",
]
