"""Signs of overlays: a drawing and an ink for each, so that maps need neither hatches nor colour to tell them apart."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from zoning.rulebook import Rulebook

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
