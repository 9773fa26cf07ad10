"""Format limits: what the files of a run and of an export can hold; ``check`` holds a plan to them before any work."""

from __future__ import annotations

SHEET_ROWS = 1_048_575
"""Rows of a workbook's sheet below its header; a longer table goes on in another sheet."""
SHEET_COLUMNS = 16_384
CELL_CHARACTERS = 32_767
"""Of a workbook's cell; a longer text ends with an ellipsis, and the other files have it whole."""
HEADING_CHARACTERS = 255
"""Of the name of a column that a spreadsheet can filter and count by."""

GEOPACKAGE_COLUMNS = 2_000
"""Of a table of SQLite, on which a GeoPackage is built, the two of :data:`GEOPACKAGE_TAKEN` included."""
GEOPACKAGE_TAKEN = ("fid", "geom")
"""Columns that each table of a GeoPackage has of itself; names that differ in case alone are one."""

COLUMNS_OF_RUN = {"plan.gpkg": GEOPACKAGE_COLUMNS, "plan.xlsx": SHEET_COLUMNS}
"""By the files of a run that have all columns of the units in one table, how many they hold."""

GEODATABASE_TAKEN = ("objectid", "shape", "shape_length", "shape_area")
GEODATABASE_CHARACTERS = 60
"""Of the name of a column of a File Geodatabase, which takes 64: some are left to tell two apart."""
GEODATABASE_WORDS = frozenset({
    "add", "alter", "and", "between", "by", "column", "create", "delete", "drop", "exists", "for", "from", "group",
    "in", "insert", "into", "is", "like", "not", "null", "order", "select", "set", "table", "update", "values", "where",
})  # fmt: skip
"""What no column of a File Geodatabase may be called."""

POSTGRES_BYTES = 63
"""Of the name of a column or table of PostgreSQL."""
POSTGRES_COLUMNS = 1_600
