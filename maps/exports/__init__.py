"""Exports: the plan for desktop GIS, spreadsheets and data tools, the same bytes on every run."""

from maps.exports.file_geodatabase import write_geodatabase
from maps.exports.geopackage import write_geopackage, write_geoparquet
from maps.exports.postgis_tables import write_postgis
from maps.exports.qgis_project import write_qgis_project
from maps.exports.workbook import write_workbook

__all__ = [
    "write_geodatabase",
    "write_geopackage",
    "write_geoparquet",
    "write_postgis",
    "write_qgis_project",
    "write_workbook",
]
