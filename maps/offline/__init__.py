"""Offline pages: a folium map whole in one file, its scripts joined, and a policy that lets nothing else in."""

from maps.offline.offline_page import (
    LIBRARIES,
    Layer,
    LayerControl,
    MacroElement,
    Map,
    OfflineFigure,
    Verbatim,
    bare,
    marker_icons,
    page_script,
    tile_layer,
)

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
