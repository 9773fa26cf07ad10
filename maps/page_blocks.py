"""Page blocks: what the sheets of report and dossier and the chapters of their annexes are made of; plain values.

One model, which the templates of ``maps.style`` render: a sheet (:class:`Page`) and a chapter (:class:`Chapter`) are
both made of blocks, and each kind of block is set in one way wherever it stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from markupsafe import Markup

from maps.charts import Chart, Numbers


class Swatch(NamedTuple):
    """A text with the colour that it stands for before it.

    Attributes
    ----------
    fill : str
    text : str
    """

    fill: str
    text: str


class Strong(NamedTuple):
    """A text that stands out."""

    text: str


class Light(NamedTuple):
    """A warning light in a cell: a shape and a colour by its level, with its word beside them.

    Attributes
    ----------
    level : int
        1 red, 2 yellow, 3 green.
    word : str
    note : str
        A muted line beneath it, or nothing.
    """

    level: int
    word: str
    note: str = ""


Cell = str | Swatch | Strong | Light | tuple[str, ...]
"""A text, one with its colour, one that stands out, a light, or a first line with muted lines beneath it."""
OPEN_ROWS = 40
"""Longer grids and lists are folded on the screen; paper always shows them whole."""


@dataclass(frozen=True)
class BigNumbers:
    """A few numbers to see at a glance, each with the sentence that it begins.

    Attributes
    ----------
    numbers : tuple of (str, str)
    across : bool
        Side by side instead of one below the other.
    """

    numbers: tuple[tuple[str, str], ...]
    across: bool = False
    block: str = field(default="numbers", init=False)


@dataclass(frozen=True)
class Figure:
    """A picture under its finding.

    Attributes
    ----------
    title : str
        The finding, or what is shown; or nothing.
    svg : Markup
        With a name of its own.
    numbers : Numbers or None
        What it shows as a table for those who hear the page.
    note : str
        What is shown, unit of measure, year, method.
    mark : str
        A number in a disc before the title, or nothing.
    keys : tuple of Swatch
        What the colours stand for, below the picture.
    """

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
    """A small table.

    Attributes
    ----------
    title : str
        Its finding, or what it shows; or nothing.
    columns : tuple of str
    rows : tuple of tuple of Cell
    right : frozenset of int
        Places of the columns that hold numbers.
    note : str
    look : {"plain", "legend", "index", "sums", "dense"}
        A legend has a line above each row, an index is set small, of sums the last row stands out.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    right: frozenset[int] = frozenset()
    note: str = ""
    look: str = "plain"
    block: str = field(default="table", init=False)


@dataclass(frozen=True)
class Facts:
    """Sentences that each begin with what matters.

    Attributes
    ----------
    facts : tuple of (str, str)
        What stands out, and the rest.
    title : str
    running : bool
        One paragraph instead of a line each.
    """

    facts: tuple[tuple[str, str], ...]
    title: str = ""
    running: bool = False
    block: str = field(default="facts", init=False)


@dataclass(frozen=True)
class Paragraph:
    """A paragraph, or a heading.

    Attributes
    ----------
    text : str
    look : {"text", "small", "heading"}
    """

    text: str
    look: Literal["text", "small", "heading"] = "text"
    block: str = field(default="paragraph", init=False)


@dataclass(frozen=True)
class Cards:
    """A few things side by side, each with a small picture, a title with its colour and lines below.

    Attributes
    ----------
    cards : tuple of (Markup, Swatch or str, tuple of (str, str))
        Picture, title, and lines of which the first part stands out.
    across : int
        So many beside each other.
    aside : bool
        The picture stands at the left of the text.
    """

    cards: tuple[tuple[Markup, Swatch | str, tuple[tuple[str, str], ...]], ...]
    across: int = 4
    aside: bool = False
    block: str = field(default="cards", init=False)


@dataclass(frozen=True)
class Split:
    """Blocks in columns beside each other.

    Attributes
    ----------
    parts : tuple of tuple of Block
        One a column.
    widths : {"wide", "even", "near", "thirds", "quarters"}
        Of two columns 104 and 62, 76 and 92, or 112 and 56 mm; or three, or four, alike.
    """

    parts: tuple[tuple[Block, ...], ...]
    widths: str = "wide"
    block: str = field(default="split", init=False)


@dataclass(frozen=True)
class Contents:
    """What comes after, and what there is nothing of.

    Attributes
    ----------
    pages : tuple of (str, str, str)
        Id of the first page, its number or numbers, and the chapter.
    absent : str
        What is not in the plan, in one line; or nothing.
    """

    title: str
    pages: tuple[tuple[str, str, str], ...]
    absent: str = ""
    block: str = field(default="contents", init=False)


class Column(NamedTuple):
    """One column of a grid.

    Attributes
    ----------
    title : str
        With the unit of measure.
    kind : {"text", "unit", "number", "word", "id", "code", "hash", "long"}
        Units have room for a name; numbers stand right-aligned, words unbroken; ids (unbroken), codes and hashes
        (broken anywhere) in a fixed-width face; long texts get the room.
    """

    title: str
    kind: str = "text"


class Rows(NamedTuple):
    """Rows of a grid under one heading, or under none."""

    rows: tuple[tuple[Cell, ...], ...]
    title: str = ""
    figure: str = ""


@dataclass(frozen=True)
class Grid:
    """A table of the page.

    Attributes
    ----------
    title : str
        Its caption.
    columns : tuple of Column
    groups : tuple of Rows
    total : tuple of str
        A last row of sums, or nothing.
    note : str
    """

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
    """One thing told in full: a policy, a decision, a unit that waits.

    Attributes
    ----------
    title : str
    tag : str
        Its id.
    warning : str
        A mark that nobody may overlook, or nothing.
    facts : tuple of (str, str)
        Labels and texts; empty texts are left out.
    names : tuple of Names
    grid : Grid or None
    text : str
        What it says, above its facts, or nothing.
    """

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
    """One sheet.

    Attributes
    ----------
    id : str
    chapter : str
        At the right of the running head, and in the list of contents.
    title : str
        Its finding.
    lead : str
        At most two lines below the title.
    blocks : tuple of Block
    foot : str
        Limits and sources of this page.
    above : str
        A small line above the title, or nothing.
    verdicts : tuple of Swatch
        Large sentences below the title, each with its colour.
    look : {"page", "first", "place", "unit"}
    """

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
    """A chapter of an annex, folded on the screen.

    Attributes
    ----------
    id, title : str
    blocks : tuple of Block
    """

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
