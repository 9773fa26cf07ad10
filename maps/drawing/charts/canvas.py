"""A sheet in millimetres with type in points, written as an SVG that needs no style sheet and no font of its own."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Literal, NamedTuple

from markupsafe import Markup

from maps.drawing.legend import xml_text
from maps.words import width

PT_MM = 25.4 / 72
CHART_INK, SECOND, THIRD, RULE = "#1A1D21", "#525C66", "#6B757E", "#D3D8DD"
"""Ink of what is said, of second lines, of axes, and of hairlines."""
PASSING, CLOSE = "#F1F3F4", "#FBEFD9"
"""Ground of the side that passes a threshold, and of what is within a tenth of it."""
NARROW = 0.9
"""Of the estimated width of a text, that of the report's face, which runs narrow."""

PALE = 205
"""Lightness from 0 to 255 above which a surface on white has an edge."""

Anchor = Literal["start", "middle", "end"]


class Numbers(NamedTuple):
    """The numbers of a chart as a table, for those who hear the page.

    Attributes
    ----------
    columns : tuple of str
    rows : tuple of tuple of str
        The first cell names the row.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Chart(NamedTuple):
    """A picture of numbers.

    Attributes
    ----------
    svg : Markup
        Its texts are escaped.
    name : str
        What it shows, in one line.
    numbers : Numbers
    """

    svg: Markup
    name: str
    numbers: Numbers


def mm(value: float) -> str:
    """A length with at most two decimals.

    Examples
    --------
    >>> mm(12.0), mm(3.456), mm(-0.001)
    ('12', '3.46', '0')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def text_mm(text: str, pt: float) -> float:
    """Estimated width of a line.

    Examples
    --------
    >>> round(text_mm("能源", 10), 2)
    7.06
    """
    scale = 1.0 if any(ord(char) > 0x2E7F for char in text) else NARROW
    return scale * width(text) * pt * PT_MM


def text_lines(text: str, pt: float, room: float) -> int:
    """Estimated number of lines of a text in a room, mm.

    Examples
    --------
    >>> text_lines("能源", 10, 8), text_lines("能源", 10, 5)
    (1, 2)
    """
    return ceil(text_mm(text, pt) / room)


def fit(text: str, pt: float, room: float) -> str:
    """A line that is cut where it would not fit, with dots behind it.

    Examples
    --------
    >>> fit("Colorado", 8, 40), fit("The eastern plains of Colorado", 8, 20)
    ('Colorado', 'The eastern pl…')
    """
    if text_mm(text, pt) <= room:
        return text
    shortened = text
    while shortened and text_mm(f"{shortened}…", pt) > room:
        shortened = shortened[:-1]
    return f"{shortened.rstrip()}…"


def darker(fill: str) -> str:
    """The edge of a mark in a colour.

    Examples
    --------
    >>> darker("#E3C24B")
    '#947F31'
    """
    return "#" + "".join(f"{int(int(fill[start : start + 2], 16) * 0.655):02X}" for start in (1, 3, 5))


def edge_of(fill: str) -> str:
    """The edge that a surface in a colour needs to be seen on white: of a pale one, else none.

    Examples
    --------
    >>> edge_of("#E2DED4"), edge_of("#E3C24B")
    ('#94918A', '')
    """
    red, green, blue = (int(fill[start : start + 2], 16) for start in (1, 3, 5))
    return darker(fill) if 0.299 * red + 0.587 * green + 0.114 * blue > PALE else ""


Shape = Literal["circle", "square", "diamond", "triangle"]
SHAPES: tuple[Shape, ...] = ("diamond", "triangle", "square")
"""Of the main functions in their order; the default, and further ones, are circles."""
SHAPE_SIGNS: Mapping[Shape, str] = {"circle": "●", "square": "■", "diamond": "◆", "triangle": "▲"}
"""The same in a text."""
CORNERS: Mapping[str, tuple[tuple[float, float], ...]] = {
    "square": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "diamond": ((0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)),
    "triangle": ((0, -1.3), (1.2, 0.9), (-1.2, 0.9)),
}
"""In radii from the middle."""


class Canvas:
    """What is drawn, in order; lengths in millimetres from the upper left corner.

    Examples
    --------
    >>> sheet = Canvas(20, 10)
    >>> sheet.rect(0, 0, 5, 10, "#993300")
    >>> sheet.svg("A bar & more").startswith('<svg xmlns="http://www.w3.org/2000/svg" width="20mm"')
    True
    """

    def __init__(self, wide: float, high: float) -> None:
        self.wide, self.high = wide, high
        self._parts: list[str] = []

    def line(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        stroke: str = CHART_INK,
        thick: float = 0.2,
        *,
        dashes: str = "",
    ) -> None:
        """A straight line."""
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        self._parts.append(
            f'<path d="M{mm(x1)} {mm(y1)}L{mm(x2)} {mm(y2)}" stroke="{stroke}" stroke-width="{mm(thick)}"{dashed}/>'
        )

    def rect(
        self, x: float, y: float, wide: float, high: float, fill: str, *, stroke: str = "", thick: float = 0.2
    ) -> None:
        """A box."""
        edge = f' stroke="{stroke}" stroke-width="{mm(thick)}"' if stroke else ""
        self._parts.append(
            f'<rect x="{mm(x)}" y="{mm(y)}" width="{mm(max(wide, 0))}" height="{mm(max(high, 0))}" '
            f'fill="{fill}"{edge}/>'
        )

    def circle(self, x: float, y: float, radius: float, fill: str, *, stroke: str = "", thick: float = 0.18) -> None:
        """A circle."""
        edge = f' stroke="{stroke}" stroke-width="{mm(thick)}"' if stroke else ""
        self._parts.append(f'<circle cx="{mm(x)}" cy="{mm(y)}" r="{mm(radius)}" fill="{fill}"{edge}/>')

    def mark(self, x: float, y: float, radius: float, fill: str, shape: Shape = "circle") -> None:
        """A filled mark with a darker edge: a circle, or another shape of that size for those who see no colour."""
        if shape == "circle":
            self.circle(x, y, radius, fill, stroke=darker(fill))
            return
        corners = " ".join(f"{mm(x + right * radius)} {mm(y + down * radius)}" for right, down in CORNERS[shape])
        self.path(f"M{corners}z", fill=fill, stroke=darker(fill), thick=0.18)

    def path(
        self, data: str, *, fill: str = "none", stroke: str = "", thick: float = 0.2, opacity: float = 1.0
    ) -> None:
        """A path by its data."""
        edge = f' stroke="{stroke}" stroke-width="{mm(thick)}" stroke-linejoin="round"' if stroke else ""
        pale = f' fill-opacity="{opacity:g}"' if opacity < 1 else ""
        self._parts.append(f'<path d="{data}" fill="{fill}" fill-rule="evenodd"{edge}{pale}/>')

    def text(
        self, x: float, y: float, text: str, pt: float = 8, *, fill: str = CHART_INK, bold: bool = False,
        anchor: Anchor = "start", halo: str = "",
    ) -> None:  # fmt: skip
        """A line of text on its base line."""
        weight = ' font-weight="600"' if bold else ""
        aside = f' text-anchor="{anchor}"' if anchor != "start" else ""
        ring = f' stroke="{halo}" stroke-width="0.8" stroke-linejoin="round" paint-order="stroke"' if halo else ""
        self._parts.append(
            f'<text x="{mm(x)}" y="{mm(y)}" font-size="{pt * PT_MM:.3f}" fill="{fill}"{weight}{aside}{ring}>'
            f"{xml_text(text)}</text>"
        )

    def add(self, svg: str) -> None:
        """A piece of SVG as it is, of which every text is escaped."""
        self._parts.append(svg)

    def svg(self, name: str) -> Markup:
        """All of it, under a name for those who do not see it."""
        size = f'width="{mm(self.wide)}mm" height="{mm(self.high)}mm" viewBox="0 0 {mm(self.wide)} {mm(self.high)}"'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{xml_text(name)}">'
        return Markup("".join((head, *self._parts, "</svg>")))  # noqa: S704  (every text passed through xml_text)
