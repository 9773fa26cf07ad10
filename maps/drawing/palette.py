"""Colours of zones and signs of overlays, so that maps need neither hatches nor colour alone."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from zoning.rulebook import Rulebook


FILLS = (
    "#A8401F", "#E3C24B", "#5FA383", "#4BD2B4", "#2D2D87", "#2D5AB4",
    "#781E3C", "#B4D2FF", "#A5A5F0", "#784B78", "#A578C3", "#D2961E",
)  # fmt: skip
TABLE_FILLS = tuple(FILLS[index] for index in (2, 1, 5, 7, 9, 11, 3, 8, 10, 4, 6, 0))
"""Of the values of any table, the most frequent first: none of them is to alarm, so red comes last."""
DEFAULT_FILL = "#F8F4EB"
"""Of land with no function of its own: paper, on a ground that is darker than it."""
DEFAULT_MARK = "#E2DED4"
"""Of the same land where bars and dots stand for it on white: also in grey apart from the fills before it."""
INK = "#1D2428"
DARK_FILL = 0.2
"""Relative luminance below which white is read on a fill."""
DESIGNATION_INKS = ("#1B4F72", "#7A1F5C", "#4D5300", "#A04000", "#2E2A8C", "#00665E", "#8C1C13", "#4A4A4A")
"""Dark enough to be read as dots and outlines on any fill: 4.5 to 1 and better against white."""
DASHES: tuple[tuple[float, ...], ...] = ((), (4, 2), (1, 2), (6, 2, 1, 2))
"""Of the outlines of input layers, in widths of the line, one a layer in turn."""

SITE_INKS = ("#0A0A8C", "#7A1F5C", "#111111", "#00665E")
"""Of the land that quotas take, one a quota in turn: dark on every fill of a zone."""


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
    unit_border: str
    """Borders of units, drawn thin and at less than half strength."""
    neighbour: str
    """Lines of neighbour states and countries."""
    halo: str
    """Around names on the map, and beside lines."""
    water_ink: str
    """Names of waters."""
    outside_ink: str
    """Names outside of the study."""
    panel: str
    panel_2: str
    """A part of a panel that stands back."""
    rule: str
    rule_2: str
    """Lines between parts of a panel, and edges of what can be pressed."""
    ink: str
    ink_2: str
    ink_3: str
    """Text by weight, on a panel; each at least 4.5 to 1."""
    accent: str
    accent_ground: str
    """Of what can be followed, and of a row that is chosen."""
    warn: str
    warn_ground: str
    """Of what to know before relying on the plan."""


LIGHT = Theme(
    paper=DEFAULT_FILL, outside="#E6E3DC", water="#D3E2E9", water_line="#86AEC4", outline="#2B3135",
    inner_border="#3B4347", unit_border="#6B655B", neighbour="#B3ADA2", halo="#FFFDF8", water_ink="#37678A",
    outside_ink="#566067", panel="#FFFFFF", panel_2="#F7F5F1", rule="#E5E1D9", rule_2="#D3CEC4", ink=INK,
    ink_2="#4C565C", ink_3="#657077", accent="#1B5878", accent_ground="#E8F0F4", warn="#7A3E00", warn_ground="#FFF3DC",
)  # fmt: skip
DARK = Theme(
    paper="#32393D", outside="#1C2226", water="#0E1921", water_line="#3E6A82", outline="#D9DDDA",
    inner_border="#AEB6B6", unit_border="#11161A", neighbour="#465057", halo="#15191C", water_ink="#7FB2CE",
    outside_ink="#93A0A6", panel="#171C20", panel_2="#1E2428", rule="#2C353A", rule_2="#3A454B", ink="#ECEEEC",
    ink_2="#B4BDC1", ink_3="#93A0A6", accent="#8CC4E0", accent_ground="#21323C", warn="#FFD9A0", warn_ground="#3A2A12",
)  # fmt: skip

MEASURE_FILLS = ("#F6F1E4", "#B9D7D6", "#7DAFC7", "#4379A6", "#1B4676")
"""Of a measure that no rule tests, from low to high."""
BELOW_THRESHOLD = ("#F8F5EE", "#E0D6C4")
FROM_THRESHOLD = ("#86B8CB", "#4A87AE", "#1D4A72")
"""Of a measure that a rule tests: the hue breaks where the answer breaks."""
LAND_FILLS = ("#B5DED3", "#CDB377", "#BF892F", "#86500F")
"""New land by person or by available land: spared, plain, and two of growth; darker with each, for grey print."""
LAND_TOO_SMALL = "#FBF9F5"
SITE_CIRCLE = "#1F4E6B"
PAYS = "#EFC9A8"
RECEIVES = "#A79DCB"
PAYMENT_ARROW = "#B3541E"
PROGRAMMES = ("#F6F2E9", "#DBD6E8", "#A79DCB", "#5F52A0")
"""By the number of programmes that pay, where no payment has an amount: none, one, two, three and more."""


class Scales(NamedTuple):
    """Colours of what is measured, in light or in dark; see the constants of these names."""

    measure: tuple[str, ...]
    threshold: tuple[str, ...]
    """Two below the threshold and three from it on."""
    no_data: str
    """Where a value is unknown: grey, of which no scale has a shade."""
    land: tuple[str, ...]
    land_small: str
    circle: str
    circle_ink: str
    """Of an amount that is written in a circle."""
    pays: str
    receives: str
    arrow: str
    programmes: tuple[str, ...]


LIGHT_SCALES = Scales(
    measure=MEASURE_FILLS, threshold=(*BELOW_THRESHOLD, *FROM_THRESHOLD), no_data="#C2BFB9",
    land=LAND_FILLS, land_small=LAND_TOO_SMALL,
    circle=SITE_CIRCLE, circle_ink="#FFFFFF", pays=PAYS, receives=RECEIVES, arrow=PAYMENT_ARROW, programmes=PROGRAMMES,
)  # fmt: skip
DARK_SCALES = Scales(
    measure=("#2E3639", "#3C565C", "#4C8089", "#73AEB3", "#BFE3DC"),
    threshold=("#2B3235", "#454D50", "#3A7480", "#62A8B3", "#C6E9E2"), no_data="#6B6F72",
    land=("#1D4D52", "#6B6653", "#B38A47", "#F1CA77"), land_small="#272D30",
    circle="#9CCBE4", circle_ink="#10202A", pays="#8A5A36", receives="#7F77B5", arrow="#F0A868",
    programmes=("#2F3539", "#45425F", "#6F68A3", "#B7AEE6"),
)  # fmt: skip


def theme_css() -> str:
    """The colours of a page as custom properties of CSS: light, and dark under ``data-theme="dark"``.

    Examples
    --------
    >>> [line.split(";")[0] for line in theme_css().splitlines()]
    [':root{--paper:#F8F4EB', ':root[data-theme=dark]{--paper:#32393D']
    """
    sides = ((":root", (LIGHT, LIGHT_SCALES)), (":root[data-theme=dark]", (DARK, DARK_SCALES)))
    return "".join(
        f"{where}{{{';'.join(f'--{name}:{colour}' for record in records for name, colour in _properties(record))}}}\n"
        for where, records in sides
    )


def _properties(record: Theme | Scales) -> Iterator[tuple[str, str]]:
    for field, value in zip(record._fields, record, strict=True):
        name = field.replace("_", "-")
        if isinstance(value, str):
            yield name, value
        else:
            yield from ((f"{name}-{number}", colour) for number, colour in enumerate(value, 1))


def zone_fills(rulebook: Rulebook) -> dict[str, str]:
    """Fill of each main zone: its own colour, else pale for the default zone, and for others the next of the series."""
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
    channels = (int(fill[start : start + 2], 16) / 255 for start in (1, 3, 5))
    linear = (channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels)
    luminance = sum(part * channel for part, channel in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return "#FFFFFF" if luminance < DARK_FILL else INK


def mark_fills(rulebook: Rulebook) -> dict[str, str]:
    """The same fills for bars and dots on white, where paper would not be seen."""
    return {code: DEFAULT_MARK if fill == DEFAULT_FILL else fill for code, fill in zone_fills(rulebook).items()}


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


SIGNS = {
    "bolt": "M1.2-5.6L-3.4.9h3L-1.1 5.6 3.5-1.3H.4z",
    "star": "M0-5.4L1.5-1.8 5.3-1.6 2.4.8 3.3 4.5 0 2.5-3.3 4.5-2.4.8-5.3-1.6-1.5-1.8z",
    "temple": "M0-5.2L5-2.2v1H-5v-1zM-4.2-.4h1.7v3.4h-1.7zM-.85-.4H.85v3.4h-1.7zM2.5-.4h1.7v3.4H2.5zM-5 3.6H5v1.5H-5z",
    "drop": "M0-5.8C2-2.8 4-.8 4 1.6A4 4 0 0 1-4 1.6C-4-.8-2-2.8 0-5.8z",
    "shield": "M0-5.6L4.7-3.9V-.2C4.7 2.6 2.8 4.6 0 5.8-2.8 4.6-4.7 2.6-4.7-.2v-3.7z",
    "wheat": "M-.5 3.2h1v2.6h-1zM0-5.9L1.4-4.1 0-2.2-1.4-4.1zM-.5-.2L-3.5-1.6-3.3-4-.5-2.2zM.5-.2L3.5-1.6 3.3-4 .5-2.2z"
    "M-.5 3.1L-3.5 1.7-3.3-.8-.5 1zM.5 3.1L3.5 1.7 3.3-.8.5 1z",
    "flag": "M-4-5.6h1.3v.7h6.9L2.6-2.4 4.2.2h-6.9v5.4H-4z",
    "wave": "M-5.6-3.2C-3.7-5-1.9-5 0-3.2s3.7 1.8 5.6 0V-.9C3.7.9 1.9.9 0-.9s-3.7-1.8-5.6 0z"
    "M-5.6 2.2C-3.7.4-1.9.4 0 2.2s3.7 1.8 5.6 0v2.3c-1.9 1.8-3.7 1.8-5.6 0s-3.7-1.8-5.6 0z",
    "city": "M-5.2 5v-6.4h2.8V5zM-1.5 5v-10h3V5zM2.4 5v-4.8h2.8V5z",
    "tree": "M0-5.8L3.2-1.9H1.9L4.4 2H.9v3.6H-.9V2h-3.5l2.5-3.9h-1.3z",
    "mountain": "M-5.8 4.4L-1.5-4 .9.2 2.3-1.9 5.8 4.4z",
    "sun": "M0-2.7A2.7 2.7 0 0 1 0 2.7 2.7 2.7 0 0 1 0-2.7zM-.6-5.8H.6v2H-.6zM-.6 3.8H.6v2H-.6z"
    "M-5.8-.6h2V.6h-2zM3.8-.6h2V.6h-2z",
    "people": "M0-5.5A2.4 2.4 0 0 1 0-.7 2.4 2.4 0 0 1 0-5.5zM-4.6 5C-4.6 1.6-2.7 0 0 0S4.6 1.6 4.6 5z",
    "bar": "M-4.8-1.5h9.6v3h-9.6z",
    "diamond": "M0-5.4L4.4 0 0 5.4-4.4 0z",
    "compass": "M0-5.8L1.6-1.6 5.8 0 1.6 1.6 0 5.8-1.6 1.6-5.8 0-1.6-1.6z",
}
"""Each as a path of SVG around (0, 0) that a circle of radius 6 holds; their names are those of ``zoning.rulebook``."""

RADIUS_PX = 8.0
"""Of the disc of a sign at its full size."""
DRAWING = 0.86
"""The size of the drawing, of that in ``SIGNS``."""

LIGHT_INKS = ("#5544CC", "#1D2428", "#17708C", "#8C1C13", "#00665E", "#7A1F5C", "#4D5300", "#9A3D00")
DARK_INKS = ("#B7ADFF", "#ECEEEC", "#6FC3DD", "#FF9C8F", "#5FD3BE", "#F09AD2", "#C9D26A", "#FFB070")
"""Of the rim and the drawing, one an overlay in turn; each at least 4.5 to 1 against its disc."""


class Sign(NamedTuple):
    """What stands for an overlay on a map: a disc with a drawing."""

    name: str
    path: str
    light: str
    dark: str


def overlay_signs(rulebook: Rulebook) -> dict[str, Sign]:
    """The sign of each overlay zone: its own, else the next that no other one has."""
    overlays = [zone for zone in rulebook.zones if zone.kind == "overlay"]
    taken: set[str] = {zone.sign for zone in overlays if zone.sign is not None}
    free: Iterator[str] = itertools.cycle([name for name in SIGNS if name not in taken] or SIGNS)
    inks = itertools.cycle(zip(LIGHT_INKS, DARK_INKS, strict=True))
    named: Iterator[tuple[str, str]] = ((zone.code, zone.sign or next(free)) for zone in overlays)
    return {code: Sign(name, SIGNS[name], *next(inks)) for code, name in named}


def sign_shape(sign: Sign) -> str:
    """A sign on paper, as SVG around (0, 0).

    Examples
    --------
    >>> sign_shape(Sign("bar", "M-1 0h2", "#5544CC", "#B7ADFF")).count("#5544CC")
    2
    """
    return (
        f'<circle r="{RADIUS_PX:g}" fill="#fff" stroke="{sign.light}" stroke-width="1.2"/>'
        f'<path fill="{sign.light}" transform="scale({DRAWING})" d="{sign.path}"/>'
    )
