"""Geometry: shapes made valid and of one kind, overlaps of units resolved, cells as polygons, the nearest feature."""

from layers.geometry.nearest import lengths_m, nearest_km
from layers.geometry.overlaps import note_gaps, note_overlaps, polygons_of, settle_overlaps
from layers.geometry.repair import (
    drop_empty,
    drop_outside,
    keep_kind,
    kind_of,
    make_valid,
    note_duplicates,
    only_kind,
)

__all__ = [
    "drop_empty",
    "drop_outside",
    "keep_kind",
    "kind_of",
    "lengths_m",
    "make_valid",
    "nearest_km",
    "note_duplicates",
    "note_gaps",
    "note_overlaps",
    "only_kind",
    "polygons_of",
    "settle_overlaps",
]
