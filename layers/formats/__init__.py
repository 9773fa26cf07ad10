"""File formats: vector, raster and tables behind one wall of allowed drivers; nothing is repaired here."""

from layers.formats.archived import take_unpacked, unpacked, unpacked_ahead
from layers.formats.attribute_join import alike_ids, join_table, read_table
from layers.formats.csv_files import CsvRow, misspelt_column, read_cells, read_rows
from layers.formats.feature_records import Records, frame_of, layers_of, read_records
from layers.formats.gdal_drivers import (
    ALLOWED,
    FEATURES,
    GRID_ENDINGS,
    Format,
    digest,
    load_gdal,
    load_libraries,
    loaded_drivers,
    parts_of,
)
from layers.formats.geotiff import (
    HOLD_ALL,
    Raster,
    Reader,
    Window,
    cell_condition,
    check_values,
    opened,
    read_raster,
    window_of,
)
from layers.formats.header_counts import Box, Counts, box_of, count_cells, count_features
from layers.formats.reading_boundary import reading
from layers.formats.vector import Kind, read_features, select
from layers.formats.workbooks import read_workbook

__all__ = [
    "ALLOWED",
    "FEATURES",
    "GRID_ENDINGS",
    "HOLD_ALL",
    "Box",
    "Counts",
    "CsvRow",
    "Format",
    "Kind",
    "Raster",
    "Reader",
    "Records",
    "Window",
    "alike_ids",
    "box_of",
    "cell_condition",
    "check_values",
    "count_cells",
    "count_features",
    "digest",
    "frame_of",
    "join_table",
    "layers_of",
    "load_gdal",
    "load_libraries",
    "loaded_drivers",
    "misspelt_column",
    "opened",
    "parts_of",
    "read_cells",
    "read_features",
    "read_raster",
    "read_records",
    "read_rows",
    "read_table",
    "read_workbook",
    "reading",
    "select",
    "take_unpacked",
    "unpacked",
    "unpacked_ahead",
    "window_of",
]
