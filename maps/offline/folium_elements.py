"""Folium and the elements of branca, loaded so that the caller's filters of warnings stay as they are.

Folium brings requests along, which sets filters for the whole process when it is imported, here for nothing: no map
asks a server.
"""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    import folium
    from branca.element import CssLink, Element, Figure, JavascriptLink, Link, MacroElement
    from folium import LayerControl, Map
    from folium.map import Layer
    from folium.raster_layers import ImageOverlay, TileLayer, VideoOverlay, WmsTileLayer

TILES = (TileLayer, WmsTileLayer)
"""Layers that load pictures from a server."""
PICTURES = (*TILES, ImageOverlay, VideoOverlay)
"""Layers of pictures in the web's Mercator projection."""

__all__ = [
    "PICTURES",
    "TILES",
    "CssLink",
    "Element",
    "Figure",
    "JavascriptLink",
    "Layer",
    "LayerControl",
    "Link",
    "MacroElement",
    "Map",
    "folium",
    "tile_layer",
]


def tile_layer(address: str, attribution: str) -> TileLayer:
    """Tiles under everything else; the same ones have the same name on the page.

    Parameters
    ----------
    address : str
        With {z}, {x} and {y}.
    attribution : str
        HTML.
    """
    layer = TileLayer(address, attr=attribution, control=False)
    layer._id = "tiles"  # noqa: SLF001  (folium's ids are random)
    return layer
