"""Geometry repaired: valid shapes of one kind, overlaps between units resolved, cells drawn as polygons."""

from layers.geometry.overlap_resolution import note_gaps, settle_overlaps
from layers.geometry.polygonize import polygons_of
from layers.geometry.repair import drop_empty, drop_outside, keep_kind, kind_of, make_valid, note_duplicates

__all__ = [
    "drop_empty",
    "drop_outside",
    "keep_kind",
    "kind_of",
    "make_valid",
    "note_duplicates",
    "note_gaps",
    "polygons_of",
    "settle_overlaps",
]
