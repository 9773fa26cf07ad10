"""Style: colours, signs, borders, legend, static map and pages that need no network, the same on every surface."""

from maps.style.base_map import ground, relief_image, waters_and_borders
from maps.style.html_pages import fill_page, page_template
from maps.style.legend import line_styles, round_length, xml_text
from maps.style.map_names import names_svg
from maps.style.notices import notices_text, page_notices
from maps.style.palette import (
    DASHES,
    INK,
    LIGHT,
    SITE_CIRCLE,
    TABLE_FILLS,
    designation_inks,
    ink_on,
    mark_fills,
    site_inks,
    theme_css,
    zone_fills,
)
from maps.style.signs import Sign, overlay_signs
from maps.style.static_map import picture
from maps.style.svg_paths import Frame, dissolve, simplify, svg_path
from maps.style.topology import Topology, begin_topology, fine_step, merge_by, plan_topology
from maps.style.typefaces import font_faces, printed_faces

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
