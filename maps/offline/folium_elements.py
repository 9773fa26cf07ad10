"""Folium and the elements of branca, without requests, which folium loads to ask servers for data: no map does.

Whoever hands folium an address in the same process has requests loaded then.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from layers.outputs import PAGE, staged


@contextmanager
def _deferred(name: str) -> Iterator[None]:
    """Have imports in this block find a module that is loaded once something of it is asked for."""
    if name in sys.modules:
        yield
        return
    stand_in = ModuleType(name)
    stand_in.__getattr__ = lambda asked: getattr(import_module(name), asked)  # type: ignore[method-assign]
    sys.modules[name] = stand_in
    try:
        yield
    finally:
        del sys.modules[name]


with _deferred("requests"):
    import folium
    from branca.element import CssLink, Element, Figure, JavascriptLink, Link, MacroElement
    from folium import LayerControl
    from folium.map import Layer
    from folium.raster_layers import ImageOverlay, TileLayer, VideoOverlay, WmsTileLayer


class Map(folium.Map):  # type: ignore[misc]  # folium has no types
    """A map of folium whose file is written whole, and over nothing but an earlier page."""

    def save(self, outfile: Any, *arguments: Any, **words: Any) -> None:
        """Write the page to a path, or to a stream, as folium does."""
        if not isinstance(outfile, str | Path):
            super().save(outfile, *arguments, **words)
            return
        with staged(outfile, PAGE) as stage:
            super().save(str(stage), *arguments, **words)


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
    """Tiles under everything else; the same ones have the same name on the page."""
    layer = TileLayer(address, attr=attribution, control=False)
    layer._id = "tiles"  # noqa: SLF001  (folium's ids are random)
    return layer
