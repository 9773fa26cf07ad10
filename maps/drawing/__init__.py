"""Drawing: colours, signs, names, typefaces, the static map, and land, water, borders and towns around a plan."""

from maps.drawing.html_pages import fill_page, font_faces, notices_text, page_notices, page_template, printed_faces
from maps.drawing.legend import line_styles, round_length, xml_text
from maps.drawing.map_context import Context, Neighbourhood, Place, Surrounded, context_around, study_outline
from maps.drawing.map_names import names_svg
from maps.drawing.palette import (
    DASHES,
    INK,
    LIGHT,
    SITE_CIRCLE,
    TABLE_FILLS,
    Sign,
    designation_inks,
    ink_on,
    mark_fills,
    overlay_signs,
    site_inks,
    theme_css,
    zone_fills,
)
from maps.drawing.shaded_relief import Relief, relief
from maps.drawing.static_map import picture
from maps.drawing.svg_paths import Frame, dissolve, ground, relief_image, simplify, svg_path, waters_and_borders
from maps.drawing.topology import Topology, begin_topology, fine_step, merge_by, plan_topology

__all__ = [
    "DASHES",
    "INK",
    "LIGHT",
    "SITE_CIRCLE",
    "TABLE_FILLS",
    "Context",
    "Frame",
    "Neighbourhood",
    "Place",
    "Relief",
    "Sign",
    "Surrounded",
    "Topology",
    "begin_topology",
    "context_around",
    "designation_inks",
    "dissolve",
    "fill_page",
    "fine_step",
    "font_faces",
    "ground",
    "ink_on",
    "line_styles",
    "mark_fills",
    "merge_by",
    "names_svg",
    "notices_text",
    "overlay_signs",
    "page_notices",
    "page_template",
    "picture",
    "plan_topology",
    "printed_faces",
    "relief",
    "relief_image",
    "round_length",
    "simplify",
    "site_inks",
    "study_outline",
    "svg_path",
    "theme_css",
    "waters_and_borders",
    "xml_text",
    "zone_fills",
]
