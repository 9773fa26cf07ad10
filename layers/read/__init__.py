"""The reading step: layers, tables and units of a plan, checked and pinned, from files or from memory."""

from layers.read.memory import OwnFolder, array_crs, array_grid, prepare, replace_layers
from layers.read.reading_step import (
    can_be_left_out,
    changed_files,
    confirm_sources,
    feature_notes,
    leave_out,
    main_files,
    read_inputs,
    read_pins,
    record_sources,
    require_files,
    without_place,
)
from layers.read.units import jurisdiction_names

__all__ = [
    "OwnFolder",
    "array_crs",
    "array_grid",
    "can_be_left_out",
    "changed_files",
    "confirm_sources",
    "feature_notes",
    "jurisdiction_names",
    "leave_out",
    "main_files",
    "prepare",
    "read_inputs",
    "read_pins",
    "record_sources",
    "replace_layers",
    "require_files",
    "without_place",
]
