"""Page blocks: what the sheets of report and dossier and the chapters of their annexes are made of; plain values.

One model, which the templates of ``maps.drawing`` render: a sheet (:class:`Page`) and a chapter (:class:`Chapter`) are
both made of blocks, and each kind of block is set in one way wherever it stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from markupsafe import Markup

from maps.drawing import Chart, Numbers


class Swatch(NamedTuple):
    """A text with the colour that it stands for before it."""

    fill: str
    text: str


class Strong(NamedTuple):
    """A text that stands out."""

    text: str


class Light(NamedTuple):
    """A warning light in a cell: a shape and a colour by its level, with its word beside them."""

    level: int
    word: str
    note: str = ""


Cell = str | Swatch | Strong | Light | tuple[str, ...]
"""A text, one with its colour, one that stands out, a light, or a first line with muted lines beneath it."""
OPEN_ROWS = 40
"""Longer grids and lists are folded on the screen; paper always shows them whole."""


@dataclass(frozen=True)
class BigNumbers:
    """A few numbers to see at a glance, each with the sentence that it begins."""

    numbers: tuple[tuple[str, str], ...]
    across: bool = False
    block: str = field(default="numbers", init=False)


@dataclass(frozen=True)
class Figure:
    """A picture under its finding."""

    title: str
    svg: Markup
    numbers: Numbers | None = None
    note: str = ""
    mark: str = ""
    keys: tuple[Swatch, ...] = ()
    block: str = field(default="figure", init=False)


def drawn(title: str, chart: Chart, note: str = "", *, mark: str = "", keys: tuple[Swatch, ...] = ()) -> Figure:
    """A chart under its finding."""
    return Figure(title, chart.svg, chart.numbers, note, mark, keys)


@dataclass(frozen=True)
class Table:
    """A small table."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    right: frozenset[int] = frozenset()
    note: str = ""
    look: str = "plain"
    block: str = field(default="table", init=False)


@dataclass(frozen=True)
class Facts:
    """Sentences that each begin with what matters."""

    facts: tuple[tuple[str, str], ...]
    title: str = ""
    running: bool = False
    block: str = field(default="facts", init=False)


@dataclass(frozen=True)
class Paragraph:
    """A paragraph, or a heading."""

    text: str
    look: Literal["text", "small", "heading"] = "text"
    block: str = field(default="paragraph", init=False)


@dataclass(frozen=True)
class Cards:
    """A few things side by side, each with a small picture, a title with its colour and lines below."""

    cards: tuple[tuple[Markup, Swatch | str, tuple[tuple[str, str], ...]], ...]
    across: int = 4
    aside: bool = False
    block: str = field(default="cards", init=False)


@dataclass(frozen=True)
class Split:
    """Blocks in columns beside each other."""

    parts: tuple[tuple[Block, ...], ...]
    widths: str = "wide"
    block: str = field(default="split", init=False)


@dataclass(frozen=True)
class Contents:
    """What comes after, and what there is nothing of."""

    title: str
    pages: tuple[tuple[str, str, str], ...]
    absent: str = ""
    block: str = field(default="contents", init=False)


class Column(NamedTuple):
    """One column of a grid."""

    title: str
    kind: str = "text"


class Rows(NamedTuple):
    """Rows of a grid under one heading, or under none."""

    rows: tuple[tuple[Cell, ...], ...]
    title: str = ""
    figure: str = ""


@dataclass(frozen=True)
class Grid:
    """A table of the page."""

    title: str
    columns: tuple[Column, ...]
    groups: tuple[Rows, ...]
    total: tuple[str, ...] = ()
    note: str = ""
    block: str = field(default="grid", init=False)

    @property
    def length(self) -> int:
        """The number of rows."""
        return sum(len(group.rows) for group in self.groups)

    @property
    def folded(self) -> bool:
        """Whether it is too long to stand open."""
        return self.length > OPEN_ROWS


class Names(NamedTuple):
    """A list of names inside a card."""

    title: str
    names: tuple[str, ...]

    @property
    def folded(self) -> bool:
        """Whether it is too long to stand open."""
        return len(self.names) > OPEN_ROWS


@dataclass(frozen=True)
class Card:
    """One thing told in full: a policy, a decision, a unit that waits."""

    title: str
    tag: str = ""
    warning: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    names: tuple[Names, ...] = ()
    grid: Grid | None = None
    text: str = ""
    block: str = field(default="card", init=False)


@dataclass(frozen=True)
class Figures:
    """A few figures to see at a glance: labels and numbers."""

    figures: tuple[tuple[str, str], ...]
    block: str = field(default="figures", init=False)


Block = Contents | BigNumbers | Figure | Figures | Table | Grid | Facts | Paragraph | Card | Cards | Split


@dataclass(frozen=True)
class Page:
    """One sheet."""

    id: str
    chapter: str
    title: str
    lead: str
    blocks: tuple[Block, ...]
    foot: str
    above: str = ""
    verdicts: tuple[Swatch, ...] = ()
    look: str = "page"


class Chapter(NamedTuple):
    """A chapter of an annex, folded on the screen."""

    id: str
    title: str
    blocks: tuple[Block, ...]


def grid(title: str, columns: Iterable[Column], rows: Iterable[tuple[Cell, ...]], **rest: object) -> Grid:
    """A grid whose rows stand under no heading.

    Examples
    --------
    >>> grid("Sources", [Column("Path")], [("study.gpkg",)]).length
    1
    """
    return Grid(title, tuple(columns), (Rows(tuple(rows)),), **rest)  # type: ignore[arg-type]  # total and note, by name
