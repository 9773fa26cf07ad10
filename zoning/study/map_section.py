"""``[map]``: what maps of a plan show around and under its units."""

from __future__ import annotations

from layers.sources import NameText, Section


class MapSection(Section):
    """What maps show around and under the units."""

    relief: NameText | None = None
    """The raster layer of heights in metres whose relief is drawn; by default the one with the role "elevation"."""
    borders: bool = True
    """Whether borders around the study are drawn and places outside are named, where the rulebook allows it."""
