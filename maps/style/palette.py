"""Colours and hatches that survive colour blindness; one place for map, report and exports.

The twelve fills keep a distance of at least 16 (CAM02-UCS) under deuteranopia, protanopia and tritanopia when drawn
opaque. Grey print loses them: overlays are hatched and zones carry their names, so colour never stands alone.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from zoning.rulebook import Rulebook

FILLS = (
    "#993300", "#EEDD22", "#77BB77", "#3388AA", "#DD66FF", "#AA6655",
    "#5544CC", "#EE6611", "#88FFFF", "#665566", "#CCEEBB", "#BBAABB",
)  # fmt: skip
DEFAULT_FILL = "#ECE9E4"
INK = "#111111"
DESIGNATION_INKS = ("#1B4F72", "#7A1F5C", "#4D5300", "#A04000", "#2E2A8C", "#00665E", "#8C1C13", "#4A4A4A")
"""Dark enough to be read as dots and outlines on any fill: 4.5 to 1 and better against white."""
Dot = Literal["round", "square", "dash", "bar"]
DOTS: tuple[Dot, ...] = ("round", "square", "dash", "bar")
"""Forms of the dots of input layers, one a layer in turn."""

PAYMENT_INK = "#4B004B"
"""Arrows and symbols of payments: dark, and of a hue that no zone, line or circle of a quota has."""
USE_FILLS = ("#FFF1C4", "#FDD46B", "#F5A430", "#DA6F12", "#B4470C", "#752100")
"""From a small use of a ceiling to a large one, and last those that have reached it; ever darker, in grey, too."""
NO_CEILING_FILL = "#B8BCC2"
SITE_INKS = ("#0A0A8C", "#7A1F5C", "#111111", "#00665E")
"""Of the land that quotas take, one a quota in turn: dark on every fill of a zone."""


class Hatch(NamedTuple):
    """Parallel dark lines on white bands.

    Attributes
    ----------
    angle_deg : int
        Of the lines, anticlockwise from east.
    spacing_px : int
        Between the lines.
    """

    angle_deg: int
    spacing_px: int


HATCHES = (
    Hatch(45, 9),
    Hatch(135, 9),
    Hatch(0, 9),
    Hatch(90, 9),
    Hatch(45, 5),
    Hatch(135, 5),
    Hatch(0, 5),
    Hatch(90, 5),
)


def zone_fills(rulebook: Rulebook) -> dict[str, str]:
    """Fill of each main zone: its own colour, else pale for the default zone, and for others the next of the series.

    Returns
    -------
    dict of str to str
        Zone code to ``#RRGGBB``, in the order of the rulebook.
    """
    mains = [zone for zone in rulebook.zones if zone.kind == "main"]
    taken = {zone.colour.upper() for zone in mains if zone.colour is not None}
    free = itertools.cycle([fill for fill in FILLS if fill not in taken] or FILLS)
    return {zone.code: zone.colour or (DEFAULT_FILL if zone.default else next(free)) for zone in mains}


def overlay_hatches(rulebook: Rulebook) -> dict[str, Hatch]:
    """Hatch of each overlay zone, by its order in the rulebook."""
    overlays = [zone.code for zone in rulebook.zones if zone.kind == "overlay"]
    return {code: HATCHES[place % len(HATCHES)] for place, code in enumerate(overlays)}


def designation_inks(count: int) -> tuple[str, ...]:
    """An ink for each of a number of input layers, which the map draws as dots and outlines.

    Examples
    --------
    >>> designation_inks(2)
    ('#1B4F72', '#7A1F5C')
    """
    return tuple(itertools.islice(itertools.cycle(DESIGNATION_INKS), count))


def site_inks(count: int) -> tuple[str, ...]:
    """An ink for the land of each of a number of quotas.

    Examples
    --------
    >>> site_inks(2)
    ('#0A0A8C', '#7A1F5C')
    """
    return tuple(itertools.islice(itertools.cycle(SITE_INKS), count))
