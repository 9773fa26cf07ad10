"""The overlay: units cut by every designation into pieces, or the areas alone; and control lines settled among them."""

from zoning.overlays.control_lines import covered, roles_of, settle_lines, tabulate_lines
from zoning.overlays.intersection_areas import area_shares
from zoning.overlays.planar_partition import (
    Faces,
    ForEach,
    Tile,
    cut_in_copies,
    cut_in_threads,
    cut_packed,
    pack_tile,
    unpack_faces,
)
from zoning.overlays.unit_overlay import checked_crs, overlay, unit_ids

__all__ = [
    "Faces",
    "ForEach",
    "Tile",
    "area_shares",
    "checked_crs",
    "covered",
    "cut_in_copies",
    "cut_in_threads",
    "cut_packed",
    "overlay",
    "pack_tile",
    "roles_of",
    "settle_lines",
    "tabulate_lines",
    "unit_ids",
    "unpack_faces",
]
