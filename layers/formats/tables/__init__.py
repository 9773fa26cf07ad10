"""Tables of text: CSV and workbooks, cell by cell with their lines, and the spelling of ids."""

from layers.formats.tables.csv_files import (
    CsvRow,
    check_header,
    column_name,
    misspelt_column,
    read_cells,
    read_rows,
    read_sheet,
)
from layers.formats.tables.id_spelling import alike_ids, settle_ids
from layers.formats.tables.workbooks import UNREADABLE, count_rows, read_workbook, sheets_of

__all__ = [
    "UNREADABLE",
    "CsvRow",
    "alike_ids",
    "check_header",
    "column_name",
    "count_rows",
    "misspelt_column",
    "read_cells",
    "read_rows",
    "read_sheet",
    "read_workbook",
    "settle_ids",
    "sheets_of",
]
