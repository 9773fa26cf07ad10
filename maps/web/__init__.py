"""The web map: a plan as one file that opens without a network, and what Python hands to its scripts."""

from maps.web.offline_page import LIBRARIES, Verbatim
from maps.web.web_map import draw, map_scripts, write_map

__all__ = ["LIBRARIES", "Verbatim", "draw", "map_scripts", "write_map"]
