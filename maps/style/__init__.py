"""Style: colours, hatches, borders, legend, static map and pages that need no network, the same on every surface."""

from maps.style.html_pages import fill_page, require_new, write_page
from maps.style.legend import MUTED, line_styles, px, round_length, xml_text
from maps.style.notices import notices_text, page_notices
from maps.style.palette import (
    DASHES,
    INK,
    LIGHT,
    SITE_CIRCLE,
    designation_inks,
    ink_on,
    site_inks,
    theme_css,
    zone_fills,
)
from maps.style.signs import Sign, overlay_signs
from maps.style.static_map import locator, picture
from maps.style.svg_paths import Frame, svg_path
from maps.style.topology import Topology, fine_step, plan_topology
from maps.style.typefaces import font_faces

__all__ = [
    "DASHES",
    "INK",
    "LIGHT",
    "MUTED",
    "SITE_CIRCLE",
    "Frame",
    "Sign",
    "Topology",
    "designation_inks",
    "fill_page",
    "fine_step",
    "font_faces",
    "ink_on",
    "line_styles",
    "locator",
    "notices_text",
    "overlay_signs",
    "page_notices",
    "picture",
    "plan_topology",
    "px",
    "require_new",
    "round_length",
    "site_inks",
    "svg_path",
    "theme_css",
    "write_page",
    "xml_text",
    "zone_fills",
]
