"""Coordinate reference systems: which one a file is in, the equal-area one to plan in, and features brought into it."""

from layers.crs.file_and_working_crs import (
    datum_note,
    is_equal_area,
    is_made,
    known_crs,
    same_crs,
    settle_crs,
    way_between,
    working_crs,
)
from layers.crs.multipart import parts_of_dimension, valid_polygons
from layers.crs.reprojection import SAGITTA_M, densify, full_turn, project
from layers.crs.spatial_filter import box_in, far_away, keep_near, refuse_far, shifted_by_a_turn

__all__ = [
    "SAGITTA_M",
    "box_in",
    "datum_note",
    "densify",
    "far_away",
    "full_turn",
    "is_equal_area",
    "is_made",
    "keep_near",
    "known_crs",
    "parts_of_dimension",
    "project",
    "refuse_far",
    "same_crs",
    "settle_crs",
    "shifted_by_a_turn",
    "valid_polygons",
    "way_between",
    "working_crs",
]
