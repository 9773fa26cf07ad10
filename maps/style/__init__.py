"""Style: colours, hatches, borders, legend, static map and pages that need no network, the same on every surface."""

from maps.style.html_pages import fill_page, require_new, write_page
from maps.style.legend import MUTED, line_styles, px, xml_text
from maps.style.notices import notices_text, page_notices
from maps.style.palette import (
    DOTS,
    INK,
    NO_CEILING_FILL,
    PAYMENT_INK,
    SITE_CIRCLE,
    USE_FILLS,
    Dot,
    Hatch,
    designation_inks,
    ink_on,
    overlay_hatches,
    site_inks,
    zone_fills,
)
from maps.style.static_map import locator, picture
from maps.style.topology import Topology, fine_step, plan_topology

__all__ = [
    "DOTS",
    "INK",
    "MUTED",
    "NO_CEILING_FILL",
    "PAYMENT_INK",
    "SITE_CIRCLE",
    "USE_FILLS",
    "Dot",
    "Hatch",
    "Topology",
    "designation_inks",
    "fill_page",
    "fine_step",
    "ink_on",
    "line_styles",
    "locator",
    "notices_text",
    "overlay_hatches",
    "page_notices",
    "picture",
    "plan_topology",
    "px",
    "require_new",
    "site_inks",
    "write_page",
    "xml_text",
    "zone_fills",
]
