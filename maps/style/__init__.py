"""Style: colours, signs, borders, legend, static map and pages that need no network, the same on every surface."""

from maps.style.html_pages import fill_page, font_faces, notices_text, page_notices, page_template, printed_faces
from maps.style.legend import line_styles, round_length, xml_text
from maps.style.map_names import names_svg
from maps.style.palette import (
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
from maps.style.static_map import picture
from maps.style.svg_paths import Frame, dissolve, ground, relief_image, simplify, svg_path, waters_and_borders
from maps.style.topology import Topology, begin_topology, fine_step, merge_by, plan_topology

__all__ = [
    "DASHES",
    "INK",
    "LIGHT",
    "SITE_CIRCLE",
    "TABLE_FILLS",
    "Frame",
    "Sign",
    "Topology",
    "begin_topology",
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
    "relief_image",
    "round_length",
    "simplify",
    "site_inks",
    "svg_path",
    "theme_css",
    "waters_and_borders",
    "xml_text",
    "zone_fills",
]
