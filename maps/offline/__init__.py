"""Offline pages: a folium map whole in one file, its scripts joined, and a policy that lets nothing else in."""

from maps.offline.folium_elements import Layer, LayerControl, MacroElement, Map, tile_layer
from maps.offline.offline_page import LIBRARIES, OfflineFigure, Verbatim, marker_icons
from maps.offline.script_modules import bare, page_script

__all__ = [
    "LIBRARIES",
    "Layer",
    "LayerControl",
    "MacroElement",
    "Map",
    "OfflineFigure",
    "Verbatim",
    "bare",
    "marker_icons",
    "page_script",
    "tile_layer",
]
