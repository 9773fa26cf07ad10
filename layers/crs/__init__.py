"""Coordinate reference systems: which one a file is in, the equal-area one to plan in, and features brought into it."""

from layers.crs.reprojection import (
    SAGITTA_M,
    densify,
    full_turn,
    parts_of_dimension,
    project,
    repair_reasons,
    valid_polygons,
)
from layers.crs.spatial_filter import box_in, far_away, far_note, keep_near, refuse_far, shifted_by_a_turn
from layers.crs.web_map_offset import is_gcj02, places_of, settle_gcj02, shift_note
from layers.crs.working_crs import (
    datum_note,
    is_equal_area,
    is_made,
    known_crs,
    place_note,
    refuse_degrees,
    same_crs,
    settle_crs,
    way_between,
    working_crs,
    zone_code,
)

__all__ = [
    "SAGITTA_M",
    "box_in",
    "datum_note",
    "densify",
    "far_away",
    "far_note",
    "full_turn",
    "is_equal_area",
    "is_gcj02",
    "is_made",
    "keep_near",
    "known_crs",
    "parts_of_dimension",
    "place_note",
    "places_of",
    "project",
    "refuse_degrees",
    "refuse_far",
    "repair_reasons",
    "same_crs",
    "settle_crs",
    "settle_gcj02",
    "shift_note",
    "shifted_by_a_turn",
    "valid_polygons",
    "way_between",
    "working_crs",
    "zone_code",
]
