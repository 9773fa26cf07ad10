"""Colours and hatches that survive colour blindness; one place for map, report and exports.

The twelve fills, and paper, stay apart from one another for normal sight, protanopia, deuteranopia and tritanopia
(Oklab, at least 0.09) when drawn opaque. Grey print loses them: zones carry their names, so colour never stands alone.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from zoning.rulebook import Rulebook

FILLS = (
    "#A8401F", "#E3C24B", "#5FA383", "#4BD2B4", "#2D2D87", "#2D5AB4",
    "#781E3C", "#B4D2FF", "#A5A5F0", "#784B78", "#A578C3", "#D2961E",
)  # fmt: skip
DEFAULT_FILL = "#F8F4EB"
"""Of land with no function of its own: paper, on a ground that is darker than it."""
INK = "#1D2428"
DARK_FILL = 0.2
"""Relative luminance below which white is read on a fill."""
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


class Theme(NamedTuple):
    """Colours of a page and of the ground under the plan, in light or in dark."""

    paper: str
    """Land of the study that has no function of its own."""
    outside: str
    """Land around the study."""
    water: str
    water_line: str
    """Rivers, and shores of lakes."""
    outline: str
    """The border of the study."""
    inner_border: str
    """Borders of jurisdictions inside it."""
    panel: str
    ink: str
    ink_2: str
    ink_3: str
    """Text by weight, on a panel; each at least 4.5 to 1."""
    neighbour: str
    """Lines of neighbour states and countries."""
    halo: str
    """Around names on the map, and beside lines."""
    water_ink: str
    """Names of waters."""
    outside_ink: str
    """Names outside of the study."""


LIGHT = Theme(
    paper=DEFAULT_FILL, outside="#E6E3DC", water="#D3E2E9", water_line="#86AEC4", outline="#2B3135",
    inner_border="#3B4347", panel="#FFFFFF", ink=INK, ink_2="#4C565C", ink_3="#657077", neighbour="#B3ADA2",
    halo="#FFFDF8", water_ink="#37678A", outside_ink="#566067",
)  # fmt: skip
DARK = Theme(
    paper="#32393D", outside="#1C2226", water="#0E1921", water_line="#3E6A82", outline="#D9DDDA",
    inner_border="#AEB6B6", panel="#171C20", ink="#ECEEEC", ink_2="#B4BDC1", ink_3="#93A0A6", neighbour="#465057",
    halo="#15191C", water_ink="#7FB2CE", outside_ink="#93A0A6",
)  # fmt: skip

MEASURE_FILLS = ("#F6F1E4", "#B9D7D6", "#7DAFC7", "#4379A6", "#1B4676")
"""Of a measure that no rule tests, from low to high."""
BELOW_THRESHOLD = ("#F8F5EE", "#E0D6C4")
FROM_THRESHOLD = ("#86B8CB", "#4A87AE", "#1D4A72")
"""Of a measure that a rule tests: the hue breaks where the answer breaks."""
LAND_FILLS = ("#8FC2BE", "#EEDFBE", "#DDAF62", "#A5681F")
"""New land by person or by available land: spared, plain, and two of growth."""
LAND_TOO_SMALL = "#FBF9F5"
SITE_CIRCLE = "#1F4E6B"
PAYS = "#EFC9A8"
RECEIVES = "#A79DCB"
PAYMENT_ARROW = "#B3541E"


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


def ink_on(fill: str) -> str:
    """The ink that is read on a fill: white on dark ones.

    Examples
    --------
    >>> ink_on("#A8401F"), ink_on("#F8F4EB")
    ('#FFFFFF', '#1D2428')
    """
    channels = (int(fill[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels)
    luminance = sum(part * one for part, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return "#FFFFFF" if luminance < DARK_FILL else INK


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
